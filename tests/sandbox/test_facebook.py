"""Facebook's stand-in keeps to the contract of the Graph API v26.0, and is never kinder."""

import hashlib
import hmac
import io
import json
import re
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from PIL import Image

from promoter.sandbox.contract import LAG_SECONDS, RETRY_AFTER, Answer, Fault, Request
from promoter.sandbox.facebook import HOSTS, Stand
from promoter.sandbox.shelf import Shelf

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PAGE, TOKEN = "104500000000001", "EAAB-page-token"
OTHER, OTHER_TOKEN = "104500000000002", "EAAB-other-token"
SECRET = "0123456789abcdef"
LINK = "https://hop-tac-xa.example/d/k3v9"

Reply = tuple[int, int | None]
"""Code and subcode of an error."""


def encoded(format_: str = "JPEG", **more: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 6), "green").save(data, format_, **more)
    return data.getvalue()


JPEG = encoded()


class Caller:
    """Calls a stand-in as a client would, at a moment that only the test moves."""

    def __init__(
        self, shelf: Shelf | None = None, *, secret: str = "", drafts: bool = True
    ) -> None:
        self.shelf = shelf or Shelf(section="facebook")
        first = {"page_id": PAGE, "token": TOKEN} | ({"app_secret": secret} if secret else {})
        accounts = {"htx": first, "other": {"page_id": OTHER, "token": OTHER_TOKEN}}
        hidden: dict[str, Any] = {} if drafts else {"drafts": False}
        self.stand = Stand(accounts, self.shelf, **hidden)
        self.now = NOW

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        version: str = "/v26.0",
        host: str = HOSTS[0],
        fault: Fault | None = None,
    ) -> Answer:
        target = f"{version}{path}?{urlencode(query or {})}"
        given = {"authorization": f"Bearer {TOKEN}"} if headers is None else headers
        return self.stand.handle(Request(method, host, target, given, body), self.now, fault)

    def get(self, path: str, **query: Any) -> Any:
        return decoded(self.send("GET", path, query))

    def delete(self, path: str) -> Any:
        return decoded(self.send("DELETE", path))

    def post(self, path: str, fault: Fault | None = None, **fields: Any) -> Any:
        mime = "application/x-www-form-urlencoded"
        return self._post(path, urlencode(fields).encode(), mime, fault)

    def post_json(self, path: str, value: Any) -> Any:
        return self._post(path, json.dumps(value).encode(), "application/json", None)

    def upload(
        self, data: bytes = JPEG, *, file: str = "source", fault: Fault | None = None, **fields: Any
    ) -> Any:
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--x\r\nContent-Disposition: form-data; name="{file}"; filename="card.jpg"\r\n'
        parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + data + b"\r\n--x--\r\n")
        return self._post(
            f"/{PAGE}/photos", b"".join(parts), "multipart/form-data; boundary=x", fault
        )

    def _post(self, path: str, body: bytes, mime: str, fault: Fault | None) -> Any:
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": mime}
        return decoded(self.send("POST", path, headers=headers, body=body, fault=fault))

    # what most tests begin with

    def feed(self, message: str = "Chè dây", **fields: Any) -> str:
        return str(self.post(f"/{PAGE}/feed", message=message, **fields)["id"])

    def draft(self, message: str = "Chè dây", **fields: Any) -> str:
        hidden: dict[str, Any] = {"published": "false", "unpublished_content_type": "DRAFT"}
        return self.feed(message, **hidden, **fields)

    def photo(self, **fields: Any) -> str:
        return str(self.upload(published="false", **fields)["id"])

    def listed(self, edge: str = "posts", **query: Any) -> list[str]:
        return [post["id"] for post in self.get(f"/{PAGE}/{edge}", **query)["data"]]

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def page() -> Caller:
    """A client of a new Page."""
    return Caller()


def decoded(answer: Answer) -> Any:
    value = json.loads(answer.body)
    assert (answer.status == 200) == ("error" not in value)
    return value


def error(value: Any) -> Reply:
    return value["error"]["code"], value["error"].get("error_subcode")


def attached(*photos: str) -> dict[str, Any]:
    return {
        f"attached_media[{place}]": json.dumps({"media_fbid": photo})
        for place, photo in enumerate(photos)
    }


# Who is let in


def test_the_version_that_answers_is_told(page: Caller) -> None:
    for path in (f"/{PAGE}", "/nothing"):
        assert page.send("GET", path).headers["facebook-api-version"] == "v26.0"


@pytest.mark.parametrize("version", ["", "/26.0", "/v26", "/v27.0", "/v26.1"])
def test_a_version_that_lives_has_to_be_in_the_path(page: Caller, version: str) -> None:
    assert error(decoded(page.send("GET", f"/{PAGE}", version=version)))[0] == 2500


def test_an_older_version_is_silently_served_by_the_one_that_lives(page: Caller) -> None:
    answer = page.send("GET", f"/{PAGE}", version="/v20.0")
    assert (answer.status, answer.headers["facebook-api-version"]) == (200, "v26.0")


def test_another_host_is_not_served(page: Caller) -> None:
    assert error(decoded(page.send("GET", f"/{PAGE}", host="www.facebook.com")))[0] == 2500


def test_usage_is_on_each_answer_and_low(page: Caller) -> None:
    for path in (f"/{PAGE}", "/nothing"):
        headers = page.send("GET", path).headers
        assert json.loads(headers["X-App-Usage"])["call_count"] < 10
        usage = json.loads(headers["X-Business-Use-Case-Usage"])[PAGE][0]
        assert (usage["type"], usage["estimated_time_to_regain_access"]) == ("pages", 0)


def test_without_a_token_nothing_is_told(page: Caller) -> None:
    assert error(decoded(page.send("GET", f"/{PAGE}", headers={})))[0] == 104


def test_a_wrong_token_is_190(page: Caller) -> None:
    answer = decoded(page.send("GET", f"/{PAGE}", headers={"authorization": "Bearer wrong"}))
    assert error(answer) == (190, None)
    assert set(answer["error"]) == {"message", "type", "code", "fbtrace_id"}
    assert answer["error"]["type"] == "OAuthException"


def test_the_token_may_come_in_query_form_or_both(page: Caller) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode({"message": "a", "access_token": TOKEN}).encode()
    query = {"access_token": TOKEN}
    assert page.send("GET", f"/{PAGE}", query, headers={}).status == 200
    assert page.send("POST", f"/{PAGE}/feed", headers=form, body=body).status == 200
    body = body.replace(b"message=a", b"message=b")
    assert page.send("POST", f"/{PAGE}/feed", query, headers=form, body=body).status == 200


def test_two_different_tokens_are_none(page: Caller) -> None:
    assert error(page.get(f"/{PAGE}", access_token=OTHER_TOKEN))[0] == 190


def test_a_page_token_reaches_its_own_page_only(page: Caller) -> None:
    assert error(page.get(f"/{OTHER}")) == (100, 33)
    theirs = page.send(
        "POST",
        f"/{OTHER}/feed",
        {"message": "x"},
        headers={"authorization": f"Bearer {OTHER_TOKEN}"},
    )
    id_ = decoded(theirs)["id"]
    assert error(page.get(f"/{id_}")) == (100, 33)
    assert error(page.delete(f"/{id_}")) == (100, 33)
    assert page.listed() == []


def proof(token: str = TOKEN) -> str:
    return hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def test_an_app_that_requires_it_wants_the_proof_on_every_call() -> None:
    page = Caller(secret=SECRET)
    assert "require an appsecret_proof" in page.get(f"/{PAGE}")["error"]["message"]
    assert (
        "Invalid appsecret_proof"
        in page.get(f"/{PAGE}", appsecret_proof=proof("x"))["error"]["message"]
    )
    assert page.get(f"/{PAGE}", appsecret_proof=proof())["id"] == PAGE
    assert error(page.post(f"/{PAGE}/feed", message="x"))[0] == 100
    assert page.post(f"/{PAGE}/feed", message="x", appsecret_proof=proof())["id"]


