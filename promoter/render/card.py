"""Draws cards: one prepared ground, one merged panel, then words, stars, price and QR code."""

import io
import math
import threading
from collections import OrderedDict
from collections.abc import Callable

import zxingcpp
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from promoter.core.errors import ConfigError
from promoter.core.model import Format, Phrase
from promoter.render.ground import Colour, colour, ground, shaded
from promoter.render.layout import Line, Sheet, footer_height
from promoter.render.template import Brand, Layout
from promoter.render.text import Fonts

QUALITY = 88
CACHE_BYTES = 120_000_000
QUIET_MODULES = 4


class Bases:
    """Cards without words, the most recent ones kept, bounded in bytes."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Image.Image] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[object, ...], make: Callable[[], Image.Image]) -> Image.Image:
        """Return a copy of a base, made at its first use."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found.copy()
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += _size(made)
            while self._bytes > self._limit and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._bytes -= _size(old)
        return made.copy()


def _size(picture: Image.Image) -> int:
    return picture.width * picture.height * 4


def base(
    layout: Layout,
    brand: Brand,
    form: Format,
    motif: str,
    photo: bytes | None,
    focus: tuple[float, float],
) -> Image.Image:
    """Return a card without words: photo or landscape, panel, brand's mark and bottom band.

    Raises:
        ConfigError: The photo cannot be read.
    """
    deep = colour(brand.colours.deep)
    card = Image.new("RGB", (form.width, form.height), brand.colours.paper)
    left, top, width, height = layout.ground
    scene = ground(motif, width, height) if photo is None else cropped(photo, focus, width, height)
    card.paste(shaded(scene, deep), (left, top))
    _panel(card, layout, brand)
    _mark(card, layout, brand)
    return card


def cropped(photo: bytes, focus: tuple[float, float], width: int, height: int) -> Image.Image:
    """Return a photo cut to a size around its focus point, decoded no larger than needed.

    Raises:
        ConfigError: The bytes are no picture.
    """
    try:
        picture = Image.open(io.BytesIO(photo))
        picture.draft("RGB", (width, height))
        picture = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError):
        raise ConfigError(Phrase("a product's photo cannot be read; import it again")) from None
    share = max(width / picture.width, height / picture.height)
    wide, tall = width / share, height / share
    left = min(max(focus[0] * picture.width - wide / 2, 0), picture.width - wide)
    top = min(max(focus[1] * picture.height - tall / 2, 0), picture.height - tall)
    box = (left, top, left + wide, top + tall)
    return picture.resize((width, height), Image.Resampling.HAMMING, box=box)


def _panel(card: Image.Image, layout: Layout, brand: Brand) -> None:
    left, top, width, height = layout.panel
    pen = ImageDraw.Draw(card)
    scale = 4  # corners are drawn four times as large and reduced
    mask = Image.new("L", (width * scale // 2, height * scale // 2))
    radius = layout.radius * scale // 2
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, mask.width + radius * 2, mask.height + radius * 2), radius, fill=255
    )
    mask = mask.resize((width, height), Image.Resampling.LANCZOS)
    card.paste(brand.colours.paper, (left, top), mask)
    tall = footer_height(layout)
    pen.rectangle((left, card.height - tall, card.width, card.height), fill=brand.colours.deep)
    strip = card.height - tall
    pen.rectangle((left, strip - 5, card.width, strip - 1), fill=brand.colours.amber)


def _mark(card: Image.Image, layout: Layout, brand: Brand) -> None:
    """Draw the brand's mark beside its name: a rising sun over a line of water."""
    left, top, size = layout.brand
    scale = 6
    mark = Image.new("RGBA", (size * scale, size * scale))
    pen = ImageDraw.Draw(mark)
    full = size * scale
    pen.pieslice((full * 0.12, full * 0.16, full * 0.88, full * 0.92), 180, 360,
                 fill=brand.colours.amber)  # fmt: skip
    for number in range(2):
        y = full * (0.64 + 0.16 * number)
        pen.rounded_rectangle((full * 0.06, y, full * 0.94, y + full * 0.08), full * 0.04,
                              fill=brand.colours.paper)  # fmt: skip
    small = mark.resize((size, size), Image.Resampling.LANCZOS)
    card.paste(small, (left, top + round(size * 0.16)), small)


def draw(
    card: Image.Image, sheet: Sheet, layout: Layout, brand: Brand, fonts: Fonts, qr: str
) -> None:
    """Draw words, stars, price and QR code on a base."""
    pen = ImageDraw.Draw(card)
    colours = brand.colours
    if sheet.pill:
        _rounded(pen, sheet.pill, colours.amber)
    if sheet.notice:
        left, top, width, height = sheet.notice
        box = (left, top, left + width - 1, top + height - 1)
        pen.rounded_rectangle(box, 14, fill="#FFFFFF", outline=colours.chili, width=3)
    if sheet.stars:
        left, top, size, count = sheet.stars
        star = _star(size, colour(colours.amber))
        for number in range(count):
            card.paste(star, (left + round(number * size * 1.1), top), star)
    for line in sheet.lines:
        pen.text(
            (line.x, line.y + round(line.size * 0.02)),
            line.text,
            font=fonts.font(line.weight, line.size),
            fill=getattr(colours, line.colour),
        )
    _qr(card, layout, brand, qr)


def _rounded(pen: ImageDraw.ImageDraw, area: tuple[int, int, int, int], fill: str) -> None:
    left, top, width, height = area
    pen.rounded_rectangle((left, top, left + width, top + height), height // 2, fill=fill)


def _star(size: int, fill: Colour) -> Image.Image:
    scale = 6
    full, points = size * scale, []
    for corner in range(10):
        reach = (0.5 if corner % 2 == 0 else 0.205) * full
        turn = math.tau * corner / 10 - math.pi / 2
        points.append((full / 2 + math.cos(turn) * reach, full * 0.53 + math.sin(turn) * reach))
    mask = Image.new("L", (full, full))
    ImageDraw.Draw(mask).polygon(points, fill=255)
    star = Image.new("RGBA", (size, size), (*fill, 0))
    star.putalpha(mask.resize((size, size), Image.Resampling.LANCZOS))
    return star


def _qr(card: Image.Image, layout: Layout, brand: Brand, text: str) -> None:
    """Draw the code in the deep colour on white, with its quiet zone, in whole pixels."""
    left, top, side = layout.qr
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    code = Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=False))
    module = side // (code.width + 2 * QUIET_MODULES)
    size = code.width * module
    code = code.resize((size, size), Image.Resampling.NEAREST)
    frame = size + 2 * QUIET_MODULES * module
    x, y = left + (side - frame) // 2, top + (side - frame) // 2
    pen = ImageDraw.Draw(card)
    pen.rounded_rectangle((x, y, x + frame, y + frame), 18, fill="#FFFFFF",
                          outline=brand.colours.amber, width=3)  # fmt: skip
    inner = (x + QUIET_MODULES * module, y + QUIET_MODULES * module)
    card.paste(brand.colours.ink, inner, code.point(lambda value: 255 - value))


def encoded(card: Image.Image) -> bytes:
    """Return a card as a JPEG, always the same bytes for the same picture."""
    data = io.BytesIO()
    card.save(data, "JPEG", quality=QUALITY)
    return data.getvalue()


def inside(line: Line) -> bool:
    """Tell whether a line of text stays in its room."""
    left, top, width, height = line.room
    return (
        line.x >= left
        and line.y >= top
        and line.x + line.width <= left + width
        and line.y + line.height <= top + height
    )
