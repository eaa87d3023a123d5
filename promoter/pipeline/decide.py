"""decide: a person's word on a post, and taking a live one down."""

from dataclasses import replace
from datetime import datetime

from promoter.core import delivery as life
from promoter.core.channel import Withdraws
from promoter.core.delivery import Decision, Delivery, State
from promoter.core.errors import ChannelError, ConfigError
from promoter.core.model import Phrase, Receipt
from promoter.pipeline import lane
from promoter.pipeline.context import Context
from promoter.store import creatives, database, deliveries, posts
from promoter.store.database import Session


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
        receipt = Receipt(url, url) if url else None
        new = life.decided(old, decision, now, receipt)
        if isinstance(new, Phrase):
            raise ConfigError(Phrase("post {key}: {why}", key=key[:10], why=new))
        if decision is Decision.APPROVE:
            _approve(session, key, by, now)
        if not deliveries.save(session, old, new, now):
            raise ConfigError(Phrase("post {key} has just changed; look again", key=key[:10]))
        attempt = deliveries.begin(session, key, decision.value, now)
        deliveries.end(session, attempt, new.state.value, now, Phrase("by {who}", who=by))
    return new


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


def withdraw(context: Context, key: str, by: str) -> Delivery:
    """Take a live post down at its channel.

    Raises:
        ConfigError: It is not live, or its channel cannot take posts down.
        ChannelError: The service refused or could not be reached; nothing is changed here.
    """
    with context.store.read() as session:
        old = deliveries.get(session, key)
    if old is None or old.state is not State.PUBLISHED or old.receipt is None:
        raise ConfigError(Phrase("post {key} is not live", key=key[:10]))
    account = context.accounts.get(old.account)
    channel = account.connect() if account else None
    if account is None or not isinstance(channel, Withdraws):
        raise ConfigError(
            Phrase(
                "{account} cannot take posts down; do it by hand at {url}",
                account=old.account,
                url=old.receipt.url,
            )
        )
    attempt = lane.begin(context, key, "withdraw")
    try:
        channel.withdraw(old.receipt)
    except ChannelError as error:
        lane.conclude(context, account, attempt, (old, old), error)
        raise
    note = Phrase("taken down by {who}", who=by)
    new = replace(old, state=State.WITHDRAWN, note=note)
    lane.conclude(context, account, attempt, (old, new))
    return new
