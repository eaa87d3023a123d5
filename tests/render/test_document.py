"""The page of a report: whole in one file, small, honest about what is missing, and escaped."""

import base64
import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from promoter.core import insight
from promoter.core.engagement import LISTINGS, POSTS, ByChannel, Told
from promoter.core.insight import Item, Measure, Share
from promoter.core.model import Quality, Window
from promoter.core.period import Period
from promoter.core.report import Best, Gap, Paper, Picture, Planned, Report
from promoter.core.rules import claims
from promoter.locale import Locale
from promoter.render import document
from promoter.render.chart import WIDTH, chart
from promoter.render.thumbnail import data_uri
from promoter.render.words import Words
from tests.core.test_insight import evidence, peers, shown, visits
from tests.core.test_report import WHOLE, planned, told
from tests.make import NOW, TODAY, certificate, producer, product

ENGLISH = Locale("en")
LONG = "Bánh phồng tôm ba khía truyền thống Gành Hào hộp quà Tết"


def words() -> Words:
    """Return English words on the wall clock of Viet Nam."""
    return Words(
        language="en",
        text=ENGLISH.text,
        say=ENGLISH.say,
        number=ENGLISH.number,
        day=ENGLISH.day,
        moment=partial(ENGLISH.moment, zone=ZoneInfo("Asia/Ho_Chi_Minh")),
    )


def page(found: Report, picture: bytes | None = None) -> str:
    """Return the page of a report in English."""
    return document.html(found, words(), picture)


def text(found: Report) -> str:
    """Return what a person reads on the page."""
    body = page(found).split("<body", 1)[1].split(">", 1)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def noise(width: int, height: int) -> bytes:
    """Return the JPEG that compresses worst: every point by chance."""
    points = random.Random(7).randbytes(width * height * 3)  # noqa: S311 - no secret
    out = BytesIO()
    Image.frombytes("RGB", (width, height), points).save(out, "JPEG", quality=95)
    return out.getvalue()


def crowd() -> Iterator[ByChannel]:
    """Give what four channels and two shops counted, with large numbers and a note on each."""
    for channel in ("facebook", "shopee", "tiktok", "x", "zalo"):
        listing = channel == "shopee"
        window = Window.ROLLING_30_DAYS if listing else Window.CUMULATIVE
        counts = tuple(
            Told(name, 1_234_567, 4, Quality.SANDBOX, NOW, window)
            for name in (LISTINGS if listing else POSTS)
        )
        yield ByChannel(channel, listing, sandbox=True, posts=23, told=counts)


@pytest.fixture(scope="module")
def busy() -> Report:
    """A report with everything that makes it long: names, gaps, posts, metrics."""
    items = tuple(Item(f"BL-{number}", LONG) for number in range(5))
    dated = (Paper.CERTIFICATE_EXPIRED, Paper.CERTIFICATE_EXPIRING)
    gaps = [
        Gap(paper, item, TODAY if paper in dated else None)
        for paper in Paper
        if paper is not Paper.PHONE_CONSENT
        for item in items
    ]
    counted = [visits(date(2026, 11, day), day, post=str(day)) for day in range(1, 24)]
    posts = [replace(shown(str(day), day), products=items[:3]) for day in range(1, 24)]
    tallies, groups = peers(7000, 6000, 5000)
    found = told(
        evidence(posts=posts, visits=counted, tallies=tallies, groups=groups),
        producer=producer(name="Hợp tác xã Nông nghiệp, Dịch vụ và Du lịch Vĩnh Hậu A Thành Công"),
        planned=[replace(planned(day), products=items[:3], waiting=True) for day in (24, 25, 26)],
        office="Ban Chỉ đạo Chương trình Mỗi xã một sản phẩm và Trung tâm Xúc tiến Thương mại",
    )
    return replace(
        found,
        numbers=replace(found.numbers, by_channel=tuple(crowd())),
        papers=(*gaps, Gap(Paper.PHONE_CONSENT)),
        share=Share(23, 100, 4),
    )


def test_the_page_needs_nothing_but_itself(busy: Report) -> None:
    found = page(busy, noise(1080, 1350))
    loaded = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", found)
    assert [address for address in loaded if not address.startswith(("data:", "#"))] == []
    assert "<script" not in found


def test_the_page_is_small_whatever_the_picture(busy: Report) -> None:
    for size in ((1080, 1080), (1080, 1920), (1200, 630)):
        assert len(page(busy, noise(*size)).encode()) <= 120 * 1024


