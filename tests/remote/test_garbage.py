"""Services that send nonsense, too much, or too little: the right error, and bounded memory."""

import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from promoter.core.errors import ChannelError
from promoter.remote import wire
from promoter.remote.answer import Answer
from tests.remote import raw
from tests.remote.conftest import LOST, OK, Verb, every_verb, failure, publish, read, session
from tests.remote.raw import Raw, answer, said, serving

TOKEN = "EAAB-planted-token-4711"
PAGE = b"<!doctype html><title>502</title>" + b"<p>Bad gateway</p>" * 600_000
"""More than ten megabytes of an error page."""
LARGE = 100_000_000
ROOM = 40_000_000
"""Bytes that one call may take, whatever comes."""
PATIENT = timedelta(seconds=20)


class Known(BaseModel):
    """What an adapter expects."""

    id: str


def bomb(layers: int) -> bytes:
    """Return a hundred megabytes of zeros, packed so many times."""
    packed = BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(LARGE // 1_000_000):
            file.write(bytes(1_000_000))
    data = packed.getvalue()
    for _ in range(layers - 1):
        data = gzip.compress(data)
    return data


BOMBS = {layers: bomb(layers) for layers in (1, 2, 3)}


def most_memory(verb: Verb, url: str) -> tuple[int, ChannelError]:
    """Return the most bytes that a call held at once, and how it failed."""
    tracemalloc.start()
    try:
        error = failure(verb, url, session(PATIENT))
        return tracemalloc.get_traced_memory()[1], error
    finally:
        tracemalloc.stop()


@every_verb
@pytest.mark.parametrize("layers", BOMBS)
def test_what_swells_up_is_not_kept(verb: Verb, layers: int) -> None:
    encoding = ", ".join(["gzip"] * layers)
    with serving(answer(200, BOMBS[layers], Content_Encoding=encoding)) as service:
        held, error = most_memory(verb, service.url)
    assert type(error) is LOST[verb]
    assert held < ROOM


@every_verb
def test_a_bomb_of_another_kind_is_not_kept(verb: Verb) -> None:
    packed = zlib.compress(bytes(LARGE), 9)
    with serving(answer(200, packed, Content_Encoding="deflate")) as service:
        held, error = most_memory(verb, service.url)
    assert type(error) is LOST[verb]
    assert held < ROOM


@every_verb
@pytest.mark.parametrize("status", [200, 404, 500])
def test_ten_megabytes_of_an_error_page_are_not_kept(verb: Verb, status: int) -> None:
    with serving(answer(status, PAGE, Content_Type="text/html")) as service:
        held, error = most_memory(verb, service.url)
    assert type(error) is LOST[verb]
    assert held < ROOM
    assert len(str(error)) < 300


@every_verb
def test_a_header_without_end_is_not_kept(verb: Verb) -> None:
    endless = OK + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 60_000) for n in range(200))
    with serving(said(endless)) as service:
        held, error = most_memory(verb, service.url)
    assert type(error) is LOST[verb]
    assert held < ROOM


@every_verb
@pytest.mark.parametrize("page", [b"<html><h1>Welcome to nginx!</h1>", b"OK", b"null", b"[]", b"7"])
def test_an_error_page_that_says_200_is_no_answer(verb: Verb, page: bytes) -> None:
    with serving(answer(200, page)) as service:
        given_ = verb(session(), service.url)
    with pytest.raises(LOST[verb]):
        given_.parse(Known)


LENGTHS = {
    "more than came": b"Content-Length: 900\r\n\r\n" + b'{"id": "1"}',
    "less than came": b"Content-Length: 5\r\n\r\n" + b'{"id": "1"}',
    "a length and chunks": b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
}


@every_verb
@pytest.mark.parametrize("rest", LENGTHS.values(), ids=LENGTHS)
def test_a_wrong_length_is_a_lost_answer(verb: Verb, rest: bytes) -> None:
    with serving(said(OK + rest)) as service, pytest.raises(LOST[verb]):
        verb(session(), service.url).parse(Known)


# Whatever comes


@pytest.fixture(scope="module")
def babbling() -> Iterator[tuple[Raw, list[bytes]]]:
    """A service that says the last bytes of a list."""
    sayings = [b""]
    with serving(lambda client: client.sendall(sayings[-1])) as service:
        yield service, sayings


HEADS = st.sampled_from(
    [
        b"",
        b"HTTP/1.1 ",
        OK,
        OK + b"\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\n",
        b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n\r\n",
        b"HTTP/1.1 429 Slow\r\nRetry-After: ",
    ]
)
BABBLE = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([b'{"error": {"message": 7}}', b'{"error": [[]]}', b'{"reason": "\\ud800"}']),
)


@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(head=HEADS, body=BABBLE, verb=st.sampled_from([read, publish]))
def test_whatever_a_service_says_is_an_answer_or_one_of_our_errors(
    babbling: tuple[Raw, list[bytes]], head: bytes, body: bytes, verb: Verb
) -> None:
    service, sayings = babbling
    sayings.append(head + body)
    with suppress(ChannelError):
        given_ = verb(session(PATIENT), service.url)
        assert isinstance(given_, Answer)
        given_.parse(Known)


REPEATS: dict[str, Callable[[bytes], raw.Say]] = {
    "page": lambda token: answer(500, b"<p>" + token + b"</p>"),
    "reason": lambda token: answer(400, b'{"reason": "no ' + token + b'"}'),
    "in a list": lambda token: answer(400, b'{"errors": [{"message": "' + token + b'"}]}'),
    "half": lambda token: said(OK + b"Content-Length: 900\r\n\r\n" + token),
    "large": lambda token: answer(400, b'{"reason": "' + token * 500_000 + b'"}'),
    "status": lambda token: said(b"HTTP/1.1 400 " + token + b"\r\n\r\n"),
}


@every_verb
@pytest.mark.parametrize("said_", REPEATS.values(), ids=REPEATS)
def test_a_service_that_repeats_a_token_does_not_make_it_seen(
    verb: Verb, said_: Callable[[bytes], raw.Say]
) -> None:
    using = session(PATIENT).bound(headers={"Authorization": f"Bearer {TOKEN}"})
    with serving(said_(TOKEN.encode())) as service:
        error = failure(verb, service.url, using)
    chain = itertools.chain([error], [error.__cause__ or error.__context__])
    assert TOKEN not in " ".join(repr((str(item), vars(item))) for item in chain if item)


def test_an_answer_at_the_limit_is_kept() -> None:
    body = b'"' + b"x" * (wire.BODY_LIMIT - 2) + b'"'
    with serving(answer(200, body)) as service:
        assert len(read(session(PATIENT), service.url).body) == wire.BODY_LIMIT
