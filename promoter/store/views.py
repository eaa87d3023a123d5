"""What the public pages read: flat values made for a page, in a fixed number of queries.

Posts are found from the newest slot backwards and clicks from the sums of days, so that a page
reads no more as the history grows.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from promoter.core.delivery import UNATTEMPTED, State
from promoter.core.facts import Fact
from promoter.core.period import Period, local_day
from promoter.store.tables import (
    ClickDayRow,
    CreativeMediaRow,
    CreativeRow,
    DeliveryRow,
    MediaRow,
    PostProductRow,
    PostRow,
    ProducerRow,
    ProductRow,
)

DAYS = 28
"""What "lately" means on the pages: four whole weeks, today included."""
LOOK_BACK = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Item:
    """A product by code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the media store with its description."""

    sha256: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class PostCard:
    """A published post.

    Attributes:
        code: Its public code.
        line: First line of the caption.
        at: When it went live.
        url: Where it can be seen; empty if the channel gave none.
        clicks: By persons, links and QR codes together, for as long as the post lives.
        stated: The facts of the day it was made, by which an old card is told from a true one.
    """

    key: str
    code: str
    title: str
    line: str
    account: str
    channel: str
    at: datetime
    url: str
    picture: Picture | None
    products: tuple[Item, ...]
    clicks: int
    stated: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """A planned post."""

    at: datetime
    account: str
    channel: str
    state: str
    products: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class DayClicks:
    """Clicks by persons on a local day."""

    day: date
    links: int = 0
    qr: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """What the start page shows.

    Attributes:
        states: Posts of the last DAYS days and of what is planned, by state of delivery.
        days: The last DAYS days, oldest first.
    """

    published: tuple[PostCard, ...]
    coming: tuple[Coming, ...]
    states: Mapping[str, int]
    products: int
    producers: int
    days: tuple[DayClicks, ...]


def lately(now: datetime, zone: ZoneInfo) -> Period:
    """Return the last DAYS local days, today included."""
    today = local_day(now, zone)
    return Period(today - timedelta(days=DAYS - 1), today)


def start(session: Session, now: datetime, zone: ZoneInfo, *, cards: int, coming: int) -> Start:
    """Return the start page: what happened, what comes next and the numbers.

    Args:
        cards: Most published posts.
        coming: Most planned posts.
    """
    return Start(
        published=post_cards(session, now, cards),
        coming=_coming(session, now, coming),
        states=_states(session, now),
        products=_count(session, ProductRow),
        producers=_count(session, ProducerRow),
        days=_days(session, lately(now, zone)),
    )


def _count(session: Session, table: Any) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(table)
            .where(col(table.retired_at).is_(None), col(table.stopped_at).is_(None))
        )
        or 0
    )


_state: Any = func.coalesce(col(DeliveryRow.state), "")
"""The state in a form that no index serves.

