"""What each error of the service means, by its last part, its text, its status and the call."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promoter.channels.shopee.verdict import Gone, Locked, Unclear, Unsearchable, refusal, verdict
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.remote.answer import Answer, Effect
from tests.channels.shopee.shop import NOW

TOKEN = "6f636f705f6163636573735f746f6b656e"


def answered(
    body: Any, status: int = 200, effect: Effect = Effect.UPLOAD, **headers: str
) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("partner.shopeemobile.com", effect, status, names, raw, (TOKEN,))


def said(
    code: str, message: str = "a reason", status: int = 200, effect: Effect = Effect.UPLOAD
) -> ChannelError:
    body = {"error": code, "message": message, "request_id": "r3"}
    error = verdict(answered(body, status, effect), lambda: NOW)
    assert error
    return error


def codes(text: str) -> list[str]:
    """Return codes that are written one after the other."""
    return text.split()


AUTH = codes("""
    invalid_access_token invalid_acceess_token refresh_token_expired
    error_shop_refresh_token invalid_code shop_access_expired shop_no_linked
    partner_shop_no_link error_partner_key_expired error_kyc_auth error_api_permission
    api_suspended source_ip_undeclared shop_banned error_perm_non_admin error_sign
""")
BUSY = codes("""
    error_server error_inner error_network error_system_busy error_marshal
    error_busi_add_item_failed error_update_price_fail error_get_shop_fail
""")
PERMANENT = codes("""
    error_invalid_category error_category_is_block error_forbidden_category
    error_invalid_brand error_incalid_brand error_brand_forbidden error_invalid_attribute
    error_invalid_attribute_value error_less_required_attribute error_less_required_brand
    error_name_length_limit error_item_name_is_too_short error_title_exceeds_max_length
    error_title_character_forbidden error_desc_length_min_limit
    error_desc_hash_tag_over_limit error_desc_image_no_pass error_image_unavailable
    error_image_num_min error_invalid_price error_price_exceed_min_limitt
    error_price_exceed_max_limitt error_invalid_logistic_info error_param_validate
    error_param error_busi error_reach_shop_item_limit error_holiday_on_add_item
    error_busi_invalid_shop_status error_busi_invalid_account_status
    error_seller_under_penalty error_unlist_item_fail error_that_nobody_knows
""")
PROMOTION = codes("""
    error_cannt_edit_price_in_promotion error_in_item_promotion_item_price_lock
    error_cannot_update_price_in_promotion error_promotion_cantnot_update_stock
    error_cannt_unlisted_in_promotion
""")
NOT_FOUND = [
    "The information you queried is not found.",
    "Item_id is not found.",
    "Product not found",
]
PASSING = [
    "System busy",
    "The system is busy, wait a moment",
    "Our system is taking some time to respond, please wait.",
    "system error",
    "Inner error",
    "error_inner",
    "inner",
    "Update failed, please try again later.",
    "Product not found: system error",
]
GONE = codes("""
    error_item_not_found error_not_found error_item_not_belong_shop error_item_uneditable
