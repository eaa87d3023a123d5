"""What a report reads: flat queries, each for all posts at once, so that history costs nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select
from sqlmodel import Session, col

from promoter.core.delivery import UNATTEMPTED, State
from promoter.core.engagement import LISTINGS, POSTS, OnShow, Reading
from promoter.core.insight import Item, Shown, Tally, Visits
from promoter.core.model import Placement, Producer, Product, Quality, Window
from promoter.core.period import Period, local_day
from promoter.core.report import Picture, Planned
from promoter.store.tables import (
    ClickDayRow,
    CreativeMediaRow,
    DeliveryRow,
    MetricLatestRow,
    MetricRow,
    PostProductRow,
    PostRow,
    ProducerRow,
    ProductRow,
)

_live = func.coalesce(col(DeliveryRow.settled_at), col(PostRow.at))
"""When a published post went live; its slot where that was not written down."""

_SETTLES = timedelta(days=90)
"""Longest time from a slot until a person has settled it: so the index on slots can be used."""


def producer(session: Session, code: str) -> Producer | None:
    """Return a producer, retired or not: what was done for it stays true."""
    row = session.get(ProducerRow, code)
    return Producer.model_validate(row.record) if row else None


def producer_codes(session: Session) -> list[str]:
    """Return the codes of all producers, in order."""
    return list(session.scalars(select(col(ProducerRow.code)).order_by(col(ProducerRow.code))))


def products(session: Session, producer: str) -> list[Product]:
    """Return the products of a producer without what is retired, in order of code."""
    records = session.scalars(
        select(col(ProductRow.record))
        .where(col(ProductRow.producer) == producer, col(ProductRow.retired_at).is_(None))
        .order_by(col(ProductRow.code))
    )
    return [Product.model_validate(record) for record in records]


def groups(session: Session) -> dict[str, list[str]]:
    """Return for each producer the product group of each of its products."""
    group = col(ProductRow.record)["group"].as_string()
    rows = session.execute(
        select(col(ProductRow.producer), group)
        .where(col(ProductRow.retired_at).is_(None))
        .order_by(col(ProductRow.code))
    )
    found: dict[str, list[str]] = defaultdict(list)
    for code, name in rows:
        found[code].append(name)
    return dict(found)


def began(session: Session, producer: str = "") -> datetime | None:
    """Return when the post of the first slot, of a producer or of anybody, went live."""
    query = (
        select(_live)
        .select_from(PostRow)
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(_published)
        .order_by(col(PostRow.at), col(PostRow.key))
        .limit(1)
    )
    if producer:
        query = query.where(col(PostRow.key).in_(_keys_of(producer)))
    return session.scalar(query)


_published: ColumnElement[bool] = col(DeliveryRow.state) == State.PUBLISHED.value


def _keys_of(producer: str) -> Any:
    return (
        select(col(PostProductRow.post_key))
        .join(ProductRow, col(ProductRow.code) == col(PostProductRow.product))
        .where(col(ProductRow.producer) == producer)
    )


def _between(period: Period, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    start, end = period.bounds(zone)
    near = col(PostRow.at).between(start - _SETTLES, end)  # no post goes live before its slot
    return near, _live >= start, _live < end


def published(session: Session, producer: str, period: Period, zone: ZoneInfo) -> list[Shown]:
    """Return the posts of a producer that went live in a period, oldest first, without clicks."""
    rows = session.execute(
        _posts_of(producer)
        .add_columns(col(DeliveryRow.url), _live.label("live"))
        .where(_published, *_between(period, zone))
        .order_by(_live, col(PostRow.key), col(PostProductRow.position))
    ).all()
    items = _items(rows)
    return [
        Shown(
            key=row.key,
            at=row.live,
            day=local_day(row.live, zone),
            account=row.account,
            channel=row.channel,
            url=row.url,
            products=items[row.key],
        )
        for row in _first_of_each(rows)
    ]


def planned(
    session: Session, producer: str, after: datetime, limit: int, zone: ZoneInfo
) -> list[Planned]:
    """Return the next posts of a producer after a moment, soonest first."""
    open_states = [state.value for state in UNATTEMPTED]
    soonest = (
        select(col(PostRow.key))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(
            col(PostRow.key).in_(_keys_of(producer)),
            col(PostRow.at) > after,
            col(DeliveryRow.state).in_(open_states),
        )
        .order_by(col(PostRow.at), col(PostRow.key))
        .limit(limit)
    )
    rows = session.execute(
        _posts_of(producer)
        .add_columns(col(PostRow.at), col(DeliveryRow.state))
        .where(col(PostRow.key).in_(soonest))
        .order_by(col(PostRow.at), col(PostRow.key), col(PostProductRow.position))
    ).all()
    items = _items(rows)
    return [
        Planned(
            at=row.at,
            day=local_day(row.at, zone),
            account=row.account,
            channel=row.channel,
            products=items[row.key],
            waiting=row.state == State.WAITING,
        )
        for row in _first_of_each(rows)
    ]


def _posts_of(producer: str) -> Any:
    """Return one line for each post and product of a producer."""
    return (
        select(
            col(PostRow.key),
            col(PostRow.account),
            col(PostRow.channel),
            col(ProductRow.code).label("product"),
            col(ProductRow.name).label("name"),
        )
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .join(PostProductRow, col(PostProductRow.post_key) == col(PostRow.key))
        .join(ProductRow, col(ProductRow.code) == col(PostProductRow.product))
        .where(col(ProductRow.producer) == producer)
    )


def _items(rows: Sequence[Any]) -> dict[str, tuple[Item, ...]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for row in rows:
        found[row.key].append(Item(row.product, row.name))
    return {key: tuple(items) for key, items in found.items()}


def _first_of_each(rows: Sequence[Any]) -> list[Any]:
    return list({row.key: row for row in reversed(rows)}.values())[::-1]


def count(session: Session, producer: str, period: Period, zone: ZoneInfo) -> int:
    """Return how many posts of a producer went live in a period."""
    query = (
        select(func.count())
        .select_from(PostRow)
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(_published, *_between(period, zone), col(PostRow.key).in_(_keys_of(producer)))
    )
    return session.scalar(query) or 0


def tallies(session: Session, period: Period, zone: ZoneInfo) -> dict[str, Tally]:
    """Return posts and clicks by persons of every producer that had any in a period."""
    posts: dict[str, int] = {
        code: number
        for code, number in session.execute(
            select(col(ProductRow.producer), func.count(distinct(col(PostRow.key))))
            .select_from(PostRow)
            .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
            .join(PostProductRow, col(PostProductRow.post_key) == col(PostRow.key))
            .join(ProductRow, col(ProductRow.code) == col(PostProductRow.product))
            .where(_published, *_between(period, zone))
            .group_by(col(ProductRow.producer))
        )
    }
    clicks = _clicks(session, period)
    return {
        code: Tally(
            posts=posts.get(code, 0),
            links=clicks.get((code, "link"), 0),
            qr=clicks.get((code, "qr"), 0),
        )
        for code in sorted(posts.keys() | {code for code, _ in clicks})
    }


_maker = func.coalesce(col(ProductRow.producer), col(ClickDayRow.producer))
"""Whose click it is: the product's producer; the link's where it leads to no one product."""


def _clicks(session: Session, period: Period) -> dict[tuple[str, str], int]:
    rows = session.execute(
        select(_maker, col(ClickDayRow.via), func.sum(col(ClickDayRow.count)))
        .select_from(ClickDayRow)
        .outerjoin(ProductRow, col(ProductRow.code) == col(ClickDayRow.product))
        .where(
            col(ClickDayRow.day).between(period.first, period.last),
            col(ClickDayRow.visitor) == "person",
            _maker.is_not(None),
        )
        .group_by(_maker, col(ClickDayRow.via))
    )
    return {(code, via): int(number) for code, via, number in rows}


def visits(session: Session, producer: str, period: Period) -> list[Visits]:
    """Return the clicks on the links of a producer in a period, by post, day and kind."""
    own = select(col(ProductRow.code)).where(col(ProductRow.producer) == producer)
    total = func.sum(col(ClickDayRow.count)).label("total")
    keys = (
        col(ClickDayRow.day),
        col(ClickDayRow.post_key),
        col(ClickDayRow.via),
        col(ClickDayRow.visitor),
    )
    rows = session.execute(
        select(*keys, total)
        .where(
            col(ClickDayRow.day).between(period.first, period.last),
            or_(
                col(ClickDayRow.product).in_(own),
                col(ClickDayRow.product).is_(None) & (col(ClickDayRow.producer) == producer),
            ),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [Visits(row.day, row.post_key, row.via, row.visitor, int(row.total)) for row in rows]


def on_show(session: Session, producer: str, period: Period, zone: ZoneInfo) -> list[OnShow]:
    """Return a producer's posts that went live in a period, and its listings live by its end."""
    _, end = period.bounds(zone)
    listing = col(PostRow.placement) == Placement.LISTING.value
    rows = session.execute(
        select(col(PostRow.key), col(PostRow.account), col(PostRow.channel), listing.label("stays"))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(
            col(PostRow.key).in_(_keys_of(producer)),
            _published,
            or_(and_(listing, _live < end), and_(~listing, *_between(period, zone))),
        )
        .order_by(col(PostRow.key))
    )
    return [OnShow(row.key, row.account, row.channel, listing=bool(row.stays)) for row in rows]


