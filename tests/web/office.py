"""A small office whose public site can be asked over HTTP on loopback."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import requests
from PIL import Image

from promoter.core.delivery import State
from promoter.core.facts import facts
from promoter.core.link import links, public_code
from promoter.core.model import (
    Approval,
    Creative,
    Media,
    Phrase,
    Placement,
    Post,
    Producer,
    Product,
    Receipt,
    Recipe,
    digest,
)
from promoter.core.planner import Plan
from promoter.locale import Locale
from promoter.media import MediaStore
from promoter.pipeline.context import Context, Office
from promoter.store import creatives, deliveries, posts, showcase
from promoter.store.creatives import Composed
from promoter.store.database import Store
from promoter.store.showcase import ShowcaseContent, ShowcaseMedium
from promoter.store.tables import ProducerRow, ProductRow
from promoter.web.app import App, create_app
from promoter.web.server import Site, bind
from tests import make

NOW = datetime(2026, 11, 23, 4, 42, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
URL = "https://ban.example.vn"
BRAND = "Đặc sản Bạc Liêu"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) Chrome/130.0 Mobile Safari/537.36"


@dataclass(slots=True)
class SmallOffice:
    """A store with a catalogue and posts, and the site on it."""

    store: Store
    folder: Path
    known: dict[str, tuple[Product, Producer]] = field(default_factory=dict)
    makers: dict[str, Producer] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        (self.folder / "brand.toml").write_text(f'name = "{BRAND}"\n', encoding="utf-8")
        self.store.set_clock(NOW)

    @property
    def media(self) -> MediaStore:
        """Return the media store."""
        return MediaStore(self.folder / "media")

    def context(self) -> Context:
        """Return the world as the site needs it: it draws no cards."""
        nothing = cast(Any, None)
        office = Office("Sở Công Thương (mẫu)", ZONE, URL, Locale("en"))
        return Context(self.store, office, {}, nothing, nothing, self.media, self.folder, nothing)

    def stock(self, products: Iterable[Product], producers: Iterable[Producer]) -> None:
        """Put a catalogue into the store."""
        with self.store.write() as session:
            for maker in producers:
                self.makers[maker.code] = maker
                session.add(ProducerRow(**_row(maker)))
            session.flush()
            for product in products:
                self.known[product.code] = (product, self.makers[product.producer])
                session.add(ProductRow(producer=product.producer, **_row(product)))

    def post(
        self, *codes: str, at: datetime, state: State = State.PUBLISHED, **changes: Any
    ) -> Post:
        """Plan a post, compose it with a picture, and bring its delivery to a state."""
        value = _post(codes, at, self.number, **changes)
        self.number += 1
        with self.store.write() as session:
            plan = Plan(create=(value,))
            posts.apply(session, plan, lambda item: links(item, URL), NOW)
            creatives.put(session, value.key, self._composed(value), [1000], NOW)
            old = deliveries.get(session, value.key)
            assert old
            receipt = None
            if state is State.PUBLISHED:
                receipt = Receipt(value.code, f"{URL}/showcase/{self._shown(session, value).id}")
            deliveries.save(session, old, replace(old, state=state, receipt=receipt), at)
        return value

    def _composed(self, value: Post) -> Composed:
        product, maker = self.known[value.products[0]]
        title = product.name if len(value.products) == 1 else "Tết gifts"
        medium = self._medium(product.name)
        caption = f"{product.description}\n\n{URL}/r/{value.code} #DacSanBacLieu"
        creative = Creative(
            value.placement, title, caption, f"{URL}/r/{value.code}", URL, (medium,)
        )
        return Composed(creative, "", facts(product, maker, value.at.astimezone(ZONE).date()), "a")

    def _medium(self, name: str) -> Media:
        sha256 = self.media.put(picture(name))
        return Media("image", sha256, "image/jpeg", 1080, 1080, f"Card of {name}")

    def _shown(self, session: Any, value: Post) -> showcase.ShowcasePost:
        creative = self._composed(value).creative
        media = tuple(
            ShowcaseMedium(item.sha256, item.alt, item.width, item.height)
            for item in creative.media
        )
        content = ShowcaseContent(creative.title, creative.caption, creative.link, media)
        return showcase.put(session, value.key, "showcase", content, value.at)[0]

    def app(self, *, sample: bool = False) -> App:
        """Return the site."""
        return create_app(
            self.context(),
            tokens={"showcase": "t"},
            report=lambda producer, period: (
                f"<p>{producer} {period}</p>" if producer == "P41" else None
            ),
            sample=sample,
        )

    @contextmanager
    def served(self, *, sample: bool = False) -> Iterator["Reader"]:
        """Serve the site while the block runs; at its end all clicks are written."""
        taken = bind("127.0.0.1", 0)
        site = Site(self.app(sample=sample), taken)
        site.start()
        try:
            yield Reader(f"http://127.0.0.1:{taken.getsockname()[1]}")
        finally:
            site.stop()


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads the site."""

    url: str

    def get(self, path: str, agent: str = PHONE, **headers: str) -> requests.Response:
        """Ask for a page, without following redirects."""
        given = {"User-Agent": agent, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return requests.get(self.url + path, headers=given, timeout=10, allow_redirects=False)


def picture(text: str, size: tuple[int, int] = (1080, 1080)) -> bytes:
    """Return a JPEG whose colour depends on a text."""
    number = int(digest(text, size=3), 16)
    data = BytesIO()
    Image.new("RGB", size, (number >> 16, number >> 8 & 255, number & 255)).save(data, "JPEG")
    return data.getvalue()


def _row(value: Product | Producer) -> dict[str, Any]:
    return {
        "code": value.code,
        "name": value.name,
        "record": value.model_dump(mode="json"),
        "digest": "",
        "created_at": NOW,
        "updated_at": NOW,
    }


def _post(codes: tuple[str, ...], at: datetime, number: int, **changes: Any) -> Post:
    key = digest("post", str(number))
    default = Post(
        key=key,
        code=public_code(key),
        campaign="tuan",
        account="showcase",
        channel="showcase",
        placement=Placement.FEED,
        day=at.astimezone(ZONE).date(),
        ordinal=number,
        at=at,
        products=codes,
        producer="P41",
        recipe=Recipe("spotlight", "spotlight"),
        approval=Approval.AUTO,
        max_lateness=timedelta(hours=3),
        reason=Phrase("its turn"),
    )
    return replace(default, **changes)


def salt_office(store: Store, folder: Path) -> SmallOffice:
    """Return an office with one producer and its salt."""
    office = SmallOffice(store, folder)
    office.stock([make.product()], [make.producer()])
    return office