""")
DUPLICATE = ["error_repeated_mtsku", "error_duplicated_brand"]


def test_a_success_is_an_empty_error_whatever_its_message() -> None:
    body = {"error": "", "message": "success", "warning": "look", "request_id": "r1"}
    assert verdict(answered(body), lambda: NOW) is None


@pytest.mark.parametrize("prefix", ["", "product.", "common."])
@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("code", AUTH)
def test_what_concerns_the_account_is_the_accounts_problem(
    code: str, status: int, prefix: str
) -> None:
    assert isinstance(said(prefix + code, status=status), NotAuthorized)


@pytest.mark.parametrize("code", BUSY)
def test_trouble_of_the_service_passes(code: str) -> None:
    error = said(f"product.{code}")
    assert type(error) is Transient
    assert error.scope is Scope.POST


@pytest.mark.parametrize("code", [*BUSY, *DUPLICATE])
def test_trouble_leaves_a_public_write_in_doubt(code: str) -> None:
    assert type(said(code, effect=Effect.PUBLISH)) is OutcomeUnknown


@pytest.mark.parametrize("code", DUPLICATE)
def test_a_product_that_is_there_already_is_looked_for_again(code: str) -> None:
    error = said(f"product.{code}", "A similar product has already been uploaded")
    assert type(error) is Transient
    assert "has such a product already" in str(error)


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("code", PERMANENT)
def test_what_cannot_be_put_up_is_rejected_with_its_reason(code: str, effect: Effect) -> None:
    error = said(f"product.{code}", "The GTIN code is mandatory.", effect=effect)
    assert type(error) is Rejected
    assert "The GTIN code is mandatory." in str(error)


@pytest.mark.parametrize("effect", [Effect.UPLOAD, Effect.PUBLISH])
@pytest.mark.parametrize("code", PROMOTION)
def test_a_promotion_is_named_and_waited_for(code: str, effect: Effect) -> None:
    error = said(code, effect=effect)
    assert isinstance(error, Locked)
    assert (error.after, error.scope) == (timedelta(hours=6), Scope.POST)
    assert "until its promotion ends" in str(error)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_question_about_what_is_not_there_says_so(text: str) -> None:
    assert type(said("product.error_param", text, effect=Effect.READ)) is Gone
    assert type(said("product.error_param", text, effect=Effect.UPLOAD)) is Rejected


@pytest.mark.parametrize("text", ["Shop is not found.", "Shop_id is not found."])
def test_a_shop_that_is_not_found_is_no_missing_listing(text: str) -> None:
    assert type(said("error_param", text, effect=Effect.READ)) is Rejected


@pytest.mark.parametrize("text", PASSING)
def test_the_code_for_much_is_read_by_its_text(text: str) -> None:
    assert type(said("error_busi", text)) is Transient
    assert type(said("error_busi", text, effect=Effect.PUBLISH)) is OutcomeUnknown


@pytest.mark.parametrize("code", GONE)
def test_a_listing_that_is_gone_is_known_as_such(code: str) -> None:
    assert type(said(f"product.{code}")) is Gone


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Invalid access_token.", NotAuthorized),
        ("No permission to current api.", NotAuthorized),
        ("Invalid partner_id or shopid.", NotAuthorized),
        ("System error, please try later", Transient),
        ("Please wait for the holiday mode set then to edit item. Please try later.", Transient),
        ("Total stock must be more than reserved stock.", Rejected),
        ("", Rejected),
    ],
)
@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("code", ["error_auth", "common.error_auth", "product.error_auth"])
def test_the_code_for_everything_is_read_by_its_text(
    code: str, status: int, message: str, kind: type[ChannelError]
) -> None:
    assert type(said(code, message, status)) is kind


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ("Timestamp is expired.", NotAuthorized, "check the clock of this machine"),
        ("Invalid timestamp", NotAuthorized, "check the clock of this machine"),
        ("Invalid partner_id.", NotAuthorized, "check partner_id and partner_key"),
        ("There is no access_token in query.", NotAuthorized, "token"),
        ("request must set one of [item_name,attribute_status]", Unsearchable, "by SKU"),
        ("Image not exist.", Rejected, "Image not exist."),
    ],
)
def test_a_wrong_parameter_is_read_by_its_text(
    message: str, kind: type[ChannelError], words: str
) -> None:
    error = said("error_param", message, 403)
    assert type(error) is kind
    assert words in str(error)


def test_a_wrong_signature_says_what_to_check() -> None:
    assert "check partner_id and partner_key" in str(said("error_sign", "Wrong sign.", 403))


def test_a_lost_consent_says_who_must_act() -> None:
    assert "the owner of the shop must authorise" in str(said("shop_access_expired"))


def test_an_undeclared_address_sends_to_the_console() -> None:
    error = said("source_ip_undeclared", "Request Source IP (192.0.2.7) is undeclared.")
    assert "console" in str(error)
    assert "192.0.2.7" in str(error)


def test_data_that_cannot_be_parsed_passes_and_data_that_is_missing_does_not() -> None:
    assert type(said("error_data", "parse data failed")) is Transient
    assert type(said("error_data", "data not exist")) is Rejected


def test_a_short_window_of_calls_pauses_the_account_for_a_minute() -> None:
    error = said("error_rate_limit", effect=Effect.PUBLISH)
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (timedelta(minutes=1), Scope.ACCOUNT)


def test_a_wait_that_the_service_names_is_kept() -> None:
    body = {"error": "error_rate_limit", "message": "slow", "request_id": "r"}
    error = verdict(answered(body, Retry_After="90"), lambda: NOW)
    assert isinstance(error, Transient)
    assert error.after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), timedelta(seconds=1)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), timedelta(days=1)),
        (datetime(2026, 12, 31, 8, 0, tzinfo=UTC), timedelta(hours=8)),
    ],
)
def test_the_daily_number_of_calls_begins_anew_at_midnight_of_utc_8(
    now: datetime, wait: timedelta
) -> None:
    body = {"error": "error_limit", "message": "", "request_id": "r"}
    error = verdict(answered(body), lambda: now)
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (wait, Scope.ACCOUNT)


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502, 503, 301])
def test_an_unknown_code_is_left_to_a_status_that_says_more(status: int) -> None:
    body = {"error": "error_that_nobody_knows", "message": "", "request_id": "r"}
    assert verdict(answered(body, status), lambda: NOW) is None


@pytest.mark.parametrize("code", ["error_sign", "error_item_not_found", "error_invalid_price"])
def test_an_error_of_the_server_decides_nothing_whatever_it_says(code: str) -> None:
    body = {"error": code, "message": "", "request_id": "r"}
    assert verdict(answered(body, 502), lambda: NOW) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>403 Forbidden</html>",
        b"[]",
        {"error": "Forbidden", "message": "by a proxy"},
        {"error": {"message": "no"}, "request_id": "r"},
        {"message": "no", "request_id": "r"},
        {"error": None, "request_id": "r"},
    ],
)
@pytest.mark.parametrize("status", [200, 400, 403, 404])
def test_what_the_service_did_not_write_decides_nothing(body: Any, status: int) -> None:
    looked = verdict(answered(body, status, Effect.READ), lambda: NOW)
    posted = verdict(answered(body, status, Effect.PUBLISH), lambda: NOW)
    assert (type(looked), type(posted)) == (Transient, OutcomeUnknown)


def test_a_success_in_the_envelope_of_a_refusal_decides_nothing() -> None:
    body = {"error": "", "message": "", "request_id": "r"}
    error = verdict(answered(body, 404, Effect.PUBLISH), lambda: NOW)
    assert type(error) is OutcomeUnknown


def test_a_code_without_a_message_is_shown_itself() -> None:
    assert "product.error_invalid_price" in str(said("product.error_invalid_price", ""))


def test_words_of_the_service_are_shown_short_plain_and_without_secrets() -> None:
    text = str(said("error_busi", f"giá\x00\n sai {TOKEN} " + "x" * 5_000))
    assert "giá sai … xxx" in text
    assert TOKEN not in text
    assert len(text) < 300


@pytest.mark.parametrize(
    ("reason", "effect", "kind"),
    [
        ("Can't update price when item is under promotion.", Effect.PUBLISH, Locked),
        ("Banned and Reviewing Products cannot be delisted", Effect.PUBLISH, Locked),
        ("Original_price is bigger than max price limit.", Effect.PUBLISH, Rejected),
        ("Invalid price, please use the correct format", Effect.PUBLISH, Rejected),
        ("Số điện thoại bất thường", Effect.PUBLISH, Unclear),
        ("The dinner set is wrong", Effect.UPLOAD, Rejected),
        ("Product not found", Effect.PUBLISH, Gone),
        ("Unlist item failed. please try later.", Effect.PUBLISH, OutcomeUnknown),
        ("System error, please try again later", Effect.UPLOAD, Transient),
        ("invalid image format", Effect.UPLOAD, Rejected),
    ],
)
def test_one_entry_that_failed_in_a_success_is_read_by_its_text(
    reason: str, effect: Effect, kind: type[ChannelError]
) -> None:
    error = refusal(answered({}, effect=effect), reason)
    assert type(error) is kind
    assert reason in str(error)


@pytest.mark.parametrize("text", PASSING)
def test_trouble_inside_of_a_success_passes(text: str) -> None:
    assert type(refusal(answered({}), text)) is Transient
    assert type(refusal(answered({}, effect=Effect.PUBLISH), text)) is OutcomeUnknown
