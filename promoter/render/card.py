"""Draws cards: one prepared base, then shapes, words and QR code."""

import io
import math
from dataclasses import dataclass
from functools import lru_cache

import zxingcpp
from PIL import Image, ImageChops

from promoter.core.errors import ConfigError
from promoter.core.model import Format, Phrase
from promoter.render.paint import Canvas, Path, arc, ellipse, mix, rounded, stamp, wave
from promoter.render.places import Sheet
from promoter.render.template import Area, Brand, Layout
from promoter.render.text import Fonts

QUALITY = 88
QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""
LEAST_MODULE = 3
"""Pixels of a module that a phone still reads from a screen."""
WHITE = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Overlay:
    """Scrim, panel and brand, merged once for a format.

    Attributes:
        added: What is seen of them, on black.
        kept: How much of the picture under them stays, for each colour.
    """

    added: Image.Image
    kept: Image.Image

    def over(self, picture: Image.Image) -> Image.Image:
        """Return a picture under the overlay."""
        return ImageChops.add(ImageChops.multiply(picture, self.kept), self.added)


def overlay(layout: Layout, brand: Brand, form: Format, lift: int, *, scrim: bool) -> Overlay:
    """Return what lies over every picture of a format.

    Args:
        lift: How far the panel has grown into the picture.
        scrim: Whether the upper edge is darkened, so that the brand's name can be read.
    """
    shown = []
    for back in ("#000000", WHITE):
        canvas = Canvas(form.width, form.height)
        canvas.picture.paste(back, (0, 0, form.width, form.height))
        if scrim:
            _scrim(canvas.picture, layout, brand.colours.deep)
        _panel(canvas, layout, brand, lift)
        _mark(canvas, layout, brand)
        shown.append(canvas.picture)
    black, white = shown
    return Overlay(black, ImageChops.subtract(white, black))


def base(layout: Layout, form: Format, scene: Image.Image, over: Overlay) -> Image.Image:
    """Return a card without words: a picture under its overlay."""
    card = Image.new("RGB", (form.width, form.height))
    card.paste(scene, layout.ground[:2])
    return over.over(card)


def _scrim(picture: Image.Image, layout: Layout, deep: str) -> None:
    left, top, width, _ = layout.ground
    tall = layout.brand[1] + layout.brand[2] * 4  # full down to the name, gone soon below it
    full = (layout.brand[1] + layout.brand[2]) / tall
    shares = [min((1 - value / 255) / (1 - full), 1.0) for value in range(256)]
    fade = [round(150 * share * share * (3 - 2 * share)) for share in shares]
    mask = Image.linear_gradient("L").point(fade).resize((width, tall))
    picture.paste(deep, (left, top, left + width, top + tall), mask)


def _panel(canvas: Canvas, layout: Layout, brand: Brand, lift: int) -> None:
    """Paint the panel, whose edge is three waves, and the band at its foot."""
    left, top, width, height = layout.panel
    colours = brand.colours
    waves = (
        ((colours.deep, mix(colours.deep, "#000000", 0.25)), 30, 1.25, 0.4, 0.9),
        ((colours.amber, colours.amber), 12, 1.05, 1.1, 1.0),
        ((colours.paper, colours.paper), 0, 1.0, 1.35, 1.0),
    )
    across = layout.edge == "left"
    long, far = (height, left + width) if across else (width, top + height)
    start = (left if across else top) - lift
    shadow = wave(long, far, start - 34, 13, 1.25, 0.4)
    canvas.fill(_turned(shadow, across=across), colours.deep, alpha=0.28, blur=16)
    for paint, ahead, length, shift, alpha in waves:
        path = wave(long, far, start - ahead, 11, length, shift)
        canvas.fill(_turned(path, across=across), paint, alpha=alpha, across=across)
    _band(canvas, layout, brand, lift)


def _turned(path: Path, *, across: bool) -> Path:
    return [(y, x) for x, y in path] if across else path


