"""What is said about a product: captions fitted to a channel's ruler, card words, alt text."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from promoter.core.channel import Limits
from promoter.core.fitting import MARKER, Form, Parts, fit, sentences
from promoter.core.kind import SIGNS, kind
from promoter.core.model import Money, Phrase, Place, Producer, Product, Say
from promoter.core.rules import claims, notices

QUESTION = "---"
"""A line of a hook: what follows it is a question, which is asked after the facts."""

TASTE = 60
"""Longest line that a card shows of a description, in characters."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """Everything that a card says, final and in the reader's language.

    Attributes:
        kicker: Short line above the name (the group, or what the campaign is about).
        stars: Recognised OCOP stars in force on the day, 0 for none: then nothing is drawn.
        rank: The stars in words (`OCOP 4 sao`); empty with 0 stars.
        facts: Short lines, best first; the card shows as many as its format has room for.
        price: `12.000 đ`; empty when not known.
        unit: What the price is for (`gói 500 g`).
        place: `xã Vĩnh Lợi, tỉnh Cà Mau`.
        notices: Mandatory words; always shown whole, never smaller than the body.
        call: Words beside the QR code.
        motif: Product class, for the ground of a card without a photo.
    """

    kicker: str
    name: str
    stars: int
    rank: str
    facts: tuple[str, ...]
    price: str
    unit: str
    producer: str
    place: str
    notices: tuple[str, ...]
    call: str
    motif: str

    def texts(self) -> tuple[str, ...]:
        """Return every text that the card may show."""
        parts = (self.kicker, self.name, self.rank, *self.facts, self.price, self.unit)
        return tuple(filter(None, (*parts, self.producer, self.place, *self.notices, self.call)))


@dataclass(frozen=True, slots=True)
class Voice:
    """How the reader's language writes phrases, money and days."""

    say: Say
    money: Callable[[Money], str]
    day: Callable[[date], str]


# The card and its description


def card_words(
    product: Product, producer: Producer, day: date, voice: Voice, kicker: str
) -> CardWords:
    """Return the words of a card as they hold on a day."""
    held = product.certificate_on(day)
    return CardWords(
        kicker=kicker,
        name=product.name,
        stars=held.stars if held else 0,
        rank=_rank(product, day, voice),
        facts=tuple(_card_facts(product, day, voice)),
        price=voice.money(product.price) if product.price else "",
        unit=product.price_unit if product.price else "",
        producer=producer.name,
        place=place(producer.place, voice),
        notices=notices(product),
        call=voice.say(_scan(product)),
        motif=product.product_class,
    )


def alt_text(
    product: Product, producer: Producer, day: date, voice: Voice, *, has_photo: bool
) -> str:
    """Return the description of a card for those who do not see it, mandatory words included."""
    what = ", ".join(filter(None, (product.name, _standing(product, day, voice))))
    price = _price(product, voice)
    if price:
        what = voice.say(Phrase("{what}, price {price}", what=what, price=price))
    if not has_photo:
        shown = Phrase("A card in words: {what}.", what=what)
    elif product.photos and product.photos[0].sample:
        shown = Phrase("A card with an illustration of {what}.", what=what)
    else:
        shown = Phrase("A card with a photo of {what}.", what=what)
    where = place(producer.place, voice)
    maker = Phrase("Made by {producer}, {place}.", producer=producer.name, place=where)
    if product.group == "tourism":
        maker = Phrase("Hosted by {producer}, {place}.", producer=producer.name, place=where)
    return " ".join((voice.say(shown), voice.say(maker), *notices(product)))


def place(place: Place, voice: Voice) -> str:
    """Write a place in its present form: `xã Vĩnh Lợi, tỉnh Cà Mau`."""
    commune, province = _small(place.commune), place.province
    if re.match(r"(?:tỉnh|thành phố|tp)\b", province.casefold()):
        return f"{commune}, {_small(province)}"
    return voice.say(Phrase("{commune}, {province} province", commune=commune, province=province))


def taste(description: str) -> str:
    """Return the beginning of a description that a card has room for, ended where it may end.

    It ends at a full stop or colon if there is one in reach, else at a comma; empty if neither is.
    """
    text = description.strip()
    for ends in (r"[.!?;:](?=\s|$)", r",(?=\s)"):
        stops = [match.start() for match in re.finditer(ends, text)]
        fitting = [stop for stop in stops if stop <= TASTE]
        if fitting:
            return text[: fitting[-1]]
    return text if len(text) <= TASTE else ""


def _rank(product: Product, day: date, voice: Voice) -> str:
    held = product.certificate_on(day)
    return voice.say(Phrase("OCOP {stars} stars", stars=held.stars)) if held else ""


def _standing(product: Product, day: date, voice: Voice) -> str:
    """Return rank and geographical indication in one line; empty without either."""
    parts = [_rank(product, day, voice)]
    if product.gi:
        phrase = Phrase("bears the geographical indication {name}", name=_gi(product))
        parts.append(voice.say(phrase))
    return ", ".join(filter(None, parts))


def _gi(product: Product) -> str:
    return product.gi.partition(" (")[0]  # «Bạc Liêu (muối ăn)»: what for is plain from the name


def _price(product: Product, voice: Voice) -> str:
    if product.price is None:
        return ""
    return "/".join(filter(None, (voice.money(product.price), product.price_unit)))


