"""Whether the store can do its work: what doctor asks of it."""

from contextlib import suppress

from sqlalchemy import update
from sqlmodel import Session, col, select

from promoter.store import database, migrations
from promoter.store.database import Store
from promoter.store.tables import CreativeMediaRow, MediaRow, OfficeRow


class _Undone(Exception):
    """Raised so that a trial leaves nothing behind."""


def try_to_write(store: Store) -> str:
    """Write something really, and take it back; return the revision of the database.

    Raises:
        ConfigError: It cannot be written; what a person can do about it.
    """
    revision = ""
    with suppress(_Undone), store.write() as session:
        revision = migrations.standing(session.connection())
        trial = database.adding(session, OfficeRow).values(name="trial", value="")
        session.execute(trial.on_conflict_do_nothing())
        session.execute(update(OfficeRow).where(col(OfficeRow.name) == "trial").values(value="1"))
        raise _Undone
    return revision


def newest_picture(session: Session) -> tuple[str, int] | None:
    """Return name and bytes of the newest picture that a post shows; None if there is none."""
    row = session.exec(
        select(MediaRow.sha256, MediaRow.size)
        .join(CreativeMediaRow, col(CreativeMediaRow.sha256) == col(MediaRow.sha256))
        .order_by(col(MediaRow.created_at).desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None
