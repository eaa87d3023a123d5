"""alert: what is new is told in one message, once; what lasts, once a day; nothing is lost."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from promoter.core import alarm
from promoter.core.alarm import Kind, Message
from promoter.core.delivery import State
from promoter.core.link import links
from promoter.core.model import Phrase, Post
from promoter.core.planner import Plan
from promoter.media import MediaStore
from promoter.pipeline import alert as step
from promoter.pipeline.alert import alert, standing
from promoter.pipeline.context import Context
from promoter.store import alerts, credentials, deliveries, posts, stops
from promoter.store.database import Store
from tests import world as office
from tests.world import SLOT, account, post

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROBLEM = Phrase("the token was refused")


class Phone:
    """Who is told; `works` says whether messages arrive."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.works = True
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, message: Message) -> bool:
        self.got.append(message)
        self.meanwhile()
        return self.works


@pytest.fixture
def phone() -> Phone:
    """A phone that gets every message."""
    return Phone()


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path, phone: Phone) -> Context:
    """An office with a showcase, whose people have a phone."""
    made = office.context(
        sqlite_store, MediaStore(tmp_path / "media"), account("http://127.0.0.1:9", "token")
    )
    office.stock(sqlite_store)
    return replace(made, alerts=phone)


def placed(world: Context, wanted: Post, state: State, note: Phrase | None = PROBLEM) -> None:
    """Put a post into the store, in some state."""
    with world.store.write() as session:
        plan = Plan(create=(wanted,))
        posts.apply(session, plan, lambda item: links(item, "http://x.vn"), world.now())
        old = deliveries.get(session, wanted.key)
        assert old
        new = replace(old, state=state, next_at=wanted.at, note=note)
        assert deliveries.save(session, old, new, world.now())


def paused(world: Context, *, paused: bool = True) -> None:
    """Let the account stand still for a problem."""
    with world.store.write() as session:
        state = deliveries.account(session, "showcase")
        problem = PROBLEM if paused else None
        changed = replace(state, paused=paused, problem=problem)
        deliveries.save_account(session, "showcase", changed)


def after(world: Context, span: timedelta) -> int:
    """Look again later; return how much was told."""
    world.store.set_clock(world.now() + span)
    return alert(world)


def test_nothing_is_told_while_all_is_well(world: Context, phone: Phone) -> None:
    assert alert(world) == 0 and phone.got == []


def test_forty_failures_are_one_message_that_names_ten(world: Context, phone: Phone) -> None:
    for number in range(40):
        placed(world, post(number, at=SLOT - timedelta(hours=2)), State.FAILED)
    assert alert(world) == 40
    (message,) = phone.got
    assert message.body.count("•") == 10
    assert "(40)" in message.body and "30" in message.body and "40" in message.title
    assert len(message.title) + len(message.body) < 4096  # of Telegram
    assert after(world, MINUTE) == 0 and len(phone.got) == 1


def test_each_line_tells_product_account_time_reason_and_the_command(
    world: Context, phone: Phone
) -> None:
    wanted = post(at=SLOT - timedelta(hours=2))
    placed(world, wanted, State.HELD)
    alert(world)
    line = phone.got[0].body.splitlines()[1]
    for part in ("Muối hạt Bạc Liêu", "showcase", "09:45 23/11/2026", str(PROBLEM)):
        assert part in line
    assert f"promoter posts resolve {wanted.key[:10]} --live" in line


def test_what_lasts_is_told_again_once_a_day(world: Context, phone: Phone) -> None:
    paused(world)
    assert alert(world) == 1
    assert [after(world, timedelta(hours=8)) for _ in range(3)] == [0, 0, 1]
    assert len(phone.got) == 2


def test_what_is_over_is_forgotten_and_told_anew_when_it_comes_back(
    world: Context, phone: Phone
) -> None:
    paused(world)
    alert(world)
    paused(world, paused=False)
    assert after(world, 20 * MINUTE) == 0
    paused(world)
    assert after(world, MINUTE) == 1 and len(phone.got) == 2


