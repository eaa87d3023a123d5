"""What an examination of the office has found."""

from dataclasses import dataclass

from promoter.core.model import Phrase


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: Stable, for programs (`account fanpage`); empty where only whoever asked knows it.
        title: For people.
        ok: Whether the office can post all the same.
        fix: What to do; of one that is good, what to do before long.
    """

    name: str
    title: Phrase | None
    ok: bool
    message: Phrase
    fix: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is looked at; the name is empty where whoever asked gives it."""

    name: str = ""
    title: Phrase | None = None

    def good(self, message: Phrase, fix: Phrase | None = None) -> Check:
        """Return that it does not stop the office.

        Args:
            fix: What to do before long.
        """
        return Check(self.name, self.title, True, message, fix)

    def bad(self, message: Phrase, fix: Phrase | None = None) -> Check:
        """Return that it stops the office, or an account of it."""
        return Check(self.name, self.title, False, message, fix)
