"""Sample visitors of the demo: real requests to the short links, drawn by digest, never by chance.

Their clicks are sample data; the demo says so on every page.
"""

import http.client
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from promoter.core.model import Post, digest

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
FETCHERS = ("facebookexternalhit/1.1", "ZaloPC-win32-24v1 bot", "TelegramBot (like TwitterBot)")
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
DAYS = 7
"""For how long a post still draws visitors."""


def visits(
    post: Post, start: datetime, end: datetime, *, links: bool = True
) -> list[tuple[str, str]]:
    """Return the path and browser of each visit to a post's link between two moments.

    Interest halves every day; some posts draw three times as many as others, as in life.

    Args:
        links: Whether the caption carries the link; without it only the QR code leads on.
    """
    found = []
    for number in range(_total(post)):
        token = int(digest("visit", post.key, str(number)), 16)
        share = (token % 10_000) / 10_000
        at = post.at + timedelta(days=DAYS) * share**3
        if start < at <= end:
            found.append(_visit(post, token // 10_000))
    return found if links else [visit for visit in found if visit[0].startswith("/q/")]


def _total(post: Post) -> int:
    return 6 + int(digest("interest", post.products[0], post.key), 16) % 34


def _visit(post: Post, token: int) -> tuple[str, str]:
    kind = token % 20
    if kind == 0:
        return f"/r/{post.code}", CRAWLER
    if kind < 3:
        return f"/r/{post.code}", FETCHERS[token // 20 % len(FETCHERS)]
    if kind < 6:
        return f"/q/{post.code}", PHONE
    return f"/r/{post.code}", PHONE if kind < 17 else DESK


def send(site: str, requests: Sequence[tuple[str, str]]) -> int:
    """Make the visits on our own site and return how many were redirected.

    Args:
        site: `http://127.0.0.1:8000`; only loopback is ever called by the demo.
        requests: Path and browser of each.
    """
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
    redirected = 0
    try:
        for path, browser in requests:
            connection.request("GET", path, headers={"User-Agent": browser})
            answer = connection.getresponse()
            answer.read()
            redirected += answer.status == http.client.FOUND
    finally:
        connection.close()
    return redirected
