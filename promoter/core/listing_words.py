"""What a listing in a shop says: a title, a plain description, and what one unit weighs."""

import re
from collections.abc import Iterator
from datetime import date

from promoter.core.errors import ConfigError
from promoter.core.fitting import sentences
from promoter.core.model import Phrase, Producer, Product
from promoter.core.rules import notices
from promoter.core.wording import Voice, declaration, other_packs, place

TITLE = 100
"""Longest title in characters: what every shop that we know takes."""
SHORT_TITLE = 25
"""A title below this also names the place; some shops refuse shorter ones."""
PACKED = 1.1
"""Weight with packaging for each gram of content."""

_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kg|g|ml|l|lít)(?!\w)")
_GRAMS = {"kg": 1000, "g": 1, "ml": 1, "l": 1000, "lít": 1000}


def grams(product: Product) -> int | None:
    """Return what one sold unit weighs with its packaging; None when the unit does not tell.

    A millilitre is taken for a gram: for postage it is near enough.
    """
    found = _AMOUNT.search(_unit(product).casefold())
    if found is None:
        return None
    amount = float(found[1].replace(",", ".")) * _GRAMS[found[2]]
    return max(round(amount * PACKED), 1)


def title(product: Product) -> str:
    """Return the title of a listing: name and unit, and the place where there is little else."""
    unit = _unit(product)
    said = unit.casefold() in product.name.casefold()
    whole = product.name if said or not unit else f"{product.name} – {unit}"
    if len(whole) > TITLE:
        return product.name
    placed = f"{whole} – {product.place.commune}, {product.place.province}"
    return placed if len(whole) < SHORT_TITLE and len(placed) <= TITLE else whole


def _unit(product: Product) -> str:
    """Return the unit that is sold; what is sold by weight is sold in ones."""
    unit = product.price_unit
    return f"1 {unit}" if unit.casefold() in _GRAMS else unit


def description(product: Product, producer: Producer, day: date, voice: Voice, limit: int) -> str:
    """Return the description of a listing as it holds on a day; no link: shops forbid them.

    Args:
        limit: Most characters; sentences of the product's own description go first.

    Raises:
        ConfigError: The facts and notices alone are longer.
    """
    facts = "\n".join(f"• {line}" for line in _facts(product, producer, day, voice))
    told = sentences(product.description)
    for kept in range(len(told), -1, -1):
        blocks = ("".join(told[:kept]).strip(), facts, "\n".join(notices(product)))
        text = "\n\n".join(filter(None, blocks))
        if len(text) <= limit:
            return text
    raise ConfigError(
        Phrase(
            "the shortest description of {code} is longer than the {limit} characters of the shop",
            code=product.code,
            limit=limit,
        )
    )


def _facts(product: Product, producer: Producer, day: date, voice: Voice) -> Iterator[str]:
    packs = [_unit(product), *other_packs(product)]
    yield voice.say(Phrase("Packed: {packs}", packs=", ".join(filter(None, packs))))
    where = place(producer.place, voice)
    yield voice.say(Phrase("Made by {producer}, {place}.", producer=producer.name, place=where))
    if held := product.certificate_on(day):
        rank = voice.say(Phrase("OCOP {stars} stars", stars=held.stars))
        on = voice.day(held.decided_on)
        number = Phrase("decision {number} of {day}", number=held.decision, day=on)
        yield f"{rank} ({voice.say(number)})"
    if product.gi:
        yield voice.say(Phrase("Geographical indication {name}", name=product.gi))
    if product.self_declaration:
        yield voice.say(declaration(product))
    if product.shelf_life:
        yield voice.say(Phrase("Best within {time}", time=product.shelf_life))
