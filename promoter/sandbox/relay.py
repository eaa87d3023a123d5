"""A faulty line to a service on another port of this machine, which itself never fails."""

import socket

from promoter.sandbox.contract import RETRY_AFTER, Answer, Fault, Request
from promoter.sandbox.line import LOCAL, PATIENCE_SECONDS, REMEMBER, Line
from promoter.sandbox.weather import Weather

_STATUS = {Fault.THROTTLED: 429, Fault.EXPIRED: 401, Fault.REFUSED: 400}


class Relay(Line):
    """Hands each request on, and the answer back."""

    def __init__(
        self,
        port: int,
        *,
        host: str = LOCAL,
        listener: socket.socket | None = None,
        weather: Weather | None = None,
        remember: int = REMEMBER,
    ) -> None:
        """Take a port of its own; `port` is that of the service."""
        super().__init__(
            self._forward, _instead, listener=listener, weather=weather, remember=remember
        )
        self._upstream = (host, port)

    def _forward(self, request: Request, _fault: Fault | None) -> Answer:
        kept = {name: value for name, value in request.headers.items() if name != "connection"}
        lines = [f"{request.method} {request.target} HTTP/1.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in kept.items()]
        with socket.create_connection(self._upstream, PATIENCE_SECONDS) as service:
            service.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + request.body)
            return _parsed(_all(service))


def _all(service: socket.socket) -> bytes:
    answer = b""
    while part := service.recv(65_536):
        answer += part
    return answer


def _parsed(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    pairs = (field.partition(":") for field in fields)
    headers = {name.strip(): value.strip() for name, _, value in pairs}
    dropped = ("connection", "content-length")
    kept = {name: value for name, value in headers.items() if name.lower() not in dropped}
    return Answer(int(first.split(" ")[1]), body, kept)


def _instead(_request: Request, fault: Fault) -> Answer:
    headers = {"Retry-After": str(RETRY_AFTER)} if fault is Fault.THROTTLED else {}
    body = {"reason": f"fault: {fault.value}"}
    return Answer.json(body, _STATUS.get(fault, 500), headers)
