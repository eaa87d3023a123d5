"""What a listing says and shows: checked before it leaves, compared with what the shop keeps."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from promoter.channels.shopee.items import Item
from promoter.core.channel import Limits
from promoter.core.errors import Rejected
from promoter.core.model import SQUARE, Creative, Listing, Phrase, Placement


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _length(text: str) -> int:
    return len(_nfc(text))


LIMITS = Limits(
    caption=2_000,  # of samples; the shop's own limit is read before a listing is made
    measure=_length,
    formats={Placement.LISTING: SQUARE},
    media_bytes=10_000_000,
    posts_per_day=200,
    hashtags=0,
    age_gated=False,
    resend_after_absent=True,  # a second listing would be seen by its SKU, and can be hidden
)

MIMES = ("image/jpeg", "image/png")


def checked(creative: Creative) -> Listing:
    """Return what the shop must know beside words and pictures, if it may go out at all."""
    listing = creative.listing
    if creative.placement is not Placement.LISTING or listing is None:
        raise Rejected(Phrase("a shop takes listings alone"))
    if listing.price.currency != "VND":
        raise Rejected(Phrase("the shop takes prices in đồng alone"))
    if _length(creative.caption) > LIMITS.caption:
        raise Rejected(
            Phrase("the description is longer than {limit} characters", limit=LIMITS.caption)
        )
    for item in creative.media:
        if item.mime not in MIMES or len(item.data or b"") > LIMITS.media_bytes:
            raise Rejected(
                Phrase(
                    "the shop takes pictures in JPEG or PNG of at most {size} bytes",
                    size=LIMITS.media_bytes,
                )
            )
    return listing


def pictures(creative: Creative, done: Mapping[str, str]) -> list[str]:
    """Return the ids of a creative's pictures, in order."""
    return [done[item.sha256] for item in creative.media]


def words(creative: Creative, uploaded: Sequence[str]) -> dict[str, Any]:
    """Return what a listing says and shows.

    Args:
        uploaded: Ids of its pictures, in order.
    """
    return {
        "item_name": _nfc(creative.title),
        "description": _nfc(creative.caption),
        "image": {"image_id_list": list(uploaded)},
    }


def shows(item: Item, creative: Creative, listing: Listing, uploaded: Sequence[str]) -> bool:
    """Tell whether a listing is what it should be; white space may be kept in another form.

    What the service does not tell (the price of one with variants) is not held against it.
    """
    same_words = all(
        kept is not None and _flat(kept) == _flat(wanted)
        for kept, wanted in (
            (item.item_name, creative.title),
            (item.description, creative.caption),
        )
    )
    same_pictures = item.pictures is None or item.pictures == list(uploaded)
    return same_words and same_pictures and item.costs(listing.price.amount)


def _flat(text: str) -> str:
    return " ".join(_nfc(text).split())
