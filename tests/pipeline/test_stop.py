"""A stop: nothing that was recalled goes out, and whatever the public sees of it is told."""

import threading
import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from promoter.core.channel import Channel
from promoter.core.delivery import State
from promoter.core.errors import ConfigError, NotAuthorized, OutcomeUnknown, Transient
from promoter.core.link import links
from promoter.core.model import Creative, Draft, Phrase, Receipt
from promoter.core.planner import Plan
from promoter.engine.embedded import run_lane, upkeep
from promoter.media import MediaStore
from promoter.pipeline import stop as step
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Context
from promoter.pipeline.deliver import deliver
from promoter.pipeline.prepare import prepare
from promoter.pipeline.stop import Action, End, Stopped
from promoter.store import catalogue, deliveries, follow_ups, posts, products, stops
from promoter.store.database import Store
from promoter.store.follow_ups import Verb
from promoter.store.stops import Kind, Subject
from tests import world as office
from tests.channels.conftest import StandIn
from tests.faults import Fault, Proxy, ShowcaseService
from tests.make import producer, product
from tests.pipeline.test_after import Shop, prices
from tests.world import SLOT, post, state, until

PUT = ("PUT", "/api/posts/")
SALT = Subject(Kind.PRODUCT, "BL-086")
MAKER = Subject(Kind.PRODUCER, "P41")


@pytest.fixture
def world(showcase_service: ShowcaseService, proxy: Proxy) -> Context:
    """An office whose one account speaks to the showcase over a line that can fail."""
    account = office.account(proxy.url, showcase_service.token)
    made = office.context(showcase_service.store, showcase_service.media, account)
    office.stock(made.store)
    return made


@pytest.fixture
def shop(sqlite_store: Store, tmp_path: Any, shopee_standin: StandIn) -> Shop:
    """A shop with the salt to sell."""
    return Shop(sqlite_store, MediaStore(tmp_path / "media"), shopee_standin)


def lane(world: Context) -> None:
    """Run one round of the account."""
    run_lane(world, world.accounts["showcase"])


def ready(world: Context) -> Any:
    """Return a post that is prepared and due now."""
    wanted = post()
    office.planned(world, wanted)
    prepare(world, world.accounts["showcase"])
    world.store.set_clock(SLOT)
    prepare(world, world.accounts["showcase"])
    assert state(world, wanted).state is State.READY
    return wanted


def live(world: Context) -> Any:
    """Return a post that is live."""
    wanted = post()
    office.planned(world, wanted)
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED
    return wanted


def recall(world: Context, subject: Subject = SALT, reason: str = "thu hồi") -> Stopped:
    """Stop the salt."""
    return step.stop(world, subject, "an", reason)


def only_written(world: Context, subject: Subject) -> None:
    """Write a stop down as if its posts came to the store later."""
    with world.store.write() as session:
        stops.stop(session, subject, "an", world.now())


