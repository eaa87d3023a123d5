"""demo: the sample office plays four past weeks by moving the clock, then lives 60 times as fast.

Everything is real but the clock and the visitors: the store, the cards, the posts over HTTP to our
own showcase, the clicks. Its store is its own, so that a real office is never touched, and its
HTTP edge refuses every host but this machine.
"""

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from promoter.app import World, open_world
from promoter.core.delivery import State
from promoter.core.model import Photo, Phrase, Placement, Post
from promoter.engine.embedded import Engine, once
from promoter.pipeline import plan
from promoter.pipeline.context import Context
from promoter.pipeline.sync import sync
from promoter.play.harmless import harmless
from promoter.play.illustrations import illustrations
from promoter.play.run import serving, until_stopped
from promoter.play.visitors import DAYS, send, visits
from promoter.settings import Settings
from promoter.store import deliveries, posts, products

FOLDER = "var/demo"
START = datetime(2026, 10, 25, 17, tzinfo=UTC)
"""Midnight of 26/10/2026 in the sample's zone: four weeks before the sample's date."""
LIVE = datetime(2026, 11, 23, 4, 40, tzinfo=UTC)
"""11:40 on the sample's date, five minutes before a slot."""
RATE = 60.0
VISITS_EVERY = timedelta(hours=8)
VISIT_SECONDS = 2.0

Tell = Callable[[Phrase], None]
"""Shows one line to the person at the terminal."""
Progress = Callable[[float], None]
"""Shows how much of the past weeks has been played, from 0 to 1."""


def play(
    settings: Path, *, port: int, fresh: bool, stay: bool, tell: Tell, progress: Progress
) -> None:
    """Play the demo until Ctrl-C; a second start goes on where the first one was.

    Args:
        fresh: Forget what was played before.
        stay: False ends as soon as the demo is live (for checks).

    Raises:
        ConfigError: The sample's files are broken, the port is in use, or a demo runs already.
    """
    if fresh:
        with suppress(FileNotFoundError):
            shutil.rmtree(settings.parent / FOLDER)
    world = open_world(settings, change=lambda real: _sample(real, port), loopback_only=True)
    engine = Engine(world.context)
    try:
        engine.hold()
        with until_stopped() as stopped, serving(world, sample=True):
            _play(world, engine, stopped, stay=stay, tell=tell, progress=progress)
    finally:
        engine.stop()
        world.close()


def _sample(real: Settings, port: int) -> Settings:
    """Return the settings with a store and an address of the demo's own."""
    site = f"http://127.0.0.1:{port}"
    accounts = {name: harmless(name, item, site) for name, item in real.accounts.items()}
    return real.model_copy(
        update={
            "office": real.office.model_copy(update={"public_url": site}),
            "web": real.web.model_copy(update={"host": "127.0.0.1", "port": port}),
            "store": real.store.model_copy(
                update={
                    "url": f"sqlite:///{real.root / FOLDER / 'promoter.db'}",
                    "media": real.root / FOLDER / "media",
                }
            ),
            "sandbox": real.sandbox.model_copy(update={"port": _beside(port)}),
            "accounts": accounts,
        }
    )


def _beside(port: int) -> int:
    """Return the port of the stand-ins of a site."""
    return port + 100 if port < 65_400 else port - 100


def _play(
    world: World,
    engine: Engine,
    stopped: threading.Event,
    *,
    stay: bool,
    tell: Tell,
    progress: Progress,
) -> None:
    context = world.context
    if not context.store.value("demo.live"):
        _set_up(world, tell)
        tell(Phrase("playing the four weeks before {day}", day="23/11/2026"))
        _past(context, stopped, progress)
        if stopped.is_set():
            return
        context.store.set_value("demo.live", "yes")
        context.store.set_value("seen", LIVE.isoformat())
    tell(
        Phrase(
            "the demo is live at {site} – one minute here is one second; Ctrl-C ends it",
            site=context.office.public_url,
        )
    )
    tell(
        Phrase(
            "what Facebook, X and the shop would show: {site} (sandbox, simulated numbers)",
            site=world.stand_in,
        )
    )
    if stay:
        _live(context, engine, stopped)


def _set_up(world: World, tell: Tell) -> None:
    context = world.context
    if not context.store.value("clock"):
        context.store.set_clock(START)
    found = sync(context, world.source())
    tell(
        Phrase(
            "catalogue: {products} products of {producers} producers, {rows} rows accounted for",
            products=found.products,
            producers=found.producers,
            rows=found.read,
        )
    )
    pictures = illustrations()
    for code, draw in pictures.items():
        sha256 = context.media.put(draw())
        with context.store.write() as session:
            products.set_photo(session, code, Photo(sha256=sha256, sample=True, rights="promoter"))
    tell(Phrase("sample photos drawn: {count}", count=len(pictures)))
    done, campaigns = plan.apply(context, plan.read_files(world.campaigns), "demo", force=True)
    tell(
        Phrase(
            "campaigns: {campaigns}; posts planned: {posts}",
            campaigns=len(campaigns),
            posts=len(done.create) + done.keep,
        )
    )


def _past(context: Context, stopped: threading.Event, progress: Progress) -> None:
    """Play the past from one event to the next; every step is done by the real pipeline."""
    now = context.now()
    while now < LIVE and not stopped.is_set():
        progress((now - START) / (LIVE - START))
        once(context)
        soon = _next_event(context, now)
        _visit(context, now, soon)
        context.store.set_clock(soon)
        now = soon
    progress(1.0)


def _next_event(context: Context, now: datetime) -> datetime:
    with context.store.read() as session:
        moment = deliveries.next_moment(session)
    soon = min(LIVE, now + VISITS_EVERY)
    return min(soon, moment) if moment and moment > now else soon


def _live(context: Context, engine: Engine, stopped: threading.Event) -> None:
    """Let the clock run until somebody stops it, and leave it standing where it was."""
    now = datetime.fromisoformat(context.store.value("seen"))
    context.store.set_clock(now, RATE)
    engine.start()
    try:
        while not stopped.wait(VISIT_SECONDS):
            soon = context.now()
            _visit(context, now, soon)
            now = soon
    finally:
        context.store.set_clock(context.now(), 0)
        context.store.set_value("seen", context.now().isoformat())


def _visit(context: Context, start: datetime, end: datetime) -> None:
    with context.store.read() as session:
        keys = deliveries.keys_between(session, State.PUBLISHED, start - timedelta(days=DAYS), end)
        live: list[Post] = posts.posts(session, keys)
    requests = [
        visit
        for post in live
        if post.placement is not Placement.LISTING  # a listing carries neither link nor code
        for visit in visits(post, start, end, links=context.accounts[post.account].links)
    ]
    send(context.office.public_url, requests)
