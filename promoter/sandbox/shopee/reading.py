"""The calls that read items: lists, search, what an item is, and what became of it."""

import base64
import binascii
from typing import Any

from promoter.sandbox.shopee import sales
from promoter.sandbox.shopee.attributes import of_category
from promoter.sandbox.shopee.items import Items, Record, status
from promoter.sandbox.shopee.listing import DAYS_TO_SHIP
from promoter.sandbox.shopee.media import url
from promoter.sandbox.shopee.reply import Call, Refusal, Reply
from promoter.sandbox.shopee.shape import Kind, Param, wrong
from promoter.sandbox.shopee.shipping import CHANNELS

STATUSES = frozenset({"NORMAL", "BANNED", "UNLIST", "REVIEWING", "SELLER_DELETE", "SHOPEE_DELETE"})
MODULE = "product."

_PAGE = Param(Kind.INTEGER, required=True, low=1, high=100)
SEARCH = {
    "offset": Param(Kind.TEXT),
    "page_size": _PAGE,
    "item_name": Param(Kind.TEXT),
    "attribute_status": Param(Kind.INTEGER, low=1, high=2),
    "item_sku": Param(Kind.TEXT),
    "item_status": Param(Kind.TEXT, separator="&"),
}
LIST = {
    "offset": Param(Kind.INTEGER, required=True),
    "page_size": _PAGE,
    "item_status": Param(Kind.TEXT, required=True, separator="&"),
    "update_time_from": Param(Kind.INTEGER),
    "update_time_to": Param(Kind.INTEGER),
}
INFO = {"item_id_list": Param(Kind.INTEGER, required=True, separator=",", low=1, high=50)}


class Reading:
    """Reads the items of the shop that calls."""

    def __init__(self, items: Items, *, strict_search: bool) -> None:
        """Know the items.

        Args:
            strict_search: Whether a search that finds nothing is refused.
        """
        self._items, self._strict = items, strict_search

    def search(self, call: Call) -> Reply:
        """Return ids of items whose SKU begins like the one asked for; or else by name.

        Without `item_status` deleted items are found, too: nothing documented says otherwise.
        """
        given = call.given
        if not given.keys() & {"item_name", "attribute_status", "item_sku"}:
            message = "request must set one of [item_name,attribute_status]"
            raise Refusal("product.error_param", message)
        statuses = _statuses(given.get("item_status")) or STATUSES
        found = [
            int(id_)
            for id_, record in self._items.listed(call.shop, call.second)
            if status(record, call.second) in statuses and _fits(record, given)
        ]
        if self._strict and not found:
            raise Refusal("product.error_item_not_found", "Product not found")
        after = _position(given.get("offset", ""))
        rest = [id_ for id_ in found if id_ > after]
        page = rest[: given["page_size"]]
        more = _offset(page[-1]) if len(rest) > len(page) else ""
        return Reply({"item_id_list": page, "next_offset": more, "total_count": len(found)})

    def listed(self, call: Call) -> Reply:
        """Return a page of items by status and time of change, oldest item first."""
        given = call.given
        statuses = _statuses(given["item_status"])
        since = given.get("update_time_from", 0)
        until = given.get("update_time_to", sales.DAY * 365_000)
        if until <= since:
            message = "Update_time_to should be later than update_time_from."
            raise Refusal("product.error_update_time_range", message)
        found = [
            {
                "item_id": int(id_),
                "item_status": status(record, call.second),
                "update_time": record["updated"],
                "tag": {"kit": False},
            }
            for id_, record in self._items.listed(call.shop, call.second)
            if status(record, call.second) in statuses and since <= record["updated"] <= until
        ]
        start, end = given["offset"], given["offset"] + given["page_size"]
        more = end < len(found)
        response = {"item": found[start:end], "total_count": len(found), "has_next_page": more}
        return Reply(response | ({"next_offset": end} if more else {}))

    def base(self, call: Call) -> Reply:
        """Return what items are; unknown ones are left out."""
        shown = [_base(id_, record, call.second) for id_, record in self._asked(call)]
        return Reply({"item_list": shown})

    def extra(self, call: Call) -> Reply:
        """Return what became of items; unknown ones are left out."""
        shown = [_extra(str(id_), record, call.second) for id_, record in self._asked(call)]
        return Reply({"item_list": shown})

    def _asked(self, call: Call) -> list[tuple[int, Record]]:
        asked = [(id_, self._items.get(id_, call.second)) for id_ in call.given["item_id_list"]]
        own = [(id_, record) for id_, record in asked if record and record["shop"] == call.shop]
        if not own:
            raise Refusal("product.error_item_not_found", "Item_id is not found.")
        return own


