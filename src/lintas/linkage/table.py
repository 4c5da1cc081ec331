"""Records as columns of small numbers: what is compared of a file, each different value kept and normalised once.

A column holds up to `MOST` values of one property for each row, as numbers into the list of its different values; -1
stands for "not known". Comparing, blocking and counting then work on numbers, and texts are compared once for each
pair of different values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from lintas.model.kinds import kinds_of

MOST: Final = 3
"""Values of one property that are compared; further aliases seldom decide, and the work grows with the square."""

Numbers: TypeAlias = npt.NDArray[np.int32]
Bits: TypeAlias = npt.NDArray[np.float64]
Levels: TypeAlias = npt.NDArray[np.int8]
Rows: TypeAlias = npt.NDArray[np.int64]


class Kind(StrEnum):
    """How values of a column are compared."""

    GIVEN = "given"
    FAMILY = "family"
    DATE = "date"
    CODE = "code"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, eq=False)
class Column:
    """One column: `codes[row, n]` is the number of the row's n-th value in `values`, -1 where there is none."""

    name: str
    kind: Kind
    codes: Numbers
    values: Sequence[str]

    @cached_property
    def counts(self) -> Rows:
        """How many rows have each value (of those with several, each counts)."""
        known = self.codes[self.codes >= 0]
        return np.bincount(known, minlength=len(self.values)).astype(np.int64)

    @cached_property
    def known(self) -> int:
        """How many rows have a value."""
        return int((self.codes[:, 0] >= 0).sum())

    @cached_property
    def shares(self) -> Bits:
        """The share of the rows with a value that have this one; of one seen once, as if it were seen by one other."""
        return np.maximum(self.counts - 1, 1) / max(self.known, 1)


@dataclass(frozen=True)
class Table:
    """What is compared of one file, or of two that are linked.

    Attributes:
        ids: The id of each row.
        columns: What is known of the rows.
        group: The group of each row: only things of one group can be the same; a person is no ship.
        side: Of which of two files each row is; None where there is only one.
    """

    ids: Sequence[str]
    columns: tuple[Column, ...]
    group: npt.NDArray[np.int8]
    side: npt.NDArray[np.int8] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, kind: Kind) -> Column | None:
        """The first column of a kind."""
        return next((column for column in self.columns if column.kind is kind), None)

    @cached_property
    def possible(self) -> float:
        """How many pairs of rows there are."""
        if self.side is None:
            return max(len(self) * (len(self) - 1) / 2, 1.0)
        left = int((self.side == 0).sum())
        return max(float(left * (len(self) - left)), 1.0)


class ColumnMaker:
    """Collects the values of one column, many rows at a time, each different one normalised once.

    Args:
        name: What the column is called.
        kind: How its values are compared.
        normalise: From a value as written to the one that is compared; an empty text stands for "nothing".
    """

    def __init__(self, name: str, kind: Kind, normalise: Callable[[str], str] = str) -> None:
        self.name, self.kind = name, kind
        self._normalise = normalise
        self._written: dict[str, int] = {"": 0}
        self._parts: list[tuple[int, int, Numbers]] = []

    def extend(self, row: int, values: Sequence[str], variant: int = 0) -> None:
        """The values of consecutive rows from this one on, an empty text for none; `variant` of several, from 0."""
        if variant >= MOST:
            return
        for value in sorted(set(values).difference(self._written)):
            self._written[value] = len(self._written)
        codes = np.fromiter(map(self._written.__getitem__, values), np.int32, len(values))
        if codes.any():
            self._parts.append((row, variant, codes))

    def finish(self, rows: int) -> Column:
        """The column; its values in alphabetical order, so that it does not depend on the order of the rows."""
        normal = [self._normalise(value) if value else "" for value in self._written]
        values = sorted({*normal} - {""})
        place = {value: number for number, value in enumerate(values)} | {"": -1}
        numbers = np.array([place[value] for value in normal], np.int32)
        codes = np.full((rows, max((variant for _, variant, _ in self._parts), default=0) + 1), -1, np.int32)
        for row, variant, part in self._parts:
            written = codes[row : row + len(part), variant]
            written[part > 0] = numbers[part[part > 0]]
        return Column(self.name, self.kind, codes, values)


def make_table(
    ids: Sequence[str],
    columns: Mapping[str, ColumnMaker],
    schemata: Sequence[str],
    side: npt.NDArray[np.int8] | None = None,
) -> Table:
    """A table of the columns that have any value."""
    made = (columns[name].finish(len(ids)) for name in sorted(columns))
    groups = {schema: _group(schema) for schema in set(schemata)}
    number = {group: place for place, group in enumerate(sorted({*groups.values()}))}
    group = np.fromiter((number[groups[schema]] for schema in schemata), np.int8, len(ids))
    return Table(ids, tuple(column for column in made if column.values), group, side)


def _group(schema: str) -> str:
    """What kind of thing a schema is of; of one that is no subject of ours, the schema itself."""
    return str(min(kinds_of(schema), default=schema))
