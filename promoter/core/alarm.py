"""Alarms: what a person should know of, as long as it lasts, and how it is told in one message."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from promoter.core.delivery import Delivery, State
from promoter.core.model import Phrase
from promoter.core.problem import Severity


class Kind(StrEnum):
    """What an alert is about; the most urgent first."""

    SILENT = "silent"
    LOCKED = "locked"
    DISK = "disk"
    STOPPED = "stopped"
    LATE = "late"
    PAUSED = "paused"
    HELD = "held"
    LOOK = "look"
    FAILED = "failed"
    EXPIRES = "expires"
    UNAPPROVED = "unapproved"
    MISSED = "missed"


ERRORS = frozenset(Kind) - {Kind.EXPIRES, Kind.UNAPPROVED, Kind.LOOK}
ONCE = frozenset({Kind.FAILED, Kind.MISSED})
"""Nothing waits for a person: they are told once, and over after OLD."""
SEEN_TWICE = frozenset({Kind.LATE, Kind.UNAPPROVED, Kind.STOPPED})
"""They may be over by the next look: a machine that wakes finds all of its work late."""
RETURNS = frozenset({Kind.SILENT, Kind.DISK, Kind.STOPPED, Kind.LATE, Kind.LOOK, Kind.EXPIRES})
"""They may pass by themselves and come back: once told, they are remembered until they have been
away for AWAY. Only a person ends the others: when those come back, they are new."""

OFFICE = "office"
STANDS_STILL = timedelta(minutes=5)
STILL_NOT_OUT = timedelta(minutes=30)
"""A post that was tried, and is not out so long after its slot, is told too."""
ENDS_SOON = timedelta(days=7)
LEFT_AT_LEAST = 0.15
"""Share of its life from which on a credential that renews itself at a fifth has failed to."""
UNAPPROVED_BEFORE = timedelta(hours=24)
OLD = timedelta(days=3)
LEAST_FREE = 1_000_000_000
"""Bytes below which a disk is nearly full."""
EVERY = timedelta(minutes=15)
AGAIN_AFTER_FAILURE = timedelta(minutes=5)
REPEAT = timedelta(days=1)
AWAY = timedelta(hours=1)
LOOK_AGAIN = timedelta(seconds=30)
LINES = 10


@dataclass(frozen=True, slots=True)
class PostSeen:
    """A post about which something may be wrong.

    Attributes:
        product: Its products' names, as people know them.
        settled_at: Since when it is in an end state.
    """

    delivery: Delivery
    product: str
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """What is known of an account.

    Attributes:
        wait_until: Until when its service asked it to wait.
        problem: Why it is paused or waits; None where a person has paused it, also with a reason.
        issued_at, expires_at: The life of its credentials, where it is known.
        consent_until: When a person must authorise again by the service's word, where it says so.
    """

    name: str
    paused: bool = False
    wait_until: datetime | None = None
    problem: Phrase | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    consent_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StopSeen:
    """A product or a producer that is stopped.

    Attributes:
        kind: `product` or `producer`.
        live: Posts of it that the public sees, or may see.
    """

    kind: str
    code: str
    name: str
    live: int


@dataclass(frozen=True, slots=True)
class Observed:
    """All that alarms depend on.

    Attributes:
        accounts: Those of the settings.
        stops: What must not be shown any more.
        paused: Nothing public is begun: a person has stopped the whole office, or it is locked.
        locked: It was restored, copied or put back, and another machine may be at its work.
        free: Bytes that are left on the fullest disk; None if that is not known.
        disk: The folder that lies on it.
        seen: When the engine last showed that it is alive; None if nobody asks.
    """

    now: datetime
    posts: Sequence[PostSeen]
    accounts: Mapping[str, AccountSeen]
    stops: Sequence[StopSeen] = ()
    paused: bool = False
    locked: bool = False
    free: int | None = None
    disk: str = ""
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person should know.

    Attributes:
        subject: The key of a post, the name of an account, what is stopped, or OFFICE.
        next_step: What to do, with the command to type.
        at: The slot, of a post.
    """

    subject: str
    kind: Kind
    reason: Phrase
    next_step: Phrase
    account: str = ""
    product: str = ""
    at: datetime | None = None

    @property
    def severity(self) -> Severity:
        """Return whether something is wrong, or will be."""
        return Severity.ERROR if self.kind in ERRORS else Severity.WARNING


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an alert: when it began, and when a message about it has left."""

    since: datetime
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to the people who look after the office; plain text, without secrets."""

    title: str
    body: str
    severity: Severity = Severity.ERROR


