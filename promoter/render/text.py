"""Text in pictures: fonts without hints, what they can draw, and words kept as masks."""

import struct
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.render.wrap import GLUE, drawable, wrapped

WEIGHTS = (400, 500, 600, 700, 800)
MASKS = 6000
"""Words kept as masks; one of 30 pixels takes about 3 kB."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A word as it is drawn.

    Attributes:
        x, y: Where its picture begins, from the start of its base line.
        advance: Where the next word would begin.
    """

    picture: Image.Image
    x: int
    y: int
    advance: float


class Fonts:
    """The fonts of a folder, by weight and size; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Look whether every font is there and can be read.

        Raises:
            ConfigError: A font is missing or damaged.
        """
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}
        self._layout = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
        self.width = lru_cache(maxsize=30_000)(self._width)
        self.mask = lru_cache(maxsize=MASKS)(self._mask)
        self.checked = lru_cache(maxsize=8_000)(self._checked)
        for weight in WEIGHTS:
            self._font(weight, 20)
        self._glyphs = frozenset.intersection(*map(self._covered, WEIGHTS))

    def path(self, weight: int) -> Path:
        """Return the file of a weight."""
        return self._folder / f"BeVietnamPro-{weight}.ttf"

    def wrap(self, text: str, weight: int, size: int, room: int, most: int) -> list[str] | None:
        """Break a text as `checked` gives it into lines, or return None if it does not fit."""
        return wrapped(
            text,
            room,
            most,
            lambda piece: self.measure(weight, size, piece),
            self.space(weight, size),
        )

    def space(self, weight: int, size: int) -> float:
        """Return the width of a space."""
        return self.width(weight, size, " ")

    def measure(self, weight: int, size: int, line: str) -> float:
        """Return the width of a line as it is drawn, word by word."""
        words = words_of(line)
        gaps = self.space(weight, size) * (len(words) - 1)
        return sum(self.width(weight, size, word) for word in words) + gaps

    def draw(
        self, card: Image.Image, at: tuple[int, int], line: str, weight: int, size: int, fill: str
    ) -> None:
        """Draw a line from the start of its base line."""
        x, y = float(at[0]), at[1]
        space = self.space(weight, size)
        for word in words_of(line):
            mask = self.mask(weight, size, word)
            if mask.picture.width:
                card.paste(fill, (round(x) + mask.x, y + mask.y), mask.picture)
            x += mask.advance + space

    def ink(
        self, at: tuple[int, int], line: str, weight: int, size: int
    ) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of what `draw` would blacken."""
        x, y = float(at[0]), at[1]
        space = self.space(weight, size)
        lefts, tops, rights, bottoms = [], [], [], []
        for word in words_of(line):
            mask = self.mask(weight, size, word)
            left, top = round(x) + mask.x, y + mask.y
            lefts.append(left)
            tops.append(top)
            rights.append(left + mask.picture.width)
            bottoms.append(top + mask.picture.height)
            x += mask.advance + space
        return min(lefts), min(tops), max(rights), max(bottoms)

    def _checked(self, text: str) -> str:
        """Return a text as it can be drawn.

        Raises:
            ConfigError: The fonts lack a letter of it; it would be drawn as an empty box.
        """
        plain = drawable(text)
        missing = sorted({sign for sign in plain if ord(sign) not in self._glyphs} - {GLUE, " "})
        if missing:
            names = ", ".join(f"{s} ({unicodedata.name(s, f'U+{ord(s):04X}')})" for s in missing)
            raise ConfigError(
                Phrase(
                    "«{words}» cannot be drawn: the fonts have no {letters}; write it otherwise",
                    words=text,
                    letters=names,
                )
            )
        return plain

    def _font(self, weight: int, size: int) -> ImageFont.FreeTypeFont:
        with self._lock:
            font = self._loaded.get((weight, size))
            if font is None:
                font = self._loaded[weight, size] = self._load(weight, size)
            return font

    def _load(self, weight: int, size: int) -> ImageFont.FreeTypeFont:
        path = self.path(weight)
        try:
            return ImageFont.truetype(path, size, layout_engine=self._layout)
        except OSError:
            raise self._damaged(path) from None

    def _damaged(self, path: Path) -> ConfigError:
        return ConfigError(Phrase("the font {path} is missing or damaged; put it back", path=path))

    def _covered(self, weight: int) -> frozenset[int]:
        path = self.path(weight)
        try:
            return coverage(path.read_bytes())
        except (OSError, struct.error, ValueError):
            raise self._damaged(path) from None

    def _width(self, weight: int, size: int, word: str) -> float:
        return self._font(weight, size).getlength(word)

    def _mask(self, weight: int, size: int, word: str) -> Mask:
        font = self._font(weight, size)
        left, top, right, bottom = map(round, font.getbbox(word, anchor="ls"))
        picture = Image.new("L", (max(right - left, 0), max(bottom - top, 0)))
        if picture.width and picture.height:
            ImageDraw.Draw(picture).text((-left, -top), word, fill=255, font=font, anchor="ls")
        return Mask(picture, left, top, font.getlength(word))


def words_of(line: str) -> list[str]:
    """Return what is drawn word by word: fonts kern spaces away, «1 kg» would look like «1kg»."""
    return line.replace(GLUE, " ").split(" ")


def coverage(font: bytes) -> frozenset[int]:
    """Return the code points that a TrueType font has glyphs for.

    Raises:
        ValueError, struct.error: It is not such a font.
    """
    (tables,) = struct.unpack_from(">H", font, 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        if tag == b"cmap":
            return _characters(font, offset)
    raise ValueError("no cmap table")


def _characters(font: bytes, cmap: int) -> frozenset[int]:
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        platform, _, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", font, cmap + offset)
        if platform in (0, 3) and form == 4:
            found |= _segments(font, cmap + offset)
        elif platform in (0, 3) and form == 12:
            (groups,) = struct.unpack_from(">L", font, cmap + offset + 12)
            for group in range(groups):
                start, end, _ = struct.unpack_from(">LLL", font, cmap + offset + 16 + 12 * group)
                found.update(range(start, end + 1))
    return frozenset(found)


def _segments(font: bytes, at: int) -> set[int]:
    """Read a cmap of format 4: ranges of code points with a delta or a list of glyphs."""
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    base = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", font, base)
    found = set()
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offsets[number]:
                place = base + 2 * number + offsets[number] + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", font, place)
            if glyph and (glyph + deltas[number]) & 0xFFFF:
                found.add(code)
    return found
