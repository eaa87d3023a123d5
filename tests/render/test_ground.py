"""Landscapes of cards without a photo: the brand's name can be read on each of them."""

import pytest
from PIL import Image

from promoter.core.kind import CLASSES
from promoter.core.model import FORMATS, Format
from promoter.render.ground import PLAIN, SCENES, ground, variant
from promoter.render.paint import Canvas, ellipse
from promoter.render.scenery import LIGHTS
from promoter.render.template import contrast
from tests.render.test_card import WORDS
from tests.world import studio

LARGE = 3.0
"""Least contrast of large bold words (WCAG AA)."""
PAPER = "#FBF8F1"
formats = pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))


def brightest(picture: Image.Image) -> str:
    """Return the lightest colour of a picture, in patches of eight pixels."""
    small = picture.resize((max(picture.width // 8, 1), max(picture.height // 8, 1)))
    found = [item for _, item in small.getcolors(small.width * small.height) or []]
    red, green, blue = max((item for item in found if isinstance(item, tuple)), key=sum)
    return f"#{red:02X}{green:02X}{blue:02X}"


@formats
@pytest.mark.parametrize("motif", [*SCENES, "something new"])
def test_the_brands_name_reads_on_every_landscape(motif: str, form: Format) -> None:
    """At every time of day: no sun, cloud or blossom stands behind it."""
    box = next(b for b in studio().boxes("spotlight", WORDS, form) if b.text.startswith("Đặc sản"))
    left, top, wide, tall = box.ink
    width, height = {"square": (1080, 560), "portrait": (1080, 760), "story": (1080, 1000),
                     "wide": (520, 630)}[form.name]  # fmt: skip
    for scene in range(len(SCENES.get(motif, PLAIN))):
        for light in range(len(LIGHTS)):
            picture = ground(motif, (scene, light), width, height, top + tall)
            behind = picture.crop((left, top, left + wide, top + tall))
            assert contrast(brightest(behind), PAPER) >= LARGE, (motif, scene, light)


def test_every_class_has_a_landscape_and_every_variant_exists() -> None:
    """Names decide among them, and use them all."""
    assert set(SCENES) == set(CLASSES)
    found = {variant("processed_food", f"Bánh {number}") for number in range(200)}
    assert found == {(scene, light) for scene in range(3) for light in range(3)}


def test_a_landscape_is_the_same_each_time() -> None:
    """Its grain too."""
    one = ground("rice", (0, 1), 300, 200)
    assert one.tobytes() == ground("rice", (0, 1), 300, 200).tobytes()


def test_edges_are_smooth() -> None:
    """A disc has tones between its colour and its ground."""
    canvas = Canvas(40, 40)
    canvas.fill(ellipse(20, 20, 15, 15), "#FFFFFF")
    tones = canvas.picture.convert("L").getcolors() or []
    assert len(tones) > 8
