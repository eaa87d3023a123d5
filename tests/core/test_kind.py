"""Kinds: what sort of thing a product is, told by its class and the beginning of its name."""

import unicodedata

import pytest

from promoter.core.kind import KINDS, SIGNS, kind
from tests.make import product
from tests.words import catalogue


@pytest.mark.parametrize(
    ("product_class", "name", "expected"),
    [
        ("salt_seasoning", "Muối hạt Bạc Liêu", "salt"),
        ("salt_seasoning", "Muối ớt xanh", "dipping_salt"),
        ("salt_seasoning", "Nước mắm cá cơm 35 độ đạm", "fish_sauce"),
        ("processed_food", "Tôm đất khô", "dried_shrimp"),
        ("processed_food", "Tôm chua", "fermented"),
        ("processed_food", "Tôm rim nước dừa", "dish"),
        ("processed_food", "Mực một nắng", "dried_fish"),
        ("processed_food", "Bánh phồng tôm", "cracker"),
        ("processed_food", "Bánh tét lá cẩm", "leaf_cake"),
        ("frozen_seafood", "Tôm tẩm bột chiên", "frozen"),
        ("fresh_food", "Dưa hấu Vĩnh Bình", "fruit"),
        ("fresh_food", "Hàu sữa tách vỏ", "fresh_seafood"),
        ("herbal", "Trà nhàu túi lọc", "tea"),
        ("cosmetic", "Muối ngâm chân thảo mộc", "cosmetic"),
    ],
)
def test_a_kind_is_told_by_class_and_name(product_class: str, name: str, expected: str) -> None:
    assert kind(product(product_class=product_class, name=name)) == expected


def test_letters_in_two_parts_are_the_same_letters() -> None:
    name = unicodedata.normalize("NFD", "Nước mắm nhĩ")
    assert kind(product(name=name)) == "fish_sauce"


def test_an_unknown_name_gets_the_plain_kind() -> None:
    assert kind(product(product_class="processed_food", name="Món lạ")) == "food"
    assert kind(product(product_class="handicraft", name="Món lạ")) == "thing"
    assert kind(product(product_class="a class of next year", name="Món lạ")) == "food"


def test_every_kind_has_a_sign() -> None:
    assert set(SIGNS) == KINDS


def test_in_the_sample_only_one_product_is_merely_food() -> None:
    plain = [item.code for item in catalogue().values() if kind(item) in ("food", "thing")]
    assert plain == ["BL-011"]