def test_a_proof_of_an_unknown_secret_is_wrong(page: Caller) -> None:
    assert error(page.get(f"/{PAGE}", appsecret_proof=proof()))[0] == 100


def test_debug_token_tells_what_a_token_is_worth() -> None:
    page = Caller(secret=SECRET)
    app = {"authorization": f"Bearer 42|{SECRET}"}

    def told(token: str, headers: Mapping[str, str]) -> Any:
        asking = headers["authorization"].removeprefix("Bearer ")
        signed = hmac.new(SECRET.encode(), asking.encode(), hashlib.sha256).hexdigest()
        query = {"input_token": token, "appsecret_proof": signed}
        return decoded(page.send("GET", "/debug_token", query, headers=headers))

    data = told(TOKEN, app)["data"]
    assert (data["is_valid"], data["expires_at"], data["profile_id"]) == (True, 0, PAGE)
    assert data["type"] == "PAGE"
    assert {"pages_manage_posts", "read_insights"} <= set(data["scopes"])
    assert data["data_access_expires_at"] == (page.now + timedelta(days=90)).timestamp()
    gone = told("gone", app)["data"]
    assert (gone["is_valid"], gone["error"]["code"]) == (False, 190)
    assert error(told(TOKEN, {"authorization": "Bearer 42|wrong"}))[0] == 190
    for nobody in ("nobody", "nobody|", f"x|{SECRET}"):
        assert error(told(TOKEN, {"authorization": f"Bearer {nobody}"}))[0] == 190


def test_a_page_token_may_ask_for_itself_only(page: Caller) -> None:
    assert page.get("/debug_token", input_token=TOKEN)["data"]["is_valid"]
    assert error(page.get("/debug_token", input_token=OTHER_TOKEN))[0] == 100
    assert error(page.get("/debug_token")) == (100, None)
    assert error(page.get("/debug_token", input_token=TOKEN, fields="type")) == (100, None)
    assert error(page.post("/debug_token", input_token=TOKEN)) == (100, None)


# How a person agrees in the browser, and what that is worth


APP = "1203344556677"
REDIRECT = "https://ocop.example.vn/connect"
ASKED = {
    "client_id": APP,
    "redirect_uri": REDIRECT,
    "state": "a state",
    "scope": "pages_show_list,pages_manage_posts",
    "response_type": "code",
}
OURS = {"client_id": APP, "client_secret": SECRET}


class Visitor:
    """Somebody at a browser, and the app that sent them there."""

    def __init__(self, **ways: Any) -> None:
        own = {"page_id": PAGE, "token": TOKEN, "app_id": APP, "app_secret": SECRET}
        second = {**own, "page_id": OTHER, "token": OTHER_TOKEN}
        stranger = {"page_id": "7", "token": "another", "app_id": "99", "app_secret": "another"}
        accounts = {"htx": own, "other": second, "stranger": stranger}
        self.shelf = Shelf(section="facebook")
        self.stand = Stand(accounts, self.shelf, **ways)
        self.now = NOW

    def ask(self, without: str = "", method: str = "GET", **changed: str) -> Answer:
        query = {name: value for name, value in {**ASKED, **changed}.items() if name != without}
        target = f"/v26.0/dialog/oauth?{urlencode(query)}"
        return self.stand.handle(Request(method, "www.facebook.com", target, {}), self.now)

    def back(self, **changed: str) -> dict[str, str]:
        answer = self.ask(**changed)
        assert answer.status == 302
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: value for name, (value,) in query.items()}

    def get(self, path: str, token: str = "", **query: str) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        wanted = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        signed = {"appsecret_proof": wanted} if token else {}
        target = f"/v26.0{path}?{urlencode({**signed, **query})}"
        return decoded(self.stand.handle(Request("GET", HOSTS[0], target, headers), self.now))

    def exchanged(self, code: str, **changed: str) -> Any:
        given = {**OURS, "redirect_uri": REDIRECT, "code": code, **changed}
        return self.get("/oauth/access_token", **given)

    def short(self) -> str:
        return str(self.exchanged(self.back()["code"])["access_token"])

    def lengthened(self, token: str, **changed: str) -> Any:
        given = {**OURS, "grant_type": "fb_exchange_token", "fb_exchange_token": token, **changed}
        return self.get("/oauth/access_token", **given)

    def long(self) -> str:
        return str(self.lengthened(self.short())["access_token"])

    def worth(self, token: str) -> Any:
        return self.get("/debug_token", f"{APP}|{SECRET}", input_token=token)["data"]


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def test_the_dialog_sends_back_a_code_and_the_state(visitor: Visitor) -> None:
    location = visitor.ask().headers["Location"]
    assert location.startswith(f"{REDIRECT}?code=")
    assert location.endswith("&state=a+state#_=_")


def test_who_does_not_agree_is_sent_back_without_a_code() -> None:
    assert Visitor(agrees=False).back() == {
        "error": "access_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "error_reason": "user_denied",
        "state": "a state",
    }


@pytest.mark.parametrize("without", ASKED)
def test_the_dialog_lacks_nothing(visitor: Visitor, without: str) -> None:
    assert visitor.ask(without).status == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "42"},
        {"redirect_uri": "http://ocop.example.vn/connect"},
        {"redirect_uri": f"{REDIRECT}#here"},
        {"redirect_uri": "connect"},
        {"scope": "pages_manage_posts,everything"},
        {"scope": ""},
        {"response_type": "token"},
        {"state": ""},
        {"code_challenge": "x"},
        {"method": "POST"},
    ],
    ids=str,
)
def test_the_dialog_is_strict(visitor: Visitor, changed: dict[str, str]) -> None:
    answer = visitor.ask(**changed)
    assert answer.status == 400
    assert "Location" not in answer.headers


def test_the_dialog_lets_an_app_come_back_to_this_machine(visitor: Visitor) -> None:
    local = "http://localhost:8765/connect?office=1"
    assert visitor.ask(redirect_uri=local).headers["Location"].startswith(f"{local}&code=")


def test_the_dialog_is_on_the_host_for_browsers_alone(page: Caller) -> None:
    assert error(page.get("/dialog/oauth")) == (100, 33)
    answer = page.send("GET", "/other/oauth", host="www.facebook.com")
    assert error(decoded(answer))[0] == 2500


def test_a_code_gives_a_token_of_the_person_for_a_short_while(visitor: Visitor) -> None:
    found = visitor.exchanged(visitor.back()["code"])
    assert (found["token_type"], found["expires_in"]) == ("bearer", 5_400)
    worth = visitor.worth(found["access_token"])
    assert (worth["type"], worth["is_valid"], worth["app_id"]) == ("USER", True, APP)
    assert worth["scopes"] == ["pages_show_list", "pages_manage_posts"]
    assert worth["expires_at"] == NOW.timestamp() + 5_400
    visitor.now += timedelta(seconds=5_400)
    assert not visitor.worth(found["access_token"])["is_valid"]
    assert error(visitor.get("/me", found["access_token"])) == (190, 463)


def test_a_code_is_taken_once(visitor: Visitor) -> None:
    code = visitor.back()["code"]
    assert "access_token" in visitor.exchanged(code)
    assert error(visitor.exchanged(code)) == (100, 36009)


def test_a_code_of_another_redirect_is_refused_and_stays_good(visitor: Visitor) -> None:
    code = visitor.back()["code"]
    assert error(visitor.exchanged(code, redirect_uri=f"{REDIRECT}/")) == (100, 36008)
    assert "access_token" in visitor.exchanged(code)


def test_a_code_lives_ten_minutes(visitor: Visitor) -> None:
    first, second = visitor.back()["code"], visitor.back()["code"]
    visitor.now += timedelta(minutes=10)
    assert "access_token" in visitor.exchanged(first)
    visitor.now += timedelta(seconds=1)
    assert error(visitor.exchanged(second)) == (100, 36007)


