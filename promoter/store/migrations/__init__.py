"""Alembic's migrations, run by the program: forward only, never destructive, after a backup."""

import filecmp
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import mkstemp

from sqlalchemy import Connection, Engine, inspect, text

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

HEAD = "0003"
"""The newest revision; a test compares it with Alembic's own answer."""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision; do nothing if it is there.

    Raises:
        ConfigError: The database was written by a newer promoter, or there is no room for the
            copy that is taken before: then nothing was changed.
    """
    found = revision(engine)
    if found == HEAD:
        return
    if found and found > HEAD:
        raise ConfigError(
            Phrase(
                "the database is of version {found}, this promoter knows {known}; install the newer one",
                found=found,
                known=HEAD,
            )
        )
    if not found:
        _refuse_foreign(engine)
    if found and engine.dialect.name == "sqlite":
        _backup(Path(engine.url.database or ""), found)
    build(engine)


def build(engine: Engine, to: str = "head") -> None:
    """Run the migrations up to a revision."""
    from alembic import command  # heavy, needed once in a database's life
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    command.upgrade(config, to)


def revision(engine: Engine) -> str:
    """Return the database's revision, or an empty text if it has no tables yet."""
    with engine.connect() as connection:
        return standing(connection)


def standing(connection: Connection) -> str:
    """Return the revision as a transaction sees it."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    row = connection.execute(text("select version_num from alembic_version")).first()
    return str(row[0]) if row else ""


def known(wanted: str) -> bool:
    """Tell whether there is a migration to a revision."""
    return any(Path(__file__).parent.glob(f"versions/{wanted}_*.py"))


def _refuse_foreign(engine: Engine) -> None:
    """Refuse a database whose tables have our names but were made by another program."""
    made = inspect(engine).has_table("post") or inspect(engine).has_table("product")
    if made and not revision(engine):  # it has one if another promoter made them just now
        where = engine.url.render_as_string(hide_password=True)
        raise ConfigError(
            Phrase("{path} is a database of another program; choose another store.url", path=where)
        )


def _backup(path: Path, found: str) -> None:
    """Copy the database as it is before a migration, whole or not at all.

    A copy that is there already is never replaced: it may be the only good one.
    """
    draft = None
    try:
        number, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(number)
        draft = Path(name)
        _copy(path, draft)
        _keep(draft, path.with_suffix(f".before-{HEAD}-from-{found}.db"))
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(
            Phrase(
                "the database {path} must be brought from version {found} to {known}, and cannot be "
                "copied before ({why}); make room on its disk, then try again, nothing was changed",
                path=path,
                found=found,
                known=HEAD,
                why=str(error),
            )
        ) from error
    finally:
        if draft:
            draft.unlink(missing_ok=True)


def _copy(path: Path, draft: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        (said,) = target.execute("pragma quick_check").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(said)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())


def _keep(draft: Path, wanted: Path) -> None:
    """Give a copy its name; where there is one that differs, the next free name."""
    name, number = wanted, 1
    while name.exists():
        if filecmp.cmp(draft, name, shallow=False):
            return  # a migration that broke off is tried again
        number += 1
        name = wanted.with_name(f"{wanted.stem}-{number}.db")
    draft.replace(name)
