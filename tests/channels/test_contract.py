"""The questions that every channel is asked: every file of promoter/channels/ is found and tried.

A channel needs no line here, only a stand-in of its service: the fixture `<channel>_standin` in
`conftest.py`. What is peculiar to a channel is tested in a file of its own.
"""

import importlib
import logging
import pkgutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

import promoter.channels
from promoter.core.channel import Channel, Corrects, Finds, Limits, Prepares, Withdraws
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Creative, Draft, Receipt
from promoter.remote.deadline import fence
from tests.channels.conftest import StandIn, creative, key
from tests.faults import RETRY_AFTER, Fault

NAMES = sorted(item.name for item in pkgutil.iter_modules(promoter.channels.__path__))
SINCE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SHORT = timedelta(seconds=0.4)
LENIENCE = 0.4

DONE_BUT_UNANSWERED = (
    Fault.SERVER_ERROR_AFTER,
    Fault.LOST_ANSWER,
    Fault.CUT,
    Fault.DRIP,
    Fault.LATE,
)
NEVER_ANSWERED = (Fault.LOST_ANSWER, Fault.DRIP, Fault.LATE)


def under(faults: Iterable[Fault]) -> pytest.MarkDecorator:
    """Ask a question under each of these faults."""
    return pytest.mark.parametrize("fault", list(faults), ids=lambda fault: fault.name)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each channel in turn."""
    return str(request.param)


@pytest.fixture
def module(name: str) -> ModuleType:
    """The file of the channel."""
    return importlib.import_module(f"promoter.channels.{name}")


@pytest.fixture
def standin(name: str, request: pytest.FixtureRequest) -> StandIn:
    """The stand-in of the channel's service."""
    try:
        found: StandIn = request.getfixturevalue(f"{name}_standin")
    except pytest.FixtureLookupError:
        pytest.fail(f"the channel {name} has no stand-in: write the fixture {name}_standin")
    return found


def impatient(standin: StandIn, fault: Fault) -> Any:
    """Return a channel that waits no longer than it must for an answer that will not come."""
    return standin.channel(SHORT) if fault in NEVER_ANSWERED else standin.channel()


def ready(channel: Any, what: Creative, name: str = "a post") -> Draft | None:
    """Prepare as the pipeline does: again and again, keeping each draft."""
    if not isinstance(channel, Prepares):
        return None
    draft = None
    for _ in range(20):
        draft = channel.prepare(what, key(name), draft)
        if draft.ready:
            return draft
    raise AssertionError("it never gets ready")


def published(channel: Any, what: Creative, name: str = "a post") -> Receipt:
    receipt: Receipt = channel.publish(what, key(name), ready(channel, what, name))
    return receipt


def found(channel: Any, what: Creative, name: str = "a post") -> Receipt | Absent:
    if not isinstance(channel, Finds):
        pytest.skip("it cannot look")
    return channel.find(what, key(name), None, SINCE)


# What it declares


def test_it_has_the_three_public_names(module: ModuleType) -> None:
    assert issubclass(module.Config, BaseModel)
    assert isinstance(module.LIMITS, Limits)
    assert callable(module.connect)


def test_its_secrets_are_known_as_such(module: ModuleType) -> None:
    for name, field in module.Config.model_fields.items():
        if any(word in name for word in ("token", "secret", "password")) or name.endswith("_key"):
            assert field.annotation is SecretStr, name


def test_it_is_a_channel_with_the_limits_of_its_file(module: ModuleType, standin: StandIn) -> None:
    channel = standin.channel()
    assert isinstance(channel, Channel)
    assert channel.limits is module.LIMITS


def test_its_limits_can_be_kept(module: ModuleType) -> None:
    limits: Limits = module.LIMITS
    assert limits.measure("") == 0 < limits.measure("ế") <= limits.caption
    assert limits.formats
    assert min(limits.media_bytes, limits.posts_per_day) > 0 <= limits.hashtags


def test_connecting_calls_nothing(standin: StandIn) -> None:
    standin.channel()
    assert standin.proxy.left() == 0


# When all goes well


def test_a_post_is_public_after_publish_and_not_before(standin: StandIn) -> None:
    channel = standin.channel()
    draft = ready(channel, creative())
    assert standin.kept() == []
    receipt = channel.publish(creative(), key(), draft)
    assert standin.kept() == [creative().caption]
    assert receipt.remote_id
    assert receipt.url.startswith("http")


