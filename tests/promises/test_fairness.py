"""No group of people may be found less often, or mistaken more often, than what is published about it.

The pairs are fixed, so nothing here depends on chance; the bounds (Wilson's, 95 in 100) leave room for the few pairs by
which any honest change of the engine moves a small group. Who made a group worse on purpose publishes that:
`python -m benchmarks.fairness --write` and `make docs`.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from functools import cache

import pytest

from house.source import ROOT
from lintas.matching.groups import Share, by_name, by_name_and_birth, read_pairs, tally

SAMPLES = ROOT / "tests" / "data" / "fairness"
PUBLISHED = json.loads((ROOT / "docs" / "reference" / "matching.json").read_text("utf-8"))["fairness"]
WAYS = {"name_and_birth": by_name_and_birth, "name": by_name}
GROUPS = [(way, row) for way in WAYS for row in PUBLISHED[way]]
# Shares that a group may stand apart from everybody before it is called unfair.
APART = 0.05


@cache
def measured(way):
    pairs = [p for path in sorted(SAMPLES.glob("*.tsv")) for p in read_pairs(path.read_text("utf-8").splitlines())]
    return {(g.column, g.name): g for g in tally((pair, WAYS[way](pair)) for pair in pairs)}


def name_of(entry):
    way, row = entry
    return f"{way} {row['column']} {row['group']}".replace(" ", "-")


@pytest.mark.parametrize("entry", GROUPS, ids=map(name_of, GROUPS))
def test_a_group_is_found_as_often_as_is_published(entry):
    way, row = entry
    found, published = measured(way)[row["column"], row["group"]].found, Share(*row["found"])

    assert found.of == published.of
    assert found.bounds[1] >= published.share, f"{found.share:.3f} instead of {published.share:.3f}"


@pytest.mark.parametrize("entry", GROUPS, ids=map(name_of, GROUPS))
def test_a_group_is_mistaken_no_more_often_than_is_published(entry):
    way, row = entry
    mistaken, published = measured(way)[row["column"], row["group"]].mistaken, Share(*row["mistaken"])

    assert mistaken.of == published.of
    assert mistaken.bounds[0] <= published.share, f"{mistaken.share:.3f} instead of {published.share:.3f}"


@pytest.mark.parametrize("way", WAYS)
def test_every_group_is_published(way):
    assert {(row["column"], row["group"]) for row in PUBLISHED[way]} == set(measured(way))


@pytest.mark.parametrize("way", WAYS)
def test_women_and_men_are_found_and_mistaken_alike(way):
    women, men = measured(way)["sex", "female"], measured(way)["sex", "male"]

    for one, other in ((women.found, men.found), (women.mistaken, men.mistaken)):
        assert one.bounds[0] <= other.bounds[1] + APART
        assert other.bounds[0] <= one.bounds[1] + APART


def test_the_groups_are_large_enough_to_see_a_difference():
    small = [name for name, group in measured("name").items() if min(group.found.of, group.mistaken.of) < 70]

    assert small == []


def test_the_invented_people_are_what_their_recipe_writes(tmp_path):
    recipe = tmp_path / "make.py"
    recipe.write_bytes((SAMPLES / "make.py").read_bytes())

    subprocess.run([sys.executable, recipe], check=True)

    digests = [hashlib.sha256((folder / "people.tsv").read_bytes()).digest() for folder in (tmp_path, SAMPLES)]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("file", ["people.tsv", "scripts.tsv"])
def test_each_table_says_that_nobody_in_it_is_real(file):
    first = (SAMPLES / file).read_text("utf-8").partition("\n")[0]

    assert "INVENTED" in first or "COMPOSED" in first
