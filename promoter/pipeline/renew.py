"""renew: exchanges an account's credentials for new ones, once for all workers."""

import logging
from datetime import timedelta

from promoter.core.account import Credentials
from promoter.core.channel import Refreshes
from promoter.core.errors import ChannelError, ConfigError, NotAuthorized, Scope, Transient
from promoter.core.model import Phrase
from promoter.pipeline.context import Account, Context
from promoter.store import credentials, database

log = logging.getLogger("promoter.renew")

KEEP_TRIES, KEEP_AGAIN = 24, timedelta(seconds=5)
BUSY = timedelta(seconds=5)
"""How long to wait while another worker renews."""


def renew(context: Context, account: Account, channel: Refreshes, version: int) -> None:
    """Renew the credentials of a version, and keep the new ones before anybody uses them.

    Args:
        channel: Connected with the credentials of that version.
        version: Nothing is done if there are newer ones already.

    Raises:
        Transient: Another worker is at it; ask again.
        ChannelError: The service gave none.
        ConfigError: They cannot be sealed.
    """
    if context.store.value("locked"):
        raise Transient(
            Phrase("another machine may use the tokens; «promoter resume --other-machine-off»"),
            scope=Scope.ACCOUNT,
        )
    origin = account.origin()
    context.vault.seal({})  # before the old ones are used up: can the new ones be kept at all?
    with context.store.write() as session:
        now = database.now(session)
        if credentials.get(session, account.name).version > version:
            return
        mine = credentials.lease(session, account.name, version, now, context.lease())
    if not mine:
        raise Transient(
            Phrase("the token of {account} is being renewed", account=account.name),
            after=BUSY,
            scope=Scope.ACCOUNT,
        )
    try:
        found = channel.refresh()
        if not found.values or not all(found.values.values()):
            raise Transient(Phrase("the service gave an empty token"), scope=Scope.ACCOUNT)
    except ChannelError as error:
        with context.store.write() as session:
            credentials.release(session, account.name)
        if isinstance(error, NotAuthorized):
            raise _ended(account, error.phrase) from None
        raise
    _keep(context, account, origin, found)
    log.info("%s renewed", account.name)


def _keep(context: Context, account: Account, origin: str, found: Credentials) -> None:
    """Keep the new pair; the old one is used up, so a disk or database in trouble is waited for.

    Raises:
        ConfigError: It could not be kept in two minutes: somebody must authorise again.
    """
    for left in reversed(range(KEEP_TRIES)):
        try:
            with context.store.write() as session:
                before = credentials.get(session, account.name)
                current = before.text and before.origin == origin
                known = context.vault.open(before.text) if current else {}
                sealed = context.vault.seal({**known, **found.values})
                now = database.now(session)
                credentials.keep(session, account.name, sealed, origin, now, found.life)
        except ConfigError as error:
            log.error("%s: its new token is not kept yet: %s", account.name, error)  # noqa: TRY400
            if not left or context.stopping.is_set():
                raise ConfigError(_ended(account, error.phrase).phrase) from None
            context.stopping.wait(KEEP_AGAIN.total_seconds())
        else:
            return


def _ended(account: Account, why: Phrase) -> NotAuthorized:
    return NotAuthorized(
        Phrase(
            "somebody must authorise {account} again: «promoter accounts connect {account}» "
            "({reason})",
            account=account.name,
            reason=why,
        )
    )
