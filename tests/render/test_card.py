"""Cards: every word stays in its place, is legible, and is never cut off."""

import io
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from promoter.core.catalogue import Reading, read
from promoter.core.errors import ConfigError
from promoter.core.kind import GROUPS
from promoter.core.model import FORMATS, Format
from promoter.core.wording import CardWords, Voice, card_words
from promoter.locale import Locale
from promoter.render.places import Sheet
from promoter.render.studio import Box, Studio
from promoter.sources import spreadsheet
from tests.world import ASSETS, studio

DAY = date(2026, 11, 23)
LINK = "https://ocop.example.vn/q/k7m2p9x4ab"
WORDS = CardWords(
    kicker="Thực phẩm",
    name="Muối hạt Bạc Liêu",
    stars=4,
    rank="OCOP 4 sao",
    facts=("Chỉ dẫn địa lý Bạc Liêu", "Hạt to, khô ráo, mặn đậm mà hậu vị ngọt nhẹ"),
    price="15.000 đ",
    unit="gói 1 kg",
    producer="Công ty CP Diêm Sản Biển Đông (mẫu)",
    place="xã Vĩnh Lợi, tỉnh Cà Mau",
    notices=(),
    call="Quét mã để xem và đặt mua",
    motif="salt_seasoning",
)
NOTICES = (
    "Thực phẩm bảo vệ sức khỏe. Thực phẩm này không phải là thuốc và không có tác dụng thay thế"
    " thuốc chữa bệnh.",
    "Lưu ý: người dị ứng tôm, cua, cá, sữa, đậu phộng hoặc mè không dùng.",
    "Phụ nữ mang thai, trẻ em dưới 18 tuổi và người đang dùng thuốc cần hỏi ý kiến bác sĩ trước"
    " khi sử dụng.",
)
LONG = replace(
    WORDS,
    name="Viên nang đông trùng hạ thảo (thực phẩm bảo vệ sức khỏe)",
    producer="Hộ kinh doanh Chuối Quê Phong Thạnh Tây A (mẫu)",
    motif="health_supplement",
)

formats = pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))


@cache
def catalogue() -> Reading:
    """Return the sample catalogue."""
    folder = ASSETS / "catalog"
    config = spreadsheet.Config(
        path=folder / "products.csv",
        producers=folder / "producers.csv",
        communes=folder / "communes.csv",
    )
    return read(spreadsheet.connect(config).rows())


def all_words() -> Iterator[CardWords]:
    """Return the card words of every product of the sample catalogue."""
    locale = Locale("vi")
    voice = Voice(locale.say, locale.money, locale.day)
    makers = {maker.code: maker for maker in catalogue().producers}
    for product in catalogue().products:
        kicker = locale.say(GROUPS[product.group])
        yield card_words(product, makers[product.producer], DAY, voice, kicker)


def boxes(words: CardWords, form: Format) -> tuple[Box, ...]:
    """Return the lines of text of a card."""
    return studio().boxes("spotlight", words, form)


def sheet(words: CardWords, form: Format) -> Sheet:
    """Return where the words and shapes of a card stand."""
    return studio().layout("spotlight", words, form)


def card(words: CardWords, form: Format, photo: bytes | None = None) -> bytes:
    """Return a card."""
    return studio().card("spotlight", words, photo, (0.5, 0.5), form, LINK)


def picture(data: bytes) -> Image.Image:
    """Return a card's picture."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def said(words: CardWords, form: Format) -> str:
    """Return all that a card says, in one line."""
    return " ".join(box.text for box in boxes(words, form)).replace("\u00a0", " ")


def lines(words: CardWords, form: Format, text: str) -> list[Box]:
    """Return the lines of a card that are part of a text."""
    return [box for box in boxes(words, form) if box.text.replace("\u00a0", " ") in text]


def edges(box: Box) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a text's ink."""
    left, top, width, height = box.ink
    return left, top, left + width, top + height


