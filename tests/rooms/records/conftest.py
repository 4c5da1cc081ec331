"""A register of our own for every test: on both engines where it stores, on SQLite where it only reads files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lintas.clock import ManualClock
from lintas.model.schemata import ftm_model
from lintas.storage import Database
from rooms.records.record_makers import Register


@pytest.fixture(scope="session", autouse=True)
def _libraries_loaded() -> None:
    """FollowTheMoney takes a second to load, and Hypothesis would blame the first example for it."""
    ftm_model()


@pytest.fixture
def register(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Register]:
    """A register on each engine."""
    opened = Register.open(database, clock, tmp_path)
    yield opened
    opened.index.close()


@pytest.fixture
def desk(clock: ManualClock, tmp_path: Path) -> Iterator[Register]:
    """A register on SQLite only, for what has nothing to do with the engine."""
    database = Database.open(f"sqlite:///{tmp_path / 'desk.db'}")
    database.migrate()
    opened = Register.open(database, clock, tmp_path)
    yield opened
    opened.index.close()
    database.close()
