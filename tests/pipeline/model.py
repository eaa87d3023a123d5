"""A model of a service and its channel, which knows the truth where the office can only look.

Whatever may become of a call can be drawn beforehand; each public call is checked for a reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from promoter.channels import showcase
from promoter.core.account import Credentials
from promoter.core.delivery import State
from promoter.core.errors import (
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Creative, Draft, Phrase, Receipt
from promoter.remote import deadline
from tests.pipeline.luck import Clocks, Moments

Told = TypeVar("Told")

MINUTE = timedelta(minutes=1)
WHY = Phrase("the model's service says so")


class Kind(StrEnum):
    """What kind of channel: what can be known of a post whose answer was lost."""

    KEYED = "keyed"
    """The post is put under its key and read by it: it cannot be there twice."""
    OBJECT = "object"
    """The post itself can be read, and each call makes another one."""
    LISTED = "listed"
    """Only a list that lags can be searched; the account sends again, further copies are seen."""
    BLIND = "blind"
    """Only a list that lags can be searched, and nothing is sent again."""


class Fate(StrEnum):
    """What becomes of one call."""

    DONE = "done"
    PROCESSED = "done, and live only later"
    DECIDED_AGAINST = "done, and refused later"
    BUSY = "surely not done"
    THROTTLED = "surely not done, and the account has to wait"
    REFUSED = "surely not done, and never will be"
    LOST_DONE = "done, and the answer was lost"
    LOST_UNDONE = "not done, and nobody knows"
    LOST_LATE = "done later, and nobody knows"
    EMPTY = "answered with nothing"


@dataclass(slots=True)
class Copy:
    """One post as the service has it.

    Attributes:
        key: What it is known by at the office.
        done_at, live_at, listed_at: Since when it exists, is public, is listed; service's time.
        late: It came to be after its caller had gone.
        gone: Taken down, or decided against.
    """

    id: str
    key: str
    done_at: datetime
    live_at: datetime
    listed_at: datetime
    late: bool = False
    decided_against: bool = False
    gone: bool = False

    def receipt(self, now: datetime) -> Receipt:
        return Receipt(self.id, f"https://model.example/{self.id}", live=self.live_at <= now)


@dataclass(slots=True)
class Doubt:
    """What the office may believe of its last public call for a post.

    Attributes:
        cleared: It was told, or has seen long enough, that the call was not done.
        looks: When it looked in vain since, and whether a look was sure.
    """

    cleared: bool = False
    looks: list[tuple[datetime, bool]] = field(default_factory=list)


class Service:
    """The truth: what was done, who is known, and what happens to the next call."""

    def __init__(self, kind: Kind, clocks: Clocks) -> None:
        self.kind, self.clocks = kind, clocks
        self.made: list[Copy] = []
        self.fates: dict[str, Fate] = {}
        self.delay = self.lag = timedelta()
        self.doubts: dict[str, Doubt] = {}
        self.calls: list[tuple[datetime, str]] = []
        self.pair = 0
        self.ended = False

    def heal(self) -> None:
        """Do all calls from now on."""
        self.fates.clear()
        self.delay = self.lag = timedelta()

    def known(self, access: str) -> None:
        """Refuse whoever does not have the token in force."""
        if self.ended or access != f"access-{self.pair}":
            raise NotAuthorized(WHY)

    def fate(self, verb: str) -> Fate:
        """Return what becomes of this call, once."""
        self.calls.append((self.clocks.office, verb))
        return self.fates.pop(verb, Fate.DONE)

    def done(self, key: str, fate: Fate) -> Copy:
        """Carry out a public call."""
        late = fate is Fate.LOST_LATE
        slow = fate in (Fate.PROCESSED, Fate.DECIDED_AGAINST)
        done_at = self.clocks.real + (self.delay if late else timedelta())
        live_at = done_at + (10 * MINUTE if slow else timedelta())
        found = [copy for copy in self.made if copy.key == key and not copy.gone]
        if self.kind is Kind.KEYED and found:
            return found[0]
        decided_against = fate is Fate.DECIDED_AGAINST
        name = f"copy-{len(self.made)}"
        copy = Copy(name, key, done_at, live_at, live_at + self.lag, late, decided_against)
        self.made.append(copy)
        return copy

    def there(self, key: str) -> list[Copy]:
        """Return the copies of a post that exist now, public or not yet."""
        now = self.clocks.real
        for copy in self.made:
            copy.gone = copy.gone or (copy.decided_against and copy.live_at <= now)
        return [
            copy for copy in self.made if copy.key == key and copy.done_at <= now and not copy.gone
        ]

    def public(self, key: str) -> list[Copy]:
        """Return the copies of a post that everybody can see now."""
        return [copy for copy in self.there(key) if copy.live_at <= self.clocks.real]

    def seen(self, key: str) -> list[Copy]:
        """Return the copies that can be found from outside: all, or those that are listed."""
        if self.kind in (Kind.KEYED, Kind.OBJECT):
            return self.there(key)
        return [copy for copy in self.public(key) if copy.listed_at <= self.clocks.real]

    def named(self, name: str) -> list[Copy]:
        """Return the copy of an id or address, if it is there now."""
        names = (name, name.rpartition("/")[2])
        return [copy for copy in self.made if copy.id in names and copy in self.there(copy.key)]

    def told_against(self, name: str) -> None:
        """Note that the office was told what became of a copy that is not there."""
        for copy in self.made:
            if copy.id == name:
                self.doubts[copy.key].cleared = True

    def take_down(self, name: str) -> bool:
        """Take down the copy of an id or address; tell whether it was there."""
        found = self.named(name)
        for copy in found:
            copy.gone = True
        return bool(found)

    def looked(self, key: str) -> Absent:
        """Return that a post was not found, and note that the office has looked."""
        sure = self.kind in (Kind.KEYED, Kind.OBJECT)
        doubt = self.doubts.get(key)
        if doubt:
            doubt.looks.append((self.clocks.office, sure))
            times = [at for at, _ in doubt.looks]
            if sure and len(times) > 1 and times[-1] - times[-2] >= MINUTE:
                doubt.cleared = True
            if len(times) > 5 and times[-1] - times[0] >= 30 * MINUTE:
                doubt.cleared = self.kind is Kind.LISTED
        return Absent(sure=sure)


class Fake:
    """What every kind of channel has in common: publish, find and refresh."""

    limits = showcase.LIMITS

    def __init__(
        self,
        service: Service,
        moments: Moments,
        tokens: tuple[str, str],
        check: Callable[[str], None],
    ) -> None:
        """Connect one worker.

        Args:
            tokens: What the store held of access and refresh tokens.
            check: Tells whether the office may make a public call for a key now.
        """
        self._service, self._moments, self._check = service, moments, check
        self._access, self._refresh = tokens

    def _call(self, verb: str) -> Fate:
        assert self._moments.transactions == 0, f"a transaction is open during {verb}"
        self._moments.reach()
        self._service.known(self._access)
        return self._service.fate(verb)

    def _ask(self, verb: str, answer: Callable[[], Told]) -> Told:
        """Make a call that may fail, but never in doubt: what was true then is told later."""
        fate = self._call(verb)
        told = answer() if fate is Fate.DONE else None
        self._moments.reach()
        if fate is Fate.REFUSED:
            raise Rejected(WHY)
        if told is None:
            raise Transient(WHY, scope=Scope.ACCOUNT if fate is Fate.THROTTLED else Scope.POST)
        return told

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        assert self._moments.transactions == 0, "a transaction is open during a public call"
        self._moments.reach()
        if deadline.boottime() >= deadline.fenced_until():
            raise Transient(Phrase("its time was over before anything was sent"))
        self._service.known(self._access)
        self._check(key)
        doubt = self._service.doubts[key] = Doubt()
        fate = self._service.fate("publish")
        if fate in (Fate.BUSY, Fate.THROTTLED, Fate.REFUSED):
            doubt.cleared = True
            self._moments.reach()
            if fate is Fate.REFUSED:
                raise Rejected(WHY)
            scope = Scope.ACCOUNT if fate is Fate.THROTTLED else Scope.POST
            raise Transient(WHY, after=10 * MINUTE, scope=scope)
        copy = None if fate is Fate.LOST_UNDONE else self._service.done(key, fate)
        self._moments.reach()
        if copy is None or fate in (Fate.LOST_DONE, Fate.LOST_LATE):
            raise OutcomeUnknown(WHY)
        return copy.receipt(self._service.clocks.real)

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        return self._ask("find", lambda: self._found(key))

    def _found(self, key: str) -> Receipt | Absent:
        found = self._service.seen(key)
        if found:
            return found[0].receipt(self._service.clocks.real)
        return self._service.looked(key)

    def refresh(self) -> Credentials:
        assert self._moments.transactions == 0, "a transaction is open during a refresh"
        self._moments.reach()
        service = self._service
        fate = service.fate("refresh")
        if self._refresh != f"refresh-{service.pair}":
            raise NotAuthorized(WHY)
        if fate in (Fate.BUSY, Fate.THROTTLED):
            raise Transient(WHY)
        if fate is not Fate.LOST_UNDONE:
            service.pair, service.ended = service.pair + 1, False
        self._moments.reach()
        if fate in (Fate.LOST_DONE, Fate.LOST_UNDONE):
            raise OutcomeUnknown(WHY)
        empty = fate is Fate.EMPTY
        return Credentials(
            {"token": "" if empty else f"access-{service.pair}", "again": f"refresh-{service.pair}"}
        )


class Resuming(Fake):
    """A channel that can be asked what became of a receipt, and that is prepared in two steps."""

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        return self._ask("prepare", lambda: Draft(draft is not None, {"container": key[:10]}))

    def resume(self, receipt: Receipt) -> Receipt:
        found = self._ask("resume", lambda: self._service.named(receipt.remote_id))
        if found:
            return found[0].receipt(self._service.clocks.real)
        self._service.told_against(receipt.remote_id)
        raise Rejected(WHY)


class Withdrawing(Resuming):
    """A channel whose copies can be listed and taken down."""

    def copies(self, creative: Creative, key: str, since: datetime) -> Sequence[Receipt]:
        now = self._service.clocks.real
        seen = self._ask("copies", lambda: self._service.seen(key))
        return [copy.receipt(now) for copy in seen]

    def withdraw(self, receipt: Receipt) -> None:
        self._ask("withdraw", lambda: self._service.take_down(receipt.remote_id))


CLASSES: dict[Kind, type[Fake]] = {
    Kind.KEYED: Fake,
    Kind.OBJECT: Withdrawing,
    Kind.LISTED: Withdrawing,
    Kind.BLIND: Resuming,
}

NOT_LIVE = frozenset(
    {
        State.WAITING,
        State.DUE,
        State.READY,
        State.FAILED,
        State.MISSED,
        State.CANCELLED,
        State.REJECTED,
    }
)
