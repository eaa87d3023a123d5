"""Which posts are looked at for alerts, and what is remembered of what was told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from promoter.core.alarm import Kind, Known
from promoter.core.delivery import State
from promoter.core.link import links
from promoter.core.model import Phrase
from promoter.core.planner import Plan
from promoter.store import alerts, database, deliveries, health, migrations, posts
from promoter.store.alerts import Subject
from promoter.store.database import Store
from tests import world as office
from tests.make import NOW
from tests.world import post

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HELD: Subject = ("post", Kind.HELD)
DISK: Subject = ("office", Kind.DISK)


def placed(store: Store, number: int, at: datetime, state: State, **more: Any) -> str:
    """Put a post with a delivery in some state into the store; return its key."""
    wanted = post(number, at=at)
    with store.write() as session:
        plan = Plan(create=(wanted,))
        posts.apply(session, plan, lambda item: links(item, "http://x.vn"), NOW)
        old = deliveries.get(session, wanted.key)
        assert old
        settled = more.pop("settled", NOW)
        new = replace(old, state=state, **{"next_at": at, **more})
        assert deliveries.save(session, old, new, settled)
    return wanted.key


@pytest.fixture
def stocked(store: Store) -> Store:
    """A store with a product."""
    store.set_clock(NOW)
    office.stock(store)
    return store


def suspects(store: Store) -> list[str]:
    with store.read() as session:
        return [item.delivery.key for item in alerts.suspects(session, NOW)]


def test_what_may_need_a_person_is_read_with_its_product_earliest_first(stocked: Store) -> None:
    note = Phrase("why")
    wanted = [
        placed(stocked, 1, NOW - 20 * DAY, State.PUBLISHED, note=note),
        placed(stocked, 2, NOW - 2 * DAY, State.HELD),
        placed(stocked, 3, NOW - 9 * HOUR, State.FAILED, settled=NOW - HOUR),
        placed(stocked, 4, NOW - 8 * HOUR, State.MISSED),
        placed(stocked, 5, NOW - 7 * HOUR, State.UNKNOWN),
        placed(stocked, 6, NOW - 6 * HOUR, State.DUE, next_at=NOW + HOUR),
        placed(stocked, 7, NOW + 24 * HOUR, State.WAITING),
    ]
    assert suspects(stocked) == wanted
    with stocked.read() as session:
        found = alerts.suspects(session, NOW)
    assert {item.product for item in found} == {"Muối hạt Bạc Liêu"}
    assert found[2].settled_at == NOW - HOUR


def test_what_is_well_or_long_ago_is_not_read(stocked: Store) -> None:
    placed(stocked, 1, NOW - DAY, State.PUBLISHED)
    placed(stocked, 2, NOW - 40 * DAY, State.PUBLISHED, note=Phrase("why"))
    placed(stocked, 3, NOW - 4 * DAY, State.FAILED, settled=NOW - 3 * DAY)
    placed(stocked, 4, NOW + HOUR, State.READY)
    placed(stocked, 5, NOW + 25 * HOUR, State.WAITING)
    placed(stocked, 6, NOW - HOUR, State.CANCELLED)
    placed(stocked, 7, NOW - HOUR, State.UNKNOWN, next_at=NOW)
    assert suspects(stocked) == []


def remember(store: Store, *found: Subject, now: datetime = NOW) -> dict[Subject, Known]:
    with store.write() as session:
        return dict(alerts.remember(session, found, now))


def test_what_is_new_is_remembered_and_what_is_over_is_forgotten(store: Store) -> None:
    assert remember(store, HELD, HELD) == {HELD: Known(NOW)}
    later = NOW + HOUR
    assert remember(store, HELD, DISK, now=later) == {HELD: Known(NOW), DISK: Known(later)}
    assert remember(store, DISK, now=later) == {DISK: Known(later)}
    assert remember(store, HELD, now=later) == {HELD: Known(later)}


def test_what_was_told_stays_told_for_as_long_as_it_lasts(store: Store) -> None:
    remember(store, HELD, DISK)
    with store.write() as session:
        alerts.told(session, [HELD], NOW + HOUR)
    assert remember(store, HELD, DISK) == {HELD: Known(NOW, NOW + HOUR), DISK: Known(NOW)}


MINUTE = timedelta(minutes=1)


def tell(store: Store, subject: Subject, now: datetime = NOW) -> None:
    remember(store, subject, now=now)
    with store.write() as session:
        alerts.told(session, [subject], now)


RETURNING = [Kind.DISK, Kind.LATE, Kind.STOPPED, Kind.LOOK, Kind.EXPIRES]


@pytest.mark.parametrize("kind", RETURNING)
def test_what_was_told_is_forgotten_only_after_an_hour_away(store: Store, kind: Kind) -> None:
    item: Subject = ("it", kind)
    tell(store, item)
    remember(store, now=NOW + 5 * HOUR)  # however long it has lasted
    assert remember(store, now=NOW + 6 * HOUR - MINUTE) == {}
    assert remember(store, item, now=NOW + 6 * HOUR - MINUTE) == {item: Known(NOW, NOW)}


def test_an_hour_away_ends_it(store: Store) -> None:
    tell(store, DISK)
    remember(store, now=NOW + HOUR)
    remember(store, now=NOW + 2 * HOUR)
    assert remember(store, DISK, now=NOW + 2 * HOUR) == {DISK: Known(NOW + 2 * HOUR)}


def test_the_hour_begins_anew_each_time_it_comes_back(store: Store) -> None:
    tell(store, DISK)
    for minutes in range(0, 400, 40):
        remember(store, now=NOW + minutes * MINUTE)
        back = remember(store, DISK, now=NOW + (minutes + 20) * MINUTE)
        assert back == {DISK: Known(NOW, NOW)}


def test_what_nobody_was_told_of_is_forgotten_at_once(store: Store) -> None:
    late: Subject = ("post", Kind.LATE)
    remember(store, late)
    remember(store, now=NOW + MINUTE)
    later = NOW + 2 * MINUTE
    assert remember(store, late, now=later) == {late: Known(later)}


@pytest.mark.parametrize("kind", [Kind.PAUSED, Kind.HELD, Kind.FAILED, Kind.MISSED, Kind.LOCKED])
def test_what_only_a_person_ends_is_new_when_it_comes_back(store: Store, kind: Kind) -> None:
    item: Subject = ("it", kind)
    tell(store, item)
    remember(store, now=NOW + MINUTE)
    later = NOW + 2 * MINUTE
    assert remember(store, item, now=later) == {item: Known(later)}


def test_a_clock_that_was_set_back_keeps_nothing_for_weeks(store: Store) -> None:
    tell(store, DISK, NOW + 30 * DAY)
    remember(store, now=NOW + 30 * DAY)
    remember(store, now=NOW)
    assert remember(store, DISK) == {DISK: Known(NOW)}


def test_two_kinds_of_one_subject_are_two_things(store: Store) -> None:
    late: Subject = ("post", Kind.LATE)
    remember(store, HELD, late)
    with store.write() as session:
        alerts.told(session, [late], NOW)
    assert remember(store, HELD, late) == {HELD: Known(NOW), late: Known(NOW, NOW)}


def test_one_of_two_machines_sends(store: Store) -> None:
    with store.write() as session:
        assert alerts.not_before(session) is None
        assert alerts.reserve(session, None, NOW)
        assert not alerts.reserve(session, None, NOW)
        assert alerts.not_before(session) == NOW
        assert alerts.reserve(session, NOW, NOW + HOUR)


def test_a_trial_leaves_nothing_behind(store: Store) -> None:
    assert health.try_to_write(store) == migrations.HEAD
    with store.read() as session:
        assert database.value(session, "trial") == ""
