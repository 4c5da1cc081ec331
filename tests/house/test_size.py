"""Nothing grows until nobody can read it: modules of at most 400 lines, functions of at most 60.

Blank lines are not counted, nor are tables: a literal assigned at the top of a module is data.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from house.source import modules, name_of, non_blank, tree

MODULE, FUNCTION, PARAMETERS = 400, 60, 6


def _is_table(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    plain = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Call)
    return isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(value, plain)


def _lines(path: Path) -> int:
    lines = path.read_text("utf-8").splitlines()
    tables = [s for s in tree(path).body if _is_table(s) and s.end_lineno - s.lineno > 5]
    return non_blank(lines) - sum(non_blank(lines[s.lineno - 1 : s.end_lineno]) for s in tables)


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert _lines(path) <= MODULE


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    long = {f.name: length for f in _functions(path) if (length := f.end_lineno - f.lineno + 1) > FUNCTION}

    assert long == {}


def test_a_query_is_a_noun_not_a_list_of_parameters() -> None:
    wide = {
        f"{name_of(path)}:{f.name}": count
        for path in modules()
        for f in _functions(path)
        if (count := len(f.args.posonlyargs + f.args.args)) > PARAMETERS + 1  # self counts as none
    }

    assert wide == {}
