"""The embedded engine: APScheduler as the alarm clock of one process; the store is the memory."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout

from promoter import place
from promoter.core.delivery import Delivery
from promoter.core.errors import ConfigError, PromoterError
from promoter.core.model import Phrase
from promoter.pipeline import lane
from promoter.pipeline.accounts import pin, refresh_due
from promoter.pipeline.alert import alert
from promoter.pipeline.comment import comment
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Account, Context
from promoter.pipeline.correct import correct
from promoter.pipeline.deliver import deliver
from promoter.pipeline.measure import measure
from promoter.pipeline.plan import extend
from promoter.pipeline.prepare import prepare
from promoter.pipeline.settle import close_late, settle
from promoter.pipeline.watch import watch
from promoter.remote import wire
from promoter.store import clicks, database, deliveries, follow_ups
from promoter.store.follow_ups import Verb

log = logging.getLogger("promoter.engine")
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns when a job is late: no news

TICK_SECONDS = 1
UPKEEP_SECONDS = 15
BEAT_SECONDS = 10
MINUTE_SECONDS = 60
REST_EVERY_SECONDS = 600
REST_SECONDS = 5.0
"""How long a lane rests that had something due and could do nothing: its account is paused."""
FINISH_SECONDS = 6.0
"""How long running calls may take once the engine is to stop; then they are cut."""
CUT_SECONDS = 3.0
"""How long their lanes may take to write down what became of them."""
_IN_LANE = (Verb.CORRECT, Verb.WITHDRAW, Verb.COMMENT, Verb.WATCH)


Work = Callable[[Context], object]
"""One round of something; what it returns tells whether there was anything to do."""


class Engine:
    """Runs the steps on time: each account's lane by itself, accounts in parallel."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._scheduler = BackgroundScheduler(
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone="UTC",
        )
        self._guard = threading.Lock()
        self._running: dict[str, threading.Thread] = {}
        self._resting: dict[str, float] = {}
        self._lock = _lock(context)
        self._held = False

    def start(self) -> None:
        """Take the store for this engine, and begin.

        Raises:
            ConfigError: Another engine already works on this store.
        """
        self.hold()
        wire.answer_again()
        self._context.stopping.clear()
        self._every(TICK_SECONDS, self._tick)
        self._every(BEAT_SECONDS, self._run, "beat", beat)
        self._every(UPKEEP_SECONDS, self._run, "upkeep", upkeep)
        self._every(MINUTE_SECONDS, self._run, "renewals", renewals)
        self._every(MINUTE_SECONDS, self._run, "alerts", alert)
        self._every(REST_EVERY_SECONDS, self._run, "rest", rest)
        self._scheduler.start()

    def hold(self) -> None:
        """Take the store for this engine without beginning.

        Raises:
            ConfigError: Another engine already works on this store.
        """
        if self._held:
            return
        try:
            if self._lock is not None:
                self._lock.acquire(timeout=0)
        except Timeout:
            raise ConfigError(
                Phrase(
                    "promoter already runs on {store}; stop it, or use another store.url",
                    store=self._context.store.where,
                )
            ) from None
        try:
            _claim(self._context)
        except BaseException:
            self._let_go()
            raise
        self._held = True

    def stop(self) -> None:
        """Begin nothing new, let what runs end or cut it, and give the store back.

        A call that is cut is one whose answer was lost: its post is looked for at the next start.
        """
        self._context.stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._left(FINISH_SECONDS):
            wire.hang_up()
            for name in self._left(CUT_SECONDS):
                log.error("%s did not end in time; the next start looks what became of it", name)
        self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.release()
        self._held = False

    def _left(self, seconds: float) -> list[str]:
        """Wait for what runs, so long at most, and return what does not end."""
        until = time.monotonic() + seconds
        with self._guard:
            running = dict(self._running)
        for thread in running.values():
            thread.join(max(until - time.monotonic(), 0.0))
        return [name for name, thread in running.items() if thread.is_alive()]

    def _every(self, seconds: int, work: Callable[..., None], *given: object) -> None:
        self._scheduler.add_job(work, "interval", args=given, seconds=seconds)

    def _tick(self) -> None:
        """Start the lanes that have something to do, and the readings that are due."""
        try:
            lanes, readings = _due(self._context)
        except PromoterError as error:  # the database is held, or its disk is full
            log.error("%s", error)  # noqa: TRY400 - a person's problem, not a traceback
            return
        for name, account in self._context.accounts.items():
            if name in lanes:
                self._run(name, partial(run_lane, account=account))
            if name in readings:
                self._run(f"{name}: readings", partial(run_measure, account=account))

    def _run(self, name: str, work: Work) -> None:
        """Let something run in a thread of its own, unless it runs already or rests.

        The thread does not hold up the end of the process, so that nothing that hangs can.
        """
        with self._guard:
            busy = self._running.get(name)
            rests = self._resting.get(name, 0.0) > time.monotonic()
            if (busy and busy.is_alive()) or rests or self._context.stopping.is_set():
                return
            made = threading.Thread(target=self._work, args=(name, work), name=name, daemon=True)
            self._running[name] = made
            made.start()

    def _work(self, name: str, work: Work) -> None:
        if not guarded(self._context, name, work):
            self._resting[name] = time.monotonic() + REST_SECONDS


