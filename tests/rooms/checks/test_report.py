"""Everyone asked appears exactly once, whatever was told."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lintas.checks import NodeOutcome, collate
from lintas.checks.report import NO_ANSWER
from lintas.model import OutcomeState, Quality
from lintas.protocol.messages import Match

nodes = st.lists(st.sampled_from([f"n{i}" for i in range(12)]), unique=True, max_size=12)
states = st.sampled_from(list(OutcomeState))


def outcome(node: str, state: OutcomeState = OutcomeState.ASKING, *probabilities: float) -> NodeOutcome:
    matches = tuple(
        Match(hit=f"hit-{node}-{i}", quality=Quality.of(p), probability=p, reasons=())
        for i, p in enumerate(probabilities)
    )
    return NodeOutcome(node=node, name={}, country="id", state=state, matches=matches)


@given(nodes, st.dictionaries(st.sampled_from([f"n{i}" for i in range(12)]), states), st.booleans())
def test_everyone_asked_is_in_the_report_exactly_once(asked, told, deadline_passed) -> None:
    rows = collate(
        [outcome(node) for node in asked],
        {node: outcome(node, state) for node, state in told.items()},
        deadline_passed=deadline_passed,
    )

    assert sorted(row.node for row in rows) == sorted(asked)


@given(nodes)
def test_after_the_deadline_nobody_is_being_asked_any_more(asked) -> None:
    rows = collate([outcome(node) for node in asked], {}, deadline_passed=True)

    assert {row.state for row in rows} <= {OutcomeState.LATE}


@given(states)
def test_only_an_answer_without_matches_is_a_no(state) -> None:
    assert outcome("n1", state).is_no_match == (state is OutcomeState.ANSWERED)
    assert not outcome("n1", state, 0.9).is_no_match


def test_our_own_records_come_first_then_the_best_match_then_who_gave_no_answer() -> None:
    own = msgspec.structs.replace(outcome("z", OutcomeState.ANSWERED), own=True)
    told = {
        "a": outcome("a", OutcomeState.LATE),
        "b": outcome("b", OutcomeState.ANSWERED, 0.6),
        "c": outcome("c", OutcomeState.ANSWERED, 0.95),
        "d": outcome("d", OutcomeState.ANSWERED),
    }

    rows = collate([outcome(n) for n in "abcd"] + [own], told, deadline_passed=True)

    assert [row.node for row in rows] == ["z", "c", "b", "d", "a"]
    assert rows[-1].state in NO_ANSWER
