"""Near the end of a service's allowance the account waits for the next one, and says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from promoter.core.delivery import State
from promoter.core.model import Creative, Draft, Receipt
from promoter.engine.embedded import run_lane
from promoter.pipeline.context import Account, Context
from promoter.remote import gauge
from promoter.store import deliveries
from promoter.store.deliveries import AccountState
from tests import world as office
from tests.faults import ShowcaseService
from tests.world import SLOT, post, state


@dataclass
class Counting:
    """A service that tells with each answer how many calls are left of a hundred."""

    left: int
    limits: Any
    reset: str = ""
    sent: int = 0

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        self.sent += 1
        told = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": str(self.left)}
        gauge.note(told | ({"x-rate-limit-reset": self.reset} if self.reset else {}), write=True)
        return Receipt(str(self.sent), "https://x.com/1")


@dataclass
class Shop:
    """An office with one account at such a service, and two posts that are due."""

    world: Context
    account: Account
    service: Counting

    def round(self, at: datetime) -> AccountState:
        """Run a round at a moment; return what is known of the account after it."""
        self.world.store.set_clock(at)
        run_lane(self.world, self.account)
        with self.world.store.read() as session:
            return deliveries.account(session, self.account.name)


@pytest.fixture
def shop(showcase_service: ShowcaseService) -> Callable[[int], Shop]:
    def made(left: int) -> Shop:
        account = office.account(showcase_service.url, showcase_service.token)
        service = Counting(left, account.limits)
        connect: Any = lambda: service  # noqa: E731
        account = replace(account, connect=connect, min_gap=timedelta())
        world = office.context(showcase_service.store, showcase_service.media, account)
        office.stock(world.store)
        office.planned(world, post(0), post(1))
        return Shop(world, account, service)

    return made


def test_at_ninety_percent_the_account_waits_and_names_the_reason(
    shop: Callable[[int], Shop],
) -> None:
    made = shop(10)
    after = made.round(SLOT)
    assert made.service.sent == 1, "the second post waits, too"
    assert after.quota
    assert after.quota.used == 0.9
    assert after.quota.until == SLOT + timedelta(minutes=15)
    assert state(made.world, post(1)).next_at == after.quota.until
    assert "90 %" in str(after.problem)
    assert after.wait_until is None, "what is in doubt is looked for all the same"
    assert not after.paused, "it ends by itself"


def test_below_it_nothing_waits(shop: Callable[[int], Shop]) -> None:
    made = shop(11)
    after = made.round(SLOT)
    assert made.service.sent == 2
    assert after.wait_until is None
    assert after.quota, "what is left is known all the same"


def test_it_goes_on_by_itself_when_the_allowance_begins_anew(shop: Callable[[int], Shop]) -> None:
    made = shop(5)
    made.round(SLOT)
    made.service.left = 100
    after = made.round(SLOT + timedelta(minutes=15))
    assert made.service.sent == 2
    assert after.problem is None
    assert after.wait_until is None
    assert state(made.world, post(1)).state is State.PUBLISHED
