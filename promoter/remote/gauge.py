"""Gathers what services say of the calls that are left, while a thread asks one of them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

Reading = tuple[Mapping[str, str], bool]
"""The headers of an answer, and whether the call was a write."""


class _Gauge(threading.local):
    seen: list[Reading] | None = None


_gauge = _Gauge()


@contextmanager
def gauge() -> Iterator[list[Reading]]:
    """Give a list to which the headers of each answer are added that this thread gets."""
    outer = _gauge.seen
    _gauge.seen = []
    try:
        yield _gauge.seen
    finally:
        _gauge.seen = outer


def note(headers: Mapping[str, str], *, write: bool) -> None:
    """Note the headers of an answer."""
    if _gauge.seen is not None:
        _gauge.seen.append((headers, write))
