"""The life of sending one post: one state machine, pure, so that every ending can be tested.

WAITING ─approved─▶ DUE ─prepared─▶ READY ─claimed─▶ SENDING ─receipt─▶ PUBLISHED ─▶ WITHDRAWN
SENDING ─not live─▶ PENDING ─resume─▶ PUBLISHED or FAILED
SENDING ─no answer, worker died─▶ UNKNOWN ─find─▶ PUBLISHED, DUE again (surely absent) or HELD
Any unattempted state ─▶ CANCELLED (no longer planned), REJECTED (by a person), MISSED (too late)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from promoter.core.errors import (
    ChannelError,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from promoter.core.model import Absent, Draft, Phrase, Receipt


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "WAITING"
    DUE = "DUE"
    READY = "READY"
    SENDING = "SENDING"
    PENDING = "PENDING"
    UNKNOWN = "UNKNOWN"
    HELD = "HELD"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


UNATTEMPTED = frozenset({State.WAITING, State.DUE, State.READY})
"""Nothing public was tried: the plan may still move, change or cancel it."""

USED = frozenset(State) - UNATTEMPTED - {State.CANCELLED}
"""The slot is used up and counts as exposure, whatever the plan says later."""

PREPARE_AHEAD = timedelta(minutes=30)
PREPARE_AGAIN = timedelta(seconds=5)
RESUME_AGAIN = timedelta(seconds=30)
RESUME_AT_MOST = timedelta(days=3)
"""A post that is neither live nor refused after this is a person's to look at."""
SURE_AGAIN = timedelta(seconds=60)
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120))
LOOKS = tuple(timedelta(minutes=m) for m in (1, 2, 4, 8, 16))
"""Delays between looks that may lag: 31 minutes in all before a person is asked."""
WATCH_FOR = timedelta(hours=24)
"""So long after it was sent again the first copy of a post may still turn up."""
WATCH_LEAST, WATCH_MOST = timedelta(minutes=2), timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The current state of sending one post.

    Attributes:
        at: The slot.
        next_at: When the next verb (prepare, publish, find, resume) is due.
        lease_until: Until when a claimed verb belongs to its worker.
        tries: Publishes and prepares that failed in a row.
        sent_at: When the claim was committed: look-ups search from here.
        looks, sure: Looks that found nothing, and those of them that were sure, since `sent_at`.
        shown: Digest of the creative that was sent last; empty before, and where it had to be
            taken down.
        note: Why it stands where it stands, when that is not obvious.
    """

    key: str
    account: str
    state: State
    at: datetime
    max_lateness: timedelta
    next_at: datetime
    lease_until: datetime | None = None
    tries: int = 0
    sent_at: datetime | None = None
    looks: int = 0
    sure: int = 0
    draft: Draft | None = None
    receipt: Receipt | None = None
    shown: str = ""
    note: Phrase | None = None

    @property
    def latest(self) -> datetime:
        """Return the last moment at which it may still go out."""
        return self.at + self.max_lateness


def composed(delivery: Delivery, *, approved: bool, note: Phrase | None = None) -> Delivery:
    """Return the delivery after new bytes were made: what was prepared for old bytes is void."""
    if delivery.state not in UNATTEMPTED:
        return delivery
    return replace(
        delivery,
        state=State.DUE if approved else State.WAITING,
        next_at=delivery.at - PREPARE_AHEAD if approved else delivery.at,
        draft=None,
        note=note,
        tries=0,
    )


def voided(delivery: Delivery, note: Phrase) -> Delivery:
    """Return the delivery after something that it states has changed: a person is asked again."""
    return composed(delivery, approved=False, note=note)


def moved(delivery: Delivery, at: datetime) -> Delivery:
    """Return the delivery at another time: approval, draft and link stay."""
    if delivery.state not in UNATTEMPTED:
        return delivery
    ahead = PREPARE_AHEAD if delivery.state is State.DUE else timedelta()
    return replace(delivery, at=at, next_at=at - ahead)


def prepared(delivery: Delivery, draft: Draft | None, now: datetime) -> Delivery:
    """Return the delivery after one step of `prepare`; None where there is nothing to prepare."""
    if delivery.state is not State.DUE:
        return delivery
    if draft is None or draft.ready:
        return replace(
            delivery, state=State.READY, draft=draft, next_at=max(delivery.at, now), tries=0
        )
    return replace(delivery, draft=draft, next_at=now + PREPARE_AGAIN)


def claimed(delivery: Delivery, now: datetime, lease: timedelta) -> Delivery:
    """Return the delivery as it is committed before the first byte of `publish` leaves."""
    return replace(
        delivery,
        state=State.SENDING,
        sent_at=now,
        lease_until=now + lease,
        next_at=now + lease,
        looks=0,
        sure=0,
        note=None,
    )


def accepted(delivery: Delivery, receipt: Receipt, now: datetime) -> Delivery:
    """Return the delivery after the channel answered with a receipt, or a look found the post."""
    received = replace(delivery, receipt=receipt, lease_until=None, note=None)
    if receipt.live:
        return replace(received, state=State.PUBLISHED, next_at=now)
    return _pending(received, now, RESUME_AGAIN)


def _pending(delivery: Delivery, now: datetime, least: timedelta) -> Delivery:
    """Return the delivery to be looked at again: more rarely as it ages, and not for ever."""
    age = now - (delivery.sent_at or now)
    if age > RESUME_AT_MOST:
        return held(delivery, now)
    return replace(delivery, state=State.PENDING, next_at=now + max(least, age / 10))


def failed(delivery: Delivery, error: ChannelError, now: datetime) -> Delivery:
    """Return the delivery after a verb raised; what it means depends on where the delivery stood.

    While looking, an error is a failed read. Only a refusal counts: of a channel that will not be
    asked a person is told in the end (UNKNOWN), and what it decided against has failed (PENDING).
    """
    if delivery.state is State.UNKNOWN and isinstance(error, Rejected):
        unseen = not_found(delivery, Absent(sure=False), now, resend=False)
        return replace(unseen, note=error.phrase)
    if delivery.state is State.UNKNOWN:
        return replace(delivery, next_at=now + _wait(error, SURE_AGAIN), note=error.phrase)
    if delivery.state is State.PENDING and not isinstance(error, Rejected):
        return _pending(replace(delivery, note=error.phrase), now, _wait(error, RESUME_AGAIN))
    match error:
        case Rejected():
            return replace(
                delivery, state=State.FAILED, lease_until=None, next_at=now, note=error.phrase
            )
        case OutcomeUnknown() if delivery.state is State.SENDING:
            return lost(delivery, now, error.phrase)
        case _:
            return _again(delivery, error, now)


def _again(delivery: Delivery, error: ChannelError, now: datetime) -> Delivery:
    wait = _wait(error, RETRIES[min(delivery.tries, len(RETRIES) - 1)])
    later = replace(
        delivery,
        state=State.DUE,
        lease_until=None,
        tries=delivery.tries + 1,
        next_at=now + wait,
        note=error.phrase,
    )
    return missed(later, now) if later.next_at > later.latest else later


def _wait(error: ChannelError, least: timedelta) -> timedelta:
    """Return how long to wait: what the service asked for, but never less than our own step."""
    asked = error.after if isinstance(error, Transient) else None
    return max(asked, least) if asked else least


def lost(delivery: Delivery, now: datetime, note: Phrase) -> Delivery:
    """Return the delivery after its answer was lost, or its worker died: look, do not send."""
    return replace(delivery, state=State.UNKNOWN, lease_until=None, next_at=now, note=note)


def not_found(delivery: Delivery, absent: Absent, now: datetime, *, resend: bool) -> Delivery:
    """Return the delivery after a look that did not find the post.

    Args:
        absent: Sure only if the object itself was read; believed after two looks 60 s apart.
        resend: Whether the account sends again after looks that may lag.
    """
    if delivery.state is not State.UNKNOWN:
        return delivery
    seen = replace(
        delivery,
        looks=delivery.looks + 1,
        sure=delivery.sure + 1 if absent.sure else 0,
    )
    if absent.sure:
        return _due_again(seen, now) if seen.sure >= 2 else replace(seen, next_at=now + SURE_AGAIN)
    if seen.looks <= len(LOOKS):
        return replace(seen, next_at=now + LOOKS[seen.looks - 1])
    return _due_again(seen, now) if resend else held(seen, now)


def _due_again(delivery: Delivery, now: datetime) -> Delivery:
    return replace(
        delivery,
        state=State.DUE,
        next_at=now,
        looks=0,
        sure=0,
        note=Phrase("the first try did not arrive; it is sent again"),
    )


@dataclass(frozen=True, slots=True)
class Sighting:
    """What copies mean: where the post stands now, and which copies must be taken down."""

    delivery: Delivery
    extra: tuple[Receipt, ...] = ()


def sighted(delivery: Delivery, copies: Sequence[Receipt], now: datetime) -> Sighting:
    """Return what it means that these copies of a post are there, oldest first.

    Beside a live post a copy is one too many only if the post itself is among them: the last copy
    must never be taken down.
    """
    if not copies or delivery.state is State.SENDING:
        return Sighting(delivery)
    if delivery.state in (State.PUBLISHED, State.PENDING) and delivery.receipt:
        own = delivery.receipt.remote_id
        others = tuple(item for item in copies if item.remote_id != own)
        return Sighting(delivery, others if len(others) < len(copies) else ())
    if delivery.state in (State.CANCELLED, State.REJECTED, State.WITHDRAWN):
        return Sighting(delivery, tuple(copies))
    return Sighting(accepted(delivery, copies[0], now), tuple(copies[1:]))


def unsorted(delivery: Delivery, copies: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """Return the copies beside a live post of which nobody can tell which one it is."""
    own = delivery.receipt.remote_id if delivery.receipt else ""
    live = delivery.state in (State.PUBLISHED, State.PENDING)
    known = any(item.remote_id == own for item in copies)
    return tuple(copies) if live and not known and len(copies) > 1 else ()


def watch_again(sent: datetime, now: datetime) -> datetime | None:
    """Return when to look for copies again of what was sent at a moment; None: no more."""
    if now >= sent + WATCH_FOR:
        return None
    return now + min(max((now - sent) / 2, WATCH_LEAST), WATCH_MOST)


def held(delivery: Delivery, now: datetime, note: Phrase | None = None) -> Delivery:
    """Return the delivery that may be live and cannot be known: a person looks at the page."""
    return replace(
        delivery,
        state=State.HELD,
        next_at=now,
        note=note
        or Phrase("it may be live and could not be found; look at the page, then «posts resolve»"),
    )


def missed(delivery: Delivery, now: datetime) -> Delivery:
    """Return the delivery that is too late: never sent, the last error is kept."""
    reason = delivery.note or Phrase("it was not sent in time")
    return replace(
        delivery,
        state=State.MISSED,
        lease_until=None,
        next_at=now,
        note=Phrase("missed: {reason}", reason=reason),
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be known, in one transaction, before a public call may start.

    Attributes:
        paused: The office or the account stands still.
        approved: The approval names the digest of the bytes that would go out.
        true: The facts that the creative states are still in force.
        wait_until: The account asked for a pause, or its least gap is not over.
        full: The account's posts of the local day have reached its limit.
        next_day: When a full account may post again.
        mark: Digest of the creative that would go out.
    """

    paused: bool
    approved: bool
    true: bool
    wait_until: datetime | None
    full: bool
    next_day: datetime
    mark: str = ""


