"""What the steps of one account share: leases, the bytes to send, and how an attempt ends."""

import logging
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from promoter.core import delivery as life
from promoter.core.account import Quota
from promoter.core.channel import Channel, Refreshes
from promoter.core.delivery import Delivery, State
from promoter.core.errors import (
    ChannelError,
    ConfigError,
    NotAuthorized,
    OutcomeUnknown,
    Scope,
    Transient,
)
from promoter.core.ladder import RUNGS
from promoter.core.model import Creative, Phrase, Placement
from promoter.pipeline.accounts import by_person
from promoter.pipeline.context import Account, Context
from promoter.pipeline.renew import renew
from promoter.remote import quota
from promoter.remote.answer import LONGEST_WAIT
from promoter.remote.deadline import fenced_until
from promoter.remote.gauge import Reading, gauge
from promoter.store import creatives, credentials, database, deliveries, follow_ups, posts
from promoter.store.database import Session
from promoter.store.deliveries import AccountState
from promoter.store.follow_ups import Verb

Told = TypeVar("Told")

log = logging.getLogger("promoter.lane")

ACCOUNT_WAIT = timedelta(minutes=1)
"""How long an account waits when its service asks for a pause without naming one."""

NEARLY_USED_UP = 0.9
"""Share of a service's allowance from which on an account waits for the next one."""
QUOTA_WAIT = timedelta(minutes=15)
"""How long, where the service does not say when that begins."""
TOLD = 0.05
"""By so much a share must differ from the one that is kept to be kept itself."""


class Unmade(ConfigError):
    """The bytes of a post are not there, or not what they were: they have to be made anew."""


def stands_still(session: Session) -> bool:
    """Tell whether nothing public may be begun: the office is paused, or not known to be alone."""
    return database.any_value(session, "paused", "locked")


def lease(context: Context, account: Account, states: Collection[State]) -> Delivery | None:
    """Take the next delivery of an account for this worker, or return None if there is none.

    Nothing is taken while the service has asked the account to wait, or once this process is to
    end; and nothing is prepared where another machine may be at the same work.
    """
    if context.stopping.is_set():
        return None
    with context.store.write(durable=False) as session:
        now = database.now(session)
        state = deliveries.account(session, account.name)
        if waits(state, now):
            return None
        if State.DUE in states and (database.value(session, "locked") or _parked(state, now)):
            return None
        for found in deliveries.due(session, account.name, states, now):
            leased = replace(found, lease_until=now + context.lease(session))
            if deliveries.save(session, found, leased, now):
                if found.lease_until:  # whoever had it died in the middle of an attempt
                    deliveries.end_open(session, found.key, "WorkerDied", now)
                return leased
        return None


def waits(state: AccountState, now: datetime) -> bool:
    """Tell whether a service asked an account to wait; a clock that has jumped asks for nothing."""
    return state.wait_until is not None and now < state.wait_until <= now + LONGEST_WAIT


def _parked(state: AccountState, now: datetime) -> bool:
    until = parked_until(state)
    return until is not None and now < until <= now + LONGEST_WAIT


def begin(context: Context, key: str, verb: str) -> int:
    """Write down that a verb is about to be called; return the attempt's number."""
    with context.store.write(durable=False) as session:
        return deliveries.begin(session, key, verb, database.now(session))


def ask(context: Context, account: Account, question: Callable[[Channel], Told]) -> Told:
    """Ask an account's channel something; with a token that has ended, renew it and ask again.

    Raises:
        ChannelError: What the channel answered. It was asked twice at most, and the second time
            only because the first was surely not done.
    """
    channel = _connected(account)
    if not isinstance(channel, Refreshes):
        return _asked(context, account, channel, question)
    with context.store.read() as session:  # before the channel is taken: never a newer version
        version = credentials.get(session, account.name).version
    channel = _connected(account)
    try:
        return _asked(context, account, channel, question)
    except NotAuthorized:
        if not isinstance(channel, Refreshes):
            raise
    try:
        renew(context, account, channel, version)
    except (OutcomeUnknown, ConfigError) as error:  # the question itself was surely not done
        raise Transient(error.phrase, scope=Scope.ACCOUNT) from None
    if fenced_until() < math.inf and paused(context, account):  # it took a while, and is public
        raise Transient(Phrase("it was paused meanwhile"))
    return _asked(context, account, _connected(account), question)


