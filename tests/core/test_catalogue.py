"""Reading a catalogue: every row is accounted for, what is doubtful is told, nothing is guessed."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promoter.core.catalogue import Outcome, Reading, Verdict, read
from promoter.core.cells import gtin_fits
from promoter.core.columns import KNOWN, NEEDED, READ
from promoter.core.entry import months_after
from promoter.core.errors import ConfigError
from promoter.core.model import Candidacy, Money, Shop
from promoter.core.source import Row

SALT = {
    "product_id": "BL-086",
    "name": "Muối hạt Bạc Liêu",
    "description": "Muối hạt phơi nắng gió biển.",
    "group": "food",
    "product_class": "salt_seasoning",
    "producer_id": "P41",
    "producer_name": "Diêm Sản Biển Đông (mẫu)",
    "commune": "Thị trấn Châu Hưng",
    "district": "Huyện Vĩnh Lợi",
    "commune_new": "Xã Vĩnh Lợi",
    "province_new": "Cà Mau",
    "stars": "4",
    "score": "90.4",
    "decision_no": "1132/QĐ-UBND",
    "decision_date": "2024-11-12",
    "decision_authority": "UBND tỉnh Bạc Liêu",
    "cert_expiry": "2027-11-12",
    "gtin": "2000000000862",
    "price_vnd": "15000",
    "price_unit": "gói 1 kg",
}
MAKER = {
    "producer_id": "P41",
    "name": "Diêm Sản Biển Đông (mẫu)",
    "commune": "Thị trấn Châu Hưng",
    "district": "Huyện Vĩnh Lợi",
    "commune_new": "Xã Vĩnh Lợi",
    "province_new": "Cà Mau",
}
COMMUNE = {
    "commune_old": "Thị trấn Châu Hưng",
    "district_old": "Huyện Vĩnh Lợi",
    "commune_new": "Xã Vĩnh Lợi",
    "province_new": "Cà Mau",
}


def row(table: str, number: int = 2, cells: dict[str, str] | None = None, **changes: Any) -> Row:
    """Return a row of a table with all its columns; what is not given is empty."""
    empty = dict.fromkeys(sorted(NEEDED[table] | READ[table]), "")
    default = {"products": SALT, "producers": MAKER, "communes": COMMUNE}[table]
    return Row(
        table, f"{table}.csv", number, empty | (default if cells is None else cells) | changes
    )


def reading(*products: Row, makers: Iterable[Row] = (row("producers"),)) -> Reading:
    """Read products of one producer in one commune."""
    return read([row("communes"), *makers, *products])


def one(**changes: Any) -> Outcome:
    """Return what becomes of the salt with other cells."""
    return reading(row("products", **changes)).outcomes[-1]


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the codes and columns of an outcome's notes."""
    return [(note.code, note.field) for note in outcome.warnings]


def test_a_good_row_is_accepted_without_a_word() -> None:
    found = reading(row("products"))
    assert [item.outcome for item in found.outcomes] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert all(not item.warnings for item in found.outcomes)
    (salt,) = found.products
    assert salt.certificate
    assert (salt.certificate.stars, salt.certificate.expires_on) == (4, date(2027, 11, 12))
    assert (salt.price, salt.score) == (Money(amount=15000), Decimal("90.4"))
    assert (salt.place.commune, salt.place.commune_old) == ("Xã Vĩnh Lợi", "Thị trấn Châu Hưng")


