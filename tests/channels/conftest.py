"""Stand-ins of the channels' services, one fixture for each channel, named `<channel>_standin`.

A new channel adds its fixture here; `test_contract.py` then asks it the questions of all.
"""

import colorsys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from promoter.channels import showcase
from promoter.core.channel import Channel
from promoter.core.model import Creative, Media, Placement, digest
from promoter.remote.http import Session
from tests.faults import Proxy, ShowcaseService

Request = tuple[str, str]
"""Method, and a part of the path."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A channel's service on this machine, behind a faulty line.

    Attributes:
        connect: Returns a new channel through the line, on these terms.
        proxy: The line.
        publish, find, upload: Which requests these verbs make; an upload may not exist.
        kept: Returns the captions that the public sees.
        secrets: What may never be shown.
    """

    connect: Callable[[Session], Channel]
    proxy: Proxy
    publish: Request
    find: Request
    upload: Request | None
    kept: Callable[[], Sequence[str]]
    secrets: Sequence[str]

    def channel(self, limit: timedelta = timedelta(seconds=10)) -> Any:
        """Return the channel; the limit is short only where an answer is never to come."""
        return self.connect(Session(limit=limit, loopback_only=True))


@pytest.fixture
def showcase_standin(showcase_service: ShowcaseService, proxy: Proxy) -> StandIn:
    """Our own showcase needs no stand-in: it is the service."""
    config = showcase.Config.model_validate({"url": proxy.url, "token": showcase_service.token})
    return StandIn(
        connect=lambda session: showcase.connect(config, session),
        proxy=proxy,
        publish=("PUT", "/posts/"),
        find=("GET", "/posts/"),
        upload=("PUT", "/media/"),
        kept=lambda: [post.caption for post in showcase_service.kept()],
        secrets=[showcase_service.token],
    )


def creative(caption: str = "Muối hạt Bạc Liêu", *, pictures: int = 2, size: int = 0) -> Creative:
    """Return what a channel can show.

    Args:
        caption: Its words.
        pictures: How many pictures it has.
        size: Least bytes of each.
    """
    return Creative(
        placement=Placement.FEED,
        title="Muối hạt Bạc Liêu",
        caption=caption,
        link="https://ocop.example.vn/r/k7m2p9q4x1",
        target="https://ocop.example.vn/products/BL-086",
        media=tuple(_picture(number, size) for number in range(pictures)),
    )


def key(name: str = "a post") -> str:
    """Return a key as the store makes them."""
    return digest(name)


@cache
def _picture(number: int, size: int) -> Media:
    color = tuple(int(255 * part) for part in colorsys.hsv_to_rgb(number / 7, 0.6, 0.8))
    file = BytesIO()
    Image.new("RGB", (40, 50), color).save(file, "JPEG")
    data = file.getvalue().ljust(size, b"\0")  # what follows a picture's end is not looked at
    name = sha256(data).hexdigest()
    return Media("image", name, "image/jpeg", 40, 50, f"Ảnh {number}: hạt muối trắng", data)
