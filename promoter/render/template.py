"""Card templates and the brand: where each part of a card stands, read strictly from TOML."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

from promoter.core import document
from promoter.core.errors import ConfigError
from promoter.core.model import FORMATS, Phrase
from promoter.core.problem import Problem
from promoter.core.schema import Form, Text, check, wrong
from promoter.render.paint import colour as components

M = TypeVar("M", bound=Form)

READABLE = 4.5
"""Least contrast of words on their ground (WCAG AA; rule LBL-03 for mandatory words)."""

Pixels = Annotated[int, Field(ge=0, le=4000)]
Size = Annotated[int, Field(ge=12, le=200)]
Area = Annotated[tuple[Pixels, Pixels, Pixels, Pixels], Field(strict=False)]
"""Left, top, width, height in pixels."""
Spot = Annotated[tuple[Pixels, Pixels, Size], Field(strict=False)]
"""Left (or right), middle of the height, size of the text."""


def _hex(value: str) -> str:
    digits = value.removeprefix("#")
    if len(value) != 7 or len(digits) != 6 or not set(digits.lower()) <= set("0123456789abcdef"):
        raise wrong(
            "bad-value", Phrase('write a colour as "#0E5A5A"; found «{found}»', found=value)
        )
    return value.upper()


Colour = Annotated[str, AfterValidator(_hex)]


class Colours(Form):
    """The brand's colours.

    Attributes:
        deep: Dark ground, and words on light ground.
        paper: Ground of the words.
        ink, soft: The main words, and those beside them.
        amber: Stars and price.
        chili: Accents and mandatory words.
    """

    deep: Colour
    paper: Colour
    ink: Colour
    soft: Colour
    amber: Colour
    chili: Colour


class Brand(Form):
    """How the office looks.

    Attributes:
        footer: One short line at the bottom of every card.
    """

    name: Text
    footer: Text
    colours: Colours


class Layout(Form):
    """Where the parts stand in one format.

    Attributes:
        ground: The picture.
        panel: What lies under the words; it covers the lower or right part of the picture.
        edge: Which side of the panel meets the picture.
        lift: How far the panel may grow into the picture when there is much to say.
        content: The room for words in the panel.
        column: Width of the words beside the QR code.
        head: Width of kicker, name and rank.
        qr: Side of the code with its quiet zone.
        brand: Left.
        price: The edge of the pill that stays: its right one where the panel is at the bottom.
        label: Right edge of what is said about the picture itself.
        footer: The band at the bottom, and its line of text.
        name: Largest size of the name.
        text: Size of facts and mandatory words, before anything is shrunk.
    """

    ground: Area
    panel: Area
    edge: Literal["top", "left"]
    lift: Pixels
    content: Area
    column: Pixels
    head: Pixels
    qr: Pixels
    brand: Spot
    price: Spot
    label: Spot
    band: Area
    footer: Spot
    name: Size
    text: Size


class Formats(Form):
    """A layout for each format."""

    square: Layout
    portrait: Layout
    story: Layout
    wide: Layout

    def __getitem__(self, name: str) -> Layout:
        """Return the layout of a format."""
        layout: Layout = getattr(self, name)
        return layout


class Template(Form):
    """One card design.

    Attributes:
        smallest: How far texts may shrink, as a share of their size.
    """

    smallest: Annotated[float, Field(gt=0.3, le=1)]
    formats: Formats


def contrast(one: str, two: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG)."""
    dark, light = sorted((_luminance(one), _luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(text: str) -> float:
    shares = (value / 255 for value in components(text))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def read_brand(path: Path) -> Brand:
    """Read brand.toml.

    Raises:
        ConfigError: It is missing, a value is wrong, or words could not be read in its colours.
    """
    return _read(path, Brand, _unreadable)


def read_template(path: Path) -> Template:
    """Read a card template.

    Raises:
        ConfigError: It is missing, a value is wrong, or a part stands outside its format.
    """
    return _read(path, Template, _outside)


PAIRS = (
    ("ink", "paper"),
    ("soft", "paper"),
    ("deep", "paper"),
    ("chili", "paper"),
    ("ink", "amber"),
    ("paper", "deep"),
)
"""Colours of words with the ground on which they stand."""


def _unreadable(brand: Brand, found: document.Document) -> list[Problem]:
    problems = []
    for words, ground in PAIRS:
        ratio = contrast(getattr(brand.colours, words), getattr(brand.colours, ground))
        if ratio < READABLE:
            phrase = Phrase(
                "this colour cannot be read on «{ground}»: contrast {found}, needed {least}",
                ground=ground,
                found=f"{ratio:.1f}",
                least=READABLE,
            )
            problems.append(_problem(found, ("colours", words), phrase))
    return problems


def _outside(template: Template, found: document.Document) -> list[Problem]:
    problems = []
    for form in FORMATS.values():
        layout = template.formats[form.name]
        for key in ("ground", "panel", "content", "band"):
            left, top, width, height = getattr(layout, key)
            if left + width > form.width or top + height > form.height or not width * height:
                phrase = Phrase(
                    "[left, top, width, height] must lie within {width} × {height} pixels",
                    width=form.width,
                    height=form.height,
                )
                problems.append(_problem(found, ("formats", form.name, key), phrase))
        widths = (layout.column + layout.qr, layout.head, layout.content[2])
        if max(widths[:2]) > widths[2]:
            phrase = Phrase("«column» with «qr», and «head», must not be wider than «content»")
            problems.append(_problem(found, ("formats", form.name, "column"), phrase))
    return problems


def _problem(found: document.Document, path: document.Path, phrase: Phrase) -> Problem:
    line, column = found.place(path)
    return Problem(found.file, line, column, document.dotted(path), "bad-value", phrase)


def _read(path: Path, model: type[M], doubts: Callable[[M, document.Document], list[Problem]]) -> M:
    try:
        text = path.read_bytes().decode()
    except OSError:
        raise ConfigError(Phrase("{path} is missing; put it back", path=path)) from None
    except UnicodeDecodeError:
        phrase = Phrase("{path} cannot be read; it must be a text file in UTF-8", path=path)
        raise ConfigError(phrase) from None
    found, problems = document.read(text, str(path))
    value = None
    if found is not None:
        value, problems = check(model, found)
        if value is not None:
            problems = doubts(value, found)
    if value is None or problems:
        raise _error(path, problems)
    return value


def _error(path: Path, problems: list[Problem]) -> ConfigError:
    first = problems[0]
    phrase = Phrase(
        "{path}, line {line}, {key}: {why}",
        path=path,
        line=first.line or 1,
        key=first.key or "–",
        why=first.phrase,
    )
    return ConfigError(phrase, problems)
