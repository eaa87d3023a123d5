"""The planner: one plan for the same inputs, empty after apply, and what each change does to it."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promoter.core.cadence import Cadence
from promoter.core.campaign import Campaign, Rotate, Select
from promoter.core.errors import UnsafePlan
from promoter.core.link import public_code
from promoter.core.model import Approval, Post, Product, Recipe
from promoter.core.planner import Plan, confirm, plan, post_key
from promoter.core.situation import Situation, Standing, Target
from tests.make import NOW, certificate, product

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PRODUCTS = [
    product(f"BL-{number:03d}", producer=f"P{number // 2:02d}", name=f"Muối {number}")
    for number in range(12)
]


def campaign(**changes: Any) -> Campaign:
    """Return a campaign of two slots a day on two weekdays."""
    default = Campaign(
        name="tuan",
        title="Vị quê",
        accounts=("page",),
        starts=date(2026, 11, 1),
        ends=date(2026, 12, 31),
        approval=Approval.AUTO,
        max_lateness=timedelta(hours=3),
        select=Select(),
        rotate=Rotate(per_producer_per_week=2, cool_down=timedelta(days=7)),
        cadence=Cadence((0, 3), (time(11, 45), time(19, 30))),
        creative=Recipe("spotlight", "spotlight", ("DacSan",)),
    )
    return replace(default, **changes)


def situation(**changes: Any) -> Situation:
    """Return a situation with one account and nothing planned yet."""
    default = Situation(
        campaigns=(campaign(),),
        products=PRODUCTS,
        remote=frozenset(),
        youth=frozenset(),
        targets={"page": Target("page", "showcase", 6, timedelta(minutes=30), "", False)},
        standing=(),
        zone=ZONE,
        secret=b"secret",
        now=NOW,
        until=date(2026, 12, 21),
    )
    return replace(default, **changes)


def applied(found: Plan, before: tuple[Standing, ...] = ()) -> tuple[Standing, ...]:
    """Return what stands in the store after a plan was applied."""
    posts = {item.post.key: item for item in before}
    for post in (*found.create, *found.move, *found.change):
        posts[post.key] = Standing(post, planned=True, used=False)
    for post in found.cancel:
        posts[post.key] = Standing(post, planned=False, used=False)
    return tuple(posts.values())


def test_planning_twice_gives_the_same_plan() -> None:
    assert plan(situation()) == plan(situation(products=list(reversed(PRODUCTS))))


def test_plan_after_apply_is_empty() -> None:
    first = plan(situation())
    assert first.create
    again = plan(situation(standing=applied(first)))
    assert again.empty
    assert again.keep == len(first.create)


@given(
    st.lists(st.sampled_from(range(7)), min_size=1, max_size=7, unique=True),
    st.lists(st.times(min_value=time(6), max_value=time(22)), min_size=1, max_size=3),
    st.integers(1, 7),
    st.integers(0, 20),
    st.floats(1, 5),
)
@settings(max_examples=40, deadline=None)
def test_plan_after_apply_is_empty_for_every_campaign(
    weekdays: list[int], times: list[time], per_week: int, cool_down: int, boost: float
) -> None:
    cadence = Cadence(tuple(sorted(weekdays)), tuple(sorted({t.replace(second=0) for t in times})))
    rotate = Rotate(per_week, timedelta(days=cool_down), remote_boost=boost)
    world = situation(
        campaigns=(campaign(cadence=cadence, rotate=rotate),), remote=frozenset({"P01"})
    )
    standing = applied(plan(world))
    assert plan(replace(world, standing=standing)).empty


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 3), st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_plan_after_apply_is_empty_for_campaigns_that_share_an_account(
    first: int, second: int, per_week: int, secret: bytes
) -> None:
    def resting(name: str, days: int, weekdays: tuple[int, ...], hour: int) -> Campaign:
        rotate = Rotate(per_week, timedelta(days=days))
        return campaign(name=name, rotate=rotate, cadence=Cadence(weekdays, (time(hour),)))

    both = (resting("a", first, (0, 2, 4), 9), resting("b", second, (1, 2, 5), 15))
    world = situation(campaigns=both, secret=secret)
    standing = applied(plan(world))
    assert plan(replace(world, standing=standing)).empty


def test_moving_a_time_moves_posts_and_keeps_their_identity() -> None:
    standing = applied(plan(situation()))
    later = campaign(cadence=Cadence((0, 3), (time(12, 0), time(19, 30))))
    found = plan(situation(campaigns=(later,), standing=standing))
    assert not (found.create or found.change or found.cancel)
    old = {item.post.key: item.post for item in standing}
    assert found.move
    for post in found.move:
        assert post.at - old[post.key].at == timedelta(minutes=15)
        assert (post.code, post.products) == (old[post.key].code, old[post.key].products)


def test_excluding_a_product_changes_its_posts_only() -> None:
    standing = applied(plan(situation()))
    out = standing[0].post.products[0]
    found = plan(situation(campaigns=(campaign(select=Select(exclude=(out,))),), standing=standing))
    touched = {item.post.key for item in standing if item.post.products == (out,)}
    assert {post.key for post in found.change} == touched
    assert not (found.create or found.move or found.cancel)


def test_other_words_or_hashtags_are_a_change() -> None:
    standing = applied(plan(situation()))
    other = campaign(creative=Recipe("spotlight", "season", ()))
    found = plan(situation(campaigns=(other,), standing=standing))
    assert len(found.change) == len(standing)


def test_a_slot_that_was_used_is_never_touched() -> None:
    standing = applied(plan(situation()))
    used = tuple(replace(item, planned=False, used=True) for item in standing)
    gone = campaign(ends=date(2026, 11, 24), select=Select(exclude=("BL-001",)))
    found = plan(situation(campaigns=(gone,), standing=used))
    assert found == Plan(keep=0, problems=found.problems)


def test_a_campaign_that_is_gone_cancels_what_was_planned_ahead() -> None:
    standing = applied(plan(situation()))
    found = plan(situation(campaigns=(), standing=standing))
    assert {post.key for post in found.cancel} == {item.post.key for item in standing}


def test_a_cancelled_slot_is_made_again_under_the_same_key() -> None:
    standing = applied(plan(situation()))
    cancelled = tuple(replace(item, planned=False) for item in standing)
    found = plan(situation(standing=cancelled))
    assert {post.key for post in found.create} == {item.post.key for item in standing}


def test_nothing_is_planned_in_the_past_or_outside_the_campaign() -> None:
    found = plan(situation(campaigns=(campaign(ends=date(2026, 11, 26)),)))
    assert all(post.at > NOW for post in found.create)
    assert {post.day for post in found.create} <= {date(2026, 11, 23), date(2026, 11, 26)}


def test_the_longest_waiting_producer_is_first() -> None:
    shown = [
        Standing(_shown(item, NOW - timedelta(days=20 + number)), planned=False, used=True)
        for number, item in enumerate(PRODUCTS)
    ]
    found = plan(situation(standing=shown))
    assert found.create[0].producer == PRODUCTS[-1].producer
    assert found.create[0].products == (PRODUCTS[-1].code,)


def _shown(item: Product, at: datetime) -> Post:
    post = plan(situation()).create[0]
    key = f"old-{item.code}"
    return replace(
        post, key=key, products=(item.code,), producer=item.producer, at=at, day=at.date()
    )


def test_every_producer_has_a_turn_before_any_has_a_second() -> None:
    rotate = Rotate(per_producer_per_week=7, cool_down=timedelta(days=1))
    found = plan(situation(campaigns=(campaign(rotate=rotate),)))
    makers = [post.producer for post in found.create]
    assert sorted(makers[:6]) == sorted({item.producer for item in PRODUCTS})


def test_caps_are_kept() -> None:
    rotate = Rotate(per_producer_per_week=1, cool_down=timedelta(days=10))
    found = plan(situation(campaigns=(campaign(rotate=rotate),)))
    weeks = [(post.producer, post.day.isocalendar()[:2]) for post in found.create]
    assert len(weeks) == len(set(weeks))
    for one in found.create:
        for two in found.create:
            if one.key < two.key and one.products == two.products:
                assert abs(one.at - two.at) >= timedelta(days=10)


def test_the_daily_limit_and_the_least_gap_leave_slots_empty_and_say_so() -> None:
    narrow = {"page": Target("page", "showcase", 1, timedelta(minutes=30), "", False)}
    found = plan(situation(targets=narrow))
    days = [post.day for post in found.create]
    assert len(days) == len(set(days))
    assert "stay empty" in str(found.problems[0])
    wide = {"page": Target("page", "showcase", 6, timedelta(hours=9), "", False)}
    assert len(plan(situation(targets=wide)).create) == len(days)


def test_two_campaigns_share_an_account_without_stepping_on_each_other() -> None:
    both = (campaign(), campaign(name="khac"))
    found = plan(situation(campaigns=both))
    times = sorted(post.at for post in found.create)
    assert all(b - a >= timedelta(minutes=30) for a, b in itertools.pairwise(times))


def test_a_producers_own_shop_shows_only_its_products() -> None:
    own = {"page": Target("page", "showcase", 6, timedelta(minutes=30), "P02", False)}
    assert {post.producer for post in plan(situation(targets=own)).create} == {"P02"}


def test_spirits_are_never_planned_and_wine_only_behind_an_age_gate() -> None:
    spirits = product("BL-062", product_class="alcohol", abv="29", group="beverage")
    wine = product("BL-094", product_class="alcohol", abv="12", group="beverage")
    assert not plan(situation(products=[spirits, wine])).create
    gated = {"page": Target("page", "x", 6, timedelta(minutes=30), "", True)}
    found = plan(situation(products=[spirits, wine], targets=gated))
    assert {post.products for post in found.create} == {("BL-094",)}


def test_stars_are_asked_for_on_the_day_of_the_slot() -> None:
    ending = product("BL-001", certificate=certificate(expires_on=date(2026, 11, 26)))
    rotate = Rotate(cool_down=timedelta(0))
    wants = campaign(select=Select(min_stars=3), rotate=rotate)
    found = plan(situation(products=[ending], campaigns=(wants,)))
    assert {post.day for post in found.create} == {date(2026, 11, 23)}


def test_a_new_product_does_not_shuffle_what_is_planned() -> None:
    standing = applied(plan(situation()))
    more = [*PRODUCTS, product("BL-999", producer="P99")]
    assert plan(situation(products=more, standing=standing)).empty


@pytest.mark.parametrize("cancelled", [9, 10])
def test_a_plan_that_touches_many_posts_needs_a_person(cancelled: int) -> None:
    posts = [replace(_shown(PRODUCTS[0], NOW), key=str(number)) for number in range(cancelled)]
    found = Plan(cancel=tuple(posts), keep=5)
    if cancelled < 10:
        confirm(found)
    else:
        with pytest.raises(UnsafePlan):
            confirm(found)


def test_a_longer_code_begins_with_the_shorter_one() -> None:
    key = post_key(b"s", "c", "a", date(2026, 11, 23), 0)
    assert public_code(key, 12).startswith(public_code(key))
    assert len(public_code(key)) == 10


def test_the_secret_of_the_store_keys_the_identity() -> None:
    day = date(2026, 11, 23)
    assert post_key(b"1", "c", "a", day, 0) != post_key(b"2", "c", "a", day, 0)
    assert post_key(b"1", "c", "a", day, 0) != post_key(b"1", "c", "a", day, 1)


def test_slots_keep_their_wall_clock_over_new_year() -> None:
    found = plan(
        situation(
            now=datetime(2026, 12, 28, 2, tzinfo=UTC),
            until=date(2027, 1, 25),
            campaigns=(campaign(ends=date(2027, 2, 1)),),
        )
    )
    assert {post.at.astimezone(ZONE).time() for post in found.create} == {
        time(11, 45),
        time(19, 30),
    }
    assert any(post.day.year == 2027 for post in found.create)
