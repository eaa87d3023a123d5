"""The tables. Strings name channels, accounts and states, so a new channel needs no migration."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, Dialect, Index, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware UTC moment kept as microseconds, alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Row(SQLModel):
    """What all tables share: nothing but the right to be declared as SQLModel."""

    __table_args__: ClassVar[Any] = ()


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class OfficeRow(Row, table=True):
    """One named value of the office: secrets made by the store, the clock, the pause."""

    __tablename__ = "office"
    name: str = Field(primary_key=True)
    value: str


class ProducerRow(Row, table=True):
    __tablename__ = "producer"
    code: str = Field(primary_key=True)
    name: str
    record: dict[str, Any] = _json()
    digest: str
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    stopped_by: str = ""


class ProductRow(Row, table=True):
    __tablename__ = "product"
    code: str = Field(primary_key=True)
    name: str
    producer: str = Field(foreign_key="producer.code", index=True)
    record: dict[str, Any] = _json()
    digest: str
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    stopped_by: str = ""


class CampaignRow(Row, table=True):
    """The text of a campaign that the engine plans from."""

    __tablename__ = "campaign"
    name: str = Field(primary_key=True)
    text: str
    digest: str
    applied_at: datetime = Field(sa_type=Instant)
    applied_by: str
    retired_at: datetime | None = Field(default=None, sa_type=Instant)


class PostRow(Row, table=True):
    __tablename__ = "post"
    __table_args__ = (Index("post_account_at", "account", "at"),)
    key: str = Field(primary_key=True)
    code: str = Field(unique=True)
    campaign: str = Field(index=True)
    account: str
    channel: str
    placement: str
    day: date
    ordinal: int
    at: datetime = Field(sa_type=Instant, index=True)
    producer: str = Field(index=True)
    card: str
    caption: str
    hashtags: list[str] = _json()
    approval: str
    max_lateness_seconds: int
    reason: dict[str, Any] = _json()
    created_at: datetime = Field(sa_type=Instant)


class PostProductRow(Row, table=True):
    """The products of a post in order."""

    __tablename__ = "post_product"
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    position: int = Field(primary_key=True)
    product: str = Field(foreign_key="product.code", index=True)


class LinkRow(Row, table=True):
    """A short link: one for each product of a post, and one to the collection of several."""

    __tablename__ = "link"
    code: str = Field(primary_key=True)
    post_key: str = Field(foreign_key="post.key", index=True)
    product: str | None = None
    producer: str | None = None
    target: str
    created_at: datetime = Field(sa_type=Instant)


class MediaRow(Row, table=True):
    """A file of the media store, named by its content."""

    __tablename__ = "media"
    sha256: str = Field(primary_key=True)
    kind: str
    mime: str
    width: int
    height: int
    size: int
    created_at: datetime = Field(sa_type=Instant)


class CreativeRow(Row, table=True):
    """What a post shows, as the bytes that go out.

    `digest` is what an approval names; `inputs` is the digest of all it was made from.
    """

    __tablename__ = "creative"
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    digest: str
    inputs: str
    title: str
    caption: str
    link: str
    target: str
    variant: str
    facts: list[dict[str, Any]] = _json()
    listing: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    composed_at: datetime = Field(sa_type=Instant)


class CreativeMediaRow(Row, table=True):
    """The media of a creative in order."""

    __tablename__ = "creative_media"
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    position: int = Field(primary_key=True)
    sha256: str = Field(foreign_key="media.sha256")
    alt: str


class ApprovalRow(Row, table=True):
    """A person (or `auto`) agreed to the bytes of this digest; void when the digest differs."""

    __tablename__ = "approval"
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    digest: str
    by: str
    at: datetime = Field(sa_type=Instant)


class DeliveryRow(Row, table=True):
    """The current state of sending one post; `attempt` holds the history.

    `shown` is the digest of the creative that was sent last; empty where it had to be taken down.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "delivery_open",
            "account",
            "next_at",
            sqlite_where=text("state IN ('DUE', 'READY', 'SENDING', 'PENDING', 'UNKNOWN')"),
            postgresql_where=text("state IN ('DUE', 'READY', 'SENDING', 'PENDING', 'UNKNOWN')"),
        ),
    )
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    account: str
    state: str = Field(index=True)
    next_at: datetime = Field(sa_type=Instant)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    tries: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    looks: int = 0
    sure: int = 0
    draft: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    remote_id: str = ""
    url: str = ""
    shown: str = ""
    note: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class AttemptRow(Row, table=True):
    """One call of a verb for a post; append-only."""

    __tablename__ = "attempt"
    id: int | None = Field(default=None, primary_key=True)
    post_key: str = Field(foreign_key="post.key", index=True)
    verb: str
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str = ""
    note: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class FollowUpRow(Row, table=True):
    """What is still to be done for a live post: a reading, a first comment, a correction."""

    __tablename__ = "follow_up"
    __table_args__ = (Index("follow_up_due", "account", "verb", "due_at"),)
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    verb: str = Field(primary_key=True)
    account: str
    due_at: datetime = Field(sa_type=Instant)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    tries: int = 0


