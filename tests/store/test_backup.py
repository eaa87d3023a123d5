"""A backup holds all rows and media as they were at one moment; only a whole one counts."""

import hashlib
import json
import shutil
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.core.model import Photo, Phrase
from promoter.media import MediaStore
from promoter.store import archive, backup, deliveries, migrations, whereabouts
from promoter.store.database import Store, open_store
from promoter.store.tables import (
    AccountRow,
    AlertRow,
    ApprovalRow,
    CampaignRow,
    ClickRow,
    CredentialRow,
    FollowUpRow,
    MetricRow,
    ShowcasePostRow,
)
from tests.make import NOW
from tests.store.fill import Fill

PICTURES = (b"the card", b"the photo", b"what the showcase shows")
NAMES = tuple(hashlib.sha256(data).hexdigest() for data in PICTURES)


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    """A media store with the files that the full store names."""
    made = MediaStore(tmp_path / "media")
    for data in PICTURES:
        made.put(data)
    return made


@pytest.fixture
def full(store: Store) -> Store:
    """A store with at least one row in every table."""
    store.set_clock(NOW)
    fill = Fill(store)
    fill.producer()
    fill.product(photos=(Photo(sha256=NAMES[1]),))
    fill.post("a" * 32, NOW, state=State.PUBLISHED, url="https://example.vn/1")
    fill.post("b" * 32, NOW + timedelta(days=1), state=State.DUE)
    fill.clicks("a" * 32, date(2026, 11, 23), 3)
    fill.picture("a" * 32, NAMES[0])
    fill.metric("a" * 32, "views", 5_000_000_000)
    with store.write() as session:
        number = deliveries.begin(session, "a" * 32, "publish", NOW)
        deliveries.end(session, number, "PUBLISHED", NOW, Phrase("đã «đăng»: {what}", what="ok"))
        session.add_all(_the_rest())
    return store


