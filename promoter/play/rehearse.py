"""rehearse: plays the coming weeks in minutes, in a copy of the office that can hurt nobody.

The delivering process is a process of its own, so that a drill can kill it at any point and start
it again; this one plays the services: stand-ins, and the copy's own site behind a faulty line.
"""

import multiprocessing
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from promoter.app import World, open_world, read_settings
from promoter.core.delivery import UNATTEMPTED, State
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase, digest
from promoter.pipeline import plan
from promoter.pipeline.sync import sync
from promoter.play import deliverer, verdict
from promoter.play.deliverer import Fate
from promoter.play.stage import Stage, open_stage
from promoter.play.verdict import Verdict
from promoter.sandbox.line import Line
from promoter.sandbox.relay import Relay
from promoter.sandbox.server import Sandbox
from promoter.sandbox.weather import Weather
from promoter.store import deliveries, posts, rehearsal
from promoter.store.database import open_store
from promoter.web.app import create_app
from promoter.web.server import Site, bind

AFTER = timedelta(hours=3)
"""So much longer than the last slot is played, so that what is in doubt then can be settled."""
WEEKS = timedelta(days=28)
MARK = ".rehearsal"
"""Stands in a folder that a rehearsal made and the next one may delete."""
WAY_OF_A_POST, PUBLIC_WAY = 2_500, 400
"""About how many calls and returns one post passes on its way, and while it is made public."""
RESERVE = 8
"""So many kills more are reckoned with, so that the last ones find posts, too."""
PATIENCE_SECONDS = 120.0

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be rehearsed.

    Attributes:
        out: Folder for the copy and the report.
        until: Last local day; None means four weeks.
        kill: How often the delivering process is killed.
    """

    settings: Path
    out: Path
    until: date | None = None
    faults: bool = False
    kill: int = 0
    seed: str = "1"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal that was played: its figures, and the copy in which it was."""

    verdict: Verdict
    stage: Stage
    start: datetime


def rehearse(wish: Wish, progress: Progress = lambda _share: None) -> Rehearsal:
    """Play a rehearsal to its end.

    Raises:
        ConfigError: The office's files are missing or wrong, or nothing is planned.
    """
    stage, start = _set_up(wish)
    with _Services(stage, start, wish) as services:
        points = _deliver(stage, start, wish, services, progress)
        found = _judge(stage, start, wish, services, points)
    progress(1.0)
    return Rehearsal(found, stage, start)


def _set_up(wish: Wish) -> tuple[Stage, datetime]:
    """Make the copy, and return the stage and the moment at which it begins."""
    folder = _emptied(wish.out / "office")
    site, line, sandbox = _free_ports(3)
    line = line if wish.faults else site
    stage = Stage(
        wish.settings.resolve(), folder.resolve(), site, line, sandbox, _EVER, wish.faults
    )
    _copy_office(wish, stage)
    world = open_stage(stage)
    try:
        context = world.context
        start = context.now()
        context.store.set_clock(start)
        _plan(world)
        until = _until(world, wish, start)
    finally:
        world.close()
    return replace(stage, until=until), start


_EVER = datetime.max.replace(tzinfo=UTC)


