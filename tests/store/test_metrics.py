"""What channels counted, in the store: the newest by its moment, true sums, and no 0 for none."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from promoter.core.delivery import State
from promoter.core.model import Metric, Quality, Window
from promoter.store import metrics
from promoter.store.database import Store
from promoter.store.metrics import By, Target, Total
from promoter.store.tables import CreativeRow, DeliveryRow, MetricLatestRow, MetricRow, PostRow
from tests.make import NOW
from tests.store.fill import Fill

DAY = timedelta(days=1)
ROLLING = Window.ROLLING_30_DAYS


def metric(
    name: str = "views",
    value: int = 1,
    as_of: datetime = NOW,
    window: Window = Window.CUMULATIVE,
    quality: Quality = Quality.EXACT,
) -> Metric:
    """Return a number of a receipt."""
    return Metric("1", name, value, window, as_of, quality)


def keep(store: Store, key: str, *found: Metric) -> int:
    """Keep what was read of a post."""
    with store.write() as session:
        return metrics.keep(session, {key: found})


def latest(store: Store, key: str) -> dict[str, tuple[int, datetime]]:
    """Return the newest values of a post."""
    with store.read() as session:
        rows = session.scalars(select(MetricLatestRow).where(col(MetricLatestRow.post_key) == key))
        return {row.name: (row.value, row.as_of) for row in rows}


def snapshots(store: Store, key: str) -> list[tuple[str, int]]:
    """Return every reading of a post, in the order in which it arrived."""
    with store.read() as session:
        rows = session.scalars(
            select(MetricRow).where(col(MetricRow.post_key) == key).order_by(col(MetricRow.id))
        )
        return [(row.name, row.value) for row in rows]


def change(store: Store, key: str, **values: Any) -> None:
    """Change a post, or its delivery where the column is the delivery's."""
    for table, mark in ((PostRow, PostRow.key), (DeliveryRow, DeliveryRow.post_key)):
        own = {name: value for name, value in values.items() if name in table.model_fields}
        if own:
            with store.write() as session:
                session.execute(update(table).where(col(mark) == key).values(**own))


def totals(store: Store, by: By, keys: list[str] | None = None) -> dict[tuple[str, str], int]:
    """Return the sums by what they are attributed to and name."""
    with store.read() as session:
        return {(item.of, item.name): item.value for item in metrics.totals(session, by, keys)}


@pytest.fixture
def fill(store: Store) -> Fill:
    """P41 with two salts, P42 with a rice, and a post of the salt, live as number 1."""
    fill = Fill(store)
    fill.producer("P41")
    fill.producer("P42")
    fill.product("BL-085")
    fill.product("BL-086")
    fill.product("BL-090", producer="P42")
    fill.post("p", NOW - DAY)
    change(store, "p", remote_id="1")
    return fill


def test_every_reading_is_kept_and_the_newest_beside_it(fill: Fill) -> None:
    assert keep(fill.store, "p", metric(value=5), metric("comments", 0)) == 2
    assert keep(fill.store, "p", metric(value=9, as_of=NOW + DAY)) == 1
    assert snapshots(fill.store, "p") == [("views", 5), ("comments", 0), ("views", 9)]
    assert latest(fill.store, "p") == {"comments": (0, NOW), "views": (9, NOW + DAY)}


def test_an_older_reading_that_arrives_later_does_not_take_the_newer_ones_place(
    fill: Fill,
) -> None:
    keep(fill.store, "p", metric(value=9, as_of=NOW + DAY))
    assert keep(fill.store, "p", metric(value=5)) == 1
    assert latest(fill.store, "p") == {"views": (9, NOW + DAY)}
    assert snapshots(fill.store, "p") == [("views", 9), ("views", 5)]


def test_of_several_readings_at_once_the_one_counted_last_is_the_newest(fill: Fill) -> None:
    keep(fill.store, "p", metric(value=9, as_of=NOW + DAY), metric(value=5))
    assert latest(fill.store, "p") == {"views": (9, NOW + DAY)}


