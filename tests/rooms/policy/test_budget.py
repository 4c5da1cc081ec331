from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.model import RefusalGround, Subject, SubjectKind
from lintas.policy import Limits, Usage, asked_for, looks_like_enumeration, spent, within_budget
from lintas.policy.budget import NEIGHBOURS, STEADY_STEPS, SWEPT_DATES, SWEPT_NAMES

LIMITS = Limits(officer_hour=10, officer_day=30, agency_hour=100, agency_day=300)


def first_alarm(lines: list[str]) -> int | None:
    """After how many questions enumeration is noticed, when they are asked one after another."""
    return next((n for n, line in enumerate(lines, 1) if looks_like_enumeration(lines[: n - 1], line)), None)


def test_a_first_question_is_within_the_budget() -> None:
    assert within_budget(Usage(), LIMITS) is None


@pytest.mark.parametrize(
    ("usage", "window"),
    [
        (Usage(officer_hour=9, agency_hour=99, officer_day=29, agency_day=299), None),
        (Usage(officer_hour=10), timedelta(hours=1)),
        (Usage(agency_hour=100), timedelta(hours=1)),
        (Usage(officer_day=30), timedelta(days=1)),
        (Usage(agency_day=300), timedelta(days=1)),
        (Usage(officer_hour=10, officer_day=30), timedelta(days=1)),
    ],
)
def test_a_spent_budget_names_how_long_it_lasts(usage: Usage, window: timedelta | None) -> None:
    assert spent(usage, LIMITS) == window
    assert within_budget(usage, LIMITS) == (RefusalGround.BUDGET_SPENT if window else None)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 400))
def test_asking_more_never_frees_a_budget(hour: int, more: int, agency: int) -> None:
    before = Usage(officer_hour=hour, agency_hour=agency)
    after = Usage(officer_hour=hour + more, agency_hour=agency + more)

    if spent(before, LIMITS):
        assert spent(after, LIMITS)


def test_enumeration_is_refused_with_its_own_ground() -> None:
    recent = tuple(f"passportNumber=X100000{n}" for n in range(9))

    assert within_budget(Usage(recent=recent, new=("passportNumber=X1000009",)), LIMITS) is RefusalGround.ENUMERATION


@pytest.mark.parametrize(
    "lines",
    [
        [f"passportNumber=X{1234560 + n}" for n in range(30)],
        [f"passportNumber=X{1234560 - n}" for n in range(30)],
        [f"passportNumber=X{1299995 + n}" for n in range(30)],  # over a change of hundreds
        [f"registrationNumber=B{n}XYZ" for n in range(1290, 1320)],
        [f"registrationNumber=B1234XY{letter}" for letter in "ABCDEFGHIJKLMNO"],
        [f"phone={6281234567000 + 7 * n}" for n in range(30)],
        [f"phone={6281234000000 + 1000 * n}" for n in range(30)],  # wide, steady steps
        [f"imei=35847320{n:07d}" for n in (41, 7, 23, 11, 3, 35, 29, 17, 13, 5, 37)],  # a range in any order
    ],
    ids=["upwards", "downwards", "carry", "plates", "last letter", "phones", "wide steps", "shuffled"],
)
def test_counting_through_identifiers_is_noticed_soon(lines: list[str]) -> None:
    noticed = first_alarm(lines)

    assert noticed is not None
    assert noticed <= max(NEIGHBOURS, STEADY_STEPS) + 1


def test_sweeping_the_birth_dates_of_one_name_is_noticed() -> None:
    lines = [f"name=budi santoso|1970-03-{day:02d}" for day in range(1, 29)]

    assert first_alarm(lines) == SWEPT_DATES


def test_sweeping_years_of_one_name_is_noticed() -> None:
    lines = [f"name=sukarno|{year}" for year in range(1950, 1990)]

    assert first_alarm(lines) == SWEPT_DATES


def test_sweeping_names_over_one_birth_date_is_noticed() -> None:
    lines = [f"name={name}|1984-07-23" for name in (f"orang {chr(97 + n)}{chr(97 + n)}" for n in range(26))]

    assert first_alarm(lines) == SWEPT_NAMES


@pytest.mark.parametrize(
    "lines",
    [
        [f"registrationNumber={plate}" for plate in ("B1234XYZ", "81234XYZ", "B1234XVZ", "B1284XYZ")],
        [f"passportNumber=C{7350012 + n}" for n in range(6)],  # a family
        [f"name=budi santoso|{date}" for date in ("1970-03-04", "1970-04-03", "1971-03-04", "1970")],
        [f"name=orang {chr(97 + n)}|1970-01-01" for n in range(26)],  # the day that stands for an unknown day
        [f"name=penumpang {chr(97 + n)}|19{60 + n}-05-1{n % 10}" for n in range(26)],
        ["phone=6281234567890"] * 30,  # the same question again
        [f"name={name}|" for name in ("ani", "budi", "citra", "dewi", "eka", "fitri", "gita", "hadi", "indah", "joko")],
    ],
    ids=["spellings", "family", "doubt", "unknown day", "passenger list", "again", "names without dates"],
)  # fmt: skip
def test_ordinary_work_raises_no_alarm(lines: list[str]) -> None:
    assert first_alarm(lines) is None


@given(st.lists(st.text(alphabet="AB012", min_size=1, max_size=4), max_size=NEIGHBOURS))
def test_a_handful_of_numbers_raises_no_alarm_whatever_they_are(numbers: list[str]) -> None:
    assert first_alarm([f"registrationNumber={number}" for number in numbers]) is None


def test_different_kinds_of_numbers_are_not_counted_together() -> None:
    recent = [f"passportNumber=X100000{n}" for n in range(9)]

    assert not looks_like_enumeration(recent, "idNumber=X1000009")


def test_a_question_is_written_down_by_identifier_and_by_name_with_date() -> None:
    subject = Subject(
        kind=SubjectKind.PERSON,
        properties={"name": ("Budi SANTOSO",), "birthDate": ("1970-01-31",), "passportNumber": ("x 123-4567",)},
    )

    assert asked_for(subject) == ("passportNumber=X1234567", "name=budi santoso|1970-01-31")


def test_a_name_in_parts_is_the_same_question_as_the_whole_name() -> None:
    whole = Subject(kind=SubjectKind.PERSON, properties={"name": ("José Rizal",), "birthDate": ("1961",)})
    parts = Subject(
        kind=SubjectKind.PERSON,
        properties={"firstName": ("Jose",), "lastName": ("RIZAL",), "birthDate": ("1961",)},
    )

    assert asked_for(whole) == asked_for(parts) == ("name=jose rizal|1961",)


def test_without_a_date_the_name_stands_alone() -> None:
    subject = Subject(kind=SubjectKind.COMPANY, properties={"name": ("PT Laut Biru",)})

    assert asked_for(subject) == ("name=pt laut biru|",)


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=30))
def test_no_text_breaks_the_look(new: str, recent: list[str]) -> None:
    assert looks_like_enumeration(recent, new) in {True, False}
