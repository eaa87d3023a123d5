"""What is counted of listings: each number with its span, and a missing one stays missing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from promoter.core.errors import NotAuthorized
from promoter.core.model import Metric, Quality, Receipt, Window
from tests.channels.shopee.shop import NOW, Office, connected, creative, prepared, says_no, scripted
from tests.channels.shopee.test_wire import receipt

EXTRA = "product/get_item_extra_info"
ORDERS, DETAIL = "order/get_order_list", "order/get_order_detail"
NUMBER = 3000142341
COUNTED = {"item_id": NUMBER, "sale": 17, "views": 240, "likes": 9, "rating_star": 4.8}
NO_ORDERS = {"more": False, "next_cursor": "", "order_list": []}


def line(number: int = NUMBER, bought: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "item_id": number,
        "model_quantity_purchased": bought,
        "model_original_price": 20_000.0,
        "model_discounted_price": 15_000.0,
        "cancelled_qty": 0,
        **more,
    }


def order(name: str, *lines: Mapping[str, Any], status: str = "COMPLETED") -> dict[str, Any]:
    return {"order_sn": name, "order_status": status, "item_list": list(lines)}


def sold(*orders: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the service says if these orders were made in the last days."""
    names = [{"order_sn": item["order_sn"]} for item in orders]
    return {
        EXTRA: {"item_list": [COUNTED]},
        ORDERS: [NO_ORDERS, {**NO_ORDERS, "order_list": names}],
        DETAIL: {"order_list": list(orders)},
    }


def measured(says: Mapping[str, Any], *receipts: Receipt) -> dict[tuple[str, str], int]:
    with scripted(says) as script:
        found = connected(script.url).metrics(list(receipts) or [receipt()], NOW)
    return {(metric.remote_id, metric.name): metric.value for metric in found}


def numbers(says: Mapping[str, Any]) -> dict[str, int]:
    return {name: value for (_, name), value in measured(says).items()}


def test_each_number_has_our_name_its_span_and_its_moment() -> None:
    with scripted(sold(order("A", line(bought=2)))) as script:
        found = connected(script.url).metrics([receipt()], NOW)

    def metric(name: str, value: int, window: Window) -> Metric:
        return Metric(str(NUMBER), name, value, window, NOW, Quality.EXACT)

    assert found == [
        metric("views", 240, Window.ROLLING_30_DAYS),
        metric("likes", 9, Window.CUMULATIVE),
        metric("units", 17, Window.CUMULATIVE),
        metric("orders", 1, Window.ROLLING_30_DAYS),
        metric("revenue", 30_000, Window.ROLLING_30_DAYS),
    ]


@pytest.mark.parametrize("name", ["views", "likes", "sale"])
@pytest.mark.parametrize("how", ["null", "absent"])
def test_a_missing_number_is_missing_and_takes_no_other_along(name: str, how: str) -> None:
    kept = {key: value for key, value in COUNTED.items() if key != name}
    if how == "null":
        kept[name] = None  # type: ignore[assignment]
    found = numbers({**sold(), EXTRA: {"item_list": [kept]}})
    ours = {"views": "views", "likes": "likes", "sale": "units"}[name]
    assert set(found) == {"views", "likes", "units", "orders", "revenue"} - {ours}


def test_a_zero_is_a_number() -> None:
    none = {"item_id": NUMBER, "sale": 0, "views": 0, "likes": 0}
    assert set(numbers({**sold(), EXTRA: {"item_list": [none]}}).values()) == {0}


def test_listings_are_asked_for_fifty_at_a_time() -> None:
    receipts = [receipt(str(number)) for number in range(1, 52)]
    with scripted({EXTRA: {"item_list": []}}) as script:
        connected(script.url).metrics(receipts, NOW)
    asked = [query["item_id_list"][0].split(",") for query in script.to(EXTRA)]
    assert [len(part) for part in asked] == [50, 1]


@pytest.mark.parametrize(
    "gone",
    [
        says_no("product.error_item_not_found"),
        says_no("error_param", "The information you queried is not found."),
        says_no("product.error_param", "Item_id is not found."),
    ],
)
def test_one_listing_that_is_gone_does_not_take_the_others_along(gone: dict[str, Any]) -> None:
    second = {"item_list": [{**COUNTED, "item_id": 2}]}
    says = {**sold(), EXTRA: [gone, gone, second]}
    assert ("2", "views") in measured(says, receipt("1"), receipt("2"))


