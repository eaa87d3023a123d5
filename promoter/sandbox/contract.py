"""What every stand-in is: requests in, answers out, and the ways in which a service can fail.

A stand-in is written from the service's contract and is never kinder than the service: it checks
token, signature, parameters and limits, forgives no duplicate, and refuses what the contract
refuses. It keeps its state on a shelf and takes the moment from its caller.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.policy import HTTP
from enum import Enum
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit


class Fault(Enum):
    """What can go wrong on the way to a service or in it.

    Up to SERVER_ERROR_BEFORE it is certain that nothing was done. The last two are the service's
    own doing: the call succeeds, but the post is listed only minutes later, or its text or link
    is kept in another form.
    """

    UNREACHABLE = "the connection is refused"
    THROTTLED = "asked to wait"
    EXPIRED = "the token is no longer accepted"
    REFUSED = "refused with a reason"
    SERVER_ERROR_BEFORE = "an error of the server, nothing was done"
    SERVER_ERROR_AFTER = "done, then an error of the server"
    LOST_ANSWER = "done, then silence until the client gives up"
    CUT = "done, then a reset"
    DRIP = "done, then the answer comes byte by byte"
    LATE = "silence until the client gives up, then done"
    LAGGING = "done, but listed only minutes later"
    REWRITTEN = "done, but text or link are kept in another form"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a form."""

    name: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Request:
    """One whole request.

    Attributes:
        host: Of the service that was meant, in small letters, without port.
        target: Path and query as they were sent.
        headers: By name in small letters.
    """

    method: str
    host: str
    target: str
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        """Return the path without the query."""
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """Return the parameters of the address; empty values are kept."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def json(self) -> Any:
        """Return the body's JSON value.

        Raises:
            ValueError: It is none.
        """
        return json.loads(self.body)

    @cached_property
    def _form(self) -> tuple[dict[str, list[str]], dict[str, list[File]]]:
        mime = self.headers.get("content-type", "")
        if mime.startswith("application/x-www-form-urlencoded"):
            return parse_qs(self.body.decode(), keep_blank_values=True), {}
        fields: dict[str, list[str]] = {}
        files: dict[str, list[File]] = {}
        if not mime.startswith("multipart/form-data"):
            return fields, files
        edge = b"\r\n--" + mime.partition("boundary=")[2].strip('"').encode()
        for part in (b"\r\n" + self.body).split(edge)[1:-1]:
            head, _, data = part.partition(b"\r\n\r\n")
            named = message_from_bytes(head.strip(), policy=HTTP)
            given = getattr(named["content-disposition"], "params", {})
            name = given.get("name", "")
            if "filename" in given:
                file = File(given["filename"], named.get_content_type(), data)
                files.setdefault(name, []).append(file)
            else:
                fields.setdefault(name, []).append(data.decode(errors="replace"))
        return fields, files

    @property
    def fields(self) -> Mapping[str, list[str]]:
        """Return the fields of a form, urlencoded or multipart; empty for another body."""
        return self._form[0]

    @property
    def files(self) -> Mapping[str, list[File]]:
        """Return the files of a multipart form."""
        return self._form[1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answers."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(
        cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> "Answer":
        """Return an answer in JSON."""
        given = {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}
        return cls(status, json.dumps(value, ensure_ascii=False).encode(), given)


@dataclass(frozen=True, slots=True)
class Entry:
    """A post or listing as the public (or its owner) would see it.

    Attributes:
        title: Of a listing; empty for a post.
        pictures: Ids under which the shelf keeps the bytes, each with its alt text.
        price: In đồng, of a listing.
        counts: Simulated engagement by name (views, reactions, …), in the order to be shown.
        note: `hidden`, `withdrawn`, `in review`; empty when it is public.
    """

    id: str
    at: datetime
    text: str
    title: str = ""
    pictures: Sequence[tuple[str, str]] = ()
    price: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    comments: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One account's page: newest first."""

    account: str
    name: str
    entries: Sequence[Entry]


class Service(Protocol):
    """A stand-in.

    Its class is made with `accounts` (by account name, the keys of its settings with secrets in
    the clear) and `shelf`. Calls come one at a time.
    """

    @property
    def channel(self) -> str:
        """Return the channel it stands in for."""
        ...

    @property
    def title(self) -> str:
        """Return the service's name as people know it."""
        ...

    @property
    def hosts(self) -> Sequence[str]:
        """Return the real hosts that it answers for."""
        ...

    def handle(self, request: Request, now: datetime, fault: Fault | None = None) -> Answer:
        """Answer a request; `fault` is only ever LAGGING or REWRITTEN."""
        ...

    def failure(self, fault: Fault) -> Answer:
        """Say THROTTLED, EXPIRED, REFUSED or SERVER_ERROR_… in this service's own words.

        The words of THROTTLED ask for RETRY_AFTER seconds where the service can say so; REFUSED
        gives `fault.value` as its reason.
        """
        ...

    def feeds(self, now: datetime) -> Sequence[Feed]:
        """Return the page of each account."""
        ...


RETRY_AFTER = 7 * 60
"""Seconds that a throttled client is asked to wait: whole minutes, as some services count."""

LAG_SECONDS = 240
"""How long a lagging post is not listed."""
