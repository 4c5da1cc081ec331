"""Core data have one way out of the house, and a person stands in it. Read from the program text itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from house.source import modules, name_of, tree
from lintas.requests import Requests


def calls(name: str) -> Iterator[tuple[str, str]]:
    """Module and function of every call of something with this name."""
    for path in modules():
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                called = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
                if any(callee.rsplit(".", maxsplit=1)[-1] == name for callee in called):
                    yield name_of(path), function.name


def test_policy_is_asked_for_core_data_only_where_a_person_decides() -> None:
    asking = {place for place in calls("core") if not place[0].startswith("policy/")}

    assert asking == {("requests/confirmation.py", "_decision")}


def test_a_decision_is_made_only_where_a_person_decides() -> None:
    assert set(calls("ConfirmationDecision")) == {("requests/confirmation.py", "_decision")}
    assert set(calls("_decision")) == {("requests/confirmation.py", "decide")}


def test_who_decides_is_an_officer_and_the_log_is_written_in_the_same_transaction() -> None:
    (module,) = [path for path in modules() if name_of(path) == "requests/confirmation.py"]
    (decide,) = [node for node in ast.walk(tree(module)) if getattr(node, "name", "") == "decide"]
    (work,) = [node for node in ast.walk(decide) if isinstance(node, ast.FunctionDef) and node.name == "work"]
    done = ast.unparse(work)

    assert Requests.decide.__annotations__["officer"] == "Officer"
    assert "self._to_decide(confirmation_id, officer)" in ast.unparse(decide)
    assert set(calls("_to_decide")) == {("requests/confirmation.py", act) for act in ("decide", "pause", "resume")}
    assert done.index("exchange.queue") < done.index("AuditKind.CONFIRMATION_DECIDED")
    assert "f'officer:{officer.id}'" in done


def test_letters_that_carry_decisions_are_queued_only_by_the_request_desk() -> None:
    assert {module for module, _ in calls("queue")} == {"requests/confirmation.py", "requests/pausing.py"}
