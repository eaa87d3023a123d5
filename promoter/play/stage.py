"""The copy of an office in which a rehearsal is played; several processes open the same one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from promoter.app import World, open_world
from promoter.play.harmless import harmless
from promoter.settings import Settings

CALLS = timedelta(seconds=60)
QUICK = timedelta(seconds=0.5)
"""Longest call of a drill: silence is noticed after this."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a rehearsal is played.

    Attributes:
        settings: The office's settings file.
        folder: Of the copy.
        site: Port of the copy's own site.
        line: Port on which that site's showcase is reached; another one if the line is faulty.
        sandbox: Port of the stand-ins.
        until: When it ends, in the office's time.
        faults: Whether services fail: then calls are short.
    """

    settings: Path
    folder: Path
    site: int
    line: int
    sandbox: int
    until: datetime
    faults: bool

    @property
    def store(self) -> Path:
        """Return the file of the copied store."""
        return self.folder / "promoter.db"

    @property
    def log(self) -> Path:
        """Return the file in which the delivering process writes what went wrong."""
        return self.folder / "rehearsal.log"


def open_stage(stage: Stage) -> World:
    """Open the copy: its accounts reach this machine alone.

    Raises:
        ConfigError: The office's files are missing or wrong.
    """
    return open_world(
        stage.settings,
        change=partial(_moved, stage),
        loopback_only=True,
        limit=QUICK if stage.faults else CALLS,
    )


def _moved(stage: Stage, real: Settings) -> Settings:
    showcase = f"http://127.0.0.1:{stage.line}"
    accounts = {}
    for name, account in real.accounts.items():
        played = harmless(name, account, showcase)
        if played.channel == "showcase":
            played = played.only(url=showcase, token=f"store:{name}")
        accounts[name] = played
    return real.model_copy(
        update={
            "store": real.store.model_copy(
                update={"url": f"sqlite:///{stage.store}", "media": stage.folder / "media"}
            ),
            "web": real.web.model_copy(update={"host": "127.0.0.1", "port": stage.site}),
            "sandbox": real.sandbox.model_copy(update={"port": stage.sandbox}),
            "accounts": accounts,
        }
    )
