"""One call that was let in: whose Page it is about, what it asks for, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from promoter.sandbox.contract import Fault, File
from promoter.sandbox.facebook.page import Page
from promoter.sandbox.facebook.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        path: As it was asked, with the version.
        query: The parameters of the address, which links to further pages repeat.
        fault: What the service does to the post by itself.
        drafts: Whether `is_published=true` makes a draft public.
    """

    page: Page
    path: str
    query: Mapping[str, Sequence[str]]
    parameters: Parameters
    files: Mapping[str, Sequence[File]]
    now: datetime
    fault: Fault | None
    drafts: bool

    @property
    def moment(self) -> int:
        """Return the moment of the call in Unix seconds."""
        return int(self.now.timestamp())
