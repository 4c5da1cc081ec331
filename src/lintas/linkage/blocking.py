"""Which pairs of rows are compared at all: those that agree on two things, as loosely as the budget allows.

An atom is a part of a value that survives some error: the first three letters of a name, its consonants, the year of a
date. A rule is an atom, or one atom of each of two columns; a pair is a candidate when any rule finds it. For every two
columns the loosest rule is taken whose pairs fit into its part of the budget, so that whatever single field is wrong or
missing, two others bring the pair up. Where even the strictest is too much, its largest blocks are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product
from operator import itemgetter
from types import MappingProxyType
from typing import Final, TypeAlias
from zlib import crc32

import numpy as np
from msgspec import Struct

from lintas.linkage.table import Column, Kind, Rows, Table
from lintas.matching.normalise import skeleton

BUDGET: Final = 6_000_000
"""Candidate pairs of a small file; of a large one, `PER_ROW` for each row."""
PER_ROW: Final = 6
_ALONE: Final = frozenset({Kind.CODE, Kind.TEXT})  # numbers, addresses, names of ships say enough by themselves
_SAMPLE: Final = 100_000
_ANY: Final = 1 << 40
# Where no rule of two columns fits, so many of the strictest, their largest blocks left out, share what there is.
_CUT_RULES: Final = 4
_PART_OF_A_CUT_RULE: Final = 0.3
_MOST_RULES: Final = 60  # each is a bit of a signed 64-bit number

Atom: TypeAlias = Callable[[str], str]
Parts: TypeAlias = tuple[tuple[str, str], ...]


def _first(length: int) -> Atom:
    return lambda value: value[:length] if len(value) >= length else ""


_ATOMS: Final[Mapping[str, Atom]] = MappingProxyType(
    {
        "value": lambda value: value,
        "consonants": lambda value: "".join(skeleton(word) for word in value.split()),
        "first_1": _first(1),
        "first_3": _first(3),
        "first_4": _first(4),
        "last_3": lambda value: value[-3:] if len(value) > 3 else "",
        "year": lambda value: value[:4],
        "day": lambda value: value[5:10] if len(value) == 10 else "",
        "date": lambda value: value if len(value) == 10 else "",
    }
)
# Which atoms follow from an atom, that is, are looser.
_FOLLOWS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "value": frozenset({"consonants", "first_1", "first_3", "first_4", "last_3"}),
        "first_3": frozenset({"first_1"}),
        "date": frozenset({"year", "day"}),
    }
)
_LADDERS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.GIVEN: ("first_1", "first_3", "last_3", "consonants", "value"),
        Kind.FAMILY: ("first_1", "first_3", "last_3", "consonants", "value"),
        Kind.DATE: ("year", "day", "date"),
        Kind.CODE: ("first_4", "value"),
        Kind.TEXT: ("first_4", "consonants", "value"),
        Kind.CHOICE: (),
    }
)


class Rule(Struct, frozen=True):
    """Pairs that agree on these atoms: (column, atom)."""

    parts: tuple[tuple[str, str], ...]
    largest: int
    """Rows of the largest block still taken."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns it looks at."""
        return frozenset(column for column, _ in self.parts)

    def __str__(self) -> str:
        return " + ".join(f"{column}.{atom}" for column, atom in self.parts)


class Keys:
    """The atoms of a table's rows as numbers, each computed once."""

    def __init__(self, table: Table, rows: Rows | None = None) -> None:
        self._columns = {column.name: column for column in table.columns}
        self._rows = rows
        self._group = (table.group if rows is None else table.group[rows]).astype(np.int64) << 33
        self._known: dict[tuple[str, str], Rows] = {}

    def of(self, parts: Sequence[tuple[str, str]]) -> tuple[Rows, Rows]:
        """Row and key of every row that has these atoms; a row with several values has several keys."""
        atoms = [self._atoms(*part) for part in parts]
        rows, keys = [], []
        for variants in product(*(range(atom.shape[1]) for atom in atoms)):
            chosen = [atom[:, v] for atom, v in zip(atoms, variants, strict=True)]
            at = np.flatnonzero(np.logical_and.reduce([c >= 0 for c in chosen]))
            rows.append(at)
            mixed = _mixed([c[at] for c in chosen], exchangeable=_are_names(self._columns, parts))
            keys.append(mixed ^ self._group[at])
        row, key = np.concatenate(rows), np.concatenate(keys)
        if len(rows) > 1:
            kept = np.unique(np.stack([row, key], axis=1), axis=0)
            row, key = kept[:, 0], kept[:, 1]
        return row.astype(np.int64), key

    def blocks(self, rule: Rule) -> tuple[Rows, Rows]:
        """Row and key of the rows in blocks of two rows or more, the largest left out as the rule says."""
        row, key = self.of(rule.parts)
        order = np.argsort(key)
        sizes = _sizes(key)
        kept = np.repeat((sizes > 1) & (sizes <= rule.largest), sizes)
        return row[order[kept]], key[order[kept]]

    def _atoms(self, name: str, atom: str) -> Rows:
        if (name, atom) not in self._known:
            column = self._columns[name]
            numbers = _numbers(column, atom)
            codes = column.codes if self._rows is None else column.codes[self._rows]
            self._known[name, atom] = np.where(codes >= 0, numbers[codes], -1)
        return self._known[name, atom]


