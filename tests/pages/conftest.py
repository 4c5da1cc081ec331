"""One street for each module of tests: making it costs more than walking through it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from lintas.testing import Neighbourhood
from pages.street import World, world_of


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The street, shared by the tests of a module."""
    async with Neighbourhood(tmp_path_factory.mktemp("street")) as here:
        made = await world_of(here)
        async with made.entrance, made.owners_entrance:
            yield made
