"""stop and pause as staff call them: what is told, what is kept, and the exit codes."""

import getpass
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promoter.core.delivery import State
from promoter.store import deliveries, posts
from promoter.store.database import open_store
from promoter.store.tables import DeliveryRow
from tests.cli.test_main import document, office, promoter

__all__ = ["office"]

pytestmark = pytest.mark.slow

WHO = getpass.getuser()


@pytest.fixture
def stocked(office: Path) -> Path:
    """An office with its catalogue."""
    promoter(office, "catalog", "import")
    return office


@pytest.fixture
def planned(stocked: Path) -> Path:
    """An office with its campaigns applied."""
    promoter(stocked, "apply")
    return stocked


def of_first(
    office: Path, state: State, account: str = "fanpage", url: str = ""
) -> tuple[str, ...]:
    """Let the first planned post of an account be in a state; return its key and its product."""
    store = open_store(f"sqlite:///{office}/var/promoter.db")
    try:
        with store.write() as session:
            found = next(item for item in posts.posts(session) if item.account == account)
            row = session.get_one(DeliveryRow, found.key)
            row.state, row.url, row.remote_id = state.value, url, "4711_1" if url else ""
            row.settled_at = datetime(2026, 11, 23, tzinfo=UTC)
        return found.key, found.products[0]
    finally:
        store.close()


def test_a_stop_cancels_and_tells_programs_what_it_did(planned: Path) -> None:
    key, code = of_first(planned, State.DUE)
    told = document(promoter(planned, "stop", "--product", code.lower(), "--json"))
    assert set(told) == {"subject", "cancelled", "unlisting", "live"}
    assert told["subject"] == {"product": code}
    assert key in told["cancelled"]
    assert (told["unlisting"], told["live"]) == ([], [])
    assert document(promoter(planned, "posts", "show", key, "--json"))["state"] == "CANCELLED"
    wanted = document(promoter(planned, "plan", "--json", expect=2))
    assert not any(code in post["products"] for post in wanted["create"])


def test_what_is_live_is_a_checklist_and_the_exit_code_says_so(planned: Path) -> None:
    url = "https://www.facebook.com/4711_1"
    key, code = of_first(planned, State.PUBLISHED, url=url)
    told = document(promoter(planned, "stop", "--product", code, "--json", expect=2))
    (item,) = told["live"]
    assert item == {
        "key": key,
        "account": "fanpage",
        "channel": "facebook",
        "state": "PUBLISHED",
        "at": "2026-11-23T00:00:00+00:00",
        "url": url,
        "action": "withdraw",
        "command": f"promoter posts withdraw {key[:10]}",
    }
    said = promoter(planned, "stop", "--product", code, expect=2, language="en").stdout
    assert "was stopped" in said
    assert key[:10] in said
    assert "facebook.com" in said


def test_taking_down_at_once_leaves_nothing_to_do(planned: Path) -> None:
    key, code = of_first(planned, State.PUBLISHED, url="https://www.facebook.com/4711_1")
    told = document(promoter(planned, "stop", "--product", code, "--withdraw", "--json"))
    assert told["live"] == []
    assert document(promoter(planned, "posts", "show", key, "--json"))["state"] == "WITHDRAWN"


def test_what_could_not_be_taken_down_is_an_error_with_its_reason(planned: Path) -> None:
    url = "http://127.0.0.1:8000/showcase/1"
    key, code = of_first(planned, State.PUBLISHED, "showcase", url)  # its site does not run
    done = promoter(planned, "stop", "--product", code, "--withdraw", "--json", expect=1)
    assert document(done)["unlisting"] == [key], "the service asks again"
    assert key[:10] in done.stderr


def test_a_stop_is_listed_with_who_and_why_until_it_is_lifted(stocked: Path) -> None:
    reason = unicodedata.normalize("NFD", "chứng nhận bị thu hồi")
    promoter(stocked, "stop", "--producer", "P41", "--reason", reason)
    (item,) = document(promoter(stocked, "stop", "--json"))["stopped"]
    assert set(item) == {"kind", "code", "name", "at", "by", "live"}
    assert (item["kind"], item["code"], item["live"]) == ("producer", "P41", 0)
    assert item["by"] == unicodedata.normalize("NFC", f"{WHO}: chứng nhận bị thu hồi")
    assert "P41" in promoter(stocked, "stop").stdout
    promoter(stocked, "catalog", "import", "--force")
    assert document(promoter(stocked, "stop", "--json"))["stopped"] == [item]
    done = document(promoter(stocked, "stop", "--producer", "P41", "--lift", "--json"))
    assert done == {"subject": {"producer": "P41"}, "lifted": True}
    said = promoter(stocked, "stop", "--producer", "P41", "--lift", language="en").stdout
    assert "was not stopped" in said
    assert "stopped" in promoter(stocked, "stop", language="en").stdout


def test_lifting_a_product_names_its_stopped_producer(stocked: Path) -> None:
    promoter(stocked, "stop", "--producer", "P41")
    said = promoter(stocked, "stop", "--product", "BL-086", "--lift", language="en").stdout
    assert "promoter stop --producer P41 --lift" in said


def test_an_unknown_code_is_told_with_the_nearest_and_stops_nothing(stocked: Path) -> None:
    assert "BL-086" in promoter(stocked, "stop", "--product", "BL-O86", expect=1).stderr
    assert document(promoter(stocked, "stop", "--json"))["stopped"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("--product", "BL-086", "--producer", "P41"),
        ("--product", "BL-086", "--lift", "--withdraw"),
        ("--product", "BL-086", "--lift", "--reason", "x"),
        ("--lift",),
        ("--withdraw",),
        ("--reason", "x"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together_are_refused(office: Path, words: tuple[str, ...]) -> None:
    assert "--" in promoter(office, "stop", *words, expect=1).stderr


def test_a_pause_of_an_account_keeps_who_and_why_until_it_ends(office: Path) -> None:
    wait = datetime(2030, 1, 1, tzinfo=UTC)
    promoter(office, "resume")
    store = open_store(f"sqlite:///{office}/var/promoter.db")
    with store.write() as session:
        deliveries.save_account(session, "fanpage", deliveries.AccountState(wait_until=wait))
    promoter(office, "pause", "--account", "fanpage", "--reason", "để  tang")
    with store.read() as session:
        state = deliveries.account(session, "fanpage")
    assert state.paused
    assert state.wait_until == wait, "what the service asked for is not forgotten"
    assert str(state.problem) == f"paused by {WHO}: để tang"
    promoter(office, "pause", "--account", "fanpage")
    with store.read() as session:
        assert str(deliveries.account(session, "fanpage").problem) == f"paused by {WHO}"
    promoter(office, "resume", "--account", "fanpage")
    with store.read() as session:
        assert deliveries.account(session, "fanpage") == deliveries.AccountState()
    store.close()


def test_a_pause_of_the_office_keeps_who_and_why_until_it_ends(office: Path) -> None:
    promoter(office, "pause", "--reason", "bão số 9")
    store = open_store(f"sqlite:///{office}/var/promoter.db")
    assert store.value("paused") == f"{WHO}: bão số 9"
    assert document(promoter(office, "status", "--json"))["paused"] is True
    promoter(office, "pause")
    assert store.value("paused") == WHO
    promoter(office, "resume")
    assert store.value("paused") == ""
    store.close()


def test_an_account_that_is_not_there_cannot_be_paused(office: Path) -> None:
    assert "fanpage" in promoter(office, "pause", "--account", "nobody", expect=1).stderr
