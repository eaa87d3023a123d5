"""watch: looks for copies of what was not found, and takes down what is one too many.

What was sent and not found may still turn up hours later: in a list that lags, or because the
service was slow. By then it may have been sent again, or have been given up.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from promoter.core import delivery as life
from promoter.core.channel import Channel, Finds, Watches, Withdraws
from promoter.core.delivery import Delivery
from promoter.core.errors import ChannelError, Rejected
from promoter.core.model import Creative, Draft, Phrase, Placement, Receipt
from promoter.pipeline import follow, lane
from promoter.pipeline.context import Account, Context
from promoter.remote.deadline import fence
from promoter.store import creatives, deliveries
from promoter.store.follow_ups import FollowUp, Verb

log = logging.getLogger("promoter.watch")

EARLY = timedelta(days=1)
"""A post goes out on its own day, so that none of its copies is older than this before its slot."""

COPY = Phrase("a second copy is live at {url}; take it down by hand")


def watch(context: Context, account: Account) -> list[Delivery]:
    """Look for the copies of posts that were sent again; return the posts that this changed."""
    done = []
    while (leased := follow.take(context, account, Verb.WATCH)) is not None:
        found = _watch(context, account, leased)
        done += [found] if found else []
    return done


def _watch(context: Context, account: Account, leased: FollowUp) -> Delivery | None:
    key = leased.key
    with context.store.read() as session:
        old, sends = deliveries.get(session, key), deliveries.sends(session, key)
        composed_at = creatives.composed_at(session, key)
    sought = lane.sought(context, key)
    if old is None or sought is None or sought.placement is Placement.LISTING:
        follow.close(context, leased)  # a listing is written over by its code: it has no copies
        return None
    since, sent = min([old.at - EARLY, *sends]), max([old.at, *sends])
    same_words = composed_at is not None and composed_at <= min(sends, default=composed_at)
    if not same_words:  # what was sent first is not known any more: only its link is
        sought = replace(sought, caption=sought.link)
    attempt = lane.begin(context, key, "watch")
    try:
        copies = lane.ask(
            context, account, lambda channel: _copies(channel, sought, key, old.draft, since)
        )
    except ChannelError as error:
        lane.conclude(context, account, attempt, (old, old), error)
        over = life.watch_again(sent, context.now()) is None
        follow.close(context, leased, error, lasting=not over)
        return None
    after = _sorted_out(context, account, attempt, old, copies or (), same_words=same_words)
    again = life.watch_again(sent, context.now()) if copies is not None else None
    follow.again(context, leased, again)
    return after if after != old else None


def _sorted_out(
    context: Context,
    account: Account,
    attempt: int,
    old: Delivery,
    copies: Sequence[Receipt],
    *,
    same_words: bool,
) -> Delivery:
    """Return the post after what was seen of it: adopted, or rid of its further copies.

    What only carries the same link may be somebody's own post about it: that is told, not deleted.
    """
    seen = [account.seen(item) for item in copies]
    adopted = life.sighted(old, seen, context.now()).delivery
    lane.conclude(context, account, attempt, (old, adopted))
    with context.store.read() as session:  # somebody may have decided meanwhile
        current = deliveries.get(session, old.key) or old
    found = life.sighted(current, seen, context.now())
    told = found.extra if not same_words else life.unsorted(current, seen)
    if told:
        return _told(context, account, current, told[0])
    if not found.extra and current.note and current.note.text == COPY.text:
        return _noted(context, account, current, None)
    for extra in found.extra:
        if lane.paused(context, account):
            break
        current = _take_down(context, account, current, extra)
    return current


def _told(context: Context, account: Account, old: Delivery, extra: Receipt) -> Delivery:
    note = Phrase(COPY.text, url=extra.url or extra.remote_id)
    return old if old.note == note else _noted(context, account, old, note)


def _noted(context: Context, account: Account, old: Delivery, note: Phrase | None) -> Delivery:
    attempt = lane.begin(context, old.key, "watch")
    lane.conclude(context, account, attempt, (old, replace(old, note=note)))
    return replace(old, note=note)


def _copies(
    channel: Channel, sought: Creative, key: str, draft: Draft | None, since: datetime
) -> Sequence[Receipt] | None:
    """Return the copies of a post, or None where the channel cannot look for them."""
    if isinstance(channel, Watches):
        return channel.copies(sought, key, since)
    if isinstance(channel, Finds):  # one at most, which the service knows by the key or the draft
        found = channel.find(sought, key, draft, since)
        return [found] if isinstance(found, Receipt) else []
    return None


def _take_down(context: Context, account: Account, old: Delivery, extra: Receipt) -> Delivery:
    """Take one copy down; where that fails the post says so, and the next look tries again."""
    attempt = lane.begin(context, old.key, "withdraw-copy")
    try:
        with fence(context.call_limit.total_seconds()):
            lane.ask(context, account, lambda channel: _withdrawn(channel, extra))
    except ChannelError as error:
        noted = replace(old, note=Phrase(COPY.text, url=extra.url or extra.remote_id))
        lane.conclude(context, account, attempt, (old, noted), error)
        return noted
    lane.conclude(context, account, attempt, (old, old))
    log.warning("%s %s a second copy was taken down", old.key[:10], account.name)
    return old


def _withdrawn(channel: Channel, extra: Receipt) -> None:
    if not isinstance(channel, Withdraws):
        raise Rejected(Phrase("this channel cannot take posts down"))
    channel.withdraw(extra)
