"""backup and restore as staff call them, and the question that follows a restore or a copy."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_main import ROOT, document, office, promoter

__all__ = ["office"]  # the fixture

pytestmark = pytest.mark.slow


@pytest.fixture
def busy(office: Path) -> Path:
    """An office with a catalogue and planned posts."""
    promoter(office, "catalog", "import")
    promoter(office, "apply")
    return office


def states(busy: Path) -> dict[str, int]:
    found: dict[str, int] = document(promoter(busy, "status", "--json"))["states"]
    return found


def test_an_office_comes_back_on_a_new_machine(busy: Path, tmp_path: Path) -> None:
    told = promoter(busy, "backup", "office.zip", language="en").stdout
    before = states(busy)
    assert f"{sum(before.values())} posts, 145 products" in told
    assert "key" in told.splitlines()[-1]
    assert "promoter.key" in told.splitlines()[-1]
    file = tmp_path.with_name(f"{tmp_path.name}.zip")
    shutil.move(busy / "office.zip", file)
    shutil.rmtree(busy / "var")
    done = promoter(busy, "restore", str(file), language="en")
    assert "promoter resume --other-machine-off" in done.stdout
    assert sum(states(busy).values()) == sum(before.values())
    assert document(promoter(busy, "status", "--json"))["paused"]
    file.unlink()


def test_an_office_goes_on_after_the_question_was_answered(busy: Path) -> None:
    promoter(busy, "backup", "office.zip")
    promoter(busy, "restore", "office.zip")
    refused = promoter(busy, "resume", expect=1, language="en").stderr
    assert "--other-machine-off" in refused
    assert document(promoter(busy, "status", "--json"))["paused"]
    promoter(busy, "resume", "--other-machine-off")
    assert not document(promoter(busy, "status", "--json"))["paused"]
    promoter(busy, "resume")


def test_to_resume_one_account_does_not_lift_the_pause_of_a_person(busy: Path) -> None:
    promoter(busy, "pause")
    promoter(busy, "backup", "office.zip")
    promoter(busy, "restore", "office.zip")
    promoter(busy, "resume", "--account", "showcase", "--other-machine-off")
    assert document(promoter(busy, "status", "--json"))["paused"]
    promoter(busy, "resume")
    assert not document(promoter(busy, "status", "--json"))["paused"]


def test_what_stays_stopped_is_told(busy: Path) -> None:
    promoter(busy, "backup", "office.zip")
    promoter(busy, "stop", "--product", "BL-086")
    told = promoter(busy, "restore", "office.zip", language="en").stdout
    assert "Still stopped: BL-086" in told
    assert str(busy / "var" / "before-restore-") in told


@pytest.mark.parametrize(("answer", "goes_on"), [("y", True), ("n", False)])
def test_on_a_terminal_the_question_is_asked(busy: Path, answer: str, goes_on: bool) -> None:
    promoter(busy, "backup", "office.zip")
    promoter(busy, "restore", "office.zip")
    master, slave = pty.openpty()
    os.write(master, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "promoter", "resume"],
        cwd=busy,
        env={**os.environ, "PROMOTER_LOCALE": "en", "PYTHONPATH": str(ROOT)},
        stdin=slave,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(master)
    os.close(slave)
    assert "Is the other machine off?" in done.stdout + done.stderr
    assert done.returncode == (0 if goes_on else 1), done.stderr
    assert document(promoter(busy, "status", "--json"))["paused"] is not goes_on


def test_a_copied_office_says_so_once_and_stands_still(busy: Path) -> None:
    copy = busy / "copy"
    shutil.copytree(busy, copy, ignore=shutil.ignore_patterns("copy"))
    told = promoter(copy, "status", "--json", language="en")
    assert "is not where it was" in told.stderr
    assert document(told)["paused"]
    assert promoter(copy, "status", "--json", language="en").stderr == ""
    assert not document(promoter(busy, "status", "--json"))["paused"], "the original is untouched"


def test_a_lost_database_is_not_begun_anew_in_silence(busy: Path) -> None:
    for end in ("", "-wal", "-shm"):
        (busy / "var" / f"promoter.db{end}").unlink(missing_ok=True)
    told = promoter(busy, "catalog", "import", expect=1, language="en").stderr
    assert "there was an office here" in told
    assert "promoter restore FILE" in told


def test_a_file_that_is_no_backup_is_told_and_changes_nothing(busy: Path) -> None:
    (busy / "notes.zip").write_bytes(b"PK\x03\x04 not really")
    before = states(busy)
    told = promoter(busy, "restore", "notes.zip", expect=1, language="en").stderr
    assert "nothing was changed" in told
    assert (
        "nothing was changed" in promoter(busy, "restore", "none", expect=1, language="en").stderr
    )
    assert states(busy) == before


def test_there_is_nothing_to_back_up_where_there_is_no_office(office: Path) -> None:
    assert "promoter.db" in promoter(office, "backup", "b.zip", expect=1).stderr
    assert not (office / "b.zip").exists()


def test_media_that_are_gone_are_named(busy: Path) -> None:
    (file, *_) = (item for item in (busy / "var" / "media").glob("*/*") if item.is_file())
    file.unlink()
    told = promoter(busy, "backup", "office.zip", language="en").stderr
    assert "gone or damaged: 1" in told
    assert file.name in told
