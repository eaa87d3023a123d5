"""Stand-ins of the channels' services, one fixture or more for each channel.

A fixture is named `<channel>_standin`, or `<channel>_<variant>_standin` where an account can be set
up in several ways. A new channel adds its fixture here; `test_contract.py` then asks it the
questions of all.
"""

import colorsys
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from promoter.channels import facebook, shopee, showcase, webhook, x
from promoter.core.channel import Channel
from promoter.core.model import Creative, Listing, Media, Money, Placement, digest
from promoter.remote.http import Session
from promoter.sandbox import facebook as facebook_stand
from promoter.sandbox import shopee as shopee_stand
from promoter.sandbox import x as x_stand
from promoter.sandbox.contract import LAG_SECONDS, RETRY_AFTER, Entry, Service
from promoter.sandbox.line import Line
from promoter.sandbox.server import Sandbox
from promoter.sandbox.shelf import Shelf
from tests.channels.receiver import Receiver
from tests.faults import Proxy, ShowcaseService

Request = tuple[str, str]
"""Method, and a part of the path."""

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PLAIN = "Muối hạt Bạc Liêu, hạt to và khô, gói 1 kg."


class Clock:
    """The stand-ins' moment, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class StandIn:
    """A channel's service on this machine, behind a faulty line.

    Attributes:
        connect: Returns a new channel through the line, on these terms.
        proxy: The line.
        publish, find, upload, correct: Which requests these verbs make; some may not exist.
        kept: Returns the texts that the public sees.
        secrets: What may never be shown.
        clock: The service's moment.
        hosts: The real hosts that the line stands in for.
        largest: Bytes of the largest picture that the service takes; None is: as the limits say.
        wait: How long the service asks to wait when it is called too often.
        placement: What it can show.
        keyed: The key itself is the post's name at the service, so that nothing is ever doubled.
        comments: Returns what stands below the posts.
        in_addresses: Secrets that the service itself wants in its addresses.
        renewed: Returns what connects the channel with what `refresh` gave.
    """

    connect: Callable[[Session], Channel]
    proxy: Line
    publish: Request
    find: Request
    upload: Request | None
    kept: Callable[[], Sequence[str]]
    secrets: Sequence[str]
    clock: Clock = field(default_factory=Clock)
    hosts: Sequence[str] = ()
    largest: int | None = None
    wait: timedelta = timedelta(seconds=RETRY_AFTER)
    placement: Placement = Placement.FEED
    keyed: bool = False
    correct: Request | None = None
    comments: Callable[[], Sequence[str]] = list
    in_addresses: Sequence[str] = ()
    renewed: Callable[[Mapping[str, str]], Callable[[Session], Channel]] | None = None

    def session(self, limit: timedelta = timedelta(seconds=10)) -> Session:
        """Return a session that reaches the line; only what is a test of time is impatient."""
        hosts = dict.fromkeys(self.hosts, self.proxy.url)
        return Session(limit=limit, loopback_only=True, hosts=hosts)

    def channel(self, limit: timedelta = timedelta(seconds=10)) -> Any:
        """Return the channel; the limit is short only where an answer is never to come."""
        return self.connect(self.session(limit))

    def creative(
        self, words: str = PLAIN, *, number: int = 0, pictures: int = 2, size: int = 0
    ) -> Creative:
        """Return what the channel can show; its caption carries its link, if it is a post."""
        made = creative(words, number=number, pictures=pictures, size=size)
        if self.placement is not Placement.LISTING:
            return made
        offer = Listing(f"BL-{number:03d}", "salt_seasoning", Money(amount=15_000), 1_100)
        return Creative(
            Placement.LISTING,
            f"Muối hạt Bạc Liêu số {number} – gói 1 kg",
            words,
            made.link,
            made.target,
            made.media,
            offer,
        )

    def later(self, span: timedelta = timedelta(seconds=LAG_SECONDS + 1)) -> None:
        """Let time pass at the service."""
        self.clock.now += span


def creative(
    words: str = PLAIN, *, number: int = 0, pictures: int = 2, size: int = 0, link: bool = True
) -> Creative:
    """Return what a feed can show.

    Args:
        words: What the caption says before the link.
        number: Another number is another post.
        pictures: How many pictures it has.
        size: Least bytes of each.
        link: Whether the caption carries the link.
    """
    address = f"https://ocop.example.vn/r/k7m2p9q4x{number}"
    return Creative(
        placement=Placement.FEED,
        title="Muối hạt Bạc Liêu",
        caption=f"{words} {address}" if link else words,
        link=address,
        target=f"https://ocop.example.vn/p/BL-{number:03d}",
        media=tuple(_picture(item, size) for item in range(pictures)),
    )


def key(name: str = "a post") -> str:
    """Return a key as the store makes them."""
    return digest(name)


@cache
def _picture(number: int, size: int) -> Media:
    color = tuple(int(255 * part) for part in colorsys.hsv_to_rgb(number / 7, 0.6, 0.8))
    file = BytesIO()
    Image.new("RGB", (400, 400), color).save(file, "JPEG")
    data = file.getvalue().ljust(size, b"\0")  # what follows a picture's end is not looked at
    name = sha256(data).hexdigest()
    return Media("image", name, "image/jpeg", 400, 400, f"Ảnh {number}: hạt muối trắng", data)


@contextmanager
def sandboxed(service: Service, clock: Clock) -> Iterator[Sandbox]:
    """Serve a stand-in behind its line."""
    with Sandbox([service], clock=clock) as box:
        yield box


def public(service: Service, clock: Clock) -> list[Entry]:
    """Return what the public sees of a stand-in's only account, newest first."""
    (feed,) = service.feeds(clock())
    return [entry for entry in feed.entries if not entry.note]


