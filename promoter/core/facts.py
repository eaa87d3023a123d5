"""What a creative states about a product, in force on its day, so that a change is noticed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

from promoter.core.model import Phrase, Place, Producer, Product


@dataclass(frozen=True, slots=True)
class Fact:
    """A catalogue value that a creative states.

    Attributes:
        name: One of NAMES.
        value: As it stands in the catalogue; two creatives state the same if it is equal.
    """

    name: str
    value: str


NAMES: Mapping[str, Phrase] = {
    "name": Phrase("name"),
    "description": Phrase("description"),
    "stars": Phrase("OCOP stars"),
    "decision": Phrase("OCOP decision"),
    "gi": Phrase("geographical indication"),
    "price": Phrase("price"),
    "packaging": Phrase("packaging"),
    "producer": Phrase("producer"),
    "place": Phrase("place"),
    "self_declaration": Phrase("self-declaration"),
    "shelf_life": Phrase("shelf life"),
    "season": Phrase("season"),
    "allergens": Phrase("allergens"),
    "abv": Phrase("alcohol content"),
}
"""Every fact in its order, with the words that staff read for it."""


def facts(product: Product, producer: Producer, day: date) -> tuple[Fact, ...]:
    """Return what a creative of that day states; what is not known or not in force is left out."""
    held = product.certificate_on(day)
    price = product.price
    values = {
        "name": product.name,
        "description": product.description,
        "stars": str(held.stars) if held else "",
        "decision": f"{held.decision} {held.decided_on.isoformat()}" if held else "",
        "gi": product.gi,
        "price": f"{price.amount} {price.currency}/{product.price_unit}" if price else "",
        "packaging": "; ".join(product.packaging),
        "producer": producer.name,
        "place": _place(producer.place),
        "self_declaration": product.self_declaration,
        "shelf_life": product.shelf_life,
        "season": "; ".join(map(str, product.season_months)),
        "allergens": "; ".join(product.allergens),
        "abv": "" if product.abv is None else str(product.abv),
    }
    return tuple(Fact(name, values[name]) for name in NAMES if values[name])


def _place(place: Place) -> str:
    return f"{place.commune}, {place.province}"


def changed(before: Iterable[Fact], after: Iterable[Fact]) -> Phrase | None:
    """Return the names of facts that are new, gone or different, in words; None without any."""
    old, new = ({fact.name: fact.value for fact in stated} for stated in (before, after))
    names = [words for name, words in NAMES.items() if old.get(name) != new.get(name)]
    if not names:
        return None
    return reduce(lambda some, name: Phrase("{some}, {name}", some=some, name=name), names)
