"""doctor: a healthy office has no failed check, and each check fails when it should."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from promoter.app import World, channel_module, open_world
from promoter.channels import showcase
from promoter.core import alarm
from promoter.core.account import Identity
from promoter.core.channel import Channel, Limits
from promoter.core.errors import ConfigError, NotAuthorized, Transient
from promoter.core.model import Creative, Draft, Phrase, Receipt
from promoter.play import doctor
from promoter.play.doctor import diagnose, fetched
from promoter.play.finding import Check, Part
from promoter.remote import gauge
from promoter.store import deliveries, health
from tests.test_alerts import receiving
from tests.world import ASSETS

DAY = timedelta(days=1)
SETTINGS = """
[office]
name = "Sở Công Thương"
public_url = "http://127.0.0.1:8000"
[catalog]
path = "products.csv"
[assets]
path = "{assets}"
[accounts.showcase]
channel = "showcase"
url = "http://127.0.0.1:8000"
token = "store:showcase"
"""
CAMPAIGN = """
title = "Tuần"
accounts = ["showcase"]
starts = 2026-11-23
ends = 2026-12-31
[cadence]
weekdays = ["mon"]
times = ["11:45"]
[creative]
card = "spotlight"
caption = "spotlight"
"""


class Service:
    """A channel whose service says who the account is, and what time it is."""

    limits: Limits = showcase.LIMITS

    def __init__(self, *, date: datetime | None = None, **who: Any) -> None:
        self.who = Identity(**({"id": "42", "name": "Trang OCOP"} | who))
        self.date = date
        self.error: Exception | None = None

    def identity(self) -> Identity:
        if self.date:
            gauge.note({"Date": format_datetime(self.date, usegmt=True)}, write=False)
        if self.error:
            raise self.error
        return self.who

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        raise AssertionError("doctor posts nothing")


def opened(folder: Path) -> World:
    """Return a small office in a folder."""
    (folder / "campaigns").mkdir(exist_ok=True)
    (folder / "campaigns" / "tuan.toml").write_text(CAMPAIGN, encoding="utf-8")
    path = folder / "settings.toml"
    path.write_text(SETTINGS.format(assets=ASSETS), encoding="utf-8")
    return open_world(path)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An office whose service runs."""
    made = opened(tmp_path)
    made.context.store.set_value("seen", made.context.now().isoformat())
    yield made
    made.close()


def with_service(world: World, service: Service, **changes: Any) -> World:
    """Return the office with a Page at a real service beside its showcase."""

    def connect() -> Channel:
        return service

    page = replace(
        world.context.accounts["showcase"], name="fanpage", channel="facebook", connect=connect
    )
    accounts = {**world.context.accounts, "fanpage": replace(page, **changes)}
    settings = world.settings.model_copy(
        update={
            "accounts": {
                **world.settings.accounts,
                "fanpage": world.settings.accounts["showcase"].only(page_id="42", token="env:X"),
            }
        }
    )
    return replace(world, settings=settings, context=replace(world.context, accounts=accounts))


def at(world: World, url: str) -> World:
    """Return the office at another public address."""
    office = replace(world.context.office, public_url=url)
    return replace(world, context=replace(world.context, office=office))


def check(world: World, name: str, **how: Any) -> Check:
    """Return one check of an office."""
    (found,) = [item for item in diagnose(world, **how) if item.name == name]
    return found


def test_a_healthy_office_fails_nothing(world: World) -> None:
    found = diagnose(world)
    assert [item.name for item in found] == [
        "store",
        "engine",
        "disk",
        "clock",
        "fonts",
        "files",
        "site",
        "alerts",
        "account showcase",
    ]
    assert all(item.ok for item in found), found
    assert [item.name for item in found if item.fix] == ["alerts"]
    assert all(item.title for item in found)


def test_a_database_that_may_not_be_written_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: object) -> str:
        raise ConfigError(Phrase("the database may not be written"))

    monkeypatch.setattr(health, "try_to_write", refuse)
    found = check(world, "store")
    assert not found.ok and "may not be written" in str(found.message)


