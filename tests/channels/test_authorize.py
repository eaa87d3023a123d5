"""How accounts get their credentials from a person in the browser, and what these are worth."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from promoter.channels import facebook, shopee
from promoter.channels.facebook.channel import Facebook
from promoter.channels.shopee.channel import Shopee
from promoter.core.account import Identity
from promoter.core.channel import Authorizes, Identifies, Refreshes
from promoter.core.errors import ChannelError, NotAuthorized, OutcomeUnknown, Rejected, Transient
from promoter.remote.http import Session
from promoter.remote.signing import hmac_sha256
from promoter.sandbox.contract import Fault, Request, Service
from promoter.sandbox.facebook import HOSTS as FACEBOOK_HOSTS
from promoter.sandbox.facebook import Stand as FacebookStand
from promoter.sandbox.server import Sandbox
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee import HOSTS as SHOPEE_HOSTS
from promoter.sandbox.shopee import Stand as ShopeeStand
from tests.channels.conftest import creative, key
from tests.remote.raw import Raw, Say, answer, said, serving

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
REDIRECT = "http://localhost:8765/connect"
STATE = "state-4711"
CODE = "planted-code-of-the-browser"
PAGE = "1029384756"
APP = {
    "page_id": PAGE,
    "token": "connect",
    "app_id": "1203344556677",
    "app_secret": "planted-app-secret",
}
OTHER = {**APP, "page_id": "1029384757", "token": "planted-other-token"}
SHOP = {
    "partner_id": "2001887",
    "partner_key": "shpk_ocop_test_partner_key_0001",
    "shop_id": "220099887",
    "access_token": "connect",
    "refresh_token": "connect",
}
HOSTS = (*FACEBOOK_HOSTS, *SHOPEE_HOSTS)


@dataclass
class Clock:
    """The moment of stand-ins and channels, moved by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """Channels at a server of this machine, and a browser."""

    url: str
    clock: Clock = field(default_factory=Clock)
    seconds: float = 10

    def session(self) -> Session:
        hosts = dict.fromkeys(HOSTS, self.url)
        limit = timedelta(seconds=self.seconds)
        return Session(limit=limit, loopback_only=True, hosts=hosts, clock=self.clock)

    def page(self, **keys: Any) -> Facebook:
        return facebook.connect(facebook.Config.model_validate(APP | keys), self.session())

    def shop(self, **keys: Any) -> Shopee:
        return shopee.connect(shopee.Config.model_validate(SHOP | keys), self.session())

    def browsed(self, address: str) -> str:
        """Return where the service sends a browser."""
        found = self.session().read("GET", address, accept=[HTTPStatus.FOUND])
        return found.headers["Location"]

    def agreed(self, channel: Authorizes, redirect: str = REDIRECT) -> dict[str, str]:
        """Return the parameters that come back when somebody was asked."""
        return came(self.browsed(channel.authorize_url(STATE, redirect, "challenge")))


def came(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


@dataclass
class Standing(Office):
    """An office whose services are stand-ins."""

    box: Sandbox = field(kw_only=True)


@contextmanager
def standing(service: Callable[[Clock], Service]) -> Iterator[Standing]:
    clock = Clock()
    with Sandbox([service(clock)], clock=clock) as box:
        yield Standing(box.url, clock, box=box)


def of_facebook(**ways: Any) -> Callable[[Clock], Service]:
    accounts = {"fanpage": APP | {"token": "unknown-token"}, "other": OTHER}
    return lambda _clock: FacebookStand(accounts, Shelf(section="facebook"), **ways)


def of_shopee(**ways: Any) -> Callable[[Clock], Service]:
    keys = {**SHOP, "access_token": "first-access", "refresh_token": "first-refresh"}
    return lambda clock: ShopeeStand(
        {"shop": keys}, Shelf(section="shopee"), wall=lambda: clock.now.timestamp(), **ways
    )


@pytest.fixture
def meta() -> Iterator[Standing]:
    with standing(of_facebook()) as office:
        yield office


@pytest.fixture
def market() -> Iterator[Standing]:
    with standing(of_shopee()) as office:
        yield office


# A service that says what it is told to


@dataclass
class Script(Office):
    """An office whose service says what it is told to, answer by answer."""

    raw: Raw = field(kw_only=True)

    @property
    def requests(self) -> list[Request]:
        return [_parsed(raw) for raw in self.raw.requests]


@contextmanager
def hearing(*answers: Say) -> Iterator[Script]:
    left = iter(answers)
    with serving(lambda client: next(left)(client)) as raw:
        yield Script(raw.url, raw=raw)


def _parsed(raw: bytes) -> Request:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in pairs}
    return Request(method, headers["host"], target, headers, body)


