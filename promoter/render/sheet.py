"""Contact sheets: many pictures on one page, with their names."""

import io
from collections.abc import Sequence

from PIL import Image

from promoter.render.template import Brand
from promoter.render.text import Fonts

COLUMNS = 6
TILE = 300
TALL = 360
NAME = 20
GAP = 24
MOST = 240
"""Pictures on one sheet; more would make a file that nobody can open."""


def contact_sheet(items: Sequence[tuple[bytes, str]], fonts: Fonts, brand: Brand) -> bytes:
    """Return a JPEG with the first 240 pictures in rows of six."""
    shown = items[:MOST]
    columns = min(COLUMNS, max(len(shown), 1))
    rows = max(-(-len(shown) // columns), 1)
    high = TALL + NAME * 2 + GAP
    page = Image.new("RGB", (columns * (TILE + GAP) + GAP, rows * high + GAP), brand.colours.paper)
    for number, (data, name) in enumerate(shown):
        x, y = GAP + number % columns * (TILE + GAP), GAP + number // columns * high
        picture = _small(data)
        page.paste(picture, (x, y + TALL - picture.height))
        text = _shortened(fonts, fonts.checked(name))
        fonts.draw(page, (x, y + TALL + 8 + NAME), text, 600, NAME, brand.colours.ink)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=86)
    return out.getvalue()


def _small(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (TILE, TALL))
        picture = opened.convert("RGB")
    picture.thumbnail((TILE, TALL))
    return picture


def _shortened(fonts: Fonts, text: str) -> str:
    if fonts.measure(600, NAME, text) <= TILE:
        return text
    while text and fonts.measure(600, NAME, f"{text}…") > TILE:
        text = text[:-1].rstrip()
    return f"{text}…"