@pytest.mark.parametrize(
    ("changed", "reply"),
    [
        ({"code": "another"}, (100, None)),
        ({"client_secret": "another"}, (1, None)),
        ({"client_secret": ""}, (1, None)),
        ({"client_id": "42"}, (101, None)),
        ({"client_id": "99", "client_secret": "another"}, (100, None)),
        ({"code_verifier": "x"}, (100, None)),
    ],
    ids=str,
)
def test_a_code_belongs_to_its_app(visitor: Visitor, changed: dict[str, Any], reply: Reply) -> None:
    given = {"code": visitor.back()["code"], **changed}
    assert error(visitor.exchanged(**given)) == reply


def test_a_token_is_asked_for_by_get(visitor: Visitor) -> None:
    code = visitor.back()["code"]
    given = {**OURS, "redirect_uri": REDIRECT, "code": code}
    target = f"/v26.0/oauth/access_token?{urlencode(given)}"
    answer = visitor.stand.handle(Request("POST", HOSTS[0], target, {}), NOW)
    assert error(decoded(answer)) == (100, None)
    assert "access_token" in visitor.exchanged(code)


def test_an_app_without_a_secret_gets_no_token(page: Caller) -> None:
    query = {"client_id": "1203300000000000", "client_secret": ""}
    assert error(page.get("/oauth/access_token", **query)) == (1, None)


def test_a_short_token_is_exchanged_for_a_long_one(visitor: Visitor) -> None:
    found = visitor.lengthened(visitor.short())
    assert found["expires_in"] == 60 * 86_400
    visitor.now += timedelta(days=59)
    assert visitor.get("/me", found["access_token"])["name"] == "Nguyễn Văn A"


def test_only_a_persons_token_of_the_app_is_exchanged(visitor: Visitor) -> None:
    short = visitor.short()
    (page, *_) = visitor.get("/me/accounts", short)["data"]
    for token in ("another", TOKEN, "", page["access_token"]):
        assert error(visitor.lengthened(token))[0] == 190
    assert error(visitor.lengthened(short, client_id="99", client_secret="another"))[0] == 190
    assert error(visitor.lengthened(short, grant_type="client_credentials"))[0] == 100
    visitor.now += timedelta(hours=2)
    assert error(visitor.lengthened(short))[0] == 190


def test_the_pages_of_the_app_are_listed_with_a_token_each(visitor: Visitor) -> None:
    found = visitor.get("/me/accounts", visitor.long(), fields="id,name,access_token,tasks")
    assert [(item["id"], item["name"]) for item in found["data"]] == [
        (PAGE, "htx"),
        (OTHER, "other"),
    ]
    own = found["data"][0]["access_token"]
    assert "CREATE_CONTENT" in found["data"][0]["tasks"]
    assert visitor.get("/me", own)["id"] == PAGE
    worth = visitor.worth(own)
    assert (worth["type"], worth["profile_id"], worth["expires_at"]) == ("PAGE", PAGE, 0)
    assert worth["data_access_expires_at"] == (NOW + timedelta(days=90)).timestamp()
    assert worth["granular_scopes"][0] == {"scope": "pages_show_list", "target_ids": [PAGE]}


def test_pages_are_listed_in_parts(visitor: Visitor) -> None:
    long = visitor.long()
    first = visitor.get("/me/accounts", long, fields="id", limit="1")
    after = first["paging"]["cursors"]["after"]
    second = visitor.get("/me/accounts", long, fields="id", limit="1", after=after)
    assert [item["data"] for item in (first, second)] == [[{"id": PAGE}], [{"id": OTHER}]]
    assert "next" in first["paging"]
    assert "next" not in second["paging"]
    assert error(visitor.get("/me/accounts", long, limit="101"))[0] == 100


def test_a_page_token_of_a_short_token_ends_with_it(visitor: Visitor) -> None:
    (first, *_) = visitor.get("/me/accounts", visitor.short())["data"]
    assert visitor.worth(first["access_token"])["expires_at"] == NOW.timestamp() + 5_400
    visitor.now += timedelta(seconds=5_400)
    assert error(visitor.get("/me", first["access_token"])) == (190, 463)


def test_pages_are_shown_to_an_app_that_was_let_see_them(visitor: Visitor) -> None:
    code = visitor.back(scope="pages_manage_posts")["code"]
    token = visitor.exchanged(code)["access_token"]
    assert visitor.get("/me/accounts", token)["data"] == []


def test_a_person_does_not_post_as_a_page(visitor: Visitor) -> None:
    long = visitor.long()
    assert error(visitor.get(f"/{PAGE}/posts", long))[0] == 210
    assert error(visitor.get("/me/feed", long))[0] == 210


def test_a_persons_calls_are_signed_too(visitor: Visitor) -> None:
    assert error(visitor.get("/me/accounts", visitor.long(), appsecret_proof="0"))[0] == 100


def test_codes_and_tokens_are_not_readable_on_the_shelf(visitor: Visitor) -> None:
    code = visitor.back()["code"]
    token = visitor.exchanged(code)["access_token"]
    kept = json.dumps([visitor.shelf.all("code"), visitor.shelf.all("token")])
    assert code not in kept
    assert token not in kept


def test_an_apps_call_is_signed_too(visitor: Visitor) -> None:
    asked = {"input_token": TOKEN, "appsecret_proof": "0"}
    assert error(visitor.get("/debug_token", f"{APP}|{SECRET}", **asked))[0] == 100


def test_the_app_that_asks_about_a_token_is_the_one_of_its_secret(visitor: Visitor) -> None:
    answer = visitor.get("/debug_token", f"42|{SECRET}", input_token=TOKEN)
    assert error(answer)[0] == 190


# What a call may hold


def test_date_format_is_gone(page: Caller) -> None:
    answer = page.get(f"/{PAGE}", date_format="U")
    assert error(answer) == (100, None)
    assert "no longer" in answer["error"]["message"]


@pytest.mark.parametrize("name", ["date_format", "targeting", "mesage", "attached_media[x]"])
def test_an_unknown_parameter_is_refused(page: Caller, name: str) -> None:
    more: dict[str, Any] = {name: "1"}
    assert error(page.post(f"/{PAGE}/feed", message="x", **more))[0] == 100
    id_, photo = page.feed(), page.photo()
    for path in (f"/{PAGE}", f"/{id_}", f"/{PAGE}/posts", f"/{id_}/comments", f"/{photo}"):
        assert error(page.get(path, **more))[0] == 100
    for path in (f"/{id_}", f"/{id_}/comments"):
        assert error(page.post(path, message="y", **more))[0] == 100
    assert error(page.get(f"/{id_}/insights", metric="post_clicks", **more))[0] == 100
    assert error(page.upload(**more))[0] == 100
    assert error(decoded(page.send("DELETE", f"/{id_}", more)))[0] == 100


def test_pretty_and_debug_are_ignored(page: Caller) -> None:
    assert page.get(f"/{PAGE}", pretty="1", debug="all")["id"] == PAGE


def test_ids_on_the_root_are_gone(page: Caller) -> None:
    assert error(page.get("/", ids=f"{PAGE},1")) == (100, None)
    assert error(page.get("/"))[0] == 2500


def test_unknown_paths_edges_and_methods_are_told_apart(page: Caller) -> None:
    assert error(page.get(f"/{PAGE}/nothing")) == (2500, None)
    assert error(page.get(f"/{PAGE}/posts/more")) == (2500, None)
    assert error(page.post(f"/{PAGE}/posts", message="x")) == (100, 33)
    assert error(page.get("/123")) == (100, 33)
    assert error(page.delete(f"/{PAGE}")) == (100, 33)
    assert error(decoded(page.send("PUT", f"/{PAGE}/feed"))) == (100, 33)


def test_a_parameter_given_twice_is_refused(page: Caller) -> None:
    form = {"authorization": f"Bearer {TOKEN}", "content-type": "application/x-www-form-urlencoded"}
    for query, body in (({}, b"message=a&message=b"), ({"message": "a"}, b"message=b")):
        answer = page.send("POST", f"/{PAGE}/feed", query, headers=form, body=body)
        assert error(decoded(answer))[0] == 100


