"""The sample catalogue as values, and a Vietnamese voice, for tests of what is said."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from promoter.core.model import (
    Candidacy,
    Certificate,
    Money,
    Phrase,
    Place,
    Producer,
    Product,
    Shop,
)
from promoter.core.wording import Voice

ASSETS = Path(__file__).parent.parent / "assets"

VIETNAMESE = {
    "OCOP {stars} stars": "OCOP {stars} sao",
    "{commune}, {province} province": "{commune}, tỉnh {province}",
    "bears the geographical indication {name}": "mang chỉ dẫn địa lý {name}",
    "Geographical indication {name}": "Chỉ dẫn địa lý {name}",
    "{what}, price {price}": "{what}, giá {price}",
    "A card in words: {what}.": "Thẻ giới thiệu {what}.",
    "A card with a photo of {what}.": "Thẻ giới thiệu có ảnh {what}.",
    "A card with an illustration of {what}.": "Thẻ giới thiệu có hình minh họa {what}.",
    "Made by {producer}, {place}.": "Sản xuất: {producer}, {place}.",
    "Hosted by {producer}, {place}.": "Nơi tổ chức: {producer}, {place}.",
    "Packed: {packs}": "Quy cách: {packs}",
    "Offered: {packs}": "Có {packs}",
    "Best within {time}": "Hạn dùng: {time}",
    "OCOP: decision {number} of {day}": "OCOP: Quyết định {number} ngày {day}",
    "Self-declaration no. {number}": "Số tự công bố: {number}",
    "Cosmetic notification no. {number}": "Số tiếp nhận phiếu công bố: {number}",
    "Product registration no. {number}": "Số tiếp nhận đăng ký công bố: {number}",
    "Scan to see more": "Quét mã để xem thêm",
    "Scan to see and book": "Quét mã để xem và đặt chỗ",
    "Scan to see and order": "Quét mã để xem và đặt mua",
    "See more: {link}": "Xem thêm: {link}",
    "Book: {link}": "Đặt chỗ: {link}",
    "Order: {link}": "Đặt mua: {link}",
    "Price on request": "Báo giá khi đặt",
    "{packs}, price on request": "{packs} – báo giá khi đặt",
    "also {packs}": "có cả {packs}",
}


def say(phrase: Phrase) -> str:
    """Say a phrase of the wording in Vietnamese; one that is not listed is a mistake."""
    return VIETNAMESE[phrase.text].format(**phrase.values)


VOICE = Voice(
    say=say,
    money=lambda money: f"{money.amount:,} đ".replace(",", "."),
    day=lambda day: f"{day:%d/%m/%Y}",
)


def _rows(table: str) -> list[dict[str, str]]:
    with (ASSETS / "catalog" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _place(row: dict[str, str]) -> Place:
    return Place(
        commune=row["commune_new"],
        province=row["province_new"],
        commune_old=row["commune"],
        district_old=row["district"],
        province_old="Bạc Liêu",
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _certificate(row: dict[str, str]) -> Certificate:
    return Certificate(
        stars=int(row["stars"]),
        decision=row["decision_no"],
        decided_on=date.fromisoformat(row["decision_date"]),
        authority=row["decision_authority"],
        expires_on=date.fromisoformat(row["cert_expiry"]),
    )


def _product(row: dict[str, str]) -> Product:
    candidacy: dict[str, Any] | None = None
    if row["candidate_stars"]:
        candidacy = {
            "stars": row["candidate_stars"],
            "since": row["candidate_since"],
            "status": row["candidate_status"],
        }
    urls = {name: row[f"url_{name}"] for name in ("buudien", "shopee", "tiktokshop")}
    return Product(
        code=row["product_id"],
        name=row["name"],
        description=row["description"],
        group=row["group"],
        product_class=row["product_class"],
        producer=row["producer_id"],
        place=_place(row),
        certificate=_certificate(row),
        candidacy=Candidacy.model_validate(candidacy) if candidacy else None,
        price=Money(amount=int(row["price_vnd"])) if row["price_vnd"] else None,
        price_unit=row["price_unit"],
        packaging=_parts(row["packaging"]),
        self_declaration=row["self_declaration_no"],
        gi=row["gi"],
        abv=Decimal(row["abv"]) if row["abv"] else None,
        allergens=_parts(row["allergens"]),
        shelf_life=row["shelf_life"],
        season_months=tuple(map(int, _parts(row["season_months"]))),
        tags=_parts(row["tags"]),
        shops=tuple(Shop(name=name, url=url) for name, url in urls.items() if url),
    )


@cache
def catalogue() -> dict[str, Product]:
    """Return the 145 sample products by code."""
    return {row["product_id"]: _product(row) for row in _rows("products")}


@cache
def makers() -> dict[str, Producer]:
    """Return the 69 sample producers by code."""
    return {
        row["producer_id"]: Producer(
            code=row["producer_id"],
            name=row["name"],
            legal_form=row["legal_form"],
            address=row["address"],
            place=_place(row),
        )
        for row in _rows("producers")
    }
