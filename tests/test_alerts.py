"""Messages leave in bounded time, whatever the other side does, and say no secret."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from promoter import alerts
from promoter.alerts import Alerts, nobody
from promoter.core.alarm import Message
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.core.problem import Severity
from promoter.settings import load

MESSAGE = Message("Sở Công Thương: 1 việc cần xem", "Bài chưa đăng đúng giờ (1):\n• Muối hạt")
TOKEN = "planted-4711-token"


class Receiver:
    """Who is told: keeps what arrives, and answers by the first part of the path."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.gone = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                receiver.bodies.append(json.loads(self.rfile.read(length)))
                if "/hangs" in self.path:
                    receiver.gone.wait(30)
                status = {"/ok": 200, "/hangs": 200}.get(self.path.rstrip("/"), 500)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        return f"json://user:{TOKEN}@127.0.0.1:{self._server.server_port}/{path}"

    def close(self) -> None:
        self.gone.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Give somebody who is told."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who is told."""
    with receiving() as made:
        yield made


def of(limit: timedelta = timedelta(seconds=20), **urls: str) -> Alerts:
    """Return the alerts of an office by the names of their addresses."""
    return Alerts(list(urls), urls.__getitem__, limit)


def test_a_message_arrives_with_all_its_letters(receiver: Receiver) -> None:
    assert of(a=receiver.url("ok")).send(MESSAGE)
    (body,) = receiver.bodies
    assert (body["title"], body["message"]) == (MESSAGE.title, MESSAGE.body)
    assert body["type"] == "failure"


def test_a_message_that_only_warns_says_so(receiver: Receiver) -> None:
    of(a=receiver.url("ok")).send(Message("a", "b", Severity.WARNING))
    assert receiver.bodies[0]["type"] == "warning"


