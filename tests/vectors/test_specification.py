"""The specification and the program say the same."""

from __future__ import annotations

import re
import runpy
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

from lintas import errors, model
from lintas.errors import LintasError
from lintas.protocol import LIMITS, Limits, Message, envelope
from lintas.transport.app import DIRECTORY, ENVELOPES, HEALTH
from lintas.trust.authoring import VALIDITY

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "spec/lintas-1.md").read_text()
VOCABULARIES = [
    model.SubjectKind,
    model.SubjectCategory,
    model.Purpose,
    model.Intent,
    model.Role,
    model.Handling,
    model.SovereignFlag,
    model.SourceGrade,
    model.InformationGrade,
    model.Quality,
    model.RefusalGround,
    model.PauseGround,
]


def section(number: int) -> str:
    return re.search(rf"^## {number} .*?(?=^## |\Z)", SPEC, re.MULTILINE | re.DOTALL)[0]


def clauses() -> list[str]:
    return re.findall(r"^(?:\| \*\*)?(\d+\.\d+)\b", SPEC, re.MULTILINE)


def test_every_clause_has_a_number_of_its_own_and_none_is_left_out() -> None:
    numbers = [tuple(map(int, clause.split("."))) for clause in clauses()]
    expected = [(s, n + 1) for s in range(1, 20) for n in range(sum(1 for number in numbers if number[0] == s))]

    assert numbers == expected


def test_every_clause_that_is_cited_exists() -> None:
    cited = set(
        re.findall(r"(?<![\d.§] )\b(\d{1,2}\.\d{1,2})\b(?!\.\d)", re.sub(r"§[\d.]+|HTTP/1\.1|TLS 1\.3|1\.0", "", SPEC))
    )

    assert {c for c in cited if not c.startswith("0.")} - set(clauses()) == set()


def test_the_program_cites_sections_that_exist() -> None:
    cited = {
        int(number)
        for path in (ROOT / "src/lintas").rglob("*.py")
        for number in re.findall(r"SPEC §(\d+)|lintas-1\.md, section (\d+)", path.read_text("utf-8"))
        for number in number
        if number
    }

    assert cited
    assert all(f"\n## {number} " in SPEC for number in cited)


def test_every_step_of_opening_is_numbered_in_the_program_as_in_the_specification() -> None:
    steps = re.findall(r"\(([1-9])\)", Path(envelope.__file__).read_text("utf-8"))

    assert sorted(set(steps)) == sorted(re.findall(r"\*\*5\.(\d)\*\*", SPEC))


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
def test_every_limit_stands_in_the_table(limit: str) -> None:
    value = getattr(LIMITS, limit)
    number = int(value.total_seconds()) if isinstance(value, timedelta) else value

    assert re.search(rf"\| {number} \| (bytes|seconds)", section(6))


def test_every_message_stands_in_the_table() -> None:
    named = set(re.findall(r"^\| `([a-z.]+)` \|", section(9), re.MULTILINE)) - {"type"}

    assert named == {kind.__struct_config__.tag for kind in get_args(Message)}


@pytest.mark.parametrize("kind", get_args(Message), ids=lambda kind: kind.__name__)
def test_every_field_of_a_message_is_named(kind: type) -> None:
    assert [name for name in kind.__struct_fields__ if f"`{name}`" not in section(9)] == []


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_word_of_a_vocabulary_is_listed(vocabulary: type[StrEnum]) -> None:
    rows = [set(re.findall(r"`([^`]+)`", row)) for row in section(10).splitlines() if row.startswith("| ")]

    assert any({str(word) for word in vocabulary} <= row for row in rows)


def test_every_code_of_the_specification_is_an_error_of_the_program_with_its_status() -> None:
    table = re.findall(r"^\| `([a-z.-]+)` \|.*\| (\d{3}) \|$", section(15), re.MULTILINE)

    assert len(table) == 18
    for code, status in table:
        assert (errors.by_code(code).code, errors.by_code(code).status) == (code, int(status))


def test_every_way_of_being_untrusted_is_in_the_specification() -> None:
    def all_of(error: type[LintasError]) -> list[type[LintasError]]:
        return [error, *(deeper for child in error.__subclasses__() for deeper in all_of(child))]

    codes = {error.code for error in all_of(errors.Untrusted)} - {"untrusted"}

    assert codes <= set(re.findall(r"`(untrusted\.[a-z-]+)`", section(15)))


def test_the_addresses_of_the_door_are_those_of_the_specification() -> None:
    assert all(
        f"`{method} {path}" in SPEC for method, path in (("POST", ENVELOPES), ("GET", DIRECTORY), ("GET", HEALTH))
    )


def test_the_validity_of_the_directory_is_as_recommended() -> None:
    days = [str(part.days) for part in (VALIDITY.root, VALIDITY.members, VALIDITY.newest)]

    assert re.findall(r"(\d+) days", section(7)) == days


def test_the_schemas_are_those_of_the_structs() -> None:
    wanted = runpy.run_path(str(ROOT / "spec/schemas/generate.py"))["schemas"]()

    there = {path.name: path.read_bytes() for path in (ROOT / "spec/schemas").glob("*.json")}

    assert there == wanted
