"""Simulated engagement: drawn by digest from a post's id, growing with time, never by chance.

It is invented, so that pages and reports can be tried; wherever it is shown it is labelled so.
"""

import hashlib
from datetime import datetime, timedelta

HALF = timedelta(hours=20)
"""After this time half of all who will ever come have come."""


def draw(low: int, high: int, *seed: str) -> int:
    """Return a number from low to high that depends on the seed alone."""
    state = hashlib.blake2b("\0".join(seed).encode(), digest_size=8).digest()
    return low + int.from_bytes(state) % (high - low + 1)


def grown(total: int, since: datetime, now: datetime, half: timedelta = HALF) -> int:
    """Return how much of a total has come by now; it never shrinks as time passes."""
    age = max((now - since) / half, 0.0)
    return int(total * (1 - 0.5**age))


def audience(id_: str, since: datetime, now: datetime) -> dict[str, int]:
    """Return views, reach, reactions, comments, shares, saves and clicks of a post at a moment.

    Some posts draw five times as many people as others; each count is at most the one that it
    is a part of.
    """
    total = draw(300, 1_500, "views", id_)
    shares = {
        "views": total,
        "reach": total * draw(70, 85, "reach", id_) // 100,
        "reactions": total * draw(15, 60, "reactions", id_) // 1_000,
        "comments": total * draw(1, 9, "comments", id_) // 1_000,
        "shares": total * draw(1, 12, "shares", id_) // 1_000,
        "saves": total * draw(2, 14, "saves", id_) // 1_000,
        "clicks": total * draw(8, 35, "clicks", id_) // 1_000,
    }
    return {name: grown(count, since, now) for name, count in shares.items()}
