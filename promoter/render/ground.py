"""Grounds of cards without a photo: quiet landscapes drawn by code, one for each kind of product.

Shapes are drawn at twice the size and reduced, which smooths their edges; nothing is random.
"""

import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SCALE = 2
Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]

SCENES = {
    "salt_seasoning": "salt",
    "rice": "rice",
    "frozen_seafood": "sea",
    "fresh_food": "leaves",
    "processed_food": "sun",
    "handicraft": "weave",
    "herbal": "leaves",
    "health_supplement": "leaves",
    "cosmetic": "leaves",
    "soft_drink": "drops",
    "alcohol": "drops",
    "ornamental": "flower",
    "tourism_service": "river",
}
SKIES: dict[str, tuple[str, str]] = {
    "salt": ("#F6C77B", "#FCEBCB"),
    "rice": ("#F4D38A", "#FBF0D2"),
    "sea": ("#8CC9C4", "#E2F2EC"),
    "leaves": ("#B9DBAF", "#F1F5DC"),
    "sun": ("#F2B36B", "#FCE7C4"),
    "weave": ("#E8C48E", "#F8E9CF"),
    "drops": ("#F0A79A", "#FCE6DA"),
    "flower": ("#F7D774", "#FDF3CF"),
    "river": ("#7DBFC0", "#F5E3BD"),
}


def colour(text: str) -> Colour:
    """Return the red, green and blue of `#0E5A5A`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Colour, two: Colour, share: float) -> Colour:
    """Return a colour between two; 0 is the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


def ground(motif: str, width: int, height: int) -> Image.Image:
    """Return the landscape of a product class."""
    scene = SCENES.get(motif, "sun")
    top, bottom = (colour(text) for text in SKIES[scene])
    picture = _gradient(width, height, top, bottom)
    big = picture.resize((width * SCALE, height * SCALE))
    _sun(big)
    _PAINTERS[scene](big)
    return big.resize((width, height), Image.Resampling.LANCZOS)


def _gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    for y in range(256):
        column.putpixel((0, y), mix(top, bottom, y / 255))
    return column.resize((width, height), Image.Resampling.BICUBIC)


def _sun(picture: Image.Image) -> None:
    width, height = picture.size
    radius = round(min(width, height) * 0.17)
    x, y = round(width * 0.71), round(height * 0.36)
    glow = Image.new("L", (width // 8, height // 8))
    soft = ImageDraw.Draw(glow)
    reach = radius * 2.4 / 8
    soft.ellipse((x / 8 - reach, y / 8 - reach, x / 8 + reach, y / 8 + reach), fill=150)
    glow = glow.filter(ImageFilter.GaussianBlur(reach * 0.45)).resize(picture.size)
    picture.paste((255, 246, 222), mask=glow)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 241, 205))


def _wave(
    picture: Image.Image, fill: str, level: float, swell: float, length: float, shift: float
) -> None:
    """Fill what lies under a wave; level and swell are shares of the height."""
    width, height = picture.size
    points = [
        (
            x,
            height
            * (
                level
                + swell * math.sin(x / width * math.tau * length + shift)
                + swell * 0.45 * math.sin(x / width * math.tau * length * 2.3 + shift * 1.7)
            ),
        )
        for x in range(0, width + 8, 8)
    ]
    ImageDraw.Draw(picture).polygon([(0, height), *points, (width, height)], fill=fill)


def _salt(picture: Image.Image) -> None:
    _wave(picture, "#A9C9BE", 0.56, 0.015, 1.2, 0.4)
    _wave(picture, "#7FB5AE", 0.62, 0.008, 1.0, 2.0)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    for row, (level, size) in enumerate(((0.66, 0.09), (0.74, 0.13), (0.86, 0.2))):
        count = 6 - row
        for number in range(count):
            x = width * ((number + 0.5 + 0.22 * (row % 2)) / count)
            _mound(pen, x, height * level, height * size)
    for number in range(7):
        y = height * (0.9 + number * 0.018)
        pen.line((0, y, width, y - height * 0.01), fill="#CFE4DC", width=3)


def _mound(pen: Draw, x: float, y: float, size: float) -> None:
    pen.ellipse((x - size * 1.15, y - size * 0.1, x + size * 1.15, y + size * 0.14), fill="#6FA39C")
    pen.polygon([(x - size, y), (x, y - size * 0.92), (x + size, y)], fill="#FFFDF7")
    pen.polygon([(x, y - size * 0.92), (x + size, y), (x + size * 0.18, y)], fill="#DCE8E2")


