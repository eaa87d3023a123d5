"""What a product lacks on a day: papers, rank, price, a place to order."""

from collections.abc import Iterator
from datetime import date, timedelta

from promoter.core.cells import Note, gtin_fits
from promoter.core.model import Phrase, Product
from promoter.core.rules import refusal

SOON = timedelta(days=90)
"""So long before its end a certificate is told of: renewing one takes about three months."""

EDIBLE = frozenset({"food", "beverage"})
"""Groups whose makers need a certificate of food safety."""


def gaps(product: Product, day: date) -> tuple[Note, ...]:
    """Return what is missing, wrong or about to end, the gravest first.

    A note with `look` stands in the way of posts or of the stars on them.
    """
    return tuple((*_law(product, day), *_rank(product, day), *_rest(product)))


def _law(product: Product, day: date) -> Iterator[Note]:
    if refused := refusal(product, day, age_gated=True):
        yield Note("refused", "", refused)
    if product.group in EDIBLE and not product.food_safety:
        phrase = Phrase("it has no certificate of food safety")
        yield Note("no-food-safety", "food_safety_cert", phrase)


def _rank(product: Product, day: date) -> Iterator[Note]:
    held = product.certificate
    if held is None:
        phrase = Phrase("it has no OCOP certificate")
        yield Note("no-certificate", "stars", phrase, look=False)
    elif day < held.decided_on:
        begins = held.decided_on.isoformat()
        phrase = Phrase("its certificate is in force only from {day}", day=begins)
        yield Note("not-yet", "decision_date", phrase)
    elif day >= held.expires_on:
        ended = held.expires_on.isoformat()
        phrase = Phrase("its certificate is no longer in force since {day}", day=ended)
        yield Note("expired", "cert_expiry", phrase)
    elif held.expires_on <= day + SOON:
        phrase = Phrase("its certificate ends on {day}", day=held.expires_on.isoformat())
        yield Note("expiring", "cert_expiry", phrase)


def _rest(product: Product) -> Iterator[Note]:
    if product.gtin and not gtin_fits(product.gtin):
        phrase = Phrase("its barcode number {gtin} is wrong", gtin=product.gtin)
        yield Note("gtin", "gtin", phrase)
    if not product.gtin:
        yield Note("no-gtin", "gtin", Phrase("it has no barcode number"), look=False)
    if product.price is None:
        yield Note("no-price", "price_vnd", Phrase("it has no price"), look=False)
    if not product.shops:
        phrase = Phrase("it has no place to order")
        yield Note("no-shop", "url_buudien", phrase, look=False)
    if not product.description:
        yield Note("no-description", "description", Phrase("it has no description"))
