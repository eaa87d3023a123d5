"""Delivery: lanes against their ideal, the price of a claim as the store grows, an idle service.

    .venv/bin/python benchmarks/delivery.py [lanes|claims|idle]

lanes: 1,000 READY posts of 20 accounts, against a service on loopback that answers after 200 ms.
    The ideal is 20 lanes that do nothing but wait; the same client without a store is run beside
    it. Prints both as shares of the ideal.
claims: one claim and its end in a store of 10 thousand and of 1 million posts, in turns.
idle: CPU and memory of the engine of the sample office, with its plan, while nothing is due.
"""

import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import text

from promoter.core.delivery import State
from promoter.core.link import links, public_code
from promoter.core.model import Post
from promoter.core.planner import Plan
from promoter.engine.embedded import Engine, rest, run_lane
from promoter.media import MediaStore
from promoter.pipeline import plan
from promoter.pipeline.compose import compose
from promoter.pipeline.context import Account, Context
from promoter.pipeline.deliver import deliver
from promoter.pipeline.sync import sync
from promoter.remote.http import Session
from promoter.sandbox.contract import Answer, Fault, Request
from promoter.sandbox.line import Line
from promoter.store import creatives, deliveries, posts
from promoter.store.database import Store, open_store
from tests import world as office
from tests.world import SLOT, post

ACCOUNTS, EACH, SECONDS = 20, 50, 0.2
ROUNDS = 3
IDLE_SECONDS = 60.0


def service() -> Line:
    """Return a service that takes a post after 200 ms."""

    def handle(_request: Request, _fault: Fault | None) -> Answer:
        time.sleep(SECONDS)
        return Answer.json({"url": "https://ocop.example.vn/b/1", "live": True})

    return Line(handle, lambda _request, _fault: Answer(500, b""), remember=0)


def filled(folder: Path, url: str, accounts: int, each: int) -> Context:
    """Return an office with READY posts at SLOT for each account."""
    store = open_store(f"sqlite:///{folder}/promoter.db")
    known = [
        office.account(
            url,
            "token-of-the-benchmark",
            limit=timedelta(seconds=30),
            name=f"a{number}",
            daily_limit=10_000,
            min_gap=timedelta(),
        )
        for number in range(accounts)
    ]
    made = office.context(store, MediaStore(folder / "media"), *known)
    made = replace(made, call_limit=timedelta(seconds=30))
    office.stock(store)
    first = replace(post(), account="a0")
    office.planned(made, first)
    wanted = [
        replace(
            first,
            key=f"{account.name}-{number:06}",
            code=public_code(f"{hash((account.name, number)) & 0xFFFFFFFFFFFF:012x}" * 3),
            account=account.name,
            ordinal=number,
        )
        for account in known
        for number in range(each)
    ]
    _ready(made, first, wanted)
    store.set_clock(SLOT)
    return made


def _ready(context: Context, first: Post, wanted: list[Post]) -> None:
    """Put posts in as if they had been composed and prepared."""
    with context.store.write() as session:
        now = context.store.now()
        composed = creatives.get(session, first.key)
        assert composed
        size = len(context.media.get(composed.creative.media[0].sha256))
        posts.apply(
            session,
            Plan(create=tuple(wanted)),
            lambda item: links(item, context.office.public_url),
            now,
        )
        for item in wanted:
            creatives.put(session, item.key, composed, [size], now)
            creatives.approve(session, item.key, composed.creative.digest(), "auto", now)
        session.flush()
        ready = {"state": State.READY.value, "at": int(SLOT.timestamp() * 1_000_000)}
        session.execute(text("update delivery set state = :state, next_at = :at"), ready)
        session.execute(
            text("update delivery set state = 'CANCELLED' where post_key = :key"),
            {"key": first.key},
        )


def lanes() -> None:
    """Print how near 20 lanes come to their ideal."""
    ideal = EACH * SECONDS
    ours, bare = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder, service() as line:
            context = filled(Path(folder), line.url, ACCOUNTS, EACH)
            ours.append(
                _timed(
                    [partial(run_lane, context, account) for account in context.accounts.values()]
                )
            )
            with context.store.read() as session:
                assert deliveries.counts(session)["PUBLISHED"] == ACCOUNTS * EACH
            context.store.close()
            bare.append(_timed([lambda: _bare(line.url)] * ACCOUNTS))
    print(f"ideal of {ACCOUNTS} lanes with {EACH} posts: {ideal:.1f} s")
    for name, found in (("promoter", ours), ("the same calls without a store", bare)):
        spent = statistics.median(found)
        print(f"{name}: {spent:.2f} s = {ideal / spent:.0%} of the ideal")
    print(f"promoter : bare = {statistics.median(ours) / statistics.median(bare):.2f}")


