"""A faulty line between an adapter and its service, and our own showcase to stand at its end.

    def test_a_lost_answer(showcase_service: ShowcaseService, proxy: Proxy) -> None:
        channel = …connected to `proxy.url` with `showcase_service.token`…
        proxy.arm(Fault.LOST_ANSWER, "PUT", "/posts/")          # the next PUT of a post
        …
        assert proxy.left("PUT", "/posts/") == 1                # what the client sent
        assert len(showcase_service.kept()) == 1                # what the service did

More lines: `with Proxy("127.0.0.1", port) as line: …`; see `promoter.sandbox.line`.
"""

import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from promoter.media import MediaStore
from promoter.sandbox.contract import RETRY_AFTER as RETRY_AFTER  # tests compare with it
from promoter.sandbox.contract import Fault as Fault  # tests take both from here
from promoter.sandbox.line import LOCAL
from promoter.sandbox.relay import Relay
from promoter.store import showcase
from promoter.store.database import Store
from promoter.store.showcase import ShowcasePost


class Proxy(Relay):
    """A faulty line to a service on another port of this machine."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(port, host=host)


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((LOCAL, port))
    return made


class Served:
    """One server for a whole run of tests; each test puts its own application on it."""

    def __init__(self) -> None:
        import uvicorn

        self.app: Any = None
        self._listener = _bound(0)
        self._listener.listen(16)
        self.port = int(self._listener.getsockname()[1])
        config = uvicorn.Config(
            self._call,
            interface="asgi3",
            log_config=None,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )
        self._thread.start()

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        """End the server."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()


@dataclass(frozen=True, slots=True)
class ShowcaseService:
    """Our showcase's API, served for real, with a store and media of its own."""

    url: str
    port: int
    account: str
    token: str
    store: Store
    media: MediaStore

    def kept(self) -> Sequence[ShowcasePost]:
        """Return the posts that the public sees."""
        with self.store.read() as session:
            return showcase.published(session, 1_000)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server without an application yet."""
    server = Served()
    yield server
    server.stop()


@pytest.fixture
def showcase_service(
    served: Served, sqlite_store: Store, tmp_path: Path
) -> Iterator[ShowcaseService]:
    """The showcase's API on its own port; its store is the test's `sqlite_store`."""
    from fastapi import FastAPI

    from promoter.web.showcase import router

    media = MediaStore(tmp_path / "showcase-media")
    account, token = "showcase", "token-of-the-showcase-4711"
    app = FastAPI()
    app.include_router(
        router(sqlite_store, media, {account: token}, public_url="https://ocop.example.vn")
    )
    served.app = app
    url = f"http://{LOCAL}:{served.port}"
    yield ShowcaseService(url, served.port, account, token, sqlite_store, media)


@pytest.fixture
def proxy(showcase_service: ShowcaseService) -> Iterator[Proxy]:
    """A faulty line to the showcase."""
    with Proxy(LOCAL, showcase_service.port) as line:
        yield line
