"""What follows a post: corrections, withdrawals, first comments, renewed tokens."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from promoter.channels import shopee
from promoter.core.channel import Channel
from promoter.core.delivery import Decision, State
from promoter.core.errors import ConfigError, Scope, Transient
from promoter.core.link import public_code
from promoter.core.listing import listing_key
from promoter.core.model import Approval, Money, Photo, Phrase, Placement, Post, Product
from promoter.engine.embedded import run_lane
from promoter.media import MediaStore
from promoter.pipeline.compose import compose
from promoter.pipeline.correct import correct
from promoter.pipeline.decide import correct as correct_by_hand
from promoter.pipeline.decide import decide, withdraw
from promoter.pipeline.renew import renew
from promoter.sandbox.contract import Fault
from promoter.store import credentials, deliveries, follow_ups, products
from promoter.store.database import Store
from promoter.store.follow_ups import Verb
from tests import world as office
from tests.channels.conftest import SHOP, StandIn, connecting
from tests.make import producer, product
from tests.world import SLOT, state, until


def listing(**changes: Any) -> Post:
    """Return a listing of the salt, opened at SLOT."""
    key = listing_key(b"secret", "shop", "BL-086")
    found = office.post(
        key=key,
        code=public_code(key),
        campaign="gian-hang",
        account="shop",
        channel="shopee",
        placement=Placement.LISTING,
    )
    return replace(found, **changes)


def offered(**changes: Any) -> Product:
    """Return the salt with a photo, as a shop wants it."""
    return product(**changes)


class Shop:
    """An office with one account: a shop behind its stand-in."""

    def __init__(self, store: Store, media: MediaStore, standin: StandIn) -> None:
        self.standin = standin
        self.store = store
        self.account = office.account("http://127.0.0.1:1", "unused")
        self.world = office.context(store, media, self.account)
        self.account = replace(
            self.account,
            name="shop",
            channel="shopee",
            limits=shopee.LIMITS,
            daily_limit=20,
            min_gap=timedelta(minutes=1),
            connect=self._connect,
            stand_in="http://127.0.0.1:8100",
        )
        self.world = replace(self.world, accounts={"shop": self.account})
        photo = Photo(sha256=media.put(_picture()))
        self.product = offered(photos=(photo,))
        self.stock(self.product)

    def _connect(self) -> Channel:
        with self.store.read() as session:
            sealed = credentials.get(session, "shop").text
        renewed = self.world.vault.open(sealed) if sealed else {}
        return connecting(shopee, {**SHOP, **renewed})(self.standin.session(timedelta(seconds=1)))

    def stock(self, *items: Product) -> None:
        """Put the catalogue into the store: what is not named is retired."""
        with self.store.write() as session:
            products.merge(session, list(items), [producer()], self.store.now())

    def lane(self) -> None:
        """Let the shop's clock be the office's, then run one round."""
        self.standin.clock.now = self.store.now()
        run_lane(self.world, self.account)

    def open(self, **changes: Any) -> Post:
        """Open the listing and return its post."""
        wanted = listing(**changes)
        office.planned(self.world, wanted)
        if wanted.approval is not Approval.AUTO:
            decide(self.world, wanted.key, Decision.APPROVE, "an")
        assert until(self.world, wanted, self.lane) is State.PUBLISHED
        return wanted

    def pending(self, key: str) -> list[Verb]:
        """Return what is still to be done for a post beside its readings."""
        with self.store.read() as session:
            found = follow_ups.of(session, key)
        return [item.verb for item in found if item.verb is not Verb.MEASURE]

    def pass_time(self, span: timedelta) -> None:
        """Move the clock on."""
        self.store.set_clock(self.store.now() + span)


def _picture() -> bytes:
    from io import BytesIO

    file = BytesIO()
    Image.new("RGB", (600, 600), "#ddd").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def shop(sqlite_store: Store, tmp_path: Any, shopee_standin: StandIn) -> Shop:
    """A shop with the salt to sell."""
    return Shop(sqlite_store, MediaStore(tmp_path / "media"), shopee_standin)


def dearer(shop: Shop) -> None:
    """Let the catalogue say another price, and compose."""
    shop.stock(shop.product.model_copy(update={"price": Money(amount=16_000)}))
    compose(shop.world)


def prices(shop: Shop) -> list[int | None]:
    from promoter.sandbox import shopee as stand

    services = [item for item in shop.standin.proxy._services]  # type: ignore[attr-defined]
    assert isinstance(services[0], stand.Stand)
    (feed,) = services[0].feeds(shop.standin.clock())
    return [entry.price for entry in feed.entries if not entry.note]


# Corrections


def test_a_changed_price_reaches_the_live_listing(shop: Shop) -> None:
    shop.open()
    assert prices(shop) == [15_000]
    dearer(shop)
    shop.lane()
    assert prices(shop) == [16_000]
    assert shop.pending(listing().key) == []


def test_a_listing_that_is_right_is_left_alone(shop: Shop) -> None:
    wanted = shop.open()
    before = shop.standin.proxy.left("POST")
    compose(shop.world)
    shop.lane()
    assert shop.standin.proxy.left("POST") == before
    assert shop.pending(wanted.key) == []


def test_where_staff_approve_a_changed_price_waits_for_them(shop: Shop) -> None:
    wanted = shop.open(approval=Approval.STAFF)
    dearer(shop)
    shop.lane()
    assert prices(shop) == [15_000]
    assert "approval" in str(state(shop.world, wanted).note)
    decide(shop.world, wanted.key, Decision.APPROVE, "an")
    shop.lane()
    assert prices(shop) == [16_000]
    assert state(shop.world, wanted).note is None


def test_approving_what_is_shown_already_is_refused(shop: Shop) -> None:
    wanted = shop.open()
    with pytest.raises(ConfigError, match="shows already"):
        decide(shop.world, wanted.key, Decision.APPROVE, "an")


@pytest.mark.parametrize(
    "fault", [Fault.LOST_ANSWER, Fault.CUT, Fault.SERVER_ERROR_AFTER, Fault.SERVER_ERROR_BEFORE]
)
def test_a_correction_whose_answer_is_lost_is_made_again(shop: Shop, fault: Fault) -> None:
    wanted = shop.open()
    dearer(shop)
    shop.standin.proxy.arm(fault, "POST", "/product/update_item")
    shop.lane()
    shop.standin.proxy.settled()
    assert shop.pending(wanted.key) == [Verb.CORRECT]
    shop.lane()
    assert shop.standin.proxy.left("POST", "/product/update_item") == 1, "not before its time"
    shop.pass_time(timedelta(minutes=2))
    shop.lane()
    assert prices(shop) == [16_000]
    assert shop.pending(wanted.key) == []
    assert state(shop.world, wanted).state is State.PUBLISHED


def test_a_refused_correction_says_what_is_still_shown(shop: Shop) -> None:
    wanted = shop.open()
    dearer(shop)
    shop.standin.proxy.arm(Fault.REFUSED, "POST", "/product/update_item")
    shop.lane()
    assert "still shows" in str(state(shop.world, wanted).note)
    assert state(shop.world, wanted).state is State.PUBLISHED
    assert shop.pending(wanted.key) == [Verb.CORRECT]
    shop.pass_time(timedelta(hours=23))
    shop.lane()
    assert shop.standin.proxy.left("POST", "/product/update_item") == 1, "once a day is enough"
    shop.pass_time(timedelta(hours=2))
    shop.lane()
    assert prices(shop) == [16_000], "what stood in its way may have ended"
    assert state(shop.world, wanted).note is None


def test_nothing_is_corrected_while_the_office_stands_still(shop: Shop) -> None:
    wanted = shop.open()
    dearer(shop)
    shop.store.set_value("paused", "yes")
    shop.lane()
    assert prices(shop) == [15_000]
    assert shop.pending(wanted.key) == [Verb.CORRECT]
    shop.store.set_value("paused", "")
    shop.lane()
    assert prices(shop) == [16_000]


def test_a_worker_that_died_in_a_correction_is_replaced_when_its_lease_ends(shop: Shop) -> None:
    wanted = shop.open()
    dearer(shop)
    with shop.store.write() as session:
        (task,) = follow_ups.due(session, "shop", Verb.CORRECT, shop.store.now())
        until_ = shop.store.now() + shop.world.lease()
        follow_ups.save(session, task, replace(task, lease_until=until_))
    shop.lane()
    assert prices(shop) == [15_000]
    shop.pass_time(shop.world.lease() + timedelta(seconds=1))
    shop.lane()
    assert prices(shop) == [16_000]
    assert shop.pending(wanted.key) == []


def test_two_workers_make_a_correction_once(shop: Shop) -> None:
    shop.open()
    dearer(shop)
    workers = [threading.Thread(target=correct, args=(shop.world, shop.account)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert shop.standin.proxy.left("POST", "/product/update_item") == 1


def test_a_person_can_ask_for_a_correction(shop: Shop) -> None:
    wanted = shop.open(approval=Approval.STAFF)
    shop.stock(shop.product.model_copy(update={"price": Money(amount=17_000)}))
    shop.standin.clock.now = shop.store.now()
    after = correct_by_hand(shop.world, wanted.key, "an")
    assert after.note is None
    assert prices(shop) == [17_000]


def test_a_person_is_told_if_the_correction_has_to_wait(shop: Shop) -> None:
    wanted = shop.open()
    shop.stock(shop.product.model_copy(update={"price": Money(amount=17_000)}))
    shop.standin.clock.now = shop.store.now()
    shop.standin.proxy.arm(Fault.THROTTLED, "POST", "/product/update_item")
    after = correct_by_hand(shop.world, wanted.key, "an")
    assert "as soon as" in str(after.note)


# Withdrawals


def test_a_product_that_leaves_the_catalogue_leaves_the_shop(shop: Shop) -> None:
    wanted = shop.open()
    with shop.store.write() as session:
        products.merge(session, [], [], shop.store.now())
    compose(shop.world)
    shop.lane()
    assert prices(shop) == []
    assert state(shop.world, wanted).state is State.WITHDRAWN
    assert shop.pending(wanted.key) == []


def test_what_was_withdrawn_is_not_measured_or_corrected_any_more(shop: Shop) -> None:
    wanted = shop.open()
    withdraw(shop.world, wanted.key, "an")
    dearer(shop)
    shop.lane()
    with shop.store.read() as session:
        assert follow_ups.of(session, wanted.key) == []
    assert prices(shop) == []


# A token that ends


def test_a_token_that_has_ended_is_renewed_and_the_listing_goes_out(shop: Shop) -> None:
    first = shop.open()
    shop.pass_time(timedelta(hours=5))
    dearer(shop)
    shop.lane()
    assert prices(shop) == [16_000]
    assert state(shop.world, first).state is State.PUBLISHED
    assert shop.standin.proxy.left("POST", "/auth/access_token/get") == 1
    with shop.store.read() as session:
        kept = credentials.get(session, "shop")
        assert not deliveries.account(session, "shop").paused
    assert kept.version == 1
    opened = shop.world.vault.open(kept.text)
    assert set(opened) == {"access_token", "refresh_token"}
    assert not [value for value in opened.values() if value in kept.text]


def test_new_tokens_are_kept_although_the_database_is_in_trouble_at_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old pair is used up: losing the new one would need the owner of the shop."""
    shop.open()
    shop.pass_time(timedelta(hours=5))
    dearer(shop)
    real, tried = credentials.keep, []

    def keep(*given: Any) -> None:
        tried.append(given)
        if len(tried) < 3:
            raise ConfigError(Phrase("the disk is full"))
        real(*given)

    monkeypatch.setattr(credentials, "keep", keep)
    monkeypatch.setattr("promoter.pipeline.renew.KEEP_AGAIN", timedelta())
    shop.lane()
    assert prices(shop) == [16_000]
    assert shop.standin.proxy.left("POST", "/auth/access_token/get") == 1


