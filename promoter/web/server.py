"""Serves the site: a bound socket first, so that a port in use is told before anything starts."""

import socket
import threading
from typing import Any

import uvicorn

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase


def bind(host: str, port: int) -> socket.socket:
    """Take the port.

    Raises:
        ConfigError: It is in use, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(128)
    except (OSError, OverflowError):
        taken.close()
        raise ConfigError(
            Phrase(
                "cannot serve on {host}:{port}: the port is in use or not allowed; "
                "choose another one (--port, or [web] port)",
                host=host,
                port=port,
            )
        ) from None
    return taken


class Site:
    """A running site in a thread of its own."""

    def __init__(self, app: Any, taken: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,  # its own would open the loggers of vendors again, which show tokens
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(config)
        self._socket = taken
        self._thread = threading.Thread(target=self._run, name="site", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Start serving; what arrives before the site is up waits in the socket's queue."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what was asked, write down what is buffered, and end."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
