"""The number by which the API knows a post, of a receipt whose remote id may be an address.

A person who settles a doubt gives the address of the post as the remote id.
"""

import re
from urllib.parse import parse_qs, urlsplit

from promoter.core.errors import Rejected
from promoter.core.model import Phrase, Receipt

SITE = "facebook.com"

_ID = re.compile(r"[0-9]+(_[0-9]+)?")
_WHOLE = re.compile(r"/([0-9]+_[0-9]+)/?\Z")
_NUMBER = re.compile(r"/(?:posts|permalink)/(?:[^/]+/)?([0-9]+)/?\Z")


def post_id(receipt: Receipt, page: str) -> str:
    """Return the number of a receipt's post.

    Args:
        page: Number of the Page, which an address may lack.

    Raises:
        Rejected: It does not tell the number; nothing was called.
    """
    if _ID.fullmatch(receipt.remote_id):
        return receipt.remote_id
    if found := _in_address(receipt.remote_id, page):
        return found
    raise Rejected(
        Phrase("the number of the post is not known; do it by hand at {url}", url=receipt.url)
    )


def is_certain(receipt: Receipt, page: str) -> bool:
    """Tell whether the number stands in the receipt as it is: one put together may lead nowhere."""
    if _ID.fullmatch(receipt.remote_id):
        return True
    found = _in_address(receipt.remote_id, page)
    return found.startswith(f"{page}_") and f"/{found}" in receipt.remote_id


def _in_address(address: str, page: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not f".{parts.hostname or ''}".endswith(f".{SITE}"):
        return ""
    asked = parse_qs(parts.query)
    owner, story = (asked.get(name, [""])[0] for name in ("id", "story_fbid"))
    if _ID.fullmatch(f"{owner}_{story}"):
        return f"{owner}_{story}"
    if whole := _WHOLE.search(parts.path):
        return whole[1]
    number = _NUMBER.search(parts.path)
    return f"{page}_{number[1]}" if number else ""
