"""`lintas match search`: look for many in a file, and tell the first few and how long each took."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from msgspec import Struct

from lintas.cli.output import Shared, shared
from lintas.errors import InvalidFile
from lintas.matching.keys import QueryTerms, query_terms_of
from lintas.model import SubjectKind
from lintas.model.kinds import kinds_of
from lintas.records.searching.gathering import all_columns
from lintas.records.shelf import Shelf

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_BLOCK: Final = 2_000  # lines read at once
_BETWEEN_COMMITS: Final = 1_000_000  # records
_NAMED: Final = frozenset({SubjectKind.PERSON, SubjectKind.COMPANY, SubjectKind.VESSEL})
_NUMBERS: Final = ("passportNumber", "registrationNumber", "phone", "imoNumber", "imei", "vin", "email", "mmsi", "iban")


class Found(Struct):
    """What came of one question."""

    id: str
    ids: tuple[str, ...] = ()
    milliseconds: float = 0.0
    error: str | None = None


class Told(Struct):
    """What came of all."""

    records: int
    rejected: int
    seconds_to_build: float
    milliseconds: dict[str, float]
    queries: list[Found]


@click.command("search")
@click.option("--records", type=FILE, required=True, help="FollowTheMoney, an entity to a line.")
@click.option("--queries", type=FILE, required=True, help="The same, or objects with name, birthDate, identifiers.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=10, show_default=True, help="Ids for each query.")
@click.option(
    "--index", type=click.Path(file_okay=False, path_type=Path), help="Keep the index here, and use it again."
)
@shared
def command(at: Shared, records: Path, queries: Path, limit: int, index: Path | None) -> None:
    """Look for each query of a file among the records of another: the ids most like it, and the milliseconds it took.

    The index is made in a folder of its own and nothing else is written; it asks no node and leaves no trace in a log,
    so both files must be ones you may put side by side.
    """
    with ExitStack() as stack:
        folder = index or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintas-search-")))
        shelf = Shelf(folder)
        stack.callback(shelf.close)
        started = time.perf_counter()
        rejected = 0 if shelf.complete else _fill(shelf, records)
        built = time.perf_counter() - started
        if not shelf.size:
            raise InvalidFile(file=str(records), rejected=rejected, problem="not one entity can be looked for")
        found = [_answer(shelf, number, line, limit) for number, line in enumerate(_lines(queries), 1)]
        told = Told(shelf.size, rejected, round(built, 3), _percentiles(found), found)
    at.print(told, lambda: _said(told))


def _fill(shelf: Shelf, records: Path) -> int:
    """Take in a file; returns how many of its lines are no entities."""
    shelf.begin()
    taken = committed = rejected = 0
    total = max(1, records.stat().st_size // 200)  # a guess: whether workers are worth it
    for columns in all_columns(_blocks(records), total=total):
        shelf.take(columns)
        rejected += len(columns["flawed"])
        taken += len(columns["kind"])
        if taken - committed >= _BETWEEN_COMMITS:
            shelf.commit(taken, complete=False)
            committed = taken
    shelf.commit(taken, complete=True)
    return rejected


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for number, line in enumerate(file):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            if text.strip():
                yield text


def _blocks(path: Path) -> Iterator[list[bytes]]:
    lines = _lines(path)
    while block := list(islice(lines, _BLOCK)):
        yield block


def _answer(shelf: Shelf, number: int, line: bytes, limit: int) -> Found:
    try:
        asked = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.DecodeError as error:
        return Found(str(number), error=f"this is no JSON object: {error}")
    name = str(asked.get("id") or number)
    started = time.perf_counter()
    terms = query_of(asked)
    if not (terms.names or terms.keys):
        return Found(name, error="there is neither a name nor an identifier to look for")
    ids = tuple(record_id for record_id, _ in shelf.ranked(terms, limit))
    return Found(name, ids, round(1000 * (time.perf_counter() - started), 3))


def query_of(asked: Mapping[str, Any]) -> QueryTerms:
    """The terms of a FollowTheMoney entity, or of an object with properties, and `identifiers` of whatever kind."""
    listed = asked.get("properties")
    given = listed if isinstance(listed, dict) else asked
    properties = {prop: _texts(value) for prop, value in given.items() if prop not in {"id", "schema", "identifiers"}}
    kinds = frozenset(kinds_of(str(asked.get("schema", "")))) or _NAMED
    terms = query_terms_of(properties, kinds)
    if numbers := _texts(given.get("identifiers")):
        of_any = query_terms_of(dict.fromkeys(_NUMBERS, numbers), kinds - {SubjectKind.VEHICLE, SubjectKind.VESSEL})
        plates = query_terms_of({"registrationNumber": numbers}, frozenset({SubjectKind.VEHICLE}))
        keys, near = (*terms.keys, *of_any.keys, *plates.keys), (*terms.near, *of_any.near, *plates.near)
        terms = msgspec.structs.replace(terms, keys=keys, near=near)
    return terms


def _texts(value: object) -> tuple[str, ...]:
    """The texts in a value, a list of them, or an object of them."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        return _texts(value["value"]) if "value" in value else tuple(t for v in value.values() for t in _texts(v))
    if isinstance(value, list):
        return tuple(text for one in value for text in _texts(one))
    return (str(value),) if isinstance(value, int) else ()


def _percentiles(found: Sequence[Found]) -> dict[str, float]:
    times = sorted(one.milliseconds for one in found if one.error is None)
    if not times:
        return {}
    return {f"p{part}": times[min(len(times) - 1, len(times) * part // 100)] for part in (50, 95, 99)}


def _said(told: Told) -> str:
    """A line for each query, and how it went, for people."""
    lines = [f"{one.id}\t{one.error or f'{one.milliseconds:.3f} ms'}\t{' '.join(one.ids)}" for one in told.queries]
    times = ", ".join(f"{name} {value:.1f} ms" for name, value in told.milliseconds.items())
    return "\n".join(
        [
            *lines,
            f"{told.records} records in {told.seconds_to_build:.1f} s, {told.rejected} lines rejected; {times}.",
        ]
    )
