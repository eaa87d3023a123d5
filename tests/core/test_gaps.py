"""What a product lacks on a day is named, the law first."""

from datetime import date, timedelta

import pytest

from promoter.core.gaps import SOON, gaps
from promoter.core.model import Product, Shop
from tests.make import TODAY, certificate, product

WHOLE = product(
    food_safety="MAU-086/2024/ATTP",
    gtin="2000000000862",
    shops=(Shop(name="Shopee", url="https://shopee.example/1"),),
)


def codes(item: Product, day: date = TODAY) -> list[str]:
    """Return the codes of a product's gaps."""
    return [note.code for note in gaps(item, day)]


def test_a_whole_product_lacks_nothing() -> None:
    assert codes(WHOLE) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"self_declaration": ""}, "refused"),
        ({"food_safety": ""}, "no-food-safety"),
        ({"certificate": None}, "no-certificate"),
        ({"gtin": "2000000000863"}, "gtin"),
        ({"gtin": ""}, "no-gtin"),
        ({"price": None}, "no-price"),
        ({"shops": ()}, "no-shop"),
        ({"description": ""}, "no-description"),
    ],
)
def test_each_gap_is_named(changes: dict[str, object], code: str) -> None:
    assert codes(WHOLE.model_copy(update=changes)) == [code]


def test_a_certificate_is_followed_through_its_life() -> None:
    held = certificate()
    life = {
        held.decided_on - timedelta(days=1): ["not-yet"],
        held.decided_on: [],
        held.expires_on - SOON - timedelta(days=1): [],
        held.expires_on - SOON: ["expiring"],
        held.expires_on - timedelta(days=1): ["expiring"],
        held.expires_on: ["expired"],
    }
    assert {day: codes(WHOLE, day) for day in life} == life


def test_what_is_not_food_needs_no_food_safety() -> None:
    basket = WHOLE.model_copy(
        update={"group": "handicraft", "product_class": "handicraft", "food_safety": ""}
    )
    assert codes(basket) == []