def _asked(
    context: Context, account: Account, channel: Channel, question: Callable[[Channel], Told]
) -> Told:
    with gauge() as seen:
        try:
            return question(channel)
        finally:
            if seen:
                _keep_quota(context, account, seen)


def _keep_quota(context: Context, account: Account, seen: Sequence[Reading]) -> None:
    """Keep what a service said of the calls that are left; nothing that fails here matters."""
    try:
        told = quota.worst(seen, context.now())
        if told:
            _keep_told(context, account, told)
    except ConfigError as error:
        log.warning("%s: what is left of its calls was not kept: %s", account.name, error)


def _keep_told(context: Context, account: Account, told: Quota) -> None:
    with context.store.read() as session:
        kept = deliveries.account(session, account.name).quota
    nearly = told.used >= NEARLY_USED_UP
    before = kept is not None and kept.used >= NEARLY_USED_UP
    if kept and not nearly and not before and abs(kept.used - told.used) < TOLD:
        return
    with context.store.write(durable=False) as session:
        now = database.now(session)
        state = deliveries.account(session, account.name)
        until = told.until or now + QUOTA_WAIT
        changed = replace(state, quota=replace(told, until=until if nearly else told.until))
        if not state.paused and (nearly or before):
            changed = replace(changed, problem=_used_up(told) if nearly else None)
        deliveries.save_account(session, account.name, changed)


def _used_up(told: Quota) -> Phrase:
    return Phrase(
        "{share} % of the calls that the service allows are used up; it waits for the rest",
        share=int(told.used * 100),
    )


def parked_until(state: AccountState) -> datetime | None:
    """Return until when an account begins nothing new because its allowance is nearly used up.

    What is in doubt is looked for all the same.
    """
    nearly = state.quota is not None and state.quota.used >= NEARLY_USED_UP
    return state.quota.until if state.quota and nearly else None


def paused(context: Context, account: Account) -> bool:
    """Tell whether the office or an account stands still."""
    with context.store.read() as session:
        return stands_still(session) or deliveries.account(session, account.name).paused


def _connected(account: Account) -> Channel:
    """Return the channel; a secret that is missing lets the account wait, not its posts fail."""
    try:
        return account.connect()
    except ConfigError as error:
        phrase = error.phrase
    raise Transient(phrase, scope=Scope.ACCOUNT)


def creative(context: Context, key: str) -> Creative:
    """Return the stored creative of a post with its bytes.

    Raises:
        Unmade: It was never composed, or a file of it is gone or damaged.
    """
    with context.store.read() as session:
        composed = creatives.get(session, key)
    if composed is None:
        raise Unmade(Phrase("post {key} has no creative yet", key=key))
    return loaded(context, composed.creative)


def sought(context: Context, key: str) -> Creative | None:
    """Return what a post is known by at its service; no bytes of media are read.

    Of one that was never composed here (its office was restored) the short link is known, of a
    listing only the creative: None.
    """
    with context.store.read() as session:
        composed, post = creatives.get(session, key), posts.post(session, key)
    if composed:
        return composed.creative
    if post is None or post.placement is Placement.LISTING:
        return None
    link = f"{context.office.public_url}/r/{post.code}"
    return Creative(post.placement, "", link, link, "", ())


def loaded(context: Context, creative: Creative) -> Creative:
    """Return a creative with the bytes of its media.

    Raises:
        Unmade: A file of it is gone or damaged.
    """
    try:
        media = tuple(replace(item, data=context.media.get(item.sha256)) for item in creative.media)
    except ConfigError as error:
        raise Unmade(error.phrase) from None
    return replace(creative, media=media)


def unmade(context: Context, delivery: Delivery, why: Phrase) -> Delivery:
    """Return the delivery whose bytes are not (any more) there, so that they are made anew."""
    with context.store.write(durable=False) as session:
        creatives.remove(session, delivery.key)
    return life.voided(delivery, why)


