from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.policy.marks import marks_of
from lintas.policy.worked import CaseRecord


@pytest.mark.parametrize(
    ("marks", "protections", "origins", "told_to"),
    [
        ([], set(), set(), set()),
        (["child"], {"child"}, set(), set()),
        ([" Child "], {"child"}, set(), set()),
        (["refugee:th", "refugee:mm"], {"refugee"}, {"th", "mm"}, set()),
        (["tell:my", "tell:th.node"], set(), set(), {"my", "th.node"}),
    ],
)
def test_marks_are_read(marks: list[str], protections: set[str], origins: set[str], told_to: set[str]) -> None:
    read = marks_of(CaseRecord(protections=frozenset(marks)).record())

    assert (read.protections, read.origins, read.told_to) == (protections, origins, told_to)
    assert read.understood


def test_the_state_of_nationality_is_a_state_of_origin_of_a_refugee() -> None:
    read = marks_of(CaseRecord(protections=frozenset({"refugee:mm"}), nationality="TH").record())

    assert read.origins == {"mm", "th"}


def test_nationality_alone_makes_no_refugee() -> None:
    assert marks_of(CaseRecord(nationality="th").record()).origins == frozenset()


def test_published_is_no_protection() -> None:
    read = marks_of(CaseRecord(protections=frozenset({"published"})).record())

    assert read.published
    assert read.protections == frozenset()


@given(st.text(max_size=12))
def test_a_mark_is_understood_or_says_that_it_is_not(mark: str) -> None:
    read = marks_of(CaseRecord(protections=frozenset({mark})).record())

    assert read.understood == bool(read.protections or read.told_to or read.published)