def says(value: object, status: int = 200) -> Say:
    return answer(status, json.dumps(value).encode(), Content_Type="application/json")


def half(value: object) -> Say:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 200 Said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return said(f"{head}\r\n\r\n".encode() + body[: len(body) // 2])


def token(text: str) -> dict[str, object]:
    return {"access_token": text, "token_type": "bearer", "expires_in": 5_184_000}


def listed(*pages: Mapping[str, object], after: str = "") -> dict[str, object]:
    more = {"cursors": {"after": after}, "next": "https://graph.facebook.com/…"} if after else {}
    return {"data": list(pages), "paging": more}


def page(id_: str = PAGE, /, **changes: Any) -> dict[str, object]:
    own = {"id": id_, "name": "Trang OCOP", "access_token": "planted-token-of-the-page"}
    return {**own, "tasks": ["CREATE_CONTENT"], **changes}


SHORT, LONG = token("planted-short-token"), token("planted-long-token")
PAIR = {
    "error": "",
    "message": "",
    "request_id": "r1",
    "access_token": "planted-access-token",
    "refresh_token": "planted-refresh-token",
    "expire_in": 14_400,
    "shop_id_list": [220099887],
}
BACK = {"code": CODE, "state": STATE}
SHOP_BACK = {**BACK, "shop_id": SHOP["shop_id"]}


def refused(code: int, message: str, subcode: int = 0) -> Say:
    error = {"message": message, "code": code, "error_subcode": subcode}
    return says({"error": error}, 400)


# Both


def test_both_channels_can_be_authorised_and_asked_who_they_are(meta: Standing) -> None:
    for channel in (meta.page(), meta.shop()):
        assert isinstance(channel, Authorizes)
        assert isinstance(channel, Identifies)
    assert isinstance(meta.shop(), Refreshes)


def test_a_config_tells_whose_account_it_is() -> None:
    assert facebook.Config.model_validate(APP).identity == PAGE
    assert shopee.Config.model_validate(SHOP).identity == SHOP["shop_id"]


# Facebook: the browser


def test_a_person_is_asked_on_facebook_for_all_that_publishing_needs() -> None:
    address = urlsplit(Office("").page().authorize_url(STATE, REDIRECT, "challenge"))
    assert (address.scheme, address.hostname) == ("https", "www.facebook.com")
    assert address.path == "/v26.0/dialog/oauth"
    asked = dict(parse_qsl(address.query))
    assert set(asked.pop("scope").split(",")) == {
        "pages_show_list",
        "pages_manage_posts",
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_engagement",
        "read_insights",
    }
    assert asked == {
        "client_id": APP["app_id"],
        "redirect_uri": REDIRECT,
        "state": STATE,
        "response_type": "code",
    }


def test_a_consent_becomes_a_token_of_the_page_that_posts(meta: Standing) -> None:
    channel = meta.page()
    back = meta.agreed(channel)
    assert back["state"] == STATE
    found = channel.exchange(back, REDIRECT, "verifier")
    assert set(found.values) == {"token"}
    assert found.life is None
    assert found.values["token"] not in f"{found!r} {found}"
    authorised = meta.page(**found.values)
    who = authorised.identity()
    assert who == Identity(PAGE, "fanpage", (), NOW + timedelta(days=90))
    assert authorised.publish(creative(pictures=0), key(), None).remote_id.startswith(PAGE)


def test_a_token_of_the_page_outlives_that_of_the_person(meta: Standing) -> None:
    found = meta.page().exchange(meta.agreed(meta.page()), REDIRECT, "")
    meta.clock.now += timedelta(days=80)
    assert meta.page(**found.values).identity().id == PAGE


def test_each_step_is_one_call_with_no_more_than_it_needs() -> None:
    with hearing(says(SHORT), says(LONG), says(listed(page()))) as script:
        found = script.page(token="planted-old-token").exchange(BACK, REDIRECT, "verifier")
    assert found.values == {"token": "planted-token-of-the-page"}
    code, long, pages = script.requests
    own = {"client_id": [APP["app_id"]], "client_secret": [APP["app_secret"]]}
    assert [request.path for request in (code, long)] == ["/v26.0/oauth/access_token"] * 2
    assert code.query == {**own, "redirect_uri": [REDIRECT], "code": [CODE]}
    assert long.query == {
        **own,
        "grant_type": ["fb_exchange_token"],
        "fb_exchange_token": ["planted-short-token"],
    }
    assert "authorization" not in code.headers.keys() | long.headers.keys()
    assert pages.path == "/v26.0/me/accounts"
    assert pages.headers["authorization"] == "Bearer planted-long-token"
    assert pages.query == {
        "fields": ["id,name,access_token,tasks"],
        "limit": ["100"],
        "appsecret_proof": [hmac_sha256(APP["app_secret"], b"planted-long-token")],
    }


def test_the_page_is_found_on_a_later_page_of_the_list() -> None:
    first, second = listed(page("1"), after="one"), listed(page())
    with hearing(says(SHORT), says(LONG), says(first), says(second)) as script:
        assert script.page().exchange(BACK, REDIRECT, "").values
    assert script.requests[-1].query["after"] == ["one"]


def test_a_code_is_good_once(meta: Standing) -> None:
    back = meta.agreed(meta.page())
    meta.page().exchange(back, REDIRECT, "")
    with pytest.raises(Rejected, match="has been used"):
        meta.page().exchange(back, REDIRECT, "")


def test_a_code_is_good_for_the_redirect_that_it_came_from(meta: Standing) -> None:
    back = meta.agreed(meta.page())
    with pytest.raises(Rejected, match="redirect_uri"):
        meta.page().exchange(back, f"{REDIRECT}/", "")


def test_an_old_code_is_not_good(meta: Standing) -> None:
    back = meta.agreed(meta.page())
    meta.clock.now += timedelta(minutes=11)
    with pytest.raises(Rejected, match="expired"):
        meta.page().exchange(back, REDIRECT, "")


def test_who_does_not_agree_is_told_so_and_nothing_is_called() -> None:
    with standing(of_facebook(agrees=False)) as office:
        back = office.agreed(office.page())
        assert back["error"] == "access_denied"
        before = office.box.left()
        with pytest.raises(Rejected, match=r"nobody agreed .*access_denied"):
            office.page().exchange(back, REDIRECT, "")
        assert office.box.left() == before


@pytest.mark.parametrize("back", [{}, {"code": ""}, {"error": f"<b>{CODE}</b>"}], ids=str)
def test_an_answer_without_a_code_shows_nothing_of_itself(back: dict[str, str]) -> None:
    with hearing() as script, pytest.raises(Rejected, match=r"\(\?\)") as caught:
        script.page().exchange(back, REDIRECT, "")
    assert CODE not in str(caught.value)


def test_another_page_than_the_persons_is_refused_with_the_names_of_theirs(
    meta: Standing,
) -> None:
    channel = meta.page(page_id="42")
    with pytest.raises(Rejected, match="42 is not among") as caught:
        channel.exchange(meta.agreed(channel), REDIRECT, "")
    assert f"fanpage ({PAGE}), other ({OTHER['page_id']})" in str(caught.value)


def test_a_person_who_shows_no_page_is_told_to_choose_one() -> None:
    with (
        hearing(says(SHORT), says(LONG), says(listed())) as script,
        pytest.raises(Rejected, match="showed no page"),
    ):
        script.page().exchange(BACK, REDIRECT, "")


@pytest.mark.parametrize(
    "own", [{"tasks": ["ANALYZE", "MODERATE"]}, {"tasks": []}, {"access_token": ""}], ids=str
)
def test_a_person_who_may_not_post_gives_no_token(own: dict[str, Any]) -> None:
    with (
        hearing(says(SHORT), says(LONG), says(listed(page(**own)))) as script,
        pytest.raises(NotAuthorized, match="may not post on the page Trang OCOP"),
    ):
        script.page().exchange(BACK, REDIRECT, "")


@pytest.mark.parametrize("tasks", [["PROFILE_PLUS_CREATE_CONTENT"], ["MANAGE"], None], ids=str)
def test_tasks_of_another_name_or_none_told_are_no_reason_to_refuse(tasks: object) -> None:
    with hearing(says(SHORT), says(LONG), says(listed(page(tasks=tasks)))) as script:
        assert script.page().exchange(BACK, REDIRECT, "").values


def test_the_tasks_of_the_stand_ins_person_count() -> None:
    with standing(of_facebook(tasks=["ANALYZE"])) as office:
        back = office.agreed(office.page())
        with pytest.raises(NotAuthorized, match="task to create content"):
            office.page().exchange(back, REDIRECT, "")


@pytest.mark.parametrize("missing", ["app_id", "app_secret"])
def test_without_an_app_nobody_can_be_asked(missing: str) -> None:
    with hearing() as script:
        channel = script.page(**{missing: None})
        with pytest.raises(Rejected, match="needs app_id and app_secret"):
            channel.authorize_url(STATE, REDIRECT, "")
        with pytest.raises(Rejected, match="needs app_id and app_secret"):
            channel.exchange(BACK, REDIRECT, "")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"app_secret": "another-secret"}, "Error validating client secret"),
        ({"app_id": "42"}, "Error validating application"),
    ],
    ids=str,
)
def test_an_app_that_facebook_does_not_know_is_the_problem(
    meta: Standing, keys: dict[str, str], words: str
) -> None:
    back = meta.agreed(meta.page())
    with pytest.raises(NotAuthorized, match=f"check app_id and app_secret: {words}"):
        meta.page(**keys).exchange(back, REDIRECT, "")


