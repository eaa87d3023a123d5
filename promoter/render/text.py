"""Text in pictures: fonts without hints, Vietnamese lines that break where a reader would pause."""

import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

WEIGHTS = (400, 500, 600, 700, 800)
LEADING = 1.24
"""Height of a line for each pixel of size: room for stacked marks above and below."""
_GLUED = re.compile(r"(?<=\d) (?=\w)|(?<=\bOCOP) (?=\d)|(?<=/\w) (?=\d)")
_NO_GLYPH = re.compile("[\u2600-\u27bf\ufe0f\u200d\u20e3\U0001f000-\U0001ffff]")


class Fonts:
    """The fonts of a folder, by weight and size."""

    def __init__(self, folder: Path) -> None:
        """Look whether every font is there and can be read.

        Raises:
            ConfigError: A font is missing or damaged.
        """
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}
        self.width = lru_cache(maxsize=20_000)(self._width)
        for weight in WEIGHTS:
            self.font(weight, 20)

    def path(self, weight: int) -> Path:
        """Return the file of a weight."""
        return self._folder / f"BeVietnamPro-{weight}.ttf"

    def font(self, weight: int, size: int) -> ImageFont.FreeTypeFont:
        """Return a font, loaded once."""
        with self._lock:
            font = self._loaded.get((weight, size))
            if font is None:
                font = self._loaded[weight, size] = self._load(weight, size)
            return font

    def _load(self, weight: int, size: int) -> ImageFont.FreeTypeFont:
        path = self.path(weight)
        try:
            return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            raise ConfigError(
                Phrase("the font {path} is missing or damaged; put it back", path=path)
            ) from None

    def _width(self, weight: int, size: int, text: str) -> float:
        return self.font(weight, size).getlength(text)

    def wrap(self, text: str, weight: int, size: int, room: int) -> list[str] | None:
        """Break a text into lines of much the same length, or None if a word is too long.

        A number stays with its unit. Lines are as few as possible, then as even as possible, so
        that no single syllable is left on the last one.
        """
        words = text.split(" ")
        lines = self._greedy(words, weight, size, room)
        if lines is None or len(lines) == 1:
            return lines
        low, high = room // 2, room
        while high - low > size // 4:
            middle = (low + high) // 2
            tighter = self._greedy(words, weight, size, middle)
            if tighter is not None and len(tighter) == len(lines):
                high, lines = middle, tighter
            else:
                low = middle
        return lines

    def _greedy(self, words: list[str], weight: int, size: int, room: int) -> list[str] | None:
        lines: list[str] = []
        line = ""
        for word in words:
            longer = f"{line} {word}" if line else word
            if self.width(weight, size, longer) <= room:
                line = longer
                continue
            if not line or self.width(weight, size, word) > room:
                return None
            lines.append(line)
            line = word
        return [*lines, line]


def drawable(text: str) -> str:
    """Return a text as it can be drawn: NFC, without emoji, numbers glued to their units."""
    plain = _NO_GLYPH.sub("", unicodedata.normalize("NFC", text))
    return _GLUED.sub("\u00a0", " ".join(plain.split()))
