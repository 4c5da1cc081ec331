"""Waiting for something to be true, and not a moment longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], object], seconds: float = 20) -> None:
    """Return once it is true; a test that waits in vain says so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - nobody could set an event: it is read from the outside, as a person would
            await asyncio.sleep(0.01)
