"""Random interleavings of everything that can happen to the posts of an account, on a model.

The steps and the store are the real ones; only the channel and its service are made up. A failure
prints its story. HYPOTHESIS_PROFILE=long tells many more, and looks for the shortest that fails.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from promoter.core.channel import Channel
from promoter.core.delivery import Decision, Delivery, State
from promoter.core.errors import ConfigError, NotAuthorized, Transient
from promoter.media import MediaStore
from promoter.pipeline import lane
from promoter.pipeline.context import Account, Context
from promoter.pipeline.decide import decide
from promoter.pipeline.deliver import deliver
from promoter.pipeline.prepare import prepare
from promoter.pipeline.settle import close_late, settle
from promoter.pipeline.watch import watch
from promoter.remote import deadline
from promoter.store import credentials, deliveries, follow_ups
from promoter.store.database import open_store
from promoter.store.follow_ups import Verb
from tests import world as office
from tests.pipeline.luck import Clocks, Killed, Moments, Mortal
from tests.pipeline.model import CLASSES, NOT_LIVE, Doubt, Fate, Kind, Service
from tests.world import SLOT, post

MINUTE = timedelta(minutes=1)
NAME = "showcase"
POSTS = tuple(post(number, at=SLOT + 40 * number * MINUTE) for number in range(3))
STEPS = (settle, prepare, deliver, watch)
FATES: dict[str, tuple[Fate, ...]] = {
    "publish": tuple(fate for fate in Fate if fate is not Fate.EMPTY),
    "prepare": (Fate.BUSY, Fate.THROTTLED, Fate.REFUSED),
    "find": (Fate.BUSY, Fate.THROTTLED, Fate.REFUSED),
    "resume": (Fate.BUSY, Fate.THROTTLED),
    "copies": (Fate.BUSY, Fate.THROTTLED),
    "withdraw": (Fate.BUSY, Fate.REFUSED),
    "refresh": (Fate.BUSY, Fate.LOST_DONE, Fate.LOST_UNDONE, Fate.EMPTY),
}
OUTCOMES = st.sampled_from(
    [(verb, fate) for verb, fates in FATES.items() for fate in fates if verb != "publish"]
)
LAGS = st.sampled_from([timedelta(), 5 * MINUTE, 50 * MINUTE, 180 * MINUTE])
DELAYS = st.sampled_from([MINUTE / 3, MINUTE * 5 / 6, 20 * MINUTE, 120 * MINUTE])
SPANS = [
    MINUTE / 3,
    2 * MINUTE,
    31 * MINUTE,
    60 * MINUTE,
    -60 * MINUTE,
    180 * MINUTE,
    timedelta(days=31),
]
OPEN_TO_DOUBT = (State.HELD, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Worker:
    """One process: its context, its account, and the places at which it can die."""

    context: Context
    account: Account
    moments: Moments

    def run(self, steps: tuple[Callable[[Context, Account], object], ...]) -> None:
        """Do some steps; death ends them, and the next run is another process."""
        try:
            for step in steps:
                step(self.context, self.account)
        except Killed:
            pass
        finally:
            self.moments.live()


class Story(RuleBasedStateMachine):
    """One account with three posts, and whatever may happen to it."""

    def __init__(self, template: Path, kind: Kind) -> None:
        super().__init__()
        self.file = template.with_name("story.db")
        for old in template.parent.glob("story.db*"):
            old.unlink()
        shutil.copy(template, self.file)
        self.kind = kind
        self.store = open_store(f"sqlite:///{self.file}")
        self.clocks = Clocks(self.store)
        self.service = Service(kind, self.clocks)
        self.first, self.second = self._worker(), self._worker()
        self._clock = mock.patch.object(deadline, "boottime", self.clocks.boottime)
        self._clock.start()
        self.misjudged: set[str] = set()

    def _worker(self) -> Worker:
        moments = Moments()
        store = Mortal(self.store, moments)
        context = office.context(store, MediaStore(self.file.parent / "media"))
        context = replace(context, call_limit=MINUTE)
        self.clocks.passed(timedelta())

        def connect() -> Channel:
            with self.store.read() as session:
                kept = credentials.get(session, NAME).text
            known = (
                context.vault.open(kept) if kept else {"token": "access-0", "again": "refresh-0"}
            )
            made = CLASSES[self.kind]
            return made(self.service, moments, (known["token"], known["again"]), self.checked)

        account = office.account(
            "http://127.0.0.1:9", "", connect=connect, resend_after_absent=self.kind is Kind.LISTED
        )
        return Worker(replace(context, accounts={NAME: account}), account, moments)

    # What the office may do

    def checked(self, key: str) -> None:
        """Tell, as a public call leaves, whether the office may make it."""
        with self.store.read() as session:
            claimed = deliveries.get(session, key)
            state = deliveries.account(session, NAME)
            still = lane.stands_still(session)
        assert claimed
        assert claimed.sent_at
        interrupted = self.first.moments.interrupted
        assert claimed.state is State.SENDING or interrupted, "the claim was not committed"
        assert not (state.paused or still), "a public call while the office or account is paused"
        assert claimed.sent_at <= claimed.latest, "a public call after max_lateness"
        doubt = self.service.doubts.get(key)
        assert doubt is None or doubt.cleared, "sent again without a reason"
        assert claimed.shown, "nobody would know what was sent"

    def current(self) -> list[Delivery]:
        with self.store.read() as session:
            return deliveries.before(session, list(State), SLOT + timedelta(days=1))

    # Rules

    @initialize(lag=LAGS, early=st.booleans())
    def begins(self, lag: timedelta, early: bool) -> None:
        self.service.lag = lag
        if not early:
            self.clocks.passed(30 * MINUTE)
            self.first.run(STEPS)
            self.clocks.passed(MINUTE)
            self.first.run(STEPS)

    @rule(fate=st.sampled_from(FATES["publish"]), delay=DELAYS)
    def the_next_call_ends_like_this(self, fate: Fate, delay: timedelta) -> None:
        self.service.fates["publish"], self.service.delay = fate, delay
        self.the_next_verb_is_due_and_done()

    @rule(outcome=OUTCOMES)
    def something_else_will_fail(self, outcome: tuple[str, Fate]) -> None:
        self.service.fates[outcome[0]] = outcome[1]
        self.the_next_verb_is_due_and_done()

    @rule()
    def the_next_verb_is_due_and_done(self) -> None:
        moment = self.next_moment()
        if moment and moment > self.clocks.office:
            self.clocks.passed(min(moment - self.clocks.office, timedelta(hours=2)))
        self.first.run(STEPS)

    @rule(left=st.integers(0, 40))
    def a_round_is_killed(self, left: int) -> None:
        self.first.moments.arm(left, None)
        self.the_next_verb_is_due_and_done()

    @rule(fate=st.sampled_from(FATES["publish"]), left=st.integers(0, 12))
    def a_public_call_is_killed(self, fate: Fate, left: int) -> None:
        self.service.fates["publish"] = fate
        self.the_next_verb_is_due_and_done()
        self.first.moments.arm(left, None)
        self.first.run((deliver,))

    @rule(left=st.integers(0, 30), span=st.sampled_from([timedelta(), 2 * MINUTE]))
    def a_round_is_held_up_while_another_worker_goes_on(self, left: int, span: timedelta) -> None:
        self.first.moments.arm(left, lambda: self.meanwhile(span))
        self.the_next_verb_is_due_and_done()

    @rule(fate=st.sampled_from(FATES["publish"]), left=st.integers(0, 4))
    def a_public_call_is_held_up_while_another_worker_goes_on(self, fate: Fate, left: int) -> None:
        self.service.fates["publish"] = fate
        self.the_next_verb_is_due_and_done()
        self.first.moments.arm(left, lambda: self.meanwhile(2 * MINUTE))
        self.first.run((deliver,))

    def meanwhile(self, span: timedelta) -> None:
        """Let time pass for the first worker, in which the second does three rounds."""
        for pause in (span, min(span, MINUTE), min(span, MINUTE)):
            self.clocks.passed(pause)
            self.second.run(STEPS)

    @rule(left=st.integers(0, 30))
    def the_clock_jumps_in_the_middle_of_a_round(self, left: int) -> None:
        def jump() -> None:
            self.clocks.jumped(2 * MINUTE)
            self.second.run((settle,))

        self.first.moments.arm(left, jump)
        self.the_next_verb_is_due_and_done()

    @rule(span=st.sampled_from(SPANS), jumps=st.booleans(), closes=st.booleans())
    def the_clock_moves(self, span: timedelta, jumps: bool, closes: bool) -> None:
        if jumps or span < timedelta():
            self.clocks.jumped(span)
        elif span < timedelta(days=1):
            self.clocks.passed(span)
        if closes:
            close_late(self.second.context)
        self.first.run(STEPS)

    @rule(of_account=st.booleans(), rounds=st.integers(1, 3))
    def somebody_pauses_for_a_while(self, of_account: bool, rounds: int) -> None:
        self.set_paused(of_account=of_account, paused=True)
        for _ in range(rounds):
            self.the_next_verb_is_due_and_done()
        self.set_paused(of_account=of_account, paused=False)

    def set_paused(self, *, of_account: bool, paused: bool) -> None:
        if not of_account:
            self.store.set_value("paused", "yes" if paused else "")
            return
        with self.store.write() as session:
            state = deliveries.account(session, NAME)
            deliveries.save_account(session, NAME, replace(state, paused=paused))

    @precondition(lambda self: any(item.state in OPEN_TO_DOUBT for item in self.current()))
    @rule()
    def a_person_looks_at_the_page(self) -> None:
        """What is not there yet cannot be seen."""
        for item in self.current():
            if item.state in OPEN_TO_DOUBT:
                public = self.service.public(item.key)
                url = public[0].receipt(self.clocks.real).url if public else ""
                decision = Decision.LIVE if public else Decision.ABSENT
                decide(self.second.context, item.key, decision, "An", url=url)
                if not public:
                    self.service.doubts.setdefault(item.key, Doubt()).cleared = True
                    self.misjudged.add(item.key)

    @rule(number=st.integers(0, 2), decision=st.sampled_from([Decision.CANCEL, Decision.RETRY]))
    def a_person_decides(self, number: int, decision: Decision) -> None:
        with suppress(ConfigError):
            decide(self.second.context, POSTS[number].key, decision, "An")

    @rule(fate=st.sampled_from([Fate.DONE, *FATES["refresh"]]), left=st.integers(0, 8))
    def the_token_ends(self, fate: Fate, left: int) -> None:
        """Its renewal fails in some way, or dies somewhere."""
        self.service.ended, self.service.fates["refresh"] = True, fate
        self.first.moments.arm(left, None)
        self.the_next_verb_is_due_and_done()
        self.the_next_verb_is_due_and_done()

    @precondition(lambda self: self.is_paused())
    @rule()
    def somebody_authorises(self) -> None:
        self.service.pair += 1
        self.service.ended = False
        pair = {"token": f"access-{self.service.pair}", "again": f"refresh-{self.service.pair}"}
        sealed = self.first.context.vault.seal(pair)
        with self.store.write() as session:
            now, version = self.clocks.office, credentials.get(session, NAME).version
            credentials.lease(session, NAME, version, now, MINUTE)
            credentials.keep(session, NAME, sealed, "", now)
        self.set_paused(of_account=True, paused=False)

    def is_paused(self) -> bool:
        with self.store.read() as session:
            return deliveries.account(session, NAME).paused

    # What always holds

    @invariant()
    def what_is_said_is_true(self) -> None:
        for item in self.current():
            there = self.service.there(item.key)
            hidden = self.kind is Kind.LISTED or item.key in self.misjudged
            wrong = hidden or any(copy.late for copy in there)
            assert len(there) < 2 or wrong, f"{item} is there twice: {there}"
            if item.state is State.PUBLISHED:
                assert self.service.public(item.key), f"{item} is not there"
            if item.state in NOT_LIVE:
                assert not there or wrong, f"{item} is there: {there}"

    # How it ends

    def teardown(self) -> None:
        try:
            self.ends_well()
        finally:
            self._clock.stop()
            self.store.close()

    def ends_well(self) -> None:
        self.service.heal()
        self.keeps_its_tokens()
        self.somebody_authorises()
        self.set_paused(of_account=False, paused=False)
        hopeful = [item for item in self.current() if self.must_go_out(item)]
        self.comes_to_rest()
        for item in self.current():
            assert item.state in office.SETTLED, f"{item} is never settled"
            assert item.state is not State.HELD or item.note, "nobody is told what to look at"
        self.what_is_said_is_true()
        self.further_copies_are_gone_or_told()
        self.attempts_are_closed()
        states = {item.key: item.state for item in self.current()}
        for item in hopeful:
            assert states[item.key] in (State.PUBLISHED, State.HELD), f"{item} was lost"

    def keeps_its_tokens(self) -> None:
        """The newest pair is in the store, or somebody is told to authorise this account."""

        def question(channel: Channel) -> bool:
            assert isinstance(channel, CLASSES[self.kind])
            self.service.known(channel._access)
            return True

        worker = self.second
        for _ in range(3):
            try:
                lane.ask(worker.context, worker.account, question)
            except Transient:
                self.clocks.passed(2 * MINUTE)
            except NotAuthorized as error:
                assert f"authorise {NAME} again" in str(error)
                return
            else:
                return
        raise AssertionError("no answer about the token")

    def must_go_out(self, item: Delivery) -> bool:
        """Tell whether nothing stands in the way of a post any more, before its slot."""
        with self.store.read() as session:
            state = deliveries.account(session, NAME)
        waits = [at for at in (state.wait_until, state.public_at) if at]
        ready = item.state in (State.DUE, State.READY) and item.tries == 0
        free = max([self.clocks.office, item.next_at - 30 * MINUTE, *waits]) <= item.at
        return ready and free

    def comes_to_rest(self) -> None:
        for _ in range(400):
            moment = self.next_moment()
            if moment is None:
                return
            if moment > self.clocks.office:
                self.clocks.passed(moment - self.clocks.office)
            open_ = any(item.state in deliveries.OPEN for item in self.current())
            self.first.run(STEPS if open_ else (watch,))
        raise AssertionError("it never comes to rest")

    def next_moment(self) -> datetime | None:
        """Return when the next verb, lease or watch is due."""
        moments = [
            max(item.next_at, item.lease_until or item.next_at)
            for item in self.current()
            if item.state in deliveries.OPEN
        ]
        with self.store.read() as session:
            wait_until = deliveries.account(session, NAME).wait_until
            for item in POSTS:
                for wish in follow_ups.of(session, item.key):
                    if wish.verb is Verb.WATCH:
                        moments.append(max(wish.due_at, wish.lease_until or wish.due_at))
        first = min(moments, default=None)
        return max(first, wait_until) if first and wait_until else first

    def further_copies_are_gone_or_told(self) -> None:
        if self.kind in (Kind.KEYED, Kind.BLIND) or self.clocks.furthest > timedelta(hours=12):
            return
        for item in self.current():
            copies = self.service.public(item.key)
            told = item.note is not None
            unseen = self.kind is Kind.OBJECT and any(copy.late for copy in copies)
            assert len(copies) < 2 or told or unseen, f"{item}: {copies}"

    def attempts_are_closed(self) -> None:
        with self.store.read() as session:
            for item in POSTS:
                for attempt in deliveries.attempts(session, item.key):
                    if attempt.verb == "publish":
                        assert attempt.ended_at, f"{attempt} is still open"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An office with three posts that are composed, as a file to copy."""
    folder = tmp_path_factory.mktemp("model")
    store = open_store(f"sqlite:///{folder}/template.db")
    account = office.account("http://127.0.0.1:9", "")
    world = office.context(store, MediaStore(folder / "media"), account)
    office.stock(store)
    office.planned(world, *POSTS)
    store.close()
    yield folder / "template.db"


LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PROFILE = settings(
    max_examples=300 if LONG else 15,
    stateful_step_count=40 if LONG else 25,
    derandomize=not LONG,
    deadline=None,
    database=None,
    phases=list(Phase) if LONG else [Phase.generate],  # to shorten a story takes minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(Kind))
def test_whatever_happens_a_post_is_sent_once_or_somebody_is_told(
    template: Path, kind: Kind
) -> None:
    story: Any = partial(Story, template, kind)  # hypothesis calls it once for each example
    run_state_machine_as_test(story, settings=PROFILE)


@contextmanager
def told(template: Path, kind: Kind) -> Iterator[Story]:
    """Yield a story at its first slot, everything prepared; its end is checked."""
    story = Story(template, kind)
    try:
        story.begins(timedelta(), early=False)
        story.clocks.passed(SLOT - story.clocks.office)
        yield story
    finally:
        story.teardown()


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("fate", FATES["publish"])
def test_each_fate_of_a_call_ends_well_by_itself(template: Path, kind: Kind, fate: Fate) -> None:
    with told(template, kind) as story:
        story.the_next_call_ends_like_this(fate, MINUTE / 2)
        for _ in range(12):
            story.the_next_verb_is_due_and_done()
            story.what_is_said_is_true()


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("place", range(6))
def test_death_at_each_place_of_a_public_call_ends_well(
    template: Path, kind: Kind, place: int
) -> None:
    with told(template, kind) as story:
        story.first.moments.arm(place, None)
        story.first.run((deliver,))


@pytest.mark.parametrize("fate", [Fate.DONE, *FATES["refresh"]])
@pytest.mark.parametrize("place", range(6))
def test_death_at_each_place_of_a_renewal_loses_no_token_untold(
    template: Path, fate: Fate, place: int
) -> None:
    with told(template, Kind.OBJECT) as story:
        story.service.ended, story.service.fates["refresh"] = True, fate
        story.first.moments.arm(place, None)
        story.first.run((deliver,))


def test_what_is_ready_is_not_sent_too_late_even_if_nobody_has_closed_it(template: Path) -> None:
    with told(template, Kind.KEYED) as story:
        story.the_clock_moves(timedelta(days=31), jumps=True, closes=False)
        assert story.service.doubts == {}


@pytest.mark.parametrize("place", range(4))
def test_a_worker_that_sleeps_after_its_claim_does_not_send_what_others_look_for(
    template: Path, place: int
) -> None:
    """The machine sleeps for longer than the lease, anywhere between the claim and the answer."""
    with told(template, Kind.OBJECT) as story:
        story.first.moments.arm(place, lambda: story.meanwhile(2 * MINUTE))
        story.first.run((deliver,))
        assert story.clocks.office > SLOT, "nothing happened at this place"
        story.what_is_said_is_true()
