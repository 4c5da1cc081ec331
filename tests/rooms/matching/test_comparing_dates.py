"""Dates as they are remembered: partial, turned round, with a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching.dates import LEVELS, Date, compare_dates, read_date, read_dates, swapped
from lintas.matching.model import MODEL
from lintas.matching.weights import LEVELS as WORTH


def level(one, other):
    return compare_dates(read_dates([one]), read_dates([other]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1980-02-03", "1980-02-03", "same"),
        ("1980-02-03", "1980-03-02", "day_month_swapped"),
        ("1980-02-03", "1980-02-08", "one_digit"),
        ("1980-02-03", "1908-02-03", "one_digit"),
        ("1980-02-03", "1980-11-27", "other_day"),
        ("1980-02-03", "1991-11-27", "differs"),
        ("1980-02-03", "1980", "same_year"),
        ("1980", "1980", "same_year"),
        ("1980-02", "1980-02-27", "same_month"),
        ("1980-02", "1980-03-27", "other_day"),
        ("1980", "1981", "near_year"),
        ("1980", "1985", "differs"),
        ("1980-01-01", "1980-07-08", "same_year"),
    ],
)
def test_two_dates_agree_as_far_as_they_are_known(one, other, expected):
    assert level(one, other) == expected
    assert level(other, one) == expected


def test_the_first_of_january_often_means_that_only_the_year_is_known():
    assert read_date("1980-01-01") == Date(1980)


@pytest.mark.parametrize("text", ["", "yesterday", "12/03/1980", "1980-1-1", "١٩٨٠", "19800203", "\x00", "9" * 100_000])
def test_what_is_no_iso_date_is_no_evidence(text):
    assert read_date(text) is None


def test_a_time_of_day_is_overlooked():
    assert read_date("1980-02-03T10:11:12") == Date(1980, 2, 3)


def test_a_month_that_does_not_exist_leaves_the_year():
    assert read_date("1980-13-01") == Date(1980)


def test_the_best_of_several_dates_counts():
    assert compare_dates(read_dates(["1970", "1980-02-03"]), read_dates(["1999", "1980-02-03"])) == "same"


def test_no_dates_give_no_evidence():
    assert compare_dates((), read_dates(["1980"])) is None


@pytest.mark.parametrize("text", ["1980-02-02", "1980-02-13", "1980", "1980-02"])
def test_some_dates_cannot_be_turned_round(text):
    assert swapped(read_date(text)) is None


@pytest.mark.parametrize("feature", ["birth_date", "foundation_date"])
@pytest.mark.parametrize("table", [WORTH, {**WORTH, **MODEL.person.levels}, {**WORTH, **MODEL.company.levels}])
def test_a_better_agreement_is_never_worth_less(table, feature):
    worth = [table[f"{feature}.{name}"] for name in LEVELS]

    assert worth == sorted(worth, reverse=True)
    assert worth[0] > 0 > worth[-1]


days = st.dates().map(str)
partial = st.builds(lambda day, size: day[:size], days, st.sampled_from([4, 7, 10]))


@given(partial, partial)
def test_comparing_dates_is_symmetric(one, other):
    assert level(one, other) == level(other, one)


@given(st.lists(partial, max_size=5), st.lists(partial, max_size=5), partial)
def test_one_more_date_never_makes_the_best_agreement_worse(one, other, more):
    before = compare_dates(read_dates(one), read_dates(other))
    after = compare_dates(read_dates(one), read_dates([*other, more]))

    assert before is None or (after is not None and LEVELS.index(after) <= LEVELS.index(before))


@given(st.text(max_size=30))
def test_any_text_can_be_read_for_a_date(text):
    date = read_date(text)

    assert date is None or text.strip().startswith(date.iso[:4])
