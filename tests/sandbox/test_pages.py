"""The stand-ins' pages: labelled, escaped, in Vietnamese form, and never wider than a phone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from promoter.sandbox.contract import Answer, Entry, Fault, Feed, Request
from promoter.sandbox.pages import NEWEST, answer
from promoter.sandbox.server import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NOW = datetime(2026, 11, 23, 4, 42, tzinfo=UTC)
EVIL = '<script>alert(1)</script> & "x" https://a.vn/?b=1&c=\'"><b> #Một<i>'
ENGAGED = {"views": 12_345, "reach": 9_876, "reactions": 1_234, "comments": 7, "shares": 3}
SOLD = {"views": 4_000, "likes": 31, "units": 1_500, "orders": 900, "revenue": 22_500_000}
LABEL = "Môi trường thử nghiệm – không phải {} thật. Bài đăng và mọi con số ở đây là mô phỏng."


@dataclass
class Small:
    """A stand-in that only has pages."""

    channel: str
    title: str
    entries: list[Entry] = field(default_factory=list)
    account: str = "ocop"
    name: str = "Bếp Quê"
    hosts: tuple[str, ...] = ()

    def handle(self, request: Request, now: datetime, fault: Fault | None = None) -> Answer:
        """Nobody calls it."""
        raise NotImplementedError

    def failure(self, fault: Fault) -> Answer:
        """Nobody calls it."""
        raise NotImplementedError

    def feeds(self, now: datetime) -> Sequence[Feed]:
        """Return the one page."""
        return [Feed(self.account, self.name, list(self.entries))]


def entry(id_: str = "1", text: str = "Muối mới về.", **more: object) -> Entry:
    plain = Entry(id_, NOW - timedelta(hours=2), text, counts=ENGAGED)
    return replace(plain, **more)  # type: ignore[arg-type]


def listing(id_: str = "44", **more: object) -> Entry:
    whole = entry(id_, title="Muối hạt 1 kg", price=120_000, counts=SOLD, pictures=[("s1", "")])
    return replace(whole, **more)  # type: ignore[arg-type]


@pytest.fixture
def facebook() -> Small:
    """A page with one post of two pictures."""
    pictures = [("f1", "Hũ muối trên mẹt tre."), ("f2", "")]
    return Small("facebook", "Facebook", [entry(pictures=pictures, comments=["Đặt ở đây nghen"])])


@pytest.fixture
def services(facebook: Small) -> list[Small]:
    """One account of each kind."""
    timeline = Small("x", "X", [entry("7", pictures=[("x1", "Ruộng muối lúc sớm mai.")])])
    return [facebook, Small("shopee", "Shopee", [listing()]), timeline]


def picture(channel: str, id_: str) -> bytes | None:
    made = BytesIO()
    kind = {"f1": "JPEG", "f2": "PNG", "s1": "JPEG", "x1": "JPEG"}.get(id_)
    if kind is None or channel not in ("facebook", "shopee", "x"):
        return None
    Image.new("RGB", (800, 1000), "teal").save(made, kind)
    return made.getvalue()


def ask(services: Sequence[Small], target: str, method: str = "GET") -> Answer:
    return answer(Request(method, "127.0.0.1", target, {}), services, NOW, picture)


def seen(found: Answer) -> str:
    """Return a page's words as a person reads them."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", found.body.decode(), flags=re.S)
    return re.sub(r"[ \n]+", " ", unescape(text))


