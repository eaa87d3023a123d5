"""The embedded engine: APScheduler as the alarm clock of one process; the store is the memory."""

import logging
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout

from promoter.core.delivery import Delivery
from promoter.core.errors import ConfigError, PromoterError
from promoter.core.model import Phrase
from promoter.pipeline.comment import comment
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Account, Context
from promoter.pipeline.correct import correct
from promoter.pipeline.deliver import deliver
from promoter.pipeline.measure import measure
from promoter.pipeline.plan import extend
from promoter.pipeline.prepare import prepare
from promoter.pipeline.settle import close_late, settle
from promoter.store import clicks, database, deliveries, follow_ups
from promoter.store.follow_ups import Verb

log = logging.getLogger("promoter.engine")
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns when a lane is busy: no news

TICK_SECONDS = 1
COMPOSE_SECONDS = 15
MEASURE_SECONDS = 15
_IN_LANE = (Verb.CORRECT, Verb.WITHDRAW, Verb.COMMENT)


class Engine:
    """Runs the steps on time: each account's lane by itself, accounts in parallel."""

    def __init__(self, context: Context) -> None:
        self._context = context
        workers = max(4, 2 * len(context.accounts) + 2)  # a lane and its readings, side by side
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(workers)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone="UTC",
        )
        self._lock = _lock(context)

    def start(self) -> None:
        """Take the store for this engine, and begin.

        Raises:
            ConfigError: Another engine already works on this store.
        """
        self.hold()
        self._every(self._upkeep, COMPOSE_SECONDS)
        self._every(self._beat, TICK_SECONDS)
        for account in self._context.accounts.values():
            self._every(self._lane, TICK_SECONDS, account)
            self._every(self._readings, MEASURE_SECONDS, account)
        self._scheduler.start()

    def hold(self) -> None:
        """Take the store for this engine without beginning.

        Raises:
            ConfigError: Another engine already works on this store.
        """
        if self._lock is None or self._lock.is_locked:
            return
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise ConfigError(
                Phrase(
                    "promoter already runs on {store}; stop it, or use another store.url",
                    store=self._context.store.where,
                )
            ) from None

    def stop(self) -> None:
        """Let running calls end, start no new one, and give the store back."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._lock is not None:
            self._lock.release()

    def _every(self, work: object, seconds: int, *arguments: object) -> None:
        self._scheduler.add_job(work, "interval", args=arguments, seconds=seconds)

    def _lane(self, account: Account) -> None:
        if _is_due(self._context, account):
            run_lane(self._context, account)

    def _readings(self, account: Account) -> None:
        if _is_due(self._context, account, readings=True):
            run_measure(self._context, account)

    def _upkeep(self) -> None:
        upkeep(self._context)

    def _beat(self) -> None:
        self._context.store.set_value("seen", self._context.now().isoformat())


def _lock(context: Context) -> FileLock | None:
    if not context.store.sqlite:
        return None
    path = Path(context.store.where.removeprefix("sqlite:///"))
    return FileLock(path.with_name(path.name + ".engine"))


def _is_due(context: Context, account: Account, *, readings: bool = False) -> bool:
    """Tell whether an account's lane has something to do, or its readings."""
    with context.store.read() as session:
        if readings:
            moments = [follow_ups.next_moment(session, account.name, [Verb.MEASURE])]
        else:
            moments = [
                deliveries.next_moment(session, account.name),
                follow_ups.next_moment(session, account.name, _IN_LANE),
            ]
        now = database.now(session)
    return any(moment is not None and moment <= now for moment in moments)


def upkeep(context: Context) -> None:
    """Close what is late, plan once a day, and compose what comes within three days."""
    try:
        close_late(context)
        today = context.now().astimezone(context.office.zone).date().isoformat()
        if context.store.value("planned_on") != today:
            extend(context)
            _forget_visits(context)
            context.store.set_value("planned_on", today)
        compose(context)
    except PromoterError as error:
        log.error("upkeep: %s", error)  # noqa: TRY400 - a person's problem, not a traceback


def _forget_visits(context: Context) -> None:
    """Delete single visits older than 90 days; their daily sums stay."""
    before = context.now() - clicks.RAW_DAYS
    while True:
        with context.store.write() as session:
            if clicks.prune(session, before) == 0:
                return


def run_lane(context: Context, account: Account) -> list[Delivery]:
    """Run one round of an account: look, prepare, publish, correct, comment.

    What is not a ChannelError is either a person's problem, which is logged, or a bug: it ends
    this round with a traceback, and the claim it leaves behind is treated as a lost answer.
    """
    try:
        done = [
            *settle(context, account),
            *prepare(context, account),
            *deliver(context, account),
            *correct(context, account),
        ]
        comment(context, account)
        return done
    except PromoterError as error:
        log.error("%s: %s", account.name, error)  # noqa: TRY400
    except Exception:  # the one place besides the web's error page: HOUSE §5
        log.exception("lane of %s ended by a bug", account.name)
    return []


def run_measure(context: Context, account: Account) -> None:
    """Read what is due of an account beside its lane, so that no reading delays a post."""
    try:
        measure(context, account)
    except PromoterError as error:
        log.error("%s: %s", account.name, error)  # noqa: TRY400
    except Exception:  # as in the lane
        log.exception("the readings of %s ended by a bug", account.name)


def once(context: Context) -> list[Delivery]:
    """Do everything that is due now, account by account, and return what happened."""
    upkeep(context)
    done = []
    for account in context.accounts.values():
        if _is_due(context, account):
            done += run_lane(context, account)
        if _is_due(context, account, readings=True):
            run_measure(context, account)
    return done
