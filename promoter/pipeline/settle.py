"""settle: looks where an answer is missing, and closes what is too late."""

from dataclasses import replace

from promoter.core import delivery as life
from promoter.core.channel import Channel, Finds, Resumes
from promoter.core.delivery import UNATTEMPTED, Delivery, State
from promoter.core.errors import ChannelError
from promoter.core.model import Absent, Phrase, Receipt
from promoter.pipeline import lane
from promoter.pipeline.context import Account, Context
from promoter.store import database, deliveries, follow_ups
from promoter.store.follow_ups import Verb


def settle(context: Context, account: Account) -> list[Delivery]:
    """Resolve the doubts of an account by looking, never by sending; return what was decided."""
    done = _end_leases(context, account)
    while (leased := lane.lease(context, account, [State.UNKNOWN, State.PENDING])) is not None:
        after, go_on = _look(context, account, leased)
        done.append(after)
        if not go_on:
            break
    return done


def close_late(context: Context) -> list[Delivery]:
    """Close what was never sent and is older than its campaign allows; it is not sent late."""
    done = []
    with context.store.write() as session:
        now = database.now(session)
        for old in deliveries.before(session, UNATTEMPTED, now):
            if now > old.latest:
                new = life.missed(old, now)
                if deliveries.save(session, old, new, now):
                    done.append(new)
    return done


def _end_leases(context: Context, account: Account) -> list[Delivery]:
    """Treat a claim whose worker died as a lost answer."""
    done = []
    with context.store.write() as session:
        now = database.now(session)
        for old in deliveries.due(session, account.name, [State.SENDING], now, limit=100):
            new = life.lost(old, now, Phrase("its worker stopped before the answer was kept"))
            if deliveries.save(session, old, new, now):
                deliveries.end_open(session, old.key, "WorkerDied", now)
                done.append(new)
    return done


def _look(context: Context, account: Account, leased: Delivery) -> tuple[Delivery, bool]:
    verb = "find" if leased.state is State.UNKNOWN else "resume"
    free = replace(leased, lease_until=None)
    attempt = lane.begin(context, leased.key, verb)
    try:
        answer = _ask(context, account, leased)
    except ChannelError as error:
        after = life.failed(free, error, context.now())
        return after, lane.conclude(context, account, attempt, (leased, after), error)
    now = context.now()
    match answer:
        case Receipt():
            after = life.accepted(free, account.seen(answer), now)
        case Absent():
            after = life.not_found(free, answer, now, resend=account.resend_after_absent)
            if after.state is State.DUE:
                _watch(context, account, after)
        case None:
            after = life.held(free, now)
    return after, lane.conclude(context, account, attempt, (leased, after))


def _watch(context: Context, account: Account, absent: Delivery) -> None:
    """Ask for the watch over a post that was not found, before it may be sent again.

    Also where its absence is sure: what was sent may still be carried out later.
    """
    with context.store.write() as session:
        now = database.now(session)
        due_at = now + life.WATCH_LEAST
        follow_ups.ask(session, absent.key, Verb.WATCH, account.name, due_at)


def _ask(context: Context, account: Account, leased: Delivery) -> Receipt | Absent | None:
    return lane.ask(context, account, lambda channel: _looked(context, channel, leased))


def _looked(context: Context, channel: Channel, leased: Delivery) -> Receipt | Absent | None:
    if leased.state is State.PENDING:
        if isinstance(channel, Resumes) and leased.receipt:
            return channel.resume(leased.receipt)
        return None
    if isinstance(channel, Finds) and leased.sent_at:
        creative = lane.sought(context, leased.key)
        if creative is None:  # a listing that was never composed here: its product code is its key
            return Absent(sure=True)
        return channel.find(creative, leased.key, leased.draft, leased.sent_at)
    return None