def _bare(url: str) -> None:
    session = Session(limit=timedelta(seconds=30), loopback_only=True)
    for number in range(EACH):
        session.publish("PUT", f"{url}/showcase/api/posts/{number}", json={"title": "…"})


def _timed(works: list[object]) -> float:
    threads = [threading.Thread(target=work) for work in works]  # type: ignore[arg-type]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


class Instant:
    """A channel that answers at once."""

    def __init__(self, account: Account) -> None:
        self.limits = account.limits

    def publish(self, *_given: object) -> object:
        """Say that it is live."""
        from promoter.core.model import Receipt

        return Receipt("1", "https://ocop.example.vn/b/1")


def claims() -> None:
    """Print what a claim and its end cost in a small and in a large store."""
    spent: dict[int, list[float]] = {10_000: [], 1_000_000: []}
    with tempfile.TemporaryDirectory() as folder:
        contexts = {}
        for size in spent:
            place = Path(folder) / str(size)
            place.mkdir()
            context = filled(place, "http://127.0.0.1:9", 1, 300)
            _history(context.store, size)
            contexts[size] = context
        for _ in range(5):
            for size, context in contexts.items():
                spent[size] += _claims(context)
        for context in contexts.values():
            context.store.close()
    for size, found in spent.items():
        print(f"{size:>9,} posts: {statistics.median(found) * 1000:.2f} ms a post")
    small, large = (statistics.median(found) for found in spent.values())
    print(f"large : small = {large / small:.2f}")


def _claims(context: Context, count: int = 40) -> list[float]:
    """Deliver some posts one by one, and return what each took."""
    account = context.accounts["a0"]
    instant = Instant(account)
    found = []
    with context.store.read() as session:
        due = deliveries.due(session, "a0", [State.READY], context.now(), limit=count)
    for item in due:
        start = time.perf_counter()
        deliver(replace(context, stopping=_once()), replace(account, connect=lambda: instant))  # type: ignore[arg-type,return-value]
        found.append(time.perf_counter() - start)
        assert item
    return found


class _once:
    """A stop that lets one post through."""

    def __init__(self) -> None:
        self._asked = 0

    def is_set(self) -> bool:
        """Tell, from the second question on, that it is time to stop."""
        self._asked += 1
        return self._asked > 1


def _history(store: Store, size: int) -> None:
    """Fill the store with posts of the past."""
    copied = """
        insert into {table} ({names}) select {values}
        from {table}, (
            with recursive n(i) as (select 1 union all select i + 1 from n where i < :size)
            select i from n
        ) where {table}.{key} = 'a0-000000'
    """
    with store.write() as session:
        for table, key, changed in (
            ("post", "key", {"key": "'h' || i", "code": "'h' || i", "at": "at - i * 600000000"}),
            ("delivery", "post_key", {"post_key": "'h' || i", "state": "'PUBLISHED'"}),
        ):
            names = [row[1] for row in session.execute(text(f"pragma table_info({table})"))]
            values = [changed.get(name, f"{table}.{name}") for name in names]
            query = copied.format(
                table=table, key=key, names=", ".join(names), values=", ".join(values)
            )
            session.execute(text(query), {"size": size})


def idle() -> None:
    """Print what the engine of the sample office costs while nothing is due."""
    with tempfile.TemporaryDirectory() as folder:
        from promoter.app import open_world

        root = Path(__file__).parent.parent

        def moved(real: object) -> object:
            store = real.store.model_copy(  # type: ignore[attr-defined]
                update={"url": f"sqlite:///{folder}/promoter.db", "media": Path(folder) / "media"}
            )
            return real.model_copy(update={"store": store})  # type: ignore[attr-defined]

        world = open_world(root / "settings.toml", change=moved, loopback_only=True)  # type: ignore[arg-type]
        context = world.context
        sync(context, world.source())
        plan.apply(context, plan.read_files(world.campaigns), "benchmark", force=True)
        compose(context)
        engine = Engine(context)
        engine.start()
        time.sleep(20)  # what is done once a day is done
        rest(context)  # as the engine does every ten minutes
        before, start = _cpu(), time.perf_counter()
        time.sleep(IDLE_SECONDS)
        share = (_cpu() - before) / (time.perf_counter() - start)
        engine.stop()
        world.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"idle: {share:.2%} of one core, {_resident():.0f} MB now, {peak:.0f} MB at most")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["lanes", "claims", "idle"]
    for name in wanted:
        {"lanes": lanes, "claims": claims, "idle": idle}[name]()