def _band(canvas: Canvas, layout: Layout, brand: Brand, lift: int) -> None:
    left, top, width, height = layout.band
    deep = brand.colours.deep
    if layout.edge == "left":
        panel = wave(layout.panel[3], layout.panel[0] + layout.panel[2], layout.panel[0] - lift, 11,
                     1.0, 1.35)  # fmt: skip
        inside: Path | None = _turned(panel, across=True)
        left, width = left - lift - 40, width + lift + 40
    else:
        inside = None
    box = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    canvas.fill(box, deep, inside=inside)
    for level, shift, share in ((0.3, 0.2, 0.1), (0.62, 2.2, 0.2)):
        swell = min(height * 0.12, 16)
        path = [(left + x, y) for x, y in
                wave(width, top + height, top + height * level, swell, 1.5, shift)]  # fmt: skip
        canvas.fill(path, mix(deep, "#000000", share), inside=inside)
    line = [(left, top - 5), (left + width, top - 5), (left + width, top), (left, top)]
    canvas.fill(line, brand.colours.amber, inside=inside)


def _mark(canvas: Canvas, layout: Layout, brand: Brand) -> None:
    """Paint the brand's mark beside its name: a rising sun over two lines of water."""
    left, middle, size = layout.brand
    full = size * 1.24
    x, y = left + full / 2, middle
    canvas.fill(arc(x, y + full * 0.08, full * 0.34, full * 0.34, 180, 360), brand.colours.amber)
    for ray in range(5):
        turn = math.radians(198 + ray * 36)
        near, far = full * 0.42, full * 0.54
        path = [(x + math.cos(turn) * reach, y + full * 0.08 + math.sin(turn) * reach)
                for reach in (near, far)]  # fmt: skip
        canvas.stroke(path, brand.colours.amber, full * 0.065)
    for number in range(2):
        half, down = full * (0.5 - 0.12 * number), full * (0.22 + 0.17 * number)
        water = wave(half * 2, 0, 0, full * 0.022, 2, 0.6)[1:-1]
        path = [(x - half + a, y + down + b) for a, b in water]
        canvas.stroke(path, brand.colours.paper, full * 0.075)


# What changes from card to card


def draw(card: Image.Image, sheet: Sheet, brand: Brand, fonts: Fonts, qr: str) -> None:
    """Draw shapes, words and QR code on a base.

    Raises:
        ConfigError: The address is too long for its code.
    """
    _shapes(card, sheet, brand)
    for line in sheet.lines:
        colour_ = getattr(brand.colours, line.colour)
        fonts.draw(card, (line.x, line.y), line.text, line.weight, line.size, colour_)
    _qr(card, sheet.qr, brand, qr)


