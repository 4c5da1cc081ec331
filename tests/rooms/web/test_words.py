"""What numbers mean in words, and that the words never say more than the numbers."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.checks import CheckReport, NodeOutcome
from lintas.errors import NotFound, RefusedByPolicy, TooManyTries
from lintas.i18n import Translator
from lintas.model import (
    Intent,
    Justification,
    OutcomeState,
    Purpose,
    Quality,
    Reason,
    Subject,
    SubjectCategory,
    SubjectKind,
)
from lintas.protocol.messages import Match
from lintas.web.words import cautions, evidence, explanation_of, facts_of, row_kind, summary_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MATCH = Match(hit="hit-000001", quality=Quality.STRONG, probability=0.97, reasons=())
STATES = st.sampled_from(OutcomeState)


def outcome(state: OutcomeState, *matches: Match) -> NodeOutcome:
    return NodeOutcome(node=f"{state}.latihan", name={"en": "x"}, country="xx", state=state, matches=matches)


def report(*outcomes: NodeOutcome) -> CheckReport:
    reason = Justification(
        purpose=Purpose.INVESTIGATE,
        legal_basis="x",
        case_reference="x",
        category=SubjectCategory.SUSPECT,
        intent=Intent.IDENTIFY,
    )
    subject = Subject(kind=SubjectKind.PERSON, properties={"name": ("Budi",)})
    times = {"asked_at": NOON, "deadline": NOON, "wanted_until": NOON}
    return CheckReport(id="check-01", officer="o", subject=subject, justification=reason, outcomes=outcomes, **times)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (outcome(OutcomeState.ASKING), "asking"),
        (outcome(OutcomeState.ANSWERED), "none"),
        (outcome(OutcomeState.ANSWERED, MATCH), "match"),
        (outcome(OutcomeState.DECLINED), "declined"),
        (outcome(OutcomeState.LATE), "silent"),
        (outcome(OutcomeState.UNREACHABLE), "silent"),
    ],
)
def test_silence_never_looks_like_innocence(row: NodeOutcome, kind: str) -> None:
    assert row_kind(row) == kind


@given(st.lists(st.tuples(STATES, st.booleans()), max_size=30))
def test_the_counts_of_a_report_add_up_to_everyone_asked(rows: list[tuple[OutcomeState, bool]]) -> None:
    told = summary_of(report(*(outcome(state, *([MATCH] if has_match else [])) for state, has_match in rows)))

    assert told.matching + told.without + told.declined + told.silent + told.asking == told.asked == len(rows)


@given(st.lists(st.floats(min_value=-30, max_value=30), max_size=20))
def test_the_weightiest_reason_stands_first_and_every_bar_stays_in_the_drawing(weights: list[float]) -> None:
    pieces = evidence([Reason(feature="name", level="same", weight=weight) for weight in weights])

    assert [abs(p.reason.weight) for p in pieces] == sorted((abs(weight) for weight in weights), reverse=True)
    for piece in pieces:
        assert piece.left >= 0
        assert piece.left + piece.width <= 100.01
        assert piece.speaks_for == (piece.left >= 50 and piece.reason.weight > 0)


@given(st.floats(min_value=0.2, max_value=30))
def test_how_many_times_likelier_is_told_with_two_digits(weight: float) -> None:
    (piece,) = evidence([Reason(feature="name", level="same", weight=weight)])

    assert math.isclose(piece.times, 2.0**weight, rel_tol=0.051)
    assert len(f"{piece.times:.6g}".replace(".", "").strip("0")) <= 2 or piece.times >= 1e6


def test_a_warning_of_the_owner_is_a_warning_and_no_evidence() -> None:
    reasons = (Reason(feature="caution", level="child", weight=0.0), Reason(feature="name", level="same", weight=3.0))

    assert cautions(reasons) == ["child"]
    assert [piece.reason.feature for piece in evidence(reasons)] == ["name"]


def test_a_reason_that_changes_nothing_says_so() -> None:
    (piece,) = evidence([Reason(feature="colour", level="same", weight=0.1)])

    assert piece.is_neutral


def test_the_facts_of_an_error_are_shown_and_its_sentences_told_elsewhere() -> None:
    error = RefusedByPolicy(policies=["a", "b"], ground=None, id="Tidak.", en="No.", act="batch")

    assert facts_of(Translator("en"), error) == {"policies": "a, b", "act": "batch"}
    assert explanation_of(error) == {"id": "Tidak.", "en": "No."}
    assert explanation_of(NotFound(node="x")) == {}


def test_a_moment_among_the_facts_is_told_as_a_moment() -> None:
    error = TooManyTries(until="2026-11-22T10:40:00+00:00", tries="5", since="2026")

    told = facts_of(Translator("id", zone=ZoneInfo("Asia/Jakarta")), error)

    assert told == {"until": "22 Nov 2026 17.40 WIB", "tries": "5", "since": "2026"}