def test_it_is_told_if_one_of_several_addresses_works(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    both = of(broken=receiver.url("broken"), works=receiver.url("ok"))
    assert both.send(MESSAGE)
    assert [record.args[0] for record in caplog.records if record.args] == ["broken"]  # type: ignore[index]


def test_a_refused_connection_or_an_error_is_not_told_as_sent(receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"json://127.0.0.1:{free.getsockname()[1]}/"
    found = of(closed=closed, broken=receiver.url("broken")).each(MESSAGE)
    assert all("did not arrive" in str(problem) for problem in found.values())
    assert not of(closed=closed).send(MESSAGE)


def test_who_hangs_is_not_waited_for(receiver: Receiver) -> None:
    url = f"{receiver.url('hangs')}?rto=60"
    begun = time.monotonic()
    found = of(timedelta(seconds=6), hangs=url, works=receiver.url("ok")).each(MESSAGE)
    assert time.monotonic() - begun < 15
    assert found["works"] is None
    assert "in time" in str(found["hangs"])


def test_a_message_is_cut_when_the_process_is_to_end(receiver: Receiver) -> None:
    told = of(hangs=f"{receiver.url('hangs')}?rto=60")
    told.stopping.set()
    begun = time.monotonic()
    assert not told.send(MESSAGE)
    assert time.monotonic() - begun < 15


def test_an_address_that_nobody_understands_is_told_by_its_name_alone() -> None:
    found = of(mine=f"nonsense://{TOKEN}").each(None)
    assert "does not understand" in str(found["mine"])
    assert TOKEN not in str(found)


def test_an_address_is_checked_without_sending_anything(receiver: Receiver) -> None:
    assert of(a=receiver.url("broken")).each(None) == {"a": None}
    assert receiver.bodies == []


def test_a_secret_that_is_missing_hurts_only_its_own_address(receiver: Receiver) -> None:
    def reveal(name: str) -> str:
        if name == "env:GONE":
            raise ConfigError(Phrase("the environment variable GONE is not set"))
        return receiver.url("ok")

    found = Alerts(["env:GONE", "env:HERE"], reveal).each(MESSAGE)
    assert "GONE" in str(found["env:GONE"]) and found["env:HERE"] is None


def test_no_token_is_said_by_anybody(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = of(ok=receiver.url("ok"), broken=receiver.url("broken"), wrong=f"tgram://{TOKEN}/never")
    told.send(MESSAGE)
    said = capfd.readouterr()
    assert TOKEN not in caplog.text + said.out + said.err + repr(told.each(None))


def test_a_token_is_in_no_argument_of_the_other_process(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = subprocess.Popen

    def spying(*given: Any, **named: Any) -> Any:
        seen.append((given, named))
        return real(*given, **named)

    monkeypatch.setattr(subprocess, "Popen", spying)
    assert of(a=receiver.url("ok")).send(MESSAGE)
    assert len(seen) == 1 and TOKEN not in repr(seen)


def test_a_process_that_never_answers_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 30\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    begun = time.monotonic()
    found = of(timedelta(seconds=1), a="json://127.0.0.1/").each(MESSAGE)
    assert time.monotonic() - begun < 10
    assert "in time" in str(found["a"])
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


class Worker:
    """A process that ends just after its words were asked for in vain."""

    def __init__(self, told: bytes | None) -> None:
        self.told, self.asked = told, 0

    def communicate(self, _given: bytes | None, timeout: float) -> tuple[bytes, None]:
        self.asked += 1
        if self.asked == 1 or self.told is None:
            raise subprocess.TimeoutExpired("worker", timeout)
        return self.told, None

    def poll(self) -> int:
        return 0


def answered(worker: Any) -> dict[int, int]:
    return alerts._answered(worker, "{}", 9, threading.Event())


def test_what_a_process_said_just_before_its_end_is_heard() -> None:
    assert answered(Worker(b"\n0 0\n1 2\n")) == {0: 0, 1: 2}


def test_a_process_that_ended_and_says_nothing_is_not_waited_for() -> None:
    worker = Worker(None)
    assert (answered(worker), worker.asked) == ({}, 2)


def test_what_was_said_counts_also_where_something_left_behind_holds_the_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho '0 0'\nsleep 15 &\nexit 0\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    begun = time.monotonic()
    assert of(a="json://127.0.0.1/").each(MESSAGE) == {"a": None}
    assert time.monotonic() - begun < 10


def test_a_machine_that_starts_no_process_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert not of(a="json://127.0.0.1/").send(MESSAGE)


def test_an_orphan_ends_by_itself(receiver: Receiver) -> None:
    task = {"urls": [f"{receiver.url('hangs')}?rto=60"], "seconds": 2, "title": "a", "body": "b"}
    done = subprocess.run(
        [sys.executable, "-m", "promoter.alerts"],
        cwd=Path(alerts.__file__).parent.parent,
        env=dict(os.environ),
        input=json.dumps(task).encode(),
        capture_output=True,
        timeout=25,
        check=False,
    )
    assert done.returncode == 1 and not done.stdout


def test_an_office_without_addresses_tells_nobody_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "promoter.alerts")
    assert not nobody(MESSAGE)
    assert MESSAGE.title in caplog.text


SETTINGS = """
[office]
name = "Sở Công Thương"
public_url = "https://ocop.example.vn"
[catalog]
path = "products.csv"
"""


@pytest.mark.parametrize("written", [f"tgram://{TOKEN}/1", "store:alert", "connect", ""])
def test_settings_name_an_address_and_never_hold_it(tmp_path: Path, written: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'{SETTINGS}[alerts]\nurls = ["env:GOOD", "{written}"]\n', encoding="utf-8")
    settings, (problem,) = load(file, ["showcase"])
    assert settings is None
    assert problem.key == "alerts.urls[1]" and TOKEN not in str(problem.phrase)


def test_several_addresses_may_be_named_by_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMOTER_ALERTS__URLS", "env:ONE file:/run/secrets/two")
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    settings, _ = load(file, ["showcase"])
    assert settings and settings.alerts.urls == ("env:ONE", "file:/run/secrets/two")


def test_apprise_is_not_loaded_into_the_office() -> None:
    code = "import sys, promoter.app; print('apprise' in sys.modules)"
    root = Path(alerts.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
