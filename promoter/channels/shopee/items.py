"""The shop's listings: looked up by number or SKU, made, changed, shown and hidden."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel

from promoter.channels.shopee.verdict import Gone, Unsearchable, refusal
from promoter.channels.shopee.wire import Many, Reply, Wire
from promoter.core.model import Media
from promoter.remote.answer import Answer

BATCH = 50
"""Listings that one call takes."""

PAGES = 10
"""Pages of a list that are read at most."""

RECENT = timedelta(hours=3)
"""How far back the list of changed listings is read: longer than any pause between two tries."""

AHEAD = timedelta(minutes=5)
"""How far the service's clock may be ahead of ours; more, and it takes no call of ours."""

LISTED = 100
"""Listings on a page of that list; the most that the service gives."""

NORMAL, REVIEWING, UNLIST, BANNED = "NORMAL", "REVIEWING", "UNLIST", "BANNED"
STATUSES = (NORMAL, REVIEWING, UNLIST, BANNED)
"""States of a listing that exists, first the one that is meant when several carry one SKU."""

DELETED = "DELETED"
"""What is said here of a listing that the shop does not know, or knows as deleted."""

_OF_ALL: list[tuple[str, object]] = [("item_status", status) for status in STATUSES]

Write = Callable[[str, Mapping[str, Any]], Answer]
"""`upload` or `publish` of the wire: whether the public sees what is written."""

Entry = TypeVar("Entry")


class _Price(BaseModel):
    original_price: Decimal


class _Pictures(BaseModel):
    image_id_list: list[str] | None = None


class Item(BaseModel):
    """A listing as the shop has it.

    Attributes:
        price_info: Of a listing without variants.
    """

    item_id: int
    item_status: str
    item_sku: str | None = None
    item_name: str | None = None
    description: str | None = None
    price_info: Many[_Price] = []
    image: _Pictures | None = None

    @property
    def exists(self) -> bool:
        """Return False for one that was deleted, which the service remembers for months."""
        return not self.item_status.endswith("DELETE")

    @property
    def price(self) -> Decimal | None:
        """Return the price before any promotion; None if the service does not tell one."""
        return self.price_info[0].original_price if self.price_info else None

    def costs(self, amount: int) -> bool:
        """Tell whether the price is right in đồng, or not told, as of a listing with variants."""
        return self.price in (None, amount)

    @property
    def pictures(self) -> list[str] | None:
        """Return the ids of its pictures in order; None if the service does not tell them."""
        return self.image.image_id_list if self.image else None


class _Items(BaseModel):
    item_list: Many[Item] = []


class _Found(BaseModel):
    item_id_list: Many[int] = []
    next_offset: str | None = None


class _Entry(BaseModel):
    item_id: int


class _Listed(BaseModel):
    item: Many[_Entry] = []
    has_next_page: bool = False
    next_offset: int | None = None


class _Added(BaseModel):
    item_id: int


class _Failure(BaseModel):
    failed_reason: str | None = None


class _Shown(BaseModel):
    item_id: int
    unlist: bool


class _Shows(BaseModel):
    failure_list: Many[_Failure] = []
    success_list: Many[_Shown] = []


class _Prices(BaseModel):
    failure_list: Many[_Failure] = []
    success_list: Many[_Price] = []


class _ImageInfo(BaseModel):
    image_id: str = ""


class _Upload(BaseModel):
    error: str | None = None
    message: str | None = None


class _Uploaded(BaseModel):
    image_info: _ImageInfo
    image_info_list: Many[_Upload] = []


def each(read: Callable[[Sequence[int]], list[Entry]], ids: Sequence[int]) -> Iterator[Entry]:
    """Yield what is read of many listings; one that is gone does not take the others along."""
    for start in range(0, len(ids), BATCH):
        yield from _without_gone(read, ids[start : start + BATCH])


def _without_gone(read: Callable[[Sequence[int]], list[Entry]], ids: Sequence[int]) -> list[Entry]:
    try:
        return read(ids)
    except Gone:
        if len(ids) == 1:
            return []
    half = len(ids) // 2
    return _without_gone(read, ids[:half]) + _without_gone(read, ids[half:])


