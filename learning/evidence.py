"""Fit `src/lintas/matching/model.json`: what each level of each feature is worth, beside all the others.

    python -m learning.evidence [--out FILE] [--every N]

A logistic regression in bits on the pairs of `learning.pairs`. It sets out from the estimates in `weights.LEVELS` and
leaves them only as far as the data say so (a normal prior around them: what is rare in the data keeps its estimate).
What the law of evidence orders stays in order: a better agreement is never worth less than a worse one, a name that
agrees better never less, what is the same never speaks against. Coordinate descent with Newton's steps, the same steps
each time, and two decimals: the same bytes on every machine.
"""

from __future__ import annotations

import itertools
import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from math import log2
from pathlib import Path
from typing import Any, Final

import numpy as np
from learning.lists import entities
from learning.pairs import Pair, pairs
from numpy.typing import NDArray

from lintas.matching import dates, places
from lintas.matching.compare import name_evidence, other_facts
from lintas.matching.model import FILE
from lintas.matching.places import read_places
from lintas.matching.weights import LEVELS, MOST_FOR_A_NAME

_LN2: Final = float(np.log(2))
# Bits up to which a name is common. Words of firms' names are many, and few of them are counted.
_COMMON: Final = {"Person": 16.0, "Organization": 8.0}
_TRUST: Final = 2.5  # bits: the spread of the prior around an estimate
_TRUST_NAME: Final = 8.0
_PAIRS: Final = 6_000.0  # as many independent pairs the data count for: the views of one entry are not independent
_LEAST: Final = 0.2  # bits: what is the same always speaks for, if only a little
_SWEEPS: Final = 120
_KNOTS: Final = (-8.0, -4.0, 0.0, 4.0, 7.0, 10.0, 13.0, 16.0, MOST_FOR_A_NAME)
_NAME_LEVELS: Final = ("part", "similar", "weak", "differs")
# How much each source counts, whatever its size: entries of two lists were written by different people.
_WEIGHT: Final = {
    "ofac views": 3.0,
    "un views": 1.5,
    "two lists": 3.0,
    "world": 0.75,
    "ofac strangers": 5.5,
    "un strangers": 2.0,
    "world strangers": 0.75,
}
# From the worst to the best.
_LADDERS: Final = {
    "birth_date": tuple(reversed(dates.LEVELS)),
    "foundation_date": tuple(reversed(dates.LEVELS)),
    "gender": ("differs", "same"),
    "country": ("differs", "same"),
    "birth_place": tuple(reversed(places.LEVELS)),
    "address": tuple(reversed(places.LEVELS)),
}
_PLACE_WORDS: Final = 400
Matrix = NDArray[np.float64]


class Design:
    """The columns of the regression: increments of the name's curve and of each ladder, none of which may be negative.

    A ladder starts at its worst level, which is free; every better level adds something or nothing.
    """

    def __init__(self, used: Sequence[str]) -> None:
        self.names = ["picked"]
        self.prior = [-10.0]
        self.free = [True]
        self.trust = [_TRUST_NAME]
        for low, high in itertools.pairwise(_KNOTS):
            self._column(f"name {low} {high}", high - low, _TRUST_NAME)
        for level in _NAME_LEVELS:
            self._column(f"level {level}", 0.5, _TRUST)
        for feature in used:
            below = 0.0
            for place, level in enumerate(_LADDERS[feature]):
                bits = LEVELS[f"{feature}.{level}"]
                self._column(f"{feature}.{level}", bits - below, _TRUST, free=place == 0)
                below = bits
        self.place = {name: i for i, name in enumerate(self.names)}

    def _column(self, name: str, prior: float, trust: float, *, free: bool = False) -> None:
        self.names.append(name)
        self.prior.append(prior if free else max(prior, 0.0))
        self.free.append(free)
        self.trust.append(trust)

    def row(self, pair: Pair) -> tuple[Matrix, float]:
        """The row of a pair, and the bits of what is not fitted: identifiers, parents."""
        row = np.zeros(len(self.names))
        row[0] = 1.0
        name = name_evidence(pair.left, pair.right)
        if name is not None:
            for low, high in itertools.pairwise(_KNOTS):
                share = min(max((name.bits - low) / (high - low), 0.0), 1.0)
                row[self.place[f"name {low} {high}"]] = share if low >= 0 else share - 1.0
            if name.level in _NAME_LEVELS:
                row[self.place[f"level {name.level}"]] = -1.0
        rest = 0.0
        for reason in other_facts(pair.left, pair.right):
            ladder = _LADDERS.get(reason.feature)
            if ladder is None or f"{reason.feature}.{ladder[0]}" not in self.place:
                rest += reason.weight
                continue
            for level in ladder[: ladder.index(reason.level) + 1]:
                row[self.place[f"{reason.feature}.{level}"]] = 1.0
        return row, rest


