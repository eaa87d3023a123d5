"""A worker in a process of its own, to be killed: runs one round of the showcase account.

python -m tests.engine.worker STORE-URL MEDIA-FOLDER SERVICE-URL TOKEN
"""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from promoter.engine.embedded import run_lane
from promoter.media import MediaStore
from promoter.store.database import open_store
from tests import world

if __name__ == "__main__":
    url, media, service, token = sys.argv[1:]
    store = open_store(url)
    now = store.now()
    account = world.account(service, token, limit=timedelta(seconds=60))
    context = world.context(store, MediaStore(Path(media)), account)
    store.set_clock(now)
    run_lane(replace(context, call_limit=timedelta(seconds=60)), account)
