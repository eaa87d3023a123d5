"""What the pages read is complete, in order, and costs the same number of queries however long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import Session

from promoter.core.delivery import State
from promoter.store import catalogue, views
from promoter.store.database import Store
from promoter.store.tables import CreativeRow, PostRow, ProductRow
from tests.store.fill import Fill

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SHA = "ab" * 32


@pytest.fixture
def fill(store: Store) -> Fill:
    """A store with one producer and two products."""
    found = Fill(store)
    found.producer("P41")
    found.product("BL-086")
    found.product("BL-085", name="Muối tinh Bạc Liêu")
    return found


def posted(fill: Fill, key: str, at: datetime, *products: str, **changes: State) -> None:
    """Add a post that was composed."""
    fill.post(key, at, *products, **changes)  # type: ignore[arg-type]
    fill.picture(key, SHA, alt=f"Card of {key}")
    with fill.store.write() as session:
        creative = session.get_one(CreativeRow, key)
        creative.title = key
        creative.caption = f"First line of {key}\nsecond line"


def start(store: Store, cards: int = 8, coming: int = 8) -> views.Start:
    with store.read() as session:
        return views.start(session, NOW, ZONE, cards=cards, coming=coming)


@contextmanager
def counting(session: Session) -> Iterator[Callable[[], int]]:
    """Count the statements of a session."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(statements)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_an_empty_office_has_a_start_page(store: Store) -> None:
    found = start(store)
    assert (found.published, found.coming, found.states) == ((), (), {})
    assert (found.products, found.producers) == (0, 0)
    assert len(found.days) == 28


def test_what_happened_is_newest_first_and_only_what_is_live(fill: Fill) -> None:
    for number in range(4):
        posted(fill, f"live{number}", NOW - (number + 1) * DAY)
    for state in (State.MISSED, State.FAILED, State.WITHDRAWN, State.CANCELLED, State.DUE):
        posted(fill, f"not {state}", NOW - timedelta(hours=1), state=state)
    assert [card.key for card in start(fill.store, cards=3).published] == [
        "live0",
        "live1",
        "live2",
    ]


def test_a_card_tells_its_first_line_picture_product_and_clicks(fill: Fill) -> None:
    posted(fill, "one", NOW - DAY)
    fill.clicks("one", date(2026, 11, 22), 3)
    fill.clicks("one", date(2026, 11, 22), 2, via="qr")
    fill.clicks("one", date(2026, 11, 22), 50, visitor="bot")
    (card,) = start(fill.store).published
    assert card.line == "First line of one"
    assert card.picture == views.Picture(SHA, 1080, 1080, "Card of one")
    assert card.products == (views.Item("BL-086", "Muối hạt Bạc Liêu"),)
    assert card.clicks == 5


def test_what_comes_next_is_soonest_first_and_only_what_is_planned(fill: Fill) -> None:
    posted(fill, "later", NOW + 2 * DAY, "BL-085", state=State.WAITING)
    posted(fill, "soon", NOW + DAY, "BL-086", "BL-085", state=State.READY)
    posted(fill, "never", NOW + DAY / 2, state=State.CANCELLED)
    posted(fill, "past", NOW - DAY, state=State.WAITING)
    found = start(fill.store).coming
    assert [(item.state, item.at) for item in found] == [
        (State.READY, NOW + DAY),
        (State.WAITING, NOW + 2 * DAY),
    ]
    assert [item.code for item in found[0].products] == ["BL-086", "BL-085"]


def test_states_are_those_of_the_last_weeks_and_of_the_plan(fill: Fill) -> None:
    posted(fill, "old", NOW - 40 * DAY)
    posted(fill, "new", NOW - DAY)
    posted(fill, "lost", NOW - DAY, state=State.UNKNOWN)
    posted(fill, "next", NOW + DAY, state=State.DUE)
    assert start(fill.store).states == {"PUBLISHED": 1, "UNKNOWN": 1, "DUE": 1}