def _emptied(folder: Path) -> Path:
    """Return the folder of the copy without what an earlier rehearsal left in it.

    Raises:
        ConfigError: Something else is in it.
    """
    mark = folder / MARK
    try:
        if folder.exists():
            if not mark.is_file():
                raise ConfigError(
                    Phrase("{folder} is not of a rehearsal; choose another --out", folder=folder)
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        mark.touch()
    except OSError as error:
        raise ConfigError(
            Phrase("cannot write to {folder}: {why}", folder=folder, why=error.strerror or "")
        ) from None
    return folder


def _free_ports(count: int) -> list[int]:
    taken = [bind("127.0.0.1", 0) for _ in range(count)]
    ports = [int(item.getsockname()[1]) for item in taken]
    for item in taken:
        item.close()
    return ports


def _copy_office(wish: Wish, stage: Stage) -> None:
    """Copy the store and the media of the office, if it has any yet."""
    try:
        real = open_world(wish.settings, create=False)
    except ConfigError:
        if _has_store(wish.settings):
            raise
        return
    try:
        rehearsal.copy(real.context.store.where, stage.store)
        _disarm(stage)
        media = real.context.media.root
        if media.is_dir():
            unfinished = shutil.ignore_patterns("*.part")
            shutil.copytree(media, stage.folder / "media", ignore=unfinished)
    finally:
        real.close()


def _disarm(stage: Stage) -> None:
    """Make the copied store harmless before it is opened as an office."""
    copied = open_store(f"sqlite:///{stage.store}", create=False)
    with copied.write() as session:
        rehearsal.disarm(session)
    copied.close()


def _has_store(settings: Path) -> bool:
    """Tell whether the office has a store; without one its first plan is rehearsed."""
    url = read_settings(settings)[0].store.url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def _plan(world: World) -> None:
    """Plan the coming weeks; an office that has planned nothing yet plans its files."""
    context = world.context
    with context.store.read() as session:
        applied = posts.campaigns(session)
    if applied:
        plan.extend(context)
        return
    sync(context, world.source())
    plan.apply(context, plan.read_files(world.campaigns), "rehearsal", force=True)


def _until(world: World, wish: Wish, start: datetime) -> datetime:
    zone = world.context.office.zone
    last = (
        datetime.combine(wish.until + timedelta(days=1), datetime.min.time(), zone)
        if wish.until
        else start + WEEKS
    )
    if last <= start:
        raise ConfigError(Phrase("--until must lie after {day}", day=start.astimezone(zone).date()))
    return last.astimezone(start.tzinfo) + AFTER


class _Services:
    """The site of the copy and the stand-ins, which the delivering process speaks to."""

    def __init__(self, stage: Stage, start: datetime, wish: Wish) -> None:
        self._world = open_stage(stage)
        self.context = self._world.context
        kinds = ("sandbox", "site")
        self.weathers = [
            Weather(f"{wish.seed} {kind}", clock_starts=start) for kind in kinds if wish.faults
        ]
        inner, outer = self.weathers or (None, None)
        app = create_app(
            self.context,
            tokens=self._world.showcase_tokens(),
            report=lambda _producer, _period: None,
            sample=True,
        )
        self._site = Site(app, bind("127.0.0.1", stage.site))
        self.sandbox: Sandbox = self._world.sandbox(bind("127.0.0.1", stage.sandbox), inner)
        self._lines: list[Line] = [self.sandbox]
        if outer:
            listener = bind("127.0.0.1", stage.line)
            self._lines.append(Relay(stage.site, listener=listener, weather=outer))

    def __enter__(self) -> "_Services":
        self._site.start()
        for line in self._lines:
            line.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for line in self._lines:
            line.stop()
        self._site.stop()
        self._world.close()

    def turn(self, now: datetime) -> None:
        """Let all services be at a moment."""
        for line in self._lines:
            line.turn(now)

    def faults(self) -> Mapping[str, int]:
        """Return how often each fault struck."""
        return dict(sum((weather.met for weather in self.weathers), Counter[str]()))


def _deliver(
    stage: Stage, start: datetime, wish: Wish, services: _Services, progress: Progress
) -> list[str]:
    """Let the delivering process live, die and live again to the end; return where it died."""
    spawn = multiprocessing.get_context("forkserver")
    spawn.set_forkserver_preload([deliverer.__name__])
    points: list[str] = []
    while True:
        ours, theirs = spawn.Pipe()
        life = spawn.Process(
            target=deliverer.work,
            args=(stage, _fate(stage, wish, services, len(points)), theirs),
            daemon=True,
        )
        life.start()
        theirs.close()
        point = _serve(ours, services, lambda now: progress((now - start) / (stage.until - start)))
        life.join(PATIENCE_SECONDS)
        ours.close()
        if life.exitcode == 0:
            return points
        if life.exitcode != -signal.SIGKILL or not point:
            raise RuntimeError(f"the delivering process ended with {life.exitcode}")
        points.append(point)


def _serve(line: Connection, services: _Services, moved: Callable[[datetime], None]) -> str:
    """Follow one life of the delivering process; return where it died, or an empty text."""
    point = ""
    while True:
        if not line.poll(PATIENCE_SECONDS):
            raise RuntimeError("the delivering process does not go on")
        try:
            kind, value = line.recv()
        except EOFError:
            return point
        if kind == "dies":
            point = value
            continue
        services.turn(value)
        moved(value)
        with suppress(BrokenPipeError):
            line.send("there")


def _fate(stage: Stage, wish: Wish, services: _Services, dead: int) -> Fate | None:
    """Return when the next life ends; None: it does not.

    The kills that are left are spread over the posts that are left; every second one strikes
    while a post may be public and the store does not know it yet.
    """
    left = wish.kill - dead
    if left <= 0:
        return None
    with services.context.store.read() as session:
        open_posts = len(deliveries.before(session, UNATTEMPTED | {State.UNKNOWN}, stage.until))
    public = dead % 2 == 1
    way = PUBLIC_WAY if public else WAY_OF_A_POST
    most = max(2 * way * open_posts // (left + RESERVE), way // 4)
    drawn = digest(wish.seed, "death", str(dead))
    return Fate(1 + int(drawn[:12], 16) % most, public)


def _judge(
    stage: Stage, start: datetime, wish: Wish, services: _Services, points: Sequence[str]
) -> Verdict:
    context = services.context
    feeds = {
        place: [(entry.title, entry.text) for entry in feed.entries if not entry.note]
        for place, feed in services.sandbox.feeds().items()
    }
    with context.store.read() as session:
        keys = deliveries.keys_from(session, start, stage.until - AFTER)
        found = verdict.outcomes(session, keys, feeds, verdict.shown(session))
    channels = {name: account.channel for name, account in context.accounts.items()}
    log = stage.log.read_text(encoding="utf-8") if stage.log.exists() else ""
    return Verdict(
        found,
        channels,
        context.now(),
        wish.seed,
        services.faults(),
        points,
        bugs=log.count("Traceback (most recent call last)"),
    )