def test_a_value_that_the_channel_restates_takes_the_place_of_its_own_moment(fill: Fill) -> None:
    keep(fill.store, "p", metric(value=9))
    assert keep(fill.store, "p", metric(value=7, quality=Quality.ESTIMATED)) == 1
    assert latest(fill.store, "p") == {"views": (7, NOW)}
    with fill.store.read() as session:
        (row,) = session.scalars(select(MetricLatestRow))
        assert row.quality == "estimated"


def test_the_same_reading_twice_is_kept_once(fill: Fill) -> None:
    keep(fill.store, "p", metric(value=9, as_of=NOW + DAY))
    keep(fill.store, "p", metric(value=5))
    assert keep(fill.store, "p", metric(value=5), metric(value=9, as_of=NOW + DAY)) == 0
    assert len(snapshots(fill.store, "p")) == 2


def test_what_was_not_told_is_not_there(fill: Fill) -> None:
    assert keep(fill.store, "p") == 0
    assert latest(fill.store, "p") == {}
    with fill.store.read() as session:
        assert metrics.totals(session, By.POST) == []


def test_readings_and_newest_values_are_kept_together_or_not_at_all(fill: Fill) -> None:
    with pytest.raises(RuntimeError), fill.store.write() as session:
        metrics.keep(session, {"p": [metric()]})
        raise RuntimeError
    assert (snapshots(fill.store, "p"), latest(fill.store, "p")) == ([], {})


def test_the_windows_of_a_name_stand_apart(fill: Fill) -> None:
    keep(fill.store, "p", metric(value=900), metric(value=30, window=ROLLING))
    with fill.store.read() as session:
        found = metrics.totals(session, By.CHANNEL)
    assert [(item.window, item.value) for item in found] == [
        (Window.CUMULATIVE, 900),
        (ROLLING, 30),
    ]


def test_revenue_may_pass_what_32_bits_hold(fill: Fill) -> None:
    keep(fill.store, "p", metric("revenue", 3_000_000_000))
    assert latest(fill.store, "p") == {"revenue": (3_000_000_000, NOW)}
    assert totals(fill.store, By.POST) == {("p", "revenue"): 3_000_000_000}


def test_a_total_is_the_sum_of_the_newest_values_of_its_posts(fill: Fill) -> None:
    fill.post("q", NOW)
    keep(fill.store, "p", metric(value=100))
    keep(fill.store, "p", metric(value=140, as_of=NOW + 2 * DAY, quality=Quality.SANDBOX))
    keep(fill.store, "q", metric(value=7, as_of=NOW + DAY))
    with fill.store.read() as session:
        found = metrics.totals(session, By.CAMPAIGN)
    assert found == [
        Total(
            of="salt",
            name="views",
            window=Window.CUMULATIVE,
            value=147,
            posts=2,
            quality=Quality.SANDBOX,
            as_of=NOW + DAY,
        )
    ]


def test_thirty_days_are_never_added_up_over_time_only_over_listings(fill: Fill) -> None:
    fill.post("q", NOW)
    for day, value in ((0, 50), (7, 60), (14, 40)):
        keep(fill.store, "p", metric(value=value, as_of=NOW + day * DAY, window=ROLLING))
    assert totals(fill.store, By.CHANNEL) == {("showcase", "views"): 40}
    keep(fill.store, "q", metric(value=5, window=ROLLING))
    assert totals(fill.store, By.CHANNEL) == {("showcase", "views"): 45}


def test_a_listing_that_was_taken_down_has_no_last_30_days_but_keeps_what_it_had(
    fill: Fill,
) -> None:
    keep(fill.store, "p", metric(value=50, window=ROLLING), metric("units", 3))
    change(fill.store, "p", state=State.WITHDRAWN.value)
    assert totals(fill.store, By.POST) == {("p", "units"): 3}


def test_reach_is_told_by_post_and_never_added_up(fill: Fill) -> None:
    keep(fill.store, "p", metric("reach", 80))
    assert totals(fill.store, By.POST) == {("p", "reach"): 80}
    for by in set(By) - {By.POST}:
        assert totals(fill.store, by) == {}


