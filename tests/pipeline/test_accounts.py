"""Accounts: who they are, the credentials that people give them, and renewal before the end."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from promoter.channels import showcase
from promoter.core.account import Credentials, Identity, Quota
from promoter.core.channel import Limits
from promoter.core.errors import (
    ChannelError,
    ConfigError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from promoter.core.model import Creative, Draft, Phrase, Placement, Receipt
from promoter.media import MediaStore
from promoter.pipeline import accounts, connect
from promoter.pipeline.accounts import Standing
from promoter.pipeline.context import Account, Context
from promoter.store import credentials, deliveries
from promoter.store.database import Store
from promoter.store.deliveries import AccountState
from tests import world as office

OLD, NEW = "planted-old-token-4711", "planted-new-token-4711"
LIFE = timedelta(hours=4)


@dataclass
class Service:
    """A service that knows tokens, and what befalls those who ask it.

    Attributes:
        known: Whose each token is.
        fails: What asking who somebody is raises.
        refused: What refreshing raises.
        gives: What refreshing gives.
        until: When a person must agree again.
    calls: The verbs that were called, each with the token that was used.
    """

    known: dict[str, str] = field(default_factory=lambda: {OLD: "123", NEW: "123"})
    fails: ChannelError | None = None
    refused: ChannelError | None = None
    gives: Mapping[str, str] = field(default_factory=lambda: {"token": NEW})
    lacks: tuple[str, ...] = ()
    until: datetime | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    steps: int = 3


class Channel:
    """A channel that can be asked who it is, refreshed and prepared for."""

    limits: Limits = showcase.LIMITS

    def __init__(self, service: Service, token: str) -> None:
        self._service, self._token = service, token

    def _call(self, verb: str) -> None:
        self._service.calls.append((verb, self._token))

    def identity(self) -> Identity:
        self._call("identity")
        if self._service.fails:
            raise self._service.fails
        who = self._service.known.get(self._token)
        if who is None:
            raise NotAuthorized(Phrase("the service does not accept the token"))
        return Identity(who, f"Trang {who}", self._service.lacks, self._service.until)

    def refresh(self) -> Credentials:
        self._call("refresh")
        if self._service.refused:
            raise self._service.refused
        return Credentials(self._service.gives, LIFE)

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        self._call("prepare")
        done = dict(draft.data) if draft else {}
        done[f"step{len(done)}"] = "hidden"
        return Draft(len(done) >= self._service.steps, done)

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        raise AssertionError("nothing here may be public")


class Mute(Channel):
    """A channel that cannot be asked who it is."""

    identity = None  # type: ignore[assignment]
    prepare = None  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        if name in ("identity", "prepare"):
            raise AttributeError(name)
        return super().__getattribute__(name)


@dataclass
class Office:
    """A store, one account, and its service."""

    store: Store
    world: Context
    service: Service
    origin: str = "the settings"
    secret: str = OLD
    kind: type[Channel] = Channel

    @property
    def account(self) -> Account:
        return self.world.accounts["fanpage"]

    def become(self, **changes: Any) -> None:
        changed = replace(self.account, **changes)
        self.world = replace(self.world, accounts={"fanpage": changed})

    def token(self) -> str:
        """Return the token that is in force."""
        with self.store.read() as session:
            kept = credentials.get(session, "fanpage")
        if kept.text and kept.origin == self.origin:
            return self.world.vault.open(kept.text)["token"]
        if not self.secret:
            raise ConfigError(Phrase("fanpage is not connected yet"))
        return self.secret

    def state(self) -> AccountState:
        with self.store.read() as session:
            return deliveries.account(session, "fanpage")

    def put(self, state: AccountState) -> None:
        with self.store.write() as session:
            deliveries.save_account(session, "fanpage", state)

    def give(self, token: str = NEW, **how: Any) -> connect.Connected:
        return connect.connect(
            self.world, self.account, lambda: Credentials({"token": token}, LIFE), **how
        )

    def seen(self) -> accounts.Overview:
        (found,) = accounts.overview(self.world)
        return found

    def pass_time(self, span: timedelta) -> None:
        self.store.set_clock(self.store.now() + span)

    def refresh(self) -> bool:
        return accounts.refresh_due(self.world, self.account)

    def pin(self) -> Phrase | None:
        return accounts.pin(self.world, self.account)

    def asks(self) -> int:
        return [verb for verb, _ in self.service.calls].count("identity")

    def refreshes(self) -> int:
        return [verb for verb, _ in self.service.calls].count("refresh")


@pytest.fixture
def page(sqlite_store: Store, tmp_path: Path) -> Iterator[Office]:
    """A Page that is 123 by its settings, with a token that they name."""
    made: list[Office] = []
    account = office.account(
        "http://127.0.0.1:9",
        "",
        name="fanpage",
        channel="facebook",
        identity="facebook 123",
        connect=lambda: made[0].kind(made[0].service, made[0].token()),
        origin=lambda: made[0].origin,
    )
    world = office.context(sqlite_store, MediaStore(tmp_path / "media"), account)
    made.append(Office(sqlite_store, world, Service()))
    yield made[0]


# Who an account is


def test_an_account_is_pinned_before_it_first_speaks(page: Office) -> None:
    assert accounts.pin(page.world, page.account) is None
    assert page.state().identity == "facebook 123"
    assert accounts.pin(page.world, page.account) is None


def test_an_account_that_became_another_must_not_speak(page: Office) -> None:
    accounts.pin(page.world, page.account)
    page.become(identity="facebook 456")
    problem = str(accounts.pin(page.world, page.account))
    assert "facebook 123" in problem
    assert "facebook 456" in problem
    assert "promoter accounts connect fanpage --replace" in problem
    assert page.state().identity == "facebook 123"


@pytest.mark.parametrize("changes", [{"identity": ""}, {"stand_in": "http://127.0.0.1:8100"}])
def test_who_is_nobody_is_not_pinned(page: Office, changes: dict[str, str]) -> None:
    page.become(**changes)
    assert accounts.pin(page.world, page.account) is None
    assert page.state().identity == ""


def test_a_real_account_takes_the_place_of_its_stand_in(page: Office) -> None:
    page.service.known["sandbox-token"] = "999"
    page.become(stand_in="http://127.0.0.1:8100", identity="facebook 999")
    page.give("sandbox-token")
    page.become(stand_in="", identity="facebook 123")
    page.origin = "the real settings"
    assert accounts.pin(page.world, page.account) is None


def test_a_stand_in_may_play_another_account_for_a_while(page: Office) -> None:
    accounts.pin(page.world, page.account)
    page.become(stand_in="http://127.0.0.1:8100", identity="facebook 999")
    assert accounts.pin(page.world, page.account) is None
    assert page.state().identity == "facebook 123"


def test_pinning_keeps_what_else_is_known_of_the_account(page: Office) -> None:
    page.put(AccountState(paused=True, quota=Quota(0.5)))
    accounts.pin(page.world, page.account)
    assert (page.state().paused, page.state().quota) == (True, Quota(0.5))


def test_whose_keys_are_new_is_asked_once_before_they_are_used(page: Office) -> None:
    assert [page.pin() for _ in range(3)] == [None] * 3
    assert page.asks() == 1
    page.origin = "other settings"
    assert page.pin() is None
    assert page.asks() == 2


def test_the_keys_of_somebody_else_must_not_speak(page: Office) -> None:
    assert page.pin() is None
    page.origin, page.secret = "other settings", "other-token"
    page.service.known["other-token"] = "456"
    for _ in range(3):  # also within the time in which nothing is asked again
        problem = str(page.pin())
        assert "Trang 456 (456)" in problem and "facebook 123" in problem
    assert page.asks() == 2
    page.origin, page.secret = "mended settings", OLD
    page.pass_time(accounts.ASK_AGAIN)
    assert page.pin() is None


def test_settings_that_name_the_wrong_one_at_first_can_be_corrected(page: Office) -> None:
    page.become(identity="facebook 124")
    assert "123" in str(page.pin())
    page.become(identity="facebook 123")
    assert page.pin() is None
    assert page.state().identity == "facebook 123"


def test_an_account_without_secrets_is_asked_as_well(page: Office) -> None:
    page.origin = ""
    assert [page.pin(), page.pin()] == [None, None]
    assert page.asks() == 1


@pytest.mark.parametrize("error", [Transient, NotAuthorized, OutcomeUnknown])
def test_who_is_not_answered_is_asked_again_after_five_minutes(
    page: Office, error: type[ChannelError]
) -> None:
    page.service.fails = error(Phrase("no"))
    assert [page.pin(), page.pin()] == [None, None]
    assert page.asks() == 1
    page.service.fails = None
    page.service.known[OLD] = "456"
    page.pass_time(timedelta(minutes=4, seconds=59))
    assert page.pin() is None
    page.pass_time(timedelta(seconds=1))
    assert "456" in str(page.pin())


@pytest.mark.parametrize("changes", [{"identity": ""}, {"stand_in": "http://127.0.0.1:8100"}])
def test_who_is_nobody_is_not_asked(page: Office, changes: dict[str, str]) -> None:
    page.become(**changes)
    page.pin()
    assert page.asks() == 0


def test_a_stand_in_vouches_for_no_real_account(page: Office) -> None:
    page.become(stand_in="http://127.0.0.1:8100")
    connect.check(page.world, page.account)
    page.become(stand_in="")
    page.pin()
    assert page.asks() == 2


@pytest.mark.parametrize("waits", [{"paused": True}, {"wait_until": office.SLOT}])
def test_an_account_that_does_not_speak_is_not_asked(page: Office, waits: dict[str, Any]) -> None:
    page.put(AccountState(**waits))
    assert page.pin() is None
    assert page.asks() == 0


def test_an_account_that_cannot_be_asked_or_has_no_keys_is_left_alone(page: Office) -> None:
    page.kind = Mute
    assert page.pin() is None
    page.become(connect=_broken)
    assert page.pin() is None


def test_what_a_test_or_a_connect_has_found_is_not_asked_again(page: Office) -> None:
    connect.check(page.world, page.account)
    assert (page.pin(), page.asks()) == (None, 1)
    page.give()
    assert (page.pin(), page.asks()) == (None, 2)


def test_new_credentials_that_a_person_lets_go_on_unchecked_are_asked_about(page: Office) -> None:
    page.pin()
    page.service.known["other-token"] = "456"
    page.service.fails = Transient(Phrase("no network"))
    page.give("other-token")
    page.service.fails = None
    page.put(AccountState(identity="facebook 123"))
    assert "456" in str(page.pin())


# Where accounts stand


def test_an_account_that_can_work_is_ready(page: Office) -> None:
    assert page.seen().state is Standing.READY
    assert page.service.calls == [], "nothing is asked"


def test_an_account_without_its_secret_is_not_connected(page: Office) -> None:
    page.secret = ""
    assert page.seen().state is Standing.NOT_CONNECTED
    assert "not connected" in str(page.seen().problem)


def test_a_paused_account_tells_why(page: Office) -> None:
    page.put(AccountState(paused=True, problem=Phrase("revoked")))
    assert (page.seen().state, str(page.seen().problem)) == (Standing.PAUSED, "revoked")


def test_an_account_waits_only_until_its_moment(page: Office) -> None:
    page.put(AccountState(wait_until=page.store.now() + timedelta(minutes=5)))
    assert page.seen().state is Standing.WAITING
    page.pass_time(timedelta(minutes=6))
    assert page.seen().state is Standing.READY


def test_all_accounts_of_a_locked_office_are_locked(page: Office) -> None:
    page.store.set_value("locked", "yes")
    page.secret = ""
    assert page.seen().state is Standing.LOCKED


def test_the_end_of_credentials_and_the_use_of_calls_are_told(page: Office) -> None:
    page.give()
    page.put(replace(page.state(), quota=Quota(0.25)))
    assert page.seen().expires == page.store.now() + LIFE
    assert page.seen().quota == Quota(0.25)
    page.origin = "other settings"
    assert page.seen().expires is None, "what is not in force has no end"


# Connecting


def test_a_connected_account_uses_what_it_was_given_and_is_pinned(page: Office) -> None:
    done = page.give()
    assert done.identity == Identity("123", "Trang 123")
    assert page.token() == NEW
    assert page.state() == AccountState(identity="facebook 123")


def test_credentials_are_kept_before_they_are_used(
    page: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = Channel.identity

    def look(self: Channel) -> Identity:
        assert page.token() == NEW
        assert page.state().paused, "until the service has said whose they are"
        return used(self)

    monkeypatch.setattr(Channel, "identity", look)
    page.give()
    assert not page.state().paused


def test_the_credentials_of_somebody_else_are_not_kept(page: Office) -> None:
    page.give()
    page.service.known["other-token"] = "456"
    before = page.state()
    with pytest.raises(ConfigError, match=r"Trang 456 \(456\).*facebook 123"):
        page.give("other-token")
    assert page.token() == NEW
    assert page.seen().expires == page.store.now() + LIFE
    assert page.state() == before


def test_an_account_whose_settings_name_nobody_may_be_anybody(page: Office) -> None:
    page.become(identity="")
    assert page.give().identity
    assert page.state().identity == ""


@pytest.mark.parametrize("error", [NotAuthorized, Rejected])
def test_credentials_that_the_service_does_not_accept_change_nothing(
    page: Office, error: type[ChannelError]
) -> None:
    page.service.fails = error(Phrase("no"))
    page.service.refused = NotAuthorized(Phrase("no"))
    with pytest.raises(error):
        page.give()
    assert page.token() == OLD
    assert page.state() == AccountState()


@pytest.mark.parametrize("error", [Transient, OutcomeUnknown])
def test_what_could_not_be_checked_stands_still_until_it_is(
    page: Office, error: type[ChannelError]
) -> None:
    page.service.fails = error(Phrase("no network"))
    assert page.give().problem == Phrase("no network")
    assert page.token() == NEW
    assert page.seen().state is Standing.PAUSED
    assert "promoter accounts test fanpage" in str(page.seen().problem)
    page.service.fails = None
    connect.check(page.world, page.account)
    assert page.seen().state is Standing.READY


def test_a_death_before_they_are_checked_lets_the_account_stand_still(
    page: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel, "identity", _die)
    with pytest.raises(Killed):
        page.give()
    assert page.seen().state is Standing.PAUSED


def test_a_death_between_exchange_and_store_leaves_nothing_half(
    page: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(credentials, "keep", _die)
        with pytest.raises(Killed):
            page.give()
    assert page.token() == OLD
    assert page.state() == AccountState()
    with pytest.raises(Transient, match="try again in a minute"):
        page.give()
    page.pass_time(page.world.lease() + timedelta(seconds=1))
    page.give()
    assert page.token() == NEW


class Killed(BaseException):
    """A process that dies."""


def _die(*_given: Any, **_named: Any) -> Any:
    raise Killed


def test_of_two_connects_at_once_the_second_exchanges_nothing(page: Office) -> None:
    def first() -> Credentials:
        with pytest.raises(Transient, match="by somebody else"):
            connect.connect(page.world, page.account, _never)
        return Credentials({"token": NEW})

    connect.connect(page.world, page.account, first)
    assert page.token() == NEW


def _never() -> Credentials:
    raise AssertionError("a code that can be used once is used up")


def test_nothing_is_exchanged_when_nothing_can_be_kept(
    page: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.world.vault, "seal", _broken)
    with pytest.raises(ConfigError):
        connect.connect(page.world, page.account, _never)


def _broken(*_given: object) -> Any:
    raise ConfigError(Phrase("the key file cannot be read"))


@pytest.mark.parametrize("values", [{}, {"token": ""}, {"token": NEW, "other": ""}])
def test_an_empty_token_is_never_kept(page: Office, values: dict[str, str]) -> None:
    with pytest.raises(Transient, match="empty"):
        connect.connect(page.world, page.account, lambda: Credentials(values))
    assert page.token() == OLD
    page.give()  # and nobody has to wait for that


def test_a_refused_consent_changes_nothing(page: Office) -> None:
    def refuse() -> Credentials:
        raise Rejected(Phrase("the person refused"))

    with pytest.raises(Rejected):
        connect.connect(page.world, page.account, refuse)
    assert page.token() == OLD
    page.give()


def test_an_account_that_is_somebody_already_becomes_another_only_if_asked(page: Office) -> None:
    page.give()
    page.become(identity="facebook 456")
    page.service.known["other-token"] = "456"
    with pytest.raises(ConfigError, match="--replace"):
        connect.connect(page.world, page.account, _never)
    page.give("other-token", replace=True)
    assert page.state().identity == "facebook 456"
    assert accounts.pin(page.world, page.account) is None


def test_nothing_is_connected_where_another_machine_may_be_at_work(page: Office) -> None:
    page.store.set_value("locked", "yes")
    with pytest.raises(ConfigError, match="--other-machine-off"):
        connect.connect(page.world, page.account, _never)


def test_connecting_ends_the_pause_of_a_revoked_account(page: Office) -> None:
    page.put(AccountState(paused=True, problem=Phrase("revoked")))
    page.give()
    assert page.state() == AccountState(identity="facebook 123")


by_person = pytest.mark.parametrize(
    "problem",
    [
        None,
        Phrase("paused by {who}", who="an"),
        Phrase("paused by {who}: {reason}", who="an", reason="bão"),
    ],
)


@by_person
def test_connecting_leaves_the_pause_of_a_person(page: Office, problem: Phrase | None) -> None:
    page.put(AccountState(paused=True, problem=problem))
    page.give()
    assert (page.state().paused, page.state().problem) == (True, problem)


def test_what_the_account_had_beside_stays_in_force(page: Office) -> None:
    page.give()
    connect.connect(page.world, page.account, lambda: Credentials({"refresh_token": "again-4711"}))
    with page.store.read() as session:
        kept = credentials.get(session, "fanpage")
    assert page.world.vault.open(kept.text) == {"token": NEW, "refresh_token": "again-4711"}


def test_a_lost_key_does_not_hinder_new_credentials(page: Office, tmp_path: Path) -> None:
    page.give()
    (page.world.media.root.parent / "promoter.key").unlink()
    page.give(OLD)
    assert page.token() == OLD


def test_what_is_still_missing_leaves_everything_as_it_was(page: Office) -> None:
    def incomplete() -> Any:
        if page.token() == NEW:
            raise ConfigError(Phrase("another secret is missing"))
        return Channel(page.service, page.token())

    page.become(connect=incomplete)
    with pytest.raises(ConfigError, match="missing"):
        page.give()
    assert page.token() == OLD
    assert page.state() == AccountState()


def test_an_account_that_cannot_be_asked_is_connected_at_once(page: Office) -> None:
    page.kind = Mute
    assert page.give() == connect.Connected(None)
    assert page.state() == AccountState(identity="facebook 123")


def test_what_another_person_connected_meanwhile_is_not_put_back(
    page: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.service.known |= {"other-token": "456", "third-token": "123"}
    used, again = Channel.identity, [True]

    def look(self: Channel) -> Identity:
        if again.pop():
            again.append(False)
            page.give("third-token")
        else:
            again.append(False)
        return used(self)

    monkeypatch.setattr(Channel, "identity", look)
    with pytest.raises(ConfigError, match="456"):
        page.give("other-token")
    assert page.token() == "third-token"


def replaced(page: Office) -> None:
    """Let the account become 456, while its service does not answer."""
    page.give()
    page.become(identity="facebook 456")
    page.service.known["other-token"] = "456"
    page.service.fails = Transient(Phrase("no network"))
    assert page.give("other-token", replace=True).problem
    page.service.fails = None


def test_an_account_that_became_another_unanswered_is_pinned_by_a_test(page: Office) -> None:
    replaced(page)
    connect.check(page.world, page.account)
    assert page.state() == AccountState(identity="facebook 456")
    assert page.pin() is None


@by_person
def test_it_becomes_another_also_while_a_person_has_paused_it(
    page: Office, problem: Phrase | None
) -> None:
    page.put(AccountState(paused=True, problem=problem))
    replaced(page)
    connect.check(page.world, page.account)
    assert page.state().paused
    assert page.pin() is None
    assert page.state().identity == "facebook 456"


def test_an_account_that_could_not_become_another_stays_who_it_was(page: Office) -> None:
    page.give()
    page.become(identity="facebook 456")
    with pytest.raises(ConfigError, match="123"):
        page.give(replace=True)
    assert page.state().identity == "facebook 123"


def test_until_when_a_person_agreed_is_kept_and_told_first(page: Office) -> None:
    page.service.until = page.store.now() + timedelta(days=90)
    page.give()
    assert page.seen().expires == page.service.until
    page.service.until = None
    connect.check(page.world, page.account)
    assert page.seen().expires == page.store.now() + LIFE


# Testing


def test_a_test_tells_who_it_is_and_what_it_lacks(page: Office) -> None:
    page.service.lacks = ("CREATE_CONTENT",)
    found = connect.check(page.world, page.account)
    assert found == Identity("123", "Trang 123", ("CREATE_CONTENT",))
    assert [verb for verb, _ in page.service.calls] == ["identity"]


def test_a_test_of_somebody_elses_credentials_fails(page: Office) -> None:
    page.service.known[OLD] = "456"
    with pytest.raises(ConfigError, match="456"):
        connect.check(page.world, page.account)


def test_a_test_does_not_end_a_pause_of_another_kind(page: Office) -> None:
    before = AccountState(paused=True, problem=Phrase("revoked"))
    page.put(before)
    connect.check(page.world, page.account)
    assert page.state() == before


def test_a_trial_prepares_until_it_is_ready_and_publishes_nothing(page: Office) -> None:
    left = connect.trial(page.world, page.account)
    assert left == Draft(True, {f"step{number}": "hidden" for number in range(3)})
    assert [verb for verb, _ in page.service.calls] == ["prepare"] * 3


def test_a_trial_ends_after_ten_steps(page: Office) -> None:
    page.service.steps = 99
    left = connect.trial(page.world, page.account)
    assert left
    assert not left.ready
    assert len(page.service.calls) == 10


def test_where_nothing_is_prepared_there_is_no_trial(page: Office) -> None:
    page.kind = Mute
    assert connect.trial(page.world, page.account) is None
    assert page.service.calls == []


def test_a_trial_of_a_shop_is_a_listing(page: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Creative] = []

    def prepare(_self: Any, creative: Creative, key: str, draft: Draft | None) -> Draft:
        seen.append(creative)
        return Draft(True, {})

    monkeypatch.setattr(Channel, "prepare", prepare)
    form = next(iter(showcase.LIMITS.formats.values()))
    page.become(limits=replace(showcase.LIMITS, formats={Placement.LISTING: form}))
    connect.trial(page.world, page.account)
    assert seen[0].listing
    assert "không đăng" in seen[0].caption
    assert seen[0].media[0].data


# Renewing ahead of the end


def test_credentials_are_renewed_at_four_fifths_of_their_life(page: Office) -> None:
    page.give()
    page.pass_time(LIFE * 0.79)
    assert not page.refresh()
    page.pass_time(LIFE * 0.02)
    assert page.refresh()
    assert page.refreshes() == 1
    assert page.seen().expires == page.store.now() + LIFE
    assert not page.refresh()


def test_credentials_without_an_end_are_left_alone(page: Office) -> None:
    connect.connect(page.world, page.account, lambda: Credentials({"token": NEW}))
    page.pass_time(timedelta(days=4000))
    assert not page.refresh()


def test_credentials_that_are_not_in_force_are_not_renewed(page: Office) -> None:
    page.give()
    page.origin = "other settings"
    page.pass_time(LIFE)
    assert not page.refresh()
    assert page.refreshes() == 0


@pytest.mark.parametrize("error", [Transient, OutcomeUnknown, Rejected])
def test_a_failed_renewal_is_no_revocation_and_is_tried_again_after_five_minutes(
    page: Office, error: type[ChannelError]
) -> None:
    page.give()
    page.pass_time(LIFE * 0.9)
    page.service.refused = error(Phrase("no network"))
    assert not page.refresh()
    assert not page.refresh()
    assert page.refreshes() == 1
    assert page.seen().state is Standing.READY
    page.service.refused = None
    page.pass_time(timedelta(minutes=4, seconds=59))
    assert not page.refresh()
    page.pass_time(timedelta(seconds=1))
    assert page.refresh()


def test_a_revoked_account_is_paused_and_says_who_must_do_what(page: Office) -> None:
    page.give()
    page.pass_time(LIFE * 0.9)
    page.service.refused = NotAuthorized(Phrase("the refresh token was used"))
    assert not page.refresh()
    assert page.seen().state is Standing.PAUSED
    assert "promoter accounts connect fanpage" in str(page.seen().problem)
    page.pass_time(timedelta(hours=1))
    assert not page.refresh()
    assert page.refreshes() == 1, "only a person can help"


@by_person
def test_an_account_that_a_person_paused_stays_alive(page: Office, problem: Phrase | None) -> None:
    page.give()
    page.put(replace(page.state(), paused=True, problem=problem))
    page.pass_time(LIFE * 0.9)
    assert page.refresh()


def test_an_empty_answer_never_overwrites_a_token(page: Office) -> None:
    page.give()
    page.pass_time(LIFE * 0.9)
    page.service.gives = {"token": ""}
    assert not page.refresh()
    assert page.token() == NEW


def test_nothing_is_renewed_where_another_machine_may_use_the_tokens(page: Office) -> None:
    page.give()
    page.pass_time(LIFE * 0.9)
    page.store.set_value("locked", "yes")
    assert not accounts.due_renewal(page.world, page.account)
    assert not page.refresh()
    assert page.refreshes() == 0


def test_a_secret_that_is_missing_ends_nothing(page: Office) -> None:
    page.give()
    page.pass_time(LIFE * 0.9)
    page.become(connect=_broken)
    assert not page.refresh()
    assert not page.state().paused


# Secrets


@pytest.mark.parametrize(
    "spoil",
    [
        lambda service: setattr(service, "fails", NotAuthorized(Phrase("no"))),
        lambda service: setattr(service, "fails", Transient(Phrase("no"))),
        lambda service: service.known.update({NEW: "456"}),
        lambda service: None,
    ],
)
def test_no_token_is_logged_told_or_kept_in_the_clear(
    page: Office, caplog: pytest.LogCaptureFixture, spoil: Callable[[Service], None]
) -> None:
    caplog.set_level(logging.DEBUG)
    spoil(page.service)
    said = ""
    try:
        said = repr(page.give())
    except (ChannelError, ConfigError) as error:
        said = f"{error!r} {error} {error.__cause__!r} {error.__context__!r}"
    page.refresh()
    said += repr(page.seen()) + repr(page.state()) + caplog.text
    assert "planted" not in said
    place = Path(page.store.where.removeprefix("sqlite:///")).parent
    files = [path for path in place.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"planted" in path.read_bytes()]


def test_life_begins_anew_with_each_connect(page: Office) -> None:
    page.give()
    page.pass_time(LIFE * 0.9)
    page.give()
    moment: datetime | None = page.seen().expires
    assert moment == page.store.now() + LIFE
    assert not accounts.due_renewal(page.world, page.account)
