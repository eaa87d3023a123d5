"""A faulty line between an adapter and its service, and our own showcase to stand at its end.

    def test_a_lost_answer(showcase_service: ShowcaseService, proxy: Proxy) -> None:
        channel = …connected to `proxy.url` with `showcase_service.token`…
        proxy.arm(Fault.LOST_ANSWER, "PUT", "/posts/")          # the next PUT of a post
        …
        assert proxy.left("PUT", "/posts/") == 1                # what the client sent
        assert len(showcase_service.kept()) == 1                # what the service did

A fault strikes once, at the n-th request from now whose method and path match; UNREACHABLE lasts
until `heal`. `proxy.settled()` waits until nothing is on its way any more (a LATE request is
carried out when its client gives up). One request per connection; bodies need a Content-Length.
More lines: `with Proxy("127.0.0.1", port) as line: …`.
"""

import json
import select
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from promoter.media import MediaStore
from promoter.store import showcase
from promoter.store.database import Store
from promoter.store.showcase import ShowcasePost

RETRY_AFTER = 7
DRIP = 0.05
"""Seconds between two bytes: short, so that a timeout per operation would never strike."""
PATIENCE = 20.0
"""Seconds after which the line itself gives up; only a broken test gets there."""
LOCAL = "127.0.0.1"


class Fault(Enum):
    """What can go wrong; in all but the last four it is certain that nothing was done."""

    UNREACHABLE = "the connection is refused"
    THROTTLED = "429 with Retry-After"
    EXPIRED = "401"
    REFUSED = "400 with a reason"
    SERVER_ERROR_BEFORE = "500, nothing was done"
    SERVER_ERROR_AFTER = "done, then 500"
    LOST_ANSWER = "done, then silence until the client gives up"
    CUT = "done, then a reset"
    DRIP = "done, then the answer comes byte by byte"
    LATE = "silence until the client gives up, then done"


