"""The questions that every channel is asked: every file of promoter/channels/ is found and tried.

A channel needs no line here, only a stand-in of its service: the fixture `<channel>_standin` in
`conftest.py`. A question about a verb is asked of the channels that have it. What is peculiar to a
channel is tested in a file of its own.
"""

import importlib
import logging
import pkgutil
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel, SecretStr

import promoter.channels
from promoter.core.channel import (
    Channel,
    Comments,
    Corrects,
    Finds,
    Limits,
    Measures,
    Prepares,
    Refreshes,
    Resumes,
    Withdraws,
)
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import Absent, Creative, Draft, Metric, Receipt, Window
from promoter.remote.deadline import fence
from promoter.remote.http import Session
from tests.channels.conftest import NOW, StandIn, key
from tests.faults import Fault

NAMES = sorted(item.name for item in pkgutil.iter_modules(promoter.channels.__path__))
FIXTURES = re.findall(
    r"def (\w+)_standin\(", Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
)
CASES = sorted({*FIXTURES, *NAMES})
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
INSIDE = (Fault.LAGGING, Fault.REWRITTEN)
FAILING = [fault for fault in Fault if fault not in INSIDE]

POST_METRICS = {"views", "reach", "reactions", "comments", "shares", "saves", "clicks"}
LISTING_METRICS = {"views", "likes", "carts", "orders", "units", "revenue"}


def under(faults: Iterable[Fault]) -> pytest.MarkDecorator:
    """Ask a question under each of these faults."""
    return pytest.mark.parametrize("fault", list(faults), ids=lambda fault: fault.name)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    """The name of each stand-in in turn."""
    return str(request.param)


@pytest.fixture
def module(case: str) -> ModuleType:
    """The module of the channel."""
    name = max((item for item in NAMES if case.startswith(item)), key=len)
    return importlib.import_module(f"promoter.channels.{name}")


@pytest.fixture
def standin(case: str, request: pytest.FixtureRequest) -> StandIn:
    """The stand-in of the channel's service."""
    try:
        found: StandIn = request.getfixturevalue(f"{case}_standin")
    except pytest.FixtureLookupError:
        pytest.fail(f"the channel {case} has no stand-in: write the fixture {case}_standin")
    return found


def impatient(standin: StandIn, fault: Fault) -> Any:
    """Return a channel that waits no longer than it must for an answer that will not come."""
    return standin.channel(SHORT) if fault in NEVER_ANSWERED else standin.channel()


def having(standin: StandIn, verb: type) -> Any:
    """Return the channel, if it has a verb."""
    channel = standin.channel()
    if not isinstance(channel, verb):
        pytest.skip("it has no such verb")
    return channel


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
    """Prepare, publish, and look until it is live."""
    receipt: Receipt = channel.publish(what, key(name), ready(channel, what, name))
    if not receipt.live and isinstance(channel, Resumes):
        receipt = channel.resume(receipt)
    return receipt


def sent_again(channel: Any, what: Creative, name: str = "a post") -> None:
    """Send a post that is there already, as somebody might who did not look."""
    try:
        published(channel, what, name)
    except (OutcomeUnknown, Rejected) as refused:  # the service itself forgives no duplicate
        assert "http" not in str(refused)


def found(
    channel: Any, what: Creative, draft: Draft | None = None, name: str = "a post"
) -> Receipt | Absent:
    if not isinstance(channel, Finds):
        pytest.skip("it cannot look")
    return channel.find(what, key(name), draft, NOW)


# What it declares


def test_it_has_the_three_public_names(module: ModuleType) -> None:
    assert issubclass(module.Config, BaseModel)
    assert isinstance(module.LIMITS, Limits)
    assert callable(module.connect)


def test_its_secrets_are_known_as_such(module: ModuleType) -> None:
    for name, field in module.Config.model_fields.items():
        if any(word in name for word in ("token", "secret", "password")) or name.endswith("_key"):
            kinds = (field.annotation, *get_args(field.annotation))
            assert SecretStr in kinds, name


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
    draft = ready(channel, standin.creative())
    assert standin.kept() == []
    receipt = channel.publish(standin.creative(), key(), draft)
    assert shown(standin) == [standin.creative().caption]
    assert receipt.remote_id
    assert receipt.url.startswith("http")


