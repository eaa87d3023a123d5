"""Deliveries, their attempts and the state of accounts; each change is one conditional UPDATE."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from promoter.core.account import Quota
from promoter.core.delivery import Delivery, State
from promoter.core.model import Draft, Phrase, Placement, Receipt
from promoter.store import database, phrases
from promoter.store.tables import AccountRow, AttemptRow, DeliveryRow, PostRow

LONGEST_LEASE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a verb for a post."""

    verb: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    note: Phrase | None


@dataclass(frozen=True, slots=True)
class AccountState:
    """What is known of an account beyond its settings.

    Attributes:
        wait_until: The service asked for a pause.
        public_at: When its last public call started.
        problem: Why a person must look at it.
        identity: Who it was at its service when it was first used; empty before.
        quota: What the service said last of the calls that are left.
    """

    paused: bool = False
    wait_until: datetime | None = None
    public_at: datetime | None = None
    problem: Phrase | None = None
    identity: str = ""
    quota: Quota | None = None


def get(session: Session, key: str) -> Delivery | None:
    """Return the delivery of a post."""
    found = _read(session, col(DeliveryRow.post_key) == key)
    return found[0] if found else None


def due(
    session: Session, account: str, states: Collection[State], now: datetime, limit: int = 1
) -> list[Delivery]:
    """Return the deliveries of an account whose next verb is due and not leased, oldest first."""
    return _read(
        session,
        col(DeliveryRow.account) == account,
        col(DeliveryRow.state).in_([state.value for state in states]),
        col(DeliveryRow.next_at) <= now,
        _free(now),
        limit=limit,
    )


def _free(now: datetime) -> Any:
    """Return the condition that no worker has it; a lease far ahead is of another clock."""
    lease = col(DeliveryRow.lease_until)
    return lease.is_(None) | (lease <= now) | (lease > now + LONGEST_LEASE)


def before(session: Session, states: Collection[State], until: datetime) -> list[Delivery]:
    """Return the deliveries in some states whose slot lies before a moment."""
    return _read(
        session,
        col(DeliveryRow.state).in_([state.value for state in states]),
        col(PostRow.at) < until,
    )


def live_listings(session: Session) -> list[Delivery]:
    """Return the deliveries of the listings that are live."""
    return _read(
        session,
        col(PostRow.placement) == Placement.LISTING.value,
        col(DeliveryRow.state) == State.PUBLISHED.value,
    )


def _read(session: Session, *conditions: object, limit: int | None = None) -> list[Delivery]:
    query = (
        select(DeliveryRow, col(PostRow.at), col(PostRow.max_lateness_seconds))
        .join(PostRow, col(PostRow.key) == col(DeliveryRow.post_key))
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(col(PostRow.at), col(PostRow.key))
    )
    rows = session.execute(query.limit(limit) if limit else query).all()
    return [_value(row, at, seconds) for row, at, seconds in rows]


def _value(row: DeliveryRow, at: datetime, seconds: int) -> Delivery:
    state = State(row.state)
    receipt = None
    if row.remote_id or row.url:
        receipt = Receipt(row.remote_id, row.url, live=state is not State.PENDING)
    return Delivery(
        key=row.post_key,
        account=row.account,
        state=state,
        at=at,
        max_lateness=timedelta(seconds=seconds),
        next_at=row.next_at,
        lease_until=row.lease_until,
        tries=row.tries,
        sent_at=row.sent_at,
        looks=row.looks,
        sure=row.sure,
        draft=Draft(row.draft["ready"], row.draft["data"]) if row.draft else None,
        receipt=receipt,
        shown=row.shown,
        note=phrases.load(row.note),
    )