def test_tables_may_come_in_any_order() -> None:
    found = read([row("products"), row("producers"), row("communes")])
    assert {item.outcome for item in found.outcomes} == {Verdict.ACCEPTED}


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"product_id": ""}, "missing", "product_id"),
        ({"name": ""}, "missing", "name"),
        ({"producer_id": ""}, "missing", "producer_id"),
        ({"producer_id": "P99"}, "unknown-producer", "producer_id"),
        ({"group": "foods"}, "bad-value", "group"),
        ({"product_class": "alchohol"}, "bad-value", "product_class"),
        ({"stars": "6"}, "bad-stars", "stars"),
        ({"stars": "-1"}, "bad-stars", "stars"),
        ({"stars": "4 sao"}, "bad-stars", "stars"),
        ({"stars": "45"}, "bad-stars", "stars"),
        ({"stars": "²"}, "bad-stars", "stars"),
        ({"decision_date": "2023-11-31"}, "bad-date", "decision_date"),
        ({"decision_date": "31/11/2023"}, "bad-date", "decision_date"),
        ({"decision_date": "20241112"}, "bad-date", "decision_date"),
        ({"decision_date": "9999-12-31"}, "bad-date", "decision_date"),
        ({"": "1132/QĐ-UBND"}, "too-long", ""),
        ({"description": "mặn " * 1100}, "too-long", "description"),
        ({"product_id": "BL/086"}, "bad-code", "product_id"),
        ({"product_id": "BL 086"}, "bad-code", "product_id"),
        ({"product_id": "../086"}, "bad-code", "product_id"),
    ],
)
def test_what_cannot_be_believed_is_rejected_with_its_reason(
    changes: dict[str, str], code: str, column: str
) -> None:
    found = reading(row("products", cells=SALT | changes))
    assert found.outcomes[-1].outcome is Verdict.REJECTED
    assert codes(found.outcomes[-1]) == [(code, column)]
    assert found.products == ()


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"gtin": "2000000000863"}, "gtin", "gtin"),
        ({"gtin": "200000000086"}, "gtin", "gtin"),
        ({"price_vnd": "15.000 đ"}, "bad-number", "price_vnd"),
        ({"price_vnd": "-15000"}, "bad-number", "price_vnd"),
        ({"price_vnd": "0"}, "zero-price", "price_vnd"),
        ({"price_vnd": "55"}, "small-price", "price_vnd"),
        ({"price_unit": ""}, "no-unit", "price_unit"),
        ({"cert_expiry": "2027-11-13"}, "expiry", "cert_expiry"),
        ({"cert_expiry": "2027-11-11"}, "expiry", "cert_expiry"),
        ({"cert_expiry": "12/11/2027"}, "bad-date", "cert_expiry"),
        ({"decision_date": ""}, "no-decision", "decision_date"),
        ({"decision_no": ""}, "no-decision", "decision_no"),
        ({"stars": ""}, "no-stars", "stars"),
        ({"stars": "0", "decision_date": ""}, "no-stars", "stars"),
        ({"product_class": "alcohol"}, "no-abv", "abv"),
        ({"product_class": "alcohol", "abv": "300"}, "bad-number", "abv"),
        ({"abv": "12"}, "abv", "product_class"),
        ({"score": "90,4"}, "bad-number", "score"),
        ({"score": "NaN"}, "bad-number", "score"),
        ({"candidate_stars": "7"}, "bad-stars", "candidate_stars"),
        ({"candidate_stars": "4"}, "candidacy", "candidate_stars"),
        ({"candidate_stars": "5", "candidate_since": "2025"}, "bad-date", "candidate_since"),
        ({"season_months": "12;13"}, "bad-value", "season_months"),
        ({"chains": "supermarket;ocop_shop"}, "bad-value", "chains"),
        ({"remote": "maybe"}, "bad-value", "remote"),
        ({"commune": "Xã Vĩnh Hậu"}, "unknown-commune", "commune"),
        ({"district": "Huyện Hòa Bình"}, "unknown-commune", "commune"),
        ({"commune_new": "Xã Hòa Bình"}, "other-commune", "commune_new"),
        ({"producer_name": "Diêm Sản Biển Tây (mẫu)"}, "producer-name", "producer_name"),
        ({"url_shopee": "javascript:alert(1)"}, "bad-url", "url_shopee"),
        ({"trace_url": "https://a.example/x y"}, "bad-url", "trace_url"),
        ({"trace_url": "https://[a.example"}, "bad-url", "trace_url"),
        ({"updated_at": "hôm qua"}, "bad-date", "updated_at"),
        ({"#9": "bán chạy"}, "no-name", "#9"),
    ],
)
def test_what_is_doubtful_is_imported_and_shown_to_a_person(
    changes: dict[str, str], code: str, column: str
) -> None:
    found = reading(row("products", cells=SALT | changes))
    assert found.outcomes[-1].outcome is Verdict.REVIEW
    assert (code, column) in codes(found.outcomes[-1])
    assert len(found.products) == 1


def test_every_reason_of_a_rejected_row_is_told_at_once() -> None:
    outcome = one(name="", stars="9", producer_id="P99", decision_date="31/11/2023", gtin="1")
    assert outcome.outcome is Verdict.REJECTED
    assert set(codes(outcome)) == {
        ("missing", "name"),
        ("bad-stars", "stars"),
        ("unknown-producer", "producer_id"),
        ("bad-date", "decision_date"),
        ("gtin", "gtin"),
    }


def test_a_row_whose_cells_may_stand_in_wrong_columns_is_not_read_further() -> None:
    outcome = reading(row("products", cells=SALT | {"": "x", "stars": "9"})).outcomes[-1]
    assert codes(outcome) == [("too-long", "")]


def test_a_product_that_was_never_recognised_is_accepted() -> None:
    outcome = one(stars="0", decision_no="", decision_date="", cert_expiry="", score="")
    assert (outcome.outcome, outcome.warnings) == (Verdict.ACCEPTED, ())


