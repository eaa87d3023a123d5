"""The delivering process of a rehearsal, which moves the clock from one event to the next.

It can be told to die: after so many calls and returns of functions on the way of a post it kills
itself with SIGKILL, so that every point of that way is a point at which a drill can strike.
"""

import logging
import os
import signal
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType

import promoter
from promoter.engine.embedded import guarded, lanes_once, upkeep
from promoter.pipeline.context import Context
from promoter.play.stage import Stage, open_stage
from promoter.store import deliveries, rehearsal

UPKEEP = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
A_PERSON = timedelta(minutes=10)
"""How long it takes somebody of the office to come and let a paused account go on."""

ROOT = Path(promoter.__file__).parent
PUBLIC = "pipeline/deliver.py: _publish"
WAY = (
    "pipeline/lane.py",
    "pipeline/prepare.py",
    "pipeline/deliver.py",
    "pipeline/settle.py",
    "pipeline/renew.py",
    "pipeline/watch.py",
    "pipeline/follow.py",
    "remote/",
    "channels/",
    "store/database.py",
    "store/deliveries.py",
    "store/credentials.py",
    "store/creatives.py",
    "store/follow_ups.py",
)
"""Modules on the way of a post, from its claim to what is kept of the answer."""


@dataclass(frozen=True, slots=True)
class Fate:
    """When a delivering process dies.

    Attributes:
        after: Calls and returns on the way of a post.
        public: Only those count between the claim of a post and what is kept of the answer.
    """

    after: int
    public: bool


def work(stage: Stage, fate: Fate | None, line: Connection) -> None:
    """Deliver until the end of the rehearsal, or until this process has to die.

    Args:
        fate: None lives to the end.
        line: To whoever plays the services: it is told each moment, and answers when they are
            there, too; before a death it is told the place.
    """
    logging.basicConfig(
        filename=stage.log, level=logging.WARNING, format="%(asctime)s %(name)s %(message)s"
    )
    world = open_stage(stage)
    try:
        _deliver(world.context, stage.until, Death(fate, line) if fate else None, line)
    finally:
        world.close()


def _deliver(context: Context, until: datetime, death: "Death | None", line: Connection) -> None:
    kept_up: datetime | None = None
    quiet = 0
    while True:
        now = context.now()
        line.send(("now", now))
        line.recv()
        if kept_up is None or now - kept_up >= UPKEEP:
            guarded(context, "upkeep", upkeep)
            kept_up = now
        if death:
            death.lurk()
        done = lanes_once(context)
        if death:
            death.rest()
        if now >= until:
            return
        quiet = 0 if done else quiet + 1
        context.store.set_clock(min(_next(context, now, until, quiet), until))


def _next(context: Context, now: datetime, until: datetime, quiet: int) -> datetime:
    """Return the moment of the next event; where something that is due does not move, a guess.

    Args:
        quiet: Rounds in a row in which nothing happened.
    """
    with context.store.read() as session:
        found = list(rehearsal.moments(session, until))
    stuck = min(timedelta(minutes=1) * 2 ** min(quiet, 9), LONGEST)
    resumed = [now + A_PERSON] if _paused(context, now) else []
    later = [moment if moment > now else now + stuck for moment in found]
    return min([now + LONGEST, *later, *resumed])


def _paused(context: Context, now: datetime) -> bool:
    """Let accounts go on whose pause a person has had the time to see; tell if others are left."""
    left = False
    with context.store.write() as session:
        for name in context.accounts:
            state = deliveries.account(session, name)
            if state.paused and state.wait_until and state.wait_until <= now:
                free = replace(state, paused=False, wait_until=None, problem=None)
                deliveries.save_account(session, name, free)
            elif state.paused:
                until = state.wait_until or now + A_PERSON
                deliveries.save_account(session, name, replace(state, wait_until=until))
                left = True
    return left


class Death:
    """Kills this process at a drawn point on the way of a post."""

    def __init__(self, fate: Fate, line: Connection) -> None:
        """Say when it strikes; nothing is counted yet."""
        self._left, self._public = fate.after, fate.public
        self._line = line
        self._inside = not fate.public
        self._known: dict[CodeType, str] = {}

    def lurk(self) -> None:
        """Count from now on."""
        sys.setprofile(self._step)

    def rest(self) -> None:
        """Count no more."""
        sys.setprofile(None)

    def _step(self, frame: FrameType, event: str, _argument: object) -> None:
        if event not in ("call", "return"):
            return
        place = self._known.get(frame.f_code)
        if place is None:
            place = self._known[frame.f_code] = _place(frame.f_code)
        if self._public and place == PUBLIC:
            self._inside = event == "call"
        if not place or not self._inside:
            return
        self._left -= 1
        if self._left == 0:
            sys.setprofile(None)
            self._line.send(("dies", f"{place} ({event})"))
            os.kill(os.getpid(), signal.SIGKILL)


def _place(code: CodeType) -> str:
    """Return the name of a function on the way of a post, or an empty text."""
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT):
        return ""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}: {code.co_name}" if name.startswith(WAY) else ""