class CredentialRow(Row, table=True):
    """What a service gave an account in place of what the settings name, sealed.

    `origin` is the digest of the secrets in whose place it stands: others in the settings make it
    void. `lease_until` belongs to whoever refreshes it: a refresh token may be good only once.
    `issued_at` and `expires_at` are unknown where the service does not say how long they live.
    """

    __tablename__ = "credential"
    account: str = Field(primary_key=True)
    sealed: str = ""
    origin: str = ""
    version: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    issued_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)


class AccountRow(Row, table=True):
    """What is known of an account beyond its settings.

    `identity` is who it was at its service when it was first used; `quota` is what the service
    said last of the calls that are left.
    """

    __tablename__ = "account"
    name: str = Field(primary_key=True)
    paused: bool = False
    wait_until: datetime | None = Field(default=None, sa_type=Instant)
    public_at: datetime | None = Field(default=None, sa_type=Instant)
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    identity: str = ""
    quota: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class AlertRow(Row, table=True):
    """Something that a person should know, as long as it lasts.

    `subject` is a post, an account or the office; `told_at` is empty until a message has left.
    """

    __tablename__ = "alert"
    subject: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Instant)
    told_at: datetime | None = Field(default=None, sa_type=Instant)


class ClickRow(Row, table=True):
    """One visit through a link; no address, agent or visitor is kept. Lives 90 days."""

    __tablename__ = "click"
    id: int | None = Field(default=None, primary_key=True)
    link: str
    at: datetime = Field(sa_type=Instant, index=True)
    via: str
    visitor: str


class ClickDayRow(Row, table=True):
    """Clicks of a link on a local day, kept for good.

    `via` is link or qr; `visitor` is person, bot or preview.
    """

    __tablename__ = "click_day"
    __table_args__ = (
        Index("click_day_producer", "producer", "day"),
        Index("click_day_day", "day"),
    )
    link: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    via: str = Field(primary_key=True)
    visitor: str = Field(primary_key=True)
    post_key: str = Field(index=True)
    product: str | None = Field(default=None, index=True)
    producer: str | None = None
    count: int


class MetricRow(Row, table=True):
    """One number of one receipt as it was read at one moment."""

    __tablename__ = "metric"
    id: int | None = Field(default=None, primary_key=True)
    post_key: str = Field(foreign_key="post.key", index=True)
    name: str
    value: int = Field(sa_type=BigInteger)
    window: str
    quality: str
    as_of: datetime = Field(sa_type=Instant)


class MetricLatestRow(Row, table=True):
    """The newest value of each metric of a post."""

    __tablename__ = "metric_latest"
    post_key: str = Field(primary_key=True, foreign_key="post.key")
    name: str = Field(primary_key=True)
    window: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
    quality: str
    as_of: datetime = Field(sa_type=Instant)


class ShowcasePostRow(Row, table=True):
    """A post as our own showcase received it over HTTP: the service's side, not the delivery's."""

    __tablename__ = "showcase_post"
    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    account: str
    title: str
    caption: str
    link: str
    media: list[dict[str, Any]] = _json()
    published_at: datetime = Field(sa_type=Instant, index=True)
    updated_at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
