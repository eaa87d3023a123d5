"""Grounds of cards without a photo: landscapes of the delta, one or more for each kind of product.

The name of the product decides the time of day and, where there are several, the landscape: a feed
of many products looks like one series and not like one picture.
"""

import math
from collections.abc import Callable, Mapping

from PIL import Image

from promoter.core.model import digest
from promoter.render.paint import arc, ellipse, leaf, mix, moved, rounded, smooth, wave
from promoter.render.scenery import LIGHTS, Scene

Painter = Callable[[Scene], None]

VEIL, VEIL_FADES = 0.78, 12.0
"""How dark the sky is behind the brand's name, and over how many units that ends below it."""


def salt(scene: Scene) -> None:
    """Paint salt fields with their heaps, windmills at the horizon."""
    scene.sky((0.7, 38))
    scene.turbines(scene.horizon)
    scene.shore(scene.horizon, 0.62)
    scene.water(scene.horizon, 0.7)
    middle = scene.wide * 0.6
    bank = mix(scene.light.shade, scene.light.haze, 0.42)
    for number in range(-9, 10):  # dikes that meet at the horizon
        far, near = middle + number * 7.5, middle + number * 58
        path = [
            (far - 0.1, scene.horizon),
            (far + 0.1, scene.horizon),
            (near + 1.6, 102),
            (near - 1.6, 102),
        ]
        scene.canvas.fill(path, bank, alpha=0.4)
    for y, thick in ((60, 0.3), (66.5, 0.5), (76.5, 0.9), (92, 1.4)):
        scene.canvas.fill(rounded(-2, y, scene.wide + 4, thick, 0.1), bank, alpha=0.5)
    for y, size, step, shift in ((63, 6.2, 15, 4), (71.5, 11, 26, 16), (87, 21, 47, 11)):
        for number in range(-1, int(scene.wide // step) + 2):
            scene.mound(shift + number * step, y, size)


def rice(scene: Scene) -> None:
    """Paint ripe rice fields, the nearest ears large."""
    scene.horizon = 54
    scene.sky((0.64, 37))
    scene.shore(55, 0.45)
    gold = ("#F0C766", "#C99A3C")
    for number, level in enumerate((55.5, 60, 66, 74, 85)):
        distance = 0.55 - number * 0.12
        paint = (
            scene.fade(gold[0], distance),
            scene.fade(mix(gold[1], "#7C8A3A", number / 6), distance),
        )
        scene.hill(level, 0.5 + number * 0.35, 0.7 + number * 0.2, 0.5 + number * 1.7, paint)
        for row in range(int(scene.wide // (2.4 + number))):
            x = row * (2.4 + number) + number
            top = level + 1.5 + number * 0.5 + math.sin(row * 1.3)
            path = [(x, top), (x + 0.5 + number * 0.1, top + 2 + number)]
            scene.canvas.stroke(
                path, mix(paint[1], "#6B6A2C", 0.45), 0.18 + number * 0.05, alpha=0.55
            )
    for number in range(int(scene.wide // 8) + 1):
        x = number * 8 + 2 * math.sin(number * 2.3)
        tall = 43 + 11 * math.sin(number * 1.9)
        scene.ear(x, 106, tall, (9 + 3 * math.sin(number)) * (1 if number % 3 else -1))


def sea(scene: Scene) -> None:
    """Paint boats coming home over the sea."""
    scene.sky((0.62, 42), 12)
    scene.turbines(scene.horizon, 20)
    scene.water(scene.horizon, 0.62)
    scene.boat(scene.wide * 0.8, 63, 8)
    near, far = scene.light.water
    for number, level in enumerate((68, 76, 85, 94)):
        share = number / 3
        paint = (mix(far, near, 0.45 + share * 0.5), mix(near, scene.light.shade, share * 0.5))
        if number == 1:
            scene.boat(scene.wide * 0.34, 74.5, 19)
        scene.hill(level, 1.3 + number * 0.35, 1.5 - number * 0.15, 0.4 + number * 2.1, paint)
        path = wave(
            scene.wide,
            101,
            level,
            1.3 + number * 0.35,
            (1.5 - number * 0.15) * scene.wide / 140,
            0.4 + number * 2.1,
        )
        scene.canvas.stroke(path[1:-1], mix(far, "#FFFFFF", 0.4), 0.28, alpha=0.6)


def garden(scene: Scene) -> None:
    """Paint beds of young greens, framed by large leaves."""
    near, far = scene.light.green
    scene.sky((0.58, 37))
    scene.shore(scene.horizon, 0.5)
    low = scene.horizon + 0.4
    scene.canvas.fill(
        [(0, low), (scene.wide, low), (scene.wide, 101), (0, 101)],
        (scene.fade(mix(far, near, 0.15), 0.25), mix(near, scene.light.shade, 0.35)),
    )
    middle = scene.wide * 0.58
    for number in range(-9, 10):  # beds that meet at the horizon
        far_x, near_x = middle + number * 5.2, middle + number * 36
        bed = [(far_x - 1.6, low), (far_x + 1.6, low), (near_x + 12, 102), (near_x - 12, 102)]
        scene.canvas.fill(bed, (scene.fade(mix(far, near, 0.4), 0.1), mix(near, "#7FAE55", 0.25)))
        for step in range(9):
            share = (step / 9) ** 1.6 + 0.02
            x, y = far_x + (near_x - far_x) * share, low + (102 - low) * share
            size = 1.2 + 10.5 * share
            for turn in (-64, 64, -32, 32, 0):
                blade = leaf(x, y + size * 0.1, size * (1 - abs(turn) / 190), size * 0.42, turn)
                paint = (
                    mix("#B5D27A", scene.light.haze, 0.3 - share * 0.2),
                    mix(near, far, 0.35 - share * 0.3),
                )
                scene.canvas.fill(blade, paint)
    for side, base in ((-1, -1.0), (1, scene.wide + 1)):
        for number, turn in enumerate((4, 26, 50, 74, 98)):
            _banana(scene, base, 102 - number * 3, 52 - number * 5, turn * -side, number)


def _banana(scene: Scene, x: float, y: float, size: float, turn: float, number: int) -> None:
    near = scene.light.green[0]
    blade = leaf(x, y, size, size * 0.3, turn)
    scene.canvas.fill(
        blade, (mix(near, "#A5CC74", 0.8 - number * 0.12), mix(near, "#4E8F55", 0.35))
    )
    half = [(0, 0), *((a, b) for a, b in leaf(0, 0, size, size * 0.3, 0)[25:])]
    scene.canvas.fill(moved(half, x, y, turn=turn), near, alpha=0.3, inside=blade)
    for rib in range(1, 9):
        for side in (-1, 1):
            path = [(0, -size * rib * 0.1), (side * size * 0.14, -size * (rib * 0.1 + 0.07))]
            line = moved(path, x, y, turn=turn)
            scene.canvas.stroke(line, near, size * 0.006, alpha=0.35, inside=blade)
    scene.canvas.stroke(
        moved([(0, 0), (0, -size * 0.96)], x, y, turn=turn), "#E4EFC0", size * 0.014, alpha=0.9
    )


def drying(scene: Scene) -> None:
    """Paint trays of goods that dry under the sun."""
    scene.sky((0.7, 38), 12)
    scene.turbines(58)
    scene.shore(59, 0.5)
    scene.canvas.fill([(0, 58.5), (scene.wide, 58.5), (scene.wide, 101), (0, 101)],
                      (scene.fade("#E7BE80", 0.3), "#B87B45"))  # fmt: skip
    goods = ("shrimp", "cracker", "fish")
    for row, (y, size, step) in enumerate(((62.5, 6, 14), (70, 10, 22.5), (83, 17, 37))):
        for number in range(-1, int(scene.wide // step) + 2):
            x = number * step + row * 9 + 5
            for side in (-0.6, 0.6):
                leg = [(x + side * size, y), (x + side * size * 1.06, y + size * 0.62)]
                scene.canvas.stroke(leg, "#6E4526", size * 0.05)
            scene.tray(x, y, size, goods[(number + row * 2) % 3])


def jars(scene: Scene) -> None:
    """Paint rows of jars in which things ripen."""
    scene.sky((0.34, 36))
    scene.shore(58, 0.5)
    scene.canvas.fill(
        [(0, 58), (scene.wide, 58), (scene.wide, 101), (0, 101)],
        (scene.fade("#CFA877", 0.35), mix("#6F5138", scene.light.shade, 0.4)),
    )
    for y, size, step, shift in ((67, 13, 15.5, 3), (79, 21, 25, 12), (97, 33, 40, 5)):
        for number in range(-1, int(scene.wide // step) + 2):
            scene.jar(shift + number * step, y, size)


def river(scene: Scene) -> None:
    """Paint a river among nipa palms with boats."""
    scene.sky((0.56, 40))
    scene.shore(57, 0.6)
    scene.water(57, 0.56)
    scene.boat(scene.wide * 0.74, 65, 8)
    scene.boat(scene.wide * 0.4, 77, 18)
    near = scene.light.green[0]
    for side, base in ((1, -4.0), (-1, scene.wide + 4)):
        for number in range(9):
            x = base + side * number * (2.6 if number < 6 else 3.4)
            size = (40 - number * 3.4) * (0.86 + 0.14 * (number % 2))
            paint = (mix(near, "#A9C46C", 0.55 - number * 0.03), mix(near, scene.light.shade, 0.3))
            for turn in (-30, 2, 36):
                frond = leaf(
                    x, 100 - number * 0.5, size, size * 0.1, turn * 0.8 + side * number * 3
                )
                scene.canvas.fill(frond, paint)
    scene.canvas.fill(wave(scene.wide, 101, 97, 0.8, 1.4, 0.6), scene.light.shade, alpha=0.5)


def weave(scene: Scene) -> None:
    """Paint plaited bamboo before a bamboo grove."""
    scene.sky((0.6, 38))
    for row, (step, thick, distance) in enumerate(((5.5, 0.8, 0.7), (11.0, 1.7, 0.3))):
        paint = scene.fade(scene.light.green[0], distance)
        for number in range(-1, int(scene.wide // step) + 2):
            x = (number + 0.3 * math.sin(number * 2.1 + row)) * step
            top, lean = 22 - row * 12 + 6 * math.sin(number * 1.7), 1.6 * math.sin(number)
            scene.canvas.fill([(x - thick / 2, 62), (x + lean, top), (x + lean + thick * 0.5, top),
                               (x + thick / 2, 62)], paint)  # fmt: skip
            for joint in range(5):
                y = 58 - joint * 8.5 - 2 * math.sin(number)
                scene.canvas.fill(rounded(x - thick * 0.6, y, thick * 1.25, 0.5, 0.2), paint)
                if row and (joint + number) % 2:
                    for turn in (62, 96, 124):
                        side = 1 if (number + joint) % 4 < 2 else -1
                        scene.canvas.fill(leaf(x, y, 8.5, 1.7, side * turn), paint)
    _basket(scene)


def _basket(scene: Scene) -> None:
    middle, reach = scene.wide / 2, scene.wide * 0.62
    bowl = [*arc(middle, 60, reach, 5.2, 180, 0), (middle + reach, 104), (middle - reach, 104)]
    bowl = [(x, 60 + (y - 60) * (-1 if y < 60 else 1)) for x, y in bowl]
    scene.canvas.fill(bowl, ("#C48A48", "#7A4B22"))
    step = 7.2
    for row in range(8):
        for column in range(-2, int(scene.wide // step) + 3):
            x = column * step - 2
            sag = 5.2 * math.sqrt(max(1 - ((x + step / 2 - middle) / reach) ** 2, 0))
            turn = (row + column) % 2
            strip = rounded(x + 0.25, 58 + sag + row * 5.6, step - 0.5, 5.1, 1.2)
            paint = ("#F2D095", "#CE9650") if turn else ("#D9A45F", "#A06A34")
            scene.canvas.fill(strip, paint, across=not turn, inside=bowl)
    dark = smooth([(-8, 50), (-8, 112), (scene.wide * 0.42, 112), (scene.wide * 0.1, 78)])
    scene.canvas.fill(dark, "#3F220E", alpha=0.34, blur=5, inside=bowl)
    scene.canvas.fill(ellipse(middle, 60, reach + 1.5, 7), ("#E9BF7C", "#8F5C2C"))
    scene.canvas.fill(ellipse(middle, 59.4, reach, 5.2), ("#4A2C13", "#8A5A2E"))


def orchard(scene: Scene) -> None:
    """Paint ripe fruit on its branches."""
    near, far = scene.light.green
    scene.sky((0.5, 39), 12)
    scene.shore(60, 0.55)
    for number, level in enumerate((62, 72, 84)):
        paint = (mix(far, near, number * 0.3), mix(far, near, 0.3 + number * 0.3))
        scene.hill(level, 2.2, 0.9 + number * 0.3, number * 2.2 + 0.6, paint)
    for side, edge in ((1, -4.0), (-1, scene.wide + 4)):
        reach = min(scene.wide * 0.5, 74)
        branch = smooth(
            [
                (edge, 46),
                (edge + side * reach * 0.4, 49),
                (edge + side * reach * 0.75, 56),
                (edge + side * reach, 66),
            ],
            closed=False,
        )
        scene.canvas.stroke(branch, "#4B3424", 2)
        for number, (x, y) in enumerate(branch[2::3]):
            for turn in (64 + 34 * (number % 3), -40 + 26 * (number % 2), 168 - 40 * (number % 2)):
                paint = (mix(near, "#A7CB74", 0.7 - 0.2 * (turn % 2)), near)
                scene.canvas.fill(leaf(x, y, 14, 6, side * turn), paint)
        for number, (x, y) in enumerate(branch[4::6]):
            _fruit(scene, x, y + 10 + 3 * (number % 2), 6.4)


def _fruit(scene: Scene, x: float, y: float, size: float) -> None:
    scene.canvas.stroke([(x, y - size * 1.6), (x, y - size * 0.8)], "#5B4A28", 0.5)
    body = ellipse(x, y, size, size)
    scene.canvas.fill(body, ("#F2A13C", "#B93A22"))
    scene.canvas.fill(
        ellipse(x + size * 0.3, y - size * 0.35, size * 0.34, size * 0.26, 30),
        "#FFE3B0",
        alpha=0.75,
        blur=size * 0.08,
    )
    scene.canvas.fill(ellipse(x - size * 0.7, y + size * 0.5, size, size), "#6E1F14", alpha=0.3,
                      blur=size * 0.2, inside=body)  # fmt: skip


def flower(scene: Scene) -> None:
    """Paint a branch of yellow apricot blossom."""
    scene.sky((0.36, 42), 13)
    scene.shore(64, 0.6)
    scene.hill(65, 1.2, 1, 0.4, (scene.fade(scene.light.green[0], 0.4), scene.light.green[0]))
    edge, reach = scene.wide + 3, min(scene.wide * 0.8, 110)
    main = smooth(
        [(edge, 96), (edge - reach * 0.3, 76), (edge - reach * 0.62, 70), (edge - reach, 52)],
        closed=False,
    )
    twig = smooth([main[18], (edge - reach * 0.5, 52), (edge - reach * 0.62, 38)], closed=False)
    low = smooth([main[10], (edge - reach * 0.42, 88), (edge - reach * 0.74, 90)], closed=False)
    for path, thick in ((main, 2.2), (twig, 1.2), (low, 1.2)):
        scene.canvas.stroke(path, "#3E2A20", thick)
    for path, step in ((main, 5), (twig, 6), (low, 6)):
        for number, (x, y) in enumerate(path[3::step]):
            side = 1 if number % 2 else -1
            size = 6 + 1.8 * math.sin(number * 2.2)
            bud = leaf(x - side * 2, y - side * 2, 4.4, 2.6, side * -120)
            scene.canvas.fill(bud, ("#F7D45B", "#8AA04A"))
            _blossom(scene, x + side * 1.5, y + side * 4, size, number * 31)


def _blossom(scene: Scene, x: float, y: float, size: float, turn: float) -> None:
    for petal in range(5):
        path = moved(leaf(0, 0, size, size * 0.92, petal * 72 + turn), x, y)
        scene.canvas.fill(path, ("#FBDD63", "#F0A91F"))
        scene.canvas.stroke(
            moved([(0, -size * 0.2), (0, -size * 0.62)], x, y, turn=petal * 72 + turn),
            "#D98B12",
            size * 0.035,
            alpha=0.7,
        )
    scene.canvas.fill(ellipse(x, y, size * 0.2, size * 0.2), ("#C4552B", "#8F3420"))


SCENES: Mapping[str, tuple[Painter, ...]] = {
    "salt_seasoning": (salt,),
    "rice": (rice,),
    "frozen_seafood": (sea,),
    "fresh_food": (garden,),
    "processed_food": (drying, jars, river),
    "handicraft": (weave,),
    "herbal": (garden,),
    "health_supplement": (garden,),
    "cosmetic": (garden,),
    "soft_drink": (orchard,),
    "alcohol": (orchard,),
    "ornamental": (flower,),
    "tourism_service": (river,),
}
PLAIN: tuple[Painter, ...] = (river,)
"""For a class that has no landscape of its own."""


def variant(motif: str, name: str) -> tuple[int, int]:
    """Return which of its landscapes a product gets, and which time of day."""
    pick = int(digest(name, size=4), 16)
    scenes = SCENES.get(motif, PLAIN)
    return pick % len(scenes), pick // len(scenes) % len(LIGHTS)


def ground(
    motif: str, choice: tuple[int, int], width: int, height: int, dark: int = 0
) -> Image.Image:
    """Return a landscape for a product class, as `variant` chose it.

    Args:
        dark: Pixels from the top down to which white words can be read.
    """
    scene = Scene(width, height, LIGHTS[choice[1]], dark=100 * dark / height)
    SCENES.get(motif, PLAIN)[choice[0]](scene)
    if dark:
        scene.canvas.veil(scene.dark, VEIL_FADES, scene.light.sky[0], VEIL)
    scene.canvas.grain()
    return scene.canvas.picture
