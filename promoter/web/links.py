"""The short links: /r/<code> and /q/<code> lead to the stored target, and the visit is counted.

A small ASGI app of its own, in front of the framework, because posts that do well are opened by
thousands at once. Only stored targets are led to. Of a visitor nothing is kept but the kind.
"""

import asyncio
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from promoter.core.errors import PromoterError
from promoter.store import clicks
from promoter.store.clicks import Click, Via, Visitor
from promoter.store.database import Store

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

PATHS = {"/r/": Via.LINK, "/q/": Via.QR}
REMEMBERED = 20_000
FRESH = 10.0
"""Seconds for which a target is believed: swapping a product changes it before it goes out."""
FLUSH = 0.5
"""Seconds between two writes of what was counted; a killed process loses no more than this."""
BATCH = 500
MOST = 100_000
"""Visits kept while the database cannot be written; beyond it the oldest are lost, and told."""

_log = logging.getLogger(__name__)
_CODE = re.compile(r"[0-9a-z]{4,64}")
_PREVIEW = re.compile(
    r"facebookexternalhit|facebot|facebookcatalog|meta-externalfetcher|telegrambot|twitterbot|"
    r"^whatsapp|^viber|slackbot|slack-img|discordbot|linkedinbot|pinterest(?:bot|/)|"
    r"skypeuripreview|mastodon/|cardyb|redditbot|vkshare|embedly|iframely|line-poker|"
    r"zalo(?:(?!mozilla).)*bot|^(?!mozilla).*zalo|google-pagerenderer|snap url preview"
)
"""Services that open a link to draw its preview; their built-in browsers are persons."""
_BOT = re.compile(
    r"(?<!cu)bot\b|bots?[/;+_-]|crawl|spider|slurp|scan|monitor|headless|lighthouse|archiver|"
    r"^(?!mozilla|opera|ucweb|dalvik)|python|wget|curl/|java/|libwww|go-http|okhttp|axios"
)
"""Machines that say so, and what does not even claim to be a browser (a Cubot is a phone)."""


def visitor(agent: str, method: str = "GET", purpose: str = "") -> Visitor:
    """Return the kind of visitor that a request comes from.

    Args:
        agent: The user agent as sent; it is looked at and forgotten.
        method: HEAD asks for a preview, a person's browser never does.
        purpose: The `Purpose` or `Sec-Purpose` header, if any.
    """
    if method == "HEAD" or not agent or "pre" in purpose:  # prefetch, prerender, preview
        return Visitor.PREVIEW
    name = agent.lower()
    if _PREVIEW.search(name):
        return Visitor.PREVIEW
    return Visitor.BOT if _BOT.search(name) else Visitor.PERSON