@pytest.mark.parametrize("field", [{"message": 7}, {"published": "yes"}, {"published": 1}])
def test_types_are_checked(page: Caller, field: dict[str, Any]) -> None:
    assert error(page.post_json(f"/{PAGE}/feed", {"message": "x", **field}))[0] == 100


@pytest.mark.parametrize(
    ("mime", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nnameless\r\n--x--\r\n"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(page: Caller, mime: str, body: bytes) -> None:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": mime}
    answer = page.send("POST", f"/{PAGE}/feed", headers=headers, body=body)
    assert error(decoded(answer))[0] == 100


@pytest.mark.parametrize("fields", ["id,", "id{name", "id}", "comments.limit(0", "{id}", ".x(1)"])
def test_fields_that_cannot_be_read_are_a_syntax_error(page: Caller, fields: str) -> None:
    assert error(page.get(f"/{page.feed()}", fields=fields))[0] == 2500


@pytest.mark.parametrize(
    "fields",
    ["nothing", "message{id}", "message.limit(1)", "comments.color(1)", "comments.limit(x)",
     "comments.summary(x)", "comments{nothing}", "from.x(1)", "attachments.limit(1)",
     "attachments{nothing}", "reactions.color(1)", "reactions.limit(x)", "reactions.summary(x)",
     "insights.metric(post_clicks).period(day)"],
)  # fmt: skip
def test_unknown_fields_and_arguments_are_refused(page: Caller, fields: str) -> None:
    assert error(page.get(f"/{page.feed(link=LINK)}", fields=fields))[0] == 100


def test_an_empty_list_forgives_no_unknown_field(page: Caller) -> None:
    assert error(page.get(f"/{PAGE}/posts", fields="nothing"))[0] == 100
    assert error(page.get(f"/{page.feed()}/comments", fields="nothing"))[0] == 100


# Posts


def test_a_text_post_is_public_at_once(page: Caller) -> None:
    id_ = page.feed("Chè dây Cao Bằng\n☘️")
    assert re.fullmatch(rf"{PAGE}_\d+", id_)
    fields = "id,message,created_time,is_published,status_type,from"
    assert page.get(f"/{id_}", fields=fields) == {
        "id": id_,
        "message": "Chè dây Cao Bằng\n☘️",
        "created_time": "2026-11-23T02:00:00+0000",
        "is_published": True,
        "status_type": "mobile_status_update",
        "from": {"name": "htx", "id": PAGE},
    }
    assert page.listed() == [id_]


def test_without_fields_few_come(page: Caller) -> None:
    assert set(page.get(f"/{page.feed()}")) == {"created_time", "message", "id"}
    assert set(page.get(f"/{page.feed('', link=LINK)}")) == {"created_time", "id"}


def test_a_write_can_be_read_at_once(page: Caller) -> None:
    answer = page.post(f"/{PAGE}/feed", message="a", fields="is_published,message")
    assert (answer["is_published"], answer["message"]) == (True, "a")


def test_the_permalink_comes_after_some_seconds(page: Caller) -> None:
    id_ = page.feed()
    page.later(seconds=4)
    assert "permalink_url" not in page.get(f"/{id_}", fields="permalink_url")
    page.later(seconds=1)
    url = page.get(f"/{id_}", fields="permalink_url")["permalink_url"]
    assert url == f"https://www.facebook.com/{PAGE}/posts/{id_.partition('_')[2]}"


def test_a_post_needs_something_to_show(page: Caller) -> None:
    assert error(page.post(f"/{PAGE}/feed", message=" \n")) == (100, 1349125)
    assert error(page.post(f"/{page.feed()}", message="")) == (100, 1349125)


def test_a_message_has_at_most_63206_characters(page: Caller) -> None:
    most = 63_206
    assert page.post(f"/{PAGE}/feed", message="ế" * most)["id"]
    assert error(page.post(f"/{PAGE}/feed", message="e" * (most + 1)))[0] == 100
    assert error(page.post(f"/{page.feed()}", message="e" * (most + 1)))[0] == 100
    assert error(page.upload(caption="e" * (most + 1)))[0] == 100
    assert page.upload(caption="e" * most)["post_id"]


def test_a_link_post_has_a_shimmed_and_an_unshimmed_link(page: Caller) -> None:
    id_ = page.feed(link=LINK)
    fields = "attachments{unshimmed_url,url,media_type,type},status_type"
    answer = page.get(f"/{id_}", fields=fields)
    [attachment] = answer["attachments"]["data"]
    assert answer["status_type"] == "shared_story"
    assert (attachment["unshimmed_url"], attachment["media_type"]) == (LINK, "link")
    assert attachment["url"].startswith(f"https://l.facebook.com/l.php?u={quote(LINK, safe='')}&h=")


@pytest.mark.parametrize(
    ("link", "subcode"),
    [
        ("no address", 1609005),
        ("ftp://a.example", 1609005),
        ("https://localhost/", 1609005),
        ("https://[x", 1609005),
        ("https://www.facebook.com/1", 1609008),
        ("https://facebook.com/1", 1609008),
    ],
)
def test_a_link_has_to_lead_outside(page: Caller, link: str, subcode: int) -> None:
    assert error(page.post(f"/{PAGE}/feed", message="x", link=link)) == (100, subcode)


def test_the_same_message_twice_running_is_a_duplicate(page: Caller) -> None:
    page.feed("same")
    assert error(page.post(f"/{PAGE}/feed", message="same")) == (506, None)
    assert error(page.upload(caption="same")) == (506, None)
    assert len(page.listed()) == 1
    page.feed("other")
    assert page.feed("same")


def test_a_draft_is_no_duplicate_until_it_is_published(page: Caller) -> None:
    page.feed("same")
    id_ = page.draft("same")
    assert error(page.post(f"/{id_}", is_published="true")) == (506, None)
    assert page.get(f"/{id_}", fields="is_published")["is_published"] is False


def test_posts_without_text_are_no_duplicates(page: Caller) -> None:
    assert page.upload()["post_id"] != page.upload()["post_id"]


# Drafts


def test_a_draft_is_in_no_list_but_can_be_read(page: Caller) -> None:
    id_ = page.draft()
    for edge in ("posts", "published_posts", "feed", "scheduled_posts"):
        assert page.listed(edge) == []
    answer = page.get(f"/{id_}", fields="is_published,permalink_url,message")
    assert answer == {"is_published": False, "message": "Chè dây", "id": id_}


def test_publishing_a_draft_dates_it_anew_and_can_be_repeated(page: Caller) -> None:
    id_ = page.draft()
    page.later(minutes=30)
    for _ in range(2):
        assert page.post(f"/{id_}", is_published="true") == {"success": True}
        page.later(minutes=1)
    answer = page.get(f"/{id_}", fields="is_published,created_time")
    assert answer == {"is_published": True, "created_time": "2026-11-23T02:30:00+0000", "id": id_}
    assert page.listed() == [id_]


def test_where_drafts_stay_hidden_publishing_one_only_says_that_all_is_well() -> None:
    page = Caller(drafts=False)
    id_ = page.draft()
    assert page.post(f"/{id_}", is_published="true") == {"success": True}
    assert page.get(f"/{id_}", fields="is_published")["is_published"] is False
    assert page.listed() == []
    assert page.feed("at once") in page.listed()


def test_a_published_post_cannot_be_unpublished(page: Caller) -> None:
    assert error(page.post(f"/{page.feed()}", is_published="false"))[0] == 100
    assert page.post(f"/{page.draft()}", is_published="false") == {"success": True}


def test_a_draft_has_to_be_unpublished(page: Caller) -> None:
    for kind, published in (("DRAFT", "true"), ("ADS_POST", "false")):
        fields: dict[str, Any] = {"unpublished_content_type": kind, "published": published}
        assert error(page.post(f"/{PAGE}/feed", message="x", **fields))[0] == 100
    assert (
        error(page.post(f"/{PAGE}/feed", message="x", unpublished_content_type="DRAFT"))[0] == 100
    )


def test_an_unpublished_post_needs_no_kind(page: Caller) -> None:
    for word, public in (("0", False), ("1", True)):
        id_ = page.feed(published=word)
        assert page.get(f"/{id_}", fields="is_published")["is_published"] is public


def test_the_text_can_be_changed(page: Caller) -> None:
    id_ = page.feed("wrong")
    page.later(minutes=5)
    assert page.post(f"/{id_}", message="right") == {"success": True}
    answer = page.get(f"/{id_}", fields="message,created_time,updated_time")
    assert answer["message"] == "right"
    assert answer["created_time"] == "2026-11-23T02:00:00+0000"
    assert answer["updated_time"] == "2026-11-23T02:05:00+0000"


def test_a_change_has_to_change_something(page: Caller) -> None:
    assert error(page.post(f"/{page.feed()}"))[0] == 100


# Scheduled posts


def scheduled(page: Caller, seconds: float, **fields: Any) -> Any:
    at = int(page.now.timestamp() + seconds)
    given = {"published": "false", "unpublished_content_type": "SCHEDULED"}
    return page.post(f"/{PAGE}/feed", message="x", scheduled_publish_time=at, **given | fields)


def test_a_scheduled_post_waits_and_then_is_public(page: Caller) -> None:
    id_ = scheduled(page, 600)["id"]
    assert (page.listed("scheduled_posts"), page.listed()) == ([id_], [])
    fields = "is_published,scheduled_publish_time,created_time"
    assert page.get(f"/{id_}", fields=fields)["scheduled_publish_time"] == NOW.timestamp() + 600
    page.later(seconds=600)
    assert (page.listed("scheduled_posts"), page.listed()) == ([], [id_])
    answer = page.get(f"/{id_}", fields=fields)
    assert answer == {"is_published": True, "created_time": "2026-11-23T02:10:00+0000", "id": id_}


def test_a_post_is_scheduled_10_minutes_to_30_days_ahead(page: Caller) -> None:
    most = 30 * 24 * 3_600
    assert scheduled(page, most)["id"]
    for seconds in (599, most + 1):
        assert error(scheduled(page, seconds))[0] == 100


def test_scheduling_goes_with_its_kind(page: Caller) -> None:
    assert error(scheduled(page, 900, unpublished_content_type="DRAFT"))[0] == 100
    assert error(scheduled(page, 900, published="true"))[0] == 100
    fields: dict[str, Any] = {"published": "false", "unpublished_content_type": "SCHEDULED"}
    assert error(page.post(f"/{PAGE}/feed", message="x", **fields))[0] == 100
    assert error(page.post(f"/{PAGE}/feed", scheduled_publish_time="soon", **fields))[0] == 100


def test_a_scheduled_post_takes_temporary_photos_only(page: Caller) -> None:
    assert error(scheduled(page, 900, **attached(page.photo())))[0] == 100
    assert scheduled(page, 900, **attached(page.photo(temporary="true")))["id"]
    assert error(page.upload(temporary="true"))[0] == 100


# Photos


def test_a_published_photo_has_an_id_and_a_post(page: Caller) -> None:
    answer = page.upload(caption="Miến dong", alt_text_custom="Sợi miến vàng")
    photo, post = answer["id"], answer["post_id"]
    assert set(answer) == {"id", "post_id"}
    assert page.get(f"/{post}", fields="message,status_type") == {
        "message": "Miến dong",
        "status_type": "added_photos",
        "id": post,
    }
    fields = "page_story_id,alt_text,alt_text_custom,name,width,height"
    assert page.get(f"/{photo}", fields=fields) == {
        "page_story_id": post,
        "alt_text": "Sợi miến vàng",
        "alt_text_custom": "Sợi miến vàng",
        "name": "Miến dong",
        "width": 8,
        "height": 6,
        "id": photo,
    }
    assert page.listed() == [post]


def test_the_bytes_are_kept_as_they_came(page: Caller) -> None:
    data = JPEG + b"\r\n\r\r\n\0\xff"
    assert page.shelf.file(page.upload(data)["id"]) == data


def test_message_is_another_name_of_caption(page: Caller) -> None:
    post = page.upload(message="Miến dong")["post_id"]
    assert page.get(f"/{post}")["message"] == "Miến dong"
    assert error(page.upload(message="a", caption="b"))[0] == 100


@pytest.mark.parametrize("kind", ["", "DRAFT"])
def test_an_unpublished_photo_has_no_post(page: Caller, kind: str) -> None:
    fields: dict[str, Any] = {"unpublished_content_type": kind} if kind else {}
    answer = page.upload(published="false", **fields)
    assert set(answer) == {"id"}
    assert set(page.get(f"/{answer['id']}", fields="page_story_id,alt_text")) == {"alt_text", "id"}
    assert page.listed() == []


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "TIFF"])
def test_the_formats_that_it_names_are_taken(page: Caller, format_: str) -> None:
    assert page.upload(encoded(format_))["id"]


