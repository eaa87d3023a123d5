"""The public pages say what is true and lawful today, to people on weak phones."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from promoter.core import rules
from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.core.model import Candidacy, Money, Photo, Shop
from promoter.store.database import Store, open_store
from promoter.store.tables import ProductRow
from promoter.web.public.catalogue import folded
from promoter.web.public.pages import report_path
from promoter.web.public.site import brand, linked
from promoter.web.public.structured import script, valid_gtin
from tests import make, words
from tests.web.office import BRAND, NOW, URL, Reader, SmallOffice, picture, salt_office

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
EXPIRED = make.certificate(stars=3, expires_on=TODAY)
ASSETS = Path(__file__).parent.parent.parent / "assets"


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> SmallOffice:
    return salt_office(sqlite_store, tmp_path)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The whole sample catalogue, served."""
    folder = tmp_path_factory.mktemp("sample")
    store = open_store(f"sqlite:///{folder}/promoter.db")
    whole = SmallOffice(store, folder)
    whole.stock(words.catalogue().values(), words.makers().values())
    with whole.served(sample=True) as reader:
        yield reader
    store.close()


def product_page(office: SmallOffice, **changes: Any) -> str:
    """Return the page of one more product."""
    office.stock([make.product("BL-001", **changes)], [make.producer("P01", name="HTX Mẫu")])
    with office.served() as reader:
        answer = reader.get("/p/BL-001")
    assert answer.status_code == 200
    return answer.text


