"""Fills a store for tests of reports: rows as the steps leave them, written straight to tables."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from promoter.core.delivery import State
from promoter.core.model import Quality, Window, digest
from promoter.store.database import Store
from promoter.store.tables import (
    ClickDayRow,
    CreativeMediaRow,
    CreativeRow,
    DeliveryRow,
    LinkRow,
    MediaRow,
    MetricLatestRow,
    PostProductRow,
    PostRow,
    ProducerRow,
    ProductRow,
)
from tests import make

EARLY = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fill:
    """Writes one thing at a time into a store."""

    store: Store

    def producer(self, code: str = "P41", *, retired: bool = False, **changes: Any) -> None:
        """Add a producer."""
        value = make.producer(code, **changes)
        with self.store.write() as session:
            session.add(
                ProducerRow(
                    code=code,
                    name=value.name,
                    record=value.model_dump(mode="json"),
                    digest="",
                    created_at=EARLY,
                    updated_at=EARLY,
                    retired_at=EARLY if retired else None,
                )
            )

    def product(self, code: str = "BL-086", *, retired: bool = False, **changes: Any) -> None:
        """Add a product."""
        value = make.product(code, **changes)
        with self.store.write() as session:
            session.add(
                ProductRow(
                    code=code,
                    name=value.name,
                    producer=value.producer,
                    record=value.model_dump(mode="json"),
                    digest="",
                    created_at=EARLY,
                    updated_at=EARLY,
                    retired_at=EARLY if retired else None,
                )
            )

    def post(
        self,
        key: str,
        at: datetime,
        *products: str,
        state: State = State.PUBLISHED,
        settled_at: datetime | None = None,
        producer: str = "P41",
        url: str = "",
    ) -> None:
        """Add a post with its delivery and link."""
        with self.store.write() as session:
            session.add(
                PostRow(
                    key=key,
                    code=digest("code", key)[:10],
                    campaign="salt",
                    account="showcase",
                    channel="showcase",
                    placement="feed",
                    day=at.date(),
                    ordinal=0,
                    at=at,
                    producer=producer,
                    card="spotlight",
                    caption="spotlight",
                    hashtags=[],
                    approval="auto",
                    max_lateness_seconds=10800,
                    reason={"text": "", "values": {}},
                    created_at=EARLY,
                )
            )
            session.flush()
            for position, product in enumerate(products or ("BL-086",)):
                session.add(PostProductRow(post_key=key, position=position, product=product))
            session.add(
                DeliveryRow(
                    post_key=key,
                    account="showcase",
                    state=state,
                    next_at=at,
                    url=url,
                    settled_at=settled_at,
                )
            )
            session.add(
                LinkRow(
                    code=digest("code", key)[:10],
                    post_key=key,
                    target="https://ocop.example.vn/p",
                    created_at=EARLY,
                )
            )

    def clicks(
        self,
        key: str,
        day: date,
        count: int,
        *,
        via: str = "link",
        visitor: str = "person",
        product: str | None = "BL-086",
        producer: str | None = "P41",
    ) -> None:
        """Add clicks on the link of a post."""
        with self.store.write() as session:
            session.add(
                ClickDayRow(
                    link=digest("link", key, product or "")[:10],
                    day=day,
                    via=via,
                    visitor=visitor,
                    post_key=key,
                    product=product,
                    producer=producer,
                    count=count,
                )
            )

    def picture(self, key: str, sha256: str, alt: str = "Muối hạt", position: int = 0) -> None:
        """Add a picture to what a post shows."""
        with self.store.write() as session:
            if session.get(MediaRow, sha256) is None:
                session.add(
                    MediaRow(
                        sha256=sha256,
                        kind="image",
                        mime="image/jpeg",
                        width=1080,
                        height=1080,
                        size=1,
                        created_at=EARLY,
                    )
                )
            if session.get(CreativeRow, key) is None:
                session.add(
                    CreativeRow(
                        post_key=key,
                        digest="",
                        inputs="",
                        title="",
                        caption="",
                        link="",
                        target="",
                        variant="",
                        facts=[],
                        composed_at=EARLY,
                    )
                )
            session.flush()
            session.add(CreativeMediaRow(post_key=key, position=position, sha256=sha256, alt=alt))

    def metric(
        self,
        key: str,
        name: str,
        value: int,
        *,
        window: Window = Window.CUMULATIVE,
        quality: Quality = Quality.EXACT,
    ) -> None:
        """Add what a channel counted for a post."""
        with self.store.write() as session:
            session.add(
                MetricLatestRow(
                    post_key=key,
                    name=name,
                    window=window,
                    value=value,
                    quality=quality,
                    as_of=make.NOW,
                )
            )
