"""What the doors for programs of others share: an example becomes checks, and what is found becomes entities.

An example is asked about as every kind of subject that its schema can stand for (a `LegalEntity` as a person and as a
company). Each is a check of its own: our law, our log, the officer's budget. A record is read out as far as policy
shows it to that officer, and each reading is entered in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from lintas.checks import CheckReport, NodeOutcome
from lintas.errors import Invalid, InvalidValue, NotFound
from lintas.i18n import Translator
from lintas.model import OutcomeState, Reason, Record, Subject, SubjectKind
from lintas.model.kinds import kinds_of, schema_of
from lintas.model.schemata import clean, ftm_model
from lintas.node import Node
from lintas.people import Errand

OWN: Final = "default"  # the data set of our own records, under the name that yente's clients ask for unless told
EVERYBODY: Final = "all"  # our own records and all partners
_ANYTHING: Final = frozenset({"Thing", "LegalEntity"})
_CAPTIONS: Final = ("name", "number", "registrationNumber")


@dataclass(frozen=True, slots=True)
class Example:
    """What is asked about: an entity as far as it is known, its values cleaned."""

    schema: str
    properties: Mapping[str, tuple[str, ...]]

    @property
    def subjects(self) -> list[Subject]:
        """What is asked: one for each kind of subject this can be.

        Raises:
            Invalid: it cannot be asked about in this form.
        """
        try:
            return [
                msgspec.convert({"kind": kind, "properties": self.properties}, Subject)
                for kind in kinds_for(self.schema)
            ]
        except msgspec.ValidationError as error:
            raise Invalid(schema=self.schema, problem=str(error)) from error


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible match: a record of ours, or what a partner tells of one of theirs."""

    id: str
    probability: float
    reasons: tuple[Reason, ...]
    outcome: NodeOutcome
    schema: str
    check: str


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one example."""

    candidates: tuple[Candidate, ...]  # the likeliest first
    reports: tuple[CheckReport, ...]

    @property
    def unanswered(self) -> tuple[NodeOutcome, ...]:
        """Whoever was asked and did not answer: no answer is not "no match"."""
        rows = (row for report in self.reports for row in report.outcomes)
        return tuple(row for row in rows if row.state is not OutcomeState.ANSWERED)


def read_example(schema: str, properties: Mapping[str, Any]) -> Example:
    """An example as a client sent it; what is no value of its property is left out, as the echo of the query shows.

    Raises:
        InvalidValue: there is no such schema, it is not asked about, or no value can be used.
    """
    kinds_for(schema)
    known = {}
    for prop, values in properties.items():
        listed = values if isinstance(values, list) else [values]
        cleaned = (_cleaned(schema, prop, str(v)) for v in listed if isinstance(v, str | int | float))
        if kept := tuple(dict.fromkeys(value for value in cleaned if value)):
            known[prop] = kept
    if not known:
        raise InvalidValue(schema=schema, problem="nothing is said about it: no property with a value that can be used")
    return Example(schema, known)


def kinds_for(schema: str) -> tuple[SubjectKind, ...]:
    """As which kinds of subject an entity of this schema is asked about.

    Raises:
        InvalidValue: there is no such schema, or nothing of it is asked about.
    """
    if schema in _ANYTHING:
        return kinds_of("LegalEntity")
    found = ftm_model().get(schema)
    if found is None:
        raise InvalidValue(schema=schema, problem="no schema of that name")
    kinds = {kind for ancestor in found.names - _ANYTHING for kind in kinds_of(ancestor)}
    if not kinds:
        raise InvalidValue(schema=schema, problem="entities of this schema are not asked about")
    return tuple(sorted(kinds))


def nodes_of(node: Node, dataset: str) -> tuple[str, ...] | None:
    """Which partners a data set stands for, besides our own records; None for all.

    Raises:
        NotFound: there is no such data set here.
    """
    if dataset in {OWN, node.us.node}:
        return ()
    if dataset == EVERYBODY:
        return None
    if dataset in {member.node for member in node.directory.current().others(node.us.node)}:
        return (dataset,)
    raise NotFound(dataset=dataset)


async def find(node: Node, errand: Errand, dataset: str, examples: Sequence[Example]) -> list[Found]:
    """What is known of each example, in their order.

    Raises:
        LintasError: as `Programs.ask`; nothing was asked then.
    """
    nodes = nodes_of(node, dataset)
    asked = [example.subjects for example in examples]
    reports = await node.programs.ask([s for some in asked for s in some], errand.reason, errand.officer, nodes=nodes)
    told = iter(reports)
    return [_found([next(told) for _ in some], own=nodes != (dataset,)) for some in asked]


async def browse(node: Node, errand: Errand, dataset: str, example: Example) -> Found:
    """What bears such a name: as `find`, and of our own records also those that a check would not call a match."""
    (found,) = await find(node, errand, dataset, [example])
    if nodes_of(node, dataset) == (dataset,):
        return found
    known = {candidate.id: candidate for candidate in found.candidates}
    for report in found.reports:
        own = next(row for row in report.outcomes if row.own)
        for hit in await node.programs.alike(report.subject, errand.officer):
            known.setdefault(
                hit.record, Candidate(hit.record, hit.probability, hit.reasons, own, hit.schema, report.id)
            )
    return Found(_ranked(known.values()), found.reports)


def _found(reports: Sequence[CheckReport], *, own: bool) -> Found:
    """All reports together; without our own records where only a partner's were wanted."""
    best: dict[str, Candidate] = {}
    for candidate in (one for report in reports for one in _candidates(report) if own or not one.outcome.own):
        known = best.get(candidate.id)
        if known is None or known.probability < candidate.probability:
            best[candidate.id] = candidate
    return Found(_ranked(best.values()), tuple(reports))


