"""The card studio: templates, brand and fonts of a folder, and the cards made from them."""

import ctypes
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import PIL
from PIL import Image

from promoter.core.errors import ConfigError
from promoter.core.model import Format, Phrase
from promoter.core.wording import CardWords
from promoter.render import card as drawing
from promoter.render import sheet as contact
from promoter.render.ground import ground, variant
from promoter.render.layout import Setter
from promoter.render.photo import Bases, cropped
from promoter.render.places import Line, Sheet
from promoter.render.template import Area, read_brand, read_template
from promoter.render.text import WEIGHTS, Fonts

VERSION = "3"
"""Changes when the same template would give other pictures: approved cards are asked for again."""


@dataclass(frozen=True, slots=True)
class Box:
    """A text of a card: what it blackens, and the room that it must stay in.

    Attributes:
        ink, room: Left, top, width, height in pixels.
    """

    text: str
    size: int
    colour: str
    ink: Area
    room: Area

    def inside(self) -> bool:
        """Tell whether the text stays in its room."""
        left, top, width, height = self.room
        return (
            self.ink[0] >= left
            and self.ink[1] >= top
            and self.ink[0] + self.ink[2] <= left + width
            and self.ink[1] + self.ink[3] <= top + height
        )


@lru_cache(maxsize=4)
def _name(photo: bytes) -> bytes:
    """Return the digest of a photo; one that is drawn in four formats is read through once."""
    return hashlib.sha256(photo).digest()


class Studio:
    """Makes cards; safe to use from several threads."""

    def __init__(self, assets: Path) -> None:
        """Load brand, fonts and every template.

        Raises:
            ConfigError: Something is missing or wrong: what and where.
        """
        self._assets = assets
        self._brand = read_brand(assets / "brand.toml")
        self._fonts = Fonts(assets / "fonts")
        paths = sorted((assets / "cards").glob("*.toml"))
        if not paths:
            raise ConfigError(
                Phrase(
                    "there is no card template in {folder}; put spotlight.toml back",
                    folder=assets / "cards",
                )
            )
        self._templates = {path.stem: read_template(path) for path in paths}
        self._setters = {
            name: Setter(name, template, self._brand, self._fonts)
            for name, template in self._templates.items()
        }
        self._digests = {path.stem: self._mark(path) for path in paths}
        self._bases = Bases()
        self._overlays: dict[tuple[object, ...], drawing.Overlay] = {}
        self._lock = threading.Lock()

    def _mark(self, path: Path) -> str:
        mark = hashlib.sha256(f"{VERSION} {PIL.__version__}".encode())
        files = [path, self._assets / "brand.toml", *map(self._fonts.path, WEIGHTS)]
        for file in files:
            mark.update(hashlib.sha256(file.read_bytes()).digest())
        return mark.hexdigest()[:32]

    def templates(self) -> frozenset[str]:
        """Return the names that a campaign may use."""
        return frozenset(self._templates)

    def digest(self, template: str) -> str:
        """Return a digest of all that a template's cards are made from beside their words.

        Raises:
            ConfigError: There is no such template.
        """
        self._known(template)
        return self._digests[template]

    def boxes(
        self, template: str, words: CardWords, form: Format, label: str = ""
    ) -> tuple[Box, ...]:
        """Return every text of a card with what it blackens and where it must stay.

        Raises:
            ConfigError: There is no such template, or the words do not fit.
        """
        return tuple(self._box(line) for line in self.layout(template, words, form, label).lines)

    def layout(self, template: str, words: CardWords, form: Format, label: str = "") -> Sheet:
        """Return where every word and shape of a card stands.

        Raises:
            ConfigError: There is no such template, or the words do not fit.
        """
        self._known(template)
        return self._setters[template].sheet(words, form, label)

    def _box(self, line: Line) -> Box:
        left, top, right, bottom = self._fonts.ink(
            (line.x, line.y), line.text, line.weight, line.size
        )
        ink = (left, top, right - left, bottom - top)
        return Box(line.text, line.size, line.colour, ink, line.room)

    def card(
        self,
        template: str,
        words: CardWords,
        photo: bytes | None,
        focus: tuple[float, float],
        form: Format,
        qr: str,
        label: str = "",
    ) -> bytes:
        """Return a card as a JPEG; the same inputs give the same bytes.

        Args:
            photo: The product's photo; None for a drawn landscape.
            focus: What the crop keeps, as fractions of width and height.
            qr: The address in the QR code.
            label: What must be said about the picture (`Minh họa mẫu`); mostly nothing.

        Raises:
            ConfigError: There is no such template, the photo is unreadable, or words do not fit.
        """
        sheet = self.layout(template, words, form, label)
        base = self._base(template, words, photo, focus, form, sheet.lift)
        drawing.draw(base, sheet, self._brand, self._fonts, qr)
        return drawing.encoded(base)

    def plain(self, photo: bytes, focus: tuple[float, float], form: Format) -> bytes:
        """Return a photo alone as a JPEG, without words, QR code or stars, as shops want it first.

        Raises:
            ConfigError: The photo is unreadable.
        """
        return drawing.encoded(cropped(photo, focus, form.width, form.height))

    def sheet(self, items: Sequence[tuple[bytes, str]]) -> bytes:
        """Return a contact sheet of pictures with their names, as a JPEG."""
        return contact.contact_sheet(items, self._fonts, self._brand)

    def rest(self) -> None:
        """Let go of the pictures that are kept to make the next card quickly.

        A service that waits for weeks must not hold a hundred megabytes for it. The C library
        keeps what is freed for later use unless it is asked to give it back (malloc_trim(3)).
        """
        with self._lock:
            self._overlays.clear()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if self._bases.forget() and trim:
            trim(0)

    def _base(
        self,
        template: str,
        words: CardWords,
        photo: bytes | None,
        focus: tuple[float, float],
        form: Format,
        lift: int,
    ) -> Image.Image:
        layout = self._templates[template].formats[form.name]
        _, _, width, height = layout.ground
        if layout.edge == "left":
            width -= lift  # what the panel covers is not worth showing
        else:
            height -= lift
        choice = variant(words.motif, words.name)
        mark = (words.motif, choice) if photo is None else (_name(photo), focus)

        def make() -> Image.Image:
            over = self._overlay(template, form, lift, scrim=photo is not None)
            if photo is None:
                dark = layout.brand[1] + layout.brand[2] - layout.ground[1]
                scene = ground(words.motif, choice, width, height, dark)
            else:
                scene = cropped(photo, focus, width, height)
            return drawing.base(layout, form, scene, over)

        return self._bases.get((template, form, lift, mark), make)

    def _overlay(self, template: str, form: Format, lift: int, *, scrim: bool) -> drawing.Overlay:
        key = (template, form, lift, scrim)
        with self._lock:
            found = self._overlays.get(key)
            if found is None:
                layout = self._templates[template].formats[form.name]
                found = drawing.overlay(layout, self._brand, form, lift, scrim=scrim)
                self._overlays[key] = found
            return found

    def _known(self, template: str) -> None:
        if template not in self._templates:
            known = ", ".join(sorted(self._templates))
            raise ConfigError(
                Phrase("no card template {name}; known are {known}", name=template, known=known)
            )
