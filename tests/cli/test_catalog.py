"""catalog on the command line: what became of each row, what is known, and what is missing."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from promoter.cli.catalog import app
from promoter.store.database import open_store
from tests.make import NOW
from tests.sources.test_spreadsheet import CATALOG

SETTINGS = f"""\
[office]
name = "Sở Công Thương"
public_url = "https://ocop.example.vn"
[store]
url = "sqlite:///promoter.db"
[catalog]
path = "{CATALOG / "products.csv"}"
producers = "{CATALOG / "producers.csv"}"
communes = "{CATALOG / "communes.csv"}"
[assets]
path = "{CATALOG.parent}"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, whose store is not made yet."""
    path = tmp_path / "settings.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["promoter", "--config", str(path)])
    return tmp_path


@pytest.fixture
def imported(folder: Path) -> None:
    """The sample in the store, on its date."""
    store = open_store(f"sqlite:///{folder / 'promoter.db'}")
    store.set_clock(NOW)
    store.close()
    assert run("import").exit_code == 0


def run(*words: str) -> Result:
    """Run a command of the catalogue."""
    return CliRunner().invoke(app, words)


def document(*words: str) -> Any:
    """Return what a command says as JSON."""
    found = run(*words, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_an_import_tells_of_every_row_under_the_promised_keys() -> None:
    found = document("import")
    assert list(found) == [
        "read", "products", "producers", "created", "updated", "unchanged", "retired", "rows"
    ]  # fmt: skip
    assert (found["read"], found["created"], len(found["rows"])) == (214, 145, 214)
    odd = next(row for row in found["rows"] if row["code"] == "BL-021")
    assert list(odd) == ["sheet", "row", "outcome", "code", "name", "warnings"]
    assert (odd["sheet"], odd["row"], odd["outcome"]) == ("products.csv", 22, "review")
    assert list(odd["warnings"][0]) == ["code", "field", "message"]
    assert document("import")["unchanged"] == 145


def test_a_dry_run_leaves_no_products() -> None:
    assert document("import", "--dry-run")["created"] == 145
    assert document("list") == {"products": []}


def test_a_rejected_row_asks_for_a_decision_and_the_rest_is_there(folder: Path) -> None:
    text = (CATALOG / "products.csv").read_text(encoding="utf-8")
    odd = folder / "odd.csv"
    odd.write_text(text.replace("2024-11-12", "31/11/2024", 1), encoding="utf-8")
    found = run("import", str(odd), "--json")
    assert found.exit_code == 2
    rows = [row for row in json.loads(found.stdout)["rows"] if row["outcome"] == "rejected"]
    assert [(row["code"], row["warnings"][0]["field"]) for row in rows] == [
        ("BL-003", "decision_date")
    ]
    assert len(document("list")["products"]) == 144


@pytest.mark.usefixtures("imported")
def test_products_are_listed_with_their_rank_in_force() -> None:
    found = {item["code"]: item for item in document("list")["products"]}
    assert len(found) == 145
    salt = found["BL-086"]
    assert (salt["stars"], salt["producer"], salt["certificate"]["expires"]) == (
        4,
        "P41",
        "2027-11-12",
    )
    assert document("show", "BL-086") == {"products": [salt]}


@pytest.mark.usefixtures("imported")
def test_what_is_missing_is_told_with_the_rank() -> None:
    found = {item["code"]: item for item in document("check")["products"]}
    assert list(found["BL-102"]) == [
        "code", "name", "producer", "stars", "certificate", "warnings"
    ]  # fmt: skip
    assert (found["BL-102"]["stars"], found["BL-102"]["certificate"]["state"]) == (0, "expired")
    assert "gtin" in {note["code"] for note in found["BL-082"]["warnings"]}
    assert "refused" in {note["code"] for note in found["BL-062"]["warnings"]}


def test_people_get_tables() -> None:
    assert "BL-021" in run("import").stdout
    assert "Muối hạt Bạc Liêu" in run("list").stdout
    assert "BL-102" in run("check").stdout
    assert "1132/QĐ-UBND" in run("show", "BL-086").stdout


@pytest.mark.parametrize("words", [["list"], ["check"], ["show", "BL-086"], ["import", "none.csv"]])
def test_without_a_store_or_file_there_is_one_clear_message(words: list[str]) -> None:
    found = run(*words)
    assert found.exit_code == 1
    assert len(found.stderr.strip().splitlines()) == 1
    assert "Traceback" not in found.output


def test_an_unknown_product_is_answered_with_those_nearby() -> None:
    run("import")
    found = run("show", "BL-86")
    assert (found.exit_code, "BL-086" in found.stderr) == (1, True)


def test_a_list_that_shrinks_is_refused_without_force(folder: Path) -> None:
    run("import")
    few = folder / "few.csv"
    lines = (CATALOG / "products.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    few.write_text("".join(lines[:50]), encoding="utf-8")
    refused = run("import", str(few))
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    assert document("import", str(few), "--force")["retired"] == 96
