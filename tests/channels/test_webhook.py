"""What is peculiar to the webhook: what leaves, how it is signed, what receivers may say."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from promoter.channels import webhook
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Listing, Money, Receipt
from promoter.remote.http import Session
from tests.channels.conftest import creative, key
from tests.remote.raw import answer, serving

NOW = datetime(2026, 11, 23, 2, 0, 0, 900_000, tzinfo=UTC)
SECRET = "planted-secret-of-the-hook"
POST = Receipt("17", "https://cong.example.vn/bai/17")
PAGE = Path(__file__).parents[2] / "docs/channels.md"

Verb = Callable[[Any], Any]


def publish(channel: Any) -> Any:
    return channel.publish(creative(), key(), None)


def find(channel: Any) -> Any:
    return channel.find(creative(), key(), None, NOW)


def correct(channel: Any) -> Any:
    return channel.correct(POST, creative())


def withdraw(channel: Any) -> Any:
    return channel.withdraw(POST)


ALL: dict[Verb, str] = {
    publish: '{"id": 1}',
    find: '{"id": 1}',
    correct: '{"id": 1}',
    withdraw: '{"absent": true}',
}
every_verb = pytest.mark.parametrize("verb", ALL, ids=lambda verb: verb.__name__)
every_write = pytest.mark.parametrize("verb", [publish, correct, withdraw])


def connected(url: str) -> Any:
    session = Session(limit=timedelta(seconds=10), loopback_only=True, clock=lambda: NOW)
    config = webhook.Config.model_validate({"url": url, "secret": SECRET})
    return webhook.connect(config, session)


def told(verb: Verb, body: str, status: int = 200) -> Any:
    """Return what a verb makes of an answer."""
    with serving(answer(status, body.encode())) as service:
        return verb(connected(service.url + "/hook"))


def failure(verb: Verb, status: int, body: str, **headers: str) -> ChannelError:
    """Return what a verb raises for an answer."""
    with (
        serving(answer(status, body.encode(), **headers)) as service,
        pytest.raises(ChannelError) as caught,
    ):
        verb(connected(service.url + "/hook"))
    return caught.value


def sent(verb: Verb) -> tuple[str, dict[str, str], bytes]:
    """Return the one request that a verb makes: its first line, headers and body."""
    with serving(answer(200, ALL[verb].encode())) as service:
        verb(connected(service.url + "/hook"))
    (raw,) = service.requests
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    return first, dict(field.split(": ", 1) for field in fields), body


# What an account is


def identity(url: str) -> str:
    return webhook.Config.model_validate({"url": url, "secret": SECRET}).identity


def test_a_receiver_is_its_address_of_which_only_the_host_is_told() -> None:
    one = "https://cong.example.vn/hook/planted-token-4711?key=planted"
    assert identity(one).startswith("cong.example.vn ")
    assert "planted" not in identity(one)
    assert identity(one) == identity(one) != identity(one + "2")


@pytest.mark.parametrize(
    "url",
    [
        "https://cong.example.vn/hook",
        "http://127.0.0.1:5678/hook",
        "http://127.9.9.9/",
        "http://[::1]:5678/hook",
        "http://localhost/hook",
    ],
)
def test_an_address_is_safe_or_of_this_machine(url: str) -> None:
    assert webhook.Config.model_validate({"url": url, "secret": SECRET})


@pytest.mark.parametrize(
    "url",
    [
        "http://cong.example.vn/hook",
        "http://10.0.0.1/hook",
        "http://localhost.example.vn/",
        "http://127.0.0.1.example.vn/",
        "ftp://127.0.0.1/",
        "cong.example.vn",
    ],
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        webhook.Config.model_validate({"url": url, "secret": SECRET})


def test_a_config_never_shows_its_secret() -> None:
    config = webhook.Config.model_validate({"url": "https://a.vn", "secret": SECRET})
    assert SECRET not in repr(config) + str(config) + config.model_dump_json()


# What leaves


def test_a_post_leaves_whole() -> None:
    first, headers, body = sent(publish)
    what, event = creative(), json.loads(body)
    pictures = event.pop("media")
    assert first == "POST /hook HTTP/1.1"
    assert headers["Content-Type"] == "application/json"
    assert event == {
        "event": "post.publish",
        "key": key(),
        "title": what.title,
        "caption": what.caption,
        "link": what.link,
        "listing": None,
    }
    assert [b64decode(picture.pop("data")) for picture in pictures] == [
        item.data for item in what.media
    ]
    assert pictures == [
        {
            "sha256": item.sha256,
            "mime": item.mime,
            "alt": item.alt,
            "width": item.width,
            "height": item.height,
        }
        for item in what.media
    ]


def test_a_listing_tells_what_a_shop_must_know() -> None:
    listing = Listing("BL-086", "salt_seasoning", Money(amount=15_000), 1_050, "8930000000017")
    what = replace(creative(pictures=0), listing=listing)
    with serving(answer(200, b'{"id": 1}')) as service:
        connected(service.url).publish(what, key(), None)
    assert json.loads(service.requests[0].partition(b"\r\n\r\n")[2])["listing"] == {
        "code": "BL-086",
        "product_class": "salt_seasoning",
        "price": {"amount": 15_000, "currency": "VND"},
        "grams": 1_050,
        "gtin": "8930000000017",
    }


def test_a_look_holds_nothing_that_could_be_posted() -> None:
    _, _, body = sent(find)
    assert json.loads(body) == {"event": "post.find", "key": key(), "link": creative().link}


def test_a_correction_holds_the_whole_post_under_the_receivers_own_name() -> None:
    event, first = json.loads(sent(correct)[2]), json.loads(sent(publish)[2])
    assert (event.pop("event"), event.pop("id")) == ("post.correct", POST.remote_id)
    assert (first.pop("event"), first.pop("key")) == ("post.publish", key())
    assert event == first


def test_a_withdrawal_names_the_post() -> None:
    assert json.loads(sent(withdraw)[2]) == {"event": "post.withdraw", "id": POST.remote_id}


@pytest.mark.parametrize(("verb", "named"), [(publish, True), (find, True), (withdraw, False)])
def test_a_key_stands_in_a_header_too(verb: Verb, *, named: bool) -> None:
    assert sent(verb)[1].get("X-Promoter-Key") == (key() if named else None)


@every_verb
def test_each_call_is_signed_as_the_documentation_tells_receivers(
    verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers, body = sent(verb)
    is_ours = _documented()
    monkeypatch.setattr("time.time", lambda: NOW.timestamp() + 299)
    assert headers["X-Promoter-Timestamp"] == "1795399200"
    assert is_ours(headers, body, SECRET)
    assert not is_ours(headers, body + b" ", SECRET)
    assert not is_ours(headers, body, "another secret")
    assert not is_ours({**headers, "X-Promoter-Timestamp": "1795399201"}, body, SECRET)
    assert not is_ours({}, body, SECRET)
    monkeypatch.setattr("time.time", lambda: NOW.timestamp() + 301)
    assert not is_ours(headers, body, SECRET)


def _documented() -> Callable[..., bool]:
    """Return the function that the documentation shows."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)  # noqa: S102 – it is our own documentation
    function: Callable[..., bool] = found["is_ours"]
    return function


