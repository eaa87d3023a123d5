"""A database of an older promoter is brought up to date with what it holds."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from promoter.core.errors import ConfigError
from promoter.store import follow_ups, migrations
from promoter.store.database import APPLICATION_ID, Store
from promoter.store.follow_ups import Verb
from promoter.store.tables import EPOCH
from tests.make import NOW

SECOND = timedelta(microseconds=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An engine on a database of the first version, with a live and a planned post."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path}/promoter.db")
    else:
        server = request.getfixturevalue("postgresql")
        name = f"m{abs(hash(request.node.nodeid)):x}"
        server.psql(f'create database "{name}";')
        url = server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
    migrations.build(engine, "0001")
    _fill(engine)
    yield engine
    engine.dispose()


def _fill(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":  # as the program marks its own
        with engine.begin() as connection:
            connection.execute(text(f"pragma application_id = {APPLICATION_ID}"))
    moment = (NOW - EPOCH) // SECOND
    post = (
        "insert into post (key, code, campaign, account, channel, placement, day, ordinal, at,"
        " producer, card, caption, hashtags, approval, max_lateness_seconds, reason, created_at)"
        " values (:key, :key, 'tuan', 'showcase', 'showcase', 'feed', '2026-11-23', 0, :at,"
        " 'P41', 'spotlight', 'spotlight', '[]', 'auto', 60, '{}', :at)"
    )
    delivery = (
        "insert into delivery (post_key, account, state, next_at, tries, looks, sure, remote_id,"
        " url, settled_at) values (:key, 'showcase', :state, :at, 0, 0, 0, '', '', :settled)"
    )
    metric = (
        "insert into metric_latest (post_key, name, window, value, quality, as_of)"
        " values ('live', 'views', 'cumulative', 7, 'exact', :at)"
    )
    if engine.dialect.name == "postgresql":
        metric = metric.replace("window,", '"window",')
    with engine.begin() as connection:
        for key, state, settled in (("live", "PUBLISHED", moment), ("planned", "WAITING", None)):
            connection.execute(text(post), {"key": key, "at": moment})
            values = {"key": key, "state": state, "at": moment, "settled": settled}
            connection.execute(text(delivery), values)
        connection.execute(text(metric), {"at": moment})


def test_what_is_live_is_read_from_now_on_and_nothing_is_lost(old: Engine) -> None:
    migrations.upgrade(old)
    assert migrations.revision(old) == migrations.HEAD
    store = Store(old)
    with store.read() as session:
        assert [item.verb for item in follow_ups.of(session, "live")] == [Verb.MEASURE]
        assert follow_ups.of(session, "planned") == []
        due = follow_ups.due(session, "showcase", Verb.MEASURE, NOW)
        kept = session.connection().execute(text("select value from metric_latest")).scalar_one()
        shown = session.connection().execute(text("select distinct shown from delivery"))
        assert [item.key for item in due] == ["live"]
        assert kept == 7
        assert shown.scalars().all() == [""]


def test_revenue_that_passes_32_bits_fits_after_the_upgrade(old: Engine) -> None:
    migrations.upgrade(old)
    with old.begin() as connection:
        connection.execute(text("update metric_latest set value = 5000000000"))
        assert connection.execute(text("select value from metric_latest")).scalar_one() == 5 * 10**9


# The copy before a migration


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[tuple[Engine, Path]]:
    """An SQLite store of the second version, with a live post, and its file."""
    path = tmp_path / "office" / "promoter.db"
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    migrations.build(engine, "0002")
    _fill(engine)
    yield engine, path
    engine.dispose()


def copies(path: Path) -> list[Path]:
    return sorted(item for item in path.parent.iterdir() if "before" in item.name)


def keys(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("select key from post order by key")]


def test_the_copy_holds_what_was_there_before(behind: tuple[Engine, Path]) -> None:
    engine, path = behind
    migrations.upgrade(engine)
    (copy,) = copies(path)
    assert copy.name == "promoter.before-0003-from-0002.db"
    assert keys(copy) == ["live", "planned"]
    with closing(sqlite3.connect(copy)) as connection:
        (version,) = connection.execute("select version_num from alembic_version").fetchone()
    assert version == "0002"
    assert {item.name for item in path.parent.iterdir()} == {"promoter.db", copy.name}


def test_a_copy_that_is_there_is_never_replaced(behind: tuple[Engine, Path]) -> None:
    engine, path = behind
    old = path.with_suffix(".before-0003-from-0002.db")
    old.write_bytes(b"the only good copy of last year")
    migrations.upgrade(engine)
    assert old.read_bytes() == b"the only good copy of last year"
    _, new = sorted(copies(path), key=lambda item: len(item.name))
    assert new.name == "promoter.before-0003-from-0002-2.db"
    assert keys(new) == ["live", "planned"]


def test_a_migration_that_is_tried_again_needs_no_second_copy(
    behind: tuple[Engine, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, path = behind

    def breaks(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr("alembic.operations.Operations.create_table", breaks)
            with pytest.raises(KeyboardInterrupt):
                migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert len(copies(path)) == 1


FULL = """
import resource, sys
from promoter.core.errors import ConfigError
from promoter.store.database import open_store

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    open_store(sys.argv[1])
except ConfigError as error:
    print(error)
"""


def test_without_room_for_the_copy_nothing_is_migrated(behind: tuple[Engine, Path]) -> None:
    engine, path = behind
    before = path.read_bytes()
    command = [sys.executable, "-c", FULL, f"sqlite:///{path}", str(len(before) // 2)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "must be brought from version 0002 to 0003, and cannot be copied" in done.stdout
    assert "nothing was changed" in done.stdout
    assert migrations.revision(engine) == "0002"
    assert copies(path) == []
    assert keys(path) == ["live", "planned"]
    assert {item.name for item in path.parent.iterdir()} <= {
        "promoter.db",
        "promoter.db-wal",
        "promoter.db-shm",
    }


def last_page_but_one(data: bytearray) -> None:
    data[-4096 * 2 : -4096] = b"\xff" * 4096


def count_of_free_pages(data: bytearray) -> None:
    """SQLite opens and copies such a file without a word; only its own check finds it."""
    data[36:40] = (5).to_bytes(4, "big")


@pytest.mark.parametrize("part", [last_page_but_one, count_of_free_pages])
def test_a_damaged_database_is_not_migrated(
    behind: tuple[Engine, Path], part: Callable[[bytearray], None]
) -> None:
    engine, path = behind
    engine.dispose()
    data = bytearray(path.read_bytes())
    part(data)
    path.write_bytes(data)
    with pytest.raises(ConfigError, match="cannot be copied"):
        migrations.upgrade(engine)
    assert copies(path) == []


def test_a_newer_database_says_what_to_install(old: Engine) -> None:
    with old.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0099'"))
    with pytest.raises(ConfigError) as caught:
        migrations.upgrade(old)
    assert "of version 0099, this promoter knows 0003; install the newer one" in str(caught.value)
    assert migrations.revision(old) == "0099"


def test_two_programs_migrate_one_database_once(old: Engine) -> None:
    """The second one waits for the first, and finds nothing left to do."""
    url = old.url.render_as_string(hide_password=False)
    code = "import sys; from promoter.store.database import open_store; open_store(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate(timeout=60)[1] for process in started] == ["", ""]
    assert migrations.revision(old) == migrations.HEAD
    with old.connect() as connection:
        assert connection.execute(text("select count(*) from follow_up")).scalar_one() == 1


def test_every_revision_up_to_the_head_is_known() -> None:
    assert migrations.known(migrations.HEAD)
    assert migrations.known("0001")
    assert not migrations.known("0099")
