"""deliver: makes the posts of one account public, one after another, each by one fenced call."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from promoter.core import delivery as life
from promoter.core.delivery import Delivery, Gate, State
from promoter.core.errors import ChannelError
from promoter.core.facts import facts
from promoter.core.model import Creative
from promoter.pipeline import lane
from promoter.pipeline.context import Account, Context
from promoter.remote.deadline import fence
from promoter.store import creatives, database, deliveries, posts, products
from promoter.store.creatives import Composed
from promoter.store.database import Session
from promoter.store.deliveries import AccountState


@dataclass(frozen=True, slots=True)
class _Claim:
    """What was taken: a post where it stands now, and what it shows if it may be sent."""

    delivery: Delivery
    attempt: int = 0
    creative: Creative | None = None


def deliver(context: Context, account: Account) -> list[Delivery]:
    """Publish what is ready and due on an account; return where the posts stand now.

    SENDING is committed before the first byte leaves, together with the checks of pause,
    approval, facts and lateness; an account-scoped refusal ends the round.
    """
    done: list[Delivery] = []
    while True:
        with fence(context.call_limit.total_seconds()):  # from before the lease begins
            taken = _claim(context, account)
            if taken is None:
                return done
            if taken.creative is None:
                done.append(taken.delivery)
                continue
            after, go_on = _publish(context, account, taken, taken.creative)
        done.append(after)
        if not go_on:
            return done


def _claim(context: Context, account: Account) -> _Claim | None:
    if context.stopping.is_set():
        return None
    with context.store.write() as session:
        now = database.now(session)
        found = deliveries.due(session, account.name, [State.READY], now)
        if not found:
            return None
        old = found[0]
        composed = creatives.get(session, old.key)
        state = deliveries.account(session, account.name)
        gate = _gate(context, session, account, old.key, composed, state, now)
        new = life.admitted(old, gate, now, context.lease(session))
        if new is old or not deliveries.save(session, old, new, now):
            return None
        if new.state is not State.SENDING or composed is None:
            return _Claim(new)
        deliveries.public(session, account.name, now)
        attempt = deliveries.begin(session, old.key, "publish", now)
        return _Claim(new, attempt, composed.creative)


def _gate(
    context: Context,
    session: Session,
    account: Account,
    key: str,
    composed: Composed | None,
    state: AccountState,
    now: datetime,
) -> Gate:
    zone = context.office.zone
    today = datetime.combine(now.astimezone(zone).date(), datetime.min.time(), zone)
    tomorrow = datetime.combine(today.date() + timedelta(days=1), datetime.min.time(), zone)
    waits = [state.wait_until] if state.wait_until and lane.waits(state, now) else []
    waits += [until for until in (lane.parked_until(state),) if until]
    if state.public_at and state.public_at <= now:  # a clock that was ahead delays nothing
        waits.append(state.public_at + account.min_gap)
    mark = composed.creative.digest() if composed else "none"
    full = deliveries.public_between(session, account.name, today, tomorrow) >= account.daily_limit
    return Gate(
        paused=state.paused or lane.stands_still(session),
        approved=creatives.approved(session, key) == mark,
        true=composed is not None and composed.facts == _facts(session, key, now, context),
        wait_until=max(waits, default=None),
        full=full,
        next_day=tomorrow.astimezone(now.tzinfo),
        mark=mark,
    )


def _facts(session: Session, key: str, now: datetime, context: Context) -> tuple[object, ...]:
    today = now.astimezone(context.office.zone).date()
    found: list[object] = []
    for code in posts.product_codes(session, key):
        product = products.product(session, code)
        maker = products.producer(session, product.producer) if product else None
        if product and maker:
            found += facts(product, maker, today)
    return tuple(found)


def _publish(
    context: Context, account: Account, taken: _Claim, creative: Creative
) -> tuple[Delivery, bool]:
    claimed, attempt = taken.delivery, taken.attempt
    try:
        shown = lane.loaded(context, creative)
    except lane.Unmade as error:
        unsent = replace(claimed, state=State.READY, lease_until=None, sent_at=None, shown="")
        after = lane.unmade(context, unsent, error.phrase)
        return after, lane.conclude(context, account, attempt, (claimed, after))
    try:
        receipt = lane.ask(
            context, account, lambda channel: channel.publish(shown, claimed.key, claimed.draft)
        )
    except ChannelError as error:
        after = life.failed(claimed, error, context.now())
        return after, lane.conclude(context, account, attempt, (claimed, after), error)
    after = life.accepted(claimed, account.seen(receipt), context.now())
    return after, lane.conclude(context, account, attempt, (claimed, after))