def conclude(
    context: Context,
    account: Account,
    attempt: int,
    change: tuple[Delivery, Delivery],
    error: ChannelError | None = None,
) -> bool:
    """Write down how an attempt ended, where its delivery stands, and what the account must do.

    Args:
        change: The delivery as this worker leased it, and as it is now.

    Returns:
        Whether the lane may go on to its next post.
    """
    old, new = change
    outcome = type(error).__name__ if error else new.state.value
    with context.store.write(durable=new.state is State.WITHDRAWN) as session:
        now = database.now(session)
        deliveries.end(session, attempt, outcome, now, error.phrase if error else new.note)
        if old.state is State.PUBLISHED:
            old, new = _onto_current(session, old, new)
        if not deliveries.save(session, old, new, now):
            new = _answered_late(session, new, now) or old
        if new.state is State.PUBLISHED and old.state is not State.PUBLISHED:
            follow(session, account, new, now)
        if new.state is State.WITHDRAWN and old.state is not State.WITHDRAWN:
            follow_ups.close(session, new.key)
        go_on = charge(session, account.name, error, now)
    log.info("%s %s %s", old.key, account.name, outcome)
    return go_on


def _onto_current(session: Session, old: Delivery, new: Delivery) -> tuple[Delivery, Delivery]:
    """Return a live delivery as it is now, and with what a verb has changed since it was read.

    While the verb was at work, another step may have left a note or another state.
    """
    current = deliveries.get(session, old.key) or old
    if current.state is not State.PUBLISHED:
        return current, current
    return current, replace(
        current,
        state=new.state,
        receipt=new.receipt,
        shown=current.shown if new.shown == old.shown else new.shown,
        note=new.note if current.note == old.note else current.note,
    )


def follow(session: Session, account: Account, live: Delivery, now: datetime) -> None:
    """Ask for what follows a post that has just gone live."""
    follow_ups.ask(session, live.key, Verb.MEASURE, account.name, now + RUNGS[0])
    if account.first_comment:
        follow_ups.ask(session, live.key, Verb.COMMENT, account.name, now)


_MAY_TURN_OUT_LIVE = frozenset(
    {State.UNKNOWN, State.HELD, State.DUE, State.READY, State.MISSED, State.FAILED}
)


def _answered_late(session: Session, new: Delivery, now: datetime) -> Delivery | None:
    """Keep a receipt that arrived after the lease had ended: it settles the doubt.

    Also where the post was given up or was about to be sent again.
    """
    current = deliveries.get(session, new.key)
    if current and new.receipt and current.state in _MAY_TURN_OUT_LIVE:
        settled = life.accepted(current, new.receipt, now)
        if deliveries.save(session, current, settled, now):
            return settled
    return None


def stand_still(context: Context, account: Account, why: Phrase) -> None:
    """Pause an account for a reason that only a person can end."""
    with context.store.write() as session:
        now = database.now(session)
        if not deliveries.account(session, account.name).paused:
            charge(session, account.name, NotAuthorized(why), now)


def charge(session: Session, name: str, error: ChannelError | None, now: datetime) -> bool:
    """Let an account wait or stand still if the error concerns all of it.

    Why an account is paused stays said until it goes on: a person's word above all.
    """
    state = deliveries.account(session, name)
    match error:
        case NotAuthorized():
            why = state.problem if by_person(state) else error.phrase
            changed = replace(state, paused=True, problem=why)
        case Transient(scope=Scope.ACCOUNT):
            until = now + (error.after or ACCOUNT_WAIT)
            until = (
                max(until, state.wait_until) if waits(state, now) and state.wait_until else until
            )
            why = state.problem if state.paused else error.phrase
            changed = replace(state, wait_until=until, problem=why)
        case None if state.wait_until and state.wait_until <= now:
            why = state.problem if state.paused else None
            changed = replace(state, wait_until=None, problem=why)
        case _:
            return True
    deliveries.save_account(session, name, changed)
    return error is None
