"""The store opens only what is ours, says what is wrong, keeps one clock, writes all or nothing."""

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from promoter.core.errors import ConfigError
from promoter.store import database, migrations, products
from promoter.store.database import APPLICATION_ID, Store, open_store
from promoter.store.tables import ApprovalRow, OfficeRow
from tests.make import NOW, producer, product

ROOT = Path(__file__).parent.parent.parent
SHORT = timedelta(milliseconds=50)
SLACK = timedelta(minutes=1)


def address(path: Path) -> str:
    """Return the address of an SQLite file."""
    return f"sqlite:///{path}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database of ours, closed."""
    path = tmp_path / "promoter.db"
    open_store(address(path)).close()
    return path


# What is opened, and what is refused


@pytest.mark.parametrize(
    "url", ["", "promoter.db", "://", "sqlite//x", "sqlite://", "sqlite:///:memory:"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="not a database address"):
        open_store(url)


@pytest.mark.parametrize("url", ["foo://h/x", "mysql+none://h/x", "sqlite+none:///x.db"])
def test_an_address_without_a_driver_says_what_to_write(url: str) -> None:
    with pytest.raises(ConfigError, match=r"no driver for .* postgresql\+psycopg://"):
        open_store(url)


def test_a_password_is_not_told() -> None:
    with pytest.raises(ConfigError, match="cannot open the database") as caught:
        open_store("postgresql+psycopg://office:s3cret@127.0.0.1:1/promoter")
    assert "s3cret" not in str(caught.value)


def test_a_store_is_made_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "promoter.db"
    open_store(address(path)).close()
    assert path.exists()


def test_a_missing_store_is_not_made_unless_it_may_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no database at .* yet; run «promoter catalog import»"):
        open_store(address(tmp_path / "a" / "promoter.db"), create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "promoter.db"
    path.touch()
    open_store(address(path)).close()
    assert path.stat().st_size > 0


def test_a_foreign_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("create table post (id integer)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="database of another program"):
        open_store(address(path))
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["other.db"]


def test_a_foreign_database_with_an_unfinished_log_is_not_touched(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bills.db")
    other.execute("pragma journal_mode = wal")
    other.execute("create table bill (id integer)")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("bills.db", "bills.db-wal"):
        shutil.copy(tmp_path / name, crashed)
    other.close()
    before = {path.name: path.read_bytes() for path in crashed.iterdir()}
    with pytest.raises(ConfigError, match="database of another program"):
        open_store(address(crashed / "bills.db"))
    assert {path.name: path.read_bytes() for path in crashed.iterdir()} == before


@pytest.mark.postgresql
def test_a_foreign_postgresql_database_is_refused(postgresql: Any) -> None:
    postgresql.psql("create database foreign_tables;")
    url = postgresql.get_uri("foreign_tables").replace("postgresql://", "postgresql+psycopg://")
    other = create_engine(url)
    with other.begin() as connection:
        connection.execute(text("create table post (id integer)"))
    other.dispose()
    with pytest.raises(ConfigError, match="database of another program"):
        open_store(url)


def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Muối hạt Bạc Liêu\n" * 100)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="damaged, or no database"):
        open_store(address(path))
    assert path.read_bytes() == before


def test_a_damaged_database_is_told_as_damaged(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100:4096] = os.urandom(3996)
    file.write_bytes(data)
    with pytest.raises(ConfigError, match="damaged, or no database"):
        open_store(address(file))


def test_a_path_through_a_file_or_to_a_folder_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "promoter.db", tmp_path):
        with pytest.raises(ConfigError, match=r"cannot open the database .*; check store\.url"):
            open_store(address(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_says_why(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ConfigError, match="cannot open the database"):
            open_store(address(tmp_path / "promoter.db"))
    finally:
        tmp_path.chmod(0o700)


def test_a_writer_does_not_wait_for_ever_for_another_program(file: Path) -> None:
    store = open_store(address(file), patience=SHORT)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(ConfigError, match="held by another program"):
        store.set_value("paused", "yes")
    assert store.value("paused") == ""  # looking goes on meanwhile
    other.execute("rollback")
    other.close()
    store.set_value("paused", "yes")
    assert store.value("paused") == "yes"
    store.close()


def test_a_store_opens_while_another_program_writes(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin immediate")
    open_store(address(file), patience=SHORT).close()
    other.close()


def test_a_store_that_another_program_keeps_to_itself_is_not_opened(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("pragma locking_mode = exclusive")
    other.execute("begin exclusive")
    other.execute("insert into office values ('x', 'y')")
    other.execute("commit")
    with pytest.raises(ConfigError, match="held by another program"):
        open_store(address(file), patience=SHORT)
    other.close()


def test_a_newer_version_is_refused(store: Store) -> None:
    with store.write() as session:
        session.connection().execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConfigError, match="version 9999, this promoter knows"):
        migrations.upgrade(store._looking)


def test_a_file_of_ours_is_marked(file: Path) -> None:
    connection = sqlite3.connect(file)
    assert connection.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    connection.close()


# Migrations


def start_three(url: str) -> list[str]:
    """Let three programs open a store at once; return what each has to complain of."""
    program = "import sys; from promoter.store.database import open_store; open_store(sys.argv[1])"
    command = [sys.executable, "-c", program, url]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    return [process.communicate()[1].decode() for process in started]


@pytest.mark.slow
def test_programs_may_start_at_once_where_there_is_no_store_yet(tmp_path: Path) -> None:
    assert start_three(address(tmp_path / "promoter.db")) == ["", "", ""]


@pytest.mark.slow
@pytest.mark.postgresql
def test_programs_may_start_at_once_on_an_empty_postgresql(postgresql: Any) -> None:
    postgresql.psql("create database at_once;")
    url = postgresql.get_uri("at_once").replace("postgresql://", "postgresql+psycopg://")
    assert start_three(url) == ["", "", ""]


def test_a_backup_is_taken_before_a_migration(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(address(file))
    store.set_value("paused", "yes")
    monkeypatch.setattr(migrations, "HEAD", "9999")
    migrations.upgrade(store._looking)
    store.close()
    (copy,) = file.parent.glob("*.before-9999-from-*.db")
    connection = sqlite3.connect(copy)
    found = connection.execute("select value from office where name = 'paused'").fetchone()
    connection.close()
    assert found == ("yes",)


def test_the_head_is_alembics_own() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_the_tables_are_those_of_the_migrations(store: Store) -> None:
    with store._looking.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_opening_again_migrates_nothing(store: Store) -> None:
    store.set_value("paused", "yes")
    migrations.upgrade(store._looking)
    assert migrations.revision(store._looking) == migrations.HEAD
    assert store.value("paused") == "yes"


def test_a_migration_that_breaks_off_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    made = Operations.create_table
    calls: list[str] = []

    def breaks(self: Any, name: str, *columns: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) > 5:
            raise KeyboardInterrupt
        return made(self, name, *columns, **options)

    path = tmp_path / "promoter.db"
    with monkeypatch.context() as patch:
        patch.setattr(Operations, "create_table", breaks)
        with pytest.raises(KeyboardInterrupt):
            open_store(address(path))
    store = open_store(address(path))
    assert migrations.revision(store._looking) == migrations.HEAD
    store.close()


# Sessions


def test_a_write_that_raises_is_undone_whole(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as session:
        session.add(OfficeRow(name="a", value="1"))
        session.flush()
        raise RuntimeError
    assert store.value("a") == ""


def test_a_session_that_looks_changes_nothing(sqlite_store: Store) -> None:
    with sqlite_store.read() as session:
        session.add(OfficeRow(name="paused", value="yes"))
        session.flush()
    assert sqlite_store.value("paused") == ""


def test_a_row_without_what_it_belongs_to_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(ApprovalRow(post_key="none", digest="", by="", at=NOW))


def test_errors_of_others_pass_through_untouched(store: Store) -> None:
    for open_session in (store.read, store.write):
        with pytest.raises(FileNotFoundError), open_session():
            raise FileNotFoundError


def test_a_reader_sees_one_state_while_another_writes(store: Store) -> None:
    with store.write() as session:
        products.merge(session, [product()], [producer()], NOW)
    with store.read() as session:
        before = products.products(session)
        session.expire_all()
        with store.write() as other:
            products.merge(other, [product(name="Muối khác")], [producer()], NOW)
        assert products.products(session) == before
    with store.read() as session:
        assert products.products(session) != before


# Secrets and the clock


def test_a_secret_is_made_once_and_kept(store: Store) -> None:
    first = store.secret("keys")
    assert len(bytes.fromhex(first)) == 32
    assert store.secret("keys") == first
    assert store.secret("visitors") != first


def test_a_secret_outlives_the_program(file: Path) -> None:
    found = set()
    for _ in range(2):
        store = open_store(address(file))
        found.add(store.secret("keys"))
        store.close()
    assert len(found) == 1


def test_the_clock_is_the_databases_until_it_is_moved(store: Store) -> None:
    before = datetime.now(UTC)
    assert before - SLACK < store.now() < before + SLACK
    assert store.clock_rate() == 1.0


def test_a_clock_that_is_set_stands_still(store: Store) -> None:
    store.set_clock(NOW)
    assert store.now() == store.now() == NOW
    assert store.clock_rate() == 0.0
    store.set_clock(NOW + timedelta(microseconds=1))
    assert store.now() - NOW == timedelta(microseconds=1)


def test_a_clock_runs_at_its_rate(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    wall = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(database, "_wall", lambda _session: wall)
    store.set_clock(NOW, rate=60)
    monkeypatch.setattr(database, "_wall", lambda _session: wall + timedelta(seconds=2))
    assert store.now() == NOW + timedelta(minutes=2)
    assert store.clock_rate() == 60.0


def test_a_clock_is_resumed_as_the_databases_own(store: Store) -> None:
    store.set_clock(NOW)
    store.set_clock(None)
    assert abs(store.now() - datetime.now(UTC)) < SLACK
    assert store.clock_rate() == 1.0


def test_a_session_and_the_store_agree_on_the_moment(store: Store) -> None:
    store.set_clock(NOW)
    with store.write() as session:
        assert database.now(session) == NOW


def test_named_values_are_kept(store: Store) -> None:
    assert store.value("paused") == ""
    store.set_value("paused", "yes")
    store.set_value("paused", "no")
    assert store.value("paused") == "no"