def _the_rest() -> list[SQLModel]:
    key = "a" * 32
    return [
        AccountRow(name="showcase", paused=True, problem={"text": "x", "values": {}}),
        AccountRow(name="fanpage", identity="Trang OCOP", quota={"used": 0.25, "until": None}),
        AlertRow(subject="office", kind="disk", since=NOW),
        ApprovalRow(post_key=key, digest="d", by="auto", at=NOW),
        CampaignRow(name="salt", text='title = "Muối"', digest="d", applied_at=NOW, applied_by="a"),
        ClickRow(link="0" * 10, at=NOW, via="qr", visitor="person"),
        CredentialRow(account="shop", sealed="gAAAA", origin="o", version=3, expires_at=NOW),
        FollowUpRow(post_key=key, verb="measure", account="showcase", due_at=NOW),
        MetricRow(
            post_key=key, name="views", value=7, window="cumulative", quality="exact", as_of=NOW
        ),
        ShowcasePostRow(
            id="1",
            key=key,
            account="showcase",
            title="Muối",
            caption="",
            link="",
            media=[{"sha256": NAMES[2], "alt": ""}],
            published_at=NOW,
            updated_at=NOW,
        ),
    ]


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table as the database keeps it, JSON as its text."""
    found = {}
    with store.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            columns = ", ".join(f'cast("{item.name}" as text)' for item in table.columns)
            query = text(f'select {columns} from "{table.name}"')  # noqa: S608 - names of ours
            rows = session.connection().execute(query)
            found[table.name] = sorted((tuple(row) for row in rows), key=str)
    return found


def restore(store: Store, file: Path) -> None:
    with archive.reading(file) as source, store.write() as session:
        backup.put_back(session, source)


def empty(store: Store) -> None:
    with store.write() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name != "office":
                session.connection().execute(table.delete())


# The round trip


def test_every_row_comes_back_as_it_was(full: Store, media: MediaStore, tmp_path: Path) -> None:
    before = contents(full)
    assert all(before.values()), "every table has a row, so that none can be forgotten"
    backup.write(full, media, tmp_path / "b.zip")
    empty(full)
    restore(full, tmp_path / "b.zip")
    assert contents(full) == before


def test_an_empty_value_and_a_json_null_stay_apart(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    query = text("select cast(note as text) from delivery order by post_key")
    with full.write() as session:
        session.connection().execute(text("update delivery set note = null"))
        null = text("update delivery set note = 'null' where state = 'DUE'")
        session.connection().execute(null)
    backup.write(full, media, tmp_path / "b.zip")
    restore(full, tmp_path / "b.zip")
    with full.read() as session:
        assert session.connection().execute(query).scalars().all() == [None, "null"]


def test_media_come_back_with_the_rows_that_name_them(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    head = backup.write(full, media, tmp_path / "b.zip")
    assert sorted(head.media) == sorted(NAMES)
    with archive.reading(tmp_path / "b.zip") as source:
        assert sorted(source.media()) == sorted(PICTURES)


def test_media_that_nobody_names_are_left_out(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    media.put(b"a rendition that can be made anew")
    assert len(backup.write(full, media, tmp_path / "b.zip").media) == len(NAMES)


def test_media_that_are_gone_or_damaged_are_named_and_stop_nothing(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    media.path(NAMES[0]).unlink()
    media.path(NAMES[1]).write_bytes(b"something else")
    head = backup.write(full, media, tmp_path / "b.zip")
    assert set(head.missing) == set(NAMES[:2])
    assert head.media == [NAMES[2]]
    restore(full, tmp_path / "b.zip")


@pytest.mark.postgresql
def test_an_office_moves_from_sqlite_to_postgresql_and_back(
    sqlite_store: Store, media: MediaStore, tmp_path: Path, postgresql: Any
) -> None:
    fill_all(sqlite_store)
    before = contents(sqlite_store)
    postgresql.psql("create database moved;")
    url = postgresql.get_uri("moved").replace("postgresql://", "postgresql+psycopg://")
    server = open_store(url)
    backup.write(sqlite_store, media, tmp_path / "there.zip")
    restore(server, tmp_path / "there.zip")
    with server.write() as session:  # what is written next gets a number that nobody has
        session.add(ClickRow(link="0" * 10, at=NOW, via="qr", visitor="person"))
    with server.write() as session:
        session.delete(session.get(ClickRow, 2))
    backup.write(server, media, tmp_path / "back.zip")
    empty(sqlite_store)
    restore(sqlite_store, tmp_path / "back.zip")
    server.close()
    assert contents(sqlite_store) == before


def fill_all(store: Store) -> None:
    fill = Fill(store)
    fill.producer()
    fill.product()
    fill.post("a" * 32, NOW, state=State.PUBLISHED)
    fill.clicks("a" * 32, date(2026, 11, 23), 3)
    fill.picture("a" * 32, NAMES[0])
    fill.metric("a" * 32, "views", 5_000_000_000)
    with store.write() as session:
        session.add_all(_the_rest())


def test_numbers_go_on_after_the_highest_that_was_given(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    backup.write(full, media, tmp_path / "b.zip")
    with full.write() as session:
        later = deliveries.begin(session, "a" * 32, "find", NOW)
    restore(full, tmp_path / "b.zip")
    with full.write() as session:
        number = deliveries.begin(session, "a" * 32, "find", NOW)
    assert number >= later if full.sqlite else number > later


def test_the_clock_of_the_place_stays(full: Store, media: MediaStore, tmp_path: Path) -> None:
    backup.write(full, media, tmp_path / "b.zip")
    full.set_clock(NOW + timedelta(days=1))
    restore(full, tmp_path / "b.zip")
    assert full.now() == NOW + timedelta(days=1)


# The moment


def test_a_backup_beside_a_writer_shows_one_moment(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    ended = threading.Event()

    def work() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            Fill(full).post(f"{number:032x}", NOW, state=State.DUE)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for turn in range(5):
            backup.write(full, media, tmp_path / f"{turn}.zip")
    finally:
        ended.set()
        writer.join()
    for turn in range(5):
        with archive.reading(tmp_path / f"{turn}.zip") as source:
            keys = {row["key"] for row in source.rows("post")}
            assert {row["post_key"] for row in source.rows("delivery")} == keys
            assert {row["post_key"] for row in source.rows("link")} == keys


def test_it_says_when_it_was_made_and_of_which_store(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    with full.write() as session:
        whereabouts.claim(session, "office-1", 4)
    head = backup.write(full, media, tmp_path / "b.zip")
    assert (head.made_at, head.store, head.revision) == (NOW, "office-1", migrations.HEAD)
    assert head.tables["post"] == 2


# The file


def test_only_its_owner_may_read_it(full: Store, media: MediaStore, tmp_path: Path) -> None:
    backup.write(full, media, tmp_path / "b.zip")
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600


def test_nothing_secret_but_sealed_text_and_the_stores_own_is_in_it(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    (tmp_path / "promoter.key").write_text("the-key-that-opens-all", encoding="utf-8")
    backup.write(full, media, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as made:
        assert not any(b"the-key-that-opens-all" in made.read(name) for name in made.namelist())
        assert b'"sealed": "gAAAA"' in made.read("tables/credential.jsonl")


FULL = """
import resource, sys
from pathlib import Path
from promoter.core.errors import ConfigError
from promoter.media import MediaStore
from promoter.store import backup
from promoter.store.database import open_store

