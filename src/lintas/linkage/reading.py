"""From files to a table: FollowTheMoney's JSON lines, or CSV and Excel through a mapping, as records are imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np

from lintas.errors import InvalidFile, InvalidMapping
from lintas.linkage.fields import FAMILY, GIVEN, NAMES, NORMAL, field_of, name_kind, split_name
from lintas.linkage.table import MOST, ColumnMaker, Kind, Table, make_table
from lintas.records.importing.files import open_table
from lintas.records.importing.mapping import MappingFile, Query, read_mapping
from lintas.records.importing.rows import _pairs

CHUNK: Final = 50_000
Told: TypeAlias = Callable[[int], None]


class Line(msgspec.Struct):
    """An entity as a line of a file has it; further fields are not looked at."""

    id: str
    schema: str
    properties: dict[str, list[str]]


class Gatherer:
    """Takes entities in, many at a time, and makes a table of them in the end."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.schemata: list[str] = []
        self._makers: dict[str, ColumnMaker] = {}

    def take(self, ids: Sequence[str], schemata: Sequence[str], values: Mapping[str, Sequence[Sequence[str]]]) -> None:
        """Entities and, for each property, the first value of each entity, then the second of each, and so on."""
        row = len(self.ids)
        self.ids.extend(ids)
        self.schemata.extend(schemata)
        for prop, variants in values.items():
            field = next((found for s in dict.fromkeys(schemata) if (found := field_of(s, prop))), None)
            if field is not None:
                self._put(row, field, variants)
        self._names(row, schemata, values)

    def _put(self, row: int, field: tuple[str, Kind], variants: Iterable[Sequence[str]]) -> None:
        maker = self._makers.get(field[0])
        if maker is None:
            maker = self._makers[field[0]] = ColumnMaker(*field, NORMAL[field[1]])
        for number, variant in enumerate(variants):
            maker.extend(row, variant, number)

    def _names(self, row: int, schemata: Sequence[str], values: Mapping[str, Sequence[Sequence[str]]]) -> None:
        """Names of persons whose parts are not given apart; those of others whole."""
        empty = [""] * len(schemata)
        apart = [
            bool(a or b)
            for a, b in zip(_first(values, "firstName", empty), _first(values, "lastName", empty), strict=True)
        ]
        written = [variant for prop in NAMES for variant in values.get(prop, ())]
        persons = [name_kind(s) is Kind.GIVEN for s in schemata]
        for number, variant in enumerate(written[:MOST]):
            if not all(persons):
                whole = ["" if person else name for person, name in zip(persons, variant, strict=True)]
                self._makers.setdefault("name", ColumnMaker("name", Kind.TEXT, NORMAL[Kind.TEXT])).extend(
                    row, whole, number
                )
            split = [
                _split(name) if person and not known else ("", "")
                for person, known, name in zip(persons, apart, variant, strict=True)
            ]
            for field, part in (((GIVEN, Kind.GIVEN), 0), ((FAMILY, Kind.FAMILY), 1)):
                texts = [both[part] for both in split]
                if any(texts):
                    maker = self._makers.setdefault(field[0], ColumnMaker(*field, NORMAL[field[1]]))
                    maker.extend(row, texts, number)

    def table(self, side: Sequence[int] | None = None) -> Table:
        """What was taken in."""
        return make_table(self.ids, self._makers, self.schemata, None if side is None else np.array(side, np.int8))


@lru_cache(maxsize=1 << 20)
def _split(name: str) -> tuple[str, str]:
    return split_name(name) if name else ("", "")


def _first(values: Mapping[str, Sequence[Sequence[str]]], prop: str, otherwise: Sequence[str]) -> Sequence[str]:
    return next(iter(values.get(prop, ())), otherwise)


def read_files(paths: Sequence[Path], mapping: Path | None, told: Told) -> Table:
    """Read one file to be deduplicated, or two to be linked.

    Args:
        paths: FollowTheMoney JSON lines; or CSV and Excel, where there is a mapping.
        mapping: A mapping file for tables.
        told: Is told now and then how many entities have been read.

    Raises:
        InvalidFile: A line is no entity, or nothing in the file can be compared.
        InvalidMapping: The mapping cannot be understood, or names a column that is not there.
    """
    gatherer = Gatherer()
    sides: list[int] = []
    understood = read_mapping(mapping) if mapping else None
    for side, path in enumerate(paths):
        source = _lines(path) if understood is None or _is_lines(path) else _rows(path, understood)
        for ids, schemata, values in source:
            gatherer.take(ids, schemata, values)
            told(len(gatherer.ids))
        sides.extend([side] * (len(gatherer.ids) - len(sides)))
    table = gatherer.table(sides if len(paths) > 1 else None)
    if not table.columns:
        raise InvalidFile(file=", ".join(map(str, paths)), problem="nothing in it can be compared")
    return table


Chunk: TypeAlias = tuple[Sequence[str], Sequence[str], Mapping[str, Sequence[Sequence[str]]]]