def _rice(picture: Image.Image) -> None:
    _wave(picture, "#C9C46A", 0.55, 0.03, 0.9, 0.2)
    _wave(picture, "#A9B455", 0.66, 0.03, 1.3, 1.4)
    _wave(picture, "#7F9A45", 0.78, 0.02, 1.1, 3.0)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    for number in range(15):
        x = width * (number + 0.5) / 15
        lean = (1 if number % 2 else -1) * height * (0.05 + 0.02 * (number % 3))
        top = height * (0.52 + 0.035 * (number * 7 % 5))
        _stalk(pen, x, height * 1.02, top, lean)


def _stalk(pen: Draw, x: float, bottom: float, top: float, lean: float) -> None:
    steps = 24
    points = [
        (x + lean * (step / steps) ** 2, bottom + (top - bottom) * step / steps)
        for step in range(steps + 1)
    ]
    pen.line(points, fill="#5F7A34", width=7, joint="curve")
    size = abs(top - bottom) * 0.034
    for position in range(9):
        px, py = points[steps - position]
        side = size if position % 2 else -size
        pen.ellipse((px + side - size, py - size * 1.5, px + side + size, py + size * 1.5),
                    fill="#E7B84A", outline="#C8962F", width=2)  # fmt: skip


def _sea(picture: Image.Image) -> None:
    levels = (("#5FAFAA", 0.55), ("#3D9490", 0.65), ("#237877", 0.76), ("#155F5F", 0.88))
    for number, (fill, level) in enumerate(levels):
        _wave(picture, fill, level, 0.022, 1.6 + number * 0.5, number * 1.3)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    for x, y, size in ((0.2, 0.7, 0.11), (0.46, 0.82, 0.15), (0.84, 0.74, 0.1)):
        _fish(pen, width * x, height * y, height * size)


def _fish(pen: Draw, x: float, y: float, size: float) -> None:
    pen.ellipse((x - size, y - size * 0.38, x + size * 0.7, y + size * 0.38), fill="#F3E6C8")
    tail = [(x + size * 0.5, y), (x + size, y - size * 0.4), (x + size, y + size * 0.4)]
    pen.polygon(tail, fill="#F3E6C8")
    pen.ellipse(
        (x - size * 0.72, y - size * 0.12, x - size * 0.58, y + size * 0.02), fill="#155F5F"
    )
    pen.arc((x - size * 0.6, y - size * 0.4, x - size * 0.1, y + size * 0.4), 300, 60,
            fill="#C9B98F", width=4)  # fmt: skip


def _leaves(picture: Image.Image) -> None:
    _wave(picture, "#93BE82", 0.6, 0.03, 1.0, 0.9)
    _wave(picture, "#5E9A62", 0.74, 0.03, 1.4, 2.2)
    _wave(picture, "#2F7350", 0.88, 0.02, 1.2, 0.3)
    width, height = picture.size
    for number in range(9):
        x = width * (number + 0.5) / 9
        angle = -70 + 140 * (number / 8) + (8 if number % 2 else -8)
        fill = ("#3F8657", "#6DAA6A", "#2B6B4C")[number % 3]
        _leaf(picture, x, height * 1.0, height * (0.42 - 0.05 * (number % 3)), angle * 0.5, fill)


def _leaf(picture: Image.Image, x: float, y: float, size: float, angle: float, fill: str) -> None:
    turn = math.radians(angle)
    left, right = [], []
    for step in range(25):
        along = step / 24
        half = math.sin(along * math.pi) ** 0.8 * size * 0.17
        cx, cy = x + math.sin(turn) * size * along, y - math.cos(turn) * size * along
        left.append((cx - math.cos(turn) * half, cy - math.sin(turn) * half))
        right.append((cx + math.cos(turn) * half, cy + math.sin(turn) * half))
    pen = ImageDraw.Draw(picture)
    pen.polygon([*left, *reversed(right)], fill=fill)
    tip = (x + math.sin(turn) * size * 0.94, y - math.cos(turn) * size * 0.94)
    pen.line([(x, y), tip], fill="#DDEBC9", width=4)


def _sunny(picture: Image.Image) -> None:
    _wave(picture, "#E59A55", 0.58, 0.025, 1.1, 0.6)
    _wave(picture, "#C9703B", 0.7, 0.025, 1.3, 2.4)
    _wave(picture, "#8F4A2C", 0.84, 0.018, 1.0, 1.0)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    for number in range(7):  # drying trays in rows
        x, y = width * (0.06 + number * 0.145), height * (0.72 + 0.07 * (number % 2))
        pen.ellipse((x - height * 0.09, y, x + height * 0.09, y + height * 0.055), fill="#F6D9A4")
        pen.ellipse((x - height * 0.07, y + height * 0.008, x + height * 0.07, y + height * 0.045),
                    fill="#EDBE77")  # fmt: skip


