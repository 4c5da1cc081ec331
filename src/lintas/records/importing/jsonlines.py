"""One line of a FollowTheMoney file, flat or nested, as OpenSanctions and Aleph export them, read into records.

In a nested export an entity contains those it is linked with, in place of their ids; a property that exists only as the
reverse of a link (`sanctions` of a person) then carries the link. The entities inside become records of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from lintas.model import Grading, Handling, Noun, SovereignFlag, SubjectCategory
from lintas.model.schemata import ftm_model
from lintas.records.importing.entities import Origin, gather, good_id, known_schema, make_record, shortcoming
from lintas.records.importing.flaws import Flaw, Reason
from lintas.records.importing.part import Part
from lintas.records.marks import Marks

_DEEPEST = 8  # levels of nesting; OpenSanctions has three


class _LineMarks(Noun):
    """What a line of ours may say in its field `lintas`; FollowTheMoney lets a line carry further fields."""

    category: SubjectCategory | None = None
    handling: Handling | None = None
    sovereign_flag: SovereignFlag | None = None
    protections: frozenset[str] | None = None
    grading: Grading | None = None
    invented: bool | None = None


class _Entity(msgspec.Struct):
    """The fields of a line that we read; the others (referents, target, last_change, …) are passed over."""

    id: str = ""
    schema: str = ""
    properties: dict[str, Any] = {}
    caption: str | None = None
    datasets: list[str] = []
    first_seen: str | None = None
    lintas: _LineMarks | None = None


class _Named(msgspec.Struct):
    """Of a line, only the id."""

    id: str = ""


_id_decoder = msgspec.json.Decoder(_Named)
_decoder = msgspec.json.Decoder(_Entity)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReader:
    """Reads lines with what the import knows of all of them.

    Attributes:
        source: Stands for the source where the line names no dataset.
        seen: The day that stands where the line does not say when it was first seen.
        marks: What is put on every record whose line does not say otherwise.
    """

    source: str
    seen: str
    marks: Marks

    def read(self, row: int, line: bytes) -> tuple[list[Part], list[Flaw]]:
        """The records of one line, the outermost first, and what could not be taken over."""
        raw = line.decode("utf-8", "replace").rstrip("\r\n")
        try:
            entity = _decoder.decode(line)
        except msgspec.ValidationError as error:
            reason = Reason.WRONG_MARK if "`$.lintas" in str(error) else Reason.NOT_ENTITY
            return [], [Flaw(row, reason, value=str(error), raw=raw)]
        except _UNREADABLE as error:
            return [], [Flaw(row, Reason.NOT_JSON, value=str(error), raw=raw)]
        parts: list[Part] = []
        flaws: list[Flaw] = []
        for one in _unfold(entity) if is_nested(line) else (entity,):
            self._keep(one, Flaw(row, Reason.WRONG_ID, record=one.id, raw=raw), parts, flaws)
        return parts, flaws

    def _keep(self, entity: _Entity, flaw: Flaw, parts: list[Part], flaws: list[Flaw]) -> None:
        if not good_id(entity.id):
            flaws.append(flaw)
            return
        if not known_schema(entity.schema):
            flaws.append(msgspec.structs.replace(flaw, reason=Reason.UNKNOWN_SCHEMA, value=entity.schema))
            return
        marks = _marked(self.marks, entity.lintas)
        origin = Origin(
            flaw=flaw,
            source=" + ".join(entity.datasets) or self.source,
            seen=(entity.first_seen or self.seen)[:10],
            grading=marks.grading,
        )
        gathered = gather(entity.schema, _pairs(entity), origin)
        record = make_record(entity.id, entity.schema, gathered.statements, marks)
        flaws.extend(gathered.flaws)
        if found := shortcoming(record):
            flaws.append(msgspec.structs.replace(flaw, reason=found[0], prop=found[1]))
        else:
            parts.append(Part(record, flaw))


def _marked(marks: Marks, said: _LineMarks | None) -> Marks:
    if said is None:
        return marks
    own = {name: value for name in said.__struct_fields__ if (value := getattr(said, name)) is not None}
    return msgspec.structs.replace(marks, **own)


def _pairs(entity: _Entity) -> Iterator[tuple[str, str]]:
    """Every value with its property, the caption first among the names: it is the one the source shows people."""
    names = entity.properties.get("name")
    if entity.caption and isinstance(names, list) and entity.caption in names:
        yield "name", entity.caption
    for prop, values in entity.properties.items():
        for value in values if isinstance(values, list) else (values,):
            if isinstance(value, str):
                yield prop, value
            elif value is not None:
                yield prop, str(value)


def _unfold(entity: _Entity, depth: int = 0) -> Iterator[_Entity]:
    """The entity with ids in place of the entities inside it, and then those."""
    inside: list[_Entity] = []
    for prop, values in list(entity.properties.items()):
        if isinstance(values, list) and any(isinstance(value, dict) for value in values):
            entity.properties[prop] = [_replaced(value, inside) for value in values]
            _turn_round(entity, prop, inside)
    yield entity
    if depth < _DEEPEST:
        for nested in inside:
            nested.lintas = nested.lintas or entity.lintas
            yield from _unfold(nested, depth + 1)


def _replaced(value: object, inside: list[_Entity]) -> object:
    if not isinstance(value, dict):
        return value
    try:
        nested = msgspec.convert(value, _Entity)
    except msgspec.ValidationError:
        nested = _Entity()  # it has no id, and is reported for it
    inside.append(nested)
    return nested.id or None


def _turn_round(entity: _Entity, prop: str, inside: list[_Entity]) -> None:
    """Put a link where it belongs: FollowTheMoney stores it at the entity that points, never at the one pointed to."""
    schema = ftm_model().get(entity.schema)
    found = schema.get(prop) if schema is not None else None
    if found is None or not found.stub:
        return
    links = entity.properties.pop(prop)
    for nested in inside:
        if nested.id in links:
            there = nested.properties.get(found.reverse.name, [])
            nested.properties[found.reverse.name] = [*(there if isinstance(there, list) else [there]), entity.id]


def id_of(line: bytes) -> str:
    """The id in a line that was read before; empty where there is none."""
    try:
        return _id_decoder.decode(line).id
    except (*_UNREADABLE, msgspec.ValidationError):
        return ""


def is_nested(line: bytes) -> bool:
    """Whether a line contains more than one entity; a value that merely quotes the word has it escaped."""
    return line.count(b'"schema"') > 1
