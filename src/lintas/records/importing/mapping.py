"""A mapping file: FollowTheMoney's own (https://followthemoney.tech/docs/mappings/), and a section `lintas` beside it.

FollowTheMoney says how columns become entities. The section `lintas` says what FollowTheMoney cannot: how to read the
file (header, encoding, delimiter, sheet, what stands for "nothing"), how to pull values out of a column of remarks,
and the marks of the police (category, handling, grading, …), each as a word or out of a column. It stands at the top
for all queries, and in a query for that query.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import yaml
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError

from lintas.errors import DatabaseUnreachable, InvalidMapping
from lintas.model import Noun
from lintas.model.schemata import ftm_model
from lintas.records.importing.columns import Extract

SEPARATOR = "\x1e"
"""Stands between several values extracted from one field (ASCII "record separator": it occurs in no source)."""

_ANY_FILE = "-"

Row: TypeAlias = dict[str, str]


class FromColumn(Noun):
    """A mark that stands in a column: translated by `values`, or the default where the field is empty."""

    column: str
    values: Mapping[str, str] = {}
    default: str | None = None
    split: str | None = None


class GradingPart(Noun):
    """The two letters of a grading, each as a word or out of a column."""

    source: str | FromColumn | None = None
    information: str | FromColumn | None = None


class LintasSection(Noun):
    """What the section `lintas` of a mapping may say."""

    category: str | FromColumn | None = None
    handling: str | FromColumn | None = None
    sovereign_flag: str | FromColumn | None = None
    protections: tuple[str, ...] | FromColumn | None = None
    grading: GradingPart = GradingPart()
    invented: bool | None = None
    seen: str | FromColumn | None = None
    id_prefix: str = ""
    header: tuple[str, ...] | None = None
    nulls: tuple[str, ...] = ()
    extract: Mapping[str, Extract] = {}
    encoding: str = "utf-8"
    delimiter: str | None = None
    sheet: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a mapping: FollowTheMoney's part, understood by FollowTheMoney, and ours."""

    ftm: Any  # followthemoney.mapping.QueryMapping
    lintas: LintasSection
    file: str

    def accepts(self, row: Row) -> bool:
        """Whether the query's filters let the row through; those on a database are in the statement already."""
        check = getattr(self.ftm.source, "check_filters", None)
        return check is None or bool(check(row))

    @property
    def columns(self) -> frozenset[str]:
        """The columns the data must have."""
        wanted = set(self.ftm.refs) | {part.column for part in self.lintas.extract.values()}
        wanted |= {part.column for part in _from_columns(self.lintas)}
        filters = {*dict(self.ftm.source.filters), *dict(self.ftm.source.filters_not)}
        return frozenset((wanted | filters) - set(self.lintas.extract))


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping, read and understood."""

    queries: tuple[Query, ...]
    lintas: LintasSection
    raw: bytes


def read_mapping(path: Path, *, database: str | None = None) -> MappingFile:
    """Read a mapping file.

    Args:
        path: A YAML file.
        database: Address of the database its queries read, in place of the one the file names.

    Raises:
        InvalidMapping: It is no YAML, or names a schema, property or option that does not exist.
    """
    try:
        raw = path.read_bytes()
        data = yaml.safe_load(raw)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidMapping(file=str(path), problem=" ".join(str(error).split())) from error
    body = _body(path, data)
    common = _section(path, body.get("lintas", {}))
    queries = body.get("queries", body.get("query", []))
    if not isinstance(queries, list | dict) or not all(isinstance(q, dict) for q in _listed(queries)):
        raise InvalidMapping(file=str(path), problem="`queries` is not a list of queries")
    read = tuple(_query(path, query, body.get("lintas", {}), database) for query in _listed(queries))
    return MappingFile(read, common, raw)


def _body(path: Path, data: object) -> dict[str, Any]:
    """The part with the queries: the whole file, or what stands in it under the name of its one dataset."""
    if isinstance(data, dict) and not {"queries", "query", "lintas"} & set(data) and len(data) == 1:
        data = next(iter(data.values()))
    if not isinstance(data, dict) or not {"queries", "query", "lintas"} & set(data):
        raise InvalidMapping(file=str(path), problem="there is no `queries`")
    return data


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - YAML as it came
    return value if isinstance(value, list) else [value]


def _section(path: Path, data: object) -> LintasSection:
    try:
        section = msgspec.convert(data, LintasSection)
        "".encode(section.encoding)
    except (msgspec.ValidationError, LookupError) as error:
        raise InvalidMapping(file=str(path), section="lintas", problem=str(error)) from error
    return section


def _query(path: Path, data: dict[str, Any], common: dict[str, Any], database: str | None) -> Query:
    section = _section(path, {**common, **data.get("lintas", {})})
    data = {key: value for key, value in data.items() if key != "lintas"}
    if database and "csv_url" not in data and "csv_urls" not in data:
        data["database"] = database
    if "database" not in data:
        data.setdefault("csv_url", _ANY_FILE)
    try:
        data["entities"] = {name: _split_extracted(entity, section) for name, entity in data["entities"].items()}
        ftm = _understood(data)
    except NoSuchTableError as error:
        raise InvalidMapping(file=str(path), missing=str(error), problem="there is no such table") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidMapping(file=str(path), problem=str(error)) from error
    return Query(ftm, section, Path(str(data.get("csv_url", _ANY_FILE))).name)


def _understood(data: dict[str, Any]) -> Any:  # noqa: ANN401 - followthemoney.mapping.QueryMapping
    """The query as FollowTheMoney understands it; where it reads a database, FollowTheMoney looks at its tables now."""
    from followthemoney.exc import FollowTheMoneyException  # noqa: PLC0415 - costs a second

    try:
        with warnings.catch_warnings():
            # FollowTheMoney warns of properties it would do without; we take them all the same.
            warnings.simplefilter("ignore", DeprecationWarning)
            return ftm_model().make_mapping(data)
    except FollowTheMoneyException as error:
        raise ValueError(str(error)) from error
    except DBAPIError as error:
        raise DatabaseUnreachable(reason=str(error.orig).strip().splitlines()[0]) from None
    except ArgumentError as error:
        # The address is not repeated: it may hold a password.
        raise ValueError("`database` is no address of a database") from error


def _split_extracted(entity: dict[str, Any], section: LintasSection) -> dict[str, Any]:
    """Where a property reads an extracted column, its several values are told apart without being told how."""
    properties = {}
    for name, rule in entity.get("properties", {}).items():
        columns = _listed(rule.get("columns", rule.get("column")))
        extracted = set(columns) & set(section.extract)
        properties[name] = {**rule, "split": rule.get("split", SEPARATOR)} if extracted else rule
    return {**entity, "properties": properties}


def _from_columns(section: LintasSection) -> Iterator[FromColumn]:
    parts: Sequence[object] = (
        section.category,
        section.handling,
        section.sovereign_flag,
        section.protections,
        section.seen,
        section.grading.source,
        section.grading.information,
    )
    yield from (part for part in parts if isinstance(part, FromColumn))
