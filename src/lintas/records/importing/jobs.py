"""What an import is given: a file of entities, a table in a file, a table in another database."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeAlias, TypeVar

import msgspec
from sqlalchemy import Connection

from lintas.errors import InvalidFile, InvalidMapping
from lintas.records.importing.files import check_encoding, is_workbook, open_table
from lintas.records.importing.flaws import Flaw, Reason
from lintas.records.importing.jsonlines import LineReader, id_of, is_nested
from lintas.records.importing.mapping import MappingFile, Query, read_mapping
from lintas.records.importing.part import Part
from lintas.records.importing.report import Tally
from lintas.records.importing.rows import RowReader, marked
from lintas.records.importing.run import BLOCK, Block, Run, Whole
from lintas.records.importing.sql import Table, open_tables, remember
from lintas.records.importing.workers import read_all
from lintas.records.marks import Marks
from lintas.records.store import Records
from lintas.records.tables import batches

R = TypeVar("R")
B = TypeVar("B", Block, Whole)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come; `total` is None where the source does not say how long it is."""

    done: int
    total: int | None
    tally: Tally


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How an import ended.

    Attributes:
        rows: Rows or lines read, now and before an interruption.
        new: Records added.
        changed: Records of which a new version was made.
        same: Records that were there already, as the file has them.
        rejected: Rows of which something was left out as a whole.
        set_aside: Single values the report tells of: left out of their records, or kept with a doubt.
        report_path: The file that names each of these rows and values, with reason and remedy.
        resumed_at: Rows that were done when the same import was interrupted; 0 if it was not.
    """

    rows: int
    new: int
    changed: int
    same: int
    rejected: int
    set_aside: int
    report_path: Path
    resumed_at: int = 0


OnProgress: TypeAlias = Callable[[Progress], None]


def _silent(_: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What every kind of import is told."""

    records: Records
    source: str
    report: Path
    marks: Marks
    on_progress: OnProgress

    @property
    def today(self) -> str:
        return self.records.clock.now().date().isoformat()

    def carry_out(
        self,
        key: str,
        total: int | None,
        work: Callable[[Run], None],
        also: Callable[[Connection], None] = lambda _: None,
    ) -> ImportResult:
        run = Run(self.records.db, self.records.audit, key=key, source=self.source, now=self.records.clock.now())
        run.begin(self.report, lambda: self.on_progress(Progress(run.position, total, run.tally)))
        resumed_at = run.position
        try:
            work(run)
            run.finish(also)
        finally:
            run.close()
        return ImportResult(**msgspec.structs.asdict(run.tally), report_path=self.report, resumed_at=resumed_at)


def import_file(  # noqa: PLR0913 - each is named at the call, and only the first four are needed
    records: Records,
    path: Path,
    *,
    source: str,
    report: Path,
    mapping: Path | None = None,
    marks: Marks = Marks(),  # noqa: B008 - immutable
    on_progress: OnProgress = _silent,
) -> ImportResult:
    """Import a file: FollowTheMoney's JSON lines, or CSV and Excel through a mapping.

    Importing the same file again changes nothing; an import that was interrupted goes on where it stopped.

    Args:
        records: Where the records go.
        path: The file; with a mapping that names several files, one of them or the folder they are in.
        source: Whose data these are. It stays with every value, and only its own imports may change a record.
        report: Where to list what could not be taken over.
        mapping: How columns become entities (`lintas.records.importing.mapping`). For JSON lines it may say the marks.
        marks: Category, handling code, grading and so on, where file and mapping do not say.
        on_progress: Called after each block.

    Raises:
        InvalidFile: It is missing, of another format, or in another encoding; nothing was imported.
        InvalidMapping: The mapping does not fit; nothing was imported.
        DiskFull: What was committed stays; repeat the command.
        AlreadyDone: Another process is importing the same.
    """
    if not path.exists():
        raise InvalidFile(file=str(path), problem="no such file or folder")
    order = _Order(records=records, source=source, report=report, marks=marks, on_progress=on_progress)
    understood = read_mapping(mapping) if mapping else None
    if path.is_file() and _looks_like_lines(path):
        return _import_lines(order, path, understood)
    if understood is None:
        raise InvalidFile(file=str(path), problem="it holds no JSON lines, and a table needs a mapping")
    return _import_tables(order, path, understood)