PATHS = ["/", "/facebook/ocop", "/facebook/ocop/1", "/shopee/ocop", "/shopee/ocop/44", "/x/ocop",
         "/x/ocop/7", "/nothing", "/facebook/nobody"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_labelled_and_shows_the_offices_clock(
    services: list[Small], path: str
) -> None:
    title = {"facebook": "Facebook", "shopee": "Shopee", "x": "X"}.get(path.split("/")[1])
    if title is None or "nobody" in path:
        title = "Facebook, Shopee hay X"
    page = ask(services, path)
    assert LABEL.format(title) in seen(page)
    assert "23/11/2026 11:42" in seen(page)
    assert b'<html lang="vi">' in page.body


@pytest.mark.parametrize("path", [*PATHS, "/pictures/facebook/f1", "/static/renew.js"])
def test_every_answer_forbids_what_is_foreign(services: list[Small], path: str) -> None:
    headers = ask(services, path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; img-src 'self'; ")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_nothing_on_a_page_is_inline_or_loaded_from_elsewhere(
    services: list[Small], path: str
) -> None:
    page = ask(services, path).body.decode()
    assert not re.findall(r"<style|<script(?! src=)|\sstyle=|\son\w+=|javascript:", page)
    assert all(url.startswith("/") for url in re.findall(r'src="([^"]*)"', page))
    assert all(url.startswith("/") for url in re.findall(r'<link [^>]*href="([^"]*)"', page))


@pytest.mark.parametrize("path", PATHS)
def test_what_a_page_refers_to_is_there(services: list[Small], path: str) -> None:
    page = ask(services, path).body.decode()
    for target in re.findall(r'(?:src|href)="(/[^"]*)"', page):
        assert ask(services, unescape(target)).status == 200, target


@pytest.mark.parametrize("path", ["/", "/{}/ocop", "/{}/ocop/1"])
@pytest.mark.parametrize("channel", ["facebook", "x", "shopee", "other"])
def test_html_in_whatever_was_posted_is_shown_as_text(channel: str, path: str) -> None:
    price = 1 if channel == "shopee" else None
    evil = entry(
        text=EVIL,
        title=EVIL,
        comments=[EVIL],
        price=price,
        pictures=[("f1", EVIL)],
        counts={EVIL: 1},
    )
    hidden = replace(evil, id=EVIL, note=EVIL)
    page = ask(
        [Small(channel, EVIL, [evil, hidden], name=EVIL)], path.format(channel)
    ).body.decode()
    assert "<script>alert" not in page
    assert "<b>" not in re.sub(r"<b>[\w. ]*</b>|<b>&lt;.*?</b>", "", page)
    assert "<i>" not in page
    assert "&lt;script&gt;alert" in page


def test_only_web_addresses_become_links(facebook: Small) -> None:
    facebook.entries = [entry(text="(https://a.vn/x?y=1&z=2). javascript:alert(1) ftp://a.vn")]
    links = re.findall(r'<a href="([^"]*)" rel="nofollow noopener', seen_html(facebook))
    assert links == ["https://a.vn/x?y=1&amp;z=2"]


def seen_html(service: Small) -> str:
    return ask([service], f"/{service.channel}/{service.account}").body.decode()


def test_hashtags_are_tinted_but_not_inside_addresses(facebook: Small) -> None:
    facebook.entries = [entry(text="https://a.vn/#top #QuảngCáo, #1 a#b #OCOP_4")]
    tags = re.findall(r'<span class="tag">([^<]*)</span>', seen_html(facebook))
    assert tags == ["#QuảngCáo", "#OCOP_4"]


def test_white_space_of_a_text_is_kept(facebook: Small) -> None:
    facebook.entries = [entry(text="Dòng một\n\n  thụt vào")]
    assert '<div class="text">Dòng một\n\n  thụt vào</div>' in seen_html(facebook)


@pytest.mark.parametrize("text", ["Muối " * 100 + "hết", "Muối\n" * 12 + "Muối hết"])
def test_a_long_text_is_cut_in_the_feed_and_whole_on_its_page(facebook: Small, text: str) -> None:
    facebook.entries = [entry(text=text)]
    assert "Xem thêm" in seen(ask([facebook], "/facebook/ocop"))
    page = ask([facebook], "/facebook/ocop/1")
    assert "Xem thêm" not in seen(page)
    assert "Muối hết" in seen(page)


def test_numbers_are_in_vietnamese_form(services: list[Small]) -> None:
    assert "1.234 cảm xúc 7 bình luận 3 chia sẻ 12.345 lượt xem" in seen(
        ask(services, "/facebook/ocop")
    )
    shop = seen(ask(services, "/shopee/ocop"))
    assert "120.000\N{NO-BREAK SPACE}₫ Đã bán 1.500 31 lượt thích 4.000 lượt xem" in shop
    assert "doanh thu 22.500.000\N{NO-BREAK SPACE}₫" in shop


def test_a_timeline_counts_in_its_own_order_and_words(services: list[Small]) -> None:
    services[2].entries = [entry("7", counts={**ENGAGED, "saves": 5})]
    assert "7 trả lời 3 đăng lại 1.234 lượt thích 12.345 lượt xem 5 dấu trang" in seen(
        ask(services, "/x/ocop")
    )


def test_what_only_the_owner_sees_is_told_apart(services: list[Small]) -> None:
    assert "Chỉ chủ tài khoản thấy: 9.876 người tiếp cận" in seen(ask(services, "/facebook/ocop"))
    assert "đơn hàng (chỉ người bán thấy)" in seen(ask(services, "/shopee/ocop/44"))


def test_a_count_that_is_missing_is_not_shown_as_nought(facebook: Small) -> None:
    facebook.entries = [entry(counts={"views": 5})]
    assert "cảm xúc" not in seen(ask([facebook], "/facebook/ocop"))


def test_moments_of_today_and_yesterday_are_named_by_the_offices_day(facebook: Small) -> None:
    midnight = NOW.replace(hour=17, minute=0) - timedelta(days=1)
    ago = [timedelta(), timedelta(minutes=1), timedelta(days=1, minutes=1)]
    facebook.entries = [entry(str(place), at=midnight - past) for place, past in enumerate(ago)]
    page = seen(ask([facebook], "/facebook/ocop"))
    assert [word for word in ("Hôm nay, 00:00", "Hôm qua, 23:59", "21/11/2026, 23:59")
            if word not in page] == []  # fmt: skip


def test_the_overview_adds_up_what_is_public_for_each_account(facebook: Small) -> None:
    facebook.entries = [entry("1"), entry("2"), entry("3", note="hidden")]
    page = seen(ask([facebook], "/"))
    assert "2 bài đăng · mới nhất: Hôm nay, 09:42" in page
    assert "cảm xúc 2.468" in page


def test_the_overview_shows_the_newest_public_picture(facebook: Small) -> None:
    hidden = entry("2", note="hidden", pictures=[("f2", "")])
    facebook.entries = [hidden, entry("1", pictures=[("f1", "Hũ muối.")])]
    page = ask([facebook], "/").body.decode()
    assert re.findall(r'<img src="([^"]*)" alt="([^"]*)"', page) == [
        ("/pictures/facebook/f1", "Hũ muối.")
    ]


@pytest.mark.parametrize("channel", ["facebook", "x"])
def test_an_account_without_posts_has_a_page(channel: str) -> None:
    empty = Small(channel, "Mạng")
    assert "Chưa có gì được đăng." in seen(ask([empty], "/"))
    assert "Chưa có gì được đăng." in seen(ask([empty], f"/{channel}/ocop"))


def test_without_sandbox_accounts_the_overview_says_how_to_have_one() -> None:
    page = seen(ask([], "/"))
    assert "sandbox = true" in page
    assert "không phải mạng xã hội thật" in page


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("hidden", "Đang ẩn"),
        ("withdrawn", "Đã gỡ"),
        ("in review", "Đang chờ duyệt"),
        ("odd", "odd"),
    ],
)
def test_what_is_not_public_is_greyed_on_the_accounts_page_alone(
    facebook: Small, note: str, words: str
) -> None:
    facebook.entries = [entry(text="Bài ẩn", note=note, pictures=[("f1", "")])]
    page = ask([facebook], "/facebook/ocop")
    assert words in seen(page)
    assert b'class="post gone"' in page.body
    assert "/facebook/ocop/1" not in page.body.decode()
    assert ask([facebook], "/facebook/ocop/1").status == 404
    assert "Bài ẩn" not in seen(ask([facebook], "/"))


