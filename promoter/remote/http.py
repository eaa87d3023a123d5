"""The HTTP edge: the only place where bytes leave, and where a failed call gets its meaning.

Only here is it known whether bytes left and whether the call was a write, so only here do
transport failures become errors that answer: was it done?
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Phrase
from promoter.remote import gauge
from promoter.remote.answer import Answer, Effect, Judge
from promoter.remote.wire import Call, Stage, TooLarge, exchange

SHORTEST_SECRET = 8
"""Words of fewer letters are no token, and hiding them would spoil reasons."""

File = tuple[str, bytes, str]
"""One file of a form: its name, its bytes and their type."""


def silence(library: str) -> None:
    """Shut the loggers of a library that prints addresses, headers or bodies.

    Each is shut by itself, whatever its level; a filter outlives a configuration of logging.
    """
    for name in [library, *logging.root.manager.loggerDict]:
        if name == library or name.startswith(f"{library}."):
            logging.getLogger(name).disabled = True
            logging.getLogger(name).addFilter(_nothing)


def _nothing(_record: object) -> bool:
    return False


silence("urllib3")


class Session:
    """Calls services; each method says what its failure means."""

    def __init__(
        self,
        *,
        limit: timedelta,
        loopback_only: bool,
        hosts: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Set the terms of all calls.

        Args:
            limit: Longest time of one call, from the look-up of the name to the last byte.
            loopback_only: Refuse every host that is not this machine.
            hosts: By name, the origin (`http://127.0.0.1:8090`) that stands in for a host.
            clock: The machine's moment, for signatures.
        """
        self._limit = limit
        self._loopback_only = loopback_only
        self._hosts = dict(hosts or {})
        self._headers: dict[str, str] = {}
        self._secrets: tuple[str, ...] = ()
        self._judge: Judge | None = None
        self.clock = clock

    def bound(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Collection[str] = (),
        judge: Judge | None = None,
    ) -> "Session":
        """Return a session on the same terms for one account.

        Args:
            headers: Sent with each call; the place for an account's token, which is never shown.
            secrets: What else must not be shown, should the service repeat it.
            judge: Sees every answer.
        """
        bound = Session(
            limit=self._limit,
            loopback_only=self._loopback_only,
            hosts=self._hosts,
            clock=self.clock,
        )
        bound._headers = self._headers | dict(headers or {})
        words = [word for value in bound._headers.values() for word in value.split()]
        known = (*self._secrets, *secrets, *words)
        bound._secrets = tuple(word for word in known if len(word) >= SHORTEST_SECRET)
        bound._judge = judge or self._judge
        return bound

    def read(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        mime: str = "",
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Make a call that changes nothing.

        Args:
            data: The bytes to send, of type `mime`.
            headers: Of this call, such as a signature of `data`.
            accept: Statuses beside 2xx that are an answer too, not a failure.

        Raises:
            Transient: It failed; ask again.
            Rejected, NotAuthorized: It was refused.
        """
        content = {"json": json, "data": data, "mime": mime, "headers": headers}
        return self._call(Effect.READ, method, url, accept, **content)

    def upload(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        mime: str = "",
        files: Mapping[str, File] | None = None,
        auth: Any = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Make a repeatable write that the public does not see.

        Args:
            data: The bytes to send, of type `mime`, or the fields of a form.
            files: The files of a form.
            auth: Signs the request (of the kind that requests takes).

        Raises:
            Transient: It failed, or may have failed; do it again.
            Rejected, NotAuthorized: It was refused.
        """
        content = {"json": json, "data": data, "mime": mime, "files": files, "auth": auth}
        return self._call(Effect.UPLOAD, method, url, accept, **content)

    def publish(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        mime: str = "",
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Make a write that the public sees: once, inside the thread's fence (see `deadline`).

        Args:
            data: The bytes to send, of type `mime`.
            headers: Of this call, such as a signature of `data`.

        Raises:
            Transient, Rejected, NotAuthorized: Surely not done.
            OutcomeUnknown: May be done.
        """
        content = {"json": json, "data": data, "mime": mime, "headers": headers}
        return self._call(Effect.PUBLISH, method, url, accept, **content)

    def lend(
        self,
        effect: Effect,
        *,
        without: Collection[str] = (),
        renamed: Mapping[str, str] | None = None,
    ) -> requests.Session:
        """Return a session for one call of a library that brings its own way of speaking HTTP.

        Whatever timeout, proxy or retry the library asks for, the terms of this session hold, and
        its errors pass through the library: they are raised from inside of its call.

        Args:
            effect: What the call may leave behind.
            without: Parameters and fields that never leave: tokens travel in headers alone.
            renamed: By host as the library has it, the host that the service documents today.
        """
        return _Lent(self, effect, frozenset(without), renamed or {})

    def exchange(
        self, effect: Effect, request: requests.PreparedRequest, accept: Collection[int] = ()
    ) -> Answer:
        """Send a request that is ready, and return its answer.

        Raises:
            Transient, Rejected, NotAuthorized, OutcomeUnknown: As the three verbs say.
        """
        outcome = self._try(effect, request)
        if isinstance(outcome, Answer):
            gauge.note(outcome.headers, write=effect is not Effect.READ)
            verdict = self._judge(outcome) if self._judge else None
            if verdict is None and outcome.status not in accept:
                verdict = _verdict(outcome)
            if verdict is None:
                return outcome
            raise verdict
        # raised here, outside of every `except`: what the libraries raise holds the token
        raise outcome

    def _call(
        self, effect: Effect, method: str, url: str, accept: Collection[int], **content: Any
    ) -> Answer:
        request = _prepared(method, url, **content)
        if request is None:
            raise _unwritable(_shown(url))
        return self.exchange(effect, request, accept)

    def _try(self, effect: Effect, request: requests.PreparedRequest) -> Answer | ChannelError:
        host = _shown(request.url or "")
        if not self._placed(request):
            return _unwritable(host)
        public = effect is Effect.PUBLISH
        seconds = self._limit.total_seconds()
        with Call(seconds, public=public, loopback_only=self._loopback_only) as call:
            try:
                return Answer(host, effect, *exchange(call, request), self._secrets)
            except ChannelError as refused:
                return refused
            except TooLarge:
                return effect.lost(Phrase("the answer of {host} is too large", host=host))
            except (HTTPError, OSError):
                return _failed(effect, call, host)

    def _placed(self, request: requests.PreparedRequest) -> bool:
        """Put our headers and the stand-in's address in; tell whether it can be written at all."""
        common = {"User-Agent": "promoter", "Connection": "close"}
        request.headers.update(common)
        for name, value in self._headers.items():
            request.headers.setdefault(name, value)
        values = [value for value in request.headers.values() if isinstance(value, str)]
        if not all(value.isascii() and value.isprintable() for value in values):
            return False
        wanted = urlsplit(request.url or "")
        if wanted.scheme not in ("http", "https"):
            return False
        if wanted.hostname in self._hosts:
            stand_in = urlsplit(self._hosts[wanted.hostname])
            request.headers["Host"] = wanted.netloc
            moved = wanted._replace(scheme=stand_in.scheme, netloc=stand_in.netloc)
            request.url = moved.geturl()
        return True


class _Lent(requests.Session):
    """A session as vendor libraries expect it, on the terms of ours."""

    def __init__(
        self,
        session: Session,
        effect: Effect,
        without: frozenset[str],
        renamed: Mapping[str, str],
    ) -> None:
        super().__init__()
        self.trust_env = False  # neither proxies nor .netrc of the machine
        self._ours, self._effect, self._without, self._renamed = session, effect, without, renamed

    def request(self, method: str | bytes, url: str | bytes, *given: Any, **named: Any) -> Any:
        for part in ("params", "data"):
            fields = named.get(part)
            if isinstance(fields, Mapping):
                kept = {key: value for key, value in fields.items() if key not in self._without}
                named[part] = kept
        parts = urlsplit(str(url))
        host = self._renamed.get(parts.hostname or "", "")
        return super().request(
            method, parts._replace(netloc=host).geturl() if host else url, *given, **named
        )

    def send(self, request: requests.PreparedRequest, **_terms: Any) -> requests.Response:
        answer = self._ours.exchange(self._effect, request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.encoding = "utf-8"
        response.url = answer.host
        response._content = answer.body
        return response


def _prepared(
    method: str,
    url: str,
    *,
    mime: str = "",
    headers: Mapping[str, str] | None = None,
    **content: Any,
) -> requests.PreparedRequest | None:
    """Return the request, or None if its address cannot be written into one."""
    given = dict(headers or {})
    if mime:
        given["Content-Type"] = mime
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            return None
        return requests.Request(method, url, headers=given, **content).prepare()
    except (requests.RequestException, HTTPError, ValueError):
        return None


def paused(answer: Answer, wait: timedelta | None) -> Transient:
    """Return the error of a service that asks its account to wait."""
    phrase = Phrase("{host} asks for a pause", host=answer.host)
    return Transient(phrase, after=wait, scope=Scope.ACCOUNT)


def _verdict(answer: Answer) -> ChannelError | None:
    """Return what a status means where nobody knows better; None for a success."""
    host, reason = answer.host, answer.reason() or str(answer.status)
    match answer.status:
        case status if 200 <= status < 300:
            return None
        case 429:
            return paused(answer, answer.wait())
        case 401 | 403:
            return NotAuthorized(
                Phrase(
                    "{host} does not accept the account's token: {reason}", host=host, reason=reason
                )
            )
        case 408:  # meant for a slow client, also said of a slow service: it may be done
            return _trouble(answer)
        case status if 400 <= status < 500:
            return Rejected(Phrase("{host} refuses it: {reason}", host=host, reason=reason))
        case _:
            return _trouble(answer)


def _trouble(answer: Answer) -> ChannelError:
    """Return what a status means after which a write may be done all the same."""
    if 300 <= answer.status < 400:  # never followed: the token would go along
        phrase = Phrase(
            "{host} points to another address; check the account's address", host=answer.host
        )
    else:
        phrase = Phrase(
            "{host} is in trouble (status {status})", host=answer.host, status=answer.status
        )
    if answer.effect is Effect.PUBLISH:
        return OutcomeUnknown(phrase)
    wait = answer.wait()
    return Transient(phrase, after=wait, scope=Scope.ACCOUNT if wait else Scope.POST)


def _failed(effect: Effect, call: Call, host: str) -> ChannelError:
    """Return what it means that no whole answer came."""
    match call.stage:
        case Stage.RESOLVING:
            phrase = Phrase("{host} cannot be found; check the network", host=host)
        case Stage.CONNECTING:
            phrase = Phrase("{host} cannot be reached; check the network", host=host)
        case Stage.SECURING:
            phrase = Phrase("no safe connection to {host} could be made", host=host)
        case Stage.SENT if call.expired:
            return effect.lost(Phrase("{host} did not answer in time", host=host))
        case Stage.SENT:
            return effect.lost(Phrase("the connection to {host} was cut", host=host))
    return Transient(phrase, scope=Scope.ACCOUNT)


def _unwritable(host: str) -> NotAuthorized:
    return NotAuthorized(
        Phrase(
            "the account's address or token has characters that cannot be sent to {host}",
            host=host or "?",
        )
    )


def _shown(url: str) -> str:
    """Return the part of an address that may be shown: without user, path and query."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.hostname or ''}{port}"