@pytest.mark.parametrize("name", ["paused", "locked"])
def test_an_office_that_stands_still_is_told_with_what_lets_it_go_on(
    world: World, name: str
) -> None:
    world.context.store.set_value(name, "yes")
    found = check(world, "store")
    assert not found.ok and "promoter resume" in str(found.fix)


def test_a_store_that_is_not_the_one_that_was_here_is_told(world: World) -> None:
    found = check(replace(world, notice=Phrase("the store was copied")), "store")
    assert not found.ok and "copied" in str(found.message)


def test_a_service_that_has_stopped_is_told(world: World) -> None:
    store = world.context.store
    store.set_clock(datetime(2026, 11, 23, tzinfo=UTC))
    store.set_value("seen", (store.now() - timedelta(minutes=5)).isoformat())
    assert check(world, "engine").ok
    store.set_value("seen", (store.now() - timedelta(minutes=5, seconds=1)).isoformat())
    found = check(world, "engine")
    assert not found.ok and "promoter run" in str(found.fix)


def test_a_service_that_never_ran_is_only_advised(world: World) -> None:
    world.context.store.set_value("seen", "")
    found = check(world, "engine")
    assert found.ok and "promoter run" in str(found.fix)


def test_a_disk_nearly_full_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm, "LEAST_FREE", 10**18)
    assert not check(world, "disk").ok


NOW = datetime(2026, 11, 23, 4, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "ok", "fix"),
    [
        (0, True, False),
        (29, True, False),
        (30, True, True),
        (-119, True, True),
        (120, False, True),
        (-120, False, True),
    ],
)
def test_a_clock_that_is_off_is_told(world: World, seconds: int, ok: bool, fix: bool) -> None:
    service = Service(date=NOW + timedelta(seconds=seconds))
    found = check(with_service(world, service), "clock", wall=lambda: NOW)
    assert (found.ok, found.fix is not None) == (ok, fix), found


def test_a_clock_is_compared_also_where_the_service_refuses_for_it(world: World) -> None:
    service = Service(date=NOW - timedelta(hours=1))
    service.error = NotAuthorized(Phrase("the signature is too old"))
    assert not check(with_service(world, service), "clock", wall=lambda: NOW).ok


def test_the_service_whose_clock_differs_most_is_told() -> None:
    (found,) = doctor._clock([("near", timedelta(seconds=5)), ("far", -timedelta(hours=1))])
    assert not found.ok and "far" in str(found.message)


def test_a_stand_ins_clock_is_not_compared(world: World) -> None:
    service = Service(date=NOW - timedelta(hours=1))
    sandbox = with_service(world, service, stand_in="http://127.0.0.1:9")
    found = check(sandbox, "clock", wall=lambda: NOW)
    assert found.ok and "not compared" in str(found.message)


def test_fonts_that_lack_a_letter_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SAMPLE", replace(doctor.SAMPLE, name="Muối 盐"))
    found = check(world, "fonts")
    assert not found.ok and "盐" in str(found.message)


def test_a_broken_campaign_is_told(world: World) -> None:
    (world.campaigns / "sai.toml").write_text('title = "Sai"\n', encoding="utf-8")
    found = check(world, "files")
    assert not found.ok and "promoter check" in str(found.fix)


def test_a_folder_of_campaigns_that_is_gone_is_told(world: World) -> None:
    (world.campaigns / "tuan.toml").unlink()
    world.campaigns.rmdir()
    assert not check(world, "files").ok


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000", "http://localhost", "https://192.168.1.5", "http://ocop.example.vn"],
)
def test_a_real_account_needs_an_address_that_the_public_can_open(world: World, url: str) -> None:
    found = check(at(with_service(world, Service()), url), "site")
    assert not found.ok and "fanpage" in str(found.message)
    assert found.message.values["free"] == "showcase"


def test_sandbox_accounts_need_no_public_address(world: World) -> None:
    assert check(with_service(world, Service(), stand_in="http://127.0.0.1:9"), "site").ok


class Site:
    """A site that answers each path as it is told."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = site.answers.get(self.path, (404, "text/html", b"none"))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on this machine."""
    made = Site()
    yield made
    made.close()