def test_without_a_table_of_producers_the_rows_of_products_name_them() -> None:
    twin = row("products", 3, product_id="BL-085", name="Muối tinh", producer_name="Khác (mẫu)")
    nameless = row("products", 4, product_id="BL-084", producer_id="P42", producer_name="")
    found = read([row("products"), twin, nameless])
    assert [item.outcome for item in found.outcomes] == [
        Verdict.ACCEPTED,
        Verdict.REVIEW,
        Verdict.REJECTED,
    ]
    assert codes(found.outcomes[1]) == [("producer-name", "producer_name")]
    (maker,) = found.producers
    assert (maker.code, maker.name) == ("P41", "Diêm Sản Biển Đông (mẫu)")
    assert maker.place.commune == "Xã Vĩnh Lợi"


def test_a_strength_that_is_missing_is_told_once() -> None:
    assert codes(one(product_class="alcohol")) == [("no-abv", "abv")]


def test_a_missing_price_is_told_and_needs_nobody() -> None:
    outcome = one(price_vnd="")
    assert (outcome.outcome, codes(outcome)) == (Verdict.ACCEPTED, [("no-price", "price_vnd")])


def test_a_wrong_barcode_is_kept_as_it_was_written() -> None:
    assert reading(row("products", gtin="2000000000863")).products[0].gtin == "2000000000863"


def test_an_unreadable_price_or_address_is_dropped_not_guessed() -> None:
    (salt,) = reading(row("products", price_vnd="48k", url_shopee="shopee.vn/x")).products
    assert (salt.price, salt.shops, salt.chains) == (None, (), ())


def test_the_decision_and_not_the_written_end_rules_the_certificate() -> None:
    (salt,) = reading(row("products", cert_expiry="2099-01-01")).products
    assert salt.certificate
    assert salt.certificate.expires_on == date(2027, 11, 12)


def test_stars_without_the_date_of_their_decision_are_not_kept() -> None:
    assert reading(row("products", decision_date="")).products[0].certificate is None


def test_stars_never_come_from_a_score_or_a_candidacy() -> None:
    (salt,) = reading(
        row("products", stars="", score="91.3", candidate_stars="5", candidate_status="pending")
    ).products
    assert salt.certificate is None
    assert salt.candidacy == Candidacy(stars=5, since=None, status="pending")


@pytest.mark.parametrize(("text", "value"), [("29.0", "29"), ("14.50", "14.5"), ("10", "10")])
def test_a_strength_is_written_without_idle_zeros(text: str, value: str) -> None:
    (drink,) = reading(row("products", product_class="alcohol", abv=text)).products
    assert str(drink.abv) == value


def test_shops_come_in_their_order_and_make_a_chain() -> None:
    links: dict[str, Any] = {
        f"url_{name}": f"https://{name}.example/1" for name in ("tiktokshop", "buudien")
    }
    (salt,) = reading(row("products", chains="gift;ocop_shop;supermarket", **links)).products
    assert salt.shops == (
        Shop(name="Sàn Bưu điện", url="https://buudien.example/1"),
        Shop(name="TikTok Shop", url="https://tiktokshop.example/1"),
    )
    assert salt.chains == ("gift", "supermarket", "marketplace")


def test_a_chain_that_is_written_is_not_added_again() -> None:
    (salt,) = reading(
        row("products", chains="marketplace", url_shopee="https://shopee.example/1")
    ).products
    assert salt.chains == ("marketplace",)


def test_a_season_keeps_its_order_over_the_new_year() -> None:
    assert reading(row("products", season_months="12; 01;2")).products[0].season_months == (
        12,
        1,
        2,
    )


@pytest.mark.parametrize("said", ["", "no", "unknown", "true", "1", "có"])
def test_a_phone_number_is_published_only_after_a_yes(said: str) -> None:
    found = read([row("producers", phone_publish_consent=said)])
    assert not found.producers[0].phone_consent
    found = read([row("producers", phone_publish_consent="Yes")])
    assert found.producers[0].phone_consent


def test_an_exact_repeat_is_a_duplicate_that_nobody_must_look_at() -> None:
    found = reading(row("products", 2), row("products", 9))
    assert found.outcomes[-1].outcome is Verdict.DUPLICATE
    assert codes(found.outcomes[-1]) == [("duplicate", "")]
    assert len(found.products) == 1


def test_a_repeat_with_other_values_names_them_and_the_first_stays() -> None:
    found = reading(row("products", 2), row("products", 9, price_vnd="16000", gi="Bạc Liêu"))
    outcome = found.outcomes[-1]
    assert outcome.outcome is Verdict.DUPLICATE
    assert set(codes(outcome)) == {("conflict", "price_vnd"), ("conflict", "gi")}
    assert any("row 2 stays: it says «15000», this row «16000»" in str(note.phrase)
               for note in outcome.warnings)  # fmt: skip
    assert found.products[0].price == Money(amount=15000)


