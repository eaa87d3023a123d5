"""What the shop wants of a listing: its category, limits, attributes and ways to deliver."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import Any

from pydantic import BaseModel

from promoter.channels.shopee.wire import Many, Reply, Wire
from promoter.core.errors import Rejected
from promoter.core.model import Creative, Listing, Phrase

LANGUAGE = "vn"
"""Vietnamese, as `get_attribute_tree` spells it; other calls of the service spell it `vi`."""

NO_BRAND = {"brand_id": 0, "original_brand_name": "NoBrand"}
NO_GTIN = "00"

UNKNOWN_FEES = ("SIZE_SELECTION", "CUSTOM_PRICE")
"""Ways to deliver that ask for a size or a fee of each listing, which nobody has told us."""


class _Range(BaseModel):
    min_limit: Decimal | None = None
    max_limit: Decimal | None = None

    def holds(self, value: int) -> bool:
        """Tell whether a value is within; a bound that is not there or 0 is none."""
        return value >= (self.min_limit or 0) and not (self.max_limit and value > self.max_limit)


class _Gtin(BaseModel):
    gtin_validation_rule: str = ""


class _Limits(BaseModel):
    item_name_length_limit: _Range | None = None
    item_description_length_limit: _Range | None = None
    item_image_count_limit: _Range | None = None
    price_limit: _Range | None = None
    stock_limit: _Range | None = None
    gtin_limit: _Gtin | None = None


class _LimitsReply(Reply[_Limits]):
    gtin_limit: _Gtin | None = None  # documented outside of the response

    @property
    def gtin_rule(self) -> str:
        """Return Mandatory, Flexible or Optional; empty if the service says none."""
        inside = self.response.gtin_limit or self.gtin_limit
        return inside.gtin_validation_rule if inside else ""


class _Recommended(BaseModel):
    category_id: Many[int] = []


class _Translation(BaseModel):
    value: str = ""


class _Named(BaseModel):
    name: str = ""
    multi_lang: Many[_Translation] = []

    def is_called(self, name: str) -> bool:
        """Tell whether this is its name, in whatever language and case."""
        names = [self.name, *(translation.value for translation in self.multi_lang)]
        return _small(name) in map(_small, names)


class _Value(_Named):
    value_id: int
    value_unit: str | None = None
    child_attribute_list: "Many[_Attribute]" = []


class _Input(IntEnum):
    DROP_DOWN = 1
    MANY_DROP_DOWN = 4


class _Info(BaseModel):
    input_type: int = 0
    input_validation_type: int = 0
    format_type: int = 0
    attribute_unit_list: Many[str] = []


class _Attribute(_Named):
    attribute_id: int
    mandatory: bool = False
    attribute_value_list: Many[_Value] = []
    attribute_info: _Info = _Info()


class _Tree(BaseModel):
    category_id: int
    attribute_tree: Many[_Attribute] = []


class _Trees(BaseModel):
    list: Many[_Tree] = []


class _Weights(BaseModel):
    item_min_weight: Decimal | None = None
    item_max_weight: Decimal | None = None


class _Size(BaseModel):
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None


Parcel = tuple[int, int, int]
"""Length, width and height in centimetres."""


class _Delivery(BaseModel):
    logistics_channel_id: int
    enabled: bool = False
    mask_channel_id: int = 0
    fee_type: str = ""
    weight_limit: _Weights | None = None
    item_max_dimension: _Size | None = None

    def carries(self, kilograms: Decimal, parcel: Parcel) -> bool:
        """Tell whether the shop uses it, and it takes this weight and size; 0 is no limit."""
        usable = self.enabled and self.mask_channel_id == 0 and self.fee_type not in UNKNOWN_FEES
        weights = self.weight_limit or _Weights()
        size = self.item_max_dimension or _Size()
        measured = (kilograms, *map(Decimal, parcel))
        most = (weights.item_max_weight, size.length, size.width, size.height)
        fits = all(not limit or value <= limit for value, limit in zip(measured, most, strict=True))
        return usable and fits and kilograms >= (weights.item_min_weight or 0)


class _Deliveries(BaseModel):
    logistics_channel_list: Many[_Delivery] = []


class Wishes:
    """Reads what the shop wants, and fills it in as far as the account and the product tell."""

    def __init__(
        self,
        wire: Wire,
        *,
        categories: Mapping[str, int],
        attributes: Mapping[str, str],
        stock: int,
        grams: int,
        parcel: Parcel,
    ) -> None:
        """Take what the account knows.

        Args:
            categories: Leaf category by product class.
            attributes: Value by name of an attribute.
            stock: Of a new listing.
            grams: Weight of a listing whose product does not tell it.
        """
        self._wire = wire
        self._categories = categories
        self._attributes = {_small(name): value for name, value in attributes.items()}
        self._stock = stock
        self._grams = grams
        self._parcel = parcel

    def filled(self, creative: Creative, listing: Listing) -> dict[str, Any]:
        """Return the fields of a listing that the shop decides on.

        Raises:
            Rejected: It wants what is not known, or the creative is beyond its limits.
            Transient, NotAuthorized: It could not be asked.
        """
        category = self._categories.get(listing.product_class) or self._recommended(creative)
        limits = self._wire.read("product/get_item_limit", [("category_id", category)]).parse(
            _LimitsReply
        )
        self._check(creative, listing, limits.response)
        kilograms = Decimal(listing.grams or self._grams) / 1000
        return {
            "category_id": category,
            "logistic_info": self._deliveries(kilograms),
            "brand": NO_BRAND,
            "weight": float(kilograms),
            "dimension": dict(
                zip(
                    ("package_length", "package_width", "package_height"), self._parcel, strict=True
                )
            ),
            "seller_stock": [{"stock": self._stock}],
            **self._filled(category),
            **_gtin(listing, limits.gtin_rule),
        }

    def _recommended(self, creative: Creative) -> int:
        query = [("item_name", creative.title)]
        answer = self._wire.read("product/category_recommend", query)
        categories = answer.parse(Reply[_Recommended]).response.category_id
        if not categories:
            raise Rejected(
                Phrase(
                    "{host} recommends no category for «{title}»; "
                    "write one for its class into the account's categories",
                    host=answer.host,
                    title=creative.title,
                )
            )
        return categories[0]

    def _check(self, creative: Creative, listing: Listing, limits: _Limits) -> None:
        title, text = (len(_nfc(words)) for words in (creative.title, creative.caption))
        found = (
            (Phrase("characters of the title"), title, limits.item_name_length_limit),
            (Phrase("characters of the description"), text, limits.item_description_length_limit),
            (Phrase("pictures"), len(creative.media), limits.item_image_count_limit),
            (Phrase("đồng of the price"), listing.price.amount, limits.price_limit),
            (Phrase("pieces in stock"), self._stock, limits.stock_limit),
        )
        for what, value, limit in found:
            if limit and not limit.holds(value):
                raise Rejected(
                    Phrase(
                        "{what}: {value}; in this category the shop takes {least} to {most}",
                        what=what,
                        value=value,
                        least=limit.min_limit or 0,
                        most=limit.max_limit or "…",
                    )
                )

    def _filled(self, category: int) -> dict[str, Any]:
        query = [("category_id_list", category), ("language", LANGUAGE)]
        answer = self._wire.read("product/get_attribute_tree", query)
        trees = answer.parse(Reply[_Trees]).response.list
        own = next((tree for tree in trees if tree.category_id == category), None)
        filled = list(self._fill(own.attribute_tree)) if own else []
        return {"attribute_list": filled} if filled else {}

    def _fill(self, attributes: Sequence[_Attribute]) -> Iterator[dict[str, Any]]:
        for attribute in attributes:
            text = self._known(attribute)
            if text is None:
                if attribute.mandatory:
                    raise _missing(attribute)
                continue
            value, chosen = _filled(attribute, text)
            yield {"attribute_id": attribute.attribute_id, "attribute_value_list": [value]}
            if chosen:
                yield from self._fill(chosen.child_attribute_list)

    def _known(self, attribute: _Attribute) -> str | None:
        fitting = (value for name, value in self._attributes.items() if attribute.is_called(name))
        return next(fitting, None)

    def _deliveries(self, kilograms: Decimal) -> list[dict[str, Any]]:
        answer = self._wire.read("logistics/get_channel_list")
        ways = answer.parse(Reply[_Deliveries]).response.logistics_channel_list
        usable = [way.logistics_channel_id for way in ways if way.carries(kilograms, self._parcel)]
        if not usable:
            raise Rejected(
                Phrase(
                    "the shop has no way to deliver {kilograms} kg; "
                    "switch one on in its Seller Centre",
                    kilograms=kilograms,
                )
            )
        return [{"logistic_id": number, "enabled": True} for number in usable]


def _filled(attribute: _Attribute, text: str) -> tuple[dict[str, Any], _Value | None]:
    """Return the value as the service wants it, and which of its own values that is, if any."""
    info = attribute.attribute_info
    unit = ""
    if info.format_type == 2:  # a quantity
        text, unit = _measured(attribute, text)
    for value in attribute.attribute_value_list:
        if value.is_called(text) and (value.value_unit or "") in ("", unit):
            return {"value_id": value.value_id}, value
    if info.input_type in (_Input.DROP_DOWN, _Input.MANY_DROP_DOWN):
        raise _missing(attribute)
    if info.input_validation_type == 4:  # a date, which is another one for each batch
        raise _missing(attribute)
    own: dict[str, Any] = {"value_id": 0, "original_value_name": text}
    return (own | {"value_unit": unit} if unit else own), None


def _measured(attribute: _Attribute, text: str) -> tuple[str, str]:
    amount, _, unit = text.strip().partition(" ")
    units = attribute.attribute_info.attribute_unit_list
    known = next((name for name in units if _small(name) == _small(unit)), None)
    if known is None:
        raise _missing(attribute)
    return amount, known


def _missing(attribute: _Attribute) -> Rejected:
    translated = next((item.value for item in attribute.multi_lang if item.value), "")
    return Rejected(
        Phrase(
            "this category wants «{name}»; "
            "write a value that the shop knows into the account's attributes",
            name=translated or attribute.name,
        )
    )


def _gtin(listing: Listing, rule: str) -> dict[str, str]:
    """Return the field of the GTIN; without a rule, nothing is sent but what is known."""
    if listing.gtin:
        return {"gtin_code": listing.gtin}
    if rule == "Mandatory":
        raise Rejected(Phrase("this category wants a GTIN; write the product's into the catalogue"))
    return {"gtin_code": NO_GTIN} if rule else {}


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _small(text: str) -> str:
    return " ".join(_nfc(text).casefold().split())
