"""Laws of periods: what a person may write, and where the office's days begin and end."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.errors import ConfigError
from promoter.core.period import LONGEST, Period, period, spans, unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 6, 1), date(2099, 1, 1))
PERIODS = st.builds(
    lambda first, days: Period(first, first + DAY * days), DAYS, st.integers(0, LONGEST - 1)
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-w53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-10-26..2026-11-22", date(2026, 10, 26), date(2026, 11, 22)),
        (" 2026-11-22..2026-11-22 ", date(2026, 11, 22), date(2026, 11, 22)),
        ("2999-12", date(2999, 12, 1), date(2999, 12, 31)),
    ],
)
def test_a_period_is_a_month_a_week_or_days(text: str, first: date, last: date) -> None:
    assert period(text) == Period(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "11/2026",
        "2026-13",
        "2026-00",
        "2025-W53",
        "2026-W0",
        "2026-11-31..2026-12-01",
        "2026-11..2026-12",
        "0001-01",
        "9999-12",
        "tháng 11",
        "٢٠٢٦-11",
    ],
)
def test_another_spelling_is_refused_with_the_right_ones(text: str) -> None:
    with pytest.raises(ConfigError, match=r"2026-11 .*2026-W47 .*2026-10-26\.\.2026-11-22"):
        period(text)


@pytest.mark.parametrize("text", ["2026-11-22..2026-11-21", "2026-01-01..2027-01-02"])
def test_a_period_that_is_empty_or_longer_than_a_year_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"ends before it begins, or is longer than 366"):
        period(text)


@given(PERIODS)
def test_the_period_before_is_as_long_and_touches(whole: Period) -> None:
    before = whole.before()
    assert before.days == whole.days
    assert before.last + DAY == whole.first


@given(PERIODS)
def test_bounds_hold_each_moment_of_each_day_once(whole: Period) -> None:
    start, end = whole.bounds(ZONE)
    assert end - start == DAY * whole.days
    assert start.astimezone(ZONE).date() == whole.first
    assert (end - timedelta(microseconds=1)).astimezone(ZONE).date() == whole.last
    assert whole.before().bounds(ZONE)[1] == start


def test_the_day_begins_at_the_offices_midnight() -> None:
    assert period("2026-11").bounds(ZONE) == (
        datetime(2026, 10, 31, 17, tzinfo=UTC),
        datetime(2026, 11, 30, 17, tzinfo=UTC),
    )


@given(PERIODS)
def test_spans_cover_every_day_once_in_order(whole: Period) -> None:
    found = spans(whole)
    assert found[0].first == whole.first
    assert found[-1].last == whole.last
    assert all(before.last + DAY == after.first for before, after in pairwise(found))
    assert all(span.days >= 1 for span in found)
    assert len(found) <= 15


def test_spans_are_days_then_weeks_from_monday_then_months() -> None:
    assert [unit(period(text)) for text in ("2026-W47", "2026-11")] == ["day", "week"]
    assert unit(period("2026-01-01..2026-12-31")) == "month"
    assert [(span.first.day, span.last.day) for span in spans(period("2026-11"))] == [
        (1, 1),
        (2, 8),
        (9, 15),
        (16, 22),
        (23, 29),
        (30, 30),
    ]


@given(PERIODS, DAYS)
def test_only_the_past_part_is_counted(whole: Period, day: date) -> None:
    part = whole.until(day)
    assert part.first == whole.first
    assert part.last <= day
    assert part.last == min(whole.last, day)


def test_a_whole_month_and_a_whole_week_are_known_as_such() -> None:
    assert period("2026-02-01..2026-02-28").month
    assert not period("2026-11-01..2026-11-29").month
    assert period("2026-11-16..2026-11-22").week
    assert not period("2026-11-15..2026-11-21").week
