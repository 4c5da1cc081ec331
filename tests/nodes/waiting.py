"""Waiting for something that another process does, and not much longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(found: Callable[[], T], seconds: float = 30) -> T:
    """What is found once it is there; a test that waits in vain says so."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, f"waited {seconds} seconds in vain"
        time.sleep(0.1)
    return value
