"""Cards against the plain JPEG encode of the same picture, side by side in one run.

    .venv/bin/python -m benchmarks.cards [rounds]

A warm card has its photo or ground prepared and new words and a new link; a cold one prepares it
from a photo of twelve megapixels. The floor is a copy of the finished picture and its encoding,
taken in turns with the cards, so that the machine's mood falls on both. Prints CPU milliseconds
(medians) and their ratio.
"""

import io
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import PIL
from PIL import Image

from promoter.core.model import FORMATS, Format
from promoter.core.wording import CardWords
from promoter.render.card import QUALITY
from promoter.render.studio import Studio

ASSETS = Path(__file__).parent.parent / "assets"
ROUNDS = 60
COLD_ROUNDS = 5
FOCUS = (0.5, 0.5)
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
PLACES = ("xã Vĩnh Lợi", "xã Hồng Dân", "phường Bạc Liêu", "xã Gành Hào", "xã Phước Long")


def photo() -> bytes:
    """Return a photo of twelve megapixels with the detail of a real one."""
    noise = Image.effect_noise((1000, 750), 90).resize((4000, 3000), Image.Resampling.BICUBIC)
    ramp = Image.linear_gradient("L").resize((4000, 3000))
    data = io.BytesIO()
    Image.merge("RGB", (noise, ramp, noise.rotate(180))).save(data, "JPEG", quality=90)
    return data.getvalue()


def words(number: int) -> CardWords:
    """Return the words of one card of many: other name, price, place."""
    return replace(
        WORDS,
        name=f"Muối hạt Bạc Liêu {number % 97}",
        price=f"{15 + number % 60}.000 đ",
        place=f"{PLACES[number % len(PLACES)]}, tỉnh Cà Mau",
    )


def measured(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds of some work."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def encoded(picture: Image.Image) -> None:
    """Do what no card can do without: copy the picture and encode it."""
    picture.copy().save(io.BytesIO(), "JPEG", quality=QUALITY)


def warm(studio: Studio, form: Format, data: bytes | None, rounds: int) -> tuple[float, float]:
    """Return medians of a warm card and of the floor."""

    def card(number: int) -> bytes:
        link = f"https://ocop.example.vn/q/k7m2p9x{number:03d}"
        return studio.card("spotlight", words(number), data, FOCUS, form, link)

    finished = Image.open(io.BytesIO(card(0))).convert("RGB")
    card(1)
    cards, floors = [], []
    for number in range(rounds):
        cards.append(measured(lambda number=number: card(number)))  # type: ignore[misc]
        floors.append(measured(lambda: encoded(finished)))
    return statistics.median(cards), statistics.median(floors)


def cold(form: Format, data: bytes | None) -> float:
    """Return the median of a card by a studio that has prepared nothing."""
    found = []
    for _ in range(COLD_ROUNDS):
        studio = Studio(ASSETS)
        link = "https://ocop.example.vn/q/k7m2p9x4ab"
        found.append(
            measured(lambda: studio.card("spotlight", WORDS, data, FOCUS, form, link))  # noqa: B023
        )
    return statistics.median(found)


def main() -> None:
    """Print one line for each format, with and without a photo."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    studio, data = Studio(ASSETS), photo()
    print(
        f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}, "
        f"Pillow {PIL.__version__}; {rounds} rounds, CPU ms, medians"
    )
    print(f"{'format':10}{'picture':9}{'warm':>7}{'floor':>7}{'ratio':>7}{'cold':>8}")
    for form in FORMATS.values():
        for name, given in (("photo", data), ("drawn", None)):
            card, floor = warm(studio, form, given, rounds)
            first = cold(form, given)
            print(
                f"{form.name:10}{name:9}{card:7.1f}{floor:7.1f}{card / floor:7.2f}{first:8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
