"""What is seen of pairs of rows: for each column how alike they are, and by which values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lintas.linkage.comparing import levels_of
from lintas.linkage.table import Column, Levels, Numbers, Rows, Table


@dataclass(frozen=True, slots=True)
class Seen:
    """One column of a number of pairs: the level of each, and the values it was found by."""

    levels: Levels
    left: Numbers
    right: Numbers

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | Rows | slice) -> Seen:
        return Seen(self.levels[chosen], self.left[chosen], self.right[chosen])


def see(column: Column, left: Rows, right: Rows) -> Seen:
    """Compare the rows of pairs by one column; of rows with several values, the two most alike count."""
    best = _see(column, (left, 0), (right, 0))
    variants = range(column.codes.shape[1])
    for one, other in ((i, j) for i in variants for j in variants if i or j):
        found = _see(column, (left, one), (right, other))
        better = (found.levels >= 0) & ((best.levels < 0) | (found.levels < best.levels))
        for kept, new in ((best.levels, found.levels), (best.left, found.left), (best.right, found.right)):
            kept[better] = new[better]
    return best


def _see(column: Column, left: tuple[Rows, int], right: tuple[Rows, int]) -> Seen:
    a, b = column.codes[left], column.codes[right]
    return Seen(levels_of(column, a, b), a, b)


def see_all(table: Table, left: Rows, right: Rows) -> list[Seen]:
    """Compare the rows of pairs by every column."""
    return [see(column, left, right) for column in table.columns]


def part_of(seen: Sequence[Seen], chosen: npt.NDArray[np.bool_] | Rows | slice) -> list[Seen]:
    """The same for some of the pairs."""
    return [one[chosen] for one in seen]
