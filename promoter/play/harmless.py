"""Turns the accounts of an office into such as can hurt nobody, for demo and rehearsal."""

from promoter.app import STANDS
from promoter.secrets import is_reference
from promoter.settings import Account


def harmless(name: str, account: Account, site: str) -> Account:
    """Return an account that reaches this machine alone, with secrets of the play's own.

    What has no stand-in posts to the showcase of the play, so that its campaigns can be played.

    Args:
        site: Where that showcase answers.
    """
    if account.sandbox:
        return account
    if account.channel in STANDS:
        own = {
            key: f"store:{name}-{key.replace('_', '-')}"
            for key, value in account.own.items()
            if isinstance(value, str) and is_reference(value)
        }
        return account.model_copy(update={**own, "sandbox": True})
    return account.model_copy(update={"channel": "showcase", "first_comment": ""}).only(
        url=site, token=f"store:{name}"
    )
