"""The work on one machine: DuckDB joins, on disk where the memory does not suffice, and numpy compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import duckdb
import numpy as np
import numpy.typing as npt

from lintas.linkage.blocking import Keys, Rule
from lintas.linkage.evidence import Seen, see_all
from lintas.linkage.table import Rows, Table

Found: TypeAlias = tuple[Rows, Rows, Rows]
"""Left row, right row, and the rules that found the pair, as bits; in the order of the rows."""

PAIRS: Final = """
    SELECT l, r, BIT_OR(rule) AS rules
    FROM (
      SELECT a.place AS l, b.place AS r, a.rule AS rule
      FROM blocks a JOIN blocks b ON a.block = b.block AND a.rule = b.rule
      WHERE a.place < b.place AND ({alone} OR a.side <> b.side)
    ) found
    GROUP BY l, r
"""
"""Every pair of rows in one block of one rule. Both engines understand these words."""

BATCH: Final = 500_000


class Engine(Protocol):
    """Finds candidates and compares them; whichever it is, the same come out in the same order."""

    def candidates(self, table: Table, rules: Sequence[Rule], folder: Path) -> Found:
        """All candidate pairs."""

    def compare(self, table: Table, found: Found, folder: Path) -> Iterator[list[Seen]]:
        """What is seen of the pairs, batch after batch of `BATCH`, in order."""


class Duck:
    """One machine.

    Args:
        threads: How many cores it may use.
    """

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads

    def candidates(self, table: Table, rules: Sequence[Rule], folder: Path) -> Found:
        """See `Engine`."""
        with duckdb.connect(config={"threads": self._threads, "temp_directory": str(folder)}) as base:
            arrays = blocks(table, rules)
            base.execute("CREATE TEMP TABLE blocks AS SELECT * FROM arrays")
            del arrays
            pairs = base.execute(f"{pairs_sql(table)} ORDER BY l, r").fetchnumpy()
        return pairs["l"], pairs["r"], pairs["rules"]

    def compare(self, table: Table, found: Found, folder: Path) -> Iterator[list[Seen]]:  # noqa: ARG002 - a port
        """See `Engine`."""
        for start in range(0, len(found[0]), BATCH):
            yield see_all(table, *(rows[start : start + BATCH] for rows in found[:2]))


def pairs_sql(table: Table) -> str:
    """The statement that joins a table's blocks."""
    return PAIRS.format(alone="1 = 1" if table.side is None else "1 = 0")


def blocks(table: Table, rules: Sequence[Rule]) -> Mapping[str, npt.NDArray[np.int64]]:
    """Which row is in which block of which rule; rows alone in a block are left out."""
    keys = Keys(table)
    parts = [keys.blocks(rule) for rule in rules]
    place = np.concatenate([np.zeros(0, np.int64), *(row for row, _ in parts)])
    side = np.zeros(len(place), np.int64) if table.side is None else table.side[place].astype(np.int64)
    return {
        "place": place,
        "block": np.concatenate([np.zeros(0, np.int64), *(key for _, key in parts)]),
        "rule": np.repeat([1 << n for n in range(len(parts))], [len(row) for row, _ in parts]).astype(np.int64),
        "side": side,
    }
