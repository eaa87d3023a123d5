"""What the state of a listing means for its post, in words for the shop's people."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from promoter.channels.shopee.items import REVIEWING
from promoter.channels.shopee.verdict import LOCKED_PAUSE, Gone, Locked, Unclear
from promoter.core.errors import ChannelError, Rejected, Transient
from promoter.core.model import Phrase, Receipt


@contextmanager
def changing(status: Callable[[], str]) -> Iterator[None]:
    """Wait for the end of a check if a listing cannot be changed because of it.

    Args:
        status: Tells where the listing stands by now: a change itself may begin a check.
    """
    try:
        yield
    except (Gone, Unclear):
        if status() == REVIEWING:
            raise checking() from None
        raise


def listing_number(name: str) -> int | None:
    """Return the listing's number of a remote id, or of an address that a person gave in its place.

    Addresses are `…/product/<shop>/<listing>` and `…-i.<shop>.<listing>`.
    """
    found = re.search(r"(?:^|/product/[0-9]+/|-i\.[0-9]+\.)([0-9]+)(?:[/?#]|$)", name)
    return int(found[1]) if found else None


def number_of(receipt: Receipt) -> int:
    """Return the listing's number of a receipt.

    Raises:
        Rejected: It names none.
    """
    found = listing_number(receipt.remote_id)
    if found is None:
        raise Rejected(
            Phrase("{url} is not the address of a listing in a shop", url=receipt.remote_id)
        )
    return found


def gone() -> Rejected:
    """Return what it means that the shop does not know a listing."""
    return Rejected(Phrase("the shop no longer has this listing"))


def banned() -> Rejected:
    """Return what it means that Shopee lets nobody see a listing."""
    return Rejected(
        Phrase("Shopee has banned the product's listing; see why in the shop's Seller Centre")
    )


def hidden() -> Rejected:
    """Return what it means that a listing which was shown is hidden: its seller wants it so."""
    return Rejected(
        Phrase("the shop hides the listing; if it may be seen, show it in its Seller Centre")
    )


def checking() -> Locked:
    """Return what it means that Shopee looks at a listing before the public may."""
    return Locked(
        Phrase("Shopee is checking the listing and lets nobody change it meanwhile"),
        after=LOCKED_PAUSE,
    )


def still_there() -> Locked:
    """Return what it means that a banned listing cannot be hidden: a lifted ban would show it."""
    return Locked(
        Phrase(
            "Shopee has banned the listing, and it can be hidden only after that; "
            "delete it in the shop's Seller Centre if it must never be seen again"
        ),
        after=LOCKED_PAUSE,
    )


def proven(refused: ChannelError) -> ChannelError:
    """Return what a refusal means of a listing that is read to be not seen."""
    return Rejected(refused.phrase) if isinstance(refused, Unclear) else refused


def odd(status: str) -> Transient:
    """Return what a listing means that the shop neither shows nor checks, whoever wanted that."""
    return Transient(
        Phrase(
            "the shop does not show the listing ({status}); show it in its Seller Centre",
            status=status,
        )
    )
