from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lintas import errors
from lintas.errors import LintasError

DOORS = {"Invalid": 422, "Refused": 403, "NotFound": 404, "Untrusted": 400, "Unavailable": 503}


def _tree(error: type[LintasError] = LintasError) -> Iterator[type[LintasError]]:
    yield error
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)


def _drawn(error: type[LintasError], indent: str = "") -> Iterator[str]:
    """The tree as it stands in the module's docstring."""
    children = [child for child in error.__subclasses__() if child.__module__ == errors.__name__]
    for child in children:
        last = child is children[-1]
        yield f"{indent}{'└── ' if last else '├── '}{child.__name__}"
        yield from _drawn(child, indent + ("    " if last else "│   "))


ALL = list(_tree())


def test_the_drawn_tree_is_the_real_tree() -> None:
    assert "\n".join(["LintasError", *_drawn(LintasError)]) in (errors.__doc__ or "")


def test_every_error_of_the_package_stands_in_the_one_tree() -> None:
    defined = {e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, LintasError)}

    assert defined == set(ALL)


def test_every_code_names_one_error() -> None:
    codes = [error.code for error in ALL]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("error", ALL, ids=lambda e: e.__name__)
def test_an_error_says_what_happened_and_what_to_do(error: type[LintasError]) -> None:
    said = error()

    assert re.fullmatch(r"[A-Z].*\.", said.sentence)
    assert re.fullmatch(r"[A-Z].*\.", said.remedy)
    assert "code" in vars(error), "its own code, not its parent's"


@pytest.mark.parametrize("error", ALL[1:], ids=lambda e: e.__name__)
def test_a_code_begins_with_the_branch_it_hangs_on(error: type[LintasError]) -> None:
    branch = error.__mro__[-5]  # …, branch, LintasError, Exception, BaseException, object

    assert error.code.split(".")[0] == branch.code


@pytest.mark.parametrize(("branch", "status"), DOORS.items())
def test_the_branch_decides_the_status_at_a_door(branch: str, status: int) -> None:
    assert getattr(errors, branch).status == status


def test_facts_are_fields_and_are_printed_behind_the_sentence() -> None:
    error = errors.PortInUse(port=7401)

    assert error.facts == {"port": 7401}
    assert str(error) == f"{error.sentence} (port: 7401) {error.remedy}"


def test_an_error_without_facts_is_sentence_and_remedy() -> None:
    error = errors.NotFound()

    assert str(error) == f"{error.sentence} {error.remedy}"


@pytest.mark.parametrize("error", ALL, ids=lambda e: e.__name__)
def test_a_code_a_partner_sent_finds_its_error_again(error: type[LintasError]) -> None:
    assert errors.by_code(error.code) is error


def test_a_code_of_a_newer_version_is_an_error_all_the_same() -> None:
    assert errors.by_code("untrusted.not-invented-yet") is LintasError
