"""measure: reads what channels count of live posts; a reading that fails is only put off."""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from promoter.core import ladder
from promoter.core.channel import Channel, Measures
from promoter.core.errors import ChannelError, ConfigError, NotAuthorized, Scope, Transient
from promoter.core.model import Metric, Phrase, Quality
from promoter.pipeline import lane
from promoter.pipeline.context import Account, Context
from promoter.store import database, deliveries, follow_ups, metrics
from promoter.store.database import Session
from promoter.store.follow_ups import FollowUp, Verb
from promoter.store.metrics import Target

log = logging.getLogger("promoter.measure")

BATCH = 50
"""Most posts that a channel is asked about at once."""

Failure = ChannelError | ConfigError
"""Why a reading failed; a missing secret, too, is no reason to stop a lane."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a round of one account brought.

    Attributes:
        asked: Posts whose channel answered.
        told: Those of them for which it gave a number at least.
        values: Numbers that were new.
        failed: Posts whose reading failed.
        closed: Posts that are read no more: their ladder has ended, they are no longer live, or
            their channel counts nothing.
        problem: Why a reading failed; None if none did.
        counts: False if the channel counts nothing.
    """

    asked: int = 0
    told: int = 0
    values: int = 0
    failed: int = 0
    closed: int = 0
    problem: Phrase | None = None
    counts: bool = True

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(
            asked=self.asked + other.asked,
            told=self.told + other.told,
            values=self.values + other.values,
            failed=self.failed + other.failed,
            closed=self.closed + other.closed,
            problem=other.problem or self.problem,
            counts=self.counts and other.counts,
        )


@dataclass(frozen=True, slots=True)
class _Taken:
    """What this worker has leased: by key, what is to be done, and what can be asked about."""

    follow_ups: dict[str, FollowUp]
    targets: dict[str, Target]


def measure(context: Context, account: Account) -> Measured:
    """Read what is due of an account, in batches, and move each post to its next rung.

    A failed reading is due again later, and changes neither the account nor the delivery. Nothing
    is asked while the service wants the account to wait.
    """
    total = Measured()
    while (taken := _take(context, account)).follow_ups:
        targets = list(taken.targets.values())
        try:
            found = _ask(context, account, targets) if targets else []
        except (ChannelError, ConfigError) as error:
            _put_off(context, taken, error)
            total += _failed(account, len(taken.follow_ups), error)
            if _concerns_all(error):
                _put_off_rest(context, account, error)
            continue
        total += _kept(context, account, taken, found)
    return total


def measure_now(context: Context, account: Account) -> Measured:
    """Read all live posts of the last 28 days and all live listings; the ladder stays as it is."""
    now = context.now()
    with context.store.read() as session:
        targets = metrics.live(session, account.name, now - ladder.RUNGS[-1])
    total = Measured()
    for start in range(0, len(targets), BATCH):
        batch = targets[start : start + BATCH]
        try:
            found = _ask(context, account, batch)
        except (ChannelError, ConfigError) as error:
            total += _failed(account, len(batch), error)
            if _concerns_all(error):
                break
            continue
        if found is None:
            return Measured(counts=False)
        with context.store.write() as session:
            total += _keep(session, account, batch, found)[0]
    return total


def _take(context: Context, account: Account) -> _Taken:
    """Lease what is due. It counts as failed until it has succeeded, so that a crash waits, too."""
    taken = {}
    with context.store.write() as session:
        now = database.now(session)
        if lane.waits(deliveries.account(session, account.name), now):
            return _Taken({}, {})
        for found in follow_ups.due(session, account.name, Verb.MEASURE, now, limit=BATCH):
            tries = found.tries + 1
            leased = replace(
                found,
                due_at=now + ladder.wait(tries),
                lease_until=now + context.lease(session),
                tries=tries,
            )
            if follow_ups.save(session, found, leased):
                taken[found.key] = leased
        return _Taken(taken, metrics.targets(session, list(taken)))