def save(session: Session, old: Delivery, new: Delivery, now: datetime) -> bool:
    """Change a delivery if it still is what it was; tell whether this caller won.

    State, next moment, lease and what is shown together are the version that is compared.
    """
    session.flush()  # what is not written yet would be lost when rows are read anew below
    settled = new.state is not old.state and new.state in _SETTLED
    changed = session.connection().execute(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.post_key) == old.key,
            col(DeliveryRow.state) == old.state.value,
            col(DeliveryRow.next_at) == old.next_at,
            col(DeliveryRow.lease_until).is_not_distinct_from(old.lease_until),
            col(DeliveryRow.shown) == old.shown,
        )
        .values(
            state=new.state.value,
            next_at=new.next_at,
            lease_until=new.lease_until,
            tries=new.tries,
            sent_at=new.sent_at,
            looks=new.looks,
            sure=new.sure,
            draft={"ready": new.draft.ready, "data": dict(new.draft.data)} if new.draft else None,
            remote_id=new.receipt.remote_id if new.receipt else "",
            url=new.receipt.url if new.receipt else "",
            shown=new.shown,
            note=phrases.dump(new.note),
            **({"settled_at": now} if settled else {}),
        )
    )
    session.expire_all()  # rows that this session holds may be what has just changed
    return changed.rowcount == 1


_SETTLED = frozenset(
    {State.PUBLISHED, State.FAILED, State.MISSED, State.REJECTED, State.WITHDRAWN, State.CANCELLED}
)


def counts(session: Session) -> dict[str, int]:
    """Return how many deliveries stand in each state."""
    rows = session.execute(
        select(col(DeliveryRow.state), func.count()).group_by(col(DeliveryRow.state))
    )
    return {state: number for state, number in rows}


def keys_in(session: Session, state: State | None, limit: int) -> list[str]:
    """Return the keys of the deliveries in a state (or all), newest slot first."""
    query = (
        select(col(DeliveryRow.post_key))
        .join(PostRow, col(PostRow.key) == col(DeliveryRow.post_key))
        .order_by(col(PostRow.at).desc(), col(PostRow.key))
        .limit(limit)
    )
    if state:
        query = query.where(col(DeliveryRow.state) == state.value)
    return list(session.scalars(query))


def keys_between(session: Session, state: State, start: datetime, end: datetime) -> list[str]:
    """Return the keys of the deliveries in a state whose slot lies in [start, end]."""
    return list(
        session.scalars(
            select(col(DeliveryRow.post_key))
            .join(PostRow, col(PostRow.key) == col(DeliveryRow.post_key))
            .where(col(DeliveryRow.state) == state.value, col(PostRow.at).between(start, end))
            .order_by(col(PostRow.at), col(PostRow.key))
        )
    )


def keys_from(session: Session, start: datetime, end: datetime) -> list[str]:
    """Return the keys of all posts whose slot lies in [start, end]."""
    query = select(col(PostRow.key)).where(col(PostRow.at).between(start, end))
    return list(session.scalars(query.order_by(col(PostRow.at), col(PostRow.key))))


def next_moment(session: Session, account: str | None = None) -> datetime | None:
    """Return when the next verb of any delivery (of an account) is due."""
    query = select(func.min(col(DeliveryRow.next_at))).where(
        col(DeliveryRow.state).in_([state.value for state in OPEN])
    )
    return session.scalar(query.where(col(DeliveryRow.account) == account) if account else query)


OPEN = (State.DUE, State.READY, State.SENDING, State.PENDING, State.UNKNOWN)
"""Something is still to be done by the machine."""


def due_accounts(session: Session, now: datetime) -> set[str]:
    """Return the accounts for which the next verb of some delivery is due and not leased."""
    query = (
        select(col(DeliveryRow.account))
        .distinct()
        .where(
            col(DeliveryRow.state).in_([state.value for state in OPEN]),
            col(DeliveryRow.next_at) <= now,
            _free(now),
        )
    )
    return set(session.scalars(query))


