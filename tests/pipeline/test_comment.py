"""The first comment: below a live post, once; nothing that goes wrong with it fails the post."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from promoter.channels import facebook
from promoter.core.delivery import State
from promoter.core.model import Post
from promoter.engine.embedded import run_lane
from promoter.media import MediaStore
from promoter.pipeline.context import Context
from promoter.sandbox.contract import Fault
from promoter.store import deliveries, follow_ups
from promoter.store.database import Store
from promoter.store.follow_ups import Verb
from tests import world as office
from tests.channels.conftest import StandIn
from tests.make import certificate, producer, product
from tests.world import state, until

WORDS = "Đặt hàng {name}: {link}"
COMMENTS = ("POST", "/comments")


class Page:
    """An office with one account: a Page behind its stand-in."""

    def __init__(self, store: Store, media: MediaStore, standin: StandIn) -> None:
        self.standin = standin
        account = office.account("http://127.0.0.1:1", "unused")
        self.account = replace(
            account,
            name="showcase",
            channel="facebook",
            limits=facebook.LIMITS,
            connect=lambda: standin.channel(timedelta(seconds=1)),
            first_comment=WORDS,
            stand_in="http://127.0.0.1:8100",
        )
        self.world: Context = office.context(store, media, self.account)
        office.stock(store)

    def lane(self) -> None:
        """Run one round at the office's moment."""
        self.standin.clock.now = self.world.now()
        run_lane(self.world, self.account)

    def publish(self) -> Post:
        """Publish a post and return it."""
        wanted = office.post(channel="facebook")
        office.planned(self.world, wanted)
        assert until(self.world, wanted, self.lane) is State.PUBLISHED
        return wanted

    def open(self, wanted: Post) -> list[Verb]:
        """Return what is still to be done for a post beside its readings."""
        with self.world.store.read() as session:
            found = follow_ups.of(session, wanted.key)
        return [item.verb for item in found if item.verb is not Verb.MEASURE]


@pytest.fixture
def page(sqlite_store: Store, tmp_path: Any, facebook_standin: StandIn) -> Page:
    """A Page with the salt to show."""
    return Page(sqlite_store, MediaStore(tmp_path / "media"), facebook_standin)


def test_the_first_comment_follows_the_post(page: Page) -> None:
    wanted = page.publish()
    page.lane()
    link = f"http://127.0.0.1:8000/r/{wanted.code}"
    assert list(page.standin.comments()) == [f"Đặt hàng Muối hạt Bạc Liêu: {link}"]
    assert page.open(wanted) == []


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SERVER_ERROR_AFTER, Fault.LOST_ANSWER])
def test_a_comment_whose_answer_is_lost_is_not_written_twice(page: Page, fault: Fault) -> None:
    page.standin.proxy.arm(fault, *COMMENTS)
    wanted = page.publish()
    page.standin.proxy.settled()
    assert page.open(wanted) == [Verb.COMMENT]
    page.world.store.set_clock(page.world.now() + timedelta(minutes=2))
    page.lane()
    assert len(page.standin.comments()) == 1
    assert page.open(wanted) == []


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.SERVER_ERROR_BEFORE, Fault.THROTTLED])
def test_a_comment_that_fails_fails_no_post(page: Page, fault: Fault) -> None:
    page.standin.proxy.arm(fault, *COMMENTS)
    wanted = page.publish()
    assert state(page.world, wanted).state is State.PUBLISHED
    assert list(page.standin.comments()) == []


def test_a_refused_comment_is_not_tried_again(page: Page) -> None:
    page.standin.proxy.arm(Fault.REFUSED, *COMMENTS)
    wanted = page.publish()
    assert page.open(wanted) == []


def test_no_comment_is_written_below_a_post_that_was_taken_down(page: Page) -> None:
    page.standin.proxy.arm(Fault.SERVER_ERROR_BEFORE, *COMMENTS)
    wanted = page.publish()
    with page.world.store.write() as session:
        live = deliveries.get(session, wanted.key)
        assert live
        gone = replace(live, state=State.WITHDRAWN)
        deliveries.save(session, live, gone, page.world.now())
    page.world.store.set_clock(page.world.now() + timedelta(minutes=2))
    page.lane()
    assert page.standin.proxy.left(*COMMENTS) == 1
    assert page.open(wanted) == []


def test_a_comment_that_claims_a_rank_that_is_not_in_force_is_left_out(page: Page) -> None:
    page.account = replace(page.account, first_comment="Sản phẩm OCOP 5 sao: {link}")
    page.world = replace(page.world, accounts={"showcase": page.account})
    wanted = page.publish()
    assert list(page.standin.comments()) == []
    assert page.open(wanted) == []


def test_a_comment_may_name_the_rank_in_force(page: Page) -> None:
    page.account = replace(page.account, first_comment="Sản phẩm OCOP 4 sao: {link}")
    page.world = replace(page.world, accounts={"showcase": page.account})
    ranked = product(certificate=certificate(stars=4))
    with page.world.store.write() as session:
        from promoter.store import products

        products.merge(session, [ranked], [producer()], page.world.now())
    page.publish()
    assert len(page.standin.comments()) == 1


def test_an_account_without_the_words_writes_none(page: Page) -> None:
    page.account = replace(page.account, first_comment="")
    page.world = replace(page.world, accounts={"showcase": page.account})
    page.publish()
    assert page.standin.proxy.left(*COMMENTS) == 0
