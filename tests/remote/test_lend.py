"""A session lent to a vendor's library: our terms hold, tokens stay in headers, errors are ours."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import facebook
import pytest
import tweepy

from promoter.core.errors import ChannelError, NotAuthorized, OutcomeUnknown, Rejected, Transient
from promoter.remote.answer import Answer, Effect
from promoter.remote.http import Session, silence
from promoter.sandbox.contract import Answer as Said
from promoter.sandbox.contract import Fault, Request
from promoter.sandbox.line import Line

TOKEN = "planted-token-of-the-page-4711"
LIMIT = timedelta(seconds=0.4)


@pytest.fixture
def service() -> Iterator[Line]:
    """A service that answers everything with an empty object."""

    def handle(request: Request, _fault: Fault | None) -> Said:
        return Said.json({"id": "1", "data": []})

    with Line(handle, lambda _request, _fault: Said(500, b"<h1>oops</h1>")) as line:
        yield line


def session(line: Line, **bound: Any) -> Session:
    hosts = dict.fromkeys(("graph.facebook.com", "api.x.com"), line.url)
    made = Session(limit=LIMIT, loopback_only=True, hosts=hosts)
    return made.bound(headers={"Authorization": f"Bearer {TOKEN}"}, **bound)


def graph(using: Session, effect: Effect) -> facebook.GraphAPI:
    lent = using.lend(effect, without={"access_token"})
    found = facebook.GraphAPI("in-the-header", session=lent)
    found.version = "v26.0"
    return found


def test_a_token_never_leaves_in_an_address_or_a_form(service: Line) -> None:
    graph(session(service), Effect.READ).get_object("1", fields="id")
    graph(session(service), Effect.PUBLISH).put_object("1", "feed", message="Muối")
    graph(session(service), Effect.PUBLISH).delete_object("1")
    for request in service.sent():
        assert "access_token" not in request.target
        assert b"access_token" not in request.body
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert len(service.sent()) == 3


def test_what_the_library_sends_arrives_whole(service: Line) -> None:
    graph(session(service), Effect.UPLOAD).put_photo(
        b"\xff\xd8 bytes", album_path="7/photos", alt_text_custom="Hạt muối trắng"
    )
    (request,) = service.sent("POST", "/v26.0/7/photos")
    assert request.host == "graph.facebook.com"
    assert request.fields["alt_text_custom"] == ["Hạt muối trắng"]
    assert request.files["source"][0].data == b"\xff\xd8 bytes"


def test_a_host_of_yesterday_is_called_by_its_name_of_today(service: Line) -> None:
    client = tweepy.Client(
        consumer_key="k", consumer_secret="s", access_token="1-t", access_token_secret="u"
    )
    client.session = session(service).lend(Effect.PUBLISH, renamed={"api.twitter.com": "api.x.com"})
    client.create_tweet(text="Muối", user_auth=True)
    (request,) = service.sent("POST", "/2/tweets")
    assert request.host == "api.x.com"
    assert request.headers["authorization"].startswith("OAuth "), "the library's own signature"


def test_a_real_host_is_refused_where_only_this_machine_may_be_spoken_to() -> None:
    using = Session(limit=LIMIT, loopback_only=True)
    with pytest.raises(Rejected, match="is not this machine"):
        graph(using, Effect.PUBLISH).put_object("1", "feed", message="Muối")


@pytest.mark.parametrize(
    ("effect", "kind"), [(Effect.READ, Transient), (Effect.PUBLISH, OutcomeUnknown)]
)
@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.CUT, Fault.DRIP])
def test_a_lost_answer_passes_through_the_library_as_ours(
    service: Line, effect: Effect, kind: type[ChannelError], fault: Fault
) -> None:
    service.arm(fault)
    with pytest.raises(kind) as caught:
        graph(session(service), effect).put_object("1", "feed", message="Muối")
    assert type(caught.value) is kind
    service.settled()
    assert service.left() == 1


def test_the_judge_sees_what_the_library_would_have_taken_for_a_success(service: Line) -> None:
    seen: list[Answer] = []

    def judge(answer: Answer) -> ChannelError | None:
        seen.append(answer)
        return None

    graph(session(service, judge=judge), Effect.READ).get_object("1")
    assert [answer.status for answer in seen] == [200]


def test_an_error_shows_no_token_even_if_the_service_repeats_it() -> None:
    def handle(_request: Request, _fault: Fault | None) -> Said:
        return Said.json({"error": {"message": f"bad {TOKEN} and hidden-in-the-form"}}, 401)

    with Line(handle, lambda _r, _f: Said(500, b"")) as line:
        using = session(line, secrets=["hidden-in-the-form"])
        with pytest.raises(NotAuthorized) as caught:
            graph(using, Effect.READ).get_object("1")
    shown = f"{caught.value!r} {caught.value}"
    assert TOKEN not in shown
    assert "hidden-in-the-form" not in shown


def test_a_library_cannot_take_more_time_than_a_call_may(service: Line) -> None:
    service.arm(Fault.DRIP)
    lent = session(service).lend(Effect.READ)
    with pytest.raises(Transient):
        lent.get("https://graph.facebook.com/1", timeout=600)


def test_proxies_and_netrc_of_the_machine_are_not_used(
    service: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://203.0.113.1:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://203.0.113.1:3128")
    graph(session(service), Effect.READ).get_object("1")
    assert service.left() == 1


def test_a_library_that_is_silenced_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    silence("a_library")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("a_library").warning("Bearer secret")
    assert caplog.records == []


def test_a_pause_until_a_unix_second_is_kept_by_the_services_clock() -> None:
    now = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
    headers = {
        "x-rate-limit-reset": str(int(now.timestamp()) + 420),
        "Date": "Mon, 23 Nov 2026 02:00:00 GMT",
    }
    answer = Answer("api.x.com", Effect.READ, 429, headers, b"")
    assert answer.wait() == timedelta(minutes=7)


@pytest.mark.parametrize("text", ["", "soon", "12", "9" * 30, "-5"])
def test_an_odd_reset_is_no_wait(text: str) -> None:
    assert Answer("api.x.com", Effect.READ, 429, {"x-rate-limit-reset": text}, b"").wait() is None
