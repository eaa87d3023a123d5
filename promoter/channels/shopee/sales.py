"""What the shop counts: visits and likes of its listings, and what was ordered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel

from promoter.channels.shopee.items import BATCH, each
from promoter.channels.shopee.wire import Many, Reply, Wire
from promoter.core.errors import ChannelError
from promoter.core.model import Metric, Quality, Window

SPAN = timedelta(days=15)
"""Longest time that one list of orders covers."""

SPANS = 2
"""So many of them are read: 30 days, as the service counts visits."""

ORDERS = 100
"""Orders on a page; the most that the service gives."""

PAGES = 50
"""Pages of a span that are read; of a shop that sells more, orders are not counted at all."""

CANCELLED = "CANCELLED"


class _Extra(BaseModel):
    item_id: int
    views: int | None = None
    likes: int | None = None
    sale: int | None = None


class _Extras(BaseModel):
    item_list: Many[_Extra] = []


class _Order(BaseModel):
    order_sn: str


class _Orders(BaseModel):
    more: bool = False
    next_cursor: str | None = None
    order_list: Many[_Order]


class _Line(BaseModel):
    item_id: int
    model_quantity_purchased: int
    model_discounted_price: Decimal
    cancelled_qty: int | None = None


class _Detail(BaseModel):
    order_sn: str
    order_status: str
    item_list: Many[_Line]


class _Details(BaseModel):
    order_list: Many[_Detail]


@dataclass(frozen=True, slots=True)
class _Sold:
    orders: int = 0
    revenue: Decimal = Decimal(0)


def metrics(wire: Wire, listings: Mapping[int, str], now: datetime) -> list[Metric]:
    """Return what is known of listings.

    Args:
        listings: Our remote ids by the service's numbers.
    """

    def read(numbers: Sequence[int]) -> list[_Extra]:
        query = [("item_id_list", ",".join(map(str, numbers)))]
        answer = wire.read("product/get_item_extra_info", query)
        return answer.parse(Reply[_Extras]).response.item_list

    counted = {item.item_id: item for item in each(read, list(listings))}
    sold = _sold(wire, now) if counted else None
    return [
        Metric(listings[number], name, value, window, now, Quality.EXACT)
        for number, extra in counted.items()
        if number in listings
        for name, value, window in _counts(extra, sold)
    ]


def _counts(extra: _Extra, sold: Mapping[int, _Sold] | None) -> Iterator[tuple[str, int, Window]]:
    found = [
        ("views", extra.views, Window.ROLLING_30_DAYS),
        ("likes", extra.likes, Window.CUMULATIVE),
        ("units", extra.sale, Window.CUMULATIVE),
    ]
    if sold is not None:  # all orders were read: a listing that is in none has none
        own = sold.get(extra.item_id, _Sold())
        revenue = int(own.revenue.to_integral_value(ROUND_HALF_UP))
        found += [
            ("orders", own.orders, Window.ROLLING_30_DAYS),
            ("revenue", revenue, Window.ROLLING_30_DAYS),
        ]
    return ((name, value, window) for name, value, window in found if value is not None)


def _sold(wire: Wire, now: datetime) -> dict[int, _Sold] | None:
    """Return what was ordered of each listing; None if it may not, or cannot, be read whole.

    Whatever stands in the way (the app may be allowed to manage products alone), the numbers that
    were read before are kept.
    """
    names: dict[str, None] = {}
    try:
        for back in range(SPANS, 0, -1):
            found = _orders(wire, now - back * SPAN, now - (back - 1) * SPAN)
            if found is None:
                return None
            names |= dict.fromkeys(found)  # an order on the border is in both
        details = {order.order_sn: order for order in _details(wire, list(names))}
    except ChannelError:
        return None
    return _summed(details.values()) if names.keys() <= details.keys() else None


def _orders(wire: Wire, start: datetime, end: datetime) -> list[str] | None:
    names: list[str] = []
    cursor = ""
    for _ in range(PAGES):
        query: list[tuple[str, object]] = [
            ("time_range_field", "create_time"),
            ("time_from", int(start.timestamp())),
            ("time_to", int(end.timestamp())),
            ("page_size", ORDERS),
        ]
        query += [("cursor", cursor)] if cursor else []
        page = wire.read("order/get_order_list", query).parse(Reply[_Orders]).response
        names += [order.order_sn for order in page.order_list]
        if not page.more:
            return names
        cursor = page.next_cursor or ""
        if not cursor:
            return None
    return None


def _details(wire: Wire, names: Sequence[str]) -> Iterator[_Detail]:
    for start in range(0, len(names), BATCH):
        query = [
            ("order_sn_list", ",".join(names[start : start + BATCH])),
            ("response_optional_fields", "item_list"),
        ]
        answer = wire.read("order/get_order_detail", query)
        yield from answer.parse(Reply[_Details]).response.order_list


def _summed(orders: Iterable[_Detail]) -> dict[int, _Sold]:
    sold: dict[int, _Sold] = {}
    for order in orders:
        if order.order_status == CANCELLED:
            continue
        bought: dict[int, Decimal] = {}
        for line in order.item_list:
            left = line.model_quantity_purchased - (line.cancelled_qty or 0)
            if left > 0:
                paid = bought.get(line.item_id, Decimal(0))
                bought[line.item_id] = paid + left * line.model_discounted_price
        for number, paid in bought.items():
            before = sold.get(number, _Sold())
            sold[number] = _Sold(before.orders + 1, before.revenue + paid)
    return sold
