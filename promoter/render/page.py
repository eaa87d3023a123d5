"""Sets the words of one card at one scale; says so when there is no room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from promoter.core.model import Format
from promoter.core.wording import CardWords
from promoter.render.places import Line, Sheet
from promoter.render.template import Area, Brand, Layout
from promoter.render.text import Fonts
from promoter.render.wrap import unbroken

BODY, TIGHT = 1.34, 1.16
"""Height of a line for each pixel of size, in running words and in names."""
CAPITALS = 0.36
"""From the middle of capitals to their base line, for each pixel of size."""
EDGE = 20
"""Pixels by which the waves of the panel's edge reach into the picture."""
WANTED = 2
"""Facts for which the panel grows; more are shown only where there is room anyway."""
ALCOHOL_SHARE = 0.1
"""Least share of the picture for the warning of an alcoholic drink (Decree 24/2020, art. 5)."""


class NoRoom(Exception):
    """A text does not fit at a size; a smaller one may."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Some lines under each other, from the top of their room."""

    lines: tuple[Line, ...]
    height: int

    def moved(self, y: int) -> "_Block":
        return replace(self, lines=tuple(replace(line, y=line.y + y) for line in self.lines))


class Page:
    """One try at a size."""

    def __init__(
        self, fonts: Fonts, layout: Layout, form: Format, scale: float, lift: int, narrow: bool
    ) -> None:
        self.fonts, self.layout, self.form = fonts, layout, form
        self.scale, self.lift = scale, lift
        left, top, width, height = layout.content
        if layout.edge == "top":
            top, height = top - lift, height + lift
        else:
            left, width = left - lift, width + lift
        self.left, self.top, self.width, self.bottom = left, top, width, top + height
        self.column = layout.column + (lift if layout.edge == "left" else 0)
        self.head = layout.head + (lift if layout.edge == "left" else 0)
        if narrow:
            self.head = min(self.head, self.column)
        self.text = round(layout.text * scale)
        self.gap = round(self.text * 0.62)

    def sheet(self, words: CardWords, brand: Brand, label: str) -> Sheet:
        """Return the whole card, or raise NoRoom."""
        notices, notice = self._notices(words)
        bottom = notice[1] - self.gap if notice else self.bottom
        head, sheet = self._head(words)
        call, qr = self._qr(words, bottom, head.height)
        foot, pin = self._foot(words)
        foot_top = bottom - foot.height
        rule = (self.left, foot_top - self.gap, self.column)
        room = rule[1] - self.gap - (self.top + head.height + self.gap)
        if room < -self.gap:
            raise NoRoom(words.name)
        facts, bullets = self._facts(words, self.top + head.height + self.gap, room)
        pill, price = self._price(words)
        tag, said = self._label(label)
        lines = (*head.lines, *facts, *foot.moved(foot_top).lines, *notices, *call, *price, *said)
        return replace(
            sheet,
            lines=(*lines, *self._brand(brand)),
            qr=qr,
            bullets=bullets,
            rule=rule,
            pin=(pin[0], pin[1] + foot_top, pin[2]) if pin else None,
            pill=pill,
            notice=notice,
            label=tag,
        )

    def block(
        self,
        text: str,
        weight: int,
        size: int,
        colour: str,
        room: Area,
        *,
        most: int = 2,
        leading: float = BODY,
    ) -> _Block:
        """Set a paragraph from the top of its room."""
        found = self.fonts.wrap(self.fonts.checked(text), weight, size, room[2], most)
        if found is None:
            raise NoRoom(text)
        step = round(size * leading)
        first = room[1] + round(step / 2 + size * CAPITALS)
        rise = self.fonts.ink((0, first), found[0], weight, size)[1]
        first += max(room[1] - rise, 0)  # «Ổ» and its like rise above their line
        base = first + step * (len(found) - 1)
        low = self.fonts.ink((0, base), found[-1], weight, size)[3]
        lines = tuple(
            Line(line, room[0], first + step * number, weight, size, colour, room)
            for number, line in enumerate(found)
        )
        return _Block(lines, max(step * len(found), low - room[1]))

    def _zone(self, width: int) -> Area:
        return (self.left, self.top, width, self.bottom - self.top)

    def _head(self, words: CardWords) -> tuple[_Block, Sheet]:
        """Set kicker, name (as large as possible) and rank."""
        zone, lines, y, bar = self._zone(self.head), list[Line](), 0, None
        if words.kicker:
            size = round(self.text * 0.8)
            dash = round(size * 1.5)
            indented = (zone[0] + dash + round(size * 0.5), *zone[1:])
            indented = (indented[0], zone[1], zone[2] - indented[0] + zone[0], zone[3])
            kicker = self.block(words.kicker.upper(), 700, size, "chili", indented, most=1)
            bar = (zone[0], self.top + kicker.height // 2 - 3, dash, 6)
            lines += kicker.lines
            y = kicker.height + round(size * 0.1)
        name = self._title(words.name, zone)
        lines += name.moved(y).lines
        y += name.height
        sheet = Sheet((), self.lift, (0, 0, 0), kicker=bar)
        if not words.rank:
            return _Block(tuple(lines), y), sheet
        y += round(self.text * 0.5)
        badge, stars, rank = self._rank(words, y)
        y += badge[3]
        return _Block((*lines, rank), y), replace(sheet, badge=badge, stars=stars)

    def _title(self, name: str, zone: Area) -> _Block:
        """Set the name as large as possible; a little smaller if that keeps a word whole."""
        largest = round(self.layout.name * self.scale)
        first: _Block | None = None
        for size in range(largest, round(largest * 0.6), -2):
            most = 2 if size > largest * 0.72 else 3
            try:
                found = self.block(name, 800, size, "ink", zone, most=most, leading=TIGHT)
            except NoRoom:
                continue
            if unbroken([line.text for line in found.lines]):
                return found
            first = first or found
            if size < first.lines[0].size * 0.8:
                break
        if first is None:
            raise NoRoom(name)
        return first

    def _rank(
        self, words: CardWords, y: int
    ) -> tuple[Area, tuple[int, int, int, int] | None, Line]:
        size = round(self.text * 1.0)
        text = self.fonts.checked(words.rank)
        wide = round(self.fonts.measure(700, size, text))
        star, pad = round(size * 0.98), round(size * 0.66)
        row = round(words.stars * star * 1.08)
        width = pad * 2 + row + (round(size * 0.42) if words.stars else 0) + wide
        badge = (self.left, self.top + y, width, round(size * 1.78))
        if width > self.head:
            raise NoRoom(words.rank)
        middle = badge[1] + badge[3] // 2
        x = badge[0] + width - pad - wide
        line = Line(text, x, middle + round(size * CAPITALS), 700, size, "paper", badge)
        stars = (badge[0] + pad, middle, star, words.stars) if words.stars else None
        return badge, stars, line

    def _foot(self, words: CardWords) -> tuple[_Block, tuple[int, int, int] | None]:
        zone = (self.left, 0, self.column, self.bottom - self.top)
        maker = self.block(words.producer, 700, self.text, "ink", zone)
        if not words.place:
            return self._bounded(maker), None
        size = round(self.text * 0.9)
        indent = round(size * 1.05)
        beside = (zone[0] + indent, 0, zone[2] - indent, zone[3])
        place = self.block(words.place, 500, size, "soft", beside).moved(maker.height)
        middle = maker.height + round(size * BODY) // 2
        both = _Block((*maker.lines, *place.lines), maker.height + place.height)
        return self._bounded(both), (self.left, middle, size)

    def _bounded(self, block: _Block) -> _Block:
        zone = self._zone(self.column)
        return replace(block, lines=tuple(replace(line, room=zone) for line in block.lines))

    def _facts(
        self, words: CardWords, top: int, room: int
    ) -> tuple[tuple[Line, ...], tuple[tuple[int, int, int], ...]]:
        """Set as many facts as there is room for, best first; what is left over opens the gaps."""
        indent = round(self.text * 0.84)
        zone = (self.left + indent, top, self.column - indent, room)
        blocks: list[_Block] = []
        tall = 0
        for fact in words.facts:
            colour, weight = ("soft", 500) if blocks else ("ink", 600)
            try:
                most = 2 if blocks else 3
                block = self.block(fact, weight, self.text, colour, zone, most=most)
            except NoRoom:
                continue  # a long one gives way to the next
            if tall + block.height > room:
                break
            blocks.append(block)
            tall += block.height
        if not blocks:
            return (), ()
        extra = min((room - tall) // (len(blocks) + 1), round(self.text * 0.42))
        y = min((room - tall - extra * (len(blocks) - 1)) // 2, self.gap)
        lines, marks = list[Line](), []
        for block in blocks:
            marks.append(
                (
                    self.left + round(self.text * 0.24),
                    top + y + round(self.text * BODY) // 2,
                    round(self.text * 0.36),
                )
            )
            lines += block.moved(y).lines
            y += block.height + extra
        return tuple(lines), tuple(marks)

    def _notices(self, words: CardWords) -> tuple[tuple[Line, ...], Area | None]:
        """Set the mandatory words whole, in a box of their own; those on alcohol as large as it."""
        if not words.notices:
            return (), None
        if words.motif != "alcohol":
            return self._boxed(words.notices, self.text, 0)
        least = -(-round(self.form.width * self.form.height * ALCOHOL_SHARE) // self.width)
        size = round(self.text * 1.5)
        while size > self.text:
            try:
                lines, box = self._boxed(words.notices, size, least)
            except NoRoom:
                size -= 2
                continue
            if box and box[3] <= least + 2:
                return lines, box
            size -= 2
        return self._boxed(words.notices, self.text, least)

    def _boxed(
        self, notices: Sequence[str], size: int, least: int
    ) -> tuple[tuple[Line, ...], Area | None]:
        pad = round(size * 0.55)
        sign = round(size * 1.9)
        room = (self.left + pad + sign, 0, self.width - 2 * pad - sign, self.bottom - self.top)
        lines, y = list[Line](), 0
        for text in notices:
            block = self.block(text, 600, size, "chili", room, most=5, leading=1.28).moved(y)
            lines += block.lines
            y += block.height + round(size * 0.18)
        tall = max(y - round(size * 0.18) + 2 * pad - round(size * 0.2), least)
        if tall > (self.bottom - self.top) * 0.6:
            raise NoRoom(notices[-1])
        box = (self.left, self.bottom - tall, self.width, tall)
        shift = box[1] + (tall - (y - round(size * 0.18))) // 2
        return tuple(replace(line, y=line.y + shift, room=box) for line in lines), box

    def _qr(
        self, words: CardWords, bottom: int, head: int
    ) -> tuple[tuple[Line, ...], tuple[int, int, int]]:
        """Set the code at the right, its call under it."""
        side, size = self.layout.qr, round(self.text * 0.78)
        right = self.left + self.width
        wide = right - self.left - self.column
        room = (right - wide, 0, wide, 0)
        call = self.block(words.call, 600, size, "deep", room, most=3, leading=1.24)
        air = round(size * 0.4)
        top = bottom - call.height - air - side
        least = self.top + (head if self.head > self.width - side else 0)
        if self.layout.edge == "top":
            least = max(
                least, self.layout.price[1] - self.lift + round(self.layout.price[2] * 1.05)
            )
        if top < least:
            raise NoRoom(words.call)
        x = right - side
        zone = (right - wide, top + side + air, wide, call.height)
        lines = tuple(
            replace(
                line,
                x=min(x + round(side - self._wide(line)) // 2, right - round(self._wide(line))),
                y=line.y + zone[1],
                room=zone,
            )
            for line in call.lines
        )
        return lines, (x, top, side)

    def _wide(self, line: Line) -> float:
        return self.fonts.measure(line.weight, line.size, line.text)

    def _price(self, words: CardWords) -> tuple[Area | None, tuple[Line, ...]]:
        """Set the price as large as the picture is wide enough."""
        if not words.price:
            return None, ()
        layout, start = self.layout, self.layout.brand[0]
        most = layout.ground[2] - 2 * start
        if layout.edge == "left":
            most = layout.panel[0] - self.lift - EDGE - 2 * start
        for size in range(layout.price[2], round(layout.price[2] * 0.7), -1):
            pill, lines = self._pill(words, size)
            if pill[2] <= most:
                return pill, lines
        raise NoRoom(f"{words.price} / {words.unit}")

    def _pill(self, words: CardWords, size: int) -> tuple[Area, tuple[Line, ...]]:
        edge, middle, _ = self.layout.price
        top = self.layout.edge == "top"
        middle -= self.lift if top else 0
        small = round(size * 0.58)
        price = self.fonts.checked(words.price)
        unit = self.fonts.checked(f"/ {words.unit}") if words.unit else ""
        wide = round(self.fonts.measure(800, size, price))
        beside = round(self.fonts.measure(600, small, unit)) if unit else 0
        pad, gap = round(size * 0.62), round(size * 0.24) if unit else 0
        width, height = wide + gap + beside + 2 * pad, round(size * 1.76)
        pill = (edge - width if top else edge, middle - height // 2, width, height)
        x, y = pill[0] + pad, middle + round(size * CAPITALS)
        lines = [Line(price, x, y, 800, size, "ink", pill)]
        if unit:
            lines.append(Line(unit, x + wide + gap, y, 600, small, "ink", pill))
        return pill, tuple(lines)

    def _label(self, label: str) -> tuple[Area | None, tuple[Line, ...]]:
        """Set what must be said about the picture itself."""
        if not label:
            return None, ()
        right, middle, size = self.layout.label
        right -= self.lift if self.layout.edge == "left" else 0
        text = self.fonts.checked(label)
        wide = round(self.fonts.measure(500, size, text))
        pad = round(size * 0.6)
        box = (
            right - wide - 2 * pad,
            middle - round(size * 0.84),
            wide + 2 * pad,
            round(size * 1.68),
        )
        return box, (
            Line(text, box[0] + pad, middle + round(size * CAPITALS), 500, size, "paper", box),
        )

    def _brand(self, brand: Brand) -> Iterator[Line]:
        left, middle, size = self.layout.brand
        x = left + round(size * 1.62)
        text = self.fonts.checked(brand.name)
        room = (left, middle - size, self.layout.ground[2] - left, size * 2)
        yield self._single(text, 700, size, x, middle, room)
        left, middle, size = self.layout.footer
        left -= self.lift if self.layout.edge == "left" else 0
        text = self.fonts.checked(brand.footer)
        x, y, width, height = self.layout.band
        shift = self.layout.footer[0] - left
        yield self._single(text, 500, size, left, middle, (x - shift, y, width + shift, height))

    def _single(self, text: str, weight: int, size: int, x: int, middle: int, room: Area) -> Line:
        if x + self.fonts.measure(weight, size, text) > room[0] + room[2]:
            raise NoRoom(text)
        return Line(text, x, middle + round(size * CAPITALS), weight, size, "paper", room)
