"""What stands on the table of the sample pictures: bowls, trays and what is heaped on them."""

import math

from promoter.play.canvas import Canvas, Point, arc, curve, mix, scatter

MIDDLE = 800.0
"""Where the product stands, in a picture of 1600 pixels."""


def shade(canvas: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    """Draw the shadow of what stands on the table."""
    canvas.shadow(x - rx * 0.12, y, rx, ry, "#5A3210", 0.62)


def _bowl(canvas: Canvas, y: float, rx: float, paint: tuple[str, str], inside: str) -> None:
    """Draw a bowl whose rim lies at y."""
    shade(canvas, MIDDLE, y + rx * 0.72, rx * 0.86, rx * 0.2)
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


def coarse_salt(canvas: Canvas) -> None:
    """Draw a wooden bowl of coarse salt."""
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


def fine_salt(canvas: Canvas) -> None:
    """Draw fine salt with a wooden spoon."""
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


def rice(canvas: Canvas) -> None:
    """Draw a bowl of reddish rice between ripe ears."""
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
    for a, _ in scatter(17, 7):
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


def crackers(canvas: Canvas) -> None:
    """Draw rice crackers on banana leaves."""
    for lean in (-64, -24, 30, 68):
        _blade(canvas, MIDDLE, 985, 620, lean)
    shade(canvas, MIDDLE, 985, 500, 90)
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
            grain = size * (0.03 + 0.045 * ((a * 31 + b * 17) % 1))
            canvas.oval(px, py, grain, grain * 0.72, ("#FFF1CB", "#EFC27A"))
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


def shrimps(canvas: Canvas) -> None:
    """Draw dried shrimps on a tray."""
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
    spots = sorted(((a, b) for a, b in scatter(27, 8)), key=lambda spot: spot[1])
    for a, b in spots:
        reach = math.sqrt(max(0.0, 1 - (2 * b - 1) ** 2)) * 0.84
        x, y = MIDDLE + (a - 0.5) * 2 * 500 * reach, 800 + b * 190 - 60 * (1 - abs(2 * a - 1))
        _shrimp(canvas, x, y, 104, (a * 613) % 360)


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
