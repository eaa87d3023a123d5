"""A mistake in something that a person wrote, with its place and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from promoter.core.model import Phrase


class Severity(StrEnum):
    """How bad a problem is: an error stops the work, a warning is only told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in something that a person wrote.

    Attributes:
        file: The file as the user named it.
        line: From 1; None when the whole file is meant.
        column: From 1, in characters; None when the whole line is meant.
        key: Dotted key (`select.min_stars`); empty when there is none.
        code: Stable name of the kind of mistake (`unknown-key`).
        phrase: What is wrong and what to do.
    """

    file: str
    line: int | None
    column: int | None
    key: str
    code: str
    phrase: Phrase
    severity: Severity = Severity.ERROR
