"""Posts, their products and links, and the campaigns that they come from."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from promoter.core.delivery import UNATTEMPTED, USED, State, moved
from promoter.core.link import CODE_LENGTH, Link, public_code
from promoter.core.model import Approval, Phrase, Placement, Post, Recipe
from promoter.core.planner import Plan
from promoter.core.situation import Standing
from promoter.store import deliveries, phrases
from promoter.store.tables import (
    ApprovalRow,
    CampaignRow,
    CreativeMediaRow,
    CreativeRow,
    DeliveryRow,
    LinkRow,
    PostProductRow,
    PostRow,
)

Links = Callable[[Post], Sequence[Link]]
"""Gives the links of a post."""


def campaigns(session: Session) -> dict[str, str]:
    """Return the texts of the campaigns that were applied and not retired, by name."""
    found = session.scalars(
        select(CampaignRow)
        .where(col(CampaignRow.retired_at).is_(None))
        .order_by(col(CampaignRow.name))
    )
    return {row.name: row.text for row in found}


def keep_campaigns(
    session: Session, texts: dict[str, tuple[str, str]], by: str, now: datetime
) -> None:
    """Keep the texts that the engine plans from; a campaign that is gone is retired.

    Args:
        texts: By name, the text and its digest: all campaigns of the office.
        by: Who applied them.
        now: When.
    """
    for name, (text, mark) in texts.items():
        row = session.get(CampaignRow, name)
        if row and row.digest == mark and row.retired_at is None:
            continue
        session.merge(CampaignRow(name=name, text=text, digest=mark, applied_at=now, applied_by=by))
    session.execute(
        update(CampaignRow)
        .where(col(CampaignRow.name).not_in(list(texts)), col(CampaignRow.retired_at).is_(None))
        .values(retired_at=now)
    )


def posts(session: Session, keys: Collection[str] | None = None) -> list[Post]:
    """Return posts in order of time, all or those of some keys."""
    query = select(PostRow).order_by(col(PostRow.at), col(PostRow.key))
    if keys is not None:
        query = query.where(col(PostRow.key).in_(list(keys)))
    return _values(session, session.scalars(query).all())


def post(session: Session, key: str) -> Post | None:
    """Return the post of a key."""
    found = posts(session, [key])
    return found[0] if found else None


def product_codes(session: Session, key: str) -> list[str]:
    """Return the products of a post, in order."""
    query = (
        select(col(PostProductRow.product))
        .where(col(PostProductRow.post_key) == key)
        .order_by(col(PostProductRow.position))
    )
    return list(session.scalars(query))


def keys_like(session: Session, start: str) -> list[str]:
    """Return the keys that begin with a text, or whose public code it is; two at most."""
    query = select(col(PostRow.key)).where(
        col(PostRow.key).startswith(start, autoescape=True) | (col(PostRow.code) == start)
    )
    return list(session.scalars(query.limit(2)))


def standing(session: Session, since: datetime) -> list[Standing]:
    """Return the posts since a moment, and of every product the last one that was shown before."""
    latest = (
        select(func.max(col(PostRow.at)))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(col(PostRow.at) < since, col(DeliveryRow.state).in_([state.value for state in USED]))
        .group_by(col(PostRow.account), col(PostRow.producer))
    )
    query = (
        select(PostRow, col(DeliveryRow.state), col(DeliveryRow.shown))
        .join(DeliveryRow, col(DeliveryRow.post_key) == col(PostRow.key))
        .where(
            (col(PostRow.at) >= since)
            | col(PostRow.at).in_(latest)
            | (col(PostRow.placement) == Placement.LISTING.value)  # it stays
        )
        .order_by(col(PostRow.at), col(PostRow.key))
    )
    rows = session.execute(query).all()
    states = {row.key: (State(state), shown) for row, state, shown in rows}
    return [
        Standing(
            value,
            planned=states[value.key][0] in UNATTEMPTED,
            used=_is_used(value, *states[value.key]),
        )
        for value in _values(session, [row for row, *_ in rows])
    ]


def _is_used(post: Post, state: State, shown: str) -> bool:
    """Tell whether a slot is used up.

    A product that missed its slot in a shop gets another, and so does one that had to be taken
    down (then nothing is shown): if it is lawful again, it is put up again.
    """
    lapsed = state is State.MISSED or (state is State.WITHDRAWN and not shown)
    return state in USED and not (post.placement is Placement.LISTING and lapsed)


def _values(session: Session, rows: Sequence[PostRow]) -> list[Post]:
    products: dict[str, list[str]] = {}
    pairs = select(PostProductRow).order_by(col(PostProductRow.position))
    if len(rows) < 500:  # SQLite takes 32,766 parameters, but short lists are quicker
        pairs = pairs.where(col(PostProductRow.post_key).in_([row.key for row in rows]))
    for pair in session.scalars(pairs):
        products.setdefault(pair.post_key, []).append(pair.product)
    return [_value(row, products.get(row.key, [])) for row in rows]


def _value(row: PostRow, products: Iterable[str]) -> Post:
    return Post(
        key=row.key,
        code=row.code,
        campaign=row.campaign,
        account=row.account,
        channel=row.channel,
        placement=Placement(row.placement),
        day=row.day,
        ordinal=row.ordinal,
        at=row.at,
        products=tuple(products),
        producer=row.producer,
        recipe=Recipe(row.card, row.caption, tuple(row.hashtags)),
        approval=Approval(row.approval),
        max_lateness=timedelta(seconds=row.max_lateness_seconds),
        reason=phrases.load(row.reason) or Phrase("–"),
    )


def apply(session: Session, plan: Plan, links: Links, now: datetime) -> None:
    """Make the store look like a plan; a post that was attempted meanwhile is left alone."""
    taken = set(session.scalars(select(col(LinkRow.code))))
    for value in plan.create:
        _create(session, value, links, taken, now)
    for value in plan.move:
        if _open(session, value.key):
            _move(session, value)
    for value in plan.change:
        if _open(session, value.key):
            _change(session, value, links, now)
    for value in plan.cancel:
        _set_state(session, value.key, State.CANCELLED)


def _open(session: Session, key: str) -> bool:
    state = session.scalar(select(col(DeliveryRow.state)).where(col(DeliveryRow.post_key) == key))
    return state is not None and State(state) in UNATTEMPTED


def _create(session: Session, value: Post, links: Links, taken: set[str], now: datetime) -> None:
    old = session.get(PostRow, value.key)
    code = old.code if old else _free_code(value.key, taken)
    taken.add(code)
    value = replace(value, code=code)
    session.merge(PostRow(**_fields(value), created_at=now))
    session.flush()
    _put_parts(session, value, links, now)
    _forget_creative(session, value.key)
    session.merge(
        DeliveryRow(
            post_key=value.key, account=value.account, state=State.WAITING, next_at=value.at
        )
    )


def _free_code(key: str, taken: set[str]) -> str:
    length = CODE_LENGTH
    while (code := public_code(key, length)) in taken:
        length += 1
    return code


def _fields(value: Post) -> dict[str, Any]:
    return {
        "key": value.key,
        "code": value.code,
        "campaign": value.campaign,
        "account": value.account,
        "channel": value.channel,
        "placement": value.placement.value,
        "day": value.day,
        "ordinal": value.ordinal,
        "at": value.at,
        "producer": value.producer,
        "card": value.recipe.card,
        "caption": value.recipe.caption,
        "hashtags": list(value.recipe.hashtags),
        "approval": value.approval.value,
        "max_lateness_seconds": int(value.max_lateness.total_seconds()),
        "reason": phrases.dump(value.reason),
    }


def _put_parts(session: Session, value: Post, links: Links, now: datetime) -> None:
    session.execute(delete(PostProductRow).where(col(PostProductRow.post_key) == value.key))
    session.execute(delete(LinkRow).where(col(LinkRow.post_key) == value.key))
    session.execute(
        insert(PostProductRow),
        [
            {"post_key": value.key, "position": position, "product": product}
            for position, product in enumerate(value.products)
        ],
    )
    session.execute(
        insert(LinkRow),
        [
            {
                "code": link.code,
                "post_key": value.key,
                "product": link.product,
                "producer": value.producer or None,
                "target": link.target,
                "created_at": now,
            }
            for link in links(value)
        ],
    )


def _forget_creative(session: Session, key: str) -> None:
    for table in (CreativeMediaRow, CreativeRow, ApprovalRow):
        session.execute(delete(table).where(col(table.post_key) == key))


def _move(session: Session, value: Post) -> None:
    old = deliveries.get(session, value.key)
    if old is not None:
        session.get_one(DeliveryRow, value.key).next_at = moved(old, value.at).next_at
        row = session.get_one(PostRow, value.key)
        row.at, row.day, row.ordinal = value.at, value.day, value.ordinal
        row.campaign = value.campaign  # a listing may go over to another one


def _change(session: Session, value: Post, links: Links, now: datetime) -> None:
    session.merge(
        PostRow(**_fields(value), created_at=session.get_one(PostRow, value.key).created_at)
    )
    _put_parts(session, value, links, now)
    _forget_creative(session, value.key)
    _set_state(session, value.key, State.WAITING)
    session.get_one(DeliveryRow, value.key).next_at = value.at


def _set_state(session: Session, key: str, state: State) -> None:
    session.execute(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.post_key) == key,
            col(DeliveryRow.state).in_([open_.value for open_ in UNATTEMPTED]),
        )
        .values(state=state.value, draft=None, note=None, lease_until=None, tries=0)
    )
