"""The state machine of a delivery: every way to end, and the laws that hold on all of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core import delivery as life
from promoter.core.delivery import Decision, Delivery, Gate, State
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Draft, Phrase, Receipt

AT = datetime(2026, 11, 23, 4, 45, tzinfo=UTC)
LEASE = timedelta(seconds=90)
WHY = Phrase("the service is busy")
OPEN = Gate(
    paused=False,
    approved=True,
    true=True,
    wait_until=None,
    full=False,
    next_day=AT + timedelta(hours=12),
)
LIVE = Receipt("77", "https://example.com/77")


def delivery(state: State = State.READY) -> Delivery:
    """Return a delivery whose slot is AT and which may be three hours late."""
    return Delivery("k", "page", state, AT, timedelta(hours=3), AT)


def sending() -> Delivery:
    return life.claimed(delivery(), AT, LEASE)


def test_what_is_not_approved_waits_and_what_is_goes_to_be_prepared() -> None:
    waiting = delivery(State.WAITING)
    assert life.composed(waiting, approved=False).state is State.WAITING
    due = life.composed(waiting, approved=True)
    assert (due.state, due.next_at) == (State.DUE, AT - timedelta(minutes=30))


def test_new_bytes_void_what_was_prepared_for_the_old_ones() -> None:
    ready = replace(delivery(), draft=Draft(True, {"id": "1"}))
    assert life.composed(ready, approved=True).draft is None


def test_a_draft_that_is_not_ready_is_prepared_again_soon() -> None:
    due = life.prepared(delivery(State.DUE), Draft(False, {"up": "1"}), AT - timedelta(minutes=30))
    assert due.state is State.DUE
    assert due.draft == Draft(False, {"up": "1"})
    assert due.next_at < AT - timedelta(minutes=29)


def test_what_is_ready_waits_for_its_slot() -> None:
    early = life.prepared(delivery(State.DUE), Draft(True, {}), AT - timedelta(minutes=30))
    assert (early.state, early.next_at) == (State.READY, AT)


def test_a_claim_carries_a_lease_and_the_moment_from_which_to_search() -> None:
    claimed = sending()
    assert claimed.state is State.SENDING
    assert claimed.lease_until == AT + LEASE
    assert claimed.sent_at == AT


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (OPEN, State.SENDING),
        (replace(OPEN, paused=True), State.READY),
        (replace(OPEN, approved=False), State.WAITING),
        (replace(OPEN, true=False), State.WAITING),
        (replace(OPEN, full=True), State.READY),
        (replace(OPEN, wait_until=AT + timedelta(minutes=5)), State.READY),
    ],
)
def test_nothing_is_sent_past_a_closed_gate(gate: Gate, expected: State) -> None:
    assert life.admitted(delivery(), gate, AT, LEASE).state is expected


def test_a_pause_changes_nothing_so_that_it_can_end_at_any_time() -> None:
    ready = delivery()
    assert life.admitted(ready, replace(OPEN, paused=True), AT, LEASE) is ready


def test_what_is_too_late_is_missed_even_when_everything_else_allows_it() -> None:
    late = AT + timedelta(hours=3, seconds=1)
    assert life.admitted(delivery(), OPEN, late, LEASE).state is State.MISSED
    assert life.admitted(delivery(), OPEN, AT + timedelta(hours=3), LEASE).state is State.SENDING


def test_a_receipt_publishes_and_one_that_is_not_live_is_pending() -> None:
    assert life.accepted(sending(), LIVE, AT).state is State.PUBLISHED
    pending = life.accepted(sending(), replace(LIVE, live=False), AT)
    assert pending.state is State.PENDING
    assert life.accepted(pending, LIVE, AT).state is State.PUBLISHED
    assert life.failed(pending, Rejected(WHY), AT).state is State.FAILED


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Transient(WHY), State.DUE),
        (NotAuthorized(WHY), State.DUE),
        (Rejected(WHY), State.FAILED),
        (OutcomeUnknown(WHY), State.UNKNOWN),
    ],
)
def test_what_an_error_means_for_a_public_call(error: ChannelError, expected: State) -> None:
    assert life.failed(sending(), error, AT).state is expected


def test_a_wait_grows_and_is_never_less_than_the_service_asked_for() -> None:
    first = life.failed(sending(), Transient(WHY), AT)
    assert first.next_at == AT + timedelta(minutes=1)
    second = life.failed(replace(first, state=State.SENDING), Transient(WHY), AT)
    assert second.next_at == AT + timedelta(minutes=5)
    asked = Transient(WHY, after=timedelta(minutes=20), scope=Scope.ACCOUNT)
    assert life.failed(sending(), asked, AT).next_at == AT + timedelta(minutes=20)


def test_a_retry_that_would_be_too_late_is_missed_with_the_last_error() -> None:
    asked = Transient(WHY, after=timedelta(hours=4))
    after = life.failed(sending(), asked, AT)
    assert after.state is State.MISSED
    assert "the service is busy" in str(after.note)


def test_absence_is_believed_after_two_sure_looks_a_minute_apart() -> None:
    unknown = life.failed(sending(), OutcomeUnknown(WHY), AT)
    once = life.not_found(unknown, Absent(sure=True), AT, resend=False)
    assert (once.state, once.next_at) == (State.UNKNOWN, AT + timedelta(seconds=60))
    assert life.not_found(once, Absent(sure=True), AT, resend=False).state is State.DUE


def test_an_unsure_look_between_starts_the_count_of_sure_ones_again() -> None:
    unknown = life.failed(sending(), OutcomeUnknown(WHY), AT)
    once = life.not_found(unknown, Absent(sure=True), AT, resend=False)
    unsure = life.not_found(once, Absent(sure=False), AT, resend=False)
    assert life.not_found(unsure, Absent(sure=True), AT, resend=False).state is State.UNKNOWN


@pytest.mark.parametrize(("resend", "expected"), [(False, State.HELD), (True, State.DUE)])
def test_looks_that_may_lag_go_on_for_half_an_hour(resend: bool, expected: State) -> None:
    now, current = AT, life.failed(sending(), OutcomeUnknown(WHY), AT)
    while current.state is State.UNKNOWN:
        now = current.next_at
        current = life.not_found(current, Absent(sure=False), now, resend=resend)
    assert current.state is expected
    assert now - AT >= timedelta(minutes=30)


def test_a_failed_look_decides_nothing() -> None:
    unknown = life.failed(sending(), OutcomeUnknown(WHY), AT)
    errors = [Transient(WHY), NotAuthorized(WHY), Rejected(WHY), OutcomeUnknown(WHY)]
    for error in errors:
        after = life.failed(unknown, error, AT)
        assert after.state is State.UNKNOWN
        assert after.next_at > AT


def test_a_post_that_is_found_is_published_and_never_sent_again() -> None:
    unknown = life.lost(sending(), AT, WHY)
    assert life.accepted(unknown, LIVE, AT).state is State.PUBLISHED


def test_moving_keeps_approval_and_draft() -> None:
    ready = replace(delivery(), draft=Draft(True, {"id": "1"}))
    moved = life.moved(ready, AT + timedelta(minutes=15))
    assert moved.state is State.READY
    assert moved.draft == ready.draft
    assert moved.next_at == AT + timedelta(minutes=15)
    assert life.moved(sending(), AT + timedelta(minutes=15)).at == AT


@pytest.mark.parametrize(
    ("state", "decision", "expected"),
    [
        (State.WAITING, Decision.APPROVE, State.DUE),
        (State.WAITING, Decision.REJECT, State.REJECTED),
        (State.READY, Decision.CANCEL, State.REJECTED),
        (State.FAILED, Decision.RETRY, State.DUE),
        (State.HELD, Decision.LIVE, State.PUBLISHED),
        (State.HELD, Decision.ABSENT, State.DUE),
    ],
)
def test_a_person_decides(state: State, decision: Decision, expected: State) -> None:
    after = life.decided(delivery(state), decision, AT, LIVE)
    assert isinstance(after, Delivery)
    assert after.state is expected


def test_what_may_be_live_cannot_simply_be_retried_or_cancelled() -> None:
    for state in (State.SENDING, State.UNKNOWN, State.HELD, State.PUBLISHED, State.PENDING):
        for decision in (Decision.RETRY, Decision.CANCEL, Decision.APPROVE):
            assert isinstance(life.decided(delivery(state), decision, AT, LIVE), Phrase)


def test_every_action_that_is_offered_is_possible() -> None:
    for state in State:
        for decision in life.next_actions(state):
            assert isinstance(life.decided(delivery(state), decision, AT, LIVE), Delivery)


EVENTS = st.sampled_from(
    ["transient", "unauthorized", "rejected", "unknown", "receipt", "pending", "sure", "unsure"]
)


@given(st.lists(EVENTS, max_size=40), st.booleans())
def test_the_public_call_is_never_made_twice_without_sure_absence(
    events: list[str], resend: bool
) -> None:
    """Whatever happens: from UNKNOWN only looks lead on, and to send again absence must be sure."""
    current, now, sure_in_a_row = sending(), AT, 0
    errors = {
        "transient": Transient(WHY),
        "unauthorized": NotAuthorized(WHY),
        "rejected": Rejected(WHY),
        "unknown": OutcomeUnknown(WHY),
    }
    for event in events:
        before = current
        now += timedelta(minutes=1)
        if event in errors and current.state in (State.SENDING, State.UNKNOWN, State.PENDING):
            current = life.failed(current, errors[event], now)
        elif event in ("receipt", "pending") and current.state is State.UNKNOWN:
            current = life.accepted(current, replace(LIVE, live=event == "receipt"), now)
        elif event in ("sure", "unsure"):
            current = life.not_found(current, Absent(sure=event == "sure"), now, resend=False)
            sure_in_a_row = sure_in_a_row + 1 if event == "sure" else 0
        if before.state is State.UNKNOWN and current.state is State.DUE:
            assert sure_in_a_row >= 2
        assert not (before.state is State.PUBLISHED and current.state is not State.PUBLISHED)


def test_a_channel_that_refuses_to_be_asked_ends_with_a_person() -> None:
    current = life.lost(sending(), AT, WHY)
    now, looks = AT, 0
    while current.state is State.UNKNOWN and looks < 50:
        now = max(now, current.next_at)
        current = life.failed(current, Rejected(WHY), now)
        looks += 1
    assert current.state is State.HELD
    assert now - AT >= timedelta(minutes=30)
    assert current.note == WHY


def test_a_post_that_stays_pending_is_looked_at_ever_more_rarely_and_then_by_a_person() -> None:
    current = life.accepted(sending(), Receipt("7", "http://x.vn/7", live=False), AT)
    now, looks = AT, 0
    while current.state is State.PENDING:
        now = current.next_at
        later = life.failed(current, Transient(WHY), now)
        assert later.state is State.HELD or later.next_at - now >= life.RESUME_AGAIN
        current, looks = later, looks + 1
    assert current.state is State.HELD
    assert looks < 120
    assert timedelta(days=3) < now - AT < timedelta(days=4)
