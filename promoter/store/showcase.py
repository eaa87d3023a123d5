"""What our own showcase shows: the service's side, which knows nothing of deliveries."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from promoter.core.model import digest
from promoter.store.tables import ShowcasePostRow

ID_BYTES = 5
"""Ten hex digits in a post's address; more only where two would be alike."""


@dataclass(frozen=True, slots=True)
class ShowcaseMedium:
    """One picture of a post, named by its content."""

    sha256: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShowcaseContent:
    """What a post shows."""

    title: str
    caption: str
    link: str
    media: tuple[ShowcaseMedium, ...]


@dataclass(frozen=True, slots=True)
class ShowcasePost(ShowcaseContent):
    """A post on the public page: what it shows, and its life.

    Attributes:
        id: Its public name, in the address of its page.
        key: What its sender knows it by; never shown.
        account: Who sent it.
        updated_at: When what it shows last changed; at first, when it was published.
        withdrawn_at: When it was taken down; None while it is live.
    """

    id: str
    key: str
    account: str
    published_at: datetime
    updated_at: datetime
    withdrawn_at: datetime | None

    @property
    def live(self) -> bool:
        """Tell whether the public sees it."""
        return self.withdrawn_at is None


def published(session: Session, limit: int, before: str | None = None) -> list[ShowcasePost]:
    """Return live posts, newest first.

    Args:
        limit: Most posts to return.
        before: Id of the last post of the page before; None, or one that never was, starts anew.
    """
    query = (
        select(ShowcasePostRow)
        .where(col(ShowcasePostRow.withdrawn_at).is_(None))
        .order_by(col(ShowcasePostRow.published_at).desc(), col(ShowcasePostRow.id).desc())
        .limit(limit)
    )
    last = session.get(ShowcasePostRow, before) if before else None
    if last:
        place = tuple_(col(ShowcasePostRow.published_at), col(ShowcasePostRow.id))
        query = query.where(place < (last.published_at, last.id))
    return [_value(row) for row in session.scalars(query)]


def by_id(session: Session, public_id: str) -> ShowcasePost | None:
    """Return the post of a public name, withdrawn or not."""
    row = session.get(ShowcasePostRow, public_id)
    return _value(row) if row else None


def by_key(session: Session, key: str) -> ShowcasePost | None:
    """Return the post of a key, withdrawn or not."""
    row = _row(session, key)
    return _value(row) if row else None


def put(
    session: Session, key: str, account: str, content: ShowcaseContent, now: datetime
) -> tuple[ShowcasePost, bool]:
    """Keep a post under its key; the same again changes nothing, another content replaces it.

    A withdrawn post stays as it is.

    Returns:
        The post, and whether it is new.
    """
    row = _row(session, key)
    if row is None:
        new = ShowcasePostRow(
            id=_free_id(session, key),
            key=key,
            account=account,
            published_at=now,
            updated_at=now,
            **_columns(content),
        )
        try:
            with session.begin_nested():
                session.add(new)
        except IntegrityError:  # the same key arrived twice at once; the other one was first
            row = _row(session, key)
            if row is None:
                raise
        else:
            return _value(new), True
    if row.withdrawn_at is None and ShowcaseContent(**_shown(row)) != content:
        for name, value in _columns(content).items():
            setattr(row, name, value)
        row.updated_at = now
    return _value(row), False


def withdraw(session: Session, key: str, now: datetime) -> ShowcasePost | None:
    """Take a post down and return it; again it changes nothing. None if there never was one."""
    row = _row(session, key)
    if row is None:
        return None
    if row.withdrawn_at is None:
        row.withdrawn_at = now
    return _value(row)


def _row(session: Session, key: str) -> ShowcasePostRow | None:
    return session.scalars(
        select(ShowcasePostRow).where(col(ShowcasePostRow.key) == key)
    ).one_or_none()


def _free_id(session: Session, key: str) -> str:
    size = ID_BYTES
    while session.get(ShowcasePostRow, digest("showcase", key, size=size)):
        size += 1
    return digest("showcase", key, size=size)


def _columns(content: ShowcaseContent) -> dict[str, Any]:
    return {
        "title": content.title,
        "caption": content.caption,
        "link": content.link,
        "media": [asdict(item) for item in content.media],
    }


def _shown(row: ShowcasePostRow) -> dict[str, Any]:
    return {
        "title": row.title,
        "caption": row.caption,
        "link": row.link,
        "media": tuple(ShowcaseMedium(**item) for item in row.media),
    }


def _value(row: ShowcasePostRow) -> ShowcasePost:
    return ShowcasePost(
        **_shown(row),
        id=row.id,
        key=row.key,
        account=row.account,
        published_at=row.published_at,
        updated_at=row.updated_at,
        withdrawn_at=row.withdrawn_at,
    )
