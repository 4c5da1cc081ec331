from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.real_nodes import Federation


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[Federation]:
    made = Federation(tmp_path)
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [node.stop() for node in made.nodes.values()])
        yield made


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LINTAS_")]:
        monkeypatch.delenv(name)