def test_values_of_single_days_are_not_added_up(fill: Fill) -> None:
    keep(fill.store, "p", metric(value=4, window=Window.DAY))
    assert totals(fill.store, By.POST) == {}


def test_numbers_are_attributed_to_all_that_made_the_post(fill: Fill) -> None:
    change(
        fill.store,
        "p",
        channel="facebook",
        account="fanpage",
        campaign="tet",
        card="story",
        caption="long",
    )
    fill.picture("p", "a" * 64)
    with fill.store.write() as session:
        session.execute(update(CreativeRow).values(variant="b"))
    keep(fill.store, "p", metric(value=6))
    found = {by: [of for of, _ in totals(fill.store, by)] for by in By}
    assert found == {
        By.PRODUCT: ["BL-086"],
        By.PRODUCER: ["P41"],
        By.CHANNEL: ["facebook"],
        By.CAMPAIGN: ["tet"],
        By.ACCOUNT: ["fanpage"],
        By.POST: ["p"],
        By.CARD: ["story"],
        By.CAPTION: ["long"],
        By.VARIANT: ["b"],
    }


def test_a_post_of_several_products_counts_whole_for_each_and_once_for_their_producer(
    fill: Fill,
) -> None:
    fill.post("both", NOW, "BL-085", "BL-086", "BL-090", producer="")
    keep(fill.store, "both", metric(value=30))
    assert totals(fill.store, By.PRODUCT) == {
        ("BL-085", "views"): 30,
        ("BL-086", "views"): 30,
        ("BL-090", "views"): 30,
    }
    assert totals(fill.store, By.PRODUCER) == {("P41", "views"): 30, ("P42", "views"): 30}
    assert totals(fill.store, By.CHANNEL) == {("showcase", "views"): 30}


def test_totals_can_be_of_some_posts_only(fill: Fill) -> None:
    fill.post("q", NOW)
    keep(fill.store, "p", metric(value=1))
    keep(fill.store, "q", metric(value=20))
    assert totals(fill.store, By.CHANNEL, ["q"]) == {("showcase", "views"): 20}
    assert totals(fill.store, By.CHANNEL, []) == {}


def test_a_target_is_live_since_its_receipt_and_known_to_its_channel(fill: Fill) -> None:
    change(fill.store, "p", url="https://a.example/1", settled_at=NOW)
    with fill.store.read() as session:
        (found,) = metrics.targets(session, ["p", "none"]).values()
    assert (found.key, found.live, found.stays) == ("p", NOW, False)
    assert (found.receipt.remote_id, found.receipt.url) == ("1", "https://a.example/1")


@pytest.mark.parametrize("state", [state for state in State if state is not State.PUBLISHED])
def test_only_what_is_live_is_asked_about(fill: Fill, state: State) -> None:
    change(fill.store, "p", state=state.value)
    with fill.store.read() as session:
        assert metrics.targets(session, ["p"]) == {}
        assert metrics.live(session, "showcase", NOW - 9 * DAY) == []


def test_what_a_person_found_without_a_number_cannot_be_asked_about(fill: Fill) -> None:
    change(fill.store, "p", remote_id="", url="https://a.example/1")
    with fill.store.read() as session:
        assert metrics.targets(session, ["p"]) == {}


def test_the_live_posts_of_an_account_are_the_late_ones_and_all_its_listings(fill: Fill) -> None:
    for key, days in (("old", 29), ("listing", 400), ("other", 1), ("held", 60)):
        fill.post(key, NOW - days * DAY)
        change(fill.store, key, remote_id=key)
    change(fill.store, "listing", placement="listing")
    change(fill.store, "other", account="fanpage")
    change(fill.store, "held", settled_at=NOW - 2 * DAY)
    with fill.store.read() as session:
        found = metrics.live(session, "showcase", NOW - 28 * DAY)
    assert [item.key for item in found] == ["listing", "held", "p"]
    assert [item.stays for item in found] == [True, False, False]
    assert isinstance(found[0], Target)
