"""Dates as people remember and type them: partial, with day and month exchanged, with one wrong digit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

_ISO: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?", re.DOTALL | re.ASCII)
_MOST: Final = 20


class Date(NamedTuple):
    """A date as precise as it is known."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def iso(self) -> str:
        """ISO 8601 in the precision known."""
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


def read_date(text: str) -> Date | None:
    """A date from ISO 8601 in any precision; the first of January is often written when only the year is known."""
    return _read_date(text[:40])


@lru_cache(maxsize=65_536)
def _read_date(text: str) -> Date | None:
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if (month, day) == (1, 1):
        return Date(year)
    return Date(year, month, day) if month <= 12 and day <= 31 else Date(year)


def read_dates(texts: Iterable[str]) -> tuple[Date, ...]:
    """All dates among some values."""
    return tuple(date for text in texts if (date := read_date(text)) is not None)[:_MOST]


def swapped(date: Date) -> Date | None:
    """The date read with day and month exchanged, if that is another date."""
    possible = 0 < date.day <= 12 and date.day != date.month
    return Date(date.year, date.day, date.month) if possible else None


# From the best agreement to the worst.
LEVELS: Final = (
    "same",
    "same_month",
    "day_month_swapped",
    "one_digit",
    "same_year",
    "near_year",
    "other_day",
    "differs",
)


def compare_dates(left: Sequence[Date], right: Sequence[Date]) -> str | None:
    """The best agreement of any date with any other, one of `LEVELS`; None when one side has none."""
    return min((_level(a, b) for a in left for b in right), key=LEVELS.index, default=None)


def _level(a: Date, b: Date) -> str:
    if a == b and a.day:
        return "same"
    if not (a.day and b.day):
        return _partial(a, b)
    if swapped(a) == b:
        return "day_month_swapped"
    if OSA.distance(a.iso, b.iso) <= 1:
        return "one_digit"
    return "other_day" if a.year == b.year else "differs"


def _partial(a: Date, b: Date) -> str:
    if a.year != b.year:
        return "near_year" if abs(a.year - b.year) == 1 else "differs"
    if a.month and b.month:
        return "same_month" if a.month == b.month else "other_day"
    return "same_year"
