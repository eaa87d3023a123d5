"""Two engines at once: on one PostgreSQL, or on an SQLite file whose lock was stolen."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from promoter.core.delivery import State
from promoter.engine.embedded import run_lane
from promoter.media import MediaStore
from promoter.pipeline.context import Context
from promoter.store.database import open_store
from promoter.web.showcase import router
from tests import world as office
from tests.engine import second
from tests.faults import Proxy, Served
from tests.world import SLOT, post, state, until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
TOKENS = {name: f"token-of-{name}-4711" for name in ("mot", "hai", "ba")}
POSTS = [post(number, account=list(TOKENS)[number % 3]) for number in range(30)]
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Office:
    """Thirty posts of three accounts, due now, and the line to where they go."""

    world: Context
    line: Proxy
    url: str
    media: Path

    def engine(self) -> "subprocess.Popen[str]":
        """Start an engine in a process of its own; it holds the store and waits for a word."""
        tokens = [f"{name}={token}" for name, token in TOKENS.items()]
        command = [sys.executable, "-m", "tests.engine.second", self.url, str(self.media)]
        started = subprocess.Popen(
            [*command, self.line.url, *tokens],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert started.stdout
        assert started.stdout.readline() == "READY\n", started.communicate()[1]
        return started

    def sent(self) -> list[int]:
        """Return how often each post was sent."""
        return [self.line.left("PUT", f"/api/posts/{item.key}") for item in POSTS]

    def states(self) -> set[State]:
        """Return the states in which the posts are."""
        return {state(self.world, item).state for item in POSTS}


@pytest.fixture
def line(served: Served, tmp_path: Path) -> Iterator[Proxy]:
    """A line to the showcase, which keeps its posts in a store of its own."""
    from fastapi import FastAPI

    store = open_store(f"sqlite:///{tmp_path}/showcase.db")
    app = FastAPI()
    media = MediaStore(tmp_path / "showcase-media")
    app.include_router(router(store, media, TOKENS, public_url="https://ocop.example.vn"))
    served.app = app
    with Proxy("127.0.0.1", served.port) as made:
        yield made
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def here(request: pytest.FixtureRequest, line: Proxy, tmp_path: Path) -> Iterator[Office]:
    """The office on either database."""
    url = f"sqlite:///{tmp_path}/promoter.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        name = f"two{abs(hash(request.node.nodeid)):x}"
        server.psql(f'create database "{name}";')
        url = server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")
    store = open_store(url)
    media = tmp_path / "media"
    tokens = [f"{name}={token}" for name, token in TOKENS.items()]
    world = second.office(store, media, line.url, tokens)
    office.stock(store)
    store.set_clock(SLOT)
    office.planned(world, *POSTS)
    yield Office(world, line, url, media)
    store.close()


def begin(*engines: "subprocess.Popen[str]") -> None:
    """Let engines that wait begin at the same time."""
    for engine in engines:
        assert engine.stdin
        engine.stdin.write("go\n")
        engine.stdin.flush()


def ended(engine: "subprocess.Popen[str]") -> None:
    """Wait for an engine's end; no lane of it may have ended by a bug."""
    _, said = engine.communicate(timeout=PATIENCE)
    assert engine.returncode == 0, said
    assert said == ""


def test_two_engines_send_each_post_once(here: Office) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(here.engine())
        steal_lock(here)
        other = stack.enter_context(here.engine())
        begin(first, other)
        ended(first)
        ended(other)
    assert here.states() == {State.PUBLISHED}
    assert here.sent() == [1] * len(POSTS)


def test_of_two_engines_one_may_be_killed(here: Office) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(here.engine())
        steal_lock(here)
        other = stack.enter_context(here.engine())
        begin(first, other)
        here.line.wait_for("PUT", f"/api/posts/{POSTS[9].key}")
        os.kill(first.pid, signal.SIGKILL)
        ended(other)
        assert first.wait() == -signal.SIGKILL
    here.line.settled()
    assert here.states() <= {State.PUBLISHED, State.SENDING}
    for item in POSTS:
        lane = partial(run_lane, here.world, here.world.accounts[item.account])
        assert until(here.world, item, lane) is State.PUBLISHED
    assert here.sent() == [1] * len(POSTS)


def steal_lock(here: Office) -> None:
    """Take away the lock file of an engine, as a clean-up of a folder would."""
    if here.world.store.sqlite:
        Path(here.url.removeprefix("sqlite:///") + ".engine").unlink()
