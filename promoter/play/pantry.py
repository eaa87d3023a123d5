"""What stands on the table of the sample pictures: jars, bottles, baskets and fruit."""

import math

from promoter.play.canvas import Canvas, arc, curve, mix, scatter
from promoter.play.still_life import MIDDLE, shade


def honey(canvas: Canvas) -> None:
    """Draw a jar of honey and blossoms."""
    shade(canvas, MIDDLE, 1040, 300, 60)
    left = [(800, 500), (560, 520), (530, 600), (530, 960), (580, 1040), (800, 1058)]
    right = [(800, 1058), (1020, 1040), (1070, 960), (1070, 600), (1040, 520), (800, 500)]
    body = [*curve(left), *curve(right)]
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
    label = [*arc(MIDDLE, 706, 160, 20, 180, 0), *arc(MIDDLE, 914, 160, 20, 0, 180)]
    canvas.shape(label, "#FBF3DF", 0.95)
    for x, y, size in ((800, 790, 34), (741, 824, 34), (859, 824, 34), (800, 858, 34)):
        canvas.line(arc(x, y, size, size, 30, 390)[::15], "#C77A12", 9)
    _blossoms(canvas)


def _blossoms(canvas: Canvas) -> None:
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


def basket(canvas: Canvas) -> None:
    """Draw a bamboo basket with fruit."""
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


def melon(canvas: Canvas) -> None:
    """Draw a netted melon and a slice."""
    shade(canvas, 720, 1010, 330, 70)
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
    shade(canvas, 1100, 1040, 260, 46)
    canvas.shape([*arc(1090, 850, 280, 190, -12, 192)], ("#A8C27A", "#5C8A4A"))
    canvas.shape([*arc(1090, 842, 256, 168, -10, 190)], ("#F9C27E", "#EE8A43"))
    canvas.shape([*arc(1090, 826, 150, 66, -6, 186)], ("#F2A75B", "#D97A34"))
    for a, b in scatter(22, 6):
        canvas.oval(
            1090 + (a - 0.5) * 240, 834 + b * 40, 15, 7, ("#FFF3D2", "#EBCB8C"), turn=70 - a * 140
        )


def fish_sauce(canvas: Canvas) -> None:
    """Draw a bottle of fish sauce with a saucer."""
    shade(canvas, 680, 1050, 210, 46)
    left = [(620, 330), (618, 430), (540, 540), (520, 640), (520, 1000), (560, 1052), (680, 1062)]
    body = [*curve(left), *curve([(1360 - x, y) for x, y in reversed(left)])]
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
    _saucer(canvas)


def _saucer(canvas: Canvas) -> None:
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
