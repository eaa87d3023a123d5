"""What landscapes of the delta are made of: skies, water, trees, boats, mounds of salt, jars.

Everything is measured in units: a hundredth of the height of the picture.
"""

import math
from dataclasses import dataclass

from promoter.render.paint import (
    Canvas,
    Paint,
    Point,
    arc,
    ellipse,
    leaf,
    mix,
    moved,
    rounded,
    smooth,
    wave,
)


@dataclass(frozen=True, slots=True)
class Light:
    """A time of day.

    Attributes:
        sky: From the zenith, dark enough for white words, to the horizon.
        sun: Middle of the sun's disc.
        haze: What the distance fades to.
        water: Near and far colour of water.
        green: Near and far colour of plants.
        shade: Silhouettes against the light.
    """

    sky: tuple[str, str, str, str]
    sun: str
    haze: str
    water: tuple[str, str]
    green: tuple[str, str]
    shade: str


DAWN = Light(
    sky=("#0B4A56", "#3F8A8E", "#F0B48A", "#FBE0B2"),
    sun="#FFF3D2",
    haze="#F3CFA2",
    water=("#14626A", "#E7BE95"),
    green=("#17513F", "#8DA574"),
    shade="#0F3F42",
)
DAY = Light(
    sky=("#0A5563", "#3D9AA0", "#A9DACB", "#F3EBC9"),
    sun="#FFF8DF",
    haze="#CFE5D0",
    water=("#0F6468", "#9CCFC3"),
    green=("#1D5F41", "#9BBF83"),
    shade="#114B47",
)
DUSK = Light(
    sky=("#23324F", "#7D4B63", "#E58557", "#F9C97F"),
    sun="#FFE9B8",
    haze="#EBA36F",
    water=("#234A5C", "#E9A06A"),
    green=("#26473F", "#A98A5B"),
    shade="#1E2E41",
)
LIGHTS = (DAWN, DAY, DUSK)


