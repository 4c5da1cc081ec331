"""The time, handed in: a rule that needs to know the time is told it, so that it can be tested at any hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told to move; for tests and exercises."""

    def __init__(self, at: datetime = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)) -> None:
        self._at = at

    def now(self) -> datetime:
        """The moment the clock was last set to."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the clock; a negative step turns it back."""
        self._at += by
