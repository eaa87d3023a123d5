"""The measure step: what is due is read in batches, and what fails changes nothing but its time."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from promoter.core.channel import Channel
from promoter.core.delivery import State
from promoter.core.errors import (
    ChannelError,
    ConfigError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Metric, Phrase, Quality, Receipt, Window
from promoter.locale import Locale
from promoter.media import MediaStore
from promoter.pipeline.context import Account, Context, Office
from promoter.pipeline.measure import BATCH, Measured, measure, measure_now
from promoter.store import deliveries, follow_ups
from promoter.store.database import Store
from promoter.store.deliveries import AccountState
from promoter.store.follow_ups import FollowUp, Verb
from promoter.store.tables import DeliveryRow, MetricLatestRow, MetricRow, PostRow
from tests.make import NOW
from tests.store.fill import Fill

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIVE = NOW - HOUR
"""When the posts of these tests went live: their first reading is due now."""


class Counting:
    """A channel that counts what it is told to, and remembers what it was asked about."""

    limits: Any = None

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.views: dict[str, int] = {}
        self.error: ChannelError | None = None
        self.during: Callable[[], object] = lambda: None

    def publish(self, creative: object, key: str, draft: object) -> Receipt:
        """Never called here."""
        raise NotImplementedError

    def metrics(self, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
        """Return the views that are set, of whatever was asked."""
        self.asked.append([receipt.remote_id for receipt in receipts])
        self.during()
        if self.error:
            raise self.error
        return [
            Metric(remote_id, "views", value, Window.CUMULATIVE, now, Quality.EXACT)
            for remote_id, value in self.views.items()
        ]


class Silent:
    """A channel that counts nothing."""

    limits: Any = None

    def publish(self, creative: object, key: str, draft: object) -> Receipt:
        """Never called here."""
        raise NotImplementedError


@pytest.fixture
def channel() -> Counting:
    """A channel that counts."""
    return Counting()


@pytest.fixture
def context(store: Store, tmp_path: Path) -> Context:
    """An office whose clock stands at NOW."""
    store.set_clock(NOW)
    unused: Any = None
    return Context(
        store=store,
        office=Office("Sở", ZoneInfo("Asia/Ho_Chi_Minh"), "https://a.example", Locale("en")),
        accounts={},
        studio=unused,
        captions=unused,
        media=MediaStore(tmp_path / "media"),
        assets=tmp_path,
        vault=unused,
    )


@pytest.fixture
def fill(store: Store) -> Fill:
    """A producer with its salt."""
    fill = Fill(store)
    fill.producer()
    fill.product()
    return fill


def account(channel: Channel, **changes: Any) -> Account:
    """Return the account of the posts that `fill` makes."""
    unused: Any = None
    default = Account(
        name="showcase",
        channel="showcase",
        limits=unused,
        daily_limit=6,
        min_gap=30 * MINUTE,
        owner="",
        resend_after_absent=False,
        connect=lambda: channel,
    )
    return replace(default, **changes)


def live(
    fill: Fill, key: str, at: datetime = LIVE, *, listing: bool = False, due: bool = True
) -> None:
    """Add a live post whose first reading is due an hour after it went live."""
    fill.post(key, at, settled_at=at)
    with fill.store.write() as session:
        session.execute(
            update(DeliveryRow).where(col(DeliveryRow.post_key) == key).values(remote_id=f"r-{key}")
        )
        if listing:
            session.execute(
                update(PostRow).where(col(PostRow.key) == key).values(placement="listing")
            )
        if due:
            follow_ups.ask(session, key, Verb.MEASURE, "showcase", at + HOUR)


def waiting(store: Store, key: str) -> FollowUp | None:
    """Return what is still to be read of a post."""
    with store.read() as session:
        found = follow_ups.of(session, key)
    return found[0] if found else None


def due_in(store: Store, key: str) -> timedelta:
    """Return how long it is from NOW until a post is read again."""
    found = waiting(store, key)
    assert found is not None and found.lease_until is None
    return found.due_at - NOW


def values(store: Store) -> dict[str, int]:
    """Return the newest number of each post."""
    with store.read() as session:
        return {row.post_key: row.value for row in session.scalars(select(MetricLatestRow))}


def pass_time(store: Store, span: timedelta) -> None:
    """Move the clock to a moment after NOW."""
    store.set_clock(NOW + span)


def test_what_is_due_is_read_and_moves_to_its_next_rung(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    live(fill, "later", NOW)
    channel.views = {"r-a": 40}
    assert measure(context, account(channel)) == Measured(asked=1, told=1, values=1)
    assert channel.asked == [["r-a"]]
    assert values(fill.store) == {"a": 40}
    assert due_in(fill.store, "a") == 5 * HOUR
    assert due_in(fill.store, "later") == HOUR
    assert measure(context, account(channel)) == Measured()


def test_a_post_is_read_six_times_and_then_closed(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    ages = []
    while found := waiting(fill.store, "a"):
        ages.append(found.due_at - LIVE)
        fill.store.set_clock(found.due_at)
        channel.views = {"r-a": len(ages)}
        done = measure(context, account(channel))
    assert ages == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 28 * DAY]
    assert done.closed == 1
    with fill.store.read() as session:
        kept = session.scalars(select(MetricRow).order_by(col(MetricRow.id))).all()
    assert [(row.value, row.as_of - LIVE) for row in kept] == list(enumerate(ages, 1))


def test_a_listing_is_read_every_seven_days_for_as_long_as_it_lives(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "s", NOW - 28 * DAY, listing=True)
    channel.views = {"r-s": 5}
    measure(context, account(channel))
    assert due_in(fill.store, "s") == 7 * DAY


def test_after_a_pause_one_reading_stands_for_all_that_were_missed(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    channel.views = {"r-a": 5}
    pass_time(fill.store, 4 * DAY)
    measure(context, account(channel))
    assert channel.asked == [["r-a"]]
    assert due_in(fill.store, "a") == 7 * DAY - HOUR


def test_a_late_reading_does_not_stand_for_the_rung_after_it(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    pass_time(fill.store, 5 * HOUR - MINUTE)
    measure(context, account(channel))
    assert due_in(fill.store, "a") == 5 * HOUR


def test_a_number_that_was_not_told_is_missing_and_the_ladder_goes_on(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    live(fill, "b")
    channel.views = {"r-b": 0}
    assert measure(context, account(channel)) == Measured(asked=2, told=1, values=1)
    assert values(fill.store) == {"b": 0}
    assert due_in(fill.store, "b") == 5 * HOUR


def test_a_post_of_which_nothing_was_told_is_asked_about_again_before_its_rung_is_left(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    measure(context, account(channel))
    assert due_in(fill.store, "a") == 15 * MINUTE
    pass_time(fill.store, 15 * MINUTE)
    channel.views = {"r-a": 7}
    measure(context, account(channel))
    assert values(fill.store) == {"a": 7}
    assert due_in(fill.store, "a") == 5 * HOUR


def test_a_post_of_which_nothing_is_ever_told_is_read_no_more_in_the_end(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    for _ in range(40):
        with fill.store.read() as session:
            moment = follow_ups.next_moment(session)
        if moment is None:
            break
        fill.store.set_clock(moment)
        measure(context, account(channel))
    assert moment is None
    assert len(channel.asked) < 40


def test_many_posts_are_asked_about_in_batches(
    context: Context, fill: Fill, channel: Counting
) -> None:
    for number in range(BATCH + 3):
        live(fill, f"p{number:02}")
    assert measure(context, account(channel)).asked == BATCH + 3
    assert [len(asked) for asked in channel.asked] == [BATCH, 3]


def test_what_a_channel_tells_of_posts_that_nobody_asked_about_is_ignored(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    live(fill, "b", NOW)
    channel.views = {"r-a": 1, "r-b": 2, "of somebody else": 3}
    assert measure(context, account(channel)).values == 1
    assert values(fill.store) == {"a": 1}


@pytest.mark.parametrize(("sandbox", "quality"), [(True, "sandbox"), (False, "exact")])
def test_numbers_of_a_stand_in_are_kept_as_simulated(
    context: Context, fill: Fill, channel: Counting, sandbox: bool, quality: str
) -> None:
    live(fill, "a")
    channel.views = {"r-a": 40}
    measure(context, account(channel, stand_in="http://127.0.0.1:8100" if sandbox else ""))
    with fill.store.read() as session:
        assert [row.quality for row in session.scalars(select(MetricRow))] == [quality]
        assert [row.quality for row in session.scalars(select(MetricLatestRow))] == [quality]


def test_a_service_whose_clock_runs_ahead_does_not_bar_later_readings(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    ahead = Metric("r-a", "views", 5, Window.CUMULATIVE, NOW + 9 * DAY, Quality.EXACT)
    channel.metrics = lambda receipts, now: [ahead]  # type: ignore[method-assign]
    measure(context, account(channel))
    with fill.store.read() as session:
        assert [row.as_of for row in session.scalars(select(MetricLatestRow))] == [NOW]


ERRORS = [
    Transient(Phrase("down")),
    Transient(Phrase("slow down"), scope=Scope.ACCOUNT),
    Rejected(Phrase("no such field")),
    NotAuthorized(Phrase("the token has ended")),
    OutcomeUnknown(Phrase("no answer")),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_failed_reading_is_due_again_later_and_changes_nothing_else(
    context: Context,
    fill: Fill,
    channel: Counting,
    error: ChannelError,
    caplog: pytest.LogCaptureFixture,
) -> None:
    live(fill, "a")
    with fill.store.read() as session:
        before = deliveries.get(session, "a")
    channel.error = error
    with caplog.at_level(logging.INFO):
        done = measure(context, account(channel))
    assert done == Measured(failed=1, problem=error.phrase)
    assert due_in(fill.store, "a") == 15 * MINUTE
    with fill.store.read() as session:
        assert deliveries.get(session, "a") == before
        assert deliveries.account(session, "showcase") == AccountState()
        assert deliveries.attempts(session, "a") == []
    (line,) = [record.message for record in caplog.records if record.name == "promoter.measure"]
    assert line == f"showcase 1 posts not read: {type(error).__name__}: {error}"


def test_a_missing_secret_is_a_failed_reading_too(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")

    def connect() -> Channel:
        raise ConfigError(Phrase("the account is not set up"))

    done = measure(context, account(channel, connect=connect))
    assert done == Measured(failed=1, problem=Phrase("the account is not set up"))
    assert due_in(fill.store, "a") == 15 * MINUTE


def test_waits_grow_while_readings_fail_and_begin_anew_after_a_success(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    channel.error = ERRORS[0]
    passed = timedelta()
    waits = []
    for _ in range(5):
        measure(context, account(channel))
        waits.append(due_in(fill.store, "a") - passed)
        passed += waits[-1]
        pass_time(fill.store, passed)
    assert waits == [15 * MINUTE, HOUR, 6 * HOUR, DAY, DAY]
    channel.error = None
    measure(context, account(channel))
    found = waiting(fill.store, "a")
    assert found is not None and found.tries == 0


def test_the_wait_that_a_service_asks_for_is_kept(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    channel.error = Transient(Phrase("wait"), after=3 * HOUR)
    measure(context, account(channel))
    assert due_in(fill.store, "a") == 3 * HOUR


def test_an_error_of_one_batch_does_not_keep_the_others(
    context: Context, fill: Fill, channel: Counting
) -> None:
    for number in range(BATCH + 1):
        live(fill, f"p{number:02}")
    channel.views = {f"r-p{BATCH}": 5}

    def fail_once() -> None:
        channel.error = ERRORS[2] if len(channel.asked) == 1 else None

    channel.during = fail_once
    done = measure(context, account(channel))
    assert (done.failed, done.asked, done.values) == (BATCH, 1, 1)


@pytest.mark.parametrize("error", [ERRORS[1], ERRORS[3]], ids=lambda error: type(error).__name__)
def test_an_error_of_the_account_ends_the_round_and_lets_the_rest_go_first_next_time(
    context: Context, fill: Fill, channel: Counting, error: ChannelError
) -> None:
    """So one post that spoils its batch cannot keep the others from being read for ever."""
    for number in range(BATCH + 1):
        live(fill, f"p{number:02}")
    channel.error = error
    measure(context, account(channel))
    pass_time(fill.store, 15 * MINUTE)
    measure(context, account(channel))
    assert len(channel.asked) == 2
    first, last = waiting(fill.store, "p00"), waiting(fill.store, f"p{BATCH}")
    assert first is not None and last is not None
    assert (first.tries, last.tries) == (2, 0)
    assert first.due_at - NOW == 75 * MINUTE
    assert last.due_at - NOW == 30 * MINUTE


def test_a_channel_that_counts_nothing_closes_what_was_to_be_read(
    context: Context, fill: Fill
) -> None:
    live(fill, "a")
    live(fill, "s", listing=True)
    done = measure(context, account(Silent()))
    assert done == Measured(closed=2, counts=False)
    assert waiting(fill.store, "a") is waiting(fill.store, "s") is None


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.HELD])
def test_what_is_no_longer_live_is_closed_without_asking(
    context: Context, fill: Fill, channel: Counting, state: State
) -> None:
    live(fill, "a")
    with fill.store.write() as session:
        session.execute(update(DeliveryRow).values(state=state.value))
    assert measure(context, account(channel)) == Measured(closed=1)
    assert channel.asked == []
    assert waiting(fill.store, "a") is None


def test_what_is_withdrawn_while_it_is_read_stays_closed(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")

    def withdraw() -> None:
        with fill.store.write() as session:
            follow_ups.close(session, "a")

    channel.during = withdraw
    channel.views = {"r-a": 3}
    assert measure(context, account(channel)) == Measured(asked=1, told=1, values=1)
    assert waiting(fill.store, "a") is None


def test_no_transaction_is_open_while_the_channel_is_asked(
    context: Context, fill: Fill, channel: Counting
) -> None:
    """Otherwise this second writer would wait until it gives up."""
    live(fill, "a")
    channel.during = lambda: fill.store.set_value("seen", "yes")
    measure(context, account(channel))
    assert fill.store.value("seen") == "yes"


def test_two_workers_do_not_read_the_same_post(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    other = Counting()
    channel.during = lambda: measure(context, account(other))
    measure(context, account(channel))
    assert (channel.asked, other.asked) == ([["r-a"]], [])


def test_a_worker_that_died_counts_as_a_failed_reading(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")

    def die() -> None:
        raise KeyboardInterrupt

    channel.during = die
    with pytest.raises(KeyboardInterrupt):
        measure(context, account(channel))
    channel.during = lambda: None
    pass_time(fill.store, 14 * MINUTE)
    assert measure(context, account(channel)) == Measured()
    pass_time(fill.store, 15 * MINUTE)
    assert measure(context, account(channel)).asked == 1


def test_nothing_is_asked_while_the_service_wants_the_account_to_wait(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    with fill.store.write() as session:
        deliveries.save_account(session, "showcase", AccountState(wait_until=NOW + MINUTE))
    assert measure(context, account(channel)) == Measured()
    pass_time(fill.store, MINUTE)
    assert measure(context, account(channel)).asked == 1


def test_other_accounts_and_other_wishes_are_left_alone(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a", due=False)
    with fill.store.write() as session:
        follow_ups.ask(session, "a", Verb.COMMENT, "showcase", NOW)
    live(fill, "b", due=False)
    with fill.store.write() as session:
        follow_ups.ask(session, "b", Verb.MEASURE, "fanpage", NOW)
    assert measure(context, account(channel)) == Measured()
    assert channel.asked == []


def test_a_round_by_hand_reads_all_that_lives_and_leaves_the_ladder_as_it_is(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "new", NOW)
    live(fill, "month", NOW - 28 * DAY, due=False)
    live(fill, "old", NOW - 28 * DAY - MINUTE, due=False)
    live(fill, "listing", NOW - 300 * DAY, listing=True, due=False)
    channel.views = {"r-new": 1, "r-old": 2, "r-listing": 3}
    done = measure_now(context, account(channel))
    assert done == Measured(asked=3, told=2, values=2)
    assert channel.asked == [["r-listing", "r-month", "r-new"]]
    assert values(fill.store) == {"new": 1, "listing": 3}
    assert due_in(fill.store, "new") == HOUR
    assert waiting(fill.store, "listing") is None


def test_a_round_by_hand_goes_in_batches_too(
    context: Context, fill: Fill, channel: Counting
) -> None:
    for number in range(BATCH + 1):
        live(fill, f"p{number:02}", due=False)
    assert measure_now(context, account(channel)).asked == BATCH + 1
    assert [len(asked) for asked in channel.asked] == [BATCH, 1]


@pytest.mark.parametrize(
    ("error", "calls"), list(zip(ERRORS, (2, 1, 2, 1, 2), strict=True)), ids=str
)
def test_a_round_by_hand_tells_what_failed_and_puts_nothing_off(
    context: Context, fill: Fill, channel: Counting, error: ChannelError, calls: int
) -> None:
    for number in range(BATCH + 1):
        live(fill, f"p{number:02}", NOW)
    channel.error = error
    done = measure_now(context, account(channel))
    assert done.problem == error.phrase
    assert done.asked == 0
    assert len(channel.asked) == calls
    assert due_in(fill.store, "p00") == HOUR


def test_a_round_by_hand_on_a_channel_that_counts_nothing_says_so(
    context: Context, fill: Fill
) -> None:
    live(fill, "a")
    assert measure_now(context, account(Silent())) == Measured(counts=False)
    assert waiting(fill.store, "a") is not None


def test_a_round_by_hand_keeps_simulated_numbers_as_such(
    context: Context, fill: Fill, channel: Counting
) -> None:
    live(fill, "a")
    channel.views = {"r-a": 1}
    measure_now(context, account(channel, stand_in="http://127.0.0.1:8100"))
    with fill.store.read() as session:
        assert [row.quality for row in session.scalars(select(MetricRow))] == ["sandbox"]
