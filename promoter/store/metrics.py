"""What channels counted: every reading as it was taken, the newest of each metric, and their sums.

A number that is missing has no row. The newest value is the one counted last, not the one that
arrived last.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, insert, or_, select
from sqlmodel import Session, col

from promoter.core.delivery import State
from promoter.core.engagement import NOT_ADDED, worst
from promoter.core.model import Metric, Placement, Quality, Receipt, Window
from promoter.store import database
from promoter.store.tables import (
    CreativeRow,
    DeliveryRow,
    MetricLatestRow,
    MetricRow,
    PostProductRow,
    PostRow,
    ProductRow,
)

_SETTLES = timedelta(days=90)
"""Longest time from a slot until a person has settled it: so the index on slots can be used."""


@dataclass(frozen=True, slots=True)
class Target:
    """A live post that its channel can be asked about.

    Attributes:
        live: When it went live.
        stays: It is a listing.
    """

    key: str
    receipt: Receipt
    live: datetime
    stays: bool


_live = func.coalesce(col(DeliveryRow.settled_at), col(PostRow.at))
_stays = col(PostRow.placement) == Placement.LISTING.value


def targets(session: Session, keys: Collection[str]) -> dict[str, Target]:
    """Return those of some posts that are live and known to their channel, by key."""
    return {item.key: item for item in _targets(session, col(PostRow.key).in_(list(keys)))}


def live(session: Session, account: str, since: datetime) -> list[Target]:
    """Return an account's posts that went live since a moment, and its live listings of any age."""
    lately = and_(col(PostRow.at) >= since - _SETTLES, _live >= since)
    return _targets(session, col(PostRow.account) == account, or_(_stays, lately))


def _targets(session: Session, *conditions: Any) -> list[Target]:
    rows = session.execute(
        select(
            col(PostRow.key),
            col(DeliveryRow.remote_id),
            col(DeliveryRow.url),
            _live.label("live"),
            _stays.label("stays"),
        )
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(
            col(DeliveryRow.state) == State.PUBLISHED.value,
            col(DeliveryRow.remote_id) != "",
            *conditions,
        )
        .order_by(_live, col(PostRow.key))
    )
    return [
        Target(row.key, Receipt(row.remote_id, row.url), row.live, stays=bool(row.stays))
        for row in rows
    ]


def keep(session: Session, readings: Mapping[str, Sequence[Metric]]) -> int:
    """Keep what was read of posts, by key; return how many values were new.

    The same value of the same moment is kept once. A value that was counted before the newest one
    is kept as a reading, but does not take its place.
    """
    found = {
        (key, item.name, item.window.value, item.as_of, item.value): item
        for key, items in sorted(readings.items())
        for item in items
    }
    known = _known(session, list(readings), {key[3] for key in found})
    new = [_row(key[0], item) for key, item in found.items() if key not in known]
    if new:
        session.execute(insert(MetricRow), new)
        newest: dict[tuple[str, str, str], dict[str, Any]] = {}
        for row in sorted(new, key=lambda row: row["as_of"]):
            newest[row["post_key"], row["name"], row["window"]] = row
        # in one order, so that two writers on PostgreSQL never wait for each other
        session.execute(_replacing(session), [newest[key] for key in sorted(newest)])
    return len(new)


def last_read(session: Session) -> dict[str, datetime]:
    """Return by account the moment of the newest number that is known of its posts."""
    rows = session.execute(
        select(col(PostRow.account), func.max(col(MetricLatestRow.as_of)))
        .join(PostRow, col(PostRow.key) == col(MetricLatestRow.post_key))
        .group_by(col(PostRow.account))
    )
    return {account: read for account, read in rows}


def _known(
    session: Session, keys: Collection[str], moments: Collection[datetime]
) -> set[tuple[str, str, str, datetime, int]]:
    rows = session.execute(
        select(
            col(MetricRow.post_key),
            col(MetricRow.name),
            col(MetricRow.window),
            col(MetricRow.as_of),
            col(MetricRow.value),
        ).where(col(MetricRow.post_key).in_(keys), col(MetricRow.as_of).in_(list(moments)))
    )
    return {(key, name, window, as_of, value) for key, name, window, as_of, value in rows}


