"""Nobody is scored (rule R28; Regulation (EU) 2024/1689 article 5(1)(d)): there is no field to put a score in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
import yaml

from house.source import PACKAGE, ROOT, modules, name_of, tracked, tree

SCORING = re.compile(
    r"(^|_)(risk|score|scoring|danger|dangerous|dangerousness|threat_level|suspicion|suspiciousness|propensity|recidivism"
    r"|criminality|profile_score|trustworthiness|likelihood_to_offend)(_|$)"
)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _fields() -> Iterator[tuple[str, str]]:
    """Every declared field of every class, and every column of every table."""
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield name_of(path), node.target.id
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Column" and node.args:
                yield name_of(path), str(getattr(node.args[0], "value", ""))


def _keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(data, list):
        for item in data:
            yield from _keys(item)


@pytest.mark.parametrize("name", ["risk", "riskScore", "threat_level", "person_score", "dangerousness"])
def test_a_field_that_scores_a_person_is_recognised(name: str) -> None:
    assert SCORING.search(_snake(name))


def test_no_field_of_the_program_scores_a_person() -> None:
    assert [(where, name) for where, name in _fields() if SCORING.search(_snake(name))] == []


def test_no_property_of_our_own_schemata_scores_a_person() -> None:
    ours = [
        p for p in tracked() if p.is_relative_to(PACKAGE) and "schemata" in p.parts and p.suffix in {".yaml", ".yml"}
    ]

    named = [
        (p.name, k) for p in ours for k in _keys(yaml.safe_load(p.read_text("utf-8"))) if SCORING.search(_snake(k))
    ]

    assert named == []


def test_no_json_schema_of_the_protocol_scores_a_person() -> None:
    schemas = [
        p for p in tracked() if p.is_relative_to(ROOT / "spec") and p.suffix == ".json" and "vectors" not in p.parts
    ]

    named = [
        (p.name, k) for p in schemas for k in _keys(yaml.safe_load(p.read_text("utf-8"))) if SCORING.search(_snake(k))
    ]

    assert named == []