def test_workers_that_find_the_token_ended_renew_it_once(shop: Shop) -> None:
    shop.open()
    shop.pass_time(timedelta(hours=5))
    shop.standin.clock.now = shop.store.now()
    channel: Any = shop.account.connect()
    outcomes: list[Any] = []

    def work() -> None:
        try:
            renew(shop.world, shop.account, channel, 0)
            outcomes.append("renewed or newer")
        except Transient as busy:
            outcomes.append(busy.scope)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert shop.standin.proxy.left("POST", "/auth/access_token/get") == 1
    assert set(outcomes) <= {"renewed or newer", Scope.ACCOUNT}


def test_a_lost_answer_to_a_renewal_lets_the_post_wait(shop: Shop) -> None:
    shop.standin.clock.now = shop.store.now()
    shop.account.connect()
    wanted = listing()
    office.planned(shop.world, wanted)
    shop.store.set_clock(SLOT - timedelta(minutes=20))
    shop.lane()  # the token's first use
    shop.store.set_clock(SLOT + timedelta(minutes=1))
    shop.standin.proxy.arm(Fault.EXPIRED, "POST", "/product/unlist_item")
    shop.standin.proxy.arm(Fault.CUT, "POST", "/auth/access_token/get")
    shop.lane()
    assert state(shop.world, wanted).state in (State.DUE, State.READY)
    assert prices(shop) == []


