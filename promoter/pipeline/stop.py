"""stop: what was recalled is shown no more; what is planned is cancelled, what is live is told."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

from promoter.core.channel import Withdraws
from promoter.core.delivery import Delivery, State
from promoter.core.errors import (
    ChannelError,
    ConfigError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from promoter.core.model import Phrase, Placement
from promoter.pipeline.context import Account, Context
from promoter.pipeline.decide import ByHand, find_key, withdraw
from promoter.store import database, deliveries, follow_ups, stops
from promoter.store.database import Session
from promoter.store.follow_ups import Verb
from promoter.store.stops import Kind, Seen, Stop, Subject

SOME = 5
"""How many codes a message lists."""


class Action(StrEnum):
    """What can be done with a post that the public sees, or may see."""

    WITHDRAW = "withdraw"
    BY_HAND = "by hand"
    WAIT = "wait"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Item:
    """A post on the checklist of a person.

    Attributes:
        command: What to type: for BY_HAND after it was taken down, for WAIT a little later.
    """

    post: Seen
    action: Action
    command: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop did, and what it left.

    Attributes:
        new: False if it was in force before.
        cancelled: Keys of the posts that will not go out.
        unlisting: Keys of what is taken down as soon as its channel allows it.
        live: What a person still has to do something about.
    """

    subject: Subject
    new: bool
    cancelled: tuple[str, ...]
    unlisting: tuple[str, ...]
    live: tuple[Item, ...]


class End(StrEnum):
    """How asking for one post ended."""

    DONE = "done"
    LEFT = "left"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one post; LEFT is for a person to do.

    Attributes:
        words: What there is to say about it; None where it was simply done.
    """

    key: str
    end: End
    words: Phrase | None


def subject(context: Context, kind: Kind, text: str) -> Subject:
    """Return the product or producer that a person means by its code, however it is typed.

    Raises:
        ConfigError: There is none; the nearest codes are named.
    """
    with context.store.read() as session:
        known = stops.names(session, kind)
    wanted = _typed(text)
    alike = sorted((code for code in known if _typed(code) == wanted), key=plain(text).__ne__)
    if alike:
        return Subject(kind, alike[0])
    named = [code for code, name in known.items() if wanted and wanted in _typed(name)]
    if not known:
        phrase = Phrase("the catalogue is empty; bring it in with «promoter catalog import»")
        raise ConfigError(phrase)
    near = named or get_close_matches(text.strip().upper(), known, n=3, cutoff=0.0)
    raise ConfigError(
        Phrase(
            "there is no {kind} «{code}»; the nearest codes are {near}",
            kind=Phrase(kind.value),
            code=unicodedata.normalize("NFC", text),
            near=", ".join(f"{code} ({known[code]})" for code in near[:SOME]),
        )
    )


def _typed(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def plain(text: str) -> str:
    """Return a person's words as they are kept: composed letters, one line."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def signed(who: str, reason: str) -> str:
    """Return who did something and why, as one text."""
    return f"{who}: {reason}" if (reason := plain(reason)) else who


def stop(context: Context, wanted: Subject, by: str, reason: str = "") -> Stopped:
    """Stop a product or a producer, or tell again what an earlier stop has left to do.

    What nobody has tried to send is cancelled; live listings are asked to be taken down.
    """
    able = _able(context.accounts)
    words = _words(by, plain(reason))
    with context.store.write() as session:
        now = database.now(session)
        new = stops.stop(session, wanted, signed(by, reason), now)
        cancelled = stops.cancel(session, wanted, words, now)
        _unlist(session, stops.seen(session, wanted), able, words, now)
        left = stops.seen(session, wanted)
    return _stopped(wanted, left, able, new=new, cancelled=cancelled)


def _words(by: str, reason: str) -> Phrase:
    if reason:
        return Phrase("stopped by {who}: {reason}", who=by, reason=reason)
    return Phrase("stopped by {who}", who=by)


def _able(accounts: Mapping[str, Account]) -> frozenset[str]:
    """Return the names of the accounts whose channel can take posts down."""
    return frozenset(name for name, account in accounts.items() if _withdraws(account))


def _withdraws(account: Account) -> bool:
    try:
        return isinstance(account.connect(), Withdraws)
    except ConfigError:  # its secret is missing: nothing can be asked of it now
        return False


def _unlist(
    session: Session, rows: Sequence[Seen], able: frozenset[str], words: Phrase, now: datetime
) -> None:
    listings = [
        row
        for row in rows
        if row.placement is Placement.LISTING
        and row.state is State.PUBLISHED
        and row.account in able
    ]
    for row in listings:
        follow_ups.ask(session, row.key, Verb.WITHDRAW, row.account, now)
    stops.note(session, [row.key for row in listings], words)


