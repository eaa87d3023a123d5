"""What the steps of one account share: leases, the bytes to send, and how an attempt ends."""

import logging
from collections.abc import Callable, Collection
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
from promoter.pipeline.context import Account, Context
from promoter.pipeline.renew import renew
from promoter.remote import quota
from promoter.remote.gauge import gauge
from promoter.store import creatives, credentials, database, deliveries, follow_ups, posts
from promoter.store.database import Session
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
        wait_until = deliveries.account(session, account.name).wait_until
        if wait_until and wait_until > now:
            return None
        if State.DUE in states and database.value(session, "locked"):
            return None
        for found in deliveries.due(session, account.name, states, now):
            leased = replace(found, lease_until=now + context.lease(session))
            if deliveries.save(session, found, leased, now):
                return leased
        return None


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
    return _asked(context, account, _connected(account), question)


def _asked(
    context: Context, account: Account, channel: Channel, question: Callable[[Channel], Told]
) -> Told:
    with gauge() as seen:
        try:
            return question(channel)
        finally:
            if seen:
                _keep_quota(context, account, quota.worst(seen, context.now()))


def _keep_quota(context: Context, account: Account, told: Quota | None) -> None:
    """Keep what a service said of the calls that are left; let the account wait near their end."""
    if told is None:
        return
    with context.store.read() as session:
        kept = deliveries.account(session, account.name).quota
    if kept and abs(kept.used - told.used) < TOLD and told.used < NEARLY_USED_UP:
        return
    with context.store.write(durable=False) as session:
        now = database.now(session)
        state = replace(deliveries.account(session, account.name), quota=told)
        until = told.until or now + QUOTA_WAIT
        if told.used >= NEARLY_USED_UP and until > (state.wait_until or now):
            phrase = Phrase(
                "{share} % of the calls that the service allows are used up; it waits for the rest",
                share=int(told.used * 100),
            )
            state = replace(state, wait_until=until, problem=phrase)
        deliveries.save_account(session, account.name, state)


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
    with context.store.write(durable=False) as session:
        now = database.now(session)
        deliveries.end(session, attempt, outcome, now, error.phrase if error else new.note)
        if old.state is State.PUBLISHED:
            old, new = _onto_current(session, old, new)
        if not deliveries.save(session, old, new, now):
            new = _answered_late(session, new, now) or old
        if new.state is State.PUBLISHED and old.state is not State.PUBLISHED:
            follow(session, account, new, now)
        if new.state is State.WITHDRAWN:
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


def _answered_late(session: Session, new: Delivery, now: datetime) -> Delivery | None:
    """Keep a receipt that arrived after the lease had ended: it settles the doubt."""
    current = deliveries.get(session, new.key)
    if current and new.receipt and current.state in (State.UNKNOWN, State.HELD):
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
    """Let an account wait or stand still if the error concerns all of it."""
    state = deliveries.account(session, name)
    match error:
        case NotAuthorized():
            changed = replace(state, paused=True, problem=error.phrase)
        case Transient(scope=Scope.ACCOUNT):
            until = now + (error.after or ACCOUNT_WAIT)
            changed = replace(state, wait_until=until, problem=error.phrase)
        case None if state.wait_until and state.wait_until <= now:
            changed = replace(state, wait_until=None, problem=None)
        case _:
            return True
    deliveries.save_account(session, name, changed)
    return error is None
