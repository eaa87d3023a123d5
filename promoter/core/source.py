"""The contract of a catalogue source: rows as a person wrote them, each with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a catalogue table, before anything is believed.

    Attributes:
        table: products, producers or communes.
        sheet: Name of the sheet or file, as the user knows it.
        number: Line or row number as the user sees it, from 1.
        cells: Text by column name.
    """

    table: str
    sheet: str
    number: int
    cells: Mapping[str, str]


class Source(Protocol):
    """Where a catalogue comes from."""

    def rows(self) -> Iterator[Row]:
        """Yield every row of every table.

        Raises:
            ConfigError: The source cannot be read: what, where, what to do.
        """
        ...
