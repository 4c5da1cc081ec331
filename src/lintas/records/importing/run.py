"""One import, from its first row to its last, whatever happens in between.

The rows are committed in blocks. With each block, in the same transaction, go the audit entry, how far the import has
come, and how long the report is: a process that is killed goes on at the first row that was not committed, and the
report neither loses a line nor has one twice.

Two ways lead from rows to records:

* A flat file of entities is written *directly*: each line is a whole record.
* Where several rows or files make up one record (nested exports, tables, aliases in a second file) the parts are
  *staged* in the database, and put together when the last row has been read. Only then can it be told what changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from lintas.audit import AuditLog
from lintas.errors import AlreadyDone
from lintas.model import Record
from lintas.records.drafts import Draft, decode, draft, encode, union
from lintas.records.importing.entities import narrower, shortcoming
from lintas.records.importing.flaws import Flaw, Reason
from lintas.records.importing.part import Part
from lintas.records.importing.report import Report, Tally
from lintas.records.importing.seen import SeenIds
from lintas.records.tables import import_run, import_stage, overwrite_freed
from lintas.records.writing import Counts, Refusal, imported, write_drafts
from lintas.storage import Database

BLOCK = 2_000
"""Rows in one transaction: some tens of milliseconds, so that an officer's check in between does not wait."""

