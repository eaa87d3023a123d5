"""One call over one connection: what is known of it, and the watchdog that ends it in time.

Timeouts of requests and urllib3 are per operation, so a service that sends a byte now and then
could hold a call for hours; here the whole call has one end. A connection is never used twice: one
that the service had closed meanwhile would look like a lost answer.
"""

import ipaddress
import math
import queue
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from enum import IntEnum
from functools import partial
from types import TracebackType
from typing import Any, Self

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from promoter.core.errors import Rejected, Transient
from promoter.core.model import Phrase
from promoter.remote import deadline

BODY_LIMIT = 10_000_000
"""Largest answer in bytes; no service that we speak to sends more."""

_CHUNK = 65_536

Address = tuple[socket.AddressFamily, Any]


_running: "set[Call]" = set()
_ending = threading.Event()


def hang_up() -> None:
    """End all calls of this process and let none begin: what was sent counts as not answered."""
    _ending.set()
    for call in tuple(_running):
        call.expire()


def answer_again() -> None:
    """Let calls begin again after `hang_up`."""
    _ending.clear()


class TooLarge(Exception):
    """The answer is larger than BODY_LIMIT."""


class Stage(IntEnum):
    """How far a call has come; from SENT on, bytes of the request may have arrived."""

    RESOLVING = 0
    CONNECTING = 1
    SECURING = 2
    SENT = 3


class Call:
    """One call, as a context: inside it the watchdog runs.

    Attributes:
        seconds: How long it may take in all.
        stage: How far it came.
        expired: Whether the watchdog had to end it.
    """

    def __init__(self, seconds: float, *, public: bool, loopback_only: bool) -> None:
        now = deadline.boottime()
        self._fence = deadline.fenced_until() if public else math.inf
        self._ends = min(now + seconds, self._fence)
        self._loopback_only = loopback_only
        self.seconds = max(self._ends - now, 0.0)
        self._lock = threading.Lock()
        self._twin: socket.socket | None = None
        self._watchdog = threading.Timer(self.seconds, self.expire)
        self._watchdog.daemon = True
        self.stage = Stage.RESOLVING
        self.expired = False

    def __enter__(self) -> Self:
        self._watchdog.start()
        _running.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _running.discard(self)
        self._watchdog.cancel()
        with self._lock:
            if self._twin:
                self._twin.close()
                self._twin = None

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: None.
        """
        left = self._ends - deadline.boottime()
        if left <= 0:
            raise TimeoutError
        return left

    def connect(self, host: str, port: int, options: Any) -> socket.socket:
        """Return a connected socket that the watchdog knows.

        Raises:
            Rejected: Only this machine may be spoken to, and the host is another.
            Transient: The fence of a public write has closed.
            OSError: No connection.
        """
        if self._loopback_only and not _is_this_machine(host):
            raise _outside(host)
        self._check_fence()
        addresses = self._resolve(host, port)
        self.stage = Stage.CONNECTING
        failure = OSError("the name has no address")
        for left, (family, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
            connected = socket.socket(family, socket.SOCK_STREAM)
            try:
                self._open(connected, address, options, seconds=self.remaining() / left)
            except OSError as error:
                connected.close()
                failure = error
            except BaseException:
                connected.close()
                raise
            else:
                return connected
        raise failure

    def _open(
        self, connected: socket.socket, address: Any, options: Any, *, seconds: float
    ) -> None:
        if self._loopback_only and not _is_this_machine(address[0]):
            raise _outside(address[0])
        for option in options or ():
            connected.setsockopt(*option)
        connected.settimeout(seconds)
        connected.connect(address)
        if self._loopback_only and not _is_this_machine(connected.getpeername()[0]):
            raise _outside(connected.getpeername()[0])
        with self._lock:
            if self.expired:
                raise TimeoutError
            # TLS takes the descriptor out of the socket, and http.client closes it early;
            # a twin still ends the connection, whoever reads from it
            self._twin = connected.dup()
        self.stage = Stage.SECURING

    def sending(self) -> None:
        """Note that bytes of the request are about to leave.

        Raises:
            Transient: The fence has closed, and none has left yet.
            TimeoutError: The fence has closed in the middle of the request.
        """
        if self.stage is not Stage.SENT:
            self._check_fence()
            self.stage = Stage.SENT
        elif deadline.boottime() >= self._fence:
            raise TimeoutError

    def _check_fence(self) -> None:
        if _ending.is_set() or deadline.boottime() >= self._fence:
            raise Transient(Phrase("its time was over before anything was sent"))

    def _resolve(self, host: str, port: int) -> list[Address]:
        """Look a name up in a thread: the system's resolver cannot be interrupted."""
        answers: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                answers.put([(item[0], item[4]) for item in found])
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=self.remaining())
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(answer, Exception):
            raise OSError("the name is not known") from answer
        return answer

    def expire(self) -> None:
        """End the call now."""
        with self._lock:
            self.expired = True
            if self._twin:
                with suppress(OSError):
                    self._twin.shutdown(socket.SHUT_RDWR)


class _Watched(HTTPConnection):
    """A connection that tells its call what it does."""

    def __init__(self, call: Call, **options: Any) -> None:
        super().__init__(**options)
        self._call = call

    def _new_conn(self) -> socket.socket:
        return self._call.connect(self._dns_host.strip("[]"), self.port, self.socket_options)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._call.sending()
        super().send(data)


class _WatchedSecure(_Watched, HTTPSConnection):
    """The same under TLS, whose handshake carries nothing of the request."""


class _Wire(HTTPAdapter):
    """An adapter of requests for one call: no retry, no proxy, no connection but its own."""

    def __init__(self, call: Call) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._call = call

    def get_connection_with_tls_context(self, *given: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*given, **named)
        watched = _WatchedSecure if pool.scheme == "https" else _Watched
        pool.ConnectionCls = partial(watched, self._call)
        return pool


def exchange(call: Call, request: PreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
    """Send a request and return the whole answer: status, headers, body.

    Raises:
        Rejected, Transient: Refused before anything left.
        TooLarge: The body has no end in sight.
        OSError, urllib3.exceptions.HTTPError: No whole answer; `call` knows how far it came.
    """
    wire = _Wire(call)
    try:
        # the watchdog comes first; a second more, should there be no thread for it
        answer = wire.send(request, stream=True, timeout=call.seconds + 1)
        body = bytearray()
        try:
            for chunk in answer.raw.stream(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise TooLarge
        finally:
            answer.close()
    finally:
        wire.close()
    if call.expired:  # a connection that was shut looks like a body that ended
        raise TimeoutError
    return answer.status_code, answer.headers, bytes(body)


def _is_this_machine(host: str) -> bool:
    """Tell by the name alone, without asking anybody, whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")


def _outside(host: str) -> Rejected:
    return Rejected(
        Phrase(
            "{host} is not this machine, and a sandbox speaks to nothing else; "
            "give the account its stand-in",
            host=host,
        )
    )
