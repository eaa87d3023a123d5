"""Where stand-ins keep their state, so that it outlives the process, as a service's does."""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any


class Shelf:
    """Records by kind and id, in the order in which they were first put, and files by id.

    Several stand-ins share one file; each has its own section.
    """

    def __init__(self, path: Path | None = None, section: str = "") -> None:
        """Open a shelf; without a path it lives in memory."""
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._lock = threading.RLock()
        self._section = section
        with self._lock, self._database:
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._database.execute(
                "create table if not exists record (number integer primary key, section text,"
                " kind text, id text, value text, unique (section, kind, id))"
            )
            self._database.execute(
                "create table if not exists file (section text, id text, data blob,"
                " primary key (section, id))"
            )

    def section(self, name: str) -> "Shelf":
        """Return the part of the shelf that belongs to one stand-in."""
        part = object.__new__(Shelf)
        part._database, part._lock, part._section = self._database, self._lock, name
        return part

    def get(self, kind: str, id_: str) -> dict[str, Any] | None:
        """Return a record, or None."""
        with self._lock:
            row = self._database.execute(
                "select value from record where section = ? and kind = ? and id = ?",
                (self._section, kind, id_),
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return all records of a kind by id, oldest first."""
        with self._lock:
            rows = self._database.execute(
                "select id, value from record where section = ? and kind = ? order by number",
                (self._section, kind),
            ).fetchall()
        return {id_: json.loads(value) for id_, value in rows}

    def put(self, kind: str, id_: str, value: dict[str, Any]) -> None:
        """Keep a record; one of the same kind and id is replaced in its place."""
        with self._lock, self._database:
            self._database.execute(
                "insert into record (section, kind, id, value) values (?, ?, ?, ?)"
                " on conflict (section, kind, id) do update set value = excluded.value",
                (self._section, kind, id_, json.dumps(value)),
            )

    def remove(self, kind: str, id_: str) -> None:
        """Forget a record; one that is not there is fine."""
        with self._lock, self._database:
            self._database.execute(
                "delete from record where section = ? and kind = ? and id = ?",
                (self._section, kind, id_),
            )

    def number(self) -> int:
        """Return the next number of the section: 1, 2, 3, …"""
        with self._lock:
            last = (self.get("shelf", "number") or {"last": 0})["last"] + 1
            self.put("shelf", "number", {"last": last})
        return int(last)

    def put_file(self, id_: str, data: bytes) -> None:
        """Keep a file's bytes."""
        with self._lock, self._database:
            self._database.execute(
                "insert or replace into file values (?, ?, ?)", (self._section, id_, data)
            )

    def file(self, id_: str) -> bytes | None:
        """Return a file's bytes, or None."""
        with self._lock:
            row = self._database.execute(
                "select data from file where section = ? and id = ?", (self._section, id_)
            ).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()
