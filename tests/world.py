"""A small office for tests: some products, one showcase account, and a service to post to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import HttpUrl, SecretStr

from promoter.channels import showcase
from promoter.core.channel import Channel
from promoter.core.delivery import Delivery, State
from promoter.core.link import links, public_code
from promoter.core.model import Approval, Phrase, Placement, Post, Recipe
from promoter.core.planner import Plan, post_key
from promoter.locale import Locale
from promoter.media import MediaStore
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Account, Context, Office
from promoter.remote.http import Session
from promoter.render.caption import Captions
from promoter.render.studio import Studio
from promoter.secrets import Vault
from promoter.store import deliveries, posts, products
from promoter.store.database import Store
from tests.make import producer, product

ASSETS = Path(__file__).parent.parent / "assets"
SLOT = datetime(2026, 11, 23, 4, 45, tzinfo=UTC)
"""11:45 on the sample's date."""
LIMIT = timedelta(seconds=1)
"""Longest call in tests: a lost answer is noticed after this."""


@cache
def studio() -> Studio:
    """Return the studio, made once for all tests."""
    return Studio(ASSETS)


@cache
def captions() -> Captions:
    """Return the caption templates."""
    return Captions(ASSETS)


def account(url: str, token: str, *, limit: timedelta = LIMIT, **changes: Any) -> Account:
    """Return a showcase account that speaks to a service at an address."""

    @cache
    def connect() -> Channel:
        session = Session(limit=limit, loopback_only=True)
        config = showcase.Config(url=HttpUrl(url), token=SecretStr(token))
        channel: Channel = showcase.connect(config, session)
        return channel

    default = Account(
        name="showcase",
        channel="showcase",
        limits=showcase.LIMITS,
        daily_limit=6,
        min_gap=timedelta(minutes=30),
        owner="",
        resend_after_absent=False,
        connect=connect,
    )
    return replace(default, **changes)


def context(store: Store, media: MediaStore, *accounts: Account) -> Context:
    """Return a context on a store; its clock stands at SLOT minus one hour."""
    store.set_clock(SLOT - timedelta(hours=1))
    return Context(
        store=store,
        office=Office(
            "Sở Công Thương (mẫu)",
            ZoneInfo("Asia/Ho_Chi_Minh"),
            "http://127.0.0.1:8000",
            Locale("vi"),
        ),
        accounts={item.name: item for item in accounts},
        studio=studio(),
        captions=captions(),
        media=media,
        assets=ASSETS,
        vault=Vault(media.root.parent / "promoter.key"),
        call_limit=LIMIT,
    )


def stock(store: Store, *more: Any) -> None:
    """Put the sample producer and its salt (and other products) into the store."""
    with store.write() as session:
        products.merge(session, [product(), *more], [producer()], store.now())


def post(number: int = 0, **changes: Any) -> Post:
    """Return a post of the salt at SLOT; others of the day have other numbers."""
    key = post_key(b"secret", "tuan", "showcase", date(2026, 11, 23), number)
    default = Post(
        key=key,
        code=public_code(key),
        campaign="tuan",
        account="showcase",
        channel="showcase",
        placement=Placement.FEED,
        day=date(2026, 11, 23),
        ordinal=number,
        at=SLOT,
        products=("BL-086",),
        producer="P41",
        recipe=Recipe("spotlight", "spotlight", ("OCOPBacLieu",)),
        approval=Approval.AUTO,
        max_lateness=timedelta(hours=3),
        reason=Phrase("its producer has not been shown yet"),
    )
    return replace(default, **changes)


def planned(world: Context, *wanted: Post) -> None:
    """Put posts into the store and compose them."""
    with world.store.write() as session:
        posts.apply(
            session,
            Plan(create=wanted),
            lambda item: links(item, world.office.public_url),
            world.store.now(),
        )
    compose(world)


def state(world: Context, wanted: Post) -> Delivery:
    """Return where a post stands."""
    with world.store.read() as session:
        found = deliveries.get(session, wanted.key)
    assert found
    return found


def until(world: Context, wanted: Post, round_: Callable[[], object], *, rounds: int = 40) -> State:
    """Run rounds, each at the moment when the post's next verb is due, until it is settled."""
    for _ in range(rounds):
        current = state(world, wanted)
        if current.state in SETTLED:
            break
        soon = max(current.next_at, current.lease_until or current.next_at)
        if soon > world.now():
            world.store.set_clock(soon)
        round_()
    return state(world, wanted).state


SETTLED = {
    State.PUBLISHED,
    State.FAILED,
    State.HELD,
    State.MISSED,
    State.CANCELLED,
    State.REJECTED,
}
