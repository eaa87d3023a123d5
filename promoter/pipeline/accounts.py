"""accounts: where each account stands, that it stays who it was, and that its token never ends."""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from promoter.core.account import Identity, Quota
from promoter.core.channel import Identifies, Refreshes
from promoter.core.errors import ChannelError, ConfigError, NotAuthorized
from promoter.core.life import renew_at
from promoter.core.model import Phrase
from promoter.pipeline.context import Account, Context
from promoter.pipeline.renew import renew
from promoter.store import credentials, database, deliveries
from promoter.store.credentials import Sealed
from promoter.store.database import Session
from promoter.store.deliveries import AccountState
from promoter.store.tables import OfficeRow

log = logging.getLogger("promoter.accounts")

RENEW_AGAIN = timedelta(minutes=5)
"""Least time between two tries to renew an account's credentials ahead of their end."""
ASK_AGAIN = timedelta(minutes=5)
"""Least time between two tries to find out whose keys the settings name."""

LOCKED = Phrase("another machine may use the tokens; «promoter resume --other-machine-off»")


PAUSED_BY = "paused by {who}"
"""How the words of a pause begin that a person wanted; «promoter pause» writes them."""


class Standing(StrEnum):
    """What an account can do now."""

    READY = "ready"
    PAUSED = "paused"
    WAITING = "waiting"
    NOT_CONNECTED = "not-connected"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of an account without asking its service.

    Attributes:
        expires: When a person must authorise again, or else when its credentials end; None where
            nobody said.
        problem: Why it stands still, or did last.
    """

    name: str
    channel: str
    sandbox: bool
    state: Standing
    expires: datetime | None
    quota: Quota | None
    problem: Phrase | None


def overview(context: Context) -> list[Overview]:
    """Return where each account stands, in the order of the settings; nothing is called."""
    return [_seen(context, account) for account in context.accounts.values()]


def _seen(context: Context, account: Account) -> Overview:
    with context.store.read() as session:
        now, locked = database.now(session), bool(database.value(session, "locked"))
        state = deliveries.account(session, account.name)
        kept = credentials.get(session, account.name)
        agreed_until = consent(session, account.name)
    standing, problem = _standing(account, state, now, locked=locked)
    return Overview(
        name=account.name,
        channel=account.channel,
        sandbox=account.sandbox,
        state=standing,
        expires=agreed_until or (kept.expires_at if in_force(account, kept) else None),
        quota=state.quota,
        problem=problem,
    )


def _standing(
    account: Account, state: AccountState, now: datetime, *, locked: bool
) -> tuple[Standing, Phrase | None]:
    if locked:
        return Standing.LOCKED, LOCKED
    try:
        account.connect()
    except ConfigError as error:
        return Standing.NOT_CONNECTED, error.phrase
    if state.paused:
        return Standing.PAUSED, state.problem
    waits = state.wait_until is not None and state.wait_until > now
    return Standing.WAITING if waits else Standing.READY, state.problem


def in_force(account: Account, kept: Sealed) -> bool:
    """Tell whether sealed credentials stand in place of what the settings name today."""
    with suppress(ConfigError):
        return bool(kept.text) and kept.origin == account.origin()
    return False


def pin(context: Context, account: Account) -> Phrase | None:
    """Keep who an account is before it first speaks in public, and tell if it became another.

    An account that speaks to a stand-in is nobody, so that a real one can take its place. Whose
    keys are new in the settings is asked once, and again after a while if there is no answer.

    Returns:
        Why it must not speak: the settings name somebody else by the name of this account, or the
        keys of somebody else.
    """
    if account.sandbox or not account.identity:
        return None
    with context.store.read() as session:
        state = deliveries.account(session, account.name)
    problem = _became(account, state.identity) or _impostor(context, account, state)
    if problem is None and not state.identity:
        _keep(context, account)
        return another(context, account)
    return problem


def _impostor(context: Context, account: Account, state: AccountState) -> Phrase | None:
    """Return why the keys of an account are somebody else's; ask only about keys that are new."""
    try:
        channel, origin = account.connect(), account.origin()
    except ConfigError:
        return None  # without its keys it cannot speak
    if not isinstance(channel, Identifies):
        return None
    with context.store.read() as session:
        known = _recognised(session, account, origin)
        asks = known is None and _may_ask(session, account, origin, state)
    if asks:
        known = _asked_now(context, account, channel, origin)
    return somebody_else(account, known) if known else None


def _recognised(session: Session, account: Account, origin: str) -> Identity | None:
    """Return whose the keys of an origin are, by the service's word; None if it was not asked."""
    kept = database.value(session, _verified(account))
    mark, *who = json.loads(kept) if kept else [""]
    return Identity(*who) if kept and mark == origin else None


def _may_ask(session: Session, account: Account, origin: str, state: AccountState) -> bool:
    """Tell whether an account may be asked about keys: it would speak, and was not asked lately."""
    now = database.now(session)
    if state.paused or (state.wait_until and state.wait_until > now):
        return False
    mark, _, asked = database.value(session, _asked(account)).rpartition(" ")
    if not asked or mark != origin:
        return True
    return abs(now - datetime.fromisoformat(asked)) >= ASK_AGAIN


