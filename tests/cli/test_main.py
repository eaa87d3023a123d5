"""The commands as staff call them: one clear message for every mistake, exit codes, JSON."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("sqlmodel", "sqlalchemy", "fastapi", "pydantic", "PIL", "requests", "jinja2")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A copy of the sample office in a folder of its own."""
    shutil.copy(ROOT / "settings.toml", tmp_path)
    for folder in ("campaigns", "assets"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def promoter(
    office: Path, *words: str, expect: int = 0, language: str = "vi"
) -> subprocess.CompletedProcess[str]:
    """Call promoter in an office; no call may ever show a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "promoter", *words],
        cwd=office,
        env={**os.environ, "PROMOTER_LOCALE": language, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == expect, done.stdout + done.stderr
    return done


def document(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the one JSON document on standard output."""
    return json.loads(done.stdout)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['promoter', '--help']\n"
        "from promoter.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_the_way_of_a_campaign_from_import_to_an_empty_plan(office: Path) -> None:
    brought = document(promoter(office, "catalog", "import", "--json"))
    assert (brought["products"], brought["producers"], brought["read"]) == (145, 69, 214)
    wanted = document(promoter(office, "plan", "--json", expect=2))
    assert wanted["create"]
    assert {"key", "campaign", "account", "at", "products", "producer", "reason"} == set(
        wanted["create"][0]
    )
    applied = document(promoter(office, "apply", "--json"))
    assert applied["applied"]
    assert applied["create"] == wanted["create"]
    again = document(promoter(office, "plan", "--json"))
    assert not any(again[part] for part in ("create", "move", "change", "cancel"))
    assert again["keep"] == len(wanted["create"])
    stood = document(promoter(office, "posts", "--json"))
    assert {"key", "state", "at", "account", "products", "remote_id", "url", "attempts"} == set(
        stood["posts"][0]
    )
    key = stood["posts"][0]["key"]
    assert document(promoter(office, "posts", "show", key[:12], "--json"))["key"] == key
    assert document(promoter(office, "status", "--json"))["states"]["WAITING"]


def test_a_broken_campaign_is_told_with_its_place_and_changes_nothing(office: Path) -> None:
    (office / "campaigns" / "sai.toml").write_text('title = "Sai\n', encoding="utf-8")
    done = promoter(office, "plan", expect=1)
    assert "sai.toml:1:" in done.stderr
    assert not list(office.glob("var/*.db-wal")) or promoter(office, "status", "--json")


def test_all_mistakes_of_a_campaign_are_told_at_once(office: Path) -> None:
    text = (office / "campaigns" / "mua-muoi.toml").read_text(encoding="utf-8")
    wrong = text.replace("[rotate]", "[rotate]\nremot_boost = 2").replace('["sat"]', '["satt"]')
    (office / "campaigns" / "mua-muoi.toml").write_text(wrong, encoding="utf-8")
    found = document(promoter(office, "check", "--json", expect=1))["problems"]
    assert len(found) == 2
    assert {"file", "line", "column", "key", "severity", "code", "message"} == set(found[0])
    assert any("remote_boost" in problem["message"] for problem in found)


def test_an_unknown_product_code_is_told_with_the_nearest_one(office: Path) -> None:
    promoter(office, "catalog", "import")
    path = office / "campaigns" / "mua-muoi.toml"
    text = path.read_text(encoding="utf-8").replace("[select]", '[select]\ninclude = ["BL-O86"]')
    path.write_text(text, encoding="utf-8")
    done = promoter(office, "apply", expect=1)
    assert "BL-O86" in done.stderr
    assert "BL-086" in done.stderr


def test_an_unknown_key_of_the_settings_is_told_with_its_line(office: Path) -> None:
    path = office / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[stor]\nurl = 1\n", encoding="utf-8")
    done = promoter(office, "status", expect=1)
    assert "settings.toml:" in done.stderr
    assert "store" in done.stderr


def test_a_missing_font_is_told_by_its_name(office: Path) -> None:
    next((office / "assets" / "fonts").glob("*.ttf")).unlink()
    done = promoter(office, "plan", expect=1)
    assert ".ttf" in done.stderr


def test_a_missing_settings_file_is_told(tmp_path: Path) -> None:
    assert "settings.toml" in promoter(tmp_path, "plan", expect=1).stderr


def test_a_foreign_database_is_refused_and_left_alone(office: Path) -> None:
    (office / "var").mkdir()
    foreign = sqlite3.connect(office / "var" / "promoter.db")
    foreign.execute("create table accounts (id)")
    foreign.commit()
    foreign.close()
    before = (office / "var" / "promoter.db").read_bytes()
    promoter(office, "plan", expect=1)
    assert (office / "var" / "promoter.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused(office: Path) -> None:
    (office / "var").mkdir()
    (office / "var" / "promoter.db").write_bytes(b"not a database" * 100)
    assert "promoter.db" in promoter(office, "plan", expect=1).stderr


def test_a_command_that_only_looks_makes_no_database(office: Path) -> None:
    promoter(office, "posts", expect=1)
    assert not (office / "var" / "promoter.db").exists()


def test_a_port_in_use_is_told_before_anything_starts(office: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = promoter(office, "demo", "--port", str(port), expect=1)
    assert str(port) in done.stderr


def test_english_is_there_too(office: Path) -> None:
    done = promoter(office, "report", "--help", language="en")
    assert "producer" in done.stdout


@pytest.mark.slow
def test_preview_writes_pictures_words_and_a_contact_sheet(office: Path) -> None:
    promoter(office, "catalog", "import")
    out = office / "out"
    found = document(
        promoter(office, "preview", "--product", "BL-086", "--out", str(out), "--json")
    )
    names = {Path(path).name for path in found["files"]}
    assert {"BL-086-square.jpg", "BL-086-story.jpg", "BL-086.txt", "contact-sheet.jpg"} <= names
    assert all(Path(path).stat().st_size for path in found["files"])
    assert "BL-062" in promoter(office, "preview", "--product", "BL-062", expect=1).stderr
