"""Attributes of items by category, and which values of them are accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promoter.sandbox.shopee.reply import Call, Refusal, Reply
from promoter.sandbox.shopee.shape import Kind, Param
from promoter.sandbox.shopee.tree import HEALTH, check_language, leaf

DROP_DOWN, COMBO_BOX, FREE_TEXT, MULTI_DROP_DOWN, MULTI_COMBO_BOX = 1, 2, 3, 4, 5
UNCHECKED, WHOLE, TEXT, DECIMAL, DATE = 0, 1, 2, 3, 4
PLAIN, WITH_UNIT = 1, 2


@dataclass(frozen=True, slots=True)
class Attribute:
    """What can be told of an item.

    Attributes:
        input_type: How values are given: picked, typed, or both.
        validation: What a typed value must be.
        values: Id, English and Vietnamese name of what can be picked.
        units: Of a quantity; empty for what is none.
        most: How many values an item may have.
    """

    id: int
    english: str
    vietnamese: str
    input_type: int
    validation: int = TEXT
    values: tuple[tuple[int, str, str], ...] = ()
    units: tuple[str, ...] = ()
    most: int = 1
    mandatory: bool = False


ORIGIN = Attribute(
    100010,
    "Country of Origin",
    "Xuất xứ",
    COMBO_BOX,
    values=((532, "Vietnam", "Việt Nam"), (533, "Thailand", "Thái Lan")),
)
NET_WEIGHT = Attribute(
    100095, "Net Weight", "Trọng lượng tịnh", FREE_TEXT, DECIMAL, units=("g", "kg", "ml", "L")
)
SHELF_LIFE = Attribute(
    100999,
    "Shelf Life",
    "Hạn bảo quản",
    DROP_DOWN,
    values=((571, "6 Months", "6 tháng"), (572, "12 Months", "12 tháng")),
)
PRODUCED = Attribute(101046, "Date of Manufacture", "Ngày sản xuất", FREE_TEXT, DATE)
STORAGE = Attribute(
    101102,
    "Storage Condition",
    "Cách bảo quản",
    MULTI_DROP_DOWN,
    values=((581, "Dry", "Khô ráo"), (582, "Cool", "Mát"), (583, "Frozen", "Đông lạnh")),
    most=2,
)
CERTIFICATE = Attribute(
    101204, "Declaration Number", "Số giấy công bố sản phẩm", FREE_TEXT, mandatory=True
)
FORM = Attribute(
    101205,
    "Dosage Form",
    "Dạng sản phẩm",
    DROP_DOWN,
    values=((591, "Capsule", "Viên nang"), (592, "Powder", "Bột"), (593, "Liquid", "Nước")),
    mandatory=True,
)
AGE = Attribute(101206, "Minimum Age", "Độ tuổi từ", FREE_TEXT, WHOLE)

OF_FOOD = (ORIGIN, NET_WEIGHT, SHELF_LIFE, PRODUCED, STORAGE)
OF_HEALTH = (CERTIFICATE, FORM, ORIGIN, AGE)

TREE = {
    "category_id_list": Param(Kind.INTEGER, required=True, separator=",", low=1, high=20),
    "language": Param(Kind.TEXT),
}


def of_category(category_id: int) -> tuple[Attribute, ...]:
    """Return the attributes of a category."""
    return OF_HEALTH if category_id == HEALTH else OF_FOOD


def tree(call: Call) -> Reply:
    """Return the attributes of categories; here Vietnamese is `vn`."""
    language = check_language(call.given, "vn")
    listed = [
        {
            "category_id": leaf(id_).id,
            "attribute_tree": [_shown(attribute, language) for attribute in of_category(id_)],
            "warning": "",
        }
        for id_ in call.given["category_id_list"]
    ]
    return Reply({"list": listed})


def check(category_id: int, given: Sequence[Mapping[str, Any]]) -> None:
    """Check the attributes that are told of an item of a category.

    Raises:
        Refusal: One does not belong there, has a value that is not accepted, or is missing.
    """
    known = {attribute.id: attribute for attribute in of_category(category_id)}
    told: set[int] = set()
    for entry in given:
        attribute = known.get(entry["attribute_id"])
        if attribute is None:
            raise Refusal("error_invalid_category_attribute", "Category and attribute not match.")
        values = entry.get("attribute_value_list") or []
        if len(values) > attribute.most or attribute.id in told:
            raise _not_accepted(attribute)
        for value in values:
            _check_value(attribute, value)
        if values:
            told.add(attribute.id)
    for attribute in known.values():
        if attribute.mandatory and attribute.id not in told:
            message = f"Mandatory attribute information required: {attribute.english}"
            raise Refusal("product.error_less_required_attribute", message)


def _check_value(attribute: Attribute, value: Mapping[str, Any]) -> None:
    typed = value["value_id"] == 0
    name = value.get("original_value_name", "")
    if not typed and attribute.input_type == FREE_TEXT:
        raise Refusal("error_value_id_must_equal_zero", "Value_id must equal 0.")
    if not typed and value["value_id"] not in {id_ for id_, _, _ in attribute.values}:
        raise _not_accepted(attribute)
    if typed and attribute.input_type in (DROP_DOWN, MULTI_DROP_DOWN):
        raise _not_accepted(attribute)
    if typed and not name.strip():
        raise Refusal("error_value_name_required", "Value_name is required.")
    if typed and not _valid(attribute.validation, name):
        raise _not_accepted(attribute)
    if (value.get("value_unit") or "") not in (attribute.units or ("",)):
        raise _not_accepted(attribute)


def _valid(validation: int, text: str) -> bool:
    match validation:
        case _ if validation in (WHOLE, DATE):  # a date is a second since 1970, as text
            return text.isascii() and text.isdecimal()
        case _ if validation == DECIMAL:
            whole, _, rest = text.partition(".")
            return (whole + rest).isascii() and (whole + rest).isdecimal()
    return True


def _not_accepted(attribute: Attribute) -> Refusal:
    message = f"Invalid attribute value: {attribute.english}."
    return Refusal("error_invalid_attribute_value", message)


def _shown(attribute: Attribute, language: str) -> dict[str, Any]:
    values = [
        {
            "value_id": id_,
            "name": english,
            "value_unit": "",
            "child_attribute_list": [],
            "multi_lang": [{"language": language, "value": _named(english, vietnamese, language)}],
        }
        for id_, english, vietnamese in attribute.values
    ]
    shown = _named(attribute.english, attribute.vietnamese, language)
    return {
        "attribute_id": attribute.id,
        "mandatory": attribute.mandatory,
        "name": attribute.english,
        "attribute_value_list": values,
        "attribute_info": {
            "input_type": attribute.input_type,
            "input_validation_type": attribute.validation,
            "format_type": WITH_UNIT if attribute.units else PLAIN,
            "date_format_type": 0,
            "attribute_unit_list": list(attribute.units),
            "max_value_count": attribute.most,
            "introduction": "",
            "is_oem": False,
            "support_search_value": False,
        },
        "multi_lang": [{"language": language, "value": shown}],
    }


def _named(english: str, vietnamese: str, language: str) -> str:
    return vietnamese if language == "vn" else english