def test_a_hidden_listing_is_greyed_and_has_no_page() -> None:
    shop = Small("shopee", "Shopee", [listing(note="in review")])
    page = ask([shop], "/shopee/ocop").body.decode()
    assert 'class="tile gone"' in page
    assert "/shopee/ocop/44" not in page
    assert ask([shop], "/shopee/ocop/44").status == 404


@pytest.mark.parametrize("channel", ["facebook", "x", "shopee"])
def test_entries_come_sixty_to_a_page_newest_first(channel: str) -> None:
    price = 5 if channel == "shopee" else None
    many = Small(channel, "Mạng", [entry(f"p{n}", price=price) for n in range(2 * NEWEST + 1)])
    shown = []
    for page in ("", "?page=2", "?page=3"):
        body = ask([many], f"/{channel}/ocop{page}").body.decode()
        shown.append(re.findall(r' id="(p\d+)"', body))
    assert [len(ids) for ids in shown] == [60, 60, 1]
    assert [id_ for ids in shown for id_ in ids] == [one.id for one in many.entries]


def test_each_page_leads_to_the_next_and_the_one_before(facebook: Small) -> None:
    facebook.entries = [entry(str(n)) for n in range(2 * NEWEST + 1)]
    found = []
    for page in ("", "?page=2", "?page=3"):
        body = ask([facebook], f"/facebook/ocop{page}").body.decode()
        found.append(re.findall(r'rel="(?:prev|next)" href="([^"]*)"', body))
    first, second, third = "/facebook/ocop", "/facebook/ocop?page=2", "/facebook/ocop?page=3"
    assert found == [[second], [first, third], [second]]