def _stopped(
    wanted: Subject,
    rows: Sequence[Seen],
    able: frozenset[str],
    *,
    new: bool,
    cancelled: Sequence[str],
) -> Stopped:
    return Stopped(
        wanted,
        new,
        tuple(cancelled),
        tuple(row.key for row in rows if row.leaving),
        tuple(_item(wanted, row, able) for row in rows if not row.leaving),
    )


def _item(wanted: Subject, row: Seen, able: frozenset[str]) -> Item:
    key = row.key[:10]
    match row.state:
        case State.PUBLISHED if row.account in able:
            return Item(row, Action.WITHDRAW, f"promoter posts withdraw {key}")
        case State.PUBLISHED:
            return Item(row, Action.BY_HAND, f"promoter posts withdraw {key} --by-hand")
        case State.HELD:
            return Item(row, Action.RESOLVE, f"promoter posts resolve {key} --absent")
        case _:
            return Item(row, Action.WAIT, f"promoter stop --{wanted.kind} {wanted.code}")


def take_down(context: Context, found: Stopped, by: str) -> tuple[Stopped, list[Told]]:
    """Take down at once all that a stop left live and that its channel can take down.

    What cannot be reached now is asked again by the service.

    Returns:
        What is left, and what became of each post that was asked for.
    """
    keys = [item.post.key for item in found.live if item.action is Action.WITHDRAW]
    told = [_taken_down(context, key, by) for key in (*found.unlisting, *keys)]
    with context.store.read() as session:
        left = stops.seen(session, found.subject)
    able = _able(context.accounts)
    after = _stopped(found.subject, left, able, new=found.new, cancelled=found.cancelled)
    return after, told


def _taken_down(context: Context, key: str, by: str) -> Told:
    told = one(context, key, lambda full: withdraw(context, full, by, for_good=False))
    if told.end is End.FAILED:
        with context.store.write() as session:
            life = deliveries.get(session, key)
            if life and life.state is State.PUBLISHED:
                follow_ups.ask(session, key, Verb.WITHDRAW, life.account, database.now(session))
    return told


def one(context: Context, start: str, act: Callable[[str], Delivery]) -> Told:
    """Do something to one post; whatever a person can act on is told, not raised.

    Args:
        start: The beginning of its key, or its code.
        act: Is given the key.
    """
    key = start
    try:
        key = find_key(context, start)
        after = act(key)
    except ByHand as error:
        return Told(key, End.LEFT, error.phrase)
    except ConfigError as error:
        return Told(key, End.FAILED, error.phrase)
    except ChannelError as error:
        return _refused(context, key, error)
    return Told(key, End.DONE, after.note)


def _refused(context: Context, key: str, error: ChannelError) -> Told:
    with context.store.read() as session:
        life = deliveries.get(session, key)
    why = error.phrase
    match error:
        case Rejected():
            url = life.receipt.url if life and life.receipt else ""
            words = Phrase("the channel refuses: {why}; do it by hand at {url}", why=why, url=url)
            return Told(key, End.LEFT, words)
        case NotAuthorized():
            words = Phrase(
                "not done: {why}; «promoter accounts connect {account}», then again",
                why=why,
                account=life.account if life else "",
            )
        case OutcomeUnknown():
            words = Phrase("it may be done: {why}; to ask again does no harm", why=why)
        case Transient(after=after) if after:
            minutes = -(-int(after.total_seconds()) // 60)
            words = Phrase("not done: {why}; again in {minutes} minutes", why=why, minutes=minutes)
        case _:
            words = Phrase("not done: {why}; try again", why=why)
    return Told(key, End.FAILED, words)


def gone(context: Context, key: str, by: str) -> Delivery:
    """Write down that a person has taken a live post down where it stood.

    Raises:
        ConfigError: It is not live.
    """
    with context.store.write() as session:
        now = database.now(session)
        old = deliveries.get(session, key)
        note = Phrase("taken down by hand by {who}", who=by)
        if old is None or old.state is not State.PUBLISHED:
            raise ConfigError(Phrase("post {key} is not live", key=key[:10]))
        new = replace(old, state=State.WITHDRAWN, note=note)
        if not deliveries.save(session, old, new, now):
            raise ConfigError(Phrase("post {key} has just changed; look again", key=key[:10]))
        attempt = deliveries.begin(session, key, "withdraw", now)
        deliveries.end(session, attempt, new.state.value, now, note)
        follow_ups.close(session, key)
    return new


def lift(context: Context, wanted: Subject) -> tuple[bool, list[Stop]]:
    """End a stop: the next plan may show it again. What was cancelled stays cancelled.

    Returns:
        Whether there was one, and the stops that still keep it from being shown.
    """
    with context.store.write() as session:
        lifted = stops.lift(session, wanted)
        others = stops.of_product(session, wanted.code) if wanted.kind is Kind.PRODUCT else []
    return lifted, others


def stopped(context: Context) -> list[Stop]:
    """Return all stops in force."""
    with context.store.read() as session:
        return stops.stopped(session)
