"""Checking a whole file: rows are read and judged one by one, and a second person agrees before anything is asked."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import secrets
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select, update

from lintas.audit import AuditKind, Event, Facts
from lintas.checks.asking import Checks
from lintas.checks.desk import Desk
from lintas.checks.report import CheckReport
from lintas.checks.tables import batch
from lintas.errors import AlreadyDone, Invalid, InvalidFile, LintasError, NotFound
from lintas.model import Justification, Noun, Subject, SubjectKind
from lintas.people import Officer
from lintas.policy import askable, complete

ACT = "check.batch"  # the act a second person approves
MOST = 1000
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of the file that cannot be asked, and why."""

    row: int
    error: LintasError


class BatchFile(Noun):
    """What is asked, row by row."""

    subjects: tuple[Subject, ...]
    justification: Justification


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A file of questions, waiting for the second person or being asked."""

    id: str
    officer: str
    approval: str
    at: datetime
    rows: int
    state: str


def read_batch(content: bytes) -> tuple[list[Subject], list[BadRow]]:
    """The questions of a CSV file with a header: `kind` and the properties of that kind; several values by `;`.

    Returns:
        The subjects that can be asked, and every row that cannot with its reason.

    Raises:
        InvalidFile: it is not UTF-8, has no column `kind`, or holds more than 1,000 rows.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidFile(problem=str(error), expected="CSV in UTF-8 with a header") from error
    if not rows or "kind" not in rows[0]:
        raise InvalidFile(missing_column="kind", allowed=", ".join(SubjectKind))
    if len(rows) > MOST:
        raise InvalidFile(rows=len(rows), most=MOST)
    subjects, bad = [], []
    for number, row in enumerate(rows, start=2):
        try:
            subjects.append(_subject(row))
        except LintasError as error:
            bad.append(BadRow(number, error))
    return subjects, bad


def _subject(row: dict[str, str | None]) -> Subject:
    kind = (row.pop("kind", None) or "").strip()
    given = {name: [v.strip() for v in (value or "").split(";") if v.strip()] for name, value in row.items() if name}
    properties = {name: values for name, values in given.items() if values}
    try:
        subject = msgspec.convert({"kind": kind, "properties": properties}, Subject)
    except msgspec.ValidationError as error:
        raise Invalid(problem=str(error)) from error
    askable(subject)
    return subject


class Batches:
    """Files of questions: planned by one person, approved by another, then asked."""

    def __init__(self, desk: Desk, checks: Checks) -> None:
        self._desk = desk
        self._checks = checks

    def plan(self, subjects: list[Subject], justification: Justification, officer: Officer) -> Batch:
        """Keep the file and ask a second person to agree.

        Raises:
            Invalid: there is nothing to ask.
            Unjustified: a part of the justification says nothing.
        """
        if not subjects:
            raise Invalid(rows=0)
        complete(justification)
        body = msgspec.json.encode(BatchFile(tuple(subjects), justification))
        batch_id = secrets.token_urlsafe(12)
        facts = _facts(batch_id, body, justification, len(subjects))
        approval = self._desk.people.ask_second(ACT, facts, officer)
        planned = Batch(
            id=batch_id,
            officer=officer.id,
            approval=approval.id,
            at=self._desk.clock.now(),
            rows=len(subjects),
            state="planned",
        )
        self._desk.db.write(lambda tx: tx.execute(insert(batch).values(**asdict(planned), body=body)))
        return planned

    def get(self, batch_id: str, officer: Officer) -> tuple[Batch, BatchFile]:
        """A batch and its content.

        Raises:
            NotFound: there is none, or it is not this officer's.
        """
        with self._desk.db.read() as tx:
            row = tx.execute(select(batch).where(batch.c.id == batch_id)).mappings().one_or_none()
        if row is None or row["officer"] != officer.id:
            raise NotFound(batch=batch_id)
        values = dict(row)
        return Batch(**{k: v for k, v in values.items() if k != "body"}), msgspec.json.decode(
            values["body"], type=BatchFile
        )

    def of(self, officer: Officer) -> list[Batch]:
        """The officer's batches, newest first."""
        columns = [c for c in batch.c if c.name != "body"]
        with self._desk.db.read() as tx:
            rows = tx.execute(select(*columns).where(batch.c.officer == officer.id).order_by(batch.c.at.desc()))
            return [Batch(**row) for row in rows.mappings()]

    async def run(self, batch_id: str, officer: Officer) -> AsyncIterator[CheckReport]:
        """Ask every row, a few at a time; the reports as they come.

        Raises:
            RefusedByPolicy: our own law does not allow a question of the file; nothing has left, the file can be kept.
            SecondPersonNeeded: nobody has agreed yet, or what they agreed to has changed.
            AlreadyDone: this batch has been asked.
        """
        planned, content = self.get(batch_id, officer)
        for subject in {subject.kind: subject for subject in content.subjects}.values():
            await self._checks.authorize(subject, content.justification, officer)
        agreed = _facts(batch_id, msgspec.json.encode(content), content.justification, planned.rows)
        await self._desk.db.write_async(lambda tx: self._begin(tx, planned, agreed))
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(subject: Subject) -> CheckReport:
            async with gate:
                return await self._checks.ask(subject, content.justification, officer)

        for report in asyncio.as_completed([asyncio.ensure_future(one(s)) for s in content.subjects]):
            yield await report

    def _begin(self, tx: Connection, planned: Batch, agreed: dict[str, str]) -> None:
        self._desk.people.use_within(tx, planned.approval, ACT, agreed)
        done = tx.execute(
            update(batch).where(batch.c.id == planned.id, batch.c.state == "planned").values(state="asked")
        )
        if done.rowcount != 1:
            raise AlreadyDone(batch=planned.id)
        facts: Facts = {"batch": planned.id, "rows": planned.rows, "approval": planned.approval}
        self._desk.audit.append(tx, Event(kind=AuditKind.BATCH_ASKED, actor=f"officer:{planned.officer}", facts=facts))


def _facts(batch_id: str, body: bytes, justification: Justification, rows: int) -> dict[str, str]:
    """What the second person agrees to; any change of the file changes it."""
    return {
        "batch": batch_id,
        "rows": str(rows),
        "case": justification.case_reference,
        "purpose": justification.purpose,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
