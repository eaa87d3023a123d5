"""What services say of the calls that are left, in each of their ways."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from promoter.core.account import Quota
from promoter.remote import gauge
from promoter.remote.gauge import Reading
from promoter.remote.quota import worst

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


def counted(left: int, limit: int = 100, *, reset: datetime | None = None) -> dict[str, str]:
    """Return headers in the manner of X."""
    told = {"x-rate-limit-limit": str(limit), "x-rate-limit-remaining": str(left)}
    return told | ({"x-rate-limit-reset": str(int(reset.timestamp()))} if reset else {})


def written(*headers: dict[str, str]) -> list[Reading]:
    """Return answers to writes."""
    return [(one, True) for one in headers]


def test_a_list_that_may_not_be_read_so_often_keeps_nothing_from_being_posted() -> None:
    assert worst([(counted(0, 1), False)], NOW) is None
    usage = '{"call_count":91}'
    assert worst([({"X-App-Usage": usage}, False)], NOW) == Quota(0.91), "it counts all calls"


def test_what_is_used_is_what_is_no_longer_left() -> None:
    assert worst(written(counted(25)), NOW) == Quota(0.75)


def test_the_end_is_told_by_the_service_s_own_clock() -> None:
    """Ours may be an hour off; in a rehearsal it is days off."""
    there = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    headers = counted(5, reset=there + 10 * MINUTES) | {"Date": format_datetime(there, usegmt=True)}
    assert worst(written(headers), NOW) == Quota(0.95, NOW + 10 * MINUTES)


def test_a_moment_that_has_passed_is_now() -> None:
    there = datetime(2026, 11, 24, 5, tzinfo=UTC)
    headers = counted(0, reset=there - MINUTES) | {"Date": format_datetime(there, usegmt=True)}
    assert worst(written(headers), NOW) == Quota(1.0, NOW)


def test_percentages_of_the_graph_api() -> None:
    usage = '{"call_count":91,"total_time":12,"total_cputime":3}'
    assert worst(written({"X-App-Usage": usage}), NOW) == Quota(0.91)


def test_the_worst_of_several_answers_and_allowances_counts() -> None:
    daily = {"x-user-limit-24hour-limit": "100", "x-user-limit-24hour-remaining": "2"}
    assert worst(written(counted(50), counted(40) | daily), NOW) == Quota(0.98)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-rate-limit-limit": "0", "x-rate-limit-remaining": "0"},
        {"x-rate-limit-limit": "many", "x-rate-limit-remaining": "1"},
        {"x-rate-limit-limit": "100"},
        {"X-App-Usage": "soon"},
        {"x-rate-limit-limit": "9" * 30, "x-rate-limit-remaining": "1"},
    ],
)
def test_what_says_nothing_is_no_allowance(headers: dict[str, str]) -> None:
    assert worst(written(headers), NOW) is None


@pytest.mark.parametrize("minutes", ["1e300", "99999999999"])
def test_an_absurd_wait_is_no_crash(minutes: str) -> None:
    usage = f'{{"b":[{{"call_count":95,"estimated_time_to_regain_access":{minutes}}}]}}'
    found = worst(written({"X-Business-Use-Case-Usage": usage}), NOW)
    assert found
    assert found.until
    assert found.until <= NOW + timedelta(days=7)


def test_the_gauge_sees_the_answers_of_its_own_thread_while_it_is_open() -> None:
    gauge.note({"a": "1"}, write=True)
    with gauge.gauge() as seen:
        gauge.note({"b": "2"}, write=True)
        with gauge.gauge() as inner:
            gauge.note({"c": "3"}, write=False)
        gauge.note({"d": "4"}, write=False)
    assert inner == [({"c": "3"}, False)]
    assert seen == [({"b": "2"}, True), ({"d": "4"}, False)]
