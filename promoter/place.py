"""Notices a store that was copied, put back by hand or lost, before it posts anything twice.

Beside the database stands a mark: which store works here, and how far it has come. The store says
the same of itself, and where it lies. While both agree, nobody is asked anything.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.media import MediaStore
from promoter.pipeline.context import Context
from promoter.pipeline.restore import Restored, distrust, restore
from promoter.store import database, whereabouts
from promoter.store.database import Store
from promoter.store.whereabouts import Standing

LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands in the file.

    Attributes:
        store: The identity of the store that works here.
        generation: How far it had come at least; 0 until it has begun.
        seen: When it was last at work, in the office's time.
    """

    store: str
    generation: int
    seen: str = ""


class Finding(Enum):
    """What a mark and a store say of each other."""

    KNOWN = auto()
    NEW = auto()
    LOST = auto()
    COPIED = auto()
    PUT_BACK = auto()


def mark_file(store: Store, media: MediaStore) -> Path:
    """Return where the mark of an office stands: beside its database file.

    A server's database has none: then beside the media folder of this machine.
    """
    file = whereabouts.file(store)
    if file is None:
        return media.root.parent / "promoter.place"
    return file.with_name(f"{file.name}.place")


def check(store: Store, file: Path, zone: ZoneInfo) -> Phrase | None:
    """Look whether this is the store that was here; where it is not, let the office stand still.

    Args:
        file: Where the mark stands.
        zone: The office's.

    Returns:
        What was found, if a person has to know it.

    Raises:
        ConfigError: There was an office here, and the database is empty; or the mark cannot be
            read or written.
    """
    mark = _read(file)  # before the store, which is never behind its mark
    with store.read() as session:
        standing = whereabouts.standing(session)
    if _finding(mark, standing) is Finding.KNOWN:
        return None
    with _alone(file):
        return _settled(store, file, zone)


def claim(store: Store, file: Path, zone: ZoneInfo) -> Phrase | None:
    """Check the store when an engine begins, and let it come one further."""
    found = check(store, file, zone)
    return beat(store, file, zone) or found


def beat(store: Store, file: Path, zone: ZoneInfo) -> Phrase | None:
    """Let the store come one further: first the store itself, then the mark.

    Returns:
        What was found, if the store has been exchanged since.
    """
    found = check(store, file, zone)
    with _alone(file):  # a restore between the two writes would be taken for a copy
        with store.write() as session:
            standing = whereabouts.standing(session)
            whereabouts.claim(session, standing.store, standing.generation + 1)
        _write(file, Mark(standing.store, standing.generation + 1, store.now().isoformat()))
    return found


def put_back(context: Context, backup: Path) -> Restored:
    """Restore a backup, and let the mark name what works here now.

    Raises:
        ConfigError: As `restore` says; or the mark cannot be read or written.
    """
    file = mark_file(context.store, context.media)
    with _alone(file):
        mark = _read(file)
        done = restore(context, backup, mark.generation if mark else 0)
        with context.store.read() as session:
            standing = whereabouts.standing(session)
        _write(file, Mark(standing.store, standing.generation, context.now().isoformat()))
    return done


def _finding(mark: Mark | None, standing: Standing) -> Finding:
    begun = mark is not None and mark.generation > 0
    if not standing.store:
        if not begun:
            return Finding.NEW
        return Finding.LOST if standing.blank else Finding.PUT_BACK
    if standing.place != standing.actual:
        return Finding.COPIED
    if mark is None:  # several machines may use one server: another one is no copy
        return Finding.NEW if standing.shared else Finding.COPIED
    if mark.store != standing.store:
        return Finding.COPIED
    return Finding.PUT_BACK if mark.generation > standing.generation else Finding.KNOWN


def _settled(store: Store, file: Path, zone: ZoneInfo) -> Phrase | None:
    """Look again while nobody else does, and let store and mark agree from now on."""
    mark = _read(file)
    with store.read() as session:
        standing = whereabouts.standing(session)
    finding = _finding(mark, standing)
    if finding is Finding.KNOWN:
        return None
    if finding is Finding.LOST:
        raise _lost(store, file, zone, mark)
    name = standing.store or (mark.store if mark else "") or uuid4().hex
    if finding is Finding.NEW and not standing.store:
        _write(file, Mark(name, 0))  # a mark that has not begun binds nobody if we end here
    generation = max(standing.generation, mark.generation if mark else 0) + 1
    since: datetime | None = None
    with store.write() as session:
        if finding in (Finding.COPIED, Finding.PUT_BACK):
            since = whereabouts.last_sign(session)
            distrust(session, since, zone)
            since = min(since, database.now(session))
        whereabouts.claim(session, name, generation)
    _write(file, Mark(name, generation, store.now().isoformat()))
    return _told(finding, store, _clock(since, zone)) if since else None


def _told(finding: Finding, store: Store, moment: str) -> Phrase:
    what = (
        Phrase("is an earlier state of the one that was here")
        if finding is Finding.PUT_BACK
        else Phrase("is not where it was, or was not here before")
    )
    return Phrase(
        "the database {where} {what}: everything is paused, and what may have gone out since "
        "{moment} is looked up; is no other machine at its work? Then "
        "«promoter resume --other-machine-off»",
        where=store.where,
        what=what,
        moment=moment,
    )


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M %d/%m/%Y")


def _lost(store: Store, file: Path, zone: ZoneInfo, mark: Mark | None) -> ConfigError:
    return ConfigError(
        Phrase(
            "there was an office here (store {store}, last seen {seen}), and the database {where} "
            "is empty: is store.url right? Bring the office back with «promoter restore FILE», or "
            "delete {file} to begin anew",
            store=mark.store[:8] if mark else "",
            seen=_clock(datetime.fromisoformat(mark.seen), zone) if mark and mark.seen else "–",
            where=store.where,
            file=file,
        )
    )


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let in one process at a time."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file.with_name(f"{file.name}.lock"))
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise ConfigError(
            Phrase("another promoter is looking after {file}; wait, then try again", file=file)
        ) from None
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        yield
    finally:
        lock.release()


def _read(file: Path) -> Mark | None:
    """Return the mark; None if there is none, or nothing that could be one.

    Raises:
        ConfigError: It cannot be read at present: that says nothing of what stands in it.
    """
    try:
        with suppress(ValueError, TypeError, KeyError):
            found = json.loads(file.read_text(encoding="utf-8"))
            return Mark(str(found["store"]), int(found["generation"]), str(found["seen"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(
            Phrase(
                "cannot read {file}: {why}; give promoter the right to it, then try again; do not "
                "delete it",
                file=file,
                why=error.strerror or str(error),
            )
        ) from error
    return None


def _write(file: Path, mark: Mark) -> None:
    found = {"store": mark.store, "generation": mark.generation, "seen": mark.seen}
    draft = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with draft.open("w", encoding="utf-8") as new:
            json.dump(found, new)
            new.flush()
            os.fsync(new.fileno())  # half a mark after a power cut would look like a copied store
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> ConfigError:
    return ConfigError(
        Phrase(
            "cannot write {file}: {why}; give promoter the right to its folder, and make room",
            file=file,
            why=error.strerror or str(error),
        )
    )
