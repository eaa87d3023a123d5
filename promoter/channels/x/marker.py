"""How a post is known again in the account's timeline."""

import re
import unicodedata
from html import unescape

from promoter.channels.x.answers import Post
from promoter.core.model import Creative


def shows(post: Post, creative: Creative) -> bool:
    """Tell whether a post is the creative's: by its link, else by its code, else by its text."""
    links = [url.expanded_url for url in post.entities.urls]
    code = re.search("[/=]([0-9a-z]{10,})/?$", creative.link)
    if code is None:
        marked = creative.link in creative.caption
        found = any(_leads_to(link, creative.link) for link in links)
    else:
        word = re.compile(rf"(?<![0-9A-Za-z]){code[1]}(?![0-9A-Za-z])")
        marked = bool(word.search(creative.caption))
        found = any(word.search(text) for text in (*links, post.text))
    return found or (not marked and _same(post, creative.caption))


def copies(post: Post, creative: Creative) -> bool:
    """Tell whether a post is the creative's and says what it says, no more and no less.

    People share a post's link in words of their own, and answer or repeat the post: none of that
    is a second copy. Of a creative whose words are not known the marker alone decides.
    """
    if not shows(post, creative):
        return False
    return creative.caption == creative.link or _same(post, creative.caption)


def _leads_to(link: str, ours: str) -> bool:
    return link == ours or link.startswith(tuple(f"{ours}{mark}" for mark in "/?&#"))


def _same(post: Post, caption: str) -> bool:
    """Tell whether a text is that of a caption, whatever its links were wrapped in."""
    text = post.text
    for url in post.entities.urls:
        if url.media_key:  # the link to the picture, which X adds
            text = text.replace(url.url, "")
    parts = re.split(r"https?://t\.co/\w+", _plain(unescape(text)))
    return bool(re.fullmatch(r"\S+".join(map(re.escape, parts)), _plain(caption)))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