def test_new_things_are_gathered_for_a_quarter_of_an_hour(world: Context, phone: Phone) -> None:
    paused(world)
    alert(world)
    placed(world, post(1), State.HELD)
    assert after(world, MINUTE) == 0
    placed(world, post(2), State.HELD)
    assert after(world, 14 * MINUTE - timedelta(seconds=1)) == 0
    assert after(world, timedelta(seconds=1)) == 2
    assert len(phone.got) == 2 and "(2)" in phone.got[1].body


def test_a_message_that_did_not_leave_is_tried_again_but_not_every_minute(
    world: Context, phone: Phone
) -> None:
    phone.works = False
    paused(world)
    assert alert(world) == 0
    assert after(world, 4 * MINUTE) == 0 and len(phone.got) == 1
    assert after(world, MINUTE) == 0 and len(phone.got) == 2
    phone.works = True
    assert after(world, 5 * MINUTE) == 1 and len(phone.got) == 3
    assert after(world, 5 * MINUTE) == 0 and len(phone.got) == 3


def test_a_process_that_dies_after_the_message_repeats_it_once(
    world: Context, phone: Phone
) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    paused(world)
    phone.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        alert(world)
    phone.meanwhile = lambda: None
    assert after(world, MINUTE) == 0  # a process that dies each time does not ring each minute
    assert after(world, 4 * MINUTE) == 1
    assert after(world, 16 * MINUTE) == 0 and len(phone.got) == 2


def test_no_transaction_is_open_while_the_message_leaves(world: Context, phone: Phone) -> None:
    phone.meanwhile = lambda: world.store.set_value("written", "meanwhile")
    paused(world)
    assert alert(world) == 1
    assert world.store.value("written") == "meanwhile"


def test_a_second_engine_does_not_send_the_same(world: Context, phone: Phone) -> None:
    paused(world)
    told = []

    def other_engine() -> None:
        phone.meanwhile = lambda: None
        told.append(alert(world))

    phone.meanwhile = other_engine
    assert alert(world) == 1 and told == [0] and len(phone.got) == 1


def test_what_is_over_when_the_machine_has_woken_is_not_told(world: Context, phone: Phone) -> None:
    wanted = post()
    placed(world, wanted, State.READY)
    world.store.set_clock(SLOT + timedelta(hours=1))
    assert alert(world) == 0
    with world.store.write() as session:
        old = deliveries.get(session, wanted.key)
        assert old
        deliveries.save(session, old, replace(old, next_at=SLOT + DAY, note=None), SLOT)
    assert after(world, MINUTE) == 0 and phone.got == []


def test_a_lane_that_stands_still_is_told_at_the_second_look(world: Context, phone: Phone) -> None:
    placed(world, post(), State.READY, None)
    world.store.set_clock(SLOT + 5 * MINUTE)
    assert alert(world) == 0
    assert after(world, MINUTE) == 1
    assert "Muối hạt" in phone.got[0].body


def test_nothing_is_late_while_the_office_is_paused(world: Context, phone: Phone) -> None:
    placed(world, post(), State.READY, None)
    world.store.set_value("paused", "yes")
    world.store.set_clock(SLOT + timedelta(hours=1))
    assert [alert(world), after(world, MINUTE)] == [0, 0]


def test_an_authorisation_that_ends_is_told(world: Context, phone: Phone) -> None:
    with world.store.write() as session:
        now = world.now()
        assert credentials.lease(session, "showcase", 0, now, MINUTE)
        credentials.keep(session, "showcase", "sealed", "", now - 60 * DAY, 66 * DAY)
    assert alert(world) == 1
    assert "promoter accounts connect showcase" in phone.got[0].body


def test_a_full_disk_is_told(world: Context, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "LEAST_FREE", 10**18)
    assert alert(world) == 1
    assert str(world.media.root.parent) in phone.got[0].body


@pytest.mark.parametrize(
    ("store", "media", "fullest"),
    [(5, 9, ("", 5)), (9, 5, ("media", 5)), (None, 9, ("media", 9)), (None, None, ("media", None))],
)
def test_the_fuller_disk_counts_and_one_that_cannot_be_measured_does_not(
    world: Context,
    monkeypatch: pytest.MonkeyPatch,
    store: int | None,
    media: int | None,
    fullest: tuple[str, int | None],
) -> None:
    root = world.media.root
    root.mkdir(exist_ok=True)
    sizes = {root: media, root.parent: store}

    def usage(folder: Path) -> SimpleNamespace:
        if sizes[folder] is None:
            raise PermissionError
        return SimpleNamespace(free=sizes[folder])

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert step.disk(world) == (root.parent / fullest[0], fullest[1])


