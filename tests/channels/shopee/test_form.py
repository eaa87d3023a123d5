"""What a shop asks of a new listing, and that what it wants and we do not know is named."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest

from promoter.core.errors import NotAuthorized, Rejected, Transient
from promoter.core.model import Creative
from tests.channels.shopee.shop import Script, connected, creative, says_no, scripted, steps

UPLOADED = 2
"""So many steps it takes until the shop is asked."""

LIMITS = {
    "item_name_length_limit": {"min_limit": 10, "max_limit": 120},
    "item_description_length_limit": {"min_limit": 10, "max_limit": 2000},
    "item_image_count_limit": {"min_limit": 1, "max_limit": 9},
    "price_limit": {"min_limit": 1000.0, "max_limit": 120000000.0},
    "stock_limit": {"min_limit": 0, "max_limit": 9999999},
}
WAY = {
    "logistics_channel_id": 50021,
    "enabled": True,
    "mask_channel_id": 0,
    "fee_type": "SIZE_INPUT",
    "weight_limit": {"item_max_weight": 0, "item_min_weight": 0},
    "item_max_dimension": {"length": 0, "width": 0, "height": 0, "unit": "cm"},
}
CHANNELS = "logistics/get_channel_list"
TREE = "product/get_attribute_tree"
ASKED: Mapping[str, Any] = {
    "media_space/upload_image": {"image_info": {"image_id": "vn-1"}},
    "product/category_recommend": {"category_id": [100637, 100638]},
    "product/get_item_limit": LIMITS,
    TREE: {"list": [{"category_id": 100637, "attribute_tree": []}]},
    CHANNELS: {"logistics_channel_list": [WAY]},
    "product/search_item": {"item_id_list": []},
    "product/get_item_list": {"item": []},
    "product/add_item": {"item_id": 77},
}


def added(
    what: Creative | None = None, *, says: Mapping[str, Any] | None = None, **keys: Any
) -> tuple[Any, Script]:
    """Return what the shop is asked to add, given what it says."""
    with scripted({**ASKED, **(says or {})}) as script:
        steps(connected(script.url, **keys), what or creative(), UPLOADED + 2)
    (body,) = script.sent("product/add_item")
    return body, script


def attribute(name: str = "Hạn sử dụng", **more: Any) -> dict[str, Any]:
    """Return what `get_attribute_tree` says of one attribute."""
    info = {"input_type": 3, "input_validation_type": 2, "format_type": 1} | more.pop("info", {})
    return {
        "attribute_id": 100010,
        "mandatory": True,
        "name": "Shelf Life",
        "multi_lang": [{"language": "vn", "value": name}],
        "attribute_value_list": [],
        "attribute_info": info,
        **more,
    }


def tree(*attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {TREE: {"list": [{"category_id": 100637, "attribute_tree": list(attributes)}]}}


def value(number: int, english: str, vietnamese: str, **more: Any) -> dict[str, Any]:
    return {
        "value_id": number,
        "name": english,
        "multi_lang": [{"language": "vn", "value": vietnamese}],
        **more,
    }


# Category


def test_the_first_category_that_is_recommended_for_the_title_is_taken() -> None:
    body, script = added()
    assert body["category_id"] == 100637
    assert script.to("product/category_recommend")[0]["item_name"] == [creative().title]
    assert script.to("product/get_item_limit")[0]["category_id"] == ["100637"]


def test_a_category_of_the_account_goes_first_and_asks_nobody() -> None:
    body, script = added(categories={"food": 100901})
    assert body["category_id"] == 100901
    assert script.to("product/category_recommend") == []


def test_a_class_that_the_account_does_not_name_is_recommended() -> None:
    body, _ = added(categories={"alcohol": 100901})
    assert body["category_id"] == 100637


@pytest.mark.parametrize("none", [{"category_id": []}, {"category_id": None}, {}])
def test_no_recommendation_says_what_to_write_where(none: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="account's categories"):
        added(says={"product/category_recommend": none})


# Limits


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (creative(title="M" * 9), "title: 9; .* takes 10 to 120"),
        (creative(title="M" * 121), "title: 121"),
        (creative("M" * 9), "description: 9; .* takes 10 to 2000"),
        (creative(pictures=0), "pictures: 0; .* takes 1 to 9"),
        (creative(price=999), "price: 999; .* takes 1000"),
        (creative(price=120_000_001), "price: 120000001"),
    ],
)
def test_what_is_beyond_a_limit_is_named_with_the_limit(what: Creative, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        added(what)


@pytest.mark.parametrize(
    "what",
    [
        creative(title="ế" * 10),
        creative(title="ế" * 120),
        creative("ế" * 10),
        creative("ế" * 2_000),
        creative(unicodedata.normalize("NFD", "ế" * 2_000)),
        creative(price=1_000),
        creative(price=120_000_000),
    ],
)
def test_what_is_at_a_limit_is_taken(what: Creative) -> None:
    body, _ = added(what)
    assert body["item_name"] == what.title


def test_a_stock_beyond_the_limit_is_refused() -> None:
    with pytest.raises(Rejected, match="stock: 10000000"):
        added(stock=10_000_000)


@pytest.mark.parametrize(
    "limits",
    [{}, {"item_name_length_limit": None}, {"price_limit": {"min_limit": None, "max_limit": 0}}],
)
def test_a_limit_that_is_not_told_is_none(limits: dict[str, Any]) -> None:
    body, _ = added(says={"product/get_item_limit": limits})
    assert body["item_sku"] == "BL-086"


def test_our_own_limit_holds_even_where_the_shop_takes_more() -> None:
    with pytest.raises(Rejected, match="longer than 2000 characters"):
        added(creative("ế" * 2_001), says={"product/get_item_limit": {}})


# GTIN


@pytest.mark.parametrize("rule", ["Mandatory", "Flexible", "Optional", ""])
@pytest.mark.parametrize("inside", [True, False])
def test_a_known_gtin_is_sent_whatever_the_rule(rule: str, *, inside: bool) -> None:
    body, _ = added(creative(gtin="8934563138165"), says=gtin(rule, inside=inside))
    assert body["gtin_code"] == "8934563138165"


@pytest.mark.parametrize("rule", ["Flexible", "Optional"])
@pytest.mark.parametrize("inside", [True, False])
def test_no_gtin_is_said_where_there_is_a_rule(rule: str, *, inside: bool) -> None:
    body, _ = added(says=gtin(rule, inside=inside))
    assert body["gtin_code"] == "00"


def test_nothing_is_said_of_a_gtin_where_there_is_no_rule() -> None:
    body, _ = added()
    assert "gtin_code" not in body


@pytest.mark.parametrize("inside", [True, False])
def test_a_missing_gtin_that_is_mandatory_is_named(*, inside: bool) -> None:
    with pytest.raises(Rejected, match="GTIN"):
        added(says=gtin("Mandatory", inside=inside))


def gtin(rule: str, *, inside: bool) -> dict[str, Any]:
    """Return limits with a rule that stands in the response, or beside it."""
    told = {"gtin_limit": {"gtin_validation_rule": rule}}
    if inside:
        return {"product/get_item_limit": LIMITS | told}
    return {"product/get_item_limit": {"error": "", "response": LIMITS, **told}}


# Attributes


def test_no_attribute_is_sent_where_none_is_wanted() -> None:
    body, script = added(says=tree(attribute(mandatory=False)))
    assert "attribute_list" not in body
    assert script.to(TREE)[0]["category_id_list"] == ["100637"]
    assert script.to(TREE)[0]["language"] == ["vn"]


def test_a_mandatory_attribute_that_nobody_told_is_named_in_vietnamese() -> None:
    with pytest.raises(Rejected, match=r"«Hạn sử dụng».*account's attributes"):
        added(says=tree(attribute()))


@pytest.mark.parametrize("name", ["Hạn sử dụng", "hạn  SỬ dụng", "Shelf Life"])
@pytest.mark.parametrize("mandatory", [True, False])
def test_an_attribute_of_the_account_is_sent_as_its_own_text(name: str, *, mandatory: bool) -> None:
    body, _ = added(says=tree(attribute(mandatory=mandatory)), attributes={name: "12 tháng"})
    assert body["attribute_list"] == [
        {
            "attribute_id": 100010,
            "attribute_value_list": [{"value_id": 0, "original_value_name": "12 tháng"}],
        }
    ]


@pytest.mark.parametrize("input_type", [1, 2, 4, 5])
@pytest.mark.parametrize("text", ["12 tháng", "12  THÁNG", "12 Months"])
def test_a_value_that_the_shop_knows_is_chosen(input_type: int, text: str) -> None:
    choice = attribute(
        info={"input_type": input_type},
        attribute_value_list=[
            value(571, "6 Months", "6 tháng"),
            value(572, "12 Months", "12 tháng"),
        ],
    )
    body, _ = added(says=tree(choice), attributes={"Hạn sử dụng": text})
    (filled,) = body["attribute_list"]
    assert filled["attribute_value_list"] == [{"value_id": 572}]


@pytest.mark.parametrize("input_type", [1, 4])
def test_a_value_that_a_closed_list_does_not_have_is_named(input_type: int) -> None:
    choice = attribute(
        info={"input_type": input_type}, attribute_value_list=[value(571, "6 Months", "6 tháng")]
    )
    with pytest.raises(Rejected, match="«Hạn sử dụng»"):
        added(says=tree(choice), attributes={"Hạn sử dụng": "7 tháng"})


@pytest.mark.parametrize("input_type", [2, 3, 5])
def test_an_open_list_takes_another_value(input_type: int) -> None:
    choice = attribute(
        info={"input_type": input_type}, attribute_value_list=[value(571, "6 Months", "6 tháng")]
    )
    body, _ = added(says=tree(choice), attributes={"Hạn sử dụng": "7 tháng"})
    assert body["attribute_list"][0]["attribute_value_list"] == [
        {"value_id": 0, "original_value_name": "7 tháng"}
    ]


def test_a_quantity_is_sent_with_its_unit() -> None:
    weight = attribute(info={"format_type": 2, "attribute_unit_list": ["g", "kg"]})
    body, _ = added(says=tree(weight), attributes={"Hạn sử dụng": "500 G"})
    assert body["attribute_list"][0]["attribute_value_list"] == [
        {"value_id": 0, "original_value_name": "500", "value_unit": "g"}
    ]


@pytest.mark.parametrize("text", ["500", "500 lạng", ""])
def test_a_quantity_without_a_known_unit_is_named(text: str) -> None:
    weight = attribute(info={"format_type": 2, "attribute_unit_list": ["g", "kg"]})
    with pytest.raises(Rejected, match="«Hạn sử dụng»"):
        added(says=tree(weight), attributes={"Hạn sử dụng": text})


def test_a_known_quantity_is_chosen_by_its_unit() -> None:
    weight = attribute(
        info={"format_type": 2, "attribute_unit_list": ["g", "kg"]},
        attribute_value_list=[
            value(1, "500", "500", value_unit="kg"),
            value(2, "500", "500", value_unit="g"),
        ],
    )
    body, _ = added(says=tree(weight), attributes={"Hạn sử dụng": "500 g"})
    assert body["attribute_list"][0]["attribute_value_list"] == [{"value_id": 2}]


def test_a_date_is_another_one_for_each_batch_and_never_sent() -> None:
    made = attribute(info={"input_validation_type": 4})
    with pytest.raises(Rejected, match="«Hạn sử dụng»"):
        added(says=tree(made), attributes={"Hạn sử dụng": "2026-11-23"})


def test_a_chosen_value_may_ask_for_more() -> None:
    child = attribute("Số công bố", attribute_id=100011)
    choice = attribute(
        info={"input_type": 1},
        attribute_value_list=[value(1, "Yes", "Có", child_attribute_list=[child])],
    )
    with pytest.raises(Rejected, match="«Số công bố»"):
        added(says=tree(choice), attributes={"Hạn sử dụng": "có"})
    body, _ = added(says=tree(choice), attributes={"Hạn sử dụng": "có", "Số công bố": "12/2026"})
    assert [filled["attribute_id"] for filled in body["attribute_list"]] == [100010, 100011]


@pytest.mark.parametrize(
    "none", [{"list": []}, {"list": None}, {"list": [{"category_id": 1, "attribute_tree": None}]}]
)
def test_a_category_without_attributes_wants_none(none: dict[str, Any]) -> None:
    body, _ = added(says={TREE: none})
    assert "attribute_list" not in body


def test_attributes_of_another_category_are_not_wanted() -> None:
    other = {"category_id": 1, "attribute_tree": [attribute()]}
    own = {"category_id": 100637, "attribute_tree": []}
    body, _ = added(says={TREE: {"list": [other, own]}})
    assert "attribute_list" not in body


# Delivery


def ways(*changes: Mapping[str, Any]) -> dict[str, Any]:
    numbered = enumerate(changes, 1)
    return {
        CHANNELS: {
            "logistics_channel_list": [
                {**WAY, "logistics_channel_id": number, **change} for number, change in numbered
            ]
        }
    }


def test_the_ways_that_the_shop_uses_and_buyers_choose_are_taken() -> None:
    says = ways(
        {},
        {"enabled": False},
        {"mask_channel_id": 50021},
        {"fee_type": "SIZE_SELECTION"},
        {"fee_type": "CUSTOM_PRICE"},
        {"fee_type": "FIXED_DEFAULT_PRICE"},
    )
    body, _ = added(says=says)
    assert body["logistic_info"] == [
        {"logistic_id": 1, "enabled": True},
        {"logistic_id": 6, "enabled": True},
    ]


def test_a_way_that_does_not_take_the_parcel_is_left_out() -> None:
    says = ways(
        {"weight_limit": {"item_max_weight": 0.54}},
        {"weight_limit": {"item_max_weight": 0.55}},
        {"weight_limit": {"item_min_weight": 0.56}},
        {"weight_limit": {"item_min_weight": 0.55}},
        {"weight_limit": None, "item_max_dimension": None},
        {"item_max_dimension": {"length": 19, "width": 15, "height": 10}},
        {"item_max_dimension": {"length": 20, "width": 15, "height": 10}},
        {"item_max_dimension": {"length": 20, "width": 15, "height": 9}},
    )
    body, _ = added(says=says)
    assert [way["logistic_id"] for way in body["logistic_info"]] == [2, 4, 5, 7]


@pytest.mark.parametrize("none", [[], None, [{**WAY, "enabled": False}]])
def test_a_shop_without_a_way_to_deliver_is_told(none: Any) -> None:
    with pytest.raises(Rejected, match=r"no way to deliver 0\.55 kg"):
        added(says={CHANNELS: {"logistics_channel_list": none}})


def test_a_weight_that_the_catalogue_does_not_tell_is_the_accounts() -> None:
    assert added(creative(grams=None))[0]["weight"] == 1.0
    assert added(creative(grams=None), weight_grams=750)[0]["weight"] == 0.75
    assert added(creative(grams=250), weight_grams=750)[0]["weight"] == 0.25


# Asking


@pytest.mark.parametrize(
    "path",
    ["product/category_recommend", "product/get_item_limit", TREE, CHANNELS],
)
def test_a_question_that_fails_can_be_asked_again(path: str) -> None:
    with scripted({**ASKED, path: [says_no("error_system_busy"), ASKED[path]]}) as script:
        channel = connected(script.url)
        draft = steps(channel, creative(), UPLOADED)
        with pytest.raises(Transient):
            channel.prepare(creative(), "key", draft)
        assert "form" in channel.prepare(creative(), "key", draft).data


def test_an_app_without_permission_is_the_accounts_problem() -> None:
    with pytest.raises(NotAuthorized):
        added(says={CHANNELS: says_no("error_permission")})


def test_what_was_asked_is_not_asked_again() -> None:
    with scripted(ASKED) as script:
        channel = connected(script.url)
        draft = steps(channel, creative(), UPLOADED + 1)
        before = len(script.calls)
        channel.prepare(creative(), "key", draft)
    paths = {path for _, path, _, _ in script.calls[before:]}
    assert paths == {"product/search_item", "product/get_item_list", "product/add_item"}
