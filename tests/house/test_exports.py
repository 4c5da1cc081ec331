"""A room shows at its door what it offers: `__all__` names all of it (ruff keeps it sorted)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from house.source import name_of, rooms, tree


def _imported(init: Path) -> set[str]:
    """The public names a room's `__init__` takes from its own modules or defines."""
    names: set[str] = set()
    for node in tree(init).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"lintas.{init.parent.name}"):
            names |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    return {name for name in names if not name.startswith("_")}


def _all(init: Path) -> list[str] | None:
    for node in tree(init).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [str(ast.literal_eval(item)) for item in node.value.elts]  # type: ignore[attr-defined]
    return None


@pytest.mark.parametrize("room", rooms(), ids=name_of)
def test_what_a_room_offers_stands_in_its_all(room: Path) -> None:
    init = room / "__init__.py"
    offered = _all(init)

    if _imported(init):
        assert offered is not None, "no __all__"
        assert _imported(init) - set(offered) == set()
