"""The days that a report is about: a month, a week or from one day to another.

Days are the office's own; their first and last moments are made here and nowhere else.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from promoter.core.errors import ConfigError
from promoter.core.model import Phrase

LONGEST = 366
DAY = timedelta(days=1)
_YEAR = r"(2[0-9]{3})"  # so that days before and after a period always exist


@dataclass(frozen=True, slots=True)
class Period:
    """Local days of the office, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def before(self) -> "Period":
        """Return the equally long period that ends on the eve of this one."""
        return Period(self.first - DAY * self.days, self.first - DAY)

    def until(self, day: date) -> "Period":
        """Return the part up to a day: only what has passed can be counted."""
        return Period(self.first, min(self.last, day))

    @property
    def month(self) -> bool:
        """Tell whether it is exactly a calendar month."""
        return self.first.day == 1 and self.last == _month_end(self.first)

    @property
    def week(self) -> bool:
        """Tell whether it is exactly a week from Monday."""
        return self.days == 7 and self.first.weekday() == 0

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return its first moment and the first moment after it, in UTC."""
        start, end = (
            datetime.combine(day, time(), zone).astimezone(UTC)
            for day in (self.first, self.last + DAY)
        )
        return start, end


def period(text: str) -> Period:
    """Return the period that a person wrote: 2026-11, 2026-W47 or 2026-10-26..2026-11-22.

    Raises:
        ConfigError: It is written otherwise, ends before it begins or is longer than a year.
    """
    written = text.strip()
    try:
        found = _month(written) or _week(written) or _days(written)
    except ValueError:  # a thirteenth month, a week that the year does not have
        found = None
    if found is None:
        raise ConfigError(
            Phrase(
                "the period is written 2026-11 (a month), 2026-W47 (a week) or "
                "2026-10-26..2026-11-22; found «{found}»",
                found=text,
            )
        )
    if not 1 <= found.days <= LONGEST:
        raise ConfigError(
            Phrase(
                "the period {found} ends before it begins, or is longer than {days} days",
                found=text,
                days=LONGEST,
            )
        )
    return found


def _month(text: str) -> Period | None:
    match = re.fullmatch(_YEAR + r"-([0-9]{2})", text)
    if match is None:
        return None
    first = date(int(match[1]), int(match[2]), 1)
    return Period(first, _month_end(first))


def _week(text: str) -> Period | None:
    match = re.fullmatch(_YEAR + r"-[Ww]([0-9]{1,2})", text)
    if match is None:
        return None
    monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return Period(monday, monday + 6 * DAY)


def _days(text: str) -> Period | None:
    match = re.fullmatch(r"(2[0-9-]{9})\.\.(2[0-9-]{9})", text)
    return Period(date.fromisoformat(match[1]), date.fromisoformat(match[2])) if match else None


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the office's day of a moment."""
    return at.astimezone(zone).date()


def unit(whole: Period) -> str:
    """Return what a period is told in: `day` up to two weeks, `week` up to a quarter, `month`."""
    return "day" if whole.days <= 14 else "week" if whole.days <= 93 else "month"


def spans(whole: Period) -> list[Period]:
    """Return the days, weeks from Monday or months of a period; the first and last may be cut."""
    kind = unit(whole)
    found = []
    first = whole.first
    while first <= whole.last:
        last = min(_end(first, kind), whole.last)
        found.append(Period(first, last))
        first = last + DAY
    return found


def _end(day: date, kind: str) -> date:
    if kind == "week":
        return day + DAY * (6 - day.weekday())
    return day if kind == "day" else _month_end(day)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
