"""The fence that keeps a late worker from starting a public write."""

import math
import threading

from promoter.remote import deadline
from promoter.remote.deadline import boottime, fence, fenced_until


def test_without_a_fence_nothing_is_forbidden() -> None:
    assert fenced_until() == math.inf


def test_a_fence_closes_after_its_seconds_and_is_gone_afterwards() -> None:
    before = boottime()
    with fence(5):
        assert before + 5 <= fenced_until() <= boottime() + 5
    assert fenced_until() == math.inf


def test_an_inner_fence_cannot_outlast_the_outer_one() -> None:
    with fence(1):
        outer = fenced_until()
        with fence(60):
            assert fenced_until() == outer
        with fence(0):
            assert fenced_until() < outer
        assert fenced_until() == outer


def test_a_fence_is_gone_after_an_error() -> None:
    try:
        with fence(1):
            raise KeyError
    except KeyError:
        pass
    assert fenced_until() == math.inf


def test_a_fence_is_of_its_own_thread() -> None:
    seen: list[float] = []
    with fence(1):
        other = threading.Thread(target=lambda: seen.append(fenced_until()))
        other.start()
        other.join()
    assert seen == [math.inf]


def test_the_clock_is_the_one_that_counts_suspension() -> None:
    import time

    if hasattr(time, "CLOCK_BOOTTIME"):
        assert deadline._CLOCK == time.CLOCK_BOOTTIME
    assert boottime() <= boottime()
