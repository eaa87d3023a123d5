"""prepare: takes the invisible steps of posts before their slot, and stores each one at once."""

from dataclasses import replace

from promoter.core import delivery as life
from promoter.core.channel import Channel, Prepares
from promoter.core.delivery import Delivery, State
from promoter.core.errors import ChannelError
from promoter.core.model import Draft
from promoter.pipeline import lane
from promoter.pipeline.context import Account, Context


def prepare(context: Context, account: Account) -> list[Delivery]:
    """Prepare the posts of an account that are due; return where they stand now.

    Each step is leased like a public call; one that fails was surely invisible and is repeated.
    """
    done: list[Delivery] = []
    while (leased := lane.lease(context, account, [State.DUE])) is not None:
        after, go_on = _step(context, account, leased)
        done.append(after)
        if not go_on:
            break
    return done


def _step(context: Context, account: Account, leased: Delivery) -> tuple[Delivery, bool]:
    free = replace(leased, lease_until=None)
    attempt = lane.begin(context, leased.key, "prepare")
    try:
        draft = lane.ask(context, account, lambda channel: _draft(context, channel, leased))
    except lane.Unmade as error:
        after = lane.unmade(context, free, error.phrase)
        return after, lane.conclude(context, account, attempt, (leased, after))
    except ChannelError as error:
        after = life.failed(free, error, context.now())
        return after, lane.conclude(context, account, attempt, (leased, after), error)
    after = life.prepared(free, draft, context.now())
    return after, lane.conclude(context, account, attempt, (leased, after))


def _draft(context: Context, channel: Channel, leased: Delivery) -> Draft | None:
    if not isinstance(channel, Prepares):
        return None
    return channel.prepare(lane.creative(context, leased.key), leased.key, leased.draft)
