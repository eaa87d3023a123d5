"""A shop for each test."""

from collections.abc import Iterator

import pytest

from tests.channels.shopee.shop import Office, office


@pytest.fixture
def shop() -> Iterator[Office]:
    """A stand-in of the service behind a faulty line."""
    with office() as opened:
        yield opened


@pytest.fixture
def careful_shop() -> Iterator[Office]:
    """One that looks at listings for ten minutes before the public sees them."""
    with office(review=True) as opened:
        yield opened
