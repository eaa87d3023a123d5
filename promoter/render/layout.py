"""Lays out the words of a card: what is said where, how large, on which lines; draws nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from promoter.core.errors import ConfigError
from promoter.core.model import Format, Phrase
from promoter.core.wording import CardWords
from promoter.render.template import Area, Brand, Layout, Template
from promoter.render.text import LEADING, Fonts, drawable

STEP = 0.04
ALCOHOL_SHARE = 0.1
"""Least share of the picture for the warning of an alcoholic drink (Decree 24/2020, art. 5)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text where it is drawn.

    Attributes:
        x, y: Left and top of the line's room.
        colour: Name of a brand colour.
        room: The area that it must stay in.
    """

    text: str
    x: int
    y: int
    weight: int
    size: int
    width: int
    colour: str
    room: Area

    @property
    def height(self) -> int:
        """Return the height of the line's room."""
        return round(self.size * LEADING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A card's words in their places.

    Attributes:
        stars: Left, top, size of the first drawn star and their number; None without rank.
        pill: The price's pill; None without a price.
        notice: The box of the mandatory words; None without any.
    """

    lines: tuple[Line, ...]
    stars: tuple[int, int, int, int] | None
    pill: Area | None
    notice: Area | None


@dataclass(frozen=True, slots=True)
class _Item:
    """A paragraph of a zone.

    Attributes:
        above: Room above it, as a share of its size.
        indent: Room at its left, in pixels at full size.
        lines: Most lines that it may take.
    """

    text: str
    weight: int
    size: int
    colour: str
    above: float = 0.0
    indent: int = 0
    lines: int = 2


@dataclass(frozen=True, slots=True)
class _Set:
    lines: tuple[Line, ...]
    bottom: int


class Setter:
    """Sets the words of cards of one template in the brand's type."""

    def __init__(self, name: str, template: Template, brand: Brand, fonts: Fonts) -> None:
        self._name = name
        self._template = template
        self._brand = brand
        self._fonts = fonts

    def sheet(self, words: CardWords, form: Format) -> Sheet:
        """Return where every word of a card stands.

        Raises:
            ConfigError: Something does not fit even at its smallest: template, format and text.
        """
        layout = self._template.formats[form.name]
        head = self._fit(form, layout.head, _head(words, layout))
        rank = next((line for line in head.lines if line.text == drawable(words.rank)), None)
        stars = None
        if words.stars and rank:
            size = round(rank.size * 0.92)
            stars = (layout.head[0], rank.y + (rank.height - size) // 2, size, words.stars)
        body, notice = self._body(words, layout, form)
        foot = self._fit(form, layout.foot, _foot(words, layout))
        pill, price = self._price(words, layout, form)
        call = self._call(words, layout, form)
        brand = self._plain(self._brand.name, layout.brand, "paper")
        lines = (*head.lines, *body, *foot.lines, *price, *call, brand, self._footer(layout, form))
        return Sheet(lines, stars, pill, notice)

    def _fit(self, form: Format, zone: Area, items: Sequence[_Item]) -> _Set:
        scale = 1.0
        while scale >= self._template.smallest:
            found = self._set(zone, items, scale)
            if found is not None:
                return found
            scale -= STEP
        raise ConfigError(
            Phrase(
                "card {template}, format {form}: «{text}» does not fit; give its zone more room",
                template=self._name,
                form=form.name,
                text=items[0].text if items else "",
            )
        )

    def _set(self, zone: Area, items: Sequence[_Item], scale: float) -> _Set | None:
        left, top, width, height = zone
        y, lines = top, list[Line]()
        for number, item in enumerate(items):
            size = max(round(item.size * scale), 12)
            indent = round(item.indent * scale)
            y += round(item.above * size) if number else 0
            wrapped = self._fonts.wrap(drawable(item.text), item.weight, size, width - indent)
            if wrapped is None or len(wrapped) > item.lines:
                return None
            for text in wrapped:
                wide = round(self._fonts.width(item.weight, size, text))
                line = Line(text, left + indent, y, item.weight, size, wide, item.colour, zone)
                lines.append(line)
                y += line.height
        return _Set(tuple(lines), y) if y <= top + height else None

    def _body(
        self, words: CardWords, layout: Layout, form: Format
    ) -> tuple[tuple[Line, ...], Area | None]:
        """Set the mandatory words whole, then as many facts as there is room for, best first."""
        left, top, width, height = layout.body
        if not words.notices:
            return self._facts(words.facts, layout.body, layout), None
        pad = round(layout.text * 0.5)
        inner = (left + pad, top + pad, width - 2 * pad, height - 2 * pad)
        found = self._fit(form, inner, _notices(words, layout))
        tall = found.bottom + pad - top
        if words.motif == "alcohol":
            tall = max(tall, round(form.width * form.height * ALCOHOL_SHARE / width) + 1)
        if tall > height and words.motif == "alcohol":
            tall = height  # the zone itself is large enough in every format: tests hold it
        box = (left, top, width, tall)
        rest = (left, top + tall + pad, width, height - tall - pad)
        facts = self._facts(words.facts, rest, layout) if rest[3] > layout.text else ()
        return (*found.lines, *facts), box

    def _facts(self, facts: Sequence[str], zone: Area, layout: Layout) -> tuple[Line, ...]:
        for count in range(len(facts), 0, -1):
            items = [
                _Item(fact, 500 if not number else 400, layout.text, "soft", above=0.3, lines=3)
                for number, fact in enumerate(facts[:count])
            ]
            for scale in (1.0, 0.94, 0.88):
                found = self._set(zone, items, scale)
                if found is not None:
                    return found.lines
        return ()

    def _price(
        self, words: CardWords, layout: Layout, form: Format
    ) -> tuple[Area | None, tuple[Line, ...]]:
        if not words.price:
            return None, ()
        edge, middle, size = layout.price
        small = round(size * 0.56)
        unit = drawable(f"/ {words.unit}") if words.unit else ""
        price = drawable(words.price)
        wide = round(self._fonts.width(800, size, price))
        beside = round(self._fonts.width(600, small, unit))
        pad, gap = round(size * 0.6), round(size * 0.24) if unit else 0
        width, height = wide + gap + beside + 2 * pad, round(size * 1.72)
        left = edge if form.name == "wide" else edge - width
        pill = (left, middle - height // 2, width, height)
        y = middle - round(size * LEADING) // 2
        base = y + round(size * 0.97) - round(small * 0.97)
        lines = [Line(price, left + pad, y, 800, size, wide, "ink", pill)]
        if unit:
            x = left + pad + wide + gap
            lines.append(Line(unit, x, base, 600, small, beside, "ink", pill))
        return pill, tuple(lines)

    def _call(self, words: CardWords, layout: Layout, form: Format) -> tuple[Line, ...]:
        size = round(layout.text * 0.8)
        item = _Item(words.call, 600, size, "deep")
        left, _top, width, _height = layout.call
        return tuple(
            Line(
                line.text,
                left + (width - line.width) // 2,
                line.y,
                line.weight,
                line.size,
                line.width,
                line.colour,
                line.room,
            )
            for line in self._fit(form, layout.call, [item]).lines
        )

    def _plain(self, text: str, place: tuple[int, int, int], colour: str) -> Line:
        left, top, size = place
        words = drawable(text)
        width = round(self._fonts.width(700, size, words))
        x = left + round(size * 1.3)
        return Line(words, x, top, 700, size, width, colour, (x, top, width, round(size * LEADING)))

    def _footer(self, layout: Layout, form: Format) -> Line:
        size = round(layout.text * 0.72)
        words = drawable(self._brand.footer)
        width = round(self._fonts.width(500, size, words))
        tall = footer_height(layout)
        x = layout.head[0]
        y = form.height - tall + (tall - round(size * LEADING)) // 2
        room = (layout.panel[0], form.height - tall, layout.panel[2], tall)
        return Line(words, x, y, 500, size, width, "paper", room)


def footer_height(layout: Layout) -> int:
    """Return the height of the band at the bottom of a card."""
    return round(layout.text * 1.45)


def _head(words: CardWords, layout: Layout) -> list[_Item]:
    items = [
        _Item(words.kicker.upper(), 700, round(layout.text * 0.82), "chili", lines=1),
        _Item(words.name, 800, layout.name, "ink", above=0.06, lines=3),
    ]
    if words.rank:
        size = round(layout.text * 1.18)
        indent = round(words.stars * size * 1.06 + size * 0.34)
        items.append(_Item(words.rank, 700, size, "deep", above=0.3, indent=indent, lines=1))
    return [item for item in items if item.text]


def _foot(words: CardWords, layout: Layout) -> list[_Item]:
    return [
        _Item(words.producer, 700, layout.text, "ink", lines=2),
        _Item(words.place, 500, round(layout.text * 0.92), "soft", above=0.08, lines=2),
    ]


def _notices(words: CardWords, layout: Layout) -> list[_Item]:
    return [_Item(text, 600, layout.text, "chili", above=0.22, lines=4) for text in words.notices]
