"""What the stand-in of Shopee accepts, refuses and remembers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from PIL import Image

from promoter.sandbox.contract import LAG_SECONDS, Answer, Entry, Fault, Request, Service
from promoter.sandbox.shelf import Shelf
from promoter.sandbox.shopee import HOSTS, Stand, listing
from promoter.sandbox.shopee.gate import sign
from promoter.sandbox.shopee.shipping import BULKY, CARRIER, ECONOMY, FAST, INSTANT, OWN
from promoter.sandbox.shopee.tree import (
    ALCOHOL,
    DRIED_SEAFOOD,
    HEALTH,
    HONEY,
    OTHER_FOOD,
    RICE,
    SEASONING,
    TEA,
    suggested,
)

KEY = "shpk_ocop_test_partner_key_0001"
FIRST = {
    "partner_id": "2001887",
    "partner_key": KEY,
    "shop_id": "220099887",
    "access_token": "6f636f705f6163636573735f746f6b656e",
    "refresh_token": "6f636f705f726566726573685f746f6b",
}
SECOND = FIRST | {
    "shop_id": "220099888",
    "access_token": "2f636f705f6163636573735f746f6b65",
    "refresh_token": "2f636f705f726566726573685f746f6b",
}
STRANGER = SECOND | {"partner_id": "2001888", "partner_key": "another", "shop_id": "220099889"}
ACCOUNTS = {"gian-hang": FIRST, "gian-hang-hai": SECOND, "nguoi-la": STRANGER}
WALL = 1_795_420_800
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
GTIN = "2000000000015"


def picture(mime: str = "JPEG", side: int = 8) -> bytes:
    data = BytesIO()
    Image.new("RGB", (side, side), "red").save(data, mime)
    return data.getvalue()


def form(files: Sequence[bytes], name: str = "image", **fields: str) -> tuple[str, bytes]:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    for data in files:
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
        parts.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + data + b"\r\n")
    return "multipart/form-data; boundary=edge", b"".join(parts) + b"--edge--\r\n"


class Client:
    """Speaks to a stand-in as an app of a partner does, for one shop."""

    def __init__(self, stand: Stand, keys: Mapping[str, str] = FIRST) -> None:
        self.stand, self.keys = stand, dict(keys)
        self.now = NOW
        self.fault: Fault | None = None

    def later(self, **span: float) -> "Client":
        self.now += timedelta(**span)
        return self

    def request(
        self,
        method: str,
        path: str,
        query: Any = (),
        *,
        body: bytes = b"",
        mime: str = "application/json",
        public: bool = False,
        second: str = str(WALL),
        without: str = "",
        **changed: str,
    ) -> Request:
        full = f"/api/v2/{path}"
        keys = self.keys
        common = {"partner_id": keys["partner_id"], "timestamp": second}
        parts = [keys["partner_id"], full, second]
        if not public:
            common |= {"access_token": keys["access_token"], "shop_id": keys["shop_id"]}
            parts += [keys["access_token"], keys["shop_id"]]
        common["sign"] = sign(keys["partner_key"], *parts)
        common |= changed
        common.pop(without, None)
        pairs = [*common.items(), *(query.items() if isinstance(query, dict) else query)]
        headers = {"content-type": mime} if body else {}
        return Request(method, HOSTS[0], f"{full}?{urlencode(pairs)}", headers, body)

    def answer(self, request: Request) -> Answer:
        fault, self.fault = self.fault, None
        return self.stand.handle(request, self.now, fault)

    def get(self, path: str, *pairs: tuple[str, Any], **query: Any) -> Any:
        return told(self.answer(self.request("GET", path, [*query.items(), *pairs])))

    def post(self, path: str, content: Any, **how: Any) -> Any:
        body = json.dumps(content).encode()
        return told(self.answer(self.request("POST", path, body=body, **how)))

    def upload(self, *files: bytes, **fields: str) -> Any:
        mime, body = form(files or [picture()], **fields)
        request = self.request(
            "POST", "media_space/upload_image", body=body, mime=mime, public=True
        )
        return told(self.answer(request))

    def image(self) -> str:
        return str(self.upload()["response"]["image_info"]["image_id"])

    def item(self, **changed: Any) -> dict[str, Any]:
        """Return a right body of add_item, with changes; None takes a field out."""
        content = {
            "category_id": TEA,
            "item_name": "Trà mãng cầu xiêm hộp 200 g",
            "description": "Lá trà sao cùng mãng cầu xiêm thái lát, thơm dịu.",
            "item_sku": "CM-001",
            "original_price": 120_000,
            "weight": 0.25,
            "dimension": {"package_length": 15, "package_width": 10, "package_height": 8},
            "seller_stock": [{"stock": 50}],
            "condition": "NEW",
            "item_status": "NORMAL",
            "brand": {"brand_id": 0, "original_brand_name": "NoBrand"},
            "image": {"image_id_list": [self.image()], "image_ratio": "1:1"},
            "logistic_info": [{"logistic_id": FAST, "enabled": True}],
            "pre_order": {"is_pre_order": False},
            "gtin_code": "00",
        } | changed
        return {name: value for name, value in content.items() if value is not None}

    def add(self, **changed: Any) -> int:
        content = self.post("product/add_item", self.item(**changed))
        assert content["error"] == "", content
        return int(content["response"]["item_id"])

    def refused(self, **changed: Any) -> str:
        return str(self.post("product/add_item", self.item(**changed))["error"])

    def base(self, id_: int) -> Any:
        content = self.get("product/get_item_base_info", item_id_list=id_)
        return content["response"]["item_list"][0]

    def numbers(self, id_: int) -> Any:
        content = self.get("product/get_item_extra_info", item_id_list=id_)
        return content["response"]["item_list"][0]

    def status(self, id_: int) -> str:
        return str(self.base(id_)["item_status"])

    def found(self, sku: str = "CM-001", **more: Any) -> list[int]:
        content = self.get("product/search_item", item_sku=sku, page_size=100, **more)
        return list(content["response"]["item_id_list"])

    def pages(self, *statuses: str, **more: Any) -> Any:
        pairs = [("item_status", status) for status in statuses or ("NORMAL",)]
        asked = {"offset": 0, "page_size": 100} | more
        return self.get("product/get_item_list", *pairs, **asked)["response"]

    def listed(self, *statuses: str) -> list[int]:
        return [entry["item_id"] for entry in self.pages(*statuses)["item"]]

    def unlist(self, id_: int, *, unlist: bool = True) -> Any:
        entries = [{"item_id": id_, "unlist": unlist}]
        return self.post("product/unlist_item", {"item_list": entries})["response"]

    def refresh(self, token: str = "", **changed: Any) -> Any:
        given = {
            "refresh_token": token or self.keys["refresh_token"],
            "partner_id": int(self.keys["partner_id"]),
            "shop_id": int(self.keys["shop_id"]),
        }
        return self.post("auth/access_token/get", given | changed, public=True)

    def rotate(self) -> None:
        pair = self.refresh()
        self.keys |= {name: pair[name] for name in ("access_token", "refresh_token")}

    def orders(self, days: int = 15, **more: Any) -> Any:
        end = int(self.now.timestamp())
        asked = {
            "time_range_field": "create_time",
            "time_from": end - days * 86_400,
            "time_to": end,
            "page_size": 100,
            "response_optional_fields": "order_status",
        }
        return self.get("order/get_order_list", **asked | more)

    def bought(self, *, alive: bool = True) -> list[Any]:
        """Return the details of all orders of the last 60 days."""
        found: dict[str, Any] = {}
        second = int(self.now.timestamp())
        for weeks in range(0, 60, 15):
            end = second - weeks * 86_400
            cursor, more = "", True
            while more:
                page = self.orders(time_from=end - 15 * 86_400, time_to=end, cursor=cursor)
                page = page["response"]
                numbers = [order["order_sn"] for order in page["order_list"]]
                for start in range(0, len(numbers), 50):
                    for order in self.details(numbers[start : start + 50]):
                        found[order["order_sn"]] = order
                cursor, more = page["next_cursor"], page["more"]
        return [
            order for order in found.values() if not alive or order["order_status"] != "CANCELLED"
        ]

    def details(self, numbers: Sequence[str], fields: str = "item_list,total_amount") -> Any:
        content = self.get(
            "order/get_order_detail",
            order_sn_list=",".join(numbers),
            response_optional_fields=fields,
        )
        return content["response"]["order_list"]

    def entry(self, account: str = "gian-hang", place: int = 0) -> Entry:
        feeds = {feed.account: feed for feed in self.stand.feeds(self.now)}
        return feeds[account].entries[place]


def told(answer: Answer) -> Any:
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    return json.loads(answer.body)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    yield made.section("shopee")
    made.close()


@pytest.fixture
def stand(shelf: Shelf) -> Stand:
    return Stand(ACCOUNTS, shelf, wall=lambda: WALL)


@pytest.fixture
def client(stand: Stand) -> Client:
    return Client(stand)


@pytest.fixture
def other(stand: Stand) -> Client:
    return Client(stand, SECOND)


@pytest.fixture
def reviewed(shelf: Shelf) -> Client:
    return Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL, review=True))


CHANNELS = "logistics/get_channel_list"


# Who calls


def test_it_is_a_service(stand: Stand) -> None:
    service: Service = stand
    assert (service.channel, service.title, service.hosts) == ("shopee", "Shopee", HOSTS)


VECTORS = {
    "/api/v2/auth/access_token/get": (
        "c51f034faaa30807f612ee75765a29e30b07fc1444da6a147d9adb7629c574d3",
        (),
    ),
    "/api/v2/media_space/upload_image": (
        "ba9129b2c74d9db59facd42d451b1b66fae9f882181d2a1d514a118a0865aea8",
        (),
    ),
    "/api/v2/product/add_item": (
        "a59263b3b85b7370b72c80c1168d37246eee26a055d2ecf39617d888dbed7f0c",
        (FIRST["access_token"], FIRST["shop_id"]),
    ),
    "/api/v2/product/get_item_extra_info": (
        "54c649b2d8bdc447a2022af69ec8d4b4f889fe77954695ebe4fd5105a9efd86e",
        (FIRST["access_token"], FIRST["shop_id"]),
    ),
}


@pytest.mark.parametrize("path", VECTORS)
def test_signatures_are_those_of_the_published_vectors(path: str) -> None:
    expected, of_shop = VECTORS[path]
    assert sign(KEY, FIRST["partner_id"], path, str(WALL), *of_shop) == expected


def test_a_published_signature_is_let_through(client: Client) -> None:
    given = VECTORS["/api/v2/product/get_item_extra_info"][0]
    path = "product/get_item_extra_info"
    content = told(client.answer(client.request("GET", path, {"item_id_list": 1}, sign=given)))
    assert content["error"] == "product.error_item_not_found"


def refusal(client: Client, **how: Any) -> tuple[int, str, str]:
    answer = client.answer(client.request("GET", CHANNELS, **how))
    content = told(answer)
    return answer.status, content["error"], content["message"]


def test_a_wrong_signature_is_refused(client: Client) -> None:
    assert refusal(client, sign="0" * 64) == (403, "error_sign", "Wrong sign.")


def test_a_signature_in_capitals_is_wrong(client: Client) -> None:
    given = client.request("GET", CHANNELS).query["sign"][0].upper()
    assert refusal(client, sign=given)[1] == "error_sign"


def test_a_signature_of_another_path_is_wrong(client: Client) -> None:
    given = client.request("GET", "product/get_category").query["sign"][0]
    assert refusal(client, sign=given)[1] == "error_sign"


def test_a_public_signature_does_not_open_a_shop(client: Client) -> None:
    given = client.request("GET", CHANNELS, public=True).query["sign"][0]
    assert refusal(client, sign=given)[1] == "error_sign"


@pytest.mark.parametrize("name", ["partner_id", "timestamp", "sign", "access_token", "shop_id"])
def test_none_of_the_gateways_parameters_may_be_missing(client: Client, name: str) -> None:
    status, error, message = refusal(client, without=name)
    assert (status, error) == (403, "error_param")
    assert name in message


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_clock_may_be_five_minutes_off(client: Client, seconds: int) -> None:
    content = told(client.answer(client.request("GET", CHANNELS, second=str(WALL + seconds))))
    assert content["error"] == ""


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_clock_that_is_further_off_is_refused(client: Client, seconds: int) -> None:
    told_ = refusal(client, second=str(WALL + seconds))
    assert told_ == (403, "error_param", "Timestamp is expired.")


@pytest.mark.parametrize("second", [f"{WALL}000", "now", "-1"])
def test_a_timestamp_is_whole_seconds(client: Client, second: str) -> None:
    assert "Timestamp is invalid" in refusal(client, second=second)[2]


@pytest.mark.parametrize("partner", ["999", "abc"])
def test_an_unknown_partner_is_refused(client: Client, partner: str) -> None:
    assert refusal(client, partner_id=partner)[:2] == (403, "error_param")


def test_a_shop_that_is_not_linked_to_the_partner_is_refused(client: Client) -> None:
    client.keys["shop_id"] = STRANGER["shop_id"]
    assert refusal(client)[:2] == (403, "partner_shop_no_link")


def test_a_shop_is_a_number(client: Client) -> None:
    client.keys["shop_id"] = "shop"
    assert refusal(client)[:2] == (403, "error_param")


def test_a_token_of_another_shop_of_the_same_partner_is_refused(client: Client) -> None:
    client.keys["access_token"] = SECOND["access_token"]
    assert refusal(client)[:2] == (403, "invalid_acceess_token")


def test_shops_of_one_partner_share_its_key(other: Client) -> None:
    assert other.get(CHANNELS)["error"] == ""


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "product/nothing"), ("POST", CHANNELS), ("GET", "product/add_item")],
)
def test_an_unknown_path_or_method_is_refused(client: Client, method: str, path: str) -> None:
    answer = client.answer(client.request(method, path))
    assert (answer.status, told(answer)["error"]) == (403, "error_param")


def test_another_host_is_refused(client: Client) -> None:
    request = client.request("GET", CHANNELS)
    strange = Request("GET", "open.shopee.com", request.target, {})
    assert client.answer(strange).status == 403


def test_a_refusal_of_the_gateway_has_no_response(client: Client) -> None:
    answer = client.answer(client.request("GET", CHANNELS, sign="0"))
    assert set(told(answer)) == {"error", "message", "request_id"}


def test_a_refusal_of_business_is_a_200_with_an_empty_response(client: Client) -> None:
    request = client.request("GET", "product/get_item_limit", {"category_id": 1})
    answer = client.answer(request)
    assert answer.status == 200
    assert told(answer) == {
        "error": "product.error_invalid_category",
        "message": "Invalid category ID 1",
        "warning": "",
        "request_id": told(answer)["request_id"],
        "response": {},
    }


def test_requests_have_ids_of_their_own(client: Client) -> None:
    ids = {client.get(CHANNELS)["request_id"], client.later(seconds=1).get(CHANNELS)["request_id"]}
    assert len(ids) == 2
    assert all(len(id_) == 32 for id_ in ids)


@pytest.mark.parametrize("path", [CHANNELS, "product/get_category", "order/get_order_list"])
def test_an_unknown_parameter_is_refused(client: Client, path: str) -> None:
    content = client.get(path, colour="red")
    assert content["error"].endswith("error_param")
    assert "colour" in content["message"]


def test_a_parameter_may_be_given_once(client: Client) -> None:
    content = client.get("product/get_category", ("language", "vi"), ("language", "en"))
    assert content["error"] == "product.error_param"


def test_a_post_takes_no_parameters_in_its_address(client: Client) -> None:
    body = json.dumps({"item_id": 1}).encode()
    request = client.request("POST", "product/delete_item", {"item_id": 1}, body=body)
    assert told(client.answer(request))["error"] == "product.error_param"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"7"])
def test_a_body_is_an_object_in_json(client: Client, body: bytes) -> None:
    content = told(client.answer(client.request("POST", "product/delete_item", body=body)))
    assert content["error"] in ("product.error_data", "product.error_param")


def test_a_body_says_that_it_is_json(client: Client) -> None:
    body = json.dumps({"item_id": 1}).encode()
    request = client.request("POST", "product/delete_item", body=body, mime="text/plain")
    assert "Content-Type" in told(client.answer(request))["message"]


# Tokens


def test_a_refresh_gives_a_new_pair_at_the_top_level(client: Client) -> None:
    content = client.refresh()
    access, refresh = content.pop("access_token"), content.pop("refresh_token")
    assert len(access) == len(refresh) == 32
    assert access != refresh
    del content["request_id"]
    assert content == {
        "error": "",
        "message": "",
        "partner_id": 2001887,
        "shop_id": 220099887,
        "expire_in": 14_400,
    }


def test_the_new_token_is_accepted(client: Client) -> None:
    client.rotate()
    assert client.get(CHANNELS)["error"] == ""


def test_the_first_token_lives_four_hours_from_its_first_use(client: Client) -> None:
    client.later(days=3).get(CHANNELS)
    assert client.later(hours=4).get(CHANNELS)["error"] == ""
    late = refusal(client.later(seconds=1))
    assert late == (403, "common.error_auth", "Invalid access_token.")


def test_a_rotated_token_lives_four_hours_from_its_issue(client: Client) -> None:
    client.later(hours=3).rotate()
    assert client.later(hours=4).get(CHANNELS)["error"] == ""
    assert client.later(seconds=1).get(CHANNELS)["error"] == "common.error_auth"


@pytest.mark.parametrize(
    ("path", "error"),
    [("product/get_category", "error_auth"), ("order/get_order_list", "common.error_auth")],
)
def test_an_expired_token_is_named_with_and_without_a_module(
    client: Client, path: str, error: str
) -> None:
    client.get(CHANNELS)
    assert client.later(hours=5).get(path)["error"] == error


def test_the_old_token_is_accepted_for_five_more_minutes(client: Client) -> None:
    client.refresh()
    assert client.later(minutes=5).get(CHANNELS)["error"] == ""
    assert client.later(seconds=1).get(CHANNELS)["error"] == "common.error_auth"


def test_a_refresh_does_not_lengthen_the_life_of_the_old_token(client: Client) -> None:
    client.get(CHANNELS)
    client.later(hours=3, minutes=58).refresh()
    assert client.later(minutes=3).get(CHANNELS)["error"] == "common.error_auth"


def test_a_refresh_token_is_taken_once(client: Client) -> None:
    client.refresh()
    answer = client.answer(
        client.request(
            "POST",
            "auth/access_token/get",
            public=True,
            body=json.dumps(
                {
                    "refresh_token": FIRST["refresh_token"],
                    "partner_id": 2001887,
                    "shop_id": 220099887,
                }
            ).encode(),
        )
    )
    assert (answer.status, told(answer)["error"]) == (403, "error_shop_refresh_token")


def test_refresh_tokens_form_a_chain(client: Client) -> None:
    for _ in range(3):
        client.later(hours=4).rotate()
    assert client.get(CHANNELS)["error"] == ""


def test_a_refresh_token_lives_thirty_days(client: Client) -> None:
    client.rotate()
    assert client.later(days=30).refresh()["error"] == ""


def test_a_refresh_token_that_is_older_has_expired(client: Client) -> None:
    client.rotate()
    assert client.later(days=30, seconds=1).refresh()["error"] == "refresh_token_expired"


def test_a_refresh_token_belongs_to_its_shop(client: Client) -> None:
    assert client.refresh(SECOND["refresh_token"])["error"] == "error_shop_refresh_token"


def test_a_refresh_for_a_shop_that_is_not_linked_is_refused(client: Client) -> None:
    assert client.refresh(shop_id=1)["error"] == "shop_no_linked"


def test_a_refresh_names_its_partner_twice(client: Client) -> None:
    assert client.refresh(partner_id=2001888)["error"] == "error_param"


def test_a_refresh_takes_the_shop_as_a_number(client: Client) -> None:
    assert client.refresh(shop_id="220099887")["error"] == "error_param"


def test_tokens_are_not_readable_on_the_shelf(client: Client, shelf: Shelf) -> None:
    client.rotate()
    kept = json.dumps(shelf.all("tokens"))
    assert client.keys["access_token"] not in kept
    assert FIRST["refresh_token"] not in kept


# How an owner lets an app in


REDIRECT = "http://localhost:8765/connect?state=4711"


def asked(client: Client) -> Answer:
    query = {"redirect": REDIRECT}
    return client.answer(client.request("GET", "shop/auth_partner", query, public=True))


def came(client: Client) -> dict[str, str]:
    answer = asked(client)
    assert answer.status == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: value for name, (value,) in query.items()}


def redeemed(client: Client, code: str, **changed: Any) -> Any:
    given = {"code": code, "partner_id": 2001887, "shop_id": 220099887}
    return client.post("auth/token/get", given | changed, public=True)


def test_an_owner_is_sent_back_with_a_code_and_the_shop(client: Client) -> None:
    location = asked(client).headers["Location"]
    assert location.startswith(f"{REDIRECT}&code=")
    assert location.endswith("&shop_id=220099887")


def test_the_owners_of_an_app_come_in_turn(client: Client) -> None:
    shops = [came(client)["shop_id"] for _ in range(3)]
    assert shops == ["220099887", "220099888", "220099887"]


def test_an_owner_who_does_not_agree_is_sent_back_with_nothing(shelf: Shelf) -> None:
    stand = Stand(ACCOUNTS, shelf, wall=lambda: WALL, agrees=False)
    answer = asked(Client(stand))
    assert (answer.status, answer.headers["Location"]) == (302, REDIRECT)


@pytest.mark.parametrize(
    "changed",
    [
        {"sign": "0" * 64},
        {"second": str(WALL - 301)},
        {"without": "redirect"},
        {"redirect": "localhost"},
        {"redirect": f"{REDIRECT}#here"},
        {"state": "4711"},
    ],
    ids=str,
)
def test_the_page_for_owners_is_strict(client: Client, changed: dict[str, Any]) -> None:
    given = {"redirect": REDIRECT, **changed}
    answer = client.answer(client.request("GET", "shop/auth_partner", public=True, **given))
    assert answer.status == 403
    assert told(answer)["error"] in ("error_sign", "error_param")


def test_a_code_gives_a_pair_at_the_top_level(client: Client) -> None:
    content = redeemed(client, came(client)["code"])
    pair = {name: content.pop(name) for name in ("access_token", "refresh_token")}
    assert all(len(token) == 32 for token in pair.values())
    del content["request_id"]
    assert content == {
        "error": "",
        "message": "",
        "expire_in": 14_400,
        "shop_id_list": [220099887],
        "merchant_id_list": [],
    }
    client.keys |= pair
    assert client.get(CHANNELS)["error"] == ""
    assert client.refresh()["error"] == ""


def test_a_code_ends_the_refresh_token_before(client: Client) -> None:
    redeemed(client, came(client)["code"])
    assert client.refresh()["error"] == "error_shop_refresh_token"
    assert client.get(CHANNELS)["error"] == ""
    assert client.later(minutes=5, seconds=1).get(CHANNELS)["error"] != ""


def test_a_code_is_taken_once(client: Client) -> None:
    code = came(client)["code"]
    assert redeemed(client, code)["error"] == ""
    assert redeemed(client, code)["error"] == "invalid_code"


@pytest.mark.parametrize(("seconds", "error"), [(600, ""), (601, "invalid_code")])
def test_a_code_lives_ten_minutes(client: Client, seconds: int, error: str) -> None:
    code = came(client)["code"]
    assert redeemed(client.later(seconds=seconds), code)["error"] == error


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"shop_id": 220099888}, "invalid_code"),
        ({"shop_id": 1}, "shop_no_linked"),
        ({"shop_id": "220099887"}, "error_param"),
        ({"partner_id": 2001888}, "error_param"),
        ({"code": ""}, "invalid_code"),
        ({"redirect": REDIRECT}, "error_param"),
    ],
    ids=str,
)
def test_a_code_belongs_to_its_shop_and_app(
    client: Client, changed: dict[str, Any], error: str
) -> None:
    given = {"code": came(client)["code"], **changed}
    assert redeemed(client, **given)["error"] == error


def test_a_code_is_not_readable_on_the_shelf(client: Client, shelf: Shelf) -> None:
    assert came(client)["code"] not in json.dumps(shelf.all("code"))


def test_a_life_may_be_told_by_its_end(shelf: Shelf) -> None:
    client = Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL, absolute=True))
    assert client.refresh()["expire_in"] == int(NOW.timestamp()) + 14_400


def test_a_shop_tells_who_it_is_and_until_when_it_lets_the_app_in(client: Client) -> None:
    content = client.get("shop/get_shop_info")
    del content["request_id"]
    assert content == {
        "error": "",
        "message": "",
        "shop_name": "Shop 220099887",
        "region": "VN",
        "status": "NORMAL",
        "is_cb": False,
        "is_sip": False,
        "auth_time": int(NOW.timestamp()),
        "expire_time": int(NOW.timestamp()) + 365 * 86_400,
    }


def test_a_consent_lasts_a_year_whatever_is_refreshed(client: Client) -> None:
    client.rotate()
    for _ in range(13):
        client.later(days=28).rotate()
    client.later(days=2)
    assert client.refresh()["error"] == "shop_access_expired"
    client.keys |= {"access_token": redeemed(client, came(client)["code"])["access_token"]}
    assert client.get("shop/get_shop_info")["auth_time"] == int(client.now.timestamp())


# Categories, attributes, brands, limits, channels


def test_the_tree_has_leaves_below_parents(client: Client) -> None:
    response = client.get("product/get_category", language="vi")["response"]
    nodes = {node["category_id"]: node for node in response["category_list"]}
    assert nodes[TEA] == {
        "category_id": TEA,
        "parent_category_id": 100653,
        "original_category_name": "Tea",
        "display_category_name": "Trà",
        "has_children": False,
    }
    for node in nodes.values():
        parent = node["parent_category_id"]
        assert parent == 0 or nodes[parent]["has_children"]


def test_categories_are_named_in_english_unless_asked_otherwise(client: Client) -> None:
    listed = client.get("product/get_category")["response"]["category_list"]
    assert "Tea" in {node["display_category_name"] for node in listed}


@pytest.mark.parametrize(
    ("path", "language"),
    [("product/get_category", "vn"), ("product/get_attribute_tree", "vi")],
)
def test_each_call_has_its_own_code_of_vietnamese(client: Client, path: str, language: str) -> None:
    query = {} if path.endswith("category") else {"category_id_list": TEA}
    content = client.get(path, language=language, **query)
    assert content["error"] == "product.error_invalid_language"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Trà mãng cầu xiêm", TEA),
        ("TRA MANG CAU XIEM", TEA),
        ("Gạo ST25 lúa tôm", RICE),
        ("Muối hạt Bạc Liêu", SEASONING),
        ("Nước mắm cá cơm 35 độ đạm", SEASONING),
        ("Tôm khô tách vỏ", DRIED_SEAFOOD),
        ("Khô cá lóc đồng", DRIED_SEAFOOD),
        ("Mật ong tràm", HONEY),
        ("Bánh in nhân đậu xanh", 100812),
        ("Dưa hấu Vĩnh Bình", 100842),
        ("Giỏ tre quai mây", 100951),
        ("Bình gốm men tro", 100952),
        ("Mai vàng bonsai", 100953),
        ("Đờn kìm", 100954),
        ("Rượu nếp than (29% vol)", ALCOHOL),
        ("Viên nang đông trùng hạ thảo (thực phẩm bảo vệ sức khỏe)", HEALTH),
        ("Xíu mại Ngan Dừa", OTHER_FOOD),
    ],
)
def test_a_name_suggests_a_category(client: Client, name: str, category: int) -> None:
    response = client.get("product/category_recommend", item_name=name)["response"]
    assert response["category_id"][0] == category


def test_words_suggest_only_as_whole_words() -> None:
    assert TEA not in suggested("Trạm dừng chân")
    assert suggested("Cacao nguyên chất") == [OTHER_FOOD]


def test_a_name_in_decomposed_letters_suggests_the_same() -> None:
    assert suggested("Gạo thơm") == suggested("Gạo thơm") == [RICE]


@pytest.mark.parametrize("query", [{}, {"item_name": " "}])
def test_a_suggestion_needs_a_name(client: Client, query: dict[str, str]) -> None:
    content = client.get("product/category_recommend", **query)
    assert content["error"] == "product.error_param"


def test_attributes_come_by_category(client: Client) -> None:
    query = {"category_id_list": f"{TEA},{HEALTH}", "language": "vn"}
    listed = client.get("product/get_attribute_tree", **query)["response"]["list"]
    assert [one["category_id"] for one in listed] == [TEA, HEALTH]
    tea, health = (one["attribute_tree"] for one in listed)
    assert not any(one["mandatory"] for one in tea)
    assert [one["mandatory"] for one in health] == [True, True, False, False]
    weight = tea[1]
    assert weight["attribute_info"]["format_type"] == 2
    assert weight["attribute_info"]["attribute_unit_list"] == ["g", "kg", "ml", "L"]
    assert weight["multi_lang"] == [{"language": "vn", "value": "Trọng lượng tịnh"}]


@pytest.mark.parametrize(("many", "error"), [(20, ""), (21, "product.error_param")])
def test_attributes_of_twenty_categories_at_most(client: Client, many: int, error: str) -> None:
    ids = ",".join([str(TEA)] * many)
    content = client.get("product/get_attribute_tree", category_id_list=ids)
    assert content["error"] == error


@pytest.mark.parametrize("category", [1, 100629])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("product/get_attribute_tree", "category_id_list"),
        ("product/get_brand_list", "category_id"),
        ("product/get_item_limit", "category_id"),
    ],
)
def test_only_leaves_have_attributes_brands_and_limits(
    client: Client, path: str, name: str, category: int
) -> None:
    page = {"status": 1, "offset": 0, "page_size": 10} if "brand" in path else {}
    content = client.get(path, **{name: category}, **page)
    assert content["error"] == "product.error_invalid_category"


def brands(client: Client, **changed: Any) -> Any:
    query = {"category_id": RICE, "status": 1, "offset": 0, "page_size": 100, "language": "vi"}
    return client.get("product/get_brand_list", **query | changed)


def test_brands_come_in_pages(client: Client) -> None:
    first = brands(client, page_size=2)["response"]
    assert (first["has_next_page"], first["next_offset"]) == (True, 2)
    second = brands(client, page_size=2, offset=2)["response"]
    assert not second["has_next_page"]
    names = [one["original_brand_name"] for one in first["brand_list"] + second["brand_list"]]
    assert names == ["NoBrand", "Một Bụi Đỏ", "Lúa Tôm"]
    assert first["is_mandatory"] is False


def test_no_brand_is_pending(client: Client) -> None:
    assert brands(client, status=2)["response"]["brand_list"] == []


@pytest.mark.parametrize("changed", [{"page_size": 101}, {"page_size": 0}, {"status": 3}])
def test_pages_of_brands_have_bounds(client: Client, changed: dict[str, int]) -> None:
    assert brands(client, **changed)["error"] == "product.error_param"


def test_limits_are_told_with_the_rule_of_the_gtin_outside(client: Client) -> None:
    content = client.get("product/get_item_limit", category_id=TEA)
    response = content["response"]
    assert content["gtin_limit"] == {"gtin_validation_rule": "Flexible"}
    assert response["item_name_length_limit"] == {"min_limit": 10, "max_limit": 120}
    assert response["item_description_length_limit"] == {"min_limit": 10, "max_limit": 2_000}
    assert response["item_image_count_limit"] == {"min_limit": 1, "max_limit": 9}
    assert response["price_limit"] == {"min_limit": 1_000, "max_limit": 120_000_000}
    assert response["dimension_limit"] == {"dimension_mandatory": True}


def test_a_success_may_carry_a_message(client: Client) -> None:
    assert client.get("product/get_item_limit", category_id=TEA)["message"] == "success"


@pytest.mark.parametrize(
    ("category", "rule"), [(HEALTH, "Mandatory"), (RICE, "Flexible"), (100951, "Optional")]
)
def test_the_rule_of_the_gtin_depends_on_the_category(
    client: Client, category: int, rule: str
) -> None:
    content = client.get("product/get_item_limit", category_id=category)
    assert content["gtin_limit"]["gtin_validation_rule"] == rule


def test_limits_need_a_category(client: Client) -> None:
    assert client.get("product/get_item_limit")["error"] == "product.error_param"


def test_channels_are_masked_disabled_or_priced_otherwise(client: Client) -> None:
    listed = client.get(CHANNELS)["response"]["logistics_channel_list"]
    channels = {one["logistics_channel_id"]: one for one in listed}
    assert channels[FAST]["enabled"] and channels[FAST]["mask_channel_id"] == 0
    assert not channels[INSTANT]["enabled"]
    assert channels[CARRIER]["mask_channel_id"] == FAST
    assert channels[BULKY]["fee_type"] == "SIZE_SELECTION"
    assert channels[BULKY]["size_list"][0]["size_id"] == "1"
    assert channels[OWN]["fee_type"] == "CUSTOM_PRICE"


# Pictures


def test_one_picture_is_told_twice(client: Client) -> None:
    response = client.upload(picture())["response"]
    id_ = response["image_info"]["image_id"]
    assert id_.startswith("vn-11134207-")
    assert len(id_) >= 32
    assert response["image_info"]["image_url_list"] == [
        {"image_url_region": "VN", "image_url": f"https://cf.shopee.vn/file/{id_}"}
    ]
    info = response["image_info"]
    assert response["image_info_list"] == [
        {"id": 0, "error": "", "message": "", "image_info": info}
    ]


def test_the_bytes_are_kept_as_they_came(client: Client, shelf: Shelf) -> None:
    data = picture("PNG")
    id_ = client.upload(data)["response"]["image_info"]["image_id"]
    assert shelf.file(id_) == data


def test_the_same_picture_gets_another_id(client: Client) -> None:
    assert client.image() != client.image()


def test_a_bad_picture_among_good_ones_is_told_beside_it(client: Client) -> None:
    response = client.upload(picture(), b"no picture", picture("PNG"))["response"]
    listed = response["image_info_list"]
    assert [one["error"] for one in listed] == ["", "error_param", ""]
    assert listed[1]["image_info"] == {"image_id": "", "image_url_list": []}
    assert response["image_info"] == listed[0]["image_info"]


def test_a_bad_picture_alone_still_stands_in_a_success(client: Client) -> None:
    content = client.upload(b"no picture")
    assert content["error"] == ""
    assert content["response"]["image_info"]["image_id"] == ""
    assert content["response"]["image_info_list"][0]["message"] == "invalid image format"


@pytest.mark.parametrize(
    "data",
    [picture("GIF"), picture("WEBP"), picture("PNG", side=64)[:-40], b""],
    ids=lambda data: data[:4].hex(),
)
def test_only_whole_jpeg_and_png_pictures_are_taken(client: Client, data: bytes) -> None:
    listed = client.upload(data)["response"]["image_info_list"]
    assert listed[0]["error"] == "error_param"


@pytest.mark.parametrize(("size", "error"), [(10_000_000, ""), (10_000_001, "error_param")])
def test_a_picture_has_ten_megabytes_at_most(client: Client, size: int, error: str) -> None:
    data = picture().ljust(size, b"\0")  # bytes after the end of a picture do no harm
    assert client.upload(data)["response"]["image_info_list"][0]["error"] == error


@pytest.mark.parametrize(("many", "error"), [(8, ""), (9, "error_param")])
def test_fewer_than_nine_pictures_at_once(client: Client, many: int, error: str) -> None:
    assert client.upload(*[picture()] * many)["error"] == error


@pytest.mark.parametrize("fields", [{"scene": "normal"}, {"scene": "desc"}, {"ratio": "1:1"}])
def test_scene_and_ratio_may_be_told(client: Client, fields: dict[str, str]) -> None:
    assert client.upload(picture(), **fields)["error"] == ""


@pytest.mark.parametrize("fields", [{"scene": "wide"}, {"ratio": "3:4"}, {"colour": "red"}])
def test_other_fields_of_an_upload_are_refused(client: Client, fields: dict[str, str]) -> None:
    assert client.upload(picture(), **fields)["error"] == "error_param"


def test_an_upload_needs_a_file_called_image(client: Client) -> None:
    for files, name in (([], "image"), ([picture()], "file")):
        mime, body = form(files, name)
        request = client.request(
            "POST", "media_space/upload_image", body=body, mime=mime, public=True
        )
        assert told(client.answer(request))["error"] == "error_param"


def test_an_upload_takes_no_token(client: Client) -> None:
    mime, body = form([picture()])
    request = client.request(
        "POST", "media_space/upload_image", {"access_token": "x"}, body=body, mime=mime, public=True
    )
    assert told(client.answer(request))["error"] == "error_param"


# A new item


def test_an_item_is_made(client: Client) -> None:
    content = client.post("product/add_item", given := client.item())
    response = content["response"]
    id_, images = response["item_id"], given["image"]["image_id_list"]
    assert isinstance(id_, int)
    assert id_ > 2**32
    assert response["item_status"] == "NORMAL"
    assert response["price_info"] == {"current_price": 120_000, "original_price": 120_000}
    assert response["seller_stock"] == [{"location_id": "", "stock": 50}]
    assert response["images"] == {
        "image_id_list": images,
        "image_url_list": [f"https://cf.shopee.vn/file/{images[0]}"],
    }
    assert response["weight"] == 0.25


def test_a_success_may_carry_a_warning(client: Client) -> None:
    assert client.post("product/add_item", client.item())["warning"]


def test_what_is_read_is_shaped_otherwise(client: Client) -> None:
    base = client.base(client.add())
    assert base["item_sku"] == "CM-001"
    assert base["price_info"] == [
        {"currency": "VND", "original_price": 120_000, "current_price": 120_000}
    ]
    assert base["weight"] == "0.25"
    assert base["stock_info_v2"]["summary_info"]["total_available_stock"] == 50
    assert base["create_time"] == base["update_time"] == WALL
    assert base["logistic_info"][0]["logistic_name"] == "Nhanh"


def test_the_same_sku_makes_a_second_item(client: Client) -> None:
    ids = [client.add(), client.add()]
    assert len(set(ids)) == 2
    assert client.found() == ids


def test_a_hidden_item_is_made(client: Client) -> None:
    assert client.status(client.add(item_status="UNLIST")) == "UNLIST"


def test_an_item_is_shown_unless_told_otherwise(client: Client) -> None:
    assert client.status(client.add(item_status=None)) == "NORMAL"


REQUIRED = (
    "category_id item_name description original_price weight image logistic_info brand dimension"
    " seller_stock"
)


@pytest.mark.parametrize("name", REQUIRED.split())
def test_what_an_item_needs(client: Client, name: str) -> None:
    errors = {"brand": "product.error_less_required_brand"}
    assert client.refused(**{name: None}) == errors.get(name, "product.error_param")


@pytest.mark.parametrize(
    "name",
    ["stock", "price", "sku", "video_upload_id", "wholesale", "scheduled_publish_time", "tax_info"],
)
def test_an_unknown_field_is_refused(client: Client, name: str) -> None:
    assert client.refused(**{name: 1}) == "product.error_param"


def test_an_unknown_field_inside_is_refused(client: Client) -> None:
    brand = {"brand_id": 0, "original_brand_name": "NoBrand", "colour": "red"}
    assert client.refused(brand=brand) == "product.error_param"


@pytest.mark.parametrize(
    "changed",
    [
        {"category_id": str(TEA)},
        {"item_name": 7},
        {"original_price": "120000"},
        {"original_price": True},
        {"weight": "0.25"},
        {"dimension": {"package_length": 15.5, "package_width": 10, "package_height": 8}},
        {"dimension": {"package_length": 15, "package_width": 10}},
        {"seller_stock": {"stock": 50}},
        {"seller_stock": [{"stock": "50"}]},
        {"seller_stock": [{"stock": True}]},
        {"logistic_info": [{"logistic_id": FAST, "enabled": "true"}]},
        {"image": {"image_id_list": "vn-1"}},
        {"image": ["vn-1"]},
        {"item_sku": 7},
        {"pre_order": {"days_to_ship": 2}},
    ],
    ids=repr,
)
def test_types_are_those_of_the_contract(client: Client, changed: dict[str, Any]) -> None:
    assert client.refused(**changed) == "product.error_param"


@pytest.mark.parametrize("length", [10, 120])
def test_a_name_of_ten_to_120_characters_is_taken(client: Client, length: int) -> None:
    assert client.refused(item_name="ộ" * length) == ""


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("ộ" * 9, "product.error_item_name_is_too_short"),
        ("ộ" * 121, "product.error_title_exceeds_max_length"),
        (" " * 12, "product.error_item_name_empty"),
        ("Trà mãng cầu\nxiêm", "product.error_title_character_forbidden"),
    ],
)
def test_other_names_are_refused(client: Client, name: str, error: str) -> None:
    assert client.refused(item_name=name) == error


@pytest.mark.parametrize("length", [10, 2_000])
def test_a_description_of_ten_to_2000_characters_is_taken(client: Client, length: int) -> None:
    assert client.refused(description="ộ" * length) == ""


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ộ" * 9, "product.error_desc_length_min_limit"),
        ("ộ" * 2_001, "product.error_param"),
        ("Trà ngon " + "#tra " * 19, "product.error_desc_hash_tag_over_limit"),
        ("Xem thêm ở https://ocop.example.vn/x", "product.error_busi"),
        ("Xem thêm ở www.ocop.example.vn", "product.error_busi"),
    ],
)
def test_other_descriptions_are_refused(client: Client, text: str, error: str) -> None:
    assert client.refused(description=text) == error


def test_eighteen_hashtags_are_taken(client: Client) -> None:
    assert client.refused(description="Trà ngon " + "#tra " * 18) == ""


def test_an_extended_description_is_for_chosen_sellers(client: Client) -> None:
    assert client.refused(description_type="normal") == ""
    assert client.refused(description_type="extended") == "product.error_param"


@pytest.mark.parametrize("price", [1_000, 120_000_000, 120_000.0])
def test_a_price_within_the_limits_is_taken(client: Client, price: float) -> None:
    assert client.refused(original_price=price) == ""


@pytest.mark.parametrize(
    ("price", "error"),
    [
        (999, "product.error_price_exceed_min_limitt"),
        (120_000_001, "product.error_price_exceed_max_limitt"),
        (120_000.5, "product.error_invalid_price"),
        (float("inf"), "product.error_param"),
        (float("nan"), "product.error_param"),
    ],
)
def test_other_prices_are_refused(client: Client, price: float, error: str) -> None:
    assert client.refused(original_price=price) == error


@pytest.mark.parametrize("stock", [0, 10_000_000])
def test_a_stock_within_the_limits_is_taken(client: Client, stock: int) -> None:
    assert client.refused(seller_stock=[{"stock": stock}]) == ""


@pytest.mark.parametrize(
    ("stock", "error"),
    [
        ([{"stock": -1}], "product.error_param"),
        ([{"stock": 10_000_001}], "product.error_param"),
        ([{"stock": 1}, {"stock": 2}], "product.error_param"),
        ([], "product.error_param"),
        ([{"stock": 1, "location_id": "VNZ"}], "product.error_auth"),
    ],
)
def test_other_stocks_are_refused(client: Client, stock: Any, error: str) -> None:
    assert client.refused(seller_stock=stock) == error


def test_an_auth_error_of_business_is_no_403(client: Client) -> None:
    body = json.dumps(client.item(seller_stock=[{"stock": 1, "location_id": "VNZ"}])).encode()
    assert client.answer(client.request("POST", "product/add_item", body=body)).status == 200


@pytest.mark.parametrize("weight", [0, -1, 30.01])
def test_a_parcel_has_a_weight_that_its_channel_takes(client: Client, weight: float) -> None:
    assert client.refused(weight=weight)
    assert client.refused(weight=30) == ""


@pytest.mark.parametrize(("side", "taken"), [(0, False), (1, True), (100, True), (101, False)])
def test_a_parcel_has_sides_that_its_channel_takes(client: Client, side: int, taken: bool) -> None:
    dimension = {"package_length": side, "package_width": 10, "package_height": 8}
    assert (client.refused(dimension=dimension) == "") is taken


@pytest.mark.parametrize(("many", "error"), [(1, ""), (9, ""), (10, "product.error_param")])
def test_an_item_has_one_to_nine_images(client: Client, many: int, error: str) -> None:
    assert client.refused(image={"image_id_list": [client.image()] * many}) == error


def test_an_item_has_an_image(client: Client) -> None:
    assert client.refused(image={"image_id_list": []}) == "product.error_image_num_min"


def test_an_image_must_have_been_uploaded(client: Client) -> None:
    unknown = {"image_id_list": ["vn-11134207-000000000000000000000000"]}
    assert client.refused(image=unknown) == "product.error_image_unavailable"


def test_an_image_of_another_partner_is_unknown(client: Client, stand: Stand) -> None:
    image = {"image_id_list": [Client(stand, STRANGER).image()]}
    assert client.refused(image=image) == "product.error_image_unavailable"


def test_an_image_serves_all_shops_of_a_partner(client: Client, other: Client) -> None:
    assert client.refused(image={"image_id_list": [other.image()]}) == ""


def test_tall_images_are_for_chosen_sellers(client: Client) -> None:
    image = {"image_id_list": [client.image()], "image_ratio": "3:4"}
    assert client.refused(image=image) == "product.error_param"


@pytest.mark.parametrize(
    "channels",
    [
        [{"logistic_id": FAST, "enabled": True}, {"logistic_id": ECONOMY, "enabled": True}],
        [{"logistic_id": FAST, "enabled": True}, {"logistic_id": INSTANT, "enabled": False}],
        [{"logistic_id": BULKY, "enabled": True, "size_id": 1}],
        [{"logistic_id": OWN, "enabled": True, "shipping_fee": 30_000}],
    ],
    ids=repr,
)
def test_channels_that_the_shop_uses_are_taken(client: Client, channels: Any) -> None:
    assert client.refused(logistic_info=channels) == ""


@pytest.mark.parametrize(
    "channels",
    [
        [],
        [{"logistic_id": FAST, "enabled": False}],
        [{"logistic_id": 1, "enabled": True}],
        [{"logistic_id": FAST, "enabled": True}, {"logistic_id": 1, "enabled": False}],
        [{"logistic_id": INSTANT, "enabled": True}],
        [{"logistic_id": CARRIER, "enabled": True}],
        [{"logistic_id": BULKY, "enabled": True}],
        [{"logistic_id": BULKY, "enabled": True, "size_id": 9}],
        [{"logistic_id": OWN, "enabled": True}],
    ],
    ids=repr,
)
def test_other_channels_are_refused(client: Client, channels: Any) -> None:
    assert client.refused(logistic_info=channels) == "product.error_invalid_logistic_info"


@pytest.mark.parametrize(
    ("category", "error"),
    [
        (1, "product.error_invalid_category"),
        (100629, "product.error_invalid_category"),
        (100653, "product.error_invalid_category"),
        (ALCOHOL, "product.error_forbidden_category"),
    ],
)
def test_an_item_is_in_a_leaf_that_is_not_forbidden(
    client: Client, category: int, error: str
) -> None:
    assert client.refused(category_id=category) == error


@pytest.mark.parametrize(
    ("brand", "error"),
    [
        ({"brand_id": 0, "original_brand_name": "No Brand"}, "product.error_invalid_brand"),
        ({"brand_id": 7, "original_brand_name": "NoBrand"}, "product.error_invalid_brand"),
        ({"brand_id": 0}, "product.error_incalid_brand"),
        ({"original_brand_name": "NoBrand"}, "product.error_incalid_brand"),
        ({}, "product.error_less_required_brand"),
    ],
    ids=repr,
)
def test_a_brand_is_one_of_its_category(client: Client, brand: Any, error: str) -> None:
    assert client.refused(brand=brand) == error


def test_a_brand_of_the_list_is_taken(client: Client) -> None:
    brand = {"brand_id": 2_500_141, "original_brand_name": "Một Bụi Đỏ"}
    assert client.refused(brand=brand, category_id=RICE) == ""
    assert client.refused(brand=brand, category_id=TEA) == "product.error_invalid_brand"


@pytest.mark.parametrize(
    ("category", "code", "error"),
    [
        (TEA, None, "product.error_busi"),
        (TEA, "00", ""),
        (TEA, GTIN, ""),
        (TEA, "2000000000016", "product.error_param_validate"),
        (TEA, "00012345600012", ""),
        (TEA, "96385074", ""),
        (TEA, "123", "product.error_param_validate"),
        (TEA, "20000000000ab", "product.error_param_validate"),
        (100951, None, ""),
    ],
)
def test_a_gtin_follows_the_rule_of_its_category(
    client: Client, category: int, code: str | None, error: str
) -> None:
    assert client.refused(category_id=category, gtin_code=code) == error


def attribute(id_: int, *values: Any) -> dict[str, Any]:
    return {"attribute_id": id_, "attribute_value_list": list(values)}


def value(id_: int, name: str = "", unit: str = "") -> dict[str, Any]:
    given = {"value_id": id_, "original_value_name": name, "value_unit": unit}
    return {key: part for key, part in given.items() if part != ""}


CERTIFICATE, FORM = attribute(101204, value(0, "123/2026")), attribute(101205, value(591))


def test_a_mandatory_gtin_is_a_real_one(client: Client) -> None:
    told_ = {"category_id": HEALTH, "attribute_list": [CERTIFICATE, FORM]}
    assert client.refused(gtin_code="00", **told_) == "product.error_busi"
    assert client.refused(gtin_code=GTIN, **told_) == ""


@pytest.mark.parametrize("given", [None, [], [CERTIFICATE], [CERTIFICATE, attribute(101205)]])
def test_mandatory_attributes_must_be_told(client: Client, given: Any) -> None:
    error = client.refused(category_id=HEALTH, gtin_code=GTIN, attribute_list=given)
    assert error == "product.error_less_required_attribute"


@pytest.mark.parametrize(
    "given",
    [
        attribute(100010, value(532)),
        attribute(100010, value(0, "Lào")),
        attribute(100095, value(0, "200", "g")),
        attribute(100095, value(0, "1.5", "kg")),
        attribute(100999, value(571)),
        attribute(101046, value(0, "1795420800")),
        attribute(101102, value(581), value(582)),
    ],
    ids=repr,
)
def test_attributes_in_their_form_are_taken(client: Client, given: Any) -> None:
    assert client.refused(attribute_list=[given]) == ""


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (attribute(101204, value(0, "x")), "error_invalid_category_attribute"),
        (attribute(100010, value(999)), "error_invalid_attribute_value"),
        (attribute(100010, value(532), value(533)), "error_invalid_attribute_value"),
        (attribute(100010, value(0)), "error_value_name_required"),
        (attribute(100095, value(0, "200")), "error_invalid_attribute_value"),
        (attribute(100095, value(0, "200", "tạ")), "error_invalid_attribute_value"),
        (attribute(100095, value(0, "nhiều", "g")), "error_invalid_attribute_value"),
        (attribute(100095, value(532)), "error_value_id_must_equal_zero"),
        (attribute(100999, value(0, "6 tháng")), "error_invalid_attribute_value"),
        (attribute(101046, value(0, "23/11/2026")), "error_invalid_attribute_value"),
        (attribute(100010, value(532, unit="g")), "error_invalid_attribute_value"),
        (
            attribute(101102, value(581), value(582), value(583)),
            "error_invalid_attribute_value",
        ),
    ],
    ids=repr,
)
def test_other_attributes_are_refused(client: Client, given: Any, error: str) -> None:
    assert client.refused(attribute_list=[given]) == error


def test_an_attribute_is_told_once(client: Client) -> None:
    twice = [attribute(100010, value(532)), attribute(100010, value(533))]
    assert client.refused(attribute_list=twice) == "error_invalid_attribute_value"


def test_attributes_are_read_with_their_names(client: Client) -> None:
    base = client.base(client.add(attribute_list=[attribute(100010, value(532))]))
    assert base["attribute_list"] == [
        {
            "attribute_id": 100010,
            "original_attribute_name": "Country of Origin",
            "is_mandatory": False,
            "attribute_value_list": [{"value_id": 532}],
        }
    ]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"item_status": "SHOWN"}, "product.error_param_item_status"),
        ({"condition": "OLD"}, "product.error_param"),
        ({"condition": "USED"}, ""),
        ({"pre_order": {"is_pre_order": False, "days_to_ship": 2}}, ""),
        (
            {"pre_order": {"is_pre_order": False, "days_to_ship": 3}},
            "product.error_invalid_days_to_ship",
        ),
        ({"pre_order": {"is_pre_order": True, "days_to_ship": 7}}, ""),
        ({"pre_order": {"is_pre_order": True, "days_to_ship": 15}}, ""),
        (
            {"pre_order": {"is_pre_order": True, "days_to_ship": 16}},
            "product.error_invalid_days_to_ship",
        ),
        ({"pre_order": {"is_pre_order": True}}, "product.error_invalid_days_to_ship"),
    ],
    ids=repr,
)
def test_terms_of_an_item(client: Client, changed: dict[str, Any], error: str) -> None:
    assert client.refused(**changed) == error


def test_a_shop_has_so_many_items(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ITEMS_OF_A_SHOP", 1)
    id_ = client.add()
    assert client.refused() == "product.error_reach_shop_item_limit"
    client.post("product/delete_item", {"item_id": id_})
    assert client.refused() == ""


def test_a_refused_item_is_not_made(client: Client) -> None:
    client.refused(weight=0)
    assert client.found() == []


# Changes


def update(client: Client, id_: int, **changes: Any) -> Any:
    return client.post("product/update_item", {"item_id": id_, **changes})


def test_only_what_is_named_changes(client: Client) -> None:
    id_ = client.add()
    before = client.base(id_)
    content = update(client.later(minutes=1), id_, item_name="Trà mãng cầu xiêm hộp 500 g")
    assert content["response"]["item_name"] == "Trà mãng cầu xiêm hộp 500 g"
    after = client.base(id_)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"item_name", "update_time"}


@pytest.mark.parametrize("changes", [{"original_price": 1_000}, {"seller_stock": [{"stock": 1}]}])
def test_price_and_stock_are_unknown_to_a_change_of_the_item(
    client: Client, changes: dict[str, Any]
) -> None:
    assert update(client, client.add(), **changes)["error"] == "product.error_param"


def test_a_change_is_checked_as_a_whole(client: Client) -> None:
    error = update(client, client.add(gtin_code=GTIN), category_id=HEALTH)["error"]
    assert error == "product.error_less_required_attribute"


def test_a_refused_change_changes_nothing(client: Client) -> None:
    id_ = client.add()
    before = client.base(id_)
    assert update(client, id_, item_name="Trà")["error"]
    assert client.base(id_) == before


@pytest.mark.parametrize("path", ["update_item", "update_price", "update_stock", "delete_item"])
def test_an_unknown_item_is_not_found(client: Client, path: str) -> None:
    more: dict[str, Any] = {
        "update_price": {"price_list": [{"original_price": 1_000}]},
        "update_stock": {"stock_list": [{"seller_stock": [{"stock": 1}]}]},
    }
    content = client.post(f"product/{path}", {"item_id": 1, **more.get(path, {})})
    assert content["error"] == "product.error_item_not_found"


def test_an_item_of_another_shop_cannot_be_changed(client: Client, other: Client) -> None:
    id_ = client.add()
    assert update(other, id_)["error"] == "product.error_item_not_belong_shop"
    gone = other.post("product/delete_item", {"item_id": id_})
    assert gone["error"] == "product.error_item_not_belong_shop"
    assert other.unlist(id_)["success_list"] == []


def prices(client: Client, id_: int, *entries: Any) -> Any:
    return client.post("product/update_price", {"item_id": id_, "price_list": list(entries)})


@pytest.mark.parametrize("model", [{}, {"model_id": 0}])
def test_a_price_is_set(client: Client, model: dict[str, int]) -> None:
    id_ = client.add()
    content = prices(client, id_, {"original_price": 99_000, **model})
    assert content["response"] == {
        "failure_list": [],
        "success_list": [{"model_id": 0, "original_price": 99_000}],
    }
    assert client.base(id_)["price_info"][0]["current_price"] == 99_000


@pytest.mark.parametrize("price", [999, 120_000_001, 99_000.5])
def test_a_price_that_is_not_accepted_stands_in_a_success(client: Client, price: float) -> None:
    id_ = client.add()
    content = prices(client, id_, {"original_price": price})
    assert content["error"] == ""
    assert content["response"]["success_list"] == []
    failed = content["response"]["failure_list"][0]
    assert failed["model_id"] == 0
    assert failed["failed_reason"]
    assert client.base(id_)["price_info"][0]["current_price"] == 120_000


def test_one_price_of_two_may_fail(client: Client) -> None:
    id_ = client.add()
    entries = [{"model_id": 3456, "original_price": 9_000}, {"original_price": 99_000}]
    response = prices(client, id_, *entries)["response"]
    assert response["failure_list"] == [{"model_id": 3456, "failed_reason": "Wrong model_id."}]
    assert response["success_list"] == [{"model_id": 0, "original_price": 99_000}]


def test_a_model_is_named_once(client: Client) -> None:
    entry = {"original_price": 99_000}
    assert prices(client, client.add(), entry, entry)["error"] == "product.error_param"


@pytest.mark.parametrize(("many", "error"), [(0, True), (50, False), (51, True)])
def test_one_to_fifty_prices_at_once(client: Client, many: int, error: bool) -> None:
    entries = [{"model_id": number, "original_price": 9_000} for number in range(many)]
    assert bool(prices(client, client.add(), *entries)["error"]) is error


def stocks(client: Client, id_: int, stock: Any, **more: Any) -> Any:
    entry = {"seller_stock": stock, **more}
    return client.post("product/update_stock", {"item_id": id_, "stock_list": [entry]})


def test_a_stock_is_set(client: Client) -> None:
    id_ = client.add()
    assert stocks(client, id_, [{"stock": 7}])["response"] == {
        "failure_list": [],
        "success_list": [{"model_id": 0, "location_id": "", "stock": 7}],
    }
    assert client.base(id_)["stock_info_v2"]["seller_stock"][0]["stock"] == 7


@pytest.mark.parametrize("stock", [-1, 10_000_001])
def test_a_stock_that_is_not_accepted_stands_in_a_success(client: Client, stock: int) -> None:
    content = stocks(client, client.add(), [{"stock": stock}])
    assert content["error"] == ""
    assert content["response"]["failure_list"][0]["failed_reason"]


def test_a_shop_without_warehouses_names_none(client: Client) -> None:
    content = stocks(client, client.add(), [{"stock": 1, "location_id": "VNZ"}])
    assert content["error"] == "product.error_auth"


def test_stocks_come_in_a_list(client: Client) -> None:
    assert stocks(client, client.add(), [])["error"] == "product.error_param"


def test_a_change_of_price_counts_as_a_change(client: Client) -> None:
    id_ = client.add()
    prices(client.later(hours=1), id_, {"original_price": 99_000})
    assert client.base(id_)["update_time"] == WALL + 3_600


# Hidden and gone


def test_an_item_is_hidden_and_shown(client: Client) -> None:
    id_ = client.add()
    assert client.unlist(id_) == {
        "failure_list": [],
        "success_list": [{"item_id": id_, "unlist": True}],
    }
    assert client.status(id_) == "UNLIST"
    client.unlist(id_, unlist=False)
    assert client.status(id_) == "NORMAL"


@pytest.mark.parametrize("unlist", [True, False])
def test_hiding_and_showing_can_be_repeated(client: Client, unlist: bool) -> None:
    id_ = client.add()
    for _ in range(2):
        assert client.unlist(id_, unlist=unlist)["failure_list"] == []


@pytest.mark.parametrize(("status", "then"), [("UNLIST", "UNLIST"), ("NORMAL", "NORMAL")])
def test_a_change_of_the_item_hides_and_shows(client: Client, status: str, then: str) -> None:
    id_ = client.add(item_status="UNLIST" if status == "NORMAL" else "NORMAL")
    assert update(client, id_, item_status=status)["response"]["item_status"] == then


def test_an_unknown_item_cannot_be_hidden_but_others_are(client: Client) -> None:
    id_ = client.add()
    entries = [{"item_id": 1, "unlist": True}, {"item_id": id_, "unlist": True}]
    response = client.post("product/unlist_item", {"item_list": entries})["response"]
    assert response["failure_list"] == [{"item_id": 1, "failed_reason": "Product not found"}]
    assert response["success_list"] == [{"item_id": id_, "unlist": True}]


@pytest.mark.parametrize(("many", "error"), [(0, True), (50, False), (51, True)])
def test_one_to_fifty_items_are_hidden_at_once(client: Client, many: int, error: bool) -> None:
    entries = [{"item_id": number + 1, "unlist": True} for number in range(many)]
    content = client.post("product/unlist_item", {"item_list": entries})
    assert bool(content["error"]) is error


def delete(client: Client, id_: int) -> Any:
    return client.post("product/delete_item", {"item_id": id_})


def test_a_deletion_has_no_response(client: Client) -> None:
    assert set(delete(client, client.add())) == {"error", "message", "warning", "request_id"}


def test_a_deleted_item_can_be_read_for_ninety_days(client: Client) -> None:
    id_ = client.add()
    delete(client, id_)
    for _ in range(90):
        client.later(days=1).rotate()
    assert client.status(id_) == "SELLER_DELETE"
    content = client.later(seconds=1).get("product/get_item_base_info", item_id_list=id_)
    assert content["error"] == "product.error_item_not_found"


def test_a_deleted_item_cannot_be_changed(client: Client) -> None:
    id_ = client.add()
    delete(client, id_)
    assert delete(client, id_)["error"] == "product.error_item_not_found"
    assert update(client, id_)["error"] == "product.error_item_uneditable"
    refused = prices(client, id_, {"original_price": 9_000})
    assert refused["error"] == "product.error_item_uneditable"
    assert client.unlist(id_, unlist=False)["success_list"] == []


# Review


def test_a_new_item_is_looked_at_for_ten_minutes(reviewed: Client) -> None:
    id_ = reviewed.add()
    assert reviewed.status(id_) == "REVIEWING"
    assert reviewed.later(seconds=599).status(id_) == "REVIEWING"
    assert reviewed.later(seconds=1).status(id_) == "NORMAL"


def test_the_answer_to_a_new_item_says_that_it_is_looked_at(reviewed: Client) -> None:
    content = reviewed.post("product/add_item", reviewed.item())
    assert content["response"]["item_status"] == "REVIEWING"


def test_a_hidden_item_is_looked_at_when_it_is_shown(reviewed: Client) -> None:
    id_ = reviewed.add(item_status="UNLIST")
    assert reviewed.later(hours=1).status(id_) == "UNLIST"
    reviewed.unlist(id_, unlist=False)
    assert reviewed.status(id_) == "REVIEWING"
    assert reviewed.later(minutes=10).status(id_) == "NORMAL"


def test_what_is_shown_already_is_not_looked_at_again(reviewed: Client) -> None:
    id_ = reviewed.add()
    reviewed.later(minutes=10).unlist(id_, unlist=False)
    assert reviewed.status(id_) == "NORMAL"


def test_what_is_looked_at_cannot_be_shown_by_hand(reviewed: Client) -> None:
    id_ = reviewed.add()
    response = reviewed.unlist(id_, unlist=False)
    assert response["success_list"] == []
    assert response["failure_list"][0]["item_id"] == id_
    assert reviewed.later(minutes=10).status(id_) == "NORMAL"


def test_what_is_edited_is_looked_at_again(reviewed: Client) -> None:
    id_ = reviewed.add()
    later = reviewed.later(minutes=20)
    assert update(later, id_, item_name="Trà CẤM bán hộp 200 g")["error"] == ""
    assert later.status(id_) == "REVIEWING"
    assert later.later(minutes=10).status(id_) == "BANNED"


def test_an_edit_during_the_review_does_not_begin_it_anew(reviewed: Client) -> None:
    id_ = reviewed.add()
    later = reviewed.later(minutes=5)
    update(later, id_, item_name="Trà mãng cầu hộp 200 g")
    assert later.later(minutes=5).status(id_) == "NORMAL"


def test_what_is_hidden_by_an_edit_is_not_looked_at(reviewed: Client) -> None:
    id_ = reviewed.add()
    later = reviewed.later(minutes=10)
    assert update(later, id_, item_status="UNLIST")["error"] == ""
    assert later.status(id_) == "UNLIST"


def test_without_a_review_an_edit_is_seen_at_once(client: Client) -> None:
    id_ = client.add()
    update(client, id_, item_name="Trà mãng cầu hộp 200 g")
    assert client.status(id_) == "NORMAL"


# Promotion


@pytest.fixture
def promoted(shelf: Shelf) -> Client:
    return Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL, promoted=["SALE-1"]))


def priced(client: Client, id_: int) -> Any:
    prices = [{"model_id": 0, "original_price": 99_000}]
    body = {"item_id": id_, "price_list": prices}
    return client.post("product/update_price", body)["response"]


def test_a_promotion_locks_the_price(promoted: Client) -> None:
    response = priced(promoted, promoted.add(item_sku="SALE-1"))
    assert response["success_list"] == []
    assert "under promotion" in response["failure_list"][0]["failed_reason"]


def test_a_promotion_keeps_what_is_listed(promoted: Client) -> None:
    id_ = promoted.add(item_sku="SALE-1")
    assert "promotion" in promoted.unlist(id_)["failure_list"][0]["failed_reason"]
    error = update(promoted, id_, item_status="UNLIST")["error"]
    assert error == "product.error_cannt_unlisted_in_promotion"
    assert update(promoted, id_, item_name="Trà mãng cầu hộp 200 g")["error"] == ""
    assert promoted.status(id_) == "NORMAL"


def test_a_promotion_concerns_nothing_that_is_hidden_or_another(promoted: Client) -> None:
    for more in ({"item_sku": "SALE-1", "item_status": "UNLIST"}, {"item_sku": "SALE-2"}):
        assert priced(promoted, promoted.add(**more))["failure_list"] == []


def test_a_strict_search_that_finds_nothing_is_an_error(shelf: Shelf) -> None:
    client = Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL, strict_search=True))
    query = {"item_sku": "OCOP", "page_size": 10}
    content = client.get("product/search_item", **query)
    assert (content["error"], content["message"]) == (
        "product.error_item_not_found",
        "Product not found",
    )
    id_ = client.add(item_sku="OCOP-1")
    assert client.get("product/search_item", **query)["response"]["item_id_list"] == [id_]


def test_a_forbidden_word_is_found_by_the_review(reviewed: Client) -> None:
    id_ = reviewed.add(item_name="Trà CẤM bán hộp 200 g")
    assert reviewed.status(id_) == "REVIEWING"
    assert reviewed.later(minutes=10).status(id_) == "BANNED"


@pytest.mark.parametrize("name", ["Trà cấm bán hộp 200 g", "Trà CẤMBÁN hộp 200 g"])
def test_only_the_very_word_is_forbidden(reviewed: Client, name: str) -> None:
    id_ = reviewed.add(item_name=name)
    assert reviewed.later(minutes=10).status(id_) == "NORMAL"


def test_a_name_that_is_corrected_in_time_passes(reviewed: Client) -> None:
    id_ = reviewed.add(item_name="Trà CẤM bán hộp 200 g")
    update(reviewed, id_, item_name="Trà mãng cầu hộp 200 g")
    assert reviewed.later(minutes=10).status(id_) == "NORMAL"


def test_without_a_review_nothing_is_banned(client: Client) -> None:
    id_ = client.add(item_name="Trà CẤM bán hộp 200 g")
    assert client.later(hours=1).status(id_) == "NORMAL"


def test_what_is_looked_at_or_banned_cannot_be_hidden(reviewed: Client) -> None:
    id_ = reviewed.add(item_name="Trà CẤM bán hộp 200 g")
    for _ in range(2):
        assert reviewed.unlist(id_)["failure_list"][0]["item_id"] == id_
        error = update(reviewed, id_, item_status="UNLIST")["error"]
        assert error.startswith("product.error_")
        reviewed.later(minutes=10)


def test_what_is_banned_cannot_be_changed_but_deleted(reviewed: Client) -> None:
    id_ = reviewed.add(item_name="Trà CẤM bán hộp 200 g")
    reviewed.later(minutes=10)
    assert update(reviewed, id_)["error"] == "product.error_item_uneditable"
    assert reviewed.unlist(id_, unlist=False)["success_list"] == []
    assert delete(reviewed, id_)["error"] == ""


def test_nobody_sees_what_is_looked_at_or_banned(reviewed: Client) -> None:
    id_ = reviewed.add(item_name="Trà CẤM bán hộp 200 g")
    assert reviewed.later(hours=3).numbers(id_)["views"] == 0
    delete(reviewed, id_)
    assert reviewed.later(hours=1).numbers(id_)["views"] == 0


# Lists and search


def test_a_search_is_fuzzy(client: Client) -> None:
    short, long = client.add(), client.add(item_sku="CM-0012")
    client.add(item_sku="XCM-001")
    assert client.found("CM-001") == [short, long]
    assert client.found("cm-0012") == [long]
    assert client.found("CM-9") == []


def test_the_sku_is_kept_as_it_came(client: Client) -> None:
    client.fault = Fault.REWRITTEN
    image = {"image_id_list": [client.image()]}
    client.fault = Fault.REWRITTEN
    id_ = client.add(item_sku=" cm-001 ", image=image)
    assert client.base(id_)["item_sku"] == " cm-001 "


def test_deleted_items_turn_up_in_a_search(client: Client) -> None:
    id_ = client.add()
    delete(client, id_)
    assert client.found() == [id_]
    assert client.found(item_status="NORMAL") == []


def test_a_search_stays_in_its_shop(client: Client, other: Client) -> None:
    client.add()
    assert other.found() == []
    assert other.listed() == []


def test_a_search_by_name(client: Client) -> None:
    id_ = client.add()
    query = {"item_name": "MÃNG CẦU", "page_size": 10}
    assert client.get("product/search_item", **query)["response"]["item_id_list"] == [id_]


def test_the_sku_goes_before_the_name(client: Client) -> None:
    id_ = client.add()
    assert client.found("CM-001", item_name="nothing of the kind") == [id_]


def test_a_search_for_what_lacks_attributes(client: Client) -> None:
    lacking = client.add()
    client.add(attribute_list=[attribute(100010, value(532))])
    assert client.found(attribute_status=2) == [lacking]
    assert client.found(attribute_status=1) == []


def test_a_search_needs_something_to_look_for(client: Client) -> None:
    content = client.get("product/search_item", page_size=10)
    assert content["error"] == "product.error_param"
    assert content["message"] == "request must set one of [item_name,attribute_status]"


@pytest.mark.parametrize("query", [{}, {"page_size": 0}, {"page_size": 101}, {"page_size": "x"}])
def test_a_search_has_a_page_size(client: Client, query: dict[str, Any]) -> None:
    content = client.get("product/search_item", item_sku="x", **query)
    assert content["error"] == "product.error_param"


def test_a_search_comes_in_pages_by_an_opaque_offset(client: Client) -> None:
    ids = [client.add() for _ in range(3)]
    query = {"item_sku": "CM-001", "page_size": 2}
    first = client.get("product/search_item", **query)["response"]
    assert first["item_id_list"] == ids[:2]
    assert first["total_count"] == 3
    assert not first["next_offset"].isdecimal()
    second = client.get("product/search_item", offset=first["next_offset"], **query)["response"]
    assert second["item_id_list"] == ids[2:]
    assert second["next_offset"] == ""


@pytest.mark.parametrize("offset", ["2", "abc", "YWZ0ZXIgeA==", "YmVmb3JlIDE="])
def test_an_unknown_offset_is_refused(client: Client, offset: str) -> None:
    query = {"item_sku": "x", "page_size": 2, "offset": offset}
    assert client.get("product/search_item", **query)["error"] == "product.error_param"


def test_a_list_has_what_is_asked_for(client: Client) -> None:
    shown, hidden = client.add(), client.add(item_status="UNLIST")
    assert client.listed("NORMAL") == [shown]
    assert client.listed("UNLIST") == [hidden]
    assert client.listed("NORMAL", "UNLIST", "REVIEWING") == [shown, hidden]
    assert client.pages("NORMAL")["item"] == [
        {"item_id": shown, "item_status": "NORMAL", "update_time": WALL, "tag": {"kit": False}}
    ]


def test_a_list_comes_in_pages(client: Client) -> None:
    ids = [client.add() for _ in range(3)]
    first = client.pages(page_size=2)
    assert [entry["item_id"] for entry in first["item"]] == ids[:2]
    assert (first["has_next_page"], first["next_offset"], first["total_count"]) == (True, 2, 3)
    second = client.pages(page_size=2, offset=2)
    assert [entry["item_id"] for entry in second["item"]] == ids[2:]
    assert not second["has_next_page"]


def test_a_list_knows_when_items_changed(client: Client) -> None:
    id_ = client.add()
    span = {"update_time_from": WALL, "update_time_to": WALL + 1}
    assert [entry["item_id"] for entry in client.pages(**span)["item"]] == [id_]
    span = {"update_time_from": WALL + 1, "update_time_to": WALL + 2}
    assert client.pages(**span)["item"] == []
    span = {"update_time_from": WALL - 2, "update_time_to": WALL - 1}
    assert client.pages(**span)["item"] == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"page_size": 101}, "product.error_param"),
        ({"offset": "next"}, "product.error_param"),
        ({"update_time_from": 5, "update_time_to": 5}, "product.error_update_time_range"),
        ({"item_status": "SHOWN"}, "product.error_param_item_status"),
        ({"item_status": "NORMAL,UNLIST"}, "product.error_param_item_status"),
    ],
)
def test_a_list_that_cannot_be(client: Client, query: dict[str, Any], error: str) -> None:
    asked = {"offset": 0, "page_size": 100, "item_status": "NORMAL"} | query
    assert client.get("product/get_item_list", **asked)["error"] == error


@pytest.mark.parametrize("name", ["offset", "page_size", "item_status"])
def test_what_a_list_needs(client: Client, name: str) -> None:
    asked = {"offset": 0, "page_size": 100, "item_status": "NORMAL"}
    del asked[name]
    assert client.get("product/get_item_list", **asked)["error"] == "product.error_param"


INFO = ["product/get_item_base_info", "product/get_item_extra_info"]


@pytest.mark.parametrize("path", INFO)
def test_unknown_items_are_left_out(client: Client, other: Client, path: str) -> None:
    ids = [client.add(), client.add()]
    asked = f"{ids[1]},1,{other.add()},{ids[0]}"
    listed = client.get(path, item_id_list=asked)["response"]["item_list"]
    assert [one["item_id"] for one in listed] == ids[::-1]


@pytest.mark.parametrize("path", INFO)
def test_fifty_items_at_once(client: Client, path: str) -> None:
    id_ = client.add()
    ids = ",".join([str(id_)] * 50)
    assert client.get(path, item_id_list=ids)["error"] == ""
    assert client.get(path, item_id_list=f"{ids},1")["error"] == "product.error_param"


@pytest.mark.parametrize("path", INFO)
def test_ids_come_in_one_value(client: Client, path: str) -> None:
    content = client.get(path, ("item_id_list", 1), ("item_id_list", 2))
    assert content["error"] == "product.error_param"
    assert client.get(path, item_id_list="[1,2]")["error"] == "product.error_param"


# The service's own doing


def faulty_add(client: Client, fault: Fault, **changed: Any) -> int:
    content = client.item(**changed)
    client.fault = fault
    return int(client.post("product/add_item", content)["response"]["item_id"])


def test_a_lagging_item_can_be_read_but_not_found(client: Client) -> None:
    id_ = faulty_add(client, Fault.LAGGING)
    assert client.status(id_) == "NORMAL"
    assert client.later(seconds=LAG_SECONDS - 1).found() == []
    assert client.listed() == []
    assert client.later(seconds=1).found() == [id_]
    assert client.listed() == [id_]


def test_a_change_does_not_end_the_lag(client: Client) -> None:
    id_ = faulty_add(client, Fault.LAGGING)
    prices(client.later(seconds=9), id_, {"original_price": 9_000})
    assert client.found() == []


def test_an_item_may_lag_when_it_is_shown(client: Client) -> None:
    id_ = client.add(item_status="UNLIST")
    client.fault = Fault.LAGGING
    client.unlist(id_, unlist=False)
    assert client.status(id_) == "NORMAL"
    assert client.listed() == []
    assert client.later(seconds=LAG_SECONDS).listed() == [id_]


LOOSE = {"item_name": "  Trà  mãng cầu   xiêm ", "description": " Thơm  dịu.\n\nHộp 200 g. "}


def test_a_rewritten_item_has_other_white_space(client: Client) -> None:
    id_ = faulty_add(client, Fault.REWRITTEN, **LOOSE)
    base = client.base(id_)
    assert base["item_name"] == "Trà mãng cầu xiêm"
    assert base["description"] == "Thơm dịu. Hộp 200 g."


def test_an_item_may_be_rewritten_when_it_is_shown(client: Client) -> None:
    id_ = client.add(item_status="UNLIST", **LOOSE)
    assert client.base(id_)["item_name"] == LOOSE["item_name"]
    client.fault = Fault.REWRITTEN
    client.unlist(id_, unlist=False)
    assert client.base(id_)["item_name"] == "Trà mãng cầu xiêm"


def test_asked_to_wait_without_a_time(stand: Stand) -> None:
    answer = stand.failure(Fault.THROTTLED)
    assert (answer.status, told(answer)["error"]) == (200, "error_rate_limit")
    assert set(answer.headers) == {"Content-Type"}


def test_an_expired_token_in_the_services_words(stand: Stand) -> None:
    answer = stand.failure(Fault.EXPIRED)
    content = told(answer)
    assert (answer.status, content["error"]) == (403, "error_auth")
    assert content["message"] == "Invalid access_token."


def test_a_refusal_with_its_reason(stand: Stand) -> None:
    answer = stand.failure(Fault.REFUSED)
    content = told(answer)
    assert (answer.status, content["error"]) == (200, "product.error_busi")
    assert Fault.REFUSED.value in content["message"]
    assert content["response"] == {}


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR_BEFORE, Fault.SERVER_ERROR_AFTER])
def test_an_error_of_the_server_is_a_page(stand: Stand, fault: Fault) -> None:
    answer = stand.failure(fault)
    assert answer.status == 500
    assert answer.body.startswith(b"<html>")


# What becomes of items


def aged(client: Client, days: int) -> Client:
    """Let days pass, with a token that lives."""
    for _ in range(0, days, 25):
        client.later(days=min(days, 25)).rotate()
        days -= 25
    return client


def test_a_new_item_has_nothing_yet(client: Client) -> None:
    assert client.numbers(id_ := client.add()) == {
        "item_id": id_,
        "sale": 0,
        "views": 0,
        "likes": 0,
        "rating_star": 0.0,
        "comment_count": 0,
    }


def test_likes_sales_and_comments_only_grow(client: Client) -> None:
    id_ = client.add()
    seen = []
    for _ in range(40):
        client.later(days=1).rotate()
        extra = client.numbers(id_)
        seen.append((extra["likes"], extra["sale"], extra["comment_count"]))
    for counts in zip(*seen, strict=True):
        assert list(counts) == sorted(counts)
        assert counts[-1] > 0


def test_views_grow_first_and_fall_when_the_news_is_old(client: Client) -> None:
    id_ = client.add()
    views = []
    for _ in range(60):
        client.later(days=1).rotate()
        views.append(client.numbers(id_)["views"])
    assert views[:30] == sorted(views[:30])
    assert views[-1] < max(views)


def test_views_grow_within_a_day(client: Client) -> None:
    id_ = client.add()
    assert (
        0
        < client.later(hours=1).numbers(id_)["views"]
        < client.later(hours=2).numbers(id_)["views"]
    )


def test_a_rating_comes_with_the_first_comment(client: Client) -> None:
    id_ = client.add()
    assert client.numbers(id_)["rating_star"] == 0
    extra = aged(client, 50).numbers(id_)
    assert extra["comment_count"] > 0
    assert 4.1 <= extra["rating_star"] <= 5.0


def test_a_hidden_item_gets_no_views_orders_and_likes(client: Client) -> None:
    id_ = client.add()
    aged(client, 10).unlist(id_)
    before = client.numbers(id_)
    after = aged(client, 15).numbers(id_)
    assert after["likes"] == before["likes"]
    assert after["sale"] == before["sale"]
    assert after["views"] == before["views"]


def test_an_item_that_is_shown_twice_is_viewed_once(client: Client, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf.db")  # where the first item gets the same id, and interest
    once = Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL))
    id_ = once.add()
    assert client.add() == id_
    client.unlist(id_, unlist=False)
    assert aged(client, 9).numbers(id_) == aged(once, 9).numbers(id_)
    shelf.close()


def test_views_of_a_hidden_item_leave_the_window(client: Client) -> None:
    id_ = client.add()
    aged(client, 10).unlist(id_)
    assert aged(client, 41).numbers(id_)["views"] == 0


def test_an_item_that_was_never_shown_has_no_readers(client: Client) -> None:
    id_ = client.add(item_status="UNLIST")
    assert aged(client, 20).numbers(id_)["views"] == 0
    assert client.orders()["response"]["order_list"] == []


def test_orders_are_consistent_with_sales(client: Client) -> None:
    ids = [client.add(), client.add(original_price=9_000)]
    aged(client, 40)
    sales = {id_: client.numbers(id_)["sale"] for id_ in ids}
    until = client.now.timestamp()
    sold = dict.fromkeys(ids, 0)
    client.later(hours=6).rotate()  # what will be cancelled is cancelled by then
    for order in client.bought():
        for line in order["item_list"]:
            if order["create_time"] <= until:
                sold[line["item_id"]] += line["model_quantity_purchased"]
    assert sold == sales
    assert all(sold.values())


def test_some_orders_are_cancelled(client: Client) -> None:
    client.add()
    orders = aged(client, 50).bought(alive=False)
    cancelled = [order for order in orders if order["order_status"] == "CANCELLED"]
    assert 0 < len(cancelled) < len(orders) / 2
    for order in orders:
        for line in order["item_list"]:
            gone = line["model_quantity_purchased"] if order in cancelled else 0
            assert line["cancelled_qty"] == gone


def test_an_order_is_cancelled_only_after_it_was_made(client: Client) -> None:
    client.add()
    orders = aged(client, 50).bought(alive=False)
    order = next(one for one in orders if one["order_status"] == "CANCELLED")
    client.now = datetime.fromtimestamp(order["create_time"] + 1, UTC)
    now = client.details([order["order_sn"]], "item_list,cancel_by")[0]
    assert now["order_status"] == "READY_TO_SHIP"
    assert now["update_time"] == order["create_time"] < order["update_time"]
    assert now["cancel_by"] == ""


def test_orders_are_shipped_and_completed(client: Client) -> None:
    client.add()
    statuses = {order["order_status"] for order in aged(client, 30).bought()}
    assert {"SHIPPED", "COMPLETED"} <= statuses


def test_an_order_in_detail(client: Client) -> None:
    id_ = client.add()
    order = aged(client, 20).bought()[0]
    line = order["item_list"][0]
    assert (order["region"], order["currency"]) == ("VN", "VND")
    assert (line["item_id"], line["item_sku"], line["model_id"]) == (id_, "CM-001", 0)
    assert line["model_discounted_price"] == line["model_original_price"] == 120_000.0
    assert order["total_amount"] == 120_000.0 * line["model_quantity_purchased"]
    day = datetime.fromtimestamp(order["create_time"] + 7 * 3_600, UTC)
    assert order["order_sn"].startswith(f"{day:%y%m%d}")
    assert len(order["order_sn"]) == 14


def test_money_of_orders_is_written_with_a_point(client: Client) -> None:
    client.add()
    order = aged(client, 20).bought()[0]
    path = "order/get_order_detail"
    query = {"order_sn_list": order["order_sn"], "response_optional_fields": "item_list"}
    assert (
        b'"model_discounted_price": 120000.0'
        in client.answer(client.request("GET", path, query)).body
    )


def test_an_order_keeps_the_price_that_was_paid(client: Client) -> None:
    id_ = client.add()
    before = {order["order_sn"] for order in aged(client, 15).bought()}
    prices(client, id_, {"original_price": 99_000})
    for order in aged(client, 15).bought():
        paid = order["item_list"][0]["model_discounted_price"]
        assert paid == (120_000 if order["order_sn"] in before else 99_000)


def test_what_is_not_asked_for_is_not_told(client: Client) -> None:
    client.add()
    number = aged(client, 20).bought()[0]["order_sn"]
    assert "item_list" not in client.details([number], "total_amount")[0]
    listed = client.orders(response_optional_fields="")["response"]["order_list"]
    assert set(listed[0]) == {"order_sn"}


def test_an_unknown_field_of_an_order_is_refused(client: Client) -> None:
    query = {"order_sn_list": "261123V2Y6E59M", "response_optional_fields": "colour"}
    assert client.get("order/get_order_detail", **query)["error"] == "common.error_param"


def test_orders_come_in_pages(client: Client) -> None:
    for number in range(3):
        client.add(item_sku=f"CM-{number}")
    aged(client, 15)
    whole = client.orders()["response"]["order_list"]
    first = client.orders(page_size=2)["response"]
    assert (first["more"], first["order_list"]) == (True, whole[:2])
    second = client.orders(page_size=2, cursor=first["next_cursor"])["response"]
    assert second["order_list"] == whole[2:4]
    last = client.orders(cursor=str(len(whole) - 1))["response"]
    assert (last["more"], last["next_cursor"], last["order_list"]) == (False, "", whole[-1:])


def test_orders_by_status(client: Client) -> None:
    client.add()
    aged(client, 30)
    listed = client.orders(order_status="COMPLETED")["response"]["order_list"]
    assert {order["order_status"] for order in listed} == {"COMPLETED"}


def test_orders_by_the_time_of_their_last_change(client: Client) -> None:
    client.add()
    orders = aged(client, 50).bought(alive=False)
    order = next(one for one in orders if one["order_status"] == "CANCELLED")
    changed = order["update_time"]
    span = {"time_from": changed, "time_to": changed + 1}
    found = client.orders(time_range_field="update_time", **span)["response"]["order_list"]
    assert order["order_sn"] in [one["order_sn"] for one in found]
    found = client.orders(**span)["response"]["order_list"]
    assert order["order_sn"] not in [one["order_sn"] for one in found]


@pytest.mark.parametrize(
    ("seconds", "error"), [(15 * 86_400, ""), (15 * 86_400 + 1, "x"), (0, "x")]
)
def test_orders_of_fifteen_days_at_most(client: Client, seconds: int, error: str) -> None:
    content = client.orders(time_from=WALL, time_to=WALL + seconds)
    assert content["error"] == (error and "order.order_list_invalid_time")


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": 101},
        {"page_size": 0},
        {"time_range_field": "ship_time"},
        {"order_status": "LOST"},
        {"cursor": "abc"},
        {"time_from": "yesterday"},
    ],
)
def test_a_list_of_orders_that_cannot_be(client: Client, query: dict[str, Any]) -> None:
    assert client.orders(**query)["error"] == "common.error_param"


@pytest.mark.parametrize(
    ("many", "error"), [(50, "common.error_not_found"), (51, "common.error_param")]
)
def test_fifty_orders_at_once(client: Client, many: int, error: str) -> None:
    numbers = ",".join(["261123V2Y6E59M"] * many)
    assert client.get("order/get_order_detail", order_sn_list=numbers)["error"] == error


@pytest.mark.parametrize("number", ["261123V2Y6E59M", "999999V2Y6E59M", "x"])
def test_an_unknown_order_is_not_found(client: Client, number: str) -> None:
    content = client.get("order/get_order_detail", order_sn_list=number)
    assert content["error"] == "common.error_not_found"


def test_nobody_knows_the_orders_of_tomorrow(client: Client) -> None:
    client.add()
    aged(client, 10)
    now = int(client.now.timestamp())
    page = client.orders(time_from=now, time_to=now + 15 * 86_400)
    assert page["response"]["order_list"] == []


def test_orders_stay_in_their_shop(client: Client, other: Client) -> None:
    client.add()
    number = aged(client, 15).bought()[0]["order_sn"]
    other.now = client.now
    assert other.orders()["response"]["order_list"] == []
    content = other.get("order/get_order_detail", order_sn_list=number)
    assert content["error"] == "common.error_not_found"


# Its page


def test_the_page_shows_each_shops_items_newest_first(client: Client, other: Client) -> None:
    ids = [client.add(), client.add()]
    ids.append(client.later(minutes=1).add())
    other.add()
    feeds = client.stand.feeds(client.now)
    assert [feed.account for feed in feeds] == list(ACCOUNTS)
    assert [int(entry.id) for entry in feeds[0].entries] == ids[::-1]
    assert [len(feed.entries) for feed in feeds] == [3, 1, 0]


def test_an_entry_of_the_page(client: Client) -> None:
    id_ = client.add()
    entry = client.entry()
    assert (entry.id, entry.at, entry.price, entry.note) == (str(id_), NOW, 120_000, "")
    assert entry.title == "Trà mãng cầu xiêm hộp 200 g"
    assert entry.text.startswith("Lá trà sao")
    assert [image for image, _ in entry.pictures] == client.base(id_)["image"]["image_id_list"]


def test_the_page_notes_what_is_hidden_and_leaves_out_what_is_gone(client: Client) -> None:
    client.unlist(client.add())
    delete(client, client.add())
    assert client.entry().note == "hidden"
    feed = client.stand.feeds(client.now)[0]
    assert len(feed.entries) == 1


def test_the_page_notes_reviews(reviewed: Client) -> None:
    reviewed.add(item_name="Trà CẤM bán hộp 200 g")
    assert reviewed.entry().note == "in review"
    assert reviewed.later(minutes=10).entry().note == "banned"


def test_the_page_has_the_numbers_of_the_metrics(client: Client) -> None:
    id_ = client.add()
    aged(client, 40)
    extra, orders = client.numbers(id_), client.bought()
    assert client.entry().counts == {
        "views": extra["views"],
        "likes": extra["likes"],
        "units": extra["sale"],
        "orders": len(orders),
        "revenue": sum(int(order["total_amount"]) for order in orders),
    }


# Its memory


def test_a_new_stand_goes_on_where_the_old_one_was(tmp_path: Path) -> None:
    first = Shelf(tmp_path / "shelf.db")
    client = Client(Stand(ACCOUNTS, first.section("shopee"), wall=lambda: WALL))
    id_ = client.add()
    aged(client, 10)
    before = client.base(id_), client.numbers(id_), client.orders()
    image = client.base(id_)["image"]["image_id_list"]
    first.close()
    second = Shelf(tmp_path / "shelf.db")
    client.stand = Stand(ACCOUNTS, second.section("shopee"), wall=lambda: WALL)
    assert (client.base(id_), client.numbers(id_), client.orders()) == before
    assert client.add(image={"image_id_list": image}) > id_
    assert client.refresh(FIRST["refresh_token"])["error"] == "error_shop_refresh_token"
    second.close()


def test_an_account_with_another_first_pair_was_authorised_anew(shelf: Shelf) -> None:
    client = Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL))
    id_ = client.add()
    keys = FIRST | {"access_token": "7f636f705f6163636573", "refresh_token": "7f636f705f72656672"}
    renewed = Client(Stand({"gian-hang": keys}, shelf, wall=lambda: WALL), keys)
    renewed.now = NOW + timedelta(days=60)
    assert renewed.status(id_) == "NORMAL"


def test_ids_are_the_same_each_time() -> None:
    made = []
    for _ in range(2):
        shelf = Shelf()
        client = Client(Stand(ACCOUNTS, shelf, wall=lambda: WALL))
        made.append((client.add(), client.image(), client.refresh()["access_token"]))
        shelf.close()
    assert made[0] == made[1]