EMPTY: list[object] = [token(""), {"token_type": "bearer"}, {"access_token": None}, [], "x"]


@pytest.mark.parametrize("empty", EMPTY, ids=str)
@pytest.mark.parametrize("before", [[], [SHORT]], ids=["short", "long"])
def test_an_answer_without_a_token_is_none(before: list[object], empty: object) -> None:
    with (
        hearing(*map(says, before), says(empty)) as script,
        pytest.raises(Transient, match="cannot be read"),
    ):
        script.page().exchange(BACK, REDIRECT, "")


@pytest.mark.parametrize("before", [[], [SHORT], [SHORT, LONG]], ids=len)
def test_an_answer_that_is_cut_is_no_token(before: list[object]) -> None:
    cut = half(LONG if len(before) < 2 else listed(page()))
    with hearing(*map(says, before), cut) as script, pytest.raises(Transient):
        script.page().exchange(BACK, REDIRECT, "")
    assert len(script.requests) == len(before) + 1


@pytest.mark.parametrize("step", ["code=", "fb_exchange_token=", "/me/accounts"])
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SERVER_ERROR_AFTER, Fault.THROTTLED])
def test_a_step_that_fails_leaves_the_person_to_begin_again(
    meta: Standing, step: str, fault: Fault
) -> None:
    back = meta.agreed(meta.page())
    meta.box.arm(fault, "GET", step)
    with pytest.raises(Transient):
        meta.page().exchange(back, REDIRECT, "")
    assert meta.page().exchange(meta.agreed(meta.page()), REDIRECT, "").values


