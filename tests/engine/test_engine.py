"""The engine: lanes side by side, a bug ends one round only, and an end within ten seconds."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from promoter.core.channel import Channel
from promoter.core.delivery import State
from promoter.core.errors import ConfigError
from promoter.engine import embedded
from promoter.engine.embedded import Engine, run_lane
from promoter.pipeline.context import Context
from promoter.remote import wire
from tests import world as office
from tests.faults import Fault, Proxy, ShowcaseService
from tests.world import SLOT, post, state, until

PUT = ("PUT", "/api/posts/")
PATIENT = timedelta(seconds=60)
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def world(showcase_service: ShowcaseService, proxy: Proxy) -> Context:
    """An office at its slot, whose calls may take a minute."""
    account = office.account(proxy.url, showcase_service.token, limit=PATIENT)
    made = office.context(showcase_service.store, showcase_service.media, account)
    office.stock(made.store)
    return replace(made, call_limit=PATIENT)


@pytest.fixture
def engine(world: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine that does not wait long for what runs."""
    monkeypatch.setattr(embedded, "FINISH_SECONDS", 0.2)
    made = Engine(world)
    yield made
    made.stop()
    wire.answer_again()


def test_a_due_post_goes_out_by_itself(world: Context, engine: Engine, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT)
    engine.start()
    proxy.wait_for(*PUT)
    engine.stop()
    assert state(world, wanted).state is State.PUBLISHED


def test_a_call_in_flight_is_cut_at_the_end_and_looked_up_at_the_next_start(
    world: Context, engine: Engine, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    """The service has the post and says nothing; the engine does not wait a minute for it."""
    wanted = post()
    office.planned(world, wanted)
    proxy.arm(Fault.LOST_ANSWER, *PUT)
    world.store.set_clock(SLOT)
    engine.start()
    proxy.wait_for(*PUT)
    engine.stop()
    assert state(world, wanted).state is State.UNKNOWN, "its lane has written down what it knows"
    assert state(world, wanted).lease_until is None
    world.stopping.clear()
    wire.answer_again()
    account = world.accounts["showcase"]
    assert until(world, wanted, lambda: run_lane(world, account)) is State.PUBLISHED
    assert proxy.left(*PUT) == 1
    assert len(showcase_service.kept()) == 1


def test_nothing_is_begun_once_the_end_has_come(world: Context, proxy: Proxy) -> None:
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT)
    world.stopping.set()
    run_lane(world, world.accounts["showcase"])
    assert proxy.left() == 0
    assert state(world, wanted).state is State.DUE


def test_no_call_begins_after_the_line_was_hung_up(world: Context, proxy: Proxy) -> None:
    """A verb of several calls may be at its second one."""
    wanted = post()
    office.planned(world, wanted)
    world.store.set_clock(SLOT)
    wire.hang_up()
    try:
        run_lane(world, world.accounts["showcase"])
    finally:
        wire.answer_again()
    assert proxy.left() == 0
    assert state(world, wanted).state is State.DUE, "surely not done: it is tried again"


def test_a_bug_in_one_lane_leaves_the_others_alone(
    world: Context, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedded, "FINISH_SECONDS", 5.0)

    def broken() -> Channel:
        raise ValueError("a bug")

    good = world.accounts["showcase"]
    bad = replace(good, name="bad", connect=broken)
    both = replace(world, accounts={"bad": bad, "showcase": good})
    wanted, hopeless = post(), replace(post(1), account="bad")
    office.planned(both, wanted, hopeless)
    both.store.set_clock(SLOT)
    engine = Engine(both)
    with caplog.at_level(logging.ERROR, "promoter.engine"):
        engine.start()
        proxy.wait_for(*PUT)
        engine.stop()
    assert state(both, wanted).state is State.PUBLISHED
    assert any("bad was ended by a bug" in line.message for line in caplog.records)


def test_a_second_engine_is_refused(world: Context, engine: Engine) -> None:
    engine.hold()
    with pytest.raises(ConfigError, match="already runs"):
        Engine(world).hold()


SETTINGS = """
[office]
name = "Sở Công Thương (mẫu)"
public_url = "http://127.0.0.1:{port}"
[store]
url = "sqlite:///var/promoter.db"
[catalog]
path = "{root}/assets/catalog/products.csv"
[assets]
path = "{root}/assets"
[accounts.showcase]
channel = "showcase"
url = "{url}"
token = "file:{token}"
"""


@pytest.mark.slow
def test_a_polite_kill_ends_the_service_within_ten_seconds(
    tmp_path: Path, proxy: Proxy, showcase_service: ShowcaseService
) -> None:
    """Also in the middle of a call to which no answer comes."""
    token = tmp_path / "token"
    token.write_text(showcase_service.token)
    settings = tmp_path / "settings.toml"
    settings.write_text(
        SETTINGS.format(port=9, root=ROOT, url=proxy.url, token=token), encoding="utf-8"
    )
    from promoter.app import open_world

    opened = open_world(settings)
    context = opened.context
    office.stock(context.store)
    context.store.set_clock(SLOT - timedelta(hours=1))
    wanted = post()
    office.planned(context, wanted)
    context.store.set_clock(SLOT, 1.0)
    proxy.arm(Fault.LOST_ANSWER, *PUT)
    service = subprocess.Popen(
        [sys.executable, "-m", "promoter", "--config", settings, "run", "--no-web"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    try:
        proxy.wait_for(*PUT)
        service.send_signal(signal.SIGTERM)
        _, told = service.communicate(timeout=10)
    finally:
        service.kill()
    assert service.returncode == 0, told.decode()
    assert state(context, wanted).state is State.UNKNOWN
    opened.close()
