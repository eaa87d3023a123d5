"""The first gates: what may not be advertised, what must be said, and ranks not in force."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.model import Product
from promoter.core.rules import DECLARED, claims, notices, refusal
from tests.make import TODAY, certificate, product
from tests.words import catalogue

WINE = product(product_class="alcohol", name="Rượu vang sơ ri", abv=Decimal(12))
EXPIRED = product(certificate=certificate(expires_on=TODAY))
CANDIDATE = product(candidacy={"stars": 5, "since": date(2024, 11, 12), "status": "pending"})


def said(text: str, item: Product | None = None) -> bool:
    """Tell whether words may go out for a product (by default one with 4 stars)."""
    return not claims(text, item or product(), TODAY)


# What may not be advertised


@pytest.mark.parametrize("abv", [None, Decimal(15), Decimal("29.0")])
def test_spirits_and_drinks_of_unknown_strength_are_refused_everywhere(abv: Decimal | None) -> None:
    item = WINE.model_copy(update={"abv": abv})
    assert refusal(item, TODAY, age_gated=True)


def test_light_alcohol_needs_an_account_closed_to_minors() -> None:
    assert refusal(WINE, TODAY, age_gated=False)
    assert refusal(WINE, TODAY, age_gated=True) is None


@pytest.mark.parametrize("day", [date(2027, 3, 8), date(2026, 10, 20)])
def test_no_alcohol_on_the_womens_days(day: date) -> None:
    assert refusal(WINE, day, age_gated=True)
    assert refusal(product(), day, age_gated=True) is None


@pytest.mark.parametrize("product_class", sorted(DECLARED - {"alcohol"}))
def test_packaged_goods_need_a_declaration(product_class: str) -> None:
    item = product(product_class=product_class, self_declaration="")
    assert refusal(item, TODAY, age_gated=False)
    declared = item.model_copy(update={"self_declaration": "01/MAU/2025"})
    assert refusal(declared, TODAY, age_gated=False) is None


@pytest.mark.parametrize(
    "product_class", ["fresh_food", "handicraft", "ornamental", "tourism_service"]
)
def test_other_goods_need_no_declaration(product_class: str) -> None:
    item = product(product_class=product_class, self_declaration="")
    assert refusal(item, TODAY, age_gated=False) is None


def test_in_the_sample_eight_products_are_refused() -> None:
    refused = {code for code, item in catalogue().items() if refusal(item, TODAY, age_gated=False)}
    undeclared = {"BL-057", "BL-064", "BL-079", "BL-103", "BL-112"}
    assert refused == undeclared | {"BL-014", "BL-062", "BL-094"}


def test_the_spirit_of_the_sample_is_refused_even_behind_an_age_gate() -> None:
    assert "29" in str(refusal(catalogue()["BL-062"], TODAY, age_gated=True))


# What must be said


def test_a_health_supplement_says_both_sentences_of_the_law() -> None:
    (notice,) = notices(catalogue()["BL-106"])
    assert re.search(  # the pattern of rule SUPP-01
        r"thực phẩm bảo vệ sức kh(?:ỏe|oẻ).*(?:thực phẩm|sản phẩm) này không phải là thuốc"
        r"(?:,| và)? không có tác dụng thay thế thuốc chữa bệnh",
        notice.casefold(),
    )


def test_alcohol_says_that_it_is_for_adults() -> None:
    assert notices(WINE) == ("Người dưới 18 tuổi không được uống rượu, bia.",)


@pytest.mark.parametrize(
    ("allergens", "notice"),
    [
        (("tôm",), "Lưu ý: người dị ứng tôm không dùng."),
        (("tôm", "gluten"), "Lưu ý: người dị ứng tôm hoặc gluten không dùng."),
        (("cá", "sữa", "mè"), "Lưu ý: người dị ứng cá, sữa hoặc mè không dùng."),
    ],
)
def test_allergens_are_told(allergens: tuple[str, ...], notice: str) -> None:
    assert notices(product(allergens=allergens)) == (notice,)


def test_most_products_need_no_notice() -> None:
    assert notices(product()) == ()


# What words claim

FIVE = [
    "OCOP 5 sao", "năm sao", "Năm Sao", "5 sao", "5sao", "5 ngôi sao", "5★", "5 ⭐", "5*", "5-star",
    "five stars", "#5sao", "#Muoi5Sao", "#OCOP5Sao", "#NamSao", "#NămSao", "#nam_sao", "★★★★★",
    "⭐ ⭐ ⭐ ⭐ ⭐", "５ sao", "5️⃣ sao", "⑤ sao", "5\u200b sao", "n\u00adăm sao", "năm\u00a0sao",
    "OCOP5", "hạng 5", "OCOP cấp quốc gia", "5,0 sao", "tiềm năng 5 sao", "sắp lên năm sao",
]  # fmt: skip
OCOP = [
    "OCOP", "ocop", "#OCOPBacLieu", "#ocopbaclieu", "#ÓcỌpBạcLiêu", "O.C.O.P", "ＯＣＯＰ",
    "Mỗi xã một sản phẩm", "#MoiXaMotSanPham", "#MỗiXãMộtSảnPhẩm", "One Commune One Product",
    "mỗi làng một sản phẩm",
]  # fmt: skip
FOUR = ["OCOP 4 sao", "bốn sao", "4★", "4*", "4-star", "#OCOP4Sao", "#BonSao", "★★★★", "★★★★☆"]
INNOCENT = [
    "vì sao", "sao khô", "thái lát, sao khô", "Thùng 5 kg", "Giá 5.000 đồng", "gói 1 kg: 15.000 đ",
    "năm nay", "năm mới sao lại quên", "photocopy", "#VietNamSaoVang", "ngôi sao năm cánh",
    "mỗi xã một cảnh đẹp", "15.000* đ", "**đậm**", "14,5% vol", "trái 4-6 kg", "hàng 2 lớp",
]  # fmt: skip


@pytest.mark.parametrize("words", FIVE)
def test_four_stars_are_never_called_five(words: str) -> None:
    assert not said(words)
    assert not said(f"Muối hạt {words} đây")
    assert not said(words, CANDIDATE)


@pytest.mark.parametrize("words", [*FIVE, *FOUR, *OCOP, "★", "⭐"])
def test_without_a_certificate_in_force_nothing_hints_at_a_rank(words: str) -> None:
    assert not said(f"Muối hạt {words} đây", EXPIRED)
    assert not said(words, product(certificate=None))


@pytest.mark.parametrize("words", [*FOUR, *OCOP])
def test_with_a_certificate_in_force_its_rank_may_be_said(words: str) -> None:
    assert said(f"Muối hạt {words} đây")


@pytest.mark.parametrize("words", INNOCENT)
def test_innocent_words_claim_nothing(words: str) -> None:
    assert said(words)
    assert said(words, EXPIRED)


def test_letters_in_two_parts_claim_the_same() -> None:
    assert not said(unicodedata.normalize("NFD", "năm sao"))


def test_a_link_claims_nothing() -> None:
    assert said("🛒 Đặt mua: https://ocop.example.vn/r/5sao", EXPIRED)


def test_a_hope_for_a_rank_is_not_said_of_a_candidate() -> None:
    assert not said("Muối đang chờ nâng hạng", CANDIDATE)
    assert said("Muối đang chờ nâng hạng")


def test_a_reason_tells_the_words_and_the_day() -> None:
    (reason,) = claims("#OCOPBacLieu", EXPIRED, TODAY)
    assert "#ocopbaclieu" in str(reason)
    assert "2026-11-23" in str(reason)


@pytest.mark.parametrize("code", ["BL-042", "BL-100"])
def test_who_expires_that_very_day_is_expired(code: str) -> None:
    item = catalogue()[code]
    assert not said("OCOP", item)
    assert not claims("OCOP", item, TODAY - timedelta(days=1))


def test_the_sample_catalogue_itself_claims_nothing() -> None:
    for item in catalogue().values():
        words = "\n".join((item.name, item.description, *item.packaging, item.price_unit, item.gi))
        assert claims(words, item, TODAY) == []
        assert claims(words, item.model_copy(update={"certificate": None}), TODAY) == []


@given(st.integers(min_value=1, max_value=6), st.sampled_from([85, 86]), st.integers(0, 3000))
def test_on_any_day_only_the_rank_in_force_may_be_said(stars: int, code: int, later: int) -> None:
    item, day = catalogue()[f"BL-0{code}"], date(2024, 1, 1) + timedelta(days=later)
    held = item.certificate_on(day)
    allowed = held is not None and held.stars == stars
    assert bool(claims(f"hạng {stars} sao", item, day)) is not allowed
