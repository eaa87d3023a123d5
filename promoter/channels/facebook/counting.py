"""What Facebook counts of posts: counters on the post itself, and insights."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel

from promoter.channels.facebook.address import post_id
from promoter.core.errors import ChannelError, NotAuthorized, Rejected, Scope, Transient
from promoter.core.model import Metric, Quality, Receipt, Window
from promoter.remote import graph
from promoter.remote.page import Node, Page

INSIGHTS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks_by_type": "clicks",
}
"""Our names of Facebook's; of the clicks only those on links count."""

COUNTERS = "id,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"

ENOUGH = 5
"""Failures in a row after which it is the service that fails, not the posts."""

Counts = list[tuple[str, int]]


class _Counters(Node):
    shares: object = {"count": 0}  # absent means zero, by the contract
    comments: object = None
    reactions: object = None


class _Value(BaseModel):
    value: object = None


class _Insight(BaseModel):
    name: str
    period: str = "lifetime"
    values: list[_Value]


class _Insights(BaseModel):
    data: list[_Insight]


def read(page: Page, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
    """Read counters and insights, one call each for every post whose number is known.

    What goes wrong with one post leaves only its own numbers out. Reading ends when the account's
    allowance is nearly used up, or at trouble of the account; what was read before is returned.

    Raises:
        Transient, NotAuthorized: Nothing could be read.
    """
    meter = graph.Meter(graph.judge(page.version))
    reading = _Reading(replace(page, session=page.session.bound(judge=meter)), meter, now)
    for ask in (reading.counters, reading.insights):
        if not reading.may_go_on(ask, receipts):
            break
    if reading.problem and not reading.found:
        raise reading.problem
    return reading.found


class _Reading:
    """One round of reading: a metric that the API no longer knows is not asked for again.

    Attributes:
        found: What was read so far.
        problem: The last one, unless it was that a post is gone or may not be looked at.
    """

    def __init__(self, page: Page, meter: graph.Meter, now: datetime) -> None:
        self._page, self._meter, self._now = page, meter, now
        self._names = list(INSIGHTS)
        self.found: list[Metric] = []
        self.problem: ChannelError | None = None

    def may_go_on(self, ask: Callable[[str], Counts], receipts: Sequence[Receipt]) -> bool:
        """Ask about each post; return whether the account may be asked more."""
        failed = 0
        for receipt in receipts:
            if self._meter.used >= graph.BUSY:
                return False
            try:
                told = ask(post_id(receipt, self._page.id))
            except Rejected:  # it is gone, or its number is not known
                continue
            except (Transient, NotAuthorized) as problem:
                self.problem = problem
                if not isinstance(problem, Transient) or problem.scope is Scope.ACCOUNT:
                    return False
                failed += 1
                if failed == ENOUGH:
                    break
            else:
                failed = 0
                self.found += [self._metric(receipt, *named) for named in told]
        return True

    def counters(self, post: str) -> Counts:
        """Return what is counted on the post itself; nothing if it may not be looked at."""
        try:
            found = self._page.read(_Counters, post, fields=COUNTERS)
        except graph.Forbidden:
            return []
        counted = {"comments": found.comments, "reactions": found.reactions}
        return [
            *(("shares", number) for number in _inside(found.shares, "count")),
            *(
                (name, number)
                for name, each in counted.items()
                for number in _inside(each, "summary", "total_count")
            ),
        ]

    def insights(self, post: str) -> Counts:
        """Return what is known about the post's public, of the metrics that still exist."""
        try:
            return self._ask(post, self._names)
        except (graph.Missing, graph.Forbidden):  # a Page may lack the permission for all posts
            return []
        except Rejected:  # by one unknown name, all are refused
            return self._one_by_one(post)

    def _one_by_one(self, post: str) -> Counts:
        found: Counts = []
        alive = []
        for name in self._names:
            try:
                found += self._ask(post, [name])
                alive.append(name)
            except (Rejected, graph.Forbidden):
                continue
        self._names = alive or self._names  # if all are refused, it is not because of their names
        return found

    def _ask(self, post: str, names: Sequence[str]) -> Counts:
        told = self._page.read(_Insights, post, "insights", metric=",".join(names))
        return [(INSIGHTS[row.name], value) for row in told.data for value in _counted(row)]

    def _metric(self, receipt: Receipt, name: str, value: int) -> Metric:
        remote_id = receipt.remote_id
        return Metric(remote_id, name, value, Window.CUMULATIVE, self._now, Quality.EXACT)


def _counted(row: _Insight) -> list[int]:
    """Return the one number that counts in an insight, or nothing."""
    if row.name not in INSIGHTS or row.period != "lifetime" or not row.values:
        return []
    value = row.values[-1].value
    return _inside(value, "link clicks") if isinstance(value, dict) else _inside(value)


def _inside(value: object, *names: str) -> list[int]:
    """Return the number that lies under these names, or nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return [value] if type(value) is int else []  # not a bool
