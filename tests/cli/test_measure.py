"""measure on the command line: each account with what it told, and one clear message otherwise."""

from pathlib import Path

import pytest

from tests.cli.test_main import document, office, promoter

__all__ = ["office"]

pytestmark = pytest.mark.slow


def test_every_account_is_told_even_where_nothing_lives_yet(office: Path) -> None:
    promoter(office, "catalog", "import")
    told = document(promoter(office, "measure", "--json"))
    names = {item["account"] for item in told["accounts"]}
    assert {"showcase", "fanpage", "x"} <= names
    assert {"account", "counts", "asked", "told", "values", "failed", "problem"} == set(
        told["accounts"][0]
    )
    assert all(item["asked"] == 0 and item["problem"] is None for item in told["accounts"])
    assert told["totals"] == []
    assert "fanpage" in promoter(office, "measure", "--account", "fanpage").stdout


def test_an_account_that_is_not_there_is_named_with_those_that_are(office: Path) -> None:
    promoter(office, "catalog", "import")
    said = promoter(office, "measure", "--account", "nobody", expect=1, language="en").stderr
    assert "no account nobody; known are" in said and "showcase" in said
