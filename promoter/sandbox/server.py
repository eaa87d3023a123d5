"""Serves the stand-ins on one port: by the host that was meant, and as pages for people."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime

from promoter.sandbox import pages
from promoter.sandbox.contract import Answer, Fault, Feed, Request, Service
from promoter.sandbox.line import REMEMBER, Line
from promoter.sandbox.weather import Weather


class Sandbox(Line):
    """All stand-ins of an office behind one line.

    A request whose Host is that of a service goes to its stand-in, one at a time; any other one
    is a person's who looks at the pages.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        clock: Callable[[], datetime],
        listener: socket.socket | None = None,
        picture: Callable[[str, str], bytes | None] = lambda _channel, _id: None,
        remember: int = REMEMBER,
        weather: Weather | None = None,
    ) -> None:
        """Take a port for the stand-ins.

        Args:
            clock: The office's moment, which demo and rehearsal move.
            listener: A bound socket; without one an ephemeral port is taken.
            picture: Returns the bytes of a channel's picture, for the pages.
            remember: How many requests are kept to be counted.
            weather: What strikes the requests to the services.
        """
        super().__init__(
            self._dispatch, self._failed, listener=listener, remember=remember, weather=weather
        )
        self._services = list(services)
        self._by_host = {host: service for service in services for host in service.hosts}
        self._calls = {service.channel: threading.Lock() for service in services}
        self._clock = clock
        self._picture = picture

    def feeds(self) -> dict[tuple[str, str], Feed]:
        """Return the pages of all accounts as they are now, by channel and account."""
        now = self._clock()
        return {
            (service.channel, feed.account): feed
            for service in self._services
            for feed in service.feeds(now)
        }

    def _dispatch(self, request: Request, fault: Fault | None) -> Answer:
        service = self._by_host.get(request.host)
        if service is None:
            with ExitStack() as quiet:
                for lock in self._calls.values():
                    quiet.enter_context(lock)
                return pages.answer(request, self._services, self._clock(), self._picture)
        with self._calls[service.channel]:
            return service.handle(request, self._clock(), fault)

    def _failed(self, request: Request, fault: Fault) -> Answer:
        service = self._by_host.get(request.host)
        return service.failure(fault) if service else Answer(503, b"sandbox: out of order")
