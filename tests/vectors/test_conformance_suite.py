"""The conformance suite says what it does not judge: no clause that obliges a node is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "spec/lintas-1.md").read_text("utf-8")
README = (ROOT / "conformance/README.md").read_text("utf-8")
OBLIGING = range(2, 18)  # sections 2 to 17; 1 and 18 to 20 oblige nobody


def clauses() -> dict[str, str]:
    """The numbered clauses of the specification with their text."""
    parts = re.split(r"^(?:\| \*\*)?(\d+\.\d+)\b", SPEC, flags=re.MULTILINE)
    return {number: text.partition("\n## ")[0] for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def judged() -> set[str]:
    files = (ROOT / "conformance/clauses").glob("*.py")
    return {number for file in files for number in re.findall(r'@clause\("([\d.]+)"\)', file.read_text("utf-8"))}


def named() -> set[str]:
    rows = re.findall(r"^\| (\d[\d. ]+) \|", README, re.MULTILINE)
    return {number for row in rows for number in row.split()}


def test_every_clause_that_obliges_a_node_is_judged_or_named_as_not_judged() -> None:
    obliging = {n for n, text in clauses().items() if int(n.split(".")[0]) in OBLIGING and "MUST" in text}

    assert obliging - judged() - named() == set()


def test_what_is_named_as_not_judged_is_a_clause_and_is_not_judged() -> None:
    assert named() - clauses().keys() == set()
    assert named() & judged() == set()