def test_publish_is_one_public_write(standin: StandIn) -> None:
    published(standin.channel(), standin.creative())
    assert standin.proxy.left(*standin.publish) == 1


def test_sent_twice_it_is_one_post(standin: StandIn) -> None:
    channel = standin.channel()
    first = published(channel, standin.creative())
    sent_again(channel, standin.creative())
    assert len(standin.kept()) == 1
    if standin.keyed:
        assert published(channel, standin.creative()) == first


def test_another_key_is_another_post(standin: StandIn) -> None:
    channel = standin.channel()
    first = published(channel, standin.creative(), "one")
    second = published(channel, standin.creative("Muối tôm Bạc Liêu", number=1), "two")
    assert first.remote_id != second.remote_id
    assert len(standin.kept()) == 2


def test_a_published_post_is_found(standin: StandIn) -> None:
    channel = standin.channel()
    draft = ready(channel, standin.creative())
    receipt = channel.publish(standin.creative(), key(), draft)
    seen = found(channel, standin.creative(), draft)
    assert isinstance(seen, Receipt)
    assert (seen.remote_id, seen.url) == (receipt.remote_id, receipt.url)


def test_what_was_never_published_is_absent(standin: StandIn) -> None:
    channel = standin.channel()
    published(channel, standin.creative("Muối tôm Bạc Liêu", number=1), "another post")
    draft = ready(channel, standin.creative())
    assert isinstance(found(channel, standin.creative(), draft), Absent)


def test_looking_changes_nothing(standin: StandIn) -> None:
    channel = standin.channel()
    draft = ready(channel, standin.creative())
    before = standin.proxy.left(*standin.publish)
    found(channel, standin.creative(), draft)
    assert standin.kept() == []
    if standin.find != standin.publish:
        assert standin.proxy.left(*standin.publish) == before


def test_a_post_that_is_listed_late_is_never_surely_absent(standin: StandIn) -> None:
    channel = standin.channel()
    draft = ready(channel, standin.creative())
    standin.proxy.arm(Fault.LAGGING, *standin.publish)
    channel.publish(standin.creative(), key(), draft)
    seen = found(channel, standin.creative(), draft)
    assert isinstance(seen, Receipt) or not seen.sure
    standin.later()
    assert isinstance(found(channel, standin.creative(), draft), Receipt)


def test_a_post_whose_words_were_rewritten_is_found(standin: StandIn) -> None:
    channel = standin.channel()
    what = standin.creative("Muối  hạt   Bạc Liêu, hạt to và khô, gói 1 kg.")
    draft = ready(channel, what)
    standin.proxy.arm(Fault.REWRITTEN, *standin.publish)
    channel.publish(what, key(), draft)
    assert isinstance(found(channel, what, draft), Receipt)


def shown(standin: StandIn) -> list[str]:
    """Return what the public sees, in the order of publishing or not: one post mostly."""
    return list(standin.kept())


# What it may show