def _shapes(card: Image.Image, sheet: Sheet, brand: Brand) -> None:
    colours = brand.colours
    for area, fill, ring in (
        (sheet.kicker, colours.amber, ""),
        (sheet.badge, colours.deep, ""),
        (sheet.pill, colours.amber, colours.paper),
    ):
        if area:
            _round(card, area, fill, ring)
    if sheet.label:
        left, top, width, height = sheet.label
        card.paste(colours.deep, (left, top), _box(width, height, height // 2, 150))
    if sheet.notice:
        _notice(card, sheet.notice, brand, sheet)
    _marks(card, sheet, brand)


def _marks(card: Image.Image, sheet: Sheet, brand: Brand) -> None:
    colours = brand.colours
    if sheet.stars:
        x, middle, size, count = sheet.stars
        star = _star(size)
        for number in range(count):
            card.paste(colours.amber, (x + round(number * size * 1.08), middle - size // 2), star)
    for x, middle, size in sheet.bullets:
        card.paste(colours.amber, (x - size // 2, middle - size // 2), _diamond(size))
    if sheet.rule:
        x, y, width = sheet.rule
        card.paste(mix(colours.paper, colours.deep, 0.2), (x, y, x + width, y + 2))
    if sheet.pin:
        x, middle, size = sheet.pin
        card.paste(colours.chili, (x, middle - size // 2), _pin(size))


def _round(card: Image.Image, area: Area, fill: str, ring: str) -> None:
    """Draw a pill; its round ends are kept, so that any width costs the same."""
    left, top, width, height = area
    if ring:
        edge = max(height // 14, 3)
        _round(card, (left - edge, top - edge, width + 2 * edge, height + 2 * edge), ring, "")
    half = height // 2
    start, end = _ends(height)
    card.paste(fill, (left, top), start)
    card.paste(fill, (left + width - half, top), end)
    card.paste(fill, (left + half, top, left + width - half, top + height))


def _notice(card: Image.Image, area: Area, brand: Brand, sheet: Sheet) -> None:
    left, top, width, height = area
    card.paste(brand.colours.chili, (left, top), _box(width, height, 18, 255))
    inner = (width - 6, height - 6)
    card.paste(WHITE, (left + 3, top + 3), _box(*inner, 15, 255))
    first = next(line for line in sheet.lines if line.room == area)
    size = round(first.size * 1.5)
    x = left + (first.x - left - size) // 2
    card.paste(brand.colours.chili, (x, top + (height - size) // 2), _sign(size))


@lru_cache(maxsize=64)
def _ends(height: int) -> tuple[Image.Image, Image.Image]:
    full = stamp(ellipse(height / 2, height / 2, height / 2, height / 2), height, height)
    half = height // 2
    return full.crop((0, 0, half, height)), full.crop((height - half, 0, height, height))


@lru_cache(maxsize=64)
def _box(width: int, height: int, radius: int, alpha: int) -> Image.Image:
    mask = stamp(rounded(0, 0, width, height, radius), width, height)
    return mask.point([round(value * alpha / 255) for value in range(256)])


@lru_cache(maxsize=64)
def _star(size: int) -> Image.Image:
    points = []
    for corner in range(10):
        reach = size * (0.5 if corner % 2 == 0 else 0.215)
        turn = math.tau * corner / 10 - math.pi / 2
        points.append((size / 2 + math.cos(turn) * reach, size * 0.53 + math.sin(turn) * reach))
    return stamp(points, size, size)


@lru_cache(maxsize=64)
def _diamond(size: int) -> Image.Image:
    half = size / 2
    return stamp([(half, 0), (size, half), (half, size), (0, half)], size, size)


@lru_cache(maxsize=64)
def _pin(size: int) -> Image.Image:
    """Return the sign of a place: a drop that stands on its tip, with a hole."""
    x, y, r = size * 0.38, size * 0.38, size * 0.3
    drop = stamp([*arc(x, y, r, r, 155, 385), (x, size * 0.96)], size, size)
    hole = stamp(ellipse(x, y, r * 0.42, r * 0.42), size, size)
    return ImageChops.subtract(drop, hole)


@lru_cache(maxsize=64)
def _sign(size: int) -> Image.Image:
    """Return a round sign with an exclamation mark."""
    middle = size / 2
    disc = stamp(ellipse(middle, middle, middle, middle), size, size)
    bar = stamp(rounded(middle - size * 0.06, size * 0.2, size * 0.12, size * 0.38, size * 0.06),
                size, size)  # fmt: skip
    dot = stamp(ellipse(middle, size * 0.73, size * 0.075, size * 0.075), size, size)
    return ImageChops.subtract(ImageChops.subtract(disc, bar), dot)


def _qr(card: Image.Image, place: tuple[int, int, int], brand: Brand, text: str) -> None:
    """Draw the code in ink on white, with its quiet zone, in whole pixels."""
    left, top, side = place
    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except (ValueError, RuntimeError):
        raise _too_long(text) from None
    code = Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=False))
    module = side // (code.width + 2 * QUIET)
    if module < LEAST_MODULE:
        raise _too_long(text)
    size = code.width * module
    ink = code.point(lambda value: 255 - value).resize((size, size), Image.Resampling.NEAREST)
    card.paste(
        mix(brand.colours.paper, brand.colours.deep, 0.22), (left, top), _box(side, side, 20, 255)
    )
    card.paste(WHITE, (left + 2, top + 2), _box(side - 4, side - 4, 18, 255))
    start = (side - size) // 2
    card.paste(brand.colours.ink, (left + start, top + start), ink)


def _too_long(text: str) -> ConfigError:
    return ConfigError(
        Phrase("the address {url} is too long for the QR code of a card; shorten it", url=text)
    )


def encoded(card: Image.Image) -> bytes:
    """Return a card as a JPEG, always the same bytes for the same picture."""
    data = io.BytesIO()
    card.save(data, "JPEG", quality=QUALITY)
    return data.getvalue()