@lru_cache(maxsize=64)
def _numbers(column: Column, atom: str) -> Rows:
    """The atom of each value as a number, -1 where there is none."""
    texts = map(_ATOMS[atom], column.values)
    return np.fromiter((crc32(text.encode()) if text else -1 for text in texts), np.int64, len(column.values))


def _are_names(columns: Mapping[str, Column], parts: Sequence[tuple[str, str]]) -> bool:
    """Whether this is given and family name by the same atom: they are often exchanged."""
    kinds = {columns[name].kind for name, _ in parts}
    return kinds == {Kind.GIVEN, Kind.FAMILY} and len({atom for _, atom in parts}) == 1


def _mixed(numbers: Sequence[Rows], *, exchangeable: bool) -> Rows:
    if len(numbers) == 1:
        return numbers[0]
    a, b = numbers
    if exchangeable:
        a, b = np.minimum(a, b), np.maximum(a, b)
    return (a << 31) ^ b


def choose_rules(table: Table, *, budget: int | None = None) -> tuple[Rule, ...]:
    """The rules for a table, whose pairs together are within the budget, by what they cost on a sample of the rows."""
    budget = budget or max(BUDGET, PER_ROW * len(table))
    sample = spread_rows(len(table), _SAMPLE)
    keys = Keys(table, sample)
    scale = (len(table) / max(len(sample), 1)) ** 2
    groups = [[(_cost(keys.of(parts)[1]) * scale, parts) for parts in group] for group in _groups(table)]
    full = Keys(table)
    rules: list[tuple[int, Rule]] = []
    left = float(budget)
    groups.sort(key=lambda group: min(group)[0])  # what the cheap ones leave over, the dear ones may use
    for number, group in enumerate(groups):
        each = left / (len(groups) - number)
        for rank, (cost, parts) in enumerate(_loosest(group, each)):
            largest = _largest(full.of(parts)[1], each * _PART_OF_A_CUT_RULE) if cost > each else _ANY
            left -= min(cost, each * _PART_OF_A_CUT_RULE) if largest < _ANY else cost
            rules.append((rank, Rule(parts, largest)))
    rules.sort(key=itemgetter(0))  # the widest of every two columns before the second of any
    return tuple(rule for _, rule in rules if rule.largest > 1)[:_MOST_RULES]


def spread_rows(rows: int, most: int) -> Rows:
    """Row numbers spread evenly over a table, at most that many."""
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(np.int64)) if rows else np.zeros(0, np.int64)


def _groups(table: Table) -> Iterator[list[Parts]]:
    """For each column that says enough alone, and for every two columns, all rules there could be."""
    for column in table.columns:
        if column.kind in _ALONE:
            yield [((column.name, "value"),)]
    for one, other in combinations(table.columns, 2):
        atoms = [*product(_LADDERS[one.kind], _LADDERS[other.kind])]
        if atoms:
            yield [((one.name, a), (other.name, b)) for a, b in atoms]


def _loosest(group: Sequence[tuple[float, Parts]], each: float) -> list[tuple[float, Parts]]:
    """The rules that fit into the budget together, the widest first, none that follows from another one of them."""
    left = each
    taken: list[tuple[float, Parts]] = []
    for cost, parts in sorted(group, reverse=True):
        if cost <= left and not any(_follows(parts, other) for _, other in taken):
            taken.append((cost, parts))
            left -= cost
    return taken or sorted(group)[:_CUT_RULES]


def _follows(strict: Parts, loose: Parts) -> bool:
    """Whether all pairs of the one rule are pairs of the other."""
    return all(a == b or b in _FOLLOWS.get(a, ()) for (_, a), (_, b) in zip(strict, loose, strict=True))


def _cost(keys: Rows) -> float:
    counts = _sizes(keys)
    return float((counts * (counts - 1) / 2).sum())


def _sizes(keys: Rows) -> Rows:
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.concatenate([np.ones(min(len(ordered), 1), bool), ordered[1:] != ordered[:-1]]))
    return np.diff(np.append(starts, len(ordered))).astype(np.int64)


def _largest(keys: Rows, each: float) -> int:
    """The size of block up to which all pairs of all blocks fit into the budget."""
    sizes = np.sort(_sizes(keys))
    total = np.cumsum(sizes * (sizes - 1) / 2)
    fitting = int(np.searchsorted(total, each, side="right"))
    return _ANY if fitting == len(sizes) else int(sizes[fitting]) - 1