def captions(limits: Limits) -> tuple[str, str]:
    """Return the longest caption that a channel takes, and one that is too long."""
    longest = "ế" * (limits.caption // limits.measure("ế"))
    return longest, longest + "ế"


def wordy(standin: StandIn, caption: str, **more: Any) -> Creative:
    """Return a creative with exactly these words."""
    return replace(standin.creative(**more), caption=caption)


def test_the_longest_caption_is_taken(standin: StandIn, module: ModuleType) -> None:
    longest, _ = captions(module.LIMITS)
    published(standin.channel(), wordy(standin, longest))
    assert standin.kept() == [longest]


def test_a_caption_over_the_limit_is_refused(standin: StandIn, module: ModuleType) -> None:
    _, too_long = captions(module.LIMITS)
    with pytest.raises(Rejected):
        published(standin.channel(), wordy(standin, too_long))
    assert standin.kept() == []


def test_the_largest_picture_is_taken(standin: StandIn, module: ModuleType) -> None:
    published(standin.channel(), standin.creative(pictures=1, size=module.LIMITS.media_bytes))
    assert len(standin.kept()) == 1


def test_a_picture_over_what_the_service_takes_is_refused(
    standin: StandIn, module: ModuleType
) -> None:
    largest = standin.largest or module.LIMITS.media_bytes
    assert largest >= module.LIMITS.media_bytes
    with pytest.raises(Rejected):
        published(standin.channel(), standin.creative(pictures=1, size=largest + 1))
    assert standin.kept() == []


# When publishing fails


def refused(standin: StandIn, fault: Fault) -> ChannelError:
    """Return what publishing raises under a fault; whatever it is, one write left at most."""
    error, _ = attempted(standin, fault)
    return error


def attempted(standin: StandIn, fault: Fault) -> tuple[ChannelError, Draft | None]:
    """Return what publishing raises under a fault, and the draft that was published."""
    draft = ready(standin.channel(), standin.creative())
    before = standin.proxy.left(*standin.publish)
    standin.proxy.arm(fault, *standin.publish)
    with pytest.raises(ChannelError) as caught:
        impatient(standin, fault).publish(standin.creative(), key(), draft)
    standin.proxy.settled()
    sent = standin.proxy.left(*standin.publish) - before
    assert sent == (0 if fault is Fault.UNREACHABLE else 1)
    standin.proxy.heal()
    return caught.value, draft


def test_a_refusal_is_named(standin: StandIn) -> None:
    error = refused(standin, Fault.REFUSED)
    assert type(error) is Rejected
    assert Fault.REFUSED.value in str(error), "with the reason of the service"
    assert standin.kept() == []


def test_the_wait_is_kept(standin: StandIn) -> None:
    error = refused(standin, Fault.THROTTLED)
    assert isinstance(error, Transient)
    assert (error.after, error.scope) == (standin.wait, Scope.ACCOUNT)
    assert standin.kept() == []


def test_an_expired_token_is_the_accounts_problem(standin: StandIn) -> None:
    assert type(refused(standin, Fault.EXPIRED)) is NotAuthorized
    assert standin.kept() == []


def test_a_refused_connection_is_surely_not_a_post(standin: StandIn) -> None:
    assert type(refused(standin, Fault.UNREACHABLE)) is Transient
    assert standin.kept() == []


def test_no_write_starts_after_its_time(standin: StandIn) -> None:
    channel = standin.channel()
    draft = ready(channel, standin.creative())
    with fence(0), pytest.raises(Transient):
        channel.publish(standin.creative(), key(), draft)
    assert standin.kept() == []


@under(DONE_BUT_UNANSWERED)
def test_a_lost_answer_is_a_doubt_and_looking_ends_it(standin: StandIn, fault: Fault) -> None:
    error, draft = attempted(standin, fault)
    assert type(error) is OutcomeUnknown
    assert standin.kept() == [standin.creative().caption]
    assert isinstance(found(standin.channel(), standin.creative(), draft), Receipt)


@under(DONE_BUT_UNANSWERED)
def test_even_sent_again_a_lost_post_is_one_post(standin: StandIn, fault: Fault) -> None:
    refused(standin, fault)
    sent_again(standin.channel(), standin.creative())
    assert standin.kept() == [standin.creative().caption]


def test_trouble_before_the_post_was_made_is_a_doubt_too(standin: StandIn) -> None:
    error, draft = attempted(standin, Fault.SERVER_ERROR_BEFORE)
    assert type(error) is OutcomeUnknown
    assert isinstance(found(standin.channel(), standin.creative(), draft), Absent)
    published(standin.channel(), standin.creative())
    assert len(standin.kept()) == 1


@under(NEVER_ANSWERED)
def test_a_call_ends_at_its_limit(standin: StandIn, fault: Fault) -> None:
    draft = ready(standin.channel(), standin.creative())
    standin.proxy.arm(fault, *standin.publish)
    channel = standin.channel(SHORT)
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        channel.publish(standin.creative(), key(), draft)
    assert time.monotonic() - start < SHORT.total_seconds() + LENIENCE


# When preparing or looking fails


@under(FAILING)
def test_a_failed_look_never_says_absent(standin: StandIn, fault: Fault) -> None:
    channel = standin.channel()
    draft = ready(channel, standin.creative())
    channel.publish(standin.creative(), key(), draft)
    standin.proxy.arm(fault, *standin.find)
    with pytest.raises((Transient, Rejected, NotAuthorized)):
        found(impatient(standin, fault), standin.creative(), draft)
    standin.proxy.settled()
    standin.proxy.heal()
    assert isinstance(found(standin.channel(), standin.creative(), draft), Receipt)


@under(FAILING)
def test_a_failed_step_of_prepare_can_be_taken_again(standin: StandIn, fault: Fault) -> None:
    if standin.upload is None:
        pytest.skip("it prepares nothing")
    standin.proxy.arm(fault, *standin.upload)
    with pytest.raises((Transient, Rejected, NotAuthorized)):
        ready(impatient(standin, fault), standin.creative())
    standin.proxy.settled()
    standin.proxy.heal()
    assert standin.kept() == []
    published(standin.channel(), standin.creative())
    assert len(standin.kept()) == 1


def test_what_is_ready_stays_ready(standin: StandIn) -> None:
    channel = having(standin, Prepares)
    draft = ready(channel, standin.creative())
    before = standin.proxy.left()
    assert channel.prepare(standin.creative(), key(), draft) == draft
    assert standin.proxy.left() == before


def test_a_draft_is_plain_text_so_that_it_can_be_kept(standin: StandIn) -> None:
    draft = ready(having(standin, Prepares), standin.creative())
    assert draft
    assert all(isinstance(item, str) for pair in draft.data.items() for item in pair)
    assert not [secret for secret in standin.secrets if secret in str(draft.data)]


# What happens later


OLD, NEW = "Muối hạt: 15.000 đ một gói", "Muối hạt: 16.000 đ một gói"


def test_a_corrected_post_shows_what_is_right(standin: StandIn) -> None:
    channel = having(standin, Corrects)
    receipt = published(channel, standin.creative(OLD))
    again = channel.correct(receipt, standin.creative(NEW, pictures=3))
    assert again.remote_id == receipt.remote_id
    assert standin.kept() == [standin.creative(NEW).caption]


def test_a_correction_whose_answer_is_lost_can_be_made_again(standin: StandIn) -> None:
    channel = having(standin, Corrects)
    receipt = published(channel, standin.creative(OLD))
    standin.proxy.arm(Fault.CUT, *(standin.correct or standin.publish))
    with pytest.raises((OutcomeUnknown, Transient)):
        channel.correct(receipt, standin.creative(NEW))
    channel.correct(receipt, standin.creative(NEW))
    assert standin.kept() == [standin.creative(NEW).caption]


def test_a_post_can_be_withdrawn_twice(standin: StandIn) -> None:
    channel = having(standin, Withdraws)
    draft = ready(channel, standin.creative())
    receipt = channel.publish(standin.creative(), key(), draft)
    channel.withdraw(receipt)
    channel.withdraw(receipt)
    assert standin.kept() == []
    assert isinstance(found(channel, standin.creative(), draft), Absent)


def test_a_first_comment_stands_there_once(standin: StandIn) -> None:
    channel = having(standin, Comments)
    receipt = published(channel, standin.creative())
    channel.comment(receipt, "Đặt hàng: https://ocop.example.vn/r/k7m2p9q4x0")
    channel.comment(receipt, "Đặt hàng: https://ocop.example.vn/r/k7m2p9q4x0")
    assert list(standin.comments()) == ["Đặt hàng: https://ocop.example.vn/r/k7m2p9q4x0"]


# What it counts


def measured(standin: StandIn, channel: Any, *receipts: Receipt) -> list[Metric]:
    """Return what is known of posts some time later, before the token ends."""
    standin.later(timedelta(minutes=90) if isinstance(channel, Refreshes) else timedelta(days=3))
    found: list[Metric] = channel.metrics(list(receipts), standin.clock())
    return found


def test_metrics_are_named_in_our_words_and_each_is_told_once(standin: StandIn) -> None:
    channel = having(standin, Measures)
    receipt = published(channel, standin.creative())
    metrics = measured(standin, channel, receipt)
    known = LISTING_METRICS if standin.placement == "listing" else POST_METRICS
    names = [item.name for item in metrics]
    assert "views" in names
    assert set(names) <= known
    assert len(set(names)) == len(names)
    assert {item.remote_id for item in metrics} == {receipt.remote_id}
    assert all(item.value >= 0 and item.as_of == standin.clock() for item in metrics)


def test_what_adds_up_never_falls(standin: StandIn) -> None:
    channel = having(standin, Measures)
    receipt = published(channel, standin.creative())
    first = {item.name: item for item in measured(standin, channel, receipt)}
    then = {item.name: item for item in measured(standin, channel, receipt)}
    grown = [name for name in first if first[name].window is Window.CUMULATIVE]
    assert all(then[name].value >= first[name].value for name in grown)


def test_one_post_that_is_gone_hides_no_other(standin: StandIn) -> None:
    channel = having(standin, Measures)
    receipt = published(channel, standin.creative())
    other = published(channel, standin.creative("Muối tôm Bạc Liêu", number=1), "other")
    channel.withdraw(other)
    metrics = measured(standin, channel, other, receipt)
    assert receipt.remote_id in {item.remote_id for item in metrics}


def test_nothing_is_asked_about_no_posts(standin: StandIn) -> None:
    channel = having(standin, Measures)
    assert channel.metrics([], NOW) == []
    assert standin.proxy.left() == 0


@under(FAILING)
def test_a_failed_reading_invents_no_numbers(standin: StandIn, fault: Fault) -> None:
    channel = having(standin, Measures)
    receipt = published(channel, standin.creative())
    whole = {item.name: item.value for item in measured(standin, channel, receipt)}
    standin.proxy.arm(fault, "GET")
    try:
        some = impatient(standin, fault).metrics([receipt], standin.clock())
    except (Transient, NotAuthorized, Rejected):
        some = []
    standin.proxy.settled()
    assert all(whole[item.name] == item.value for item in some)
    assert len(some) < len(whole)


# Its token


def test_a_renewed_token_works_and_the_old_one_is_not_asked_again(standin: StandIn) -> None:
    channel = having(standin, Refreshes)
    new = channel.refresh()
    assert new.values
    assert not [value for value in new.values.values() if value in f"{new!r}"]
    with pytest.raises(NotAuthorized):
        channel.refresh()
    assert standin.renewed
    published(standin.renewed(new.values)(standin.session()), standin.creative())
    assert len(standin.kept()) == 1


# What nobody may see


@under(FAILING)
def test_no_secret_is_shown_or_logged(
    standin: StandIn, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = refused(standin, fault)
    shown = f"{error!r} {error} {standin.channel()!r} {caplog.text}"
    assert not [secret for secret in standin.secrets if secret in shown]


def test_nothing_is_logged_of_a_success(standin: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    published(standin.channel(), standin.creative())
    assert [record for record in caplog.records if record.name.startswith("promoter")] == []
    assert not [secret for secret in standin.secrets if secret in caplog.text]


def test_a_real_host_is_refused_in_the_sandbox(standin: StandIn) -> None:
    if not standin.hosts:
        pytest.skip("it has no host of its own")
    channel: Any = standin.connect(Session(limit=SHORT, loopback_only=True))
    with pytest.raises(Rejected, match="is not this machine"):
        published(channel, standin.creative())
    assert standin.proxy.left() == 0


def test_no_secret_is_in_an_address(standin: StandIn, case: str) -> None:
    published(standin.channel(), standin.creative())
    addresses = "\n".join(request.target for request in standin.proxy.sent())
    secrets = set(standin.secrets) - set(standin.in_addresses)
    assert not [secret for secret in secrets if secret in addresses]