def test_a_listing_that_the_shop_leaves_out_has_no_numbers() -> None:
    found = measured(sold(), receipt("1"), receipt())
    assert {name for name, _ in found} == {str(NUMBER)}


def test_an_address_that_a_person_gave_is_counted_under_it() -> None:
    address = f"https://shopee.vn/Muối-i.220099887.{NUMBER}"
    assert measured(sold(), Receipt(address, address))[address, "views"] == 240


def test_a_receipt_that_names_no_listing_is_left_out_and_asks_nobody() -> None:
    with scripted({}) as script:
        assert connected(script.url).metrics([Receipt("https://shopee.vn/x", "")], NOW) == []
    assert script.calls == []


# Orders


def test_orders_are_asked_for_thirty_days_in_two_spans() -> None:
    with scripted(sold()) as script:
        connected(script.url).metrics([receipt()], NOW)
    spans = [(int(q["time_from"][0]), int(q["time_to"][0])) for q in script.to(ORDERS)]
    day, now = 86_400, int(NOW.timestamp())
    assert spans == [(now - 30 * day, now - 15 * day), (now - 15 * day, now)]
    assert {q["time_range_field"][0] for q in script.to(ORDERS)} == {"create_time"}
    assert script.to(DETAIL) == []


def test_pages_of_orders_are_read_to_the_end() -> None:
    first = {"more": True, "next_cursor": "20", "order_list": [{"order_sn": "A"}]}
    says = {
        **sold(order("A", line()), order("B", line())),
        ORDERS: [first, {**NO_ORDERS, "order_list": [{"order_sn": "B"}]}, NO_ORDERS],
    }
    with scripted(says) as script:
        found = connected(script.url).metrics([receipt()], NOW)
    assert [query.get("cursor") for query in script.to(ORDERS)] == [None, ["20"], None]
    assert [metric.value for metric in found if metric.name == "orders"] == [2]


def test_details_are_asked_for_fifty_at_a_time() -> None:
    orders = [order(f"S{number}", line()) for number in range(51)]
    answers = [{"order_list": orders[:50]}, {"order_list": orders[50:]}]
    with scripted({**sold(*orders), DETAIL: answers}) as script:
        found = connected(script.url).metrics([receipt()], NOW)
    sizes = [query["order_sn_list"][0].count(",") + 1 for query in script.to(DETAIL)]
    assert sizes == [50, 1]
    assert {query["response_optional_fields"][0] for query in script.to(DETAIL)} == {"item_list"}
    assert [metric.value for metric in found if metric.name == "orders"] == [51]


def test_an_order_on_the_border_of_two_spans_is_one_order() -> None:
    page = {**NO_ORDERS, "order_list": [{"order_sn": "A"}]}
    with scripted({**sold(order("A", line())), ORDERS: page}) as script:
        connected(script.url).metrics([receipt()], NOW)
    assert [query["order_sn_list"] for query in script.to(DETAIL)] == [["A"]]


def test_what_is_cancelled_is_not_counted() -> None:
    found = numbers(
        sold(
            order("A", line(bought=3), status="CANCELLED"),
            order("B", line(bought=3, cancelled_qty=1)),
            order("C", line(bought=2, cancelled_qty=2)),
            order("D", line(cancelled_qty=None), status="IN_CANCEL"),
        )
    )
    assert (found["orders"], found["revenue"]) == (2, 45_000)


def test_two_lines_of_one_order_are_one_order() -> None:
    cheaper = line(model_discounted_price=12_500)
    found = numbers(sold(order("A", line(), cheaper)))
    assert (found["orders"], found["revenue"]) == (1, 27_500)


def test_other_listings_in_an_order_are_not_ours() -> None:
    found = numbers(sold(order("A", line(1), line()), order("B", line(1))))
    assert (found["orders"], found["revenue"]) == (1, 15_000)


def test_revenue_is_reckoned_without_floating_point() -> None:
    parts = [order(f"S{n}", line(model_discounted_price=0.1)) for n in range(10)]
    assert numbers(sold(*parts))["revenue"] == 1


