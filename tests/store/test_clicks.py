"""Clicks are counted by link and local day, never lost by being many, never tied to a person."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from promoter.core.period import Period
from promoter.store import clicks
from promoter.store.clicks import Click, Via, Visitor
from promoter.store.database import Store
from promoter.store.tables import ClickDayRow, ClickRow, LinkRow
from tests.store.fill import EARLY, Fill

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MONTH = Period(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def office(store: Store) -> Store:
    """A store with two posts: one of a product, one of several with a link to their collection."""
    fill = Fill(store)
    fill.producer("P41")
    fill.producer("P02", name="Yến Sào (mẫu)")
    fill.product("BL-086")
    fill.product("BL-007", producer="P02")
    fill.post("one", NOON, "BL-086")
    fill.post("many", NOON, "BL-086", "BL-007", producer="")
    with store.write() as session:
        for code, key, product, producer in (
            ("salt000000", "one", "BL-086", "P41"),
            ("both000000", "many", None, None),
            ("nest000000", "many", "BL-007", None),
        ):
            session.add(
                LinkRow(
                    code=code,
                    post_key=key,
                    product=product,
                    producer=producer,
                    target=f"https://ban.example.vn/p/{product}",
                    created_at=EARLY,
                )
            )
    return store


def click(
    link: str = "salt000000",
    at: datetime = NOON,
    via: Via = Via.LINK,
    visitor: Visitor = Visitor.PERSON,
) -> Click:
    return Click(link, at, via, visitor)


def record(store: Store, *made: Click) -> list[str]:
    with store.write() as session:
        return clicks.record(session, made, ZONE)


def days(store: Store) -> dict[tuple[str, date, str, str], int]:
    with store.read() as session:
        rows = session.exec(select(ClickDayRow)).all()
        return {(row.link, row.day, row.via, row.visitor): row.count for row in rows}


def test_clicks_add_up_over_batches(office: Store) -> None:
    record(office, click(), click())
    record(office, click())
    assert days(office) == {("salt000000", date(2026, 11, 23), "link", "person"): 3}


def test_each_way_and_kind_of_visitor_is_counted_apart(office: Store) -> None:
    record(
        office,
        click(),
        click(via=Via.QR),
        click(visitor=Visitor.BOT),
        click(visitor=Visitor.PREVIEW),
        click(visitor=Visitor.PREVIEW),
    )
    with office.read() as session:
        assert clicks.by_product(session, MONTH)["BL-086"] == {
            (Via.LINK, Visitor.PERSON): 1,
            (Via.QR, Visitor.PERSON): 1,
            (Via.LINK, Visitor.BOT): 1,
            (Via.LINK, Visitor.PREVIEW): 2,
        }


def test_a_day_is_the_office_s_own(office: Store) -> None:
    before = datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC)
    record(office, click(at=before), click(at=before + timedelta(seconds=1)))
    assert [day for _, day, _, _ in sorted(days(office))] == [
        date(2026, 11, 23),
        date(2026, 11, 24),
    ]


def test_a_link_that_is_not_known_is_told_and_hurts_no_other(office: Store) -> None:
    assert record(office, click("gone000000"), click(), click("gone000000")) == ["gone000000"]
    assert sum(days(office).values()) == 1
    with office.read() as session:
        assert len(session.exec(select(ClickRow)).all()) == 1


def test_only_unknown_links_leave_nothing(office: Store) -> None:
    assert record(office, click("gone000000")) == ["gone000000"]
    assert days(office) == {}


def test_nothing_to_record_is_nothing(office: Store) -> None:
    assert record(office) == []


def test_a_product_of_a_shared_post_is_credited_to_its_own_producer(office: Store) -> None:
    record(office, click("nest000000"), click("both000000"), click())
    with office.read() as session:
        producers = clicks.by_producer(session, MONTH)
        posts = clicks.by_post(session, MONTH)
    person = (Via.LINK, Visitor.PERSON)
    assert producers == {"P02": {person: 1}, "P41": {person: 1}}
    assert posts == {"many": {person: 2}, "one": {person: 1}}


def test_sums_keep_to_the_days_of_the_period(office: Store) -> None:
    record(office, click(at=NOON - timedelta(days=40)), click())
    with office.read() as session:
        assert clicks.by_product(session, MONTH)["BL-086"] == {(Via.LINK, Visitor.PERSON): 1}


def test_old_visits_are_deleted_little_by_little_and_their_sums_stay(office: Store) -> None:
    record(office, *[click(at=NOON - timedelta(days=n)) for n in range(100)])
    cut = NOON - timedelta(days=90)
    removed = []
    while True:
        with office.write() as session:
            removed.append(clicks.prune(session, cut, limit=5))
        if not removed[-1]:
            break
    assert removed == [5, 4, 0]
    with office.read() as session:
        left = session.exec(select(ClickRow)).all()
    assert len(left) == 91
    assert min(row.at for row in left) == cut
    assert sum(days(office).values()) == 100


def test_nothing_that_could_name_a_visitor_has_a_place(office: Store) -> None:
    record(office, click())
    with office.read() as session:
        (row,) = session.exec(select(ClickRow)).all()
    assert set(row.model_dump()) == {"id", "link", "at", "via", "visitor"}


def test_a_target_is_found_by_the_code_alone(office: Store) -> None:
    with office.read() as session:
        assert clicks.target(session, "salt000000") == "https://ban.example.vn/p/BL-086"
        assert clicks.target(session, "SALT000000") is None
        assert clicks.target(session, "salt00000%") is None