def import_table(  # noqa: PLR0913 - as above
    records: Records,
    mapping: Path,
    *,
    source: str,
    report: Path,
    database: str | None = None,
    marks: Marks = Marks(),  # noqa: B008 - immutable
    on_progress: OnProgress = _silent,
) -> ImportResult:
    """Import from a table of the agency's existing database: all of it, or what is new since the last time.

    A query with a `cursor` in its section `lintas` reads only rows whose cursor column is at least what it was when the
    last import ended. All rows that make up one record must then come together: let the cursor be of the main table.

    Args:
        records: Where the records go.
        mapping: The mapping, with `database` and `table` or `tables` in its queries.
        source: As in `import_file`.
        report: As in `import_file`.
        database: Address of the database, in place of the one in the mapping, so that no file need hold a password.
        marks: As in `import_file`.
        on_progress: As in `import_file`.

    Raises:
        InvalidMapping: The mapping does not fit the tables; nothing was imported.
        DatabaseUnreachable: The agency's database does not answer.
    """
    order = _Order(records=records, source=source, report=report, marks=marks, on_progress=on_progress)
    understood = read_mapping(mapping, database=database)
    tables = open_tables(records.db, understood.queries, source)
    readers = [(_row_reader(order, [table.query], None, table.columns), table) for table in tables]

    def work(run: Run) -> None:
        run.stage(_blocks(_all_rows(readers), _read_row, 0))

    # What such a table holds changes from hour to hour: an import of it never goes on with one interrupted before.
    return order.carry_out(token_hex(32), None, work, lambda tx: remember(tx, tables, source))


def _looks_like_lines(path: Path) -> bool:
    """Whether the file holds JSON objects.

    Raises:
        InvalidFile: It is empty, or holds one JSON array, which cannot be read line by line.
    """
    with path.open("rb") as file:
        start = file.read(4096).lstrip()
    if not start:
        raise InvalidFile(file=str(path), problem="the file is empty")
    if start.startswith(b"["):
        raise InvalidFile(file=str(path), wanted="JSON lines: one object a line", found="one JSON array")
    return start.startswith(b"{")


def _import_lines(order: _Order, path: Path, mapping: MappingFile | None) -> ImportResult:
    marks = marked(order.marks, mapping.lintas, {}) if mapping else order.marks
    reader = LineReader(source=order.source, seen=order.today, marks=marks)
    digest, rows, nested = _survey(path)

    def work(run: Run) -> None:
        with closing(_lines(path)) as again, closing(_lines(path)) as lines:
            rest = islice(lines, run.position, None)
            if nested:
                run.stage(_checked(path, run.position, _blocks(rest, reader.read, run.position)))
            else:
                before = (id_of(line) for _, line in islice(again, run.position))
                blocks = _whole(reader, order.records.clock.now(), rest, rows - run.position)
                run.write(_checked(path, run.position, blocks), before)

    return order.carry_out(_key(order, mapping, [digest]), rows, work)


def _lines(path: Path) -> Generator[tuple[int, bytes], None, None]:
    with path.open("rb") as file:
        yield from ((number, line) for number, line in enumerate(file, start=1) if not line.isspace())


def _survey(path: Path) -> tuple[bytes, int, bool]:
    """The digest of a file of lines, how many they are, and whether some contain entities inside entities."""
    digest, rows, nested = sha256(), 0, False
    with path.open("rb") as file:
        for line in file:
            digest.update(line)
            rows += 1
            nested = nested or is_nested(line)
    return digest.digest(), rows, nested


