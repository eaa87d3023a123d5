"""The pages: start, catalogue, product, producers, collection, report and privacy note."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hmac import compare_digest
from itertools import groupby
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from promoter.core import rules
from promoter.core.facts import changed, facts
from promoter.core.model import Phrase, Producer, Product, digest
from promoter.render.document import GROUPS
from promoter.render.engagement import CHANNELS
from promoter.store import catalogue, views
from promoter.store.database import Store
from promoter.store.views import Coming, DayClicks, Picture, PostCard
from promoter.web.public import structured
from promoter.web.public.answers import answer
from promoter.web.public.catalogue import KINDS, Catalogue, Found, Search, find
from promoter.web.public.site import HTML, Site, shown

CARDS, COMING, OTHERS = 8, 7, 6
LONGEST_SEARCH = 80
STATES = {
    "PUBLISHED": Phrase("published"),
    "READY": Phrase("ready to go"),
    "DUE": Phrase("planned"),
    "WAITING": Phrase("to be written or approved"),
    "SENDING": Phrase("going out now"),
    "PENDING": Phrase("being checked by the channel"),
    "UNKNOWN": Phrase("answer lost, being looked up"),
    "HELD": Phrase("held for a person"),
    "MISSED": Phrase("missed its time"),
    "FAILED": Phrase("refused by the channel"),
    "REJECTED": Phrase("turned down by staff"),
    "WITHDRAWN": Phrase("taken down"),
    "CANCELLED": Phrase("cancelled"),
}
TROUBLE = {"UNKNOWN", "HELD", "MISSED", "FAILED"}

Report = Callable[[str, str], str | None]
"""Gives the page of a producer's report for a period; None if there is no such producer."""


