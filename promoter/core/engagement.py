"""What channels counted of posts and listings: what may be added up, and what may not.

Reach is never added up, because people repeat. A value of the last 30 days is added up only over
different listings, each at its newest reading; never over time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from promoter.core.model import Quality, Window

METRICS = ("views", "reactions", "comments", "shares")
"""What most channels count of a post."""

POSTS = (*METRICS, "saves")
LISTINGS = ("views", "likes", "carts", "units", "orders", "revenue")
"""What is told of posts and of listings, in this order. Clicks are told by our own links alone: two
numbers of the same would only raise questions."""

NOT_ADDED = frozenset({"reach"})
"""Names whose values belong to one post each."""

WORST_FIRST = (Quality.SANDBOX, Quality.ESTIMATED, Quality.EXACT)
"""A sum is as good as the worst of its parts."""


@dataclass(frozen=True, slots=True)
class OnShow:
    """A post, or a listing, that people could see in a period.

    Attributes:
        post: Its key.
        listing: It stays until it is taken down; a post belongs to the period it went live in.
    """

    post: str
    account: str
    channel: str
    listing: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric of one post at its newest."""

    post: str
    name: str
    value: int
    quality: Quality
    as_of: datetime
    window: Window = Window.CUMULATIVE


@dataclass(frozen=True, slots=True)
class Told:
    """One metric, added up over the posts that have it.

    Attributes:
        posts: How many posts or listings the sum covers.
        quality: The worst of its parts.
        as_of: The oldest of the readings.
    """

    name: str
    value: int
    posts: int
    quality: Quality
    as_of: datetime
    window: Window = Window.CUMULATIVE


@dataclass(frozen=True, slots=True)
class ByChannel:
    """What one channel counted of its posts, or of its listings.

    Attributes:
        posts: How many were on show there, whether it counted them or not.
        sandbox: Of accounts with simulated numbers; real ones of the same channel stand apart.
        told: In the order of POSTS or LISTINGS; empty if the channel told nothing.
    """

    channel: str
    listing: bool
    sandbox: bool
    posts: int
    told: tuple[Told, ...]

    @property
    def as_of(self) -> datetime | None:
        """Return the moment up to which all of it is counted; None where nothing is."""
        return min((item.as_of for item in self.told), default=None)


def told(on_show: Iterable[OnShow], readings: Iterable[Reading]) -> tuple[Told, ...]:
    """Return the sums over all posts; listings are left out, a metric without values, too."""
    listings = {item.post for item in on_show if item.listing}
    found = [item for item in readings if item.post not in listings]
    return tuple(item for item in sums(found, METRICS) if item.window is Window.CUMULATIVE)


def by_channel(on_show: Sequence[OnShow], readings: Sequence[Reading]) -> tuple[ByChannel, ...]:
    """Return what each channel counted, in the order of their names, posts before listings."""
    account_of = {item.post: item.account for item in on_show}
    simulated = {account_of.get(item.post) for item in readings if item.quality is Quality.SANDBOX}
    groups: dict[tuple[str, bool, bool], set[str]] = defaultdict(set)
    for item in on_show:
        groups[item.channel, item.listing, item.account in simulated].add(item.post)
    return tuple(
        ByChannel(*key, len(posts), _of(posts, readings, LISTINGS if key[1] else POSTS))
        for key, posts in sorted(groups.items())
    )


def _of(
    posts: Collection[str], readings: Iterable[Reading], names: Sequence[str]
) -> tuple[Told, ...]:
    return tuple(sums([item for item in readings if item.post in posts], names))


def sums(readings: Iterable[Reading], names: Sequence[str]) -> list[Told]:
    """Return one sum for each name and window that has values, in the order of the names.

    Days are left out: the newest day of each post is not one and the same day.
    """
    found: dict[tuple[str, Window], list[Reading]] = defaultdict(list)
    for item in readings:
        if item.window is not Window.DAY and item.name not in NOT_ADDED:
            found[item.name, item.window].append(item)
    order = [(name, window) for name in names for window in Window]
    return [_sum(*key, found[key]) for key in order if key in found]


def _sum(name: str, window: Window, readings: Sequence[Reading]) -> Told:
    return Told(
        name=name,
        value=sum(item.value for item in readings),
        posts=len({item.post for item in readings}),
        quality=worst(item.quality for item in readings),
        as_of=min(item.as_of for item in readings),
        window=window,
    )


def worst(qualities: Iterable[Quality]) -> Quality:
    """Return the quality of what is made from values of these; at least one."""
    return min(qualities, key=WORST_FIRST.index)
