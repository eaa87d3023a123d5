"""What a listing says: a title in bounds, a description without links, a weight or none."""

from datetime import date

import pytest

from promoter.core.errors import ConfigError
from promoter.core.listing_words import TITLE, description, grams, title
from promoter.core.wording import Voice
from promoter.locale import Locale
from tests.make import TODAY, certificate, producer, product

LOCALE = Locale("vi")
VOICE = Voice(LOCALE.say, LOCALE.money, LOCALE.day)


@pytest.mark.parametrize(
    ("unit", "weight"),
    [
        ("gói 500 g", 550),
        ("gói 1 kg", 1100),
        ("túi 1,5 kg", 1650),
        ("chai 750 ml", 825),
        ("can 2 lít", 2200),
        ("kg", 1100),
        ("hộp 10 g", 11),
        ("bộ 3 cái", None),
        ("chậu 20 cm", None),
        ("gói 10 gói", None),
        ("", None),
    ],
)
def test_the_weight_comes_from_the_unit_or_is_not_known(unit: str, weight: int | None) -> None:
    assert grams(product(price_unit=unit)) == weight


def test_a_title_names_product_and_unit() -> None:
    assert title(product()) == "Muối hạt Bạc Liêu – gói 1 kg"


def test_a_short_title_also_names_the_place() -> None:
    assert title(product(name="Muối", price_unit="kg")) == "Muối – 1 kg – Xã Vĩnh Lợi, Cà Mau"


def test_a_unit_that_the_name_has_is_not_said_twice() -> None:
    assert title(product(name="Muối hạt Bạc Liêu gói 1 kg")) == "Muối hạt Bạc Liêu gói 1 kg"


@pytest.mark.parametrize("length", [TITLE - 12, TITLE - 11, TITLE, TITLE + 1])
def test_a_title_is_as_long_as_it_may_be(length: int) -> None:
    name = "M" * length
    found = title(product(name=name))
    assert found.startswith(name)
    assert len(found) == (length + len(" – gói 1 kg") if length + 11 <= TITLE else length)


def test_a_description_has_the_facts_in_force_and_no_link() -> None:
    said = description(product(gi="Bạc Liêu"), producer(), TODAY, VOICE, 2_000)
    for words in ("Muối kết tinh", "gói 1 kg", "OCOP 4 sao", "1132/QĐ-UBND", "02/P41-MAU/2024"):
        assert words in said
    assert "http" not in said
    assert "#" not in said


def test_an_expired_certificate_is_not_said() -> None:
    old = product(certificate=certificate(expires_on=date(2026, 11, 23)))
    assert "OCOP" not in description(old, producer(), TODAY, VOICE, 2_000)


def test_a_notice_stays_when_the_description_has_to_go() -> None:
    wordy = product(description="Một câu dài. " * 100, allergens=("tôm",))
    whole = description(wordy, producer(), TODAY, VOICE, 10_000)
    least = whole[whole.index("•") :]
    cut = description(wordy, producer(), TODAY, VOICE, len(least) + 2 + len("Một câu dài."))
    assert cut.startswith("Một câu dài.\n\n•")
    assert "dị ứng tôm" in cut
    assert description(wordy, producer(), TODAY, VOICE, len(least)) == least
    with pytest.raises(ConfigError, match="longer than"):
        description(wordy, producer(), TODAY, VOICE, len(least) - 1)