def test_a_service_that_repeats_all_that_it_was_sent_gives_nothing_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    proof = hmac_sha256(APP["app_secret"], b"planted-long-token")
    steps: list[list[Say]] = [
        [refused(100, CODE)],
        [refused(100, f"{APP['app_secret']} {CODE}")],
        [says(SHORT), refused(190, f"{APP['app_secret']} planted-short-token")],
        [says(SHORT), says(LONG), refused(190, f"planted-long-token {proof}")],
        [says(SHORT), says(LONG), half(listed(page()))],
        [half(SHORT)],
    ]
    shown = ""
    for answers in steps:
        with hearing(*answers) as script, pytest.raises(ChannelError) as caught:
            script.page().exchange(BACK, REDIRECT, "planted-verifier")
        shown += f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert "planted" not in shown + caplog.text
    assert proof[:16] not in shown + caplog.text


# Facebook: who it is


def worth(**known: object) -> Say:
    scopes = ["pages_manage_posts", "pages_read_engagement"]
    return says({"data": {"is_valid": True, "scopes": scopes, **known}})


ME = says({"id": PAGE, "name": "Trang OCOP"})


def told(*answers: Say, **keys: Any) -> Identity:
    with hearing(*answers) as script:
        return script.page(**{"token": "planted-page-token", **keys}).identity()