@pytest.mark.parametrize("size", [(1080, 1920), (300, 200), (1, 1)])
def test_a_picture_keeps_within_its_room_and_its_shape(size: tuple[int, int]) -> None:
    uri = data_uri(noise(*size), document.PICTURE_BYTES)
    assert len(uri) <= 60 * 1024
    with Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))) as small:
        assert small.format == "JPEG"
        assert small.width <= min(size[0], 720)
        assert small.width / small.height == pytest.approx(size[0] / size[1], rel=0.02)


def test_a_plain_card_stays_sharp_enough_for_a_phone() -> None:
    out = BytesIO()
    Image.linear_gradient("L").resize((1080, 1350)).convert("RGB").save(out, "JPEG")
    uri = data_uri(out.getvalue(), document.PICTURE_BYTES)
    with Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))) as small:
        assert small.width == 720


def test_the_same_report_gives_the_same_bytes(busy: Report) -> None:
    picture = noise(400, 500)
    assert page(busy, picture) == page(busy, picture)


def test_names_are_escaped_and_vietnamese_stays_whole() -> None:
    name = 'Cơ sở "Bánh & Mứt" <b>Ngan Dừa</b>'
    post = replace(shown(), products=(Item("X", "<script>alert('ơ')</script>"),))
    found = told(
        evidence(posts=[post]),
        producer=producer(name=name),
        office="Sở <i>Công Thương</i>",
        pictures={"a": Picture("c" * 64, 'Thẻ" onload="alert(1)')},
    )
    html = page(found, noise(20, 20))
    assert "Cơ sở &#34;Bánh &amp; Mứt&#34; &lt;b&gt;Ngan Dừa&lt;/b&gt;" in html
    assert "&lt;script&gt;alert(&#39;ơ&#39;)&lt;/script&gt;" in html
    assert "<script" not in html
    assert '" onload' not in html
    assert "Sở &lt;i&gt;" in html


def test_only_web_addresses_become_links() -> None:
    posts = [
        replace(shown("a", 3), url="https://ocop.example.vn/s/1"),
        replace(shown("b", 4), url="javascript:alert(1)"),
    ]
    html = page(told(evidence(posts=posts)))
    assert 'href="https://ocop.example.vn/s/1"' in html
    assert "javascript:" not in html


def test_a_producer_that_was_never_posted_sees_no_figures_instead_of_0() -> None:
    html = page(told(evidence(posts=[], own_began=None)))
    tiles = re.findall(r'<div class="tile"><b>(.*?)</b><em>(.*?)</em>', html)
    assert tiles == [
        ("0", "Posts published"),
        ("<small>no figures yet</small>", "Link clicks"),
        ("<small>no figures yet</small>", "QR scans"),
    ]
    assert "Nothing was posted for you in this period." in html
    assert "there was nothing to click" in html
    assert "<svg" not in html


def test_posts_without_clicks_show_a_true_0_and_no_chart() -> None:
    said = text(told())
    assert "0 Link clicks" in said
    assert "No clicks by persons in this period." in said
    assert "The newest post" in said
    assert "most clicks" not in said


def test_the_first_period_makes_no_comparison() -> None:
    counted = [visits(date(2026, 11, 11), 60)]
    said = text(told(evidence(visits=counted, began=date(2026, 11, 3))))
    assert "There is no earlier period to compare with yet." in said
    assert "Too few others of the group had posts (at least 3)." in said
    assert "Clearly" not in said


def test_few_clicks_make_no_claim() -> None:
    counted = [visits(date(2026, 11, 11), 4), visits(date(2026, 10, 12), 40)]
    said = text(told(evidence(visits=counted)))
    assert "Clicks in all: 4 (before: 40; group: –)." in said
    assert "Fewer than 5 clicks on one side" in said
    assert "Clearly" not in said


def test_a_clear_difference_is_said_with_its_numbers() -> None:
    tallies, groups = peers(9, 10, 11)
    counted = [visits(date(2026, 11, 11), 60), visits(date(2026, 10, 12), 8)]
    said = text(told(evidence(visits=counted, tallies=tallies, groups=groups)))
    assert "Clicks in all: 60 (before: 8; group: 10)." in said
    assert "Clearly more clicks than in the period before." in said
    assert "Clearly more clicks than is usual in the group." in said
    assert "Group: the middle value (median) of 3 other producers of food with posts." in said
    assert "Before: the 23 days 9 Oct 2026 – 31 Oct 2026." in said


