"""run: the engine and the site in one process, until somebody says stop."""

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from promoter.app import World
from promoter.core.errors import ConfigError
from promoter.engine.embedded import Engine, once
from promoter.pipeline import report as reports
from promoter.pipeline.context import Context
from promoter.web.app import create_app
from promoter.web.server import Site, bind


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C or a polite kill sets."""
    stopped = threading.Event()
    before = {
        sign: signal.signal(sign, lambda *_: stopped.set())
        for sign in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stopped
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


@contextmanager
def sandbox(world: World) -> Iterator[None]:
    """Let the stand-ins of sandbox accounts answer while the block runs, if there are any.

    Raises:
        ConfigError: Their port is in use, or a secret of theirs is missing.
    """
    if not world.sandboxed():
        yield
        return
    taken = bind("127.0.0.1", world.settings.sandbox.port)
    with world.sandbox(taken):
        yield


@contextmanager
def reachable(world: World) -> Iterator[None]:
    """Let the stand-ins answer while the block runs, unless a running service has them already."""
    with ExitStack() as stack:
        with suppress(ConfigError):
            stack.enter_context(sandbox(world))
        yield


@contextmanager
def serving(world: World, *, sample: bool = False) -> Iterator[None]:
    """Serve the site, and the stand-ins of sandbox accounts, while the block runs.

    Args:
        sample: All data are sample data: every page says so.

    Raises:
        ConfigError: The port is in use.
    """
    web = world.settings.web
    taken = bind(web.host, web.port)
    context = world.context
    app = create_app(
        context,
        tokens=world.showcase_tokens(),
        report=lambda producer, period: _report(context, producer, period),
        sample=sample,
    )
    site = Site(app, taken)
    with sandbox(world):
        site.start()
        try:
            yield
        finally:
            site.stop()


def _report(context: Context, producer: str, period: str) -> str | None:
    """Return the page of a producer's report, or None if there is no such producer or period."""
    try:
        return reports.page(context, reports.report(context, producer, period))
    except ConfigError:
        return None


def run(world: World, *, web: bool, tell: Callable[[str], None]) -> None:
    """Run the service until Ctrl-C or SIGTERM; running calls end first.

    Raises:
        ConfigError: Another engine holds the store, or the port is in use.
    """
    engine = Engine(world.context)
    with until_stopped() as stopped:
        if not web:
            with sandbox(world):
                _work(engine, stopped)
            return
        with serving(world):
            tell(world.settings.office.public_url)
            if world.sandboxed():
                tell(world.stand_in)
            _work(engine, stopped)


def _work(engine: Engine, stopped: threading.Event) -> None:
    engine.start()
    try:
        stopped.wait()
    finally:
        engine.stop()


def run_once(world: World, *, web: bool) -> dict[str, int]:
    """Do what is due now and return how many posts ended in each state."""
    engine = Engine(world.context)
    engine.hold()
    try:
        if not web:
            with sandbox(world):
                return dict(Counter(item.state.value for item in once(world.context)))
        with serving(world):
            return dict(Counter(item.state.value for item in once(world.context)))
    finally:
        engine.stop()