_INSTEAD = {
    Fault.THROTTLED: (429, {"Retry-After": str(RETRY_AFTER)}),
    Fault.EXPIRED: (401, {}),
    Fault.REFUSED: (400, {}),
    Fault.SERVER_ERROR_BEFORE: (500, {}),
    Fault.SERVER_ERROR_AFTER: (500, {}),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One whole request that arrived at the line."""

    method: str
    path: str
    raw: bytes

    def matches(self, method: str, path: str) -> bool:
        """Tell whether it is of this method (empty: any) and has this in its path."""
        return method in ("", self.method) and path in self.path


@dataclass(slots=True)
class _Armed:
    fault: Fault
    method: str
    path: str
    nth: int


class Proxy:
    """Stands between client and service on an ephemeral port of this machine."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._lock = threading.Lock()
        self._busy = 0
        self._idle = threading.Condition(self._lock)
        self._armed: list[_Armed] = []
        self._seen: list[Seen] = []
        self._done: list[Seen] = []
        self._closing = threading.Event()
        self._listener = _bound(0)
        self._port = int(self._listener.getsockname()[1])
        self._listen()

    @property
    def url(self) -> str:
        """Return where clients find the line."""
        return f"http://{LOCAL}:{self._port}"

    def arm(self, fault: Fault, method: str = "", path: str = "", *, nth: int = 1) -> None:
        """Let a fault strike the n-th matching request from now."""
        with self._lock:
            if fault is Fault.UNREACHABLE and nth == 1:
                self._refuse()
            else:
                self._armed.append(_Armed(fault, method, path, nth))

    def heal(self) -> None:
        """Disarm what did not strike, and be reachable again."""
        with self._lock:
            self._armed.clear()
            if self._closing.is_set():
                self._closing.clear()
                self._listen()

    def left(self, method: str = "", path: str = "") -> int:
        """Return how many whole requests the client sent."""
        with self._lock:
            return sum(seen.matches(method, path) for seen in self._seen)

    def carried(self, method: str = "", path: str = "") -> int:
        """Return how many of them reached the service."""
        with self._lock:
            return sum(seen.matches(method, path) for seen in self._done)

    def wait_for(self, method: str, path: str) -> None:
        """Wait until a matching request has come whole."""
        with self._idle:
            came = self._idle.wait_for(
                lambda: any(seen.matches(method, path) for seen in self._seen), PATIENCE
            )
            assert came, "no such request came"

    def settled(self) -> None:
        """Wait until no request is on its way."""
        with self._idle:
            assert self._idle.wait_for(lambda: not self._busy, PATIENCE), "a request hangs"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._refuse()
        self.settled()
        self._listener.close()

    def _listen(self) -> None:
        self._listener.listen(16)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _refuse(self) -> None:
        """Keep the port, but let nobody in: connections to it are refused."""
        if self._closing.is_set():
            return
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        self._listener = _bound(self._port)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._busy += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        try:
            with client, suppress(OSError):
                seen = _request(client)
                if seen:
                    self._answer(client, seen, self._strike(seen))
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _strike(self, seen: Seen) -> Fault | None:
        """Note a request, and return the fault that strikes it."""
        with self._idle:
            self._seen.append(seen)
            self._idle.notify_all()
            fault = None
            for armed in [one for one in self._armed if seen.matches(one.method, one.path)]:
                armed.nth -= 1
                if armed.fault is Fault.UNREACHABLE and armed.nth == 1:
                    self._armed.remove(armed)
                    self._refuse()
                elif armed.nth == 0 and fault is None:
                    self._armed.remove(armed)
                    fault = armed.fault
            return fault

    def _answer(self, client: socket.socket, seen: Seen, fault: Fault | None) -> None:
        match fault:
            case None:
                client.sendall(self._forward(seen))
            case Fault.SERVER_ERROR_AFTER:
                self._forward(seen)
                client.sendall(_instead(fault))
            case Fault.LOST_ANSWER:
                self._forward(seen)
                _until_gone(client)
            case Fault.CUT:
                self._forward(seen)
                _reset(client)
            case Fault.DRIP:
                _drip(client, self._forward(seen))
            case Fault.LATE:
                _until_gone(client)
                self._forward(seen)
            case _:
                client.sendall(_instead(fault))

    def _forward(self, seen: Seen) -> bytes:
        with socket.create_connection(self._upstream, PATIENCE) as service:
            service.sendall(seen.raw)
            answer = _all(service)
        with self._lock:
            self._done.append(seen)
        return answer


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((LOCAL, port))
    return made


def _request(client: socket.socket) -> Seen | None:
    """Return a whole request, which asks the service to close, or None if none came."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = client.recv(65_536)
        if not part:
            return None
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
    missing = int(headers.get("content-length", "0")) - len(body)
    while missing > 0:
        part = client.recv(65_536)
        if not part:
            return None
        body += part
        missing -= len(part)
    kept = [f for f in fields if not f.lower().startswith("connection:")]
    method, path, _ = first.split(" ")
    lines = "\r\n".join([first, *kept, "Connection: close"]).encode("latin-1")
    return Seen(method, path, lines + b"\r\n\r\n" + body)


def _all(service: socket.socket) -> bytes:
    answer = b""
    while part := service.recv(65_536):
        answer += part
    return answer


def _instead(fault: Fault) -> bytes:
    status, headers = _INSTEAD[fault]
    body = json.dumps({"reason": f"fault: {fault.value}"}).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} Fault", *(f"{n}: {v}" for n, v in fields.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def _until_gone(client: socket.socket) -> None:
    with suppress(OSError):
        while client.recv(65_536):
            pass


def _reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def _drip(client: socket.socket, answer: bytes) -> None:
    for position in range(len(answer)):
        client.sendall(answer[position : position + 1])
        gone, _, _ = select.select([client], [], [], DRIP)
        if gone:
            return


class Served:
    """One server for a whole run of tests; each test puts its own application on it."""

    def __init__(self) -> None:
        import uvicorn

        self.app: Any = None
        self._listener = _bound(0)
        self._listener.listen(16)
        self.port = int(self._listener.getsockname()[1])
        config = uvicorn.Config(
            self._call,
            interface="asgi3",
            log_config=None,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )
        self._thread.start()

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        """End the server."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()


@dataclass(frozen=True, slots=True)
class ShowcaseService:
    """Our showcase's API, served for real, with a store and media of its own."""

    url: str
    port: int
    account: str
    token: str
    store: Store
    media: MediaStore

    def kept(self) -> Sequence[ShowcasePost]:
        """Return the posts that the public sees."""
        with self.store.read() as session:
            return showcase.published(session, 1_000)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server without an application yet."""
    server = Served()
    yield server
    server.stop()


@pytest.fixture
def showcase_service(
    served: Served, sqlite_store: Store, tmp_path: Path
) -> Iterator[ShowcaseService]:
    """The showcase's API on its own port; its store is the test's `sqlite_store`."""
    from fastapi import FastAPI

    from promoter.web.showcase import router

    media = MediaStore(tmp_path / "showcase-media")
    account, token = "showcase", "token-of-the-showcase-4711"
    app = FastAPI()
    app.include_router(
        router(sqlite_store, media, {account: token}, public_url="https://ocop.example.vn")
    )
    served.app = app
    url = f"http://{LOCAL}:{served.port}"
    yield ShowcaseService(url, served.port, account, token, sqlite_store, media)


@pytest.fixture
def proxy(showcase_service: ShowcaseService) -> Iterator[Proxy]:
    """A faulty line to the showcase."""
    with Proxy(LOCAL, showcase_service.port) as line:
        yield line
