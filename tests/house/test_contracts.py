"""Who may lean on whom: the contracts of pyproject.toml, held by import-linter."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from house.source import PACKAGE, ROOT, name_of, rooms, tree


def test_a_room_leans_only_on_rooms_below_it() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")

    judged = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_every_room_says_what_it_is() -> None:
    silent = [name_of(init) for init in PACKAGE.rglob("__init__.py") if not ast.get_docstring(tree(init))]

    assert silent == []


def test_every_folder_with_code_is_a_room() -> None:
    folders = {path.parent for path in PACKAGE.glob("*/*.py")}

    assert folders - set(rooms()) == set()
