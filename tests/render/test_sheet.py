"""Contact sheets: many cards on one page, each with its name."""

import io

from PIL import Image

from promoter.render.sheet import GAP, TILE
from tests.world import studio


def jpeg(width: int, height: int, colour: str) -> bytes:
    """Return a plain picture."""
    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, "JPEG")
    return data.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return a sheet's picture."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_six_pictures_stand_in_a_row() -> None:
    """Seven need two rows."""
    six = opened(studio().sheet([(jpeg(400, 400, "#B23A24"), "BL-001")] * 6))
    seven = opened(studio().sheet([(jpeg(400, 400, "#B23A24"), "BL-001")] * 7))
    assert six.width == seven.width == 6 * (TILE + GAP) + GAP
    assert seven.height > six.height


def test_pictures_of_any_shape_are_shown_whole() -> None:
    """A wide and a tall one keep their proportions."""
    sheet = opened(
        studio().sheet([(jpeg(1200, 630, "#0000FF"), "a"), (jpeg(1080, 1920, "#FF0000"), "b")])
    )
    blue = sum(1 for x in range(sheet.width) if _near(sheet, x, 380, (0, 0, 254)))
    red = sum(1 for x in range(sheet.width) if _near(sheet, x, 380, (254, 0, 0)))
    assert abs(blue - TILE) <= 3
    assert abs(red - 360 * 1080 // 1920) <= 3


def test_long_names_and_no_pictures_are_no_trouble() -> None:
    """A name is shortened; an empty sheet is an empty page."""
    assert opened(studio().sheet([(jpeg(50, 50, "#000000"), "Muối hạt " * 20)]))
    assert opened(studio().sheet([]))


def test_the_same_pictures_give_the_same_bytes() -> None:
    """A sheet can be compared with the last one."""
    items = [(jpeg(300, 300, "#E9A23B"), "BL-086")]
    assert studio().sheet(items) == studio().sheet(items)


def _near(sheet: Image.Image, x: int, y: int, colour: tuple[int, int, int]) -> bool:
    found = sheet.getpixel((x, y))
    assert isinstance(found, tuple)
    return max(abs(a - b) for a, b in zip(found, colour, strict=True)) < 60