def counts(
    session: Session, on_show: Sequence[OnShow], period: Period, zone: ZoneInfo
) -> list[Reading]:
    """Return what channels counted: of a post the newest, of a listing the newest of the period.

    A post's counts grow with it alone. A listing is counted on and on: what was read after the
    period tells nothing of it.
    """
    start, end = period.bounds(zone)
    posts = [item.post for item in on_show if not item.listing]
    listings = [item.post for item in on_show if item.listing]
    latest = select(MetricLatestRow).where(
        col(MetricLatestRow.post_key).in_(posts), col(MetricLatestRow.name).in_(POSTS)
    )
    taken = (
        select(MetricRow)
        .where(
            col(MetricRow.post_key).in_(listings),
            col(MetricRow.name).in_(LISTINGS),
            col(MetricRow.as_of) >= start,
            col(MetricRow.as_of) < end,
        )
        .order_by(col(MetricRow.as_of), col(MetricRow.id))
    )
    rows: list[MetricLatestRow | MetricRow] = [*session.scalars(latest), *session.scalars(taken)]
    newest = {(row.post_key, row.name, row.window): row for row in rows}
    return [
        Reading(key, name, row.value, Quality(row.quality), row.as_of, Window(window))
        for (key, name, window), row in sorted(newest.items())
    ]


def pictures(session: Session, keys: Collection[str]) -> Mapping[str, Picture]:
    """Return the first picture of each of some posts that has one."""
    rows = session.scalars(
        select(CreativeMediaRow)
        .where(col(CreativeMediaRow.post_key).in_(keys))
        .order_by(col(CreativeMediaRow.position).desc())
    )
    return {row.post_key: Picture(row.sha256, row.alt) for row in rows}
