"""Draws with soft edges, gradients and light, on a canvas measured in its own units.

Each shape is a mask drawn four times as large as needed and reduced, so that edges are smooth.
Nothing is random: even the grain is the same on every machine.
"""

import hashlib
import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Path = Sequence[Point]
Paint = str | tuple[str, str]
"""One colour, or a gradient from the first to the second."""

FINE = 4
"""How many times larger than the canvas a mask is drawn."""
STAMP = 8
GRAIN = 256


def colour(text: str) -> Colour:
    """Return the red, green and blue of `#0E5A5A`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: str, two: str, share: float) -> str:
    """Return a colour between two; 0 is the first."""
    parts = (round(a + (b - a) * share) for a, b in zip(colour(one), colour(two), strict=True))
    return "#{:02X}{:02X}{:02X}".format(*parts)


class Canvas:
    """A picture that is being painted, from back to front.

    Attributes:
        width, height: In units.
        scale: Pixels for each unit.
    """

    def __init__(self, width: float, height: float, scale: float = 1.0) -> None:
        self.width, self.height, self.scale = width, height, scale
        self.picture = Image.new("RGB", (round(width * scale), round(height * scale)))

    def sky(self, *stops: tuple[float, str]) -> None:
        """Fill everything with a gradient from top to bottom, by share of the height."""
        column = Image.new("RGB", (1, 512))
        for y in range(512):
            column.putpixel((0, y), colour(_at(stops, y / 511)))
        self.picture.paste(column.resize(self.picture.size, Image.Resampling.BICUBIC))

    def fill(
        self,
        path: Path,
        paint: Paint,
        *,
        alpha: float = 1.0,
        blur: float = 0.0,
        across: bool = False,
        inside: Path | None = None,
    ) -> None:
        """Fill a closed shape.

        Args:
            paint: One colour, or two for a gradient over the shape, downwards or `across`.
            alpha: 1 covers, 0 leaves what was there.
            blur: How soft the edge is, in units.
            inside: Another shape outside which nothing is painted.
        """
        box = self._box(path, blur)
        if box is None:
            return
        mask = self._mask(path, box, blur)
        if inside is not None:
            mask = ImageChops.multiply(mask, self._mask(inside, box, 0))
        if alpha < 1:
            mask = mask.point([round(value * alpha) for value in range(256)])
        if isinstance(paint, str):
            self.picture.paste(colour(paint), box, mask)
            return
        size = (box[2] - box[0], box[3] - box[1])
        self.picture.paste(self._gradient(path, box, size, paint, across=across), box, mask)

    def stroke(
        self,
        path: Path,
        paint: str,
        width: float,
        *,
        alpha: float = 1.0,
        inside: Path | None = None,
    ) -> None:
        """Draw a line with round ends and joints."""
        self.fill(_outline(path, width), paint, alpha=alpha, inside=inside)

    def glow(self, x: float, y: float, radius: float, paint: str, alpha: float) -> None:
        """Shed light that fades towards a radius."""
        pixels = max(round(radius * self.scale), 2)
        falling = ImageChops.invert(Image.radial_gradient("L"))
        # the gradient reaches its edge at the middle of each side; squared, it fades like light
        bright = [min(max(round(((v - 75) / 180) ** 2 * 255 * alpha), 0), 255) if v > 75 else 0
                  for v in range(256)]  # fmt: skip
        mask = falling.point(bright).resize((pixels * 2, pixels * 2), Image.Resampling.BICUBIC)
        left, top = round(x * self.scale) - pixels, round(y * self.scale) - pixels
        self.picture.paste(colour(paint), (left, top, left + pixels * 2, top + pixels * 2), mask)

    def veil(self, depth: float, fade: float, paint: str, alpha: float) -> None:
        """Darken the picture from the top down to a depth; a little further it is gone."""
        column = Image.new("L", (1, self.picture.height))
        for y in range(self.picture.height):
            share = min(max((depth + fade - y / self.scale) / fade, 0.0), 1.0)
            column.putpixel((0, y), round(255 * alpha * share * share * (3 - 2 * share)))
        self.picture.paste(colour(paint), mask=column.resize(self.picture.size))

    def grain(self, strength: int = 5) -> None:
        """Lay a fine grain over everything, which keeps gradients from showing steps."""
        tile = _noise().point([round((value - 128) * strength / 128) + 128 for value in range(256)])
        layer = Image.new("L", self.picture.size)
        for x in range(0, layer.width, GRAIN):
            for y in range(0, layer.height, GRAIN):
                layer.paste(tile, (x, y))
        self.picture = ImageChops.add(
            self.picture, Image.merge("RGB", (layer, layer, layer)), 1, -128
        )

    def _box(self, path: Path, blur: float) -> tuple[int, int, int, int] | None:
        spread = blur * 2.5 + 1 / self.scale
        left = max(math.floor((min(x for x, _ in path) - spread) * self.scale), 0)
        top = max(math.floor((min(y for _, y in path) - spread) * self.scale), 0)
        right = math.ceil((max(x for x, _ in path) + spread) * self.scale)
        bottom = math.ceil((max(y for _, y in path) + spread) * self.scale)
        right, bottom = min(right, self.picture.width), min(bottom, self.picture.height)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _mask(self, path: Path, box: tuple[int, int, int, int], blur: float) -> Image.Image:
        size = (box[2] - box[0], box[3] - box[1])
        fine = 1 if blur * self.scale > 3 else FINE
        mask = Image.new("L", (size[0] * fine, size[1] * fine))
        points = [
            ((x * self.scale - box[0]) * fine, (y * self.scale - box[1]) * fine) for x, y in path
        ]
        ImageDraw.Draw(mask).polygon(points, fill=255)
        if fine > 1:
            mask = mask.reduce(fine)
        return mask.filter(ImageFilter.GaussianBlur(blur * self.scale)) if blur else mask

    def _gradient(
        self,
        path: Path,
        box: tuple[int, int, int, int],
        size: tuple[int, int],
        paint: tuple[str, str],
        *,
        across: bool,
    ) -> Image.Image:
        axis = 0 if across else 1
        low = min(point[axis] for point in path) * self.scale - box[axis]
        high = max(point[axis] for point in path) * self.scale - box[axis]
        steps = size[axis]
        row = Image.new("RGB", (steps, 1))
        for step in range(steps):
            share = min(max((step - low) / max(high - low, 1), 0), 1)
            row.putpixel((step, 0), colour(mix(paint[0], paint[1], share)))
        if not across:
            row = row.transpose(Image.Transpose.ROTATE_270)
        return row.resize(size)


def stamp(path: Path, width: int, height: int) -> Image.Image:
    """Return a small shape as a mask in pixels."""
    mask = Image.new("L", (width * STAMP, height * STAMP))
    ImageDraw.Draw(mask).polygon([(x * STAMP, y * STAMP) for x, y in path], fill=255)
    return mask.reduce(STAMP)


def _at(stops: Sequence[tuple[float, str]], share: float) -> str:
    for (start, one), (end, two) in pairwise(stops):
        if share <= end:
            return mix(one, two, max((share - start) / (end - start), 0))
    return stops[-1][1]


@cache
def _noise() -> Image.Image:
    data = hashlib.shake_256(b"grain").digest(GRAIN * GRAIN)
    return Image.frombytes("L", (GRAIN, GRAIN), data)


# Shapes


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> list[Point]:
    """Return an ellipse around a middle, turned clockwise by degrees."""
    return arc(x, y, rx, ry, 0, 360, turn)


def arc(
    x: float, y: float, rx: float, ry: float, start: float, end: float, turn: float = 0.0
) -> list[Point]:
    """Return a part of an ellipse, clockwise from `start` to `end` in degrees; 0 is right."""
    steps = 72
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    found = []
    for angle in angles:
        a, b = math.cos(angle) * rx, math.sin(angle) * ry
        found.append((x + a * cos - b * sin, y + a * sin + b * cos))
    return found


def rounded(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    """Return a rectangle with round corners."""
    radius = min(radius, width / 2, height / 2)
    left, right = x + radius, x + width - radius
    top, bottom = y + radius, y + height - radius
    corners = ((right, top, 270), (right, bottom, 0), (left, bottom, 90), (left, top, 180))
    return [
        point
        for cx, cy, start in corners
        for point in arc(cx, cy, radius, radius, start, start + 90)[::6]
    ]


def smooth(points: Path, *, closed: bool = True) -> list[Point]:
    """Return a soft curve through some points."""
    count, steps = len(points), 14
    found: list[Point] = []
    for number in range(count if closed else count - 1):
        picks = [number - 1, number, number + 1, number + 2]
        four = [points[p % count] if closed else points[min(max(p, 0), count - 1)] for p in picks]
        found += [_between(four, step / steps) for step in range(steps)]
    return found if closed else [*found, points[-1]]


def _between(four: Path, t: float) -> Point:
    x, y = (
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(*four, strict=True)
    )
    return x, y


def moved(path: Path, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> list[Point]:
    """Return a shape turned around its origin, made larger and moved."""
    cos, sin = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
    return [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in path]


def leaf(x: float, y: float, length: float, width: float, turn: float) -> list[Point]:
    """Return a leaf that grows from a point, upwards at 0 degrees."""
    steps = 24
    side = [
        (math.sin(step / steps * math.pi) ** 0.85 * width / 2, -length * step / steps)
        for step in range(steps + 1)
    ]
    return moved([*side, *((-a, b) for a, b in reversed(side))], x, y, turn=turn)


def wave(
    width: float, bottom: float, level: float, swell: float, length: float, shift: float
) -> list[Point]:
    """Return the area under a line of long waves, down to `bottom`.

    Args:
        level: Middle of the line.
        swell: Height of its waves.
        length: Waves over the whole width.
        shift: Where the first wave begins, in radians.
    """
    top = []
    for step in range(121):
        x = step / 120
        lift = math.sin(x * math.tau * length + shift)
        lift += 0.4 * math.sin(x * math.tau * length * 2.3 + shift * 1.7)
        top.append((x * width, level + swell * lift))
    return [(0, bottom), *top, (width, bottom)]


def _outline(path: Path, width: float) -> list[Point]:
    """Return the shape of a line of a width, with round ends."""
    half = width / 2
    left, right = [], []
    for number, (x, y) in enumerate(path):
        (ax, ay), (bx, by) = path[max(number - 1, 0)], path[min(number + 1, len(path) - 1)]
        turn = math.atan2(by - ay, bx - ax)
        left.append((x + math.sin(turn) * half, y - math.cos(turn) * half))
        right.append((x - math.sin(turn) * half, y + math.cos(turn) * half))
    (ax, ay), (bx, by) = path[0], path[1]
    start = math.degrees(math.atan2(by - ay, bx - ax))
    (ax, ay), (bx, by) = path[-2], path[-1]
    end = math.degrees(math.atan2(by - ay, bx - ax))
    head = arc(*path[0], half, half, start + 90, start + 270)[::6]
    tail = arc(*path[-1], half, half, end - 90, end + 90)[::6]
    return [*head, *left, *tail, *reversed(right)]