def test_the_token_itself_is_asked_who_it_is_and_the_app_what_it_is_worth() -> None:
    with hearing(ME, worth()) as script:
        found = script.page(token="planted-page-token").identity()
    assert found == Identity(PAGE, "Trang OCOP")
    me, debug = script.requests
    assert me.path == "/v26.0/me"
    assert me.headers["authorization"] == "Bearer planted-page-token"
    assert debug.path == "/v26.0/debug_token"
    assert debug.headers["authorization"] == f"Bearer {APP['app_id']}|{APP['app_secret']}"
    signed = hmac_sha256(APP["app_secret"], f"{APP['app_id']}|{APP['app_secret']}".encode())
    assert debug.query == {"input_token": ["planted-page-token"], "appsecret_proof": [signed]}


@pytest.mark.parametrize("missing", ["app_id", "app_secret"])
def test_without_the_app_only_number_and_name_are_told(missing: str) -> None:
    assert told(ME, **{missing: None}) == Identity(PAGE, "Trang OCOP")


def test_the_token_of_another_page_tells_that_page(meta: Standing) -> None:
    who = meta.page(token=OTHER["token"]).identity()
    assert (who.id, who.name) == (OTHER["page_id"], "other")


def test_the_token_of_a_person_tells_the_person() -> None:
    assert told(says({"id": "7", "name": "Nguyễn Văn A"}), worth()).id == "7"


@pytest.mark.parametrize(
    ("known", "lacks"),
    [
        ({"scopes": ["pages_read_engagement"]}, ("pages_manage_posts",)),
        ({"scopes": []}, ("pages_manage_posts", "pages_read_engagement")),
        (
            {"granular_scopes": [{"scope": "pages_manage_posts", "target_ids": ["42"]}]},
            ("pages_manage_posts",),
        ),
        ({"granular_scopes": [{"scope": "pages_manage_posts", "target_ids": [PAGE]}]}, ()),
        ({"granular_scopes": [{"scope": "pages_manage_posts"}]}, ()),
        ({"granular_scopes": None}, ()),
    ],
    ids=str,
)
def test_what_publishing_needs_and_the_token_has_not_is_lacking(
    known: dict[str, object], lacks: tuple[str, ...]
) -> None:
    assert told(ME, worth(**known)).lacks == lacks


