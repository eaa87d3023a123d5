"""A disk that is full or may not be written: that is said, and what was kept stays as it was."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from promoter.core.errors import ConfigError
from promoter.store import products
from promoter.store.database import Store, open_store
from tests.make import NOW, producer, product

NOBODY = 65_534


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size in bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def held(store: Store) -> int:
    """Return how many products the store has."""
    with store.read() as session:
        return len(products.products(session))


def import_(store: Store, number: int) -> None:
    """Put so many products into the store, in one transaction."""
    many = [product(code=f"BL-{n:04}", description="muối " * 200) for n in range(number)]
    with store.write() as session:
        products.merge(session, many, [producer()], NOW)


@pytest.mark.parametrize("room", [0, 4_096, 40_000, 400_000])
def test_a_full_disk_is_told_and_an_import_is_undone_whole(sqlite_store: Store, room: int) -> None:
    import_(sqlite_store, 3)
    file = Path(sqlite_store.where.removeprefix("sqlite:///"))
    log = file.with_name(f"{file.name}-wal").stat().st_size
    with files_up_to(log + room), pytest.raises(ConfigError, match="no room for the database"):
        import_(sqlite_store, 2_000)
    assert held(sqlite_store) == 3
    import_(sqlite_store, 20)
    assert held(sqlite_store) == 20


def test_looking_goes_on_while_the_disk_is_full(sqlite_store: Store) -> None:
    import_(sqlite_store, 3)
    with files_up_to(0):
        assert held(sqlite_store) == 3


def test_a_full_disk_does_no_harm_to_the_file(sqlite_store: Store) -> None:
    file = Path(sqlite_store.where.removeprefix("sqlite:///"))
    log = file.with_name(f"{file.name}-wal")
    for size in range(0, 60_000, 7_000):
        with files_up_to(log.stat().st_size + size), pytest.raises(ConfigError):
            import_(sqlite_store, 500)
    sqlite_store.close()
    with sqlite3.connect(file) as checked:
        assert checked.execute("pragma integrity_check").fetchone() == ("ok",)
    checked.close()


def test_a_store_without_room_to_open_says_so(tmp_path: Path) -> None:
    with files_up_to(8_192), pytest.raises(ConfigError, match="no room for the database"):
        open_store(f"sqlite:///{tmp_path}/promoter.db")


@contextmanager
def nobody() -> Iterator[None]:
    """Have the rights of nobody, where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that other users may reach."""
    folder = Path("/tmp") / f"promoter-trouble-{os.getpid()}"  # noqa: S108 - others must reach it
    folder.mkdir()
    yield folder
    for item in folder.iterdir():
        item.unlink()
    folder.rmdir()


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o444, 0o555)])
def test_a_file_that_may_only_be_read_says_what_to_change(
    open_to_all: Path, file_mode: int, folder_mode: int
) -> None:
    file = open_to_all / "promoter.db"
    open_store(f"sqlite:///{file}").close()
    before = file.read_bytes()
    file.chmod(file_mode)
    open_to_all.chmod(folder_mode)
    try:
        with nobody(), pytest.raises(ConfigError, match="give promoter the right") as caught:
            open_store(f"sqlite:///{file}").set_value("paused", "yes")
    finally:
        open_to_all.chmod(0o777)
    assert "may not be written" in str(caught.value)
    assert str(file) in str(caught.value)
    assert file.read_bytes() == before
