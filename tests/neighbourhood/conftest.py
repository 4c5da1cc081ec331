from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lintas.testing import Neighbourhood


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Neighbourhood]:
    async with Neighbourhood(tmp_path) as here:
        yield here
