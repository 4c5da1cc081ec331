"""One world for all tests of the room: it takes two seconds to make."""

from __future__ import annotations

import pytest

from lintas.exercises.world import World
from lintas.model.schemata import ftm_model


@pytest.fixture(scope="session", autouse=True)
def _libraries_loaded() -> None:
    """FollowTheMoney takes a second to load, and Hypothesis would blame the first example for it."""
    ftm_model()


@pytest.fixture(scope="session")
def world() -> World:
    return World.generate()
