"""How long each kind of record may live (rule R08)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.model import SubjectCategory
from lintas.records.retention import REVIEW_MONTHS, months_after, review_due

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("category", "year", "month"),
    [
        (SubjectCategory.WANTED, 2031, 1),
        (SubjectCategory.MISSING, 2031, 1),
        (SubjectCategory.SUSPECT, 2029, 1),
        (SubjectCategory.WITNESS, 2029, 1),
        (SubjectCategory.CONTACT, 2027, 1),
        (SubjectCategory.OBJECT, 2036, 1),
        (SubjectCategory.UNKNOWN, 2026, 7),
    ],
)
def test_a_record_is_reviewed_after_the_period_of_its_category(
    category: SubjectCategory, year: int, month: int
) -> None:
    assert review_due(category, NOON) == datetime(year, month, 31, 12, 0, tzinfo=UTC)


def test_every_category_has_its_period() -> None:
    assert set(REVIEW_MONTHS) == set(SubjectCategory)


def test_the_last_day_of_a_month_stays_the_last_day() -> None:
    assert months_after(NOON, 1) == datetime(2026, 2, 28, 12, 0, tzinfo=UTC)
    assert months_after(NOON, 25) == datetime(2028, 2, 29, 12, 0, tzinfo=UTC)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)), st.integers(0, 240))  # noqa: DTZ001
def test_so_many_months_later_is_that_month_and_no_later_day(moment: datetime, months: int) -> None:
    after = months_after(moment, months)

    assert (after.year - moment.year) * 12 + after.month - moment.month == months
    assert after.day <= moment.day
    assert after.timetz() == moment.timetz()


@given(st.sampled_from(SubjectCategory), st.datetimes(timezones=st.just(UTC), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001
def test_nobody_uncategorised_lives_longer_than_anybody_else(category: SubjectCategory, moment: datetime) -> None:
    assert review_due(SubjectCategory.UNKNOWN, moment) <= review_due(category, moment)
