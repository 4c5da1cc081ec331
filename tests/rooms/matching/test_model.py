"""The fitted weights keep to the law of evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching.model import MODEL, Curve
from lintas.matching.places import LEVELS as PLACES
from lintas.matching.weights import LEVELS

GROUPS = {"person": MODEL.person, "company": MODEL.company}


@pytest.mark.parametrize("group", GROUPS)
def test_a_name_that_agrees_better_is_never_worth_less(group):
    bits = GROUPS[group].name.bits

    assert list(bits) == sorted(bits)
    assert bits[0] <= 0 < bits[-1]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("feature", ["address", "birth_place"])
def test_a_place_that_agrees_better_is_never_worth_less(group, feature):
    worth = {**LEVELS, **GROUPS[group].levels}
    bits = [worth[f"{feature}.{level}"] for level in PLACES]

    assert bits == sorted(bits, reverse=True)


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_the_same_never_speaks_against_and_what_differs_never_for(group):
    levels = GROUPS[group].levels

    assert all(bits > 0 for level, bits in levels.items() if level.endswith(".same"))
    assert all(bits <= 0 for level, bits in levels.items() if level.endswith(".differs"))


def test_every_fitted_level_is_one_that_the_comparison_knows():
    fitted = {level for group in GROUPS.values() for level in group.levels if not level.startswith("name.")}

    assert fitted <= LEVELS.keys()


def test_a_curve_is_level_beyond_its_ends_and_straight_between_its_points():
    curve = Curve((0.0, 10.0, 20.0), (-1.0, 1.0, 1.5))

    assert [curve(x) for x in (-5, 0, 5, 10, 16, 20, 99)] == [-1.0, -1.0, 0.0, 1.0, 1.3, 1.5, 1.5]


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_a_rising_curve_keeps_the_order(one, other):
    low, high = sorted((one, other))

    assert MODEL.person.name(low) <= MODEL.person.name(high) + 1e-9