def test_a_folder_that_is_not_made_yet_is_measured_where_it_will_be(world: Context) -> None:
    deep = replace(world, media=MediaStore(world.media.root / "a" / "b"))
    assert step.disk(deep)[1]


def test_nothing_new_is_begun_when_the_process_is_to_end(world: Context, phone: Phone) -> None:
    paused(world)
    world.stopping.set()
    assert alert(world) == 0 and phone.got == []
    world.stopping.clear()


def test_who_runs_does_not_ask_whether_it_runs_but_others_do(world: Context, phone: Phone) -> None:
    world.store.set_value("seen", (world.now() - DAY).isoformat())
    assert alert(world) == 0
    assert [item.kind for item in standing(world)] == [Kind.SILENT]


def test_a_clock_that_was_set_back_does_not_silence_alerts(world: Context, phone: Phone) -> None:
    world.store.set_clock(SLOT + 30 * DAY)
    paused(world)
    assert alert(world) == 1
    world.store.set_clock(SLOT)
    placed(world, post(1), State.HELD)
    assert alert(world) == 2 and len(phone.got) == 2


def test_every_kind_has_words(world: Context) -> None:
    assert set(step.WORDS) == set(Kind)


def test_what_is_remembered_names_its_kind(world: Context) -> None:
    paused(world)
    alert(world)
    with world.store.read() as session:
        known = alerts.remembered(session)
    assert list(known) == [("showcase", Kind.PAUSED)]
    assert known["showcase", Kind.PAUSED].told_at == world.now()


def test_a_locked_office_is_told(world: Context, phone: Phone) -> None:
    world.store.set_value("locked", world.now().isoformat())
    assert alert(world) == 1
    assert "promoter resume --other-machine-off" in phone.got[0].body


def test_a_disk_that_is_full_every_other_minute_is_told_once(
    world: Context, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(180):
        monkeypatch.setattr(alarm, "LEAST_FREE", 10**18 if minute % 2 else 1)
        after(world, MINUTE)
    assert len(phone.got) == 1


@pytest.mark.parametrize(
    "problem",
    [
        Phrase("paused by {who}", who="an"),
        Phrase("paused by {who}: {reason}", who="an", reason="x"),
    ],
)
def test_an_account_that_a_person_has_paused_is_no_fault(
    world: Context, phone: Phone, problem: Phrase
) -> None:
    with world.store.write() as session:
        state = deliveries.AccountState(paused=True, problem=problem)
        deliveries.save_account(session, "showcase", state)
    assert alert(world) == 0 and standing(world) == []


def stopped(world: Context) -> None:
    """Let a person stop the salt."""
    with world.store.write() as session:
        stops.stop(session, stops.Subject(stops.Kind.PRODUCT, "BL-086"), "an: thu hồi", world.now())


def test_what_is_stopped_and_still_live_is_told_at_the_second_look(
    world: Context, phone: Phone
) -> None:
    placed(world, post(), State.PUBLISHED, None)
    stopped(world)
    assert [alert(world), after(world, MINUTE)] == [0, 1]
    assert "promoter stop --product BL-086" in phone.got[0].body
    assert "Muối hạt Bạc Liêu" in phone.got[0].body


def test_what_is_stopped_and_not_live_is_well(world: Context, phone: Phone) -> None:
    placed(world, post(), State.CANCELLED, None)
    stopped(world)
    assert [alert(world), after(world, MINUTE)] == [0, 0]


def test_a_consent_that_ends_within_a_week_is_told(world: Context, phone: Phone) -> None:
    until = world.now() + 7 * DAY
    world.store.set_value("consent.showcase", (until + MINUTE).isoformat())
    assert alert(world) == 0
    world.store.set_value("consent.showcase", until.isoformat())
    assert alert(world) == 1
    assert "promoter accounts connect showcase" in phone.got[0].body
