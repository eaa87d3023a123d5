"""plan and apply on a store: what moves keeps its approval, what changes loses it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from promoter.core.delivery import Decision, State
from promoter.core.errors import ConfigError, UnsafePlan
from promoter.core.model import Post
from promoter.media import MediaStore
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Context
from promoter.pipeline.decide import decide
from promoter.pipeline.plan import Text, apply, extend, plan, read
from promoter.store import creatives, deliveries, posts
from promoter.store.database import Store
from tests import world as office
from tests.make import product
from tests.world import SLOT, state

CAMPAIGN = """
title = "Vị quê"
accounts = ["showcase"]
starts = 2026-11-20
ends = 2026-12-31
approval = "staff"
[rotate]
cool_down = "1d"
[cadence]
weekdays = ["mon", "tue", "wed"]
times = ["11:45"]
"""


@pytest.fixture
def world(store: Store, tmp_path: Path) -> Context:
    """An office with two products and an account that nobody calls."""
    account = office.account("http://127.0.0.1:9", "token-of-the-showcase-4711")
    made = office.context(store, MediaStore(tmp_path / "media"), account)
    office.stock(store, product("BL-085", name="Muối tinh Bạc Liêu"))
    return made


def put(world: Context, text: str = CAMPAIGN, *, force: bool = False) -> list[Post]:
    """Apply one campaign and return the posts that stand."""
    apply(world, [Text("tuan", "tuan.toml", text)], "lan", force=force)
    with world.store.read() as session:
        return posts.posts(session)


def test_planning_again_after_apply_finds_nothing(world: Context) -> None:
    stood = put(world)
    assert stood
    values = read(world, [Text("tuan", "tuan.toml", CAMPAIGN)])
    assert plan(world, values).empty
    assert extend(world).empty


def test_moving_a_time_keeps_approval_link_and_words(world: Context) -> None:
    first = put(world)[0]
    compose(world)
    decide(world, first.key, Decision.APPROVE, "lan")
    moved = put(world, CAMPAIGN.replace("11:45", "12:00"))[0]
    assert (moved.key, moved.code, moved.products) == (first.key, first.code, first.products)
    assert moved.at - first.at == timedelta(minutes=15)
    compose(world)
    after = state(world, moved)
    assert after.state is State.DUE
    assert after.next_at == moved.at - timedelta(minutes=30)


def test_swapping_a_product_voids_the_approval(world: Context) -> None:
    first = put(world)[0]
    compose(world)
    decide(world, first.key, Decision.APPROVE, "lan")
    (out,) = first.products
    text = CAMPAIGN.replace("[rotate]", f'[select]\nexclude = ["{out}"]\n[rotate]')
    again = put(world, text, force=True)[0]
    assert (again.key, again.code) == (first.key, first.code)
    assert again.products != first.products
    with world.store.read() as session:
        assert creatives.get(session, first.key) is None
        assert creatives.approved(session, first.key) == ""
    assert state(world, again).state is State.WAITING


def test_an_attempted_post_is_never_touched(world: Context) -> None:
    first = put(world)[0]
    with world.store.write() as session:
        old = deliveries.get(session, first.key)
        assert old
        deliveries.save(session, old, replace(old, state=State.UNKNOWN), world.now())
    text = CAMPAIGN.replace("11:45", "15:00").replace("2026-12-31", "2026-11-24")
    put(world, text, force=True)
    with world.store.read() as session:
        (kept,) = posts.posts(session, [first.key])
    assert kept == first
    assert state(world, first).state is State.UNKNOWN


def test_a_campaign_that_is_gone_cancels_and_comes_back_under_the_same_keys(world: Context) -> None:
    stood = put(world)
    apply(world, [], "lan", force=True)
    assert {state(world, item).state for item in stood} == {State.CANCELLED}
    assert [item.key for item in put(world)] == [item.key for item in stood]
    assert {state(world, item).state for item in stood} == {State.WAITING}


def test_much_at_once_needs_force_and_changes_nothing_without(world: Context) -> None:
    stood = put(world)
    with pytest.raises(UnsafePlan):
        apply(world, [], "lan")
    assert {state(world, item).state for item in stood} == {State.WAITING}


def test_a_mistake_in_one_campaign_changes_nothing_at_all(world: Context) -> None:
    stood = put(world)
    texts = [Text("tuan", "tuan.toml", CAMPAIGN.replace("11:45", "15:00"))]
    with pytest.raises(ConfigError) as raised:
        apply(world, [*texts, Text("sai", "sai.toml", "title = 1")], "lan")
    assert raised.value.problems
    with world.store.read() as session:
        assert posts.posts(session) == stood


def test_the_horizon_moves_on_with_the_days(world: Context) -> None:
    stood = put(world)
    world.store.set_clock(SLOT + timedelta(days=7))
    found = extend(world)
    assert found.create
    assert min(item.at for item in found.create) > max(item.at for item in stood)