store = open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    backup.write(store, MediaStore(Path(sys.argv[2])), Path(sys.argv[3]))
except ConfigError as error:
    print(error)
"""


def test_a_disk_that_is_full_leaves_the_backup_of_before(
    sqlite_store: Store, media: MediaStore, tmp_path: Path
) -> None:
    fill_all(sqlite_store)
    backup.write(sqlite_store, media, tmp_path / "b.zip")
    before = (tmp_path / "b.zip").read_bytes()
    done = script(FULL, sqlite_store.where, media.root, tmp_path / "b.zip")
    assert "cannot write the backup" in done.stdout, done.stderr
    assert (tmp_path / "b.zip").read_bytes() == before
    assert not list(tmp_path.glob(".b.zip*")), "no half file stays behind"


def test_a_folder_that_is_not_there_is_told(
    sqlite_store: Store, media: MediaStore, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"cannot write the backup .*/none/b\.zip: No such file"):
        backup.write(sqlite_store, media, tmp_path / "none" / "b.zip")


# What is no whole backup


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def changed(file: Path) -> None:
    data = bytearray(file.read_bytes())
    position = data.index(b"the card")
    data[position] ^= 1
    file.write_bytes(data)


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, data in members.items():
            after = change(name, data)
            if after is not None:
                new.writestr(name, after)


def other_row(file: Path) -> None:
    rewritten(
        file,
        lambda name, data: data.replace(b"DUE", b"WAITING") if "delivery" in name else data,
    )


def without_a_table(file: Path) -> None:
    rewritten(file, lambda name, data: None if name == "tables/post.jsonl" else data)


def without_head(file: Path) -> None:
    rewritten(file, lambda name, data: None if name == "office.json" else data)


def of_another_format(file: Path) -> None:
    rewritten(
        file,
        lambda name, data: (
            data.replace(b'"format":1', b'"format":2') if name == "office.json" else data
        ),
    )


def another_count(file: Path) -> None:
    rewritten(
        file,
        lambda name, data: (
            data.replace(b'"delivery":2', b'"delivery":3') if name == "office.json" else data
        ),
    )


def with_more(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as old:
        old.writestr("../evil", b"x")


def of_another_program(file: Path) -> None:
    file.unlink()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("office.json", json.dumps({"title": "a document"}))


def no_zip(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" * 100)


def gone(file: Path) -> None:
    file.unlink()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


SPOILT = [
    cut,
    changed,
    other_row,
    without_a_table,
    without_head,
    of_another_format,
    another_count,
    with_more,
    of_another_program,
    no_zip,
    gone,
    emptied,
]


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(
    sqlite_store: Store, media: MediaStore, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    fill_all(sqlite_store)
    Fill(sqlite_store).post("b" * 32, NOW, state=State.DUE)
    backup.write(sqlite_store, media, tmp_path / "b.zip")
    before = contents(sqlite_store)
    spoil(tmp_path / "b.zip")
    with pytest.raises(ConfigError, match="nothing was changed"):
        restore(sqlite_store, tmp_path / "b.zip")
    assert contents(sqlite_store) == before


def test_a_restore_that_breaks_off_changes_nothing(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    backup.write(full, media, tmp_path / "b.zip")
    Fill(full).post("c" * 32, NOW, state=State.WAITING)
    before = contents(full)

    def breaks(source: archive.Archive) -> Iterator[None]:
        real = source.rows

        def rows(table: str) -> Iterator[archive.Values]:
            if table == "link":
                raise KeyboardInterrupt
            return real(table)

        source.rows = rows  # type: ignore[method-assign]
        yield

    with pytest.raises(KeyboardInterrupt), archive.reading(tmp_path / "b.zip") as source:
        next(breaks(source))
        with full.write() as session:
            backup.put_back(session, source)
    assert contents(full) == before


def test_a_restore_waits_for_whoever_writes_and_then_goes_through(
    full: Store, media: MediaStore, tmp_path: Path
) -> None:
    backup.write(full, media, tmp_path / "b.zip")
    ended, errors = threading.Event(), []

    def work() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            try:
                Fill(full).post(f"{number:032x}", NOW, state=State.DUE)
            except Exception as error:  # noqa: BLE001 - the test looks at it
                errors.append(error)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for _ in range(5):
            restore(full, tmp_path / "b.zip")
    finally:
        ended.set()
        writer.join()
    assert errors == []
    restore(full, tmp_path / "b.zip")
    with full.read() as session:
        assert sum(deliveries.counts(session).values()) == 2


# Older ones


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_backup_of_an_older_promoter_is_brought_up_to_date(
    store: Store, media: MediaStore, tmp_path: Path, revision: str
) -> None:
    older(tmp_path / "old.db", revision, tmp_path / "b.zip")
    restore(store, tmp_path / "b.zip")
    with store.read() as session:
        found = deliveries.get(session, "a" * 32)
        verbs = session.connection().execute(text("select verb from follow_up")).scalars().all()
    assert found
    assert (found.state, found.shown, found.receipt) == (State.PUBLISHED, "", None)
    assert verbs == (["measure"] if revision == "0001" else [])


def older(path: Path, revision: str, file: Path) -> None:
    """Write a backup as a promoter of that revision would: from a store with one live post."""
    engine = create_engine(f"sqlite:///{path}")
    migrations.build(engine, revision)
    at = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp()) * 1_000_000
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into post (key, code, campaign, account, channel, placement, day, ordinal,"
                " at, producer, card, caption, hashtags, approval, max_lateness_seconds, reason,"
                " created_at) values (:key, 'c', 'tuan', 'showcase', 'showcase', 'feed',"
                " '2026-11-23', 0, :at, 'P41', 's', 's', '[]', 'auto', 60, '{}', :at)"
            ),
            {"key": "a" * 32, "at": at},
        )
        connection.execute(
            text(
                "insert into delivery (post_key, account, state, next_at, tries, looks, sure,"
                " remote_id, url) values (:key, 'showcase', 'PUBLISHED', :at, 0, 0, 0, '', '')"
            ),
            {"key": "a" * 32, "at": at},
        )
    with archive.writing(file) as into, engine.connect() as connection:
        tables = {
            table.name: into.table(table.name, backup._rows(connection, table))
            for table in backup._tables(connection)
        }
        into.close(archive.Head(format=1, revision=revision, made_at=NOW, store="s", tables=tables))
    engine.dispose()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Twenty times the rows may not need much more than what the program itself needs."""
    assert peak(tmp_path, 100_000) < peak(tmp_path, 5_000) * 1.2


PEAK = """
import resource, sys
from pathlib import Path
from sqlalchemy import text
from promoter.media import MediaStore
from promoter.store import archive, backup
from promoter.store.database import open_store

work, rows = Path(sys.argv[1]), int(sys.argv[2])
store = open_store(f"sqlite:///{work}/promoter.db")
with store.write() as session:
    session.connection().execute(text(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < :rows)"
        " insert into click (link, at, via, visitor)"
        " select 'aaaaaaaaaa', i, 'link', 'person' from n"
    ), {"rows": rows})
backup.write(store, MediaStore(work / "media"), work / "b.zip")
with archive.reading(work / "b.zip") as source, store.write() as session:
    backup.put_back(session, source)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(folder: Path, rows: int) -> int:
    """Return the most memory that a process held which wrote and restored so many rows."""
    work = folder / str(rows)
    work.mkdir()
    found = int(script(PEAK, work, rows).stdout)
    shutil.rmtree(work)
    return found


def script(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a program of its own."""
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True)
