"""Slots of a cadence on the wall clock, and the calendar of days that can be left out."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.cadence import Cadence, Slot, calendar, slots

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
BERLIN = ZoneInfo("Europe/Berlin")
DAILY = tuple(range(7))


def at(zone: ZoneInfo, first: date, last: date, *times: str) -> list[str]:
    cadence = Cadence(DAILY, tuple(time.fromisoformat(text) for text in times))
    return [f"{slot.at:%d %H:%M}" for slot in slots(cadence, zone, first, last)]


def test_a_local_time_becomes_its_moment_in_utc() -> None:
    cadence = Cadence((0,), (time(11, 45), time(19, 30)))
    day = date(2026, 11, 23)
    assert slots(cadence, HERE, day, day) == [
        Slot(day, 0, datetime(2026, 11, 23, 4, 45, tzinfo=UTC)),
        Slot(day, 1, datetime(2026, 11, 23, 12, 30, tzinfo=UTC)),
    ]


def test_both_ends_count_and_a_span_backwards_is_empty() -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 24)
    assert at(HERE, first, last, "09:00") == ["23 02:00", "24 02:00"]
    assert at(HERE, last, first, "09:00") == []


def test_an_early_time_belongs_to_the_local_day() -> None:
    (slot,) = slots(Cadence((0,), (time(6),)), HERE, date(2026, 11, 23), date(2026, 11, 23))
    assert (slot.day, slot.at) == (date(2026, 11, 23), datetime(2026, 11, 22, 23, tzinfo=UTC))


def test_the_year_s_end_is_a_day_like_others() -> None:
    assert at(HERE, date(2026, 12, 31), date(2027, 1, 1), "08:00") == ["31 01:00", "01 01:00"]


def test_a_leap_day_has_its_slots() -> None:
    first, last = date(2028, 2, 28), date(2028, 3, 1)
    assert at(HERE, first, last, "08:00") == ["28 01:00", "29 01:00", "01 01:00"]


def test_days_left_out_have_none() -> None:
    cadence = Cadence(DAILY, (time(9),), frozenset({date(2027, 2, 6), date(2027, 2, 7)}))
    found = slots(cadence, HERE, date(2027, 2, 5), date(2027, 2, 8))
    assert [slot.day.day for slot in found] == [5, 8]


def test_a_skipped_time_moves_ahead_by_the_gap() -> None:
    day = date(2026, 3, 29)  # 2:00 becomes 3:00
    assert at(BERLIN, day, day, "02:30") == ["29 01:30"]


def test_a_moved_time_keeps_the_order_and_its_ordinal() -> None:
    day = date(2026, 3, 29)
    found = slots(Cadence(DAILY, (time(2, 30), time(3))), BERLIN, day, day)
    assert [(slot.ordinal, slot.at.minute) for slot in found] == [(1, 0), (0, 30)]


def test_two_times_that_fall_on_one_moment_are_one_slot() -> None:
    day = date(2026, 3, 29)
    found = slots(Cadence(DAILY, (time(2, 30), time(3, 30))), BERLIN, day, day)
    assert [slot.ordinal for slot in found] == [0]


def test_a_repeated_time_counts_once_and_first() -> None:
    day = date(2026, 10, 25)  # 3:00 becomes 2:00 again
    assert at(BERLIN, day, day, "02:30") == ["25 00:30"]


def test_a_day_that_a_zone_left_out_has_no_slots() -> None:
    apia = ZoneInfo("Pacific/Apia")
    found = slots(Cadence(DAILY, (time(11, 45),)), apia, date(2011, 12, 29), date(2011, 12, 31))
    assert [slot.day.day for slot in found] == [29, 31]


ZONES = st.sampled_from([HERE, BERLIN, *map(ZoneInfo, ("America/New_York", "Pacific/Apia"))])
TIMES = st.sets(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1)
CADENCES = st.builds(
    lambda days, times, skip: Cadence(tuple(sorted(days)), tuple(sorted(times)), frozenset(skip)),
    st.sets(st.sampled_from(DAILY), min_size=1),
    TIMES,
    st.sets(st.dates(date(2011, 1, 1), date(2028, 12, 31))),
)
STARTS = st.one_of(
    st.dates(date(2011, 1, 1), date(2028, 12, 31)),
    st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2011, 12, 29), date(2026, 3, 7)]),
)


@given(CADENCES, ZONES, STARTS, st.integers(0, 40))
def test_slots_ascend_are_unique_and_keep_to_the_cadence(
    cadence: Cadence, zone: ZoneInfo, first: date, days: int
) -> None:
    last = first + timedelta(days=days)
    found = slots(cadence, zone, first, last)
    moments = [slot.at for slot in found]
    assert moments == sorted(set(moments))
    assert len({(slot.day, slot.ordinal) for slot in found}) == len(found)
    for slot in found:
        assert slot.at.tzinfo is UTC
        assert first <= slot.day <= last
        assert slot.day.weekday() in cadence.weekdays
        assert slot.day not in cadence.skip
        local = slot.at.astimezone(zone)
        assert local.date() == slot.day
        assert local.replace(tzinfo=None) >= datetime.combine(slot.day, cadence.times[slot.ordinal])


@given(CADENCES, STARTS, st.integers(0, 40), st.integers(0, 40))
def test_a_span_cut_in_two_gives_the_same_slots(
    cadence: Cadence, first: date, days: int, more: int
) -> None:
    middle = first + timedelta(days=days)
    last = middle + timedelta(days=more)
    parts = slots(cadence, HERE, first, middle)
    parts += slots(cadence, HERE, middle + timedelta(days=1), last)
    assert parts == slots(cadence, HERE, first, last)


def rows(*texts: str) -> list[dict[str, str]]:
    return [
        dict(zip(("start", "end", "name_vi", "kind"), text.split("|"), strict=True))
        for text in texts
    ]


def test_a_day_is_named_without_accents_over_all_years() -> None:
    found = calendar(
        rows(
            "2026-02-17|2026-02-19|Tết Nguyên đán|holiday",
            "2027-02-06|2027-02-08|Tết Nguyên đán|holiday",
        )
    )
    assert found["tet-nguyen-dan"] == found["tet"]
    assert len(found["tet"]) == 6
    assert date(2027, 2, 7) in found["tet"]


def test_a_row_with_several_names_has_each_of_them() -> None:
    found = calendar(
        rows("2026-09-23|2026-09-25|Tết Trung thu + Lễ hội Dạ cổ hoài lang|local_festival")
    )
    assert set(found) == {
        "tet-trung-thu-le-hoi-da-co-hoai-lang",
        "tet-trung-thu",
        "trung-thu",
        "le-hoi-da-co-hoai-lang",
    }


def test_a_season_is_not_a_day() -> None:
    assert calendar(rows("2026-12-01|2027-05-15|Mùa muối Bạc Liêu|season")) == {}


def test_a_row_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="Quốc khánh"):
        calendar(rows("2026-09-02|2026-09-01|Quốc khánh|holiday"))


def test_the_shipped_calendar_knows_the_names_that_people_use() -> None:
    path = Path(__file__).parents[2] / "assets" / "calendar.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = calendar(csv.DictReader(file))
    names = {"tet", "trung-thu", "quoc-khanh", "30-4", "gio-to", "ok-om-bok", "11-11", "vu-lan"}
    assert names <= set(found)
    assert not any(name.startswith("mua-") for name in found)
    assert date(2026, 11, 23) in found["ok-om-bok"]
