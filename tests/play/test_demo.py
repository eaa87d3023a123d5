"""The whole story on the sample catalogue: played once, gone on with, and lawful throughout."""

import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from promoter.play.demo import LIVE
from promoter.sandbox import facebook, shopee, x
from promoter.sandbox.shelf import Shelf

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
ALLOWED = {"DUE", "READY", "WAITING", "PUBLISHED"}


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(office: Path, port: int, *words: str) -> subprocess.Popen[str]:
    """Start the demo in an office."""
    return subprocess.Popen(
        [sys.executable, "-m", "promoter", "demo", "--port", str(port), *words],
        cwd=office,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )


def until_live(demo: subprocess.Popen[str], port: int) -> None:
    """Read what the demo tells until it names its address for the second time or ends."""
    assert demo.stderr
    for line in demo.stderr:
        assert "Traceback" not in line
        if f":{port}" in line:
            return
    raise AssertionError("the demo ended before it was live")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An office in which the four past weeks have been played."""
    office = tmp_path_factory.mktemp("office")
    shutil.copy(ROOT / "settings.toml", office)
    for folder in ("campaigns", "assets"):
        shutil.copytree(ROOT / folder, office / folder)
    port = free_port()
    with start(office, port, "--until-live") as demo:
        until_live(demo, port)
        assert demo.wait(timeout=60) == 0
    yield office


def rows(office: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask the demo's store."""
    with closing(sqlite3.connect(office / "var" / "demo" / "promoter.db")) as store:
        return store.execute(query).fetchall()


def test_every_post_of_the_past_went_out_once_and_none_is_stuck(played: Path) -> None:
    states = dict(rows(played, "select state, count(*) from delivery group by 1"))
    assert set(states) <= ALLOWED
    published = states["PUBLISHED"]
    assert published >= 24
    assert rows(played, "select count(*) from attempt where verb = 'publish'") == [(published,)]
    by_channel = dict(
        rows(
            played,
            "select channel, count(*) from post join delivery on post_key = key"
            " where state = 'PUBLISHED' group by 1",
        )
    )
    assert set(by_channel) == {"showcase", "facebook", "x", "shopee"}
    assert rows(played, "select count(*) from showcase_post") == [(by_channel["showcase"],)]


def test_the_stand_ins_have_each_post_once_and_its_first_comment(played: Path) -> None:
    stands = {"facebook": facebook.Stand, "x": x.Stand, "shopee": shopee.Stand}
    accounts = tomllib.loads((played / "settings.toml").read_text(encoding="utf-8"))["accounts"]
    shelf = Shelf(played / "var" / "demo" / "sandbox.db")
    for name, account in accounts.items():
        if account["channel"] not in stands:
            continue
        keys = {key: str(value) for key, value in account.items()}
        stand: Any = stands[account["channel"]]({name: keys}, shelf.section(account["channel"]))
        (feed,) = stand.feeds(LIVE)
        shown = [entry for entry in feed.entries if not entry.note]
        query = f"select count(*) from delivery where account = '{name}' and state = 'PUBLISHED'"  # noqa: S608
        assert rows(played, query) == [(len(shown),)]
        assert len({entry.text for entry in shown}) == len(shown)
        if account["channel"] == "facebook":
            assert all(len(entry.comments) == 1 for entry in shown)
    shelf.close()


def test_what_the_stand_ins_count_is_kept_and_called_simulated(played: Path) -> None:
    kept = rows(
        played,
        "select p.channel, m.quality, count(distinct m.post_key) from metric_latest m"
        " join post p on p.key = m.post_key group by 1, 2",
    )
    assert {(channel, quality) for channel, quality, _ in kept} == {
        ("facebook", "sandbox"),
        ("x", "sandbox"),
        ("shopee", "sandbox"),
    }
    assert all(posts > 5 for *_, posts in kept)


def test_no_token_is_kept_in_the_clear_beside_the_office_secrets(played: Path) -> None:
    (sealed,) = rows(played, "select sealed from credential where account = 'gian-hang'")
    shelf = (played / "var" / "demo" / "sandbox.db").read_bytes()
    assert "access_token" not in str(sealed[0])
    kept = rows(played, "select value from office where name like 'secret.%'")
    assert len(kept) > 8
    assert not [secret for (secret,) in kept if str(secret).encode() in shelf]


def test_people_bots_and_previews_are_counted_apart(played: Path) -> None:
    kinds = dict(rows(played, "select visitor, sum(count) from click_day group by 1"))
    assert set(kinds) == {"person", "bot", "preview"}
    assert kinds["person"] > kinds["bot"]
    assert rows(played, "select sum(count) from click_day") == rows(
        played, "select count(*) from click"
    )


def test_the_law_holds_on_every_word_that_was_made(played: Path) -> None:
    words = rows(
        played,
        "select p.product, c.caption || ' ' || m.alt from creative c"
        " join post_product p on p.post_key = c.post_key"
        " join creative_media m on m.post_key = c.post_key",
    )
    assert words
    for product, said in words:
        text = str(said).casefold()
        assert "5 sao" not in text
        assert "năm sao" not in text
        assert product not in ("BL-062", "BL-102")


def test_a_second_start_goes_on_where_the_first_one_was(played: Path) -> None:
    before = rows(played, "select count(*) from attempt where verb = 'publish'")
    port = free_port()
    with start(played, port) as demo:
        until_live(demo, port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
            assert json.load(answer)["clock"].startswith("2026-11-23T04:")
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=30) == 0, "Ctrl-C ends it cleanly"
    after = rows(played, "select count(*) from attempt where verb = 'publish'")
    assert after[0][0] - before[0][0] <= 1
    assert rows(played, "select count(*) from delivery where state = 'SENDING'") == [(0,)]


def test_a_demo_that_is_killed_goes_on_too(played: Path) -> None:
    port = free_port()
    with start(played, port) as demo:
        until_live(demo, port)
        demo.kill()
    with start(played, port, "--until-live") as again:
        until_live(again, port)
        assert again.wait(timeout=60) == 0
    states = dict(rows(played, "select state, count(*) from delivery group by 1"))
    assert "MISSED" not in states, "the clock stood still while nothing ran"