def _asked_now(
    context: Context, account: Account, channel: Identifies, origin: str
) -> Identity | None:
    """Ask who an account is, and keep the answer; None if there was none."""
    context.store.set_value(_asked(account), f"{origin} {context.now().isoformat()}")
    try:
        found = channel.identity()
    except ChannelError as error:
        log.warning("%s: who it is was not answered yet: %s", account.name, error)
        return None
    recognise(context, account, found)
    return found


def somebody_else(account: Account, found: Identity) -> Phrase | None:
    """Return why who the service says it is, is not who the settings name."""
    if account.identity in ("", f"{account.channel} {found.id}"):
        return None
    return Phrase(
        "these are the credentials of {name} ({found}), the settings of {account} name "
        "{wanted}; correct the settings, or authorise as the right one",
        name=found.name,
        found=found.id,
        account=account.name,
        wanted=account.identity,
    )


def recognise(context: Context, account: Account, found: Identity) -> None:
    """Keep what a service said of who an account is: whose its keys are, and until when."""
    until = found.expires_at.isoformat() if found.expires_at else ""
    values = {_consent(account.name): until}
    if not account.sandbox:
        values[_verified(account)] = json.dumps([account.origin(), found.id, found.name])
    for name, value in values.items():
        if context.store.value(name) != value:
            context.store.set_value(name, value)


def doubt(session: Session, account: Account) -> None:
    """Forget whose the keys of an account are, and when that was asked: it has new ones."""
    for name in (_verified(account), _asked(account)):
        session.merge(OfficeRow(name=name, value=""))


def consent(session: Session, name: str) -> datetime | None:
    """Return when a person must authorise an account again; None if never, or if nobody said."""
    until = database.value(session, _consent(name))
    return datetime.fromisoformat(until) if until else None


def _consent(name: str) -> str:
    return f"consent.{name}"


def _verified(account: Account) -> str:
    """Return the name under which the office keeps whose keys those of an account are."""
    return f"verified.{account.name}"


def _asked(account: Account) -> str:
    """Return the name under which the office keeps about which keys that was asked, and when."""
    return f"asked.{account.name}"


def another(context: Context, account: Account) -> Phrase | None:
    """Return why an account is another than the one that was pinned; nothing is pinned."""
    with context.store.read() as session:
        known = deliveries.account(session, account.name).identity
    return None if account.sandbox else _became(account, known)


def _became(account: Account, known: str) -> Phrase | None:
    if account.identity in ("", known) or not known:
        return None
    return Phrase(
        "{account} was {known}, the settings now name {now}: give the new one another name, or run "
        "«promoter accounts connect {account} --replace»",
        account=account.name,
        known=known,
        now=account.identity,
    )


def _keep(context: Context, account: Account) -> None:
    with context.store.write() as session:
        state = deliveries.account(session, account.name)
        if not state.identity:
            state = replace(state, identity=account.identity)
            deliveries.save_account(session, account.name, state)


def by_person(state: AccountState) -> bool:
    """Tell whether somebody has paused an account: only a person ends that."""
    problem = state.problem
    return state.paused and (problem is None or problem.text.startswith(PAUSED_BY))


def due_renewal(context: Context, account: Account) -> bool:
    """Tell whether an account's credentials have lived so long that they should be renewed now.

    Those of an account that only a person can help are left alone.
    """
    with context.store.read() as session:
        now, kept = database.now(session), credentials.get(session, account.name)
        state = deliveries.account(session, account.name)
        tried = database.value(session, _tried(account))
        locked = database.value(session, "locked")
    if kept.issued_at is None or kept.expires_at is None or locked:
        return False
    if now < renew_at(kept.issued_at, kept.expires_at) or (state.paused and not by_person(state)):
        return False
    if tried and now < datetime.fromisoformat(tried) + RENEW_AGAIN:
        return False
    return in_force(account, kept)


def refresh_due(context: Context, account: Account) -> bool:
    """Renew an account's credentials if that is due; tell whether it was done.

    What fails is tried again later, not before RENEW_AGAIN: only the service's own word that a
    person must authorise again pauses the account.
    """
    if not due_renewal(context, account):
        return False
    with context.store.read() as session:
        version = credentials.get(session, account.name).version
    context.store.set_value(_tried(account), context.now().isoformat())
    try:
        channel = account.connect()
        if not isinstance(channel, Refreshes):
            return False
        renew(context, account, channel, version)
    except NotAuthorized as error:
        _pause(context, account, error.phrase)
    except (ChannelError, ConfigError) as error:
        log.warning("%s not renewed yet: %s", account.name, error)
    else:
        return True
    return False


def _tried(account: Account) -> str:
    """Return the name under which the office keeps when a renewal was last tried."""
    return f"renewal.{account.name}"


def _pause(context: Context, account: Account, problem: Phrase) -> None:
    with context.store.write() as session:
        state = deliveries.account(session, account.name)
        deliveries.save_account(session, account.name, replace(state, paused=True, problem=problem))
