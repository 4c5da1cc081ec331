"""The forbidden is unspellable: some things have exactly one maker."""

from __future__ import annotations

import ast

from house.source import PACKAGE, modules, name_of, tree


def _makers(noun: str) -> set[str]:
    """The modules that call `noun(...)`."""
    return {
        name_of(path)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and noun in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
    }


def test_only_policy_makes_something_disclosed() -> None:
    makers = _makers("Disclosed") | _makers("DisclosedCore")

    assert makers
    assert {name.split("/")[0] for name in makers} == {"policy"}


def test_only_policy_and_the_wire_make_a_match_for_a_partner() -> None:
    outside = {
        name for name in _makers("Match") | _makers("CoreData") if name.split("/")[0] not in {"policy", "protocol"}
    }

    assert outside == set()


def test_only_policy_knows_cedar() -> None:
    knowing = {
        name_of(path)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if module.split(".")[0] == "cedarpy"
    }

    assert {name.split("/")[0] for name in knowing} == {"policy"}


def test_no_program_asks_whether_it_is_being_tested() -> None:
    suspicious = ("pytest", "unittest", "PYTEST_CURRENT_TEST", "mock")

    asking = [
        name_of(p)
        for p in modules()
        if any(f"import {w}" in (t := p.read_text("utf-8")) or f'"{w}"' in t for w in suspicious)
    ]

    assert asking == []
    assert PACKAGE.is_dir()