@pytest.mark.parametrize(
    "data",
    [
        encoded("WEBP"),
        encoded("BMP"),
        b"",
        b"no picture",
        encoded("PNG")[:-30],
        encoded("GIF", save_all=True, append_images=[Image.new("RGB", (8, 6), "red")]),
    ],
    ids=["WebP", "BMP", "nothing", "text", "torn", "moving"],
)
def test_what_it_cannot_read_is_1366046(page: Caller, data: bytes) -> None:
    answer = page.upload(data)["error"]
    assert (answer["code"], answer["error_subcode"], answer["is_transient"]) == (
        100,
        1366046,
        False,
    )
    assert answer["error_user_title"]
    assert "4 MB" in answer["error_user_msg"]


def test_a_photo_has_at_most_4_000_000_bytes(page: Caller) -> None:
    whole = JPEG + bytes(4_000_000 - len(JPEG))
    assert page.upload(whole)["id"]
    assert error(page.upload(whole + b"\0")) == (100, 1366046)


def test_too_many_pixels_are_refused(page: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings.simplefilter("ignore")  # what is a warning elsewhere
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    assert error(page.upload()) == (100, 1366046)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    assert error(page.upload()) == (100, 1366046)


def test_a_photo_has_to_be_the_one_file_named_source(page: Caller) -> None:
    assert error(page.upload(file="picture"))[0] == 324
    assert error(page.post(f"/{PAGE}/photos", caption="x"))[0] == 324


def test_an_address_cannot_be_fetched_from_a_sandbox(page: Caller) -> None:
    assert error(page.post(f"/{PAGE}/photos", url="https://a.example/1.jpg"))[0] == 324
    assert error(page.upload(url="https://a.example/1.jpg"))[0] == 324


def test_a_feed_takes_no_files(page: Caller) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="source"; filename="a"\r\n\r\nx\r\n--x--\r\n'
    )
    headers = {
        "authorization": f"Bearer {TOKEN}",
        "content-type": "multipart/form-data; boundary=x",
    }
    answer = page.send("POST", f"/{PAGE}/feed", {"message": "x"}, headers=headers, body=body)
    assert error(decoded(answer))[0] == 100


# Several photos in one post


def test_photos_are_attached_as_fields_of_a_form(page: Caller) -> None:
    photos = [page.photo(alt_text_custom=alt) for alt in ("one", "two")]
    id_ = page.feed(**attached(*photos))
    for photo in photos:
        assert page.get(f"/{photo}", fields="page_story_id")["page_story_id"] == id_
    fields = "attachments{media_type,subattachments{target,media_type}}"
    [album] = page.get(f"/{id_}", fields=fields)["attachments"]["data"]
    assert album["media_type"] == "album"
    assert [item["target"]["id"] for item in album["subattachments"]["data"]] == photos


