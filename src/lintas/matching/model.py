"""The fitted part of the weights: a small file, made by `python -m learning.evidence`, the same bytes each time.

For each group (person, company) it holds the odds before any evidence among pairs that were picked for their names,
the bits of each level of each feature, and curves: what the bits of a name that agrees are worth beside the rest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

FILE: Final = Path(__file__).with_name("model.json")


class Curve(Struct, frozen=True, array_like=True):
    """A line through some points, level before the first and after the last."""

    at: tuple[float, ...]
    bits: tuple[float, ...]

    def __call__(self, x: float) -> float:
        """The height of the line at x."""
        at, bits = self.at, self.bits
        place = bisect_right(at, x)
        if place == 0:
            return bits[0]
        if place == len(at):
            return bits[-1]
        share = (x - at[place - 1]) / (at[place] - at[place - 1])
        return bits[place - 1] + share * (bits[place] - bits[place - 1])


class Group(Struct, frozen=True):
    """The weights for one group of things, in bits."""

    common: float  # bits up to which a name is common: every town has two who bear it
    picked: float  # the odds of a pair that was picked for its names, before anything is looked at
    name: Curve
    levels: Mapping[str, float]  # by feature.level


class Model(Struct, frozen=True):
    """Everything that was fitted."""

    person: Group
    company: Group
    places: Mapping[str, float]  # words of addresses, by how rare they are


MODEL: Final = msgspec.json.decode(FILE.read_bytes(), type=Model)
