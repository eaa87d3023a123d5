"""What the steps after a post share: taking one thing to do, and how it ends."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from promoter.core.errors import ChannelError, Rejected, Transient
from promoter.pipeline import lane
from promoter.pipeline.context import Account, Context
from promoter.store import database, deliveries, follow_ups
from promoter.store.follow_ups import FollowUp, Verb

log = logging.getLogger("promoter.follow")

RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
MOST_TRIES = 12
"""After this many failures in a row, more than two days, it is tried once a day."""
DAILY = timedelta(days=1)


def take(context: Context, account: Account, verb: Verb) -> FollowUp | None:
    """Take the next thing of a kind for this worker, or return None if there is none.

    Nothing is taken while the office or the account stands still or waits: all of these are seen
    by the public.
    """
    if context.stopping.is_set():
        return None
    with context.store.write(durable=False) as session:
        now = database.now(session)
        state = deliveries.account(session, account.name)
        if state.paused or lane.stands_still(session):
            return None
        if lane.waits(state, now):
            return None
        for found in follow_ups.due(session, account.name, verb, now):
            leased = replace(found, lease_until=now + context.lease(session))
            if follow_ups.save(session, found, leased):
                return leased
        return None


def close(
    context: Context, leased: FollowUp, error: ChannelError | None = None, *, lasting: bool = False
) -> None:
    """Close what was taken, or let it be tried again after an error that may pass.

    Also a lost answer may: what follows a post is repeatable.

    Args:
        lasting: It has to be done in the end: after a refusal, or too many failures, it is tried
            again every day, since what stands in its way (a promotion of the shop) may end.
    """
    over = isinstance(error, Rejected) or leased.tries >= MOST_TRIES
    if error and over:
        log.warning("%s %s %s: %s", leased.key[:10], leased.account, leased.verb, error)
    with context.store.write(durable=False) as session:
        now = database.now(session)
        if error is None or (over and not lasting):
            follow_ups.save(session, leased, None)
            return
        wait = DAILY if over else RETRIES[min(leased.tries, len(RETRIES) - 1)]
        if isinstance(error, Transient) and error.after:
            wait = max(wait, error.after)
        later = replace(leased, due_at=now + wait, lease_until=None, tries=leased.tries + 1)
        follow_ups.save(session, leased, later)


def again(context: Context, leased: FollowUp, due_at: datetime | None) -> None:
    """Let what was taken be done once more at a moment, or close it with None."""
    later = replace(leased, due_at=due_at, lease_until=None, tries=0) if due_at else None
    with context.store.write(durable=False) as session:
        follow_ups.save(session, leased, later)
