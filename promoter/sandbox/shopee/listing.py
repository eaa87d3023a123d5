"""What an item must be, and the limits that a client can ask for."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from promoter.sandbox.shopee import attributes, shipping
from promoter.sandbox.shopee.reply import Call, Refusal, Reply
from promoter.sandbox.shopee.shape import Fields, Kind, Many, Param, Spec
from promoter.sandbox.shopee.tree import BRANDS, HEALTH, NO_BRAND, leaf

Item = Mapping[str, Any]

NAME_LENGTH = (10, 120)
DESCRIPTION_LENGTH = (10, 2_000)
IMAGES = (1, 9)
PRICE = (1_000, 120_000_000)
"""In đồng."""
STOCK = (0, 10_000_000)
HASHTAGS = 18
PRE_ORDER_DAYS = (7, 15)
DAYS_TO_SHIP = 2
"""Of an item that is no pre-order."""
ITEMS_OF_A_SHOP = 5_000

_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_VALUE = Fields(
    {"value_id": Kind.INTEGER}, {"original_value_name": Kind.TEXT, "value_unit": Kind.TEXT}
)
STOCK_FIELDS = Many(Fields({"stock": Kind.INTEGER}, {"location_id": Kind.TEXT}), 1)
_EDITABLE_REQUIRED: dict[str, Spec] = {
    "category_id": Kind.INTEGER,
    "item_name": Kind.TEXT,
    "description": Kind.TEXT,
    "weight": Kind.NUMBER,
    "image": Fields({"image_id_list": Many(Kind.TEXT)}, {"image_ratio": Kind.TEXT}),
    "logistic_info": Many(
        Fields(
            {"logistic_id": Kind.INTEGER, "enabled": Kind.FLAG},
            {"size_id": Kind.INTEGER, "shipping_fee": Kind.NUMBER, "is_free": Kind.FLAG},
        )
    ),
}
_EDITABLE_OPTIONAL: dict[str, Spec] = {
    "item_sku": Kind.TEXT,
    "item_status": Kind.TEXT,
    "condition": Kind.TEXT,
    "description_type": Kind.TEXT,
    "gtin_code": Kind.TEXT,
    "brand": Fields({}, {"brand_id": Kind.INTEGER, "original_brand_name": Kind.TEXT}),
    "dimension": Fields(
        {f"package_{side}": Kind.INTEGER for side in ("length", "width", "height")}
    ),
    "attribute_list": Many(
        Fields({"attribute_id": Kind.INTEGER}, {"attribute_value_list": Many(_VALUE)})
    ),
    "pre_order": Fields({"is_pre_order": Kind.FLAG}, {"days_to_ship": Kind.INTEGER}),
}
ADD = Fields(
    {**_EDITABLE_REQUIRED, "original_price": Kind.NUMBER},
    {**_EDITABLE_OPTIONAL, "seller_stock": STOCK_FIELDS},
)
UPDATE = Fields({"item_id": Kind.INTEGER}, {**_EDITABLE_REQUIRED, **_EDITABLE_OPTIONAL})
"""Neither price nor stock: they have calls of their own."""

LIMITS = {"category_id": Param(Kind.INTEGER, required=True)}


def limits(call: Call) -> Reply:
    """Return the limits of a category; those of the GTIN stand outside of the response."""
    category = leaf(call.given["category_id"])
    response = {
        "price_limit": _span(PRICE),
        "wholesale_price_threshold_percentage": _span((30, 100)),
        "stock_limit": _span(STOCK),
        "item_name_length_limit": _span(NAME_LENGTH),
        "item_image_count_limit": _span(IMAGES),
        "item_description_length_limit": _span(DESCRIPTION_LENGTH),
        "tier_variation_name_length_limit": _span((0, 14)),
        "tier_variation_option_length_limit": _span((0, 20)),
        "item_count_limit": {"max_limit": ITEMS_OF_A_SHOP},
        "dts_limit": {
            "days_to_ship_limit": _span(PRE_ORDER_DAYS),
            "non_pre_order_days_to_ship": DAYS_TO_SHIP,
        },
        "weight_limit": {"weight_mandatory": True},
        "dimension_limit": {"dimension_mandatory": True},
    }
    beside = {"gtin_limit": {"gtin_validation_rule": gtin_rule(category.id)}}
    return Reply(response, beside, message="success")


def gtin_rule(category_id: int) -> str:
    """Return whether a GTIN is Optional, Mandatory, or Flexible: given, or `00` for none."""
    if category_id == HEALTH:
        return "Mandatory"
    home = leaf(category_id).parent == 100_636
    return "Optional" if home else "Flexible"


def check(item: Item, uploaded: Callable[[str], bool]) -> None:
    """Check a whole item, the fields' names and types being right.

    Args:
        uploaded: Tells whether an image is known.

    Raises:
        Refusal: Something is missing or not accepted.
    """
    category = leaf(item["category_id"])
    if category.forbidden:
        raise Refusal("product.error_forbidden_category", "The category is forbidden.")
    _check_name(item["item_name"])
    _check_description(item)
    reason = price_problem(item["original_price"])
    if reason:
        raise reason
    _check_stock(item)
    _check_parcel(item)
    _check_images(item["image"], uploaded)
    shipping.check(item)
    _check_brand(item)
    attributes.check(category.id, item.get("attribute_list") or [])
    _check_gtin(item)
    _check_terms(item)


def price_problem(price: float) -> Refusal | None:
    """Return why a price is not accepted: đồng have no decimals."""
    if price % 1 != 0:
        return Refusal(
            "product.error_invalid_price", "Invalid price, please use the correct format"
        )
    if price < PRICE[0]:
        message = "Original_price is less than min price limit."
        return Refusal("product.error_price_exceed_min_limitt", message)
    if price > PRICE[1]:
        message = "Original_price is bigger than max price limit."
        return Refusal("product.error_price_exceed_max_limitt", message)
    return None


def check_one_warehouse(stock: list[Mapping[str, Any]]) -> None:
    """Check that stock is told as a shop without warehouses must.

    Raises:
        Refusal: It names places, or more than one; said by an `error_auth` that is none.
    """
    if any(entry.get("location_id") for entry in stock):
        message = (
            "You do not have right to use seller location_id, please only fill seller_stock filed."
        )
        raise Refusal("product.error_auth", message)
    if len(stock) != 1:
        raise _mismatch("seller_stock must have one entry")


def stock_problem(stock: int) -> Refusal | None:
    """Return why a stock is not accepted."""
    if STOCK[0] <= stock <= STOCK[1]:
        return None
    return _mismatch(f"stock must be between {STOCK[0]} and {STOCK[1]}")


def _span(bounds: tuple[int, int]) -> dict[str, int]:
    return {"min_limit": bounds[0], "max_limit": bounds[1]}


def _mismatch(detail: str) -> Refusal:
    message = f"Parameter is not match the constraints, {detail}."
    return Refusal("product.error_param", message)


def _check_name(name: str) -> None:
    low, high = NAME_LENGTH
    if not name.strip():
        raise Refusal("product.error_item_name_empty", "Item name could not be empty.")
    if _CONTROL.search(name):
        message = "Item_name contains forbidden characters."
        raise Refusal("product.error_title_character_forbidden", message)
    if len(name) < low:
        message = "Item_name length is less than min limit."
        raise Refusal("product.error_item_name_is_too_short", message)
    if len(name) > high:
        message = "The length of item_name is bigger than max limit."
        raise Refusal("product.error_title_exceeds_max_length", message)


def _check_description(item: Item) -> None:
    text, (low, high) = item["description"], DESCRIPTION_LENGTH
    if item.get("description_type", "normal") != "normal":
        raise _mismatch("the shop may not use the extended description")
    if len(text) < low:
        message = "Description length is less than the min limit."
        raise Refusal("product.error_desc_length_min_limit", message)
    if len(text) > high:
        raise _mismatch(f"description length must be between {low} and {high}")
    if len(re.findall(r"#\w+", text)) > HASHTAGS:
        message = f"Count of hash tags is more than {HASHTAGS}"
        raise Refusal("product.error_desc_hash_tag_over_limit", message)
    if _LINK.search(text):
        raise Refusal("product.error_busi", "Description contains an external link.")


def _check_stock(item: Item) -> None:
    if not item.get("seller_stock"):
        raise Refusal("product.error_param", "invalid field SellerStock: value must  Not Null")
    check_one_warehouse(item["seller_stock"])
    reason = stock_problem(item["seller_stock"][0]["stock"])
    if reason:
        raise reason


def _check_parcel(item: Item) -> None:
    if not item["weight"] > 0:
        raise Refusal("product.error_param", "Invalid Weight.")
    if not item.get("dimension"):
        raise Refusal("product.error_param", "dimension is required")
    if min(item["dimension"].values()) < 1:
        raise _mismatch("each side of the package must be at least 1 cm")


def _check_images(image: Item, uploaded: Callable[[str], bool]) -> None:
    ids = image["image_id_list"]
    if len(ids) < IMAGES[0]:
        raise Refusal("product.error_image_num_min", "An item needs at least one image.")
    if len(ids) > IMAGES[1]:
        raise _mismatch(f"an item has at most {IMAGES[1]} images")
    if image.get("image_ratio", "1:1") != "1:1":
        raise _mismatch("the shop may only use the ratio 1:1")
    for id_ in ids:
        if not uploaded(id_):
            raise Refusal("product.error_image_unavailable", f"Image is invalid: {id_[:60]}")


def _check_brand(item: Item) -> None:
    brand = item.get("brand")
    if not brand:
        raise Refusal("product.error_less_required_brand", "Brand information required")
    if brand.get("brand_id") is None or not brand.get("original_brand_name"):
        message = "Brand ID or brand name required"  # the service's own spelling of the error
        raise Refusal("product.error_incalid_brand", message)
    known = BRANDS.get(item["category_id"], ((0, NO_BRAND),))
    if (brand["brand_id"], brand["original_brand_name"]) not in known:
        raise Refusal("product.error_invalid_brand", "Invalid brand")


def _check_gtin(item: Item) -> None:
    rule, code = gtin_rule(item["category_id"]), item.get("gtin_code", "")
    absent = not code or (code == "00" and rule == "Mandatory")
    if absent and rule != "Optional":
        message = "The GTIN code is mandatory, please check and upload again."
        raise Refusal("product.error_busi", message)
    if code and code != "00" and not _is_gtin(code):
        message = "This is not a valid GTIN. Please, inform a valid number."
        raise Refusal("product.error_param_validate", message)


def _is_gtin(code: str) -> bool:
    """Tell whether a code has 8 to 14 digits of which the last is right (GS1)."""
    if not (code.isascii() and code.isdecimal() and len(code) in (8, 12, 13, 14)):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return total % 10 == 0


def _check_terms(item: Item) -> None:
    if item.get("item_status", "NORMAL") not in ("NORMAL", "UNLIST"):
        raise Refusal("product.error_param_item_status", "Item status error.")
    if item.get("condition", "NEW") not in ("NEW", "USED"):
        raise _mismatch("condition must be NEW or USED")
    pre_order = item.get("pre_order") or {"is_pre_order": False}
    days = pre_order.get("days_to_ship", 0 if pre_order["is_pre_order"] else DAYS_TO_SHIP)
    low, high = PRE_ORDER_DAYS if pre_order["is_pre_order"] else (DAYS_TO_SHIP, DAYS_TO_SHIP)
    if not low <= days <= high:
        raise Refusal("product.error_invalid_days_to_ship", "Invalid days_to_ship.")