def test_publish_is_one_public_write(standin: StandIn) -> None:
    published(standin.channel(), creative())
    assert standin.proxy.left(*standin.publish) == 1


def test_the_key_is_honoured(standin: StandIn) -> None:
    channel = standin.channel()
    first = published(channel, creative())
    again = published(channel, creative())
    assert first == again
    assert len(standin.kept()) == 1


def test_another_key_is_another_post(standin: StandIn) -> None:
    channel = standin.channel()
    first = published(channel, creative(), "one")
    second = published(channel, creative(), "two")
    assert first.remote_id != second.remote_id
    assert len(standin.kept()) == 2


def test_a_published_post_is_found(standin: StandIn) -> None:
    channel = standin.channel()
    receipt = published(channel, creative())
    assert found(channel, creative()) == receipt


def test_what_was_never_published_is_absent(standin: StandIn) -> None:
    channel = standin.channel()
    published(channel, creative(), "another post")
    assert isinstance(found(channel, creative()), Absent)


def test_looking_makes_no_write(standin: StandIn) -> None:
    found(standin.channel(), creative())
    assert standin.proxy.left("GET") == standin.proxy.left()


# What it may show


def captions(limits: Limits) -> tuple[str, str]:
    """Return the longest caption that a channel takes, and one that is too long."""
    longest = "ế" * (limits.caption // limits.measure("ế"))
    return longest, longest + "ế"


def test_the_longest_caption_is_taken(standin: StandIn, module: ModuleType) -> None:
    longest, _ = captions(module.LIMITS)
    published(standin.channel(), creative(longest))
    assert standin.kept() == [longest]


def test_a_caption_over_the_limit_is_refused(standin: StandIn, module: ModuleType) -> None:
    _, too_long = captions(module.LIMITS)
    with pytest.raises(Rejected):
        published(standin.channel(), creative(too_long))
    assert standin.kept() == []


def test_the_largest_picture_is_taken(standin: StandIn, module: ModuleType) -> None:
    published(standin.channel(), creative(pictures=1, size=module.LIMITS.media_bytes))
    assert len(standin.kept()) == 1


def test_a_picture_over_the_limit_is_refused(standin: StandIn, module: ModuleType) -> None:
    with pytest.raises(Rejected):
        published(standin.channel(), creative(pictures=1, size=module.LIMITS.media_bytes + 1))
    assert standin.kept() == []


# When publishing fails


def refused(standin: StandIn, fault: Fault) -> ChannelError:
    """Return what publishing raises under a fault; whatever it is, one write left at most."""
    draft = ready(standin.channel(), creative())
    standin.proxy.arm(fault, *standin.publish)
    with pytest.raises(ChannelError) as caught:
        impatient(standin, fault).publish(creative(), key(), draft)
    standin.proxy.settled()
    assert standin.proxy.left(*standin.publish) == (0 if fault is Fault.UNREACHABLE else 1)
    return caught.value


def test_a_refusal_is_named(standin: StandIn) -> None:
    error = refused(standin, Fault.REFUSED)
    assert type(error) is Rejected
    assert Fault.REFUSED.value in str(error), "with the reason of the service"
    assert standin.kept() == []


def test_the_wait_is_kept(standin: StandIn) -> None:
    error = refused(standin, Fault.THROTTLED)
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (timedelta(seconds=RETRY_AFTER), Scope.ACCOUNT)
    assert standin.kept() == []


def test_an_expired_token_is_the_accounts_problem(standin: StandIn) -> None:
    assert type(refused(standin, Fault.EXPIRED)) is NotAuthorized
    assert standin.kept() == []


def test_a_refused_connection_is_surely_not_a_post(standin: StandIn) -> None:
    assert type(refused(standin, Fault.UNREACHABLE)) is Transient
    assert standin.kept() == []


def test_no_write_starts_after_its_time(standin: StandIn) -> None:
    channel = standin.channel()
    draft = ready(channel, creative())
    with fence(0), pytest.raises(Transient):
        channel.publish(creative(), key(), draft)
    assert standin.proxy.left(*standin.publish) == 0


@under(DONE_BUT_UNANSWERED)
def test_a_lost_answer_is_a_doubt_and_looking_ends_it(standin: StandIn, fault: Fault) -> None:
    assert type(refused(standin, fault)) is OutcomeUnknown
    assert standin.kept() == [creative().caption]
    assert isinstance(found(standin.channel(), creative()), Receipt)


@under(DONE_BUT_UNANSWERED)
def test_even_sent_again_a_lost_post_is_one_post(standin: StandIn, fault: Fault) -> None:
    refused(standin, fault)
    published(standin.channel(), creative())
    assert standin.kept() == [creative().caption]


def test_trouble_before_the_post_was_made_is_a_doubt_too(standin: StandIn) -> None:
    assert type(refused(standin, Fault.SERVER_ERROR_BEFORE)) is OutcomeUnknown
    assert isinstance(found(standin.channel(), creative()), Absent)
    published(standin.channel(), creative())
    assert len(standin.kept()) == 1


@under(NEVER_ANSWERED)
def test_a_call_ends_at_its_limit(standin: StandIn, fault: Fault) -> None:
    draft = ready(standin.channel(), creative())
    standin.proxy.arm(fault, *standin.publish)
    channel = standin.channel(SHORT)
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        channel.publish(creative(), key(), draft)
    assert time.monotonic() - start < SHORT.total_seconds() + LENIENCE


# When preparing or looking fails


@under(Fault)
def test_a_failed_look_never_says_absent(standin: StandIn, fault: Fault) -> None:
    published(standin.channel(), creative())
    standin.proxy.arm(fault, *standin.find)
    with pytest.raises((Transient, Rejected, NotAuthorized)):
        found(impatient(standin, fault), creative())
    standin.proxy.heal()
    assert isinstance(found(standin.channel(), creative()), Receipt)


@under(Fault)
def test_a_failed_step_of_prepare_can_be_taken_again(standin: StandIn, fault: Fault) -> None:
    if standin.upload is None:
        pytest.skip("it prepares nothing")
    standin.proxy.arm(fault, *standin.upload)
    with pytest.raises((Transient, Rejected, NotAuthorized)):
        ready(impatient(standin, fault), creative())
    standin.proxy.heal()
    assert standin.kept() == []
    published(standin.channel(), creative())
    assert len(standin.kept()) == 1


def test_a_step_of_prepare_is_one_call_and_what_is_done_stays_done(standin: StandIn) -> None:
    channel = standin.channel()
    if not isinstance(channel, Prepares):
        pytest.skip("it prepares nothing")
    draft = None
    for calls in range(1, len(creative().media) + 1):
        draft = channel.prepare(creative(), key(), draft)
        assert standin.proxy.left() == calls
    assert draft
    assert draft.ready
    assert channel.prepare(creative(), key(), draft) == draft
    assert standin.proxy.left() == len(creative().media)


# What happens later


def test_a_corrected_post_shows_what_is_right(standin: StandIn) -> None:
    channel = standin.channel()
    if not isinstance(channel, Corrects):
        pytest.skip("it cannot correct")
    receipt = published(channel, creative("15.000 đ"))
    assert channel.correct(receipt, creative("16.000 đ", pictures=3)) == receipt
    assert standin.kept() == ["16.000 đ"]


def test_a_correction_whose_answer_is_lost_can_be_made_again(standin: StandIn) -> None:
    channel = standin.channel()
    if not isinstance(channel, Corrects):
        pytest.skip("it cannot correct")
    receipt = published(channel, creative("15.000 đ"))
    standin.proxy.arm(Fault.CUT, *standin.publish)
    with pytest.raises(OutcomeUnknown):
        channel.correct(receipt, creative("16.000 đ"))
    channel.correct(receipt, creative("16.000 đ"))
    assert standin.kept() == ["16.000 đ"]


def test_a_post_can_be_withdrawn_twice(standin: StandIn) -> None:
    channel = standin.channel()
    if not isinstance(channel, Withdraws):
        pytest.skip("it cannot withdraw")
    receipt = published(channel, creative())
    channel.withdraw(receipt)
    channel.withdraw(receipt)
    assert standin.kept() == []
    assert isinstance(found(channel, creative()), Absent)


# What nobody may see


@under(Fault)
def test_no_secret_is_shown_or_logged(
    standin: StandIn, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = refused(standin, fault)
    shown = f"{error!r} {error} {standin.channel()!r} {caplog.text}"
    assert not [secret for secret in standin.secrets if secret in shown]


def test_nothing_is_logged_of_a_success(standin: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    published(standin.channel(), creative())
    assert [record for record in caplog.records if record.name.startswith("promoter")] == []
