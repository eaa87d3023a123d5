"""Card templates: where each part of a card stands, read strictly from assets/cards/*.toml."""

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from promoter.core.errors import ConfigError
from promoter.core.model import FORMATS, Phrase, Record

M = TypeVar("M", bound=Record)

Whole = Annotated[int, Field(ge=0, le=4000)]
Area = tuple[Whole, Whole, Whole, Whole]
"""Left, top, width, height in pixels."""
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Colours(Record):
    """The brand's colours."""

    deep: Colour
    paper: Colour
    ink: Colour
    soft: Colour
    amber: Colour
    chili: Colour


class Brand(Record):
    """How the office looks.

    Attributes:
        footer: One short line at the bottom of every card.
    """

    name: str
    footer: str
    colours: Colours


class Layout(Record):
    """Where the parts stand in one format.

    Attributes:
        brand: Left, top, size of its text.
        price: The edge of the pill that stays (its right one, in wide cards its left one), the
            middle of its height, size of its text.
        qr: Left, top, side.
        name, text: Sizes before anything is shrunk.
    """

    ground: Area
    panel: Area
    radius: Whole
    brand: tuple[Whole, Whole, Whole]
    price: tuple[Whole, Whole, Whole]
    head: Area
    body: Area
    foot: Area
    qr: tuple[Whole, Whole, Whole]
    call: Area
    name: Annotated[int, Field(ge=12, le=200)]
    text: Annotated[int, Field(ge=12, le=100)]


class Template(Record):
    """One card design.

    Attributes:
        smallest: How far texts may shrink, as a share of their size.
    """

    smallest: Annotated[float, Field(gt=0.3, le=1)]
    formats: dict[str, Layout]


def read_brand(path: Path) -> Brand:
    """Read brand.toml.

    Raises:
        ConfigError: It is missing, or a value is wrong: which one.
    """
    return _read(path, Brand)


def read_template(path: Path) -> Template:
    """Read a card template.

    Raises:
        ConfigError: It is missing, a value is wrong, or one of the four formats is not there.
    """
    template = _read(path, Template)
    missing = sorted(set(FORMATS) - set(template.formats))
    if missing:
        raise ConfigError(
            Phrase("{path} has no [formats.{name}]; add it", path=path, name=missing[0])
        )
    return template


def _read(path: Path, model: type[M]) -> M:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return model.model_validate(values)
    except OSError:
        raise ConfigError(Phrase("{path} is missing; put it back", path=path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            Phrase("{path}, {key}: {why}", path=path, key=key, why=first["msg"])
        ) from None
    except ValueError as error:
        raise ConfigError(
            Phrase("{path} is not readable TOML: {why}", path=path, why=str(error))
        ) from None