@pytest.mark.parametrize(
    ("known", "second"),
    [
        ({}, None),
        ({"expires_at": 0, "data_access_expires_at": 0}, None),
        ({"expires_at": 1_800_000_000, "data_access_expires_at": 0}, 1_800_000_000),
        ({"expires_at": 0, "data_access_expires_at": 1_800_000_001}, 1_800_000_001),
        ({"expires_at": 1_900_000_000, "data_access_expires_at": 1_800_000_001}, 1_800_000_001),
    ],
    ids=str,
)
def test_the_first_end_of_all_is_when_a_person_must_agree_again(
    known: dict[str, object], second: int | None
) -> None:
    expected = datetime.fromtimestamp(second, UTC) if second else None
    assert told(ME, worth(**known)).expires_at == expected


def test_a_token_that_is_no_longer_valid_has_to_be_authorised_again() -> None:
    with pytest.raises(NotAuthorized, match="authorise it again"):
        told(ME, worth(is_valid=False))


def test_an_app_that_may_not_ask_is_told_apart_from_a_bad_token() -> None:
    with pytest.raises(NotAuthorized, match=r"may not ask .*check app_id and app_secret"):
        told(ME, refused(190, "Invalid OAuth access token signature."))


@pytest.mark.parametrize("odd", [-1, 10**30, "soon", [1]], ids=str)
def test_a_moment_that_cannot_be_read_is_no_end(odd: object) -> None:
    with pytest.raises(Transient, match="cannot be read"):
        told(ME, worth(expires_at=odd))


