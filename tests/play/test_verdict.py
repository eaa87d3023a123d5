"""The judge of a rehearsal is not blind: each thing that can go wrong is seen by it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from promoter.core.delivery import Delivery, State
from promoter.core.model import Phrase, Receipt
from promoter.play import verdict
from promoter.play.verdict import Outcome, Verdict
from promoter.store import deliveries
from promoter.store.database import Store
from tests import world as office
from tests.faults import ShowcaseService
from tests.world import SLOT, post

END = SLOT + timedelta(days=1)
WHY = Phrase("for a reason")


def outcome(
    state: State, *, copies: int = 0, note: Phrase | None = WHY, **changes: object
) -> Outcome:
    """Return what became of a post."""
    wanted = post()
    life = Delivery(
        key=wanted.key,
        account="showcase",
        state=state,
        at=SLOT,
        max_lateness=timedelta(hours=3),
        next_at=SLOT,
        receipt=Receipt("1", "https://ocop.example.vn/b/1"),
        note=note,
        sent_at=SLOT,
    )
    return Outcome(wanted, replace(life, **changes), copies, 0, None, 0)  # type: ignore[arg-type]


def test_two_copies_are_one_too_many() -> None:
    assert outcome(State.PUBLISHED, copies=3).duplicates == 2
    assert outcome(State.PUBLISHED, copies=1).duplicates == 0
    assert outcome(State.HELD, copies=0).duplicates == 0


@pytest.mark.parametrize(
    "state", [State.MISSED, State.FAILED, State.CANCELLED, State.DUE, State.WITHDRAWN], ids=str
)
def test_what_is_thought_absent_and_is_there_is_a_false_absence(state: State) -> None:
    assert outcome(state, copies=1).false_absent
    assert not outcome(state).false_absent


def test_what_is_held_and_there_is_no_false_absence() -> None:
    """The office knows that it may be live."""
    assert not outcome(State.HELD, copies=1).false_absent


def test_what_is_said_to_be_live_and_is_not_there_is_lost() -> None:
    assert outcome(State.PUBLISHED).lost(END)
    assert not outcome(State.PUBLISHED, copies=1).lost(END)


@pytest.mark.parametrize("state", [State.DUE, State.READY, State.SENDING, State.WAITING], ids=str)
def test_what_should_have_gone_out_and_stands_there_is_lost(state: State) -> None:
    assert outcome(state).lost(SLOT + timedelta(hours=3, seconds=1))
    assert not outcome(state).lost(SLOT + timedelta(hours=3))


def test_a_doubt_that_lasts_is_a_loss() -> None:
    assert outcome(State.UNKNOWN).lost(SLOT + timedelta(minutes=41))
    assert not outcome(State.UNKNOWN).lost(SLOT + timedelta(minutes=40))


@pytest.mark.parametrize(
    "state", [State.HELD, State.FAILED, State.MISSED, State.CANCELLED], ids=str
)
def test_a_state_that_says_no_why_is_a_loss(state: State) -> None:
    assert outcome(state, note=None).lost(END)
    assert not outcome(state).lost(END)


def test_the_sums_are_those_of_the_posts() -> None:
    found = Verdict(
        [
            outcome(State.PUBLISHED, copies=2),
            outcome(State.MISSED, copies=1),
            outcome(State.PUBLISHED),
            outcome(State.HELD),
        ],
        {"showcase": "showcase"},
        END,
        "1",
    ).document()
    assert (found["duplicates"], found["false_absent"], found["lost"], found["held"]) == (
        1,
        1,
        1,
        1,
    )
    assert found["held_by_channel"] == {"showcase": 1}


def judged(store: Store, *attempts: tuple[str, str, int, int]) -> Outcome:
    """Return the outcome of a post with these attempts: verb, outcome, start and end in minutes."""
    with store.write() as session:
        for verb, ended, start, end in attempts:
            number = deliveries.begin(session, post().key, verb, minute(start))
            deliveries.end(session, number, ended, minute(end))
    with store.read() as session:
        (found,) = verdict.outcomes(session, [post().key], {}, {})
    return found


def minute(count: int) -> datetime:
    """Return a moment some minutes after the slot."""
    return SLOT + timedelta(minutes=count)


@pytest.fixture
def store(showcase_service: ShowcaseService) -> Store:
    """A store with one post."""
    account = office.account(showcase_service.url, showcase_service.token)
    world = office.context(showcase_service.store, showcase_service.media, account)
    office.stock(world.store)
    office.planned(world, post())
    return world.store


def test_a_doubt_lasts_from_the_call_to_the_look_that_settles_it(store: Store) -> None:
    found = judged(
        store,
        ("publish", "OutcomeUnknown", 0, 1),
        ("find", "UNKNOWN", 1, 1),
        ("find", "PUBLISHED", 9, 10),
    )
    assert found.doubts == 1
    assert found.longest == timedelta(minutes=10)


def test_a_worker_that_died_left_a_doubt(store: Store) -> None:
    found = judged(store, ("publish", "WorkerDied", 0, 2), ("find", "DUE", 3, 4))
    assert (found.doubts, found.longest) == (1, timedelta(minutes=4))


def test_where_the_service_could_not_be_read_the_time_does_not_count(store: Store) -> None:
    found = judged(
        store,
        ("publish", "OutcomeUnknown", 0, 1),
        ("find", "Transient", 1, 1),
        ("find", "PUBLISHED", 90, 90),
    )
    assert (found.doubts, found.longest) == (1, None)


def test_copies_are_counted_by_the_code_that_they_carry(store: Store) -> None:
    code = post().code
    feeds = {("showcase", "showcase"): [("", f"Muối {code}"), ("", "other"), ("", f"{code} again")]}
    with store.read() as session:
        (found,) = verdict.outcomes(session, [post().key], feeds, {})
        (by_key,) = verdict.outcomes(session, [post().key], {}, {post().key: 1})
    assert found.copies == 2
    assert by_key.copies == 1
