"""The calls about orders."""

from collections.abc import Iterator
from typing import Any

from promoter.sandbox.shopee import sales
from promoter.sandbox.shopee.items import Items, Record
from promoter.sandbox.shopee.reply import Call, Refusal, Reply
from promoter.sandbox.shopee.sales import Order
from promoter.sandbox.shopee.shape import Kind, Param, wrong

LONGEST_SECONDS = 15 * sales.DAY
MODULE = "common."

LIST = {
    "time_range_field": Param(Kind.TEXT, required=True),
    "time_from": Param(Kind.INTEGER, required=True),
    "time_to": Param(Kind.INTEGER, required=True),
    "page_size": Param(Kind.INTEGER, required=True, low=1, high=100),
    "cursor": Param(Kind.TEXT),
    "order_status": Param(Kind.TEXT),
    "response_optional_fields": Param(Kind.TEXT),
}
DETAIL = {
    "order_sn_list": Param(Kind.TEXT, required=True, separator=",", low=1, high=50),
    "response_optional_fields": Param(Kind.TEXT, separator=","),
}
STATUSES = (
    "UNPAID",
    "READY_TO_SHIP",
    "PROCESSED",
    "SHIPPED",
    "COMPLETED",
    "IN_CANCEL",
    "CANCELLED",
    "INVOICE_PENDING",
)
OPTIONAL = frozenset({"item_list", "total_amount", "pay_time", "cancel_by", "cancel_reason"})
"""What may be asked for beside what always comes; people and parcels are not simulated."""


class Orders:
    """Answers from the simulated orders of a shop's items."""

    def __init__(self, items: Items) -> None:
        """Know the items."""
        self._items = items

    def listed(self, call: Call) -> Reply:
        """Return a page of the orders that were made or changed in a span, oldest first."""
        given = call.given
        since, until = given["time_from"], given["time_to"]
        if not since < until <= since + LONGEST_SECONDS:
            message = "Start time must be earlier than end time and diff in 15days."
            raise Refusal("order.order_list_invalid_time", message)
        by_update = _by_update(given["time_range_field"])
        status = given.get("order_status") or None
        if status and status not in STATUSES:
            raise wrong(MODULE, f"unknown order_status {status}")
        found = []
        for order, _ in self._made(call, since - sales.COMPLETED_SECONDS, until):
            at = order.updated(call.second) if by_update else order.created
            if since <= at <= until and status in (None, order.status(call.second)):
                found.append((at, order.sn, order))
        return _page(call, [order for _, _, order in sorted(found, key=lambda one: one[:2])])

    def detail(self, call: Call) -> Reply:
        """Return orders by number; unknown ones are left out."""
        wanted = call.given["order_sn_list"]
        fields = set(call.given.get("response_optional_fields", []))
        for name in fields - OPTIONAL - {""}:
            raise wrong(MODULE, f"unknown field {name}")
        found: dict[str, tuple[Order, Record]] = {}
        for span in filter(None, {sales.local_day(sn) for sn in wanted}):
            made = self._made(call, *span)
            found |= {order.sn: (order, record) for order, record in made}
        shown = [_detail(*found[sn], fields, call.second) for sn in wanted if sn in found]
        if not shown:
            raise Refusal("common.error_not_found", "Wrong parameters, detail: no such order.")
        return Reply({"order_list": shown}, warning=None)

    def _made(self, call: Call, since: int, until: int) -> Iterator[tuple[Order, Record]]:
        until = min(until, call.second)
        for id_, record in self._items.of_shop(call.shop, call.second):
            for order in sales.orders(id_, record, since, until):
                yield order, record


def _by_update(field: str) -> bool:
    if field not in ("create_time", "update_time"):
        raise wrong(MODULE, "time_range_field must be create_time or update_time")
    return field == "update_time"


def _page(call: Call, found: list[Order]) -> Reply:
    cursor = call.given.get("cursor", "")
    if cursor and not cursor.isdecimal():
        raise wrong(MODULE, "the cursor is not known")
    start = int(cursor or 0)
    end = start + call.given["page_size"]
    with_status = call.given.get("response_optional_fields") == "order_status"
    shown = [
        {"order_sn": order.sn}
        | ({"order_status": order.status(call.second)} if with_status else {})
        for order in found[start:end]
    ]
    more = end < len(found)
    next_cursor = str(end) if more else ""
    response = {"more": more, "next_cursor": next_cursor, "order_list": shown}
    return Reply(response, warning=None)


def _detail(order: Order, record: Record, fields: set[str], second: int) -> dict[str, Any]:
    status = order.status(second)
    cancelled = status == "CANCELLED"
    amount = float(order.price * order.quantity)
    shown = {
        "order_sn": order.sn,
        "region": "VN",
        "currency": "VND",
        "cod": False,
        "order_status": status,
        "message_to_seller": "",
        "create_time": order.created,
        "update_time": order.updated(second),
        "days_to_ship": 2,
        "ship_by_date": order.created + 2 * sales.DAY,
    }
    optional = {
        "item_list": [_line(order, record, cancelled=cancelled)],
        "total_amount": amount,
        "pay_time": order.created,
        "cancel_by": "buyer" if cancelled else "",
        "cancel_reason": "CHANGE_OF_MIND" if cancelled else "",
    }
    return shown | {name: value for name, value in optional.items() if name in fields}


def _line(order: Order, record: Record, *, cancelled: bool) -> dict[str, Any]:
    given = record["given"]
    return {
        "item_id": int(order.item_id),
        "item_name": given["item_name"],
        "item_sku": given.get("item_sku", ""),
        "model_id": 0,
        "model_name": "",
        "model_sku": "",
        "model_quantity_purchased": order.quantity,
        "model_original_price": float(order.price),
        "model_discounted_price": float(order.price),
        "cancelled_qty": order.quantity if cancelled else 0,
        "wholesale": False,
        "weight": float(given["weight"]),
        "order_item_id": int(order.item_id),
        "promotion_type": "",
        "promotion_id": 0,
    }