def _whole(reader: LineReader, now: datetime, lines: Iterable[tuple[int, bytes]], total: int) -> Iterator[Whole]:
    for block, read in read_all(reader, now, batches(lines, BLOCK), total=total):
        yield Whole(len(block), list(zip(read.rows, read.drafts, strict=True)), read.flaws, dict(block))


def _checked(path: Path, at: int, blocks: Iterable[B]) -> Iterator[B]:
    """The blocks; a file whose first lines are all no JSON is of another kind, not full of mistakes."""
    for block in blocks:
        if at == 0 and block.rows == sum(flaw.reason is Reason.NOT_JSON for flaw in block.flaws):
            raise InvalidFile(file=str(path), line=block.flaws[0].row, problem=block.flaws[0].value)
        at += block.rows
        yield block


def _import_tables(order: _Order, path: Path, mapping: MappingFile) -> ImportResult:
    files = _files(path, mapping)
    total = 0
    digests = []
    for file, queries in files:
        if not is_workbook(file):
            total += check_encoding(file, queries[0].lintas.encoding)
        digests.append(sha256(file.read_bytes()).digest())
    with ExitStack() as open_files:
        tables = []
        for file, queries in files:
            sheet = open_files.enter_context(open_table(file, queries[0].lintas))
            reader = _row_reader(order, queries, file.name if len(files) > 1 else None, sheet.columns)
            reader.check_columns(file.name)
            tables.append((reader, sheet))

        def work(run: Run) -> None:
            run.stage(_blocks(islice(_all_rows(tables), run.position, None), _read_row, run.position))

        return order.carry_out(_key(order, mapping, digests), total or None, work)


def _files(path: Path, mapping: MappingFile) -> list[tuple[Path, list[Query]]]:
    """The files to read, each with the queries that read it.

    A mapping that names one file may be used for a file of any name: the next delivery is called otherwise.
    """
    names = list(dict.fromkeys(query.file for query in mapping.queries))
    if not names:
        raise InvalidMapping(problem="there is no `queries`")
    folder = path if path.is_dir() else path.parent
    found = []
    for name in names:
        file = path if len(names) == 1 and path.is_file() else folder / (name or "")
        if not file.is_file():
            raise InvalidFile(file=str(file), problem="the mapping names this file, and it is not there")
        found.append((file, [query for query in mapping.queries if query.file == name]))
    return found


def _row_reader(order: _Order, queries: Sequence[Query], file: str | None, columns: Sequence[str]) -> RowReader:
    return RowReader(
        queries=queries, file=file, columns=columns, source=order.source, seen=order.today, marks=order.marks
    )


def _all_rows(tables: Iterable[tuple[RowReader, Any | Table]]) -> Iterator[tuple[int, tuple[RowReader, Sequence[str]]]]:
    return ((number, (reader, cells)) for reader, table in tables for number, cells in table.rows)


def _read_row(number: int, row: tuple[RowReader, Sequence[str]]) -> tuple[list[Part], list[Flaw]]:
    reader, cells = row
    return reader.read(number, cells)


def _blocks(
    rows: Iterable[tuple[int, R]], read: Callable[[int, R], tuple[list[Part], list[Flaw]]], start: int
) -> Iterator[Block]:
    for batch in batches(rows, BLOCK):
        parts: list[Part] = []
        flaws: list[Flaw] = []
        for number, row in batch:
            made, flawed = read(number, row)
            parts += made
            flaws += flawed
        yield Block(start, len(batch), parts, flaws)
        start += len(batch)


def _key(order: _Order, mapping: MappingFile | None, digests: Iterable[bytes]) -> str:
    """What makes two imports the same: the data, the mapping, the source and the marks."""
    raw = mapping.raw if mapping else b""
    parts = [*digests, raw, order.source.encode(), msgspec.json.encode(order.marks, order="deterministic")]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()
