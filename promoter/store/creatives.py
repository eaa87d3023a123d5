"""Creatives as the bytes that go out, and who agreed to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from promoter.core.facts import Fact
from promoter.core.model import Creative, Listing, Media, Money, Placement
from promoter.store.tables import (
    ApprovalRow,
    CreativeMediaRow,
    CreativeRow,
    LinkRow,
    MediaRow,
    PostRow,
)


@dataclass(frozen=True, slots=True)
class Composed:
    """A creative and what it was made from.

    Attributes:
        creative: Its media carry no bytes here.
        inputs: Digest of everything it was made from.
        facts: What it states.
        variant: Which of the template's variants was taken.
    """

    creative: Creative
    inputs: str
    facts: tuple[Fact, ...]
    variant: str


def target(session: Session, code: str) -> str:
    """Return where a short link leads."""
    return session.get_one(LinkRow, code).target


def get(session: Session, key: str) -> Composed | None:
    """Return the creative of a post, or None if it was not composed yet."""
    row = session.get(CreativeRow, key)
    if row is None:
        return None
    pairs = session.execute(
        select(CreativeMediaRow, MediaRow)
        .join(MediaRow, col(MediaRow.sha256) == col(CreativeMediaRow.sha256))
        .where(col(CreativeMediaRow.post_key) == key)
        .order_by(col(CreativeMediaRow.position))
    ).all()
    media = tuple(
        Media(item.kind, item.sha256, item.mime, item.width, item.height, placed.alt)
        for placed, item in pairs
    )
    placement = Placement(session.get_one(PostRow, key).placement)
    return Composed(
        Creative(
            placement, row.title, row.caption, row.link, row.target, media, _listing(row.listing)
        ),
        row.inputs,
        tuple(Fact(**fact) for fact in row.facts),
        row.variant,
    )


def composed_at(session: Session, key: str) -> datetime | None:
    """Return when a post's creative was made, or None if it was not yet."""
    row = session.get(CreativeRow, key)
    return row.composed_at if row else None


def _listing(kept: dict[str, Any] | None) -> Listing | None:
    return Listing(**{**kept, "price": Money(**kept["price"])}) if kept else None


def _kept(listing: Listing | None) -> dict[str, Any] | None:
    return {**asdict(listing), "price": listing.price.model_dump()} if listing else None


def put(
    session: Session, key: str, composed: Composed, sizes: Sequence[int], now: datetime
) -> None:
    """Keep a creative in place of the one before.

    Args:
        sizes: Bytes of each medium, in order.
    """
    creative = composed.creative
    for item, size in zip(creative.media, sizes, strict=True):
        _put_medium(session, item, size, now)
    session.merge(
        CreativeRow(
            post_key=key,
            digest=creative.digest(),
            inputs=composed.inputs,
            title=creative.title,
            caption=creative.caption,
            link=creative.link,
            target=creative.target,
            variant=composed.variant,
            facts=[{"name": fact.name, "value": fact.value} for fact in composed.facts],
            listing=_kept(creative.listing),
            composed_at=now,
        )
    )
    session.flush()
    session.execute(delete(CreativeMediaRow).where(col(CreativeMediaRow.post_key) == key))
    session.execute(
        insert(CreativeMediaRow),
        [
            {"post_key": key, "position": position, "sha256": item.sha256, "alt": item.alt}
            for position, item in enumerate(creative.media)
        ],
    )


def _put_medium(session: Session, item: Media, size: int, now: datetime) -> None:
    if session.get(MediaRow, item.sha256) is None:
        row = MediaRow(
            sha256=item.sha256,
            kind=item.kind,
            mime=item.mime,
            width=item.width,
            height=item.height,
            size=size,
            created_at=now,
        )
        session.add(row)


def remove(session: Session, key: str) -> None:
    """Forget a creative that must not go out, with its approval."""
    session.execute(delete(CreativeMediaRow).where(col(CreativeMediaRow.post_key) == key))
    session.execute(delete(CreativeRow).where(col(CreativeRow.post_key) == key))
    session.execute(delete(ApprovalRow).where(col(ApprovalRow.post_key) == key))


def approve(session: Session, key: str, mark: str, by: str, now: datetime) -> None:
    """Keep that somebody agreed to the creative of a digest."""
    session.merge(ApprovalRow(post_key=key, digest=mark, by=by, at=now))


def approved(session: Session, key: str) -> str:
    """Return the digest that somebody agreed to, or an empty text."""
    row = session.get(ApprovalRow, key)
    return row.digest if row else ""