def test_a_token_that_cannot_be_renewed_stops_the_account_and_tells_why(shop: Shop) -> None:
    wanted = shop.open()
    shop.pass_time(timedelta(days=40))
    dearer(shop)
    shop.lane()
    with shop.store.read() as session:
        account = deliveries.account(session, "shop")
    assert account.paused
    assert "authorise" in str(account.problem)
    assert state(shop.world, wanted).state is State.PUBLISHED
    assert shop.pending(wanted.key) == [Verb.CORRECT]


def test_credentials_sealed_with_a_lost_key_are_told(shop: Shop) -> None:
    shop.open()
    shop.pass_time(timedelta(hours=5))
    dearer(shop)
    shop.lane()
    for file in shop.world.media.root.parent.glob("promoter.key"):
        file.unlink()
    with pytest.raises(ConfigError, match="another key"):
        shop.account.connect()


# A machine that slept


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(hours=12), timedelta(days=40)])
def test_a_machine_that_wakes_after_the_slot_posts_nothing_late(
    shop: Shop, late: timedelta
) -> None:
    wanted = listing()
    office.planned(shop.world, wanted)
    while state(shop.world, wanted).state is not State.READY:
        shop.store.set_clock(max(state(shop.world, wanted).next_at, shop.store.now()))
        shop.lane()
    shop.store.set_clock(SLOT + wanted.max_lateness + late)
    shop.lane()
    assert state(shop.world, wanted).state is State.MISSED
    assert prices(shop) == []
    assert shop.standin.proxy.left("POST", "/product/unlist_item") == 0


def test_a_listing_in_the_sandbox_is_shown_where_it_can_be_seen(shop: Shop) -> None:
    wanted = shop.open()
    receipt = state(shop.world, wanted).receipt
    assert receipt
    page = f"http://127.0.0.1:8100/shopee/shop/{receipt.remote_id}"
    assert receipt.url == page
    dearer(shop)
    shop.lane()
    assert state(shop.world, wanted).receipt == receipt, "a correction keeps the address"


def test_a_real_account_keeps_the_address_of_its_service(shop: Shop) -> None:
    shop.account = replace(shop.account, stand_in="")
    shop.world = replace(shop.world, accounts={"shop": shop.account})
    receipt = state(shop.world, shop.open()).receipt
    assert receipt
    assert receipt.url.startswith("https://shopee.vn/product/")
