"""How calls are signed and what their addresses carry, and that nobody ever sees it."""

import logging
from datetime import timedelta

import pytest

from promoter.channels import shopee
from promoter.channels.shopee.wire import Keys, public_sign, shop_sign
from promoter.core.errors import ChannelError, Rejected
from promoter.core.model import Receipt
from promoter.remote.http import Session
from tests.channels.shopee.shop import (
    KEYS,
    NOW,
    SECRETS,
    connected,
    creative,
    listed,
    picture,
    says_no,
    scripted,
)

KEYED = Keys(KEYS["partner_id"], KEYS["partner_key"], KEYS["shop_id"], KEYS["access_token"])
SECOND = 1_795_420_800

PUBLIC = {
    "auth/token/get": "c6efc899c5ef50d063f55582191dad78f10c3cf06a3b32fc37de8f794b71d032",
    "auth/access_token/get": "c51f034faaa30807f612ee75765a29e30b07fc1444da6a147d9adb7629c574d3",
    "media_space/upload_image": "ba9129b2c74d9db59facd42d451b1b66fae9f882181d2a1d514a118a0865aea8",
}
OF_A_SHOP = {
    "product/add_item": "a59263b3b85b7370b72c80c1168d37246eee26a055d2ecf39617d888dbed7f0c",
    "product/get_item_extra_info": (
        "54c649b2d8bdc447a2022af69ec8d4b4f889fe77954695ebe4fd5105a9efd86e"
    ),
}


@pytest.mark.parametrize("path", PUBLIC)
def test_a_call_for_no_shop_is_signed_as_the_known_vectors(path: str) -> None:
    assert public_sign(KEYED, f"/api/v2/{path}", SECOND) == PUBLIC[path]


@pytest.mark.parametrize("path", OF_A_SHOP)
def test_a_call_for_a_shop_is_signed_as_the_known_vectors(path: str) -> None:
    assert shop_sign(KEYED, f"/api/v2/{path}", SECOND) == OF_A_SHOP[path]


def test_a_read_carries_the_caller_the_moment_and_the_signature() -> None:
    with scripted({"product/get_item_extra_info": {"item_list": []}}) as script:
        connected(script.url).metrics([receipt()], NOW)
    (query,) = script.to("product/get_item_extra_info")
    assert query == {
        "partner_id": [KEYS["partner_id"]],
        "timestamp": [str(SECOND)],
        "access_token": [KEYS["access_token"]],
        "shop_id": [KEYS["shop_id"]],
        "sign": [OF_A_SHOP["product/get_item_extra_info"]],
        "item_id_list": ["3000142341"],
    }


def test_a_write_is_signed_in_its_address_too_and_its_body_is_json() -> None:
    says = {"success_list": [{"item_id": 3000142341, "unlist": True}], "failure_list": []}
    with scripted({"product/unlist_item": says}) as script:
        connected(script.url).withdraw(receipt())
    (query,) = script.to("product/unlist_item")
    assert set(query) == {"partner_id", "timestamp", "access_token", "shop_id", "sign"}
    assert script.sent("product/unlist_item") == [
        {"item_list": [{"item_id": 3000142341, "unlist": True}]}
    ]


def test_a_picture_is_given_without_the_token_as_a_form() -> None:
    says = {"image_info": {"image_id": "vn-1"}}
    with scripted({"media_space/upload_image": says}) as script:
        connected(script.url).prepare(creative(), "key", None)
    (query,) = script.to("media_space/upload_image")
    assert query == {
        "partner_id": [KEYS["partner_id"]],
        "timestamp": [str(SECOND)],
        "sign": [PUBLIC["media_space/upload_image"]],
    }
    (_, _, _, body), data = script.calls[0], picture(0).data
    assert b'name="image"; filename="' in body
    assert b'name="scene"\r\n\r\nnormal' in body
    assert data
    assert data in body


def test_the_moment_is_the_sessions() -> None:
    with scripted({"product/get_item_extra_info": {"item_list": []}}) as script:
        later = Session(
            limit=timedelta(seconds=10),
            loopback_only=True,
            hosts={"partner.shopeemobile.com": script.url},
            clock=lambda: NOW + timedelta(seconds=77),
        )
        channel = shopee.connect(shopee.Config.model_validate(KEYS), later)
        channel.metrics([receipt()], NOW)
    (query,) = script.to("product/get_item_extra_info")
    assert query["timestamp"] == [str(SECOND + 77)]


def test_a_list_of_numbers_is_one_parameter_and_a_list_of_states_are_many() -> None:
    numbers = {"item_id_list": [1, 2], "next_offset": ""}
    says = {
        "product/search_item": numbers,
        "product/get_item_base_info": listed({"item_id": 1, "item_sku": "x"}),
        "product/get_item_list": {"item": [], "has_next_page": False},
    }
    with scripted(says) as script:
        connected(script.url).find(creative(), "key", None, NOW)
    assert script.to("product/get_item_base_info")[0]["item_id_list"] == ["1,2"]
    (query,) = script.to("product/get_item_list")
    assert query["item_status"] == ["NORMAL", "REVIEWING", "UNLIST", "BANNED"]


def test_no_secret_is_shown_even_if_the_service_repeats_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted({"product/unlist_item": says_no("error_param", " ".join(SECRETS))}) as script:
        channel = connected(script.url)
        script.says["product/get_item_base_info"] = listed({"item_id": 3000142341})
        with pytest.raises(Rejected) as caught:
            channel.withdraw(receipt())
    shown = f"{caught.value!r} {caught.value} {channel!r} {vars(channel)!r} {KEYED!r} {caplog.text}"
    assert not [secret for secret in SECRETS if secret in shown]


def test_nothing_of_an_address_but_its_host_is_in_an_error() -> None:
    with scripted({}) as script:
        channel = connected(script.url, seconds=1)
    with pytest.raises(ChannelError) as caught:
        channel.withdraw(receipt())
    assert "sign" not in str(caught.value)
    assert "access_token" not in str(caught.value)


def test_a_config_never_shows_its_secrets() -> None:
    config = shopee.Config.model_validate(KEYS)
    shown = f"{config!r} {config} {config.model_dump_json()}"
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize(
    "keys",
    [
        {"partner_id": "2001887x"},
        {"shop_id": ""},
        {"shop_id": "-1"},
        {"stock": 0},
        {"weight_grams": 0},
        {"package_cm": [20, 15]},
        {"package_cm": [20, 15, 0]},
        {"categories": {"food": "salt"}},
        {"page_id": "1"},
    ],
)
def test_a_config_is_strict(keys: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        shopee.Config.model_validate(KEYS | keys)


def receipt(number: str = "3000142341") -> Receipt:
    return Receipt(number, f"https://shopee.vn/product/220099887/{number}")