PICTURE = ("ab" * 32, 5)
PATH = f"/m/{PICTURE[0]}.jpg"


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        ((200, "image/jpeg", b"12345"), True),
        ((200, "image/jpeg", b"1234"), False),
        ((200, "text/html", b"12345"), False),
        ((302, "image/jpeg", b"12345"), False),
        ((403, "text/html", b"12345"), False),
        ((404, "text/html", b"none"), False),
        ((502, "text/html", b"none"), False),
    ],
)
def test_a_picture_must_come_as_a_network_wants_it(
    site: Site, answer: tuple[int, str, bytes], ok: bool
) -> None:
    site.answers = {PATH: answer, "/elsewhere": (200, "image/jpeg", b"12345")}
    found = fetched(site.url, PICTURE)
    assert found.ok is ok and (found.fix is None) is ok


def test_a_site_is_asked_before_there_is_a_picture(site: Site) -> None:
    assert not fetched(site.url, None).ok
    site.answers = {"/health": (200, "application/json", b"{}")}
    assert fetched(site.url, None).ok


def test_a_site_that_is_not_there_is_told(site: Site) -> None:
    site.close()
    assert not fetched(site.url, PICTURE).ok


def test_the_newest_picture_is_asked_for_at_the_public_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(url: str, picture: object) -> Check:
        asked.append((url, picture))
        return Part().good(Phrase("well"))

    monkeypatch.setattr(doctor, "fetched", fetch)
    assert check(at(with_service(world, Service()), "https://ocop.example.vn"), "site").ok
    assert asked == [("https://ocop.example.vn", None)]


def fanpage(world: World, service: Service, **how: Any) -> Check:
    return check(with_service(world, service), "account fanpage", **how)


def test_an_account_tells_who_it_is(world: World) -> None:
    found = fanpage(world, Service())
    assert found.ok and str(found.message) == "Trang OCOP (42)"


def test_an_account_that_lacks_a_right_is_told(world: World) -> None:
    found = fanpage(world, Service(lacks=("pages_manage_posts",)))
    assert not found.ok and "pages_manage_posts" in str(found.message)
    assert "promoter accounts connect fanpage" in str(found.fix)


@pytest.mark.parametrize(
    "error", [NotAuthorized(Phrase("revoked")), Transient(Phrase("no network"))]
)
def test_an_account_that_its_service_does_not_know_or_answer_is_told(
    world: World, error: Exception
) -> None:
    service = Service()
    service.error = error
    found = fanpage(world, service)
    assert not found.ok and str(found.message) == str(error)


def test_an_account_without_its_secret_is_told(world: World) -> None:
    def missing() -> Channel:
        raise ConfigError(Phrase("the environment variable X is not set"))

    found = check(with_service(world, Service(), connect=missing), "account fanpage")
    assert not found.ok and "X is not set" in str(found.message)


def test_a_paused_account_is_told_with_its_problem(world: World) -> None:
    with world.context.store.write() as session:
        state = deliveries.AccountState(paused=True, problem=Phrase("refused"))
        deliveries.save_account(session, "fanpage", state)
    found = fanpage(world, Service())
    assert not found.ok and "refused" in str(found.message)
    assert "promoter resume --account fanpage" in str(found.fix)


def ending(world: World, span: timedelta) -> Check:
    world.context.store.set_clock(NOW)
    return fanpage(world, Service(expires_at=NOW + span))


def test_an_authorisation_that_ends_within_a_week_is_advised_one_that_ended_fails(
    world: World,
) -> None:
    soon = ending(world, 7 * DAY)
    assert soon.ok and "promoter accounts connect fanpage" in str(soon.fix)
    assert ending(world, 7 * DAY + timedelta(seconds=1)).fix is None
    assert not ending(world, timedelta()).ok


def test_a_service_that_cannot_be_asked_has_at_least_its_secrets(world: World) -> None:
    found = check(world, "account showcase")
    assert found.ok and "secrets are there" in str(found.message)


