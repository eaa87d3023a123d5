"""posts correct and withdraw: each post gets its line, and none holds up the others."""

from pathlib import Path
from typing import Any

import pytest
import typer

from promoter.cli import posts
from promoter.core.delivery import State
from promoter.core.errors import Transient
from promoter.core.model import Phrase
from promoter.pipeline.decide import ByHand
from tests.cli.test_main import document, office, promoter
from tests.cli.test_stop import of_first, planned, stocked

__all__ = ["office", "planned", "stocked"]

pytestmark = pytest.mark.slow


def test_one_failure_holds_up_no_other_post(planned: Path) -> None:
    shown, _ = of_first(planned, State.PUBLISHED, url="https://www.facebook.com/4711_1")
    away, _ = of_first(planned, State.PUBLISHED, "showcase", "http://127.0.0.1:8000/showcase/1")
    done = promoter(planned, "posts", "withdraw", "nothing", away, shown, expect=1)
    assert [line[:10] for line in done.stdout.splitlines()] == [shown[:10]]
    assert [line[:7] for line in done.stderr.splitlines()] == ["nothing", away[:7]]
    states = {
        key: document(promoter(planned, "posts", "show", key, "--json"))["state"]
        for key in (shown, away)
    }
    assert states == {shown: "WITHDRAWN", away: "PUBLISHED"}


def test_what_was_taken_down_by_hand_is_written_down(planned: Path) -> None:
    key, _ = of_first(planned, State.PUBLISHED, "showcase", "http://127.0.0.1:8000/showcase/1")
    promoter(planned, "posts", "withdraw", key[:10], "--by-hand")
    told = document(promoter(planned, "posts", "show", key, "--json"))
    assert (told["state"], told["attempts"][-1]["verb"]) == ("WITHDRAWN", "withdraw")
    promoter(planned, "posts", "withdraw", key[:10], "--by-hand", expect=1)


def test_what_is_not_live_cannot_be_corrected(planned: Path) -> None:
    key, _ = of_first(planned, State.DUE)
    done = promoter(planned, "posts", "correct", key, expect=1)
    assert done.stderr.startswith(key[:10])


LEFT = ByHand(Phrase("{why}; do it by hand at {url}", why=Phrase("it cannot"), url="https://a/1"))
FAILED = Transient(Phrase("busy"))


ENDS: list[tuple[tuple[Exception | None, ...], int]] = [
    ((None, None), 0),
    ((None, LEFT), 2),
    ((LEFT, FAILED), 1),
    ((FAILED, None), 1),
]


def test_the_exit_code_tells_the_worst_of_all(
    planned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(planned)
    monkeypatch.setattr("sys.argv", ["promoter"])
    keys = [of_first(planned, State.DUE, name)[0] for name in ("fanpage", "showcase")]
    for ends, code in ENDS:
        answers = dict(zip(keys, ends, strict=True))
        assert _ended(keys, answers) == code
        said = capsys.readouterr()
        assert len((said.out + said.err).splitlines()) == 2
        assert said.out.count("xong") == ends.count(None)
        assert ("https://a/1" in said.err) == (LEFT in ends)


def _ended(keys: list[str], answers: dict[str, Exception | None]) -> int:
    def step(_context: Any, key: str, _by: str) -> Any:
        error = answers[key]
        if error:
            raise error
        return type("Live", (), {"note": None})

    try:
        posts._one_by_one(keys, step, "xong")
    except typer.Exit as error:
        return error.exit_code
    return 0