def test_machines_are_named_apart_from_visits() -> None:
    day = date(2026, 11, 11)
    counted = [visits(day, 6), visits(day, 90, visitor="bot"), visits(day, 7, visitor="preview")]
    said = text(told(evidence(visits=counted)))
    assert "6 Link clicks" in said
    assert "Not counted as visits: 90 by machines, 7 by link previews." in said


def test_clicks_on_older_posts_are_explained_when_the_table_does_not_hold_them() -> None:
    note = "Clicks on posts from before the period are counted, too."
    older = [visits(date(2026, 11, 11), 6), visits(date(2026, 11, 11), 2, post="older")]
    assert note in text(told(evidence(visits=older)))
    assert note not in text(told(evidence(visits=older[:1])))


def test_the_moment_and_the_last_counted_day_are_printed() -> None:
    said = text(told())
    assert "Promotion report · Month 11/2026 · counted up to 23 Nov 2026" in said
    assert "Numbers as of 09:00 23 Nov 2026." in said
    over = text(told(period=Period(date(2026, 11, 16), date(2026, 11, 22))))
    assert "Week 47/2026" in over
    assert "counted up to" not in over


def test_made_up_data_is_labelled_at_the_head_and_explained_at_the_foot() -> None:
    sample = text(told(producer=producer(note="DỮ LIỆU MẪU")))
    assert sample.index("Sample data") < sample.index("Công ty CP")
    assert "these numbers are made up" in sample
    assert "Sample data" not in text(told())


def test_an_expired_product_carries_no_words_of_its_former_rank() -> None:
    """BL-102: the certificate has run out on 30/6/2026."""
    expired = product(
        "BL-102", name="Cốm dẹp", certificate=certificate(stars=3, expires_on=date(2026, 6, 30))
    )
    said = text(told(evidence(posts=[], own_began=None), products=[expired]))
    assert "The certificate is no longer in force Cốm dẹp (30 Jun 2026)" in said
    assert "0 of 1 products have a certificate in force." in said
    assert claims(said, expired, TODAY) == []


def test_a_candidacy_is_never_told_as_a_rank() -> None:
    salt = product(candidacy={"stars": 5, "since": "2024-11-12", "status": "pending"})
    said = text(told(products=[salt], planned=[planned(24)]))
    assert claims(said, salt, TODAY) == []
    assert "5 star" not in said and "5-star" not in said and "★" not in said


def test_a_card_that_states_an_expired_certificate_is_not_to_be_shared() -> None:
    warning = "Do not share this card any more"
    expired = product(certificate=certificate(expires_on=TODAY))
    assert warning in text(told(products=[expired]))
    assert warning not in text(told())


def test_the_share_is_said_with_all_three_numbers() -> None:
    found = replace(told(), share=Share(6, 44, 31))
    assert (
        "You had 6 of 44 showings. Spread evenly over the 31 producers who were shown, each "
        "would have 1.4." in text(found)
    )
    none = replace(told(), share=Share(0, 44, 31))
    assert "None of the 44 showings was yours." in text(none)
    assert "Nothing was posted for any producer." in text(told())


def test_what_is_missing_is_named_by_kind_with_its_products_and_days() -> None:
    held = certificate(expires_on=date(2026, 12, 8))
    lacking = WHOLE | {"price": None}
    products = [
        product("BL-085", **lacking, name="Muối tinh"),
        product("BL-086", **lacking, certificate=held, name="Muối hạt"),
    ]
    said = text(told(products=products, producer=producer(phone="0100000141")))
    assert "The certificate expires soon Muối hạt (8 Dec 2026)" in said
    assert "No price Muối tinh, Muối hạt" in said
    assert "No consent on file to show the phone number" in said
    assert "2 of 2 products have a certificate in force." in said


def test_whole_papers_are_said_to_be_whole() -> None:
    assert "Nothing is missing in what the office holds." in text(told())


def test_what_comes_next_is_told_on_the_offices_clock() -> None:
    item = Item("BL-086", "Muối hạt Bạc Liêu")
    at = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)
    post = Planned(at, date(2026, 12, 1), "fanpage", "facebook", (item,), waiting=True)
    said = text(told(planned=[post]))
    assert "Muối hạt Bạc Liêu 01:30 1 Dec 2026 · Facebook · waits for approval" in said
    assert "No post is planned for you yet." in text(told())


def test_more_posts_than_fit_are_counted_not_hidden(busy: Report) -> None:
    said = text(busy)
    assert "Older posts of the period, not shown here: 17" in said


