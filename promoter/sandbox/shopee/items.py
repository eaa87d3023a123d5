"""The items on the shelf: whose they are, who sees them when, and in which form they are kept."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from promoter.sandbox.contract import LAG_SECONDS, Fault
from promoter.sandbox.shelf import Shelf

REVIEW_SECONDS = 10 * 60
KEPT_SECONDS = 90 * 86_400
"""How long a deleted item can still be read."""
FIRST_ID = 25_812_400_000
"""More than 32 bits, as the service's are today."""

Record = dict[str, Any]
"""An item: `shop`, `created`, `updated`, `listed_from`, `shown` (pairs of from and until, open at
the end while it is offered), `banned`, `deleted` (None while it is not), `prices` (pairs of from
and price) and `given`, its fields."""

_FORBIDDEN_WORD = re.compile(r"\bCẤM\b")


class Items:
    """Keeps items; all moments are seconds."""

    def __init__(self, shelf: Shelf, *, review: bool) -> None:
        """Open them.

        Args:
            review: Whether items are looked at before the public sees them.
        """
        self._shelf, self._review = shelf, review

    def add(self, shop: str, given: Record, second: int, fault: Fault | None) -> str:
        """Keep a new item, and return its id."""
        id_ = str(FIRST_ID + self._shelf.number())
        status = given.pop("item_status", "NORMAL")
        record: Record = {
            "shop": shop,
            "created": second,
            "shown": [],
            "banned": False,
            "deleted": None,
            "prices": [[second, int(given["original_price"])]],
            "given": given,
        }
        if status == "NORMAL":
            self.show(record, second)
        self.save(id_, record, second, fault)
        return id_

    def show(self, record: Record, second: int) -> None:
        """Offer an item, after its review where there is one; offered already, it stays so."""
        if not is_offered(record):
            wait = REVIEW_SECONDS if self._review else 0
            record["shown"].append([second + wait, None])

    def hide(self, record: Record, second: int) -> None:
        """Offer an item no longer."""
        if is_offered(record):
            start = record["shown"][-1][0]
            record["shown"][-1][1] = start if record["banned"] else max(second, start)

    def look_again(self, record: Record, second: int) -> None:
        """Take an item that the public sees out of its sight until it is reviewed, if it is."""
        if self._review and status(record, second) == "NORMAL":
            self.hide(record, second)
            self.show(record, second)

    def save(self, id_: str, record: Record, second: int, fault: Fault | None) -> None:
        """Keep what changed, with the service's own quirks."""
        given = record["given"]
        if fault is Fault.REWRITTEN:
            for name in ("item_name", "description"):
                given[name] = " ".join(given[name].split())
        if status(record, second) == "REVIEWING":
            name = unicodedata.normalize("NFC", given["item_name"])
            record["banned"] = bool(_FORBIDDEN_WORD.search(name))
        lag = LAG_SECONDS if fault is Fault.LAGGING else 0
        record["listed_from"] = max(record.get("listed_from", 0), second + lag)
        record["updated"] = second
        self._shelf.put("item", id_, record)

    def get(self, id_: int, second: int) -> Record | None:
        """Return an item of any shop, or None if there is none (any more)."""
        record = self._shelf.get("item", str(id_))
        return record if record and _is_kept(record, second) else None

    def of_shop(self, shop: str, second: int) -> Iterator[tuple[str, Record]]:
        """Yield the items of a shop, oldest first, the deleted ones that are kept among them."""
        for id_, record in self._shelf.all("item").items():
            if record["shop"] == shop and _is_kept(record, second):
                yield id_, record

    def listed(self, shop: str, second: int) -> Iterator[tuple[str, Record]]:
        """Yield those that lists and searches know by now."""
        for id_, record in self.of_shop(shop, second):
            if record["listed_from"] <= second:
                yield id_, record


def is_offered(record: Record) -> bool:
    """Tell whether the seller wants the public to see an item."""
    return bool(record["shown"]) and record["shown"][-1][1] is None


def status(record: Record, second: int) -> str:
    """Return the status of an item at a moment."""
    if record["deleted"] is not None:
        return "SELLER_DELETE"
    if not is_offered(record):
        return "UNLIST"
    if second < record["shown"][-1][0]:
        return "REVIEWING"
    return "BANNED" if record["banned"] else "NORMAL"


def public(record: Record, second: int) -> Iterator[tuple[int, int]]:
    """Yield from when until when the public saw an item, up to a moment."""
    for start, end in record["shown"]:
        stop = min(second, second if end is None else end)
        if start < stop and not (record["banned"] and end is None):
            yield start, stop


def price_at(record: Record, second: int) -> int:
    """Return the price of an item at a moment, in đồng."""
    return int(next(price for since, price in reversed(record["prices"]) if since <= second))


def _is_kept(record: Record, second: int) -> bool:
    return record["deleted"] is None or second <= record["deleted"] + KEPT_SECONDS