def test_clicks_by_day_count_persons_and_leave_no_day_out(fill: Fill) -> None:
    posted(fill, "one", NOW - DAY)
    fill.clicks("one", date(2026, 11, 23), 4)
    fill.clicks("one", date(2026, 11, 22), 2, via="qr")
    fill.clicks("one", date(2026, 11, 22), 9, visitor="preview")
    fill.clicks("one", date(2026, 10, 26), 7)
    days = start(fill.store).days
    assert [day.day for day in days] == [date(2026, 10, 27) + n * DAY for n in range(28)]
    assert days[-1] == views.DayClicks(date(2026, 11, 23), 4, 0)
    assert days[-2] == views.DayClicks(date(2026, 11, 22), 0, 2)
    assert sum(day.links + day.qr for day in days) == 6


def test_what_is_retired_is_not_counted(fill: Fill) -> None:
    fill.product("BL-001", retired=True)
    fill.producer("P01", retired=True)
    found = start(fill.store)
    assert (found.products, found.producers) == (2, 1)


def test_the_start_page_costs_the_same_with_more_posts(fill: Fill) -> None:
    counts = []
    for number in range(6):
        posted(fill, f"p{number}", NOW - (number + 1) * DAY)
        posted(fill, f"n{number}", NOW + (number + 1) * DAY, state=State.DUE)
        with fill.store.read() as session, counting(session) as count:
            views.start(session, NOW, ZONE, cards=8, coming=8)
            counts.append(count())
    assert len(set(counts)) == 1


def test_a_product_has_the_newest_card_that_shows_it_alone(fill: Fill) -> None:
    posted(fill, "old", NOW - 3 * DAY)
    posted(fill, "new", NOW - 2 * DAY)
    posted(fill, "shared", NOW - DAY, "BL-086", "BL-085")
    posted(fill, "failed", NOW - DAY, state=State.FAILED)
    with fill.store.read() as session:
        cards = views.cards_of(session, ["BL-086", "BL-085"], NOW)
    assert {code: card.key for code, card in cards.items()} == {"BL-086": "new"}


def test_a_product_page_has_producer_and_its_other_products(fill: Fill) -> None:
    fill.product("BL-090", retired=True)
    posted(fill, "one", NOW - DAY)
    with fill.store.read() as session:
        found = catalogue.product_page(session, "BL-086", NOW)
    assert found
    assert (found.product.code, found.producer.code) == ("BL-086", "P41")
    assert [other.code for other in found.others] == ["BL-085"]
    assert found.card and found.card.key == "one"


def test_an_unknown_or_retired_product_has_no_page(fill: Fill) -> None:
    fill.product("BL-090", retired=True)
    with fill.store.read() as session:
        assert catalogue.product_page(session, "BL-999", NOW) is None
        assert catalogue.product_page(session, "BL-090", NOW) is None


def test_a_collection_is_the_post_s_products_in_order(fill: Fill) -> None:
    posted(fill, "gift", NOW - DAY, "BL-086", "BL-085")
    code = _code(fill, "gift")
    with fill.store.read() as session:
        found = catalogue.collection(session, code)
        assert catalogue.collection(session, "nothing000") is None
    assert found
    assert (found.title, [item.code for item in found.products]) == ("gift", ["BL-086", "BL-085"])


def _code(fill: Fill, key: str) -> str:
    with fill.store.read() as session:
        return session.get_one(PostRow, key).code


def test_producers_are_shown_with_exposure_and_clicks(fill: Fill) -> None:
    fill.producer("P02", name="Yến Sào (mẫu)")
    posted(fill, "one", NOW - DAY)
    posted(fill, "two", NOW - 2 * DAY, "BL-085")
    posted(fill, "old", NOW - 40 * DAY)
    fill.clicks("one", date(2026, 11, 22), 3)
    fill.clicks("one", date(2026, 11, 22), 8, visitor="bot")
    with fill.store.read() as session:
        found = catalogue.producers(session, NOW, ZONE)
    assert [(m.producer.code, len(m.products), m.posts, m.clicks) for m in found] == [
        ("P02", 0, 0, 0),
        ("P41", 2, 2, 3),
    ]


def test_the_stamp_tells_every_import(fill: Fill) -> None:
    stamps = []

    def look() -> None:
        with fill.store.read() as session:
            stamps.append(catalogue.stamp(session))

    look()
    fill.product("BL-100")
    look()
    with fill.store.write() as session:
        session.get_one(ProductRow, "BL-100").updated_at = NOW
    look()
    with fill.store.write() as session:
        session.get_one(ProductRow, "BL-100").retired_at = NOW
    look()
    assert len(set(stamps)) == len(stamps)