def test_a_good_row_counts_although_a_rejected_one_with_its_code_stands_before() -> None:
    found = reading(row("products", 2, stars="9"), row("products", 3))
    assert [item.outcome for item in found.outcomes[1:]] == [Verdict.REJECTED, Verdict.ACCEPTED]


def test_one_name_of_two_producers_is_two_products() -> None:
    makers = (row("producers"), row("producers", producer_id="P42", name="Cơ sở Khô (mẫu)"))
    twin = row("products", product_id="BL-087", producer_id="P42", producer_name="")
    found = reading(row("products"), twin, makers=makers)
    assert [item.outcome for item in found.outcomes[2:]] == [Verdict.ACCEPTED] * 2


def test_one_name_of_one_producer_under_two_codes_is_shown_to_a_person() -> None:
    found = reading(row("products"), row("products", product_id="BL-999"))
    assert codes(found.outcomes[-1]) == [("same-name", "name")]
    assert found.outcomes[-1].outcome is Verdict.REVIEW


def test_a_blank_row_is_skipped_and_accounted_for() -> None:
    found = reading(row("products", 2), row("products", 3, cells={}))
    assert (found.outcomes[-1].outcome, found.outcomes[-1].number) == (Verdict.SKIPPED, 3)


def test_a_commune_is_told_of_only_when_it_is_wrong() -> None:
    bad = row("communes", 3, commune_new="")
    twice = row("communes", 4, commune_new="Xã Hòa Bình")
    found = read([row("communes"), bad, twice])
    assert [(item.number, item.outcome) for item in found.outcomes] == [
        (3, Verdict.REJECTED),
        (4, Verdict.DUPLICATE),
    ]


def test_new_place_names_that_are_missing_come_from_the_table_of_communes() -> None:
    (salt,) = reading(row("products", commune_new="", province_new="")).products
    assert (salt.place.commune, salt.place.province) == ("Xã Vĩnh Lợi", "Cà Mau")


def test_unknown_and_absent_columns_are_told_once_for_each_table() -> None:
    def narrow(number: int, code: str) -> Row:
        cells = dict(row("products", product_id=code, name=code).cells) | {"màu": "trắng"}
        del cells["gi"]
        return Row("products", "products.csv", number, cells)

    found = reading(narrow(2, "A"), narrow(3, "B"))
    assert [codes(item) for item in found.outcomes[1:]] == [
        [("unknown-column", ""), ("no-column", "")],
        [],
    ]
    words = [str(note.phrase) for note in found.outcomes[1].warnings]
    assert ("màu" in words[0], "column gi" in words[1]) == (True, True)
    assert found.outcomes[1].outcome is Verdict.ACCEPTED


@pytest.mark.parametrize("table", ["products", "producers", "communes"])
def test_a_table_without_a_needed_column_is_refused(table: str) -> None:
    for column in NEEDED[table]:
        cells = {name: text for name, text in row(table).cells.items() if name != column}
        with pytest.raises(ConfigError, match=rf"{table}\.csv has no column {column}"):
            read([Row(table, f"{table}.csv", 2, cells)])


def test_no_column_is_both_read_and_ignored() -> None:
    for table in NEEDED:
        assert not NEEDED[table] & READ[table]
        assert not KNOWN[table] & READ[table]


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2023, 11, 30), date(2026, 11, 30)),
        (date(2024, 12, 31), date(2027, 12, 31)),
    ],
)
def test_a_certificate_lasts_36_calendar_months(day: date, later: date) -> None:
    assert months_after(day, 36) == later


@given(st.from_regex(r"[0-9]{7}([0-9]{4,6})?", fullmatch=True))
def test_exactly_one_check_digit_fits(body: str) -> None:
    assert sum(gtin_fits(f"{body}{digit}") for digit in range(10)) == 1


CELL = st.text("0123459;-/ abáđ.https:", max_size=12)


@given(st.lists(st.dictionaries(st.sampled_from(sorted(SALT)), CELL, max_size=5), max_size=6))
def test_every_row_has_one_outcome_whatever_stands_in_it(changes: list[dict[str, Any]]) -> None:
    rows = [row("products", number, cells=SALT | cells) for number, cells in enumerate(changes, 2)]
    found = reading(*rows)
    outcomes = [item for item in found.outcomes if item.table == "products"]
    assert [item.number for item in outcomes] == [item.number for item in rows]
    kept = [item for item in outcomes if item.outcome in (Verdict.ACCEPTED, Verdict.REVIEW)]
    assert [item.code for item in kept] == [item.code for item in found.products]
    for item in outcomes:
        assert item.warnings or item.outcome in (Verdict.ACCEPTED, Verdict.SKIPPED)
