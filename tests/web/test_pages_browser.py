"""The pages in a real browser: nothing overflows, nothing is missing, nothing is slow to load."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from promoter.core.delivery import State
from promoter.core.model import Photo
from promoter.store.database import open_store
from tests import words
from tests.web.office import NOW, Reader, SmallOffice, picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATHS = [
    "/",
    "/products",
    "/p/BL-086",
    "/p/BL-102",
    "/p/BL-106",
    "/producers",
    "/showcase",
    "/privacy",
]
LIGHT = 120 * 1024
"""Most bytes of a product page with its picture: 2.4 s at 400 kbit/s."""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The sample catalogue with some posts, served."""
    folder = tmp_path_factory.mktemp("pages")
    store = open_store(f"sqlite:///{folder}/promoter.db")
    office = SmallOffice(store, folder)
    photo = Photo(sha256=office.media.put(picture("photo")), sample=True)
    products = words.catalogue() | {
        "BL-001": words.catalogue()["BL-001"].model_copy(update={"photos": (photo,)})
    }
    office.stock(products.values(), words.makers().values())
    for number, code in enumerate(("BL-086", "BL-102", "BL-001", "BL-033", "BL-039")):
        office.post(code, at=NOW - timedelta(days=number + 1))
        office.post(code, at=NOW + timedelta(days=number + 1), state=State.DUE)
    with office.served(sample=True) as found:
        yield found
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless Chromium, if this machine has one."""
    api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


def opened(browser: "Browser", url: str, width: int, scale: int = 1) -> tuple["Page", list[str]]:
    """Open a page as a new visitor, and scroll through it; return it and what went wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": 740}, device_scale_factor=scale
    )
    page = context.new_page()
    wrong: list[str] = []

    def note(said: "ConsoleMessage") -> None:
        if said.type == "error":
            wrong.append(said.text)

    page.on("console", note)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url, wait_until="load")
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 500) "
        "{ scrollTo(0, y); await new Promise(requestAnimationFrame); } }"
    )
    page.wait_for_load_state("networkidle")
    return page, wrong


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_its_window_and_misses_nothing(
    browser: "Browser", reader: Reader, path: str, width: int
) -> None:
    page, wrong = opened(browser, reader.url + path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate(
            "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"
        )
        == []
    )
    assert page.evaluate("document.fonts.check('800 20px \"Be Vietnam Pro\"', 'ặ')")
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("path", ["/p/BL-086", "/p/BL-001", "/p/BL-106"])
def test_a_product_page_is_light_on_a_sharp_phone(
    browser: "Browser", reader: Reader, path: str
) -> None:
    page, _ = opened(browser, reader.url + path, 360, 3)
    weight = page.evaluate(
        "[...performance.getEntriesByType('resource'), "
        "...performance.getEntriesByType('navigation')].reduce((sum, e) => sum + e.transferSize, 0)"
    )
    assert 20_000 < weight <= LIGHT
    page.context.close()


@pytest.mark.parametrize("path", ["/", "/products", "/p/BL-086"])
def test_what_a_finger_must_hit_is_large_enough(
    browser: "Browser", reader: Reader, path: str
) -> None:
    page, _ = opened(browser, reader.url + path, 360)
    small = page.evaluate(
        "[...document.querySelectorAll('a.button, button, select, input, nav a')]"
        ".filter(e => e.getBoundingClientRect().height < 36).map(e => e.outerHTML)"
    )
    assert small == []
    page.context.close()


def test_the_pages_work_without_script(browser: "Browser", reader: Reader) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{reader.url}/")
    assert page.locator(".card").count() == 5
    assert page.locator("time").first.text_content() == "11:42"
    context.close()
