"""When the counts of a live post are read: often while it is new, then ever more rarely."""

from datetime import datetime, timedelta

RUNGS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 3 * 24, 7 * 24, 28 * 24))
"""Ages of a post at which it is read."""

STAYS = timedelta(days=7)
"""A listing stays: after the last rung it is read so often."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 6 * 60, 24 * 60))


def next_reading(live: datetime, after: datetime, *, stays: bool) -> datetime | None:
    """Return the next moment at which a post is read, or None when it is read no more.

    Args:
        live: When it went live.
        after: The moment of the last reading; `live` itself before the first. Rungs up to it are
            behind: where nobody read for a time, one reading stands for all that were missed.
        stays: It is a listing.

    The moment may lie in the past: then the reading is late, and due at once.
    """
    for rung in RUNGS:
        if live + rung > after:
            return live + rung
    if not stays:
        return None
    passed = (after - live - RUNGS[-1]) // STAYS
    return live + RUNGS[-1] + (passed + 1) * STAYS


def wait(failures: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after a failed reading.

    Args:
        failures: In a row, this one included; from 1.
        asked: The least wait that the service asked for.
    """
    step = RETRIES[min(failures, len(RETRIES)) - 1]
    return max(asked, step) if asked else step
