"""Laws of a producer's numbers: missing is not 0, few is no trend, shares add up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core import insight
from promoter.core.engagement import OnShow, Reading
from promoter.core.insight import (
    Evidence,
    Item,
    Measure,
    Share,
    Shown,
    Tally,
    Trend,
    Visits,
)
from promoter.core.model import Quality
from promoter.core.period import Period
from tests.make import NOW

SALT = Item("BL-086", "Muối hạt Bạc Liêu")
BEGAN = date(2026, 9, 1)
WHOLE = Period(date(2026, 11, 1), date(2026, 11, 30))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 23))
COUNTS = st.integers(0, 500)
TALLIES = st.dictionaries(
    st.sampled_from([f"P{number:02}" for number in range(1, 12)]),
    st.builds(Tally, COUNTS, COUNTS, COUNTS),
)


def shown(key: str = "a", day: int = 10, clicks: int = 0) -> Shown:
    """Return a post of November."""
    at = datetime(2026, 11, day, 5, tzinfo=UTC)
    return Shown(key, at, at.date(), "showcase", "showcase", "", (SALT,), clicks)


def visits(day: date, count: int, **changes: Any) -> Visits:
    """Return clicks by persons on a link."""
    fields: dict[str, Any] = {"post": "a", "via": "link", "visitor": "person"}
    return Visits(day=day, count=count, **(fields | changes))


def evidence(**changes: Any) -> Evidence:
    """Return the evidence of P41, at work since September, with one post and no click."""
    fields: dict[str, Any] = {
        "producer": "P41",
        "period": NOVEMBER,
        "began": BEGAN,
        "own_began": BEGAN,
        "posts": [shown()],
        "earlier": 0,
        "visits": [],
        "tallies": {},
        "groups": {"P41": ["food"]},
        "on_show": [],
        "readings": [],
        "as_of": NOW,
    }
    return Evidence(**(fields | changes))


def peers(*clicks: int, group: str = "food") -> tuple[Mapping[str, Tally], Mapping[str, list[str]]]:
    """Return tallies and groups of other producers, each with one post."""
    codes = [f"P{number:02}" for number in range(1, len(clicks) + 1)]
    return (
        {code: Tally(1, count, 0) for code, count in zip(codes, clicks, strict=True)},
        {code: [group] for code in codes} | {"P41": ["food"]},
    )


def test_posts_without_clicks_are_a_true_zero() -> None:
    found = insight.numbers(evidence())
    assert (found.posts.value, found.links.value, found.qr.value) == (1, 0, 0)
    assert (found.bots, found.previews) == (0, 0)


def test_a_producer_that_was_never_posted_has_no_click_count_at_all() -> None:
    found = insight.numbers(evidence(posts=[], own_began=None))
    assert found.posts.value == 0
    assert found.clicks == found.links == found.qr == Measure(None, None, None)
    assert found.bots is None


def test_a_producer_whose_first_post_came_later_has_no_count_either() -> None:
    found = insight.numbers(evidence(posts=[], own_began=date(2026, 11, 24)))
    assert found.clicks.value is None


def test_links_codes_and_machines_are_told_apart() -> None:
    day = date(2026, 11, 10)
    found = insight.numbers(
        evidence(
            visits=[
                visits(day, 7),
                visits(day, 2, via="qr"),
                visits(day, 11, visitor="bot"),
                visits(day, 1, visitor="bot", via="qr"),
                visits(day, 5, visitor="preview"),
            ]
        )
    )
    assert (found.links.value, found.qr.value, found.clicks.value) == (7, 2, 9)
    assert (found.bots, found.previews) == (12, 5)


def test_clicks_before_the_period_are_the_previous_ones() -> None:
    found = insight.numbers(
        evidence(
            earlier=3,
            visits=[
                visits(date(2026, 10, 8), 100),
                visits(date(2026, 10, 9), 4),
                visits(date(2026, 10, 31), 2),
                visits(date(2026, 11, 1), 1),
                visits(date(2026, 11, 23), 6),
            ],
        )
    )
    assert found.previous == Period(date(2026, 10, 9), date(2026, 10, 31))
    assert (found.clicks.value, found.clicks.previous) == (7, 6)
    assert found.posts.previous == 3


@pytest.mark.parametrize("began", [None, date(2026, 10, 10), date(2026, 11, 3)])
def test_the_first_period_is_compared_with_nothing(began: date | None) -> None:
    found = insight.numbers(evidence(began=began, earlier=2))
    assert found.previous is None
    assert found.posts.previous is None
    assert found.clicks.previous is None


def test_the_office_at_work_since_the_first_day_of_the_period_before_is_enough() -> None:
    assert insight.numbers(evidence(began=date(2026, 10, 9))).previous is not None


def test_a_newcomer_has_no_clicks_before_its_first_post_and_truly_no_posts() -> None:
    found = insight.numbers(evidence(own_began=date(2026, 11, 10)))
    assert found.clicks == Measure(0, None, None)
    assert found.posts.previous == 0


def test_the_median_is_of_others_in_the_group_that_had_posts() -> None:
    tallies, groups = peers(4, 9, 100)
    tallies = {
        **tallies,
        "P41": Tally(1, 1000, 0),
        "P20": Tally(0, 500, 0),
        "P21": Tally(1, 700, 0),
    }
    groups = {**groups, "P20": ["food"], "P21": ["handicraft"]}
    found = insight.numbers(evidence(tallies=tallies, groups=groups))
    assert found.peers == 3
    assert found.clicks.median == 9
    assert found.posts.median == 1


def test_fewer_than_three_others_give_no_median() -> None:
    tallies, groups = peers(4, 9)
    found = insight.numbers(evidence(tallies=tallies, groups=groups))
    assert found.peers == 2
    assert (found.posts.median, found.clicks.median, found.qr.median) == (None, None, None)


def test_a_producer_of_several_groups_is_measured_in_its_main_one() -> None:
    assert insight.main_group(["food", "tourism", "tourism"]) == "tourism"
    assert insight.main_group(["tourism", "food"]) == "food"
    assert insight.main_group([]) == ""


@given(st.lists(COUNTS))
def test_half_of_the_others_are_on_each_side_of_the_median(values: list[int]) -> None:
    middle = insight.middle(values)
    if len(values) < 3:
        assert middle is None
        return
    assert middle is not None
    assert 2 * sum(value < middle for value in values) <= len(values)
    assert 2 * sum(value > middle for value in values) <= len(values)


@given(st.lists(COUNTS, min_size=3), st.randoms(use_true_random=False))
def test_the_median_does_not_depend_on_the_order(values: list[int], random: Any) -> None:
    mixed = list(values)
    random.shuffle(mixed)
    assert insight.middle(values) == insight.middle(mixed)


@given(COUNTS, COUNTS)
def test_a_trend_is_the_opposite_from_the_other_side(now: int, other: int) -> None:
    opposite = {Trend.MORE: Trend.FEWER, Trend.FEWER: Trend.MORE, Trend.ALIKE: Trend.ALIKE}
    there, back = insight.trend(now, other), insight.trend(other, now)
    assert there == (opposite[back] if back else None)


@given(COUNTS, COUNTS)
def test_few_clicks_carry_no_claim(now: int, other: int) -> None:
    assert (insight.trend(now, other) is None) == (min(now, other) < 5)


@given(st.none() | COUNTS)
def test_what_is_missing_carries_no_claim(value: int | None) -> None:
    assert insight.trend(value, None) is None
    assert insight.trend(None, value) is None


@pytest.mark.parametrize(
    ("now", "other", "said"),
    [
        (10, 20, Trend.ALIKE),
        (10, 22, Trend.FEWER),
        (40, 10, Trend.MORE),
        (5, 5, Trend.ALIKE),
        (4, 400, None),
        (51, 73, Trend.ALIKE),
    ],
)
def test_a_difference_within_chance_is_not_told_as_more_or_fewer(
    now: int, other: int, said: Trend | None
) -> None:
    assert insight.trend(now, other) is said


@given(TALLIES)
def test_the_even_parts_add_up_to_all_showings(tallies: dict[str, Tally]) -> None:
    shares = [insight.share(code, tallies) for code in tallies]
    assert sum(share.own for share in shares) == sum(tally.posts for tally in tallies.values())
    for share in shares:
        assert share.own <= share.total
        if share.even is not None:
            assert share.even * share.producers == pytest.approx(share.total)


def test_a_producer_that_was_not_shown_has_a_part_of_nothing() -> None:
    found = insight.share("P41", {"P01": Tally(3), "P02": Tally(1), "P03": Tally(0, 9, 0)})
    assert found == Share(0, 4, 2)
    assert found.even == 2


def test_where_nobody_was_shown_there_is_no_even_part() -> None:
    assert insight.share("P41", {}).even is None


def test_what_channels_counted_is_told_in_all_and_by_channel() -> None:
    shop = OnShow("s", "shop", "shopee", listing=True)
    found = insight.numbers(
        evidence(
            on_show=[OnShow("a", "showcase", "showcase"), shop],
            readings=[
                Reading("a", "views", 40, Quality.EXACT, NOW),
                Reading("s", "likes", 7, Quality.EXACT, NOW),
            ],
        )
    )
    assert [(item.name, item.value) for item in found.told] == [("views", 40)]
    assert [(item.channel, item.told[0].value) for item in found.by_channel] == [
        ("shopee", 7),
        ("showcase", 40),
    ]


def test_where_no_channel_counted_nothing_is_told() -> None:
    found = insight.numbers(evidence())
    assert (found.told, found.by_channel) == ((), ())


def test_a_posts_clicks_are_those_by_persons_in_the_period() -> None:
    counted = [
        visits(date(2026, 11, 10), 3),
        visits(date(2026, 11, 11), 4, via="qr"),
        visits(date(2026, 11, 11), 50, visitor="bot"),
        visits(date(2026, 10, 31), 50),
        visits(date(2026, 11, 24), 50),
        visits(date(2026, 11, 12), 1, post="b"),
    ]
    found = insight.with_clicks([shown("a", 10), shown("b", 12)], counted, NOVEMBER)
    assert [(post.key, post.clicks) for post in found] == [("b", 1), ("a", 7)]


def test_the_best_post_has_most_clicks_and_the_newest_wins_a_tie() -> None:
    posts = [shown("a", 3, 4), shown("b", 9, 4), shown("c", 20, 1)]
    best = insight.best(posts)
    assert best is not None and best.key == "b"
    newest = insight.best([replace(post, clicks=0) for post in posts])
    assert newest is not None and newest.key == "c"
    assert insight.best([]) is None


@given(
    st.lists(
        st.builds(
            visits,
            st.dates(date(2026, 10, 1), date(2026, 12, 31)),
            COUNTS,
            via=st.sampled_from(["link", "qr"]),
            visitor=st.sampled_from(["person", "bot", "preview"]),
        )
    )
)
def test_the_bars_hold_exactly_the_clicks_that_are_told(found: Sequence[Visits]) -> None:
    told = insight.numbers(evidence(visits=found))
    drawn = insight.bars(WHOLE, found, NOVEMBER.last, BEGAN)
    inside = [item for item in found if item.day <= NOVEMBER.last]
    counted = insight.bars(NOVEMBER, inside, NOVEMBER.last, BEGAN)
    assert sum(bar.links or 0 for bar in counted) == told.links.value
    assert sum(bar.qr or 0 for bar in counted) == told.qr.value
    assert len(drawn) == 6


def test_days_that_have_not_come_have_no_bar_and_the_present_one_is_still_counting() -> None:
    found = insight.bars(WHOLE, [], date(2026, 11, 23), BEGAN)
    assert [bar.links for bar in found] == [0, 0, 0, 0, 0, None]
    assert [bar.running for bar in found] == [False, False, False, False, True, False]


@pytest.mark.parametrize("own_began", [date(2026, 11, 10), date(2026, 11, 15)])
def test_days_before_the_first_post_have_no_bar_either(own_began: date) -> None:
    found = insight.bars(WHOLE, [], date(2026, 11, 23), own_began)
    assert [bar.links for bar in found] == [None, None, 0, 0, 0, None]


def test_a_producer_that_was_never_posted_has_no_bars_of_0() -> None:
    found = insight.bars(WHOLE, [], date(2026, 11, 23), None)
    assert {bar.links for bar in found} == {None}
