"""The rules about our own tests: real parts or shipped fakes, sentences for names."""

from __future__ import annotations

import ast
import re

from house.source import ROOT, modules, non_blank, rooms, tree

MOCK = re.compile(
    r"\b(Mock|MagicMock|AsyncMock|create_autospec|mocker)\b|\bpatch(\.\w+)?\(|monkeypatch\.(setattr|setitem|delattr)"
)


def _lines(folder: str) -> int:
    return sum(non_blank(p.read_text("utf-8").splitlines()) for p in modules(ROOT / folder))


def test_real_parts_are_used_instead_of_mocks() -> None:
    here = ROOT / "tests/house/test_tests.py"
    mocks = sum(len(MOCK.findall(p.read_text("utf-8"))) for p in modules(ROOT / "tests") if p != here)

    assert mocks <= 2 * _lines("tests") / 1000


def test_there_is_about_as_much_test_as_program() -> None:
    assert _lines("tests") + _lines("conformance") >= 0.9 * _lines("src")


def test_the_name_of_a_test_is_a_sentence() -> None:
    short = [
        f"{path.name}:{node.name}"
        for path in modules(ROOT / "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and len(node.name.split("_")) < 4
    ]

    assert short == []


def test_every_room_has_its_tests() -> None:
    tests = [p.read_text("utf-8") for p in modules(ROOT / "tests")]

    assert [room.name for room in rooms() if not any(f"lintas.{room.name}" in text for text in tests)] == []
