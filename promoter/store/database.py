"""The store: sessions that look or change, the one clock, and the secrets that are made here.

A write is all or nothing and short; no transaction is open while a service is called.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlmodel import Session as Session  # others open theirs here
from sqlmodel import SQLModel, col, create_engine

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.store import migrations
from promoter.store.tables import EPOCH, OfficeRow

APPLICATION_ID = 0x50524D54
"""Marks an SQLite file as ours ("PRMT"), so that a foreign file is never written to."""


SECOND = timedelta(seconds=1)
PATIENCE = timedelta(seconds=10)


class Store:
    """One database, on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, patience: timedelta = PATIENCE) -> None:
        self.sqlite = engine.dialect.name == "sqlite"
        self._patience = patience
        # writers of one process queue here: SQLite lets whoever waits ask again and again, and
        # with twenty lanes some would never be heard
        self._turn = threading.Lock()
        # SQLite's readers always see one state; PostgreSQL's only if it is said
        snapshot = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        self._looking = engine.execution_options(**snapshot)
        self._changing = engine.execution_options(promoter_write="FULL")
        self._noting = engine.execution_options(promoter_write="NORMAL")
        self.where = engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only looks, at one consistent state."""
        with _translated(self.where), Session(self._looking) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """Open a session whose changes are committed whole, or not at all if the block raises.

        Args:
            durable: Whether a power cut right afterwards must not undo it. What can be found out
                again need not wait for the disk.
        """
        engine = self._changing if durable else self._noting
        with (
            self._in_turn(),
            _translated(self.where),
            Session(engine) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self._patience / SECOND):
            raise ConfigError(_held(self.where))
        try:
            yield
        finally:
            self._turn.release()

    def now(self) -> datetime:
        """Return the office's moment: the database's clock, which demo and rehearsal move."""
        with _translated(self.where), self._looking.connect() as connection:
            return _moment(connection)

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
            wall = _wall(session.connection())
            _put(
                session, "clock", json.dumps([(at - EPOCH) / SECOND, (wall - EPOCH) / SECOND, rate])
            )

    def clock_rate(self) -> float:
        """Return the office seconds per real second: 1 in production."""
        with self.read() as session:
            return clock_rate(session)

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


def adding(session: Session, table: type[SQLModel]) -> Any:
    """Return an INSERT in the database's own words, which can say what happens on a conflict."""
    return adding_to(session.get_bind().dialect.name, table)


def adding_to(dialect: str, table: type[SQLModel]) -> Any:
    """Return such an INSERT by the name of the database."""
    return sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)


def now(session: Session) -> datetime:
    """Return the office's moment inside a session, so that leases and claims agree on it."""
    return _moment(session.connection())


def _moment(connection: Connection) -> datetime:
    wall = _wall(connection)
    clock = connection.execute(_CLOCK).scalar()
    if not clock:
        return wall
    at, anchor, rate = json.loads(clock)
    passed = wall - EPOCH - timedelta(seconds=anchor)
    moment: datetime = EPOCH + timedelta(seconds=at) + passed * rate
    return moment


_CLOCK = text("select value from office where name = 'clock'")


def clock_rate(session: Session) -> float:
    """Return the office seconds per real second: 1 in production."""
    clock = value(session, "clock")
    return float(json.loads(clock)[2]) if clock else 1.0


def value(session: Session, name: str) -> str:
    """Return a named value of the office, or an empty text."""
    row = session.get(OfficeRow, name)
    return row.value if row else ""


def any_value(session: Session, *names: str) -> bool:
    """Tell whether the office has any of these named values."""
    query = select(col(OfficeRow.name)).where(
        col(OfficeRow.name).in_(names), col(OfficeRow.value) != ""
    )
    return session.execute(query.limit(1)).first() is not None


def _wall(connection: Connection) -> datetime:
    if connection.dialect.name == "sqlite":  # the database's clock is this machine's
        return datetime.now(UTC)
    moment: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


def _put(session: Session, name: str, value: str) -> str:
    session.merge(OfficeRow(name=name, value=value))
    return value


