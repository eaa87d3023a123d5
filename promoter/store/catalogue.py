"""The catalogue as the public pages read it: what is offered, with what was shown of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from promoter.core.model import Producer, Product
from promoter.store import reports, views
from promoter.store.products import offered
from promoter.store.products import product as offered_product
from promoter.store.tables import CreativeRow, LinkRow, PostProductRow, ProducerRow, ProductRow


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product with its producer, the producer's other products and its newest card."""

    product: Product
    producer: Producer
    others: tuple[Product, ...]
    card: views.PostCard | None


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """A post of several products."""

    title: str
    picture: views.Picture | None
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Maker:
    """A producer with what was done for it lately.

    Attributes:
        posts: Published in the last DAYS days.
        clicks: By persons in the same days.
    """

    producer: Producer
    products: tuple[Product, ...] = field(default=())
    posts: int = 0
    clicks: int = 0


def product_page(session: Session, code: str, now: datetime) -> ProductPage | None:
    """Return a product's page, or None if there is no such product, or it is offered no more."""
    product = offered_product(session, code)
    maker = session.get(ProducerRow, product.producer) if product else None
    if product is None or maker is None:
        return None
    return ProductPage(
        product=product,
        producer=Producer.model_validate(maker.record),
        others=_others(session, product),
        card=views.cards_of(session, [code], now).get(code),
    )


def _others(session: Session, product: Product) -> tuple[Product, ...]:
    records = session.scalars(
        select(col(ProductRow.record))
        .where(
            col(ProductRow.producer) == product.producer,
            col(ProductRow.code) != product.code,
            offered(),
        )
        .order_by(col(ProductRow.code))
    )
    return tuple(Product.model_validate(record) for record in records)


def collection(session: Session, code: str) -> CollectionPage | None:
    """Return the collection page of a post by its public code, or None if there is none."""
    link = session.get(LinkRow, code)
    if link is None or link.product is not None:
        return None
    creative = session.get(CreativeRow, link.post_key)
    records = session.scalars(
        select(col(ProductRow.record))
        .join(PostProductRow, col(PostProductRow.product) == col(ProductRow.code))
        .where(col(PostProductRow.post_key) == link.post_key, offered())
        .order_by(col(PostProductRow.position))
    )
    return CollectionPage(
        title=creative.title if creative else "",
        picture=views.pictures(session, [link.post_key]).get(link.post_key),
        products=tuple(Product.model_validate(record) for record in records),
    )


def stamp(session: Session) -> tuple[object, ...]:
    """Return a value that changes when a product or producer is imported, retired or stopped."""
    found: list[object] = []
    for table in (ProductRow, ProducerRow):
        found += session.execute(
            select(
                func.count(),
                func.count(col(table.retired_at)),
                func.max(col(table.updated_at)),
                func.max(col(table.retired_at)),
                func.count(col(table.stopped_at)),
                func.max(col(table.stopped_at)),
            )
        ).one()
    return tuple(found)


def catalogue(session: Session) -> list[tuple[Product, str]]:
    """Return every product that is offered with the name of its producer, in order of code."""
    rows = session.execute(
        select(col(ProductRow.record), col(ProducerRow.name))
        .join(ProducerRow, col(ProducerRow.code) == col(ProductRow.producer))
        .where(offered())
        .order_by(col(ProductRow.code))
    )
    return [(Product.model_validate(record), name) for record, name in rows]


def makers(session: Session, codes: Collection[str]) -> dict[str, Producer]:
    """Return some producers by code."""
    records = session.scalars(
        select(col(ProducerRow.record)).where(col(ProducerRow.code).in_(codes))
    )
    return {maker.code: maker for maker in map(Producer.model_validate, records)}


def producers(session: Session, now: datetime, zone: ZoneInfo) -> list[Maker]:
    """Return every producer that is not stopped, with products, exposure and clicks, by code."""
    tallies = reports.tallies(session, views.lately(now, zone), zone)
    products: dict[str, list[Product]] = defaultdict(list)
    for product, _ in catalogue(session):
        products[product.producer].append(product)
    records = session.scalars(
        select(col(ProducerRow.record))
        .where(col(ProducerRow.retired_at).is_(None), col(ProducerRow.stopped_at).is_(None))
        .order_by(col(ProducerRow.code))
    )
    found = []
    for record in records:
        maker = Producer.model_validate(record)
        tally = tallies.get(maker.code)
        found.append(
            Maker(
                maker,
                tuple(products[maker.code]),
                tally.posts if tally else 0,
                tally.links + tally.qr if tally else 0,
            )
        )
    return found
