"""A person's consent: what proves that an answer belongs to the question, and waiting for it."""

import http.client
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest

from promoter.core.errors import ConfigError, Rejected, Transient
from promoter.core.model import Phrase
from promoter.remote.oauth2 import Listener, Proof, answered

PATIENCE = timedelta(seconds=10)
STATE = "state-of-this-question"
CODE = "planted-code-4711"


class Wait:
    """A listener that waits in a thread, and whoever comes to it."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.found: list[Mapping[str, str]] = []
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()

    def _wait(self) -> None:
        self.found.append(self.listener.wait(PATIENCE))

    def come(self, target: str, method: str = "GET") -> tuple[int, str]:
        """Ask as a browser does; return the status and the page."""
        port = urlsplit(self.listener.redirect).port
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.request(method, target)
        answer = line.getresponse()
        page = answer.read().decode()
        line.close()
        return answer.status, page

    def agree(self, **more: str) -> tuple[int, str]:
        parts = {"code": CODE, "state": STATE, **more}
        return self.come("/connect?" + "&".join(f"{k}={quote(v)}" for k, v in parts.items()))

    def end(self) -> Mapping[str, str]:
        self._thread.join(PATIENCE.total_seconds())
        return self.found[0]


@pytest.fixture
def wait() -> Iterator[Wait]:
    """A listener that waits for the answer to STATE."""
    with Listener(STATE) as listener:
        made = Wait(listener)
        yield made
        if not made.found:
            made.agree()
            made.end()


# What proves it


def test_the_challenge_is_that_of_the_standard() -> None:
    proof = Proof(STATE, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")  # RFC 7636, appendix B
    assert proof.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_each_question_has_a_proof_of_its_own() -> None:
    one, two = Proof(), Proof()
    assert len({one.state, two.state, one.verifier, two.verifier}) == 4
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", one.verifier), "RFC 7636, section 4.1"
    assert one.verifier not in repr(one)
    assert one.state not in repr(one)


def test_an_answer_is_what_its_address_says() -> None:
    address = f"  http://localhost:8/connect?code={CODE}%23&state={STATE}&shop_id=7#_=_\n"
    assert answered(address, STATE) == {"code": f"{CODE}#", "state": STATE, "shop_id": "7"}


@pytest.mark.parametrize(
    "address",
    [
        "",
        CODE,
        f"http://localhost/connect?code={CODE}",
        f"http://localhost/connect?code={CODE}&state=",
        f"http://localhost/connect?code={CODE}&state=state-of-another",
        f"http://localhost/connect?code={CODE}&state={STATE}x",
        f"http://localhost/connect?code={CODE}&state={STATE}&state=x",
        f"http://localhost/connect?code={CODE}&code=x&state={STATE}",
        f"http://localhost/connect?state={STATE}&" + "&".join(f"{n}=1" for n in range(60)),
        f"http://[localhost/connect?code={CODE}&state={STATE}",
        f"http://localhost/connect?code={CODE}&state=ế",
    ],
)
def test_an_answer_to_another_question_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(Rejected) as caught:
        answered(address, STATE)
    assert "planted" not in f"{caught.value} {caught.value!r} {caught.value.__context__!r}"


# Waiting


def test_the_answer_ends_the_wait_and_the_window_can_be_closed(wait: Wait) -> None:
    status, page = wait.agree()
    assert (status, "can be closed" in page) == (200, True)
    assert wait.end() == {"code": CODE, "state": STATE}


def test_the_page_speaks_the_readers_language() -> None:
    def say(phrase: Phrase) -> str:
        return f"<{len(phrase.text)}> đóng cửa sổ"

    with Listener(STATE, say=say) as listener:
        made = Wait(listener)
        _, page = made.agree()
        made.end()
    assert "&gt; đóng cửa sổ" in page
    assert "<meta charset=utf-8>" in page


def test_a_refusal_of_the_person_is_an_answer_too(wait: Wait) -> None:
    wait.come(f"/connect?error=access_denied&state={STATE}")
    assert wait.end()["error"] == "access_denied"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/favicon.ico", 404),
        ("/", 404),
        (f"/other?code={CODE}&state={STATE}", 404),
        (f"/connect?code={CODE}", 400),
        (f"/connect?code={CODE}&state=wrong", 400),
        (f"/connect?code={CODE}&state={STATE}&state={STATE}", 400),
    ],
)
def test_what_is_no_answer_is_refused_and_does_not_end_the_wait(
    wait: Wait, target: str, status: int
) -> None:
    assert wait.come(target)[0] == status
    assert wait.found == []
    wait.agree()
    assert wait.end()["code"] == CODE


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_only_a_browser_that_was_sent_back_is_listened_to(wait: Wait, method: str) -> None:
    assert wait.come(f"/connect?code={CODE}&state={STATE}", method)[0] == 501
    assert wait.found == []


def test_a_code_that_arrives_twice_counts_once(wait: Wait) -> None:
    wait.agree()
    wait.agree(code="another")
    assert wait.end()["code"] == CODE
    assert len(wait.found) == 1


@pytest.mark.parametrize("said", [b"", b"GET /conn", b"\x16\x03\x01\x02", b"\n\n\n\n"])
def test_a_connection_that_says_nothing_holds_nobody_up(wait: Wait, said: bytes) -> None:
    port = urlsplit(wait.listener.redirect).port or 0
    with socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(said)
        wait.agree()
        assert wait.end()["code"] == CODE


def test_an_answer_that_comes_before_anybody_waits_is_kept() -> None:
    with Listener(STATE) as listener:
        early = Wait.__new__(Wait)
        early.listener = listener
        assert early.agree()[0] == 200
        assert listener.wait(timedelta(seconds=0.01))["code"] == CODE


def test_the_wait_ends_by_itself() -> None:
    with Listener(STATE) as listener, pytest.raises(Transient, match="begin again"):
        listener.wait(timedelta(seconds=0.01))


def test_after_the_wait_nobody_listens() -> None:
    with Listener(STATE) as listener:
        made = Wait(listener)
        made.agree()
        made.end()
    with pytest.raises(ConnectionRefusedError):
        made.agree()


def test_the_same_port_can_be_used_again_at_once() -> None:
    with Listener(STATE) as listener:
        made = Wait(listener)
        made.agree()
        made.end()
    port = urlsplit(made.listener.redirect).port or 0
    with Listener(STATE, port=port) as again:
        assert urlsplit(again.redirect).port == port


def test_a_port_in_use_is_told() -> None:
    with Listener(STATE) as listener:
        port = urlsplit(listener.redirect).port or 0
        with pytest.raises(ConfigError, match=f"{port}.*--port"):
            Listener(STATE, port=port)


def test_only_this_machine_is_listened_to() -> None:
    with Listener(STATE) as listener:
        assert listener._server.server_address[0] == "127.0.0.1"
        assert urlsplit(listener.redirect).hostname == "localhost"


def test_nothing_that_comes_is_printed(
    wait: Wait, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    wait.come(f"/connect?code={CODE}&state=wrong")
    wait.come(f"/connect?code={CODE}", "POST")
    wait.agree()
    wait.end()
    said = capfd.readouterr()
    assert (said.out, said.err, caplog.text) == ("", "", "")


def test_the_page_is_kept_by_nobody(wait: Wait) -> None:
    port = urlsplit(wait.listener.redirect).port
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", f"/connect?code={CODE}&state={STATE}")
    answer = line.getresponse()
    page = answer.read().decode()
    line.close()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert CODE not in page
