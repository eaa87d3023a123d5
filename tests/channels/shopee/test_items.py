"""How listings are looked up and changed, whatever the service says and leaves out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from promoter.core.errors import ChannelError, OutcomeUnknown, Rejected, Scope, Transient
from promoter.core.model import Absent, Draft, Receipt
from tests.channels.shopee.shop import (
    BASE,
    SINCE,
    TITLE,
    WORDS,
    connected,
    creative,
    listed,
    picture,
    says_no,
    scripted,
)
from tests.channels.shopee.test_wire import receipt

SEARCH, LIST = "product/search_item", "product/get_item_list"
READ, SHOW = "product/get_item_base_info", "product/unlist_item"
UPDATE, PRICE = "product/update_item", "product/update_price"
NUMBER = 3000142341
NOTHING: Mapping[str, Any] = {SEARCH: {"item_id_list": []}, LIST: {"item": []}}
UNSEARCHABLE = says_no("error_param", "request must set one of [item_name,attribute_status]")
NOW_LISTED = {"success_list": [{"item_id": NUMBER, "unlist": False}], "failure_list": []}


def draft(found: str = "added", *, ready: bool = True) -> Draft:
    uploads = {picture(number).sha256: f"vn-{number}" for number in range(2)}
    return Draft(ready, {**uploads, "form": "{}", "item": str(NUMBER), "found": found})


def found(says: Mapping[str, Any], kept: Draft | None = None) -> Receipt | Absent:
    with scripted({**NOTHING, **says}) as script:
        return connected(script.url).find(creative(), "key", kept, SINCE)


def number_of(looked: Receipt | Absent) -> str:
    assert isinstance(looked, Receipt)
    return looked.remote_id


# By SKU


def test_the_search_is_asked_for_the_code_in_every_state_that_counts() -> None:
    with scripted(NOTHING) as script:
        connected(script.url).find(creative(), "key", None, SINCE)
    (query,) = script.to(SEARCH)
    assert query["item_sku"] == ["BL-086"]
    assert query["item_status"] == ["NORMAL", "REVIEWING", "UNLIST", "BANNED"]
    assert "offset" not in query


def test_only_the_very_same_code_counts() -> None:
    near = listed(
        {"item_id": 1, "item_sku": "BL-0861"},
        {"item_id": 2, "item_sku": "bl-086"},
        {"item_id": 3, "item_sku": None},
        {"item_id": 4, "item_sku": "BL-086"},
    )
    looked = found({SEARCH: {"item_id_list": [1, 2, 3, 4]}, READ: near})
    assert number_of(looked) == "4"


def test_a_long_answer_is_read_page_by_page() -> None:
    pages = [
        {"item_id_list": [1], "next_offset": "abc"},
        {"item_id_list": [2], "next_offset": ""},
    ]
    items = listed({"item_id": 1, "item_sku": "BL-0861"}, {"item_id": 2})
    with scripted({**NOTHING, SEARCH: pages, READ: items}) as script:
        looked = connected(script.url).find(creative(), "key", None, SINCE)
    assert number_of(looked) == "2"
    assert [query.get("offset") for query in script.to(SEARCH)] == [None, ["abc"]]


def test_a_search_without_end_ends() -> None:
    endless = {"item_id_list": [1], "next_offset": "abc"}
    with scripted({**NOTHING, SEARCH: endless, READ: listed({"item_id": 1, "item_sku": ""})}) as s:
        connected(s.url).find(creative(), "key", None, SINCE)
    assert len(s.to(SEARCH)) == 10


@pytest.mark.parametrize("empty", [{"item_id_list": None}, {}, {"item_id_list": []}])
def test_a_search_that_finds_nothing_is_not_sure(empty: dict[str, Any]) -> None:
    assert found({SEARCH: empty}) == Absent(sure=False)


@pytest.mark.parametrize("searched", [UNSEARCHABLE, {"item_id_list": []}])
def test_what_the_search_does_not_show_is_looked_for_among_what_changed(
    searched: dict[str, Any],
) -> None:
    says = {SEARCH: searched, LIST: {"item": [{"item_id": NUMBER}]}, READ: listed({})}
    with scripted(says) as script:
        looked = connected(script.url).find(creative(), "key", None, SINCE)
    assert number_of(looked) == str(NUMBER)
    (query,) = script.to(LIST)
    assert query["offset"] == ["0"]
    assert int(query["update_time_to"][0]) - int(query["update_time_from"][0]) == 3 * 3600 + 300


NO_HIT = [
    says_no("error_item_not_found", "Product not found"),
    says_no("product.error_param", "The information you queried is not found."),
]


@pytest.mark.parametrize("no_hit", NO_HIT)
def test_a_search_without_a_hit_may_be_an_error(no_hit: dict[str, Any]) -> None:
    says = {SEARCH: no_hit, LIST: {"item": [{"item_id": NUMBER}]}, READ: listed({})}
    assert number_of(found(says)) == str(NUMBER)
    assert found({SEARCH: no_hit, LIST: no_hit}) == Absent(sure=False)


@pytest.mark.parametrize("no_hit", NO_HIT)
def test_what_a_search_found_stays_found_if_a_later_page_is_empty(no_hit: dict[str, Any]) -> None:
    pages = [{"item_id_list": [NUMBER], "next_offset": "abc"}, no_hit]
    assert number_of(found({SEARCH: pages, READ: listed({})})) == str(NUMBER)


@pytest.mark.parametrize(
    "error",
    [
        says_no("error_param", "Wrong parameters, detail: page_size."),
        says_no("error_param_shop_id_not_found", "Shop_id is not found."),
        says_no("error_param", "Shop_id is not found."),
    ],
)
@pytest.mark.parametrize("path", [SEARCH, LIST])
def test_a_search_that_is_refused_otherwise_never_says_absent(
    path: str, error: dict[str, Any]
) -> None:
    with pytest.raises(Rejected):
        found({path: error})


def test_the_list_of_changes_is_read_page_by_page() -> None:
    pages = [
        {"item": [{"item_id": 1}], "has_next_page": True, "next_offset": 100},
        {"item": [{"item_id": 2}], "has_next_page": False},
    ]
    items = listed({"item_id": 1, "item_sku": "x"}, {"item_id": 2})
    with scripted({SEARCH: UNSEARCHABLE, LIST: pages, READ: items}) as script:
        looked = connected(script.url).find(creative(), "key", None, SINCE)
    assert number_of(looked) == "2"
    assert [query["offset"] for query in script.to(LIST)] == [["0"], ["100"]]


def test_a_list_of_changes_without_end_ends() -> None:
    endless = {"item": [{"item_id": 1}], "has_next_page": True, "next_offset": 100}
    items = listed({"item_id": 1, "item_sku": "x"})
    with scripted({SEARCH: UNSEARCHABLE, LIST: endless, READ: items}) as script:
        connected(script.url).find(creative(), "key", None, SINCE)
    assert len(script.to(LIST)) == 10


def test_many_listings_are_read_fifty_at_a_time() -> None:
    says = {**NOTHING, SEARCH: {"item_id_list": list(range(1, 102))}, READ: listed()}
    with scripted(says) as script:
        connected(script.url).find(creative(), "key", None, SINCE)
    sizes = [query["item_id_list"][0].count(",") + 1 for query in script.to(READ)]
    assert sizes == [50, 50, 1]


def test_one_listing_that_is_gone_does_not_hide_the_others() -> None:
    gone = says_no("product.error_item_not_found")
    answers = [gone, gone, listed({"item_id": 2})]
    looked = found({SEARCH: {"item_id_list": [1, 2]}, READ: answers})
    assert number_of(looked) == "2"


@pytest.mark.parametrize(
    ("states", "number"),
    [
        (["UNLIST", "NORMAL"], "2"),
        (["NORMAL", "NORMAL"], "1"),
        (["BANNED", "REVIEWING"], "2"),
        (["SELLER_DELETE", "NORMAL"], "2"),
        (["SHOPEE_DELETE", "REVIEWING"], "2"),
    ],
)
def test_of_several_with_one_code_the_one_that_is_seen_counts(
    states: list[str], number: str
) -> None:
    items = [{"item_id": i, "item_status": state} for i, state in enumerate(states, 1)]
    looked = found({SEARCH: {"item_id_list": [1, 2]}, READ: listed(*items)})
    assert number_of(looked) == number


@pytest.mark.parametrize("status", ["SELLER_DELETE", "SHOPEE_DELETE"])
def test_a_deleted_one_that_the_search_still_shows_does_not_count(status: str) -> None:
    says = {SEARCH: {"item_id_list": [NUMBER]}, READ: listed({"item_status": status})}
    assert found(says) == Absent(sure=False)


def test_a_hidden_one_is_meant_before_a_banned_one() -> None:
    items = listed({"item_id": 1, "item_status": "BANNED"}, {"item_id": 2, "item_status": "UNLIST"})
    looked = found({SEARCH: {"item_id_list": [1, 2]}, READ: items})
    assert looked == Absent(sure=True)


# By number


@pytest.mark.parametrize("status", ["SELLER_DELETE", "SHOPEE_DELETE"])
def test_a_deleted_listing_that_is_still_remembered_is_surely_absent(status: str) -> None:
    assert found({READ: listed({"item_status": status})}, draft()) == Absent(sure=True)


@pytest.mark.parametrize(
    "gone", [says_no("product.error_item_not_found"), {"item_list": []}, {"item_list": None}]
)
def test_a_listing_that_the_shop_does_not_know_is_surely_absent(gone: dict[str, Any]) -> None:
    assert found({READ: gone}, draft()) == Absent(sure=True)


@pytest.mark.parametrize("status", ["REVIEWING", "BANNED", "A_NEW_STATE"])
def test_a_listing_in_another_state_is_there_and_not_live(status: str) -> None:
    looked = found({READ: listed({"item_status": status})}, draft())
    assert looked == Receipt(str(NUMBER), f"https://shopee.vn/product/220099887/{NUMBER}", False)


@pytest.mark.parametrize(
    "change",
    [
        {"item_name": "Muối hạt cũ"},
        {"description": "Lời cũ"},
        {"description": None},
        {"price_info": [{"original_price": 14999}]},
        {"image": {"image_id_list": ["vn-0", "vn-9"]}},
        {"image": {"image_id_list": ["vn-1", "vn-0"]}},
        {"image": {"image_id_list": ["vn-0"]}},
        {"image": {"image_id_list": []}},
    ],
)
def test_a_listing_that_was_shown_before_counts_only_as_it_should_be(
    change: dict[str, Any],
) -> None:
    assert found({READ: listed(change)}, draft("shown")) == Absent(sure=True)
    assert isinstance(found({READ: listed(change)}, draft("added")), Receipt)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"price_info": None},
        {"price_info": [{"original_price": "15000"}]},
        {"image": None},
        {"image": {"image_id_list": None}},
        {"image": {"image_id_list": ["vn-0", "vn-1"]}},
        {"description": WORDS.replace(" ", "  ") + "\n"},
    ],
)
def test_a_shown_listing_may_be_kept_in_a_slightly_other_form(change: dict[str, Any]) -> None:
    assert isinstance(found({READ: listed(change)}, draft("shown")), Receipt)


def test_numbers_may_be_texts() -> None:
    says = {SEARCH: {"item_id_list": [str(NUMBER)]}, READ: listed({"item_id": str(NUMBER)})}
    assert number_of(found(says)) == str(NUMBER)


# Showing and hiding


def published(says: Mapping[str, Any], kept: Draft | None = None) -> Receipt:
    with scripted({**NOTHING, **says}) as script:
        return connected(script.url).publish(creative(), "key", kept or draft())


def failed(reason: str) -> dict[str, Any]:
    return {"failure_list": [{"item_id": NUMBER, "failed_reason": reason}], "success_list": []}


def test_a_failure_inside_of_a_success_is_a_refusal_with_its_reason() -> None:
    says = {SHOW: failed("Số điện thoại bất thường"), READ: listed({"item_status": "UNLIST"})}
    with pytest.raises(Rejected, match="Số điện thoại bất thường"):
        published(says)


@pytest.mark.parametrize(
    "reason",
    ["Unlist item failed. please try later.", "Our system is taking some time to respond."],
)
def test_a_failure_that_may_pass_is_a_doubt(reason: str) -> None:
    with pytest.raises(OutcomeUnknown):
        published({SHOW: failed(reason), READ: listed({"item_status": "UNLIST"})})


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"success_list": [], "failure_list": []},
        {"success_list": [{"item_id": 1, "unlist": False}]},
        {"success_list": [{"item_id": NUMBER, "unlist": True}]},
        {"success_list": [{"item_id": NUMBER}]},
    ],
)
def test_a_success_that_does_not_name_the_listing_is_a_doubt(said: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        published({SHOW: said})


REFUSED = [
    failed("Item is listed"),
    failed("Banned and Reviewing Products cannot be listed"),
    failed("Can't list item when item is under promotion."),
    says_no("error_busi", "listed"),
    says_no("error_item_not_found"),
]


@pytest.mark.parametrize(("status", "live"), [("NORMAL", True), ("REVIEWING", False)])
@pytest.mark.parametrize("refused", REFUSED)
def test_a_show_that_is_refused_because_it_is_shown_or_checked_already_is_a_receipt(
    refused: dict[str, Any], status: str, *, live: bool
) -> None:
    receipt = published({SHOW: refused, READ: listed({"item_status": status})})
    assert receipt.live is live


@pytest.mark.parametrize("read", [says_no("error_inner"), listed({"item_status": "A_NEW_STATE"})])
@pytest.mark.parametrize("refused", REFUSED)
def test_a_refused_show_of_a_listing_that_cannot_be_read_is_a_doubt(
    refused: dict[str, Any], read: dict[str, Any]
) -> None:
    with pytest.raises(OutcomeUnknown):
        published({SHOW: refused, READ: read})


@pytest.mark.parametrize("status", ["UNLIST", "BANNED", "SELLER_DELETE", "SHOPEE_DELETE"])
def test_a_refused_show_counts_once_the_listing_is_read_to_be_unseen(status: str) -> None:
    for refused in (failed("Số điện thoại bất thường"), says_no("error_busi", "bất thường")):
        with pytest.raises(Rejected, match="bất thường"):
            published({SHOW: refused, READ: listed({"item_status": status})})


def test_a_refused_show_of_a_listing_that_is_gone_is_refused() -> None:
    with pytest.raises(Rejected, match="Product not found"):
        published({SHOW: failed("Product not found"), READ: says_no("error_item_not_found")})


def test_a_show_under_promotion_waits_for_its_end() -> None:
    refused = failed("Can't list item when item is under promotion.")
    with pytest.raises(Transient, match="promotion"):
        published({SHOW: refused, READ: listed({"item_status": "UNLIST"})})


@pytest.mark.parametrize(
    ("status", "live"), [("NORMAL", True), ("REVIEWING", False), ("UNLIST", False)]
)
def test_the_receipt_says_what_the_shop_shows(status: str, *, live: bool) -> None:
    receipt = published({SHOW: NOW_LISTED, READ: listed({"item_status": status})})
    assert receipt.live is live


def test_a_listing_that_is_banned_at_once_is_refused() -> None:
    with pytest.raises(Rejected, match="banned"):
        published({SHOW: NOW_LISTED, READ: listed({"item_status": "BANNED"})})


@pytest.mark.parametrize("read", [{"item_list": []}, says_no("error_inner")])
def test_a_shown_listing_that_cannot_be_read_yet_is_not_live_yet(read: dict[str, Any]) -> None:
    assert not published({SHOW: NOW_LISTED, READ: read}).live


def withdrawn(says: Mapping[str, Any]) -> None:
    with scripted(says) as script:
        connected(script.url).withdraw(receipt())


@pytest.mark.parametrize(
    "refused",
    [
        says_no("error_cannt_unlisted_in_promotion"),
        failed("Can't unlist item when item is under promotion."),
    ],
)
def test_a_hide_under_promotion_waits_for_hours(refused: dict[str, Any]) -> None:
    with pytest.raises(Transient, match="until its promotion ends") as caught:
        withdrawn({SHOW: refused, READ: listed({})})
    assert (caught.value.after, caught.value.scope) == (timedelta(hours=6), Scope.POST)


@pytest.mark.parametrize(
    ("status", "words"), [("REVIEWING", "is checking"), ("BANNED", "delete it in the shop's")]
)
@pytest.mark.parametrize(
    "refused",
    [
        failed("Banned and Reviewing Products cannot be delisted"),
        failed("không được"),
        says_no("error_busi_cannot_delist_reviewing_or_banned_item"),
        says_no("error_item_uneditable"),
    ],
)
def test_what_may_be_seen_later_is_not_withdrawn_but_asked_for_again(
    refused: dict[str, Any], status: str, words: str
) -> None:
    with pytest.raises(Transient, match=words) as caught:
        withdrawn({SHOW: refused, READ: listed({"item_status": status})})
    assert (caught.value.after, caught.value.scope) == (timedelta(hours=6), Scope.POST)


def test_a_hide_that_is_refused_while_the_public_sees_it_is_refused() -> None:
    with pytest.raises(Rejected, match="not today"):
        withdrawn({SHOW: says_no("error_busi", "not today"), READ: listed({})})


@pytest.mark.parametrize("status", ["UNLIST", "SELLER_DELETE"])
def test_a_hide_that_is_refused_of_what_nobody_sees_is_fine(status: str) -> None:
    says = {SHOW: failed("Item is unlisted"), READ: listed({"item_status": status})}
    with scripted(says) as script:
        connected(script.url).withdraw(receipt())
    assert len(script.to(SHOW)) == 1


# Making and changing


def prepared(says: Mapping[str, Any], kept: Draft) -> Draft:
    with scripted({**NOTHING, **says}) as script:
        return connected(script.url).prepare(creative(), "key", kept)


def test_a_new_listing_that_cannot_be_read_yet_is_read_again_and_not_made_again() -> None:
    with pytest.raises(Transient, match="not show its new listing yet"):
        prepared({READ: {"item_list": []}}, draft(ready=False))


def test_a_new_listing_that_is_checked_is_shown_by_publish_all_the_same() -> None:
    done = prepared({READ: listed({"item_status": "REVIEWING"})}, draft(ready=False))
    assert done == draft("added")


def test_a_new_listing_that_somebody_has_shown_is_corrected_by_publish() -> None:
    done = prepared({READ: listed({"item_status": "NORMAL"})}, draft(ready=False))
    assert done == draft("shown")


def test_a_new_listing_that_is_banned_is_refused() -> None:
    with pytest.raises(Rejected, match="banned"):
        prepared({READ: listed({"item_status": "BANNED"})}, draft(ready=False))


def test_a_price_that_the_shop_keeps_otherwise_is_never_shown() -> None:
    kept = listed({"item_status": "UNLIST", "price_info": [{"original_price": 15100}]})
    with pytest.raises(Rejected, match="15100 instead of 15000"):
        prepared({READ: kept}, draft(ready=False))


def test_a_listing_of_our_code_in_an_unknown_state_is_left_alone() -> None:
    kept = Draft(ready=False, data={**draft().data})
    data = {name: value for name, value in kept.data.items() if name not in ("item", "found")}
    says = {SEARCH: {"item_id_list": [NUMBER]}, READ: listed({"item_status": "A_NEW_STATE"})}
    with pytest.raises(Transient, match="A_NEW_STATE"):
        prepared(says, Draft(ready=False, data=data))


@pytest.mark.parametrize(
    ("status", "state", "ready"),
    [("UNLIST", "hidden", False), ("REVIEWING", "hidden", False), ("NORMAL", "shown", True)],
)
def test_a_listing_of_our_code_is_taken_over(status: str, state: str, *, ready: bool) -> None:
    data = {name: value for name, value in draft().data.items() if name not in ("item", "found")}
    says = {SEARCH: {"item_id_list": [NUMBER]}, READ: listed({"item_status": status})}
    assert prepared(says, Draft(ready=False, data=data)) == draft(state, ready=ready)


def test_a_hidden_listing_is_rewritten_invisibly_and_then_read() -> None:
    says = {
        UPDATE: {"item_id": NUMBER},
        PRICE: {"success_list": [{"model_id": 0, "original_price": 15000.0}]},
        READ: [
            listed({"item_status": "UNLIST", "price_info": [{"original_price": 14_000}]}),
            listed({"item_status": "UNLIST"}),
        ],
    }
    with scripted(says) as script:
        done = connected(script.url).prepare(creative(), "key", draft("hidden", ready=False))
    assert done == draft("hidden")
    assert script.sent(UPDATE) == [
        {
            "item_id": NUMBER,
            "item_name": TITLE,
            "description": WORDS,
            "image": {"image_id_list": ["vn-0", "vn-1"]},
        }
    ]
    assert script.sent(PRICE) == [
        {"item_id": NUMBER, "price_list": [{"model_id": 0, "original_price": 15_000}]}
    ]


@pytest.mark.parametrize("path", [UPDATE, PRICE])
def test_a_rewriting_that_nobody_sees_is_done_again_without_doubt(path: str) -> None:
    old = {"item_status": "UNLIST", "price_info": [{"original_price": 14_000}]}
    says = {UPDATE: {"item_id": NUMBER}, READ: listed(old), path: says_no("error_inner")}
    with pytest.raises(Transient):
        prepared(says, draft("hidden", ready=False))


@pytest.mark.parametrize("price", [None, []])
def test_the_price_of_a_hidden_listing_with_variants_is_left_alone(price: list[Any] | None) -> None:
    says = {
        UPDATE: {"item_id": NUMBER},
        READ: listed({"item_status": "UNLIST", "price_info": price}),
    }
    assert prepared(says, draft("hidden", ready=False)) == draft("hidden")


DEARER = {"price_info": [{"original_price": 14_000}]}
LOCKED_PRICE = "Can't update price when item is under promotion."


def corrected(price: Any, read: Any = None) -> None:
    says = {
        "media_space/upload_image": {"image_info": {"image_id": "vn-9"}},
        READ: read or listed(DEARER),
        UPDATE: {"item_id": NUMBER},
        PRICE: price,
    }
    with scripted(says) as script:
        try:
            connected(script.url).correct(receipt(), creative())
        finally:
            assert len(script.sent(UPDATE)) == 1, "the words are put right whatever the price does"


@pytest.mark.parametrize(
    "refused",
    [
        {"failure_list": [{"model_id": 0, "failed_reason": LOCKED_PRICE}]},
        says_no("product.error_in_item_promotion_item_price_lock", LOCKED_PRICE),
    ],
)
def test_a_price_under_promotion_is_put_right_hours_later(refused: dict[str, Any]) -> None:
    with pytest.raises(Transient, match="until its promotion ends") as caught:
        corrected(refused)
    assert (caught.value.after, caught.value.scope) == (timedelta(hours=6), Scope.POST)


def test_half_a_success_of_a_price_is_a_failure() -> None:
    failure = {"model_id": 3456, "failed_reason": "no such model"}
    success = {"model_id": 0, "original_price": 15_000}
    with pytest.raises(OutcomeUnknown, match="no such model"):
        corrected({"failure_list": [failure], "success_list": [success]})


@pytest.mark.parametrize(
    ("refused", "otherwise"),
    [
        (says_no("error_item_uneditable", "can not support editing"), Rejected),
        ({"failure_list": [{"failed_reason": "can not support editing"}]}, OutcomeUnknown),
    ],
)
def test_a_correction_that_begins_a_check_sets_the_price_hours_later(
    refused: dict[str, Any], otherwise: type[ChannelError]
) -> None:
    checked = [listed(DEARER), listed({**DEARER, "item_status": "REVIEWING"})]
    with pytest.raises(Transient, match="is checking") as caught:
        corrected(refused, checked)
    assert (caught.value.after, caught.value.scope) == (timedelta(hours=6), Scope.POST)
    with pytest.raises(otherwise, match="editing"):
        corrected(refused, [listed(DEARER), listed(DEARER)])


@pytest.mark.parametrize("price", [None, []])
def test_the_price_of_a_listing_with_variants_is_not_corrected(price: list[Any] | None) -> None:
    corrected(says_no("error_param", "Wrong model_id."), listed({"price_info": price}))


# A listing that the public sees already


SET = {"success_list": [{"model_id": 0, "original_price": 15_000}]}


def renewed(writes: list[str], **says: Any) -> Receipt:
    """Publish a listing that is shown already, and note which writes were made, in order."""
    told = {UPDATE: {"item_id": NUMBER}, PRICE: SET, SHOW: NOW_LISTED, READ: listed(DEARER)}
    names = {"update": UPDATE, "price": PRICE, "show": SHOW, "read": READ}
    with scripted(told | {names[name]: said for name, said in says.items()}) as script:
        try:
            return connected(script.url).publish(creative(), "key", draft("shown"))
        finally:
            writes += [path for method, path, *_ in script.calls if method == "POST"]


def test_the_price_of_a_shown_listing_is_set_before_its_words() -> None:
    writes: list[str] = []
    assert renewed(writes).live
    assert writes == [PRICE, UPDATE]


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        ({"failure_list": [{"model_id": 0, "failed_reason": LOCKED_PRICE}]}, Transient),
        (says_no("error_cannt_edit_price_in_promotion", LOCKED_PRICE), Transient),
        ({"failure_list": [{"failed_reason": "bất thường"}]}, OutcomeUnknown),
        (says_no("error_price_exceed_max_limitt"), Rejected),
    ],
)
def test_a_price_that_is_refused_leaves_the_words_as_they_are(
    refused: dict[str, Any], kind: type[ChannelError]
) -> None:
    writes: list[str] = []
    with pytest.raises(kind):
        renewed(writes, price=refused)
    assert writes == [PRICE]


def test_words_that_are_refused_beside_a_new_price_are_a_doubt_and_then_a_refusal() -> None:
    refused = says_no("error_title_character_forbidden")
    writes: list[str] = []
    with pytest.raises(OutcomeUnknown):
        renewed(writes, update=refused)
    with pytest.raises(Rejected):
        renewed(writes, update=refused, read=listed({}))
    assert writes == [PRICE, UPDATE, UPDATE]


def test_words_that_are_refused_during_a_check_wait_for_its_end() -> None:
    refused = says_no("error_item_uneditable")
    with pytest.raises(Transient, match="is checking"):
        renewed([], update=refused, read=listed({"item_status": "REVIEWING"}))


@pytest.mark.parametrize("price", [None, []])
def test_the_price_of_a_shown_listing_with_variants_is_left_alone(price: list[Any] | None) -> None:
    writes: list[str] = []
    assert renewed(writes, read=listed({"price_info": price})).live
    assert writes == [UPDATE]


def test_a_shown_listing_that_was_hidden_meanwhile_is_shown_again() -> None:
    writes: list[str] = []
    hidden = listed({"item_status": "UNLIST"})
    assert renewed(writes, read=[hidden, hidden, listed({})]).live
    assert writes == [UPDATE, SHOW]


@pytest.mark.parametrize("said", [{}, {"success_list": [], "failure_list": []}])
def test_a_price_of_which_nothing_is_said_is_a_doubt(said: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        corrected(said)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"image_info": {"image_id": ""}}, Transient),
        ({}, Transient),
        (
            {
                "image_info": {"image_id": "vn-1"},
                "image_info_list": [{"id": 0, "error": "error_param", "message": "bad format"}],
            },
            Rejected,
        ),
    ],
)
def test_an_upload_that_failed_inside_of_a_success_is_noticed(
    said: dict[str, Any], kind: type[ChannelError]
) -> None:
    with pytest.raises(kind):
        prepared({"media_space/upload_image": said}, Draft(ready=False, data={}))


def test_the_base_of_these_tests_is_shown() -> None:
    assert isinstance(found({READ: {"item_list": [BASE]}}, draft("shown")), Receipt)