def _card_facts(product: Product, day: date, voice: Voice) -> Iterator[str]:
    if product.gi:
        yield voice.say(Phrase("Geographical indication {name}", name=_gi(product)))
    if line := taste(product.description):
        yield line
    if len(product.packaging) > 1 or other_packs(product):
        packs = ", ".join(product.packaging)
        tour = product.group == "tourism"
        sold = (
            Phrase("Offered: {packs}", packs=packs)
            if tour
            else Phrase("Packed: {packs}", packs=packs)
        )
        yield voice.say(sold)
    if product.shelf_life:
        yield voice.say(Phrase("Best within {time}", time=product.shelf_life))
    if product.self_declaration:
        yield voice.say(declaration(product))
    if held := product.certificate_on(day):
        on = voice.day(held.decided_on)
        yield voice.say(Phrase("OCOP: decision {number} of {day}", number=held.decision, day=on))


def declaration(product: Product) -> Phrase:
    """Return under which number the law knows a product."""
    number = product.self_declaration
    if product.product_class == "cosmetic":
        return Phrase("Cosmetic notification no. {number}", number=number)
    if product.product_class == "health_supplement":
        return Phrase("Product registration no. {number}", number=number)
    return Phrase("Self-declaration no. {number}", number=number)


def _scan(product: Product) -> Phrase:
    if not product.shops:
        return Phrase("Scan to see more")
    if product.group == "tourism":
        return Phrase("Scan to see and book")
    return Phrase("Scan to see and order")


def _order(product: Product, link: str) -> Phrase:
    if not product.shops:
        return Phrase("See more: {link}", link=link)
    if product.group == "tourism":
        return Phrase("Book: {link}", link=link)
    return Phrase("Order: {link}", link=link)


# The caption


def characters(text: str) -> int:
    """Return how many characters a text has: the plain ruler."""
    return len(unicodedata.normalize("NFC", text))


def caption(
    product: Product,
    producer: Producer,
    day: date,
    voice: Voice,
    *,
    hook: str,
    link: str,
    hashtags: Iterable[str],
    limits: Limits,
) -> str:
    """Return the caption of a product on a day, within the channel's limits.

    Args:
        hook: What the template says; a line of QUESTION parts the question from the rest.
        hashtags: With or without `#`; what may not be said on that day is left out.

    Raises:
        ConfigError: Even the shortest form is too long for the channel.
    """
    said, _, question = re.sub(rf"(?m)^{QUESTION}\s*$", "\0", hook, count=1).partition("\0")
    parts = Parts(
        code=product.code,
        hook=sentences(said),
        forms=tuple(_forms(product, producer, day, voice, link, brief=limits.brief)),
        notices=notices(product),
        question=question.strip(),
        hashtags=tags(hashtags, product, day),
    )
    return fit(parts, limits).text


def tags(names: Iterable[str], product: Product, day: date) -> tuple[str, ...]:
    """Return hashtags with `#`, once each, without those that claim what is not in force."""
    found = {MARKER.casefold(): MARKER}
    for name in names:
        tag = f"#{name.lstrip('#')}"
        found.setdefault(tag.casefold(), tag)
    return tuple(tag for tag in found.values() if tag != MARKER and not claims(tag, product, day))


def _forms(
    product: Product, producer: Producer, day: date, voice: Voice, link: str, *, brief: bool
) -> Iterator[Form]:
    """Yield the facts with the link: whole unless brief; name, rank and price; name alone.

    In the short forms producer and address stand in the picture (rule FOOD-01).
    """
    sign = SIGNS[kind(product)]
    name = " – ".join(filter(None, (f"{sign} {product.name}", _standing(product, day, voice))))
    where = f"📍 {producer.name}, {place(producer.place, voice)}"
    order = voice.say(_order(product, link))
    if not brief:
        yield Form((name, _packs(product, voice), where, f"🛒 {order}"), "\n\n")
    short = ", ".join(filter(None, (_rank(product, day, voice), _price(product, voice))))
    yield Form((" – ".join(filter(None, (f"{sign} {product.name}", short))), link), "\n")
    yield Form((product.name, link), "\n")


def _packs(product: Product, voice: Voice) -> str:
    """Return the line on price and packaging: `📦 Gói 1 kg: 15.000 đ; có cả bao 5 kg`."""
    others = ", ".join(other_packs(product))
    unit = product.price_unit
    if product.price is None:
        asked = Phrase("{packs}, price on request", packs=_capital(others))
        line = voice.say(asked if others else Phrase("Price on request"))
        return f"📦 {line}"
    if not re.search(r"\d", unit):  # «55.000 đ/kg (thùng 3 kg, thùng 5 kg)»
        return f"💰 {_price(product, voice)}" + (f" ({others})" if others else "")
    whole = [pack for pack in product.packaging if pack.startswith(f"{unit} (")]
    line = _capital(whole[0] if whole else unit)  # «gói 120 g (4 tô)» says more than «gói 120 g»
    line = f"📦 {line}: {voice.money(product.price)}"
    also = voice.say(Phrase("also {packs}", packs=others)) if others else ""
    return "; ".join(filter(None, (line, also)))


def other_packs(product: Product) -> list[str]:
    """Return the packagings that the price's unit does not name already."""
    unit = product.price_unit
    return [
        pack
        for pack in product.packaging
        if not unit or (pack.partition(" (")[0] != unit and not pack.endswith(f"1 {unit}"))
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
