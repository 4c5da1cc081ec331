"""The book of our own checks: what was asked, how everyone stands, and the audit entry for each step."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select, update

from lintas.audit import AuditKind, Event
from lintas.checks.desk import Desk, digest
from lintas.checks.report import NO_ANSWER, CheckReport, CheckSummary, NodeOutcome, collate
from lintas.checks.tables import check, outcome
from lintas.errors import NotFound, UnknownSender
from lintas.model import Asker, Justification, Noun, Subject
from lintas.people import Officer
from lintas.protocol.messages import CheckQuestion

Facts = dict[str, str | list[str]]


class Question(Noun):
    """A question as it is kept at home."""

    subject: Subject
    justification: Justification
    asker: Asker


class Ledger:
    """Writes each step of a check together with its audit entry, in one transaction, and reads reports back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, report: CheckReport, asker: Asker) -> None:
        """Note what is asked of whom; durable when this returns, and only then may anything leave."""
        kept = Question(report.subject, report.justification, asker)
        again = report.deadline + self._desk.ask_again_every

        def work(tx: Connection) -> None:
            tx.execute(
                insert(check).values(
                    id=report.id,
                    officer=report.officer,
                    case_reference=report.justification.case_reference,
                    asked_at=report.asked_at,
                    deadline=report.deadline,
                    wanted_until=report.wanted_until,
                    question=msgspec.json.encode(kept),
                )
            )
            tx.execute(insert(outcome), [_row(report.id, o, again) for o in report.outcomes])
            facts: Facts = {
                "question": digest(report.subject, report.justification),
                "kind": report.subject.kind,
                "subject": msgspec.json.encode(report.subject).decode(),
                "category": report.justification.category,
                "intent": report.justification.intent,
                "asked": [o.node for o in report.outcomes if not o.own],
            }
            self._log(tx, AuditKind.CHECK_ASKED, report, facts)

        await self._desk.db.write_async(work)

    async def close(self, report: CheckReport) -> None:
        """Note the report as it was shown at the deadline."""

        def work(tx: Connection) -> None:
            for row in report.outcomes:
                self._update(tx, report.id, row)
            facts: Facts = {row.node: row.state for row in report.outcomes}
            facts |= {f"{row.node} log": row.log for row in report.outcomes if row.log}
            facts["shown"] = [match.hit for row in report.outcomes for match in row.matches]
            facts["own_records"] = [own.record for row in report.outcomes for own in row.records]
            self._log(tx, AuditKind.CHECK_REPORTED, report, facts)

        await self._desk.db.write_async(work)

    async def late(self, report: CheckReport, row: NodeOutcome) -> None:
        """Note what came, or still did not come, after the deadline; an answer that is noted already stays."""

        def work(tx: Connection) -> None:
            if self._update(tx, report.id, row) and row.state not in NO_ANSWER:
                shown = [match.hit for match in row.matches]
                facts: Facts = {"node": row.node, "state": row.state, "log": row.log, "shown": shown}
                self._log(tx, AuditKind.CHECK_LATE_ANSWER, report, facts)

        await self._desk.db.write_async(work)

    def report(self, check_id: str) -> CheckReport:
        """The report as it was last noted.

        Raises:
            NotFound: there is no such check.
        """
        with self._desk.db.read() as tx:
            row = tx.execute(select(check).where(check.c.id == check_id)).one_or_none()
            if row is None:
                raise NotFound(check=check_id)
            bodies = tx.execute(select(outcome.c.body).where(outcome.c.check_id == check_id)).scalars().all()
        kept = msgspec.json.decode(row.question, type=Question)
        outcomes = [msgspec.json.decode(body, type=NodeOutcome) for body in bodies]
        return CheckReport(
            id=row.id,
            asked_at=row.asked_at,
            deadline=row.deadline,
            wanted_until=row.wanted_until,
            officer=row.officer,
            subject=kept.subject,
            justification=kept.justification,
            outcomes=collate(outcomes, {}, deadline_passed=self._desk.clock.now() >= row.deadline),
        )

    def question(self, check_id: str) -> CheckQuestion:
        """The question of a check, to ask it again."""
        with self._desk.db.read() as tx:
            row = tx.execute(select(check.c.question, check.c.deadline).where(check.c.id == check_id)).one()
        kept = msgspec.json.decode(row.question, type=Question)
        return CheckQuestion(
            check=check_id,
            subject=kept.subject,
            justification=kept.justification,
            asker=kept.asker,
            answer_by=row.deadline,
        )

    def recent(self, officer: Officer, limit: int) -> list[CheckSummary]:
        """The officer's latest checks, newest first."""
        rows = select(check).where(check.c.officer == officer.id).order_by(check.c.asked_at.desc()).limit(limit)
        with self._desk.db.read() as tx:
            return [
                CheckSummary(
                    id=row.id,
                    asked_at=row.asked_at,
                    subject=msgspec.json.decode(row.question, type=Question).subject,
                    case_reference=row.case_reference,
                )
                for row in tx.execute(rows)
            ]

    def wanted(self) -> list[tuple[str, str]]:
        """Check and node of every answer that is still wanted and whose time to ask again has come."""
        now = self._desk.clock.now()
        rows = (
            select(outcome.c.check_id, outcome.c.node)
            .join(check, check.c.id == outcome.c.check_id)
            .where(outcome.c.next_try <= now, check.c.wanted_until > now)
            .limit(100)
        )
        with self._desk.db.read() as tx:
            return [(row.check_id, row.node) for row in tx.execute(rows)]

    def _update(self, tx: Connection, check_id: str, row: NodeOutcome) -> bool:
        """Whether it was noted: another process on this node's folder may have noted an answer before."""
        again = self._desk.clock.now() + self._desk.ask_again_every
        key = (outcome.c.check_id == check_id) & (outcome.c.node == row.node)
        open_ = update(outcome).where(key, outcome.c.state.in_(NO_ANSWER))
        return tx.execute(open_.values(**_row(check_id, row, again))).rowcount == 1

    def _log(self, tx: Connection, kind: AuditKind, report: CheckReport, facts: Facts) -> None:
        event = Event(
            kind=kind,
            actor=f"officer:{report.officer}",
            check=report.id,
            case=report.justification.case_reference,
            purpose=report.justification.purpose,
            facts=dict(facts),
        )
        self._desk.audit.append(tx, event)


def _row(check_id: str, row: NodeOutcome, again: datetime) -> dict[str, object]:
    """A row of the table; `next_try` is set while an answer is still wanted."""
    gone = row.problem == UnknownSender.code
    return {
        "check_id": check_id,
        "node": row.node,
        "state": row.state,
        "body": msgspec.json.encode(row),
        "next_try": again if row.state in NO_ANSWER and not gone else None,
    }
