"""Sample pictures of products, drawn by code: the demo has no photos and shows no real producer.

Each says «Minh họa mẫu» at its foot, where a square crop keeps it, and in its comment for whoever
meets the file alone.
"""

import io
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

from promoter.play import pantry, still_life
from promoter.play.canvas import Canvas, scatter
from promoter.play.still_life import MIDDLE
from promoter.render.text import Fonts

WIDTH, HEIGHT = 1600, 1200
WORDS = "Minh họa mẫu"
FONTS = Path(__file__).parents[2] / "assets" / "fonts"
TABLE = 690.0
"""Where the table begins."""

Light = tuple[str, str, str]
WARM: Light = ("#1B6C6A", "#F0C27A", "#FBE9C6")
FRESH: Light = ("#2F8583", "#BFDDC6", "#FBF1D5")
DUSK: Light = ("#0E5355", "#D89A5B", "#F7D9A4")


def illustrations() -> dict[str, Callable[[], bytes]]:
    """Return what draws the sample picture of each demo product, by product code."""
    pictures: dict[str, tuple[Callable[[Canvas], None], Light]] = {
        "BL-049": (still_life.rice, WARM),
        "BL-058": (pantry.honey, DUSK),
        "BL-067": (still_life.crackers, WARM),
        "BL-072": (pantry.basket, FRESH),
        "BL-085": (still_life.fine_salt, FRESH),
        "BL-086": (still_life.coarse_salt, WARM),
        "BL-104": (pantry.melon, FRESH),
        "BL-107": (still_life.shrimps, WARM),
        "BL-126": (pantry.fish_sauce, DUSK),
    }
    return {code: partial(_drawn, draw, light) for code, (draw, light) in pictures.items()}


def _drawn(draw: Callable[[Canvas], None], light: Light) -> bytes:
    canvas = Canvas(
        WIDTH, HEIGHT, ((0, light[0]), (0.42, light[1]), (0.6, light[2]), (1, light[2]))
    )
    _stage(canvas)
    draw(canvas)
    picture = canvas.done()
    fonts = Fonts(FONTS)
    size = 34
    wide = round(fonts.measure(600, size, WORDS))
    fonts.draw(picture, ((WIDTH - wide) // 2, HEIGHT - 32), WORDS, 600, size, "#4A2F12")
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90, comment=WORDS.encode())
    return data.getvalue()


def _stage(canvas: Canvas) -> None:
    """Draw the low sun, distant fields and a wooden table in its light."""
    canvas.glow(1130, 400, 620, "#FFF0C4", 0.9)
    canvas.oval(1130, 400, 165, 165, ("#FFF1CB", "#F5B955"))
    for level, swell, paint in (
        (560, 26, ("#7DB3A0", "#5E9C8B")),
        (620, 18, ("#3F8A78", "#2B6C5C")),
    ):
        top = [(x, level + swell * math.sin(x / 210 + level)) for x in range(-20, WIDTH + 40, 20)]
        canvas.shape([*top, (WIDTH + 20, 760), (-20, 760)], paint, 0.9)
    canvas.shape([(0, TABLE), (WIDTH, TABLE), (WIDTH, HEIGHT), (0, HEIGHT)], ("#C98B4B", "#E9BE83"))
    canvas.shape([(0, TABLE), (WIDTH, TABLE), (WIDTH, TABLE + 12), (0, TABLE + 12)], "#F3D3A0")
    for number in range(-5, 13):
        x = MIDDLE + (number - 3.5) * 230
        far = MIDDLE + (number - 3.5) * 120
        canvas.line([(far, TABLE + 12), (x, HEIGHT)], "#A86F35", 3, 0.55)
    for x, y in scatter(46, 4):
        canvas.line(
            [(WIDTH * x, 720 + 460 * y), (WIDTH * x + 60 + 90 * y, 722 + 460 * y)],
            "#B57C3F",
            3,
            0.3,
        )
    canvas.shape(
        [(880, TABLE + 12), (1380, TABLE + 12), (1600, HEIGHT), (640, HEIGHT)], "#FFF0CC", 0.22
    )
