"""The report step on a real store: gathered, decided and drawn, or refused with what to do."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import update
from sqlmodel import col

from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.core.insight import Share
from promoter.core.model import Metric, Quality, Window
from promoter.core.period import Period
from promoter.core.report import Paper, Report
from promoter.locale import Locale
from promoter.media import MediaStore
from promoter.pipeline.context import Context, Office
from promoter.pipeline.report import page, report
from promoter.store import metrics
from promoter.store.database import Store
from promoter.store.tables import PostRow
from tests.make import NOW
from tests.store.fill import Fill

BEFORE = datetime(2026, 10, 9, 5, tzinfo=UTC)


@pytest.fixture
def context(store: Store, tmp_path: Path) -> Context:
    """An office in Viet Nam at 9:00 on 23/11/2026, in English."""
    store.set_clock(NOW)
    unused: Any = None
    return Context(
        store=store,
        office=Office(
            name="Sở Công Thương",
            zone=ZoneInfo("Asia/Ho_Chi_Minh"),
            public_url="https://ocop.example.vn",
            locale=Locale("en"),
        ),
        accounts={},
        studio=unused,
        captions=unused,
        media=MediaStore(tmp_path / "media"),
        assets=tmp_path,
        vault=unused,
    )


@pytest.fixture
def fill(store: Store) -> Fill:
    """P41 with its salt, and three other food producers with a post each in October and now."""
    fill = Fill(store)
    fill.producer("P41", note="DỮ LIỆU MẪU")
    fill.product("BL-086", food_safety="MAU-086")
    for number in (1, 2, 3):
        code, product = f"P0{number}", f"BL-00{number}"
        fill.producer(code)
        fill.product(product, producer=code)
        fill.post(f"old{number}", BEFORE, product, producer=code)
        fill.post(f"new{number}", NOW - timedelta(days=number), product, producer=code)
        day = date(2026, 11, 20)
        fill.clicks(f"new{number}", day, number * 10, product=product, producer=code)
    return fill


def card(context: Context) -> str:
    """Keep a picture and return its name."""
    out = BytesIO()
    Image.new("RGB", (108, 135), "#0e5a5a").save(out, "JPEG")
    return context.media.put(out.getvalue())


def november(context: Context) -> Report:
    """Return the report of P41 for November."""
    return report(context, "P41", "2026-11")


def test_a_report_tells_what_was_done_and_what_came_of_it(context: Context, fill: Fill) -> None:
    fill.post("before", BEFORE + timedelta(days=3))
    fill.clicks("before", date(2026, 10, 12), 6)
    fill.post("a", datetime(2026, 11, 10, 5, tzinfo=UTC), url="https://ocop.example.vn/s/a")
    fill.post("b", datetime(2026, 11, 18, 5, tzinfo=UTC))
    fill.clicks("a", date(2026, 11, 11), 30)
    fill.clicks("a", date(2026, 11, 12), 4, via="qr")
    fill.clicks("b", date(2026, 11, 18), 2)
    fill.clicks("b", date(2026, 11, 18), 70, visitor="bot")
    fill.picture("a", card(context), "Muối hạt trên ruộng")
    fill.post("next", NOW + timedelta(days=2), state=State.DUE)
    found = november(context)
    numbers = found.numbers
    assert found.sample
    assert numbers.as_of == NOW
    assert numbers.period == Period(date(2026, 11, 1), date(2026, 11, 23))
    assert (numbers.posts.value, numbers.posts.previous, numbers.posts.median) == (2, 1, 1)
    assert (numbers.links.value, numbers.qr.value, numbers.bots) == (32, 4, 70)
    assert (numbers.clicks.value, numbers.clicks.previous, numbers.clicks.median) == (36, 6, 20)
    assert [(post.key, post.clicks) for post in found.posts] == [("b", 2), ("a", 34)]
    assert found.best is not None and found.best.post.key == "a"
    assert found.share == Share(own=2, total=5, producers=4)
    assert [post.products[0].code for post in found.next] == ["BL-086"]
    assert [gap.paper for gap in found.papers] == [Paper.ORDER_LINK, Paper.PHOTO]


def test_the_page_carries_the_card_as_it_went_out(context: Context, fill: Fill) -> None:
    fill.post("a", datetime(2026, 11, 10, 5, tzinfo=UTC))
    fill.picture("a", card(context), "Muối hạt trên ruộng")
    html = page(context, november(context))
    assert "data:image/jpeg;base64," in html
    assert 'alt="Muối hạt trên ruộng"' in html
    assert "Numbers as of 09:00 23 Nov 2026." in html
    assert '<html lang="en">' in html


def test_a_producer_without_posts_gets_a_page_all_the_same(context: Context, fill: Fill) -> None:
    fill.clicks("new1", date(2026, 11, 21), 5, product="BL-001", producer="P01")
    found = november(context)
    assert found.posts == ()
    assert found.best is None
    assert found.numbers.posts.value == 0
    assert found.numbers.clicks.value is None
    assert found.share == Share(own=0, total=3, producers=3)
    assert "Nothing was posted for you in this period." in page(context, found)


def test_an_office_without_any_post_compares_nothing(context: Context) -> None:
    fill = Fill(context.store)
    fill.producer()
    fill.product()
    found = november(context)
    assert found.numbers.previous is None
    assert found.numbers.peers == 0
    assert found.share.even is None
    assert "Nothing was posted for any producer." in page(context, found)


def test_metrics_that_are_missing_stay_missing(context: Context, fill: Fill) -> None:
    fill.post("a", datetime(2026, 11, 10, 5, tzinfo=UTC))
    fill.metric("a", "views", 0)
    (views,) = november(context).numbers.told
    assert (views.name, views.value) == ("views", 0)
    html = page(context, november(context))
    assert "<b>0</b> views</li>" in html
    assert "reactions" not in html


def test_listings_of_any_age_are_told_with_what_was_read_in_the_period(
    context: Context, fill: Fill
) -> None:
    fill.post("s", NOW - timedelta(days=300))
    with context.store.write() as session:
        session.execute(update(PostRow).where(col(PostRow.key) == "s").values(placement="listing"))
        read = Metric("1", "views", 130, Window.ROLLING_30_DAYS, NOW, Quality.SANDBOX)
        metrics.keep(session, {"s": [read]})
    found = november(context)
    (shop,) = found.numbers.by_channel
    assert (shop.listing, shop.sandbox, shop.posts) == (True, True, 1)
    assert found.numbers.told == ()
    html = page(context, found)
    assert "<b>130</b> views in 30 days</li>" in html
    assert "sandbox numbers, not real" in html


def test_the_day_changes_at_the_offices_midnight(context: Context, fill: Fill) -> None:
    context.store.set_clock(datetime(2026, 10, 31, 17, 0, tzinfo=UTC))
    assert november(context).numbers.period.last == date(2026, 11, 1)
    context.store.set_clock(datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC))
    with pytest.raises(ConfigError, match="begins on 1 Nov 2026: there is nothing to report yet"):
        november(context)


def test_a_period_can_be_given_as_days(context: Context, fill: Fill) -> None:
    days = Period(date(2026, 11, 16), date(2026, 11, 22))
    assert report(context, "P41", days) == report(context, "P41", "2026-W47")


@pytest.mark.parametrize(("code", "near"), [("P4", "P41"), ("p41", "P41"), ("P14", "P41")])
def test_an_unknown_producer_is_refused_with_the_nearest(
    context: Context, fill: Fill, code: str, near: str
) -> None:
    with pytest.raises(ConfigError, match=f"no producer «{code}»; the nearest codes are .*{near}"):
        report(context, code, "2026-11")


def test_an_empty_catalogue_says_how_to_fill_it(context: Context) -> None:
    with pytest.raises(ConfigError, match="promoter catalog import"):
        report(context, "P41", "2026-11")


def test_a_bad_period_is_refused_before_anything_is_read(context: Context) -> None:
    with pytest.raises(ConfigError, match="2026-W47"):
        report(context, "P41", "tháng 11")


def test_a_lost_picture_is_said_to_be_lost(context: Context, fill: Fill) -> None:
    fill.post("a", datetime(2026, 11, 10, 5, tzinfo=UTC))
    fill.picture("a", "d" * 64)
    with pytest.raises(ConfigError, match="missing; restore it from a backup"):
        page(context, november(context))


def test_a_report_changes_nothing(context: Context, fill: Fill) -> None:
    assert november(context) == november(context)
