"""What a producer is told: one value that holds everything the page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from promoter.core import insight
from promoter.core.engagement import METRICS, ByChannel, Told
from promoter.core.insight import (
    Bar,
    Evidence,
    Item,
    Measure,
    Numbers,
    Share,
    Shown,
    trend,
)
from promoter.core.model import Phrase, Producer, Product, Say
from promoter.core.period import Period
from promoter.core.rules import DECLARED, SPIRITS

EXPIRES_SOON = timedelta(days=90)
NEXT = 3
SAMPLE_MARK = "dữ liệu mẫu"

FOODS = DECLARED - {"cosmetic"} | {"fresh_food"}
"""Classes whose makers need a food safety certificate or commitment."""


class Paper(StrEnum):
    """What can be missing, most urgent first."""

    NOT_ADVERTISED = "not-advertised"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_EXPIRING = "certificate-expiring"
    SELF_DECLARATION = "self-declaration"
    ALCOHOL = "alcohol-content"
    FOOD_SAFETY = "food-safety"
    ORDER_LINK = "order-link"
    PRICE = "price"
    PHOTO = "photo"
    PHONE_CONSENT = "phone-consent"


URGENT = (Paper.NOT_ADVERTISED, Paper.CERTIFICATE_EXPIRED, Paper.CERTIFICATE_EXPIRING)
LACKS: Mapping[Paper, Phrase] = {
    Paper.NOT_ADVERTISED: Phrase(
        "The law allows no advertising of drinks with {limit} % alcohol or more",
        limit=str(SPIRITS),
    ),
    Paper.CERTIFICATE_EXPIRED: Phrase("The certificate is no longer in force"),
    Paper.CERTIFICATE_EXPIRING: Phrase("The certificate expires soon"),
    Paper.SELF_DECLARATION: Phrase("No self-declaration number on file"),
    Paper.ALCOHOL: Phrase("No alcohol content on file"),
    Paper.FOOD_SAFETY: Phrase("No food safety certificate on file"),
    Paper.ORDER_LINK: Phrase("No place to order online"),
    Paper.PRICE: Phrase("No price"),
    Paper.PHOTO: Phrase("No real photo"),
    Paper.PHONE_CONSENT: Phrase("No consent on file to show the phone number"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing or runs out.

    Attributes:
        product: None when the producer itself is meant.
        day: The first day on which a certificate is not in force; None for other gaps.
    """

    paper: Paper
    product: Item | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A post to come.

    Attributes:
        waiting: Somebody has to approve it first.
    """

    at: datetime
    day: date
    account: str
    channel: str
    products: tuple[Item, ...]
    waiting: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The card of a post in the media store, and its description."""

    sha256: str
    alt: str


