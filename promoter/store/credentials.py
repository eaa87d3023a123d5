"""The credentials that services give accounts, sealed; one worker at a time renews them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from promoter.store import database
from promoter.store.tables import CredentialRow


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is kept of an account's credentials.

    Attributes:
        text: Sealed; empty before the first renewal.
        origin: Digest of the secrets in whose place they stand.
        version: Counts the renewals.
        lease_until: Until when somebody renews them.
        issued_at, expires_at: Their life, where the service tells it.
    """

    text: str = ""
    origin: str = ""
    version: int = 0
    lease_until: datetime | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None


def get(session: Session, account: str) -> Sealed:
    """Return the sealed credentials of an account."""
    row = session.get(CredentialRow, account)
    if row is None:
        return Sealed()
    return Sealed(
        row.sealed, row.origin, row.version, row.lease_until, row.issued_at, row.expires_at
    )


def lease(session: Session, account: str, version: int, now: datetime, span: timedelta) -> bool:
    """Take the right to renew the credentials of a version; False if somebody else was first."""
    row = {"account": account, "sealed": "", "origin": "", "version": 0}
    session.execute(database.adding(session, CredentialRow).values(**row).on_conflict_do_nothing())
    free = col(CredentialRow.lease_until).is_(None) | (col(CredentialRow.lease_until) <= now)
    taken = session.connection().execute(
        update(CredentialRow)
        .where(col(CredentialRow.account) == account, col(CredentialRow.version) == version, free)
        .values(lease_until=now + span)
    )
    session.expire_all()
    return taken.rowcount == 1


def keep(
    session: Session,
    account: str,
    text: str,
    origin: str,
    now: datetime,
    life: timedelta | None = None,
) -> None:
    """Keep new credentials in place of those before, and let go of the right to renew.

    Args:
        origin: Digest of the secrets in whose place they stand.
        life: How long they are good; None if nobody knows.
    """
    session.execute(
        update(CredentialRow)
        .where(col(CredentialRow.account) == account)
        .values(
            sealed=text,
            origin=origin,
            version=col(CredentialRow.version) + 1,
            lease_until=None,
            issued_at=now,
            expires_at=now + life if life else None,
        )
    )


def release(session: Session, account: str) -> None:
    """Let go of the right to renew."""
    session.execute(
        update(CredentialRow).where(col(CredentialRow.account) == account).values(lease_until=None)
    )