def begin(session: Session, key: str, verb: str, now: datetime) -> int:
    """Write down that a verb is about to be called; return the attempt's number."""
    row = AttemptRow(post_key=key, verb=verb, started_at=now)
    session.add(row)
    session.flush()
    return row.id or 0


def end(
    session: Session, attempt: int, outcome: str, now: datetime, note: Phrase | None = None
) -> None:
    """Write down how an attempt ended."""
    session.execute(
        update(AttemptRow)
        .where(col(AttemptRow.id) == attempt)
        .values(ended_at=now, outcome=outcome, note=phrases.dump(note))
    )


def end_open(session: Session, key: str, outcome: str, now: datetime) -> None:
    """Close the attempts of a post whose worker died."""
    session.execute(
        update(AttemptRow)
        .where(col(AttemptRow.post_key) == key, col(AttemptRow.ended_at).is_(None))
        .values(ended_at=now, outcome=outcome)
    )


def attempts(session: Session, key: str) -> list[Attempt]:
    """Return the attempts of a post, oldest first."""
    rows = session.scalars(
        select(AttemptRow).where(col(AttemptRow.post_key) == key).order_by(col(AttemptRow.id))
    )
    return [
        Attempt(row.verb, row.started_at, row.ended_at, row.outcome, phrases.load(row.note))
        for row in rows
    ]


def sends(session: Session, key: str) -> list[datetime]:
    """Return when each public call for a post began, oldest first."""
    return [item.started_at for item in attempts(session, key) if item.verb == "publish"]


def attempt_counts(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """Return how often something was tried for each of some posts."""
    rows = session.execute(
        select(col(AttemptRow.post_key), func.count())
        .where(col(AttemptRow.post_key).in_(keys))
        .group_by(col(AttemptRow.post_key))
    )
    return {key: number for key, number in rows}


def account(session: Session, name: str) -> AccountState:
    """Return what is known of an account."""
    row = session.get(AccountRow, name)
    if row is None:
        return AccountState()
    problem, quota = phrases.load(row.problem), _quota(row.quota)
    return AccountState(row.paused, row.wait_until, row.public_at, problem, row.identity, quota)


def _quota(kept: dict[str, Any] | None) -> Quota | None:
    if kept is None:
        return None
    until = kept["until"]
    return Quota(kept["used"], datetime.fromisoformat(until) if until else None)


def save_account(session: Session, name: str, state: AccountState) -> None:
    """Keep what is known of an account."""
    session.merge(
        AccountRow(
            name=name,
            paused=state.paused,
            wait_until=state.wait_until,
            public_at=state.public_at,
            problem=phrases.dump(state.problem),
            identity=state.identity,
            quota=_dumped(state.quota),
        )
    )


def _dumped(quota: Quota | None) -> dict[str, Any] | None:
    if quota is None:
        return None
    return {"used": quota.used, "until": quota.until.isoformat() if quota.until else None}


def public(session: Session, name: str, now: datetime) -> None:
    """Keep that a public call of an account starts; all else that is known of it stays."""
    session.flush()
    row = {"name": name, "paused": False, "identity": "", "public_at": now}
    session.connection().execute(_publishing(session.get_bind().dialect.name), row)
    session.expire_all()


@cache
def _publishing(dialect: str) -> Any:
    made = database.adding_to(dialect, AccountRow)
    return made.on_conflict_do_update(
        index_elements=["name"], set_={"public_at": made.excluded.public_at}
    )


def public_between(session: Session, name: str, start: datetime, end: datetime) -> int:
    """Return how many posts with a slot in [start, end) an account made public, or may have."""
    states = (State.SENDING, State.PENDING, State.UNKNOWN, State.HELD, State.PUBLISHED)
    query = (
        select(func.count())
        .select_from(PostRow)
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(
            col(PostRow.account) == name,
            col(PostRow.at) >= start,
            col(PostRow.at) < end,
            col(DeliveryRow.state).in_([state.value for state in states]),
        )
    )
    return session.scalar(query) or 0
