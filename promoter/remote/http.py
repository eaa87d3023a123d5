"""The HTTP edge: the only place where bytes leave, and where a failed call gets its meaning.

Only here is it known whether bytes left and whether the call was a write, so only here do
transport failures become errors that answer: was it done?
"""

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
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
from promoter.remote.answer import Answer, Effect, Judge
from promoter.remote.wire import Call, Stage, TooLarge, exchange

# urllib3 logs whole addresses, and an address may carry what nobody should read; each of its
# loggers is shut by itself, so that no level set anywhere opens one again
for _name in [name for name in logging.root.manager.loggerDict if name.startswith("urllib3")]:
    logging.getLogger(_name).disabled = True

SHORTEST_SECRET = 8
"""Words of fewer letters in a header are no token, and hiding them would spoil reasons."""


class Session:
    """Calls services; each method says what its failure means."""

    def __init__(
        self,
        *,
        limit: timedelta,
        loopback_only: bool,
        hosts: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        judge: Judge | None = None,
    ) -> None:
        """Set the terms of all calls.

        Args:
            limit: Longest time of one call, from the look-up of the name to the last byte.
            loopback_only: Refuse every host that is not this machine.
            hosts: By name, the origin (`http://127.0.0.1:8090`) that stands in for a host.
            headers: Sent with each call; the place for an account's token, which is never shown.
            judge: Sees every answer.
        """
        self._limit = limit
        self._loopback_only = loopback_only
        self._hosts = dict(hosts or {})
        self._headers = dict(headers or {})
        self._judge = judge

    def bound(self, *, headers: Mapping[str, str], judge: Judge | None = None) -> "Session":
        """Return a session on the same terms for one account."""
        return Session(
            limit=self._limit,
            loopback_only=self._loopback_only,
            hosts=self._hosts,
            headers=self._headers | dict(headers),
            judge=judge or self._judge,
        )

    def read(
        self, method: str, url: str, *, json: Any = None, accept: Collection[int] = ()
    ) -> Answer:
        """Make a call that changes nothing.

        Args:
            accept: Statuses beside 2xx that are an answer too, not a failure.

        Raises:
            Transient: It failed; ask again.
            Rejected, NotAuthorized: It was refused.
        """
        return self._call(Effect.READ, method, url, accept, json=json)

    def upload(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        mime: str = "",
        accept: Collection[int] = (),
    ) -> Answer:
        """Make a repeatable write that the public does not see.

        Args:
            data: The bytes to send, of type `mime`.

        Raises:
            Transient: It failed, or may have failed; do it again.
            Rejected, NotAuthorized: It was refused.
        """
        return self._call(Effect.UPLOAD, method, url, accept, json=json, data=data, mime=mime)

    def publish(
        self, method: str, url: str, *, json: Any = None, accept: Collection[int] = ()
    ) -> Answer:
        """Make a write that the public sees: once, inside the thread's fence (see `deadline`).

        Raises:
            Transient, Rejected, NotAuthorized: Surely not done.
            OutcomeUnknown: May be done.
        """
        return self._call(Effect.PUBLISH, method, url, accept, json=json)

    def _call(
        self, effect: Effect, method: str, url: str, accept: Collection[int], **content: Any
    ) -> Answer:
        outcome = self._try(effect, method, url, **content)
        if isinstance(outcome, Answer):
            verdict = self._judge(outcome) if self._judge else None
            if verdict is None and outcome.status not in accept:
                verdict = _verdict(outcome)
            if verdict is None:
                return outcome
            raise verdict
        # raised here, outside of every `except`: what the libraries raise holds the token
        raise outcome

    def _try(self, effect: Effect, method: str, url: str, **content: Any) -> Answer | ChannelError:
        host = _shown(url)
        request = self._prepared(method, url, **content)
        if request is None:
            return _unwritable(host)
        public = effect is Effect.PUBLISH
        seconds = self._limit.total_seconds()
        with Call(seconds, public=public, loopback_only=self._loopback_only) as call:
            try:
                return Answer(host, effect, *exchange(call, request), self._secrets())
            except ChannelError as refused:
                return refused
            except TooLarge:
                return effect.lost(Phrase("the answer of {host} is too large", host=host))
            except (HTTPError, OSError):
                return _failed(effect, call, host)

    def _prepared(
        self, method: str, url: str, *, json: Any, data: bytes | None = None, mime: str = ""
    ) -> requests.PreparedRequest | None:
        """Return the request, or None if its address or token cannot be written into one."""
        headers = {"User-Agent": "promoter", "Connection": "close"} | self._headers
        if mime:
            headers["Content-Type"] = mime
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            return None
        try:
            wanted = urlsplit(url)
            if wanted.scheme not in ("http", "https"):
                return None
            if wanted.hostname in self._hosts:
                stand_in = urlsplit(self._hosts[wanted.hostname])
                headers["Host"] = wanted.netloc
                url = wanted._replace(scheme=stand_in.scheme, netloc=stand_in.netloc).geturl()
            return requests.Request(method, url, headers=headers, json=json, data=data).prepare()
        except (requests.RequestException, HTTPError, ValueError):
            return None

    def _secrets(self) -> tuple[str, ...]:
        words = [word for value in self._headers.values() for word in value.split()]
        return tuple(word for word in words if len(word) >= SHORTEST_SECRET)


def _verdict(answer: Answer) -> ChannelError | None:
    """Return what a status means where nobody knows better; None for a success."""
    host, reason = answer.host, answer.reason() or str(answer.status)
    match answer.status:
        case status if 200 <= status < 300:
            return None
        case 429:
            phrase = Phrase("{host} asks for a pause", host=host)
            return Transient(phrase, after=answer.wait(), scope=Scope.ACCOUNT)
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
