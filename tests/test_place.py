"""A store that was copied, put back by hand or lost is noticed before anything is sent."""

import errno
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from promoter import place
from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.media import MediaStore
from promoter.store import deliveries, whereabouts
from promoter.store.database import Store, open_store
from tests.make import NOW
from tests.store.fill import Fill

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
KEY = "b" * 32


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of an office; other offices have folders beside it."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def office(home: Path) -> Store:
    """An office whose engine has begun, with a post that is due in two hours."""
    store = opened(home)
    due(store)
    assert place.claim(store, mark(home), ZONE) is None
    store.set_value("seen", NOW.isoformat())
    store.close()
    return store


def opened(folder: Path) -> Store:
    store = open_store(f"sqlite:///{folder}/promoter.db")
    store.set_clock(NOW)
    return store


def due(store: Store) -> None:
    """Put a post into a store that is due in two hours."""
    fill = Fill(store)
    fill.producer()
    fill.product()
    fill.post(KEY, NOW + timedelta(hours=2), state=State.DUE)


def mark(folder: Path) -> Path:
    return folder / "promoter.db.place"


def look(folder: Path) -> tuple[str, State, str]:
    """Open an office as a command does: what it is told, where its post stands, what is locked."""
    store = opened(folder)
    try:
        told = place.check(store, mark(folder), ZONE)
        with store.read() as session:
            found = deliveries.get(session, KEY)
        assert found
        return str(told or ""), found.state, store.value("locked")
    finally:
        store.close()


UNTOUCHED = ("", State.DUE, "")


def noticed(found: tuple[str, State, str], words: str) -> bool:
    told, state, locked = found
    return words in told and state is State.UNKNOWN and locked == NOW.isoformat()


def test_an_office_that_stays_where_it_is_is_not_asked(office: Store, home: Path) -> None:
    assert look(home) == UNTOUCHED
    assert look(home) == UNTOUCHED


def test_a_new_store_is_simply_begun(home: Path) -> None:
    store = opened(home)
    assert place.check(store, mark(home), ZONE) is None
    with store.read() as session:
        standing = whereabouts.standing(session)
    assert standing.store == json.loads(mark(home).read_text(encoding="utf-8"))["store"]
    assert standing.generation == 1
    store.close()


def test_an_office_of_an_older_promoter_goes_on_unasked(home: Path) -> None:
    store = opened(home)
    due(store)
    store.close()
    assert look(home) == UNTOUCHED


def test_a_folder_that_was_moved_is_the_same_office(office: Store, home: Path) -> None:
    home.rename(home.with_name("moved"))
    assert look(home.with_name("moved")) == UNTOUCHED


def test_a_copied_folder_is_noticed_and_the_original_is_not_disturbed(
    office: Store, home: Path
) -> None:
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    assert noticed(look(copy), "is not where it was")
    assert look(home) == UNTOUCHED


def test_a_copied_database_without_its_mark_is_noticed(office: Store, home: Path) -> None:
    other = home.with_name("other")
    other.mkdir()
    shutil.copy(home / "promoter.db", other)
    assert noticed(look(other), "is not where it was")


def test_a_database_whose_mark_was_deleted_is_noticed(office: Store, home: Path) -> None:
    mark(home).unlink()
    assert noticed(look(home), "was not here before")


def test_a_mark_that_is_no_mark_counts_as_none(office: Store, home: Path) -> None:
    mark(home).write_text("\0" * 90, encoding="utf-8")
    assert noticed(look(home), "was not here before")


def test_an_earlier_state_copied_into_the_same_file_is_noticed(office: Store, home: Path) -> None:
    shutil.copy(home / "promoter.db", home / "yesterday.db")
    store = opened(home)
    place.beat(store, mark(home), ZONE)
    store.close()
    inode = (home / "promoter.db").stat().st_ino
    (home / "promoter.db").write_bytes((home / "yesterday.db").read_bytes())
    assert (home / "promoter.db").stat().st_ino == inode, (
        "the file is the same, what it holds is not"
    )
    assert noticed(look(home), "is an earlier state")