The newest posts must be found by walking back through their slots: with the index of the state,
SQLite would sort all that were ever published to show twelve.
"""


def _states(session: Session, now: datetime) -> dict[str, int]:
    rows = session.execute(
        select(_state, func.count())
        .select_from(PostRow)
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(col(PostRow.at) >= now - timedelta(days=DAYS))
        .group_by(_state)
    )
    return {state: int(number) for state, number in rows}


def _days(session: Session, period: Period) -> tuple[DayClicks, ...]:
    rows = session.execute(
        select(col(ClickDayRow.day), col(ClickDayRow.via), func.sum(col(ClickDayRow.count)))
        .where(
            col(ClickDayRow.day).between(period.first, period.last),
            col(ClickDayRow.visitor) == "person",
        )
        .group_by(col(ClickDayRow.day), col(ClickDayRow.via))
    )
    sums = {(day, via): int(number) for day, via, number in rows}
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    return tuple(
        DayClicks(day, sums.get((day, "link"), 0), sums.get((day, "qr"), 0)) for day in days
    )


def post_cards(session: Session, now: datetime, limit: int) -> tuple[PostCard, ...]:
    """Return the newest published posts."""
    keys = session.scalars(
        select(col(PostRow.key))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(col(PostRow.at) <= now, _state == State.PUBLISHED.value)
        .order_by(col(PostRow.at).desc(), col(PostRow.key))
        .limit(limit)
    )
    return _cards(session, list(keys))


def cards_of(session: Session, codes: Collection[str], now: datetime) -> dict[str, PostCard]:
    """Return for each of some products the newest published post that shows it alone."""
    second = aliased(PostProductRow)
    alone = ~exists().where(
        col(second.post_key) == col(PostProductRow.post_key), col(second.position) > 0
    )
    order = (col(PostRow.at).desc(), col(PostRow.key))
    numbered = (
        select(
            col(PostRow.key),
            func.row_number()
            .over(partition_by=col(PostProductRow.product), order_by=order)
            .label("place"),
        )
        .join(PostProductRow, col(PostProductRow.post_key) == col(PostRow.key))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(
            col(PostProductRow.product).in_(codes),
            col(PostRow.at).between(now - LOOK_BACK, now),
            _state == State.PUBLISHED.value,
            alone,
        )
        .subquery()
    )
    keys = session.scalars(select(numbered.c.key).where(numbered.c.place == 1))
    return {card.products[0].code: card for card in _cards(session, list(keys))}


def _cards(session: Session, keys: Sequence[str]) -> tuple[PostCard, ...]:
    """Return the posts of some keys in their order: one query for each kind of thing."""
    live = func.coalesce(col(DeliveryRow.settled_at), col(PostRow.at)).label("live")
    rows = session.execute(
        select(PostRow, col(DeliveryRow.url), live, CreativeRow)
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .join(CreativeRow, col(CreativeRow.post_key) == col(PostRow.key))
        .where(col(PostRow.key).in_(keys))
    ).all()
    shown = pictures(session, keys)
    items = _items(session, keys)
    clicks = _clicks(session, keys)
    found = {
        post.key: PostCard(
            key=post.key,
            code=post.code,
            title=creative.title,
            line=creative.caption.partition("\n")[0],
            account=post.account,
            channel=post.channel,
            at=at,
            url=url,
            picture=shown.get(post.key),
            products=items.get(post.key, ()),
            clicks=clicks.get(post.key, 0),
            stated=tuple(Fact(**fact) for fact in creative.facts),
        )
        for post, url, at, creative in rows
    }
    return tuple(found[key] for key in keys if key in found)


def pictures(session: Session, keys: Sequence[str]) -> dict[str, Picture]:
    """Return the first picture of each of some posts."""
    rows = session.execute(
        select(CreativeMediaRow, MediaRow)
        .join(MediaRow, col(MediaRow.sha256) == col(CreativeMediaRow.sha256))
        .where(col(CreativeMediaRow.post_key).in_(keys))
        .order_by(col(CreativeMediaRow.position).desc())
    )
    return {
        placed.post_key: Picture(file.sha256, file.width, file.height, placed.alt)
        for placed, file in rows
    }


def _items(session: Session, keys: Sequence[str]) -> dict[str, tuple[Item, ...]]:
    rows = session.execute(
        select(col(PostProductRow.post_key), col(ProductRow.code), col(ProductRow.name))
        .join(ProductRow, col(ProductRow.code) == col(PostProductRow.product))
        .where(col(PostProductRow.post_key).in_(keys))
        .order_by(col(PostProductRow.post_key), col(PostProductRow.position))
    )
    found: dict[str, list[Item]] = defaultdict(list)
    for key, code, name in rows:
        found[key].append(Item(code, name))
    return {key: tuple(items) for key, items in found.items()}


def _clicks(session: Session, keys: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(col(ClickDayRow.post_key), func.sum(col(ClickDayRow.count)))
        .where(col(ClickDayRow.post_key).in_(keys), col(ClickDayRow.visitor) == "person")
        .group_by(col(ClickDayRow.post_key))
    )
    return {key: int(number) for key, number in rows}


def _coming(session: Session, now: datetime, limit: int) -> tuple[Coming, ...]:
    rows = session.execute(
        select(PostRow, col(DeliveryRow.state))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(col(PostRow.at) > now, _state.in_([state.value for state in UNATTEMPTED]))
        .order_by(col(PostRow.at), col(PostRow.key))
        .limit(limit)
    ).all()
    items = _items(session, [post.key for post, _ in rows])
    return tuple(
        Coming(post.at, post.account, post.channel, state, items.get(post.key, ()))
        for post, state in rows
    )