class Items:
    """The listings of one shop."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self, number: int) -> Item | None:
        """Return a listing; None if the shop has none of that number."""
        found = (item for item in each(self._read, [number]) if item.item_id == number)
        return next((item for item in found if item.exists), None)

    def by_sku(self, sku: str) -> Item | None:
        """Return the listing of an SKU; None if none is found, which is not sure.

        The search is fuzzy, may lag by minutes, and its error list still knows a time before SKUs;
        so what it does not show is also looked for among the listings that changed lately.
        """
        found = self._exact(self._searched(sku), sku) or self._exact(self._recent(), sku)
        return min(found, key=_rank, default=None)

    def add(self, content: Mapping[str, Any]) -> int:
        """Make a hidden listing and return its number."""
        answer = self._wire.upload("product/add_item", {**content, "item_status": UNLIST})
        return answer.parse(Reply[_Added]).response.item_id

    def upload(self, picture: Media) -> str:
        """Upload a picture and return its id."""
        suffix = picture.mime.rpartition("/")[2]
        file = (f"{picture.sha256}.{suffix}", picture.data or b"", picture.mime)
        answer = self._wire.upload_file("media_space/upload_image", "image", file)
        uploaded = answer.parse(Reply[_Uploaded]).response
        for entry in uploaded.image_info_list:  # it may fail inside of a success
            if entry.error:
                raise refusal(answer, entry.message or entry.error)
        if not uploaded.image_info.image_id:
            raise answer.unreadable()
        return uploaded.image_info.image_id

    def change(self, number: int, content: Mapping[str, Any], write: Write) -> None:
        """Replace some fields of a listing."""
        write("product/update_item", {"item_id": number, **content})

    def set_price(self, number: int, price: int, write: Write) -> None:
        """Replace the price, in đồng."""
        prices = [{"model_id": 0, "original_price": price}]
        answer = write("product/update_price", {"item_id": number, "price_list": prices})
        done = answer.parse(Reply[_Prices]).response
        _check(answer, done.failure_list)
        if not done.success_list:
            raise answer.unreadable()

    def hide(self, number: int, *, hidden: bool) -> None:
        """Hide a listing from the public, or show it."""
        entry = {"item_id": number, "unlist": hidden}
        answer = self._wire.publish("product/unlist_item", {"item_list": [entry]})
        done = answer.parse(Reply[_Shows]).response
        _check(answer, done.failure_list)
        if [entry.model_dump() for entry in done.success_list] != [entry]:
            raise answer.unreadable()

    def _read(self, numbers: Sequence[int]) -> list[Item]:
        query = [("item_id_list", ",".join(map(str, numbers)))]
        answer = self._wire.read("product/get_item_base_info", query)
        return answer.parse(Reply[_Items]).response.item_list

    def _exact(self, numbers: Sequence[int], sku: str) -> list[Item]:
        items = each(self._read, numbers)
        return [item for item in items if item.item_sku == sku and item.exists]

    def _searched(self, sku: str) -> list[int]:
        numbers: list[int] = []
        offset: str | None = None
        try:
            for _ in range(PAGES):
                query = [("item_sku", sku), ("page_size", LISTED), *_OF_ALL]
                query += [("offset", offset)] if offset else []
                found = self._wire.read("product/search_item", query).parse(Reply[_Found]).response
                numbers += found.item_id_list
                offset = found.next_offset
                if not offset or not found.item_id_list:
                    break
        except (Unsearchable, Gone):  # its error list has two ways to say that nothing fits
            pass
        return numbers

    def _recent(self) -> list[int]:
        try:
            return self._changed()
        except Gone:  # nothing changed lately
            return []

    def _changed(self) -> list[int]:
        now = self._wire.clock()
        numbers: list[int] = []
        offset = 0
        for _ in range(PAGES):
            query: list[tuple[str, object]] = [
                *_OF_ALL,
                ("update_time_from", int((now - RECENT).timestamp())),
                ("update_time_to", int((now + AHEAD).timestamp())),
                ("offset", offset),
                ("page_size", LISTED),
            ]
            answer = self._wire.read("product/get_item_list", query)
            listed = answer.parse(Reply[_Listed]).response
            numbers += [entry.item_id for entry in listed.item]
            if not listed.has_next_page or not listed.next_offset:
                break
            offset = listed.next_offset
        return numbers


def _rank(item: Item) -> tuple[int, int]:
    known = item.item_status in STATUSES
    return STATUSES.index(item.item_status) if known else len(STATUSES), item.item_id


def _check(answer: Answer, failures: Sequence[_Failure]) -> None:
    """Raise what failed; the list is there although the answer is a success."""
    if failures:
        raise refusal(answer, failures[0].failed_reason or "?")