def fit(rows: Matrix, offset: Matrix, same: Matrix, weight: Matrix, design: Design) -> Matrix:
    """The weights that make the pairs likeliest, not far from the estimates without need."""
    prior, trust = np.array(design.prior), np.array(design.trust)
    found = prior.copy()
    total = offset + rows @ found
    for _ in range(_SWEEPS):
        for place, free in enumerate(design.free):
            column = rows[:, place]
            p = 1 / (1 + np.exp2(-total))
            slope = _LN2 * (weight * (same - p)) @ column - (found[place] - prior[place]) / trust[place] ** 2
            bend = _LN2**2 * (weight * p * (1 - p)) @ column**2 + 1 / trust[place] ** 2
            step = float(np.clip(slope / bend, -1.0, 1.0))
            new = found[place] + step if free else max(0.0, found[place] + step)
            total += (new - found[place]) * column
            found[place] = new
    return found


def group(schema: str, used: Sequence[str], every: int) -> dict[str, Any]:
    """The fitted weights for persons or for organisations."""
    design = Design(used)
    some = list(pairs(schema, every))
    weight = _weights(some)
    made = [design.row(pair) for pair in some]
    rows, offset = np.array([row for row, _ in made]), np.array([rest for _, rest in made])
    found = fit(rows, offset, np.array([float(p.same) for p in some]), weight, design)
    return _told(schema, design, found, used)


def _weights(some: Sequence[Pair]) -> Matrix:
    """How much each pair counts: both labels alike, each source its share, namesakes as much as anybody's own views."""
    count = Counter(pair.source for pair in some)
    worth = {**_WEIGHT, "namesakes": _WEIGHT["ofac views"] * count["namesakes"] / count["ofac views"]}
    mass = {same: sum(worth[s] for s in {p.source for p in some if p.same is same}) for same in (True, False)}
    return np.array([_PAIRS / 2 * worth[p.source] / mass[p.same] / count[p.source] for p in some])


def _told(schema: str, design: Design, found: Matrix, used: Sequence[str]) -> dict[str, Any]:
    worth = {name: float(bits) for name, bits in zip(design.names, found, strict=True)}
    steps = [worth[f"name {low} {high}"] for low, high in itertools.pairwise(_KNOTS)]
    below = sum(step for low, step in zip(_KNOTS, steps, strict=False) if low < 0)
    heights = np.concatenate(([0.0], np.cumsum(steps))) - below
    levels = {f"name.{level}": -round(worth[f"level {level}"], 2) + 0.0 for level in _NAME_LEVELS}
    for feature in used:
        climbed = np.cumsum([worth[f"{feature}.{level}"] for level in _LADDERS[feature]])
        levels |= {
            f"{feature}.{level}": round(_right_way(level, float(bits)), 2)
            for level, bits in zip(_LADDERS[feature], climbed, strict=True)
        }
    return {
        "common": _COMMON[schema],
        "picked": round(worth["picked"], 2),
        "name": [list(_KNOTS), [round(float(bits), 2) for bits in heights]],
        "levels": dict(sorted(levels.items())),
    }


def _right_way(level: str, bits: float) -> float:
    """What is the same never speaks against, what differs never for."""
    if level in ("same", "same_month", "similar"):
        return max(_LEAST if level == "same" else 0.0, bits)
    return min(0.0, bits) if level in ("differs", "other_day", "part") else bits


def place_words() -> dict[str, float]:
    """The words that stand in many addresses, by how rare they are."""
    found: Counter[str] = Counter()
    texts = [text for e in entities() for prop in ("address", "birthPlace") for text in e["properties"].get(prop, ())]
    for text in texts:
        found.update({word for place in read_places([text]) for word in place})
    common = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))[:_PLACE_WORDS]
    return {word: round(log2(len(texts) / count), 1) for word, count in sorted(common)}


def main() -> None:
    """Fit both groups and write the file."""
    asked = ArgumentParser()
    asked.add_argument("--out", type=Path, default=FILE)
    asked.add_argument("--every", type=int, default=1, help="only each so-manieth entry")
    told = asked.parse_args()
    model = {
        "company": group("Organization", ("country", "address"), told.every),
        "person": group("Person", ("birth_date", "gender", "country", "birth_place", "address"), told.every),
        "places": place_words(),
    }
    told.out.write_text(json.dumps(model, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
