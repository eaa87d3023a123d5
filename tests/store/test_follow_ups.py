"""What follows posts: asked for, taken by one worker, changed or closed by whoever holds it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from promoter.core.link import links
from promoter.core.planner import Plan
from promoter.store import credentials, follow_ups, posts
from promoter.store.database import Store
from promoter.store.follow_ups import FollowUp, Verb
from tests import world as office
from tests.make import NOW
from tests.world import post

HOUR = timedelta(hours=1)


@pytest.fixture
def keys(store: Store) -> list[str]:
    """Three posts that things can be asked for."""
    store.set_clock(NOW)
    office.stock(store)
    wanted = [post(number) for number in range(3)]
    with store.write() as session:
        posts.apply(
            session, Plan(create=tuple(wanted)), lambda item: links(item, "http://x.vn"), NOW
        )
    return [item.key for item in wanted]


def ask(store: Store, key: str, verb: Verb = Verb.MEASURE, after: timedelta = HOUR) -> None:
    with store.write() as session:
        follow_ups.ask(session, key, verb, "showcase", NOW + after)


def due(store: Store, after: timedelta, verb: Verb = Verb.MEASURE, limit: int = 9) -> list[str]:
    with store.read() as session:
        found = follow_ups.due(session, "showcase", verb, NOW + after, limit)
    return [item.key for item in found]


def test_what_is_asked_for_is_due_at_its_time_the_longest_waiting_first(
    store: Store, keys: list[str]
) -> None:
    ask(store, keys[0], after=2 * HOUR)
    ask(store, keys[1], after=HOUR)
    assert due(store, HOUR - timedelta(seconds=1)) == []
    assert due(store, HOUR) == [keys[1]]
    assert due(store, 2 * HOUR) == [keys[1], keys[0]]
    assert due(store, 2 * HOUR, limit=1) == [keys[1]]


def test_verbs_and_accounts_are_kept_apart(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    ask(store, keys[0], Verb.COMMENT)
    assert due(store, HOUR, Verb.CORRECT) == []
    with store.read() as session:
        assert follow_ups.due(session, "other", Verb.MEASURE, NOW + HOUR) == []
        assert [item.verb for item in follow_ups.of(session, keys[0])] == [
            Verb.COMMENT,
            Verb.MEASURE,
        ]


def test_asking_again_takes_the_place_of_the_first_wish(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    ask(store, keys[0], after=3 * HOUR)
    assert due(store, 2 * HOUR) == []
    assert due(store, 3 * HOUR) == [keys[0]]


def taken(store: Store, key: str) -> FollowUp:
    with store.write() as session:
        (found,) = follow_ups.due(session, "showcase", Verb.MEASURE, NOW + HOUR)
        leased = replace(found, lease_until=NOW + 2 * HOUR)
        assert follow_ups.save(session, found, leased)
        assert not follow_ups.save(session, found, leased), "somebody else was first"
    assert leased.key == key
    return leased


def test_what_is_taken_is_not_due_until_its_lease_ends(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    taken(store, keys[0])
    assert due(store, HOUR) == []
    assert due(store, 2 * HOUR) == [keys[0]]


def test_only_who_holds_it_closes_it(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    leased = taken(store, keys[0])
    with store.write() as session:
        assert not follow_ups.save(session, replace(leased, lease_until=None), None)
        assert follow_ups.save(session, leased, None)
    assert due(store, 9 * HOUR) == []


def test_a_new_wish_leaves_the_lease_to_whoever_is_at_work(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    taken(store, keys[0])
    ask(store, keys[0])
    assert due(store, HOUR) == [], "two at once could end in the wrong order"
    assert due(store, 2 * HOUR) == [keys[0]]


def test_a_new_wish_survives_the_end_of_the_old_one(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    leased = taken(store, keys[0])
    ask(store, keys[0], after=3 * HOUR)
    with store.write() as session:
        assert not follow_ups.save(session, leased, None)
    assert due(store, 3 * HOUR) == [keys[0]]


def test_closing_a_post_forgets_all_of_it_and_nothing_else(store: Store, keys: list[str]) -> None:
    ask(store, keys[0])
    ask(store, keys[0], Verb.COMMENT)
    ask(store, keys[1])
    with store.write() as session:
        follow_ups.close(session, keys[0])
    assert due(store, HOUR) == [keys[1]]


def test_the_next_moment_is_that_of_the_soonest(store: Store, keys: list[str]) -> None:
    with store.read() as session:
        assert follow_ups.next_moment(session) is None
    ask(store, keys[0], after=2 * HOUR)
    ask(store, keys[1], Verb.COMMENT)
    with store.read() as session:
        assert follow_ups.next_moment(session) == NOW + HOUR
        assert follow_ups.next_moment(session, "showcase", [Verb.MEASURE]) == NOW + 2 * HOUR
        assert follow_ups.next_moment(session, "other") is None


# Credentials


def test_only_one_worker_may_renew_credentials(store: Store) -> None:
    with store.write() as session:
        assert credentials.lease(session, "shop", 0, NOW, HOUR)
        assert not credentials.lease(session, "shop", 0, NOW, HOUR)
        assert not credentials.lease(session, "shop", 0, NOW + HOUR - timedelta(seconds=1), HOUR)
        assert credentials.lease(session, "shop", 0, NOW + HOUR, HOUR), "its worker died"


def test_newer_credentials_end_the_right_to_renew_the_old(store: Store) -> None:
    with store.write() as session:
        assert credentials.lease(session, "shop", 0, NOW, HOUR)
        credentials.keep(session, "shop", "sealed", "of these secrets", NOW)
    with store.write() as session:
        kept = credentials.get(session, "shop")
        assert (kept.text, kept.version, kept.lease_until) == ("sealed", 1, None)
        assert kept.origin == "of these secrets"
        assert not credentials.lease(session, "shop", 0, NOW, HOUR)
        assert credentials.lease(session, "shop", 1, NOW, HOUR)
        credentials.release(session, "shop")
        assert credentials.lease(session, "shop", 1, NOW, HOUR)


def test_an_account_without_credentials_has_none(store: Store) -> None:
    with store.read() as session:
        assert credentials.get(session, "shop") == credentials.Sealed()