def test_photos_are_attached_as_one_list_in_form_or_json(page: Caller) -> None:
    one, two = [{"media_fbid": page.photo()}], [{"media_fbid": page.photo()}]
    assert page.post(f"/{PAGE}/feed", message="a", attached_media=json.dumps(one))["id"]
    id_ = page.post_json(f"/{PAGE}/feed", {"message": "b", "attached_media": two})["id"]
    [photo] = page.get(f"/{id_}", fields="attachments")["attachments"]["data"]
    assert (photo["type"], photo["target"]["id"]) == ("photo", two[0]["media_fbid"])
    assert "media_type" not in photo


def test_an_attachment_tells_what_comes_without_asking(page: Caller) -> None:
    photos = [page.photo(caption="Sợi miến"), page.photo()]
    single, album = (
        page.feed("one", **attached(page.photo())),
        page.feed("two", **attached(*photos)),
    )
    [photo] = page.get(f"/{single}", fields="attachments")["attachments"]["data"]
    assert set(photo) == {"media", "target", "type", "url"}
    assert set(photo["media"]["image"]) == {"height", "width", "src"}
    [whole] = page.get(f"/{album}", fields="attachments")["attachments"]["data"]
    assert set(whole) == {"media", "subattachments", "target", "title", "type", "url"}
    assert photos[0] in whole["media"]["image"]["src"]
    for item, id_ in zip(whole["subattachments"]["data"], photos, strict=True):
        assert (set(item), item["target"]["id"]) == ({"media", "target", "type", "url"}, id_)
    fields = "attachments{description,subattachments{title}}"
    [told] = page.get(f"/{album}", fields=fields)["attachments"]["data"]
    assert told == {"description": "two", "subattachments": {"data": [{"title": "Sợi miến"}, {}]}}
    [told] = page.get(f"/{single}", fields="attachments{description}")["attachments"]["data"]
    assert told == {"description": "one"}
    link = page.feed("three", link=LINK)
    [told] = page.get(f"/{link}", fields="attachments{title,target}")["attachments"]["data"]
    assert (told["title"], set(told["target"])) == (LINK, {"url"})


@pytest.mark.parametrize("hidden", [{}, {"published": "false"}])
def test_photos_that_are_in_a_post_are_1366051(page: Caller, hidden: dict[str, Any]) -> None:
    photo = page.photo()
    page.feed("first", **attached(photo), **hidden)
    assert error(page.post(f"/{PAGE}/feed", message="second", **attached(photo))) == (100, 1366051)


def test_a_published_photo_is_in_a_post(page: Caller) -> None:
    photo = page.upload()["id"]
    assert error(page.post(f"/{PAGE}/feed", message="x", **attached(photo))) == (100, 1366051)


def test_at_most_10_photos_each_once(page: Caller) -> None:
    photos = [page.photo() for _ in range(11)]
    assert error(page.post(f"/{PAGE}/feed", message="x", **attached(*photos)))[0] == 100
    assert (
        error(page.post(f"/{PAGE}/feed", message="x", **attached(photos[0], photos[0])))[0] == 100
    )
    assert page.feed(**attached(*photos[:10]))


@pytest.mark.parametrize(
    "fields",
    [
        {"attached_media[0]": "77"},
        {"attached_media[0]": "{"},
        {"attached_media[0]": '{"media_fbid": 77}'},
        {"attached_media[0]": '{"media_fbid": "x"}'},
        {"attached_media[0]": '{"media_fbid": "7", "more": 1}'},
        {"attached_media[1]": '{"media_fbid": "7"}'},
        {"attached_media": '{"media_fbid": "7"}'},
        {"attached_media": "[]", "attached_media[0]": '{"media_fbid": "7"}'},
    ],
)
def test_attached_media_has_one_form(page: Caller, fields: dict[str, Any]) -> None:
    assert error(page.post(f"/{PAGE}/feed", message="x", **fields)) == (100, None)


def test_a_photo_that_is_attached_has_to_be_there(page: Caller) -> None:
    assert error(page.post(f"/{PAGE}/feed", message="x", **attached("7"))) == (100, 33)
    assert error(page.post_json(f"/{PAGE}/feed", {"attached_media": [{"media_fbid": 7}]})) == (
        100,
        None,
    )


def test_a_link_and_photos_do_not_go_together(page: Caller) -> None:
    photo = page.photo()
    assert error(page.post(f"/{PAGE}/feed", message="x", link=LINK, **attached(photo)))[0] == 100
    assert error(page.post(f"/{page.draft(link=LINK)}", **attached(photo)))[0] == 100


def test_an_unpublished_photo_that_no_post_takes_is_gone_after_a_day(page: Caller) -> None:
    taken, left = page.photo(), page.photo()
    page.draft(**attached(taken))
    page.later(hours=24)
    assert page.get(f"/{left}")["id"] == left
    page.later(seconds=1)
    assert error(page.get(f"/{left}")) == (100, 33)
    assert page.get(f"/{taken}")["id"] == taken


def test_the_photos_of_a_draft_can_be_changed_and_let_go(page: Caller) -> None:
    old, new = page.photo(), page.photo()
    id_ = page.draft(**attached(old))
    assert page.post(f"/{id_}", **attached(new), is_published="true") == {"success": True}
    assert page.get(f"/{new}", fields="page_story_id")["page_story_id"] == id_
    assert page.feed("another", **attached(old))


def test_the_photos_of_a_published_post_stay(page: Caller) -> None:
    photo = page.photo()
    id_ = page.feed(**attached(photo))
    assert page.post(f"/{id_}", **attached(photo), is_published="true") == {"success": True}
    assert error(page.post(f"/{id_}", **attached(page.photo())))[0] == 100


# Deleting


def test_what_is_deleted_is_gone(page: Caller) -> None:
    photo = page.photo()
    id_ = page.feed(**attached(photo))
    comment = page.post(f"/{id_}/comments", message="first")["id"]
    assert page.delete(f"/{id_}") == {"success": True}
    for gone in (id_, photo, comment):
        assert error(page.get(f"/{gone}")) == (100, 33)
    assert error(page.delete(f"/{id_}")) == (100, 33)
    assert page.listed() == []


def test_a_photo_left_over_can_be_deleted(page: Caller) -> None:
    photo = page.photo()
    assert page.delete(f"/{photo}") == {"success": True}
    assert error(page.post(f"/{PAGE}/feed", message="x", **attached(photo))) == (100, 33)


def test_a_post_loses_its_photo_and_goes_with_its_only_one(page: Caller) -> None:
    one, two = page.photo(), page.photo()
    id_ = page.feed(**attached(one, two))
    page.delete(f"/{one}")
    [left] = page.get(f"/{id_}", fields="attachments")["attachments"]["data"]
    assert left["target"]["id"] == two
    page.delete(f"/{two}")
    assert error(page.get(f"/{id_}")) == (100, 33)


# Lists


def several(page: Caller, count: int) -> list[str]:
    ids = []
    for number in range(count):
        page.later(minutes=1)
        ids.append(page.feed(f"post {number}"))
    return ids[::-1]


@pytest.mark.parametrize("edge", ["posts", "published_posts", "feed"])
def test_posts_are_listed_newest_first(page: Caller, edge: str) -> None:
    page.draft()
    ids = several(page, 3)
    assert page.listed(edge) == ids


def test_a_draft_published_late_is_listed_as_the_newest(page: Caller) -> None:
    draft = page.draft("early")
    ids = several(page, 2)
    page.later(minutes=1)
    page.post(f"/{draft}", is_published="true")
    assert page.listed() == [draft, *ids]


def test_a_list_is_read_in_parts_by_cursor_or_link(page: Caller) -> None:
    ids = several(page, 5)
    first = page.get(f"/{PAGE}/posts", limit=2, fields="id", since=0)
    second = page.get(
        f"/{PAGE}/posts", limit=2, fields="id", after=first["paging"]["cursors"]["after"]
    )
    link = urlsplit(first["paging"]["next"])
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert (link.hostname, link.path) == (HOSTS[0], f"/v26.0/{PAGE}/posts")
    assert page.get(f"/{PAGE}/posts", **query)["data"] == second["data"]
    third = page.get(
        f"/{PAGE}/posts", limit=2, fields="id", after=second["paging"]["cursors"]["after"]
    )
    found = [post["id"] for part in (first, second, third) for post in part["data"]]
    assert found == ids
    assert "previous" not in first["paging"]
    assert "before=" in second["paging"]["previous"]
    assert "next" not in third["paging"]
    before = third["paging"]["cursors"]["before"]
    assert page.get(f"/{PAGE}/posts", limit=2, fields="id", before=before)["data"] == second["data"]
    end = third["paging"]["cursors"]["after"]
    assert page.get(f"/{PAGE}/posts", after=end) == {"data": []}


