"""A copy of the store in which nothing can hurt, and when something is to be done in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.store import whereabouts
from promoter.store.deliveries import OPEN
from promoter.store.tables import (
    AccountRow,
    AlertRow,
    CredentialRow,
    DeliveryRow,
    FollowUpRow,
    OfficeRow,
)

FORGOTTEN = ("paused", "locked", "planned_on")


def copy(where: str, to: Path) -> None:
    """Copy an SQLite store whole, also while others write.

    Args:
        where: Its address, `sqlite:///path`.

    Raises:
        ConfigError: It is not on SQLite, or there is no room.
    """
    path = where.removeprefix("sqlite:///")
    if path == where:
        raise ConfigError(
            Phrase("a rehearsal needs the office in an SQLite file; restore a backup into one")
        )
    to.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def disarm(session: Session) -> None:
    """Forget in a copy what belongs to the real office: credentials, pauses, live posts' ends.

    What may be live is held: nobody in a rehearsal can look for it.
    """
    for table in (CredentialRow, FollowUpRow, AlertRow, AccountRow):
        session.execute(delete(table))
    session.execute(delete(OfficeRow).where(col(OfficeRow.name).in_(FORGOTTEN)))
    whereabouts.forget(session)
    doubtful = [state.value for state in (State.SENDING, State.PENDING, State.UNKNOWN)]
    session.execute(
        update(DeliveryRow)
        .where(col(DeliveryRow.state).in_(doubtful))
        .values(state=State.HELD.value, lease_until=None)
    )


def moments(session: Session, until: datetime) -> Iterator[datetime]:
    """Yield when each thing can be done that is to be done by a moment, in no order.

    What is leased can be done when the lease is over, and what an account has when it need not
    wait any more.
    """
    waiting = select(col(AccountRow.name), col(AccountRow.wait_until)).where(
        col(AccountRow.wait_until).is_not(None)
    )
    waits = {name: moment for name, moment in session.execute(waiting)}
    deliveries = select(
        col(DeliveryRow.account), col(DeliveryRow.next_at), col(DeliveryRow.lease_until)
    ).where(
        col(DeliveryRow.state).in_([state.value for state in OPEN]),
        col(DeliveryRow.next_at) <= until,
    )
    follow_ups = select(
        col(FollowUpRow.account), col(FollowUpRow.due_at), col(FollowUpRow.lease_until)
    ).where(col(FollowUpRow.due_at) <= until)
    for query in (deliveries, follow_ups):
        for account, at, lease_until in session.execute(query):
            yield max(moment for moment in (at, lease_until, waits.get(account)) if moment)