def open_store(url: str, *, create: bool = True, patience: timedelta = PATIENCE) -> Store:
    """Open the database, make or migrate its tables, and refuse what is not ours.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        create: False refuses an SQLite file that does not exist instead of making it.
        patience: So long a writer waits for another one on SQLite.

    Raises:
        ConfigError: Not a database URL, unreadable, locked, foreign, or newer than this program.
    """
    parsed = _address(url)
    where = parsed.render_as_string(hide_password=True)
    with _translated(where):
        if parsed.get_backend_name() == "sqlite":
            _inspect_file(Path(parsed.database or ""), create=create)
        engine = _engine(parsed, patience)
        try:
            migrations.upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
    return Store(engine, patience)


def _address(url: str) -> URL:
    with suppress(ArgumentError):
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite" or parsed.database not in (None, "", ":memory:"):
            return parsed
    raise ConfigError(
        Phrase(
            "store.url is not a database address: {url}; write sqlite:///var/promoter.db", url=url
        )
    )


def _inspect_file(path: Path, *, create: bool) -> None:
    try:
        if _found(path, create=create):
            _check_ours(path)
    except OSError as error:
        raise ConfigError(_unopened(path, error.strerror or "")) from error


def _found(path: Path, *, create: bool) -> bool:
    """Return whether the file has content; make its folder if it may be made."""
    if not path.exists():
        if not create:
            raise ConfigError(
                Phrase(
                    "there is no database at {path} yet; run «promoter catalog import» first",
                    path=path,
                )
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        return False
    return path.stat().st_size > 0


def _check_ours(path: Path) -> None:
    """Refuse a file that is not ours without opening it as a database.

    Opening alone can change a foreign one: what stands in its log is moved into the file.
    The places of the mark and of the number of tables: sqlite.org/fileformat.html, 1.3 and 1.6.
    """
    with path.open("rb") as file:
        head = file.read(105)
    if not head.startswith(b"SQLite format 3\0"):
        raise ConfigError(_damaged(path))
    if int.from_bytes(head[68:72], "big") == APPLICATION_ID:
        return
    log = path.with_name(f"{path.name}-wal")
    empty = head[100:101] == b"\x0d" and not any(head[103:105])
    if not empty or (log.exists() and log.stat().st_size):
        raise ConfigError(
            Phrase("{path} is a database of another program; choose another store.url", path=path)
        )


def _engine(parsed: URL, patience: timedelta) -> Engine:
    try:
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, patience)
        return create_engine(parsed)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise ConfigError(
            Phrase(
                "no driver for {driver} is installed; for PostgreSQL write postgresql+psycopg://… "
                "and install promoter[postgresql]",
                driver=parsed.drivername,
            )
        ) from None


def _sqlite(parsed: URL, patience: timedelta) -> Engine:
    waiting = {"timeout": patience / SECOND, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=waiting)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        (mark,) = connection.execute("pragma application_id").fetchone()
        if mark != APPLICATION_ID:  # saying it again would wait for every writer
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("promoter_write")
        if write:
            connection.exec_driver_sql(f"pragma synchronous = {write}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def _translated(where: str) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        phrase = _said(error, where)
        if phrase is None:
            raise
        raise ConfigError(phrase) from error


def _said(error: DatabaseError | sqlite3.DatabaseError, where: str) -> Phrase | None:
    """Return what a person can do about an error of the database; None if it is our mistake."""
    message = str(error.orig if isinstance(error, DatabaseError) else error)
    if "not a database" in message or "malformed" in message:
        return _damaged(where)
    if not isinstance(error, OperationalError | sqlite3.OperationalError):
        return None
    if "disk is full" in message or "disk I/O error" in message:
        return Phrase(
            "there is no room for the database {where}: {why}; make room on its disk, nothing is "
            "lost",
            where=where,
            why=message,
        )
    if "readonly" in message:
        return Phrase(
            "the database {where} may not be written; give promoter the right to the file and its "
            "folder",
            where=where,
        )
    if "locked" in message:
        return _held(where)
    return _unopened(where, message.splitlines()[0] if message else "")


def _held(where: str) -> Phrase:
    return Phrase(
        "the database {where} is held by another program; close it, then try again", where=where
    )


def _damaged(where: object) -> Phrase:
    return Phrase("the database {where} is damaged, or no database at all", where=where)


def _unopened(where: object, why: str) -> Phrase:
    return Phrase(
        "cannot open the database {where}: {why}; check store.url and the rights on the file",
        where=where,
        why=why,
    )