def guarded(context: Context, name: str, work: Work) -> object:
    """Do one round of something; what goes wrong ends this round, and nothing else.

    What is not a person's problem is a bug: it is logged with a traceback, and the claim that it
    leaves behind is treated as a lost answer.

    Returns:
        What the round returned, or None.
    """
    try:
        return work(context)
    except PromoterError as error:
        log.error("%s: %s", name, error)  # noqa: TRY400 - a person's problem, not a traceback
    except Exception:  # the one place besides the web's error page: HOUSE §5
        log.exception("%s was ended by a bug", name)
    return None


def _lock(context: Context) -> FileLock | None:
    if not context.store.sqlite:
        return None
    path = Path(context.store.where.removeprefix("sqlite:///"))
    return FileLock(path.with_name(path.name + ".engine"))


def _due(context: Context) -> tuple[set[str], set[str]]:
    """Return the accounts whose lanes have something to do, and those with readings."""
    with context.store.read() as session:
        now = database.now(session)
        lanes = deliveries.due_accounts(session, now)
        lanes |= follow_ups.due_accounts(session, now, _IN_LANE)
        return lanes, follow_ups.due_accounts(session, now, [Verb.MEASURE])


def _claim(context: Context) -> None:
    """Let the store be the one of this engine; what was found wrong with it is told."""
    mark = place.mark_file(context.store, context.media)
    found = place.claim(context.store, mark, context.office.zone)
    if found:
        log.warning("%s", found)


def beat(context: Context) -> bool:
    """Let others see that the engine is alive, and notice if the store was exchanged."""
    mark = place.mark_file(context.store, context.media)
    found = place.beat(context.store, mark, context.office.zone)
    if found:
        log.warning("%s", found)
    context.store.set_value("seen", context.now().isoformat())
    return True


def renewals(context: Context) -> bool:
    """Renew the credentials that have lived most of their life."""
    for account in context.accounts.values():
        refresh_due(context, account)
    return True


def upkeep(context: Context) -> bool:
    """Close what is late, plan once a day, and compose what comes within three days."""
    close_late(context)
    today = context.now().astimezone(context.office.zone).date().isoformat()
    if context.store.value("planned_on") != today:
        extend(context)
        _forget_visits(context)
        context.store.set_value("planned_on", today)
    compose(context)
    return True


def rest(context: Context) -> bool:
    """Let go of what was kept for cards: most of the time none are made."""
    context.studio.rest()
    return True


def _forget_visits(context: Context) -> None:
    """Delete single visits older than 90 days; their daily sums stay."""
    before = context.now() - clicks.RAW_DAYS
    while not context.stopping.is_set():
        with context.store.write() as session:
            if clicks.prune(session, before) == 0:
                return


def run_lane(context: Context, account: Account) -> list[Delivery]:
    """Run one round of an account, which ends early if something is wrong: HOUSE §5."""
    found = guarded(context, account.name, partial(_lane, account=account))
    return found if isinstance(found, list) else []


def _lane(context: Context, account: Account) -> list[Delivery]:
    """Look, prepare, publish, correct, comment, and watch for second copies."""
    another = pin(context, account)
    if another:
        lane.stand_still(context, account, another)
        return []
    done = [
        *settle(context, account),
        *prepare(context, account),
        *deliver(context, account),
        *correct(context, account),
    ]
    comment(context, account)
    return done + watch(context, account)


def run_measure(context: Context, account: Account) -> bool:
    """Read what is due of an account beside its lane; tell whether there was anything."""
    if pin(context, account):
        return False
    found = measure(context, account)
    return bool(found.asked or found.failed or found.closed)


def once(context: Context) -> list[Delivery]:
    """Do everything that is due now, account by account, and return what happened."""
    guarded(context, "upkeep", upkeep)
    return lanes_once(context)


def lanes_once(context: Context) -> list[Delivery]:
    """Run the lanes and readings that are due now, and return what happened."""
    lanes, readings = _due(context)
    done: list[Delivery] = []
    for name, account in context.accounts.items():
        if name in lanes:
            done += run_lane(context, account)
        if name in readings:
            guarded(context, name, partial(run_measure, account=account))
    return done
