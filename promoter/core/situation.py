"""All that a plan depends on, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from promoter.core.cadence import Slot
from promoter.core.campaign import Campaign, Select
from promoter.core.link import public_code
from promoter.core.model import Phrase, Post, Product


@dataclass(frozen=True, slots=True)
class Target:
    """What the planner must know of an account."""

    name: str
    channel: str
    daily_limit: int
    min_gap: timedelta
    owner: str
    age_gated: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A post as it stands in the store.

    Attributes:
        planned: Nothing public was tried yet: it may be moved, changed or cancelled.
        used: Its slot is used up and counts as shown. A cancelled post is neither.
    """

    post: Post
    planned: bool
    used: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan depends on.

    Attributes:
        campaigns: The campaigns in force, each once.
        products: The catalogue without what is retired.
        remote, youth: Codes of the producers that a campaign may boost.
        standing: Every post that may matter: all that are planned, and what was shown before.
        secret: Keys the digests; 64 bytes at most.
    """

    campaigns: Sequence[Campaign]
    products: Sequence[Product]
    remote: frozenset[str]
    youth: frozenset[str]
    targets: Mapping[str, Target]
    standing: Sequence[Standing]
    zone: ZoneInfo
    secret: bytes
    now: datetime
    until: date


def selects(select: Select, product: Product, day: date) -> bool:
    """Tell whether a campaign's conditions hold for a product on a day."""
    held = product.certificate_on(day)
    return (
        (not select.groups or product.group in select.groups)
        and (not select.classes or product.product_class in select.classes)
        and (select.min_stars == 0 or (held is not None and held.stars >= select.min_stars))
        and (not select.tags_any or any(tag in select.tags_any for tag in product.tags))
        and (not select.chains or any(chain in select.chains for chain in product.chains))
        and (
            not select.in_season or not product.season_months or day.month in product.season_months
        )
        and (not select.include or product.code in select.include)
        and product.code not in select.exclude
    )


def weight(situation: Situation, campaign: Campaign, product: Product) -> float:
    """Return how much sooner than others a product comes to its turn; 1 is no boost."""
    found = 1.0
    if product.remote or product.producer in situation.remote:
        found *= campaign.rotate.remote_boost
    if "youth-startup" in product.tags or product.producer in situation.youth:
        found *= campaign.rotate.youth_boost
    return found


def post_of(
    campaign: Campaign, target: Target, slot: Slot, product: Product, key: str, reason: Phrase
) -> Post:
    """Return the post of a product in a slot, under its key."""
    return Post(
        key=key,
        code=public_code(key),
        campaign=campaign.name,
        account=target.name,
        channel=target.channel,
        placement=campaign.placement,
        day=slot.day,
        ordinal=slot.ordinal,
        at=slot.at,
        products=(product.code,),
        producer=product.producer,
        recipe=campaign.creative,
        approval=campaign.approval,
        max_lateness=campaign.max_lateness,
        reason=reason,
    )
