"""How often an account may call an endpoint: so many times in the quarter of an hour."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from promoter.sandbox.shelf import Shelf

WINDOW = timedelta(minutes=15)
"""It begins with the first call."""


def spend(
    shelf: Shelf, account: str, endpoint: str, limit: int, now: datetime
) -> tuple[bool, Mapping[str, str]]:
    """Count a call; return whether it may go on, and the headers that tell what is left."""
    id_ = f"{account} {endpoint}"
    window = shelf.get("window", id_)
    start = datetime.fromisoformat(window["start"]) if window else now
    used = window["used"] if window else 0
    if not start <= now < start + WINDOW:
        start, used = now, 0
    allowed = used < limit
    used += allowed
    shelf.put("window", id_, {"start": start.isoformat(), "used": used})
    return allowed, headers(limit, limit - used, (start + WINDOW).timestamp())


def headers(limit: int, left: int, reset: float) -> dict[str, str]:
    """Return the headers of a window; `reset` is its end in seconds since 1970."""
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(math.ceil(reset)),
    }
