"""Received ids kept in memory: enough for tests, exercises and a node whose store is not asked for more."""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import heappop, heappush

from lintas.clock import Clock


class SeenInMemory:
    """Remembers each id until its envelope could no longer pass for fresh, then forgets it.

    It forgets everything when the program ends; a node therefore keeps its ids in its database.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids: set[tuple[str, str]] = set()
        self._due: list[tuple[datetime, str, str]] = []

    def remember(self, sender: str, id: str, until: datetime) -> bool:
        """Whether the id is new; it is remembered at least until the moment given."""
        while self._due and self._due[0][0] + timedelta(seconds=1) < self._clock.now():
            _, *forgotten = heappop(self._due)
            self._ids.discard((forgotten[0], forgotten[1]))
        if (sender, id) in self._ids:
            return False
        self._ids.add((sender, id))
        heappush(self._due, (until, sender, id))
        return True
