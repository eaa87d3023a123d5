"""What a producer is told: papers by urgency, honest labels, and stable names in JSON."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.engagement import OnShow, Reading
from promoter.core.insight import Evidence, Item, Shown
from promoter.core.model import Photo, Quality, Shop, Window
from promoter.core.period import Period
from promoter.core.report import (
    FOODS,
    Findings,
    Gap,
    Paper,
    Picture,
    Planned,
    Report,
    as_json,
    gaps,
    report,
)
from promoter.core.rules import DECLARED
from tests.core.test_insight import evidence, shown, visits
from tests.make import NOW, TODAY, certificate, producer, product

SHOP = Shop(name="Bưu điện", url="https://buudien.example.com/bl-086")
WHOLE: dict[str, Any] = {
    "food_safety": "MAU-086/2024/ATTP",
    "shops": (SHOP,),
    "photos": (Photo(sha256="a" * 64),),
}


def planned(day: int) -> Planned:
    """Return a post to come."""
    at = datetime(2026, 11, day, 5, tzinfo=UTC)
    item = Item("BL-086", "Muối hạt Bạc Liêu")
    return Planned(at, at.date(), "showcase", "showcase", (item,), waiting=False)


def findings(found: Evidence | None = None, **changes: Any) -> Findings:
    """Return the findings of P41 with one product whose papers are whole."""
    fields: dict[str, Any] = {
        "office": "Sở Công Thương",
        "producer": producer(),
        "products": [product(**WHOLE)],
        "period": Period(date(2026, 11, 1), date(2026, 11, 30)),
        "today": TODAY,
        "evidence": found or evidence(),
        "pictures": {},
        "planned": [],
    }
    return Findings(**(fields | changes))


def told(found: Evidence | None = None, **changes: Any) -> Report:
    """Return the report of findings."""
    return report(findings(found, **changes))


def papers(**changes: Any) -> list[Paper]:
    """Return what is missing for one product."""
    return [gap.paper for gap in gaps(producer(), [product(**(WHOLE | changes))], TODAY)]


def test_whole_papers_miss_nothing() -> None:
    assert papers() == []


@pytest.mark.parametrize(
    ("changes", "paper"),
    [
        ({"self_declaration": ""}, Paper.SELF_DECLARATION),
        ({"food_safety": ""}, Paper.FOOD_SAFETY),
        ({"shops": ()}, Paper.ORDER_LINK),
        ({"price": None}, Paper.PRICE),
        ({"photos": ()}, Paper.PHOTO),
        ({"photos": (Photo(sha256="a" * 64, sample=True),)}, Paper.PHOTO),
    ],
)
def test_each_missing_paper_is_named(changes: dict[str, Any], paper: Paper) -> None:
    assert papers(**changes) == [paper]


@pytest.mark.parametrize("kind", ["handicraft", "ornamental", "tourism_service"])
def test_what_is_not_food_needs_no_food_papers(kind: str) -> None:
    assert papers(product_class=kind, self_declaration="", food_safety="") == []


def test_fresh_food_needs_safety_but_no_self_declaration() -> None:
    assert papers(product_class="fresh_food", self_declaration="", food_safety="") == [
        Paper.FOOD_SAFETY
    ]


def test_a_cosmetic_needs_its_notification_but_no_food_safety() -> None:
    assert papers(product_class="cosmetic", self_declaration="", food_safety="") == [
        Paper.SELF_DECLARATION
    ]
    assert {"fresh_food"} == FOODS - DECLARED


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        (TODAY - timedelta(days=1), [Paper.CERTIFICATE_EXPIRED]),
        (TODAY, [Paper.CERTIFICATE_EXPIRED]),
        (TODAY + timedelta(days=1), [Paper.CERTIFICATE_EXPIRING]),
        (TODAY + timedelta(days=90), [Paper.CERTIFICATE_EXPIRING]),
        (TODAY + timedelta(days=91), []),
    ],
)
def test_a_certificate_is_watched_for_ninety_days(expires: date, said: list[Paper]) -> None:
    held = certificate(expires_on=expires)
    assert papers(certificate=held) == said
    if said:
        (gap,) = gaps(producer(), [product(**WHOLE, certificate=held)], TODAY)
        assert gap == Gap(said[0], Item("BL-086", "Muối hạt Bạc Liêu"), expires)


def test_a_potential_product_has_no_certificate_to_lose() -> None:
    assert papers(certificate=None) == []


@pytest.mark.parametrize(
    ("abv", "said"),
    [
        (Decimal(15), [Paper.NOT_ADVERTISED]),
        (Decimal(29), [Paper.NOT_ADVERTISED]),
        (Decimal("14.9"), [Paper.ORDER_LINK, Paper.PRICE, Paper.PHOTO]),
        (None, [Paper.ALCOHOL, Paper.ORDER_LINK, Paper.PRICE, Paper.PHOTO]),
    ],
)
def test_spirits_are_told_the_law_and_asked_for_nothing_that_serves_posts(
    abv: Decimal | None, said: list[Paper]
) -> None:
    bare = {"shops": (), "price": None, "photos": ()}
    assert papers(product_class="alcohol", abv=abv, **bare) == said


def test_a_phone_without_consent_is_asked_about_once() -> None:
    maker = producer(phone="0100000141")
    products = [product("BL-085", **WHOLE), product("BL-086", **WHOLE)]
    assert gaps(maker, products, TODAY) == (Gap(Paper.PHONE_CONSENT),)
    assert gaps(producer(phone="0100000141", phone_consent=True), products, TODAY) == ()


@given(st.permutations(["BL-085", "BL-086", "BL-087"]))
def test_the_most_urgent_come_first_whatever_the_order(codes: list[str]) -> None:
    held = {
        "BL-085": certificate(expires_on=TODAY + timedelta(days=9)),
        "BL-086": certificate(expires_on=TODAY - timedelta(days=9)),
        "BL-087": certificate(expires_on=TODAY + timedelta(days=2)),
    }
    products = [product(code, **WHOLE | {"price": None}, certificate=held[code]) for code in codes]
    found = gaps(producer(), products, TODAY)
    assert [(gap.paper, gap.product.code) for gap in found[:3] if gap.product] == [
        (Paper.CERTIFICATE_EXPIRED, "BL-086"),
        (Paper.CERTIFICATE_EXPIRING, "BL-087"),
        (Paper.CERTIFICATE_EXPIRING, "BL-085"),
    ]
    assert {gap.paper for gap in found[3:]} == {Paper.PRICE}


def test_certificates_in_force_are_counted_on_the_day() -> None:
    products = [
        product("BL-085", certificate=certificate(expires_on=TODAY)),
        product("BL-086"),
        product("BL-087", certificate=None),
    ]
    found = told(products=products)
    assert (found.certified, found.products) == (1, 3)


def test_the_card_of_the_post_with_most_clicks_is_shown() -> None:
    counted = [visits(date(2026, 11, 11), 2, post="a")]
    found = told(
        evidence(posts=[shown("a", 10), shown("b", 12)], visits=counted),
        pictures={"a": Picture("c" * 64, "Muối hạt trên ruộng")},
    )
    assert found.best is not None
    assert found.best.post.key == "a"
    assert found.best.by_clicks
    assert found.best.picture == Picture("c" * 64, "Muối hạt trên ruộng")


def test_without_clicks_the_newest_card_is_called_newest_not_best() -> None:
    found = told(evidence(posts=[shown("a", 10), shown("b", 12)]))
    assert found.best is not None
    assert found.best.post.key == "b"
    assert not found.best.by_clicks


def test_without_posts_there_is_no_best_card() -> None:
    assert told(evidence(posts=[])).best is None


@pytest.mark.parametrize(
    ("expires", "outdated"),
    [
        (TODAY + timedelta(days=1), False),
        (TODAY, True),
        (date(2026, 11, 11), True),
        (date(2026, 11, 10), False),
    ],
)
def test_a_card_whose_certificate_ran_out_after_it_was_shown_is_outdated(
    expires: date, outdated: bool
) -> None:
    """On the day of the post itself it stated nothing that was not in force."""
    found = told(products=[product(certificate=certificate(expires_on=expires))])
    assert found.best is not None
    assert found.best.post.day == date(2026, 11, 10)
    assert found.best.outdated is outdated


def test_at_most_three_posts_to_come_are_told() -> None:
    found = told(planned=[planned(day) for day in (24, 25, 26, 27)])
    assert [post.day.day for post in found.next] == [24, 25, 26]


@pytest.mark.parametrize(
    ("note", "sample"), [("DỮ LIỆU MẪU", True), ("", False), ("Mẫu mã đẹp", False)]
)
def test_a_made_up_producer_is_called_so(note: str, sample: bool) -> None:
    assert told(producer=producer(note=note)).sample is sample


def test_a_period_that_goes_on_is_called_running() -> None:
    assert told().running
    whole = Period(date(2026, 11, 1), date(2026, 11, 23))
    assert not told(period=whole).running


def test_the_names_in_json_are_stable() -> None:
    counted = [visits(date(2026, 11, 11), 6), visits(date(2026, 11, 12), 3, via="qr")]
    post = Shown(
        "a",
        datetime(2026, 11, 10, 5, tzinfo=UTC),
        date(2026, 11, 10),
        "showcase",
        "showcase",
        "https://ocop.example.vn/s/1",
        (Item("BL-086", "Muối hạt Bạc Liêu"),),
    )
    found = told(
        evidence(posts=[post], visits=counted),
        products=[product(**WHOLE | {"price": None})],
        planned=[planned(24)],
        pictures={"a": Picture("c" * 64, "Muối hạt")},
    )
    document = json.loads(json.dumps(as_json(found)))
    assert document["producer"] == {
        "code": "P41",
        "name": "Công ty CP Diêm Sản Biển Đông (mẫu)",
        "place": "Xã Vĩnh Lợi, Cà Mau",
    }
    assert document["period"] == {
        "from": "2026-11-01",
        "to": "2026-11-30",
        "counted_to": "2026-11-23",
    }
    assert document["compared_with"] == {"from": "2026-10-09", "to": "2026-10-31"}
    assert document["as_of"] == "2026-11-23T02:00:00+00:00"
    assert document["posts"] == [
        {
            "key": "a",
            "at": "2026-11-10T05:00:00+00:00",
            "day": "2026-11-10",
            "account": "showcase",
            "channel": "showcase",
            "url": "https://ocop.example.vn/s/1",
            "products": ["BL-086"],
            "clicks": 9,
        }
    ]
    assert document["measures"]["links"] == {"value": 6, "previous": 0, "median": None}
    clicks = document["clicks"]
    assert (clicks["total"], clicks["links"], clicks["qr"]) == (9, 6, 3)
    assert (clicks["previous"], clicks["median"], clicks["trend"]) == (0, None, None)
    assert clicks["series"][-1] == {
        "from": "2026-11-30",
        "to": "2026-11-30",
        "links": None,
        "qr": None,
        "running": False,
    }
    assert document["best"] == {
        "key": "a",
        "by": "clicks",
        "clicks": 9,
        "picture": "c" * 64,
        "alt": "Muối hạt",
        "outdated": False,
    }
    assert document["share"] == {"own": 0, "total": 0, "producers": 0, "even": None}
    assert document["certificates"] == {"products": 1, "in_force": 1}
    assert document["papers"] == [
        {
            "kind": "price",
            "product": "BL-086",
            "name": "Muối hạt Bạc Liêu",
            "day": None,
            "message": "No price",
        }
    ]
    assert document["next"] == [
        {
            "at": "2026-11-24T05:00:00+00:00",
            "day": "2026-11-24",
            "account": "showcase",
            "channel": "showcase",
            "products": ["BL-086"],
            "waiting": False,
        }
    ]


def test_a_metric_that_is_missing_is_null_in_json_not_0() -> None:
    channels = as_json(told())["channels"]
    assert [item["name"] for item in channels] == ["views", "reactions", "comments", "shares"]
    assert all(item["value"] is None and item["posts"] == 0 for item in channels)


def test_what_each_channel_counted_stands_in_json_with_window_quality_and_moment() -> None:
    found = told(
        evidence(
            on_show=[
                OnShow("a", "fanpage", "facebook"),
                OnShow("s", "shop", "shopee", listing=True),
            ],
            readings=[
                Reading("s", "views", 130, Quality.SANDBOX, NOW, Window.ROLLING_30_DAYS),
            ],
        )
    )
    assert as_json(found)["by_channel"] == [
        {"channel": "facebook", "listing": False, "sandbox": False, "posts": 1, "counts": []},
        {
            "channel": "shopee",
            "listing": True,
            "sandbox": True,
            "posts": 1,
            "counts": [
                {
                    "name": "views",
                    "window": "rolling-30-days",
                    "value": 130,
                    "posts": 1,
                    "quality": "sandbox",
                    "as_of": "2026-11-23T02:00:00+00:00",
                }
            ],
        },
    ]


def test_totals_by_name_have_the_same_keys_whether_they_are_known_or_not() -> None:
    found = told(evidence(readings=[Reading("a", "views", 40, Quality.EXACT, NOW)]))
    views, *missing = as_json(found)["channels"]
    assert views == {
        "name": "views",
        "window": "cumulative",
        "value": 40,
        "posts": 1,
        "quality": "exact",
        "as_of": "2026-11-23T02:00:00+00:00",
    }
    assert {frozenset(item) for item in missing} == {frozenset(views)}


def test_a_producer_without_posts_has_nulls_in_json() -> None:
    document = as_json(told(evidence(posts=[], own_began=None)))
    assert document["posts"] == []
    assert document["best"] is None
    assert document["clicks"]["total"] is None
    assert document["clicks"]["bots"] is None


def test_every_key_of_the_document_is_documented() -> None:
    words = (as_json.__doc__ or "").replace(".", " ").replace(",", " ").replace(":", " ").split()
    assert set(as_json(told())) <= set(words)


def test_a_message_is_said_in_the_readers_language() -> None:
    found = told(products=[product(**WHOLE | {"price": None})])
    (paper,) = as_json(found, lambda phrase: {"No price": "Chưa có giá bán"}[phrase.text])["papers"]
    assert paper["message"] == "Chưa có giá bán"
