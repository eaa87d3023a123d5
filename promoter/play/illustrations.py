"""Sample pictures of products, drawn by code: the demo has no photos and shows no real producer.

Each says «Minh họa mẫu» in its corner, and in its comment for whoever meets the file alone.
"""

import io
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

from promoter.play.canvas import Canvas, Point, arc, curve, mix, scatter
from promoter.render.text import Fonts

WIDTH, HEIGHT = 1600, 1200
WORDS = "Minh họa mẫu"
FONTS = Path(__file__).parents[2] / "assets" / "fonts"
MIDDLE, TABLE = 800.0, 690.0
"""Where the product stands, and where the table begins."""

Light = tuple[str, str, str]
WARM: Light = ("#1B6C6A", "#F0C27A", "#FBE9C6")
FRESH: Light = ("#2F8583", "#BFDDC6", "#FBF1D5")
DUSK: Light = ("#0E5355", "#D89A5B", "#F7D9A4")


def illustrations() -> dict[str, Callable[[], bytes]]:
    """Return what draws the sample picture of each demo product, by product code."""
    pictures: dict[str, tuple[Callable[[Canvas], None], Light]] = {
        "BL-049": (_rice, WARM),
        "BL-058": (_honey, DUSK),
        "BL-067": (_crackers, WARM),
        "BL-072": (_basket, FRESH),
        "BL-085": (_fine_salt, FRESH),
        "BL-086": (_coarse_salt, WARM),
        "BL-104": (_melon, FRESH),
        "BL-107": (_shrimps, WARM),
        "BL-126": (_fish_sauce, DUSK),
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
    size, margin = 34, 56
    wide = round(fonts.measure(600, size, WORDS))
    fonts.draw(picture, (WIDTH - wide - margin, HEIGHT - 32), WORDS, 600, size, "#4A2F12")
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


def _shade(canvas: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    canvas.shadow(x - rx * 0.12, y, rx, ry, "#5A3210", 0.62)


def _bowl(canvas: Canvas, y: float, rx: float, paint: tuple[str, str], inside: str) -> None:
    """Draw a bowl whose rim lies at y."""
    _shade(canvas, MIDDLE, y + rx * 0.72, rx * 0.86, rx * 0.2)
    body = [*arc(MIDDLE, y, rx, rx * 0.74, 0, 180)]
    canvas.shape(body, paint)
    canvas.shape([*arc(MIDDLE, y, rx, rx * 0.74, 100, 180), (MIDDLE - rx * 0.3, y)], "#000000", 0.1)
    canvas.shape(
        arc(MIDDLE + rx * 0.5, y + rx * 0.3, rx * 0.1, rx * 0.24, 0, 360, 32), "#FFFFFF", 0.2
    )
    canvas.oval(MIDDLE, y + rx * 0.7, rx * 0.42, rx * 0.07, mix(paint[1], "#000000", 0.25))
    canvas.oval(MIDDLE, y, rx, rx * 0.22, mix(paint[0], "#FFFFFF", 0.35))
    canvas.oval(MIDDLE, y + 4, rx * 0.95, rx * 0.19, inside)


def _heap(
    canvas: Canvas, y: float, rx: float, tall: float, light: tuple[str, str], dark: str
) -> None:
    left = curve([_slope(y, rx, tall, share, -1) for share in (1.0, 0.8, 0.55, 0.3, 0.12, 0.0)])
    right = curve([_slope(y, rx, tall, share, 1) for share in (0.0, 0.12, 0.3, 0.55, 0.8, 1.0)])
    foot = arc(MIDDLE, y, rx, rx * 0.17, 0, 180)
    canvas.shape([*left, *right, *foot], light)
    ridge = curve(
        [
            (MIDDLE, y - tall),
            (MIDDLE - rx * 0.14, y - tall * 0.5),
            (MIDDLE - rx * 0.36, y + rx * 0.12),
        ]
    )
    canvas.shape([*left, *ridge, *arc(MIDDLE, y, rx, rx * 0.17, 112, 180)], dark, 0.5)


def _slope(y: float, rx: float, tall: float, share: float, side: int) -> Point:
    """Return a point of a heap's outline: round above, spreading below."""
    return MIDDLE + side * rx * share, y - tall * (0.5 + 0.5 * math.cos(math.pi * share)) ** 0.9


def _crystal(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw one crystal of salt: three faces of a cube."""
    a, b = size, size * 0.5
    canvas.shape([(x, y - a), (x + a, y - b), (x, y), (x - a, y - b)], "#FFFFFF")
    canvas.shape([(x - a, y - b), (x, y), (x, y + a), (x - a, y + b)], "#C3DAD4")
    canvas.shape([(x + a, y - b), (x, y), (x, y + a), (x + a, y + b)], "#EDF3EC")


def _coarse_salt(canvas: Canvas) -> None:
    _bowl(canvas, 720, 400, ("#A56A35", "#6B3F1C"), "#5A3417")
    _heap(canvas, 716, 372, 330, ("#FFFFFF", "#EDE7DA"), "#A9CBC3")
    for a, b in scatter(120, 2):
        along = 1 - math.sqrt(1 - b)
        x = MIDDLE + (a - 0.5) * 2 * 330 * (1 - along * 0.95)
        _crystal(canvas, x, 728 - along * 310, 11 + 6 * ((a * 13) % 1))
    for a, b in scatter(15, 9):
        x, y = MIDDLE + (a - 0.5) * 1150, 1010 + 80 * math.sin(a * 37) ** 2
        canvas.shadow(x, y + 16, 26, 9, "#5A3210", 0.5)
        _crystal(canvas, x, y, 16 + 8 * b)


def _fine_salt(canvas: Canvas) -> None:
    _bowl(canvas, 730, 380, ("#2F8583", "#0E4B4C"), "#0C4041")
    _heap(canvas, 728, 352, 270, ("#FFFFFF", "#F3EEE2"), "#BAD6CF")
    for a, b in scatter(150, 5):
        along = 1 - math.sqrt(1 - b)
        canvas.oval(
            MIDDLE + (a - 0.5) * 640 * (1 - along * 0.9), 738 - along * 255, 3.2, 3.2, "#FFFFFF"
        )
    canvas.line(curve([(960, 560), (1080, 470), (1240, 400)]), "#7A4A20", 30)
    canvas.line(curve([(960, 552), (1080, 462), (1238, 393)]), "#B97C42", 14)
    canvas.oval(930, 590, 92, 52, ("#A56A35", "#7A4A20"), turn=-34)
    canvas.oval(926, 580, 74, 38, "#FFFDF6", turn=-34)
    for a, b in scatter(60, 11):
        canvas.oval(MIDDLE + (a - 0.5) * 1000, 1030 + b * 70, 5, 3.4, "#FFFFFF")


def _rice(canvas: Canvas) -> None:
    for side in (-1, 1):
        for number in range(4):
            _ear(canvas, MIDDLE + side * (180 + number * 60), 760, 470 - number * 55, side)
    _bowl(canvas, 740, 390, ("#F7F0E0", "#CFC1A4"), "#B9A67F")
    canvas.line(arc(MIDDLE, 740, 372, 340 * 0.74, 18, 162)[6:-6], "#0E5A5A", 12)
    _heap(canvas, 736, 360, 230, ("#E9C08A", "#C98B55"), "#9A5A34")
    for a, b in scatter(420, 1):
        along = 1 - math.sqrt(1 - b)
        x, y = MIDDLE + (a - 0.5) * 670 * (1 - along * 0.92), 750 - along * 222
        tone = ("#F3D2A0", "#DCA56B", "#B86A45", "#E8BE8A")[round(a * 97) % 4]
        canvas.oval(x, y, 17, 5.5, tone, turn=(b * 977) % 180 - 90)
    for a, b in scatter(17, 7):
        canvas.oval(
            MIDDLE + (a - 0.5) * 1100,
            1020 + 80 * math.sin(a * 41) ** 2,
            19,
            6.5,
            "#D79B63",
            turn=a * 360,
        )


def _ear(canvas: Canvas, x: float, y: float, tall: float, side: int) -> None:
    bow = tall * 0.55 * side
    stem = curve(
        [
            (x, y),
            (x + bow * 0.15, y - tall * 0.6),
            (x + bow * 0.55, y - tall),
            (x + bow, y - tall * 0.8),
        ]
    )
    canvas.line(stem, "#8E8A3A", 8)
    for number, (one, two) in enumerate(zip(stem[16::2], stem[17::2], strict=False)):
        angle = math.degrees(math.atan2(two[1] - one[1], two[0] - one[0]))
        up = 1 if number % 2 else -1
        canvas.oval(one[0], one[1] + up * 9, 25, 9.5, ("#F7D98F", "#CF9A3C"), turn=angle + 26 * up)


def _honey(canvas: Canvas) -> None:
    _shade(canvas, MIDDLE, 1040, 300, 60)
    body = curve(
        [
            (560, 520),
            (530, 600),
            (530, 960),
            (580, 1040),
            (800, 1058),
            (1020, 1040),
            (1070, 960),
            (1070, 600),
            (1040, 520),
            (800, 500),
            (560, 520),
        ]
    )
    canvas.shape(body, ("#F9D58A", "#A8590C"))
    canvas.shape(
        [
            *curve([(560, 600), (556, 940), (610, 1020)]),
            *curve([(680, 1030), (620, 900), (620, 600)]),
        ],
        "#6E3205",
        0.26,
    )
    canvas.glow(900, 820, 230, "#FFD873", 0.75)
    canvas.shape(
        curve(
            [(985, 600), (1020, 640), (1020, 900), (990, 960), (972, 900), (968, 640), (985, 600)]
        ),
        "#FFFFFF",
        0.42,
    )
    canvas.oval(MIDDLE, 560, 244, 38, ("#FCE3A5", "#E0A03A"))
    canvas.shape(
        [*arc(MIDDLE, 505, 232, 34, 0, 180), *arc(MIDDLE, 420, 232, 34, 180, 360)],
        ("#F2E3C2", "#B98F52"),
    )
    canvas.oval(MIDDLE, 420, 232, 34, ("#FBF3DF", "#E6CC98"))
    canvas.line(arc(MIDDLE, 505, 236, 34, 4, 176), "#8A5A22", 10)
    canvas.shape(
        curve([(640, 720), (800, 708), (960, 720), (960, 900), (800, 914), (640, 900), (640, 720)]),
        "#FBF3DF",
        0.95,
    )
    for x, y, size in ((800, 790, 34), (741, 824, 34), (859, 824, 34), (800, 858, 34)):
        canvas.line(arc(x, y, size, size, 30, 390)[::15], "#C77A12", 9)
    for x, y, size in ((330, 990, 1.0), (430, 1050, 0.7), (1260, 1030, 0.9)):
        canvas.shadow(x, y + 36 * size, 90 * size, 20 * size, "#5A3210", 0.5)
        for petal in range(6):
            turn = petal * 60 + 12
            dx, dy = (
                math.cos(math.radians(turn)) * 44 * size,
                math.sin(math.radians(turn)) * 30 * size,
            )
            canvas.oval(x + dx, y + dy, 36 * size, 20 * size, ("#FFFFFF", "#E9E4CF"), turn=turn)
        canvas.oval(x, y, 26 * size, 19 * size, ("#F4C546", "#D9902A"))


def _crackers(canvas: Canvas) -> None:
    for turn in (-64, -24, 30, 68):
        _blade(canvas, MIDDLE, 985, 620, turn)
    _shade(canvas, MIDDLE, 985, 500, 90)
    for number, (x, y, size) in enumerate(
        ((560, 900, 210), (1040, 900, 210), (680, 800, 225), (930, 795, 225), (800, 900, 250))
    ):
        canvas.shadow(x - 10, y + 24, size, size * 0.7, "#5A3210", 0.5)
        ring = []
        for step in range(91):
            turn = step / 90 * math.tau
            wave = (
                1 + 0.022 * math.sin(turn * 9 + number) + 0.014 * math.sin(turn * 17 + 2 * number)
            )
            ring.append((x + math.cos(turn) * size * wave, y + math.sin(turn) * size * 0.74 * wave))
        canvas.shape([(px, py + 14) for px, py in ring], "#A9671F")
        canvas.shape(ring, ("#FBE3AE", "#DE9F4C"))
        for a, b in scatter(44, number + 2):
            angle, reach = a * math.tau, math.sqrt(b) * 0.86
            px, py = x + math.cos(angle) * size * reach, y + math.sin(angle) * size * 0.72 * reach
            wide = size * (0.03 + 0.045 * ((a * 31 + b * 17) % 1))
            canvas.oval(px, py, wide, wide * 0.72, ("#FFF1CB", "#EFC27A"))
        for a, b in scatter(26, number + 30):
            angle, reach = a * math.tau, math.sqrt(b) * 0.8
            canvas.oval(
                x + math.cos(angle) * size * reach,
                y + math.sin(angle) * size * 0.7 * reach,
                6,
                4,
                "#4A2A12",
                turn=a * 300,
            )


def _blade(canvas: Canvas, x: float, y: float, size: float, turn: float) -> None:
    """Draw a banana leaf that lies on the table."""
    angle = math.radians(turn)

    def at(along: float, across: float) -> Point:
        return (
            x + (math.sin(angle) * along + math.cos(angle) * across) * size,
            y + (math.sin(angle) * across - math.cos(angle) * along) * size * 0.62,
        )

    left = curve([at(-0.3, 0), at(0.2, -0.2), at(0.7, -0.17), at(1, 0)])
    right = curve([at(1, 0), at(0.7, 0.17), at(0.2, 0.2), at(-0.3, 0)])
    canvas.shape([*left, *right], ("#6FAE62", "#2B6B4C"))
    canvas.line([at(-0.28, 0), at(0.96, 0)], "#CFE3A6", 8)
    for number in range(9):
        along = -0.1 + number * 0.11
        for side in (-1, 1):
            canvas.line([at(along, 0), at(along + 0.1, side * 0.15)], "#22563D", 3, 0.5)


def _basket(canvas: Canvas) -> None:
    for x, y, size, paint in (
        (640, 590, 92, ("#F3B13F", "#C9701D")),
        (800, 566, 104, ("#7DB35A", "#3D7F3B")),
        (960, 592, 92, ("#E5784A", "#A8321F")),
    ):
        canvas.shape([(x - size, y), *arc(x, y, size, size, 180, 360), (x + size, y)], paint)
        canvas.oval(x + size * 0.32, y - size * 0.5, size * 0.2, size * 0.13, "#FFFFFF", 0.35)
        canvas.line(curve([(x, y - size), (x + 8, y - size - 26)]), "#5B3A23", 9)
    _woven(canvas, MIDDLE, 1010, 370)


def _woven(canvas: Canvas, x: float, y: float, size: float) -> None:
    """Draw a basket that stands on a point, woven of light and dark strips, with its handle."""
    canvas.shadow(x - size * 0.1, y, size * 1.05, size * 0.2, "#5E3A14", 0.55)
    rows, columns, rim = 10, 17, y - size * 1.15
    handle = arc(x, rim, size * 0.82, size * 1.1, 180, 360)
    canvas.line(handle, "#8A5A22", size * 0.1)
    canvas.line(handle, "#D9A85C", size * 0.045)
    canvas.oval(x, rim, size, size * 0.2, ("#6E451A", "#9C6A2C"))
    for row in range(rows):
        top, low = (rim + (y - rim) * edge / rows for edge in (row, row + 1))
        for column in range(columns):
            corners = []
            for down, across in (
                (top, column),
                (top, column + 1),
                (low, column + 1),
                (low, column),
            ):
                turn = math.pi - math.pi * across / columns
                wide = size * (1 - 0.28 * (down - rim) / (y - rim))
                corners.append((x + math.cos(turn) * wide, down + math.sin(turn) * wide * 0.19))
            over = (row + column) % 2
            light = 1 - abs(column - columns * 0.62) / columns
            tone = mix("#7A4A1C", "#F9E0A8" if over else "#D6A355", max(light, 0.1))
            canvas.shape(corners, (tone, mix(tone, "#7A4A1C", 0.3)))
    front = arc(x, rim, size * 1.02, size * 0.21, 0, 180)
    canvas.line(front, "#8A5A22", size * 0.1)
    canvas.line([(px, py - size * 0.015) for px, py in front], "#E7BC74", size * 0.05)


def _melon(canvas: Canvas) -> None:
    _shade(canvas, 720, 1010, 330, 70)
    canvas.oval(720, 740, 310, 296, ("#CFE0A0", "#6E9A55"))
    canvas.glow(820, 620, 230, "#FBFBD8", 0.55)
    for number in range(-4, 5):
        wide = 310 * math.sin(number / 5 * math.pi / 2)
        side = (
            arc(720, 740, abs(wide), 292, -90, 90)
            if wide > 0
            else arc(720, 740, abs(wide), 292, 90, 270)
        )
        canvas.line(side, "#EDF0CF", 6, 0.85)
    for a, b in scatter(150, 3):
        turn, reach = a * math.tau, math.sqrt(b) * 0.97
        x, y = 720 + math.cos(turn) * 300 * reach, 740 + math.sin(turn) * 286 * reach
        bend = (a * 61) % 1 * 180
        end = (x + math.cos(math.radians(bend)) * 44, y + math.sin(math.radians(bend)) * 36)
        if ((end[0] - 720) / 305) ** 2 + ((end[1] - 740) / 291) ** 2 < 1:
            canvas.line(curve([(x, y), (x + 20, y - 8), end]), "#EDF0CF", 5, 0.8)
    canvas.line(curve([(720, 452), (728, 400), (690, 360), (640, 356)]), "#5C7A3A", 22)
    _shade(canvas, 1100, 1040, 260, 46)
    canvas.shape([*arc(1090, 850, 280, 190, -12, 192)], ("#A8C27A", "#5C8A4A"))
    canvas.shape([*arc(1090, 842, 256, 168, -10, 190)], ("#F9C27E", "#EE8A43"))
    canvas.shape([*arc(1090, 826, 150, 66, -6, 186)], ("#F2A75B", "#D97A34"))
    for a, b in scatter(22, 6):
        canvas.oval(
            1090 + (a - 0.5) * 240, 834 + b * 40, 15, 7, ("#FFF3D2", "#EBCB8C"), turn=70 - a * 140
        )


def _shrimps(canvas: Canvas) -> None:
    canvas.shadow(MIDDLE, 960, 620, 160, "#5A3210", 0.6)
    canvas.oval(MIDDLE, 912, 610, 216, "#7A4A1C")
    canvas.oval(MIDDLE, 890, 610, 212, ("#E9BF78", "#B98242"))
    canvas.oval(MIDDLE, 896, 566, 184, ("#F9E8BF", "#EBCB8F"))
    for number in range(-8, 9):
        half = math.sqrt(max(0.0, 1 - (number / 8.6) ** 2))
        canvas.line(
            [(MIDDLE + number * 64, 896 - 180 * half), (MIDDLE + number * 64, 896 + 180 * half)],
            "#D9AE68",
            4,
            0.7,
        )
    for number in range(-4, 5):
        half = math.sqrt(max(0.0, 1 - (number / 4.6) ** 2))
        canvas.line(
            [(MIDDLE - 560 * half, 896 + number * 40), (MIDDLE + 560 * half, 896 + number * 40)],
            "#D9AE68",
            4,
            0.7,
        )
    spots = sorted(((a, b) for a, b in scatter(40, 8)), key=lambda spot: spot[1])
    for a, b in spots:
        reach = math.sqrt(max(0.0, 1 - (2 * b - 1) ** 2)) * 0.84
        x, y = MIDDLE + (a - 0.5) * 2 * 500 * reach, 800 + b * 190 - 60 * (1 - abs(2 * a - 1))
        _shrimp(canvas, x, y, 82, (a * 613) % 360)


def _shrimp(canvas: Canvas, x: float, y: float, size: float, turn: float) -> None:
    """Draw a dried shrimp: a curl of rings that grow from tail to head."""
    canvas.shadow(x - 6, y + size * 0.34, size * 0.8, size * 0.3, "#6E3413", 0.45)
    path = arc(x, y, size * 0.6, size * 0.5, 20, 290, turn)
    count = len(path)
    for number, (px, py) in enumerate(path[::6]):
        share = number * 6 / count
        wide = size * (0.1 + 0.19 * share)
        tone = ("#F5A566", "#CF5A2C") if number % 2 else ("#F9BE86", "#DB6E3A")
        canvas.oval(px, py, wide, wide * 0.9, tone)
    head, tail = path[-1], path[0]
    canvas.oval(head[0] - size * 0.02, head[1] - size * 0.06, size * 0.045, size * 0.045, "#2A1208")
    for side in (-1, 1):
        canvas.oval(
            tail[0] + side * size * 0.1,
            tail[1] + size * 0.1,
            size * 0.14,
            size * 0.06,
            "#B8442C",
            turn=turn + 50 * side,
        )


def _fish_sauce(canvas: Canvas) -> None:
    _shade(canvas, 680, 1050, 210, 46)
    body = curve(
        [
            (620, 330),
            (618, 430),
            (540, 540),
            (520, 640),
            (520, 1000),
            (560, 1052),
            (680, 1062),
            (800, 1052),
            (840, 1000),
            (840, 640),
            (820, 540),
            (742, 430),
            (740, 330),
        ]
    )
    canvas.shape(body, ("#C4702A", "#4A1B08"))
    canvas.glow(760, 760, 190, "#F0A24A", 0.6)
    canvas.shape(
        curve(
            [(560, 620), (548, 700), (548, 960), (572, 1010), (584, 940), (582, 680), (560, 620)]
        ),
        "#2A0E04",
        0.35,
    )
    canvas.shape(
        curve([(790, 600), (808, 660), (808, 940), (794, 980), (782, 920), (780, 660), (790, 600)]),
        "#FFFFFF",
        0.38,
    )
    canvas.shape([(612, 250), (748, 250), (748, 342), (612, 342)], ("#0E5A5A", "#083B3D"))
    canvas.shape([(522, 690), (838, 690), (838, 930), (522, 930)], ("#FBF3DF", "#EBDAB4"))
    canvas.shape([(522, 690), (838, 690), (838, 704), (522, 704)], "#B23A24")
    canvas.shape([(522, 916), (838, 916), (838, 930), (522, 930)], "#B23A24")
    _anchovy(canvas, 680, 776, 104)
    _anchovy(canvas, 680, 846, 104)
    canvas.shadow(1110, 1040, 270, 60, "#5A3210", 0.55)
    canvas.shape(arc(1110, 940, 260, 130, 0, 180), ("#FBF8F1", "#CFC3A8"))
    canvas.oval(1110, 940, 260, 70, "#FFFDF6")
    canvas.oval(1110, 946, 226, 54, ("#A9531C", "#6E2B0C"))
    canvas.oval(1170, 936, 90, 14, "#F0B060", 0.6)
    for x, y in ((1010, 944), (1070, 968), (1120, 936), (1190, 962), (1240, 944)):
        canvas.oval(x, y, 22, 11, ("#E0482E", "#A8321F"))
        canvas.oval(x, y, 9, 4.5, "#F7D9A4")
    canvas.shape(
        curve([(330, 1010), (400, 980), (500, 1010), (540, 1060), (440, 1050), (330, 1010)]),
        ("#E0482E", "#8F2416"),
    )
    canvas.line(curve([(330, 1010), (300, 996), (280, 1004)]), "#3D7F3B", 12)


def _anchovy(canvas: Canvas, x: float, y: float, size: float) -> None:
    body = curve(
        [
            (x - size, y),
            (x - size * 0.4, y - size * 0.2),
            (x + size * 0.7, y),
            (x + size, y - size * 0.2),
        ]
    )
    under = curve(
        [
            (x + size, y + size * 0.2),
            (x + size * 0.7, y),
            (x - size * 0.4, y + size * 0.2),
            (x - size, y),
        ]
    )
    canvas.shape([*body, *under], ("#2F8583", "#0E5A5A"))
    canvas.oval(x - size * 0.72, y - size * 0.02, size * 0.05, size * 0.05, "#FBF3DF")
