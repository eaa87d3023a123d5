"""Wording: captions, cards and alt text say what is in force, and nothing else."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest

from promoter.core.channel import Limits
from promoter.core.errors import ConfigError
from promoter.core.model import Photo, Place, Product
from promoter.core.rules import claims
from promoter.core.wording import (
    Voice,
    alt_text,
    caption,
    card_words,
    characters,
    place,
    tags,
    taste,
)
from tests.make import TODAY, certificate, producer, product
from tests.words import VOICE, catalogue, makers

LINK = "https://ocop.example.vn/r/k3x9wq2m7a"
HASHTAGS = ("OCOPBacLieu", "DacSanBacLieu")
ASKED = {"stars": 5, "since": date(2024, 11, 12), "status": "pending"}


def limits(**changes: Any) -> Limits:
    """Return the limits of a roomy channel."""
    default: dict[str, Any] = {
        "caption": 2000, "measure": characters, "formats": {}, "media_bytes": 1,
        "posts_per_day": 1, "hashtags": 5, "age_gated": False, "resend_after_absent": False,
    }  # fmt: skip
    return Limits(**(default | changes))


def spoken(item: Product, day: date = TODAY, hook: str = "Chào bà con.", **changes: Any) -> str:
    """Return the caption of a product."""
    maker = makers().get(item.producer, producer())
    return caption(
        item, maker, day, VOICE, hook=hook, link=LINK, hashtags=HASHTAGS, limits=limits(**changes)
    )


def everything(item: Product, day: date) -> str:
    """Return all that is said about a product on a day: caption, alt text and card."""
    maker = makers().get(item.producer, producer())
    alt = alt_text(item, maker, day, VOICE, has_photo=True)
    words = card_words(item, maker, day, VOICE, "Đặc sản")
    return "\n".join((spoken(item, day), alt, *words.texts()))


# The caption


def test_a_caption_reads_hook_facts_question_hashtags_and_marker() -> None:
    item = catalogue()["BL-086"]
    assert spoken(item, hook="Gió chướng về rồi!\n\n---\nNhà mình kho cá gì?") == (
        "Gió chướng về rồi!\n\n"
        "🧂 Muối hạt Bạc Liêu – OCOP 4 sao, mang chỉ dẫn địa lý Bạc Liêu\n"
        "📦 Gói 1 kg: 15.000 đ; có cả bao 5 kg\n"
        "📍 Công ty CP Diêm Sản Biển Đông (mẫu), xã Vĩnh Lợi, tỉnh Cà Mau\n"
        f"🛒 Đặt mua: {LINK}\n\n"
        "Nhà mình kho cá gì?\n\n"
        "#OCOPBacLieu #DacSanBacLieu #QuảngCáo"
    )


def test_a_notice_stands_after_the_facts() -> None:
    text = spoken(catalogue()["BL-107"], hook="Chào.\n---\nNhà mình nấu gì?")
    assert text.index(LINK) < text.index("Lưu ý: người dị ứng tôm") < text.index("Nhà mình nấu gì?")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("BL-012", "💰 55.000 đ/kg (thùng 3 kg, thùng 5 kg)"),
        ("BL-072", "💰 135.000 đ/chiếc"),
        ("BL-145", "💰 280.000 đ/khách (vé người lớn, vé trẻ em)"),
        ("BL-039", "📦 Thùng xốp 2 kg – báo giá khi đặt"),
        ("BL-007", "📦 Hộp 6 hũ: 228.000 đ; có cả hũ 70 ml"),
        ("BL-020", "📦 Gói 120 g (4 tô): 39.000 đ"),
    ],
)
def test_prices_are_said_the_way_people_say_them(code: str, line: str) -> None:
    assert line in spoken(catalogue()[code]).split("\n")


def test_neither_price_nor_packaging_is_invented() -> None:
    item = product(price=None, price_unit="", packaging=())
    assert "📦 Báo giá khi đặt" in spoken(item)


def test_where_nothing_can_be_ordered_the_link_only_shows_more() -> None:
    assert f"🛒 Xem thêm: {LINK}" in spoken(catalogue()["BL-102"])
    assert f"🛒 Đặt chỗ: {LINK}" in spoken(catalogue()["BL-145"])


def test_under_a_narrow_limit_name_link_and_marker_remain() -> None:
    text = spoken(catalogue()["BL-086"], caption=75)
    assert text == f"Muối hạt Bạc Liêu\n{LINK}\n#QuảngCáo"


def test_a_shorter_form_keeps_rank_and_price() -> None:
    text = spoken(catalogue()["BL-086"], caption=110)
    assert text == f"🧂 Muối hạt Bạc Liêu – OCOP 4 sao, 15.000 đ/gói 1 kg\n{LINK}\n#QuảngCáo"


def test_a_notice_never_gives_way() -> None:
    with pytest.raises(ConfigError):
        spoken(catalogue()["BL-106"], caption=120)


def test_no_caption_of_the_sample_has_more_than_five_emojis() -> None:
    for item in catalogue().values():
        assert len(re.findall("[\U0001f300-\U0001faff]", spoken(item))) <= 5


def test_the_caption_is_counted_in_composed_characters() -> None:
    assert characters(unicodedata.normalize("NFD", "mặn đậm")) == 7


# Hashtags


def test_hashtags_stand_once_and_in_order() -> None:
    found = tags(["DacSan", "#OCOPBacLieu", "dacsan", "QuảngCáo"], product(), TODAY)
    assert found == ("#DacSan", "#OCOPBacLieu")


@pytest.mark.parametrize(
    "tag", ["OCOPBacLieu", "ocop", "ÓCỌP", "MoiXaMotSanPham", "4Sao", "BonSao"]
)
def test_ocop_hashtags_need_a_certificate_in_force(tag: str) -> None:
    assert tags([tag, "MienTay"], product(certificate=None), TODAY) == ("#MienTay",)
    assert tags([tag, "MienTay"], product(), TODAY) == (f"#{tag}", "#MienTay")


def test_a_hashtag_with_other_stars_is_left_out() -> None:
    assert tags(["OCOP5Sao", "5sao", "NamSao"], product(candidacy=ASKED), TODAY) == ()


# The card and its description


def test_a_card_says_what_is_known_best_first() -> None:
    words = card_words(catalogue()["BL-085"], makers()["P41"], TODAY, VOICE, "Vị biển")
    assert (words.kicker, words.name) == ("Vị biển", "Muối tinh Bạc Liêu")
    assert (words.stars, words.rank) == (4, "OCOP 4 sao")
    assert words.facts == (
        "Chỉ dẫn địa lý Bạc Liêu",
        "Muối kết tinh trên ruộng muối ven biển Bạc Liêu",
        "Quy cách: gói 500 g, gói 1 kg",
        "Hạn dùng: 24 tháng",
        "Số tự công bố: 01/P41-MAU/2024",
        "OCOP: Quyết định 1132/QĐ-UBND ngày 12/11/2024",
    )
    assert (words.price, words.unit) == ("12.000 đ", "gói 500 g")
    assert words.place == "xã Vĩnh Lợi, tỉnh Cà Mau"
    assert (words.call, words.motif) == ("Quét mã để xem và đặt mua", "salt_seasoning")


def test_a_card_without_a_price_has_no_unit_either() -> None:
    words = card_words(catalogue()["BL-039"], makers()["P16"], TODAY, VOICE, "")
    assert (words.price, words.unit) == ("", "")


def test_every_text_of_a_card_can_be_checked() -> None:
    words = card_words(catalogue()["BL-106"], makers()["P49"], TODAY, VOICE, "Đặc sản")
    texts = words.texts()
    assert {words.kicker, words.rank, words.price, words.call, *words.facts} <= set(texts)
    assert words.notices[0] in texts
    assert all(texts)


def test_the_alt_text_describes_the_card() -> None:
    item = catalogue()["BL-086"]
    assert alt_text(item, makers()["P41"], TODAY, VOICE, has_photo=False) == (
        "Thẻ giới thiệu Muối hạt Bạc Liêu, OCOP 4 sao, mang chỉ dẫn địa lý Bạc Liêu,"
        " giá 15.000 đ/gói 1 kg."
        " Sản xuất: Công ty CP Diêm Sản Biển Đông (mẫu), xã Vĩnh Lợi, tỉnh Cà Mau."
    )


def test_the_alt_text_does_not_call_an_illustration_a_photo() -> None:
    real, drawn = (
        product(photos=(Photo(sha256="0" * 64, sample=sample),)) for sample in (False, True)
    )
    assert "có ảnh" in alt_text(real, producer(), TODAY, VOICE, has_photo=True)
    assert "có hình minh họa" in alt_text(drawn, producer(), TODAY, VOICE, has_photo=True)


def test_the_alt_text_carries_the_mandatory_words() -> None:
    alt = alt_text(catalogue()["BL-106"], makers()["P49"], TODAY, VOICE, has_photo=False)
    assert "không phải là thuốc" in alt


def test_a_place_is_said_in_its_present_form() -> None:
    assert place(producer().place, VOICE) == "xã Vĩnh Lợi, tỉnh Cà Mau"
    city = Place(commune="Phường Ninh Kiều", province="Thành phố Cần Thơ")
    assert place(city, VOICE) == "phường Ninh Kiều, thành phố Cần Thơ"


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Hạt to, khô ráo.", "Hạt to, khô ráo"),
        ("Trọn vị trong một gói: sa tế, sả, quế hồi xay sẵn, thêm thịt bò và rau thơm là xong.",
         "Trọn vị trong một gói"),
        ("Tôm sú cấp đông ngay sau khi thu hoạch, vỏ bóng, thịt chắc và giữ vị ngọt của vùng nước.",
         "Tôm sú cấp đông ngay sau khi thu hoạch, vỏ bóng"),
        ("x" * 61, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_taste_is_a_beginning_that_may_end_there(description: str, expected: str) -> None:
    assert taste(description) == expected


def test_every_card_of_the_sample_has_a_taste() -> None:
    assert all(0 < len(taste(item.description)) <= 60 for item in catalogue().values())


# Truth


@pytest.mark.parametrize("code", ["BL-085", "BL-086"])
@pytest.mark.parametrize("later", range(0, 1500, 50))
def test_the_salts_are_never_called_five_star(code: str, later: int) -> None:
    item, day = catalogue()[code], date(2024, 10, 1) + timedelta(days=later)
    assert item.candidacy is not None
    text = everything(item, day)
    assert not re.search(r"(?:5|năm)\s*(?:sao|★)|5sao", text.casefold())
    assert claims(text, item, day) == []


def bare(text: str) -> str:
    """Return a text without links, in small letters: an address may be called ocop.…"""
    return re.sub(r"https?://\S+", "", text).casefold()


def test_the_expired_flattened_rice_carries_no_ocop_words_or_stars() -> None:
    assert not re.search(r"ocop|sao|★|⭐", bare(everything(catalogue()["BL-102"], TODAY)))


@pytest.mark.parametrize("code", ["BL-042", "BL-100"])
def test_who_expires_that_very_day_is_treated_as_expired(code: str) -> None:
    item = catalogue()[code]
    assert "ocop" not in bare(everything(item, TODAY))
    assert "ocop" in bare(everything(item, TODAY - timedelta(days=1)))


def test_whatever_is_composed_passes_the_gate_of_claims() -> None:
    for item in catalogue().values():
        assert claims(everything(item, TODAY), item, TODAY) == []


def test_the_rank_of_a_later_decision_needs_no_release() -> None:
    raised = product(certificate=certificate(stars=5))
    assert "OCOP 5 sao" in everything(raised, TODAY)


def test_another_voice_says_it_in_another_language() -> None:
    voice = Voice(say=str, money=lambda money: f"{money.amount} VND", day=str)
    alt = alt_text(product(), producer(), TODAY, voice, has_photo=False)
    assert alt.startswith("A card in words: Muối hạt Bạc Liêu, OCOP 4 stars, price 15000 VND")