def data_of(page: str) -> dict[str, Any]:
    """Return the page's schema.org data."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    value: dict[str, Any] = json.loads(found[1])
    return value


# Truth and law


def test_a_rank_in_force_is_told_in_words_stars_and_data(office: SmallOffice) -> None:
    with office.served() as reader:
        page = reader.get("/p/BL-086").text
    assert "OCOP 4 stars" in page
    assert page.count('class="star"') == 4
    assert "in force until 11 Nov 2027" in page
    assert data_of(page)["award"] == "OCOP 4 stars"


def test_on_its_anniversary_a_certificate_leaves_no_word_on_the_page(office: SmallOffice) -> None:
    office.stock(
        [make.product("BL-102", name="Cốm dẹp", certificate=EXPIRED, producer="P47")],
        [make.producer("P47", name="Hộ kinh doanh Cốm Dẹp (mẫu)")],
    )
    office.post("BL-102", at=NOW - 100 * DAY)
    with office.served(sample=True) as reader:
        page = reader.get("/p/BL-102").text
    assert "ocop" not in page.lower()
    assert "star" not in page.replace("/report", "").lower().replace("start", "")
    assert "2863" not in page and EXPIRED.decision not in page
    assert "award" not in data_of(page)


def test_a_card_that_states_what_is_no_longer_true_is_not_shown(office: SmallOffice) -> None:
    office.post("BL-086", at=NOW - DAY)
    with office.served() as reader:
        assert "Card of Muối hạt" in reader.get("/p/BL-086").text
        with office.store.write() as session:
            row = session.get_one(ProductRow, "BL-086")
            row.record = row.record | {"price": {"amount": 16000, "currency": "VND"}}
        page = reader.get("/p/BL-086").text
    assert "Card of Muối hạt" not in page and "og:image" not in page
    assert "ground-salt" in page


def test_a_candidacy_for_five_stars_is_nowhere(office: SmallOffice) -> None:
    asked = Candidacy(stars=5, since=date(2024, 11, 12), status="pending")
    page = product_page(office, name="Muối tinh Bạc Liêu", candidacy=asked, producer="P01")
    assert "OCOP 4 stars" in page
    assert "5 stars" not in page and "pending" not in page
    assert page.count('class="star"') == 4


def test_every_page_of_the_sample_catalogue_claims_only_what_is_in_force(sample: Reader) -> None:
    shown = 0
    for code, product in words.catalogue().items():
        answer = sample.get(f"/p/{code}")
        refused = rules.refusal(product, TODAY, age_gated=False)
        assert answer.status_code == (404 if refused else 200), code
        if not refused:
            shown += 1
            stars = '<path d="M10' in answer.text
            assert stars == (product.certificate_on(TODAY) is not None), code
            assert rules.claims(_visible(answer.text), product, TODAY) == [], code
    assert shown > 130


def _visible(page: str) -> str:
    text = re.sub(r"<style.*?</style>|<svg.*?</svg>", " ", page, flags=re.S)
    attributes = " ".join(re.findall(r'(?:alt|title|content|aria-label)="([^"]*)"', text))
    return unescape(re.sub(r"<[^>]+>", " ", text) + attributes)


@pytest.mark.parametrize("code", ["BL-062", "BL-094", "BL-014", "BL-057"])
def test_what_may_not_be_advertised_has_no_page_and_is_in_no_list(
    sample: Reader, code: str
) -> None:
    assert sample.get(f"/p/{code}").status_code == 404
    assert f"/p/{code}<" not in sample.get("/sitemap.xml").text
    name = words.catalogue()[code].name
    assert f"/p/{code}" not in sample.get(f"/products?q={name}").text


def test_the_words_that_the_law_wants_stand_on_the_page(sample: Reader) -> None:
    assert rules.SUPPLEMENT in unescape(sample.get("/p/BL-106").text)


def test_a_phone_is_shown_only_with_consent(office: SmallOffice) -> None:
    office.stock(
        [make.product("BL-001", producer="P01"), make.product("BL-002", producer="P02")],
        [
            make.producer("P01", name="HTX Một", phone="0100000101", phone_consent=True),
            make.producer("P02", name="HTX Hai", phone="0100000102", email="p02@example.com"),
        ],
    )
    with office.served() as reader:
        assert "tel:0100000101" in reader.get("/p/BL-001").text
        page = reader.get("/p/BL-002").text
    assert "0100000102" not in page and "p02@example.com" not in page


# Product page


def test_a_page_tells_price_place_and_papers(office: SmallOffice) -> None:
    page = product_page(
        office, producer="P01", allergens=("tôm", "cá"), shelf_life="12 tháng ở -18°C"
    )
    for part in (
        "15,000 VND",
        "gói 1 kg",
        "Xã Vĩnh Lợi, Cà Mau province",
        "before 1/7/2025: Thị trấn Châu Hưng, Huyện Vĩnh Lợi, Bạc Liêu",
        "02/P41-MAU/2024",
        "tôm, cá",
        "12 tháng ở -18°C",
    ):
        assert part in page


def test_without_a_price_the_page_says_to_ask(office: SmallOffice) -> None:
    page = product_page(office, price=None, producer="P01")
    assert "Ask the producer for the price." in page
    assert "offers" not in data_of(page)


def test_shops_are_plain_links_that_give_nothing_away(office: SmallOffice) -> None:
    shops = (
        Shop(name="Shopee", url="https://shopee.example.com/x"),
        Shop(name="Bad", url="javascript:alert(1)"),
    )
    page = product_page(office, producer="P01", shops=shops)
    assert 'href="https://shopee.example.com/x" rel="nofollow noopener"' in page
    assert "javascript:" not in page


def test_the_data_for_machines_is_whole(office: SmallOffice) -> None:
    post = office.post("BL-086", at=NOW - DAY)
    with office.served() as reader:
        page = reader.get("/p/BL-086").text
    data = data_of(page)
    assert data["@type"] == "Product"
    assert data["offers"] == {
        "@type": "Offer",
        "price": 15000,
        "priceCurrency": "VND",
        "url": f"{URL}/p/BL-086",
    }
    assert data["image"].startswith(f"{URL}/m/")
    assert f'<meta property="og:image" content="{data["image"]}">' in page
    assert post.code not in page


@pytest.mark.parametrize(
    ("gtin", "valid"),
    [("2000000000015", True), ("2000000000016", False), ("", False), ("20000000000ab", False)],
)
def test_a_gtin_is_told_only_with_a_right_check_digit(gtin: str, valid: bool) -> None:
    assert valid_gtin(gtin) is valid


EVIL = '<script>alert("x")</script>\'"><img src=x onerror=alert(1)>{{ 7*7 }}</title>'


def test_words_of_the_catalogue_are_never_markup(office: SmallOffice) -> None:
    office.stock(
        [make.product("BL-001", name=EVIL, description=EVIL, producer="P01", price_unit=EVIL)],
        [make.producer("P01", name=EVIL)],
    )
    office.post("BL-001", at=NOW - DAY)
    office.post("BL-001", at=NOW + DAY, state=State.DUE)
    paths = ["/", "/p/BL-001", "/products", "/producers", "/showcase", "/showcase/feed.atom"]
    with office.served(sample=True) as reader:
        for path in paths:
            page = reader.get(path).text
            assert "<script>alert" not in page, path
            assert "<img src=x" not in page, path
            assert "49" not in re.sub(r"[0-9a-f]{8,}", "", page.partition("{{")[2][:20]), path
        data = data_of(reader.get("/p/BL-001").text)
    assert data["name"] == EVIL


def test_data_for_machines_cannot_end_its_element() -> None:
    text = script({"name": "</script><!--\u2028"})
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><!--\u2028"}


def test_a_caption_s_addresses_become_links_and_nothing_else() -> None:
    found = linked('Xem <b> https://a.example/r/x?a=1&b="2". javascript:alert(1)')
    assert found == (
        'Xem &lt;b&gt; <a href="https://a.example/r/x?a=1&amp;b=">a.example/r/x?a=1&amp;b=</a>'
        "&#34;2&#34;. javascript:alert(1)"
    )


def test_a_photo_goes_before_a_card_and_an_illustration_is_called_one(office: SmallOffice) -> None:
    sha256 = office.media.put(picture("photo", (1600, 1200)))
    page = product_page(office, producer="P01", photos=(Photo(sha256=sha256, sample=True),))
    assert f"/m/{sha256}-480.webp 480w" in page
    assert 'width="1600" height="1200"' in page
    assert "Sample illustration" in page


def test_a_lost_photo_is_no_broken_picture(office: SmallOffice) -> None:
    page = product_page(office, producer="P01", photos=(Photo(sha256="ab" * 32),))
    assert "<img" not in page and "ground-salt" in page


# Catalogue


def test_the_catalogue_is_searched_without_accents(sample: Reader) -> None:
    page = sample.get("/products?q=MUOI+hat").text
    assert "/p/BL-086" in page and "/p/BL-001" not in page
    assert "/p/BL-086" in sample.get("/products?q=Muối hạt").text


@pytest.mark.parametrize("q", ["chau hung", "vinh loi bac lieu", "diem san bien dong", "bl-086"])
def test_a_product_is_found_by_place_producer_and_code(sample: Reader, q: str) -> None:
    assert "/p/BL-086" in sample.get(f"/products?q={q}").text


def test_a_group_and_a_producer_narrow_the_list(sample: Reader) -> None:
    page = sample.get("/products?group=tourism").text
    assert "2 products" in page
    assert "/p/BL-086" in sample.get("/products?producer=P41").text
    assert "/p/BL-001" not in sample.get("/products?producer=P41").text


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999", "page=x", "page=-1", "group=evil", "page=²"]
)
def test_odd_questions_get_a_page(sample: Reader, query: str) -> None:
    assert sample.get(f"/products?{query}").status_code == 200


def test_every_product_is_on_exactly_one_page_of_the_list(sample: Reader) -> None:
    found: list[str] = []
    for page in range(1, 7):
        found += re.findall(
            r'<li class="tile"><a href="/p/([^"]+)"', sample.get(f"/products?page={page}").text
        )
    listed = re.findall(r"/p/([^<]+)</loc>", sample.get("/sitemap.xml").text)
    assert sorted(found) == sorted(listed)
    assert len(set(found)) == len(found) > 130


def test_nothing_found_says_what_to_do(sample: Reader) -> None:
    assert "Try one word" in sample.get("/products?q=khongcogi").text


def test_an_import_is_seen_at_once(office: SmallOffice) -> None:
    with office.served() as reader:
        assert "HTX" not in reader.get("/products").text
        office.stock([make.product("BL-001", producer="P01")], [make.producer("P01", name="HTX")])
        assert "HTX" in reader.get("/products").text


def test_letters_are_folded_as_people_type_them() -> None:
    assert folded("Đặc sản Gành Hào") == "dac san ganh hao"


# Start, producers, collection, report


def test_the_start_page_shows_what_happened_and_what_comes_next(office: SmallOffice) -> None:
    office.post("BL-086", at=NOW - DAY)
    office.post("BL-086", at=NOW + timedelta(minutes=3), state=State.READY)
    office.post("BL-086", at=NOW - 2 * DAY, state=State.HELD)
    with office.served() as reader:
        page = reader.get("/").text
    assert "Card of Muối hạt Bạc Liêu" in page
    assert "11:45" in page
    assert "ready to go" in page and "held for a person" in page


def test_an_empty_office_has_every_page(sqlite_store: Store, tmp_path: Path) -> None:
    empty = SmallOffice(sqlite_store, tmp_path)
    with empty.served() as reader:
        for path in ("/", "/products", "/producers", "/showcase", "/privacy", "/sitemap.xml"):
            assert reader.get(path).status_code == 200, path


def test_a_post_of_several_products_has_their_page(office: SmallOffice) -> None:
    office.stock([make.product("BL-085", name="Muối tinh")], [])
    post = office.post("BL-086", "BL-085", at=NOW - DAY, producer="")
    with office.served() as reader:
        target = reader.get(f"/r/{post.code}").headers["Location"]
        page = reader.get(target.removeprefix(URL)).text
    assert page.index("/p/BL-086") < page.index("/p/BL-085")
    assert "Tết gifts" in page


def test_a_code_of_a_single_product_is_no_collection(office: SmallOffice) -> None:
    post = office.post("BL-086", at=NOW - DAY)
    with office.served() as reader:
        assert reader.get(f"/c/{post.code}").status_code == 404


def test_producers_are_listed_with_their_exposure(office: SmallOffice) -> None:
    office.post("BL-086", at=NOW - DAY)
    with office.served() as reader:
        page = reader.get("/producers").text
    assert "1 showings in all" in page
    assert "/report/" not in page


def test_a_report_is_found_only_by_its_own_address(office: SmallOffice) -> None:
    path = report_path(office.store, "P41")
    with office.served() as reader:
        answer = reader.get(path)
        assert answer.text == "<p>P41 2026-10-27..2026-11-23</p>"
        assert "unsafe-inline" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert reader.get("/report/P41").status_code == 404
        assert reader.get("/report/P41?key=x").status_code == 404
        assert reader.get(path.replace("P41", "P02")).status_code == 404
        assert reader.get(f"{path}&period=2026-11").text == "<p>P41 2026-11</p>"


def test_sample_reports_are_open_and_linked(office: SmallOffice) -> None:
    with office.served(sample=True) as reader:
        assert 'href="/report/P41"' in reader.get("/producers").text
        assert reader.get("/report/P41").status_code == 200
        assert reader.get("/report/P99").status_code == 404


# The site as a whole


PAGES = ["/", "/products", "/p/BL-086", "/producers", "/showcase", "/privacy", "/nothing"]


def test_sample_data_are_called_so_on_every_page(office: SmallOffice) -> None:
    with office.served(sample=True) as reader:
        for path in PAGES[:-1]:
            page = reader.get(path).text
            assert "sample date 23 Nov 2026" in page and "11:42" in page, path
    with office.served() as reader:
        for path in PAGES:
            assert "sample date" not in reader.get(path).text, path


def test_every_answer_is_guarded(office: SmallOffice) -> None:
    with office.served() as reader:
        for path in [*PAGES, "/r/zzzzzzzzzz", "/static/site.css", "/health", "/showcase/feed.json"]:
            headers = reader.get(path).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], path
            assert "unsafe" not in headers["Content-Security-Policy"], path
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"]
            assert "Set-Cookie" not in headers


def test_pages_need_no_inline_style_or_script(office: SmallOffice) -> None:
    office.post("BL-086", at=NOW - DAY)
    with office.served(sample=True) as reader:
        for path in PAGES:
            page = reader.get(path).text
            assert " style=" not in page and "<style" not in page, path
            assert not re.search(r"\son[a-z]+=", page), path
            assert not re.search(r"<script(?![^>]* src=)(?! type=\"application/ld)", page), path


def test_every_page_has_a_language_one_heading_and_landmarks(office: SmallOffice) -> None:
    office.post("BL-086", at=NOW - DAY)
    with office.served() as reader:
        for path in PAGES:
            page = reader.get(path).text
            assert '<html lang="en">' in page
            assert page.count("<h1") == 1, path
            assert all(part in page for part in ("<main", "<header", "<footer", "<nav")), path
            assert all("alt=" in image for image in re.findall("<img[^>]*>", page)), path


def test_all_own_links_lead_somewhere(office: SmallOffice) -> None:
    office.post("BL-086", at=NOW - DAY)
    with office.served(sample=True) as reader:
        links = set()
        for path in PAGES:
            page = reader.get(path).text
            links |= set(re.findall(r'(?:href|src)="(/[^"#]*)"', page))
            links |= set(re.findall(r"(/m/[^ ]+) \d+w", page))
        assert len(links) >= 20
        for link in links:
            assert reader.get(unescape(link)).status_code == 200, link


def test_an_unknown_page_is_friendly_in_its_own_words(office: SmallOffice) -> None:
    with office.served() as reader:
        for path in ("/nothing", "/p/BL-999", "/c/x", "/m/x", "/static/x", "/static/../app.py"):
            answer = reader.get(path)
            assert answer.status_code == 404, path
            assert "This page does not exist" in answer.text, path


def test_a_database_that_is_gone_is_told_without_a_traceback(office: SmallOffice) -> None:
    with office.served() as reader:
        office.store.close()
        database = office.folder / "promoter.db"
        database.rename(office.folder / "gone.db")
        database.mkdir()
        page, health = reader.get("/"), reader.get("/health")
        database.rmdir()
        (office.folder / "gone.db").rename(database)
    assert page.status_code == 503
    assert "try again" in page.text and "Traceback" not in page.text
    assert health.json()["ok"] is False


def test_a_bug_is_told_without_a_traceback(
    office: SmallOffice, caplog: pytest.LogCaptureFixture
) -> None:
    with office.store.write() as session:
        session.get_one(ProductRow, "BL-086").record = {"code": "broken"}
    with office.served() as reader:
        answer = reader.get("/p/BL-086")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "Traceback" not in answer.text and "pydantic" not in answer.text


def test_health_tells_the_office_s_clock(office: SmallOffice) -> None:
    with office.served() as reader:
        assert reader.get("/health").json() == {"ok": True, "clock": "2026-11-23T04:42:00+00:00"}


def test_a_page_is_not_sent_again_while_nothing_changed(office: SmallOffice) -> None:
    with office.served() as reader:
        first = reader.get("/products")
        again = reader.get("/products", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_pages_are_compressed_for_those_who_can(office: SmallOffice) -> None:
    with office.served() as reader:
        assert reader.get("/products").headers["Content-Encoding"] == "gzip"
        plain = reader.get("/products", Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Encoding"


def test_static_files_are_kept_for_ever_only_under_the_name_of_their_content(
    office: SmallOffice,
) -> None:
    with office.served() as reader:
        page = reader.get("/").text
        named = re.findall(r'"(/static/site\.css\?v=[0-9a-f]+)"', page)[0]
        style = reader.get(named)
        assert "immutable" in style.headers["Cache-Control"]
        assert "immutable" not in reader.get("/static/site.css?v=old").headers["Cache-Control"]
        fonts = re.findall(r'url\("(/static/[^"]+)"\)', style.text)
        assert len(fonts) >= 3
        assert all("immutable" in reader.get(font).headers["Cache-Control"] for font in fonts)


@pytest.mark.parametrize(("ending", "kind"), [("webp", "WEBP"), ("jpg", "JPEG")])
def test_a_picture_is_made_small_once(office: SmallOffice, ending: str, kind: str) -> None:
    sha256 = office.media.put(picture("card"))
    with office.served() as reader:
        answers = [reader.get(f"/m/{sha256}-480.{ending}") for _ in range(2)]
    assert {answer.status_code for answer in answers} == {200}
    assert "immutable" in answers[0].headers["Cache-Control"]
    with Image.open(BytesIO(answers[0].content)) as image:
        assert (image.format, image.size) == (kind, (480, 480))
    files = sorted(path.name for path in office.media.path(sha256).parent.iterdir())
    assert files == [sha256, f"{sha256}-480.{ending}"]


def test_the_original_is_served_as_it_is(office: SmallOffice) -> None:
    data = picture("card")
    sha256 = office.media.put(data)
    with office.served() as reader:
        answer = reader.get(f"/m/{sha256}.jpg")
        same = reader.get(f"/m/{sha256}.jpg", If_None_Match=answer.headers["ETag"])
    assert answer.content == data
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert same.status_code == 304


@pytest.mark.parametrize(
    "name", ["{sha}-481.jpg", "{sha}.webp", "{sha}-480.png", "{sha}", "..%2f{sha}.jpg", "{cap}.jpg"]
)
def test_no_other_form_of_a_picture_can_be_asked_for(office: SmallOffice, name: str) -> None:
    sha256 = office.media.put(picture("card"))
    with office.served() as reader:
        path = name.format(sha=sha256, cap=sha256.upper())
        assert reader.get(f"/m/{path}").status_code == 404
    assert [path.name for path in office.media.path(sha256).parent.iterdir()] == [sha256]


def test_a_file_that_is_no_picture_has_no_rendition(office: SmallOffice) -> None:
    sha256 = office.media.put(b"not a picture")
    with office.served() as reader:
        assert reader.get(f"/m/{sha256}-480.jpg").status_code == 404


def test_the_brand_s_name_claims_no_rank() -> None:
    name = brand(ASSETS)["name"]
    assert rules.claims(name, make.product(certificate=None), TODAY) == []


@pytest.mark.parametrize("text", [None, "", "name = 1 2", "colour = 'x'", "name = ''"])
def test_a_brand_without_a_name_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "brand.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"brand\.toml"):
        brand(tmp_path)


def test_prices_of_other_currencies_are_told_as_such(office: SmallOffice) -> None:
    page = product_page(office, producer="P01", price=Money(amount=7, currency="USD"))
    assert data_of(page)["offers"]["priceCurrency"] == "USD"


def test_the_name_of_the_site_is_the_brand_s(office: SmallOffice) -> None:
    with office.served() as reader:
        assert f"<title>{BRAND}</title>" in reader.get("/").text
