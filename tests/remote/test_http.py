"""The HTTP edge: what each way to fail means, and what of it may be seen."""

import gzip
import logging
import logging.config
import traceback
from datetime import timedelta

import pytest

from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Phrase
from promoter.remote import wire
from promoter.remote.answer import Answer
from tests.remote import raw
from tests.remote.conftest import (
    LOST,
    OK,
    Verb,
    every_verb,
    failure,
    publish,
    read,
    session,
    upload,
)
from tests.remote.raw import answer, said, serving

TOKEN = "EAAB-planted-token-0815"
QUERY = "planted-query"


# What an answer means


@every_verb
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_is_returned_whole(verb: Verb, status: int) -> None:
    with serving(answer(status, b'{"id": "1"}', X_Trace="7")) as service:
        given = verb(session(), service.url)
    assert (given.status, given.json(), given.headers["x-trace"]) == (status, {"id": "1"}, "7")


@every_verb
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (404, Rejected),
        (413, Rejected),
        (422, Rejected),
        (401, NotAuthorized),
        (403, NotAuthorized),
        (429, Transient),
    ],
)
def test_a_clear_refusal_was_surely_not_done(
    verb: Verb, status: int, error: type[ChannelError]
) -> None:
    with serving(answer(status)) as service:
        assert type(failure(verb, service.url)) is error


@every_verb
@pytest.mark.parametrize("status", [103, 301, 302, 303, 307, 408, 500, 502, 503, 504, 599])
def test_after_trouble_a_public_write_may_be_done(verb: Verb, status: int) -> None:
    with serving(answer(status, Location="/elsewhere")) as service:
        assert type(failure(verb, service.url)) is LOST[verb]
    assert len(service.requests) == 1, "nothing is followed, nothing is repeated"


def test_a_refusal_carries_the_reason_of_the_service() -> None:
    body = '{"error": {"message": "Ảnh   quá\\nlớn", "code": 36}}'.encode()
    with serving(answer(400, body)) as service:
        assert str(failure(publish, service.url)).endswith("refuses it: Ảnh quá lớn")


def test_a_long_reason_is_cut() -> None:
    with serving(answer(400, b'{"reason": "' + b"x" * 5_000 + b'"}')) as service:
        assert len(str(failure(publish, service.url))) < 300


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "120"}, timedelta(seconds=120)),
        (
            {
                "Date": "Mon, 23 Nov 2026 02:00:00 GMT",
                "Retry_After": "Mon, 23 Nov 2026 02:10:00 GMT",
            },
            timedelta(minutes=10),
        ),
        (
            {
                "Date": "Mon, 23 Nov 2026 02:00:00 GMT",
                "Retry_After": "Mon, 23 Nov 2026 01:00:00 GMT",
            },
            timedelta(),
        ),
        ({"Retry_After": "9" * 40}, timedelta(days=7)),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_service_asks_for_is_kept(
    headers: dict[str, str], wait: timedelta | None
) -> None:
    with serving(answer(429, **headers)) as service:
        error = failure(publish, service.url)
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (wait, Scope.ACCOUNT)


def test_a_service_that_is_down_for_a_while_pauses_the_account() -> None:
    with serving(answer(503, Retry_After="30")) as service:
        error = failure(upload, service.url)
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (timedelta(seconds=30), Scope.ACCOUNT)


def test_one_bad_upload_does_not_pause_the_account() -> None:
    with serving(answer(500)) as service:
        error = failure(upload, service.url)
    assert isinstance(error, Transient)
    assert error.scope is Scope.POST


