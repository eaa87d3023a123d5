"""What leaves for X, held against its own specification, and what its answers mean."""

import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Draft, Receipt
from tests.channels.conftest import creative, key
from tests.channels.test_x import KEYS, START, connected
from tests.remote.raw import answer, serving

SPECIFICATION = Path(__file__).parents[3] / "shared/specs/x-api-v2.openapi.json"
PROBLEMS = "https://api.x.com/2/problems/"
POST = Receipt("1880028106020515840", "")
DAY = timedelta(hours=24)

Verb = Callable[[Any], object]


def upload(channel: Any) -> object:
    return channel.prepare(creative(pictures=1), key(), None)


def publish(channel: Any) -> object:
    return channel.publish(creative(pictures=0), key(), None)


def find(channel: Any) -> object:
    return channel.find(creative(), key(), None, START)


def metrics(channel: Any) -> object:
    return channel.metrics([POST], START)


def withdraw(channel: Any) -> object:
    return channel.withdraw(POST)


def described(channel: Any) -> object:
    (item,) = creative(pictures=1).media
    draft = Draft(False, {item.sha256: f"1880028106020515840 {START.isoformat()} plain"})
    return channel.prepare(creative(pictures=1), key(), draft)


ALL: list[Verb] = [upload, publish, find, metrics, withdraw]
every_verb = pytest.mark.parametrize("verb", ALL, ids=lambda verb: verb.__name__)


def problem(detail: str, status: int = 403, kind: str = "about:blank", **more: object) -> bytes:
    said = {"title": "Forbidden", "detail": detail, "type": kind, "status": status, **more}
    return json.dumps(said).encode()


def failure(verb: Verb, status: int, body: bytes, **headers: str) -> ChannelError:
    """Return what a verb makes of an answer."""
    with (
        serving(answer(status, body, **headers)) as service,
        pytest.raises(ChannelError) as caught,
    ):
        verb(connected(service.url))
    return caught.value


def said(verb: Verb, body: str, status: int = 200) -> object:
    """Return what a verb gives for an answer."""
    with serving(answer(status, body.encode())) as service:
        return verb(connected(service.url))


# What its refusals mean


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, problem("bad", 400, f"{PROBLEMS}invalid-request"), Rejected),
        (401, problem("Unauthorized", 401), NotAuthorized),
        (
            403,
            problem("You are not allowed to create a Tweet with duplicate content."),
            OutcomeUnknown,
        ),
        (403, problem("You are not permitted to perform this action."), NotAuthorized),
        (403, b'{"errors": [{"code": 433, "message": "This reply is not allowed"}]}', Rejected),
        (403, problem("You are not allowed to do this."), NotAuthorized),
        (403, problem("…", kind=f"{PROBLEMS}client-forbidden"), NotAuthorized),
        (403, problem("Your account is suspended and is not permitted to …"), NotAuthorized),
        (403, problem("Reply to this conversation is not allowed because you …"), Rejected),
        (404, problem("Not Found", 404), Rejected),
        (500, problem("Internal", 500), OutcomeUnknown),
        (503, b"<h1>Over capacity</h1>", OutcomeUnknown),
    ],
)
def test_a_refused_post(status: int, body: bytes, kind: type[ChannelError]) -> None:
    assert type(failure(publish, status, body)) is kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, problem("Payment Required", 402)),
        (402, b'{"title": "CreditsDepleted", "detail": "No credits.", "type": "about:blank"}'),
        (403, problem("…", kind=f"{PROBLEMS}usage-capped")),
        (403, b'{"title": "CreditsDepleted", "detail": "You have no credits left"}'),
        (429, b'{"title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly"}'),
    ],
)
@every_verb
def test_used_up_credits_stop_the_account_for_a_day(status: int, body: bytes, verb: Verb) -> None:
    error = failure(verb, status, body, x_rate_limit_reset="1700000000")
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (DAY, Scope.ACCOUNT)
    assert "buy credits" in str(error)


@pytest.mark.parametrize("body", [problem("Too Many Requests", 429), b"Too Many", b""])
@every_verb
def test_too_many_calls_wait_for_the_next_window(verb: Verb, body: bytes) -> None:
    error = failure(
        verb, 429, body, x_rate_limit_reset="1795399500", Date="Mon, 23 Nov 2026 02:00:00 GMT"
    )
    assert isinstance(error, Transient)
    moment = datetime.fromtimestamp(1795399500, UTC)
    assert (error.after, error.scope) == (moment - START, Scope.ACCOUNT)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413])
@pytest.mark.parametrize("body", [b"<h1>nginx</h1>", b"", b"[]", b'{"reason": "no"}', b"null"])
@every_verb
def test_a_refusal_by_whatever_stands_in_between_decides_nothing(
    verb: Verb, status: int, body: bytes
) -> None:
    lost = OutcomeUnknown if verb in (publish, withdraw) else Transient
    assert type(failure(verb, status, body)) is lost


