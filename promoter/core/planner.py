"""What should be shown where and when, and how that differs from what is planned already.

The same inputs give the same plan: variety comes from digests, never from chance. What is planned
and still allowed stays, so that a new product does not shuffle a month that people have approved.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from promoter.core import listing
from promoter.core.cadence import Slot, slots
from promoter.core.campaign import Campaign
from promoter.core.errors import UnsafePlan
from promoter.core.model import Phrase, Placement, Post, Product, digest
from promoter.core.rules import refusal
from promoter.core.situation import Situation, Standing, Target, post_of, selects, weight

HORIZON = timedelta(days=28)
UNSAFE_SHARE = 0.3
UNSAFE_COUNT = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """Create, move, change, cancel or keep, before anything happens."""

    create: tuple[Post, ...] = ()
    move: tuple[Post, ...] = ()
    change: tuple[Post, ...] = ()
    cancel: tuple[Post, ...] = ()
    keep: int = 0
    problems: tuple[Phrase, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell whether applying it would do nothing."""
        return not (self.create or self.move or self.change or self.cancel)


def post_key(secret: bytes, campaign: str, account: str, day: date, ordinal: int) -> str:
    """Return the identity of a post: it does not depend on clock time or products."""
    return digest(campaign, account, day.isoformat(), str(ordinal), key=secret)


def plan(situation: Situation) -> Plan:
    """Return what must change so that the store shows what the campaigns ask for."""
    posts, problems = everything(situation)
    return diff(posts, situation.standing, situation.now, problems)


def everything(situation: Situation) -> tuple[list[Post], list[Phrase]]:
    """Return the posts and listings that the campaigns ask for, by time, and what is amiss."""
    posts, problems = wanted(situation)
    listings, more = listing.wanted(situation)
    return sorted([*posts, *listings], key=lambda post: post.at), problems + more


def diff(
    posts: Sequence[Post],
    standing: Sequence[Standing],
    now: datetime,
    problems: Sequence[Phrase] = (),
) -> Plan:
    """Return how wanted posts differ from the standing ones; used slots are never touched."""
    known = {item.post.key: item for item in standing}
    create, move, change, keep = [], [], [], 0
    for post in posts:
        old = known.get(post.key)
        if old is None or not (old.planned or old.used):
            create.append(post)
        elif old.used:
            continue
        elif _shape(post) != _shape(old.post):
            change.append(replace(post, code=old.post.code))
        elif _slot(post) != _slot(old.post):
            move.append(replace(post, code=old.post.code))
        else:
            keep += 1
    asked = {post.key for post in posts}
    cancel = [
        item.post
        for item in standing
        if item.planned and item.post.key not in asked and item.post.at > now
    ]
    return Plan(tuple(create), tuple(move), tuple(change), tuple(cancel), keep, tuple(problems))


def _slot(post: Post) -> tuple[object, ...]:
    return post.at, post.day, post.ordinal, post.campaign


def _shape(post: Post) -> tuple[object, ...]:
    return post.products, post.recipe, post.approval, post.placement, post.max_lateness


def confirm(found: Plan) -> None:
    """Refuse a plan that cancels or changes so much that it looks like a mistake.

    Raises:
        UnsafePlan: More than 30 % of the planned posts, and at least ten.
    """
    touched = len(found.cancel) + len(found.change)
    total = touched + found.keep + len(found.move)
    if touched >= UNSAFE_COUNT and touched > UNSAFE_SHARE * total:
        raise UnsafePlan(
            Phrase(
                "{touched} of {total} planned posts would be cancelled or changed; "
                "look at «promoter plan», then «promoter apply --force»",
                touched=touched,
                total=total,
            )
        )


def wanted(situation: Situation) -> tuple[list[Post], list[Phrase]]:
    """Return the feed posts that the campaigns ask for after `now`, by time, and what is amiss."""
    asked = _asked(situation)
    board = _Board(situation, {key for key, *_ in asked})
    posts: list[Post] = []
    skipped: dict[tuple[str, str], int] = defaultdict(int)
    for key, campaign, target, slot in asked:
        if key in board.used:
            continue
        prior = board.release(key)
        if not board.has_room(target, slot):
            skipped[campaign.name, "full"] += 1
            continue
        choice = board.choose(campaign, target, slot, key, prior)
        if choice is None:
            skipped[campaign.name, "none"] += 1
            continue
        product, reason = choice
        chosen = post_of(campaign, target, slot, product, key, reason)
        board.take(chosen)
        posts.append(chosen)
    return posts, [_skipped(name, why, count) for (name, why), count in sorted(skipped.items())]


def _skipped(campaign: str, why: str, count: int) -> Phrase:
    if why == "full":
        return Phrase(
            "{campaign}: {count} slots stay empty: the daily limit or least gap is reached",
            campaign=campaign,
            count=count,
        )
    return Phrase(
        "{campaign}: {count} slots stay empty: no product fits; widen [select] or [rotate]",
        campaign=campaign,
        count=count,
    )


def _asked(situation: Situation) -> list[tuple[str, Campaign, Target, Slot]]:
    today = situation.now.astimezone(situation.zone).date()
    asked = []
    for campaign in situation.campaigns:
        if campaign.placement is Placement.LISTING:
            continue
        first, last = max(campaign.starts, today), min(campaign.ends, situation.until)
        for slot in slots(campaign.cadence, situation.zone, first, last):
            if slot.at <= situation.now:
                continue
            for account in campaign.accounts:
                target = situation.targets[account]
                key = post_key(situation.secret, campaign.name, account, slot.day, slot.ordinal)
                asked.append((key, campaign, target, slot))
    return sorted(asked, key=lambda item: (item[3].at, item[1].name, item[2].name))