@every_verb
def test_the_secret_itself_never_leaves(verb: Verb) -> None:
    first, headers, body = sent(verb)
    assert SECRET not in first + str(headers) + body.decode()


# What receivers may say


@pytest.mark.parametrize("verb", [publish, find, correct])
@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        ('{"id": "17", "url": "https://cong.example.vn/bai/17"}', POST),
        ('{"id": 17, "url": "https://cong.example.vn/bai/17", "status": "ok"}', POST),
        ('{"id": "17"}', Receipt("17", "")),
        ('{"id": "17", "url": ""}', Receipt("17", "")),
        ('{"id": "17", "url": null}', Receipt("17", "")),
        ('{"id": "17", "absent": true}', Receipt("17", "")),
        ('{"id": "17", "url": "javascript:alert(1)"}', Receipt("17", "")),
    ],
)
def test_a_post_is_what_the_receiver_calls_it(verb: Verb, body: str, receipt: Receipt) -> None:
    assert told(verb, body, 201) == receipt


@every_write
@pytest.mark.parametrize(
    "body",
    [
        "",
        "ok",
        "<h1>Welcome to our Wi-Fi</h1>",
        "[]",
        "null",
        '{"ok": true}',
        '{"id": ""}',
        '{"id": null}',
        "[" * 5_000,
        '{"id": ' * 5_000,
    ],
    ids=lambda body: body[:30],
)
def test_an_answer_that_does_not_tell_is_a_doubt(verb: Verb, body: str) -> None:
    assert type(failure(verb, 200, body)) is OutcomeUnknown


def test_a_withdrawal_is_done_when_the_receiver_says_so() -> None:
    assert type(failure(withdraw, 200, '{"id": "17"}')) is OutcomeUnknown
    told(withdraw, '{"absent": true}')


