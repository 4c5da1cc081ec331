from __future__ import annotations

from pathlib import Path

import pytest

from lintas.errors import InvalidPolicy
from lintas.model import DisclosureLevel
from lintas.policy import PolicySet
from lintas.policy.worked import Expected, WorkedCase, read_cases

CASES = list(read_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_a_worked_case_holds(case: WorkedCase, policies: PolicySet) -> None:
    assert case.differences(policies) == []


def test_there_are_enough_cases_and_none_twice() -> None:
    sentences = [case.case for case in CASES]

    assert len(sentences) >= 60
    assert len(set(sentences)) == len(sentences)


def test_every_policy_decides_at_least_one_case(policies: PolicySet) -> None:
    decided = {policy for case in CASES for policy in case.judge(policies)[1].policies}

    assert {policy.id for policy in policies.policies} - decided == set()


def test_every_case_expects_something() -> None:
    assert [case.case for case in CASES if case.expect == Expected()] == []


def test_a_case_that_fails_says_what_came_instead(policies: PolicySet) -> None:
    case = WorkedCase(case="wrong", act="check", expect=Expected(allowed=True, level=DisclosureLevel.FULL))

    assert case.differences(policies) == ["allowed: expected True, found False", "level: expected full, found None"]


@pytest.mark.parametrize(
    "text",
    ["- case: no expectation\n", "case: no list\n", "- {case: x, expect: {ground: because}}\n", "- [unclosed\n"],
)
def test_a_case_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.yaml").write_text(text)

    with pytest.raises(InvalidPolicy) as refused:
        list(read_cases(tmp_path))

    assert refused.value.facts["file"] == "broken.yaml"
