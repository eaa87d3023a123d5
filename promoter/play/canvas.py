"""Drawing by code with smooth edges: gradients, glows and shapes, at twice the size, reduced."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]
Paint = str | tuple[str, str]
"""A colour, or a gradient from top to bottom."""

SCALE = 2


def rgb(text: str) -> Colour:
    """Return the red, green and blue of `#0E5A5A`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: str, two: str, share: float) -> str:
    """Return a colour between two; 0 is the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(two), strict=True))
    return f"#{red:02X}{green:02X}{blue:02X}"


def gradient(size: tuple[int, int], stops: Sequence[tuple[float, str]]) -> Image.Image:
    """Return a picture that runs through colours from top to bottom."""
    column = Image.new("RGB", (1, max(size[1], 1)))
    for y in range(column.height):
        share = y / max(column.height - 1, 1)
        low = max((stop for stop in stops if stop[0] <= share), default=stops[0])
        high = min((stop for stop in stops if stop[0] >= share), default=stops[-1])
        span = high[0] - low[0]
        column.putpixel((0, y), rgb(mix(low[1], high[1], (share - low[0]) / span if span else 0)))
    return column.resize(size)


class Canvas:
    """A picture under way; lengths are those of the finished picture."""

    def __init__(self, width: int, height: int, stops: Sequence[tuple[float, str]]) -> None:
        self.width = width
        self.height = height
        self._image = gradient((width * SCALE, height * SCALE), stops)

    def done(self) -> Image.Image:
        """Return the finished picture."""
        return self._image.reduce(SCALE)

    def _fill(self, mask: Image.Image, corner: tuple[int, int], paint: Paint, share: float) -> None:
        if share < 1:
            mask = mask.point([round(value * share) for value in range(256)])
        box = (*corner, corner[0] + mask.width, corner[1] + mask.height)
        if isinstance(paint, str):
            self._image.paste(rgb(paint), box, mask)
        else:
            colours = gradient(mask.size, ((0, paint[0]), (1, paint[1])))
            self._image.paste(colours, box, mask)

    def shape(self, points: Sequence[Point], paint: Paint, share: float = 1.0) -> None:
        """Fill a polygon; `share` is its opacity."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        left, top = (math.floor(min(axis)) for axis in zip(*scaled, strict=True))
        right, bottom = (math.ceil(max(axis)) + 1 for axis in zip(*scaled, strict=True))
        left, top = max(left, 0), max(top, 0)
        right = min(right, self._image.width)
        bottom = min(bottom, self._image.height)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in scaled], fill=255)
        self._fill(mask, (left, top), paint, share)

    def oval(
        self, x: float, y: float, rx: float, ry: float, paint: Paint, share: float = 1.0,
        turn: float = 0.0,
    ) -> None:  # fmt: skip
        """Fill an ellipse around a point, turned by degrees."""
        self.shape(arc(x, y, rx, ry, 0, 360, turn), paint, share)

    def line(self, points: Sequence[Point], paint: str, width: float, share: float = 1.0) -> None:
        """Draw a line with round ends."""
        reach = width * SCALE / 2
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        xs, ys = zip(*scaled, strict=True)
        left, top = math.floor(min(xs) - reach), math.floor(min(ys) - reach)
        size = (math.ceil(max(xs) + reach) - left + 1, math.ceil(max(ys) + reach) - top + 1)
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        inner = [(x - left, y - top) for x, y in scaled]
        pen.line(inner, 255, max(round(reach * 2), 1), joint="curve")
        for x, y in (inner[0], inner[-1]):
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        self._fill(mask, (left, top), paint, share)

    def glow(self, x: float, y: float, radius: float, colour: str, share: float) -> None:
        """Lighten around a point, softly."""
        size = round(radius * 2 * SCALE)
        ball = Image.radial_gradient("L").point(
            [round(max(0.0, 1 - value / 181) ** 2 * 255) for value in range(256)]
        )
        mask = ball.resize((size, size), Image.Resampling.BILINEAR)
        corner = (round((x - radius) * SCALE), round((y - radius) * SCALE))
        self._fill(mask, corner, colour, share)

    def shadow(self, x: float, y: float, rx: float, ry: float, colour: str, share: float) -> None:
        """Darken an ellipse with a soft edge."""
        small = 8
        size = (max(round(rx * 3 / small * SCALE), 2), max(round(ry * 3 / small * SCALE), 2))
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).ellipse(
            (size[0] / 6, size[1] / 6, size[0] * 5 / 6, size[1] * 5 / 6), fill=255
        )
        mask = mask.filter(ImageFilter.GaussianBlur(min(size) / 9))
        mask = mask.resize((round(rx * 3 * SCALE), round(ry * 3 * SCALE)), Image.Resampling.BICUBIC)
        corner = (round((x - rx * 1.5) * SCALE), round((y - ry * 1.5) * SCALE))
        self._fill(mask, corner, colour, share)


def arc(
    x: float, y: float, rx: float, ry: float, start: float, end: float, turn: float = 0.0
) -> list[Point]:
    """Return points on an ellipse from one angle to another; 0 is right, 90 is down."""
    steps = max(round(abs(end - start) / 4), 2)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    points = []
    for step in range(steps + 1):
        angle = math.radians(start + (end - start) * step / steps)
        dx, dy = rx * math.cos(angle), ry * math.sin(angle)
        points.append((x + dx * cos - dy * sin, y + dx * sin + dy * cos))
    return points


def curve(points: Sequence[Point], steps: int = 14) -> list[Point]:
    """Return a smooth line through points (Catmull-Rom)."""
    ends = [points[0], *points, points[-1]]
    found = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(steps):
            t = step / steps
            found.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return [*found, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    rise = (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    return 0.5 * (2 * b + (c - a) * t + rise)


def scatter(count: int, seed: int = 1) -> list[Point]:
    """Return points spread evenly over the unit square, always the same ones."""
    one, two = 0.7548776662466927, 0.5698402909980532  # the plastic number: no clumps, no rows
    return [((0.5 + one * (n + seed)) % 1, (0.5 + two * (n + seed)) % 1) for n in range(count)]
