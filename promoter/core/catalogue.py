"""Reads catalogue rows as a careful clerk would: every row is accounted for, nothing is guessed."""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from promoter.core.kind import GROUPS
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
from promoter.core.source import Row

VALID_MONTHS = 36
SHOPS = (
    ("url_buudien", "Sàn Bưu điện"),
    ("url_shopee", "Shopee"),
    ("url_tiktokshop", "TikTok Shop"),
)


class Verdict(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a row that a person may want to know.

    Attributes:
        look: Whether somebody must look at it.
    """

    code: str
    field: str
    phrase: Phrase
    look: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row, and why."""

    table: str
    sheet: str
    number: int
    outcome: Verdict
    code: str
    name: str
    warnings: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A catalogue as it was understood."""

    products: tuple[Product, ...]
    producers: tuple[Producer, ...]
    outcomes: tuple[Outcome, ...]


def read(rows: Iterable[Row]) -> Reading:
    """Return the products and producers of some rows, and what became of each row.

    Args:
        rows: Communes and producers before products.
    """
    clerk = _Clerk()
    for row in rows:
        clerk.take(row)
    return Reading(
        tuple(clerk.products.values()), tuple(clerk.producers.values()), tuple(clerk.outcomes)
    )


class _Refused(Exception):
    def __init__(self, code: str, column: str, phrase: Phrase) -> None:
        self.note = Note(code, column, phrase)


@dataclass(slots=True)
class _Clerk:
    communes: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    producers: dict[str, Producer] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def take(self, row: Row) -> None:
        if row.table == "communes":
            self._commune(row)
            return
        if not any(row.cells.values()):
            self.outcomes.append(_outcome(row, Verdict.SKIPPED, ()))
            return
        notes: list[Note] = []
        try:
            verdict = self._keep(row, notes)
        except _Refused as refused:
            verdict, notes = Verdict.REJECTED, [refused.note]
        self.outcomes.append(_outcome(row, verdict, tuple(notes)))

    def _commune(self, row: Row) -> None:
        old = (row.cells.get("commune_old", ""), row.cells.get("district_old", ""))
        new = (row.cells.get("commune_new", ""), row.cells.get("province_new", ""))
        if not all((*old, *new)):
            note = Note("no-place", "commune_new", Phrase("a commune needs its old and new name"))
            self.outcomes.append(_outcome(row, Verdict.REJECTED, (note,)))
            return
        self.communes[old] = new

    def _keep(self, row: Row, notes: list[Note]) -> Verdict:
        known: dict[str, Producer] | dict[str, Product]
        value: Producer | Product
        if row.table == "producers":
            value, known = self._producer(row, notes), self.producers
        else:
            value, known = self._product(row, notes), self.products
        first = known.get(value.code)
        if first is not None:
            notes[:] = [_twice(first, value)]
            return Verdict.DUPLICATE
        known[value.code] = value  # type: ignore[assignment]
        return Verdict.REVIEW if any(note.look for note in notes) else Verdict.ACCEPTED

    def _producer(self, row: Row, notes: list[Note]) -> Producer:
        cells = _Cells(row.cells, notes)
        return Producer(
            code=cells.needed("producer_id"),
            name=cells.needed("name"),
            legal_form=cells.text("legal_form"),
            address=cells.text("address"),
            place=self._place(cells),
            representative=cells.text("representative"),
            phone=cells.text("phone"),
            email=cells.text("email"),
            phone_consent=cells.text("phone_publish_consent") == "yes",
            consent_on=cells.day("consent_date"),
            remote=cells.truth("remote"),
            women_led=cells.truth("women_led"),
            youth_startup=cells.truth("youth_startup"),
            khmer_area=cells.truth("khmer_area"),
            page_url=cells.url("page_url"),
            note=cells.text("note"),
        )

    def _product(self, row: Row, notes: list[Note]) -> Product:
        cells = _Cells(row.cells, notes)
        code, name, maker = cells.needed("product_id"), cells.needed("name"), self._maker(cells)
        shops = tuple(Shop(name=words, url=url) for key, words in SHOPS if (url := cells.url(key)))
        kind, abv = cells.needed("product_class"), cells.decimal("abv")
        if kind == "alcohol" and abv is None:
            phrase = Phrase("alcohol needs its strength; without it, it is never shown")
            notes.append(Note("no-abv", "abv", phrase))
        _check_gtin(cells)
        return Product(
            code=code,
            name=name,
            description=cells.text("description"),
            group=cells.choice("group", GROUPS),
            product_class=cells.needed("product_class"),
            producer=maker.code,
            place=self._place(cells),
            remote=cells.truth("remote"),
            certificate=_certificate(cells),
            candidacy=_candidacy(cells),
            score=cells.decimal("score"),
            price=_price(cells),
            price_unit=cells.text("price_unit"),
            packaging=cells.items("packaging"),
            ocop_code=cells.text("ocop_code"),
            gtin=cells.text("gtin"),
            self_declaration=cells.text("self_declaration_no"),
            food_safety=cells.text("food_safety_cert"),
            trace_url=cells.url("trace_url"),
            gi=cells.text("gi"),
            abv=_strength(cells),
            allergens=cells.items("allergens"),
            shelf_life=cells.text("shelf_life"),
            season_months=_months(cells),
            tags=cells.items("tags"),
            chains=_chains(cells, shops),
            shops=shops,
            updated_on=cells.day("updated_at"),
        )

    def _maker(self, cells: "_Cells") -> Producer:
        code = cells.needed("producer_id")
        maker = self.producers.get(code)
        if maker is None:
            phrase = Phrase("no producer {code} in the catalogue", code=code)
            raise _Refused("unknown-producer", "producer_id", phrase)
        if cells.text("producer_name") not in ("", maker.name):
            phrase = Phrase("the producers' table calls {code} {name}", code=code, name=maker.name)
            cells.notes.append(Note("producer-name", "producer_name", phrase))
        return maker

    def _place(self, cells: "_Cells") -> Place:
        old = (cells.text("commune"), cells.text("district"))
        new = (cells.text("commune_new"), cells.text("province_new"))
        expected = self.communes.get(old)
        if self.communes and expected is None:
            phrase = Phrase("{commune}, {district} is not in the table of communes",
                            commune=old[0] or "–", district=old[1] or "–")  # fmt: skip
            cells.notes.append(Note("unknown-commune", "commune", phrase))
        elif expected and new != expected:
            phrase = Phrase(
                "{commune} belongs to {new} now", commune=old[0], new=", ".join(expected)
            )
            cells.notes.append(Note("other-commune", "commune_new", phrase))
        return Place(
            commune=new[0] or old[0],
            province=new[1] or cells.text("province"),
            commune_old=old[0],
            district_old=old[1],
            province_old=cells.text("province"),
        )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a row; what cannot be read is refused or noted."""

    cells: Mapping[str, str]
    notes: list[Note]

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        found = self.text(column)
        if not found:
            raise _Refused("missing", column, Phrase("{column} is missing", column=column))
        return found

    def items(self, column: str) -> tuple[str, ...]:
        return tuple(part for item in self.text(column).split(";") if (part := item.strip()))

    def truth(self, column: str) -> bool:
        found = self.text(column).casefold()
        if found not in ("true", "false", "yes", "no", "1", "0", ""):
            self._odd(column, Phrase("true or false"))
        return found in ("true", "yes", "1")

    def day(self, column: str) -> date | None:
        found = self.text(column)
        if not found:
            return None
        try:
            return date.fromisoformat(found)
        except ValueError:
            phrase = Phrase("{found} is no date; write it as 2026-11-23", found=found)
            raise _Refused("bad-date", column, phrase) from None

    def decimal(self, column: str) -> Decimal | None:
        found = self.text(column)
        if not found:
            return None
        try:
            value = Decimal(found)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            self._odd(column, Phrase("a number"))
            return None
        return value

    def whole(self, column: str) -> int | None:
        found = self.text(column)
        if not found:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", found):
            phrase = Phrase("{found} is no whole number", found=found)
            raise _Refused("bad-number", column, phrase)
        return int(found)

    def url(self, column: str) -> str:
        found = self.text(column)
        if found and not re.match(r"https?://[^\s/]+", found):
            self._odd(column, Phrase("an address that begins with https://"))
            return ""
        return found

    def choice(self, column: str, known: Iterable[str]) -> str:
        found = self.needed(column)
        if found not in known:
            names = ", ".join(known)
            phrase = Phrase("{found} is not known; known are {known}", found=found, known=names)
            raise _Refused("bad-value", column, phrase)
        return found

    def _odd(self, column: str, expected: Phrase) -> None:
        phrase = Phrase(
            "left out: expected {expected}, found {found}",
            expected=expected,
            found=self.text(column),
        )
        self.notes.append(Note("bad-value", column, phrase))


def _outcome(row: Row, verdict: Verdict, notes: tuple[Note, ...]) -> Outcome:
    code = row.cells.get("producer_id" if row.table == "producers" else "product_id", "")
    name = row.cells.get("name", "") or row.cells.get("commune_old", "")
    return Outcome(row.table, row.sheet, row.number, verdict, code, name, notes)


def _twice(first: Producer | Product, again: Producer | Product) -> Note:
    differing = [
        name for name in type(first).model_fields if getattr(first, name) != getattr(again, name)
    ]
    if not differing:
        return Note("duplicate", "", Phrase("the same row stands before"), look=False)
    names = ", ".join(differing)
    phrase = Phrase("the code stands before, with another {names}; the first stays", names=names)
    return Note("conflict", differing[0], phrase)


def _certificate(cells: _Cells) -> Certificate | None:
    stars = cells.whole("stars") or 0
    if stars == 0:
        return None
    if stars > 5:
        raise _Refused("bad-stars", "stars", Phrase("{stars} is no OCOP rank", stars=stars))
    decided, written = cells.day("decision_date"), cells.day("cert_expiry")
    if decided is None:
        phrase = Phrase("stars need the date of their decision; kept without stars")
        cells.notes.append(Note("no-decision", "decision_date", phrase))
        return None
    expires = months_after(decided, VALID_MONTHS)
    if written and written != expires:
        phrase = Phrase(
            "the certificate of {decided} ends on {expires}, not {found}",
            decided=decided.isoformat(),
            expires=expires.isoformat(),
            found=written.isoformat(),
        )
        cells.notes.append(Note("expiry", "cert_expiry", phrase))
    return Certificate(
        stars=stars,
        decision=cells.text("decision_no"),
        decided_on=decided,
        authority=cells.text("decision_authority"),
        expires_on=expires,
    )


def months_after(day: date, months: int) -> date:
    """Return the day so many calendar months later, clipped to the end of its month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _candidacy(cells: _Cells) -> Candidacy | None:
    stars = cells.whole("candidate_stars")
    if not stars:
        return None
    return Candidacy(
        stars=stars, since=cells.day("candidate_since"), status=cells.text("candidate_status")
    )


def _price(cells: _Cells) -> Money | None:
    amount = cells.whole("price_vnd")
    if amount is None:
        phrase = Phrase("no price; posts say «price on request»")
        cells.notes.append(Note("no-price", "price_vnd", phrase, look=False))
        return None
    return Money(amount=amount)


def _strength(cells: _Cells) -> Decimal | None:
    abv = cells.decimal("abv")
    if abv is None and cells.text("product_class") == "alcohol":
        phrase = Phrase("alcohol needs its strength; without it, it is never shown")
        cells.notes.append(Note("no-abv", "abv", phrase))
    return abv


def _months(cells: _Cells) -> tuple[int, ...]:
    found = cells.items("season_months")
    if all(re.fullmatch(r"[1-9]|1[0-2]", item) for item in found):
        return tuple(map(int, found))
    cells._odd("season_months", Phrase("months from 1 to 12, such as 12;1;2"))
    return ()


def _chains(cells: _Cells, shops: tuple[Shop, ...]) -> tuple[str, ...]:
    written = cells.items("chains")
    own = ("marketplace",) if shops and "marketplace" not in written else ()
    return (*written, *own)


def _check_gtin(cells: _Cells) -> None:
    gtin = cells.text("gtin")
    if not gtin:
        return
    digits = [int(sign) for sign in gtin] if re.fullmatch(r"[0-9]{13}", gtin) else [1]
    if sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10:
        phrase = Phrase("{gtin} is no valid GTIN-13: its check digit is wrong", gtin=gtin)
        cells.notes.append(Note("gtin", "gtin", phrase))