@every_verb
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": ', b"\xff", b"[" * 100_000])
def test_an_unreadable_success_may_be_done(verb: Verb, body: bytes) -> None:
    with serving(answer(200, body)) as service:
        given = verb(session(), service.url)
    with pytest.raises(LOST[verb]):
        given.json()


@every_verb
def test_an_answer_cut_in_its_head_is_unreadable(verb: Verb) -> None:
    with serving(said(OK + b"Content-Le")) as service:
        given = verb(session(), service.url)
    with pytest.raises(LOST[verb]):
        given.json()


@pytest.mark.parametrize("status", [200, 302, 400, 401, 429, 500])
def test_the_judge_sees_every_answer_and_has_the_last_word(status: int) -> None:
    expired = NotAuthorized(Phrase("the token has expired"))
    seen: list[int] = []

    def judge(given: Answer) -> ChannelError | None:
        seen.append(given.status)
        return expired

    with serving(answer(status, b'{"error": 190}')) as service:
        assert failure(publish, service.url, session().bound(headers={}, judge=judge)) is expired
    assert seen == [status]


def test_a_status_that_the_adapter_accepts_is_an_answer() -> None:
    with serving(answer(404)) as service:
        assert session().read("GET", service.url, accept=(404,)).status == 404


# What it means that no whole answer came


@every_verb
def test_a_refused_connection_was_surely_not_a_write(verb: Verb, closed_port: int) -> None:
    error = failure(verb, f"http://127.0.0.1:{closed_port}")
    assert isinstance(error, Transient)
    assert error.scope is Scope.ACCOUNT


@every_verb
def test_a_name_that_is_not_known_was_surely_not_a_write(verb: Verb) -> None:
    assert "cannot be found" in str(failure(verb, f"http://{'a' * 64}.localhost"))


@every_verb
def test_a_failed_handshake_was_surely_not_a_write(verb: Verb) -> None:
    with serving(said(b"this is not TLS" * 9), listen_first=False) as service:
        error = failure(verb, service.url.replace("http:", "https:"))
    assert isinstance(error, Transient)
    assert "no safe connection" in str(error)


ANSWERS_WITHOUT_SENSE = {
    "nothing": b"",
    "no status": b"\x00\x01\x02\r\n\r\n",
    "half a body": OK + b'Content-Length: 20\r\n\r\n{"id": "1"}',
    "half a chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "no chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "two lengths": OK + b"Content-Length: 2, 3\r\n\r\n{}",
    "not gzip": OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "an endless line": OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n",
    "too many headers": OK + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
}


@every_verb
@pytest.mark.parametrize("data", ANSWERS_WITHOUT_SENSE.values(), ids=ANSWERS_WITHOUT_SENSE)
def test_an_answer_without_sense_is_a_lost_answer(verb: Verb, data: bytes) -> None:
    with serving(said(data)) as service:
        assert type(failure(verb, service.url)) is LOST[verb]
    assert len(service.requests) == 1, "nothing is repeated"


@every_verb
@pytest.mark.parametrize(
    "body",
    [b"x" * (wire.BODY_LIMIT + 1), gzip.compress(b"\0" * (wire.BODY_LIMIT + 1), 1)],
    ids=["large", "inflated"],
)
def test_an_answer_without_end_is_not_kept(verb: Verb, body: bytes) -> None:
    packed = {"Content_Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}
    with serving(answer(200, body, **packed)) as service:
        error = failure(verb, service.url, session(timedelta(seconds=10)))
    assert type(error) is LOST[verb]
    assert "too large" in str(error)


# What may be seen


def _everything_shown(error: BaseException | None) -> str:
    texts = []
    while error:
        texts += [repr(error), str(error), repr(error.args), repr(vars(error))]
        texts += traceback.format_exception(error)
        error = error.__cause__ or error.__context__
    return " ".join(texts)


SAYINGS: dict[str, raw.Say] = {
    "200": answer(200, f'"{TOKEN}"'.encode()),
    "302": answer(302, Location=f"https://example.com/?t={TOKEN}"),
    "400": answer(400, f'{{"reason": "bad {TOKEN}", "t": "{TOKEN}"}}'.encode()),
    "400 late": answer(400, f'{{"reason": "{"x" * 190} {TOKEN}"}}'.encode()),
    "401": answer(401, f'{{"error": "no {TOKEN}"}}'.encode()),
    "429": answer(429, b"", Retry_After=TOKEN),
    "500": answer(500, TOKEN.encode()),
    "cut": said(b""),
    "bad header": said(OK + f"{TOKEN}\r\n: {TOKEN}\r\nno colon {TOKEN}\r\n\r\n{{}}".encode()),
    "bad status": said(f"{TOKEN} {TOKEN}\r\n\r\n".encode()),
    "bad length": said(OK + f"Content-Length: {TOKEN}\r\n\r\n".encode()),
}


@every_verb
@pytest.mark.parametrize("say", SAYINGS.values(), ids=SAYINGS)
def test_a_token_is_seen_nowhere(
    verb: Verb, say: raw.Say, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
    using = session().bound(headers={"Authorization": f"Bearer {TOKEN}"})
    shown = [repr(using)]
    with serving(say) as service:
        try:
            given = verb(using, f"{service.url}/posts?{QUERY}={TOKEN}")
            shown += [repr(given), given.reason()]
            given.unreadable()
        except ChannelError as error:
            shown.append(_everything_shown(error))
    assert TOKEN.encode() in service.requests[0]
    assert TOKEN[:6] not in " ".join(shown)
    assert TOKEN not in caplog.text
    assert QUERY not in " ".join(shown) + caplog.text


def test_a_configuration_of_logging_opens_no_logger_again(caplog: pytest.LogCaptureFixture) -> None:
    """A web server brings one; it lets every logger that it does not name speak."""
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
    logging.getLogger("urllib3.connectionpool").debug("%s", TOKEN)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "token", [TOKEN + "\n", TOKEN + "\r\nX-Evil: 1", TOKEN + "ạ", "\0" + TOKEN]
)
def test_a_token_that_cannot_be_sent_is_the_accounts_problem(token: str) -> None:
    with serving(answer()) as service:
        error = failure(publish, service.url, session().bound(headers={"Authorization": token}))
    assert isinstance(error, NotAuthorized)
    assert TOKEN not in _everything_shown(error)
    assert service.requests == []


@pytest.mark.parametrize(
    "url", ["", "nonsense", "http://", "http://[::1", "http://127.0.0.1:x/", "ftp://127.0.0.1/"]
)
def test_an_address_that_is_none_is_the_accounts_problem(url: str) -> None:
    assert isinstance(failure(publish, url), NotAuthorized)


def test_a_password_in_an_address_is_not_shown(closed_port: int) -> None:
    error = failure(read, f"http://user:{TOKEN}@127.0.0.1:{closed_port}/a/{TOKEN}?b={TOKEN}")
    assert TOKEN not in _everything_shown(error)
    assert f"127.0.0.1:{closed_port}" in str(error)
