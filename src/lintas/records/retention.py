"""How long a record may live before a person must look at it again (rules R08, R27). Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from lintas.model import SubjectCategory

REMINDER_MONTHS = 4
"""The owner is reminded this long before the review (Regulation (EU) 2018/1862 article 53)."""

QUARANTINE_DAYS = 30
"""What is deleted can be brought back for this long (rule R31)."""

REVIEW_MONTHS: Mapping[SubjectCategory, int] = {
    SubjectCategory.WANTED: 60,
    SubjectCategory.MISSING: 60,
    SubjectCategory.SUSPECT: 36,
    SubjectCategory.CONVICTED: 36,
    SubjectCategory.VICTIM: 36,
    SubjectCategory.WITNESS: 36,
    SubjectCategory.DECEASED: 36,
    SubjectCategory.CONTACT: 12,
    # Data of a victim of identity theft live only as long as they protect that person: the shortest period (rule R11).
    SubjectCategory.MISUSED_IDENTITY: 12,
    SubjectCategory.OBJECT: 120,
    # Nobody stays uncategorised: categorised or deleted within six months (rule R27).
    SubjectCategory.UNKNOWN: 6,
}
"""Wanted and missing 5 years, judicial procedure 3, preventive 1, objects 10 (articles 53 and 54; rule R08)."""


@lru_cache(maxsize=64)  # an import asks the same a million times
def review_due(category: SubjectCategory, since: datetime) -> datetime:
    """When a record of this category has to be looked at again, counted from `since`."""
    return months_after(since, REVIEW_MONTHS[category])


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and hour some calendar months later; the last day of the month where that day does not exist."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
