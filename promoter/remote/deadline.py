"""Says until when a thread may start public writes, on a clock that also runs during suspension.

A laptop that wakes up in the middle of a claim must not post: its lease is over, and somebody else
may be looking for the post already.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Linux: CLOCK_MONOTONIC stands still during suspension, CLOCK_BOOTTIME does not. macOS has only
# the former, and there it counts suspension (clock_gettime(3)), unlike time.monotonic().
_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


class _Fence(threading.local):
    until = math.inf


_fence = _Fence()


def boottime() -> float:
    """Return seconds since a fixed moment; the time that the machine slept counts."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


@contextmanager
def fence(seconds: float) -> Iterator[None]:
    """Allow this thread to start public writes for so many seconds, and to wait for them no longer.

    Inside another fence the earlier end counts.
    """
    outer = _fence.until
    _fence.until = min(outer, boottime() + seconds)
    try:
        yield
    finally:
        _fence.until = outer


def fenced_until() -> float:
    """Return the `boottime` at which this thread's fence closes; infinity without a fence."""
    return _fence.until