def _is_lines(path: Path) -> bool:
    """Whether a file holds JSON, which needs no mapping."""
    with path.open("rb") as file:
        return file.read(1) == b"{"


def _lines(path: Path) -> Iterator[Chunk]:
    decode = msgspec.json.Decoder(Line).decode
    with path.open("rb") as file:
        before = 0
        while raw := [*islice(file, CHUNK)]:
            entities = []
            for number, line in enumerate(raw, start=before + 1):
                try:
                    if line.strip():
                        entities.append(decode(line))
                except msgspec.DecodeError as error:
                    raise InvalidFile(file=str(path), line=number, problem=str(error)) from error
            before += len(raw)
            yield [e.id for e in entities], [e.schema for e in entities], _columns([e.properties for e in entities])


def _columns(entities: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, list[list[str]]]:
    """The values of entities turned into columns, the first `MOST` of each property."""
    found: dict[str, list[list[str]]] = {}
    for row, entity in enumerate(entities):
        for prop, values in entity.items():
            variants = found.setdefault(prop, [])
            for number, value in enumerate(sorted(values)[:MOST]):
                if number == len(variants):
                    variants.append([""] * len(entities))
                variants[number][row] = value
    return found


def _rows(path: Path, mapping: MappingFile) -> Iterator[Chunk]:
    with open_table(path, mapping.lintas) as sheet:
        for query in mapping.queries:
            if missing := sorted(query.columns - set(sheet.columns)):
                raise InvalidMapping(file=path.name, missing=", ".join(missing), columns=", ".join(sheet.columns))
        while rows := [cells for _, cells in islice(sheet.rows, CHUNK)]:
            columns = dict(zip(sheet.columns, zip(*rows, strict=False), strict=False))
            for query in mapping.queries:
                for entity in query.ftm.entities:
                    yield _entities(query, entity, columns, len(rows))


def _entities(query: Query, entity: Any, columns: Mapping[str, Sequence[str]], count: int) -> Chunk:  # noqa: ANN401 - FollowTheMoney's EntityMapping
    """The entities one query makes of many rows: column by column where it only copies, row by row where not."""
    if _copies(query, entity):
        section = query.lintas
        nulls = dict.fromkeys(section.nulls, "")
        values: dict[str, list[Sequence[str]]] = {}
        for rule in entity.properties:
            filled = [_each(lambda text: nulls.get(text.strip(), text.strip()), columns[ref]) for ref in rule.refs]
            if rule.join is not None:
                filled = [[rule.join.join(filter(None, cells)) for cells in zip(*filled, strict=True)]]
            values.setdefault(rule.prop.name, []).extend(_each(partial(_read, rule), cells) for cells in filled)
        keys = columns[entity.id_column] if entity.id_column else _keys(entity, columns, count)
        ids = [f"{section.id_prefix}{key.strip()}" for key in keys]
        return ids, [entity.schema.name] * count, values
    return _row_by_row(query, entity, columns, count)


def _each(change: Callable[[str], str], cells: Sequence[str]) -> list[str]:
    """Every cell changed, each different one once."""
    changed = {text: change(text) for text in set(cells)}
    return [changed[text] for text in cells]


def _copies(query: Query, entity: Any) -> bool:  # noqa: ANN401 - see above
    plain = all(
        rule.entity is None and not rule.literals and rule.split is None
        and rule.template is None and not rule.required
        for rule in entity.properties
    )  # fmt: skip
    source = query.ftm.source
    return plain and not query.lintas.extract and not source.filters and not source.filters_not


def _read(rule: Any, text: str) -> str:  # noqa: ANN401 - FollowTheMoney's PropertyMapping
    if not text or (rule.format is None and not rule.fuzzy):
        return text
    return rule.prop.type.clean(text, fuzzy=rule.fuzzy, format=rule.format or rule.prop.format) or text


def _keys(entity: Any, columns: Mapping[str, Sequence[str]], count: int) -> list[str]:  # noqa: ANN401 - see above
    if not entity.keys:
        return [""] * count
    parts = zip(*(columns[key] for key in entity.keys), strict=True)
    return [entity.compute_key(dict(zip(entity.keys, part, strict=True))) or "" for part in parts]


def _row_by_row(query: Query, entity: Any, columns: Mapping[str, Sequence[str]], count: int) -> Chunk:  # noqa: ANN401 - see above
    ids, entities = [], []
    for number in range(count):
        row = {
            name: text
            for name, cells in columns.items()
            if (text := cells[number].strip()) not in ("", *query.lintas.nulls)
        }
        for name, extract in query.lintas.extract.items():
            if found := [*extract.values(row.get(extract.column, ""))]:
                row[name] = "\x1e".join(found)
        key = entity.compute_key(row) if query.accepts(row) else None
        if key is not None:
            properties: dict[str, list[str]] = {}
            for prop, value in _pairs(entity, row, {}):
                if value.strip():
                    properties.setdefault(prop, []).append(value.strip())
            ids.append(f"{query.lintas.id_prefix}{key}")
            entities.append(properties)
    return ids, [entity.schema.name] * len(ids), _columns(entities)
