"""The cells of a catalogue row as values: what cannot be read is refused or left out, and told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from promoter.core.model import Phrase

YEARS = range(1990, 2100)
"""Years that a date of a catalogue can have; others are slips of the pen."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person may want to know of a row or a product.

    Attributes:
        code: Stable name of what was found.
        field: The column; empty when the whole row is meant.
        look: Whether somebody must look at it.
        refuses: Whether the row cannot be believed because of it.
    """

    code: str
    field: str
    phrase: Phrase
    look: bool = True
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row, and the notes that reading them leaves."""

    cells: Mapping[str, str]
    notes: list[Note]

    def note(self, code: str, column: str, phrase: Phrase, *, look: bool = True) -> None:
        """Keep a note on this row."""
        self.notes.append(Note(code, column, phrase, look))

    def refuse(self, code: str, column: str, phrase: Phrase) -> None:
        """Note why the row cannot be believed; reading goes on, so that every reason is told."""
        self.notes.append(Note(code, column, phrase, refuses=True))

    def text(self, column: str) -> str:
        """Return a text, empty if there is none."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """Return a text without which the row is refused."""
        found = self.text(column)
        if not found:
            self.refuse("missing", column, Phrase("{column} is missing", column=column))
        return found

    def code(self, column: str) -> str:
        """Return a code, which names its row in commands and in the addresses of pages."""
        found = self.needed(column)
        if found and not re.fullmatch(r"\w[\w.-]{0,63}", found):
            phrase = Phrase(
                "{found} is no code; use letters, digits, hyphens and dots only", found=found
            )
            self.refuse("bad-code", column, phrase)
        return found

    def choice(self, column: str, known: Iterable[str]) -> str:
        """Return one of the known values; the row is refused if it is another, or empty."""
        found = self.needed(column)
        if found and found not in known:
            names = ", ".join(known)
            phrase = Phrase("{found} is not known; known are {known}", found=found, known=names)
            self.refuse("bad-value", column, phrase)
        return found

    def items(self, column: str) -> tuple[str, ...]:
        """Return the parts of a list written with semicolons, each once."""
        parts = (item.strip() for item in self.text(column).split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    def truth(self, column: str) -> bool:
        """Return whether it says yes; what says neither yes nor no is told."""
        found = self.text(column).casefold()
        if found not in ("true", "false", "yes", "no", "1", "0", ""):
            self.left_out(column, Phrase("true or false"))
        return found in ("true", "yes", "1")

    def day(self, column: str, *, rules: bool = False) -> date | None:
        """Return a date written as 2026-11-23.

        Args:
            rules: The row is refused if it is no date.
        """
        found = self.text(column)
        value = _date(found)
        if found and value is None:
            if rules:
                phrase = Phrase("{found} is no date; write it as 2026-11-23", found=found)
                self.refuse("bad-date", column, phrase)
                return None
            self.left_out(column, Phrase("a date such as 2026-11-23"), code="bad-date")
        return value

    def decimal(self, column: str) -> Decimal | None:
        """Return a number that is not negative; its decimal sign is a point."""
        found = self.text(column)
        if not found:
            return None
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", found):
            self.left_out(column, Phrase("a number such as 12.5"), code="bad-number")
            return None
        whole, point, rest = found.partition(".")
        return Decimal((whole + point + rest.rstrip("0")).rstrip("."))  # 29.0 is written as 29

    def whole(self, column: str) -> int | None:
        """Return a whole number that is not negative."""
        found = self.text(column)
        if not found:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", found):
            self.left_out(column, Phrase("a whole number such as 120000"), code="bad-number")
            return None
        return int(found)

    def url(self, column: str) -> str:
        """Return the address of a web page, empty if there is none."""
        found = self.text(column)
        if found and not re.fullmatch(r"https?://[^\s/?#\"'<>\\[\]]+[^\s\"'<>\\]*", found):
            self.left_out(column, Phrase("an address that begins with https://"), code="bad-url")
            return ""
        return found

    def left_out(self, column: str, expected: Phrase, *, code: str = "bad-value") -> None:
        """Note that a cell could not be read and counts as empty."""
        phrase = Phrase(
            "left out: expected {expected}, found {found}",
            expected=expected,
            found=self.text(column),
        )
        self.note(code, column, phrase)


def _date(found: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", found):
        return None
    try:
        value = date.fromisoformat(found)
    except ValueError:
        return None
    return value if value.year in YEARS else None


def gtin_fits(gtin: str) -> bool:
    """Return whether a text is a GTIN-8, -12, -13 or -14 with the right check digit."""
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", gtin):
        return False
    weighted = (int(sign) * (1 + 2 * (place % 2)) for place, sign in enumerate(reversed(gtin)))
    return sum(weighted) % 10 == 0
