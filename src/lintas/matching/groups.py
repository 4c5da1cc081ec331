"""Whom the comparison finds, and whom it takes for somebody else, group by group of people.

A table of pairs says of each whether it is one person, and to which groups it belongs: script, culture of the name,
sex, and whatever else its columns name. The bounds are Wilson's, so that a small group is not called worse by chance.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from lintas.matching.compare import compare_portraits
from lintas.matching.names import name_probability, same_name
from lintas.matching.portrait import portrait_of
from lintas.matching.weights import THRESHOLD
from lintas.model import Noun

PAIR: Final = ("left", "right", "same", "left_birth", "right_birth")  # every other column is a group
_SIDES: Final = 1.96  # standard deviations: 95 of 100


class GroupedPair(NamedTuple):
    """Two descriptions of people, whether they are of one person, and the groups they stand for."""

    left: Mapping[str, str]
    right: Mapping[str, str]
    same: bool
    groups: Mapping[str, str]


class Share(Noun):
    """So many of so many, and between which bounds the true share lies with a confidence of 95 in 100."""

    hit: int
    of: int

    @property
    def share(self) -> float:
        """The share seen; 0 of none."""
        return self.hit / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The lower and the upper bound (Wilson 1927, score interval); of nothing, everything is possible."""
        if not self.of:
            return 0.0, 1.0
        z = _SIDES**2 / self.of
        middle = self.share + z / 2
        reach = math.sqrt(z * self.share * (1 - self.share) + z * z / 4)
        lower = (middle - reach) / (1 + z) if self.hit else 0.0
        upper = (middle + reach) / (1 + z) if self.hit < self.of else 1.0
        return lower, upper


class Group(Noun):
    """What happens to one group: how many are found again, and how many are taken for somebody else."""

    column: str
    name: str
    found: Share
    mistaken: Share


def read_pairs(lines: Iterable[str]) -> Iterator[GroupedPair]:
    """The pairs of a table parted by tabs; its first line names the columns, lines that begin with # are remarks."""
    told = (line for line in lines if not line.startswith("#"))
    for row in csv.DictReader(told, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield GroupedPair(
            left={"name": row["left"], "birthDate": row["left_birth"]},
            right={"name": row["right"], "birthDate": row["right_birth"]},
            same=row["same"] == "1",
            groups={column: name for column, name in row.items() if column not in PAIR and name},
        )


def by_name_and_birth(pair: GroupedPair) -> bool:
    """Whether a node would call them a possible match that knows the name and the date of birth, and nothing else."""
    left, right = (
        {"schema": "Person", "properties": {prop: [value] for prop, value in side.items() if value}}
        for side in (pair.left, pair.right)
    )
    return compare_portraits(portrait_of(left), portrait_of(right)).probability >= THRESHOLD


def by_name(pair: GroupedPair) -> bool:
    """Whether the names alone are likelier one than two, at even odds and against strangers whose names are near."""
    return name_probability(same_name(pair.left["name"], pair.right["name"])) >= 0.5


def tally(judged: Iterable[tuple[GroupedPair, bool]]) -> list[Group]:
    """What happens to each group, in the order of columns and names; the first is everybody.

    Args:
        judged: Every pair with what was said of it.
    """
    counts: dict[tuple[str, str], list[int]] = {("", "everybody"): [0, 0, 0, 0]}
    for pair, told in judged:
        for key in [("", "everybody"), *pair.groups.items()]:
            count = counts.setdefault(key, [0, 0, 0, 0])
            at = 0 if pair.same else 2
            count[at] += told
            count[at + 1] += 1
    return [
        Group(column, name, Share(found, same), Share(mistaken, strangers))
        for (column, name), (found, same, mistaken, strangers) in sorted(counts.items())
    ]
