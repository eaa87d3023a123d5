"""SIGKILL at the worst moments: the service has the post, and nobody was told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from promoter.core.delivery import State
from promoter.engine.embedded import run_lane
from tests import world as office
from tests.faults import Fault, Proxy, ShowcaseService
from tests.world import SLOT, post, state, until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("fault", "method", "path", "sent"),
    [
        (Fault.LOST_ANSWER, "PUT", "/api/posts/", 1),
        (Fault.LATE, "PUT", "/api/posts/", 1),
        (Fault.LOST_ANSWER, "PUT", "/api/media/", 1),
    ],
    ids=["after the service accepted", "before it did", "during an upload"],
)
def test_a_killed_process_neither_doubles_nor_loses(
    showcase_service: ShowcaseService, proxy: Proxy, fault: Fault, method: str, path: str, sent: int
) -> None:
    account = office.account(proxy.url, showcase_service.token)
    world = office.context(showcase_service.store, showcase_service.media, account)
    office.stock(world.store)
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT)
    proxy.arm(fault, method, path)
    _kill_when(proxy, method, path, world.store.where, showcase_service)
    proxy.settled()
    assert until(world, wanted, lambda: run_lane(world, account)) is State.PUBLISHED
    assert len(showcase_service.kept()) == 1
    assert proxy.left("PUT", "/api/posts/") == sent
    assert state(world, wanted).receipt


def _kill_when(proxy: Proxy, method: str, path: str, url: str, service: ShowcaseService) -> None:
    """Start a worker, and kill it when its request has left and no answer came."""
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.engine.worker",
            url,
            str(service.media.root),
            proxy.url,
            service.token,
        ],
        cwd=ROOT,
    )
    proxy.wait_for(method, path)
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
