"""Clicks: raw visits for 90 days, and their sums by link and local day for good.

Nothing here can name a visitor: a click is a link, a moment, a way and a kind of visitor.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from promoter.core.period import Period, local_day
from promoter.store.tables import ClickDayRow, ClickRow, LinkRow, ProductRow

RAW_DAYS = timedelta(days=90)
"""How long single visits are kept; the privacy page promises it."""


class Via(StrEnum):
    """How the link was opened."""

    LINK = "link"
    QR = "qr"


class Visitor(StrEnum):
    """Who opened it; each is counted, only persons count as interest."""

    PERSON = "person"
    BOT = "bot"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Click:
    """One visit through a link.

    Attributes:
        link: Code of the link.
        at: The office's moment.
    """

    link: str
    at: datetime
    via: Via
    visitor: Visitor


_RAW = SQLModel.metadata.tables[ClickRow.__tablename__]

Sums = Mapping[tuple[Via, Visitor], int]
"""Clicks by way and kind of visitor; what is missing is 0."""


def target(session: Session, code: str) -> str | None:
    """Return where a link leads, or None if there is no such link."""
    return session.scalar(select(col(LinkRow.target)).where(col(LinkRow.code) == code))


def record(session: Session, clicks: Sequence[Click], zone: ZoneInfo) -> list[str]:
    """Keep clicks and add them to the sums of their days.

    Args:
        clicks: In any order; their links may have gone meanwhile.
        zone: The office's, for the days.

    Returns:
        The codes of links that are not known (any more); their clicks were left out.
    """
    links = _links(session, {click.link for click in clicks})
    known = [click for click in clicks if click.link in links]
    if known:
        # the bare table: half the time of the mapped class, while visitors wait for the processor
        session.connection().execute(insert(_RAW), [_row(click) for click in known])
        days = Counter(
            (click.link, local_day(click.at, zone), click.via, click.visitor) for click in known
        )
        # in one order, so that two writers on PostgreSQL never wait for each other
        session.execute(_adding(session), [_day(links, *key, days[key]) for key in sorted(days)])
    return sorted({click.link for click in clicks} - links.keys())


def _links(session: Session, codes: set[str]) -> dict[str, dict[str, str | None]]:
    rows = session.execute(
        select(
            col(LinkRow.code),
            col(LinkRow.post_key),
            col(LinkRow.product),
            func.coalesce(col(ProductRow.producer), col(LinkRow.producer)).label("producer"),
        )
        .outerjoin(ProductRow, col(ProductRow.code) == col(LinkRow.product))
        .where(col(LinkRow.code).in_(codes))
    )
    return {
        row.code: {"post_key": row.post_key, "product": row.product, "producer": row.producer}
        for row in rows
    }


def _row(click: Click) -> dict[str, Any]:
    return {
        "link": click.link,
        "at": click.at,
        "via": click.via.value,
        "visitor": click.visitor.value,
    }


def _day(
    links: Mapping[str, Mapping[str, str | None]],
    link: str,
    day: date,
    via: Via,
    visitor: Visitor,
    count: int,
) -> dict[str, Any]:
    return {
        "link": link,
        "day": day,
        "via": via.value,
        "visitor": visitor.value,
        "count": count,
        **links[link],
    }


def _adding(session: Session) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        return _upsert(sqlite.insert(ClickDayRow))
    return _upsert(postgresql.insert(ClickDayRow))


def _upsert(adding: Any) -> Any:
    return adding.on_conflict_do_update(
        index_elements=["link", "day", "via", "visitor"],
        set_={"count": col(ClickDayRow.count) + adding.excluded.count},
    )


def by_producer(session: Session, period: Period) -> dict[str, Sums]:
    """Return the clicks of each producer on the days of a period."""
    return _sums(session, period, col(ClickDayRow.producer))


def by_product(session: Session, period: Period) -> dict[str, Sums]:
    """Return the clicks of each product on the days of a period."""
    return _sums(session, period, col(ClickDayRow.product))


def by_post(session: Session, period: Period) -> dict[str, Sums]:
    """Return the clicks of each post, by its key, on the days of a period."""
    return _sums(session, period, col(ClickDayRow.post_key))


def _sums(session: Session, period: Period, of: Any) -> dict[str, Sums]:
    rows = session.execute(
        select(of, col(ClickDayRow.via), col(ClickDayRow.visitor), func.sum(col(ClickDayRow.count)))
        .where(col(ClickDayRow.day).between(period.first, period.last), of.is_not(None))
        .group_by(of, col(ClickDayRow.via), col(ClickDayRow.visitor))
    )
    found: dict[str, dict[tuple[Via, Visitor], int]] = {}
    for name, via, visitor, count in rows:
        found.setdefault(name, {})[Via(via), Visitor(visitor)] = int(count)
    return dict(found)


def prune(session: Session, before: datetime, limit: int = 5000) -> int:
    """Delete the oldest raw clicks from before a moment; the sums of their days stay.

    Args:
        before: The office's moment 90 days ago.
        limit: Most rows in one transaction, so that it stays short; call again until 0 is returned.

    Returns:
        How many were deleted.
    """
    oldest = (
        select(col(ClickRow.id))
        .where(col(ClickRow.at) < before)
        .order_by(col(ClickRow.at))
        .limit(limit)
    )
    ids = list(session.scalars(oldest))
    if ids:
        session.execute(delete(ClickRow).where(col(ClickRow.id).in_(ids)))
    return len(ids)