def test_a_full_page_has_no_older_one(facebook: Small) -> None:
    facebook.entries = [entry(str(n)) for n in range(NEWEST)]
    assert b"page=2" not in ask([facebook], "/facebook/ocop").body


MISSING = ["/nothing", "/facebook", "/facebook/nobody", "/facebook/ocop/2", "/facebook/ocop/1/1",
           "/instagram/ocop", "/facebook/ocop?page=2", "/facebook/ocop?page=0",
           "/facebook/ocop?page=-1", "/facebook/ocop?page=x", "/pictures/facebook/f9",
           "/pictures/none/f1", "/static/base.html", "/static/..%2Fpages.py", "//["]  # fmt: skip


@pytest.mark.parametrize("target", MISSING)
def test_what_is_not_there_is_404_and_leads_back(services: list[Small], target: str) -> None:
    page = ask(services, target)
    assert page.status == 404
    assert "Không có trang này" in seen(page)
    assert b'<a class="button" href="/">' in page.body


@pytest.mark.parametrize("target", [*PATHS, "/pictures/facebook/f1", "/static/sandbox.css"])
def test_head_is_get_without_the_body(services: list[Small], target: str) -> None:
    whole, head = ask(services, target), ask(services, target, "HEAD")
    assert head.body == b""
    assert (head.status, head.headers) == (whole.status, whole.headers)
    assert head.headers["Content-Length"] == str(len(whole.body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_pages_can_only_be_read(services: list[Small], method: str) -> None:
    found = ask(services, "/", method)
    assert found.status == 405
    assert found.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(("id_", "kind"), [("f1", "image/jpeg"), ("f2", "image/png")])
def test_a_picture_is_kept_by_browsers_for_ever(services: list[Small], id_: str, kind: str) -> None:
    found = ask(services, f"/pictures/facebook/{id_}")
    assert found.body == picture("facebook", id_)
    assert found.headers["Content-Type"] == kind
    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_is_never_kept(services: list[Small]) -> None:
    assert ask(services, "/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/facebook/ocop", "/facebook/ocop/1", "/shopee/ocop",
                                  "/shopee/ocop/44", "/x/ocop", "/x/ocop/7"])  # fmt: skip
def test_every_picture_says_what_it_shows(services: list[Small], path: str) -> None:
    pictures = re.findall(r"<img[^>]*>", ask(services, path).body.decode())
    assert pictures
    assert all(re.search(r'alt="[^"]+"', one) for one in pictures)


@pytest.mark.parametrize("path", ["/facebook/ocop", "/facebook/ocop/1"])
def test_alt_texts_can_be_asked_for(services: list[Small], path: str) -> None:
    page = ask(services, path).body.decode()
    asked = re.search(r"<details.*?</details>", page, re.S)
    assert asked
    assert "Hũ muối trên mẹt tre." in asked[0]
    assert "Ảnh này không có mô tả." in asked[0]


def test_more_than_four_pictures_are_counted_in_the_feed_and_shown_on_the_page(
    facebook: Small,
) -> None:
    facebook.entries = [entry(pictures=[("f1", "Muối")] * 6)]
    feed = ask([facebook], "/facebook/ocop").body.decode()
    assert feed.count("<img") == 4
    assert '<b class="rest">+2</b>' in feed
    assert ask([facebook], "/facebook/ocop/1").body.count(b"<img") == 6


def test_names_that_need_it_are_quoted_in_addresses() -> None:
    odd = Small("facebook", "Facebook", [entry("a/b?c", pictures=[("p/1", "")])], account="bếp #1")
    page = ask([odd], "/facebook/b%E1%BA%BFp%20%231").body.decode()
    assert 'href="/facebook/b%E1%BA%BFp%20%231/a%2Fb%3Fc"' in page
    assert 'src="/pictures/facebook/p%2F1"' in page
    assert ask([odd], "/facebook/b%E1%BA%BFp%20%231/a%2Fb%3Fc").status == 200


def test_a_page_of_sixty_posts_stays_modest(facebook: Small) -> None:
    text = "Trời chưa sáng rõ, cánh đồng muối đã nghe tiếng cào lạo xạo. " * 8
    facebook.entries = [entry(str(n), text, pictures=[("f1", "Muối")]) for n in range(300)]
    assert len(ask([facebook], "/facebook/ocop").body) < 180_000


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


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A phone's window."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def watch(page: "Page", url: str) -> None:
    """Open a page whose time passes only when it is told to."""
    page.clock.install(time=NOW)
    page.goto(url)
    page.clock.pause_at(NOW + timedelta(hours=1))
    page.wait_for_load_state("networkidle")


@pytest.fixture
def served(services: list[Small]) -> Iterator[Sandbox]:
    """The pages on a port."""
    wide = "https://a.vn/" + "x" * 200 + " #" + "Muối" * 40
    for service in services:
        service.name = "Hợp tác xã diêm dân Hừng Đông Bạc Liêu " + "o" * 60
        service.entries[0] = replace(service.entries[0], text=wide)
        service.entries += [replace(service.entries[0], id="n", note="hidden")]
        service.entries += [entry(f"q{n}", price=service.entries[0].price) for n in range(60)]
    with Sandbox(services, clock=lambda: NOW, picture=picture) as sandbox:
        yield sandbox


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", [*PATHS, "/facebook/ocop?page=2"])
def test_no_page_scrolls_sideways_on_a_phone(page: "Page", served: Sandbox, path: str) -> None:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    page.goto(served.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    beyond = "[...document.querySelectorAll('main *:not(.hidden, .word)')]"
    beyond += ".filter(e => e.getBoundingClientRect().right > 360.5).map(e => e.outerHTML)"
    assert page.evaluate(beyond) == []
    assert page.evaluate("[...document.images].filter(i => !i.alt).length") == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.label')).position") == "sticky"
    assert wrong == []


@pytest.mark.browser
@pytest.mark.slow
def test_the_label_stays_in_sight_when_a_reader_scrolls(page: "Page", served: Sandbox) -> None:
    page.goto(f"{served.url}/facebook/ocop")
    page.evaluate("scrollTo(0, 3000)")
    top = page.locator(".label").bounding_box()
    assert top is not None
    assert top["y"] == 0


@pytest.mark.browser
@pytest.mark.slow
def test_an_open_page_shows_what_is_new_and_keeps_what_is_open(
    page: "Page", served: Sandbox, facebook: Small
) -> None:
    watch(page, f"{served.url}/facebook/ocop")
    page.locator("details summary").first.click()
    page.evaluate("window.first = document.querySelector('article')")
    assert page.locator(".count-reactions b").first.text_content() == "1.234"
    facebook.entries[0] = replace(facebook.entries[0], counts={**ENGAGED, "reactions": 1_235})
    page.clock.run_for(5_000)
    page.locator(".count-reactions b.grew", has_text="1.235").first.wait_for()
    assert page.evaluate("document.querySelector('article') === window.first"), "it was left alone"
    facebook.entries.insert(0, entry("new", "Bài vừa đăng"))
    page.clock.run_for(5_000)
    page.get_by_text("Bài vừa đăng").wait_for()
    assert page.locator("details[open]").count() == 1


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_in_the_background_asks_for_nothing(page: "Page", served: Sandbox) -> None:
    watch(page, f"{served.url}/facebook/ocop")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: 1})")
    page.clock.run_for(60_000)
    page.evaluate("fetch('/').then(answer => answer.text())")  # what left before it was noted
    assert asked.count("fetch") == 1
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => false})")
    with page.expect_response("**/facebook/ocop"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_waits_while_somebody_copies_a_text(
    page: "Page", served: Sandbox, facebook: Small
) -> None:
    watch(page, f"{served.url}/facebook/ocop")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.trail'))")
    facebook.entries.insert(0, entry("new", "Bài vừa đăng"))
    with page.expect_response("**/facebook/ocop"):
        page.clock.run_for(5_000)
    page.evaluate("fetch('/').then(answer => answer.text())")
    assert page.get_by_text("Bài vừa đăng").count() == 0
    page.evaluate("getSelection().empty()")
    page.clock.run_for(5_000)
    page.get_by_text("Bài vừa đăng").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_the_reader_stays_where_he_reads_when_a_post_comes(
    page: "Page", served: Sandbox, facebook: Small
) -> None:
    watch(page, f"{served.url}/facebook/ocop")
    place = "document.getElementById('q20').getBoundingClientRect().top"
    page.evaluate(f"scrollBy(0, {place} - 200)")
    before = page.evaluate(place)
    facebook.entries.insert(0, entry("new", "Bài vừa đăng\n" * 5))
    page.clock.run_for(5_000)
    page.get_by_text("Bài vừa đăng").wait_for(state="attached")
    assert abs(page.evaluate(place) - before) < 2


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_outlives_a_moment_out_of_order(
    page: "Page", served: Sandbox, facebook: Small
) -> None:
    watch(page, f"{served.url}/facebook/ocop")
    served.arm(Fault.SERVER_ERROR_BEFORE, "GET", "/facebook/ocop")
    facebook.entries.insert(0, entry("new", "Bài vừa đăng"))
    with page.expect_response("**/facebook/ocop") as broken:
        page.clock.run_for(5_000)
    assert broken.value.status == 503
    broken.value.finished()
    page.clock.run_for(5_000)
    page.get_by_text("Bài vừa đăng").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_a_post_that_is_taken_down_goes_from_its_open_page(
    page: "Page", served: Sandbox, facebook: Small
) -> None:
    watch(page, f"{served.url}/facebook/ocop/1")
    facebook.entries[0] = replace(facebook.entries[0], note="withdrawn")
    page.clock.run_for(5_000)
    page.get_by_role("heading", name="Không có trang này").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_a_slow_answer_is_waited_for_before_the_next_question(
    page: "Page", served: Sandbox
) -> None:
    watch(page, f"{served.url}/facebook/ocop")
    served.arm(Fault.LOST_ANSWER, "GET", "/facebook/ocop")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    page.clock.run_for(60_000)
    page.evaluate("fetch('/').then(answer => answer.text())")
    assert asked.count("fetch") == 2
    page.goto("about:blank")  # hangs up
