"""One row of a table, read through a mapping into records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from lintas.errors import InvalidMapping
from lintas.records.importing.entities import Origin, gather, good_id, make_record, shortcoming
from lintas.records.importing.flaws import Flaw, Reason
from lintas.records.importing.mapping import SEPARATOR, FromColumn, LintasSection, Query, Row
from lintas.records.importing.part import Part
from lintas.records.marks import Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """Reads the rows of one table through all queries that concern it.

    Attributes:
        queries: What to make of a row.
        file: The name of the table, where an import reads several.
        columns: The names of its fields.
        source: Where the table comes from.
        seen: The day that stands where the row does not say when it was stated.
        marks: What is put on every record whose mapping does not say otherwise.
    """

    queries: Sequence[Query]
    file: str | None
    columns: Sequence[str]
    source: str
    seen: str
    marks: Marks

    def check_columns(self, table: str) -> None:
        """See that every column a query names exists, before the first row is read.

        Raises:
            InvalidMapping: One does not; names it and those there are.
        """
        for query in self.queries:
            if missing := sorted(query.columns - set(self.columns)):
                raise InvalidMapping(file=table, missing=", ".join(missing), columns=", ".join(self.columns))

    def read(self, number: int, cells: Sequence[str]) -> tuple[list[Part], list[Flaw]]:
        """What one row contributes to records, and what could not be taken over."""
        flaw = Flaw(number, Reason.COLUMNS, file=self.file)
        parts: list[Part] = []
        flaws: list[Flaw] = []
        if len(cells) < len(self.columns) or any(cells[len(self.columns) :]):
            flaws.append(flaw)
        else:
            self._read_fields(dict(zip(self.columns, cells, strict=False)), flaw, parts, flaws)
        return [_with_row(part, cells) for part in parts], [_telling_row(told, cells) for told in flaws]

    def _read_fields(self, fields: Mapping[str, str], flaw: Flaw, parts: list[Part], flaws: list[Flaw]) -> None:
        for query in self.queries:
            row = _filled(fields, query.lintas)
            if query.accepts(row):
                self._read_query(query, row | _extracted(row, query.lintas), flaw, parts, flaws)

    def _read_query(self, query: Query, row: Row, flaw: Flaw, parts: list[Part], flaws: list[Flaw]) -> None:
        try:
            marks = marked(self.marks, query.lintas, row)
        except msgspec.ValidationError as error:
            flaws.append(msgspec.structs.replace(flaw, reason=Reason.WRONG_MARK, value=str(error)))
            return
        seen = _word(query.lintas.seen, row) or self.seen
        ids: dict[str, str] = {}
        for entity in query.ftm.entities:
            key = _key(entity, row, query.lintas.id_prefix)
            if key is None or not _has_required(entity, row):
                continue
            ids[entity.name] = key
            own = msgspec.structs.replace(flaw, reason=Reason.WRONG_ID, record=key)
            if not good_id(key):
                flaws.append(own)
                continue
            origin = Origin(flaw=own, source=self.source, seen=seen, grading=marks.grading)
            gathered = gather(entity.schema.name, _pairs(entity, row, ids), origin)
            flaws.extend(gathered.flaws)
            record = make_record(key, entity.schema.name, gathered.statements, marks)
            parts.append(Part(record, own))
        if not ids:
            flaws.append(msgspec.structs.replace(flaw, reason=Reason.NO_KEY))


def _with_row(part: Part, cells: Sequence[str]) -> Part:
    """The part; with the row itself where the report may need it: if nothing completes the part."""
    return Part(part.record, _telling_row(part.flaw, cells)) if shortcoming(part.record) else part


def _telling_row(flaw: Flaw, cells: Sequence[str]) -> Flaw:
    """The flaw; with the row itself if the whole row is rejected for it."""
    raw = json.dumps(list(cells), ensure_ascii=False) if flaw.rejects else None
    return msgspec.structs.replace(flaw, raw=raw)


def _filled(fields: Mapping[str, str], section: LintasSection) -> Row:
    """The fields that are filled: to FollowTheMoney an empty one is absent."""
    return {name: text for name, value in fields.items() if (text := value.strip()) and text not in section.nulls}


def _extracted(row: Row, section: LintasSection) -> Row:
    return {
        name: SEPARATOR.join(found)
        for name, extract in section.extract.items()
        if (found := list(extract.values(row.get(extract.column, ""))))
    }


def _key(entity: Any, row: Row, prefix: str) -> str | None:  # noqa: ANN401 - FollowTheMoney's EntityMapping
    key = entity.compute_key(row)
    return None if key is None else f"{prefix}{key}"


def _has_required(entity: Any, row: Row) -> bool:  # noqa: ANN401 - FollowTheMoney's EntityMapping
    """Whether the row has what the mapping itself calls required; without it the row has no such entity."""
    return all(any(value.strip() for value in rule.record_values(row)) for rule in entity.properties if rule.required)


def _pairs(entity: Any, row: Row, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - see above
    for rule in entity.properties:
        if rule.entity is not None:
            if rule.entity in ids:
                yield rule.prop.name, ids[rule.entity]
            continue
        for value in _values(rule, rule.record_values(row)):
            yield rule.prop.name, _formatted(rule, value)


def _values(rule: Any, values: Iterable[str]) -> Iterator[str]:  # noqa: ANN401 - FollowTheMoney's PropertyMapping
    """The values of a property after FollowTheMoney's `join` and `split`."""
    if rule.join is not None:
        values = [rule.join.join(values)]
    for value in values:
        yield from value.split(rule.split) if rule.split is not None else (value,)


def _formatted(rule: Any, value: str) -> str:  # noqa: ANN401 - FollowTheMoney's PropertyMapping
    """The value read with the mapping's `format` (of a date, a telephone's country) or `fuzzy`; else as it came."""
    if rule.format is None and not rule.fuzzy:
        return value
    return rule.prop.type.clean(value, fuzzy=rule.fuzzy, format=rule.format or rule.prop.format) or value


def marked(marks: Marks, section: LintasSection, row: Row) -> Marks:
    """The marks of one row.

    Raises:
        msgspec.ValidationError: A word is not in its vocabulary.
    """
    return _marks_of(
        marks,
        category=_word(section.category, row),
        handling=_word(section.handling, row),
        sovereign_flag=_word(section.sovereign_flag, row),
        protections=_words(section.protections, row),
        source=_word(section.grading.source, row),
        information=_word(section.grading.information, row),
        invented=section.invented,
    )


@lru_cache(maxsize=1024)  # a table knows few combinations, and has many rows
def _marks_of(marks: Marks, *, source: str | None, information: str | None, **said: object) -> Marks:
    grading = {"source": source or marks.grading.source, "information": information or marks.grading.information}
    own = {name: value for name, value in said.items() if value is not None}
    return msgspec.convert({**msgspec.to_builtins(marks), "grading": grading, **own}, Marks)


def _words(part: tuple[str, ...] | FromColumn | None, row: Row) -> tuple[str, ...] | None:
    if not isinstance(part, FromColumn):
        return part
    text = row.get(part.column, part.default)
    if text is None:
        return None
    words = text.split(part.split) if part.split else (text,)
    return tuple(part.values.get(word.strip(), word.strip()) for word in words)


def _word(part: str | FromColumn | None, row: Row) -> str | None:
    if not isinstance(part, FromColumn):
        return part
    text = row.get(part.column)
    return part.default if text is None else part.values.get(text, text)
