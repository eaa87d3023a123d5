"""Which products are put up in a shop, and when: one listing for each product of an account.

A listing stays, so its identity is the account and the product; the campaign's slots only say when
the next one is opened.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from promoter.core.cadence import Slot, slots
from promoter.core.campaign import Campaign
from promoter.core.model import Phrase, Placement, Post, Product, digest
from promoter.core.rules import refusal
from promoter.core.situation import Situation, Standing, Target, post_of, selects, weight


def listing_key(secret: bytes, account: str, product: str) -> str:
    """Return the identity of a listing."""
    return digest("listing", account, product, key=secret)


def wanted(situation: Situation) -> tuple[list[Post], list[Phrase]]:
    """Return the listings that the campaigns ask for after `now`, by time, and what is amiss."""
    shops = {name: _Shop(situation, target) for name, target in situation.targets.items()}
    posts: list[Post] = []
    waiting: Counter[str] = Counter()
    for campaign in situation.campaigns:
        if campaign.placement is not Placement.LISTING:
            continue
        for name in campaign.accounts:
            posts += shops[name].fill(campaign)
            waiting[campaign.name] += shops[name].without_price(campaign)
    return posts, [_unpriced(name, count) for name, count in sorted(waiting.items()) if count]


def _unpriced(campaign: str, count: int) -> Phrase:
    return Phrase(
        "{campaign}: {count} products have no price or no photo and cannot be put up in a shop",
        campaign=campaign,
        count=count,
    )


@dataclass(slots=True)
class _Shop:
    """One account, while its slots are filled in order of time."""

    situation: Situation
    target: Target
    _up: set[str] = field(default_factory=set)
    _planned: dict[str, Post] = field(default_factory=dict)
    _by_day: Counter[date] = field(default_factory=Counter)
    _by_producer: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for item in self.situation.standing:
            if item.post.account == self.target.name:
                self._note(item)

    def _note(self, item: Standing) -> None:
        post = item.post
        if item.used:
            self._by_day[post.day] += 1
        if post.placement is not Placement.LISTING:
            return
        if item.used:
            self._up.update(post.products)
            self._by_producer[post.producer] += 1
        elif item.planned:
            self._planned[post.products[0]] = post

    def fill(self, campaign: Campaign) -> Iterator[Post]:
        """Yield the listings of a campaign: what is planned stays in its slot, if it still fits."""
        open_slots = self._slots(campaign)
        stays = {slot: post for slot in open_slots if (post := self._prior(campaign, slot))}
        kept = {post.products[0] for post in stays.values()}
        for slot in open_slots:
            product = self._product(stays[slot].products[0]) if slot in stays else None
            if product is None:
                product = self._next(campaign, slot, kept)
            if product is None or not self._has_room(slot):
                continue
            self._up.add(product.code)
            self._by_day[slot.day] += 1
            self._by_producer[product.producer] += 1
            yield self._post(campaign, slot, product)

    def without_price(self, campaign: Campaign) -> int:
        """Return how many products would be put up if they had a price and a photo."""
        today = self.situation.now.astimezone(self.situation.zone).date()
        return sum(
            self._may(campaign, product, today) and not _complete(product)
            for product in self.situation.products
        )

    def _slots(self, campaign: Campaign) -> list[Slot]:
        now, zone = self.situation.now, self.situation.zone
        first = max(campaign.starts, now.astimezone(zone).date())
        last = min(campaign.ends, self.situation.until)
        return [slot for slot in slots(campaign.cadence, zone, first, last) if slot.at > now]

    def _prior(self, campaign: Campaign, slot: Slot) -> Post | None:
        """Return what is planned for a slot and still fits."""
        for code, post in self._planned.items():
            if post.campaign == campaign.name and post.at == slot.at:
                product = self._product(code)
                return post if product and self._fits(campaign, product, slot.day) else None
        return None

    def _product(self, code: str) -> Product | None:
        return next((item for item in self.situation.products if item.code == code), None)

    def _next(self, campaign: Campaign, slot: Slot, kept: Collection[str]) -> Product | None:
        """Return the product whose producer has the fewest listings for its weight."""
        fitting = [
            product
            for product in self.situation.products
            if product.code not in kept and self._fits(campaign, product, slot.day)
        ]
        return min(fitting, key=lambda item: self._turn(campaign, item), default=None)

    def _turn(self, campaign: Campaign, product: Product) -> tuple[float, str]:
        share = self._by_producer[product.producer] / weight(self.situation, campaign, product)
        return share, digest(self.target.name, product.code)

    def _fits(self, campaign: Campaign, product: Product, day: date) -> bool:
        return (
            product.code not in self._up
            and _complete(product)
            and self._may(campaign, product, day)
        )

    def _may(self, campaign: Campaign, product: Product, day: date) -> bool:
        return (
            (not self.target.owner or product.producer == self.target.owner)
            and selects(campaign.select, product, day)
            and refusal(product, day, age_gated=self.target.age_gated) is None
        )

    def _has_room(self, slot: Slot) -> bool:
        return self._by_day[slot.day] < self.target.daily_limit

    def _post(self, campaign: Campaign, slot: Slot, product: Product) -> Post:
        key = listing_key(self.situation.secret, self.target.name, product.code)
        reason = Phrase("it is not in this shop yet")
        return post_of(campaign, self.target, slot, product, key, reason)


def _complete(product: Product) -> bool:
    """Tell whether a product has what a shop asks for."""
    return product.price is not None and bool(product.photos)
