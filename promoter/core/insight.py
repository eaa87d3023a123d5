"""What the numbers of a producer say, and what they do not: missing is not 0, few is no trend."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from math import sqrt
from statistics import median

from promoter.core import engagement
from promoter.core.engagement import ByChannel, OnShow, Reading, Told
from promoter.core.period import Period, spans

ENOUGH = 5
"""Fewer clicks than this on either side carry no comparison."""

PEERS = 3
"""A median of fewer other producers would tell one of them about another."""


@dataclass(frozen=True, slots=True)
class Item:
    """A product by code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A post that went live.

    Attributes:
        at: When it went live, UTC.
        day: The office's day of that moment.
        url: Where it can be seen; empty when the channel gave none.
        products: Those of this producer, in the post's order.
        clicks: By persons, within the period.
    """

    key: str
    at: datetime
    day: date
    account: str
    channel: str
    url: str
    products: tuple[Item, ...]
    clicks: int = 0


@dataclass(frozen=True, slots=True)
class Visits:
    """Clicks on the links of one post on one local day, of one kind.

    Attributes:
        via: link or qr.
        visitor: person, bot or preview.
    """

    day: date
    post: str
    via: str
    visitor: str
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What one producer had in the period: posts, and clicks by persons."""

    posts: int = 0
    links: int = 0
    qr: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the numbers of one producer depend on.

    Attributes:
        period: The days that can be counted.
        began: The office's first local day with a post; None before it.
        own_began: The producer's.
        posts: Its posts of the period.
        earlier: How many it had in the period before.
        visits: On its links, in this period and the one before.
        tallies: Of every producer that had a post or a click in the period.
        groups: For each producer the product group of each of its products.
        on_show: What channels could count: the posts, and the listings of any age.
        readings: What they counted of it; empty where they told nothing.
    """

    producer: str
    period: Period
    began: date | None
    own_began: date | None
    posts: Sequence[Shown]
    earlier: int
    visits: Sequence[Visits]
    tallies: Mapping[str, Tally]
    groups: Mapping[str, Sequence[str]]
    on_show: Sequence[OnShow]
    readings: Sequence[Reading]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """One number beside what it may be compared with; None is: not known, never 0.

    Attributes:
        previous: The own number in the equally long period before.
        median: Of the other producers of the group that had posts.
    """

    value: int | None
    previous: int | None
    median: float | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What can be said about a producer in a period.

    Attributes:
        previous: The days that are compared with; None when the office was not yet at work.
        peers: Other producers of the group with posts in the period.
        clicks: By persons, links and QR codes together.
        bots, previews: Opened by machines: told apart, never counted as visits.
        told: What channels counted of the posts, by metric; listings only stand in `by_channel`.
    """

    period: Period
    previous: Period | None
    group: str
    peers: int
    posts: Measure
    clicks: Measure
    links: Measure
    qr: Measure
    bots: int | None
    previews: int | None
    told: tuple[Told, ...]
    by_channel: tuple[ByChannel, ...]
    as_of: datetime


def numbers(found: Evidence) -> Numbers:
    """Return what the evidence allows to say."""
    group = main_group(found.groups.get(found.producer, ()))
    peers = _peers(found, group)
    previous = _previous(found)

    def measure(now: int | None, before: int | None, of_peer: Callable[[Tally], int]) -> Measure:
        return Measure(now, before, middle(of_peer(peer) for peer in peers))

    def visits(visitor: str, *via: str) -> tuple[int | None, int | None]:
        return (
            _counted(found, found.period, visitor, via),
            _counted(found, previous, visitor, via) if previous else None,
        )

    return Numbers(
        period=found.period,
        previous=previous,
        group=group,
        peers=len(peers),
        posts=measure(
            len(found.posts), found.earlier if previous else None, lambda peer: peer.posts
        ),
        clicks=measure(*visits("person", "link", "qr"), lambda peer: peer.links + peer.qr),
        links=measure(*visits("person", "link"), lambda peer: peer.links),
        qr=measure(*visits("person", "qr"), lambda peer: peer.qr),
        bots=visits("bot", "link", "qr")[0],
        previews=visits("preview", "link", "qr")[0],
        told=engagement.told(found.on_show, found.readings),
        by_channel=engagement.by_channel(found.on_show, found.readings),
        as_of=found.as_of,
    )


