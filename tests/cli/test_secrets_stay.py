"""Planted tokens appear in no output, log, JSON or file, whatever the services answer."""

import os
import re
import socket
import subprocess
import sys
import zipfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from promoter.app import open_world
from promoter.core.model import Photo
from promoter.media import MediaStore
from promoter.store import credentials, products
from promoter.store.database import open_store
from tests.cli.test_main import ROOT, document, promoter
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


# Every place in which a secret can stand, every form that it can take


EVERYWHERE = ("env", "file", "sealed", "key", "alert")
READING = (
    ("status", "--json"),
    ("check", "--json"),
    ("accounts", "--json"),
    ("posts", "--json"),
    ("plan", "--json"),
    ("--verbose", "measure", "--json"),
)


def forms(secret: str) -> Iterator[bytes]:
    """Yield what a secret looks like in the clear, percent-encoded, in hex and in base64."""
    raw = secret.encode()
    yield from {raw, quote(secret, safe="").encode(), quote_plus(secret).encode()}
    yield from (raw.hex().encode(), raw.hex().upper().encode())
    for start in range(3):  # base64 depends on where in the text the secret begins
        for packed in (b64encode, urlsafe_b64encode):
            skipped = -(-start * 8 // 6)
            yield packed(bytes(start) + raw)[skipped:-4]


@pytest.mark.parametrize("start", range(3))
def test_a_secret_is_recognised_inside_of_base64(start: int) -> None:
    secret = "planted/+4711=word"
    hidden = b64encode(b"x" * start + secret.encode() + b"and more")
    assert any(form in hidden for form in forms(secret))


def seen(secrets: dict[str, str], shown: bytes) -> list[str]:
    """Return the names of the secrets that a text shows in any form."""
    return [
        name for name, secret in secrets.items() if any(form in shown for form in forms(secret))
    ]


@pytest.fixture
def everywhere(
    office: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Secrets in the environment, in files, sealed, as the key and as an address of alerts."""
    secrets = {name: f"planted+{name}/4711?word" for name in EVERYWHERE}
    file = tmp_path_factory.mktemp("elsewhere") / "secret"
    file.write_text(secrets["file"], encoding="utf-8")
    monkeypatch.setenv("PLANTED_TOKEN", secrets["env"])
    monkeypatch.setenv("PROMOTER_SECRET", secrets["key"])
    address = f"json://office:{quote(secrets['alert'], safe='')}@127.0.0.1:9/"
    monkeypatch.setenv("ALERT_URL", address)
    settings = office / "settings.toml"
    text = settings.read_text(encoding="utf-8").replace("# [alerts]", "[alerts]")
    text = text.replace("# urls = ", "urls = ")
    text = text.replace('"store:fanpage-token"', '"env:PLANTED_TOKEN"')
    text = re.sub(r'"store:x-[a-z-]+"', f'"file:{file}"', text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        text = text.replace("port = 8100", f"port = {free.getsockname()[1]}")
    settings.write_text(text, encoding="utf-8")
    return secrets


def sealed(office: Path, secret: str) -> None:
    """Keep a token for an account, as if its service had given it."""
    world = open_world(office / "settings.toml").context
    name = next(item.name for item in world.accounts.values() if item.channel == "shopee")
    text = world.vault.seal({"token": secret, "access_token": secret, "refresh_token": secret})
    with world.store.write() as session:
        credentials.lease(session, name, 0, world.now(), timedelta(minutes=1))
        credentials.keep(session, name, text, world.accounts[name].origin(), world.now())
    world.store.close()


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of an office, and the files inside of its backups."""
    for path in folder.rglob("*"):
        if path.is_file() and "assets" not in path.parts:
            yield path.name, path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((name, archive.read(name)) for name in archive.namelist())


def test_no_form_of_a_secret_is_seen_in_outputs_files_and_backups(
    office: Path, everywhere: dict[str, str]
) -> None:
    said = [promoter(office, "catalog", "import", "--json")]
    moved(office, MONDAY - timedelta(hours=4))
    said.append(promoter(office, "apply", "--json"))
    sealed(office, everywhere["sealed"])
    for step in range(3):
        moved(office, MONDAY - timedelta(minutes=2) + timedelta(seconds=60 * step))
        said.append(promoter(office, "--verbose", "run", "--once", "--no-web", "--json"))
    said += [called(office, *words) for words in READING]
    said.append(called(office, "doctor", "--json", "--send"))
    said.append(promoter(office, "backup", str(office / "backup.zip")))
    for done in said:
        assert seen(everywhere, (done.stdout + done.stderr).encode()) == [], done.args
    found = {name: seen(everywhere, data) for name, data in contents(office)}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}
    assert {"backup.zip", "promoter.db"} <= set(found)


def called(office: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call promoter in an office, whatever its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "promoter", *words],
        cwd=office,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


CRASHING = """
import sys
from promoter.remote.http import Session

def exchange(self, effect, request, accept=()):
    token = dict(request.headers)
    token |= self._headers | {"secrets": self._secrets}
    raise RuntimeError("a bug")

Session.exchange = exchange
from promoter.cli import main
sys.argv = ["promoter", *sys.argv[1:]]
main()
"""


def crashed(office: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call a promoter whose HTTP edge has a bug, with tokens in the variables around it."""
    return subprocess.run(
        [sys.executable, "-c", CRASHING, *words],
        cwd=office,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_crash_shows_where_it_happened_and_no_secret(
    office: Path, everywhere: dict[str, str]
) -> None:
    promoter(office, "catalog", "import")
    moved(office, MONDAY - timedelta(hours=4))
    promoter(office, "apply")
    moved(office, MONDAY - timedelta(minutes=2))
    lane = crashed(office, "--verbose", "run", "--once", "--no-web", "--json")
    command = crashed(office, "accounts", "test", "fanpage")
    for done in (lane, command):
        assert "a bug" in done.stdout + done.stderr
        assert seen(everywhere, (done.stdout + done.stderr).encode()) == []
    assert [name for name, data in contents(office) if seen(everywhere, data)] == []