class Counter:
    """Visits on their way to the store, written by one thread."""

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self._store = store
        self._zone = zone
        self._waiting: deque[Click] = deque()
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._ahead: timedelta | None = timedelta()
        self._lost = 0

    def start(self) -> None:
        """Start writing."""
        self._stopping.clear()
        self._look_at_clock()
        self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write down what is left, and end."""
        self._stopping.set()
        if self._thread:
            self._thread.join()
        self.flush()

    def now(self) -> datetime | None:
        """Return the office's moment, or None where only the store knows it: its clock is moved."""
        return None if self._ahead is None else datetime.now(UTC) + self._ahead

    def add(self, click: Click) -> None:
        """Count a visit; it is written within a second."""
        if len(self._waiting) >= MOST:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(click)

    def flush(self) -> None:
        """Write what was counted until now; what cannot be written yet stays."""
        with self._writing:
            for _ in range(len(self._waiting) // BATCH + 1):
                if not self._write(self._batch()):
                    return

    def _batch(self) -> list[Click]:
        batch: list[Click] = []
        while self._waiting and len(batch) < BATCH:
            batch.append(self._waiting.popleft())
        return batch

    def _write(self, batch: list[Click]) -> bool:
        if not batch:
            return True
        try:
            with self._store.write() as session:
                unknown = clicks.record(session, batch, self._zone)
        except PromoterError as error:
            self._waiting.extendleft(reversed(batch))
            _log.warning(
                "clicks wait for the database waiting=%d lost=%d: %s",
                len(self._waiting),
                self._lost,
                error,
            )
            return False
        if unknown:
            _log.warning("clicks dropped, links unknown: %s", " ".join(unknown))
        return True

    def _run(self) -> None:
        while not self._stopping.wait(FLUSH):
            self.flush()
            self._look_at_clock()

    def _look_at_clock(self) -> None:
        """Learn how far the store's clock is from ours, so that a visit needs no query."""
        try:
            moved = self._store.value("clock")
            self._ahead = None if moved else self._store.now() - datetime.now(UTC)
        except PromoterError as error:
            _log.warning("the office's clock cannot be read: %s", error)


class Links:
    """The ASGI app of the short links."""

    def __init__(self, store: Store, zone: ZoneInfo, missing: Callable[[], bytes]) -> None:
        """Prepare the app.

        Args:
            store: Where links are and clicks go.
            zone: The office's, for the days of the clicks.
            missing: Gives the page for a code that is not known.
        """
        self._store = store
        self._missing = missing
        self._targets: dict[str, tuple[bytes, float]] = {}
        self._looking: dict[str, asyncio.Future[bytes]] = {}
        self._kinds: dict[int, Visitor] = {}
        self.counter = Counter(store, zone)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method, path = scope["method"], scope["path"]
        if method not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")])
            return
        code = path[3:].lower()
        try:
            target = await self._target(code) if _CODE.fullmatch(code) else b""
            if target:
                await self._count(code, PATHS[path[:3]], scope)
        except PromoterError as error:
            _log.warning("a link cannot be looked up: %s", error)
            await _answer(send, 503, [(b"retry-after", b"2")])
            return
        if target:
            await _answer(send, 302, [(b"location", target)])
        else:
            kind = (b"content-type", b"text/html; charset=utf-8")
            page = b"" if method == "HEAD" else await asyncio.to_thread(self._missing)
            await _answer(send, 404, [kind], page)

    async def _target(self, code: str) -> bytes:
        found = self._targets.get(code)
        if found and found[1] > time.monotonic():
            return found[0]
        looking = self._looking.get(code)
        if looking is None:  # a thousand who ask at once cost one query
            looking = asyncio.ensure_future(asyncio.to_thread(self._look_up, code))
            self._looking[code] = looking
            looking.add_done_callback(lambda _: self._looking.pop(code, None))
        target = await asyncio.shield(looking)
        self._remember(code, target)
        return target

    def _remember(self, code: str, target: bytes) -> None:
        self._targets.pop(code, None)
        if target:  # what is not known is not kept: guessing must not push out what is
            if len(self._targets) >= REMEMBERED:
                del self._targets[next(iter(self._targets))]
            self._targets[code] = (target, time.monotonic() + FRESH)

    def _look_up(self, code: str) -> bytes:
        with self._store.read() as session:
            target = clicks.target(session, code) or ""
        if not target.startswith(("https://", "http://")):
            return b""
        return quote(target, safe="!#$%&'()*+,/:;=?@[]~").encode()

    async def _count(self, code: str, via: Via, scope: Scope) -> None:
        agent = purpose = b""
        for name, value in scope["headers"]:
            if name == b"user-agent":
                agent = value
            elif name in (b"purpose", b"sec-purpose", b"x-purpose"):
                purpose = value
        kind = self._kind(agent, scope["method"], purpose)
        at = self.counter.now()
        if at is None:
            at = await asyncio.to_thread(self._store.now)
        self.counter.add(Click(code, at, via, kind))

    def _kind(self, agent: bytes, method: str, purpose: bytes) -> Visitor:
        mark = hash((agent, method, purpose))  # a number that no agent can be read from
        kind = self._kinds.get(mark)
        if kind is None:
            if len(self._kinds) >= REMEMBERED:
                self._kinds.clear()
            kind = visitor(agent.decode("latin-1"), method, purpose.decode("latin-1"))
            self._kinds[mark] = kind
        return kind


async def _answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    fixed = [
        (b"cache-control", b"no-store"),  # the next visit must be counted too
        (b"referrer-policy", b"no-referrer"),
        (b"x-robots-tag", b"noindex"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *fixed]})
    await send({"type": "http.response.body", "body": body})
