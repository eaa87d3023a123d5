"""The store: sessions that look or change, the one clock, and the secrets that are made here.

A write is all or nothing and short; no transaction is open while a service is called.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlmodel import Session, create_engine

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.store import migrations
from promoter.store.tables import EPOCH, OfficeRow

APPLICATION_ID = 0x50524D54
"""Marks an SQLite file as ours ("PRMT"), so that a foreign file is never written to."""


class Store:
    """One database, on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._looking = engine
        self._changing = engine.execution_options(promoter_write=True)
        self.sqlite = engine.dialect.name == "sqlite"
        self.where = engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only looks, at one consistent state."""
        with _translated(self.where), Session(self._looking) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session whose changes are committed whole, or not at all if the block raises."""
        with _translated(self.where), Session(self._changing) as session, session.begin():
            yield session

    def now(self) -> datetime:
        """Return the office's moment: the database's clock, which demo and rehearsal move."""
        with self.read() as session:
            return now(session)

    def set_clock(self, at: datetime | None, rate: float = 0.0) -> None:
        """Move the clock.

        Args:
            at: The new moment; None goes back to the database's own clock.
            rate: Office seconds per real second from now on; 0 stands still.
        """
        with self.write() as session:
            if at is None:
                _put(session, "clock", "")
                return
            wall = _wall(session)
            _put(
                session, "clock", json.dumps([(at - EPOCH) / SECOND, (wall - EPOCH) / SECOND, rate])
            )

    def clock_rate(self) -> float:
        """Return the office seconds per real second: 1 in production."""
        with self.read() as session:
            row = session.get(OfficeRow, "clock")
            return float(json.loads(row.value)[2]) if row and row.value else 1.0

    def secret(self, name: str) -> str:
        """Return the office's secret of that name, made at its first use; kept in backups."""
        with self.read() as session:
            row = session.get(OfficeRow, f"secret.{name}")
            if row:
                return row.value
        with self.write() as session:
            row = session.get(OfficeRow, f"secret.{name}")
            return row.value if row else _put(session, f"secret.{name}", secrets.token_hex(32))

    def value(self, name: str) -> str:
        """Return a named value of the office, or an empty text."""
        with self.read() as session:
            return value(session, name)

    def set_value(self, name: str, value: str) -> None:
        """Keep a named value of the office."""
        with self.write() as session:
            _put(session, name, value)

    def close(self) -> None:
        """Let go of the database."""
        self._looking.dispose()


SECOND = timedelta(seconds=1)


def now(session: Session) -> datetime:
    """Return the office's moment inside a session, so that leases and claims agree on it."""
    wall = _wall(session)
    row = session.get(OfficeRow, "clock")
    if row is None or not row.value:
        return wall
    at, anchor, rate = json.loads(row.value)
    return EPOCH + timedelta(seconds=at) + (wall - EPOCH - timedelta(seconds=anchor)) * rate


def value(session: Session, name: str) -> str:
    """Return a named value of the office, or an empty text."""
    row = session.get(OfficeRow, name)
    return row.value if row else ""


def _wall(session: Session) -> datetime:
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":  # the database's clock is this machine's
        return datetime.now(UTC)
    moment: datetime = session.connection().execute(text("select clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


def _put(session: Session, name: str, value: str) -> str:
    session.merge(OfficeRow(name=name, value=value))
    return value


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the database, make or migrate its tables, and refuse what is not ours.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        create: False refuses an SQLite file that does not exist instead of making it.

    Raises:
        ConfigError: Not a database URL, unreadable, locked, foreign, or newer than this program.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(
            Phrase(
                "store.url is not a database address: {url}; write sqlite:///var/promoter.db",
                url=url,
            )
        ) from None
    where = parsed.render_as_string(hide_password=True)
    with _translated(where):
        if parsed.get_backend_name() == "sqlite":
            _inspect_file(Path(parsed.database or ""), create=create)
            engine = _sqlite(url)
        else:
            engine = create_engine(url)
        migrations.upgrade(engine)
    return Store(engine)


def _inspect_file(path: Path, *, create: bool) -> None:
    if not path.exists():
        if not create:
            raise ConfigError(
                Phrase(
                    "there is no database at {path} yet; run «promoter catalog import» first",
                    path=path,
                )
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        return
    if path.stat().st_size == 0:
        return
    connection = sqlite3.connect(path, timeout=2)
    try:
        (mark,) = connection.execute("pragma application_id").fetchone()
        (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    finally:
        connection.close()
    if tables and mark != APPLICATION_ID:
        raise ConfigError(
            Phrase("{path} is a database of another program; choose another store.url", path=path)
        )


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "busy_timeout = 10000",
            f"application_id = {APPLICATION_ID}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("promoter_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def _translated(where: str) -> Iterator[None]:
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        raise ConfigError(_operational(str(error), where)) from error
    except (DatabaseError, sqlite3.DatabaseError, PermissionError, OSError) as error:
        if isinstance(error, DatabaseError) and not isinstance(error.orig, sqlite3.DatabaseError):
            raise
        if isinstance(error, DatabaseError) and "not a database" not in str(error):
            raise
        raise ConfigError(
            Phrase("cannot read the database {where}: it is damaged or not a database", where=where)
        ) from error


def _operational(message: str, where: str) -> Phrase:
    if "locked" in message:
        return Phrase(
            "the database {where} is held by another program; close it, then try again", where=where
        )
    return Phrase(
        "cannot open the database {where}: {why}; check store.url and the rights on the file",
        where=where,
        why=message.splitlines()[0],
    )
