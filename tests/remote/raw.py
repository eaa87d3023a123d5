"""A server that says exactly the bytes it is told to, for what no real service does on purpose."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Say = Callable[[socket.socket], None]
"""What the server does with a client whose request it has read."""

PATIENCE = 20.0


@dataclass(slots=True)
class Raw:
    """A running server.

    Attributes:
        requests: What its clients sent, one for each connection; empty if nothing came.
    """

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(say: Say, *, listen_first: bool = True) -> Iterator[Raw]:
    """Serve on this machine until the block ends.

    Args:
        say: What to do with each client.
        listen_first: False speaks at once, before any request.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    raw = Raw(listener.getsockname()[1])
    workers: list[threading.Thread] = []
    last: list[object] = []

    def serve(client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        with client, suppress(OSError):
            if listen_first:
                raw.requests.append(_request(client))
            say(client)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, address = listener.accept()
                if address in last:
                    client.close()
                    return
                workers.append(threading.Thread(target=serve, args=(client,), daemon=True))
                workers[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield raw
    finally:
        with socket.socket() as closing, suppress(OSError):
            closing.bind(("127.0.0.1", 0))
            last.append(closing.getsockname())
            closing.connect(("127.0.0.1", raw.port))  # clients come in in order: after all others
            acceptor.join(PATIENCE)
        listener.close()
        for worker in workers:
            worker.join(PATIENCE)


def answer(status: int = 200, body: bytes = b"{}", /, **headers: str) -> Say:
    """Return what says a whole answer; names of headers with _ for -."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return said("\r\n".join([*lines, "", ""]).encode() + body)


def said(data: bytes) -> Say:
    """Return what says these bytes and closes."""
    return lambda client: client.sendall(data)


def dripped(data: bytes) -> Say:
    """Return what says these bytes at once and then one more every now and then, without end."""

    def say(client: socket.socket) -> None:
        client.sendall(data)
        while not select.select([client], [], [], 0.05)[0]:
            client.sendall(b"x")

    return say


def silent(client: socket.socket) -> None:
    """Say nothing until the client is gone."""
    while client.recv(65_536):
        pass


def _request(client: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = client.recv(65_536)
        if not part:
            return raw
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    size = next(
        (
            int(line[15:])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < size:
        part = client.recv(65_536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body
