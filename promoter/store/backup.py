"""Backups: every row and every media file in one portable file, and the way back.

The same file serves SQLite and PostgreSQL: rows are written by the names of their columns, read in
one transaction, and put back in one. Credentials go along as they are kept: sealed.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    Connection,
    Date,
    Insert,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.store import archive, database, migrations, stops, whereabouts
from promoter.store.archive import FORMAT, Archive, Head, Values
from promoter.store.database import Store
from promoter.store.stops import Stop
from promoter.store.tables import CredentialRow

AT_ONCE = 500
"""Rows in memory at a time."""
LOCK_SECONDS = 10.0
LOCK_AGAIN_SECONDS = 0.05

_CREDENTIALS = SQLModel.metadata.tables[CredentialRow.__tablename__]

Rows = Callable[[str], Iterable[Values]]
"""Gives the rows of a table by its name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stayed in a restore though the backup says otherwise.

    Attributes:
        credentials: Accounts whose credentials were renewed since.
        stopped: Codes of producers and products that were stopped since.
    """

    credentials: tuple[str, ...]
    stopped: tuple[str, ...]


class Media(Protocol):
    """The media store, as far as backups need it."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a file; ConfigError if it is gone or damaged."""
        ...

    def put(self, data: bytes) -> str:
        """Keep bytes by their content."""
        ...


def write(store: Store, media: Media, file: Path) -> Head:
    """Write all rows, as they are at one moment, and the media files that they name.

    Returns:
        What the backup says of itself; media files that are gone do not stop it, they are named.

    Raises:
        ConfigError: The file cannot be written; one of that name stays as it was.
    """
    made_at = store.now()  # before the rows are read: nothing later may be thought to be in it
    names: set[str] = set()
    with archive.writing(file) as into:
        with store.read() as session:
            connection = session.connection()
            head = Head(
                format=FORMAT,
                revision=migrations.standing(connection),
                made_at=made_at,
                store=database.value(session, "store.id"),
                tables={
                    table.name: into.table(table.name, _noting(_rows(connection, table), names))
                    for table in _tables(connection)
                },
            )
        missing = [name for name in sorted(names) if not _copied(media, name, into)]
        return into.close(head.model_copy(update={"missing": tuple(missing)}))


def _copied(media: Media, name: str, into: archive.Writer) -> bool:
    try:
        data = media.get(name)
    except ConfigError:
        return False
    into.medium(name, data)
    return True


def _tables(connection: Connection) -> list[Table]:
    """Return the tables of the database as it is, what is referred to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _rows(connection: Connection, table: Table) -> Iterator[Values]:
    """Yield the rows of a table; an empty JSON column and a JSON null are told apart."""
    columns = [
        cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column
        for column in table.columns
    ]
    query = select(*columns).order_by(*table.primary_key)
    found = connection.execution_options(yield_per=AT_ONCE).execute(query)
    plain = [(column.name, _plainly(column)) for column in table.columns]
    for row in found:
        yield {
            name: change(value)
            for (name, change), value in zip(plain, row, strict=True)
            if value is not None
        }


def _plainly(column: Column[Any]) -> Callable[[Any], object]:
    """Return what makes JSON of a column's values."""
    if isinstance(column.type, JSON):
        return json.loads
    return date.isoformat if isinstance(column.type, Date) else _as_it_is


def _as_it_is(value: object) -> object:
    return value


def _noting(rows: Iterable[Values], names: set[str]) -> Iterator[Values]:
    """Yield rows, and note the names of the media files in them."""
    for row in rows:
        names.update(_named(row))
        yield row


