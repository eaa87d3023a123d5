"""After a post was sent again its first copy may still turn up: it is seen, and only one stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from promoter.core.delivery import WATCH_FOR, Decision, State
from promoter.core.errors import ChannelError, OutcomeUnknown, Rejected, Transient
from promoter.core.model import Absent, Creative, Draft, Money, Phrase, Post, Receipt
from promoter.engine.embedded import run_lane
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Account, Context
from promoter.pipeline.decide import decide, withdraw
from promoter.pipeline.watch import watch
from promoter.store import follow_ups, products
from promoter.store.follow_ups import Verb
from tests import world as office
from tests.faults import ShowcaseService
from tests.make import producer, product
from tests.world import SLOT, post, state, until

LOST = OutcomeUnknown(Phrase("no answer"))


@dataclass
class Timeline:
    """A network that knows no keys: what is posted stands in a list, which may lag.

    Attributes:
        shown: What the list shows, oldest first.
        answers: What the next public calls do: an error is raised; `done` says what comes later.
        stuck: What a deletion answers.
    """

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    answers: list[ChannelError] = field(default_factory=list)
    stuck: ChannelError | None = None
    sent: int = 0
    limits: object = None

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        self.sent += 1
        id_ = str(self.sent)
        if self.answers:
            self.hidden.append(id_)
            raise self.answers.pop(0)
        self.shown.append(id_)
        return Receipt(id_, f"https://x.com/{id_}")

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        found = self.copies(creative, key, since)
        return found[0] if found else Absent(sure=False)

    def copies(self, creative: Creative, key: str, since: datetime) -> Sequence[Receipt]:
        return [Receipt(id_, f"https://x.com/{id_}") for id_ in self.shown]

    def withdraw(self, receipt: Receipt) -> None:
        if self.stuck:
            raise self.stuck
        self.shown.remove(receipt.remote_id)

    def appear(self) -> None:
        """Let the list show what it did not show before."""
        self.shown = [*self.hidden, *self.shown]
        self.hidden.clear()


@dataclass
class Shop:
    """An office whose one account is on such a network."""

    world: Context
    account: Account
    network: Timeline

    def round(self) -> None:
        """Run one round of the account."""
        run_lane(self.world, self.account)

    def later(self, span: timedelta) -> None:
        """Let time pass, with a round at each moment when a watch is due."""
        end = self.world.now() + span
        while True:
            with self.world.store.read() as session:
                soon = follow_ups.next_moment(session, self.account.name, [Verb.WATCH])
            if soon is None or soon > end:
                break
            self.world.store.set_clock(max(soon, self.world.now()))
            self.round()
        self.world.store.set_clock(end)


@pytest.fixture
def shop(showcase_service: ShowcaseService) -> Shop:
    network = Timeline()
    account = office.account(showcase_service.url, showcase_service.token)
    network.limits = account.limits
    connect: Callable[[], object] = lambda: network  # noqa: E731
    account = replace(account, connect=connect, resend_after_absent=True)  # type: ignore[arg-type]
    world = office.context(showcase_service.store, showcase_service.media, account)
    office.stock(world.store)
    return Shop(world, account, network)


def sent_again(shop: Shop) -> Post:
    """Lose the answer of a post, look in vain for half an hour, and send it again."""
    wanted = post(max_lateness=timedelta(hours=6))
    office.planned(shop.world, wanted)
    shop.network.answers = [LOST]
    shop.world.store.set_clock(SLOT)
    assert until(shop.world, wanted, shop.round) is State.PUBLISHED
    assert shop.network.sent == 2
    return wanted


def given_up(shop: Shop, wanted: Post) -> None:
    """Lose the answer of a post and look in vain; the office is paused before it is sent again."""
    office.planned(shop.world, wanted)
    shop.network.answers = [LOST]
    shop.world.store.set_clock(SLOT)
    while not shop.network.sent or state(shop.world, wanted).state is State.UNKNOWN:
        shop.world.store.set_clock(max(state(shop.world, wanted).next_at, shop.world.now()))
        shop.round()
        if shop.network.sent:
            shop.world.store.set_value("paused", "yes")
    assert state(shop.world, wanted).state in (State.DUE, State.READY)


def test_a_second_copy_that_turns_up_is_taken_down(shop: Shop) -> None:
    wanted = sent_again(shop)
    shop.network.appear()
    assert shop.network.shown == ["1", "2"]
    shop.later(timedelta(hours=3))
    assert shop.network.shown == ["2"], "the one that is in our books stays"
    assert state(shop.world, wanted).note is None


def test_a_copy_that_lies_beside_one_that_is_not_listed_yet_stays(shop: Shop) -> None:
    """The list shows the first copy and not yet the second: taking it down might take the last."""
    sent_again(shop)
    shop.network.shown, shop.network.hidden = ["1"], ["2"]
    shop.later(timedelta(hours=1))
    assert shop.network.shown == ["1"]
    shop.network.shown = ["1", "2"]
    shop.later(timedelta(hours=3))
    assert shop.network.shown == ["2"]


def test_the_watch_ends_after_a_day(shop: Shop) -> None:
    sent_again(shop)
    shop.later(WATCH_FOR + timedelta(hours=3))
    with shop.world.store.read() as session:
        assert follow_ups.next_moment(session, shop.account.name, [Verb.WATCH]) is None
    shop.network.appear()
    shop.later(timedelta(hours=3))
    assert shop.network.shown == ["1", "2"], "nobody looks any more"


def test_a_copy_that_cannot_be_taken_down_is_told_until_it_is_gone(shop: Shop) -> None:
    wanted = sent_again(shop)
    shop.network.appear()
    shop.network.stuck = Rejected(Phrase("not allowed"))
    shop.later(timedelta(hours=1))
    note = state(shop.world, wanted).note
    assert note
    assert "https://x.com/1" in str(note)
    shop.network.shown.remove("1")  # somebody did it by hand
    shop.later(timedelta(hours=3))
    assert state(shop.world, wanted).note is None


def test_what_turns_up_before_it_is_sent_again_is_not_sent_again(shop: Shop) -> None:
    wanted = post(max_lateness=timedelta(hours=6))
    given_up(shop, wanted)
    shop.network.appear()
    shop.world.store.set_clock(shop.world.now() + timedelta(minutes=5))
    shop.world.store.set_value("paused", "")
    watch(shop.world, shop.account)
    shop.round()
    assert state(shop.world, wanted).state is State.PUBLISHED
    assert shop.network.sent == 1
    assert shop.network.shown == ["1"]


def test_what_was_given_up_and_turns_up_is_live(shop: Shop) -> None:
    """It was too late to send it again; the copy that turns up then is the post."""
    wanted = post(max_lateness=timedelta(minutes=20))
    office.planned(shop.world, wanted)
    shop.network.answers = [LOST]
    shop.world.store.set_clock(SLOT)
    assert until(shop.world, wanted, shop.round) is State.MISSED
    shop.network.appear()
    shop.later(timedelta(hours=2))
    after = state(shop.world, wanted)
    assert after.state is State.PUBLISHED
    assert after.receipt
    assert after.receipt.remote_id == "1"


def test_what_a_person_called_off_meanwhile_is_taken_down_when_it_turns_up(shop: Shop) -> None:
    wanted = post(max_lateness=timedelta(hours=6))
    given_up(shop, wanted)
    decide(shop.world, wanted.key, Decision.CANCEL, "lan")
    shop.world.store.set_value("paused", "")
    shop.network.appear()
    shop.later(timedelta(hours=2))
    assert shop.network.shown == []
    assert state(shop.world, wanted).state is State.REJECTED


def test_a_look_that_fails_is_made_again(shop: Shop) -> None:
    sent_again(shop)
    shop.network.appear()
    shop.network.stuck = Transient(Phrase("no answer"))
    shop.later(timedelta(minutes=30))
    shop.network.stuck = None
    shop.later(timedelta(hours=3))
    assert shop.network.shown == ["2"]


def test_an_account_that_may_not_send_again_holds_the_post(shop: Shop) -> None:
    careful = replace(shop.account, resend_after_absent=False)
    wanted = post(max_lateness=timedelta(hours=6))
    office.planned(shop.world, wanted)
    shop.network.answers = [LOST]
    shop.world.store.set_clock(SLOT)
    found = until(shop.world, wanted, lambda: run_lane(shop.world, careful))
    assert found is State.HELD
    assert shop.network.sent == 1


def test_a_person_who_finds_it_absent_lets_it_be_sent_and_watched(shop: Shop) -> None:
    careful = replace(shop.account, resend_after_absent=False)
    wanted = post(max_lateness=timedelta(hours=6))
    office.planned(shop.world, wanted)
    shop.network.answers = [LOST]
    shop.world.store.set_clock(SLOT)
    until(shop.world, wanted, lambda: run_lane(shop.world, careful))
    decide(shop.world, wanted.key, Decision.ABSENT, "lan")
    assert until(shop.world, wanted, shop.round) is State.PUBLISHED
    shop.network.appear()
    shop.later(timedelta(hours=3))
    assert shop.network.shown == ["2"]


def test_the_watch_goes_on_over_a_post_that_was_taken_down(shop: Shop) -> None:
    """It was sent twice; the copy that nobody has seen yet must not stay."""
    wanted = sent_again(shop)
    withdraw(shop.world, wanted.key, "lan")
    assert shop.network.shown == []
    shop.network.appear()
    shop.later(timedelta(hours=3))
    assert shop.network.shown == []
    assert state(shop.world, wanted).state is State.WITHDRAWN


def test_what_says_other_words_is_told_and_not_deleted(shop: Shop) -> None:
    """The price changed between the two: only the link shows that the first one is ours."""
    wanted = post(max_lateness=timedelta(hours=6))
    given_up(shop, wanted)
    with shop.world.store.write() as session:
        dearer = product(price=Money(amount=18000))
        products.merge(session, [dearer], [producer()], shop.world.now())
    compose(shop.world)
    shop.world.store.set_value("paused", "")
    assert until(shop.world, wanted, shop.round) is State.PUBLISHED
    shop.network.appear()
    shop.later(timedelta(hours=1))
    assert shop.network.shown == ["1", "2"]
    assert "https://x.com/1" in str(state(shop.world, wanted).note)


def test_two_copies_of_which_none_is_known_are_told(shop: Shop) -> None:
    """A person has given the address of one; which one that is nobody can tell."""
    careful = replace(shop.account, resend_after_absent=False)
    wanted = post(max_lateness=timedelta(hours=6))
    office.planned(shop.world, wanted)
    shop.network.answers = [LOST]
    shop.world.store.set_clock(SLOT)
    until(shop.world, wanted, lambda: run_lane(shop.world, careful))
    with shop.world.store.write() as session:
        due = shop.world.now() + timedelta(minutes=2)
        follow_ups.ask(session, wanted.key, Verb.WATCH, careful.name, due)
    decide(shop.world, wanted.key, Decision.LIVE, "lan", url="https://x.com/vi/status/1")
    shop.network.shown = ["1", "2"]
    shop.later(timedelta(minutes=30))
    assert shop.network.shown == ["1", "2"]
    assert state(shop.world, wanted).note


def test_nothing_is_taken_down_while_the_office_stands_still(shop: Shop) -> None:
    sent_again(shop)
    shop.network.appear()
    shop.world.store.set_value("paused", "yes")
    shop.world.store.set_clock(shop.world.now() + timedelta(hours=3))
    shop.round()
    assert shop.network.shown == ["1", "2"]