@pytest.mark.parametrize(
    "refused",
    [
        says_no("error_auth", "No permission to current api."),
        says_no("error_permission"),
        says_no("error_param", "This API is currently offline."),
    ],
)
@pytest.mark.parametrize("path", [ORDERS, DETAIL])
def test_an_app_that_may_not_read_orders_keeps_the_other_numbers(
    path: str, refused: dict[str, Any]
) -> None:
    found = numbers({**sold(order("A", line())), path: refused})
    assert found == {"views": 240, "likes": 9, "units": 17}


@pytest.mark.parametrize(
    "trouble",
    [
        says_no("error_server"),
        says_no("error_rate_limit"),
        says_no("error_auth", "Invalid access_token."),
        {},
    ],
)
@pytest.mark.parametrize("path", [ORDERS, DETAIL])
def test_trouble_with_orders_keeps_what_was_read_before(path: str, trouble: dict[str, Any]) -> None:
    found = numbers({**sold(order("A", line())), path: trouble})
    assert found == {"views": 240, "likes": 9, "units": 17}


def test_a_list_of_orders_that_is_null_is_empty() -> None:
    found = numbers({**sold(), ORDERS: {**NO_ORDERS, "order_list": None}})
    assert (found["orders"], found["revenue"]) == (0, 0)


def test_an_order_that_does_not_come_back_leaves_all_uncounted() -> None:
    one = {"order_list": [order("A", line())]}
    found = numbers({**sold(order("A", line()), order("B", line())), DETAIL: one})
    assert set(found) == {"views", "likes", "units"}


def test_an_order_without_a_list_of_what_was_bought_leaves_all_uncounted() -> None:
    silent = {"order_sn": "B", "order_status": "COMPLETED"}
    says = {**sold(order("A", line()), order("B", line()))}
    found = numbers({**says, DETAIL: {"order_list": [order("A", line()), silent]}})
    assert set(found) == {"views", "likes", "units"}
    empty = {**silent, "item_list": None}
    found = numbers({**says, DETAIL: {"order_list": [order("A", line()), empty]}})
    assert found["orders"] == 1


def test_an_order_that_comes_back_twice_is_one() -> None:
    twice = {"order_list": [order("A", line()), order("A", line())]}
    assert numbers({**sold(order("A", line())), DETAIL: twice})["orders"] == 1


@pytest.mark.parametrize("cursor", ["20", "", None])
def test_orders_that_cannot_be_read_whole_are_not_counted(cursor: str | None) -> None:
    endless = {"more": True, "next_cursor": cursor, "order_list": [{"order_sn": "A"}]}
    found = numbers({**sold(order("A", line())), ORDERS: endless})
    assert set(found) == {"views", "likes", "units"}


def test_a_page_that_does_not_name_the_next_one_is_the_last_that_is_asked_for() -> None:
    lost = {"more": True, "next_cursor": "", "order_list": []}
    with scripted({**sold(), ORDERS: lost}) as script:
        connected(script.url).metrics([receipt()], NOW)
    assert len(script.to(ORDERS)) == 1


def test_a_listing_that_nobody_asked_for_is_left_out() -> None:
    stranger = {**COUNTED, "item_id": 4}
    found = measured({**sold(), EXTRA: {"item_list": [stranger, COUNTED]}})
    assert {name for name, _ in found} == {str(NUMBER)}


def test_an_expired_token_is_told() -> None:
    with pytest.raises(NotAuthorized):
        numbers({EXTRA: says_no("error_auth", "Invalid access_token.")})


# At the stand-in


def test_the_numbers_are_those_of_the_shops_page(shop: Office) -> None:
    channel = shop.channel()
    live = []
    for code in ("BL-086", "BL-087"):
        what = creative(code=code)
        live.append(channel.publish(what, "key", prepared(channel, what)))
    pair: dict[str, Any] = dict(channel.refresh().values)
    shop.now += timedelta(hours=3, minutes=59)
    found = shop.channel(**pair).metrics(live, shop.now)
    (feed,) = shop.stand.feeds(shop.now)
    shown = {entry.id: entry.counts for entry in feed.entries}
    assert {(metric.remote_id, metric.name): metric.value for metric in found} == {
        (number, name): value for number, counts in shown.items() for name, value in counts.items()
    }
