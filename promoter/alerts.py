"""alerts: sends one message to the people who look after the office, through Apprise.

Apprise speaks to some hundred services, in its own way: it may hang, and it logs addresses that
hold tokens. So it works in a process of its own, which takes the addresses from its standard
input, says nothing, and is ended when its time is over. Its memory goes with it.
"""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from promoter.core.alarm import Message
from promoter.core.errors import ConfigError
from promoter.core.model import Phrase
from promoter.core.problem import Severity

log = logging.getLogger("promoter.alerts")

LIMIT = timedelta(seconds=20)
"""Longest time of one message, to all addresses together."""
POLL_SECONDS = 0.1
SENT, UNKNOWN, FAILED = range(3)
_LINE = re.compile(rb"(\d+) (\d)")


class Alerts:
    """The addresses of an office, each named as a secret.

    Attributes:
        stopping: Set when this process is about to end: a message under way is cut.
    """

    def __init__(
        self,
        references: Sequence[str],
        reveal: Callable[[str], str],
        limit: timedelta = LIMIT,
    ) -> None:
        """Name the addresses; nothing is read yet.

        Args:
            references: `env:NAME` or `file:/path`, each of one Apprise address.
            reveal: Returns the secret that a reference names.
            limit: Longest time of one message.
        """
        self.references = tuple(references)
        self._reveal, self._limit = reveal, limit
        self.stopping = threading.Event()

    def send(self, message: Message) -> bool:
        """Send a message to all addresses; tell whether anybody got it. Nothing is raised."""
        results = self.each(message)
        for reference, problem in results.items():
            if problem:
                log.warning("%s: %s", reference, problem)
        return None in results.values()

    def each(self, message: Message | None) -> dict[str, Phrase | None]:
        """Send a message, or only check the addresses; return what is wrong with each, or None.

        Args:
            message: None sends nothing.
        """
        results: dict[str, Phrase | None] = {}
        urls = {}
        for reference in self.references:
            try:
                urls[reference] = self._reveal(reference)
            except ConfigError as error:
                results[reference] = error.phrase
        words = {SENT: None, UNKNOWN: _UNKNOWN}
        codes = self._ask(list(urls.values()), message) if urls else {}
        for place, reference in enumerate(urls):
            if place in codes:
                results[reference] = words.get(codes[place], _FAILED)
        return {reference: results.get(reference, _IN_TIME) for reference in self.references}

    def _ask(self, urls: list[str], message: Message | None) -> dict[int, int]:
        """Let the other process work; return codes by the places of the addresses it came to."""
        seconds = self._limit.total_seconds()
        task = {"urls": urls, "seconds": seconds}
        if message:
            failure = message.severity is Severity.ERROR
            task |= {"title": message.title, "body": message.body, "failure": failure}
        try:
            worker = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", __name__],
                cwd=Path(__file__).parent.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return {}
        with worker:
            try:
                return _answered(worker, json.dumps(task), seconds, self.stopping)
            finally:
                worker.kill()


_UNKNOWN = Phrase("Apprise does not understand this address; see github.com/caronc/apprise")
_FAILED = Phrase("the message did not arrive; check the address and the network")
_IN_TIME = Phrase("the message did not leave in time; check the network")


def _answered(
    worker: subprocess.Popen[bytes], task: str, seconds: float, stopping: threading.Event
) -> dict[int, int]:
    """Return what the process tells while there is time: a line for each address, as it is done."""
    until = time.monotonic() + seconds
    given: bytes | None = task.encode()
    ended = False
    while True:
        try:
            told, _ = worker.communicate(given, timeout=POLL_SECONDS)
            break
        except subprocess.TimeoutExpired as passed:
            given = None
            if ended:  # something that it has left behind holds its output
                told = passed.output or b""
                break
            ended = worker.poll() is not None  # its last words may still be on their way
            if stopping.is_set() or time.monotonic() > until:
                worker.kill()
    codes = {}
    for line in told.splitlines():
        if match := _LINE.fullmatch(line):
            codes[int(match[1])] = int(match[2])
    return codes


def nobody(message: Message) -> bool:
    """Send nothing, and say so: this office has no addresses for alerts."""
    log.info("nobody is told, [alerts] has no addresses: %s", message.title)
    return False


def _work() -> None:
    """Be the other process: read the task, send, and print a code for each address."""
    task = json.load(sys.stdin)
    seconds = float(task["seconds"])
    # should the office die meanwhile, nobody else would end this process
    watchdog = threading.Timer(seconds, os._exit, [1])
    watchdog.daemon = True
    watchdog.start()
    threads = [
        threading.Thread(target=_tell, args=(place, url, task), daemon=True)
        for place, url in enumerate(task["urls"])
    ]
    for made in threads:
        made.start()
    for made in threads:
        made.join()
    os._exit(0)  # what the library has left running is not waited for


def _tell(place: int, url: str, task: dict[str, str]) -> None:
    """Send to one address, and print what became of it."""
    sys.stdout.write(f"\n{place} {_send(url, task)}\n")
    sys.stdout.flush()


def _send(url: str, task: dict[str, str]) -> int:
    """Send to one address, or only look at it if there is no text; return what became of it."""
    from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, PersistentStoreMode

    # nothing of an address is kept in files of its own
    memory = PersistentStoreMode.MEMORY
    asset = AppriseAsset(app_id="promoter", app_desc="promoter", app_url="", storage_mode=memory)
    one = Apprise(asset=asset)
    if not one.add(url):
        return UNKNOWN
    kind = NotifyType.FAILURE if task.get("failure") else NotifyType.WARNING
    plain = NotifyFormat.TEXT
    arrived = "body" not in task or bool(
        one.notify(task["body"], title=task["title"], notify_type=kind, body_format=plain)
    )
    return SENT if arrived else FAILED


if __name__ == "__main__":
    _work()