def admitted(delivery: Delivery, gate: Gate, now: datetime, lease: timedelta) -> Delivery:
    """Return the delivery claimed, or where else it goes; unchanged means: not now."""
    if now > delivery.latest:
        return missed(delivery, now)
    if not gate.true:
        return voided(delivery, Phrase("a fact has changed since it was written"))
    if not gate.approved:
        return voided(delivery, Phrase("it is not approved in its present form"))
    if gate.paused:
        return delivery
    if gate.full:
        return replace(delivery, next_at=gate.next_day)
    if gate.wait_until and gate.wait_until > now:
        return replace(delivery, next_at=gate.wait_until)
    return replace(claimed(delivery, now, lease), shown=gate.mark)


class Decision(StrEnum):
    """What a person can say about a post."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    RETRY = "retry"
    LIVE = "live"
    ABSENT = "absent"


def decided(
    delivery: Delivery, decision: Decision, now: datetime, receipt: Receipt | None = None
) -> Delivery | Phrase:
    """Return the delivery after a person's decision, or why that is not possible now."""
    match decision, delivery.state:
        case Decision.APPROVE, State.WAITING:
            return composed(delivery, approved=True)
        case (Decision.REJECT, State.WAITING) | (Decision.CANCEL, State.DUE | State.READY):
            return replace(delivery, state=State.REJECTED, next_at=now, note=None)
        case Decision.CANCEL, State.WAITING:
            return replace(delivery, state=State.REJECTED, next_at=now, note=None)
        case Decision.RETRY, State.FAILED | State.MISSED if now <= delivery.latest:
            return composed(replace(delivery, state=State.WAITING), approved=True)
        case Decision.RETRY, State.FAILED | State.MISSED:
            return Phrase("its time has passed; make a new post instead")
        case Decision.LIVE, State.HELD | State.UNKNOWN if receipt:
            return accepted(delivery, receipt, now)
        case Decision.ABSENT, State.HELD | State.UNKNOWN:
            back = composed(replace(delivery, state=State.WAITING), approved=True)
            return missed(back, now) if now > back.latest else back
        case _:
            return Phrase("not possible while it is {state}", state=delivery.state.value)


def next_actions(state: State) -> tuple[Decision, ...]:
    """Return the decisions that are safe in a state, most usual first."""
    match state:
        case State.WAITING:
            return (Decision.APPROVE, Decision.REJECT)
        case State.DUE | State.READY:
            return (Decision.CANCEL,)
        case State.HELD | State.UNKNOWN:
            return (Decision.LIVE, Decision.ABSENT)
        case State.FAILED | State.MISSED:
            return (Decision.RETRY,)
        case _:
            return ()
