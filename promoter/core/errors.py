"""Errors named by what must be done next; each answers the question: was it done?

PromoterError
├── ConfigError          the user must edit a file
├── UnsafePlan           a person must confirm
└── ChannelError
    ├── Transient        surely not done; wait, try again
    ├── Rejected         surely not done, never will be
    ├── NotAuthorized    surely not done; the account is the problem
    └── OutcomeUnknown   may be done: look before sending again
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from promoter.core.model import Phrase
from promoter.core.problem import Problem


class PromoterError(Exception):
    """Something a person can act on: what was expected, what was found, where, what to do next."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase

    def __str__(self) -> str:
        return str(self.phrase)


class ConfigError(PromoterError):
    """The user must edit a file.

    Attributes:
        problems: Every mistake found, in the order of the file; empty when the phrase says all.
    """

    def __init__(self, phrase: Phrase, problems: Sequence[Problem] = ()) -> None:
        super().__init__(phrase)
        self.problems = tuple(problems)


class UnsafePlan(PromoterError):
    """A person must confirm: so much would change that it looks like a mistake."""


class ChannelError(PromoterError):
    """A service did not do what was asked."""


class Scope(StrEnum):
    """What a temporary refusal concerns."""

    POST = "post"
    ACCOUNT = "account"


class Transient(ChannelError):
    """Surely not done: wait, then try again.

    Attributes:
        after: The least wait that the service asked for; None if it named none.
        scope: Whether the post or its whole account has to wait.
    """

    def __init__(
        self, phrase: Phrase, *, after: timedelta | None = None, scope: Scope = Scope.POST
    ) -> None:
        super().__init__(phrase)
        self.after = after
        self.scope = scope


class Rejected(ChannelError):
    """Surely not done, and never will be: the creative itself was refused."""


class NotAuthorized(ChannelError):
    """Surely not done: the account's token, scope or permission is the problem."""


class OutcomeUnknown(ChannelError):
    """The answer to a public write was lost: it may be done."""
