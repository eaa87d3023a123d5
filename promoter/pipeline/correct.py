"""correct: brings what is live up to date where the channel can, and takes down what must go."""

from dataclasses import replace
from datetime import timedelta

from promoter.core.channel import Channel, Corrects, Withdraws
from promoter.core.delivery import Delivery, State
from promoter.core.errors import ChannelError, Rejected, Transient
from promoter.core.model import Creative, Phrase, Receipt
from promoter.pipeline import follow, lane
from promoter.pipeline.compose import refused
from promoter.pipeline.context import Account, Context
from promoter.remote.deadline import fence
from promoter.store import creatives, deliveries
from promoter.store.follow_ups import FollowUp, Verb

LONG = timedelta(hours=1)


def correct(context: Context, account: Account) -> list[Delivery]:
    """Make the corrections and withdrawals of an account that are due; return what they changed.

    Each is repeatable, so that a lost answer only means: again.
    """
    done = []
    while (leased := follow.take(context, account, Verb.WITHDRAW)) is not None:
        found = withdraw(context, account, leased)
        done += [found] if found else []
    while (leased := follow.take(context, account, Verb.CORRECT)) is not None:
        found = _correct(context, account, leased)
        done += [found] if found else []
    return done


def withdraw(context: Context, account: Account, leased: FollowUp) -> Delivery | None:
    """Take a live post down that may not stand any longer."""
    with context.store.read() as session:
        old = deliveries.get(session, leased.key)
    if old is None or old.state is not State.PUBLISHED or old.receipt is None:
        follow.close(context, leased)
        return None
    if not refused(context, old.key):  # what was wrong has been put right meanwhile
        follow.close(context, leased)
        return None
    receipt = old.receipt
    attempt = lane.begin(context, old.key, "withdraw")
    try:
        lane.ask(context, account, lambda channel: _taken_down(channel, receipt))
    except ChannelError as error:
        note = _noted(error) or old.note
        return _end(context, account, leased, attempt, (old, replace(old, note=note)), error)
    new = replace(old, state=State.WITHDRAWN, shown="")
    return _end(context, account, leased, attempt, (old, new))


def _correct(context: Context, account: Account, leased: FollowUp) -> Delivery | None:
    with context.store.read() as session:
        old = deliveries.get(session, leased.key)
        composed = creatives.get(session, leased.key)
        mark = composed.creative.digest() if composed else ""
        agreed = creatives.approved(session, leased.key) == mark
    live = old is not None and old.state is State.PUBLISHED and old.receipt is not None
    if not (old and old.receipt and composed and live and agreed) or mark == old.shown:
        follow.close(context, leased)
        return None
    receipt = old.receipt
    attempt = lane.begin(context, old.key, "correct")
    try:
        shown = lane.loaded(context, composed.creative)
        with fence(context.call_limit.total_seconds()):
            new_receipt = lane.ask(
                context, account, lambda channel: _corrected(channel, receipt, shown)
            )
    except ChannelError as error:
        note = _noted(error) or old.note
        return _end(context, account, leased, attempt, (old, replace(old, note=note)), error)
    new = replace(old, receipt=account.seen(new_receipt), shown=mark, note=None)
    return _end(context, account, leased, attempt, (old, new))


def _noted(error: ChannelError) -> Phrase | None:
    """Return what staff should know of a failure: only of one that will last."""
    long = isinstance(error, Transient) and error.after is not None and error.after >= LONG
    if not (isinstance(error, Rejected) or long):
        return None
    return Phrase("it still shows what it showed before: {reason}", reason=error.phrase)


def _end(
    context: Context,
    account: Account,
    leased: FollowUp,
    attempt: int,
    change: tuple[Delivery, Delivery],
    error: ChannelError | None = None,
) -> Delivery | None:
    lane.conclude(context, account, attempt, change, error)
    follow.close(context, leased, error, lasting=True)
    return None if error else change[1]


def _corrected(channel: Channel, receipt: Receipt, creative: Creative) -> Receipt:
    if not isinstance(channel, Corrects):
        raise Rejected(
            Phrase("this channel cannot change a post; do it by hand at {url}", url=receipt.url)
        )
    return channel.correct(receipt, creative)


def _taken_down(channel: Channel, receipt: Receipt) -> None:
    if not isinstance(channel, Withdraws):
        raise Rejected(
            Phrase("this channel cannot take posts down; do it by hand at {url}", url=receipt.url)
        )
    channel.withdraw(receipt)