def connecting(module: ModuleType, keys: Mapping[str, Any]) -> Callable[[Session], Channel]:
    """Return what connects a channel with the keys of an account."""
    config = module.Config.model_validate(keys)

    def connect(session: Session) -> Channel:
        channel: Channel = module.connect(config, session)
        return channel

    return connect


@pytest.fixture
def showcase_standin(showcase_service: ShowcaseService, proxy: Proxy) -> StandIn:
    """Our own showcase needs no stand-in: it is the service."""
    return StandIn(
        connect=connecting(showcase, {"url": proxy.url, "token": showcase_service.token}),
        proxy=proxy,
        publish=("PUT", "/posts/"),
        find=("GET", "/posts/"),
        upload=("PUT", "/media/"),
        kept=lambda: [post.caption for post in showcase_service.kept()],
        secrets=[showcase_service.token],
        keyed=True,
    )


PAGE = {"page_id": "1029384756", "token": "EAAB-token-of-the-page-4711", "app_secret": "c0ffee" * 4}


def _page(**changes: Any) -> Iterator[StandIn]:
    clock = Clock()
    service = facebook_stand.Stand({"fanpage": PAGE}, Shelf().section("facebook"))
    with sandboxed(service, clock) as box:
        yield StandIn(
            proxy=box,
            upload=("POST", "/photos"),
            kept=lambda: [entry.text for entry in public(service, clock)],
            secrets=[PAGE["token"], PAGE["app_secret"]],
            clock=clock,
            hosts=facebook_stand.HOSTS,
            comments=lambda: [said for entry in public(service, clock) for said in entry.comments],
            correct=("POST", f"/{PAGE['page_id']}_"),
            **changes,
        )


@pytest.fixture
def facebook_standin() -> Iterator[StandIn]:
    """A Page whose hidden drafts can be published."""
    yield from _page(
        connect=connecting(facebook, {**PAGE, "drafts": True}),
        publish=("POST", f"/{PAGE['page_id']}_"),
        find=("GET", f"/{PAGE['page_id']}_"),
    )


@pytest.fixture
def facebook_direct_standin() -> Iterator[StandIn]:
    """A Page that is posted to directly."""
    yield from _page(
        connect=connecting(facebook, PAGE),
        publish=("POST", f"/{PAGE['page_id']}/feed"),
        find=("GET", f"/{PAGE['page_id']}/"),
    )


X = {
    "user_id": "1029384756",
    "consumer_key": "consumer-key-4711",
    "consumer_secret": "consumer-secret-4711",
    "access_token": "1029384756-access-token-4711",
    "access_token_secret": "access-token-secret-4711",
}


@pytest.fixture
def x_standin() -> Iterator[StandIn]:
    """An account of X."""
    clock = Clock()
    shelf = Shelf().section("x")
    service = x_stand.Stand({"x": {**X, "username": "ocop"}}, shelf)
    with sandboxed(service, clock) as box:
        yield StandIn(
            connect=connecting(x, X),
            proxy=box,
            publish=("POST", "/2/tweets"),
            find=("GET", "/2/users/"),
            upload=("POST", "/2/media/upload"),
            kept=lambda: [entry.text for entry in public(service, clock)],
            secrets=[X[name] for name in X if name not in ("user_id", "consumer_key")],
            clock=clock,
            hosts=x_stand.HOSTS,
        )


SHOP = {
    "partner_id": "2001887",
    "partner_key": "shpk_planted_partner_key_4711",
    "shop_id": "220099887",
    "access_token": "6f636f705f6163636573735f746f6b656e",
    "refresh_token": "7f636f705f7265667265736820746f6b",
}


def _shop(*, review: bool) -> Iterator[StandIn]:
    clock = Clock()
    service = shopee_stand.Stand({"shop": SHOP}, Shelf().section("shopee"), review=review)
    with sandboxed(service, clock) as box:
        yield StandIn(
            connect=connecting(shopee, SHOP),
            proxy=box,
            publish=("POST", "/product/unlist_item"),
            find=("GET", "/product/get_item_base_info"),
            upload=("POST", "/media_space/upload_image"),
            kept=lambda: [entry.text for entry in public(service, clock)],
            secrets=[SHOP[name] for name in ("partner_key", "access_token", "refresh_token")],
            clock=clock,
            hosts=shopee_stand.HOSTS,
            wait=timedelta(minutes=1),
            placement=Placement.LISTING,
            correct=("POST", "/product/update_item"),
            in_addresses=[SHOP["access_token"]],
            renewed=lambda values: connecting(shopee, {**SHOP, **values}),
        )


@pytest.fixture
def shopee_standin() -> Iterator[StandIn]:
    """A shop."""
    yield from _shop(review=False)


@pytest.fixture
def webhook_standin() -> Iterator[StandIn]:
    """A receiver as anybody could write one."""
    receiver = Receiver("webhook-secret-4711")
    with Line(receiver.handle, receiver.failure) as line:
        yield StandIn(
            connect=connecting(webhook, {"url": line.url + "/hook", "secret": receiver.secret}),
            proxy=line,
            publish=("POST", "/hook"),
            find=("POST", "/hook"),
            upload=None,
            kept=receiver.kept,
            secrets=[receiver.secret],
            keyed=True,
        )


def links_of(text: str) -> list[str]:
    """Return the addresses in a text."""
    return re.findall(r"https?://\S+", text)
