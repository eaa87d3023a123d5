"""Bad weather on a line: which request meets which fault, drawn by digest from a seed.

The same seed and the same requests meet the same faults, so that a drill can be played again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from promoter.sandbox.contract import Fault, Request
from promoter.sandbox.engagement import draw

READS, WRITES = 10, 30
"""Percent of the requests that meet a fault."""

FOR_READS = (
    Fault.THROTTLED,
    Fault.SERVER_ERROR_BEFORE,
    Fault.SERVER_ERROR_AFTER,
    Fault.LOST_ANSWER,
    Fault.CUT,
    Fault.EXPIRED,
)
FOR_WRITES = (
    Fault.THROTTLED,
    Fault.SERVER_ERROR_BEFORE,
    Fault.SERVER_ERROR_AFTER,
    Fault.LOST_ANSWER,
    Fault.LOST_ANSWER,
    Fault.CUT,
    Fault.CUT,
    Fault.DRIP,
    Fault.LATE,
    Fault.LATE,
    Fault.LAGGING,
    Fault.REWRITTEN,
    Fault.REFUSED,
    Fault.EXPIRED,
)
"""What a public write meets matters most: lost answers, and what is done late."""

LATE_MINUTES = (2, 50)
"""When what is late is done: some of it after the last look."""
OUTAGE = timedelta(minutes=20)
OUTAGE_PERCENT = 2
"""Of the stretches of this length in which the service cannot be reached."""


class Weather:
    """The faults of one line."""

    def __init__(self, seed: str, *, clock_starts: datetime) -> None:
        """Make the weather of a seed; `now` stands still until `turn` is called."""
        self._seed = seed
        self._counts: Counter[str] = Counter()
        self.now = clock_starts
        self.met: Counter[str] = Counter()
        """How often each fault struck, by name."""

    def fault(self, request: Request) -> Fault | None:
        """Return what a request meets."""
        place = f"{request.host} {request.method}"
        self._counts[place] += 1
        drawn = (self._seed, place, str(self._counts[place]))
        reads = request.method in ("GET", "HEAD")
        if draw(1, 100, "strikes", *drawn) > (READS if reads else WRITES):
            return None
        found: Sequence[Fault] = FOR_READS if reads else FOR_WRITES
        fault = found[draw(0, len(found) - 1, "which", *drawn)]
        self.met[fault.name] += 1
        return fault

    def until(self) -> datetime:
        """Return when something is done that is late."""
        self._counts["late"] += 1
        return self.now + timedelta(
            minutes=draw(*LATE_MINUTES, self._seed, "late", str(self._counts["late"]))
        )

    def out(self) -> bool:
        """Tell whether the service cannot be reached at this moment."""
        stretch = int(self.now.timestamp() // OUTAGE.total_seconds())
        return draw(1, 100, self._seed, "outage", str(stretch)) <= OUTAGE_PERCENT
