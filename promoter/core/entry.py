"""What one row of a catalogue says of a producer or a product; what is doubtful is noted."""

import calendar
import re
from datetime import date
from decimal import Decimal

from promoter.core.campaign import CHAINS
from promoter.core.cells import Cells, gtin_fits
from promoter.core.kind import CLASSES, GROUPS
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

VALID_MONTHS = 36
STRONGEST = 100
CHEAPEST = 1000
"""Dong: nothing costs less, so a smaller price lacks its thousands."""
SHOPS = (
    ("url_buudien", "Sàn Bưu điện"),
    ("url_shopee", "Shopee"),
    ("url_tiktokshop", "TikTok Shop"),
)


def producer(cells: Cells, place: Place) -> Producer:
    """Return the producer of a row; it counts only if no note refuses the row."""
    return Producer(
        code=cells.code("producer_id"),
        name=cells.needed("name"),
        legal_form=cells.text("legal_form"),
        address=cells.text("address"),
        place=place,
        representative=cells.text("representative"),
        phone=cells.text("phone"),
        email=cells.text("email"),
        phone_consent=cells.text("phone_publish_consent").casefold() == "yes",
        consent_on=cells.day("consent_date"),
        remote=cells.truth("remote"),
        women_led=cells.truth("women_led"),
        youth_startup=cells.truth("youth_startup"),
        khmer_area=cells.truth("khmer_area"),
        page_url=cells.url("page_url"),
        note=cells.text("note"),
    )


def product(cells: Cells, place: Place) -> Product:
    """Return the product of a row; it counts only if no note refuses the row."""
    shops = tuple(Shop(name=words, url=url) for key, words in SHOPS if (url := cells.url(key)))
    return Product(
        code=cells.code("product_id"),
        name=cells.needed("name"),
        description=cells.text("description"),
        group=cells.choice("group", GROUPS),
        product_class=cells.choice("product_class", CLASSES),
        producer=cells.text("producer_id"),
        place=place,
        remote=cells.truth("remote"),
        certificate=_certificate(cells),
        candidacy=_candidacy(cells),
        score=cells.decimal("score"),
        price=_price(cells),
        price_unit=cells.text("price_unit"),
        packaging=cells.items("packaging"),
        ocop_code=cells.text("ocop_code"),
        gtin=_gtin(cells),
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


def _certificate(cells: Cells) -> Certificate | None:
    written = cells.text("stars")
    decided, ends = cells.day("decision_date", rules=True), cells.day("cert_expiry")
    if written in ("", "0"):
        if decided or cells.text("decision_no"):
            phrase = Phrase("a decision is named, but no stars; kept without stars")
            cells.note("no-stars", "stars", phrase)
        return None
    if not re.fullmatch("[1-5]", written):
        phrase = Phrase("{stars} is no OCOP rank; write a digit from 0 to 5", stars=written)
        cells.refuse("bad-stars", "stars", phrase)
        return None
    if decided is None:
        if not cells.text("decision_date"):
            phrase = Phrase("stars need the date of their decision; kept without stars")
            cells.note("no-decision", "decision_date", phrase)
        return None
    if not cells.text("decision_no"):
        phrase = Phrase("the decision behind the stars has no number")
        cells.note("no-decision", "decision_no", phrase)
    expires = months_after(decided, VALID_MONTHS)
    _check_end(cells, decided, expires, ends)
    return Certificate(
        stars=int(written),
        decision=cells.text("decision_no"),
        decided_on=decided,
        authority=cells.text("decision_authority"),
        expires_on=expires,
    )


def _check_end(cells: Cells, decided: date, expires: date, written: date | None) -> None:
    if written and written != expires:
        phrase = Phrase(
            "the certificate of {decided} ends on {expires}, not {found}",
            decided=decided.isoformat(),
            expires=expires.isoformat(),
            found=written.isoformat(),
        )
        cells.note("expiry", "cert_expiry", phrase)


def months_after(day: date, months: int) -> date:
    """Return the day so many calendar months later, clipped to the end of its month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _candidacy(cells: Cells) -> Candidacy | None:
    stars = cells.whole("candidate_stars")
    if not stars:
        return None
    if stars > 5:
        cells.left_out("candidate_stars", Phrase("a rank from 1 to 5"), code="bad-stars")
        return None
    if str(stars) <= cells.text("stars"):
        phrase = Phrase("{stars} stars are asked for, and there already", stars=stars)
        cells.note("candidacy", "candidate_stars", phrase)
    return Candidacy(
        stars=stars, since=cells.day("candidate_since"), status=cells.text("candidate_status")
    )


def _price(cells: Cells) -> Money | None:
    amount = cells.whole("price_vnd")
    if amount is None:
        if not cells.text("price_vnd"):
            phrase = Phrase("no price; posts say «price on request»")
            cells.note("no-price", "price_vnd", phrase, look=False)
        return None
    if amount == 0:
        cells.note("zero-price", "price_vnd", Phrase("a price of 0; leave it empty if unknown"))
    elif amount < CHEAPEST:
        phrase = Phrase("a price of {amount} dong; are the thousands missing?", amount=amount)
        cells.note("small-price", "price_vnd", phrase)
    if not cells.text("price_unit"):
        phrase = Phrase("a price without its unit, such as «hộp 500 g»")
        cells.note("no-unit", "price_unit", phrase)
    return Money(amount=amount)


def _strength(cells: Cells) -> Decimal | None:
    abv, alcohol = cells.decimal("abv"), cells.text("product_class") == "alcohol"
    if abv is not None and abv > STRONGEST:
        cells.left_out("abv", Phrase("percent of alcohol"), code="bad-number")
        abv = None
    if alcohol and abv is None:
        phrase = Phrase("alcohol needs its strength; without it, it is never shown")
        cells.note("no-abv", "abv", phrase)
    elif abv and not alcohol:
        phrase = Phrase("it has {percent} % alcohol, but its class is not alcohol", percent=abv)
        cells.note("abv", "product_class", phrase)
    return abv


def _months(cells: Cells) -> tuple[int, ...]:
    found = cells.items("season_months")
    if all(re.fullmatch(r"0?[1-9]|1[0-2]", item) for item in found):
        return tuple(map(int, found))
    cells.left_out("season_months", Phrase("months from 1 to 12, such as 12;1;2"))
    return ()


def _chains(cells: Cells, shops: tuple[Shop, ...]) -> tuple[str, ...]:
    written = [item for item in cells.items("chains") if item in CHAINS]
    if len(written) < len(cells.items("chains")):
        known = ", ".join(sorted(CHAINS))
        cells.left_out("chains", Phrase("some of {known}, with semicolons", known=known))
    own = ("marketplace",) if shops and "marketplace" not in written else ()
    return (*written, *own)


def _gtin(cells: Cells) -> str:
    gtin = cells.text("gtin")
    if gtin and not gtin_fits(gtin):
        phrase = Phrase("{gtin} is no valid GTIN: its check digit or length is wrong", gtin=gtin)
        cells.note("gtin", "gtin", phrase)
    return gtin
