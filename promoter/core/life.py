"""The life of credentials: when what a service gave for a while is renewed."""

from datetime import datetime, timedelta

SPENT = 0.8
"""Share of their life after which credentials are renewed: what is left is time to try again."""


def renew_at(issued: datetime, expires: datetime) -> datetime:
    """Return from when on credentials are renewed; never before they were issued."""
    return issued + max(expires - issued, timedelta(0)) * SPENT
