"""A database, a clock or a service in trouble: a clear state, nothing lost or doubled, no loop."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from promoter.channels import showcase
from promoter.core.channel import Channel
from promoter.core.delivery import State
from promoter.core.model import Creative, Draft, Receipt
from promoter.engine.embedded import run_lane
from promoter.media import MediaStore
from promoter.pipeline.context import Account, Context
from promoter.pipeline.prepare import prepare
from promoter.pipeline.settle import close_late
from promoter.store import deliveries
from promoter.store.database import Store, open_store
from tests import world as office
from tests.faults import Fault, Proxy, ShowcaseService
from tests.remote import raw
from tests.remote.raw import answer, said, serving
from tests.world import SLOT, post, state

PUT = ("PUT", "/api/posts/")
MINUTE = timedelta(minutes=1)
MONTH = timedelta(days=31)
CALLS_PER_HOUR = 75
"""So many a patient client makes at most for one account, whatever its service does."""


@dataclass(slots=True)
class Place:
    """Where the office's account finds its service; tests move it."""

    url: str
    token: str
    after: Callable[[], None] = field(default=lambda: None)

    def connect(self) -> Channel:
        account = office.account(self.url, self.token, limit=timedelta(seconds=0.5))
        return Late(account.connect(), self)


class Late:
    """The showcase's channel, which lets something happen after a post was taken."""

    limits = showcase.LIMITS

    def __init__(self, channel: Any, place: Place) -> None:
        self._channel, self._place = channel, place
        self.prepare, self.find = channel.prepare, channel.find

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        receipt: Receipt = self._channel.publish(creative, key, draft)
        self._place.after()
        return receipt


@dataclass(frozen=True, slots=True)
class Here:
    """An office with a store of its own, and the service that it speaks to over a line."""

    world: Context
    place: Place
    line: Proxy
    service: ShowcaseService

    @property
    def account(self) -> Account:
        return self.world.accounts["showcase"]

    @property
    def store(self) -> Store:
        return self.world.store

    def round(self) -> None:
        """Do what is due now."""
        run_lane(self.world, self.account)

    def rounds(self, until: datetime) -> None:
        """Do what is due, at each moment when something is, up to a moment."""
        while (moment := self._next()) is not None and moment <= until:
            if moment > self.world.now():
                self.store.set_clock(moment)
            self.round()
            close_late(self.world)
        self.store.set_clock(until)

    def _next(self) -> datetime | None:
        with self.store.read() as session:
            first = deliveries.next_moment(session, "showcase")
            wait = deliveries.account(session, "showcase").wait_until
        return max(first, wait) if first and wait else first


@pytest.fixture
def here(showcase_service: ShowcaseService, proxy: Proxy, tmp_path: Path) -> Iterator[Here]:
    """The office; a writer of its store waits only a moment for others."""
    store = open_store(f"sqlite:///{tmp_path}/office.db", patience=timedelta(milliseconds=50))
    place = Place(proxy.url, showcase_service.token)
    account = office.account(proxy.url, "", connect=place.connect, min_gap=timedelta())
    world = office.context(store, MediaStore(tmp_path / "media"), account)
    office.stock(store)
    yield Here(replace(world, call_limit=MINUTE), place, proxy, showcase_service)
    store.close()


# A database in trouble


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Let another program write, and not come to an end."""
    other = sqlite3.connect(store.where.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


@contextmanager
def read_only(store: Store) -> Iterator[None]:
    """Let the database refuse what would change it, as a file that may only be read does."""
    engine = store._changing

    def refuse(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("pragma query_only = on")

    def allow(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("pragma query_only = off")

    event.listen(engine, "checkout", refuse)
    event.listen(engine, "checkin", allow)
    try:
        yield
    finally:
        event.remove(engine, "checkout", refuse)
        event.remove(engine, "checkin", allow)


@contextmanager
def full(_store: Store) -> Iterator[None]:
    """Let no file of this process grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


Trouble = Callable[[Store], AbstractContextManager[None]]
every_trouble = pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (locked, "held by another program"),
        (read_only, "may not be written"),
        (full, "no room for the database"),
    ],
    ids=["locked", "read-only", "full"],
)


