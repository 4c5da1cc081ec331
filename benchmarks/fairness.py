"""Whom the comparison finds and whom it mistakes, by script, culture of the name, sex, length, and one-name people.

    python -m benchmarks.fairness [--write]

The pairs are `tests/data/fairness/*.tsv` (invented and composed; `make.py` there is the recipe). `--write` puts the
figures into docs/reference/matching.json, from which the pages are written and which the test of fairness holds
against the program: no group may fall below what is published.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lintas.matching.groups import Group, GroupedPair, by_name, by_name_and_birth, read_pairs, tally

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLES: Final = ROOT / "tests" / "data" / "fairness"
PUBLISHED: Final = ROOT / "docs" / "reference" / "matching.json"
WAYS: Final[Mapping[str, Callable[[GroupedPair], bool]]] = {
    "name_and_birth": by_name_and_birth,
    "name": by_name,
}


def measured() -> dict[str, list[Group]]:
    """Every group under each way of asking."""
    tables = sorted(SAMPLES.glob("*.tsv"))
    pairs = [pair for table in tables for pair in read_pairs(table.read_text("utf-8").splitlines())]
    return {way: tally((pair, told(pair)) for pair in pairs) for way, told in WAYS.items()}


def plain(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Groups as they are published."""
    return [
        {
            "column": group.column,
            "group": group.name,
            "found": [group.found.hit, group.found.of],
            "mistaken": [group.mistaken.hit, group.mistaken.of],
        }
        for group in groups
    ]


def main() -> None:
    """Print, and with `--write` publish."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = measured()
    for way, groups in found.items():
        print(f"-- {way}: found again of so many, of 100; taken for somebody else of so many, of 100")
        for group in groups:
            told, wrong = (f"{100 * s.share:5.1f} of {s.of:5}" for s in (group.found, group.mistaken))
            print(f"{group.column:8} {group.name:12} {told}   {wrong}")
    if given.write:
        published = json.loads(PUBLISHED.read_text("utf-8")) if PUBLISHED.exists() else {}
        published["fairness"] = {way: plain(groups) for way, groups in found.items()}
        PUBLISHED.write_text(json.dumps(published, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
