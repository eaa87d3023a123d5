"""Listings: one for each product of a shop, opened slot by slot, never twice, fair to producers."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from promoter.core.cadence import Cadence
from promoter.core.campaign import Campaign, Rotate, Select
from promoter.core.listing import listing_key, wanted
from promoter.core.model import Approval, Photo, Placement, Post, Product, Recipe
from promoter.core.planner import Plan, plan
from promoter.core.situation import Situation, Standing, Target
from tests.make import NOW, certificate, product

PHOTO = (Photo(sha256="ab" * 32),)
PRODUCTS = [
    product(f"BL-{number:03d}", producer=f"P{number // 3:02d}", name=f"Muối {number}", photos=PHOTO)
    for number in range(12)
]


def campaign(**changes: Any) -> Campaign:
    default = Campaign(
        name="gian-hang",
        title="Gian hàng",
        accounts=("shop",),
        starts=date(2026, 11, 1),
        ends=date(2026, 12, 31),
        approval=Approval.AUTO,
        max_lateness=timedelta(hours=3),
        select=Select(),
        rotate=Rotate(),
        cadence=Cadence((0, 1, 2, 3, 4), (time(9), time(15))),
        creative=Recipe("spotlight", "spotlight"),
        placement=Placement.LISTING,
    )
    return replace(default, **changes)


def situation(**changes: Any) -> Situation:
    default = Situation(
        campaigns=(campaign(),),
        products=PRODUCTS,
        remote=frozenset(),
        youth=frozenset(),
        targets={"shop": Target("shop", "shopee", 200, timedelta(minutes=1), "", False)},
        standing=(),
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        secret=b"secret",
        now=NOW,
        until=date(2026, 12, 21),
    )
    return replace(default, **changes)


def applied(found: Plan, before: tuple[Standing, ...] = ()) -> tuple[Standing, ...]:
    posts = {item.post.key: item for item in before}
    for post in (*found.create, *found.move, *found.change):
        posts[post.key] = Standing(post, planned=True, used=False)
    for post in found.cancel:
        posts[post.key] = Standing(post, planned=False, used=False)
    return tuple(posts.values())


def codes(posts: list[Post] | tuple[Post, ...]) -> list[str]:
    return [post.products[0] for post in posts]


def test_every_product_is_put_up_once() -> None:
    found, _ = wanted(situation())
    assert sorted(codes(found)) == [item.code for item in PRODUCTS]
    assert len({post.at for post in found}) == len(found), "one for each slot"
    assert {post.placement for post in found} == {Placement.LISTING}


def test_a_listing_is_known_by_its_account_and_product_alone() -> None:
    found, _ = wanted(situation())
    for post in found:
        assert post.key == listing_key(b"secret", "shop", post.products[0])
    later = replace(situation(), campaigns=(campaign(name="khac", starts=date(2026, 12, 1)),))
    again, _ = wanted(later)
    assert {post.key for post in again} == {post.key for post in found}


def test_what_stands_in_the_shop_is_not_put_up_again() -> None:
    first = wanted(situation())[0][:4]
    up = tuple(Standing(post, planned=False, used=True) for post in first)
    found, _ = wanted(situation(standing=up))
    assert sorted(codes(found) + codes(first)) == [item.code for item in PRODUCTS]


def test_plan_after_apply_is_empty() -> None:
    first = plan(situation())
    again = plan(situation(standing=applied(first)))
    assert first.create
    assert again.empty
    assert again.keep == len(PRODUCTS)


@given(
    st.lists(st.sampled_from(range(7)), min_size=1, max_size=7, unique=True),
    st.lists(st.integers(6, 22), min_size=1, max_size=3, unique=True),
    st.sets(st.integers(0, 11), max_size=11),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_plan_after_apply_is_empty_for_every_shop(
    weekdays: list[int], hours: list[int], gone: set[int], limit: int
) -> None:
    cadence = Cadence(tuple(sorted(weekdays)), tuple(time(hour) for hour in sorted(hours)))
    target = Target("shop", "shopee", limit, timedelta(minutes=1), "", False)
    world = situation(campaigns=(campaign(cadence=cadence),), targets={"shop": target})
    standing = applied(plan(world))
    fewer = [item for number, item in enumerate(PRODUCTS) if number not in gone]
    then = replace(world, products=fewer)
    for _ in range(2):
        standing = applied(plan(replace(then, standing=standing)), standing)
    assert plan(replace(then, standing=standing)).empty
    planned = [item.post for item in standing if item.planned]
    assert len({post.key for post in planned}) == len(planned)
    assert len({post.products for post in planned}) == len(planned)
    assert max(Counter(post.day for post in planned).values(), default=0) <= limit


def test_what_is_planned_stays_in_its_slot_when_the_catalogue_grows() -> None:
    first = plan(situation())
    more = [product("BL-900", producer="P99", name="Muối mới", photos=PHOTO), *PRODUCTS]
    found = plan(situation(products=more, standing=applied(first)))
    assert codes(found.create) == ["BL-900"]
    assert not (found.move or found.change or found.cancel)


def test_a_product_that_leaves_gives_its_slot_to_another() -> None:
    first = plan(situation())
    gone = first.create[0]
    rest = [item for item in PRODUCTS if item.code != gone.products[0]]
    found = plan(situation(products=rest, standing=applied(first)))
    assert found.cancel == (gone,)
    assert not found.create


def test_moving_the_hours_moves_listings_and_keeps_their_identity() -> None:
    standing = applied(plan(situation()))
    later = campaign(cadence=Cadence((0, 1, 2, 3, 4), (time(10), time(16))))
    found = plan(situation(campaigns=(later,), standing=standing))
    assert len(found.move) == len(PRODUCTS)
    assert not (found.create or found.change or found.cancel)


def test_producers_take_turns() -> None:
    found, _ = wanted(situation())
    first = [post.producer for post in found[:4]]
    assert len(set(first)) == 4


def test_a_remote_producer_gets_its_second_listing_sooner() -> None:
    boosted = campaign(rotate=Rotate(remote_boost=3.0))
    found, _ = wanted(situation(campaigns=(boosted,), remote=frozenset({"P02"})))
    order = [post.producer for post in found]
    assert order[4:6] == ["P02", "P02"]


def test_a_product_without_price_or_photo_is_told_not_listed() -> None:
    some = [*PRODUCTS[:2], replace_product(PRODUCTS[2], price=None), without_photo(PRODUCTS[3])]
    found, problems = wanted(situation(products=some))
    assert sorted(codes(found)) == ["BL-000", "BL-001"]
    assert "2 products have no price or no photo" in str(problems[0])


def replace_product(item: Product, **changes: Any) -> Product:
    return item.model_copy(update=changes)


def without_photo(item: Product) -> Product:
    return replace_product(item, photos=())


def test_a_shop_of_a_producer_shows_its_products_alone() -> None:
    own = Target("shop", "shopee", 200, timedelta(minutes=1), "P01", False)
    found, _ = wanted(situation(targets={"shop": own}))
    assert {post.producer for post in found} == {"P01"}


def test_spirits_are_never_put_up() -> None:
    strong = product("BL-500", product_class="alcohol", abv=29, photos=PHOTO)
    found, problems = wanted(situation(products=[strong]))
    assert (found, problems) == ([], [])


def test_a_certificate_that_ends_before_the_slot_does_not_count() -> None:
    ends = certificate(expires_on=date(2026, 11, 24))
    short = replace_product(PRODUCTS[0], certificate=ends)
    strict = campaign(select=Select(min_stars=3), starts=date(2026, 11, 24))
    found, _ = wanted(situation(products=[short], campaigns=(strict,)))
    assert found == []


def test_the_daily_limit_of_the_shop_is_kept() -> None:
    target = Target("shop", "shopee", 1, timedelta(minutes=1), "", False)
    found, _ = wanted(situation(targets={"shop": target}))
    assert max(Counter(post.day for post in found).values()) == 1


def test_the_past_is_not_filled() -> None:
    now = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    found, _ = wanted(situation(now=now))
    assert min(post.at for post in found) > now


def test_listings_take_no_turn_of_a_feed() -> None:
    feed = replace(
        campaign(name="tuan", accounts=("page",), placement=Placement.FEED),
        rotate=Rotate(per_producer_per_week=2),
    )
    targets = {
        "page": Target("page", "showcase", 6, timedelta(minutes=30), "", False),
        **situation().targets,
    }
    alone = plan(situation(campaigns=(feed,), targets=targets))
    up = tuple(Standing(post, planned=False, used=True) for post in wanted(situation())[0][:5])
    beside = plan(situation(campaigns=(feed,), targets=targets, standing=up))
    assert beside.create == alone.create