@every_trouble
def test_a_database_that_cannot_be_written_lets_nothing_out(
    here: Here, trouble: Trouble, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = post()
    office.planned(here.world, wanted)
    here.store.set_clock(SLOT - 20 * MINUTE)
    prepare(here.world, here.account)
    here.store.set_clock(SLOT)
    before = state(here.world, wanted)
    with trouble(here.store):
        here.round()
        here.round()
    assert before.state is State.READY
    assert state(here.world, wanted) == before
    assert here.line.left(*PUT) == 0
    assert words in caplog.text
    assert "Traceback" not in caplog.text
    here.round()
    assert state(here.world, wanted).state is State.PUBLISHED


@every_trouble
def test_a_receipt_that_cannot_be_kept_is_found_again(
    here: Here, trouble: Trouble, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The claim was committed, the service has the post, and then the database fails."""
    wanted = post()
    office.planned(here.world, wanted)
    here.store.set_clock(SLOT)
    with ExitStack() as stack:
        here.place.after = lambda: stack.enter_context(trouble(here.store))
        here.round()
        assert state(here.world, wanted).state is State.SENDING
        here.place.after = lambda: None
        here.round()
    assert words in caplog.text
    here.rounds(SLOT + 10 * MINUTE)
    assert state(here.world, wanted).state is State.PUBLISHED
    assert here.line.left(*PUT) == 1
    assert len(here.service.kept()) == 1


# A clock that jumps


def test_a_month_ahead_nothing_is_sent_and_all_is_missed(here: Here) -> None:
    wanted = [post(number, at=SLOT + number * 40 * MINUTE) for number in range(4)]
    office.planned(here.world, *wanted)
    here.store.set_clock(SLOT - MINUTE)
    here.round()
    here.store.set_clock(SLOT + MONTH)
    for _ in range(5):
        here.round()
        close_late(here.world)
    assert {state(here.world, item).state for item in wanted} == {State.MISSED}
    assert here.line.left(*PUT) == 0


def test_a_lease_of_before_the_jump_ends_and_its_post_is_looked_up(here: Here) -> None:
    wanted = post()
    office.planned(here.world, wanted)
    here.store.set_clock(SLOT)

    def killed() -> None:
        raise KeyboardInterrupt

    here.place.after = killed
    with pytest.raises(KeyboardInterrupt):
        here.round()
    here.place.after = lambda: None
    here.store.set_clock(SLOT + MONTH)
    here.round()
    assert state(here.world, wanted).state is State.PUBLISHED
    assert here.line.left(*PUT) == 1


def test_an_hour_back_nothing_is_sent_again_and_nothing_is_forgotten(here: Here) -> None:
    first, second = post(0), post(1, at=SLOT + 30 * MINUTE)
    office.planned(here.world, first, second)
    here.store.set_clock(SLOT)
    here.round()
    here.store.set_clock(SLOT - 60 * MINUTE)
    here.rounds(SLOT + 29 * MINUTE)
    assert here.line.left(*PUT) == 1
    here.rounds(SLOT + 31 * MINUTE)
    assert {state(here.world, item).state for item in (first, second)} == {State.PUBLISHED}
    assert here.line.left(*PUT) == 2


def test_an_hour_back_a_doubt_waits_for_that_hour_and_no_longer(here: Here) -> None:
    wanted = post()
    office.planned(here.world, wanted)
    here.store.set_clock(SLOT)
    here.line.arm(Fault.SERVER_ERROR_BEFORE, *PUT)
    here.round()
    assert state(here.world, wanted).state is State.UNKNOWN
    here.round()
    here.store.set_clock(SLOT - 60 * MINUTE)
    here.rounds(SLOT - MINUTE)
    assert here.line.left(*PUT) == 1
    here.rounds(SLOT + 5 * MINUTE)
    assert state(here.world, wanted).state is State.PUBLISHED


# A service in trouble


@pytest.mark.parametrize(
    "fault", [Fault.UNREACHABLE, Fault.THROTTLED, Fault.SERVER_ERROR_BEFORE, Fault.EXPIRED]
)
def test_a_service_in_trouble_for_a_day_is_not_stormed(here: Here, fault: Fault) -> None:
    office.planned(here.world, *[post(number, max_lateness=MONTH) for number in range(3)])
    for nth in range(1, 400):
        here.line.arm(fault, nth=nth)
        if fault is Fault.UNREACHABLE:
            break
    here.store.set_clock(SLOT - 30 * MINUTE)
    for hour in range(24):
        before = here.line.left()
        here.rounds(SLOT + hour * 60 * MINUTE)
        assert here.line.left() - before <= CALLS_PER_HOUR
    here.line.heal()
    with here.store.write() as session:
        known = deliveries.account(session, "showcase")
        deliveries.save_account(session, "showcase", replace(known, paused=False))
    here.rounds(SLOT + 48 * 60 * MINUTE)
    with here.store.read() as session:
        assert deliveries.counts(session) == {"PUBLISHED": 3}
    assert len(here.service.kept()) == 3


NONSENSE: dict[str, raw.Say] = {
    "half an answer": said(b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"url": "https'),
    "garbage": said(b"\x00\xff\x13\x37" * 64),
    "no JSON": answer(200, b"<html><h1>It works!</h1>"),
    "another's JSON": answer(200, b'{"ok": true}'),
    "a page that says 404": answer(404, b"<html><h1>Not found</h1>"),
    "ten megabytes": answer(200, b"<p>Bad gateway</p>" * 600_000),
    "nothing": raw.silent,
}


@pytest.mark.parametrize("say", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_to_a_post_is_a_doubt_that_nonsense_does_not_settle(
    here: Here, say: raw.Say
) -> None:
    wanted = post()
    office.planned(here.world, wanted)
    here.store.set_clock(SLOT - 20 * MINUTE)
    prepare(here.world, here.account)
    here.store.set_clock(SLOT)
    with serving(say) as service:
        here.place.url = service.url
        here.rounds(SLOT + 4 * MINUTE)
        sent = [request for request in service.requests if request.startswith(b"PUT")]
        assert len(sent) == 1
        assert len(service.requests) < 10
    assert state(here.world, wanted).state is State.UNKNOWN
    here.place.url = here.line.url
    here.rounds(SLOT + 60 * MINUTE)
    assert state(here.world, wanted).state is State.PUBLISHED
    assert len(here.service.kept()) == 1


@pytest.mark.parametrize("say", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_to_an_upload_is_repeated_slowly(here: Here, say: raw.Say) -> None:
    wanted = post()
    office.planned(here.world, wanted)
    here.store.set_clock(SLOT - 30 * MINUTE)
    with serving(say) as service:
        here.place.url = service.url
        here.rounds(SLOT)
        assert 1 < len(service.requests) < 10
    assert state(here.world, wanted).state is State.DUE
    here.place.url = here.line.url
    here.rounds(SLOT + 150 * MINUTE)
    assert state(here.world, wanted).state is State.PUBLISHED
