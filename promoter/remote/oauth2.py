"""How a person's consent comes back from the browser: OAuth's authorisation code, for this machine.

RFC 6749 with the loopback redirect of RFC 8252 and the proof of RFC 7636.
"""

import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from queue import Empty, Queue
from socketserver import ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from promoter.core.errors import ConfigError, Rejected, Transient
from promoter.core.model import Phrase

LOCAL = "127.0.0.1"
PATH = "/connect"
SILENCE_SECONDS = 5
"""How long a connection may say nothing; browsers open some that they never use."""

DONE = Phrase("promoter has the answer; this window can be closed.")
FOREIGN = Phrase("This is no answer to promoter's question; begin again in the command window.")


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that question, answer and exchange belong together.

    Attributes:
        state: Goes with the question and comes back with the answer.
        verifier: Goes with the exchange alone; the question carries only its digest.
    """

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)

    @property
    def challenge(self) -> str:
        """Return the digest of the verifier: S256 of RFC 7636, section 4.2."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")


def answered(address: str, state: str) -> Mapping[str, str]:
    """Return the parameters of the address to which a browser was sent back.

    Args:
        state: That of the question.

    Raises:
        Rejected: It is not the answer to this question. The address is not shown: it holds a code.
    """
    try:
        pairs = parse_qsl(
            urlsplit(address.strip()).query, keep_blank_values=True, max_num_fields=50
        )
    except ValueError:
        pairs = []
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Rejected(Phrase("the address says something twice; begin again"))
    if not hmac.compare_digest(found.get("state", "").encode(), state.encode()):
        raise Rejected(
            Phrase(
                "the address does not belong to this question; copy all of it from the browser's "
                "address bar, after you agreed, and do not use one of an earlier try"
            )
        )
    return found


class Listener:
    """Waits on this machine for the browser that comes back."""

    def __init__(self, state: str, *, port: int = 0, say: Callable[[Phrase], str] = str) -> None:
        """Take a port.

        Args:
            state: That of the question.
            port: 0 takes any that is free.
            say: Speaks the language of whoever sits at the browser.

        Raises:
            ConfigError: The port is in use.
        """
        self._state, self._say = state, say
        self._found: Queue[Mapping[str, str]] = Queue()
        try:
            self._server = _Server((LOCAL, port), self._answer)
        except OSError:
            raise ConfigError(
                Phrase("port {port} is in use; name another with --port", port=port)
            ) from None
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def redirect(self) -> str:
        """Return where the browser is to be sent.

        By name, not by number: Facebook takes no other address of plain HTTP (its manual for the
        login flow, "localhost" in development mode).
        """
        return f"http://localhost:{self._server.server_address[1]}{PATH}"

    def wait(self, patience: timedelta) -> Mapping[str, str]:
        """Return what the first answer to the question says, also if it was there before.

        Whatever else comes, of a browser or anybody, is refused and does not end the wait.

        Raises:
            Transient: None came in time.
        """
        try:
            return self._found.get(timeout=patience.total_seconds())
        except Empty:
            pass
        raise Transient(
            Phrase(
                "nobody agreed within {minutes} minutes; begin again",
                minutes=int(patience.total_seconds() // 60),
            )
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, target: str) -> tuple[HTTPStatus, bytes]:
        """Return what a browser sees that asks for a path, and keep an answer that is the one."""
        if urlsplit(target).path != PATH:
            return HTTPStatus.NOT_FOUND, self._page(FOREIGN)
        try:
            found = answered(target, self._state)
        except Rejected:
            return HTTPStatus.BAD_REQUEST, self._page(FOREIGN)
        self._found.put(found)
        return HTTPStatus.OK, self._page(DONE)

    def _page(self, words: Phrase) -> bytes:
        said = escape(self._say(words))
        return f"<!doctype html><meta charset=utf-8><title>promoter</title><p>{said}".encode()


class _Server(ThreadingTCPServer):
    """Serves pages; each connection has a thread, since some never say anything."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"
    """For a port that was just left; elsewhere it would let others listen there, too."""

    def __init__(
        self, place: tuple[str, int], answer: Callable[[str], tuple[HTTPStatus, bytes]]
    ) -> None:
        super().__init__(place, _Handler)
        self.answer = answer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that broke: the library would print its request."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SILENCE_SECONDS

    def do_GET(self) -> None:
        status, page = self.server.answer(self.path)
        self.send_response_only(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        # the address holds a code: it is neither kept nor told to anybody
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_said: object) -> None:
        """Say nothing: the address holds a code."""
