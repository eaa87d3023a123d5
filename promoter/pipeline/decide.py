"""decide: a person's word on a post, and taking a live one down."""

from dataclasses import replace
from datetime import datetime

from promoter.core import delivery as life
from promoter.core.channel import Channel, Corrects, Withdraws
from promoter.core.delivery import Decision, Delivery, State
from promoter.core.errors import ChannelError, ConfigError
from promoter.core.model import Phrase, Placement, Receipt
from promoter.pipeline import lane
from promoter.pipeline.compose import remake
from promoter.pipeline.context import Account, Context
from promoter.pipeline.correct import correct as step
from promoter.store import creatives, database, deliveries, follow_ups, posts
from promoter.store.database import Session
from promoter.store.follow_ups import Verb


def find_key(context: Context, start: str) -> str:
    """Return the key of the post that a person means by the beginning of its key, or its code.

    Raises:
        ConfigError: No post, or more than one, begins like that.
    """
    with context.store.read() as session:
        found = posts.keys_like(session, start)
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(Phrase("{start} means more than one post; write more of it", start=start))
    raise ConfigError(Phrase("no post {start}; see «promoter posts»", start=start))


def decide(context: Context, key: str, decision: Decision, by: str, *, url: str = "") -> Delivery:
    """Let a person's decision change a post that nobody is sending right now.

    Args:
        url: For LIVE: the address at which the post was seen.

    Raises:
        ConfigError: The decision is not possible in the post's state.
    """
    with context.store.write() as session:
        now = database.now(session)
        old = deliveries.get(session, key)
        if old is None:
            raise ConfigError(Phrase("no post {start}; see «promoter posts»", start=key))
        if decision is Decision.APPROVE and old.state is State.PUBLISHED:
            return _approve_change(session, old, by, now)
        receipt = Receipt(url, url) if url else None
        new = life.decided(old, decision, now, receipt)
        if isinstance(new, Phrase) and decision is Decision.RETRY and _is_listing(session, old):
            new = replace(old, state=State.CANCELLED, note=None)  # the next plan opens it again
        if isinstance(new, Phrase):
            raise ConfigError(Phrase("post {key}: {why}", key=key[:10], why=new))
        if decision is Decision.APPROVE:
            _approve(session, key, by, now)
        if not deliveries.save(session, old, new, now):
            raise ConfigError(Phrase("post {key} has just changed; look again", key=key[:10]))
        if decision is Decision.ABSENT:  # it is sent again, so a copy that comes late is looked for
            follow_ups.ask(session, key, Verb.WATCH, old.account, now + life.WATCH_LEAST)
        attempt = deliveries.begin(session, key, decision.value, now)
        deliveries.end(session, attempt, new.state.value, now, Phrase("by {who}", who=by))
    return new


def _is_listing(session: Session, old: Delivery) -> bool:
    """Tell whether a post that did not go out is a listing: it gets another slot of its shop."""
    post = posts.post(session, old.key)
    failed = old.state in (State.FAILED, State.MISSED)
    return failed and post is not None and post.placement is Placement.LISTING


def _approve_change(session: Session, old: Delivery, by: str, now: datetime) -> Delivery:
    """Agree to what a live post should show from now on."""
    composed = creatives.get(session, old.key)
    if composed is None or composed.creative.digest() == old.shown:
        raise ConfigError(Phrase("post {key} shows already what it should", key=old.key[:10]))
    _approve(session, old.key, by, now)
    follow_ups.ask(session, old.key, Verb.CORRECT, old.account, now)
    new = replace(old, note=None)
    if not deliveries.save(session, old, new, now):
        raise ConfigError(Phrase("post {key} has just changed; look again", key=old.key[:10]))
    return new


def correct(context: Context, key: str, by: str) -> Delivery:
    """Bring a live post up to date with the catalogue and the templates of today.

    Returns:
        The delivery; its note says if the channel refused, or could not be asked yet.

    Raises:
        ByHand: Its channel cannot change posts.
        ConfigError: It is not live, it shows already what it should, or it must not be shown any
            more.
    """
    old, account = _live(context, key)
    if not isinstance(account.connect(), Corrects):
        raise _by_hand(old, Phrase("{account} cannot change posts", account=account.name))
    refused = remake(context, key)
    if refused:
        raise ConfigError(
            Phrase("post {key}: {why}; take it down instead", key=key[:10], why=refused)
        )
    decide(context, key, Decision.APPROVE, by)
    step(context, account)
    with context.store.read() as session:
        new = deliveries.get(session, key)
        waiting = [item for item in follow_ups.of(session, key) if item.verb is Verb.CORRECT]
    if waiting:
        later = Phrase("it will be corrected as soon as the channel allows it")
        return replace(old, note=(new.note if new else None) or later)
    return new or old


class ByHand(ConfigError):
    """Only a person can do it, where the post stands."""


def _by_hand(old: Delivery, why: Phrase) -> ByHand:
    url = old.receipt.url if old.receipt else ""
    return ByHand(Phrase("{why}; do it by hand at {url}", why=why, url=url))


def _live(context: Context, key: str) -> tuple[Delivery, Account]:
    with context.store.read() as session:
        old = deliveries.get(session, key)
    if old is None or old.state is not State.PUBLISHED or old.receipt is None:
        raise ConfigError(Phrase("post {key} is not live", key=key[:10]))
    account = context.accounts.get(old.account)
    if account is None:
        raise ConfigError(Phrase("there is no account {name} any more", name=old.account))
    return old, account


def _approve(session: Session, key: str, by: str, now: datetime) -> None:
    composed = creatives.get(session, key)
    if composed is None:
        raise ConfigError(
            Phrase(
                "post {key} has no creative that may go out; see «promoter posts show»",
                key=key[:10],
            )
        )
    creatives.approve(session, key, composed.creative.digest(), by, now)


def withdraw(context: Context, key: str, by: str, *, for_good: bool = True) -> Delivery:
    """Take a live post down at its channel.

    Args:
        for_good: False lets the plan put a listing up again once it may stand there.

    Raises:
        ByHand: Its channel cannot take posts down.
        ConfigError: It is not live.
        ChannelError: The service refused or could not be reached; nothing is changed here.
    """
    old, account = _live(context, key)
    receipt = old.receipt
    if receipt is None or not isinstance(account.connect(), Withdraws):
        raise _by_hand(old, Phrase("{account} cannot take posts down", account=account.name))
    attempt = lane.begin(context, key, "withdraw")
    try:
        lane.ask(context, account, lambda channel: _withdrawn(channel, receipt))
    except ChannelError as error:
        lane.conclude(context, account, attempt, (old, old), error)
        raise
    note = Phrase("taken down by {who}", who=by)
    new = replace(old, state=State.WITHDRAWN, note=note, shown=old.shown if for_good else "")
    lane.conclude(context, account, attempt, (old, new))
    return new


def _withdrawn(channel: Channel, receipt: Receipt) -> None:
    if isinstance(channel, Withdraws):
        channel.withdraw(receipt)
