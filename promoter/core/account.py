"""What a service says of an account: who it is, what it may still do, and with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a service gave in place of what an account had: by key of the channel's Config.

    Attributes:
        life: How long they are good from now on; None where the service does not say.
    """

    values: Mapping[str, str] = field(repr=False)
    life: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an account is, in the words of its service.

    Attributes:
        id: What the service knows it by; the same as in the settings.
        name: As people see it there.
        lacks: Permissions that publishing needs and the account does not have.
        expires_at: When a person must authorise again; None if never, or if nobody says.
    """

    id: str
    name: str
    lacks: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What a service said last of the calls that an account has left.

    Attributes:
        used: Share of the allowance that is used up, from 0 on.
        until: When it begins anew; None where the service does not say.
    """

    used: float
    until: datetime | None = None