def test_many_products_are_counted_not_hidden(busy: Report) -> None:
    assert f"No price {LONG} and 4 more" in text(busy)


def test_a_median_between_two_counts_is_written_with_its_half() -> None:
    found = told()
    halves = replace(found.numbers, links=Measure(7, 3, 6.5))
    assert "7 Link clicks period before: 3 middle of the group: 6.5" in text(
        replace(found, numbers=halves)
    )


def test_the_picture_is_described(busy: Report) -> None:
    assert busy.best is not None
    best = Best(busy.best.post, Picture("c" * 64, "Muối hạt trên ruộng"), outdated=False)
    html = page(replace(busy, best=best), noise(30, 30))
    assert re.search(r'<img src="data:image/jpeg;base64,[^"]+" alt="Muối hạt trên ruộng">', html)


def test_the_chart_can_be_read_without_seeing_it() -> None:
    counted = [visits(date(2026, 11, 3), 6), visits(date(2026, 11, 10), 2, via="qr")]
    html = page(told(evidence(visits=counted)))
    label = re.search(r'<svg[^>]* aria-label="([^"]+)"', html)
    assert label is not None
    assert label[1].startswith("Clicks by week: 1 Nov 2026 – 1 Nov 2026: 0; ")
    assert "2 Nov 2026 – 8 Nov 2026: 6" in label[1]
    assert "30 Nov" not in label[1]


@settings(max_examples=60)
@given(
    st.dates(date(2026, 1, 1), date(2026, 11, 1)),
    st.integers(0, 365),
    st.dictionaries(st.integers(0, 365), st.integers(0, 5000), min_size=1),
)
def test_the_columns_stay_in_the_picture_and_stand_for_their_numbers(
    first: date, days: int, counts: dict[int, int]
) -> None:
    whole = Period(first, first + timedelta(days=days))
    counted = [visits(first + timedelta(days=after), count) for after, count in counts.items()]
    bars = insight.bars(whole, counted, whole.last, first)
    drawn = chart(bars, str, lambda span: (str(span.first.day),))
    if drawn is None:
        assert not any(bar.links for bar in bars)
        return
    heights = [column.links + column.qr for column in drawn.columns]
    assert max(heights) == pytest.approx(84, abs=0.2)
    for bar, column in zip(bars, drawn.columns, strict=True):
        assert column.middle - drawn.bar / 2 >= 0
        assert column.middle + drawn.bar / 2 <= WIDTH
        assert column.total == ("" if bar.links is None else str(bar.links))


def _chromium() -> Any:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("no Chromium")
    return playwright.sync_playwright()


def _sheets(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


@pytest.mark.browser
def test_the_longest_report_is_one_sheet_and_fits_the_smallest_phone(
    busy: Report, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(busy, noise(1080, 1350)), encoding="utf-8")
    with _chromium() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        view = browser.new_page(viewport={"width": 360, "height": 740})
        view.goto(file.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") == 360
        assert (
            view.evaluate(
                "[...document.querySelectorAll('.counted li')]"
                ".filter(e => e.scrollWidth > e.clientWidth || e.firstChild.offsetHeight > 30)"
                ".map(e => e.textContent)"
            )
            == []
        )
        data = view.pdf(prefer_css_page_size=True, print_background=True)
        browser.close()
    assert _sheets(data) == 1


def shorter(whole: Report, channels: int, kinds: int, long: int) -> Report:
    """Return a report with so many channels, kinds of missing papers and posts with long names."""
    short = (Item("BL-086", "Muối hạt Bạc Liêu"),)
    kept = list(Paper)[:kinds]
    return replace(
        whole,
        numbers=replace(whole.numbers, by_channel=tuple(crowd())[:channels]),
        papers=tuple(gap for gap in whole.papers if gap.paper in kept),
        posts=tuple(
            post if number < long else replace(post, products=short)
            for number, post in enumerate(whole.posts)
        ),
        next=whole.next if long else tuple(replace(post, products=short) for post in whole.next),
    )


@pytest.mark.browser
@pytest.mark.slow
def test_a_report_of_any_length_is_one_sheet(busy: Report) -> None:
    picture, much = noise(240, 300), []
    with _chromium() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        view = browser.new_page()
        for size in itertools.product((0, 3), (0, 5, 8), (0, 3)):
            view.set_content(page(shorter(busy, *size), picture))
            if _sheets(view.pdf(prefer_css_page_size=True, print_background=True)) > 1:
                much.append(size)
        browser.close()
    assert much == []
