"""comment: writes the first comment below a live post; a step of its own, it fails no post."""

import logging
from datetime import date

from promoter.core import rules
from promoter.core.channel import Channel, Comments
from promoter.core.delivery import State
from promoter.core.errors import ChannelError
from promoter.core.model import Product, Receipt
from promoter.pipeline import follow, lane
from promoter.pipeline.context import Account, Context
from promoter.remote.deadline import fence
from promoter.store import creatives, deliveries, posts, products
from promoter.store.follow_ups import FollowUp, Verb

log = logging.getLogger("promoter.comment")


def comment(context: Context, account: Account) -> int:
    """Write the first comments of an account that are due; return how many stand there now."""
    written = 0
    while (leased := follow.take(context, account, Verb.COMMENT)) is not None:
        written += _comment(context, account, leased)
    return written


def _comment(context: Context, account: Account, leased: FollowUp) -> bool:
    found = _text(context, account, leased.key)
    if found is None:
        follow.close(context, leased)
        return False
    receipt, text = found
    with context.store.read() as session:
        live = deliveries.get(session, leased.key)
    assert live  # noqa: S101 - its receipt was just read
    attempt = lane.begin(context, leased.key, "comment")
    try:
        with fence(context.call_limit.total_seconds()):
            lane.ask(context, account, lambda channel: _write(channel, receipt, text))
    except ChannelError as error:
        lane.conclude(context, account, attempt, (live, live), error)
        follow.close(context, leased, error)
        return False
    lane.conclude(context, account, attempt, (live, live))
    follow.close(context, leased)
    return True


def _text(context: Context, account: Account, key: str) -> tuple[Receipt, str] | None:
    """Return the live post and what is to be said below it; None if nothing may be."""
    today = context.now().astimezone(context.office.zone).date()
    with context.store.read() as session:
        live, composed = deliveries.get(session, key), creatives.get(session, key)
        post = posts.post(session, key)
        shown = [products.product(session, code) for code in post.products] if post else []
    if live is None or live.receipt is None or live.state is not State.PUBLISHED or not composed:
        return None
    creative = composed.creative
    text = account.first_comment.format(link=creative.link, name=creative.title)
    return (live.receipt, text) if text and _may_be_said(text, shown, today, key) else None


def _may_be_said(text: str, shown: list[Product | None], day: date, key: str) -> bool:
    for product in shown:
        if product is None:  # it was stopped, or has left the catalogue
            return False
        wrong = rules.claims(text, product, day)
        if wrong:
            log.warning("%s no first comment: %s", key[:10], wrong[0])
            return False
    return True


def _write(channel: Channel, receipt: Receipt, text: str) -> None:
    if isinstance(channel, Comments):
        channel.comment(receipt, text)
