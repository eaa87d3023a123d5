"""The calls that change items."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from promoter.sandbox.shopee import listing
from promoter.sandbox.shopee.items import Items, Record, is_offered, status
from promoter.sandbox.shopee.media import Pictures, url
from promoter.sandbox.shopee.reply import Call, Refusal, Reply
from promoter.sandbox.shopee.shape import Fields, Kind, Many

_MODEL = {"model_id": Kind.INTEGER}
PRICE = Fields(
    {
        "item_id": Kind.INTEGER,
        "price_list": Many(Fields({"original_price": Kind.NUMBER}, _MODEL), 1, 50),
    }
)
STOCK = Fields(
    {
        "item_id": Kind.INTEGER,
        "stock_list": Many(Fields({"seller_stock": listing.STOCK_FIELDS}, _MODEL), 1, 50),
    }
)
UNLIST = Fields({"item_list": Many(Fields({"item_id": Kind.INTEGER, "unlist": Kind.FLAG}), 1, 50)})
DELETE = Fields({"item_id": Kind.INTEGER})

PROMOTED_PRICE = "Can't update price when item is under promotion."
PROMOTED_KEPT = "Can't unlist item when item is under promotion."

Entry = Mapping[str, Any]


class Products:
    """Changes the items of the shop that calls."""

    def __init__(self, items: Items, pictures: Pictures, promoted: Collection[str]) -> None:
        """Know items and pictures.

        Args:
            promoted: SKUs of the items whose price a promotion locks, and which it keeps listed.
        """
        self._items, self._pictures = items, pictures
        self._promoted = promoted

    def add(self, call: Call) -> Reply:
        """Make a new item, whatever others have the same `item_sku`."""
        given = dict(call.given)
        self._check(call, given)
        kept = self._items.of_shop(call.shop, call.second)
        if sum(record["deleted"] is None for _, record in kept) >= listing.ITEMS_OF_A_SHOP:
            message = "Item published item count reaches limit."
            raise Refusal("product.error_reach_shop_item_limit", message)
        id_ = int(self._items.add(call.shop, given, call.second, call.fault))
        record = self._own(call, id_)
        response = _shown(id_, record, call.second)
        response["price_info"] = {
            "current_price": record["given"]["original_price"],
            "original_price": record["given"]["original_price"],
        }
        response["seller_stock"] = _stock(record)
        told = record["given"].get("attribute_list")
        return Reply(response, warning="" if told else "Some attributes of the item are not told.")

    def update(self, call: Call) -> Reply:
        """Change fields of an item; the item as a whole must be right then."""
        id_, changes = call.given["item_id"], dict(call.given)
        del changes["item_id"]
        record = self._editable(call, id_)
        given = record["given"] | changes
        self._check(call, given)
        wanted = given.pop("item_status", None)
        record["given"] = given
        if wanted == "UNLIST":
            if self._is_promoted(record):
                raise Refusal("product.error_cannt_unlisted_in_promotion", PROMOTED_KEPT)
            if reason := _why_not_hidden(record, call):
                error = "product.error_busi_cannot_delist_reviewing_or_banned_item"
                raise Refusal(error, reason)
            self._items.hide(record, call.second)
        else:
            self._items.look_again(record, call.second)
        if wanted == "NORMAL":
            self._items.show(record, call.second)
        self._items.save(str(id_), record, call.second, call.fault)
        return Reply(_shown(id_, record, call.second))

    def price(self, call: Call) -> Reply:
        """Set the price; what is refused stands in a success."""

        def change(record: Record, entry: Entry) -> Entry | Refusal:
            price = entry["original_price"]
            if self._is_promoted(record):
                return Refusal("product.error_cannt_edit_price_in_promotion", PROMOTED_PRICE)
            if problem := listing.price_problem(price):
                return problem
            record["given"]["original_price"] = price
            record["prices"].append([call.second, int(price)])
            return {"original_price": price}

        return self._each_model(call, "price_list", change)

    def stock(self, call: Call) -> Reply:
        """Set the stock; what is refused stands in a success."""

        def change(record: Record, entry: Entry) -> Entry | Refusal:
            listing.check_one_warehouse(entry["seller_stock"])
            stock = entry["seller_stock"][0]["stock"]
            if problem := listing.stock_problem(stock):
                return problem
            record["given"]["seller_stock"] = [{"stock": stock}]
            return {"location_id": "", "stock": stock}

        return self._each_model(call, "stock_list", change)

    def unlist(self, call: Call) -> Reply:
        """Hide or show items; what is refused stands in a success."""
        done, failed = [], []
        for entry in call.given["item_list"]:
            id_ = entry["item_id"]
            reason = self._switch(call, id_, hidden=entry["unlist"])
            if reason:
                failed.append({"item_id": id_, "failed_reason": reason})
            else:
                done.append({"item_id": id_, "unlist": entry["unlist"]})
        return Reply({"failure_list": failed, "success_list": done})

    def delete(self, call: Call) -> Reply:
        """Delete an item; it can be read for a while."""
        id_ = call.given["item_id"]
        record = self._own(call, id_)
        if record["deleted"] is not None:
            raise _not_found()
        self._items.hide(record, call.second)
        record["deleted"] = call.second
        self._items.save(str(id_), record, call.second, call.fault)
        return Reply()

    def _switch(self, call: Call, id_: int, *, hidden: bool) -> str:
        """Hide or show an item, or return why not."""
        record = self._items.get(id_, call.second)
        if record is None or record["shop"] != call.shop or record["deleted"] is not None:
            return "Product not found"
        if hidden:
            if reason := _why_not_hidden(record, call):
                return reason
            if self._is_promoted(record):
                return PROMOTED_KEPT
            self._items.hide(record, call.second)
        elif status(record, call.second) in ("BANNED", "REVIEWING"):
            return "Banned and Reviewing Products cannot be listed"
        else:
            self._items.show(record, call.second)
        self._items.save(str(id_), record, call.second, call.fault)
        return ""

    def _each_model(
        self, call: Call, name: str, change: Callable[[Record, Entry], Entry | Refusal]
    ) -> Reply:
        """Change an item model by model; ours have none, which is told by the id 0."""
        id_, entries = call.given["item_id"], call.given[name]
        record = self._editable(call, id_)
        models = [entry.get("model_id", 0) for entry in entries]
        if len(set(models)) < len(models):
            raise Refusal("product.error_param", "Repeat model_id.")
        done, failed = [], []
        for model, entry in zip(models, entries, strict=True):
            outcome: Entry | Refusal = Refusal("product.error_param", "Wrong model_id.")
            if model == 0:
                outcome = change(record, entry)
            if isinstance(outcome, Refusal):
                failed.append({"model_id": model, "failed_reason": outcome.message})
            else:
                done.append({"model_id": model, **outcome})
        if done:
            self._items.save(str(id_), record, call.second, call.fault)
        return Reply({"failure_list": failed, "success_list": done})

    def _is_promoted(self, record: Record) -> bool:
        return is_offered(record) and record["given"].get("item_sku") in self._promoted

    def _check(self, call: Call, given: Mapping[str, Any]) -> None:
        listing.check(given, lambda id_: self._pictures.known(call.partner, id_))

    def _own(self, call: Call, id_: int) -> Record:
        record = self._items.get(id_, call.second)
        if record is None:
            raise _not_found()
        if record["shop"] != call.shop:
            raise Refusal("product.error_item_not_belong_shop", "Item not belong to shop.")
        return record

    def _editable(self, call: Call, id_: int) -> Record:
        record = self._own(call, id_)
        if status(record, call.second) in ("SELLER_DELETE", "BANNED"):
            message = "Can't edit this item. item status can not support editing."
            raise Refusal("product.error_item_uneditable", message)
        return record


def _not_found() -> Refusal:
    return Refusal("product.error_item_not_found", "Product not found")


def _why_not_hidden(record: Record, call: Call) -> str:
    if status(record, call.second) in ("BANNED", "REVIEWING"):
        return "Banned and Reviewing Products cannot be delisted"
    return ""


def _stock(record: Record) -> list[dict[str, Any]]:
    return [{"location_id": "", "stock": record["given"]["seller_stock"][0]["stock"]}]


def _shown(id_: int, record: Record, second: int) -> dict[str, Any]:
    """Return what the service answers to a change: shaped otherwise than what can be read."""
    given = record["given"]
    images = given["image"]["image_id_list"]
    return {
        "item_id": id_,
        "item_name": given["item_name"],
        "description": given["description"],
        "description_type": "normal",
        "item_status": status(record, second),
        "category_id": given["category_id"],
        "images": {"image_id_list": images, "image_url_list": [url(image) for image in images]},
        "weight": given["weight"],
        "dimension": given["dimension"],
        "condition": given.get("condition", "NEW"),
        "brand": given["brand"],
        "attribute": given.get("attribute_list") or [],
        "logistic_info": given["logistic_info"],
        "pre_order": given.get("pre_order")
        or {"is_pre_order": False, "days_to_ship": listing.DAYS_TO_SHIP},
        "item_dangerous": 0,
    }