_READING, _MERGING, _DONE = "reading", "merging", "done"
Work: TypeAlias = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Whole:
    """Some lines that were read, each a whole record or none: how many, their drafts, what could not be taken over.

    `lines` holds them as they came, for the report, in case the writing of one is refused.
    """

    rows: int
    drafts: Sequence[tuple[int, Draft]]
    flaws: Sequence[Flaw]
    lines: Mapping[int, bytes]

    def flaw(self, row: int, record_id: str, reason: Reason) -> Flaw:
        """Why the record of one line was left out."""
        return Flaw(row, reason, record=record_id, raw=self.lines[row].decode("utf-8", "replace").rstrip("\r\n"))


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows that were read: where they start, how many, what they contribute, what could not be taken over."""

    start: int
    rows: int
    parts: Sequence[Part]
    flaws: Sequence[Flaw]


class Run:
    """One import; `begin` finds out whether it was begun before."""

    def __init__(self, db: Database, audit: AuditLog, *, key: str, source: str, now: datetime) -> None:
        self._db, self._audit, self._key, self._source, self._now = db, audit, key, source, now
        self._state = _READING
        self.tally = Tally()
        self.position = 0

    def begin(self, report: Path, on_block: Callable[[], None]) -> None:
        """Find the place where the same import was interrupted, or begin anew."""
        self._report = Report(report, self._db.write(self._find))
        self._on_block = on_block

    def _find(self, tx: Connection) -> int:
        overwrite_freed(tx)
        # Another import of this source that was begun and given up left parts of records behind.
        others = select(import_run.c.key).where(import_run.c.source == self._source, import_run.c.key != self._key)
        tx.execute(delete(import_stage).where(import_stage.c.run.in_(others)))
        begun = tx.execute(select(import_run).where(import_run.c.key == self._key)).first()
        if begun is not None and begun.state != _DONE:
            self._state, self.position = begun.state, begun.position
            self.tally = msgspec.json.decode(begun.counts, type=Tally)
            return int(begun.report_length)
        tx.execute(delete(import_run).where(import_run.c.source == self._source))
        run = {"key": self._key, "source": self._source, "started": self._now, "state": _READING}
        fresh = {"position": 0, "counts": msgspec.json.encode(Tally()), "report_length": 0}
        tx.execute(insert(import_run), run | fresh)
        return 0

    def finish(self, also: Work) -> None:
        """Note that everything is done, with what belongs into the same transaction."""

        def work(tx: Connection) -> None:
            self._advance(tx, 0, Counts(), (), _DONE)
            also(tx)

        self._db.write(work)

    def close(self) -> None:
        """Let go of the report, wherever the import stands."""
        self._report.close()

    def write(self, blocks: Iterable[Whole], before: Iterable[str]) -> None:
        """Write whole records; the next block is read while the one before is made durable.

        Args:
            blocks: What is still to be done, from `position` on.
            before: The ids in the rows that were done when the import was interrupted.
        """
        self._pipeline(self._write_work(block) for block in _first_only(blocks, before))

    def stage(self, blocks: Iterable[Block]) -> None:
        """Put parts of records aside, then put them together and write the records."""
        if self._state == _READING:
            self._pipeline(self._stage_work(block) for block in blocks)
            self._db.write(lambda tx: self._advance(tx, 0, Counts(), (), _MERGING))
        self._pipeline(self._merge_work(parts) for parts in self._staged())

    def _pipeline(self, works: Iterable[Work]) -> None:
        waiting: deque[Future[None]] = deque()
        for work in works:
            waiting.append(self._db.submit(work))
            if len(waiting) > 1:
                waiting.popleft().result()
                self._on_block()
        for future in waiting:
            future.result()
            self._on_block()

    def _write_work(self, block: Whole) -> Work:
        rows = {one.record_id: row for row, one in block.drafts}
        drafts = [one for _, one in block.drafts]

        def refused(record_id: str, why: Refusal) -> Flaw:
            return block.flaw(rows[record_id], record_id, Reason(why))

        return lambda tx: self._save(tx, block.rows, drafts, block.flaws, refused)

    def _save(
        self,
        tx: Connection,
        rows: int,
        drafts: Sequence[Draft],
        flaws: Sequence[Flaw],
        refused: Callable[[str, Refusal], Flaw],
    ) -> None:
        counts = write_drafts(tx, drafts, self._source, self._now)
        self._advance(tx, rows, counts, [*flaws, *(refused(*one) for one in counts.refused)], self._state)
        if counts.new or counts.changed:
            self._audit.append(tx, imported(self._source, counts, drafts))

    def _advance(self, tx: Connection, rows: int, counts: Counts, flaws: Sequence[Flaw], state: str) -> None:
        tally = self.tally.plus(rows, counts, flaws)
        done = {"state": state, "position": self.position + rows, "counts": msgspec.json.encode(tally)}
        mine = (
            import_run.c.key == self._key,
            import_run.c.position == self.position,
            import_run.c.state == self._state,
        )
        length = self._report.add(flaws)
        if tx.execute(update(import_run).where(*mine).values(**done, report_length=length)).rowcount != 1:
            raise AlreadyDone(source=self._source, reason="another process is importing it")
        self.tally, self.position, self._state = tally, self.position + rows, state

    def _stage_work(self, block: Block) -> Work:
        rows = [
            {
                "run": self._key,
                "record_id": part.record.id,
                "part": block.start * 1000 + number,
                "body": _to_stage(part),
            }
            for number, part in enumerate(block.parts)
        ]

        def work(tx: Connection) -> None:
            if rows:
                tx.execute(insert(import_stage), rows)
            self._advance(tx, block.rows, Counts(), block.flaws, self._state)

        return work

    def _staged(self) -> Iterator[Sequence[Row[Any]]]:
        """What was put aside, some records at a time, all parts of a record together."""
        after = ""
        mine = import_stage.c.run == self._key
        while True:
            with self._db.read() as connection:
                later = select(import_stage.c.record_id).where(mine, import_stage.c.record_id > after).distinct()
                ids = connection.scalars(later.order_by(import_stage.c.record_id).limit(BLOCK)).all()
                if not ids:
                    return
                between = import_stage.c.record_id.between(ids[0], ids[-1])
                parts = (
                    select(import_stage).where(mine, between).order_by(import_stage.c.record_id, import_stage.c.part)
                )
                yield connection.execute(parts).all()
            after = ids[-1]

    def _merge_work(self, rows: Sequence[Row[Any]]) -> Work:
        drafts: list[Draft] = []
        unfit: list[Flaw] = []
        flaws: dict[str, Flaw] = {}
        for record_id, group in groupby(rows, key=lambda row: row.record_id):
            parts = [_from_stage(row.body) for row in group]
            merged = _merged(parts)
            if isinstance(merged, Flaw):
                unfit.append(merged)
            else:
                drafts.append(draft(merged, self._now))
                flaws[record_id] = parts[0].flaw
        done = import_stage.c.record_id.between(rows[0].record_id, rows[-1].record_id)

        def work(tx: Connection) -> None:
            overwrite_freed(tx)
            tx.execute(delete(import_stage).where(import_stage.c.run == self._key, done))
            self._save(tx, 0, drafts, unfit, lambda record_id, why: _because(flaws[record_id], Reason(why)))

        return work


def _first_only(blocks: Iterable[Whole], before: Iterable[str]) -> Iterator[Whole]:
    """The blocks without records whose id came before in the file.

    If the last one counted, importing the file again would change the record to the first and back.
    """
    seen = SeenIds()
    for record_id in before:
        seen.add(record_id)
    for block in blocks:
        first = [(row, one) for row, one in block.drafts if seen.add(one.record_id)]
        if len(first) < len(block.drafts):
            kept = {row for row, _ in first}
            again = [block.flaw(row, one.record_id, Reason.TWICE) for row, one in block.drafts if row not in kept]
            yield replace(block, drafts=first, flaws=[*block.flaws, *again])
        else:
            yield block


def _because(flaw: Flaw, reason: Reason) -> Flaw:
    return msgspec.structs.replace(flaw, reason=reason)


def _to_stage(part: Part) -> bytes:
    return msgspec.msgpack.encode((encode(part.record), part.flaw))


def _from_stage(body: bytes) -> Part:
    record, flaw = msgspec.msgpack.decode(body, type=tuple[bytes, Flaw])
    return Part(decode(record), flaw)


def _merged(parts: Sequence[Part]) -> Record | Flaw:
    """One record of its parts; its marks are those of the first part."""
    first = parts[0]
    schema = first.record.schema
    for part in parts[1:]:
        common = narrower(schema, part.record.schema)
        if common is None:
            return _because(part.flaw, Reason.SCHEMA_CONFLICT)
        schema = common
    statements = union(statement for part in parts for statement in part.record.statements)
    record = msgspec.structs.replace(first.record, schema=schema, statements=statements)
    if missing := shortcoming(record):
        return msgspec.structs.replace(_because(first.flaw, missing[0]), prop=missing[1])
    return record