def _statuses(given: list[str] | None) -> frozenset[str]:
    unknown = set(given or []) - STATUSES
    if unknown:
        raise Refusal("product.error_param_item_status", "Item status error.")
    return frozenset(given or [])


def _fits(record: Record, given: Any) -> bool:
    """Tell whether an item fits a search: by SKU, which goes before the name, and attributes."""
    item = record["given"]
    if "item_sku" in given:
        if not item.get("item_sku", "").lower().startswith(given["item_sku"].lower()):
            return False
    elif given.get("item_name", "").lower() not in item["item_name"].lower():
        return False
    if "attribute_status" not in given:
        return True
    lacking = given["attribute_status"] == 2 and not item.get("attribute_list")
    return bool(lacking)


def _offset(id_: int) -> str:
    return base64.urlsafe_b64encode(f"after {id_}".encode()).decode()


def _position(offset: str) -> int:
    """Return the id that an opaque offset stands for; the documentation's samples begin with 0."""
    if offset in ("", "0"):
        return 0
    try:
        word, _, id_ = base64.urlsafe_b64decode(offset).decode().partition(" ")
        if word == "after":
            return int(id_)
    except (ValueError, binascii.Error):
        pass
    raise wrong(MODULE, "the offset is not known")


def _base(id_: int, record: Record, second: int) -> dict[str, Any]:
    given = record["given"]
    images = given["image"]["image_id_list"]
    price, stock = given["original_price"], given["seller_stock"][0]["stock"]
    return {
        "item_id": id_,
        "category_id": given["category_id"],
        "item_name": given["item_name"],
        "description": given["description"],
        "description_type": "normal",
        "item_sku": given.get("item_sku", ""),
        "create_time": record["created"],
        "update_time": record["updated"],
        "attribute_list": _attributes(given),
        "price_info": [{"currency": "VND", "original_price": price, "current_price": price}],
        "image": {
            "image_id_list": images,
            "image_url_list": [url(image) for image in images],
            "image_ratio": "1:1",
        },
        "weight": str(given["weight"]),
        "dimension": given["dimension"],
        "logistic_info": [_channel(entry) for entry in given["logistic_info"]],
        "pre_order": given.get("pre_order")
        or {"is_pre_order": False, "days_to_ship": DAYS_TO_SHIP},
        "condition": given.get("condition", "NEW"),
        "size_chart": "",
        "item_status": status(record, second),
        "deboost": False,
        "has_model": False,
        "promotion_id": 0,
        "brand": given["brand"],
        "item_dangerous": 0,
        "gtin_code": given.get("gtin_code", ""),
        "stock_info_v2": {
            "summary_info": {"total_reserved_stock": 0, "total_available_stock": stock},
            "seller_stock": [{"location_id": "", "stock": stock, "if_saleable": True}],
            "shopee_stock": [],
        },
    }


def _attributes(given: Record) -> list[dict[str, Any]]:
    known = {attribute.id: attribute for attribute in of_category(given["category_id"])}
    return [
        {
            "attribute_id": entry["attribute_id"],
            "original_attribute_name": known[entry["attribute_id"]].english,
            "is_mandatory": known[entry["attribute_id"]].mandatory,
            "attribute_value_list": entry.get("attribute_value_list") or [],
        }
        for entry in given.get("attribute_list") or []
    ]


def _channel(entry: Record) -> dict[str, Any]:
    name = CHANNELS[entry["logistic_id"]].name
    return {"logistic_name": name, "is_free": False, **entry}


def _extra(id_: str, record: Record, second: int) -> dict[str, Any]:
    return {
        "item_id": int(id_),
        "sale": sales.sold(id_, record, second),
        "views": sales.views(id_, record, second),
        "likes": sales.likes(id_, record, second),
        "rating_star": sales.stars(id_, record, second),
        "comment_count": sales.comments(id_, record, second),
    }
