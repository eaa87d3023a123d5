"""connect: keeps the credentials that a person obtained, and asks the service who the account is.

They are sealed before they are used for anything. Until the service has said that they are those
of the account, it stands still; if they are somebody else's, what was before is put back.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import partial
from hashlib import sha256
from io import BytesIO

from promoter.core.account import Credentials, Identity
from promoter.core.channel import Channel, Identifies, Prepares
from promoter.core.errors import (
    ConfigError,
    NotAuthorized,
    OutcomeUnknown,
    PromoterError,
    Rejected,
    Scope,
    Transient,
)
from promoter.core.model import (
    Creative,
    Draft,
    Format,
    Listing,
    Media,
    Money,
    Phrase,
    Placement,
    digest,
)
from promoter.pipeline import lane
from promoter.pipeline.accounts import (
    LOCKED,
    another,
    by_person,
    doubt,
    in_force,
    recognise,
    somebody_else,
)
from promoter.pipeline.context import Account, Context
from promoter.store import credentials, database, deliveries
from promoter.store.credentials import Sealed
from promoter.store.deliveries import AccountState

UNCHECKED = Phrase(
    "it has new credentials, and its service could not be asked yet whose they are; run "
    "«promoter accounts test {account}»"
)
TRIES = 10
"""Most steps that a trial takes."""
TRIAL = "promoter: thử nghiệm, không đăng"


@dataclass(frozen=True, slots=True)
class Connected:
    """What came of it.

    Attributes:
        identity: None where the service cannot be asked, or did not answer.
        problem: Why the account stands still until it is tested.
    """

    identity: Identity | None
    problem: Phrase | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """What an account had before."""

    sealed: Sealed
    state: AccountState


def allow(context: Context, account: Account, *, replace: bool) -> None:
    """Look whether an account may be connected, before a person is asked for anything.

    Args:
        replace: It may become another one than it was.

    Raises:
        ConfigError: Another machine may be at work, or the account is somebody else already.
    """
    if context.store.value("locked"):
        raise ConfigError(LOCKED)
    problem = None if replace else another(context, account)
    if problem:
        raise ConfigError(problem)


def connect(
    context: Context,
    account: Account,
    obtain: Callable[[], Credentials],
    *,
    replace: bool = False,
) -> Connected:
    """Obtain credentials and put them in place of those that the account has.

    Args:
        obtain: Exchanges or returns them; called once, when it is sure that they can be kept.
        replace: The account may become another one than it was.

    Raises:
        ConfigError: See `allow`; or the credentials are another account's, or not all of them.
        ChannelError: The service gave none, or does not accept them: nothing has changed.
    """
    allow(context, account, replace=replace)
    context.vault.seal({})
    before = _lease(context, account)
    try:
        found = obtain()
        if not found.values or not all(found.values.values()):
            raise Transient(Phrase("the service gave an empty token"), scope=Scope.ACCOUNT)
        _keep(context, account, before.sealed, found, replace=replace)
    except PromoterError:
        with context.store.write() as session:
            credentials.release(session, account.name)
        raise
    try:
        identity = _who(context, account)
    except (Transient, OutcomeUnknown) as error:
        return Connected(None, error.phrase)
    except (NotAuthorized, Rejected, ConfigError):
        _put_back(context, account, before)
        raise
    _go_on(context, account)
    return Connected(identity)


def check(context: Context, account: Account) -> Identity | None:
    """Ask the service who an account is; None where it cannot be asked. Nothing is posted.

    Raises:
        ConfigError: A secret is missing, or the credentials are another account's.
        ChannelError: The service does not know the account (any more), or did not answer.
    """
    identity = _who(context, account)
    with context.store.read() as session:
        problem = deliveries.account(session, account.name).problem
    if problem and problem.text == UNCHECKED.text:
        _go_on(context, account)
    return identity


def trial(context: Context, account: Account) -> Draft | None:
    """Take the invisible steps of a small post, and never the public one.

    Returns:
        What is left hidden at the service; None where nothing is prepared there.

    Raises:
        ConfigError: A secret is missing.
        ChannelError: What the service refused.
    """
    channel = account.connect()
    if not isinstance(channel, Prepares):
        return None
    creative = _sample(context, account)
    key = digest("trial", account.name, context.now().isoformat())
    draft: Draft | None = None
    for _ in range(TRIES):
        step = partial(_step, creative=creative, key=key, draft=draft)
        draft = lane.ask(context, account, step)
        if draft is None or draft.ready:
            break
    return draft


def _step(channel: Channel, creative: Creative, key: str, draft: Draft | None) -> Draft | None:
    return channel.prepare(creative, key, draft) if isinstance(channel, Prepares) else None


# Keeping


def _lease(context: Context, account: Account) -> _Before:
    """Take the right to change the credentials, so that no other worker does at the same time."""
    with context.store.write() as session:
        now, state = database.now(session), deliveries.account(session, account.name)
        kept = credentials.get(session, account.name)
        if credentials.lease(session, account.name, kept.version, now, context.lease()):
            return _Before(kept, state)
    raise Transient(
        Phrase(
            "the token of {account} is being renewed or connected by somebody else; try again in "
            "a minute",
            account=account.name,
        ),
        scope=Scope.ACCOUNT,
    )


def _keep(
    context: Context, account: Account, before: Sealed, found: Credentials, *, replace: bool
) -> None:
    """Seal and keep credentials, and let the account stand still until they are checked.

    Args:
        replace: Who the account was is forgotten.
    """
    known: dict[str, str] = {}
    with suppress(ConfigError):  # sealed with a key that is lost: they are to be replaced anyway
        known = context.vault.open(before.text) if in_force(account, before) else {}
    sealed, origin = context.vault.seal({**known, **found.values}), account.origin()
    with context.store.write() as session:
        now, state = database.now(session), deliveries.account(session, account.name)
        credentials.keep(session, account.name, sealed, origin, now, found.life)
        doubt(session, account)
        if not by_person(state):
            problem = Phrase(UNCHECKED.text, account=account.name)
            state = changed(state, paused=True, problem=problem)
        identity = "" if replace else state.identity
        deliveries.save_account(session, account.name, changed(state, identity=identity))


def _put_back(context: Context, account: Account, before: _Before) -> None:
    """Put back what the account had; credentials of somebody else are not kept."""
    kept = before.sealed
    life = kept.expires_at - kept.issued_at if kept.expires_at and kept.issued_at else None
    with context.store.write() as session:
        if credentials.get(session, account.name).version != kept.version + 1:
            return  # somebody else has connected it meanwhile
        issued = kept.issued_at or database.now(session)
        credentials.keep(session, account.name, kept.text, kept.origin, issued, life)
        state = deliveries.account(session, account.name)
        state = changed(
            state,
            paused=before.state.paused,
            problem=before.state.problem,
            identity=before.state.identity,
        )
        deliveries.save_account(session, account.name, state)


def _go_on(context: Context, account: Account) -> None:
    """Pin who the account is, and end a pause that only new credentials could end."""
    with context.store.write() as session:
        state = deliveries.account(session, account.name)
        known = state.identity if account.sandbox else account.identity or state.identity
        state = changed(_free(account, state), identity=known)
        deliveries.save_account(session, account.name, state)


def _free(account: Account, state: AccountState) -> AccountState:
    if by_person(state):
        return state
    return changed(state, paused=False, wait_until=None, problem=None)


# Asking


def _who(context: Context, account: Account) -> Identity | None:
    account.connect()  # a secret that is missing is told as such
    found = lane.ask(context, account, _identity)
    if found is None:
        return None
    problem = somebody_else(account, found)
    if problem:
        raise ConfigError(problem)
    recognise(context, account, found)
    return found


def _identity(channel: Channel) -> Identity | None:
    return channel.identity() if isinstance(channel, Identifies) else None


# Trying


def _sample(context: Context, account: Account) -> Creative:
    """Return what a trial shows: a plain picture, and words that say what it is."""
    placement, form = next(iter(account.limits.formats.items()))
    link = context.office.public_url
    offer = None
    if placement is Placement.LISTING:
        offer = Listing("PROMOTER-TEST", "salt_seasoning", Money(amount=10_000), 500)
    return Creative(placement, TRIAL, TRIAL, link, link, (_picture(form),), offer)


def _picture(form: Format) -> Media:
    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (form.width, form.height), "#f4efe6").save(file, "JPEG")
    data = file.getvalue()
    name = sha256(data).hexdigest()
    return Media("image", name, "image/jpeg", form.width, form.height, TRIAL, data)
