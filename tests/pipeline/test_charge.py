"""What an error does to an account: why it stands still stays said until it goes on."""

from datetime import timedelta
from pathlib import Path

import pytest

from promoter.core.errors import ChannelError, ConfigError, NotAuthorized, Scope, Transient
from promoter.core.model import Phrase
from promoter.media import MediaStore
from promoter.pipeline import lane
from promoter.pipeline.accounts import PAUSED_BY, by_person
from promoter.remote import gauge
from promoter.store import deliveries
from promoter.store.database import Store
from promoter.store.deliveries import AccountState
from tests import world as office
from tests.world import SLOT

MOURNING = Phrase(PAUSED_BY + ": {reason}", who="lan", reason="để tang")
REFUSED = Phrase("the token has ended")
MINUTE = timedelta(minutes=1)


def charged(store: Store, before: AccountState, error: ChannelError | None) -> AccountState:
    """Return what is known of an account after a call that ended so."""
    with store.write() as session:
        deliveries.save_account(session, "fanpage", before)
        lane.charge(session, "fanpage", error, SLOT)
    with store.read() as session:
        return deliveries.account(session, "fanpage")


@pytest.mark.parametrize(
    "error",
    [
        NotAuthorized(REFUSED),
        Transient(REFUSED, after=7 * MINUTE, scope=Scope.ACCOUNT),
        None,
    ],
    ids=["not authorised", "asked to wait", "done"],
)
def test_a_person_s_pause_stays_a_person_s(sqlite_store: Store, error: ChannelError | None) -> None:
    """Looks go on during a pause, and what they meet must not let somebody's «connect» end it."""
    before = AccountState(paused=True, problem=MOURNING, wait_until=SLOT - MINUTE)
    after = charged(sqlite_store, before, error)
    assert after.paused
    assert after.problem == MOURNING
    assert by_person(after)


def test_a_look_that_succeeds_does_not_take_the_reason_of_a_pause(sqlite_store: Store) -> None:
    before = AccountState(paused=True, problem=REFUSED, wait_until=SLOT - MINUTE)
    after = charged(sqlite_store, before, None)
    assert after.wait_until is None
    assert after.problem == REFUSED, "people are told why until it goes on"
    assert not by_person(after)


def test_a_longer_wait_is_not_shortened(sqlite_store: Store) -> None:
    before = AccountState(wait_until=SLOT + 60 * MINUTE, problem=REFUSED)
    after = charged(sqlite_store, before, Transient(REFUSED, scope=Scope.ACCOUNT))
    assert after.wait_until == SLOT + 60 * MINUTE


@pytest.mark.parametrize(("ahead", "waits"), [(7, True), (8, False)])
def test_a_wait_of_a_clock_that_was_ahead_is_none(ahead: int, waits: bool) -> None:
    state = AccountState(wait_until=SLOT + timedelta(days=ahead))
    assert lane.waits(state, SLOT) is waits


def test_an_account_that_becomes_another_stands_still_once(sqlite_store: Store) -> None:
    after = charged(sqlite_store, AccountState(), NotAuthorized(REFUSED))
    assert after.paused
    assert after.problem == REFUSED


def test_what_cannot_be_kept_of_a_quota_loses_no_answer(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receipt has come: a database in trouble at that moment must not take it away."""
    known = office.account("http://127.0.0.1:9", "token-of-the-showcase")
    world = office.context(sqlite_store, MediaStore(tmp_path), known)

    def full(*_given: object) -> None:
        raise ConfigError(Phrase("the disk is full"))

    monkeypatch.setattr(lane, "_keep_told", full)

    def question(_channel: object) -> str:
        gauge.note({"X-App-Usage": '{"call_count":95}'}, write=True)
        return "receipt"

    assert lane.ask(world, known, question) == "receipt"
