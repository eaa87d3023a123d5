"""Photos on cards: upright, in the right colours, and named when they are only samples."""

import io
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image, ImageChops

from promoter.core.errors import ConfigError
from promoter.core.model import FORMATS, Format
from promoter.render.photo import Bases, crop, cropped
from promoter.render.template import contrast
from tests.render.test_card import LINK, LONG, WORDS, assert_in_place
from tests.world import studio

SAMPLE = "Hình minh họa mẫu"
formats = pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))


def jpeg(*, orientation: int = 1) -> bytes:
    """Return a photo whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (800, 400), "#D01010")
    picture.paste("#1010D0", (400, 0, 800, 400))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=95, exif=exif)
    return data.getvalue()


def colour(picture: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    """Return a pixel."""
    found = picture.getpixel(at)
    assert isinstance(found, tuple)
    return found


@formats
def test_a_sample_is_named_clear_of_all_other_words(form: Format) -> None:
    """Also where the panel has grown into the picture."""
    for words in (WORDS, LONG):
        found = studio().boxes("spotlight", words, form, SAMPLE)
        assert [box for box in found if box.text == SAMPLE]
        assert_in_place(found, form)
    assert studio().layout("spotlight", WORDS, form).label is None


@formats
def test_the_name_of_a_sample_is_drawn_and_changes_nothing_else(form: Format) -> None:
    """Only its own place differs from the card without it."""
    make = studio().card
    plain = make("spotlight", WORDS, jpeg(), (0.5, 0.5), form, LINK)
    named = make("spotlight", WORDS, jpeg(), (0.5, 0.5), form, LINK, SAMPLE)
    place = studio().layout("spotlight", WORDS, form, SAMPLE).label
    one, two = (Image.open(io.BytesIO(data)).convert("L") for data in (plain, named))
    changed = ImageChops.difference(one, two).point(lambda value: 255 if value > 24 else 0)
    left, top, right, bottom = changed.getbbox() or (0, 0, 0, 0)
    assert place is not None
    assert place[0] - 16 <= left < right <= place[0] + place[2] + 16
    assert place[1] - 16 <= top < bottom <= place[1] + place[3] + 16


@formats
def test_the_scrim_ends_soon_below_the_brands_name(form: Format) -> None:
    """What is shown is not greyed: a white photo is white again at half its height."""
    data = io.BytesIO()
    Image.new("RGB", (1200, 900), "#FFFFFF").save(data, "JPEG", quality=95)
    made = studio().card("spotlight", WORDS, data.getvalue(), (0.5, 0.5), form, LINK)
    picture = Image.open(io.BytesIO(made)).convert("RGB")
    sheet = studio().layout("spotlight", WORDS, form)
    brand = next(line for line in sheet.lines if line.text == "Đặc sản Bạc Liêu")
    assert max(colour(picture, (20, brand.y))) < 200
    assert min(colour(picture, (20, brand.y + brand.size * 4))) > 240


def test_a_photo_taken_upright_stays_upright() -> None:
    """The camera turned it by EXIF: red is at the top then."""
    upright = cropped(jpeg(orientation=6), (0.5, 0.5), 200, 400)
    assert colour(upright, (100, 60))[0] > 180
    assert colour(upright, (100, 340))[2] > 180


def test_a_transparent_picture_stands_on_white() -> None:
    """Not on black."""
    data = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(data, "PNG")
    assert colour(cropped(data.getvalue(), (0.5, 0.5), 20, 20), (10, 10)) == (255, 255, 255)


def test_a_photo_that_breaks_off_is_an_error() -> None:
    """Half a file is not half a picture."""
    whole = jpeg()
    with pytest.raises(ConfigError, match="photo cannot be read"):
        cropped(whole[: len(whole) // 2], (0.5, 0.5), 100, 100)


@pytest.mark.parametrize("focus", [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.1, 0.9)])
def test_a_crop_stays_in_the_picture_and_has_the_wanted_shape(focus: tuple[float, float]) -> None:
    """Wherever the focus is."""
    for size in ((4000, 3000), (600, 3000), (100, 100)):
        left, top, right, bottom = crop(size, focus, 1080, 560)
        assert -0.01 <= left < right <= size[0] + 0.01
        assert -0.01 <= top < bottom <= size[1] + 0.01
        assert (right - left) / (bottom - top) == pytest.approx(1080 / 560)


def test_prepared_pictures_are_kept_within_their_bound() -> None:
    """The oldest goes first; what is given out is a copy."""
    bases, made = Bases(limit=2 * 10 * 10 * 4), list[str]()

    def make(name: str) -> Image.Image:
        made.append(name)
        return Image.new("RGB", (10, 10))

    for name in ("a", "b", "a", "c", "a", "b"):
        found = bases.get((name,), lambda name=name: make(name))  # type: ignore[misc]
        found.paste("#FFFFFF", (0, 0, 10, 10))
    assert made == ["a", "b", "c", "b"]
    assert colour(bases.get(("b",), lambda: make("b")), (5, 5)) == (0, 0, 0)


@formats
def test_the_first_fact_shown_is_the_strong_one(form: Format) -> None:
    """Also when the best one has no room."""
    words = replace(WORDS, facts=("M" * 70, *WORDS.facts))
    lines = studio().layout("spotlight", words, form).lines
    first = next(line for line in lines if line.text.startswith("Chỉ dẫn"))
    assert (first.weight, first.colour) == (600, "ink")


@formats
def test_the_code_has_its_quiet_zone(form: Format) -> None:
    """Four modules of white on each side (ISO/IEC 18004)."""
    left, top, side = studio().layout("spotlight", WORDS, form).qr
    made = studio().card("spotlight", WORDS, None, (0.5, 0.5), form, LINK)
    inner = (left + 6, top + 6, left + side - 6, top + side - 6)
    code = Image.open(io.BytesIO(made)).convert("L").crop(inner)
    box = code.point(lambda value: 255 if value < 128 else 0).getbbox()
    plain = zxingcpp.create_barcode(LINK, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = Image.fromarray(plain.to_image(scale=1, add_quiet_zones=False)).width
    assert box is not None
    module = (box[2] - box[0]) / modules
    assert module == round(module)
    margins = (box[0], box[1], code.width - box[2], code.height - box[3])
    assert min(margins) + 6 >= 4 * module


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21, a colour on itself is 1."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#B23A24", "#B23A24") == 1