def test_the_reason_is_told_wherever_it_stands() -> None:
    errors = [{"parameters": {"text": ["…"]}, "message": "Your Tweet text is too long."}]
    error = failure(publish, 400, problem("One or more parameters", 400, errors=errors))
    assert "Your Tweet text is too long." in str(error)


def test_an_upload_that_fails_is_made_again() -> None:
    assert type(failure(upload, 503, b"<h1>Over capacity</h1>")) is Transient
    assert type(failure(upload, 400, problem("media type unrecognized", 400))) is Rejected
    assert type(failure(described, 400, problem("bad", 400))) is Rejected


# What its answers mean


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Welcome to our Wi-Fi</h1>",
        "",
        "null",
        '{"data": {}}',
        '{"data": {"id": "https://evil.example"}}',
        '{"data": {"id": ""}}',
        '{"data": [{"id": "19", "text": 5}]}',
        "9" * 5_000,
        "[" * 5_000,
        '{"data": ' * 5_000,
    ],
    ids=lambda body: body[:30],
)
def test_a_success_that_cannot_be_read_is_a_doubt(body: str) -> None:
    for verb in (upload, described, find, metrics):
        assert type(failure(verb, 200, body.encode())) is Transient, verb
    for verb in (publish, withdraw):
        assert type(failure(verb, 200, body.encode())) is OutcomeUnknown, verb


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (upload, Transient),
        (find, Transient),
        (publish, OutcomeUnknown),
        (withdraw, OutcomeUnknown),
    ],
)
@pytest.mark.parametrize(
    "body", ["{}", '{"data": null}', '{"data": {"id": null, "deleted": null}}']
)
def test_a_success_that_says_nothing_is_none(
    verb: Verb, kind: type[ChannelError], body: str
) -> None:
    assert type(failure(verb, 200, body.encode())) is kind


def test_a_description_of_another_picture_is_none() -> None:
    assert type(failure(described, 200, b'{"data": {"id": "1"}}')) is Transient


def test_a_post_that_is_made_with_a_warning_is_made() -> None:
    body = '{"data": {"id": "19", "text": "…"}, "errors": [{"title": "Field Authorization Error"}]}'
    assert said(publish, body, 201) == Receipt("19", "https://x.com/i/web/status/19")


def test_a_post_that_was_not_deleted_is_not_withdrawn() -> None:
    assert type(failure(withdraw, 200, b'{"data": {"deleted": false}}')) is OutcomeUnknown


def test_only_x_itself_knows_that_a_post_is_gone() -> None:
    gone = problem("Could not find tweet", 404, f"{PROBLEMS}resource-not-found")
    with serving(answer(404, gone)) as service:
        withdraw(connected(service.url))
    assert type(failure(withdraw, 404, problem("Not Found", 404))) is Rejected


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"title": "Unauthorized", "type": "about:blank", "detail": null}', NotAuthorized),
        ('{"title": null, "type": null, "detail": "Unauthorized"}', NotAuthorized),
        ('{"title": "Unauthorized", "errors": null}', NotAuthorized),
        ('{"title": "Unauthorized", "errors": [{"message": null}]}', NotAuthorized),
        ('{"title": null, "detail": null}', OutcomeUnknown),
        ('{"errors": [{"message": null, "detail": null}]}', OutcomeUnknown),
    ],
)
def test_a_null_in_a_refusal_is_a_word_left_out(body: str, kind: type[ChannelError]) -> None:
    assert type(failure(publish, 401, body.encode())) is kind


def test_a_null_in_a_timeline_is_a_word_left_out() -> None:
    link = {"url": None, "expanded_url": creative().link, "media_key": None}
    posts = [
        {"id": "21", "text": None, "entities": None},
        {"id": "20", "entities": {"urls": None}},
        {"id": "19", "text": "…", "entities": {"urls": [link]}},
    ]
    body = {"data": posts, "meta": {"next_token": None}, "errors": None}
    assert said(find, json.dumps(body)) == Receipt("19", "https://x.com/i/web/status/19")


def test_no_posts_at_all_may_be_said_with_null() -> None:
    body = '{"data": null, "meta": {"result_count": 0}}'
    assert said(find, body) == Absent(sure=False)
    assert said(metrics, '{"data": null, "errors": [{"title": "Not Found Error"}]}') == []
    assert type(failure(find, 200, b'{"data": null, "meta": null}')) is Transient


def test_a_page_of_withheld_posts_is_no_missing_account() -> None:
    body = '{"meta": {"result_count": 0}, "errors": [{"title": "Field Authorization Error"}]}'
    assert said(find, body) == Absent(sure=False)


