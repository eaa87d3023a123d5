"""A line to a service that counts what comes and can fail in every way that real lines do.

A fault strikes once, at the n-th request from now whose method and path match; UNREACHABLE lasts
until `heal`. A line can have weather instead, which strikes by a seed. One request per connection;
a body needs a Content-Length.
"""

import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from types import TracebackType
from typing import Self

from promoter.sandbox.contract import Answer, Fault, Request
from promoter.sandbox.weather import Weather

LOCAL = "127.0.0.1"
DRIP_SECONDS = 0.05
"""Between two bytes: short, so that a timeout per operation would never strike."""
PATIENCE_SECONDS = 20.0
"""After this the line itself gives up; only a broken client gets there."""
STOP_SECONDS = 2.0
"""A browser may keep a connection open on which it asks nothing."""
REMEMBER = 10_000
"""Requests that are kept to be counted."""
LARGEST = 64_000_000
"""Bytes of a request."""

_SAID = (Fault.THROTTLED, Fault.EXPIRED, Fault.REFUSED, Fault.SERVER_ERROR_BEFORE)
_INSIDE = (Fault.LAGGING, Fault.REWRITTEN)

Handle = Callable[[Request, Fault | None], Answer]
"""Carries a request out; the fault, if any, is one that the service itself must act."""
Failure = Callable[[Request, Fault], Answer]
"""Returns how the service that was called says a fault in its own words."""


@dataclass(slots=True)
class _Armed:
    fault: Fault
    method: str
    path: str
    nth: int

    def matches(self, request: Request) -> bool:
        return _matches(request, self.method, self.path)


def _matches(request: Request, method: str, path: str) -> bool:
    return method in ("", request.method) and path in request.target


