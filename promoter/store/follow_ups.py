"""What is still to be done for live posts: readings, comments, corrections, and their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from promoter.store import database
from promoter.store.tables import FollowUpRow


class Verb(StrEnum):
    """What can follow a post."""

    MEASURE = "measure"
    COMMENT = "comment"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing to do for one post.

    Attributes:
        lease_until: Until when it belongs to the worker that took it.
        tries: How often in a row it failed.
    """

    key: str
    verb: Verb
    account: str
    due_at: datetime
    lease_until: datetime | None = None
    tries: int = 0


def ask(session: Session, key: str, verb: Verb, account: str, due_at: datetime) -> None:
    """Ask for something, or ask again: a new wish takes the place of the one before.

    Whoever holds the old one keeps it to its end, but can no longer close it.
    """
    session.flush()
    wish = {"post_key": key, "verb": verb.value, "account": account, "due_at": due_at, "tries": 0}
    session.connection().execute(_wishing(session.get_bind().dialect.name), wish)
    session.expire_all()


@cache
def _wishing(dialect: str) -> Any:
    """Return the statement of a wish; making it takes longer than carrying it out."""
    wish = database.adding_to(dialect, FollowUpRow)
    return wish.on_conflict_do_update(
        index_elements=["post_key", "verb"],
        set_={"due_at": wish.excluded.due_at, "account": wish.excluded.account, "tries": 0},
    )


def due(
    session: Session, account: str, verb: Verb, now: datetime, limit: int = 1
) -> list[FollowUp]:
    """Return what is due on an account and not leased, the longest waiting first."""
    rows = session.scalars(
        select(FollowUpRow)
        .where(
            col(FollowUpRow.account) == account,
            col(FollowUpRow.verb) == verb.value,
            col(FollowUpRow.due_at) <= now,
            col(FollowUpRow.lease_until).is_(None) | (col(FollowUpRow.lease_until) <= now),
        )
        .order_by(col(FollowUpRow.due_at), col(FollowUpRow.post_key))
        .limit(limit)
    )
    return [_value(row) for row in rows]


def of(session: Session, key: str) -> list[FollowUp]:
    """Return what is still to be done for a post, soonest first."""
    rows = session.scalars(
        select(FollowUpRow)
        .where(col(FollowUpRow.post_key) == key)
        .order_by(col(FollowUpRow.due_at), col(FollowUpRow.verb))
    )
    return [_value(row) for row in rows]


def _value(row: FollowUpRow) -> FollowUp:
    verb = Verb(row.verb)
    return FollowUp(row.post_key, verb, row.account, row.due_at, row.lease_until, row.tries)


def save(session: Session, old: FollowUp, new: FollowUp | None) -> bool:
    """Change something that is to be done, or close it with None; tell whether this caller won."""
    session.flush()
    still = (
        col(FollowUpRow.post_key) == old.key,
        col(FollowUpRow.verb) == old.verb.value,
        col(FollowUpRow.due_at) == old.due_at,
        col(FollowUpRow.lease_until).is_not_distinct_from(old.lease_until),
    )
    change = (
        delete(FollowUpRow).where(*still)
        if new is None
        else update(FollowUpRow)
        .where(*still)
        .values(due_at=new.due_at, lease_until=new.lease_until, tries=new.tries)
    )
    changed = session.connection().execute(change)
    session.expire_all()
    return changed.rowcount == 1


def next_moment(
    session: Session, account: str | None = None, verbs: Sequence[Verb] = tuple(Verb)
) -> datetime | None:
    """Return when the next of these is due, on an account or anywhere."""
    query = select(func.min(col(FollowUpRow.due_at))).where(
        col(FollowUpRow.verb).in_([verb.value for verb in verbs])
    )
    return session.scalar(query.where(col(FollowUpRow.account) == account) if account else query)


def due_accounts(session: Session, now: datetime, verbs: Sequence[Verb]) -> set[str]:
    """Return the accounts for which one of these is due and not leased."""
    query = (
        select(col(FollowUpRow.account))
        .distinct()
        .where(
            col(FollowUpRow.verb).in_([verb.value for verb in verbs]),
            col(FollowUpRow.due_at) <= now,
            col(FollowUpRow.lease_until).is_(None) | (col(FollowUpRow.lease_until) <= now),
        )
    )
    return set(session.scalars(query))


def close(session: Session, key: str) -> None:
    """Forget what was to be done for a post that is no longer live; a copy of it may still come."""
    session.execute(
        delete(FollowUpRow).where(
            col(FollowUpRow.post_key) == key, col(FollowUpRow.verb) != Verb.WATCH.value
        )
    )
