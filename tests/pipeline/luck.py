"""Bad luck for tests: workers that die or are held up anywhere, and a clock that jumps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from promoter.store.database import Session, Store
from tests.world import SLOT

MOST_WRITES = 500
"""No round of three posts writes so often."""


class Killed(BaseException):
    """What SIGKILL looks like from inside: nothing after this line runs."""


class Moments:
    """The places of one worker's way at which it can die, or be held up."""

    def __init__(self) -> None:
        self.dead = self.interrupted = False
        self.transactions = self.writes = 0
        self._left = 0
        self._interlude: Callable[[], None] | None = None
        self._kills = False

    def arm(self, left: int, interlude: Callable[[], None] | None) -> None:
        """Let something happen after so many places more; without an interlude it is death."""
        self._left, self._interlude, self._kills = left, interlude, interlude is None

    def live(self) -> None:
        """Begin anew, as after a restart."""
        self.dead = self.interrupted = self._kills = False
        self._interlude = None
        self.transactions = self.writes = 0

    def alive(self) -> None:
        """Let nothing happen any more once the worker is dead."""
        if self.dead:
            raise Killed

    def reach(self, *, inside: bool = False) -> None:
        """Pass a place; inside a transaction only death can strike."""
        self.alive()
        if not self._kills and (self._interlude is None or inside):
            return
        if self._left > 0:
            self._left -= 1
            return
        if self._kills:
            self.dead, self._kills = True, False
            raise Killed
        self.interrupted, interlude, self._interlude = True, self._interlude, None
        if interlude:
            interlude()


class Mortal(Store):
    """A store whose user can die before and after each commit."""

    def __init__(self, inner: Store, moments: Moments) -> None:
        vars(self).update(vars(inner))
        self._moments = moments

    @contextmanager
    def read(self) -> Iterator[Session]:
        self._moments.alive()
        with super().read() as session, self._counted():
            yield session

    @contextmanager
    def write(self, **terms: bool) -> Iterator[Session]:
        self._moments.alive()
        self._moments.writes += 1
        assert self._moments.writes < MOST_WRITES, "a tight loop"
        with super().write(**terms) as session, self._counted():
            yield session
            self._moments.reach(inside=True)
        self._moments.reach()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._moments.transactions += 1
        try:
            yield
        finally:
            self._moments.transactions -= 1


class Clocks:
    """The service's clock, which only runs, and the office's, which also jumps."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.real = SLOT - timedelta(minutes=35)
        self.ahead = timedelta()
        self.furthest = timedelta()
        self.passed(timedelta())

    @property
    def office(self) -> datetime:
        """Return what the office takes for the time."""
        return self.real + self.ahead

    def passed(self, span: timedelta) -> None:
        """Let time pass for everybody."""
        self.real += span
        self._store.set_clock(self.office)

    def jumped(self, span: timedelta) -> None:
        """Let the office's clock alone jump."""
        self.ahead += span
        self.furthest = max(self.furthest, span)
        self._store.set_clock(self.office)

    def boottime(self) -> float:
        """Return the seconds of the machine's own clock, which no jump moves."""
        return (self.real - SLOT).total_seconds()