@dataclass(slots=True)
class _Board:
    """What has been shown or reserved while slots are filled in order of time."""

    situation: Situation
    asked: set[str]
    used: set[str] = field(default_factory=set)
    _reserved: dict[str, Post] = field(default_factory=dict)
    _products: dict[str, Product] = field(default_factory=dict)
    _by_account: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    _by_day: dict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    _by_product: dict[tuple[str, str], list[datetime]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _by_producer: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    _by_week: dict[tuple[str, str, tuple[int, int]], int] = field(
        default_factory=lambda: defaultdict(int)
    )

    def __post_init__(self) -> None:
        self._products = {product.code: product for product in self.situation.products}
        for item in self.situation.standing:
            post = item.post
            if post.placement is Placement.LISTING:
                continue  # it stands in a shop for months: no turn in a feed
            if item.used:
                self.used.add(post.key)
            elif item.planned and post.key in self.asked:
                self._reserved[post.key] = post
            elif not item.planned or post.at > self.situation.now:
                continue  # cancelled, or about to be
            self._count(post, 1)

    def release(self, key: str) -> Post | None:
        """Give back what is planned for a slot, so that it is judged anew."""
        post = self._reserved.pop(key, None)
        if post:
            self._count(post, -1)
        return post

    def take(self, post: Post) -> None:
        """Fill a slot."""
        self._count(post, 1)

    def _count(self, post: Post, step: int) -> None:
        week = post.day.isocalendar()[:2]
        self._by_day[post.account, post.day] += step
        self._by_week[post.campaign, post.producer, week] += step
        lists = [self._by_account[post.account], self._by_producer[post.producer]]
        lists += [self._by_product[post.account, code] for code in post.products]
        for times in lists:
            times.append(post.at) if step > 0 else times.remove(post.at)

    def has_room(self, target: Target, slot: Slot) -> bool:
        """Tell whether the account's daily limit and least gap leave room for a slot."""
        if self._by_day[target.name, slot.day] >= target.daily_limit:
            return False
        near = self._by_account[target.name]
        return all(abs(at - slot.at) >= target.min_gap for at in near)

    def choose(
        self, campaign: Campaign, target: Target, slot: Slot, key: str, prior: Post | None
    ) -> tuple[Product, Phrase] | None:
        """Return the product of a slot and why: what stands, else the longest waiting."""
        if prior and len(prior.products) == 1:
            product = self._products.get(prior.products[0])
            if product and self._fits(campaign, target, slot, product, standing=True):
                return product, prior.reason
        fitting = [p for p in self._products.values() if self._fits(campaign, target, slot, p)]
        if not fitting:
            return None
        best = min(fitting, key=lambda p: self._turn(campaign, slot, key, p))
        return best, self._reason(best, slot)

    def _fits(
        self,
        campaign: Campaign,
        target: Target,
        slot: Slot,
        product: Product,
        *,
        standing: bool = False,
    ) -> bool:
        """Tell whether a slot may show a product.

        What stands there already is measured against earlier showings alone, as when it was chosen:
        a later one of a campaign with a shorter rest was chosen knowing of it.
        """
        week = slot.day.isocalendar()[:2]
        shown = self._by_product[target.name, product.code]
        if standing:
            shown = [at for at in shown if at <= slot.at]
        return (
            (not target.owner or product.producer == target.owner)
            and selects(campaign.select, product, slot.day)
            and refusal(product, slot.day, age_gated=target.age_gated) is None
            and self._by_week[campaign.name, product.producer, week]
            < campaign.rotate.per_producer_per_week
            and all(abs(at - slot.at) >= campaign.rotate.cool_down for at in shown)
        )

    def _turn(
        self, campaign: Campaign, slot: Slot, key: str, product: Product
    ) -> tuple[bool, float, bool, float, str]:
        """Order by waiting time: the producer's first, then the product's; ties by digest."""
        heavy = weight(self.situation, campaign, product)
        token = digest(key, product.code)
        producer = _last(self._by_producer[product.producer], slot.at)
        shown = [
            at
            for name in self.situation.targets
            for at in self._by_product.get((name, product.code), ())
        ]
        own = _last(shown, slot.at)
        return (
            producer is not None,
            -_waiting(producer, slot.at, heavy, digest(key, product.producer)),
            own is not None,
            -_waiting(own, slot.at, heavy, token),
            token,
        )

    def _reason(self, product: Product, slot: Slot) -> Phrase:
        last = _last(self._by_producer[product.producer], slot.at)
        if last is None:
            return Phrase("its producer has not been shown yet")
        day = last.astimezone(self.situation.zone).date()
        return Phrase("its producer has waited longest: last shown on {day}", day=day.isoformat())


def _last(times: Iterable[datetime], before: datetime) -> datetime | None:
    return max((at for at in times if at <= before), default=None)


def _waiting(last: datetime | None, now: datetime, weight: float, token: str) -> float:
    """Return the weighted wait; those who never had a turn are drawn by digest.

    The draw is the weighted one of Efraimidis and Spirakis (2006): u to the power of 1/weight.
    """
    if last is None:
        draw = (int(token, 16) + 1) / 16 ** len(token)
        return math.pow(draw, 1 / weight)
    return (now - last) / timedelta(days=1) * weight