class Scene:
    """A landscape that is being painted.

    Attributes:
        wide: Width in units; the height is 100.
        horizon: Where the sky ends.
        dark: Down to where the sky must be dark enough for the brand's name.
    """

    def __init__(
        self, width: int, height: int, light: Light, *, horizon: float = 56.0, dark: float = 16.0
    ) -> None:
        self.canvas = Canvas(100 * width / height, 100, height / 100)
        self.wide = self.canvas.width
        self.light = light
        self.horizon = horizon
        self.dark = dark

    def fade(self, near: str, distance: float) -> str:
        """Return a colour as it looks from a distance between 0 and 1."""
        return mix(near, self.light.haze, distance)

    def sky(self, sun: Point = (0.66, 40.0), size: float = 11.0) -> None:
        """Paint the sky with its sun.

        Args:
            sun: Share of the width, and height.
            size: Radius of the disc.
        """
        top, high, low, rim = self.light.sky
        line = self.horizon / 100
        half = max(line * 0.42, self.dark / 100 + 0.06)
        self.canvas.sky(
            (0, top), (half, high), ((half + line * 1.5) / 2.5, low), (line, rim), (1, rim)
        )
        x, y = sun[0] * self.wide, max(sun[1], self.dark + size + 3)  # white words stand above it
        self.canvas.glow(x, y, size * 5.2, self.light.sun, 0.55)
        self.canvas.glow(x, y, size * 2.4, self.light.sun, 0.75)
        self.canvas.fill(ellipse(x, y, size, size), self.light.sun)
        for left, down, length in ((0.04, 11, 40), (0.4, 5, 30), (0.76, 20, 40), (0.24, 18, 26)):
            self._cloud(left * self.wide, max(self.dark + 6 + down, 24 + down), length)

    def _cloud(self, x: float, y: float, length: float) -> None:
        for shift, drop, share in (
            (0, 0, 1.0),
            (length * 0.22, -1.5, 0.5),
            (length * 0.1, 1.6, 0.6),
        ):
            path = ellipse(x + length / 2 + shift, y + drop, length * share / 2, 1.0)
            self.canvas.fill(path, self.light.sun, alpha=0.34)

    def water(self, top: float, sun: float | None = 0.66) -> None:
        """Paint still water from a line down, with the sun's path on it."""
        near, far = self.light.water
        self.canvas.fill([(0, top), (self.wide, top), (self.wide, 101), (0, 101)], (far, near))
        if sun is None:
            return
        for number in range(11):
            y = top + 1.2 + number * (1.6 + number * 0.22)
            half = (14 - number * 0.7) * (0.55 + 0.45 * abs(math.cos(number * 2.4)))
            x = sun * self.wide + 3 * math.sin(number * 1.9)
            self.canvas.fill(ellipse(x, y, half, 0.45), self.light.sun, alpha=0.5)

    def hill(self, level: float, swell: float, waves: float, shift: float, paint: Paint) -> None:
        """Paint a rise of land across the picture."""
        path = wave(self.wide, 101, level, swell, waves * self.wide / 140, shift)
        self.canvas.fill(path, paint)

    def shore(self, level: float, distance: float) -> None:
        """Paint a far line of trees with palms."""
        green = self.fade(self.light.green[0], distance)
        self.canvas.fill(wave(self.wide, level + 1.6, level - 1.2, 0.7, 5, 1.0), green)
        for number in range(int(self.wide // 9)):
            x = (number + 0.5) * 9 + 4 * math.sin(number * 2.7)
            crown = 1.6 + 1.1 * abs(math.sin(number * 1.3))
            self.canvas.fill(ellipse(x, level - 1.4, crown * 1.7, crown), green)
        for number in range(int(self.wide // 26) + 1):
            self.palm(9 + number * 26 + 6 * math.sin(number), level, 7 + number % 3, green)

    def palm(self, x: float, y: float, tall: float, green: str) -> None:
        """Paint a coconut palm as a silhouette."""
        lean = tall * 0.14
        trunk = smooth(
            [(x, y), (x + lean * 0.3, y - tall * 0.5), (x + lean, y - tall)], closed=False
        )
        self.canvas.stroke(trunk, green, tall * 0.07)
        for turn in (-112, -76, -40, -8, 24, 58, 96):
            frond = leaf(0, 0, tall * 0.56, tall * 0.11, turn)
            bent = [(a, b + (a / tall) ** 2 * tall * 0.95) for a, b in frond]
            self.canvas.fill(moved(bent, x + lean, y - tall), green)

    def turbines(self, level: float, tall: float = 17.0) -> None:
        """Paint the windmills that stand in the sea off Bạc Liêu."""
        for number in range(int(self.wide // 24) + 1):
            x = 7 + number * 24 + 5 * math.sin(number * 2.1)
            size = tall * (0.62 + 0.38 * abs(math.sin(number * 1.7 + 0.6)))
            paint = self.fade("#FFFFFF", 0.3)
            mast = [(x - 0.28, level), (x - 0.14, level - size), (x + 0.14, level - size),
                    (x + 0.28, level)]  # fmt: skip
            self.canvas.fill(mast, paint, alpha=0.9)
            for blade in range(3):
                path = leaf(x, level - size, size * 0.52, size * 0.036, blade * 120 + number * 37)
                self.canvas.fill(path, paint, alpha=0.95)

    def mound(self, x: float, y: float, size: float) -> None:
        """Paint a heap of salt with its reflection; the light comes from the right."""
        half, tall = size * 0.78, size * 0.8
        near = self.light.water[0]
        heap = [
            (-half, 0),
            (-half * 0.5, -tall * 0.5),
            (0, -tall),
            (half * 0.5, -tall * 0.52),
            (half, 0),
        ]
        heap = smooth(heap, closed=False)
        mirror = [(a, -b * 0.5) for a, b in heap]
        self.canvas.fill(moved(mirror, x, y), ("#FFF6E6", mix("#FFF6E6", near, 0.6)), alpha=0.34)
        body = moved(heap, x, y)
        self.canvas.fill(body, ("#FFFFFF", mix("#FBEFDD", self.light.haze, 0.25)))
        cool = mix("#9FC2C0", self.light.water[1], 0.25)
        shade = [
            (-half * 1.1, 1),
            (-half * 0.5, -tall * 0.55),
            (0.02 * size, -tall * 1.02),
            (-half * 0.08, -tall * 0.55),
            (-half * 0.2, -tall * 0.2),
            (half * 0.06, 1),
        ]
        self.canvas.fill(moved(smooth(shade), x, y), cool, alpha=0.85, inside=body)
        self.canvas.fill(ellipse(x, y + 0.2, half * 1.04, size * 0.035), near, alpha=0.22)

    def boat(self, x: float, y: float, size: float, *, roof: bool = True) -> None:
        """Paint a wooden boat of the delta."""
        shade = self.light.shade
        hull = [
            (-1.25, -0.36),
            (-0.9, -0.12),
            (0.8, -0.12),
            (1.25, -0.42),
            (0.96, 0.16),
            (-0.9, 0.16),
        ]
        self.canvas.fill(ellipse(x, y + size * 0.2, size * 1.25, size * 0.12), shade, alpha=0.3)
        if roof:
            cover = [
                (-0.6, -0.1),
                (-0.54, -0.42),
                (-0.3, -0.56),
                (0.2, -0.56),
                (0.42, -0.42),
                (0.48, -0.1),
            ]
            self.canvas.fill(moved(smooth(cover), x, y, size), ("#E8C98E", "#A9743F"))
            for rib in (-0.36, -0.12, 0.12, 0.34):
                self.canvas.stroke(
                    moved([(rib, -0.5), (rib, -0.12)], x, y, size), "#8A5A30", size * 0.02
                )
        self.canvas.fill(moved(hull, x, y, size), (mix("#8C4B2B", shade, 0.25), shade))
        trim = moved([(-1.16, -0.28), (-0.88, -0.07), (0.8, -0.07), (1.16, -0.32)], x, y, size)
        self.canvas.stroke(trim, "#E9A23B", size * 0.045)
        eye = moved([(0.94, -0.12)], x, y, size)[0]
        self.canvas.fill(ellipse(*eye, size * 0.045, size * 0.045), "#FBF8F1")

    def ear(self, x: float, y: float, tall: float, lean: float) -> None:
        """Paint a bowed ear of rice on its stalk."""
        tip = (x + lean, y - tall * 0.86)
        points = [(x, y), (x + lean * 0.1, y - tall * 0.55), (x + lean * 0.45, y - tall), tip]
        stalk = smooth(points, closed=False)
        self.canvas.stroke(stalk, "#6E7B33", 0.42)
        self.canvas.fill(leaf(x, y, tall * 0.8, 1.5, lean * 1.4 - 14), ("#8A9A45", "#4F6A34"))
        count = 15
        for number in range(count):
            px, py = stalk[-1 - round(number * 1.35)]
            side = -1 if number % 2 else 1
            turn = 150 - lean * 3 + side * 30
            grain = leaf(px, py, tall * 0.062, tall * 0.026, turn)
            self.canvas.fill(grain, ("#F6CF6B", "#CF9230"))

    def jar(self, x: float, y: float, size: float) -> None:
        """Paint a glazed earthenware jar with its lid; the light comes from the right."""
        half = [(0.0, 0.0), (0.34, 0.0), (0.5, -0.3), (0.52, -0.6), (0.4, -0.9), (0.27, -1.0)]
        side = smooth(half[1:], closed=False)
        body = moved([*side, *((-a, b) for a, b in reversed(side))], x, y, size)
        self.canvas.fill(
            ellipse(x - size * 0.1, y, size * 0.56, size * 0.07), self.light.shade, alpha=0.35
        )
        self.canvas.fill(body, ("#6B3A22", "#B5693A"), across=True)
        gloss = moved(smooth([(0.3, -0.84), (0.4, -0.6), (0.37, -0.36), (0.33, -0.6)]), x, y, size)
        self.canvas.fill(gloss, "#F7D2A2", alpha=0.7, blur=size * 0.015)
        warm = moved(ellipse(0.24, -0.55, 0.2, 0.45, 4), x, y, size)
        self.canvas.fill(warm, "#D98B52", alpha=0.45, blur=size * 0.08, inside=body)
        dark = moved(
            smooth([(-0.6, 0.1), (-0.6, -1), (-0.3, -0.9), (-0.22, -0.4), (-0.1, 0.1)]), x, y, size
        )
        self.canvas.fill(dark, "#32170F", alpha=0.4, inside=body)
        band = moved(rounded(-0.6, -0.8, 1.2, 0.05, 0.02), x, y, size)
        self.canvas.fill(band, "#3C1D12", alpha=0.45, inside=body)
        lid = moved(
            smooth([(-0.33, -1.0), (-0.24, -1.12), (0, -1.2), (0.24, -1.12), (0.33, -1.0)]),
            x,
            y,
            size,
        )
        self.canvas.fill(lid, ("#E3BE83", "#A9773F"))

    def tray(self, x: float, y: float, size: float, goods: str) -> None:
        """Paint a round bamboo tray with crackers, shrimps or fish that dry in the sun."""
        flat = 0.34
        self.canvas.fill(
            ellipse(x, y + size * 0.12, size * 1.03, size * flat), self.light.shade, alpha=0.3
        )
        self.canvas.fill(ellipse(x, y + size * 0.05, size, size * flat), "#8A5B2B")
        self.canvas.fill(ellipse(x, y, size, size * flat), ("#B9813F", "#E8C184"))
        self.canvas.fill(
            ellipse(x, y + size * 0.015, size * 0.9, size * flat * 0.87), ("#DDBB7D", "#EBD09A")
        )
        for ring, count in ((0.7, 15), (0.44, 9), (0.17, 4)):
            for number in range(count):
                turn = math.tau * number / count + ring * 3
                px = x + math.cos(turn) * size * ring
                py = y + math.sin(turn) * size * ring * flat
                self._piece(px, py, size * 0.1, goods, number * 67)

    def _piece(self, x: float, y: float, size: float, goods: str, turn: int) -> None:
        if goods == "cracker":
            self.canvas.fill(
                ellipse(x, y + size * 0.2, size * 1.05, size * 0.5), "#8A5B2B", alpha=0.35
            )
            self.canvas.fill(ellipse(x, y, size, size * 0.46), ("#FFF6E2", "#F4DDB0"))
        elif goods == "shrimp":
            bow = [
                (a, b * 0.5) for a, b in arc(0, 0, size * 0.7, size * 0.7, turn, turn + 220)[::8]
            ]
            self.canvas.stroke(moved(bow, x, y + size * 0.14), "#8A4A26", size * 0.42, alpha=0.4)
            self.canvas.stroke(moved(bow, x, y), "#E8743B", size * 0.4)
        else:
            side = 1 if turn % 2 else -1
            self.canvas.fill(
                ellipse(x, y + size * 0.14, size * 1.1, size * 0.3, side * 14), "#6E4526", alpha=0.4
            )
            self.canvas.fill(
                ellipse(x, y, size * 1.1, size * 0.28, side * 14), ("#E9C79A", "#A9774A")
            )