@pytest.mark.parametrize(
    ("days", "ok", "fix"), [(91, True, False), (90, True, True), (1, True, True), (0, False, True)]
)
def test_a_version_that_ends_is_told_ninety_days_before(
    world: World, monkeypatch: pytest.MonkeyPatch, days: int, ok: bool, fix: bool
) -> None:
    world.context.store.set_clock(NOW)
    ends = {"v26.0": NOW.date() + days * DAY, "v27.0": date(2030, 1, 1)}
    monkeypatch.setattr(channel_module("facebook"), "API_ENDS", ends, raising=False)
    found = check(with_service(world, Service()), "version fanpage")
    assert (found.ok, found.fix is not None) == (ok, fix)
    assert not fix or "v27.0" in str(found.fix)


def test_a_version_whose_end_nobody_knows_is_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = {"v27.0": date(2030, 1, 1)}
    monkeypatch.setattr(channel_module("facebook"), "API_ENDS", ends, raising=False)
    assert check(with_service(world, Service()), "version fanpage").ok


@pytest.fixture
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], World]:
    """Give the office an address for alerts."""

    def make(url: str) -> World:
        monkeypatch.setenv("DOCTOR_ALERT", url)
        urls = world.settings.alerts.model_copy(update={"urls": ("env:DOCTOR_ALERT",)})
        return replace(world, settings=world.settings.model_copy(update={"alerts": urls}))

    return make


def test_an_address_for_alerts_is_understood_and_tried_only_if_asked(
    told: Callable[[str], World],
) -> None:
    with receiving() as receiver:
        office = told(receiver.url("ok"))
        assert check(office, "alerts env:DOCTOR_ALERT").ok
        assert receiver.bodies == []
        assert check(office, "alerts env:DOCTOR_ALERT", send=True).ok
        assert len(receiver.bodies) == 1


@pytest.mark.parametrize("url", ["nonsense://x", "", "tgram://"])
def test_an_address_that_is_wrong_or_missing_is_told(
    told: Callable[[str], World], url: str
) -> None:
    assert not check(told(url), "alerts env:DOCTOR_ALERT").ok


def test_a_test_message_that_does_not_arrive_is_told(told: Callable[[str], World]) -> None:
    with receiving() as receiver:
        found = check(told(receiver.url("broken")), "alerts env:DOCTOR_ALERT", send=True)
    assert not found.ok


@pytest.mark.parametrize(
    "date", ["Mon, 23 Nov 99999999999999999999 04:45:00 GMT", "Mon, 23 Nov 10000 04:45:00 GMT", "x"]
)
def test_a_time_that_is_none_is_not_compared(
    world: World, monkeypatch: pytest.MonkeyPatch, date: str
) -> None:
    def identity(self: Service) -> Identity:
        gauge.note({"Date": date}, write=False)
        return self.who

    monkeypatch.setattr(Service, "identity", identity)
    office = with_service(world, Service())
    assert "not compared" in str(check(office, "clock").message)
    assert check(office, "account fanpage").ok


def test_an_account_that_is_somebody_else_is_told(world: World) -> None:
    right = with_service(world, Service(), identity="facebook 42")
    assert check(right, "account fanpage").ok
    found = check(with_service(world, Service(), identity="facebook 43"), "account fanpage")
    assert not found.ok and "facebook 43" in str(found.message)
    assert "promoter accounts connect fanpage" in str(found.fix)


def test_until_when_a_person_agreed_is_kept_for_the_alerts(world: World) -> None:
    store = world.context.store
    fanpage(world, Service(expires_at=NOW))
    assert store.value("consent.fanpage") == NOW.isoformat()
    fanpage(world, Service())
    assert store.value("consent.fanpage") == ""


def test_no_version_older_than_our_own_is_advised(world: World) -> None:
    world.context.store.set_clock(NOW)
    made = with_service(world, Service())
    named = made.settings.accounts["fanpage"].only(page_id="42", token="env:X", version="v20.0")
    accounts = {**made.settings.accounts, "fanpage": named}
    made = replace(made, settings=made.settings.model_copy(update={"accounts": accounts}))
    found = check(made, "version fanpage")
    assert not found.ok
    assert found.fix and found.fix.values["newest"] == "v26.0"
