"""What the tests of shopee share: a shop behind a faulty line, and a service with a script."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from promoter.channels import shopee
from promoter.channels.shopee.channel import Shopee
from promoter.core.model import Creative, Draft, Listing, Media, Money, Placement
from promoter.remote.http import Session
from promoter.sandbox.server import Sandbox
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee import HOSTS, Stand
from tests.remote.raw import answer, serving

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=1)
KEYS = {
    "partner_id": "2001887",
    "partner_key": "shpk_ocop_test_partner_key_0001",
    "shop_id": "220099887",
    "access_token": "6f636f705f6163636573735f746f6b656e",
    "refresh_token": "6f636f705f726566726573685f746f6b656e",
}
SECRETS = [KEYS[name] for name in ("partner_key", "access_token", "refresh_token")]
TITLE = "Muối hạt Bạc Liêu 500 g"
WORDS = "Muối hạt trắng, phơi nắng trên đồng muối Đông Hải."


def session(url: str, *, seconds: float = 10) -> Session:
    """Return the terms of calls to a server of this machine at the tests' moment."""
    return Session(
        limit=timedelta(seconds=seconds),
        loopback_only=True,
        hosts=dict.fromkeys(HOSTS, url),
        clock=lambda: NOW,
    )


def connected(url: str, *, seconds: float = 10, **keys: Any) -> Shopee:
    """Return the channel of the shop at a server of this machine."""
    config = shopee.Config.model_validate(KEYS | keys)
    return shopee.connect(config, session(url, seconds=seconds))


@dataclass(slots=True)
class Office:
    """A stand-in of the service, and its moment, which a test may move."""

    box: Sandbox
    stand: Stand
    now: datetime = NOW

    def channel(self, *, seconds: float = 10, **keys: Any) -> Shopee:
        """Return the channel."""
        return connected(self.box.url, seconds=seconds, **keys)

    def items(self) -> dict[str, dict[str, Any]]:
        """Return the fields of the shop's items by id."""
        found = self.stand._items.of_shop(KEYS["shop_id"], int(self.now.timestamp()))
        return {id_: record["given"] for id_, record in found}

    def notes(self) -> list[str]:
        """Return who sees the items: an empty note is the public."""
        return [entry.note for feed in self.stand.feeds(self.now) for entry in feed.entries]

    def bodies(self, path: str) -> list[Any]:
        """Return what was sent to a path."""
        return [request.json() for request in self.box.sent("POST", path)]


@contextmanager
def office(**ways: Any) -> Iterator[Office]:
    """Open a shop, with the stand-in's own ways."""
    stand = Stand({"shop": KEYS}, Shelf().section("shopee"), wall=NOW.timestamp, **ways)
    made: list[Office] = []
    with Sandbox([stand], clock=lambda: made[0].now) as box:
        made.append(Office(box, stand))
        yield made[0]


@dataclass(slots=True)
class Script:
    """A service that says what it is told to, by path.

    Attributes:
        says: What each path answers: a `response`, or a whole envelope if it has an `error`, or a
            list of them in order, of which the last one stays.
        calls: Method, path, parameters and body of what came.
    """

    says: dict[str, Any]
    url: str = ""
    calls: list[tuple[str, str, dict[str, list[str]], bytes]] = field(default_factory=list)

    def say(self, request: bytes, client: socket) -> None:
        """Answer a request."""
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.decode().split(" ", 2)
        path = urlsplit(target).path.removeprefix("/api/v2/")
        self.calls.append((method, path, parse_qs(urlsplit(target).query), body))
        says = self.says[path]
        if isinstance(says, list):
            says = says.pop(0) if len(says) > 1 else says[0]
        answer(200, envelope(says))(client)

    def to(self, path: str) -> list[dict[str, list[str]]]:
        """Return the parameters of the calls to a path."""
        return [query for _, called, query, _ in self.calls if called == path]

    def sent(self, path: str) -> list[Any]:
        """Return the bodies that were sent to a path."""
        return [json.loads(body) for _, called, _, body in self.calls if called == path]


def envelope(says: Mapping[str, Any]) -> bytes:
    """Return a whole body: what is said, or around it the envelope of a success."""
    whole: dict[str, Any] = {"error": "", "message": "", "warning": "", "request_id": "r1"}
    whole |= says if "error" in says else {"response": says}
    return json.dumps(whole).encode()


@contextmanager
def scripted(says: Mapping[str, Any]) -> Iterator[Script]:
    """Serve by a script."""
    script = Script(dict(says))
    with serving(lambda client: script.say(raw.requests[-1], client)) as raw:
        script.url = raw.url
        yield script


def creative(
    caption: str = WORDS,
    *,
    title: str = TITLE,
    code: str = "BL-086",
    price: int = 15_000,
    pictures: int = 2,
    **listing: Any,
) -> Creative:
    """Return a listing to be put up."""
    details = {"product_class": "food", "grams": 550, **listing}
    return Creative(
        placement=Placement.LISTING,
        title=title,
        caption=caption,
        link="https://ocop.example.vn/r/k7m2p9q4x1",
        target="https://ocop.example.vn/products/BL-086",
        media=tuple(picture(number) for number in range(pictures)),
        listing=Listing(code=code, price=Money(amount=price), **details),
    )


def picture(number: int, *, size: int = 0) -> Media:
    """Return a picture; what follows its end is not looked at."""
    file = BytesIO()
    Image.new("RGB", (64, 64), (40 * number, 90, 160)).save(file, "JPEG")
    data = file.getvalue().ljust(size, b"\0")
    return Media("image", sha256(data).hexdigest(), "image/jpeg", 64, 64, "Hạt muối", data)


def prepared(channel: Shopee, what: Creative, draft: Draft | None = None) -> Draft:
    """Prepare as the pipeline does: again and again, keeping each draft."""
    for _ in range(20):
        draft = channel.prepare(what, "key", draft)
        if draft.ready:
            return draft
    raise AssertionError("it never gets ready")


def steps(channel: Shopee, what: Creative, number: int) -> Draft:
    """Take some steps of preparing."""
    draft = None
    for _ in range(number):
        draft = channel.prepare(what, "key", draft)
    assert draft
    return draft


BASE: Mapping[str, Any] = {
    "item_id": 3000142341,
    "item_status": "NORMAL",
    "item_sku": "BL-086",
    "item_name": TITLE,
    "description": WORDS,
    "price_info": [{"currency": "VND", "original_price": 15000.0, "current_price": 15000.0}],
}
"""A listing as `get_item_base_info` shows it."""


def listed(*items: Mapping[str, Any]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return what `get_item_base_info` says of listings."""
    return {"item_list": [{**BASE, **item} for item in items]}


def says_no(code: str, message: str = "no") -> dict[str, Any]:
    """Return an error of business."""
    return {"error": code, "message": message, "response": {}}
