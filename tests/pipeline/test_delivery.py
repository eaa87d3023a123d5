"""Delivery through every fault: at most once, never lost, and what we sent is counted."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from promoter.core.delivery import Decision, State
from promoter.core.errors import ConfigError
from promoter.core.model import Approval, Money, Receipt
from promoter.engine.embedded import run_lane, upkeep
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Context
from promoter.pipeline.decide import decide, withdraw
from promoter.pipeline.deliver import deliver
from promoter.pipeline.prepare import prepare
from promoter.pipeline.settle import close_late, settle
from promoter.store import creatives, deliveries, products
from tests import world as office
from tests.faults import RETRY_AFTER, Fault, Proxy, ShowcaseService
from tests.make import producer, product
from tests.world import SLOT, post, state, until

PUT = ("PUT", "/api/posts/")
UPLOAD = ("PUT", "/api/media/")


@pytest.fixture
def world(showcase_service: ShowcaseService, proxy: Proxy) -> Context:
    """An office whose one account speaks to the showcase over a line that can fail."""
    account = office.account(proxy.url, showcase_service.token)
    made = office.context(showcase_service.store, showcase_service.media, account)
    office.stock(made.store)
    return made


def lane(world: Context) -> None:
    """Run one round of the account."""
    run_lane(world, world.accounts["showcase"])


def test_a_post_goes_out_once_at_its_slot(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    wanted = post()
    office.planned(world, wanted)
    lane(world)
    assert proxy.left(*PUT) == 0, "nothing public happens before the slot"
    world.store.set_clock(SLOT)
    lane(world)
    lane(world)
    assert state(world, wanted).state is State.PUBLISHED
    assert proxy.left(*PUT) == 1
    (kept,) = showcase_service.kept()
    assert kept.key == wanted.key
    assert f"/r/{wanted.code}" in kept.caption


def test_what_goes_out_are_the_bytes_that_were_approved(
    world: Context, showcase_service: ShowcaseService
) -> None:
    wanted = post()
    office.planned(world, wanted)
    with world.store.read() as session:
        composed = creatives.get(session, wanted.key)
    assert composed
    until(world, wanted, lambda: lane(world))
    (kept,) = showcase_service.kept()
    assert kept.caption == composed.creative.caption
    assert [item.sha256 for item in kept.media] == [item.sha256 for item in composed.creative.media]


DONE = [Fault.LOST_ANSWER, Fault.CUT, Fault.SERVER_ERROR_AFTER, Fault.DRIP]


@pytest.mark.parametrize("fault", DONE, ids=lambda fault: fault.name)
def test_a_lost_answer_never_posts_twice(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, fault: Fault
) -> None:
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(fault, *PUT)
    world.store.set_clock(SLOT)
    lane(world)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert proxy.left(*PUT) == 1, "it was looked up, not sent again"
    assert len(showcase_service.kept()) == 1


@pytest.mark.parametrize(
    "fault", [Fault.SERVER_ERROR_BEFORE, Fault.LATE], ids=lambda fault: fault.name
)
def test_what_was_not_done_is_sent_again_only_after_two_sure_looks(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, fault: Fault
) -> None:
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(fault, *PUT)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    proxy.settled()
    assert len(showcase_service.kept()) == 1
    if proxy.left(*PUT) == 2:
        assert proxy.left("GET", "/api/posts/") >= 2


@pytest.mark.parametrize(
    "fault", [Fault.UNREACHABLE, Fault.THROTTLED], ids=lambda fault: fault.name
)
def test_what_surely_did_not_happen_is_tried_again_later(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, fault: Fault
) -> None:
    wanted = post()
    office.planned(world, wanted)
    lane(world)
    world.store.set_clock(SLOT)
    prepare(world, world.accounts["showcase"])
    proxy.arm(fault, *PUT) if fault is Fault.THROTTLED else proxy.arm(fault)
    lane(world)
    assert state(world, wanted).state in (State.DUE, State.READY)
    proxy.heal()
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert len(showcase_service.kept()) == 1


def test_a_throttled_account_waits_as_long_as_it_was_told(world: Context, proxy: Proxy) -> None:
    first, second = post(0), post(1)
    office.planned(world, first, second)
    proxy.arm(Fault.THROTTLED, *PUT)
    world.store.set_clock(SLOT)
    lane(world)
    lane(world)
    assert proxy.left(*PUT) == 1, "the second post of the account waits, too"
    with world.store.read() as session:
        account = deliveries.account(session, "showcase")
    assert account.wait_until == SLOT + timedelta(seconds=RETRY_AFTER)


def test_a_refused_post_fails_and_the_next_one_goes_out(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    first, second = post(0), post(1, at=SLOT + timedelta(hours=1))
    office.planned(world, first, second)
    proxy.arm(Fault.REFUSED, *PUT)
    assert until(world, first, lambda: lane(world)) is State.FAILED
    assert until(world, second, lambda: lane(world)) is State.PUBLISHED
    assert [item.key for item in showcase_service.kept()] == [second.key]


def test_an_expired_token_pauses_the_account_and_says_so(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(Fault.EXPIRED, *PUT)
    world.store.set_clock(SLOT)
    lane(world)
    world.store.set_clock(SLOT + timedelta(minutes=10))
    lane(world)
    assert proxy.left(*PUT) == 1
    with world.store.read() as session:
        account = deliveries.account(session, "showcase")
    assert account.paused
    assert account.problem


@pytest.mark.parametrize("fault", [*DONE, Fault.SERVER_ERROR_BEFORE], ids=lambda fault: fault.name)
def test_a_lost_upload_is_simply_repeated(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService, fault: Fault
) -> None:
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(fault, *UPLOAD)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert len(showcase_service.kept()) == 1


def test_a_process_that_dies_between_accept_and_commit_neither_doubles_nor_loses(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    """The claim is committed, the service has the post, and our process is gone."""
    wanted = post()
    office.planned(world, wanted)
    account = world.accounts["showcase"]
    world.store.set_clock(SLOT)
    prepare(world, account)

    class Killed(BaseException):
        """What a SIGKILL looks like from inside: nothing after this line runs."""

    class Dying:
        limits = account.limits

        def publish(self, *arguments: object) -> None:
            account.connect().publish(*arguments)  # type: ignore[arg-type]
            raise Killed

    dying = replace(account, connect=Dying)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        deliver(world, dying)
    assert state(world, wanted).state is State.SENDING
    lane(world)
    assert state(world, wanted).state is State.SENDING, "the lease is not over yet"
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    assert proxy.left(*PUT) == 1
    assert len(showcase_service.kept()) == 1


def test_a_receipt_that_comes_after_the_lease_has_ended_settles_the_doubt(
    world: Context, proxy: Proxy
) -> None:
    wanted = post()
    office.planned(world, wanted)
    account = world.accounts["showcase"]
    world.store.set_clock(SLOT)
    prepare(world, account)

    class Slow:
        limits = account.limits

        def publish(self, *arguments: object) -> Receipt:
            receipt = account.connect().publish(*arguments)  # type: ignore[arg-type]
            world.store.set_clock(SLOT + timedelta(minutes=10))
            settle(world, replace(account, connect=Blind))  # type: ignore[arg-type]
            assert state(world, wanted).state is not State.SENDING
            return receipt

    class Blind:
        """A channel that cannot look: what is in doubt is held for a person."""

        limits = account.limits

    deliver(world, replace(account, connect=Slow))
    assert state(world, wanted).state is State.PUBLISHED
    assert proxy.left(*PUT) == 1


def test_two_workers_at_once_send_a_post_once(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    wanted = [post(number, at=SLOT) for number in range(4)]
    office.planned(world, *wanted)
    quick = replace(world.accounts["showcase"], min_gap=timedelta(0))
    world.store.set_clock(SLOT)
    workers = [threading.Thread(target=run_lane, args=(world, quick)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run_lane(world, quick)
    assert {item.key for item in showcase_service.kept()} == {item.key for item in wanted}
    assert proxy.left(*PUT) == 4


def test_a_pause_stops_public_calls_and_its_end_lets_them_go(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    world.store.set_value("paused", "yes")
    world.store.set_clock(SLOT)
    lane(world)
    assert proxy.left(*PUT) == 0
    world.store.set_value("paused", "")
    lane(world)
    assert state(world, wanted).state is State.PUBLISHED


def test_what_is_too_late_is_missed_and_never_sent(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT + timedelta(hours=3, seconds=1))
    lane(world)
    close_late(world)
    assert state(world, wanted).state is State.MISSED
    assert proxy.left(*PUT) == 0


def test_a_post_that_nobody_approved_in_time_is_missed(world: Context, proxy: Proxy) -> None:
    wanted = post(approval=Approval.STAFF)
    office.planned(world, wanted)
    assert state(world, wanted).state is State.WAITING
    world.store.set_clock(SLOT + timedelta(hours=4))
    close_late(world)
    assert state(world, wanted).state is State.MISSED
    assert proxy.left() == 0


def test_staff_approve_bytes_and_a_changed_price_asks_them_again(world: Context) -> None:
    wanted = post(approval=Approval.STAFF)
    office.planned(world, wanted)
    decide(world, wanted.key, Decision.APPROVE, "lan")
    assert state(world, wanted).state is State.DUE
    with world.store.write() as session:
        dearer = product(price=Money(amount=18000))
        products.merge(session, [dearer], [producer()], world.now())
    compose(world)
    after = state(world, wanted)
    assert after.state is State.WAITING
    assert "price" in str(after.note)


def test_a_fact_that_changes_after_the_last_composing_is_caught_at_the_slot(
    world: Context, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    wanted = post()
    office.planned(world, wanted)
    prepare(world, world.accounts["showcase"])
    world.store.set_clock(SLOT)
    prepare(world, world.accounts["showcase"])
    with world.store.write() as session:
        dearer = product(price=Money(amount=18000))
        products.merge(session, [dearer], [producer()], world.now())
    deliver(world, world.accounts["showcase"])
    assert proxy.left(*PUT) == 0
    upkeep(world)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    (kept,) = showcase_service.kept()
    assert "18.000" in kept.caption


def test_a_product_that_may_no_longer_be_advertised_is_cancelled(world: Context) -> None:
    wanted = post()
    office.planned(world, wanted)
    with world.store.write() as session:
        undeclared = product(self_declaration="")
        products.merge(session, [undeclared], [producer()], world.now())
    compose(world)
    assert state(world, wanted).state is State.CANCELLED


def test_an_account_keeps_its_least_gap_even_after_a_stop(world: Context, proxy: Proxy) -> None:
    first, second = post(0), post(1, at=SLOT + timedelta(minutes=31))
    office.planned(world, first, second)
    world.store.set_clock(SLOT + timedelta(hours=1))
    lane(world)
    assert proxy.left(*PUT) == 1
    world.store.set_clock(SLOT + timedelta(hours=1, minutes=30))
    lane(world)
    assert proxy.left(*PUT) == 2


def test_a_full_day_leaves_the_rest_for_the_next_one(world: Context, proxy: Proxy) -> None:
    few = replace(world.accounts["showcase"], daily_limit=1, min_gap=timedelta(0))
    first, second = post(0), post(1)
    office.planned(world, first, second)
    world.store.set_clock(SLOT)
    run_lane(world, few)
    run_lane(world, few)
    assert proxy.left(*PUT) == 1


def test_a_live_post_can_be_taken_down(world: Context, showcase_service: ShowcaseService) -> None:
    wanted = post()
    office.planned(world, wanted)
    until(world, wanted, lambda: lane(world))
    withdraw(world, wanted.key, "lan")
    assert state(world, wanted).state is State.WITHDRAWN
    assert not showcase_service.kept()
    with pytest.raises(ConfigError):
        withdraw(world, wanted.key, "lan")


def test_every_call_leaves_an_attempt_that_says_how_it_ended(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(Fault.LOST_ANSWER, *PUT)
    until(world, wanted, lambda: lane(world))
    with world.store.read() as session:
        tried = deliveries.attempts(session, wanted.key)
    assert [(item.verb, item.outcome) for item in tried] == [
        ("prepare", "READY"),
        ("publish", "OutcomeUnknown"),
        ("find", "PUBLISHED"),
    ]
    assert all(item.ended_at for item in tried)


def test_a_rejected_post_is_not_sent(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    decide(world, wanted.key, Decision.CANCEL, "lan")
    world.store.set_clock(SLOT)
    lane(world)
    settle(world, world.accounts["showcase"])
    assert state(world, wanted).state is State.REJECTED
    assert proxy.left() == 0
