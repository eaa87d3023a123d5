"""The line to a stand-in: what comes is counted, what fails fails as real lines do."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from promoter.sandbox.contract import Answer, Fault, Request
from promoter.sandbox.engagement import audience, draw, grown
from promoter.sandbox.line import Line
from promoter.sandbox.shelf import Shelf

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Counter:
    """A service that counts what it did."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Fault | None]] = []

    def handle(self, request: Request, fault: Fault | None) -> Answer:
        self.done.append((request.target, fault))
        return Answer.json({"number": len(self.done)})

    def failure(self, _request: Request, fault: Fault) -> Answer:
        return Answer.json({"reason": fault.value}, 418)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def line(counter: Counter) -> Iterator[Line]:
    with Line(counter.handle, counter.failure) as opened:
        yield opened


def get(line: Line, path: str = "/a", timeout: float = 0.3) -> requests.Response:
    return requests.get(line.url + path, timeout=timeout)


def test_a_request_is_carried_out_and_counted(line: Line, counter: Counter) -> None:
    assert get(line).json() == {"number": 1}
    assert (line.left("GET", "/a"), line.carried("GET", "/a"), line.left("POST")) == (1, 1, 0)
    assert counter.done == [("/a", None)]


@pytest.mark.parametrize(
    "fault", [Fault.THROTTLED, Fault.EXPIRED, Fault.REFUSED, Fault.SERVER_ERROR_BEFORE]
)
def test_what_is_refused_is_said_in_the_services_words_and_not_done(
    line: Line, counter: Counter, fault: Fault
) -> None:
    line.arm(fault)
    answer = get(line)
    assert (answer.status_code, answer.json()) == (418, {"reason": fault.value})
    assert counter.done == []
    assert get(line).status_code == 200, "a fault strikes once"


def test_an_error_after_the_deed_hides_that_it_was_done(line: Line, counter: Counter) -> None:
    line.arm(Fault.SERVER_ERROR_AFTER)
    assert get(line).status_code == 418
    assert len(counter.done) == 1


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.CUT, Fault.DRIP, Fault.LATE])
def test_what_is_not_answered_is_done_all_the_same(
    line: Line, counter: Counter, fault: Fault
) -> None:
    line.arm(fault)
    if fault is Fault.DRIP:
        with socket.create_connection(("127.0.0.1", int(line.url.rpartition(":")[2]))) as client:
            client.sendall(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.recv(1) == b"H"
    else:
        with pytest.raises(requests.RequestException):
            get(line)
    line.settled()
    assert len(counter.done) == 1


@pytest.mark.parametrize("fault", [Fault.LAGGING, Fault.REWRITTEN])
def test_what_the_service_itself_does_wrong_is_told_to_it(
    line: Line, counter: Counter, fault: Fault
) -> None:
    line.arm(fault)
    assert get(line).status_code == 200
    assert counter.done == [("/a", fault)]


def test_an_unreachable_service_refuses_until_it_is_healed(line: Line, counter: Counter) -> None:
    line.arm(Fault.UNREACHABLE)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            get(line)
    line.heal()
    assert get(line).status_code == 200
    assert len(counter.done) == 1


def test_the_nth_matching_request_is_struck(line: Line) -> None:
    line.arm(Fault.REFUSED, "GET", "/b", nth=2)
    assert [get(line, path).status_code for path in ("/a", "/b", "/a", "/b", "/b")] == [
        200,
        200,
        200,
        418,
        200,
    ]


def test_a_form_arrives_with_its_fields_and_files_whole(line: Line) -> None:
    data = bytes(range(256)) * 400 + b"\r\n--"
    requests.post(
        line.url,
        data={"caption": "Muối"},
        files={"image": ("ảnh.jpg", data, "image/jpeg")},
        timeout=2,
    )
    (request,) = line.sent("POST")
    assert request.fields == {"caption": ["Muối"]}
    (file,) = request.files["image"]
    assert (file.mime, file.data) == ("image/jpeg", data)


def test_the_host_that_was_meant_is_known(line: Line) -> None:
    requests.get(line.url, headers={"Host": "Graph.Facebook.com:443"}, timeout=2)
    assert line.sent()[0].host == "graph.facebook.com"


# The shelf


def test_a_shelf_outlives_its_process_and_keeps_sections_apart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "sandbox.db")
    shelf.section("x").put("post", "1", {"text": "Muối"})
    shelf.section("x").put_file("1", b"bytes")
    assert [shelf.section("x").number(), shelf.section("x").number()] == [1, 2]
    shelf.close()
    again = Shelf(tmp_path / "sandbox.db")
    assert again.section("x").get("post", "1") == {"text": "Muối"}
    assert again.section("x").file("1") == b"bytes"
    assert again.section("x").number() == 3
    assert again.section("facebook").get("post", "1") is None
    assert again.section("facebook").number() == 1
    again.close()


def test_records_keep_the_order_in_which_they_came() -> None:
    shelf = Shelf()
    for name in ("b", "a", "c"):
        shelf.put("post", name, {})
    shelf.put("post", "a", {"changed": True})
    assert list(shelf.all("post")) == ["b", "a", "c"]
    shelf.remove("post", "a")
    shelf.remove("post", "never")
    assert list(shelf.all("post")) == ["b", "c"]


# Engagement


def test_engagement_grows_never_shrinks_and_is_the_same_for_everybody() -> None:
    from datetime import timedelta

    before = dict.fromkeys(audience("1", NOW, NOW), 0)
    for hours in (0, 1, 6, 24, 72, 700):
        then = audience("1", NOW, NOW + timedelta(hours=hours))
        assert then == audience("1", NOW, NOW + timedelta(hours=hours))
        assert all(then[name] >= before[name] for name in before)
        assert then["views"] >= then["reach"] >= then["reactions"]
        before = then
    assert before["views"] > 0
    assert audience("1", NOW, NOW - timedelta(hours=1))["views"] == 0


def test_a_draw_keeps_its_bounds() -> None:
    drawn = {draw(3, 5, "seed", str(number)) for number in range(100)}
    assert drawn == {3, 4, 5}
    assert grown(10, NOW, NOW) == 0
