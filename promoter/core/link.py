"""Short links of a post: where each leads, and what they tell the page that they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from promoter.core.model import Post, digest

CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Link:
    """The short tracked link of one post to one product, or to the collection of several.

    Attributes:
        code: In the address, `/r/<code>`; QR codes carry `/q/<code>`.
        product: None for the collection page.
        target: The only address to which the link redirects.
    """

    code: str
    product: str | None
    target: str


def public_code(key: str, length: int = CODE_LENGTH) -> str:
    """Return the code of a key; a longer one begins with the shorter one."""
    number = int(digest("code", key, size=32), 16)
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[index])
    return "".join(letters)


def links(post: Post, public_url: str) -> Sequence[Link]:
    """Return the links of a post, the one that it shows first.

    A post of one product has one link, to its page; a post of several has one to their collection
    page under its own code, and one to each product's page under a code of its own.
    """
    if len(post.products) == 1:
        (product,) = post.products
        return [Link(post.code, product, _target(post, post.code, public_url, f"p/{product}"))]
    found = [Link(post.code, None, _target(post, post.code, public_url, f"c/{post.code}"))]
    for product in post.products:
        code = public_code(digest(post.key, product))
        found.append(Link(code, product, _target(post, code, public_url, f"p/{product}")))
    return found


def _target(post: Post, code: str, public_url: str, path: str) -> str:
    query = urlencode(
        {
            "utm_source": post.channel,
            "utm_medium": "social",
            "utm_campaign": post.campaign,
            "utm_content": code,
        }
    )
    return f"{public_url}/{path}?{query}"
