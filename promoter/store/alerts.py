"""What a person should know: the posts about which something may be wrong, and what was told."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, func, select, update
from sqlmodel import Session, col

from promoter.core.alarm import (
    AWAY,
    OLD,
    RETURNS,
    STANDS_STILL,
    UNAPPROVED_BEFORE,
    Kind,
    Known,
    PostSeen,
)
from promoter.core.delivery import State
from promoter.store import database, deliveries
from promoter.store.tables import (
    AlertRow,
    DeliveryRow,
    OfficeRow,
    PostProductRow,
    PostRow,
    ProductRow,
)

LIVE_SINCE = timedelta(days=30)
"""A note on a post that is older than this changes nothing any more."""
MOST = 500
"""More than this of one sort is no news: what is told counts them, and names the first."""

NOT_BEFORE = "alert_not_before"
"""Name of the office's value that tells before when no message leaves."""
GONE = "alert_gone"
"""Name of the office's value that tells since when something that was told is away."""

Subject = tuple[str, Kind]


def suspects(session: Session, now: datetime) -> list[PostSeen]:
    """Return the posts of which alarms decide, the earliest slots first; no more than MOST a sort.

    Only what is open, held, or lately settled is read, so that a long history costs nothing.
    """
    state, at, settled = col(DeliveryRow.state), col(PostRow.at), col(DeliveryRow.settled_at)
    next_at = col(DeliveryRow.next_at)
    lately = at >= now - LIVE_SINCE
    # no index fits this, so that the few of these weeks are read, not all that were ever sent
    ended = func.coalesce(state, "")
    noted = cast(col(DeliveryRow.note), String) != "null"  # what JSON has for nothing
    unsent = (State.DUE, State.READY)
    open_, unsent_ = ([item.value for item in kind] for kind in (deliveries.OPEN, unsent))
    sorts = (
        state.in_(open_) & (next_at <= now - STANDS_STILL),
        state.in_(unsent_) & (at <= now - STANDS_STILL),
        state == State.HELD.value,
        ended.in_([State.FAILED.value, State.MISSED.value]) & lately & (settled > now - OLD),
        (ended == State.PUBLISHED.value) & lately & noted,
        (state == State.WAITING.value) & at.between(now, now + UNAPPROVED_BEFORE),
    )
    keys: dict[str, datetime | None] = {}
    for sort in sorts:
        keys |= dict(_keys(session, sort))
    names = _names(session, list(keys))
    found = (
        PostSeen(delivery, names.get(key, ""), keys[key])
        for key in keys
        if (delivery := deliveries.get(session, key))
    )
    return sorted(found, key=lambda item: (item.delivery.at, item.delivery.key))


def _keys(session: Session, sort: ColumnElement[bool]) -> list[tuple[str, datetime | None]]:
    rows = session.execute(
        select(col(DeliveryRow.post_key), col(DeliveryRow.settled_at))
        .join(PostRow, col(PostRow.key) == col(DeliveryRow.post_key))
        .where(sort)
        .order_by(col(PostRow.at))
        .limit(MOST)
    )
    return [(key, settled) for key, settled in rows]


def _names(session: Session, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(col(PostProductRow.post_key), col(ProductRow.name))
        .join(ProductRow, col(ProductRow.code) == col(PostProductRow.product))
        .where(col(PostProductRow.post_key).in_(keys))
        .order_by(col(PostProductRow.post_key), col(PostProductRow.position))
    )
    found: dict[str, list[str]] = {}
    for key, name in rows:
        found.setdefault(key, []).append(name)
    return {key: ", ".join(names) for key, names in found.items()}


def remembered(session: Session) -> dict[Subject, Known]:
    """Return all that is remembered; a kind that this program does not know is left out."""
    rows = session.scalars(select(AlertRow).order_by(col(AlertRow.since), col(AlertRow.subject)))
    return {
        (row.subject, Kind(row.kind)): Known(row.since, row.told_at)
        for row in rows
        if row.kind in {kind.value for kind in Kind}
    }


def remember(session: Session, found: Iterable[Subject], now: datetime) -> Mapping[Subject, Known]:
    """Remember what there is now and forget what is over; return what is remembered of each.

    What may come back by itself is over only after AWAY, so that it is not told again and again.
    """
    wanted = dict.fromkeys(found)
    before = remembered(session)
    away = {item: known for item, known in before.items() if item not in wanted}
    waits = _still_waits(session, away, now)
    for subject, kind in away.keys() - waits:
        session.execute(delete(AlertRow).where(_is(subject, kind)))
    for subject, kind in wanted.keys() - before.keys():
        row = {"subject": subject, "kind": kind.value, "since": now}
        wish = database.adding(session, AlertRow).values(**row)
        session.execute(wish.on_conflict_do_nothing())  # another machine looks at the same
    return {item: before.get(item) or Known(now) for item in wanted}


def _still_waits(
    session: Session, away: Mapping[Subject, Known], now: datetime
) -> Collection[Subject]:
    """Return which of those that are away are not over yet; keep since when they are."""
    kept = database.value(session, GONE)
    before: dict[str, str] = json.loads(kept) if kept else {}
    gone: dict[str, str] = {}
    waits = set()
    for (subject, kind), known in away.items():
        name = f"{kind.value} {subject}"
        since = before.get(name, now.isoformat())
        short = abs(now - datetime.fromisoformat(since)) < AWAY  # also if a clock was set back
        if known.told_at and kind in RETURNS and short:
            gone[name] = since
            waits.add((subject, kind))
    if gone != before:
        session.merge(OfficeRow(name=GONE, value=json.dumps(gone) if gone else ""))
        session.flush()
    return waits


def not_before(session: Session) -> datetime | None:
    """Return before when no further message may leave."""
    kept = database.value(session, NOT_BEFORE)
    return datetime.fromisoformat(kept) if kept else None


def reserve(session: Session, before: datetime | None, until: datetime) -> bool:
    """Let no message leave before a moment; False if another machine has done so meanwhile.

    Args:
        before: What `not_before` has returned.
    """
    old, new = (moment.isoformat() if moment else "" for moment in (before, until))
    made = database.adding(session, OfficeRow).values(name=NOT_BEFORE, value="")
    session.execute(made.on_conflict_do_nothing())
    changed = session.connection().execute(
        update(OfficeRow)
        .where(col(OfficeRow.name) == NOT_BEFORE, col(OfficeRow.value) == old)
        .values(value=new)
    )
    session.expire_all()
    return changed.rowcount == 1


def told(session: Session, subjects: Iterable[Subject], now: datetime) -> None:
    """Write down that a message about these has left."""
    for subject, kind in subjects:
        session.execute(update(AlertRow).where(_is(subject, kind)).values(told_at=now))


def _is(subject: str, kind: Kind) -> ColumnElement[bool]:
    return (col(AlertRow.subject) == subject) & (col(AlertRow.kind) == kind.value)