def test_who_it_is_gives_no_secret_away(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = f"{APP['app_secret']} {APP['app_id']}|{APP['app_secret']} planted-page-token"
    shown = ""
    for answers in ([ME, refused(190, words)], [refused(190, words)], [ME, half({"data": {}})]):
        with pytest.raises(ChannelError) as caught:
            told(*answers)
        shown += f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert "planted" not in shown + caplog.text


# Shopee: the browser


def test_the_owner_of_a_shop_is_asked_on_a_signed_page() -> None:
    address = urlsplit(Office("").shop().authorize_url(STATE, REDIRECT, "challenge"))
    assert (address.scheme, address.hostname) == ("https", "partner.shopeemobile.com")
    assert address.path == "/api/v2/shop/auth_partner"
    second = int(NOW.timestamp())
    signed = f"{SHOP['partner_id']}/api/v2/shop/auth_partner{second}"
    assert dict(parse_qsl(address.query)) == {
        "partner_id": SHOP["partner_id"],
        "timestamp": str(second),
        "sign": hmac_sha256(SHOP["partner_key"], signed.encode()),
        "redirect": f"{REDIRECT}?state={STATE}",
    }


def test_a_redirect_keeps_what_it_asks_for_itself(market: Standing) -> None:
    back = market.agreed(market.shop(), f"{REDIRECT}?office=so&empty=")
    assert back.pop("code")
    assert back == {"office": "so", "empty": "", "state": STATE, "shop_id": SHOP["shop_id"]}


def test_an_owners_consent_becomes_a_pair_of_tokens(market: Standing) -> None:
    back = market.agreed(market.shop())
    assert back["state"] == STATE
    found = market.shop().exchange(back, REDIRECT, "verifier")
    assert set(found.values) == {"access_token", "refresh_token"}
    assert found.life == timedelta(hours=4)
    assert not [value for value in found.values.values() if value in f"{found!r} {found}"]
    authorised = market.shop(**found.values)
    who = authorised.identity()
    assert who == Identity(SHOP["shop_id"], "Shop 220099887", (), NOW + timedelta(days=365))
    assert authorised.refresh().values != found.values


def test_the_first_pair_is_asked_for_with_the_signature_of_the_known_vector() -> None:
    with hearing(says(PAIR)) as script:
        found = script.shop().exchange(SHOP_BACK, REDIRECT, "verifier")
    (request,) = script.requests
    assert (request.method, request.path) == ("POST", "/api/v2/auth/token/get")
    assert request.query == {
        "partner_id": [SHOP["partner_id"]],
        "timestamp": [str(int(NOW.timestamp()))],
        "sign": ["c6efc899c5ef50d063f55582191dad78f10c3cf06a3b32fc37de8f794b71d032"],
    }
    assert request.json() == {"code": CODE, "partner_id": 2001887, "shop_id": 220099887}
    assert found.values == {name: PAIR[name] for name in ("access_token", "refresh_token")}


def test_a_shops_code_is_good_once(market: Standing) -> None:
    back = market.agreed(market.shop())
    market.shop().exchange(back, REDIRECT, "")
    with pytest.raises(Rejected, match=r"not good .*begin again"):
        market.shop().exchange(back, REDIRECT, "")


def test_a_shops_code_is_good_for_ten_minutes(market: Standing) -> None:
    back = market.agreed(market.shop())
    market.clock.now += timedelta(minutes=10, seconds=1)
    with pytest.raises(Rejected, match="not good"):
        market.shop().exchange(back, REDIRECT, "")


def test_an_owner_who_does_not_agree_is_told_so_and_nothing_is_called() -> None:
    with standing(of_shopee(agrees=False)) as office:
        back = office.agreed(office.shop())
        assert back == {"state": STATE}
        with pytest.raises(Rejected, match="nobody agreed"):
            office.shop().exchange(back, REDIRECT, "")
        assert office.box.left("POST") == 0


def test_the_owner_of_another_shop_is_told_which_one_is_wanted() -> None:
    with hearing() as script, pytest.raises(Rejected, match=r"220099888.*owner of 220099887"):
        script.shop().exchange({**SHOP_BACK, "shop_id": "220099888"}, REDIRECT, "")


def test_a_main_account_is_told_to_be_the_shop_alone() -> None:
    with hearing() as script, pytest.raises(Rejected, match="main account"):
        script.shop().exchange({**BACK, "main_account_id": "7"}, REDIRECT, "")


def test_a_wrong_key_is_the_apps_problem(market: Standing) -> None:
    back = market.agreed(market.shop())
    with pytest.raises(NotAuthorized, match="partner_key"):
        market.shop(partner_key="shpk_another_key").exchange(back, REDIRECT, "")


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("value", [None, "", 0])
def test_half_a_first_pair_is_none(name: str, value: object) -> None:
    with (
        hearing(says({**PAIR, name: value})) as script,
        pytest.raises(Transient, match="cannot be read"),
    ):
        script.shop().exchange(SHOP_BACK, REDIRECT, "")


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SERVER_ERROR_AFTER, Fault.THROTTLED])
def test_a_lost_first_pair_costs_no_more_than_a_new_beginning(
    market: Standing, fault: Fault
) -> None:
    back = market.agreed(market.shop())
    market.box.arm(fault, "POST", "auth/token/get")
    with pytest.raises(Transient):
        market.shop().exchange(back, REDIRECT, "")
    market.box.settled()
    assert market.shop().exchange(market.agreed(market.shop()), REDIRECT, "").values


def test_a_first_pair_that_is_cut_is_none() -> None:
    with hearing(half(PAIR)) as script, pytest.raises(Transient):
        script.shop().exchange(SHOP_BACK, REDIRECT, "")


def test_a_shop_that_repeats_all_that_it_was_sent_gives_nothing_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    words = f"Invalid code {CODE} {SHOP['partner_key']}"
    shown = ""
    for said_so in (
        says({"error": "invalid_code", "message": words, "request_id": "r1"}, 403),
        says({"error": "error_data", "message": words, "request_id": "r1"}),
        half(PAIR),
    ):
        with hearing(said_so) as script, pytest.raises(ChannelError) as caught:
            script.shop().exchange(SHOP_BACK, REDIRECT, "planted-verifier")
        shown += f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert not [word for word in ("planted", SHOP["partner_key"]) if word in shown + caplog.text]


# Shopee: the life of tokens


LIVES: list[tuple[object, timedelta | None]] = [
    (14_400, timedelta(hours=4)),
    (int(NOW.timestamp()) + 14_400, timedelta(hours=4)),
    (int(NOW.timestamp()) - 1, None),
    (int(NOW.timestamp()) * 1_000, None),
    (0, None),
    (-5, None),
    (True, None),
    (None, None),
    ("14400", None),
    (14_400.5, None),
]


