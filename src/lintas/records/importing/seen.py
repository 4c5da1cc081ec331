"""Ids that came before, in eight bytes each: an import of ten million lines must not need a gigabyte for it."""

from __future__ import annotations

from array import array
from bisect import bisect_left


class SeenIds:
    """Remembers ids by their hash; that two ids of ten million share one happens once in 300,000 imports."""

    def __init__(self, recent: int = 500_000) -> None:
        self._most_recent = recent
        self._sorted = array("q")
        self._recent: set[int] = set()

    def add(self, record_id: str) -> bool:
        """Remember an id; False if it was there."""
        key = hash(record_id)
        at = bisect_left(self._sorted, key)
        if key in self._recent or (at < len(self._sorted) and self._sorted[at] == key):
            return False
        self._recent.add(key)
        if len(self._recent) >= self._most_recent:
            import numpy as np  # noqa: PLC0415 - loaded only for files that are large

            recent = np.fromiter(self._recent, np.int64, len(self._recent))
            self._sorted = array("q", np.union1d(np.frombuffer(self._sorted, np.int64), recent).tobytes())
            self._recent = set()
        return True
