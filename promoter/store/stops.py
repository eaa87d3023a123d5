"""What a person has stopped: a product or a producer that must not be shown any more.

A stop and what it does to posts are one transaction, and every step reads it in its own: whatever
was about to be sent is then either not sent, or known as sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update
from sqlmodel import Session, SQLModel, col

from promoter.core.delivery import UNATTEMPTED, State
from promoter.core.model import Phrase, Placement
from promoter.store import phrases
from promoter.store.follow_ups import Verb
from promoter.store.tables import (
    AttemptRow,
    DeliveryRow,
    FollowUpRow,
    PostProductRow,
    PostRow,
    ProducerRow,
    ProductRow,
)

SEEN = (State.PUBLISHED, State.PENDING, State.UNKNOWN, State.HELD, State.SENDING)
"""The public sees it, or may see it."""

_ATTEMPTS = SQLModel.metadata.tables[AttemptRow.__tablename__]


class Kind(StrEnum):
    """What can be stopped."""

    PRODUCT = "product"
    PRODUCER = "producer"


@dataclass(frozen=True, slots=True)
class Subject:
    """A product or a producer by its code."""

    kind: Kind
    code: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in force.

    Attributes:
        by: Who stopped it, and why.
        seen: Posts of it that the public sees, or may see.
    """

    subject: Subject
    name: str
    at: datetime
    by: str
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A post of something stopped that the public sees, or may see.

    Attributes:
        at: When it went live; the slot where that is not known.
        url: Where; empty where that is not known.
        leaving: It is asked to be taken down as soon as its channel allows it.
    """

    key: str
    account: str
    channel: str
    placement: Placement
    state: State
    at: datetime
    url: str
    leaving: bool


def names(session: Session, kind: Kind) -> dict[str, str]:
    """Return the names of all products or producers by code, retired ones too."""
    table = _TABLES[kind]
    rows = session.execute(select(col(table.code), col(table.name)).order_by(col(table.code)))
    return {code: name for code, name in rows}


def stop(session: Session, subject: Subject, by: str, now: datetime) -> bool:
    """Write a stop down; tell whether it is new. One that is in force stays as it is."""
    table = _TABLES[subject.kind]
    return _set(
        session,
        subject,
        col(table.stopped_at).is_(None),
        {"stopped_at": now, "stopped_by": by},
    )


def lift(session: Session, subject: Subject) -> bool:
    """End a stop; tell whether there was one."""
    table = _TABLES[subject.kind]
    return _set(
        session,
        subject,
        col(table.stopped_at).is_not(None),
        {"stopped_at": None, "stopped_by": ""},
    )


def _set(
    session: Session,
    subject: Subject,
    condition: ColumnElement[bool],
    values: dict[str, datetime | str | None],
) -> bool:
    table = _TABLES[subject.kind]
    changed = session.connection().execute(
        update(table).where(col(table.code) == subject.code, condition).values(values)
    )
    session.expire_all()
    return changed.rowcount == 1


def stopped(session: Session) -> list[Stop]:
    """Return the stops in force, producers first, in order of code."""
    found = []
    for kind in (Kind.PRODUCER, Kind.PRODUCT):
        table = _TABLES[kind]
        columns = (table.code, table.name, table.stopped_at, table.stopped_by)
        rows = session.execute(
            select(*map(col, columns))
            .where(col(table.stopped_at).is_not(None))
            .order_by(col(table.code))
        )
        for code, name, at, by in rows:
            subject = Subject(kind, code)
            found.append(Stop(subject, name, at, by, len(seen(session, subject))))
    return found


def of_product(session: Session, code: str) -> list[Stop]:
    """Return the stops that keep a product from being shown: its own, and its producer's."""
    row = session.get(ProductRow, code)
    if row is None:
        return []
    wanted = (Subject(Kind.PRODUCT, code), Subject(Kind.PRODUCER, row.producer))
    return [item for item in stopped(session) if item.subject in wanted]


def cancel(session: Session, subject: Subject, note: Phrase, now: datetime) -> list[str]:
    """Cancel every post of a subject that nobody has tried to send; return their keys, in order.

    One that is being prepared is among them: its worker then finds that it is no longer its own.
    """
    session.flush()
    changed = session.connection().execute(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.state).in_([state.value for state in UNATTEMPTED]),
            exists().where(col(PostRow.key) == col(DeliveryRow.post_key), _shows(subject)),
        )
        .values(
            state=State.CANCELLED.value,
            note=phrases.dump(note),
            draft=None,
            lease_until=None,
            tries=0,
            settled_at=now,
        )
        .returning(col(DeliveryRow.post_key))
    )
    keys = sorted(changed.scalars())
    if keys:
        session.connection().execute(insert(_ATTEMPTS), [_attempt(key, note, now) for key in keys])
    session.expire_all()
    return keys


def _attempt(key: str, note: Phrase, now: datetime) -> dict[str, object]:
    return {
        "post_key": key,
        "verb": "stop",
        "started_at": now,
        "ended_at": now,
        "outcome": State.CANCELLED.value,
        "note": phrases.dump(note),
    }


def seen(session: Session, subject: Subject) -> list[Seen]:
    """Return the posts of a subject that the public sees, or may see, newest slot first."""
    query = (
        select(PostRow, DeliveryRow, col(FollowUpRow.verb))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .outerjoin(
            FollowUpRow,
            and_(
                col(FollowUpRow.post_key) == col(PostRow.key),
                col(FollowUpRow.verb) == Verb.WITHDRAW.value,
            ),
        )
        .where(col(DeliveryRow.state).in_([state.value for state in SEEN]), _shows(subject))
        .order_by(col(PostRow.at).desc(), col(PostRow.key))
    )
    return [_seen(post, life, verb) for post, life, verb in session.execute(query)]


def _seen(post: PostRow, life: DeliveryRow, verb: str | None) -> Seen:
    return Seen(
        key=post.key,
        account=post.account,
        channel=post.channel,
        placement=Placement(post.placement),
        state=State(life.state),
        at=life.settled_at or post.at,
        url=life.url,
        leaving=verb is not None and life.state == State.PUBLISHED,
    )


def note(session: Session, keys: Sequence[str], words: Phrase) -> None:
    """Leave a note on live posts."""
    session.connection().execute(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.post_key).in_(keys),
            col(DeliveryRow.state) == State.PUBLISHED.value,
        )
        .values(note=phrases.dump(words))
    )
    session.expire_all()


def _shows(subject: Subject) -> ColumnElement[bool]:
    """Return the condition that a post shows a subject, alone or among others."""
    shown = select(col(PostProductRow.post_key))
    if subject.kind is Kind.PRODUCT:
        return col(PostRow.key).in_(shown.where(col(PostProductRow.product) == subject.code))
    made = select(col(ProductRow.code)).where(col(ProductRow.producer) == subject.code)
    return or_(
        col(PostRow.producer) == subject.code,
        col(PostRow.key).in_(shown.where(col(PostProductRow.product).in_(made))),
    )


_TABLES: dict[Kind, type[ProductRow] | type[ProducerRow]] = {
    Kind.PRODUCT: ProductRow,
    Kind.PRODUCER: ProducerRow,
}
