"""accounts: what staff see of their accounts, give them, and try without posting."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from promoter.cli import accounts
from promoter.core.account import Credentials
from promoter.core.errors import ConfigError, Rejected
from tests.cli.test_main import ROOT, document, promoter
from tests.cli.test_main import office as office

PLANTED = "planted-secret-4711"
HOOK = """
[accounts.cong]
channel = "webhook"
url = "https://cong.example.vn/hook"
secret = "connect"
"""


@pytest.fixture
def hook(office: Path) -> Path:
    """An office with a webhook that is still to be connected."""
    path = office / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + HOOK, encoding="utf-8")
    return office


def given(office: Path, lines: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Call promoter in English with something on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "promoter", *words],
        cwd=office,
        env={**os.environ, "PROMOTER_LOCALE": "en", "PYTHONPATH": str(ROOT)},
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def states(office: Path) -> dict[str, str]:
    found = document(promoter(office, "accounts", "--json"))["accounts"]
    return {item["name"]: item["state"] for item in found}


def test_the_list_has_the_keys_that_others_rely_on(office: Path) -> None:
    found = document(promoter(office, "accounts", "--json"))["accounts"]
    assert [item["name"] for item in found] == ["showcase", "fanpage", "x", "gian-hang"]
    for item in found:
        assert {"name", "channel", "state", "expires", "quota"} <= set(item)
        assert (item["state"], item["expires"], item["quota"]) == ("ready", None, None)


def test_the_list_says_what_to_do(hook: Path) -> None:
    done = promoter(hook, "accounts", language="en")
    assert "not connected" in done.stdout
    assert "promoter accounts connect cong" in done.stdout


def test_a_pasted_secret_connects_and_is_seen_nowhere(hook: Path) -> None:
    assert states(hook)["cong"] == "not-connected"
    done = given(hook, f"\nsecret = \u200b{PLANTED} \r\n", "accounts", "connect", "cong")
    assert (done.returncode, done.stderr) == (0, "")
    assert "cong is connected" in done.stdout
    assert states(hook)["cong"] == "ready"
    assert PLANTED not in done.stdout
    files = [path for path in hook.rglob("*") if path.is_file()]
    assert not [path for path in files if PLANTED.encode() in path.read_bytes()]


def test_the_pause_of_a_person_outlives_a_connect(hook: Path) -> None:
    promoter(hook, "pause", "--account", "cong", "--reason", "bão")
    assert given(hook, f"secret={PLANTED}\n", "accounts", "connect", "cong").returncode == 0
    assert states(hook)["cong"] == "paused"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "secret"),
        (f"{PLANTED}\n", "line 1"),
        (f"\ntoken={PLANTED}\n", "line 2"),
        ("secret=\n", "nothing was given"),
        (f"secret={PLANTED}\x07{PLANTED}\n", "one line"),
    ],
)
def test_what_is_no_secret_is_told_and_not_shown(hook: Path, lines: str, said: str) -> None:
    done = given(hook, lines, "--verbose", "accounts", "connect", "cong")
    assert done.returncode == 1
    assert said in done.stderr
    assert PLANTED not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert states(hook)["cong"] == "not-connected"


def test_keys_that_the_service_does_not_accept_are_not_kept(office: Path) -> None:
    lines = f"access_token={PLANTED}\naccess_token_secret={PLANTED}\n"
    done = given(office, lines, "--verbose", "accounts", "connect", "x")
    assert done.returncode == 1
    assert "Nothing was kept" in done.stderr
    assert "does not accept" in done.stderr
    assert PLANTED not in done.stdout + done.stderr
    assert promoter(office, "accounts", "test", "x")


def test_a_test_says_who_it_is_and_posts_nothing(office: Path) -> None:
    done = promoter(office, "accounts", "test", "x", language="en")
    assert "@x (102938475600002)" in done.stdout
    assert "It may post." in done.stdout


def test_a_trial_names_what_is_hidden_and_how_it_goes(office: Path) -> None:
    done = promoter(office, "accounts", "test", "x", "--draft", language="en")
    assert "Hidden at x now" in done.stdout
    assert "forgets it within 24 hours" in done.stdout
    told = document(promoter(office, "accounts", "test", "gian-hang", "--draft", "--json"))
    assert told["draft"]["ready"]
    assert told["draft"]["left"]["item"]


def test_a_test_of_what_is_not_connected_fails(hook: Path) -> None:
    done = promoter(hook, "accounts", "test", "cong", expect=1, language="en")
    assert "accounts connect cong" in done.stderr


def test_an_account_that_is_not_there_is_told(office: Path) -> None:
    done = promoter(office, "accounts", "connect", "tiktok", expect=1, language="en")
    assert "no account tiktok; known are fanpage, gian-hang, showcase, x" in done.stderr


def test_two_accounts_that_are_one_are_found_by_check(hook: Path) -> None:
    path = hook / "settings.toml"
    again = HOOK.replace("accounts.cong", "accounts.nua")
    path.write_text(path.read_text(encoding="utf-8") + again, encoding="utf-8")
    found = document(promoter(hook, "check", "--json", expect=1, language="en"))["problems"]
    assert [item["key"] for item in found] == ["accounts.nua.channel"]
    assert "cong" in found[0]["message"]


# With the stand-ins, which agree by themselves


@pytest.mark.slow
def test_an_account_that_was_connected_posts_and_the_list_tells_its_end(office: Path) -> None:
    path = office / "settings.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('token = "store:fanpage-token"', 'token = "connect"\napp_id = "4711"')
    text = text.replace('"store:shopee-access-token"', '"connect"')
    text = text.replace('"store:shopee-refresh-token"', '"connect"')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path.write_text(text.replace("port = 8100", f"port = {port}"), encoding="utf-8")
    before = states(office)
    assert (before["fanpage"], before["gian-hang"]) == ("not-connected", "not-connected")
    for name in ("fanpage", "gian-hang"):
        assert "connected" in promoter(office, "accounts", "connect", name, language="en").stdout
    found = document(promoter(office, "accounts", "--json"))["accounts"]
    assert {item["state"] for item in found} == {"ready"}
    assert [item["name"] for item in found if item["expires"]] == ["fanpage", "gian-hang"]
    for name in ("fanpage", "gian-hang"):
        told = document(promoter(office, "accounts", "test", name, "--draft", "--json"))
        assert (told["lacks"], told["draft"]["ready"]) == ([], True)


# By the browser


@dataclass
class Consent:
    """A channel that lets a person agree in the browser."""

    asked: list[str] = field(default_factory=list)
    exchanged: list[tuple[Mapping[str, str], str, str]] = field(default_factory=list)

    def authorize_url(self, state: str, redirect: str, challenge: str) -> str:
        self.asked.append(challenge)
        return f"https://service.example/agree?state={state}&redirect_uri={redirect}"

    def exchange(self, params: Mapping[str, str], redirect: str, verifier: str) -> Credentials:
        self.exchanged.append((params, redirect, verifier))
        return Credentials({"token": PLANTED})


def browser(*, sandbox: bool = False, agreed: Callable[[str], str] = str, **how: Any) -> Any:
    account: Any = SimpleNamespace(name="fanpage", sandbox=sandbox)
    opened: Any = SimpleNamespace(connectors={"fanpage": SimpleNamespace(agreed=agreed)})
    named = {"port": 0, "redirect": "", "opens": True, "pasted": False, **how}
    return accounts._Browser(opened, account, **named)


def back(address: str, **parts: str) -> str:
    """Return the address to which a service sends the browser that was at another."""
    query = parse_qs(urlsplit(address).query)
    state = parts.get("state", query["state"][0])
    return f"{query['redirect_uri'][0]}?code={PLANTED}&state={state}"


def visit(address: str) -> bool:
    """Agree, as a browser in another process does."""
    target = urlsplit(back(address))

    def go() -> None:
        line = http.client.HTTPConnection("127.0.0.1", target.port, timeout=10)
        line.request("GET", f"{target.path}?{target.query}")
        line.getresponse().read()
        line.close()

    threading.Thread(target=go).start()
    return True


def test_the_browser_brings_the_consent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = Consent()
    monkeypatch.setattr("webbrowser.open", visit)
    obtain = browser().consent(channel)
    assert channel.exchanged == [], "not before it is sure that it can be kept"
    assert obtain().values == {"token": PLANTED}
    ((params, redirect, verifier),) = channel.exchanged
    assert params["code"] == PLANTED
    assert redirect.startswith("http://localhost:")
    assert verifier not in channel.asked
    said = capsys.readouterr().out
    assert "https://service.example/agree" in said
    assert PLANTED not in said


def test_no_browser_is_opened_if_nobody_wants_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("webbrowser.open", _never)
    monkeypatch.setattr("promoter.remote.oauth2.Listener.wait", lambda *_: {"code": "1"})
    browser(opens=False).consent(Consent())
    assert "https://service.example/agree" in capsys.readouterr().out


def _never(*_given: object) -> Any:
    raise AssertionError("it must not be called")


@pytest.mark.parametrize(
    ("how", "redirect"),
    [({"pasted": True}, "http://localhost:"), ({"redirect": "https://ocop.example.vn/"}, "https:")],
)
def test_an_answer_can_be_pasted_from_another_machine(
    monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], redirect: str
) -> None:
    channel = Consent()
    monkeypatch.setattr("webbrowser.open", _never)
    seen: list[str] = []
    monkeypatch.setattr("builtins.print", lambda *words, **_: seen.extend(map(str, words)))
    address = [lambda: next(word for word in seen if word.startswith("https://service"))]
    monkeypatch.setattr(accounts, "_hidden", lambda _words: f" {back(address[0]())}\n")
    browser(**how).consent(channel)()
    assert channel.exchanged[0][0]["code"] == PLANTED
    assert channel.exchanged[0][1].startswith(redirect)


def test_a_pasted_answer_to_another_question_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = Consent()
    other = f"http://localhost:1/connect?code={PLANTED}&state=of-yesterday"
    monkeypatch.setattr(accounts, "_hidden", lambda _words: other)
    with pytest.raises(Rejected) as caught:
        browser(pasted=True).consent(channel)
    assert PLANTED not in str(caught.value)
    assert channel.exchanged == []


def test_a_stand_in_agrees_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", _never)
    channel = Consent()
    browser(sandbox=True, agreed=back).consent(channel)()
    assert channel.exchanged[0][0]["code"] == PLANTED


# At a terminal


def test_what_is_typed_is_not_echoed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def hidden(words: str) -> str:
        asked.append(words)
        return f" {PLANTED}\n"

    monkeypatch.setattr("getpass.getpass", hidden)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    assert accounts._typed(["token", "secret"]) == {"token": PLANTED, "secret": PLANTED}
    assert asked == ["token: ", "secret: "]
    assert PLANTED not in capsys.readouterr().out


def test_an_empty_line_at_the_terminal_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _words: "")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    with pytest.raises(ConfigError):
        accounts._typed(["token"])


def test_the_documents_are_json(office: Path) -> None:
    told = json.loads(promoter(office, "accounts", "test", "showcase", "--json").stdout)
    assert (told["name"], told["id"], told["draft"]) == ("showcase", None, None)
