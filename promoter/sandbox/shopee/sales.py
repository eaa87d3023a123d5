"""Simulated interest in items: views by the day, and orders while the public sees them.

All of it is drawn from an item's id and the day of its life, so the same question gets the same
answer, and what an item was sold is the sum of its orders.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from promoter.sandbox.engagement import draw
from promoter.sandbox.shopee.items import Record, price_at, public

DAY = 86_400
WINDOW_SECONDS = 30 * DAY
"""What the service counts views over, so that they may fall."""
SHIPPED_SECONDS, COMPLETED_SECONDS = 12 * 3_600, 4 * DAY
CANCELLED_WITHIN_SECONDS = 6 * 3_600
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Order:
    """An order of one item.

    Attributes:
        created: Second.
        price: Of one, in đồng.
        cancelled: Second, or None if it never will be.
    """

    sn: str
    item_id: str
    created: int
    quantity: int
    price: int
    cancelled: int | None

    def status(self, second: int) -> str:
        """Return its status at a moment."""
        if self.cancelled is not None:
            return "READY_TO_SHIP" if second < self.cancelled else "CANCELLED"
        if second < self.created + SHIPPED_SECONDS:
            return "READY_TO_SHIP"
        return "SHIPPED" if second < self.created + COMPLETED_SECONDS else "COMPLETED"

    def updated(self, second: int) -> int:
        """Return when, before a moment, its status last changed."""
        changes = [self.created + SHIPPED_SECONDS, self.created + COMPLETED_SECONDS]
        if self.cancelled is not None:
            changes = [self.cancelled]
        return max([self.created, *(change for change in changes if change <= second)])


def orders(id_: str, record: Record, since: int, until: int) -> Iterator[Order]:
    """Yield the orders of an item that were made from `since` to `until`, oldest first."""
    periods = list(public(record, until + 1))
    born = record["created"]
    for day in range(max(since - born, 0) // DAY, (until - born) // DAY + 1):
        popularity = draw(1, 3, "popularity", id_)
        count = draw(0, popularity, "orders", id_, str(day))
        made = (_order(id_, record, day, number) for number in range(count))
        for order in sorted(made, key=lambda one: one.created):
            seen = any(start <= order.created < stop for start, stop in periods)
            if seen and since <= order.created <= until:
                yield order


def sold(id_: str, record: Record, second: int) -> int:
    """Return how many were sold so far; what will be cancelled is never counted."""
    made = orders(id_, record, record["created"], second)
    return sum(order.quantity for order in made if order.cancelled is None)


def views(id_: str, record: Record, second: int) -> int:
    """Return the views of the last 30 days."""
    return _viewed(id_, record, second - WINDOW_SECONDS, second)


def likes(id_: str, record: Record, second: int) -> int:
    """Return how many people like an item."""
    share = draw(15, 60, "likes", id_)
    return _viewed(id_, record, record["created"], second) * share // 1_000


def comments(id_: str, record: Record, second: int) -> int:
    """Return how many buyers wrote about an item: every third, after the order is completed."""
    made = orders(id_, record, record["created"], second)
    return sum(order.status(second) == "COMPLETED" for order in made) // 3


def stars(id_: str, record: Record, second: int) -> float:
    """Return the rating, 0 while there is none."""
    return draw(41, 50, "stars", id_) / 10 if comments(id_, record, second) else 0.0


def local_day(sn: str) -> tuple[int, int] | None:
    """Return first and last second of the day that an order's number begins with, or None."""
    try:
        start = datetime.strptime(sn[:6], "%y%m%d").replace(tzinfo=UTC) - timedelta(hours=7)
    except ValueError:
        return None
    first = int(start.timestamp())
    return first, first + DAY - 1


def _order(id_: str, record: Record, day: int, number: int) -> Order:
    seed = (id_, str(day), str(number))
    created = record["created"] + day * DAY + draw(0, DAY - 1, "time", *seed)
    cancelled = None
    if draw(1, 8, "cancelled", *seed) == 1:
        cancelled = created + draw(600, CANCELLED_WITHIN_SECONDS, "cancelled after", *seed)
    quantity = draw(1, 3, "quantity", *seed)
    price = price_at(record, created)
    return Order(_number(created, seed), id_, created, quantity, price, cancelled)


def _number(created: int, seed: tuple[str, ...]) -> str:
    local = datetime.fromtimestamp(created, UTC) + timedelta(hours=7)
    rest = int.from_bytes(hashlib.blake2b("/".join(seed).encode(), digest_size=8).digest())
    letters = []
    for _ in range(8):
        rest, place = divmod(rest, len(_LETTERS))
        letters.append(_LETTERS[place])
    return f"{local:%y%m%d}{''.join(letters)}"


def _viewed(id_: str, record: Record, since: int, until: int) -> int:
    born = record["created"]
    return sum(
        _viewed_between(id_, max(start, since) - born, stop - born)
        for start, stop in public(record, until)
        if stop > since
    )


def _viewed_between(id_: str, start: int, stop: int) -> int:
    """Return the views between two seconds of an item's life; spans that meet add up."""
    total = 0
    for day in range(start // DAY, stop // DAY + 1):
        many = _of_day(id_, day)
        since, until = max(start - day * DAY, 0), min(stop - day * DAY, DAY)
        total += many * until // DAY - many * since // DAY
    return total


def _of_day(id_: str, day: int) -> int:
    """Return the views of a whole day: a new item draws more than one that is known."""
    boost = 4 if day < 3 else 2 if day < 14 else 1
    return draw(8, 40, "views", id_, str(day)) * boost
