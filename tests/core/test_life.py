"""The life of credentials."""

from datetime import timedelta

from promoter.core.life import renew_at
from tests.make import NOW

HOUR = timedelta(hours=1)


def test_a_fifth_of_their_life_is_left_to_try_again() -> None:
    assert renew_at(NOW, NOW + 10 * HOUR) == NOW + 8 * HOUR


def test_what_has_no_life_at_all_is_renewed_at_once() -> None:
    assert renew_at(NOW, NOW) == NOW
    assert renew_at(NOW, NOW - HOUR) == NOW