def test_pages_without_end_are_not_followed_forever() -> None:
    body = '{"meta": {"result_count": 0, "next_token": "7140w"}}'
    with serving(answer(200, body.encode())) as service:
        find(connected(service.url))
    assert len(service.requests) == 32


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, {}),
        ({"impression_count": 0}, {"views": 0}),
        ({"retweet_count": 2, "quote_count": 1}, {"shares": 3}),
        ({"repost_count": 2, "quote_count": 1}, {"shares": 3}),
        ({"retweet_count": 0, "repost_count": 5, "quote_count": 0}, {"shares": 0}),
        ({"retweet_count": 2}, {}),
        ({"quote_count": 1}, {}),
        ({"like_count": 4, "something_new": 9}, {"reactions": 4}),
        ({"like_count": 4, "impression_count": None}, {"reactions": 4}),
        ({"retweet_count": None, "repost_count": 2, "quote_count": 1}, {"shares": 3}),
        ({"retweet_count": 2, "quote_count": None}, {}),
        (None, {}),
    ],
)
def test_what_is_not_told_is_missing_and_never_0(
    counts: dict[str, int | None] | None, told: dict[str, int]
) -> None:
    body = json.dumps({"data": [{"id": POST.remote_id, "text": "…", "public_metrics": counts}]})
    found: Any = said(metrics, body)
    assert {item.name: item.value for item in found} == told


def test_a_count_that_is_null_hides_no_other_post() -> None:
    posts = [
        {"id": POST.remote_id, "public_metrics": {"like_count": None}},
        {"id": "19", "public_metrics": {"like_count": 4}, "non_public_metrics": None},
    ]

    def both(channel: Any) -> object:
        return channel.metrics([POST, Receipt("19", "")], START)

    found: Any = said(both, json.dumps({"data": posts}))
    assert [(item.remote_id, item.name, item.value) for item in found] == [("19", "reactions", 4)]


@pytest.mark.parametrize("status", [400, 403])
def test_where_private_counts_are_refused_the_public_ones_are_read(status: int) -> None:
    public = json.dumps({"data": [{"id": POST.remote_id, "public_metrics": {"like_count": 4}}]})
    answers = [answer(status, problem("no", status)), answer(200, public.encode())]
    with serving(lambda client: answers.pop(0)(client)) as service:
        found: Any = metrics(connected(service.url))
    assert [item.value for item in found] == [4]
    assert [b"non_public_metrics" in request for request in service.requests] == [True, False]


# What leaves


def sent(verb: Verb, body: str) -> Any:
    """Return the one request that a verb makes."""
    with serving(answer(200, body.encode())) as service:
        verb(connected(service.url))
    (raw,) = service.requests
    return raw


CALLS = [
    (upload, '{"data": {"id": "1"}}'),
    (described, '{"data": {"id": "1880028106020515840"}}'),
    (publish, '{"data": {"id": "1"}}'),
    (find, '{"meta": {}}'),
    (metrics, f'{{"data": [{{"id": "{POST.remote_id}"}}]}}'),
    (withdraw, '{"data": {"deleted": true}}'),
]
calls = pytest.mark.parametrize(("verb", "body"), CALLS, ids=[verb.__name__ for verb, _ in CALLS])


@pytest.fixture(scope="module")
def specification() -> Any:
    """The specification of X, as it publishes it."""
    if not SPECIFICATION.exists():
        pytest.skip(f"{SPECIFICATION} is not there")
    from openapi_core import Config, OpenAPI

    # it repeats a value in an enum, which the checker of specifications does not allow
    return OpenAPI.from_file_path(str(SPECIFICATION), config=Config(spec_validator_cls=None))


@calls
def test_it_is_what_the_specification_asks_for(specification: Any, verb: Verb, body: str) -> None:
    from openapi_core.testing import MockRequest

    head, _, content = sent(verb, body).partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    method, target, _ = first.split(" ")
    request = MockRequest(
        f"https://{headers['Host']}",
        method.lower(),
        urlsplit(target).path,
        args={name: values[0] for name, values in parse_qs(urlsplit(target).query).items()},
        headers=headers,
        data=content or None,
        content_type=headers.get("Content-Type", "application/json"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not know how to check OAuth 2.0
        specification.validate_request(request)


@calls
def test_each_call_is_signed_and_carries_no_secret(verb: Verb, body: str) -> None:
    raw = sent(verb, body)
    assert b"\r\nAuthorization: OAuth oauth_" in raw
    assert KEYS["consumer_key"].encode() in raw
    assert KEYS["consumer_secret"].encode() not in raw
    assert KEYS["access_token_secret"].encode() not in raw


@calls
def test_each_call_is_for_the_host_that_x_documents(verb: Verb, body: str) -> None:
    assert b"\r\nHost: api.x.com\r\n" in sent(verb, body)


def test_a_timeline_is_asked_for_with_the_words_of_the_documentation() -> None:
    target = sent(find, '{"meta": {}}').split(b" ")[1].decode()
    assert urlsplit(target).path == f"/2/users/{KEYS['user_id']}/tweets"
    assert parse_qs(urlsplit(target).query) == {
        "start_time": ["2026-11-23T01:58:00Z"],
        "max_results": ["100"],
        "tweet.fields": ["created_at,entities,text"],
    }


def test_a_post_holds_its_words_and_nothing_more() -> None:
    content = sent(publish, '{"data": {"id": "1"}}').partition(b"\r\n\r\n")[2]
    assert json.loads(content) == {"text": creative(pictures=0).caption}
