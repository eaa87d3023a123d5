"""The file of a backup: one zip that says what it holds, and by which its wholeness is proved.

`office.json` comes last and names every other member with its SHA-256: a file that breaks off
anywhere has none, or one that does not agree.
"""

import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

FORMAT = 1
"""Changes only if an older promoter could misunderstand a file."""

HEAD = "office.json"
_TABLE, _MEDIUM = "tables/{}.jsonl", "media/{}"
_CHUNK, _LINES = 1 << 20, 500
_LARGEST_HEAD = 1 << 28
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)
"""What reading a zip raises that was cut, changed, or made by another program."""

Values = Mapping[str, object]
"""A row by its columns; a column that is left out is empty."""


class Head(BaseModel):
    """What a backup says of itself.

    Attributes:
        revision: The version of its tables.
        made_at: A moment of the office before all that is missing in it.
        store: The identity of the office's store.
        tables: How many rows of each table it holds.
        missing: Media files that rows name and that were not there, or were damaged.
        members: SHA-256 by the name of each other member of the zip.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    revision: str = Field(pattern=r"^[0-9]{4}$")
    made_at: AwareDatetime
    store: str
    tables: dict[str, int]
    missing: tuple[str, ...] = ()
    members: dict[str, str] = {}

    @property
    def media(self) -> list[str]:
        """Return the names of the media files that it holds."""
        start = _MEDIUM.format("")
        return [name.removeprefix(start) for name in self.members if name.startswith(start)]


class Writer:
    """Fills a zip that is being made."""

    def __init__(self, into: zipfile.ZipFile) -> None:
        self._zip = into
        self._members: dict[str, str] = {}

    def table(self, name: str, rows: Iterable[Values]) -> int:
        """Write the rows of a table, one JSON object a line; return how many there were."""
        member, count, seen = _TABLE.format(name), 0, sha256()
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        with self._zip.open(_info(member), "w", force_zip64=True) as file:
            while batch := list(islice(lines, _LINES)):
                data = "".join(batch).encode()
                seen.update(data)
                file.write(data)
                count += len(batch)
        self._members[member] = seen.hexdigest()
        return count

    def medium(self, name: str, data: bytes) -> None:
        """Write a file of the media store; pictures do not get smaller, so that none is packed."""
        member = _MEDIUM.format(name)
        self._zip.writestr(_info(member, zipfile.ZIP_STORED), data)
        self._members[member] = sha256(data).hexdigest()

    def close(self, head: Head) -> Head:
        """Write what the backup says of itself; nothing may follow. Return it with its members."""
        whole = head.model_copy(update={"members": self._members})
        self._zip.writestr(_info(HEAD), whole.model_dump_json())
        return whole


def _info(member: str, packing: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member)  # its moment is fixed: equal contents make an equal file
    info.compress_type = packing
    info.external_attr = 0o600 << 16
    return info


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """Make a backup's file; it appears under its name when it is whole and on the disk.

    Raises:
        ConfigError: It cannot be written; a file of that name stays as it was.
    """
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as draft:
            try:
                with zipfile.ZipFile(draft, "w") as made:
                    yield Writer(made)
                _to_disk(draft)
                Path(draft.name).replace(file)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        _folder_to_disk(file.parent)
    except OSError as error:
        raise ConfigError(
            Phrase(
                "cannot write the backup {file}: {why}; make room, or choose another place",
                file=file,
                why=error.strerror or str(error),
            )
        ) from error


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _folder_to_disk(folder: Path) -> None:
    """Let a new name in a folder outlive a power cut, where folders can be opened."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


class Archive:
    """A backup that was proved whole."""

    def __init__(self, file: Path, source: zipfile.ZipFile, head: Head) -> None:
        self.head = head
        self._file, self._zip = file, source

    def rows(self, table: str) -> Iterator[Values]:
        """Yield the rows of a table in their order; none if it has no such table."""
        member = _TABLE.format(table)
        if member not in self.head.members:
            return
        with _readable(self._file), self._zip.open(member) as lines:
            for line in lines:
                yield json.loads(line)

    def media(self) -> Iterator[bytes]:
        """Yield the media files one by one."""
        for name in self.head.media:
            with _readable(self._file):
                yield self._zip.read(_MEDIUM.format(name))


@contextmanager
def reading(file: Path) -> Iterator[Archive]:
    """Open a backup after reading all of it once.

    Raises:
        ConfigError: It is not there, damaged, foreign, or of a newer promoter.
    """
    with _readable(file):
        source = zipfile.ZipFile(file)
    with source:
        with _readable(file):
            head = _head(source)
        if head is None or head.format != FORMAT:
            raise _foreign(file)
        with _readable(file):
            whole = _whole(source, head)
        if not whole:
            raise _damaged(file, "-")
        yield Archive(file, source, head)


def _head(source: zipfile.ZipFile) -> Head | None:
    try:
        if source.getinfo(HEAD).file_size > _LARGEST_HEAD:
            return None
        return Head.model_validate_json(source.read(HEAD))
    except (KeyError, ValidationError):
        return None


def _whole(source: zipfile.ZipFile, head: Head) -> bool:
    """Tell whether a zip holds what its head names, all of it and nothing else."""
    expected = {*head.members, HEAD}
    tables = {_TABLE.format(name) for name in head.tables}
    named = {name for name in head.members if name not in tables}
    return (
        sorted(source.namelist()) == sorted(expected)
        and tables <= expected
        and all(name == _MEDIUM.format(head.members[name]) for name in named)
        and all(_holds(source, head, name) for name in head.members)
    )


def _holds(source: zipfile.ZipFile, head: Head, member: str) -> bool:
    seen, lines = sha256(), 0
    with source.open(member) as file:
        while part := file.read(_CHUNK):
            seen.update(part)
            lines += part.count(b"\n")
    table = member.removeprefix("tables/").removesuffix(".jsonl")
    counted = head.tables[table] == lines if table in head.tables else True
    return counted and seen.hexdigest() == head.members[member]


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise _damaged(file, why or type(error).__name__) from error


def _damaged(file: Path, why: str) -> ConfigError:
    return ConfigError(
        Phrase(
            "the backup {file} is damaged, cut off or cannot be read ({why}); take another one, "
            "nothing was changed",
            file=file,
            why=why,
        )
    )


def _foreign(file: Path) -> ConfigError:
    return ConfigError(
        Phrase(
            "{file} is no backup that this promoter can read; take a file that «promoter backup» "
            "made, or install the newer promoter; nothing was changed",
            file=file,
        )
    )
