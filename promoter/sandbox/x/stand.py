"""X for the accounts of an office: what comes in is routed, checked, counted and answered."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from typing import Any

from promoter.sandbox.contract import RETRY_AFTER, Answer, Entry, Fault, Feed, Request
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.x import posts, problem, rates
from promoter.sandbox.x.call import Call
from promoter.sandbox.x.problem import Refusal
from promoter.sandbox.x.reading import Reading
from promoter.sandbox.x.signature import Guard
from promoter.sandbox.x.writing import Writing

HOSTS = ("api.x.com",)
"""The older name api.twitter.com is not answered."""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """How often one account may call it in a quarter of an hour, and what it does."""

    method: str
    path: str
    limit: int
    act: Callable[[Call], Answer]

    def id(self, request: Request) -> str | None:
        """Return what stands in the place of the id, or None if it is another path."""
        found = re.fullmatch(self.path.replace("{id}", "([^/]+)"), request.path)
        return None if found is None else "".join(found.groups())


class Stand:
    """The service; what it does not need of the contract, it refuses."""

    channel = "x"
    title = "X"
    hosts = HOSTS

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, str]],
        shelf: Shelf,
        *,
        wall: Callable[[], float] = time.time,
        names: posts.Names = "tweet",
    ) -> None:
        """Stand in for X.

        Args:
            accounts: By name, `user_id`, the four keys of OAuth 1.0a, and perhaps `username`;
                without one the account's own name is taken; `access` is `read` for keys that
                were made before the app was given the right to write.
            wall: The real clock, in seconds since 1970, that timestamps are compared with.
            names: The words of the answers; `tweet.fields` is understood whatever they are.
        """
        self._accounts, self._shelf, self._wall = accounts, shelf, wall
        self._guard = Guard(accounts, shelf, wall)
        read, write = Reading(accounts, shelf, names), Writing(shelf, names)
        self._endpoints = (
            _Endpoint("POST", "/2/media/upload", 500, write.upload),
            _Endpoint("POST", "/2/media/metadata", 500, write.describe),
            _Endpoint("POST", "/2/tweets", 100, write.create),
            _Endpoint("GET", "/2/tweets", 5_000, read.many),
            _Endpoint("GET", "/2/tweets/{id}", 900, read.one),
            _Endpoint("DELETE", "/2/tweets/{id}", 50, write.delete),
            _Endpoint("GET", "/2/users/me", 75, read.me),
            _Endpoint("GET", "/2/users/{id}/tweets", 900, read.timeline),
        )

    def handle(self, request: Request, now: datetime, fault: Fault | None = None) -> Answer:
        """Answer a request; each answer to an account tells what is left of its window."""
        headers = {"Date": formatdate(now.timestamp(), usegmt=True)}
        try:
            endpoint, id_ = self._endpoint(request)
            account = self._guard.signer(request)
            if account is None:
                raise problem.unauthorized()
            place = f"{endpoint.method} {endpoint.path}"
            allowed, window = rates.spend(self._shelf, account, place, endpoint.limit, now)
            headers |= window
            if not allowed:
                raise problem.throttled()
            call = self._call(request, account, id_, now, fault)
            if endpoint.method != "GET" and call.access == "read":
                raise problem.read_only()
            answer = endpoint.act(call)
        except Refusal as refusal:
            return refusal.answer(headers)
        return Answer(answer.status, answer.body, {**answer.headers, **headers})

    def failure(self, fault: Fault) -> Answer:
        """Say a fault as X does."""
        wall = int(self._wall())
        headers = {"Date": formatdate(wall, usegmt=True)}
        match fault:
            case Fault.THROTTLED:
                headers |= rates.headers(100, 0, wall + RETRY_AFTER)
                return problem.throttled().answer(headers)
            case Fault.EXPIRED:
                return problem.unauthorized().answer(headers)
            case Fault.REFUSED:
                return problem.refused(fault.value).answer(headers)
        page = b"<!DOCTYPE html><title>X / Error</title><p>Over capacity</p>"
        return Answer(503, page, {"Content-Type": "text/html; charset=utf-8", **headers})

    def feeds(self, now: datetime) -> Sequence[Feed]:
        """Return the page of each account; a post that was deleted is marked as withdrawn."""
        entries: dict[str, list[Entry]] = {name: [] for name in self._accounts}
        for id_, record in self._shelf.all("post").items():
            if record["account"] in entries:
                entries[record["account"]].insert(0, self._entry(id_, record, now))
        return [
            Feed(name, keys.get("username", name), entries[name])
            for name, keys in self._accounts.items()
        ]

    def _call(
        self, request: Request, account: str, id_: str, now: datetime, fault: Fault | None
    ) -> Call:
        keys = self._accounts[account]
        return Call(
            request=request,
            account=account,
            user=keys["user_id"],
            username=keys.get("username", account),
            id=id_,
            now=now,
            fault=fault,
            access=keys.get("access", "read-write"),
        )

    def _endpoint(self, request: Request) -> tuple[_Endpoint, str]:
        known = False
        for endpoint in self._endpoints if request.host in self.hosts else ():
            id_ = endpoint.id(request)
            if id_ is not None and endpoint.method == request.method:
                return endpoint, id_
            known = known or id_ is not None
        if known:
            raise Refusal(405, "Method Not Allowed", "Method Not Allowed")
        raise Refusal(404, "Not Found", "Not Found")

    def _entry(self, id_: str, record: Mapping[str, Any], now: datetime) -> Entry:
        return Entry(
            id=id_,
            at=datetime.fromisoformat(record["at"]),
            text=record["source"],
            pictures=[(one, self._alt(one)) for one in record["media"]],
            counts=posts.audience(id_, record, now),
            note="withdrawn" if record["deleted"] else "",
        )

    def _alt(self, id_: str) -> str:
        return str((self._shelf.get("media", id_) or {}).get("alt", ""))
