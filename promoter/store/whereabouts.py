"""Where a store is, how far it has come, and which posts may have gone out without its knowing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import BigInteger, cast, exists, func, select, text, type_coerce, update
from sqlmodel import Session, SQLModel, col

from promoter.core.delivery import UNATTEMPTED, State
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.store import database
from promoter.store.database import Store
from promoter.store.tables import (
    EPOCH,
    AttemptRow,
    CampaignRow,
    CredentialRow,
    DeliveryRow,
    FollowUpRow,
    OfficeRow,
    PostRow,
    ProductRow,
)

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What a store says of itself.

    Attributes:
        store: Its identity; empty until it has one.
        generation: Raised while an engine is at work: of two copies the further one is the newer.
        place: Where it was when its generation was last raised.
        actual: Where it is.
        blank: Neither products nor campaigns nor posts are in it.
        shared: It is a server's, which several machines may use.
    """

    store: str
    generation: int
    place: str
    actual: str
    blank: bool
    shared: bool


def standing(session: Session) -> Standing:
    """Return what the store says of itself, and where it is.

    Raises:
        ConfigError: Its file is not where it was opened.
    """
    shared = session.get_bind().dialect.name != "sqlite"
    return Standing(
        store=database.value(session, "store.id"),
        generation=int(database.value(session, "store.generation") or 0),
        place=database.value(session, "store.place"),
        actual=_server(session) if shared else _inode(session),
        blank=not any(_any(session, table) for table in (ProductRow, CampaignRow, PostRow)),
        shared=shared,
    )


def file(store: Store) -> Path | None:
    """Return the file of a store on SQLite; None for a server's database."""
    if not store.sqlite:
        return None
    with store.read() as session:
        return _file(session)


def _file(session: Session) -> Path:
    files = session.connection().execute(text("select file from pragma_database_list"))
    return Path(files.scalars().first() or "")


def _inode(session: Session) -> str:
    """Return what a file keeps when it is renamed, and a copy of it does not have."""
    path = _file(session)
    try:
        return str(path.stat().st_ino)
    except OSError as error:
        raise ConfigError(
            Phrase(
                "the database {path} was deleted or moved under a running promoter ({why}): stop "
                "it, put the file back or bring the office back with «promoter restore FILE», then "
                "start it again",
                path=path,
                why=error.strerror or str(error),
            )
        ) from error


def _server(session: Session) -> str:
    """Return the number of a database, with the one that its server was made with if it tells."""
    told = "has_function_privilege('pg_control_system()', 'execute')"
    made = "(select system_identifier::text from pg_control_system())"
    oid = "(select oid::text from pg_database where datname = current_database())"
    connection = session.connection()
    may = connection.execute(text(f"select {told}")).scalar_one()
    query = f"select {made} || '/' || {oid}" if may else f"select {oid}"
    return str(connection.execute(text(query)).scalar_one())


def _any(session: Session, table: type[SQLModel]) -> bool:
    return bool(session.scalar(select(exists(select(table)))))


def has_posts(session: Session) -> bool:
    """Tell whether there is anything that a person would miss."""
    return _any(session, PostRow)


def claim(session: Session, store: str, generation: int) -> None:
    """Let the store be the one of an identity, as far as a generation, where it is now."""
    keep(
        session,
        **{
            "store.id": store,
            "store.generation": str(generation),
            "store.place": standing(session).actual,
        },
    )


def keep(session: Session, **values: str) -> None:
    """Keep named values of the office inside a session."""
    for name, value in values.items():
        session.merge(OfficeRow(name=name, value=value))
    session.flush()


def forget(session: Session) -> None:
    """Let the store be a new one, which nobody has seen: a copy that is to live by itself."""
    keep(session, **dict.fromkeys(("store.id", "store.generation", "store.place"), ""))


def last_sign(session: Session) -> datetime:
    """Return the latest moment of which the store surely knows: what came later it may lack.

    It may lie in the future, if the clock has jumped.
    """
    seen = database.value(session, "seen")
    signs = [
        datetime.fromisoformat(seen) if seen else EPOCH,
        session.scalar(select(func.max(col(AttemptRow.started_at)))) or EPOCH,
        session.scalar(select(func.max(col(PostRow.created_at)))) or EPOCH,
    ]
    return max(signs)


def in_doubt(session: Session, since: datetime, first: datetime, until: datetime) -> list[str]:
    """Return the keys of the posts that may have gone out after a moment, the earliest slot first.

    Args:
        since: The store knows of nothing later.
        first: When that moment's local day began: a slot may be moved within its day.
        until: When the present local day ends.
    """
    at = type_coerce(col(PostRow.at), BigInteger)
    late = cast(col(PostRow.max_lateness_seconds), BigInteger) * _MICROSECONDS
    reached = at + late >= (since - EPOCH) // timedelta(microseconds=1)
    planned = col(DeliveryRow.state).in_([state.value for state in UNATTEMPTED])
    given_up = col(DeliveryRow.state).in_([State.FAILED.value, State.MISSED.value])
    query = (
        select(col(DeliveryRow.post_key))
        .join(PostRow, col(PostRow.key) == col(DeliveryRow.post_key))
        .where(
            (planned & (reached | (col(PostRow.at) >= first))) | (given_up & reached),
            col(PostRow.at) < until,
        )
        .order_by(col(PostRow.at), col(PostRow.key))
    )
    return list(session.scalars(query))


def sending(session: Session) -> list[str]:
    """Return the keys of the posts whose call was under way or is looked for."""
    states = [State.SENDING.value, State.UNKNOWN.value]
    return list(
        session.scalars(select(col(DeliveryRow.post_key)).where(col(DeliveryRow.state).in_(states)))
    )


def let_go(session: Session) -> None:
    """End every lease: whoever took it works, or worked, on another copy."""
    session.flush()
    for table in (DeliveryRow, FollowUpRow, CredentialRow):
        session.execute(update(table).values(lease_until=None))
    session.expire_all()
