"""From an entity of FollowTheMoney to a record: every value cleaned, with its source, date, grading and original.

Nothing is dropped in silence: what cannot be kept comes back as a flaw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from lintas.errors import InvalidValue
from lintas.model import Grading, Record, Statement
from lintas.model.schemata import clean, ftm_model
from lintas.records.importing.flaws import Flaw, Reason
from lintas.records.marks import Marks

_ID = re.compile(r"(?=.{1,200}\Z)[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?")  # as FollowTheMoney refers to entities
_DIALLED_FROM = ("country", "nationality", "jurisdiction", "mainCountry")
_NAMES = ("name", "alias", "weakAlias", "previousName", "firstName", "lastName")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the values of one row come from; `flaw` says which row it is, for those that cannot be kept."""

    flaw: Flaw
    source: str
    seen: str
    grading: Grading


@dataclass(slots=True)
class Gathered:
    """The values of one record, and what could not be kept."""

    statements: list[Statement] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


def good_id(record_id: object) -> bool:
    """Whether this can be the id of a record: it goes into addresses, files and the audit log."""
    return isinstance(record_id, str) and _ID.fullmatch(record_id) is not None


@cache
def known_schema(schema: str) -> bool:
    """Whether records are made of this schema."""
    found = ftm_model().get(schema)
    return found is not None and not found.abstract


def gather(schema: str, pairs: Iterable[tuple[str, str]], origin: Origin) -> Gathered:
    """Make statements of properties and values as they came."""
    gathered = Gathered()
    said: set[tuple[str, str]] = set()
    elsewhere: list[str] = []
    for prop, value in pairs:
        try:
            cleaned = clean(schema, prop, value)
        except InvalidValue:
            gathered.flaws.append(_value_flaw(origin, Reason.UNKNOWN_PROPERTY, prop, value))
            continue
        if cleaned is None:
            if prop == "phone":
                elsewhere.append(value)
            elif value.strip():  # an empty field is no mistake
                gathered.flaws.append(_value_flaw(origin, Reason.INVALID_VALUE, prop, value))
        elif (prop, cleaned) not in said:
            said.add((prop, cleaned))
            original = value if value != cleaned else None
            gathered.statements.append(Statement(prop, cleaned, origin.source, origin.seen, origin.grading, original))
    if elsewhere:
        _dial(schema, elsewhere, origin, gathered)
    return gathered


def _dial(schema: str, phones: Iterable[str], origin: Origin, gathered: Gathered) -> None:
    """Understand telephone numbers written without their country by the one country the entity belongs to."""
    countries = {statement.value for statement in gathered.statements if statement.prop in _DIALLED_FROM}
    country = countries.pop() if len(countries) == 1 else None
    for value in phones:
        cleaned = _dialled(schema, value, country)
        if cleaned is not None:
            gathered.statements.append(Statement("phone", cleaned, origin.source, origin.seen, origin.grading, value))
        elif value.strip():
            gathered.flaws.append(_value_flaw(origin, Reason.INVALID_VALUE, "phone", value))


def _dialled(schema: str, value: str, country: str | None) -> str | None:
    from followthemoney.exc import InvalidData  # noqa: PLC0415 - costs a second, and is loaded by now

    try:
        return clean(schema, "phone", value, country) if country else None
    except InvalidData:  # a country without telephones of its own, such as one that no longer exists
        return None


def _value_flaw(origin: Origin, reason: Reason, prop: str, value: str) -> Flaw:
    return Flaw(origin.flaw.row, reason, file=origin.flaw.file, record=origin.flaw.record, prop=prop, value=value)


def make_record(record_id: str, schema: str, statements: Sequence[Statement], marks: Marks) -> Record:
    """A record with its marks."""
    return Record(
        id=record_id,
        schema=schema,
        statements=tuple(statements),
        category=marks.category,
        handling=marks.handling,
        sovereign_flag=marks.sovereign_flag,
        protections=marks.protections,
        invented=marks.invented,
    )


def shortcoming(record: Record) -> tuple[Reason, str | None] | None:
    """Why this cannot stand as a record, with the property that is missing; None if it can."""
    if not known_schema(record.schema):
        return Reason.UNKNOWN_SCHEMA, None
    given = {statement.prop for statement in record.statements}
    needs_name, needed = _needs(record.schema)
    if needs_name and given.isdisjoint(_NAMES):
        return Reason.NO_NAME, "name"
    missing = next((prop for prop in needed if prop not in given), None)
    if missing or not given:
        return Reason.INCOMPLETE, missing
    return None


@cache
def _needs(schema: str) -> tuple[bool, tuple[str, ...]]:
    """Whether a record needs a name, and the other properties without which it means nothing.

    FollowTheMoney asks for more: a stolen passport without a holder, for instance, would not be allowed to exist.
    """
    found = ftm_model()[schema]
    ends = tuple(p.name for p in (found.source_prop, found.target_prop) if p is not None and p.name in found.required)
    number = ("number",) if "number" in found.required else ()
    return "name" in found.required, number or ends


def narrower(left: str, right: str) -> str | None:
    """The more specific of two schemata, as two parts of one record name them; None if they contradict each other."""
    if left == right:
        return left
    from followthemoney.exc import InvalidData  # noqa: PLC0415 - costs a second, and is loaded by now

    try:
        return str(ftm_model().common_schema(left, right).name)
    except InvalidData:
        return None
