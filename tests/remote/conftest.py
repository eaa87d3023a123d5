"""What the tests of the HTTP edge share: the three kinds of call, and what losing each means."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from promoter.core.errors import ChannelError, OutcomeUnknown, Transient
from promoter.remote.answer import Answer
from promoter.remote.http import Session

LIMIT = timedelta(seconds=0.4)
OK = b"HTTP/1.1 200 OK\r\n"

Verb = Callable[[Session, str], Answer]


def read(session: Session, url: str) -> Answer:
    return session.read("GET", url)


def upload(session: Session, url: str) -> Answer:
    return session.upload("PUT", url, data=b"bytes", mime="image/jpeg")


def publish(session: Session, url: str) -> Answer:
    return session.publish("POST", url, json={"caption": "Muối"})


VERBS: list[Verb] = [read, upload, publish]
LOST: dict[Verb, type[ChannelError]] = {
    read: Transient,
    upload: Transient,
    publish: OutcomeUnknown,
}
every_verb = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)


def session(limit: timedelta = LIMIT, *, loopback_only: bool = True) -> Session:
    return Session(limit=limit, loopback_only=loopback_only)


def failure(verb: Verb, url: str, using: Session | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        verb(using or session(), url)
    return caught.value


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections and stays taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
