"""From an entity of FollowTheMoney to a record: every value cleaned, with its source, date, grading and original.

Nothing is dropped in silence: what cannot be kept comes back as a flaw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from lintas.errors import InvalidIdentifier, InvalidValue
from lintas.model import Grading, Record, Statement
from lintas.model.identifiers import identifier_kind, validate
from lintas.model.schemata import clean, ftm_model
from lintas.records.importing.flaws import Flaw, Reason
from lintas.records.marks import Marks

_ID = re.compile(r"(?=.{1,200}\Z)[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?")  # as FollowTheMoney refers to entities
_DIALLED_FROM = ("country", "nationality", "jurisdiction", "mainCountry")
_CHECKED = frozenset({"vin", "imei", "imsi", "iccid", "macAddress", "mmsi", "containerNumber"})
_NAMES = ("name", "alias", "weakAlias", "previousName", "firstName", "lastName")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the values of one row come from; `flaw` says which row it is, for those that cannot be kept."""

    flaw: Flaw
    source: str
    seen: str
    grading: Grading


class Gathered:
    """The values of one record as statements, and what could not be kept."""

    def __init__(self, schema: str, origin: Origin) -> None:
        self.statements: list[Statement] = []
        self.flaws: list[Flaw] = []
        self._schema, self._origin = schema, origin
        self._said: set[tuple[str, str]] = set()

    def take(self, prop: str, value: str, country: str | None = None) -> bool:
        """Take in one value; False if it is not what its property says, which the caller may know a way out of."""
        try:
            cleaned = clean(self._schema, prop, value, country)
        except InvalidValue:
            self.tell(Reason.UNKNOWN_PROPERTY, prop, value)
            return True
        if cleaned is None:
            return not value.strip()  # an empty field is no mistake
        if (prop, cleaned) not in self._said:
            self._said.add((prop, cleaned))
            origin, original = self._origin, value if value != cleaned else None
            self.statements.append(Statement(prop, cleaned, origin.source, origin.seen, origin.grading, original))
            if prop in _CHECKED and (why := _doubt(prop, cleaned)):
                self.tell(Reason.DOUBTFUL, prop, value, why)
        return True

    def tell(self, reason: Reason, prop: str, value: str, why: str | None = None) -> None:
        """Put a value into the report."""
        row = self._origin.flaw
        self.flaws.append(Flaw(row.row, reason, file=row.file, record=row.record, prop=prop, value=value, why=why))

    def dial(self, phones: Iterable[str]) -> None:
        """Take telephone numbers written without their country, by the one country the entity belongs to."""
        countries = {statement.value for statement in self.statements if statement.prop in _DIALLED_FROM}
        country = countries.pop() if len(countries) == 1 else None
        for value in phones:
            if not (country and _has_telephones(country) and self.take("phone", value, country)):
                self.tell(Reason.INVALID_VALUE, "phone", value)


def gather(schema: str, pairs: Iterable[tuple[str, str]], origin: Origin) -> Gathered:
    """Make statements of properties and values as they came."""
    gathered = Gathered(schema, origin)
    elsewhere: list[str] = []
    for prop, value in pairs:
        if not gathered.take(prop, value):
            if prop == "phone":
                elsewhere.append(value)
            else:
                gathered.tell(Reason.INVALID_VALUE, prop, value)
    if elsewhere:
        gathered.dial(elsewhere)
    return gathered


def _doubt(prop: str, value: str) -> str | None:
    """What is wrong with a number that all the world writes by one rule.

    It is kept all the same: the index finds what differs by one sign, and the file, not we, must be corrected.
    """
    kind = identifier_kind(None, prop)
    try:
        if kind is not None:
            validate(kind, value)
    except InvalidIdentifier as error:
        return ", ".join(f"{name}: {fact}" for name, fact in error.facts.items())
    return None


@cache
def _has_telephones(country: str) -> bool:
    """Whether telephones are dialled by this country: not by one that no longer exists."""
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - loads the numbering plans of the world

    return country.upper() in SUPPORTED_REGIONS


def good_id(record_id: object) -> bool:
    """Whether this can be the id of a record: it goes into addresses, files and the audit log."""
    return isinstance(record_id, str) and _ID.fullmatch(record_id) is not None


@cache
def known_schema(schema: str) -> bool:
    """Whether records are made of this schema."""
    found = ftm_model().get(schema)
    return found is not None and not found.abstract


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