REASON = '{"reason": "the caption is too long"}'


@every_write
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, NotAuthorized),
        (403, NotAuthorized),
        (409, OutcomeUnknown),
        (413, Rejected),
        (422, Rejected),
        (500, OutcomeUnknown),
        (501, Rejected),
    ],
)
def test_a_refusal_with_a_reason_counts(verb: Verb, status: int, kind: type[ChannelError]) -> None:
    error = failure(verb, status, REASON)
    assert type(error) is kind
    assert ("the caption is too long" in str(error)) == (status != 500)


@every_write
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 501])
@pytest.mark.parametrize("body", ["", "<h1>nginx</h1>", "{}", "[]", '{"reason": null}'])
def test_a_refusal_without_a_reason_decides_nothing(verb: Verb, status: int, body: str) -> None:
    assert type(failure(verb, status, body)) is OutcomeUnknown


@every_verb
@pytest.mark.parametrize("body", ["", REASON])
def test_a_pause_is_kept(verb: Verb, body: str) -> None:
    error = failure(verb, 429, body, Retry_After="90")
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (timedelta(seconds=90), Scope.ACCOUNT)


FRAMEWORK = '{"detail": "Not Found"}'
UNKNOWN = '{"reason": "there is no post 17"}'
no_address = pytest.mark.parametrize("status", [404, 405])


@no_address
@pytest.mark.parametrize("body", [REASON, FRAMEWORK])
def test_a_wrong_address_is_the_accounts_problem(status: int, body: str) -> None:
    error = failure(publish, status, body)
    assert type(error) is NotAuthorized
    assert "check the account's url" in str(error)


@no_address
def test_a_post_that_the_receiver_does_not_know_is_withdrawn(status: int) -> None:
    assert told(withdraw, UNKNOWN, status) is None


@no_address
@pytest.mark.parametrize("address", ["https://cong.example.vn/bai/17", "http://127.0.0.1/17"])
def test_a_post_that_a_person_has_found_is_never_taken_for_withdrawn(
    status: int, address: str
) -> None:
    def found(channel: Any) -> Any:
        return channel.withdraw(Receipt(address, address))

    error = failure(found, status, UNKNOWN)
    assert type(error) is Rejected
    assert f"do it by hand at {address}" in str(error)
    assert told(found, '{"absent": true}') is None


@no_address
def test_a_post_that_the_receiver_does_not_know_cannot_be_corrected(status: int) -> None:
    error = failure(correct, status, UNKNOWN)
    assert isinstance(error, Rejected)
    assert "knows no such post: there is no post 17" in str(error)


@no_address
@pytest.mark.parametrize("verb", [correct, withdraw])
def test_what_any_framework_says_of_an_address_says_nothing_of_a_post(
    verb: Verb, status: int
) -> None:
    error = failure(verb, status, FRAMEWORK)
    assert type(error) is Rejected
    assert "Not Found; look by hand" in str(error)


def test_a_withdrawal_that_names_the_post_is_done() -> None:
    assert told(withdraw, '{"id": "17", "absent": true}') is None


def test_a_reason_never_repeats_the_secret() -> None:
    assert SECRET not in str(failure(publish, 400, json.dumps({"reason": f"not {SECRET}"})))


# Looking


@pytest.mark.parametrize(
    "body", ['{"absent": true}', '{"absent": true, "id": null}', '{"absent": true, "id": ""}']
)
def test_only_the_receivers_own_word_makes_an_absence_sure(body: str) -> None:
    assert told(find, body) == Absent(sure=True)


def test_a_post_that_has_an_id_is_not_absent() -> None:
    assert told(find, '{"absent": true, "id": 17}') == Receipt("17", "")


@pytest.mark.parametrize("body", ["", "ok", "<h1>Hello</h1>", "[]", "{}", '{"absent": false}'])
def test_a_receiver_that_does_not_understand_leaves_it_open(body: str) -> None:
    assert told(find, body) == Absent(sure=False)


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("body", ["", "<h1>nginx</h1>", REASON, '{"absent": true}'])
def test_a_receiver_that_cannot_be_asked_leaves_it_open(status: int, body: str) -> None:
    assert told(find, body, status) == Absent(sure=False)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, NotAuthorized), (409, Transient), (500, Transient), (503, Transient)],
)
def test_a_look_that_fails_says_nothing(status: int, kind: type[ChannelError]) -> None:
    assert type(failure(find, status, REASON)) is kind
