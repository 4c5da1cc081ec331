"""The end of a record's life (rules R08, R27, R30, R31): reminder, review, dry run, quarantine, erasure.

Nothing is deleted because a program thought so. A plan says what would go; a second person approves that very plan;
what it names is invisible from then on but can be brought back for thirty days; only then is it erased, and then
really: every version, the index, and the bytes on the disk. The audit log keeps that it was erased and when, not what
it said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import Clock
from lintas.errors import NotFound, SecondPersonNeeded, Unjustified
from lintas.model import Noun, Record
from lintas.records.drafts import decode, encode
from lintas.records.retention import QUARANTINE_DAYS, REMINDER_MONTHS, months_after, review_due
from lintas.records.tables import (
    LIVE,
    QUARANTINED,
    batches,
    import_run,
    import_stage,
    is_quarantined,
    next_numbers,
    overwrite_freed,
    record,
    record_change,
    record_version,
)
from lintas.storage import Database

_IN_ONE_ENTRY = 1_000  # records named in one audit entry


class Due(Noun):
    """A record that has to be looked at, and when at the latest."""

    record_id: str
    schema: str
    category: str
    review_due: datetime
    version: int


class DeletionPlan(Noun):
    """What would be deleted: a dry run, to be shown to two people."""

    made: datetime
    records: tuple[Due, ...]

    @property
    def digest(self) -> str:
        """Names exactly these records in exactly these versions: the fact the second person approves."""
        return sha256(msgspec.json.encode(self.records)).hexdigest()

    def by_category(self) -> dict[str, int]:
        """How many records of each category."""
        counts: dict[str, int] = {}
        for due in self.records:
            counts[due.category] = counts.get(due.category, 0) + 1
        return counts


class Quarantined(Noun):
    """A record that is deleted and can still be brought back, until when."""

    record_id: str
    schema: str
    category: str
    since: datetime
    until: datetime


class Erasure:
    """The part of `Records` that ends records."""

    def __init__(self, db: Database, audit: AuditLog, clock: Clock) -> None:
        self._db, self._audit, self._clock = db, audit, clock

    def due_for_review(self, *, ahead_months: int = REMINDER_MONTHS) -> list[Due]:
        """The records whose review falls due within these months, the most urgent first."""
        return self._due(record.c.review_due <= months_after(self._clock.now(), ahead_months))

    def deletion_plan(self, record_ids: Sequence[str] | None = None) -> DeletionPlan:
        """What would be deleted: all whose review date has passed unreviewed, or the records named. Changes nothing.

        Raises:
            NotFound: One of those named is not there.
        """
        if record_ids is None:
            return DeletionPlan(self._clock.now(), tuple(self._due(record.c.review_due <= self._clock.now())))
        found = [due for ids in batches(record_ids) for due in self._due(record.c.id.in_(ids))]
        if missing := sorted(set(record_ids) - {due.record_id for due in found}):
            raise NotFound(record=missing[0])
        return DeletionPlan(self._clock.now(), tuple(found))

    def _due(self, which: Any) -> list[Due]:  # noqa: ANN401 - a condition
        columns = (record.c.id, record.c.schema, record.c.category, record.c.review_due, record.c.version)
        with self._db.read() as connection:
            rows = connection.execute(
                select(*columns).where(which, record.c.state == LIVE).order_by(record.c.review_due, record.c.id)
            )
            return [Due(*row) for row in rows]

    def extend(self, record_id: str, *, reason: str, by: str, approval: str) -> Record:
        """Let a record live for another period, counted from now, after somebody has assessed this very case.

        Args:
            record_id: The record.
            reason: The assessment, in words (at least ten letters).
            by: The officer, as `officer:<id>`.
            approval: The second person's approval, used up by the caller (`People.use`).

        Raises:
            Unjustified: No assessment was written.
            SecondPersonNeeded: Nobody else has agreed.
            NotFound: The record was deleted.
        """
        if len(reason.strip()) < 10:
            raise Unjustified(missing="reason")
        _need(approval)

        def work(tx: Connection) -> Record:
            overwrite_freed(tx)
            row = tx.execute(select(record).where(record.c.id == record_id, record.c.state == LIVE)).first()
            if row is None:
                raise NotFound(record=record_id)
            before = decode(row.body)
            due = review_due(before.category, self._clock.now())
            after = msgspec.structs.replace(before, review_due=due)
            tx.execute(update(record).where(record.c.id == record_id).values(review_due=due, body=encode(after)))
            facts = {"act": "extended", "record": record_id, "until": due.isoformat(), "reason": reason}
            self._log(tx, AuditKind.RECORD_CHANGED, by, facts | {"approval": approval})
            return after

        return self._db.write(work)

    def erase(self, plan: DeletionPlan, *, by: str, approval: str) -> list[str]:
        """Carry out a plan: its records are invisible at once, and erased after thirty days unless they are restored.

        A record that was changed or reviewed since the plan was made is left alone: nobody approved its deletion.

        Args:
            plan: The plan as it was approved.
            by: The officer, as `officer:<id>`.
            approval: The second person's approval of `plan.digest`, used up by the caller (`People.use`).

        Returns:
            The ids of the records that went.

        Raises:
            SecondPersonNeeded: Nobody else has agreed.
        """
        _need(approval)
        gone: list[str] = []
        for part in batches(plan.records, _IN_ONE_ENTRY):

            def work(tx: Connection, part: Sequence[Due] = part) -> list[str]:
                ids = [due.record_id for due in part]
                rows = tx.execute(select(record).where(record.c.id.in_(ids), record.c.state == LIVE))
                now = {row.id: (row.version, row.review_due) for row in rows}
                agreed = [due.record_id for due in part if now.get(due.record_id) == (due.version, due.review_due)]
                self._move(tx, agreed, QUARANTINED)
                facts = {"act": "quarantined", "records": agreed, "plan": plan.digest, "approval": approval}
                self._log(tx, AuditKind.RECORD_CHANGED, by, facts)
                return agreed

            gone += self._db.write(work)
        return gone

    def quarantined(self) -> list[Quarantined]:
        """What is deleted and can still be brought back, the most urgent first."""
        columns = (record.c.id, record.c.schema, record.c.category, record.c.state_since)
        statement = select(*columns).where(is_quarantined).order_by(record.c.state_since, record.c.id)
        with self._db.read() as connection:
            return [
                Quarantined(*row, row.state_since + timedelta(days=QUARANTINE_DAYS))
                for row in connection.execute(statement)
            ]

    def restore(self, record_ids: Sequence[str], *, by: str, reason: str) -> int:
        """Bring records back out of quarantine; returns how many came back.

        Raises:
            Unjustified: There is no reason.
        """
        if not reason.strip():
            raise Unjustified(missing="reason")

        def work(tx: Connection) -> int:
            held = select(record.c.id).where(record.c.id.in_(record_ids), is_quarantined)
            back = list(tx.scalars(held.order_by(record.c.id)))
            self._move(tx, back, LIVE)
            if back:
                self._log(tx, AuditKind.RECORD_CHANGED, by, {"act": "restored", "records": back, "reason": reason})
            return len(back)

        return self._db.write(work)

    def erase_quarantined(self) -> int:
        """Erase for good what has been in quarantine for thirty days; returns how many. A node does this daily."""
        before = self._clock.now() - timedelta(days=QUARANTINE_DAYS)
        overdue = select(record.c.id).where(is_quarantined, record.c.state_since <= before)
        erased = 0
        while block := self._db.write(lambda tx: self._erase_some(tx, tx.scalars(overdue.limit(_IN_ONE_ENTRY)).all())):
            erased += block
        if erased + self._db.write(lambda tx: _drop_stages(tx, before)):
            self._forget_on_disk()
        return erased

    def _erase_some(self, tx: Connection, ids: Sequence[str]) -> int:
        if ids:
            overwrite_freed(tx)
            for table, column in ((record_version, "id"), (record, "id"), (import_stage, "record_id")):
                tx.execute(delete(table).where(table.c[column].in_(ids)))
            # Another epoch: every index of the old one is worthless, and is built again without what was erased.
            tx.execute(update(record_change).values(epoch=token_hex(8)))
            self._log(tx, AuditKind.RECORD_ERASED, "system", {"records": list(ids)})
        return len(ids)

    def _forget_on_disk(self) -> None:
        """Empty SQLite's journal, which still holds the pages as they were (https://www.sqlite.org/wal.html).

        PostgreSQL keeps dead rows until its own vacuum passes; docs/en/how-to/erase.md says how to set it.
        """
        with self._db.read() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _move(self, tx: Connection, ids: Sequence[str], state: int) -> None:
        if not ids:
            return
        since = self._clock.now() if state == QUARANTINED else None
        statement = update(record).where(record.c.id == bindparam("of")).values(state=state, state_since=since)
        numbers = next_numbers(tx, len(ids))
        rows = [{"of": key, "number": number} for key, number in zip(ids, numbers, strict=True)]
        tx.execute(statement.values(sequence=bindparam("number")), rows)

    def _log(self, tx: Connection, kind: AuditKind, by: str, facts: dict[str, Any]) -> None:
        self._audit.append(tx, Event(kind=kind, actor=by, facts=facts))


def _drop_stages(tx: Connection, before: datetime) -> int:
    """Drop what imports put aside that were begun before then and never went on; returns how many parts."""
    overwrite_freed(tx)
    given_up = select(import_run.c.key).where(import_run.c.started <= before)
    return tx.execute(delete(import_stage).where(import_stage.c.run.in_(given_up))).rowcount


def _need(approval: str) -> None:
    if not approval:
        raise SecondPersonNeeded