def alerts(observed: Observed) -> list[Alert]:
    """Return what a person should know now, the most urgent first, earlier slots before later."""
    order = list(Kind)
    found = [*_of_office(observed)]
    for stop in observed.stops:
        found += _of_stop(stop)
    for account in observed.accounts.values():
        found += _of_account(account, observed.now)
    for post in observed.posts:
        found += _of_post(post, observed)
    return sorted(found, key=lambda item: (order.index(item.kind), item.at or observed.now))


def silent(seen: datetime | None, now: datetime) -> bool:
    """Tell whether an engine that was last seen then is one that does not run.

    One that was seen far ahead had a clock that jumped; it says nothing of now.
    """
    return seen is None or abs(now - seen) > STANDS_STILL


def _of_office(observed: Observed) -> Iterable[Alert]:
    if observed.seen and silent(observed.seen, observed.now):
        yield Alert(
            OFFICE,
            Kind.SILENT,
            Phrase("the service does not run"),
            Phrase("start it: «promoter run»"),
            at=observed.seen,
        )
    if observed.locked:
        yield Alert(
            OFFICE,
            Kind.LOCKED,
            Phrase("nothing goes out: this office was restored or copied"),
            Phrase("once the other machine is off: «promoter resume --other-machine-off»"),
        )
    if observed.free is not None and observed.free < LEAST_FREE:
        yield Alert(
            OFFICE,
            Kind.DISK,
            Phrase("only {free} MB are left on the disk", free=observed.free // 1_000_000),
            Phrase("make room on the disk of {folder}", folder=observed.disk),
        )


def _of_stop(stop: StopSeen) -> Iterable[Alert]:
    if stop.live:
        yield Alert(
            f"{stop.kind} {stop.code}",
            Kind.STOPPED,
            Phrase(
                "{code} is stopped and still live in {count} places",
                code=stop.code,
                count=stop.live,
            ),
            Phrase("«promoter stop --{kind} {code}»", kind=stop.kind, code=stop.code),
            product=stop.name,
        )


def _of_account(account: AccountSeen, now: datetime) -> Iterable[Alert]:
    name = account.name
    if account.paused and account.problem:
        next_step = Phrase(
            "mend it («promoter accounts test {account}»), then «promoter resume --account "
            "{account}»",
            account=name,
        )
        yield Alert(name, Kind.PAUSED, account.problem, next_step, account=name)
    ends = _ending(account, now)
    if ends:
        yield Alert(
            name,
            Kind.EXPIRES,
            Phrase("its authorisation ends soon"),
            Phrase("«promoter accounts connect {account}»", account=name),
            account=name,
            at=ends,
        )


def _ending(account: AccountSeen, now: datetime) -> datetime | None:
    """Return which end of an account is near: of the person's consent, or of the credentials."""
    if ends_soon(None, account.consent_until, now):
        return account.consent_until
    soon = ends_soon(account.issued_at, account.expires_at, now)
    return account.expires_at if soon else None


def ends_soon(issued_at: datetime | None, expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether a person must authorise an account within days.

    A credential that lives for hours renews itself long before its end: little of its own life is
    soon, too.
    """
    if expires_at is None:
        return False
    soon = ENDS_SOON
    if issued_at is not None:
        soon = min(soon, (expires_at - issued_at) * LEFT_AT_LEAST)
    return expires_at - now <= soon


def _of_post(post: PostSeen, observed: Observed) -> Iterable[Alert]:
    delivery, now = post.delivery, observed.now
    match delivery.state:
        case State.HELD:
            yield _alert(post, Kind.HELD, delivery.note, HELD_STEP)
        case State.FAILED | State.MISSED if now - (post.settled_at or now) < OLD:
            kind = Kind.FAILED if delivery.state is State.FAILED else Kind.MISSED
            in_time = kind is Kind.FAILED and now <= delivery.latest
            yield _alert(post, kind, delivery.note, RETRY_STEP if in_time else SHOW_STEP)
        case State.PUBLISHED if delivery.note:
            yield _alert(post, Kind.LOOK, delivery.note, SHOW_STEP)
        case State.WAITING if now <= delivery.at <= now + UNAPPROVED_BEFORE:
            unasked = Phrase("nobody has approved it yet")
            yield _alert(post, Kind.UNAPPROVED, delivery.note or unasked, APPROVE_STEP)
        case State.DUE | State.READY | State.SENDING | State.PENDING | State.UNKNOWN:
            reason = _late(delivery, observed)
            if reason:
                yield _alert(post, Kind.LATE, reason, LATE_STEP)


HELD_STEP = Phrase(
    "look at the page, then «promoter posts resolve {key} --live ADDRESS» or «--absent»"
)
RETRY_STEP = Phrase("«promoter posts show {key}»; to try again: «promoter posts retry {key}»")
SHOW_STEP = Phrase("«promoter posts show {key}»")
APPROVE_STEP = Phrase("«promoter posts show {key}», then «promoter posts approve {key}»")
LATE_STEP = Phrase("«promoter doctor» tells what is wrong; «promoter posts show {key}»")


def _alert(post: PostSeen, kind: Kind, reason: Phrase | None, step: Phrase) -> Alert:
    delivery = post.delivery
    return Alert(
        delivery.key,
        kind,
        reason or Phrase("it is {state}", state=delivery.state.value),
        Phrase(step.text, key=delivery.key[:10]),
        account=delivery.account,
        product=post.product,
        at=delivery.at,
    )


def _late(delivery: Delivery, observed: Observed) -> Phrase | None:
    """Return why a post, or the answer about it, is overdue; None if it is not.

    What a person has paused is not late; what was parked (its service's wait, its least gap, the
    day's limit) is not due yet.
    """
    now = observed.now
    account = observed.accounts.get(delivery.account)
    if observed.paused or (account and account.paused):
        return None
    if account is None:
        gone = Phrase("its account {account} is not in the settings", account=delivery.account)
        return gone if delivery.at + STANDS_STILL <= now else None
    due = [delivery.next_at, delivery.lease_until, account.wait_until]
    unsent = delivery.state in (State.DUE, State.READY)
    if unsent:
        due.append(delivery.at)
    if max(moment for moment in due if moment) + STANDS_STILL <= now:
        return Phrase("it is due, and nothing has been tried for 5 minutes")
    waits = account.problem if account.wait_until and account.wait_until > now else None
    why = waits or (delivery.note if delivery.tries else None)
    return why if unsent and delivery.at + STILL_NOT_OUT <= now else None


def to_tell(
    found: Sequence[Alert], known: Mapping[tuple[str, Kind], Known], now: datetime
) -> list[Alert]:
    """Return those of the alerts that a message should tell: new ones, and what lasts for a day.

    Args:
        known: What is remembered of each of them.
    """
    return [item for item in found if _wants_telling(item, known[item.subject, item.kind], now)]


def _wants_telling(alert: Alert, known: Known, now: datetime) -> bool:
    if known.told_at is not None:  # a clock that was set back is a reason to tell it, too
        return alert.kind not in ONCE and abs(now - known.told_at) >= REPEAT
    return alert.kind not in SEEN_TWICE or abs(now - known.since) >= LOOK_AGAIN


def may_send(not_before: datetime | None, now: datetime) -> bool:
    """Tell whether a message may leave; a moment that a clock set back has left far ahead is void.

    Args:
        not_before: What the last message, or the last that could not leave, asks for.
    """
    return not_before is None or not (now < not_before <= now + EVERY)


def shown(found: Sequence[Alert]) -> list[tuple[Kind, list[Alert], int]]:
    """Return for each kind its alerts that a message names, and how many more there are.

    A message names LINES in all, so that a phone and every service can show it; each kind has its
    share, and at least one.
    """
    kinds: dict[Kind, list[Alert]] = {}
    for item in found:
        kinds.setdefault(item.kind, []).append(item)
    share = max(1, LINES // len(kinds)) if kinds else 0
    return [(kind, items[:share], len(items[share:])) for kind, items in kinds.items()]


def worst(found: Collection[Alert]) -> Severity:
    """Return the severity of a message about some alerts."""
    wrong = any(item.severity is Severity.ERROR for item in found)
    return Severity.ERROR if wrong else Severity.WARNING