def main_group(groups: Iterable[str]) -> str:
    """Return the group of most products, the first by name of equals; empty without products."""
    counted = Counter(groups)
    return min(counted, key=lambda group: (-counted[group], group), default="")


def _peers(found: Evidence, group: str) -> list[Tally]:
    return [
        tally
        for producer, tally in sorted(found.tallies.items())
        if producer != found.producer and tally.posts and group in found.groups.get(producer, ())
    ]


def middle(values: Iterable[int]) -> float | None:
    """Return the median; None for fewer than PEERS values, which would say nothing."""
    known = list(values)
    return float(median(known)) if len(known) >= PEERS else None


def _previous(found: Evidence) -> Period | None:
    """Return the period before, if the office was at work during all of it."""
    before = found.period.before()
    return before if found.began and found.began <= before.first else None


def _counted(found: Evidence, span: Period, visitor: str, via: Sequence[str]) -> int | None:
    """Return the visits of one kind; None while there was no link of the producer to open."""
    if found.own_began is None or found.own_began > span.last:
        return None
    return sum(
        item.count
        for item in found.visits
        if item.day in span and item.visitor == visitor and item.via in via
    )


class Trend(StrEnum):
    """What a comparison of two counts allows to say."""

    MORE = "more"
    FEWER = "fewer"
    ALIKE = "alike"


def trend(now: float | None, other: float | None) -> Trend | None:
    """Return how a count of clicks stands to another; None when there is too little to say.

    Counts scatter by about their root, so that a difference within twice the root of both
    together may be chance, and is not told as more or fewer.
    """
    if now is None or other is None or min(now, other) < ENOUGH:
        return None
    if abs(now - other) <= 2 * sqrt(now + other):
        return Trend.ALIKE
    return Trend.MORE if now > other else Trend.FEWER


def with_clicks(posts: Iterable[Shown], visits: Iterable[Visits], span: Period) -> list[Shown]:
    """Return the posts with their clicks by persons within the days, newest first."""
    counted: Counter[str] = Counter()
    for item in visits:
        if item.visitor == "person" and item.day in span:
            counted[item.post] += item.count
    return sorted(
        (replace(post, clicks=counted[post.key]) for post in posts),
        key=lambda post: (post.at, post.key),
        reverse=True,
    )


def best(posts: Sequence[Shown]) -> Shown | None:
    """Return the post with most clicks, the newest of equals; None without posts."""
    return max(posts, key=lambda post: (post.clicks, post.at, post.key), default=None)


@dataclass(frozen=True, slots=True)
class Share:
    """How the showings of the period were spread.

    Attributes:
        own: Showings of this producer.
        total: Showings of all; a post of two producers shows both.
        producers: Those who had any.
    """

    own: int
    total: int
    producers: int

    @property
    def even(self) -> float | None:
        """Return the even part of each who was shown; None when nobody was."""
        return self.total / self.producers if self.producers else None


def share(producer: str, tallies: Mapping[str, Tally]) -> Share:
    """Return a producer's part of the showings."""
    shown = {code: tally.posts for code, tally in tallies.items() if tally.posts}
    return Share(shown.get(producer, 0), sum(shown.values()), len(shown))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart.

    Attributes:
        links, qr: Clicks by persons; None for days that have not come, and for those before the
            producer's first post: there was nothing to click.
        running: Its last day is not over: the bar may still grow.
    """

    span: Period
    links: int | None
    qr: int | None
    running: bool


def bars(
    whole: Period, visits: Sequence[Visits], today: date, own_began: date | None
) -> tuple[Bar, ...]:
    """Return the clicks of a period by day, week or month, whichever can be read at a glance."""
    found = []
    for span in spans(whole):
        inside = [item for item in visits if item.visitor == "person" and item.day in span]
        if not inside and (span.first > today or own_began is None or span.last < own_began):
            found.append(Bar(span, None, None, running=False))
            continue
        links, qr = (
            sum(item.count for item in inside if item.via == via) for via in ("link", "qr")
        )
        found.append(Bar(span, links, qr, running=span.last >= today))
    return tuple(found)
