"""Planted tokens appear in no output, log, JSON or file, whatever the services answer."""

import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from promoter.core.model import Photo
from promoter.media import MediaStore
from promoter.store import products
from promoter.store.database import open_store
from tests.cli.test_main import document, promoter
from tests.cli.test_main import office as office
from tests.pipeline.test_after import _picture

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 11, 23, 4, 45, tzinfo=UTC)
"""11:45 on a Monday: the weekly campaign speaks."""


@pytest.fixture
def planted(office: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Secrets of all accounts, named by variables of the environment."""
    path = office / "settings.toml"
    text = path.read_text(encoding="utf-8")
    found = []

    def plant(match: re.Match[str]) -> str:
        name = "PLANTED_" + match[1].upper().replace("-", "_")
        secret = f"planted-{match[1]}-4711"
        monkeypatch.setenv(name, secret)
        found.append(secret)
        return f'"env:{name}"'

    text = re.sub(r'"store:([a-z0-9-]+)"', plant, text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path.write_text(text.replace("port = 8100", f"port = {port}"), encoding="utf-8")
    return found


def moved(office: Path, to: datetime) -> None:
    """Set the office's clock; give the salt a photo, so that a shop takes it."""
    store = open_store(f"sqlite:///{office}/var/promoter.db")
    store.set_clock(to)
    photo = Photo(sha256=MediaStore(office / "var" / "media").put(_picture()))
    with store.write() as session:
        products.set_photo(session, "BL-086", photo)
    store.close()


def test_planted_tokens_are_seen_nowhere(office: Path, planted: list[str]) -> None:
    said: list[Any] = [promoter(office, "catalog", "import", "--json")]
    moved(office, MONDAY - timedelta(hours=4))
    said.append(promoter(office, "apply", "--json"))
    for step in range(12):  # each round prepares a little more
        moved(office, MONDAY - timedelta(minutes=2) + timedelta(seconds=20 * step))
        said.append(promoter(office, "--verbose", "run", "--once", "--no-web", "--json"))
    posts = promoter(office, "posts", "--state", "PUBLISHED", "--json")
    accounts = {post["account"] for post in document(posts)["posts"]}
    assert {"fanpage", "x"} <= accounts
    moved(office, MONDAY + timedelta(hours=6))
    said += [posts, promoter(office, "--verbose", "measure", "--json")]
    for post in document(posts)["posts"]:
        said.append(promoter(office, "posts", "show", post["key"], "--json"))
    said += [promoter(office, "status", "--json"), promoter(office, "check", "--json")]
    shown = "\n".join(part for done in said for part in (done.stdout, done.stderr))
    assert len(planted) == 10
    assert not [secret for secret in planted if secret in shown]
    files = [path for path in (office / "var").rglob("*") if path.is_file()]
    assert not [
        path for path in files for secret in planted if secret.encode() in path.read_bytes()
    ]


def test_what_a_service_repeats_of_a_wrong_token_is_not_told(
    office: Path, planted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    promoter(office, "catalog", "import")
    moved(office, MONDAY - timedelta(hours=4))
    promoter(office, "apply")
    moved(office, MONDAY - timedelta(minutes=2))
    monkeypatch.setenv("PLANTED_FANPAGE_TOKEN", "bad token\n")
    done = promoter(office, "--verbose", "run", "--once", "--no-web", "--json")
    status = promoter(office, "status", "--json")
    assert "bad token" not in done.stdout + done.stderr + status.stdout
