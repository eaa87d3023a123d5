"""The contract of a channel: limits are data, verbs are methods; having one is declaring it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from promoter.core.account import Credentials, Identity
from promoter.core.model import Absent, Creative, Draft, Format, Metric, Placement, Receipt


@dataclass(frozen=True, slots=True)
class Limits:
    """What planner and wording must know before the network is touched.

    Attributes:
        caption: Longest caption, counted by `measure`.
        measure: The channel's own ruler for text.
        formats: The card's size for each placement that the channel has.
        media_bytes: Largest picture in bytes.
        posts_per_day: Most posts of one account in a local day.
        hashtags: Most hashtags in a caption.
        age_gated: True if the account can be closed to people under 18.
        resend_after_absent: Default for sending again when a listing never showed the post.
        brief: So little room that short facts leave more to say than whole ones.
    """

    caption: int
    measure: Callable[[str], int]
    formats: Mapping[Placement, Format]
    media_bytes: int
    posts_per_day: int
    hashtags: int
    age_gated: bool
    resend_after_absent: bool
    brief: bool = False


@runtime_checkable
class Channel(Protocol):
    """Required of every channel."""

    limits: Limits

    def publish(self, creative: Creative, key: str, draft: Draft | None) -> Receipt:
        """Make the post public: one attempt, no retry, poll, sleep, log or store.

        Raises:
            Transient, Rejected, NotAuthorized: Surely not public.
            OutcomeUnknown: May be public.
        """
        ...


@runtime_checkable
class Prepares(Protocol):
    """The channel can be given something before the slot."""

    def prepare(self, creative: Creative, key: str, draft: Draft | None) -> Draft:
        """Take one repeatable, invisible step (upload, container); called until it is ready."""
        ...


@runtime_checkable
class Finds(Protocol):
    """The channel can be asked whether a post is there."""

    def find(
        self, creative: Creative, key: str, draft: Draft | None, since: datetime
    ) -> Receipt | Absent:
        """Look for the post of a key, published after `since`; makes no write."""
        ...


@runtime_checkable
class Resumes(Protocol):
    """The channel publishes asynchronously."""

    def resume(self, receipt: Receipt) -> Receipt:
        """Look at a receipt that is not live yet; makes no write.

        Raises:
            Rejected: The channel decided against it.
        """
        ...


@runtime_checkable
class Measures(Protocol):
    """The channel counts."""

    def metrics(self, receipts: Sequence[Receipt], now: datetime) -> list[Metric]:
        """Read what is known of these receipts; missing is missing, never 0."""
        ...


@runtime_checkable
class Corrects(Protocol):
    """A live post can be changed."""

    def correct(self, receipt: Receipt, creative: Creative) -> Receipt:
        """Replace what is shown; repeatable."""
        ...


@runtime_checkable
class Withdraws(Protocol):
    """A live post can be taken down."""

    def withdraw(self, receipt: Receipt) -> None:
        """Take it down; repeatable: what is already gone is no error."""
        ...


@runtime_checkable
class Comments(Protocol):
    """The account can write below its own post."""

    def comment(self, receipt: Receipt, text: str) -> None:
        """Write it; repeatable: what stands there already is not written again."""
        ...


@runtime_checkable
class Refreshes(Protocol):
    """The account's token ends, and can be exchanged for a new one."""

    def refresh(self) -> Credentials:
        """Return new credentials; what they replace may be void from now on.

        Raises:
            NotAuthorized: A person must authorise again.
            Transient, OutcomeUnknown: No answer; OutcomeUnknown if the old ones may be used up.
        """
        ...


@runtime_checkable
class Identifies(Protocol):
    """The service can be asked who the account is."""

    def identity(self) -> Identity:
        """Return who the account is and what it lacks; makes no write.

        Raises:
            NotAuthorized: The service does not know it (any more).
            Transient: No answer.
        """
        ...


@runtime_checkable
class Authorizes(Protocol):
    """A person can give the account its credentials in the browser."""

    def authorize_url(self, state: str, redirect: str, challenge: str) -> str:
        """Return the address at which a person agrees.

        Args:
            state: Comes back with the answer, and proves that it belongs to this question.
            redirect: Where the answer goes: a port of this machine.
            challenge: Of PKCE (RFC 7636), S256; ignored where the service has none.
        """
        ...

    def exchange(self, params: Mapping[str, str], redirect: str, verifier: str) -> Credentials:
        """Return the credentials for what came back from the browser.

        Args:
            params: The parameters of the address to which the browser was sent back.
            verifier: What `challenge` was made from.

        Raises:
            Rejected: The person refused, or the code is not good (any more).
            NotAuthorized: The app itself, or its right to this account, is the problem.
            Transient: No answer; begin again.
        """
        ...


@runtime_checkable
class Watches(Protocol):
    """All copies of a post can be listed, so that a second one is noticed and taken down."""

    def copies(self, creative: Creative, key: str, since: datetime) -> Sequence[Receipt]:
        """Return what carries the post's marker since a moment, oldest first; makes no write."""
        ...