def _ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda one: (-one.probability, one.id)))


def _candidates(report: CheckReport) -> list[Candidate]:
    schema = schema_of(report.subject.kind)
    return [
        *(
            Candidate(h.record, h.probability, h.reasons, o, h.schema, report.id)
            for o in report.outcomes
            for h in o.records
        ),
        *(Candidate(m.hit, m.probability, m.reasons, o, schema, report.id) for o in report.outcomes for m in o.matches),
    ]


async def entity_of(node: Node, errand: Errand, candidate: Candidate) -> dict[str, Any]:
    """A candidate as an entity: our record as far as this officer may see it, or that a partner has one."""
    if not candidate.outcome.own:
        agency = Translator(_language(errand)).of(candidate.outcome.name)
        return entity(candidate.id, candidate.schema, f"Possible match at {agency}", candidate.outcome.node)
    reason = f"check {candidate.check}, {errand.reason.case_reference}"
    try:
        record, _level, _why = await asyncio.to_thread(node.read_record, candidate.id, errand.officer, reason)
    except NotFound:  # that there is one may be told, and no more
        return entity(candidate.id, candidate.schema, candidate.id, node.us.node)
    return entity_of_record(record, node.us.node)


def entity_of_record(record: Record, owner: str) -> dict[str, Any]:
    """A record in the form in which yente tells of an entity."""
    properties = {prop: list(values) for prop, values in record.properties.items()}
    caption = next((properties[prop][0] for prop in _CAPTIONS if prop in properties), record.id)
    days = sorted(s.seen for s in record.statements if len(s.seen) == len("2026-01-31"))
    changed = f"{record.updated:%Y-%m-%dT%H:%M:%S}" if record.updated else None
    return entity(record.id, record.schema, caption, owner) | {
        "properties": properties,
        "target": bool(properties.get("topics")),
        "first_seen": f"{days[0]}T00:00:00" if days else None,
        "last_seen": f"{days[-1]}T00:00:00" if days else None,
        "last_change": changed,
    }


def entity(id_: str, schema: str, caption: str, owner: str) -> dict[str, Any]:
    """An entity of which nothing more is told, with all members that yente's clients expect."""
    return {
        "id": id_,
        "caption": caption,
        "schema": schema,
        "properties": {},
        "datasets": [owner],
        "referents": [],
        "target": False,
        "first_seen": None,
        "last_seen": None,
        "last_change": None,
    }


def explanations(reasons: Sequence[Reason], errand: Errand) -> dict[str, dict[str, Any]]:
    """The reasons in yente's form: by feature, with the bits each adds or takes, and in words."""
    say = Translator(_language(errand))
    told: dict[str, dict[str, Any]] = {}
    for reason in reasons:
        name = reason.feature if reason.feature not in told else f"{reason.feature}_{reason.level}"
        told[name] = {
            "score": round(reason.weight, 4),
            "detail": say.reason(reason.feature, reason.level),
            "query": None,
            "candidate": None,
            "weight": 1.0,
        }
    return told


def _language(errand: Errand) -> Any:  # noqa: ANN401 - an officer's language is one of the two that there are
    return errand.officer.language


def _cleaned(schema: str, prop: str, value: str) -> str | None:
    try:
        return clean(schema, prop, value)
    except InvalidValue:
        return None
