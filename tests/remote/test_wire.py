"""One call: it ends in time, starts in time, and goes only where it may."""

import itertools
import socket
import threading
import time
from datetime import timedelta

import pytest

from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.remote import deadline
from promoter.remote.deadline import fence
from promoter.remote.http import Session
from tests.remote import raw
from tests.remote.conftest import (
    LIMIT,
    LOST,
    OK,
    VERBS,
    Verb,
    every_verb,
    failure,
    publish,
    read,
    session,
    upload,
)
from tests.remote.raw import answer, dripped, serving, silent

LENIENCE = 0.4


# Every call has an end


def ends_in_time(verb: Verb, url: str) -> ChannelError:
    start = time.monotonic()
    error = failure(verb, url)
    assert time.monotonic() - start < LIMIT.total_seconds() + LENIENCE
    return error


@pytest.mark.parametrize("verb", [read, publish])
@pytest.mark.parametrize(
    "say",
    [
        silent,
        dripped(b""),
        dripped(OK + b"X-Long: "),
        dripped(OK + b"Content-Length: 9999\r\n\r\n"),
        dripped(OK + b"\r\n"),
    ],
    ids=["silence", "status", "header", "body", "body without length"],
)
def test_a_call_ends_at_its_limit_however_slowly_the_answer_drips(verb: Verb, say: raw.Say) -> None:
    with serving(say) as service:
        error = ends_in_time(verb, service.url)
    assert type(error) is LOST[verb]
    assert "in time" in str(error) or say is not silent


def test_a_handshake_that_drips_ends_at_the_limit() -> None:
    record = b"\x16\x03\x03\x40\x00"  # the head of a TLS record of 16 kB that never gets full
    with serving(dripped(record), listen_first=False) as service:
        assert isinstance(ends_in_time(publish, service.url.replace("http:", "https:")), Transient)


def test_a_body_that_nobody_reads_ends_at_the_limit() -> None:
    release = threading.Event()

    def say(client: socket.socket) -> None:
        release.wait(9)

    with serving(say, listen_first=False) as service:
        try:
            error = ends_in_time(
                lambda using, url: using.publish("POST", url, json="x" * 20_000_000), service.url
            )
        finally:
            release.set()
    assert type(error) is OutcomeUnknown


def test_a_resolver_that_hangs_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(9) and [])
    try:
        assert isinstance(ends_in_time(publish, "http://localhost:1"), Transient)
    finally:
        release.set()


def test_a_watchdog_leaves_no_thread_behind() -> None:
    with serving(answer()) as service:
        read(session(timedelta(minutes=10)), service.url)
    deadline_of_the_test = time.monotonic() + 5
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
        assert time.monotonic() < deadline_of_the_test


# The fence


def test_a_public_write_after_its_fence_is_not_even_connected() -> None:
    with serving(answer()) as service, fence(0):
        error = failure(publish, service.url)
    assert isinstance(error, Transient)
    assert "time was over" in str(error)
    assert error.scope is Scope.POST, "the network is not to blame"
    assert service.requests == []


def test_a_fence_is_for_public_writes_only() -> None:
    with serving(answer()) as service, fence(0):
        assert read(session(), service.url).status == 200
        assert upload(session(), service.url).status == 200


def test_a_public_write_waits_no_longer_than_its_fence() -> None:
    with serving(silent) as service, fence(0.2):
        start = time.monotonic()
        error = failure(publish, service.url, session(timedelta(seconds=9)))
    assert type(error) is OutcomeUnknown
    assert time.monotonic() - start < 0.2 + LENIENCE


def test_a_machine_that_sleeps_while_connecting_does_not_post(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken = _sleep_after(monkeypatch, socket.socket, "connect")
    with serving(answer()) as service, fence(60):
        error = failure(publish, service.url, session(timedelta(seconds=60)))
    assert woken.is_set()
    assert isinstance(error, Transient)
    assert not any(service.requests), "it may have been connected, but nothing left"


def test_a_machine_that_sleeps_in_the_middle_of_a_write_does_not_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken = _sleep_after(monkeypatch, socket.socket, "sendall")
    with serving(answer()) as service, fence(60):
        error = failure(publish, service.url, session(timedelta(seconds=60)))
    assert woken.is_set()
    assert type(error) is OutcomeUnknown
    assert b"caption" not in service.requests[0], "the body did not leave"


def _sleep_after(monkeypatch: pytest.MonkeyPatch, owner: type, verb: str) -> threading.Event:
    """Let the clock jump an hour when this thread has done something for the first time."""
    woken, me, real = threading.Event(), threading.get_ident(), getattr(owner, verb)

    def done(*given: object) -> object:
        result = real(*given)
        if threading.get_ident() == me:
            woken.set()
        return result

    clock = deadline.boottime
    monkeypatch.setattr(owner, verb, done)
    monkeypatch.setattr(deadline, "boottime", lambda: clock() + 3600 * woken.is_set())
    return woken


# Where bytes may go


@every_verb
@pytest.mark.parametrize(
    "url",
    [
        "https://graph.facebook.com/v23.0/me/feed",
        "http://8.8.8.8/",
        "http://[::ffff:8.8.8.8]/",
        "http://0.0.0.0/",
        "http://134744072/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@example.com/",
    ],
)
def test_a_sandbox_speaks_to_no_other_machine(
    verb: Verb, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: used.append(given))
    monkeypatch.setattr(socket, "socket", lambda *given, **_: used.append(given))
    assert isinstance(failure(verb, url), Rejected | NotAuthorized)
    assert used == [], "no name was looked up, no socket was made"


def test_a_name_of_this_machine_that_leads_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: elsewhere)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it was connected"))
    assert isinstance(failure(publish, "http://localhost/"), Rejected)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "api.localhost"])
def test_a_sandbox_speaks_to_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
    with serving(answer()) as service:
        here = [(*item[:4], ("127.0.0.1", service.port)) for item in here]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
        assert read(session(), f"http://{host}:{service.port}").status == 200


def test_the_next_address_of_a_name_is_tried(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    with serving(answer()) as service:
        both = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
            for port in (closed_port, service.port)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        assert publish(session(), "http://localhost").status == 200


def test_a_stand_in_takes_the_place_of_a_host() -> None:
    with serving(answer()) as service:
        using = Session(limit=LIMIT, loopback_only=True, hosts={"graph.facebook.com": service.url})
        using.read("GET", "https://graph.facebook.com/v23.0/me?fields=id")
    assert service.requests[0].startswith(b"GET /v23.0/me?fields=id HTTP/1.1")
    assert b"Host: graph.facebook.com" in service.requests[0]


def test_proxies_of_the_environment_are_not_asked(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("no_proxy", "")
    with serving(answer()) as service:
        assert read(session(), service.url).status == 200


def test_no_connection_and_no_cookie_is_used_twice() -> None:
    with serving(answer(200, b"{}", Set_Cookie="who=1", Connection="keep-alive")) as service:
        using = session()
        for verb in itertools.chain(VERBS, VERBS):
            verb(using, service.url)
    assert len(service.requests) == 6
    assert all(b"cookie" not in request.lower() for request in service.requests)
