from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lintas.testing import Neighbourhood


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Neighbourhood]:
    async with Neighbourhood(tmp_path) as here:
        yield here


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def street_of_each_engine(request: pytest.FixtureRequest, tmp_path: Path, clock) -> AsyncIterator[Neighbourhood]:
    """Indonesia's and Malaysia's nodes on each engine, under a clock that stands still."""
    if request.param == "sqlite":
        async with Neighbourhood(tmp_path, clock) as here:
            yield here
        return
    cluster = request.getfixturevalue("postgresql_cluster")
    taken = {f"{country}.latihan": cluster.take() for country in ("id", "my")}
    async with Neighbourhood(tmp_path, clock, {node: cluster.url(name) for node, name in taken.items()}) as here:
        yield here
    for name in taken.values():
        cluster.give_back(name)
