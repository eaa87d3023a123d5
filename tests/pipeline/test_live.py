"""What is live while the office changes: accounts, products, words and workers come and go."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from promoter.channels import showcase
from promoter.core.delivery import Decision, State
from promoter.core.model import Approval, Money, Placement, Post
from promoter.media import MediaStore
from promoter.pipeline import lane, plan
from promoter.pipeline.compose import compose
from promoter.pipeline.decide import decide
from promoter.pipeline.plan import Text
from promoter.pipeline.renew import renew
from promoter.pipeline.settle import close_late
from promoter.sandbox.contract import Fault
from promoter.store import creatives, deliveries, follow_ups, posts, products
from promoter.store.database import Store
from promoter.store.follow_ups import Verb
from tests import world as office
from tests.channels.conftest import StandIn
from tests.pipeline.test_after import Shop, dearer, listing, prices
from tests.world import SLOT, state

UNLIST = ("POST", "/product/unlist_item")


@pytest.fixture
def shop(sqlite_store: Store, tmp_path: Any, shopee_standin: StandIn) -> Shop:
    """A shop with the salt to sell."""
    return Shop(sqlite_store, MediaStore(tmp_path / "media"), shopee_standin)


def retire(shop: Shop) -> None:
    with shop.store.write() as session:
        products.merge(session, [], [], shop.store.now())
    compose(shop.world)


def used(shop: Shop, wanted: Post) -> bool:
    """Tell whether the plan takes a listing for there already."""
    with shop.store.read() as session:
        (standing,) = posts.standing(session, SLOT - timedelta(days=1))
    assert standing.post.key == wanted.key
    return standing.used


def test_an_account_that_is_missing_for_one_start_takes_nothing_down(shop: Shop) -> None:
    wanted = shop.open()
    compose(replace(shop.world, accounts={}))
    assert shop.pending(wanted.key) == []
    shop.lane()
    assert prices(shop) == [15_000]
    assert state(shop.world, wanted).note is None


def test_an_account_that_is_another_channel_now_holds_nobody_up(shop: Shop) -> None:
    wanted = shop.open()
    other = replace(shop.account, channel="webhook", limits=showcase.LIMITS)
    compose(replace(shop.world, accounts={"shop": other}))
    assert shop.pending(wanted.key) == []


def test_a_product_that_comes_back_during_a_pause_stays_in_the_shop(shop: Shop) -> None:
    wanted = shop.open()
    shop.store.set_value("paused", "yes")
    retire(shop)
    assert shop.pending(wanted.key) == [Verb.WITHDRAW]
    shop.stock(shop.product)
    compose(shop.world)
    shop.store.set_value("paused", "")
    shop.lane()
    assert prices(shop) == [15_000]
    assert state(shop.world, wanted).state is State.PUBLISHED
    assert shop.pending(wanted.key) == []


def test_a_product_that_comes_back_later_is_put_up_again(shop: Shop) -> None:
    wanted = shop.open()
    retire(shop)
    shop.lane()
    assert state(shop.world, wanted).state is State.WITHDRAWN
    assert not used(shop, wanted)


def test_what_a_person_took_down_stays_down(shop: Shop) -> None:
    from promoter.pipeline.decide import withdraw

    wanted = shop.open()
    withdraw(shop.world, wanted.key, "an")
    assert used(shop, wanted)


def test_a_listing_that_failed_can_be_put_up_again_by_a_person(shop: Shop) -> None:
    wanted = listing()
    office.planned(shop.world, wanted)
    with shop.store.write() as session:
        found = deliveries.get(session, wanted.key)
        assert found
        failed = replace(found, state=State.FAILED)
        assert deliveries.save(session, found, failed, shop.store.now())
    shop.store.set_clock(SLOT + timedelta(days=3))
    assert used(shop, wanted)
    decide(shop.world, wanted.key, Decision.RETRY, "an")
    assert not used(shop, wanted)


def test_what_was_agreed_to_is_what_a_correction_sends(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = shop.open(approval=Approval.STAFF)
    dearer(shop)
    decide(shop.world, wanted.key, Decision.APPROVE, "an")
    load = lane.loaded

    def late(context: Any, creative: Any) -> Any:
        shop.stock(shop.product.model_copy(update={"price": Money(amount=99_000)}))
        compose(shop.world)  # the upkeep of another thread, in the middle
        return load(context, creative)

    monkeypatch.setattr(lane, "loaded", late)
    shop.lane()
    assert prices(shop) == [16_000]
    assert "approval" in str(state(shop.world, wanted).note), "the new price still waits"


def test_a_refused_withdrawal_is_tried_again_once_a_day(shop: Shop) -> None:
    wanted = shop.open()
    before = shop.standin.proxy.left(*UNLIST)
    retire(shop)
    shop.standin.proxy.arm(Fault.REFUSED, *UNLIST)
    for _ in range(5):
        shop.lane()
        compose(shop.world)
        shop.pass_time(timedelta(minutes=20))
    assert shop.standin.proxy.left(*UNLIST) == before + 1
    assert shop.pending(wanted.key) == [Verb.WITHDRAW]
    shop.pass_time(timedelta(days=1))
    shop.lane()
    assert prices(shop) == []


def test_dying_before_a_withdrawal_is_written_down_forgets_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = shop.open()
    retire(shop)

    class Killed(BaseException):
        pass

    def die(*_given: Any, **_named: Any) -> bool:
        raise Killed

    monkeypatch.setattr(lane, "conclude", die)
    with pytest.raises(Killed):
        shop.lane()
    monkeypatch.undo()
    assert shop.pending(wanted.key) == [Verb.WITHDRAW]
    shop.pass_time(shop.world.lease() + timedelta(seconds=1))
    shop.lane()
    assert state(shop.world, wanted).state is State.WITHDRAWN


def test_a_note_that_was_left_during_a_verb_is_kept(shop: Shop) -> None:
    wanted = shop.open(approval=Approval.STAFF)
    old = state(shop.world, wanted)
    attempt = lane.begin(shop.world, wanted.key, "comment")
    dearer(shop)
    lane.conclude(shop.world, shop.account, attempt, (old, old))
    assert "approval" in str(state(shop.world, wanted).note)


def test_a_secret_that_is_missing_lets_the_account_wait_not_the_post_fail(shop: Shop) -> None:
    from promoter.core.errors import ConfigError
    from promoter.core.model import Phrase

    def broken() -> Any:
        raise ConfigError(Phrase("the environment variable X is not set"))

    wanted = listing()
    office.planned(shop.world, wanted)
    while state(shop.world, wanted).state is not State.READY:
        shop.store.set_clock(max(state(shop.world, wanted).next_at, shop.store.now()))
        shop.lane()
    shop.store.set_clock(SLOT)
    mended = shop.account
    shop.account = replace(mended, connect=broken)
    shop.lane()
    assert state(shop.world, wanted).state is State.DUE
    with shop.store.read() as session:
        assert "not set" in str(deliveries.account(session, "shop").problem)
    shop.account = mended
    assert office.until(shop.world, wanted, shop.lane) is State.PUBLISHED


def test_a_moved_listing_takes_its_day_and_its_campaign_along(shop: Shop) -> None:
    from promoter.core.link import links
    from promoter.core.planner import Plan

    wanted = listing()
    office.planned(shop.world, wanted)
    later = replace(
        wanted, at=SLOT + timedelta(days=2), day=date(2026, 11, 25), ordinal=3, campaign="khac"
    )
    with shop.store.write() as session:
        posts.apply(session, Plan(move=(later,)), lambda item: links(item, "http://x.vn"), SLOT)
    with shop.store.read() as session:
        assert posts.post(session, wanted.key) == later


def test_a_campaign_whose_account_left_the_settings_cancels_nothing(shop: Shop) -> None:
    text = (
        'title = "Gian hàng"\naccounts = ["shop"]\nstarts = 2026-11-01\nends = 2026-12-31\n'
        'placement = "listing"\napproval = "auto"\n'
        '[cadence]\nweekdays = ["mon", "tue", "wed", "thu", "fri"]\ntimes = ["11:45"]\n'
    )
    done, _ = plan.apply(shop.world, [Text("gian-hang", "gian-hang.toml", text)], "an")
    assert [post.placement for post in done.create] == [Placement.LISTING]
    found = plan.extend(replace(shop.world, accounts={}))
    assert found.cancel == ()
    with shop.store.read() as session:
        assert deliveries.counts(session) == {"WAITING": 1}
    assert plan.extend(shop.world).empty
    with shop.store.read() as session:
        assert follow_ups.next_moment(session) is None


def test_a_listing_that_missed_its_slot_gets_another(shop: Shop) -> None:
    wanted = listing()
    office.planned(shop.world, wanted)
    shop.store.set_clock(SLOT + timedelta(days=1))
    close_late(shop.world)
    assert state(shop.world, wanted).state is State.MISSED
    assert not used(shop, wanted)


def test_a_wish_to_correct_does_not_replace_the_approval(shop: Shop) -> None:
    wanted = shop.open(approval=Approval.STAFF)
    dearer(shop)
    with shop.store.write() as session:
        follow_ups.ask(session, wanted.key, Verb.CORRECT, "shop", shop.store.now())
    shop.lane()
    assert prices(shop) == [15_000]
    assert "approval" in str(state(shop.world, wanted).note)


def test_what_a_correction_has_shown_is_kept(shop: Shop) -> None:
    wanted = shop.open()
    before = state(shop.world, wanted).shown
    dearer(shop)
    shop.lane()
    with shop.store.read() as session:
        composed = creatives.get(session, wanted.key)
    assert composed
    assert state(shop.world, wanted).shown == composed.creative.digest() != before


def test_an_account_that_has_to_wait_is_not_asked_for_corrections(shop: Shop) -> None:
    wanted = shop.open()
    dearer(shop)
    with shop.store.write() as session:
        waiting = deliveries.account(session, "shop")
        until = shop.store.now() + timedelta(minutes=10)
        deliveries.save_account(session, "shop", replace(waiting, wait_until=until))
    shop.lane()
    assert prices(shop) == [15_000]
    shop.pass_time(timedelta(minutes=11))
    shop.lane()
    assert prices(shop) == [16_000]
    assert shop.pending(wanted.key) == []


def test_credentials_that_are_newer_already_are_not_renewed(shop: Shop) -> None:
    shop.open()
    shop.pass_time(timedelta(hours=5))
    dearer(shop)
    shop.lane()
    channel: Any = shop.account.connect()
    renew(shop.world, shop.account, channel, 0)
    assert shop.standin.proxy.left("POST", "/auth/access_token/get") == 1
