"""What may leave the node. Nothing else in Lintas makes `Disclosed` or `DisclosedCore`; a house test keeps it so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from lintas.errors import InvalidValue, RefusedByPolicy
from lintas.model import (
    Comparison,
    DisclosureLevel,
    Grading,
    Handling,
    InformationGrade,
    Quality,
    Reason,
    Record,
    SourceGrade,
    Statement,
)
from lintas.policy.marks import marks_of
from lintas.policy.nouns import AgencyContext, Ask, Decision
from lintas.protocol.messages import CoreData, Marking, Match

MOST_REASONS = 40  # the limit of the protocol
MOST_VALUES = 20

# The eleven fields of Regulation (EU) 2024/982 article 47, and the properties each is taken from. Offence, case number
# and authority are also what the deciding person writes.
CORE_FIELDS: dict[str, tuple[str, ...]] = {
    "first_names": ("firstName", "secondName", "middleName"),
    "family_names": ("lastName",),
    "aliases": ("alias", "weakAlias", "previousName"),
    "birth_date": ("birthDate",),
    "nationality": ("nationality", "citizenship"),
    "birth_place": ("birthPlace", "birthCountry"),
    "gender": ("gender",),
    "acquired": ("reportedDate", "reportedPlace"),
    "offence": ("offence",),
    "case_number": ("caseNumber",),
    "authority": ("caseAuthority",),
}
WRITTEN = ("offence", "case_number", "authority")
CALLED = frozenset({"name", "number", "registrationNumber"})  # by which a record is called


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What policy let go in step one; an answer to a check is made of nothing else."""

    match: Match
    decision: Decision


@dataclass(frozen=True, slots=True)
class DisclosedCore:
    """What policy and a person let go in step two, with the marking that binds the receiver."""

    data: CoreData
    marking: Marking
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreChoice:
    """What a person decided to give."""

    decided_by: str  # role and unit, never a name; empty means that nobody decided
    fields: frozenset[str]  # names of `CoreData`
    offence: str = ""  # written by that person; otherwise what the record states
    case_number: str = ""
    authority: str = ""


def disclose(
    judged: tuple[DisclosureLevel, Decision], record: Record, comparison: Comparison, hit_id: str
) -> Disclosed | None:
    """A match without anything of the record but what binds whoever acts on it; None for silence."""
    level, decision = judged
    if not level.covers(DisclosureLevel.HIT):
        return None
    cautions = tuple(Reason(feature="caution", level=word, weight=0.0) for word in decision.cautions)
    match = Match(
        hit=hit_id,
        quality=Quality.of(comparison.probability),
        probability=comparison.told,
        reasons=(*cautions, *comparison.reasons)[:MOST_REASONS],
        handling=_handling(record),
        sovereign_flag=record.sovereign_flag,
    )
    return Disclosed(match, decision)


def core(decision: Decision, record: Record, ask: Ask, us: AgencyContext, choice: CoreChoice) -> DisclosedCore:
    """The chosen fields of a record, and no other value of it.

    Raises:
        RefusedByPolicy: the decision is a refusal.
        InvalidValue: a chosen field is not one of the eleven.
    """
    if not decision.allowed:
        raise RefusedByPolicy(ground=decision.ground, policies=list(decision.policies), **decision.explanation)
    unknown = sorted(choice.fields - CORE_FIELDS.keys())
    if unknown:
        raise InvalidValue(fields=unknown, allowed=list(CORE_FIELDS))
    told = {field: tuple(_stated(record, field)) for field in CORE_FIELDS if field in choice.fields}
    values: dict[str, object] = {field: _values(statements) for field, statements in told.items()}
    for field in WRITTEN:
        if field in told:
            values[field] = getattr(choice, field) or ", ".join(_values(told[field]))
    used = [statement for statements in told.values() for statement in statements]
    if "acquired" in told:
        values["acquired"] = " · ".join(_values(told["acquired"])) or _acquired(used or record.statements, us)
    marking = Marking(
        handling=_handling(record),
        grading=_worst(statement.grading for statement in used or record.statements),
        purpose=ask.justification.purpose,
        case_reference=ask.justification.case_reference,
        sovereign_flag=record.sovereign_flag,
    )
    return DisclosedCore(msgspec.convert(values, CoreData), marking, decision)


def held(record: Record) -> dict[str, list[Statement]]:
    """Which statements of a record could fill each of the eleven fields; for the page on which a person chooses."""
    return {field: _stated(record, field) for field in CORE_FIELDS}


def as_far_as(level: DisclosureLevel, record: Record) -> Record:
    """The record with the values that this level shows: all, or what core data are made of, or none."""
    if level.covers(DisclosureLevel.FULL):
        return record
    core = {prop for props in CORE_FIELDS.values() for prop in props} | CALLED
    shown = core if level.covers(DisclosureLevel.CORE) else frozenset()
    return msgspec.structs.replace(record, statements=tuple(s for s in record.statements if s.prop in shown))


def _stated(record: Record, field: str) -> list[Statement]:
    found = [s for prop in CORE_FIELDS[field] for s in record.statements if s.prop == prop]
    if field == "family_names" and not any(record.values(prop) for prop in ("firstName", "lastName")):
        # A name that nobody has divided is not divided by us: ICAO Doc 9303-3 puts it whole into the first field.
        found = [s for s in record.statements if s.prop == "name"]
    return found


def _values(statements: Sequence[Statement]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(statement.value for statement in statements))[:MOST_VALUES]


def _acquired(statements: Sequence[Statement], us: AgencyContext) -> str:
    """When and by whom what is told was acquired; the name of an inner source stays inside."""
    return " · ".join(filter(None, (max((s.seen for s in statements), default=""), us.node)))


def _worst(gradings: Iterable[Grading]) -> Grading:
    """The grading of a whole is that of its weakest part (rule R20); both scales run from best to worst."""
    graded = list(gradings)
    sources, information = list(SourceGrade), list(InformationGrade)
    return Grading(
        source=max((g.source for g in graded), key=sources.index, default=SourceGrade.X),
        information=max((g.information for g in graded), key=information.index, default=InformationGrade.G4),
    )


def _handling(record: Record) -> Handling:
    """The record's handling code; what concerns a refugee never goes onward without being asked (rules R19, R24)."""
    if "refugee" in marks_of(record).protections and record.handling in {Handling.H0, Handling.H1}:
        return Handling.H2
    return record.handling
