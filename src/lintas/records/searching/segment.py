"""Columns in one file that never changes, mapped into memory, and which of its rows are gone.

A file is: its magic number, the length of a table in JSON, the table (where each column stands), the columns, and the
magic number once more. Its checksum stands in whatever names it.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock, local
from typing import Any, Final

import msgspec
import numpy as np

from lintas.records.searching.arrays import Array, decoded, hashes, look_up, spread
from lintas.records.searching.rows import Columns

_MAGIC: Final = b"lintas-i"
_ALIGNED: Final = 64
_MOST_REMEMBERED: Final = 20_000  # words whose like were looked for


class Damaged(Exception):
    """What is in the folder is no index of ours, or its files are damaged."""


class Segment:
    """Rows that can be asked."""

    def __init__(self, columns: Columns, raw: memoryview | None = None) -> None:
        self.columns = columns
        self._raw = raw
        self.rows, self.names = len(columns["kind"]), len(columns["by_name_size"])
        self.alive = np.ones(self.rows, np.bool_)
        self.bits: Array = np.zeros(len(columns["vocab_at"]) - 1, np.float32)  # how rare each word is; set by the shelf
        self.beside: Segment | None = None  # the segment with whose names they were counted
        self._remembered: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()
        self._scratch = local()

    def lists(self, name: str) -> tuple[Array, Array]:
        """A column of lists: where each begins, and the entries."""
        return self.columns[f"{name}_at"], self.columns[name]

    def table(self, name: str) -> tuple[Array, Array]:
        """A column to look things up in: keys in order, and their values."""
        return self.columns[f"{name}_key"], self.columns[f"{name}_value"]

    def ids(self, rows: Array) -> list[str]:
        """The ids of some rows."""
        return decoded(self.lists("id"), rows)

    def names_of(self, rows: Array) -> Array:
        """The names of some rows."""
        begins = self.columns["name_at"][rows]
        return spread(begins, self.columns["name_at"][rows + 1] - begins)

    def scratch(self) -> tuple[Array, Array]:
        """Two numbers for each name, of this thread alone; the first are 0 and to be left so, the second anything."""
        if not hasattr(self._scratch, "arrays"):
            self._scratch.arrays = np.zeros(self.names, np.float32), np.zeros(self.names, np.float32)
        found: tuple[Array, Array] = self._scratch.arrays
        return found

    def rows_with(self, ids: list[str]) -> Array:
        """The living rows with these ids."""
        rows, which = look_up(self.table("by_id"), hashes(ids))
        rows = rows.astype(np.int64)
        same = [self.ids(rows[i : i + 1])[0] == ids[asked] for i, asked in enumerate(which.tolist())]
        rows = rows[np.array(same, np.bool_)] if same else rows
        return rows[self.alive[rows]]

    def remembered(self, word: str) -> Any:  # noqa: ANN401 - whatever was remembered
        """What was kept for a word, or None."""
        with self._lock:
            found = self._remembered.get(word)
            if found is not None:
                self._remembered.move_to_end(word)
            return found

    def remember(self, word: str, found: object) -> None:
        """Keep something for a word."""
        with self._lock:
            self._remembered[word] = found
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)

    def check(self) -> None:
        """See that the file is still the one that was opened.

        Raises:
            Damaged: Somebody wrote over it.
        """
        if self._raw is not None and not bytes(self._raw[: len(_MAGIC)]) == bytes(self._raw[-len(_MAGIC) :]) == _MAGIC:
            raise Damaged("a file was written over")


def write(path: Path, columns: Columns) -> int:
    """Write columns, durably; returns the file's checksum (CRC-32)."""
    table, at = {}, 0
    for name, column in columns.items():
        table[name] = (column.dtype.str, at, len(column))
        at += -(-column.nbytes // _ALIGNED) * _ALIGNED
    head = msgspec.json.encode(table)
    head += b" " * (-(len(head) + 2 * len(_MAGIC)) % _ALIGNED)
    crc = 0
    with path.open("wb") as file:
        for piece in (_MAGIC, len(head).to_bytes(8, "little"), head, *_padded(columns), _MAGIC):
            file.write(piece)
            crc = zlib.crc32(piece, crc)
        file.flush()
        os.fsync(file.fileno())
    return crc


def _padded(columns: Columns) -> Any:  # noqa: ANN401 - anything that can be written
    for column in columns.values():
        yield np.ascontiguousarray(column).data.cast("B") if len(column) else b""
        yield b"\0" * (-column.nbytes % _ALIGNED)


def read(path: Path, crc: int) -> Segment:
    """Open a file.

    Raises:
        Damaged: It is not what was written.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < _ALIGNED:
            raise Damaged(f"{path.name} is too short")
        raw = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if zlib.crc32(raw) != crc:
        raise Damaged(f"{path.name} is not what was written")
    start = len(_MAGIC) + 8
    length = int.from_bytes(raw[len(_MAGIC) : start], "little")
    table = msgspec.json.decode(raw[start : start + length], type=dict[str, tuple[str, int, int]])
    begin = start + length
    columns = {
        name: np.frombuffer(raw, np.dtype(kind), count, begin + at) if count else np.zeros(0, np.dtype(kind))
        for name, (kind, at, count) in table.items()
    }
    return Segment(columns, raw)