@dataclass(frozen=True, slots=True)
class Hero:
    """The picture of a product.

    Attributes:
        note: What the reader must know of it; empty for a real photo.
    """

    picture: Picture
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in the chart of clicks, in units of its drawing."""

    day: DayClicks
    x: float
    links: float
    qr: float


class Pages:
    """The routes of the pages."""

    def __init__(self, site: Site, report: Report) -> None:
        self._site = site
        self._report = report
        self._catalogue = Catalogue()
        self._zone = site.context.office.zone

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(include_in_schema=False)
        for path, page in (
            ("/", self.start),
            ("/products", self.products),
            ("/p/{code}", self.product),
            ("/c/{code}", self.collection),
            ("/producers", self.producers),
            ("/privacy", self.privacy),
            ("/report/{producer}", self.report),
            ("/robots.txt", self.robots),
            ("/sitemap.xml", self.sitemap),
        ):
            routes.add_api_route(path, page, methods=["GET", "HEAD"])
        return routes

    def start(self, request: Request) -> Response:
        """Show what happened and what comes next."""
        clock = self._site.clock()
        with self._site.context.store.read() as session:
            found = views.start(session, clock.now, self._zone, cards=CARDS, coming=COMING)
        highest = max((day.links + day.qr for day in found.days), default=0)
        return self._site.page(
            request,
            "start.html",
            clock,
            found=found,
            cards=[(card, channel(card.channel)) for card in found.published],
            coming=list(self._by_day(found.coming, clock.day)),
            states=[
                (name, phrase, found.states[name])
                for name, phrase in STATES.items()
                if found.states.get(name)
            ],
            trouble=TROUBLE,
            names=STATES,
            links=sum(day.links for day in found.days),
            qr=sum(day.qr for day in found.days),
            bars=bars(found.days, highest),
            highest=highest,
        )

    def _by_day(
        self, coming: Iterable[Coming], today: date
    ) -> Iterable[tuple[date, Phrase | None, list[tuple[Coming, Phrase]]]]:
        def day_of(item: Coming) -> date:
            return item.at.astimezone(self._zone).date()

        near = {today: Phrase("Today"), today + timedelta(days=1): Phrase("Tomorrow")}
        for day, items in groupby(coming, key=day_of):
            yield day, near.get(day), [(item, channel(item.channel)) for item in items]

    def products(self, request: Request) -> Response:
        """Show the catalogue, or what a reader looks for in it."""
        clock = self._site.clock()
        asked = request.query_params
        search = Search(
            asked.get("q", "").strip()[:LONGEST_SEARCH],
            asked.get("group", "") if asked.get("group") in KINDS else "",
            asked.get("producer", "")[:LONGEST_SEARCH],
        )
        number = asked.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        entries = self._catalogue.entries(self._site.context.store, clock.day)
        found = find(entries, search, page)
        with self._site.context.store.read() as session:
            codes = [entry.product.code for entry in found.entries]
            cards = views.cards_of(session, codes, clock.now)
            makers = catalogue.makers(session, {entry.product.producer for entry in found.entries})
        present = {entry.product.group for entry in entries}
        return self._site.page(
            request,
            "products.html",
            clock,
            found=found,
            search=search,
            maker=next((e.producer for e in entries if e.product.producer == search.producer), ""),
            groups=[(name, GROUPS[name]) for name in KINDS if name in present],
            tiles=[
                (
                    entry,
                    self._picture(
                        entry.product,
                        makers[entry.product.producer],
                        cards.get(entry.product.code),
                        clock.day,
                    ),
                )
                for entry in found.entries
            ],
            address=lambda number: _address(search, number, found),
        )

    def product(self, request: Request, code: str) -> Response:
        """Show a product to a buyer."""
        clock = self._site.clock()
        with self._site.context.store.read() as session:
            found = catalogue.product_page(session, code, clock.now)
        if found is None or not shown(found.product, clock.day):
            raise HTTPException(404)
        product = found.product
        hero = self._picture(product, found.producer, found.card, clock.day)
        card = found.card.picture if found.card and self._holds(found, clock.day) else None
        preview = card or (hero.picture if hero else None)
        return self._site.page(
            request,
            "product.html",
            clock,
            product=product,
            producer=found.producer,
            held=product.certificate_on(clock.day),
            hero=hero,
            preview=preview,
            group=GROUPS.get(product.group, Phrase(product.group)),
            notices=rules.notices(product),
            others=[other for other in found.others if shown(other, clock.day)][:OTHERS],
            data=structured.product_data(self._site, found, preview, clock.day),
        )

    def _holds(self, found: catalogue.ProductPage, day: date) -> bool:
        return found.card is not None and holds(found.card, found.product, found.producer, day)

    def _picture(
        self, product: Product, maker: Producer, card: PostCard | None, day: date
    ) -> Hero | None:
        """Return the photo; else the newest card, if all it states still holds; else nothing."""
        for photo in product.photos:
            size = self._site.pictures.size(photo.sha256)
            if size:
                note = self._site.context.office.locale.say(Phrase("Sample illustration"))
                return Hero(
                    Picture(photo.sha256, *size, product.name), note if photo.sample else ""
                )
        if card and card.picture and holds(card, product, maker, day):
            return Hero(card.picture)
        return None

    def collection(self, request: Request, code: str) -> Response:
        """Show the products of one post."""
        clock = self._site.clock()
        with self._site.context.store.read() as session:
            found = catalogue.collection(session, code)
            products = [item for item in found.products if shown(item, clock.day)] if found else []
            cards = views.cards_of(session, [item.code for item in products], clock.now)
            makers = catalogue.makers(session, {item.producer for item in products})
        if found is None or not products:
            raise HTTPException(404)
        tiles = [
            (
                item,
                makers[item.producer],
                self._picture(item, makers[item.producer], cards.get(item.code), clock.day),
            )
            for item in products
        ]
        return self._site.page(request, "collection.html", clock, title=found.title, tiles=tiles)

    def producers(self, request: Request) -> Response:
        """Show every producer, and how much each was shown."""
        clock = self._site.clock()
        with self._site.context.store.read() as session:
            found = catalogue.producers(session, clock.now, self._zone)
        makers = [
            replace(maker, products=tuple(p for p in maker.products if shown(p, clock.day)))
            for maker in found
        ]
        return self._site.page(
            request,
            "producers.html",
            clock,
            makers=makers,
            total=sum(maker.posts for maker in makers),
            days=views.DAYS,
        )

    def privacy(self, request: Request) -> Response:
        """Say what is counted and what is not."""
        return self._site.page(request, "privacy.html", self._site.clock())

    def report(self, request: Request, producer: str) -> Response:
        """Show a producer's report to whoever has its address."""
        store = self._site.context.store
        key = request.query_params.get("key", "").encode()
        known = self._site.sample or compare_digest(key, _report_key(store, producer).encode())
        if not known:
            raise HTTPException(404)
        lately = views.lately(self._site.clock().now, self._zone)
        period = request.query_params.get("period") or f"{lately.first}..{lately.last}"
        page = self._report(producer, period)
        if page is None:
            raise HTTPException(404)
        headers = {"content-security-policy": REPORT_POLICY, "x-robots-tag": "noindex"}
        return answer(request, page.encode(), HTML, cache="private, no-cache", headers=headers)

    def robots(self, request: Request) -> Response:
        """Tell machines what is not for them."""
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/r/", "/q/", "/report/"))]
        body = "\n".join([*lines, f"Sitemap: {self._site.url('/sitemap.xml')}", ""])
        return answer(request, body.encode(), "text/plain; charset=utf-8")

    def sitemap(self, request: Request) -> Response:
        """List the pages worth finding."""
        clock = self._site.clock()
        entries = self._catalogue.entries(self._site.context.store, clock.day)
        paths = ["/", "/products", "/producers", "/showcase", "/privacy"]
        paths += [f"/p/{entry.product.code}" for entry in entries]
        body = self._site.written("sitemap.xml", clock, paths=paths)
        return answer(request, body, "application/xml")


REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report is one file that is also mailed: its style stands in it, and it has no script."""


def report_path(store: Store, producer: str) -> str:
    """Return the path of a producer's report, for messages to that producer only."""
    return f"/report/{producer}?key={_report_key(store, producer)}"


def _report_key(store: Store, producer: str) -> str:
    return digest("report", producer, key=bytes.fromhex(store.secret("report")))


def channel(name: str) -> Phrase:
    """Return a channel's name in words."""
    return CHANNELS.get(name, Phrase(name.capitalize()))


def holds(card: PostCard, product: Product, maker: Producer, day: date) -> bool:
    """Tell whether everything that a card states is still true: price, stars, producer, place."""
    return changed(card.stated, facts(product, maker, day)) is None


def bars(days: Iterable[DayClicks], highest: int) -> list[Bar]:
    """Return the chart of clicks: 10 units a day, 100 units high."""
    scale = 100 / max(highest, 1)
    return [
        Bar(day, 10.0 * index, round(day.links * scale, 1), round(day.qr * scale, 1))
        for index, day in enumerate(days)
    ]


def _address(search: Search, number: int, found: Found) -> str:
    asked = {
        "q": search.words,
        "group": search.group,
        "producer": search.producer,
        "page": str(min(number, found.pages)) if number > 1 else "",
    }
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"/products?{given}" if given else "/products"
