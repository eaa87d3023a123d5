"""Contact sheets: many pictures on one page, with their names."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from promoter.render.template import Brand
from promoter.render.text import Fonts, drawable

COLUMNS = 6
TILE = 300
NAME = 34
GAP = 16
MOST = 240
"""Pictures on one sheet; more would make a file that nobody can open."""


def contact_sheet(items: Sequence[tuple[bytes, str]], fonts: Fonts, brand: Brand) -> bytes:
    """Return a JPEG with the first 240 pictures in rows of six."""
    shown = items[:MOST]
    columns = min(COLUMNS, max(len(shown), 1))
    rows = max((len(shown) + columns - 1) // columns, 1)
    tall = TILE + 60 + NAME
    size = (columns * (TILE + GAP) + GAP, rows * (tall + GAP) + GAP)
    page = Image.new("RGB", size, brand.colours.paper)
    pen = ImageDraw.Draw(page)
    font = fonts.font(500, 17)
    for number, (data, name) in enumerate(shown):
        x = GAP + number % columns * (TILE + GAP)
        y = GAP + number // columns * (tall + GAP)
        picture = Image.open(io.BytesIO(data))
        picture.draft("RGB", (TILE, TILE + 60))
        picture = picture.convert("RGB")
        picture.thumbnail((TILE, TILE + 60))
        page.paste(picture, (x + (TILE - picture.width) // 2, y))
        pen.text((x, y + TILE + 64), drawable(name)[:34], font=font, fill=brand.colours.ink)
    data_out = io.BytesIO()
    page.save(data_out, "JPEG", quality=85)
    return data_out.getvalue()