def _named(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "sha256" and isinstance(inner, str):
                yield inner
            else:
                yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def put_back(session: Session, source: Archive) -> Kept:
    """Let the tables hold what a backup holds, and hardly anything else.

    The office's clock stays: a moved one belongs to the place where it was moved. Where the backup
    is of this very store, two things stay that it cannot know: credentials that were renewed since,
    because a service takes those of before only once; and stops in force, because what was recalled
    must not be shown again. A stop stays where the backup has its product or producer.

    Returns:
        What stayed though the backup says otherwise.

    Raises:
        ConfigError: Another program holds the tables.
    """
    connection = session.connection()
    tables = _tables(connection)
    _take(connection, tables)
    clock = database.value(session, "clock")
    same = bool(source.head.store) and source.head.store == database.value(session, "store.id")
    renewed = _credentials(session) if same else []
    stopped = stops.stopped(session) if same else []
    with _brought_up(source) as rows:
        for table in reversed(tables):
            connection.execute(delete(table))
        for table in tables:
            _fill(connection, table, rows(table.name))
    if connection.dialect.name == "postgresql":
        for table in tables:
            _count_on(connection, table)
    session.expire_all()
    if clock != database.value(session, "clock"):
        whereabouts.keep(session, clock=clock)
    return Kept(_renewed(session, renewed), _stopped(session, stopped))


def _credentials(session: Session) -> list[dict[str, Any]]:
    """Return the rows of all credentials, also after they are deleted."""
    query = select(_CREDENTIALS).order_by(_CREDENTIALS.c.account)
    return [dict(row) for row in session.connection().execute(query).mappings()]


def _renewed(session: Session, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Put credentials back that are newer than those of the backup; return their accounts."""
    old = {row["account"]: row["version"] for row in _credentials(session)}
    newer = [row for row in rows if row["version"] > old.get(row["account"], 0)]
    for row in newer:
        session.merge(CredentialRow(**row))
    session.flush()
    return tuple(row["account"] for row in newer)


def _stopped(session: Session, before: list[Stop]) -> tuple[str, ...]:
    """Stop again what the backup does not know as stopped; return the codes."""
    return tuple(
        stop.subject.code for stop in before if stops.stop(session, stop.subject, stop.by, stop.at)
    )


def _take(connection: Connection, tables: list[Table]) -> None:
    """Keep writers out until the transaction ends; SQLite lets in one at a time by itself.

    Locks are taken all at once or not at all: waiting with some in hand could be for ever.
    """
    if connection.dialect.name == "sqlite":
        return
    names = ", ".join(f'"{table.name}"' for table in tables)
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"lock table {names} in exclusive mode nowait")
        except OperationalError as error:
            if time.monotonic() > until:
                raise ConfigError(
                    Phrase("the database is at work without a pause; stop promoter, then try again")
                ) from error
            time.sleep(LOCK_AGAIN_SECONDS)
        else:
            return


@contextmanager
def _brought_up(source: Archive) -> Iterator[Rows]:
    """Give the rows of a backup as this promoter keeps them.

    Those of an older one are brought up to date in a database of their own, by the same migrations.
    """
    if source.head.revision == migrations.HEAD:
        yield source.rows
        return
    with TemporaryDirectory(prefix="promoter-restore-") as folder:
        engine = create_engine(f"sqlite:///{folder}/older.db")
        try:
            migrations.build(engine, source.head.revision)
            with engine.begin() as older:
                for table in _tables(older):
                    _fill(older, table, source.rows(table.name))
            migrations.build(engine)
            with engine.connect() as newer:
                tables = {table.name: table for table in _tables(newer)}
                yield lambda name: _rows(newer, tables[name])
        finally:
            engine.dispose()


def _fill(connection: Connection, table: Table, rows: Iterable[Values]) -> None:
    statement = _insertion(connection, table)
    kept = [(column.name, _bind(column), _kept(column)) for column in table.columns]
    remaining = iter(rows)
    while batch := list(islice(remaining, AT_ONCE)):
        values = [
            {bind: change(row[name]) if name in row else None for name, bind, change in kept}
            for row in batch
        ]
        connection.execute(statement, values)


def _insertion(connection: Connection, table: Table) -> Insert:
    casting = connection.dialect.name == "postgresql"  # on SQLite it would make numbers of texts
    values: dict[str, Any] = {}
    for column in table.columns:
        is_json = isinstance(column.type, JSON)
        given: BindParameter[Any] = bindparam(
            _bind(column), type_=Text() if is_json else column.type
        )
        values[column.name] = cast(given, JSON) if is_json and casting else given
    return insert(table).values(values)


def _bind(column: Column[Any]) -> str:
    return f"new_{column.name}"


def _kept(column: Column[Any]) -> Callable[[Any], object]:
    """Return what makes values of a column of what stands in a backup."""
    if isinstance(column.type, JSON):
        return json.dumps
    return date.fromisoformat if isinstance(column.type, Date) else _as_it_is


def _count_on(connection: Connection, table: Table) -> None:
    """Let a table's numbers go on after the highest that was ever given, here or in the backup.

    A worker that began before still holds a number: nobody else may get it.
    """
    for column in table.primary_key:
        name = {"table": f'"{table.name}"', "column": column.name}
        sequence = connection.execute(
            text("select pg_get_serial_sequence(:table, :column)"), name
        ).scalar()
        if sequence:
            highest = connection.execute(select(column).order_by(column.desc()).limit(1)).scalar()
            connection.execute(
                text("select setval(:sequence, greatest(:highest, nextval(:sequence)))"),
                {"sequence": sequence, "highest": highest or 1},
            )