def test_a_list_has_25_to_a_page_and_at_most_100(page: Caller) -> None:
    several(page, 26)
    assert len(page.listed()) == 25
    assert len(page.listed(limit=100)) == 26
    assert page.listed(limit=0) == []
    for limit in (101, -1, "x"):
        assert error(page.get(f"/{PAGE}/posts", limit=limit))[0] == 100


def test_cursors_are_checked(page: Caller) -> None:
    assert page.listed(after="MTox") == []
    several(page, 1)
    assert error(page.get(f"/{PAGE}/posts", after="x"))[0] == 100
    assert error(page.get(f"/{PAGE}/posts", after="MTox", before="MTox"))[0] == 100


@pytest.mark.parametrize(
    "form",
    [
        lambda at: int(at.timestamp()),
        lambda at: at.isoformat(),
        lambda at: at.astimezone(timezone(timedelta(hours=7))).isoformat(),
        lambda at: at.replace(tzinfo=None).isoformat(),
    ],
)
def test_since_and_until_bound_the_time(page: Caller, form: Any) -> None:
    newest, middle, oldest = several(page, 3)
    at = NOW + timedelta(minutes=2)
    assert page.listed(since=form(at)) == [newest, middle]
    assert page.listed(since=form(at), until=form(at)) == [middle]
    assert page.listed(since=0) == [newest, middle, oldest]
    assert error(page.get(f"/{PAGE}/posts", since="yesterday-ish"))[0] == 100


def test_me_is_the_page_of_the_token(page: Caller) -> None:
    id_ = page.post("/me/feed", message="x")["id"]
    assert [post["id"] for post in page.get("/me/posts")["data"]] == [id_]
    answer = page.get("/me", fields="id,name,fan_count,followers_count,link")
    assert (answer["id"], answer["name"]) == (PAGE, "htx")
    assert answer["followers_count"] >= answer["fan_count"] >= 100


# Comments


def test_the_page_comments_under_its_post(page: Caller) -> None:
    id_ = page.feed()
    first = page.post(f"/{id_}/comments", message=f"Mua tại {LINK}")["id"]
    page.later(seconds=9)
    answer = page.post(f"/{id_}/comments", message="2", fields="message")
    second = answer["id"]
    assert answer == {"message": "2", "id": second}
    assert first.startswith(id_.partition("_")[2] + "_")
    fields = "id,message,created_time"
    data = page.get(f"/{id_}/comments", fields=fields)["data"]
    assert [item["id"] for item in data] == [first, second]
    assert data[0] == {
        "id": first,
        "message": f"Mua tại {LINK}",
        "created_time": "2026-11-23T02:00:00+0000",
    }
    latest = page.get(f"/{id_}/comments", order="reverse_chronological", limit=1, summary="true")
    assert [item["id"] for item in latest["data"]] == [second]
    assert latest["summary"]["total_count"] == 2
    assert page.get(f"/{first}", fields="message,from")["from"]["id"] == PAGE
    nested = page.get(f"/{id_}", fields="comments.limit(1){message}")["comments"]
    assert nested["data"] == [{"message": f"Mua tại {LINK}", "id": first}]


def test_a_comment_is_a_text_under_a_published_post(page: Caller) -> None:
    id_ = page.feed()
    assert error(page.post(f"/{id_}/comments", message=" "))[0] == 100
    assert error(page.post(f"/{id_}/comments", message="x" * 8_001))[0] == 100
    assert page.post(f"/{id_}/comments", message="x" * 8_000)["id"]
    assert error(page.post(f"/{page.draft()}/comments", message="x"))[0] == 100
    assert error(page.get(f"/{id_}/comments", order="ranked?"))[0] == 100


def test_a_comment_can_be_deleted(page: Caller) -> None:
    id_ = page.feed()
    comment = page.post(f"/{id_}/comments", message="x")["id"]
    assert page.delete(f"/{comment}") == {"success": True}
    assert page.get(f"/{id_}/comments") == {"data": []}


# Numbers

COUNTERS = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"


def test_shares_are_absent_when_there_are_none(page: Caller) -> None:
    answer = page.get(f"/{page.feed()}", fields=COUNTERS)
    assert "shares" not in answer
    assert answer["comments"] == {
        "data": [],
        "summary": {"order": "ranked", "total_count": 0, "can_comment": True},
    }
    assert answer["reactions"] == {
        "data": [],
        "summary": {"total_count": 0, "viewer_reaction": "NONE"},
    }


def metrics(page: Caller, id_: str, names: str) -> dict[str, Any]:
    data = page.get(f"/{id_}/insights", metric=names)["data"]
    return {item["name"]: item["values"][0]["value"] for item in data}


def test_feed_counters_and_insights_tell_the_same_numbers(page: Caller) -> None:
    id_ = page.feed()
    page.post(f"/{id_}/comments", message="first")
    page.later(days=28)
    [entry] = page.stand.feeds(page.now)[0].entries
    counts = entry.counts
    assert list(counts) == ["views", "reach", "reactions", "comments", "shares", "clicks"]
    assert min(counts.values()) > 0
    answer = page.get(f"/{id_}", fields=COUNTERS)
    assert answer["shares"]["count"] == counts["shares"]
    assert answer["comments"]["summary"]["total_count"] == counts["comments"]
    assert answer["reactions"]["summary"]["total_count"] == counts["reactions"]
    told = metrics(
        page,
        id_,
        "post_media_view,post_total_media_view_unique,post_clicks,post_clicks_by_type,"
        "post_reactions_by_type_total,post_reactions_like_total,post_activity_by_action_type",
    )
    assert told["post_media_view"] == counts["views"]
    assert told["post_total_media_view_unique"] == counts["reach"]
    assert told["post_clicks_by_type"]["link clicks"] == counts["clicks"]
    assert told["post_clicks"] == sum(told["post_clicks_by_type"].values())
    reactions = told["post_reactions_by_type_total"]
    assert sum(reactions.values()) == counts["reactions"]
    assert told["post_reactions_like_total"] == reactions["like"]
    names = ("reactions", "comments", "shares")
    assert told["post_activity_by_action_type"] == dict(
        zip(("like", "comment", "share"), (counts[name] for name in names), strict=True)
    )


def test_numbers_only_grow(page: Caller) -> None:
    id_ = page.feed()
    names = "post_media_view,post_reactions_like_total,post_reactions_love_total,post_clicks"
    before = metrics(page, id_, names)
    for _ in range(40):
        page.later(hours=3)
        after = metrics(page, id_, names)
        assert all(after[name] >= before[name] for name in before)
        before = after
    assert min(before.values()) > 0


def test_insights_have_the_documented_form(page: Caller) -> None:
    id_ = page.feed()
    answer = page.get(f"/{id_}/insights", metric="post_media_view,post_clicks", period="lifetime")
    assert [item["name"] for item in answer["data"]] == ["post_clicks", "post_media_view"]
    item = answer["data"][1]
    assert set(item) == {"name", "period", "values", "title", "description", "id"}
    assert item["period"] == "lifetime"
    assert item["values"] == [{"value": 0}]
    assert item["id"] == f"{id_}/insights/post_media_view/lifetime"
    assert set(answer["paging"]) == {"previous", "next"}
    day, moment = 24 * 3_600, int(page.now.timestamp())
    for link, since in (("previous", moment - 2 * day), ("next", moment)):
        query = {
            name: value[0]
            for name, value in parse_qs(urlsplit(answer["paging"][link]).query).items()
        }
        assert (int(query["since"]), int(query["until"])) == (since, since + day)
        assert page.get(f"/{id_}/insights", **query)["data"] == answer["data"]