@dataclass(frozen=True, slots=True)
class Best:
    """The post whose card the page shows.

    Attributes:
        picture: None when it went out without one.
        outdated: It states a certificate that has run out since: not to be shared again.
    """

    post: Shown
    picture: Picture | None
    outdated: bool

    @property
    def by_clicks(self) -> bool:
        """Tell whether clicks chose it; otherwise it is only the newest."""
        return self.post.clicks > 0


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report is made from.

    Attributes:
        products: The producer's, without what is retired.
        period: As it was asked for; `evidence.period` is the part that has passed.
        pictures: Of the posts of the period, by key.
        planned: Posts to come, soonest first.
    """

    office: str
    producer: Producer
    products: Sequence[Product]
    period: Period
    today: date
    evidence: Evidence
    pictures: Mapping[str, Picture]
    planned: Sequence[Planned]


@dataclass(frozen=True, slots=True)
class Report:
    """One page for one producer.

    Attributes:
        place: Commune and province in their present form.
        sample: The producer is made up: nobody may take the numbers for real.
        posts: Newest first.
        certified: How many of its products have a certificate in force today.
    """

    office: str
    code: str
    name: str
    place: str
    sample: bool
    period: Period
    numbers: Numbers
    posts: tuple[Shown, ...]
    bars: tuple[Bar, ...]
    best: Best | None
    share: Share
    products: int
    certified: int
    papers: tuple[Gap, ...]
    next: tuple[Planned, ...]

    @property
    def running(self) -> bool:
        """Tell whether the period is not over: its numbers are those of a part."""
        return self.numbers.period.last < self.period.last


def report(found: Findings) -> Report:
    """Return the report of one producer."""
    evidence, producer = found.evidence, found.producer
    posts = tuple(insight.with_clicks(evidence.posts, evidence.visits, evidence.period))
    top = insight.best(posts)
    return Report(
        office=found.office,
        code=producer.code,
        name=producer.name,
        place=f"{producer.place.commune}, {producer.place.province}",
        sample=SAMPLE_MARK in producer.note.casefold(),
        period=found.period,
        numbers=insight.numbers(evidence),
        posts=posts,
        bars=insight.bars(found.period, evidence.visits, found.today, evidence.own_began),
        best=_best_of(top, found) if top else None,
        share=insight.share(producer.code, evidence.tallies),
        products=len(found.products),
        certified=sum(1 for product in found.products if product.certificate_on(found.today)),
        papers=gaps(producer, found.products, found.today),
        next=tuple(found.planned[:NEXT]),
    )


def _best_of(post: Shown, found: Findings) -> Best:
    held = {product.code: product for product in found.products}
    outdated = any(
        product.certificate_on(post.day) and not product.certificate_on(found.today)
        for product in (held.get(item.code) for item in post.products)
        if product
    )
    return Best(post, found.pictures.get(post.key), outdated)


def gaps(producer: Producer, products: Iterable[Product], today: date) -> tuple[Gap, ...]:
    """Return what is missing in the papers of a producer, most urgent kind first."""
    found = [gap for product in products for gap in _gaps(product, today)]
    if producer.phone and not producer.phone_consent:
        found.append(Gap(Paper.PHONE_CONSENT))
    order = list(Paper)
    return tuple(sorted(found, key=lambda gap: (order.index(gap.paper), gap.day or date.max)))


def _gaps(product: Product, today: date) -> list[Gap]:
    item = Item(product.code, product.name)
    held = product.certificate
    found = []
    if held and held.expires_on <= today:
        found.append(Gap(Paper.CERTIFICATE_EXPIRED, item, held.expires_on))
    elif held and held.expires_on <= today + EXPIRES_SOON:
        found.append(Gap(Paper.CERTIFICATE_EXPIRING, item, held.expires_on))
    alcohol = product.product_class == "alcohol"
    barred = alcohol and product.abv is not None and product.abv >= SPIRITS
    lacking = {
        Paper.NOT_ADVERTISED: barred,
        Paper.SELF_DECLARATION: product.product_class in DECLARED and not product.self_declaration,
        Paper.ALCOHOL: alcohol and product.abv is None,
        Paper.FOOD_SAFETY: product.product_class in FOODS and not product.food_safety,
        Paper.ORDER_LINK: not product.shops and not barred,  # these three serve posts alone
        Paper.PRICE: product.price is None and not barred,
        Paper.PHOTO: all(photo.sample for photo in product.photos) and not barred,
    }
    return found + [Gap(paper, item) for paper, lacks in lacking.items() if lacks]


def as_json(told: Report, say: Say = str) -> dict[str, Any]:
    """Return the report as plain JSON values; others may rely on the names.

    Days are ISO dates of the office, moments ISO in UTC. `null` is: not known, never 0.

    Keys:
        producer: code, name, place. office, sample: who speaks; made-up data.
        period: from, to as asked for; counted_to: the last day that could be counted.
        compared_with: from, to of the period before, or null; group: name, peers.
        as_of: when the numbers were read.
        posts: key, at, day, account, channel, url, products (codes), clicks. Newest first.
        measures: posts, clicks, links, qr, each with value, previous, median.
        clicks: by persons: total, links, qr, previous, median, trend and trend_to_group
            (more, fewer, alike or null: too few to say), bots, previews, series of
            from, to, links, qr, running.
        channels: what channels counted of posts: name, window, value, posts, quality, as_of.
        by_channel: the same and listings, by channel: channel, listing, sandbox, posts on show,
            counts of name, window, value, posts, quality, as_of. What is not told is not there.
        best: key, by (clicks or newest), clicks, picture (sha256), alt, outdated; or null.
        share: own, total, producers, even.
        certificates: products, in_force.
        papers: kind, product, name, day, message.
        next: at, day, account, channel, products, waiting.
    """
    numbers = told.numbers
    return {
        "producer": {"code": told.code, "name": told.name, "place": told.place},
        "office": told.office,
        "sample": told.sample,
        "period": _days(told.period) | {"counted_to": numbers.period.last.isoformat()},
        "compared_with": _days(numbers.previous) if numbers.previous else None,
        "group": {"name": numbers.group, "peers": numbers.peers},
        "as_of": numbers.as_of.isoformat(),
        "posts": [_shown(post) for post in told.posts],
        "measures": {
            "posts": _measure(numbers.posts),
            "clicks": _measure(numbers.clicks),
            "links": _measure(numbers.links),
            "qr": _measure(numbers.qr),
        },
        "clicks": _clicks(told),
        "channels": _channels(numbers),
        "by_channel": [_by_channel(item) for item in numbers.by_channel],
        "best": _best(told.best) if told.best else None,
        "share": {
            "own": told.share.own,
            "total": told.share.total,
            "producers": told.share.producers,
            "even": told.share.even,
        },
        "certificates": {"products": told.products, "in_force": told.certified},
        "papers": [_gap(gap, say) for gap in told.papers],
        "next": [_planned(post) for post in told.next],
    }


def _days(span: Period) -> dict[str, str]:
    return {"from": span.first.isoformat(), "to": span.last.isoformat()}


def _measure(measure: Measure) -> dict[str, Any]:
    return {"value": measure.value, "previous": measure.previous, "median": measure.median}


def _shown(post: Shown) -> dict[str, Any]:
    return {
        "key": post.key,
        "at": post.at.isoformat(),
        "day": post.day.isoformat(),
        "account": post.account,
        "channel": post.channel,
        "url": post.url,
        "products": [item.code for item in post.products],
        "clicks": post.clicks,
    }


def _clicks(told: Report) -> dict[str, Any]:
    clicks = told.numbers.clicks
    return {
        "total": clicks.value,
        "links": told.numbers.links.value,
        "qr": told.numbers.qr.value,
        "previous": clicks.previous,
        "median": clicks.median,
        "trend": trend(clicks.value, clicks.previous),
        "trend_to_group": trend(clicks.value, clicks.median),
        "bots": told.numbers.bots,
        "previews": told.numbers.previews,
        "series": [
            _days(bar.span) | {"links": bar.links, "qr": bar.qr, "running": bar.running}
            for bar in told.bars
        ],
    }


def _channels(numbers: Numbers) -> list[dict[str, Any]]:
    missing = dict.fromkeys(("window", "value", "quality", "as_of")) | {"posts": 0}
    known = {item.name: _told(item) for item in numbers.told}
    return [known.get(name, {"name": name, **missing}) for name in METRICS]


def _by_channel(found: ByChannel) -> dict[str, Any]:
    return {
        "channel": found.channel,
        "listing": found.listing,
        "sandbox": found.sandbox,
        "posts": found.posts,
        "counts": [_told(item) for item in found.told],
    }


def _told(item: Told) -> dict[str, Any]:
    return {
        "name": item.name,
        "window": item.window.value,
        "value": item.value,
        "posts": item.posts,
        "quality": item.quality.value,
        "as_of": item.as_of.isoformat(),
    }


def _best(best: Best) -> dict[str, Any]:
    return {
        "key": best.post.key,
        "by": "clicks" if best.by_clicks else "newest",
        "clicks": best.post.clicks,
        "picture": best.picture.sha256 if best.picture else None,
        "alt": best.picture.alt if best.picture else "",
        "outdated": best.outdated,
    }


def _gap(gap: Gap, say: Say) -> dict[str, Any]:
    return {
        "kind": gap.paper.value,
        "product": gap.product.code if gap.product else None,
        "name": gap.product.name if gap.product else None,
        "day": gap.day.isoformat() if gap.day else None,
        "message": say(LACKS[gap.paper]),
    }


def _planned(post: Planned) -> dict[str, Any]:
    return {
        "at": post.at.isoformat(),
        "day": post.day.isoformat(),
        "account": post.account,
        "channel": post.channel,
        "products": [item.code for item in post.products],
        "waiting": post.waiting,
    }
