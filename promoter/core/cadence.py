"""When a campaign speaks: local weekdays and wall-clock times, turned into moments."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from promoter.core.schema import slug


@dataclass(frozen=True, slots=True)
class Cadence:
    """A campaign's weekdays, times and the days it leaves out, on the office's wall clock.

    Attributes:
        weekdays: 0 is Monday, as in `date.weekday()`; ascending.
        times: Ascending, without repeats.
        skip: Local days without slots.
    """

    weekdays: tuple[int, ...]
    times: tuple[time, ...]
    skip: frozenset[date] = frozenset()

    def speaks_on(self, day: date) -> bool:
        """Tell whether a day has slots."""
        return day.weekday() in self.weekdays and day not in self.skip


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment at which one account should show something.

    Attributes:
        ordinal: Place among the day's times, from 0: with the day it is the slot's identity.
        at: UTC.
    """

    day: date
    ordinal: int
    at: datetime


def slots(cadence: Cadence, zone: ZoneInfo, first: date, last: date) -> list[Slot]:
    """Return the slots that a cadence asks for.

    Args:
        zone: The office's time zone.
        first: First local day, inclusive.
        last: Last local day, inclusive; before `first` there is nothing.

    Returns:
        Slots in ascending order of time, no two at the same moment.

    Where clocks spring forward, a skipped time moves ahead by the size of the gap; where they
    fall back, only the first of the two counts. A day that a zone left out has no slots.
    """
    found: dict[datetime, Slot] = {}
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        if not cadence.speaks_on(day):
            continue
        for ordinal, clock in enumerate(cadence.times):
            local = datetime.combine(day, clock.replace(fold=0), zone)  # fold: as promised above
            at = local.astimezone(UTC)
            if at.astimezone(zone).date() == day:
                found.setdefault(at, Slot(day, ordinal, at))
    return [found[at] for at in sorted(found)]


# The calendar of days that campaigns can name

SKIPPABLE = frozenset({"holiday", "lunar", "khmer", "local_festival", "commerce", "theme"})
"""Kinds of days; a season is not one, it lasts for weeks."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "tet-duong-lich": ("nam-moi", "1-1"),
    "tet-nguyen-dan": ("tet",),
    "quoc-te-phu-nu": ("8-3",),
    "gio-to-hung-vuong": ("gio-to",),
    "30-4-1-5": ("30-4",),
    "tet-doan-ngo": ("doan-ngo",),
    "quoc-khanh": ("2-9",),
    "tet-trung-thu": ("trung-thu",),
    "phu-nu-viet-nam": ("20-10",),
    "ngay-nha-giao": ("20-11",),
    "dua-ong-tao": ("ong-tao",),
}
"""Short names that people use."""


def calendar(rows: Iterable[Mapping[str, str]]) -> dict[str, frozenset[date]]:
    """Return the days that a campaign can leave out, by name, of all years together.

    A day has its whole name without accents (`tet-nguyen-dan`), each name of a row with several
    (`Tết Trung thu + Lễ hội …`), and the short one that people use (`tet`).

    Args:
        rows: `start`, `end` (inclusive, as 2026-11-24), `name_vi` and `kind`.

    Raises:
        KeyError: A column is missing.
        ValueError: A day is not one, or a row ends before it starts.
    """
    found: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        if row["kind"].strip() not in SKIPPABLE:
            continue
        first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
        if last < first:
            raise ValueError(f"{row['name_vi']}: {last} < {first}")
        days = {date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)}
        for name in _names(row["name_vi"]):
            found[name] |= days
    return {name: frozenset(days) for name, days in sorted(found.items())}


def _names(text: str) -> set[str]:
    plain = re.sub(r"\([^)]*\)", "", text)
    parts = {slug(part) for part in re.split(r" [+/] |^Sàn:", plain)}
    names = {slug(text), slug(plain)} | parts
    return {name for name in names if name} | {
        alias for name in names for alias in ALIASES.get(name, ())
    }
