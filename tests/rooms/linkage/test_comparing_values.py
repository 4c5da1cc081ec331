"""How alike two values are: levels, from the same to different."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.linkage.comparing import LEVELS, levels_of
from lintas.linkage.table import Column, ColumnMaker, Kind


def column(kind: Kind, *values: str) -> Column:
    maker = ColumnMaker("any", kind)
    maker.extend(0, values)
    return maker.finish(len(values))


def level(kind: Kind, a: str, b: str) -> str:
    made = column(kind, a, b)
    codes = made.codes[:, 0]
    found = int(levels_of(made, codes[:1], codes[1:])[0])
    return "unknown" if found < 0 else LEVELS[kind][found]


@pytest.mark.parametrize(
    ("kind", "a", "b", "expected"),
    [
        (Kind.GIVEN, "siti", "siti", "same"),
        (Kind.GIVEN, "muhammad", "muhamad", "similar"),
        (Kind.GIVEN, "siti", "s", "alike"),
        (Kind.GIVEN, "siti aminah", "aminah", "alike"),
        (Kind.GIVEN, "siti", "bambang", "differs"),
        (Kind.GIVEN, "siti", "", "unknown"),
        (Kind.DATE, "1970-03-31", "1970-03-31", "same"),
        (Kind.DATE, "1970-03-31", "1970-03-21", "one_digit"),
        (Kind.DATE, "1970-03-05", "1970-05-03", "one_digit"),
        (Kind.DATE, "1970-03-12", "1970-03-21", "one_digit"),
        (Kind.DATE, "1970-03-31", "1970-03-02", "two_parts"),
        (Kind.DATE, "1970-03-31", "1970", "two_parts"),
        (Kind.DATE, "1970-03-31", "1970-11-02", "same_year"),
        (Kind.DATE, "1970-03-31", "1981-03-31", "two_parts"),
        (Kind.DATE, "1970-03-31", "1985-11-02", "differs"),
        (Kind.DATE, "1970", "1985", "differs"),
        (Kind.CODE, "a1234567", "a1234567", "same"),
        (Kind.CODE, "a1234567", "a1234568", "one_character"),
        (Kind.CODE, "a1234567", "a1239999", "beginning"),
        (Kind.CODE, "a1234567", "z9876543", "differs"),
        (Kind.TEXT, "jalan merdeka 5", "merdeka 5 jalan", "similar"),
        (Kind.TEXT, "bandung", "medan", "differs"),
        (Kind.CHOICE, "id", "id", "same"),
        (Kind.CHOICE, "id", "my", "differs"),
    ],
)
def test_two_values_are_at_the_level_a_person_would_say(kind: Kind, a: str, b: str, expected: str) -> None:
    assert level(kind, a, b) == expected


@settings(deadline=None)
@given(st.sampled_from([*Kind]), st.text(max_size=30), st.text(max_size=30))
def test_the_order_of_two_values_does_not_matter_whatever_they_are(kind: Kind, a: str, b: str) -> None:
    assert level(kind, a, b) == level(kind, b, a)


@given(st.dates(), st.dates())
def test_dates_that_are_the_same_are_the_only_ones_at_the_highest_level(a: object, b: object) -> None:
    assert (level(Kind.DATE, str(a), str(b)) == "same") == (a == b)


def test_a_column_knows_how_many_rows_have_a_value_and_nothing_of_empty_ones() -> None:
    made = column(Kind.TEXT, "medan", "", "aceh", "medan")

    assert list(made.values) == ["aceh", "medan"]
    assert made.codes[:, 0].tolist() == [1, -1, 0, 1]
    assert made.counts.tolist() == [1, 2]
    assert made.known == 3
    assert np.allclose(made.shares, [1 / 3, 1 / 3])
