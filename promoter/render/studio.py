"""The card studio: templates, brand and fonts of a folder, and the cards made from them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from promoter.core.errors import ConfigError
from promoter.core.model import Format, Phrase
from promoter.core.wording import CardWords
from promoter.render import card as drawing
from promoter.render import sheet as contact
from promoter.render.layout import Setter, Sheet
from promoter.render.template import read_brand, read_template
from promoter.render.text import WEIGHTS, Fonts

VERSION = "1"
"""Changes when the same template would give other pictures: approved cards are asked for again."""


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
                Phrase("there is no card template in {folder}", folder=assets / "cards")
            )
        self._templates = {path.stem: read_template(path) for path in paths}
        self._setters = {
            name: Setter(name, template, self._brand, self._fonts)
            for name, template in self._templates.items()
        }
        self._digests = {path.stem: self._mark(path) for path in paths}
        self._bases = drawing.Bases()

    def _mark(self, path: Path) -> str:
        mark = hashlib.sha256(VERSION.encode())
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

    def sheet_of(self, template: str, words: CardWords, form: Format) -> Sheet:
        """Return where every word of a card stands.

        Raises:
            ConfigError: There is no such template, or the words do not fit.
        """
        self._known(template)
        return self._setters[template].sheet(words, form)

    def card(
        self,
        template: str,
        words: CardWords,
        photo: bytes | None,
        focus: tuple[float, float],
        form: Format,
        qr: str,
    ) -> bytes:
        """Return a card as a JPEG; the same inputs give the same bytes.

        Args:
            photo: The product's photo; None for a drawn landscape.
            focus: What the crop keeps, as fractions of width and height.
            qr: The address in the QR code.

        Raises:
            ConfigError: There is no such template, the photo is unreadable, or words do not fit.
        """
        sheet = self.sheet_of(template, words, form)
        layout = self._templates[template].formats[form.name]
        photo_mark = hashlib.sha256(photo).digest() if photo else words.motif
        base = self._bases.get(
            (template, form.name, photo_mark, focus),
            lambda: drawing.base(layout, self._brand, form, words.motif, photo, focus),
        )
        drawing.draw(base, sheet, layout, self._brand, self._fonts, qr)
        return drawing.encoded(base)

    def sheet(self, items: Sequence[tuple[bytes, str]]) -> bytes:
        """Return a contact sheet of pictures with their names, as a JPEG."""
        return contact.contact_sheet(items, self._fonts, self._brand)

    def _known(self, template: str) -> None:
        if template not in self._templates:
            known = ", ".join(sorted(self._templates))
            raise ConfigError(
                Phrase("no card template {name}; known are {known}", name=template, known=known)
            )