@pytest.mark.parametrize(("seconds", "life"), LIVES, ids=str)
def test_a_life_is_told_as_a_span_or_as_its_end_and_else_the_pair_is_kept_without(
    seconds: object, life: timedelta | None
) -> None:
    pair = {**PAIR, "expire_in": seconds}
    with hearing(says(pair), says(pair)) as script:
        first = script.shop().exchange(SHOP_BACK, REDIRECT, "")
        following = script.shop().refresh()
    assert first.values == following.values
    assert (first.life, following.life) == (life, life)


def test_a_life_that_the_service_tells_by_its_end_is_understood() -> None:
    with standing(of_shopee(absolute=True)) as office:
        found = office.shop().exchange(office.agreed(office.shop()), REDIRECT, "")
        assert found.life == timedelta(hours=4)
        assert office.shop(**found.values).refresh().life == timedelta(hours=4)


def test_the_same_refresh_token_twice_names_who_must_authorise_again(market: Standing) -> None:
    found = market.shop().exchange(market.agreed(market.shop()), REDIRECT, "")
    market.shop(**found.values).refresh()
    with pytest.raises(NotAuthorized, match="the owner of the shop must authorise promoter again"):
        market.shop(**found.values).refresh()


def test_a_consent_that_is_over_names_who_must_authorise_again(market: Standing) -> None:
    pair = dict(market.shop().exchange(market.agreed(market.shop()), REDIRECT, "").values)
    for _ in range(12):
        market.clock.now += timedelta(days=29)
        pair = dict(market.shop(**pair).refresh().values)
    market.clock.now += timedelta(days=29)
    with pytest.raises(NotAuthorized, match="the owner of the shop must authorise promoter again"):
        market.shop(**pair).refresh()


def test_the_old_access_token_is_good_for_five_minutes_more(market: Standing) -> None:
    found = market.shop().exchange(market.agreed(market.shop()), REDIRECT, "")
    market.shop(**found.values).refresh()
    market.clock.now += timedelta(minutes=5)
    assert market.shop(**found.values).identity().id == SHOP["shop_id"]
    market.clock.now += timedelta(seconds=1)
    with pytest.raises(NotAuthorized):
        market.shop(**found.values).identity()


def test_a_lost_refresh_is_a_doubt(market: Standing) -> None:
    found = market.shop().exchange(market.agreed(market.shop()), REDIRECT, "")
    market.box.arm(Fault.CUT, "POST", "auth/access_token/get")
    with pytest.raises(OutcomeUnknown):
        market.shop(**found.values).refresh()


# Shopee: who it is


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Identity(SHOP["shop_id"], "Gian hàng")),
        ({"status": "FROZEN"}, Identity(SHOP["shop_id"], "Gian hàng", ("status NORMAL (FROZEN)",))),
        ({"region": "SG"}, Identity(SHOP["shop_id"], "Gian hàng", ("region VN (SG)",))),
        ({"expire_time": 0}, Identity(SHOP["shop_id"], "Gian hàng")),
        ({"expire_time": None}, Identity(SHOP["shop_id"], "Gian hàng")),
    ],
    ids=str,
)
def test_a_shop_tells_its_name_and_what_keeps_it_from_selling(
    changes: dict[str, object], expected: Identity
) -> None:
    info = {"shop_name": "Gian hàng", "region": "VN", "status": "NORMAL", **changes}
    with hearing(says({"error": "", "message": "", "request_id": "r1", **info})) as script:
        assert script.shop().identity() == expected
    (request,) = script.requests
    assert (request.method, request.path) == ("GET", "/api/v2/shop/get_shop_info")
    assert request.query["shop_id"] == [SHOP["shop_id"]]


def test_a_token_that_the_shop_does_not_accept_is_the_accounts_problem(market: Standing) -> None:
    with pytest.raises(NotAuthorized):
        market.shop().identity()
