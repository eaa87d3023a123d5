"""Reads from an answer's headers how many of an account's calls are used up.

The Graph API tells percentages (X-App-Usage and others), X and many others what is left of how
many (x-rate-limit-…), and when that begins anew.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from promoter.core.account import Quota
from promoter.remote import graph
from promoter.remote.answer import LONGEST_WAIT
from promoter.remote.gauge import Reading

FAMILIES = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")
"""X counts calls in windows of 15 minutes, and posts of a day by app and by user
(docs.x.com, rate limits, read 2026-11)."""


def worst(answers: Sequence[Reading], now: datetime) -> Quota | None:
    """Return the allowance that is nearest to its end, or None if no answer told of one.

    Where each endpoint has an allowance of its own, those of writes count: a list that may not be
    read so often keeps nothing from being posted.
    """
    found = [quota for headers, write in answers for quota in _told(headers, now, write=write)]
    return max(found, key=lambda quota: quota.used, default=None)


def _told(headers: Mapping[str, str], now: datetime, *, write: bool) -> list[Quota]:
    counted = [_counted(headers, family, now) for family in FAMILIES if write]
    return [quota for quota in (graph.usage(headers, now), *counted) if quota]


def _counted(headers: Mapping[str, str], family: str, now: datetime) -> Quota | None:
    limit, left = (_number(headers.get(f"{family}-{part}", "")) for part in ("limit", "remaining"))
    if not limit or left is None:
        return None
    reset = _number(headers.get(f"{family}-reset", ""))
    wait = _wait(headers, reset) if reset else None
    return Quota(max(limit - left, 0) / limit, now + wait if wait is not None else None)


def _wait(headers: Mapping[str, str], reset: int) -> timedelta:
    """Return how long it is to a moment of the service, by the service's own clock."""
    try:
        there = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, OverflowError):
        there = datetime.now(UTC)
    seconds = reset - (there if there.tzinfo else there.replace(tzinfo=UTC)).timestamp()
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,11}", text.strip()) else None