def test_a_state_from_before_the_mark_was_known_is_noticed(office: Store, home: Path) -> None:
    with sqlite3.connect(home / "promoter.db") as connection:
        connection.execute("delete from office where name like 'store.%'")
    connection.close()
    assert noticed(look(home), "is an earlier state")


def test_another_office_in_the_same_folder_is_noticed(office: Store, home: Path) -> None:
    with sqlite3.connect(home / "promoter.db") as connection:
        connection.execute("update office set value = 'another' where name = 'store.id'")
    connection.close()
    assert noticed(look(home), "was not here before")


def test_what_was_noticed_once_is_not_told_again(office: Store, home: Path) -> None:
    mark(home).unlink()
    assert noticed(look(home), "was not here before")
    told, _, locked = look(home)
    assert (told, locked) == ("", NOW.isoformat()), "told once, locked until a person has spoken"


def test_an_empty_database_where_an_office_was_is_refused(office: Store, home: Path) -> None:
    for end in ("", "-wal", "-shm"):
        (home / f"promoter.db{end}").unlink(missing_ok=True)
    store = opened(home)
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"last seen 09:00 23/11/2026.*promoter restore FILE"):
            place.check(store, mark(home), ZONE)
    mark(home).unlink()
    assert place.check(store, mark(home), ZONE) is None, "who deletes the mark begins anew"
    store.close()


def test_a_beginning_that_broke_off_is_begun_again(home: Path) -> None:
    mark(home).write_text('{"store": "half", "generation": 0, "seen": ""}', encoding="utf-8")
    store = opened(home)
    assert place.check(store, mark(home), ZONE) is None
    assert json.loads(mark(home).read_text(encoding="utf-8"))["store"] == "half"
    store.close()


def test_a_crash_between_store_and_mark_is_no_reason_to_ask(office: Store, home: Path) -> None:
    before = mark(home).read_bytes()
    store = opened(home)
    place.beat(store, mark(home), ZONE)
    store.close()
    mark(home).write_bytes(before)
    assert look(home) == UNTOUCHED


def test_a_running_engine_notices_that_its_database_was_put_back(office: Store, home: Path) -> None:
    store = opened(home)
    place.beat(store, mark(home), ZONE)
    with store.write() as session:
        whereabouts.keep(session, **{"store.generation": "1"})
    told = place.beat(store, mark(home), ZONE)
    assert "earlier state" in str(told)
    assert store.value("paused") == "restored"
    assert place.beat(store, mark(home), ZONE) is None
    store.close()


def test_commands_beside_a_beating_engine_are_never_alarmed(office: Store, home: Path) -> None:
    store, ended = opened(home), threading.Event()

    def beats() -> None:
        while not ended.is_set():
            place.beat(store, mark(home), ZONE)

    engine = threading.Thread(target=beats)
    engine.start()
    try:
        told = [place.check(store, mark(home), ZONE) for _ in range(100)]
    finally:
        ended.set()
        engine.join()
    store.close()
    assert told == [None] * 100


def test_many_first_commands_at_once_agree_on_one_office(home: Path) -> None:
    store = opened(home)
    told: list[Any] = []

    def first() -> None:
        told.append(place.check(store, mark(home), ZONE))

    threads = [threading.Thread(target=first) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [None] * 6
    assert place.check(store, mark(home), ZONE) is None
    store.close()


def test_a_copy_that_is_to_live_by_itself_is_a_new_office(office: Store, home: Path) -> None:
    other = home.with_name("other")
    other.mkdir()
    shutil.copy(home / "promoter.db", other)
    store = opened(other)
    with store.write() as session:
        whereabouts.forget(session)
    assert place.check(store, mark(other), ZONE) is None
    assert store.value("locked") == ""
    store.close()


def test_a_mark_that_cannot_be_written_is_told(home: Path) -> None:
    store = opened(home)
    (home / "promoter.db.place.lock").mkdir()
    with pytest.raises(ConfigError, match=r"cannot write .*promoter\.db\.place"):
        place.check(store, mark(home), ZONE)
    store.close()


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO, errno.EACCES])
def test_a_mark_that_cannot_be_read_just_now_is_no_copy(
    office: Store, home: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_path: Path, **_how: str) -> str:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", fails)
        with pytest.raises(ConfigError, match=rf"cannot read .*{os.strerror(number)}.*try again"):
            look(home)
    assert look(home) == UNTOUCHED


