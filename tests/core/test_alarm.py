"""What is an alert and what is none: each condition just before its bound and at it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from promoter.core import alarm
from promoter.core.alarm import (
    AccountSeen,
    Alert,
    Kind,
    Known,
    Observed,
    PostSeen,
    StopSeen,
    alerts,
)
from promoter.core.delivery import Delivery, State
from promoter.core.model import Phrase
from promoter.core.problem import Severity
from tests.make import NOW

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
PROBLEM = Phrase("the token was refused")


def seen(state: State, *, at: datetime = NOW, settled: datetime | None = None, **more: Any) -> Any:
    """Return a post on the fanpage; its next verb is due at its slot."""
    given: dict[str, Any] = {"next_at": at, **more}
    life = Delivery(
        key="ab" * 16,
        account="fanpage",
        state=state,
        at=at,
        max_lateness=3 * HOUR,
        **given,
    )
    return PostSeen(life, "Muối hạt", settled)


def look(*posts: PostSeen, now: datetime = NOW, **more: Any) -> list[Alert]:
    """Return the alerts of an office with a fanpage that works."""
    accounts = more.pop("accounts", {"fanpage": AccountSeen("fanpage")})
    return alerts(Observed(now=now, posts=posts, accounts=accounts, **more))


def kinds(found: list[Alert]) -> list[Kind]:
    return [item.kind for item in found]


def account(**more: Any) -> Mapping[str, AccountSeen]:
    return {"fanpage": AccountSeen("fanpage", **more)}


@pytest.mark.parametrize(
    "state", [State.DUE, State.READY, State.SENDING, State.PENDING, State.UNKNOWN]
)
def test_what_nobody_has_tried_for_five_minutes_is_late(state: State) -> None:
    post = seen(state)
    assert kinds(look(post, now=NOW + 5 * MINUTE)) == [Kind.LATE]
    assert look(post, now=NOW + 5 * MINUTE - SECOND) == []


@pytest.mark.parametrize("state", [State.DUE, State.READY])
def test_a_post_is_not_late_before_its_slot(state: State) -> None:
    post = seen(state, at=NOW + HOUR, next_at=NOW)
    assert look(post, now=NOW + 30 * MINUTE) == []
    assert look(post, now=NOW + HOUR + 5 * MINUTE) != []


def test_a_look_for_an_answer_is_late_whenever_the_slot_was() -> None:
    post = seen(State.UNKNOWN, at=NOW - HOUR, next_at=NOW)
    assert look(post, now=NOW + 4 * MINUTE) == []
    assert kinds(look(post, now=NOW + 5 * MINUTE)) == [Kind.LATE]


def test_what_a_worker_holds_is_not_late() -> None:
    post = seen(State.SENDING, lease_until=NOW + 10 * MINUTE)
    assert look(post, now=NOW + 15 * MINUTE - SECOND) == []
    assert kinds(look(post, now=NOW + 15 * MINUTE)) == [Kind.LATE]


def test_what_is_parked_for_its_gap_or_the_days_limit_is_not_late() -> None:
    post = seen(State.READY, next_at=NOW + 12 * HOUR)
    assert look(post, now=NOW + 6 * HOUR) == []


@pytest.mark.parametrize("more", [{"paused": True}, {"accounts": account(paused=True)}])
def test_what_a_person_has_paused_is_not_late(more: Any) -> None:
    assert look(seen(State.READY), now=NOW + HOUR, **more) == []


def test_what_its_service_asked_to_wait_is_late_only_five_minutes_after_that() -> None:
    accounts = account(wait_until=NOW + 20 * MINUTE)
    post = seen(State.READY)
    assert look(post, now=NOW + 25 * MINUTE - SECOND, accounts=accounts) == []
    assert kinds(look(post, now=NOW + 25 * MINUTE, accounts=accounts)) == [Kind.LATE]


def test_an_account_that_waits_again_and_again_is_told_after_half_an_hour_with_its_reason() -> None:
    accounts = account(wait_until=NOW + HOUR, problem=PROBLEM)
    post = seen(State.READY)
    assert look(post, now=NOW + 30 * MINUTE - SECOND, accounts=accounts) == []
    (found,) = look(post, now=NOW + 30 * MINUTE, accounts=accounts)
    assert (found.kind, found.reason) == (Kind.LATE, PROBLEM)


def test_a_post_that_fails_again_and_again_is_told_after_half_an_hour() -> None:
    post = seen(State.DUE, next_at=NOW + 40 * MINUTE, tries=3, note=PROBLEM)
    assert look(post, now=NOW + 29 * MINUTE) == []
    (found,) = look(post, now=NOW + 30 * MINUTE)
    assert found.reason == PROBLEM


def test_a_post_of_an_account_that_is_gone_from_the_settings_is_late() -> None:
    (found,) = look(seen(State.DUE), now=NOW + 5 * MINUTE, accounts={})
    assert "not in the settings" in str(found.reason)


def test_an_account_that_stands_still_is_told_with_its_problem_unless_a_person_paused_it() -> None:
    assert look(accounts=account(paused=True)) == []
    (found,) = look(accounts=account(paused=True, problem=PROBLEM))
    assert (found.kind, found.subject, found.reason) == (Kind.PAUSED, "fanpage", PROBLEM)
    assert "promoter resume --account fanpage" in str(found.next_step)
    assert look(accounts=account(problem=PROBLEM, wait_until=NOW + HOUR)) == []


def test_an_authorisation_is_told_seven_days_before_its_end() -> None:
    accounts = account(issued_at=NOW - 60 * DAY, expires_at=NOW + 7 * DAY)
    assert look(now=NOW - SECOND, accounts=accounts) == []
    (found,) = look(accounts=accounts)
    assert found.kind is Kind.EXPIRES
    assert "promoter accounts connect fanpage" in str(found.next_step)
    assert kinds(look(accounts=account(expires_at=NOW - DAY))) == [Kind.EXPIRES]


def test_a_token_that_lives_for_hours_is_told_only_when_it_was_not_renewed_in_time() -> None:
    four_hours = account(issued_at=NOW, expires_at=NOW + 4 * HOUR)
    renewal = NOW + 4 * HOUR * 0.8
    assert look(now=renewal, accounts=four_hours) == []
    assert kinds(look(now=NOW + 4 * HOUR * 0.85, accounts=four_hours)) == [Kind.EXPIRES]


def test_the_end_of_a_persons_consent_is_told_before_that_of_a_token() -> None:
    lives = {"issued_at": NOW, "expires_at": NOW + 4 * HOUR}
    assert look(accounts=account(consent_until=NOW + 7 * DAY + SECOND, **lives)) == []
    (found,) = look(accounts=account(consent_until=NOW + 7 * DAY, **lives))
    assert (found.kind, found.at) == (Kind.EXPIRES, NOW + 7 * DAY)


def test_a_token_that_was_not_renewed_is_told_also_where_the_consent_lasts() -> None:
    lives = account(issued_at=NOW, expires_at=NOW + 4 * HOUR, consent_until=NOW + 300 * DAY)
    (found,) = look(now=NOW + 4 * HOUR * 0.85, accounts=lives)
    assert found.at == NOW + 4 * HOUR


def test_a_locked_office_is_told_with_what_lets_it_go_on() -> None:
    (found,) = look(locked=True, paused=True)
    assert (found.kind, found.severity) == (Kind.LOCKED, Severity.ERROR)
    assert "promoter resume --other-machine-off" in str(found.next_step)


def test_what_is_stopped_and_still_live_is_told_with_the_command_that_lists_it() -> None:
    (found,) = look(stops=[StopSeen("product", "BL-086", "Muối hạt", 2)])
    assert (found.kind, found.severity, found.product) == (Kind.STOPPED, Severity.ERROR, "Muối hạt")
    assert str(found.reason) == "BL-086 is stopped and still live in 2 places"
    assert "«promoter stop --product BL-086»" in str(found.next_step)
    (found,) = look(stops=[StopSeen("producer", "P41", "Hợp tác xã", 1)])
    assert "«promoter stop --producer P41»" in str(found.next_step)


def test_what_is_stopped_and_gone_is_no_alert() -> None:
    assert look(stops=[StopSeen("product", "BL-086", "Muối hạt", 0)]) == []


def test_a_held_post_is_told_with_the_command_that_settles_it() -> None:
    (found,) = look(seen(State.HELD, note=PROBLEM))
    assert (found.kind, found.product, found.account) == (Kind.HELD, "Muối hạt", "fanpage")
    assert "promoter posts resolve ababababab --live" in str(found.next_step)


def test_a_failed_post_may_be_tried_again_while_it_is_in_time() -> None:
    post = seen(State.FAILED, settled=NOW, note=PROBLEM)
    (found,) = look(post, now=NOW + 3 * HOUR)
    assert (found.kind, found.reason) == (Kind.FAILED, PROBLEM)
    assert "promoter posts retry" in str(found.next_step)
    (found,) = look(post, now=NOW + 3 * HOUR + SECOND)
    assert "retry" not in str(found.next_step)


@pytest.mark.parametrize("state", [State.FAILED, State.MISSED])
def test_what_failed_or_was_missed_is_over_after_three_days(state: State) -> None:
    post = seen(state, settled=NOW)
    assert kinds(look(post, now=NOW + 3 * DAY - SECOND)) == [Kind(state.value.lower())]
    assert look(post, now=NOW + 3 * DAY) == []


def test_a_live_post_with_a_note_is_looked_at() -> None:
    copy = Phrase("a second copy is live at {url}; take it down by hand", url="https://x.vn/2")
    (found,) = look(seen(State.PUBLISHED, note=copy))
    assert (found.kind, found.severity) == (Kind.LOOK, Severity.WARNING)
    assert look(seen(State.PUBLISHED)) == []


def test_an_unapproved_post_is_told_a_day_before_its_slot() -> None:
    post = seen(State.WAITING, at=NOW + DAY)
    assert look(post, now=NOW - SECOND) == []
    (found,) = look(post)
    assert found.kind is Kind.UNAPPROVED
    assert "promoter posts approve" in str(found.next_step)
    assert look(post, now=NOW + DAY + SECOND) == []
    noted = seen(State.WAITING, at=NOW + DAY, note=PROBLEM)
    assert look(noted)[0].reason == PROBLEM


def test_a_disk_below_a_gigabyte_is_nearly_full() -> None:
    assert look(free=1_000_000_000, disk="/data") == []
    assert look(free=None) == []
    (found,) = look(free=999_999_999, disk="/data")
    assert (found.kind, found.subject) == (Kind.DISK, alarm.OFFICE)
    assert "/data" in str(found.next_step)


def test_a_service_that_was_not_seen_for_five_minutes_does_not_run() -> None:
    assert look(seen=NOW - 5 * MINUTE) == []
    assert kinds(look(seen=NOW - 5 * MINUTE - SECOND)) == [Kind.SILENT]
    assert kinds(look(seen=NOW + 5 * MINUTE + SECOND)) == [Kind.SILENT]  # a clock that jumped
    assert look(seen=NOW + 5 * MINUTE) == []
    assert look(seen=None) == []  # nobody asks
    assert alarm.silent(None, NOW)


def test_the_most_urgent_comes_first_and_earlier_slots_before_later() -> None:
    late = seen(State.MISSED, at=NOW - HOUR, settled=NOW)
    later = seen(State.HELD, at=NOW + HOUR)
    found = look(late, later, seen(State.HELD, at=NOW), free=1)
    assert kinds(found) == [Kind.DISK, Kind.HELD, Kind.HELD, Kind.MISSED]
    assert [item.at for item in found[1:3]] == [NOW, NOW + HOUR]


def alert_of(kind: Kind, subject: str = "a") -> Alert:
    return Alert(subject, kind, PROBLEM, PROBLEM)


def wanted(kind: Kind, known: Known, now: datetime = NOW) -> bool:
    return bool(alarm.to_tell([alert_of(kind)], {("a", kind): known}, now))


def test_what_is_new_is_told_at_once_but_what_may_pass_only_at_the_second_look() -> None:
    assert wanted(Kind.HELD, Known(NOW))
    for kind in (Kind.LATE, Kind.UNAPPROVED, Kind.STOPPED):
        assert not wanted(kind, Known(NOW), NOW + 29 * SECOND)
        assert wanted(kind, Known(NOW), NOW + 30 * SECOND)


def test_what_lasts_is_told_again_after_a_day() -> None:
    told = Known(NOW, NOW)
    assert not wanted(Kind.HELD, told, NOW + DAY - SECOND)
    assert wanted(Kind.HELD, told, NOW + DAY)


@pytest.mark.parametrize("kind", [Kind.FAILED, Kind.MISSED])
def test_what_cannot_be_changed_any_more_is_told_once(kind: Kind) -> None:
    assert wanted(kind, Known(NOW))
    assert not wanted(kind, Known(NOW, NOW), NOW + 2 * DAY)


def test_messages_keep_their_distance_unless_a_clock_was_set_back() -> None:
    assert alarm.may_send(None, NOW)
    assert not alarm.may_send(NOW + SECOND, NOW)
    assert alarm.may_send(NOW, NOW)
    assert not alarm.may_send(NOW + 15 * MINUTE, NOW)
    assert alarm.may_send(NOW + 30 * DAY, NOW)
    assert wanted(Kind.HELD, Known(NOW, NOW + 30 * DAY))


def test_a_message_names_ten_things_in_all_and_counts_the_rest() -> None:
    forty = [alert_of(Kind.FAILED, str(number)) for number in range(40)]
    ((kind, named, more),) = alarm.shown(forty)
    assert (kind, len(named), more) == (Kind.FAILED, 10, 30)
    mixed = alarm.shown([alert_of(Kind.PAUSED), *forty])
    assert [(kind, len(named), more) for kind, named, more in mixed] == [
        (Kind.PAUSED, 1, 0),
        (Kind.FAILED, 5, 35),
    ]
    every = alarm.shown([alert_of(kind, str(n)) for kind in Kind for n in range(3)])
    assert [len(named) for _, named, _ in every] == [1] * len(Kind)
    assert alarm.shown([]) == []


def test_a_message_is_as_bad_as_its_worst_alert() -> None:
    assert alarm.worst([alert_of(Kind.EXPIRES)]) is Severity.WARNING
    assert alarm.worst([alert_of(Kind.EXPIRES), alert_of(Kind.HELD)]) is Severity.ERROR
    assert alert_of(Kind.UNAPPROVED).severity is Severity.WARNING
