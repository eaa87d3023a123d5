"""Alembic's migrations, run by the program: forward only, never destructive, after a backup."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

HEAD = "0003"
"""The newest revision; a test compares it with Alembic's own answer."""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision; do nothing if it is there.

    Raises:
        ConfigError: The database was written by a newer promoter.
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
    from alembic import command  # heavy, needed once in a database's life
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


def revision(engine: Engine) -> str:
    """Return the database's revision, or an empty text if it has no tables yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        row = connection.execute(text("select version_num from alembic_version")).first()
        return str(row[0]) if row else ""


def _refuse_foreign(engine: Engine) -> None:
    """Refuse a database whose tables have our names but were made by another program."""
    made = inspect(engine).has_table("post") or inspect(engine).has_table("product")
    if made and not revision(engine):  # it has one if another promoter made them just now
        where = engine.url.render_as_string(hide_password=True)
        raise ConfigError(
            Phrase("{path} is a database of another program; choose another store.url", path=where)
        )


def _backup(path: Path, found: str) -> None:
    source = sqlite3.connect(path)
    target = sqlite3.connect(path.with_suffix(f".before-{HEAD}-from-{found}.db"))
    with source, target:
        source.backup(target)
    source.close()
    target.close()