class Odd:
    """A channel that does something of its own in one of its calls."""

    def __init__(self, real: Channel) -> None:
        self.limits = real.limits
        self.real = real

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Make it public."""
        return self.real.publish(creative, key, draft)


def test_what_is_ready_is_cancelled_with_who_and_why(world: Context, proxy: Proxy) -> None:
    wanted = ready(world)
    found = recall(world)
    assert (found.new, found.cancelled, found.live) == (True, (wanted.key,), ())
    deliver(world, world.accounts["showcase"])
    after = state(world, wanted)
    assert after.state is State.CANCELLED
    assert after.note == Phrase("stopped by {who}: {reason}", who="an", reason="thu hồi")
    assert proxy.left(*PUT) == 0


def test_a_cancelled_slot_is_free_for_another_product(world: Context) -> None:
    ready(world)
    recall(world)
    with world.store.read() as session:
        (standing,) = posts.standing(session, SLOT - timedelta(days=1))
    assert not standing.used
    assert not standing.planned


@pytest.mark.parametrize("subject", [SALT, MAKER], ids=["product", "producer"])
def test_a_claim_sees_a_stop_that_cancelled_nothing(
    world: Context, proxy: Proxy, subject: Subject
) -> None:
    wanted = ready(world)
    only_written(world, subject)
    deliver(world, world.accounts["showcase"])
    assert proxy.left(*PUT) == 0
    assert state(world, wanted).state is State.WAITING
    upkeep(world)
    assert state(world, wanted).state is State.CANCELLED


def test_what_is_being_prepared_does_not_slip_through(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT)
    account = world.accounts["showcase"]
    real = account.connect()

    class Slow(Odd):
        def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
            recall(world)
            return real.prepare(creative, key, draft)  # type: ignore[attr-defined,no-any-return]

    slow = replace(account, connect=lambda: Slow(real))
    run_lane(world, slow)
    run_lane(world, account)
    assert state(world, wanted).state is State.CANCELLED
    assert proxy.left(*PUT) == 0


def test_what_is_being_sent_goes_out_and_is_told(world: Context, proxy: Proxy) -> None:
    wanted = ready(world)
    account = world.accounts["showcase"]
    real, found = account.connect(), []

    class Slow(Odd):
        def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
            found.append(recall(world))
            return real.publish(creative, key, draft)

    deliver(world, replace(account, connect=lambda: Slow(real)))
    (item,) = found[0].live
    assert (item.post.key, item.post.state) == (wanted.key, State.SENDING)
    assert (item.action, item.command) == (Action.WAIT, "promoter stop --product BL-086")
    assert found[0].cancelled == ()
    (item,) = recall(world).live
    assert (item.post.state, item.action) == (State.PUBLISHED, Action.WITHDRAW)
    assert item.post.url
    assert item.command == f"promoter posts withdraw {wanted.key[:10]}"
    assert proxy.left(*PUT) == 1


def test_what_did_not_arrive_is_not_sent_again(world: Context, proxy: Proxy) -> None:
    wanted = ready(world)
    proxy.arm(Fault.SERVER_ERROR_BEFORE, *PUT)
    lane(world)
    (item,) = recall(world).live
    assert (item.post.state, item.action) == (State.UNKNOWN, Action.WAIT)

    def round_() -> None:
        lane(world)
        upkeep(world)

    assert until(world, wanted, round_) is State.CANCELLED
    assert proxy.left(*PUT) == 1


def test_a_plan_that_was_made_before_brings_nothing_back(world: Context, proxy: Proxy) -> None:
    wanted = post()
    recall(world)
    with world.store.write() as session:  # as `apply` does with what it found before the stop
        made = Plan(create=(wanted,))
        posts.apply(session, made, lambda item: links(item, "http://127.0.0.1:8000"), world.now())
    upkeep(world)
    world.store.set_clock(SLOT)
    lane(world)
    assert state(world, wanted).state is State.CANCELLED
    assert proxy.left(*PUT) == 0


def test_an_import_lifts_no_stop(world: Context) -> None:
    recall(world)
    office.stock(world.store)
    with world.store.write() as session:
        products.merge(session, [], [], world.now())
    office.stock(world.store)
    with world.store.read() as session:
        assert products.product(session, "BL-086") is None
        assert products.products(session) == []


def test_a_new_product_of_a_stopped_producer_is_stopped_as_well(world: Context) -> None:
    recall(world, MAKER)
    office.stock(world.store, product("BL-777"))
    with world.store.read() as session:
        assert products.product(session, "BL-777") is None
        assert products.producers(session) == {}
        assert catalogue.catalogue(session) == []
        assert catalogue.product_page(session, "BL-777", world.now()) is None


def test_a_stop_during_an_import_holds(world: Context) -> None:
    catalogue_ = products.written([product(name="Muối mới")], [producer()])
    with world.store.read() as session:
        products.compare(session, catalogue_)
    recall(world)
    with world.store.write() as session:
        products.replace(session, catalogue_, world.now())
    with world.store.read() as session:
        assert products.product(session, "BL-086") is None
    step.lift(world, SALT)
    with world.store.read() as session:
        again = products.product(session, "BL-086")
    assert again and again.name == "Muối mới"


def test_stopping_again_tells_again_and_keeps_who_was_first(world: Context) -> None:
    live(world)
    first, second = recall(world), step.stop(world, SALT, "binh", "lần hai")
    assert (first.new, second.new) == (True, False)
    assert first.live == second.live
    (kept,) = step.stopped(world)
    assert (kept.by, kept.seen) == ("an: thu hồi", 1)


def test_two_stops_at_once_cancel_each_post_once(world: Context) -> None:
    wanted = [post(number) for number in range(20)]
    office.planned(world, *wanted)
    found: list[Stopped] = []
    threads = [threading.Thread(target=lambda: found.append(recall(world))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [key for item in found for key in item.cancelled]
    assert sorted(keys) == sorted(item.key for item in wanted)
    assert sorted(item.new for item in found) == [False, True]


def test_a_post_that_shows_it_among_others_is_one_of_its_posts(world: Context) -> None:
    office.stock(world.store, product("BL-100", producer="P41"))
    wanted = post(products=("BL-100", "BL-086"))
    office.planned(world, wanted)
    assert recall(world).cancelled == (wanted.key,)


def test_other_products_go_on(world: Context) -> None:
    office.stock(world.store, product("BL-100"))
    wanted = post(products=("BL-100",))
    office.planned(world, wanted)
    assert recall(world).cancelled == ()
    assert until(world, wanted, lambda: lane(world)) is State.PUBLISHED


def test_a_live_listing_is_unlisted_and_comes_back_after_the_stop(shop: Shop) -> None:
    wanted = shop.open()
    found = recall(shop.world)
    assert (found.unlisting, found.live) == ((wanted.key,), ())
    compose(shop.world)
    shop.lane()
    after = state(shop.world, wanted)
    assert after.state is State.WITHDRAWN
    assert "stopped by" in str(after.note)
    assert recall(shop.world).unlisting == ()
    step.lift(shop.world, SALT)
    with shop.store.read() as session:
        (standing,) = posts.standing(session, SLOT - timedelta(days=1))
    assert not standing.used, "the plan puts it up again"


def test_a_stop_that_is_lifted_in_time_takes_no_listing_down(shop: Shop) -> None:
    wanted = shop.open()
    shop.store.set_value("paused", "an: bão")
    recall(shop.world)
    shop.lane()
    assert shop.pending(wanted.key) == [Verb.WITHDRAW], "a pause holds what follows, too"
    step.lift(shop.world, SALT)
    shop.store.set_value("paused", "")
    shop.lane()
    assert prices(shop) == [15_000]
    assert state(shop.world, wanted).state is State.PUBLISHED
    assert shop.pending(wanted.key) == []


def test_taking_down_at_once_works_and_lets_a_listing_come_back(shop: Shop) -> None:
    wanted = shop.open()
    shop.store.set_value("paused", "an: bão")  # a person asks for it: that counts more
    shop.standin.clock.now = shop.store.now()
    after, told = step.take_down(shop.world, recall(shop.world), "an")
    assert (after.unlisting, after.live) == ((), ())
    assert [item.end for item in told] == [End.DONE]
    assert state(shop.world, wanted).state is State.WITHDRAWN
    assert state(shop.world, wanted).shown == ""


def test_live_posts_are_taken_down_at_once(world: Context, showcase_service: Any) -> None:
    wanted = live(world)
    after, told = step.take_down(world, recall(world), "an")
    assert (after.live, [item.end for item in told]) == ((), [End.DONE])
    assert state(world, wanted).state is State.WITHDRAWN
    assert list(showcase_service.kept()) == []


def test_what_cannot_be_reached_is_taken_down_by_the_service(world: Context, proxy: Proxy) -> None:
    wanted = live(world)
    proxy.arm(Fault.UNREACHABLE)
    after, told = step.take_down(world, recall(world), "an")
    assert [item.end for item in told] == [End.FAILED]
    assert (after.unlisting, after.live) == ((wanted.key,), ())
    proxy.heal()
    world.store.set_clock(world.now() + timedelta(hours=1))
    lane(world)
    assert state(world, wanted).state is State.WITHDRAWN


def test_what_a_channel_refuses_stays_on_the_list(world: Context, proxy: Proxy) -> None:
    wanted = live(world)
    proxy.arm(Fault.REFUSED)
    after, told = step.take_down(world, recall(world), "an")
    assert [item.end for item in told] == [End.LEFT]
    assert [item.post.key for item in after.live] == [wanted.key]
    assert "do it by hand at http" in str(told[0].words)


def test_a_channel_that_cannot_is_left_to_a_person_who_says_when_it_is_done(
    world: Context,
) -> None:
    wanted = live(world)
    account = world.accounts["showcase"]
    odd = replace(account, connect=lambda: Odd(account.connect()))
    poor = replace(world, accounts={"showcase": odd})
    (item,) = recall(poor).live
    assert item.action is Action.BY_HAND
    assert item.command == f"promoter posts withdraw {wanted.key[:10]} --by-hand"
    after, told = step.take_down(poor, recall(poor), "an")
    assert (len(after.live), told) == (1, [])
    step.gone(poor, wanted.key, "an")
    assert recall(poor).live == ()
    assert state(world, wanted).state is State.WITHDRAWN
    with world.store.read() as session:
        assert follow_ups.of(session, wanted.key) == []
        assert deliveries.attempts(session, wanted.key)[-1].verb == "withdraw"


@pytest.mark.parametrize("accounts", ["none", "secretless"])
def test_an_account_that_is_of_no_use_any_more_leaves_it_to_a_person(
    world: Context, accounts: str
) -> None:
    live(world)

    def connect() -> Channel:
        raise ConfigError(Phrase("a secret is missing"))

    broken = replace(world.accounts["showcase"], connect=connect)
    poor = replace(world, accounts={} if accounts == "none" else {"showcase": broken})
    (item,) = recall(poor).live
    assert item.action is Action.BY_HAND


def test_what_is_not_live_cannot_have_been_taken_down(world: Context) -> None:
    wanted = ready(world)
    with pytest.raises(ConfigError, match="not live"):
        step.gone(world, wanted.key, "an")
    assert state(world, wanted).state is State.READY


def test_a_held_post_is_for_a_person_to_look_at(world: Context) -> None:
    wanted = ready(world)
    with world.store.write() as session:
        old = deliveries.get(session, wanted.key)
        assert old
        assert deliveries.save(session, old, replace(old, state=State.HELD), world.now())
    (item,) = recall(world).live
    assert item.action is Action.RESOLVE
    assert item.command == f"promoter posts resolve {wanted.key[:10]} --absent"


@pytest.mark.parametrize("typed", ["bl-086", " BL-086 ", "BL-086"])
def test_a_code_is_known_however_it_is_typed(world: Context, typed: str) -> None:
    assert step.subject(world, Kind.PRODUCT, typed) == SALT


def test_letters_that_are_taken_apart_are_the_same_letters(world: Context) -> None:
    whole = unicodedata.normalize("NFC", "MUỐI-1")
    apart = unicodedata.normalize("NFD", "MUỐI-1")
    assert whole != apart
    office.stock(world.store, product(whole), product("BL-100", name="Gạo"))
    assert step.subject(world, Kind.PRODUCT, apart).code == whole
    reason = unicodedata.normalize("NFD", "thu hồi\n  lô 12")
    assert step.signed("an", reason) == unicodedata.normalize("NFC", "an: thu hồi lô 12")


def test_an_unknown_code_names_the_nearest_and_what_is_called_so(world: Context) -> None:
    office.stock(world.store, product("ZZ-100", name="Gạo một bụi đỏ"))
    with pytest.raises(ConfigError, match="BL-086"):
        step.subject(world, Kind.PRODUCT, "BL-O86")
    with pytest.raises(ConfigError, match=r"are ZZ-100 \(Gạo một bụi đỏ\)$"):
        step.subject(world, Kind.PRODUCT, unicodedata.normalize("NFD", "gạo một"))
    with pytest.raises(ConfigError, match=r"there is no producer «P42».*P41"):
        step.subject(world, Kind.PRODUCER, "P42")


def test_lifting_tells_of_the_producer_that_is_still_stopped(world: Context) -> None:
    recall(world)
    recall(world, MAKER)
    lifted, others = step.lift(world, SALT)
    assert lifted
    assert [item.subject for item in others] == [MAKER]
    assert step.lift(world, SALT) == (False, others)
    assert step.lift(world, MAKER) == (True, [])
    with world.store.read() as session:
        assert products.product(session, "BL-086")


def test_a_retired_product_can_be_stopped_too(world: Context) -> None:
    wanted = live(world)
    with world.store.write() as session:
        products.merge(session, [], [], world.now())
    assert [item.post.key for item in recall(world).live] == [wanted.key]


TELLS = [
    (Transient(Phrase("busy")), End.FAILED, "not done: busy; try again"),
    (
        Transient(Phrase("busy"), after=timedelta(seconds=61)),
        End.FAILED,
        "not done: busy; again in 2 minutes",
    ),
    (
        NotAuthorized(Phrase("ended")),
        End.FAILED,
        "not done: ended; «promoter accounts connect showcase», then again",
    ),
    (OutcomeUnknown(Phrase("silence")), End.FAILED, "it may be done: silence; to ask again"),
]


@pytest.mark.parametrize(("error", "end", "words"), TELLS, ids=lambda value: str(value)[:12])
def test_every_refusal_says_what_to_do_next(
    world: Context, error: Exception, end: End, words: str
) -> None:
    wanted = ready(world)

    def act(_key: str) -> Any:
        raise error

    told = step.one(world, wanted.key[:8], act)
    assert (told.key, told.end) == (wanted.key, end)
    assert str(told.words).startswith(words)


def test_an_unknown_key_is_told_as_it_was_typed(world: Context) -> None:
    told = step.one(world, "nope", lambda key: state(world, post()))
    assert (told.key, told.end) == ("nope", End.FAILED)


def test_a_pause_in_the_middle_of_a_lane_lets_no_further_call_begin(
    world: Context, proxy: Proxy
) -> None:
    wanted = [post(number) for number in range(3)]
    office.planned(world, *wanted)
    account = replace(world.accounts["showcase"], min_gap=timedelta(0))
    world.store.set_clock(SLOT)
    real = account.connect()

    class Pausing(Odd):
        def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
            world.store.set_value("paused", "an: bão")
            return real.publish(creative, key, draft)

    run_lane(world, replace(account, connect=lambda: Pausing(real)))
    assert proxy.left(*PUT) == 1
    states = [state(world, item).state for item in wanted]
    assert states.count(State.PUBLISHED) == 1


def test_a_listing_that_nobody_can_reach_is_left_to_a_person(shop: Shop) -> None:
    wanted = shop.open()
    found = step.stop(replace(shop.world, accounts={}), SALT, "an")
    assert found.unlisting == ()
    assert [(item.post.key, item.action) for item in found.live] == [(wanted.key, Action.BY_HAND)]


def test_of_codes_that_differ_in_case_alone_the_one_that_was_typed_is_meant(world: Context) -> None:
    office.stock(world.store, product("bl-086", name="Khác"))
    assert step.subject(world, Kind.PRODUCT, "BL-086").code == "BL-086"
    assert step.subject(world, Kind.PRODUCT, "bl-086").code == "bl-086"
