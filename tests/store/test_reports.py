"""What the store tells a report: whose posts and clicks, and in which local days."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import col

from promoter.core.delivery import State
from promoter.core.engagement import OnShow, Reading
from promoter.core.insight import Item, Tally, Visits
from promoter.core.model import Metric, Quality, Window
from promoter.core.period import Period
from promoter.core.report import Picture
from promoter.store import metrics, reports
from promoter.store.database import Store
from promoter.store.tables import PostRow
from tests import make
from tests.store.fill import Fill

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
MIDDAY = datetime(2026, 11, 10, 5, tzinfo=UTC)


@pytest.fixture
def fill(store: Store) -> Fill:
    """A store with the salt works P41 and its two salts, and P42 with a rice."""
    fill = Fill(store)
    fill.producer("P41")
    fill.producer("P42", name="Hợp tác xã Lúa Sạch (mẫu)")
    fill.product("BL-085", name="Muối tinh Bạc Liêu")
    fill.product("BL-086")
    fill.product("BL-090", name="Gạo Một bụi đỏ", producer="P42", product_class="rice")
    return fill


def test_an_unknown_producer_is_none(store: Store) -> None:
    with store.read() as session:
        assert reports.producer(session, "P41") is None
        assert reports.producer_codes(session) == []


def test_a_producer_comes_back_whole(fill: Fill) -> None:
    with fill.store.read() as session:
        assert reports.producer(session, "P41") == make.producer("P41")
        assert reports.producer_codes(session) == ["P41", "P42"]


def test_a_retired_product_has_no_papers_to_miss(fill: Fill) -> None:
    fill.product("BL-087", retired=True)
    with fill.store.read() as session:
        assert [item.code for item in reports.products(session, "P41")] == ["BL-085", "BL-086"]
        assert reports.groups(session) == {"P41": ["food", "food"], "P42": ["food"]}


def test_the_period_begins_and_ends_at_local_midnight(fill: Fill) -> None:
    """In Viet Nam the 1st begins at 17:00 UTC of the day before."""
    fill.post("eve", datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC))
    fill.post("first", datetime(2026, 10, 31, 17, 0, tzinfo=UTC))
    fill.post("last", datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC))
    fill.post("after", datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    with fill.store.read() as session:
        found = reports.published(session, "P41", NOVEMBER, ZONE)
        assert [(post.key, post.day) for post in found] == [
            ("first", date(2026, 11, 1)),
            ("last", date(2026, 11, 30)),
        ]
        assert reports.count(session, "P41", NOVEMBER, ZONE) == 2
        assert reports.tallies(session, NOVEMBER, ZONE) == {"P41": Tally(posts=2)}


def test_a_post_counts_when_it_went_live_not_when_it_was_due(fill: Fill) -> None:
    fill.post(
        "late",
        datetime(2026, 10, 31, 16, 59, tzinfo=UTC),
        settled_at=datetime(2026, 10, 31, 17, 20, tzinfo=UTC),
    )
    with fill.store.read() as session:
        (post,) = reports.published(session, "P41", NOVEMBER, ZONE)
        assert post.at == datetime(2026, 10, 31, 17, 20, tzinfo=UTC)
        assert reports.began(session) == post.at


def test_a_held_post_counts_in_the_period_in_which_a_person_found_it(fill: Fill) -> None:
    fill.post(
        "held",
        datetime(2026, 9, 10, 5, tzinfo=UTC),
        settled_at=datetime(2026, 11, 2, 5, tzinfo=UTC),
    )
    with fill.store.read() as session:
        assert [post.key for post in reports.published(session, "P41", NOVEMBER, ZONE)] == ["held"]
        assert reports.count(session, "P41", Period(date(2026, 9, 1), date(2026, 9, 30)), ZONE) == 0


@pytest.mark.parametrize("state", [state for state in State if state is not State.PUBLISHED])
def test_only_what_is_live_was_posted(fill: Fill, state: State) -> None:
    fill.post("p", MIDDAY, state=state)
    with fill.store.read() as session:
        assert reports.published(session, "P41", NOVEMBER, ZONE) == []
        assert reports.count(session, "P41", NOVEMBER, ZONE) == 0
        assert reports.tallies(session, NOVEMBER, ZONE) == {}
        assert reports.began(session) is None


def test_a_post_of_two_producers_is_told_to_each_with_its_own_products(fill: Fill) -> None:
    fill.post("both", MIDDAY, "BL-090", "BL-086", "BL-085", producer="", url="https://a.example/1")
    with fill.store.read() as session:
        (salt,) = reports.published(session, "P41", NOVEMBER, ZONE)
        (rice,) = reports.published(session, "P42", NOVEMBER, ZONE)
        tallies = reports.tallies(session, NOVEMBER, ZONE)
    assert salt.products == (
        Item("BL-086", "Muối hạt Bạc Liêu"),
        Item("BL-085", "Muối tinh Bạc Liêu"),
    )
    assert rice.products == (Item("BL-090", "Gạo Một bụi đỏ"),)
    assert salt.url == "https://a.example/1"
    assert tallies == {"P41": Tally(posts=1), "P42": Tally(posts=1)}


def test_clicks_belong_to_their_local_day_and_kind(fill: Fill) -> None:
    fill.post("p", MIDDAY)
    fill.clicks("p", date(2026, 10, 31), 100)
    fill.clicks("p", date(2026, 11, 1), 3)
    fill.clicks("p", date(2026, 11, 30), 2, via="qr")
    fill.clicks("p", date(2026, 11, 30), 9, visitor="bot")
    fill.clicks("p", date(2026, 12, 1), 100)
    with fill.store.read() as session:
        assert reports.visits(session, "P41", NOVEMBER) == [
            Visits(date(2026, 11, 1), "p", "link", "person", 3),
            Visits(date(2026, 11, 30), "p", "link", "bot", 9),
            Visits(date(2026, 11, 30), "p", "qr", "person", 2),
        ]
        assert reports.tallies(session, NOVEMBER, ZONE) == {"P41": Tally(1, 3, 2)}


def test_a_click_is_the_producers_whose_product_it_was(fill: Fill) -> None:
    fill.post("both", MIDDAY, "BL-086", "BL-090", producer="")
    day = date(2026, 11, 10)
    fill.clicks("both", day, 4, product="BL-090", producer=None)
    fill.clicks("both", day, 1, product="BL-086", producer=None)
    fill.clicks("both", day, 50, product=None, producer=None)
    with fill.store.read() as session:
        assert [item.count for item in reports.visits(session, "P41", NOVEMBER)] == [1]
        assert [item.count for item in reports.visits(session, "P42", NOVEMBER)] == [4]
        assert reports.tallies(session, NOVEMBER, ZONE) == {
            "P41": Tally(1, 1, 0),
            "P42": Tally(1, 4, 0),
        }


def test_the_collection_link_of_one_producer_is_its_own(fill: Fill) -> None:
    fill.post("pair", MIDDAY, "BL-085", "BL-086")
    fill.clicks("pair", date(2026, 11, 10), 7, product=None)
    with fill.store.read() as session:
        assert [item.count for item in reports.visits(session, "P41", NOVEMBER)] == [7]
        assert reports.visits(session, "P42", NOVEMBER) == []


def test_what_comes_next_is_soonest_first_and_only_what_can_still_go_out(fill: Fill) -> None:
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    for day, state in ((27, State.DUE), (25, State.WAITING), (24, State.CANCELLED)):
        fill.post(f"p{day}", datetime(2026, 11, day, 5, tzinfo=UTC), state=state)
    fill.post("p22", datetime(2026, 11, 22, 5, tzinfo=UTC), state=State.DUE)
    fill.post("p29", datetime(2026, 11, 29, 5, tzinfo=UTC), state=State.READY)
    with fill.store.read() as session:
        found = reports.planned(session, "P41", now, 2, ZONE)
    assert [(post.day.day, post.waiting) for post in found] == [(25, True), (27, False)]
    assert found[0].products == (Item("BL-086", "Muối hạt Bạc Liêu"),)


def test_the_limit_of_what_comes_next_counts_posts_not_products(fill: Fill) -> None:
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    for day in (24, 25):
        fill.post(
            f"p{day}",
            datetime(2026, 11, day, 5, tzinfo=UTC),
            "BL-085",
            "BL-086",
            state=State.DUE,
        )
    with fill.store.read() as session:
        found = reports.planned(session, "P41", now, 2, ZONE)
    assert [len(post.products) for post in found] == [2, 2]


def change(store: Store, key: str, **values: Any) -> None:
    """Change a post."""
    with store.write() as session:
        session.execute(update(PostRow).where(col(PostRow.key) == key).values(**values))


def read(store: Store, key: str, name: str, value: int, as_of: datetime, window: Window) -> None:
    """Keep a reading as the step `measure` does."""
    with store.write() as session:
        found = Metric("1", name, value, window, as_of, Quality.EXACT)
        metrics.keep(session, {key: [found]})


def test_on_show_are_the_posts_of_the_period_and_the_listings_of_any_age(fill: Fill) -> None:
    fill.post("post", MIDDAY)
    fill.post("earlier", datetime(2026, 10, 10, 5, tzinfo=UTC))
    fill.post("listing", datetime(2026, 2, 10, 5, tzinfo=UTC))
    fill.post("to come", datetime(2026, 12, 1, 5, tzinfo=UTC))
    fill.post("gone", datetime(2026, 2, 10, 5, tzinfo=UTC), state=State.WITHDRAWN)
    fill.post("rice", MIDDAY, "BL-090", producer="P42")
    for key in ("listing", "to come", "gone"):
        change(fill.store, key, placement="listing", account="shop", channel="shopee")
    with fill.store.read() as session:
        assert reports.on_show(session, "P41", NOVEMBER, ZONE) == [
            OnShow("listing", "shop", "shopee", listing=True),
            OnShow("post", "showcase", "showcase"),
        ]


def test_of_a_post_its_newest_numbers_count_whenever_they_were_read(fill: Fill) -> None:
    fill.post("p", MIDDAY)
    later = datetime(2026, 12, 8, 5, tzinfo=UTC)
    read(fill.store, "p", "views", 9, MIDDAY, Window.CUMULATIVE)
    read(fill.store, "p", "views", 40, later, Window.CUMULATIVE)
    read(fill.store, "p", "clicks", 5, later, Window.CUMULATIVE)
    with fill.store.read() as session:
        found = reports.counts(session, [OnShow("p", "a", "x")], NOVEMBER, ZONE)
    assert found == [Reading("p", "views", 40, Quality.EXACT, later)]


def test_of_a_listing_the_newest_numbers_of_the_period_count(fill: Fill) -> None:
    """What was read in December tells of December; what was read in October is over."""
    fill.post("s", MIDDAY)
    rolling = Window.ROLLING_30_DAYS
    last = datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)
    for value, as_of in (
        (900, datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)),
        (50, last),
        (60, MIDDAY),
        (700, datetime(2026, 11, 30, 17, 0, tzinfo=UTC)),
    ):
        read(fill.store, "s", "views", value, as_of, rolling)
    read(fill.store, "s", "units", 3, datetime(2026, 10, 31, 16, 0, tzinfo=UTC), Window.CUMULATIVE)
    with fill.store.read() as session:
        found = reports.counts(session, [OnShow("s", "a", "b", listing=True)], NOVEMBER, ZONE)
    assert found == [Reading("s", "views", 50, Quality.EXACT, last, rolling)]


def test_a_listing_that_was_not_read_in_the_period_has_no_numbers(fill: Fill) -> None:
    fill.post("s", MIDDAY)
    later = datetime(2026, 12, 8, 5, tzinfo=UTC)
    read(fill.store, "s", "views", 700, later, Window.ROLLING_30_DAYS)
    with fill.store.read() as session:
        found = reports.counts(session, [OnShow("s", "a", "b", listing=True)], NOVEMBER, ZONE)
    assert found == []


def test_the_windows_of_a_name_are_read_apart(fill: Fill) -> None:
    fill.post("s", MIDDAY)
    read(fill.store, "s", "views", 50, MIDDAY, Window.ROLLING_30_DAYS)
    read(fill.store, "s", "views", 900, MIDDAY, Window.CUMULATIVE)
    with fill.store.read() as session:
        found = reports.counts(session, [OnShow("s", "a", "b", listing=True)], NOVEMBER, ZONE)
    assert [(item.window, item.value) for item in found] == [
        (Window.CUMULATIVE, 900),
        (Window.ROLLING_30_DAYS, 50),
    ]


def test_the_first_picture_of_a_post_is_its_card(fill: Fill) -> None:
    fill.post("p", MIDDAY)
    fill.picture("p", "a" * 64, "thẻ")
    fill.picture("p", "b" * 64, "ảnh", position=1)
    with fill.store.read() as session:
        assert reports.pictures(session, ["p", "none"]) == {"p": Picture("a" * 64, "thẻ")}


def test_when_it_began_is_asked_for_one_or_for_all(fill: Fill) -> None:
    fill.post("rice", datetime(2026, 10, 1, 5, tzinfo=UTC), "BL-090", producer="P42")
    fill.post("salt", MIDDAY)
    with fill.store.read() as session:
        assert reports.began(session) == datetime(2026, 10, 1, 5, tzinfo=UTC)
        assert reports.began(session, "P41") == MIDDAY
