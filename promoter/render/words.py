"""The reader's language as functions, so that a page needs to know no catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from promoter.core.model import Phrase
from promoter.core.period import Period


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's language, as functions.

    Attributes:
        language: Code for the page (`vi`).
        moment: Writes date and time on the office's wall clock.
    """

    language: str
    text: Callable[[str], str]
    say: Callable[[Phrase], str]
    number: Callable[[float], str]
    day: Callable[[date], str]
    moment: Callable[[datetime], str]

    def short(self, day: date) -> str:
        """Write a date without its year."""
        return self.day(day)[:-5]

    def value(self, value: float | None) -> str:
        """Write a number, or a dash for one that is not known."""
        return "–" if value is None else self.number(round(value, 1))

    def days(self, span: Period) -> str:
        """Write a period by its first and last day."""
        return f"{self.day(span.first)} – {self.day(span.last)}"
