"""spreadsheet: catalogue tables in CSV files, in any usual encoding and separator."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase, Record
from promoter.core.source import Row, Source

SEPARATORS = ",;\t"
LARGEST_CELL = 1_000_000
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")


class Config(Record):
    """The files of a catalogue.

    Attributes:
        path: The products.
        producers, communes: Tables of their own; None if there is none.
    """

    path: Path
    producers: Path | None = None
    communes: Path | None = None


def connect(config: Config) -> Source:
    """Return the source; nothing is read yet."""
    return Spreadsheet(config)


class Spreadsheet:
    """The rows of up to three CSV files."""

    def __init__(self, config: Config) -> None:
        self._tables = (
            ("communes", config.communes),
            ("producers", config.producers),
            ("products", config.path),
        )

    def rows(self) -> Iterator[Row]:
        """Yield every row of communes, producers and products, in this order.

        Raises:
            ConfigError: A file cannot be read, or has no header.
        """
        for table, path in self._tables:
            if path is not None:
                yield from _rows(table, path)


def _rows(table: str, path: Path) -> Iterator[Row]:
    text = _text(path)
    csv.field_size_limit(LARGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    header: list[str] | None = None
    number = 1
    try:
        for cells in lines:
            start, number = number, lines.line_num + 1
            if header is None:
                header = _header(cells, path) if any(map(_clean, cells)) else None
                continue
            yield Row(table, path.name, start, _values(header, [_clean(cell) for cell in cells]))
    except csv.Error as error:
        raise ConfigError(
            Phrase(
                "cannot read {file}, line {line}: {why}; is a quotation mark without its pair?",
                file=path,
                line=number,
                why=str(error),
            )
        ) from None
    if header is None:
        raise ConfigError(Phrase("{file} is empty; it needs a first row of names", file=path))


def _values(header: list[str], cells: list[str]) -> dict[str, str]:
    """Return cells by column; what stands beyond the last column has the empty name."""
    values = dict(zip_longest(header, cells[: len(header)], fillvalue=""))
    beyond = " ".join(cell for cell in cells[len(header) :] if cell)
    return values | ({"": beyond} if beyond else {})


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            Phrase(
                "cannot read the table {file}: {why}; look at [catalog] in the settings",
                file=path,
                why=_why(error),
            )
        ) from None
    if data.startswith(WORKBOOK):
        raise ConfigError(Phrase("{file} is a workbook; save it as «CSV UTF-8»", file=path))
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(
            Phrase(
                "{file}, line {line}, is not Unicode; save it as «CSV UTF-8»", file=path, line=line
            )
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ConfigError(
            Phrase(
                "{file}, line {line}, holds a zero byte; save it as «CSV UTF-8»",
                file=path,
                line=line,
            )
        )
    return text


def _why(error: OSError) -> Phrase | str:
    match error:
        case FileNotFoundError():
            return Phrase("there is no such file")
        case IsADirectoryError():
            return Phrase("it is a folder")
        case PermissionError():
            return Phrase("there is no right to read it")
        case _:
            return error.strerror or str(error)


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def _header(cells: list[str], path: Path) -> list[str]:
    names = [_clean(cell).casefold() for cell in cells]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise ConfigError(
            Phrase("{file} has the column {name} twice; rename one", file=path, name=twice[0])
        )
    while names and not names[-1]:
        names.pop()
    return [name or f"#{place}" for place, name in enumerate(names, start=1)]


def _clean(cell: str) -> str:
    """Return a cell in NFC without the white space and signs that people do not see."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", cell)).split())