def _ask(context: Context, account: Account, targets: Sequence[Target]) -> list[Metric] | None:
    """Return what the channel tells of some posts; None if it counts nothing."""
    receipts = [target.receipt for target in targets]

    def told(channel: Channel) -> list[Metric] | None:
        return channel.metrics(receipts, context.now()) if isinstance(channel, Measures) else None

    return lane.ask(context, account, told)


def _kept(
    context: Context, account: Account, taken: _Taken, found: list[Metric] | None
) -> Measured:
    """Keep what was read, and move each post to its next rung or close it."""
    targets = taken.targets if found is not None else {}
    with context.store.write() as session:
        now = database.now(session)
        done, told = _keep(session, account, list(targets.values()), found or [])
        for key, leased in taken.follow_ups.items():
            after = _next(leased, targets.get(key), now, told=key in told)
            closed = follow_ups.save(session, leased, after) and after is None
            done += Measured(closed=int(closed))
    return replace(done, counts=found is not None)


def _next(leased: FollowUp, target: Target | None, now: datetime, *, told: bool) -> FollowUp | None:
    """Return when a post is read again, or None if it is read no more.

    A post of which nothing was told, though its channel answered, is asked about again a few
    times before its rung is left out: the channel may have stopped in the middle.
    """
    if target is None:
        return None
    rung = ladder.next_reading(target.live, now, stays=target.stays)
    if told or leased.tries >= len(ladder.RETRIES):
        return replace(leased, due_at=rung, lease_until=None, tries=0) if rung else None
    again = now + ladder.wait(leased.tries)
    return replace(leased, due_at=min(rung, again) if rung else again, lease_until=None)


def _keep(
    session: Session, account: Account, targets: Sequence[Target], found: Sequence[Metric]
) -> tuple[Measured, Collection[str]]:
    """Keep the metrics of posts that were asked about; what else a channel tells is ignored.

    Returns:
        What came of it, and the keys of the posts of which something was told.
    """
    now = database.now(session)
    keys = {target.receipt.remote_id: target.key for target in targets}
    readings: dict[str, list[Metric]] = defaultdict(list)
    for metric in found:
        if metric.remote_id in keys:
            readings[keys[metric.remote_id]].append(_true(metric, account, now))
    values = metrics.keep(session, readings)
    return Measured(asked=len(targets), told=len(readings), values=values), readings.keys()


def _true(metric: Metric, account: Account, now: datetime) -> Metric:
    """Return a metric with our own knowledge: simulated numbers, and a clock that runs ahead."""
    quality = Quality.SANDBOX if account.sandbox else metric.quality
    return replace(metric, quality=quality, as_of=min(metric.as_of, now))


def _failed(account: Account, posts: int, error: Failure) -> Measured:
    log.warning("%s %s posts not read: %s: %s", account.name, posts, type(error).__name__, error)
    return Measured(failed=posts, problem=error.phrase)


def _put_off(context: Context, taken: _Taken, error: Failure) -> None:
    with context.store.write() as session:
        now = database.now(session)
        for leased in taken.follow_ups.values():
            due_at = now + ladder.wait(leased.tries, _asked(error))
            follow_ups.save(session, leased, replace(leased, due_at=due_at, lease_until=None))


def _put_off_rest(context: Context, account: Account, error: Failure) -> None:
    """Let what else is due wait, without a try: it comes before what has just failed."""
    while True:
        with context.store.write() as session:
            now = database.now(session)
            rest = follow_ups.due(session, account.name, Verb.MEASURE, now, limit=BATCH)
            for found in rest:
                due_at = now + ladder.wait(1, _asked(error))
                follow_ups.save(session, found, replace(found, due_at=due_at))
        if not rest:
            return


def _asked(error: Failure) -> timedelta | None:
    return error.after if isinstance(error, Transient) else None


def _concerns_all(error: Failure) -> bool:
    if isinstance(error, Transient):
        return error.scope is Scope.ACCOUNT
    return isinstance(error, NotAuthorized | ConfigError)