def test_all_metrics_that_live_can_be_had_at_once(page: Caller) -> None:
    kinds = ("like", "love", "wow", "haha", "sorry", "anger")
    names = {
        "post_media_view",
        "post_total_media_view_unique",
        "post_clicks",
        "post_clicks_by_type",
        "post_reactions_by_type_total",
        "post_activity_by_action_type",
        "post_video_views",
        "post_video_views_organic",
        "post_video_avg_time_watched",
        *(f"post_reactions_{kind}_total" for kind in kinds),
    }
    id_ = page.feed()
    told = metrics(page, id_, ",".join(names))
    assert set(told) == names
    assert told["post_clicks_by_type"] == told["post_reactions_by_type_total"] == {}
    assert told["post_video_views"] == 0


def test_insights_can_be_a_field(page: Caller) -> None:
    several(page, 2)
    posts = page.get(f"/{PAGE}/posts", fields="id,insights.metric(post_media_view,post_clicks)")
    assert [len(post["insights"]["data"]) for post in posts["data"]] == [2, 2]


@pytest.mark.parametrize(
    "dead", ["post_impressions", "post_impressions_unique", "post_engaged_users", "post_views"]
)
def test_one_dead_metric_fails_the_whole_call(page: Caller, dead: str) -> None:
    answer = page.get(f"/{page.feed()}/insights", metric=f"post_media_view,{dead}")
    assert error(answer) == (100, None)
    assert answer["error"]["message"] == "(#100) The value must be a valid insights metric"


def test_insights_need_a_metric_and_a_span_of_at_most_90_days(page: Caller) -> None:
    id_ = page.feed()
    assert error(page.get(f"/{id_}/insights")) == (3001, 1504028)
    day = 24 * 3_600
    asked = {"metric": "post_clicks", "since": 0}
    assert page.get(f"/{id_}/insights", **asked, until=90 * day)["data"]
    assert page.get(f"/{id_}/insights", **asked, until=0)["data"]
    for more in ({"until": 90 * day + 1}, {"until": -1}, {"period": "day"}):
        assert error(page.get(f"/{id_}/insights", **asked, **more))[0] == 100


def test_nobody_has_seen_a_draft(page: Caller) -> None:
    id_ = page.draft()
    page.later(days=9)
    assert page.get(f"/{id_}/insights", metric="post_media_view")["data"] == []
    assert page.get(f"/{id_}", fields=COUNTERS)["reactions"]["summary"]["total_count"] == 0
    page.post(f"/{id_}", is_published="true")
    assert metrics(page, id_, "post_media_view") == {"post_media_view": 0}


# Faults


def made(page: Caller, fault: Fault, message: str = "x") -> str:
    return str(page.post(f"/{PAGE}/feed", fault, message=message)["id"])


def published(page: Caller, fault: Fault, message: str = "x") -> str:
    id_ = page.draft(message)
    assert page.post(f"/{id_}", fault, is_published="true") == {"success": True}
    return id_


def photographed(page: Caller, fault: Fault, message: str = "x") -> str:
    return str(page.upload(caption=message, fault=fault)["post_id"])


WAYS = pytest.mark.parametrize("way", [made, published, photographed])


@WAYS
def test_a_lagging_post_is_listed_later_but_can_be_read(page: Caller, way: Any) -> None:
    id_ = way(page, Fault.LAGGING)
    page.later(seconds=LAG_SECONDS - 1)
    assert page.listed() == []
    assert page.get(f"/{id_}", fields="is_published")["is_published"] is True
    page.later(seconds=1)
    assert page.listed() == [id_]


@WAYS
def test_a_rewritten_text_has_other_spaces_and_links(page: Caller, way: Any) -> None:
    message = f" Chè  dây\n\nmua: {LINK}. Xem http://b.example/?a=1#c!"
    id_ = way(page, Fault.REWRITTEN, message)
    wanted = f"Chè dây mua: {LINK}?fbclid=sandbox. Xem http://b.example/?a=1&fbclid=sandbox#c!"
    assert page.get(f"/{id_}")["message"] == wanted


def test_a_text_that_was_rewritten_as_a_draft_is_not_marked_twice(page: Caller) -> None:
    hidden = {"published": "false", "message": LINK, "link": LINK}
    id_ = page.post(f"/{PAGE}/feed", Fault.REWRITTEN, **hidden)["id"]
    page.post(f"/{id_}", Fault.REWRITTEN, is_published="true")
    fields = "message,attachments{unshimmed_url}"
    answer = page.get(f"/{id_}", fields=fields)
    assert answer["message"] == f"{LINK}?fbclid=sandbox"
    assert answer["attachments"]["data"][0]["unshimmed_url"] == f"{LINK}?fbclid=sandbox"


def test_a_rewritten_post_is_still_a_duplicate_of_what_was_sent(page: Caller) -> None:
    message = f"Mua  tại {LINK}"
    made(page, Fault.REWRITTEN, message)
    assert error(page.post(f"/{PAGE}/feed", message=message)) == (506, None)


def test_a_throttled_page_is_told_to_wait_for_minutes(page: Caller) -> None:
    answer = page.stand.failure(Fault.THROTTLED)
    assert error(decoded(answer)) == (80001, 2494055)
    for id_ in (PAGE, OTHER):
        [usage] = json.loads(answer.headers["X-Business-Use-Case-Usage"])[id_]
        assert usage["estimated_time_to_regain_access"] * 60 == RETRY_AFTER
        assert usage["call_count"] == 100
    assert not any(name.lower() == "retry-after" for name in answer.headers)


def test_an_expired_token_and_a_refusal_are_told_by_code(page: Caller) -> None:
    expired, refused = page.stand.failure(Fault.EXPIRED), page.stand.failure(Fault.REFUSED)
    assert (expired.status, error(decoded(expired))) == (400, (190, 463))
    assert error(decoded(refused)) == (100, None)
    assert Fault.REFUSED.value in decoded(refused)["error"]["message"]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_BEFORE, Fault.SERVER_ERROR_AFTER])
def test_an_error_of_the_server_is_a_page_of_html(page: Caller, fault: Fault) -> None:
    answer = page.stand.failure(fault)
    assert answer.status == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["facebook-api-version"] == "v26.0"
    assert answer.body.startswith(b"<!DOCTYPE html>")


# What people see, and what lasts


def test_the_page_shows_posts_with_pictures_comments_and_drafts(page: Caller) -> None:
    id_ = page.feed("public", **attached(page.photo(alt_text_custom="Sợi miến")))
    page.post(f"/{id_}/comments", message="first")
    page.later(minutes=1)
    draft = page.draft("to come")
    ours, theirs = page.stand.feeds(page.now)
    assert (ours.account, theirs.account, list(theirs.entries)) == ("htx", "other", [])
    first, second = ours.entries
    assert (first.id, first.note, first.counts) == (draft, "hidden", {})
    assert (second.id, second.note, second.text, second.at) == (id_, "", "public", NOW)
    assert list(second.comments) == ["first"]
    [(picture, alt)] = second.pictures
    assert (page.shelf.file(picture), alt) == (JPEG, "Sợi miến")


def test_a_new_stand_goes_on_where_the_old_one_was(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "sandbox.sqlite")
    first = Caller(shelf.section("facebook"))
    photo = first.photo()
    id_ = first.draft(**attached(photo))
    shelf.close()
    second = Caller(Shelf(tmp_path / "sandbox.sqlite").section("facebook"))
    assert error(second.post(f"/{PAGE}/feed", message="x", **attached(photo))) == (100, 1366051)
    assert second.post(f"/{id_}", is_published="true") == {"success": True}
    assert second.feed("next") not in (id_, photo)
    assert len(second.listed()) == 2
    second.shelf.close()


def test_ids_depend_on_nothing_but_their_order() -> None:
    assert Caller().feed() == Caller().feed()
