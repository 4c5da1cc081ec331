"""Sections 12 and 13: confirmation requests, letters and receipts."""

from __future__ import annotations

from writer import Json

from conformance.bench import REASON, Bench, clause, fresh, moment, until
from conformance.clauses.checks import answered
from conformance.wire import Partner, need


def request(bench: Bench, question: Json, hit: str, sender: Partner | None = None) -> Json:
    """A letter that asks to confirm a hit."""
    body = {
        "type": "confirmation.request",
        "confirmation": fresh(),
        "check": question["check"],
        "hit": hit,
        "justification": REASON,
        "asker": question["asker"] | {"node": (sender or bench.asker).node},
        "reason": "Orang ini ditahan sejak pagi; apakah sama?",
        "asked_at": moment(),
    }
    return {"type": "letter", "id": fresh(), "queued_at": moment(), "body": body}


def hit_of(bench: Bench) -> tuple[Json, str]:
    """A question with a possible match, and its hit."""
    question = bench.question()
    matches = until(lambda: answered(bench, question)["matches"])
    need(matches, "no possible match to confirm")
    return question, str(matches[0]["hit"])


def entries(bench: Bench, question: Json) -> int:
    """How many entries of a check stand in the node's log."""
    return len(bench.ask({"type": "log.question", "check": question["check"]})["entries"])


@clause("13.3")
def same_letter_twice(bench: Bench) -> None:
    """A confirmation request is answered with a receipt; the same letter again with the same, and no second effect."""
    question, hit = hit_of(bench)
    letter, before = request(bench, question, hit), entries(bench, question)
    first = bench.ask(letter)
    need(first["type"] == "receipt" and first["letter"] == letter["id"], "answered with", first)
    once = entries(bench, question)
    need(once > before, "a letter was accepted of which the log knows nothing")
    need(bench.ask(letter) == first, "another receipt for the same letter")
    need(entries(bench, question) == once, "the same letter had two effects")


@clause("13.3")
def letter_of_another_sender(bench: Bench) -> None:
    """Letters belong to their sender: the same id of another partner is another letter."""
    question, hit = hit_of(bench)
    letter = request(bench, question, hit)
    need(bench.ask(letter)["type"] == "receipt", "no receipt")
    code = bench.problem(letter, sender=bench.other)
    need(code.split(".")[0] in ("not-found", "invalid", "refused"), "answered with", code)


@clause("11.11")
def hit_of_another(bench: Bench) -> None:
    """A hit can be confirmed by the partner it was told to and by nobody else."""
    question, hit = hit_of(bench)
    code = bench.problem(request(bench, question, hit, bench.other), sender=bench.other)
    need(code.startswith("not-found"), "answered with", code)


@clause("13.5")
def unknown_hit(bench: Bench) -> None:
    """A request for a hit that was never told is returned, and a decision that nobody asked for likewise."""
    question, _ = hit_of(bench)
    need(bench.problem(request(bench, question, fresh())).startswith("not-found"), "accepted")
    body = {
        "type": "confirmation.decision",
        "confirmation": fresh(),
        "decided_at": moment(),
        "decided_by": "liaison, Unit Latihan",
        "ground": "not_necessary",
        "explanation": "Tidak perlu.",
    }
    code = bench.problem({"type": "letter", "id": fresh(), "queued_at": moment(), "body": body})
    need(code.startswith("not-found"), "answered with", code)


@clause("12.10")
def clock_of_nothing(bench: Bench) -> None:
    """A clock that neither stands nor runs is malformed; one that nobody asked for is returned."""
    clock = {
        "type": "confirmation.clock",
        "confirmation": fresh(),
        "number": 1,
        "changed_at": moment(),
        "decided_by": "liaison, Unit Latihan",
    }
    for said in ({}, {"stopped_for": "needs_judge", "due_at": moment()}, {"stopped_for": "tea"}):
        envelope = bench.envelope({"type": "letter", "id": fresh(), "queued_at": moment(), "body": clock | said})
        bench.refused(envelope, envelope.signed(), "untrusted.malformed")
    body = clock | {"stopped_for": "needs_judge"}
    code = bench.problem({"type": "letter", "id": fresh(), "queued_at": moment(), "body": body})
    need(code.startswith("not-found"), "answered with", code)


@clause("12.5")
def data_without_marking(bench: Bench) -> None:
    """A decision with data and no marking, or with nothing, is malformed; so is a request without a sentence."""
    question, hit = hit_of(bench)
    decision = {"type": "confirmation.decision", "confirmation": fresh(), "decided_at": moment(), "decided_by": "x"}
    short = request(bench, question, hit)["body"] | {"reason": "perlu"}
    for body in (decision | {"data": {"offence": "latihan"}}, decision, short):
        envelope = bench.envelope({"type": "letter", "id": fresh(), "queued_at": moment(), "body": body})
        bench.refused(envelope, envelope.signed(), "untrusted.malformed")