class Line:
    """A listening port of this machine; as a context it listens while the block runs."""

    def __init__(
        self,
        handle: Handle,
        failure: Failure,
        *,
        listener: socket.socket | None = None,
        remember: int = REMEMBER,
        weather: Weather | None = None,
    ) -> None:
        """Take a port.

        Args:
            listener: A bound socket; without one an ephemeral port is taken.
            remember: How many requests are kept to be counted, the newest ones.
            weather: Strikes requests that no fault was armed for.
        """
        self._handle, self._failure = handle, failure
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._busy = 0
        self._armed: list[_Armed] = []
        self._weather = weather
        self._postponed: list[tuple[datetime, Request]] = []
        self._seen: deque[Request] = deque(maxlen=remember)
        self._done: deque[Request] = deque(maxlen=remember)
        self._refusing = threading.Event()
        self._listener = listener or _bound(0)
        self._port = int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Return where clients find the line."""
        return f"http://{LOCAL}:{self._port}"

    def start(self) -> None:
        """Let clients in."""
        self._listen()

    def stop(self) -> None:
        """Let nobody in any more, and answer who is in, as far as that does not take long."""
        with self._lock:
            self._refuse()
        with suppress(TimeoutError):
            self.settled(STOP_SECONDS)
        self._listener.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def arm(self, fault: Fault, method: str = "", path: str = "", *, nth: int = 1) -> None:
        """Let a fault strike the n-th request from now with this method and in its path this."""
        with self._lock:
            if fault is Fault.UNREACHABLE and nth == 1:
                self._refuse()
            else:
                self._armed.append(_Armed(fault, method, path, nth))

    def heal(self) -> None:
        """Disarm what did not strike, and be reachable again."""
        with self._lock:
            self._armed.clear()
            if self._refusing.is_set():
                self._refusing.clear()
                self._listen()

    def turn(self, now: datetime) -> None:
        """Let the weather be that of a moment, and do what is late and due by then."""
        if self._weather is None:
            return
        self.settled()
        self._weather.now = now
        with self._lock:
            due = [item for item in self._postponed if item[0] <= now]
            self._postponed = [item for item in self._postponed if item[0] > now]
        for _, request in sorted(due, key=itemgetter(0)):
            self._carry_out(request, None)
        if self._weather.out():
            with self._lock:
                self._refuse()
        else:
            self.heal()

    def left(self, method: str = "", path: str = "") -> int:
        """Return how many whole requests clients sent."""
        with self._lock:
            return sum(_matches(seen, method, path) for seen in self._seen)

    def carried(self, method: str = "", path: str = "") -> int:
        """Return how many of them were carried out."""
        with self._lock:
            return sum(_matches(seen, method, path) for seen in self._done)

    def sent(self, method: str = "", path: str = "") -> list[Request]:
        """Return the whole requests that clients sent, in order."""
        with self._lock:
            return [seen for seen in self._seen if _matches(seen, method, path)]

    def wait_for(self, method: str, path: str) -> None:
        """Wait until a matching request has come whole."""
        with self._idle:
            came = self._idle.wait_for(
                lambda: any(_matches(seen, method, path) for seen in self._seen), PATIENCE_SECONDS
            )
        if not came:
            raise TimeoutError("no such request came")

    def settled(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until no request is on its way: a LATE one is done when its client gives up.

        Raises:
            TimeoutError: One still is after so many seconds.
        """
        with self._idle:
            quiet = self._idle.wait_for(lambda: not self._busy, seconds)
        if not quiet:
            raise TimeoutError("a request hangs")

    def _listen(self) -> None:
        self._listener.listen(64)
        threading.Thread(
            target=self._accept, args=(self._listener,), name="line", daemon=True
        ).start()

    def _refuse(self) -> None:
        """Keep the port, but let nobody in: connections to it are refused."""
        if self._refusing.is_set():
            return
        self._refusing.set()
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
            threading.Thread(
                target=self._serve, args=(client,), name="line-call", daemon=True
            ).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE_SECONDS)
        try:
            with client, suppress(OSError):
                request = _request(client)
                if request:
                    self._answer(client, request, self._strike(request))
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def _strike(self, request: Request) -> Fault | None:
        """Note a request, and return the fault that strikes it."""
        with self._idle:
            self._seen.append(request)
            self._idle.notify_all()
            fault = None
            for armed in [one for one in self._armed if one.matches(request)]:
                armed.nth -= 1
                if armed.fault is Fault.UNREACHABLE and armed.nth == 1:
                    self._armed.remove(armed)
                    self._refuse()
                elif armed.nth == 0 and fault is None:
                    self._armed.remove(armed)
                    fault = armed.fault
            if fault is None and self._weather:
                fault = self._weather.fault(request)
            return fault

    def _answer(self, client: socket.socket, request: Request, fault: Fault | None) -> None:
        if fault in _SAID:
            client.sendall(_bytes(self._failure(request, fault)))
            return
        if fault is Fault.LATE and self._put_off(client, request):
            return
        answer = self._carry_out(request, fault if fault in _INSIDE else None)
        match fault:
            case Fault.LATE:
                pass
            case Fault.SERVER_ERROR_AFTER:
                client.sendall(_bytes(self._failure(request, fault)))
            case Fault.LOST_ANSWER:
                _until_gone(client)
            case Fault.CUT:
                _reset(client)
            case Fault.DRIP:
                _drip(client, _bytes(answer))
            case _:
                client.sendall(_bytes(answer))

    def _put_off(self, client: socket.socket, request: Request) -> bool:
        """Keep silent until the client gives up; tell whether the request is done even later."""
        _until_gone(client)
        if self._weather is None:
            return False
        with self._lock:
            self._postponed.append((self._weather.until(), request))
        return True

    def _carry_out(self, request: Request, fault: Fault | None) -> Answer:
        answer = self._handle(request, fault)
        with self._lock:
            self._done.append(request)
        return answer


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((LOCAL, port))
    return made


def _request(client: socket.socket) -> Request | None:
    """Return a whole request, or None if none came."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = client.recv(65_536)
        if not part or len(raw) > LARGEST:
            return None
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    pairs = (field.partition(":") for field in fields)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    missing = int(headers.get("content-length", "0")) - len(body)
    parts = bytearray(body)
    while missing > 0:
        part = client.recv(min(missing, 1_048_576))
        if not part or len(parts) > LARGEST:
            return None
        parts += part
        missing -= len(part)
    method, target, _ = first.split(" ", 2)
    host = headers.get("host", "").partition(":")[0].lower()
    return Request(method, host, target, headers, bytes(parts))


def _bytes(answer: Answer) -> bytes:
    own = {name.lower() for name in answer.headers}
    fields = {"Content-Length": str(len(answer.body)), "Connection": "close", **answer.headers}
    if "content-type" not in own:
        fields["Content-Type"] = "text/html; charset=utf-8"
    lines = [f"HTTP/1.1 {answer.status} Sandbox", *(f"{n}: {v}" for n, v in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body


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
        gone, _, _ = select.select([client], [], [], DRIP_SECONDS)
        if gone:
            return
