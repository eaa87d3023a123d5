"""The ladder of readings: its rungs, what happens after a pause, and waits that grow."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.ladder import RUNGS, next_reading, wait
from tests.make import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGES = st.timedeltas(timedelta(), timedelta(days=400))


def test_a_post_is_read_six_times_and_then_no_more() -> None:
    ages = []
    at = next_reading(NOW, NOW, stays=False)
    while at:
        ages.append(at - NOW)
        at = next_reading(NOW, at, stays=False)
    assert ages == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 28 * DAY]


def test_a_listing_goes_on_every_seven_days() -> None:
    at = NOW + 28 * DAY
    for weeks in (1, 2, 3):
        following = next_reading(NOW, at, stays=True)
        assert following == NOW + 28 * DAY + weeks * 7 * DAY
        at = following


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(minutes=59), HOUR),
        (HOUR - timedelta(microseconds=1), HOUR),
        (HOUR, 6 * HOUR),
        (2 * DAY, 3 * DAY),
        (27 * DAY, 28 * DAY),
        (28 * DAY, None),
        (400 * DAY, None),
    ],
)
def test_after_a_reading_the_rungs_up_to_it_are_behind(
    age: timedelta, due: timedelta | None
) -> None:
    assert next_reading(NOW, NOW + age, stays=False) == (NOW + due if due else None)


@pytest.mark.parametrize(("age", "due"), [(34 * DAY, 35 * DAY), (35 * DAY, 42 * DAY)])
def test_a_late_listing_comes_back_to_its_own_weeks(age: timedelta, due: timedelta) -> None:
    assert next_reading(NOW, NOW + age, stays=True) == NOW + due


def test_a_reading_that_is_late_is_due_at_once() -> None:
    found_later = NOW + 40 * DAY
    due = next_reading(NOW, NOW, stays=False)
    assert due is not None and due < found_later
    assert next_reading(NOW, found_later, stays=False) is None


@given(AGES, st.booleans())
def test_the_next_reading_is_always_later_than_the_last(age: timedelta, stays: bool) -> None:
    due = next_reading(NOW, NOW + age, stays=stays)
    assert due is not None or not stays
    if due:
        assert NOW + age < due <= NOW + age + 21 * DAY


@given(AGES)
def test_however_late_a_reading_was_the_ladder_keeps_its_rungs(age: timedelta) -> None:
    due = next_reading(NOW, NOW + age, stays=True)
    assert due is not None
    assert due - NOW in RUNGS or (due - NOW - 28 * DAY) % (7 * DAY) == timedelta()


@pytest.mark.parametrize(
    ("failures", "waits"), [(1, HOUR / 4), (2, HOUR), (3, 6 * HOUR), (4, DAY), (5, DAY), (99, DAY)]
)
def test_waits_after_failures_grow_up_to_a_day(failures: int, waits: timedelta) -> None:
    assert wait(failures) == waits


def test_the_wait_that_a_service_asks_for_is_kept_and_never_shortens_ours() -> None:
    assert wait(1, 2 * HOUR) == 2 * HOUR
    assert wait(1, timedelta(seconds=5)) == HOUR / 4
    assert wait(2, timedelta()) == HOUR
