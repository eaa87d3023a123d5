"""doctor and status as staff call them: signs, words, JSON, exit codes."""

import sqlite3
from pathlib import Path

import pytest

from promoter.store.database import open_store
from tests.cli.test_main import document, office, promoter

__all__ = ["office"]

pytestmark = pytest.mark.slow


def test_doctor_before_there_is_a_database_says_what_to_do_first(office: Path) -> None:
    done = promoter(office, "doctor", "--json", expect=1)
    (only,) = document(done)["checks"]
    assert (only["name"], only["ok"]) == ("settings", False)
    assert "promoter catalog import" in only["message"] and only["fix"]


def test_doctor_names_each_mistake_of_the_settings(office: Path) -> None:
    path = office / "settings.toml"
    text = path.read_text(encoding="utf-8").replace("min_gap", "min_gapp", 1)
    path.write_text(text, encoding="utf-8")
    done = promoter(office, "doctor", expect=1, language="en")
    assert "min_gapp" in done.stderr and done.stdout.startswith("✗ ")


def test_the_sample_office_is_well(office: Path) -> None:
    promoter(office, "catalog", "import")
    told = document(promoter(office, "doctor", "--json"))
    assert set(told) == {"checks"}
    assert all({"name", "ok", "message", "fix"} == set(item) for item in told["checks"])
    assert [item for item in told["checks"] if not item["ok"]] == []
    names = {item["name"] for item in told["checks"]}
    assert {"store", "engine", "disk", "clock", "fonts", "files", "site", "alerts"} <= names
    assert {f"account {name}" for name in ("showcase", "fanpage", "x", "gian-hang")} <= names


def test_what_is_wrong_is_shown_with_what_to_do_below(office: Path) -> None:
    promoter(office, "catalog", "import")
    promoter(office, "pause")
    lines = promoter(office, "doctor", expect=1, language="en").stdout.splitlines()
    assert lines[0] == "✗ database: everything is paused"
    assert lines[1] == "    → «promoter resume»"
    assert [line for line in lines if line.startswith("✓ ")]


def test_status_tells_whether_the_service_runs_and_what_waits_for_a_person(office: Path) -> None:
    promoter(office, "catalog", "import")
    promoter(office, "apply")
    told = document(promoter(office, "status", "--json"))
    assert (told["late"], told["held"]) == (0, 0)
    assert told["due"] == told["states"].get("DUE", 0) + told["states"].get("READY", 0)
    assert told["engine"] == {"seen": None, "runs": False}
    with sqlite3.connect(office / "var" / "promoter.db") as store:
        store.execute(
            "update delivery set state = 'HELD' where rowid = (select min(rowid) from delivery)"
        )
    store.close()
    told = document(promoter(office, "status", "--json"))
    (held,) = [item for item in told["alerts"] if item["kind"] == "held"]
    assert told["held"] == 1 and held["product"] and held["account"] and held["reason"]
    assert "promoter posts resolve" in held["next"]
    shown = promoter(office, "status", language="en").stdout
    assert "promoter run" in shown and held["product"] in shown


def test_status_tells_who_paused_the_office_and_why(office: Path) -> None:
    promoter(office, "catalog", "import")
    assert document(promoter(office, "status", "--json"))["pause"] is None
    promoter(office, "pause", "--reason", "bão số 9")
    told = document(promoter(office, "status", "--json"))
    assert told["paused"] is True and told["pause"].endswith(": bão số 9")
    shown = promoter(office, "status", language="en").stdout
    assert f"Everything is paused ({told['pause']}); «promoter resume» goes on." in shown


def test_status_of_a_locked_office_says_what_lets_it_go_on(office: Path) -> None:
    promoter(office, "catalog", "import")
    store = open_store(f"sqlite:///{office}/var/promoter.db")
    store.set_value("locked", store.now().isoformat())
    store.set_value("paused", "restored")
    store.close()
    shown = promoter(office, "status", language="en").stdout
    assert "promoter resume --other-machine-off" in shown
    assert "«promoter resume» goes on" not in shown