def _row(key: str, metric: Metric) -> dict[str, Any]:
    return {
        "post_key": key,
        "name": metric.name,
        "value": metric.value,
        "window": metric.window.value,
        "quality": metric.quality.value,
        "as_of": metric.as_of,
    }


def _replacing(session: Session) -> Any:
    """Return the statement that puts newer values in the place of older ones."""
    adding = database.adding(session, MetricLatestRow)
    return adding.on_conflict_do_update(
        index_elements=["post_key", "name", "window"],
        set_={name: adding.excluded[name] for name in ("value", "quality", "as_of")},
        where=col(MetricLatestRow.as_of) <= adding.excluded.as_of,
    )


class By(StrEnum):
    """What numbers can be attributed to."""

    PRODUCT = "product"
    PRODUCER = "producer"
    CHANNEL = "channel"
    CAMPAIGN = "campaign"
    ACCOUNT = "account"
    POST = "post"
    CARD = "card"
    CAPTION = "caption"
    VARIANT = "variant"


@dataclass(frozen=True, slots=True)
class Total:
    """The newest values of one metric, added up over posts.

    Attributes:
        of: The code, key or name of what it is attributed to.
        posts: How many posts or listings the sum covers.
        quality: The worst of its parts.
        as_of: The oldest of the readings.
    """

    of: str
    name: str
    window: Window
    value: int
    posts: int
    quality: Quality
    as_of: datetime


def totals(session: Session, by: By, keys: Collection[str] | None = None) -> list[Total]:
    """Return the sums of the newest values, in order of `of`, name and window.

    Args:
        by: What they are attributed to. A post of several products, or of several producers,
            counts whole for each of them, so that their sums must not be added up again.
        keys: Only these posts; all if None.

    Cumulative values are added up over all posts, those of 30 days over what is still live. Reach
    is told only by post, because people repeat; values of single days are not told.
    """
    parts = _of(by).subquery()
    added = or_(
        col(MetricLatestRow.window) == Window.CUMULATIVE.value,
        and_(
            col(MetricLatestRow.window) == Window.ROLLING_30_DAYS.value,
            col(DeliveryRow.state) == State.PUBLISHED.value,
        ),
    )
    what = (parts.c.of, col(MetricLatestRow.name), col(MetricLatestRow.window))
    query = (
        select(
            *what,
            col(MetricLatestRow.quality),
            func.sum(col(MetricLatestRow.value)).label("value"),
            func.count().label("posts"),
            func.min(col(MetricLatestRow.as_of)).label("as_of"),
        )
        .join(MetricLatestRow, col(MetricLatestRow.post_key) == parts.c.key)
        .join(DeliveryRow, col(DeliveryRow.post_key) == parts.c.key)
        .where(added)
        .group_by(*what, col(MetricLatestRow.quality))
    )
    if by is not By.POST:
        query = query.where(col(MetricLatestRow.name).not_in(NOT_ADDED))
    if keys is not None:
        query = query.where(parts.c.key.in_(list(keys)))
    return _merged(session.execute(query).all())


def _of(by: By) -> Any:
    """Return a line for each post and each thing that it is attributed to."""
    key: Any = col(PostProductRow.post_key).label("key")
    match by:
        case By.PRODUCT:
            return select(key, col(PostProductRow.product).label("of")).distinct()
        case By.PRODUCER:
            return (
                select(key, col(ProductRow.producer).label("of"))
                .join(ProductRow, col(ProductRow.code) == col(PostProductRow.product))
                .distinct()
            )
        case By.VARIANT:
            return select(
                col(CreativeRow.post_key).label("key"), col(CreativeRow.variant).label("of")
            )
        case By.POST:
            return select(col(PostRow.key), col(PostRow.key).label("of"))
        case _:
            return select(col(PostRow.key), getattr(PostRow, by.value).label("of"))


def _merged(rows: Sequence[Any]) -> list[Total]:
    """Return one total for the parts of each quality."""
    found: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows:
        found[row.of, row.name, row.window].append(row)
    return [
        Total(
            of=of,
            name=name,
            window=Window(window),
            value=sum(int(row.value) for row in parts),
            posts=sum(row.posts for row in parts),
            quality=worst(Quality(row.quality) for row in parts),
            as_of=min(row.as_of for row in parts),
        )
        for (of, name, window), parts in sorted(found.items())
    ]