def test_the_mark_stands_beside_the_database_and_not_beside_the_media(
    office: Store, home: Path, tmp_path: Path
) -> None:
    """Two stores may share a media folder, which may be the root of a disk of its own."""
    store = opened(home)
    assert place.mark_file(store, MediaStore(tmp_path / "media")) == mark(home)
    store.close()


def test_a_database_that_was_deleted_under_a_running_engine_is_told(
    office: Store, home: Path
) -> None:
    store = opened(home)
    assert place.beat(store, mark(home), ZONE) is None
    (home / "promoter.db").unlink()
    with pytest.raises(ConfigError, match=r"promoter\.db was deleted or moved.*stop it, put"):
        place.beat(store, mark(home), ZONE)
    store.close()


def test_a_clock_that_jumped_forward_and_back_excuses_no_post(office: Store, home: Path) -> None:
    store = opened(home)
    store.set_value("seen", (NOW + timedelta(days=9)).isoformat())
    store.close()
    mark(home).unlink()
    found = look(home)
    assert noticed(found, "was not here before")
    assert "since 09:00 23/11/2026" in found[0], "and nothing is told of the future"


# On a server


@pytest.fixture
def server(postgresql: Any, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An office on PostgreSQL."""
    name = f"p{abs(hash(request.node.nodeid)):x}"
    postgresql.psql(f'create database "{name}";')
    url = postgresql.get_uri(name).replace("postgresql://", "postgresql+psycopg://")
    store = open_store(url)
    store.set_clock(NOW)
    due(store)
    yield store
    store.close()


@pytest.mark.postgresql
def test_the_mark_of_a_server_stands_on_this_machine(server: Store, home: Path) -> None:
    assert place.mark_file(server, MediaStore(home / "media")) == home / "promoter.place"


@pytest.mark.postgresql
def test_a_second_machine_on_one_server_is_no_copy(server: Store, home: Path) -> None:
    place.claim(server, mark(home), ZONE)
    other = home.with_name("other")
    other.mkdir()
    assert place.claim(server, mark(other), ZONE) is None
    assert place.beat(server, mark(home), ZONE) is None
    assert place.beat(server, mark(other), ZONE) is None


@pytest.mark.postgresql
def test_a_database_copied_on_its_server_is_noticed(
    server: Store, home: Path, postgresql: Any
) -> None:
    place.claim(server, mark(home), ZONE)
    server.close()  # a database in use cannot be copied
    name = server.where.rpartition("/")[2].partition("?")[0]
    postgresql.psql(f'create database "{name}c" template "{name}";')
    url = postgresql.get_uri(f"{name}c").replace("postgresql://", "postgresql+psycopg://")
    copy = open_store(url)
    assert "is not where it was" in str(place.check(copy, mark(home), ZONE))
    assert copy.value("paused") == "restored"
    copy.close()


@pytest.mark.postgresql
def test_a_server_that_went_back_is_noticed(server: Store, home: Path) -> None:
    for _ in range(3):
        place.claim(server, mark(home), ZONE)
    with server.write() as session:
        whereabouts.keep(session, **{"store.generation": "2"})
    assert "earlier state" in str(place.check(server, mark(home), ZONE))
