"""One of two engines on one store, in a process of its own: works until nothing is left to do.

python -m tests.engine.second STORE-URL MEDIA-FOLDER SERVICE-URL ACCOUNT=TOKEN…
"""

import logging
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from promoter.core.delivery import State
from promoter.engine.embedded import Engine, run_lane
from promoter.media import MediaStore
from promoter.pipeline.context import Account, Context
from promoter.store import deliveries
from promoter.store.database import Store, open_store
from tests import world

LIMIT = timedelta(seconds=30)
BUSY = {State.WAITING, State.DUE, State.READY, State.PENDING, State.UNKNOWN}
"""Not SENDING: the claim of a worker that was killed is for the test to look at."""


def office(store: Store, media: Path, service: str, tokens: Sequence[str]) -> Context:
    """Return a context with a showcase account for each `name=token`; the clock is left alone."""
    now = store.now()
    accounts = []
    for name, _, token in (item.partition("=") for item in tokens):
        made = world.account(service, token, limit=LIMIT)
        accounts.append(replace(made, name=name, daily_limit=100, min_gap=timedelta()))
    context = world.context(store, MediaStore(media), *accounts)
    store.set_clock(now)
    return replace(context, call_limit=LIMIT)


def work(context: Context, account: Account) -> None:
    """Run rounds of one account until none of its posts needs one."""
    while True:
        with context.store.read() as session:
            counted = {
                item.state
                for item in deliveries.before(session, BUSY, world.SLOT + LIMIT)
                if item.account == account.name
            }
        if not counted:
            return
        run_lane(context, account)


def main(url: str, media: str, service: str, *tokens: str) -> None:
    """Say READY, wait for a word, and work."""
    logging.basicConfig(level=logging.ERROR)
    context = office(open_store(url), Path(media), service, tokens)
    engine = Engine(context)
    engine.hold()
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    sys.stdin.readline()
    lanes = [
        threading.Thread(target=work, args=(context, account))
        for account in context.accounts.values()
    ]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    engine.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