def assert_in_place(found: tuple[Box, ...], form: Format) -> None:
    """Assert that all ink is in its room and on the card, and that no two lines touch."""
    for box in found:
        left, top, right, bottom = edges(box)
        assert box.inside(), box
        assert 0 <= left < right <= form.width, box
        assert 0 <= top < bottom <= form.height, box
    for number, one in enumerate(found):
        for two in found[number + 1 :]:
            assert apart(one, two), (one, two)


def apart(one: Box, two: Box) -> bool:
    """Tell whether two lines keep clear of each other."""
    # lines of one paragraph may lock into each other: a mark beside a tail
    lock = one.size // 5 if one.size == two.size else one.size // 12
    left, top, right, bottom = edges(one)
    other = edges(two)
    beside = right <= other[0] or other[2] <= left
    return beside or bottom - lock <= other[1] or other[3] - lock <= top


def luminance(colour: tuple[int, ...]) -> float:
    """Return the relative luminance of a colour (WCAG 2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Room


@formats
def test_every_text_of_every_product_stays_in_its_place(form: Format) -> None:
    """All products of the sample catalogue, as they are."""
    for words in all_words():
        assert_in_place(boxes(words, form), form)


@formats
def test_every_name_fits_beside_three_long_notices(form: Format) -> None:
    """The worst that law and catalogue can ask for together."""
    longest = sorted(all_words(), key=lambda words: -len(words.name))[:12]
    makers = sorted(all_words(), key=lambda words: -len(words.producer))[:3]
    for words in (*longest, *makers, LONG):
        assert_in_place(boxes(replace(words, notices=NOTICES), form), form)


@formats
def test_a_card_says_all_but_surplus_facts(form: Format) -> None:
    """Name, price, producer, place, call and notices are never dropped or shortened."""
    words = replace(LONG, notices=NOTICES)
    shown = said(words, form).casefold()
    for text in replace(words, facts=()).texts():
        assert text.casefold() in shown


@formats
def test_the_best_fact_is_shown(form: Format) -> None:
    """A plain card has room for it in every format."""
    assert WORDS.facts[0] in said(WORDS, form)


def test_words_that_cannot_fit_are_an_error_with_their_place() -> None:
    """Never cut off: whoever wrote them is told which and where."""
    words = replace(WORDS, name="Muối " * 60)
    with pytest.raises(ConfigError, match=r"spotlight.*square.*no room for «Muối"):
        boxes(words, FORMATS["square"])


def test_a_word_wider_than_the_card_is_an_error() -> None:
    """A line is never broken inside a word."""
    with pytest.raises(ConfigError, match="no room"):
        boxes(replace(WORDS, name="M" * 80), FORMATS["wide"])


@formats
def test_a_number_stays_with_its_unit(form: Format) -> None:
    """`500 g` is never parted by the end of a line."""
    for text in ("Hộp giấy 500 g hoặc túi 250 g", "Hộp 500 g", "Hộp giấy cứng 500 g"):
        for box in boxes(replace(WORDS, name=text), form):
            assert not box.text.endswith(("500", "250"))


@formats
def test_no_name_leaves_a_short_syllable_alone(form: Format) -> None:
    """The last line of a name of several lines has company."""
    for words in all_words():
        found = lines(words, form, words.name)
        if len(found) > 1 and " " in words.name:
            assert len(found[-1].text) >= 4, found


# Letters


def test_nfd_equals_nfc() -> None:
    """Letters typed in pieces give the same card."""
    pieces = replace(
        WORDS,
        name=unicodedata.normalize("NFD", WORDS.name),
        producer=unicodedata.normalize("NFD", WORDS.producer),
    )
    form = FORMATS["square"]
    assert pieces != WORDS
    assert boxes(pieces, form) == boxes(WORDS, form)


def test_emoji_are_left_out() -> None:
    """The font has none, and an empty box is worse."""
    form = FORMATS["square"]
    assert boxes(replace(WORDS, name="🧂 Muối hạt ⭐️ Bạc Liêu"), form) == boxes(WORDS, form)


def test_a_letter_that_the_font_lacks_is_an_error() -> None:
    """It is named, so that it can be replaced."""
    with pytest.raises(ConfigError, match="no 漢"):
        boxes(replace(WORDS, name="Muối 漢"), FORMATS["square"])


# Truth and law


@formats
def test_no_stars_without_a_certificate(form: Format) -> None:
    """With 0 stars nothing of stars or OCOP is drawn."""
    none = replace(WORDS, stars=0, rank="")
    assert "OCOP" not in said(none, form)
    assert "sao" not in said(none, form)
    assert (sheet(none, form).stars, sheet(none, form).badge) == (None, None)


@formats
def test_as_many_stars_as_were_recognised(form: Format) -> None:
    """Five are five."""
    for stars in (3, 4, 5):
        drawn = sheet(replace(WORDS, stars=stars, rank=f"OCOP {stars} sao"), form).stars
        assert drawn is not None
        assert drawn[3] == stars


@formats
def test_no_pill_without_a_price(form: Format) -> None:
    """An unknown price is not a price of nothing."""
    words = replace(WORDS, price="", unit="")
    assert sheet(words, form).pill is None
    assert "đ" not in said(words, form).split()


@formats
def test_notices_are_no_smaller_than_the_body(form: Format) -> None:
    """At least the size of the facts."""
    for words in (replace(LONG, notices=NOTICES), replace(WORDS, notices=NOTICES[:1])):
        notices = [box for text in words.notices for box in lines(words, form, text)]
        facts = [box.size for text in words.facts for box in lines(words, form, text)]
        assert notices
        assert all(box.size >= max(facts, default=0) for box in notices)


@formats
def test_every_text_stands_out_from_its_ground(form: Format) -> None:
    """At least 4.5 : 1 (WCAG 2 AA), measured in the finished picture, notices included."""
    words = replace(WORDS, notices=NOTICES[:2])
    shown = picture(card(words, form))
    for box in boxes(words, form):
        pixels = shown.crop(edges(box)).quantize(8).convert("RGB").getcolors() or []
        colours = [colour for _, colour in pixels if isinstance(colour, tuple)]
        lights = sorted(luminance(colour) for colour in colours)
        assert (lights[-1] + 0.05) / (lights[0] + 0.05) >= 4.5, box


@formats
def test_the_warning_of_alcohol_takes_a_tenth_of_the_picture(form: Format) -> None:
    """Decree 24/2020, article 5."""
    warning = "Người dưới 18 tuổi không được uống rượu, bia."
    notice = sheet(replace(WORDS, notices=(warning,), motif="alcohol"), form).notice
    assert notice is not None
    assert notice[2] * notice[3] >= 0.1 * form.width * form.height


# Pictures


@formats
def test_the_qr_code_leads_to_the_link(form: Format) -> None:
    """It is read back from the JPEG that goes out, also at half its size."""
    shown = picture(card(WORDS, form))
    assert shown.size == (form.width, form.height)
    for tried in (shown, shown.reduce(2)):
        assert [code.text for code in zxingcpp.read_barcodes(tried)] == [LINK]


def test_same_inputs_same_bytes() -> None:
    """Also in another studio, and whether or not the ground was prepared."""
    form = FORMATS["wide"]
    assert (
        card(WORDS, form)
        == card(WORDS, form)
        == Studio(ASSETS).card("spotlight", WORDS, None, (0.5, 0.5), form, LINK)
    )


def test_threads_do_not_disturb_each_other() -> None:
    """Eight cards at once are the eight cards."""
    form = FORMATS["wide"]
    words = [replace(WORDS, price=f"{number}.000 đ") for number in range(10, 18)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda item: card(item, form), words))
    assert together == [card(item, form) for item in words]


def test_a_photo_is_cut_around_its_focus() -> None:
    """The focus point at the left keeps the left of a wide photo."""
    data = io.BytesIO()
    photo = Image.new("RGB", (3000, 600), "#FF0000")
    photo.paste("#0000FF", (1500, 0, 3000, 600))
    photo.save(data, "JPEG", quality=95)
    for focus, expected in (((0.1, 0.5), (254, 0, 0)), ((0.9, 0.5), (0, 0, 254))):
        made = studio().card("spotlight", WORDS, data.getvalue(), focus, FORMATS["square"], LINK)
        colour = picture(made).getpixel((540, 330))
        assert isinstance(colour, tuple)
        assert max(abs(a - b) for a, b in zip(colour, expected, strict=True)) < 40


def test_a_photo_that_is_none_is_an_error() -> None:
    """What was meant as a photo and cannot be read is told, not left out."""
    with pytest.raises(ConfigError, match="photo cannot be read"):
        card(WORDS, FORMATS["square"], b"no picture")


# Files


def test_a_missing_font_is_an_error(tmp_path: Path) -> None:
    """It is named, with what to do."""
    shutil.copytree(ASSETS, tmp_path / "assets")
    (tmp_path / "assets/fonts/BeVietnamPro-700.ttf").unlink()
    with pytest.raises(ConfigError, match=r"BeVietnamPro-700\.ttf is missing or damaged"):
        Studio(tmp_path / "assets")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("cards/spotlight.toml", "lift = 150", "lifts = 150", "formats.square.lifts"),
        ("cards/spotlight.toml", "lift = 150", 'lift = "150"', "formats.square.lift"),
        ("cards/spotlight.toml", "qr = 232", "qr = -1", "formats.square.qr"),
        ("cards/spotlight.toml", "[formats.wide]", "[formats.broad]", "formats.broad"),
        ("brand.toml", 'name = "Đặc sản', 'nam = "Đặc sản', "nam"),
        ("brand.toml", '"#0E5A5A"', '"teal"', "colours.deep"),
        ("brand.toml", "[colours]", "[colours", ""),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_key(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    """Unknown keys, wrong types and wrong values, each with its place."""
    shutil.copytree(ASSETS, tmp_path / "assets")
    path = tmp_path / "assets" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=path.name) as caught:
        Studio(tmp_path / "assets")
    assert message in [problem.key for problem in caught.value.problems]


def test_an_unknown_template_is_an_error() -> None:
    """The known ones are told."""
    with pytest.raises(ConfigError, match="poster; known are spotlight"):
        studio().digest("poster")


def test_the_digest_follows_template_brand_and_fonts(tmp_path: Path) -> None:
    """It changes with what a card is made from, and with nothing else."""
    shutil.copytree(ASSETS, tmp_path / "assets")
    before = studio().digest("spotlight")
    assert Studio(tmp_path / "assets").digest("spotlight") == before
    found = {before}
    for file, old, new in (
        ("cards/spotlight.toml", "lift = 150", "lift = 151"),
        ("brand.toml", "#0E5A5A", "#0E5A5B"),
    ):
        path = tmp_path / "assets" / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        found.add(Studio(tmp_path / "assets").digest("spotlight"))
    assert len(found) == 3


# Reading back


@pytest.mark.ocr
@formats
def test_a_reader_finds_the_words_in_the_picture(form: Format, tmp_path: Path) -> None:
    """Tesseract reads name, price and producer from the JPEG."""
    if not shutil.which("tesseract"):
        pytest.skip("tesseract is not installed")
    shown = picture(card(WORDS, form))
    texts = (WORDS.name, WORDS.producer, WORDS.place, *WORDS.facts)
    for box in [box for text in texts for box in lines(WORDS, form, text)]:
        left, top, right, bottom = edges(box)
        crop = shown.crop((left - 7, top - 7, right + 7, bottom + 7))
        crop = crop.resize((crop.width * 2, crop.height * 2), Image.Resampling.LANCZOS)
        crop.save(tmp_path / "line.png")
        command = ["tesseract", str(tmp_path / "line.png"), "-", "-l", "vie", "--psm", "7"]
        heard = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = unicodedata.normalize("NFC", heard).strip(" _-|\n")
        same = sum(a == b for a, b in zip(found, box.text.replace("\u00a0", " "), strict=False))
        assert same >= 0.85 * len(box.text), (found, box.text)