def _weave(picture: Image.Image) -> None:
    width, height = picture.size
    top = height * 0.5
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).ellipse((-width * 0.1, top, width * 1.1, height * 1.9), fill=255)
    lattice = Image.new("RGB", picture.size, "#B9853F")
    pen = ImageDraw.Draw(lattice)
    step = height // 16
    for row in range(18):
        for column in range(-2, width // step + 3):
            x, y = column * step, top + row * step
            fill = "#E3B870" if (row + column) % 2 else "#CF9E55"
            pen.rounded_rectangle((x + 4, y + 4, x + step - 4, y + step - 4), step // 5, fill=fill)
    picture.paste(lattice, mask=mask)
    ImageDraw.Draw(picture).arc(
        (-width * 0.1, top - 6, width * 1.1, height * 1.9), 180, 360, fill="#8A5E28", width=26
    )


def _drops(picture: Image.Image) -> None:
    _wave(picture, "#E58C7C", 0.6, 0.03, 1.0, 1.1)
    _wave(picture, "#C75C56", 0.74, 0.028, 1.4, 0.2)
    _wave(picture, "#8C3440", 0.88, 0.02, 1.1, 2.2)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    for number in range(14):
        x = width * ((number * 37 % 100) / 100)
        y = height * (0.56 + (number * 23 % 40) / 100)
        size = height * (0.014 + 0.006 * (number % 4))
        pen.ellipse((x - size, y - size, x + size, y + size), fill="#F7C9BB")
        pen.ellipse((x - size * 0.5, y - size * 0.6, x, y - size * 0.1), fill="#FFF1EA")


def _flower(picture: Image.Image) -> None:
    _wave(picture, "#C9C15A", 0.64, 0.025, 1.0, 0.5)
    _wave(picture, "#7D9440", 0.8, 0.02, 1.3, 1.6)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    pen.line([(width * 0.02, height), (width * 0.3, height * 0.66), (width * 0.62, height * 0.6)],
             fill="#6B4A2B", width=22, joint="curve")  # fmt: skip
    spots = ((0.12, 0.82, 0.07), (0.24, 0.7, 0.09), (0.37, 0.62, 0.08), (0.52, 0.58, 0.1),
             (0.62, 0.62, 0.06), (0.3, 0.56, 0.05))  # fmt: skip
    for x, y, size in spots:
        _blossom(pen, width * x, height * y, height * size)


def _blossom(pen: Draw, x: float, y: float, size: float) -> None:
    for petal in range(5):
        turn = math.tau * petal / 5 - math.pi / 2
        px, py = x + math.cos(turn) * size * 0.55, y + math.sin(turn) * size * 0.55
        pen.ellipse((px - size * 0.48, py - size * 0.48, px + size * 0.48, py + size * 0.48),
                    fill="#F6B90F", outline="#E09E00", width=3)  # fmt: skip
    pen.ellipse(
        (x - size * 0.24, y - size * 0.24, x + size * 0.24, y + size * 0.24), fill="#B8442C"
    )


def _river(picture: Image.Image) -> None:
    _wave(picture, "#6E9C6A", 0.56, 0.03, 1.2, 0.3)
    _wave(picture, "#3E7F84", 0.66, 0.006, 1.0, 0.0)
    _wave(picture, "#2B686E", 0.82, 0.012, 1.8, 1.0)
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    x, y, size = width * 0.34, height * 0.76, height * 0.2
    hull = [(x - size * 1.3, y - size * 0.2), (x + size * 1.3, y - size * 0.2),
            (x + size * 0.9, y + size * 0.16), (x - size * 0.9, y + size * 0.16)]  # fmt: skip
    pen.polygon(hull, fill="#5A3622")
    pen.line((x, y - size * 0.2, x, y - size * 0.95), fill="#3F2516", width=10)
    pen.polygon([(x - size * 0.45, y - size * 0.92), (x, y - size * 1.2),
                 (x + size * 0.45, y - size * 0.92)], fill="#EED9A5")  # fmt: skip


_PAINTERS: dict[str, Callable[[Image.Image], None]] = {
    "salt": _salt,
    "rice": _rice,
    "sea": _sea,
    "leaves": _leaves,
    "sun": _sunny,
    "weave": _weave,
    "drops": _drops,
    "flower": _flower,
    "river": _river,
}


def shaded(picture: Image.Image, deep: Colour) -> Image.Image:
    """Return a picture whose upper edge is darkened, so that the brand's name can be read on it."""
    width, height = picture.size
    ramp = Image.linear_gradient("L").resize((width, height // 3))
    mask = Image.new("L", picture.size)
    mask.paste(ImageChops.invert(ramp).point(lambda value: round(value * 0.62)), (0, 0))
    result = picture.copy()
    result.paste(deep, mask=mask)
    return result
