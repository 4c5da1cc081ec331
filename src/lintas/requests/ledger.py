"""The book of confirmations: rows in, nouns out, and the line in the audit log that belongs to each act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, RowMapping, select

from lintas.audit import AuditKind, AuditLog, Event
from lintas.exchange import Exchange
from lintas.protocol.messages import ConfirmationClock, ConfirmationDecision, ConfirmationRequest
from lintas.requests.nouns import Confirmation, ConfirmationState
from lintas.requests.tables import confirmation
from lintas.storage import Database


class Ledger:
    """Reads confirmations and enters in the log what is done with them."""

    def __init__(self, db: Database, audit: AuditLog, exchange: Exchange) -> None:
        self._db = db
        self._audit = audit
        self._exchange = exchange

    def all(self, *, ours: bool, officer: str | None = None) -> list[Confirmation]:
        """Those we asked for (of one officer, if named), or those we owe; the next due first."""
        query = select(confirmation).where(confirmation.c.ours == ours)
        if officer is not None:
            query = query.where(confirmation.c.officer == officer)
        with self._db.read() as tx:
            rows = tx.execute(query.order_by(confirmation.c.due_at)).mappings().all()
        return [self._noun(row) for row in rows]

    def write(self, work: Callable[[Connection], object]) -> None:
        """One transaction on the book."""
        self._db.write(work)

    def log(
        self, tx: Connection, kind: AuditKind, actor: str, request: ConfirmationRequest, facts: dict[str, str]
    ) -> None:
        """Enter an act on a confirmation in the log."""
        event = Event(
            kind=kind,
            actor=actor,
            check=request.check,
            case=request.justification.case_reference,
            purpose=request.justification.purpose,
            facts={"confirmation": request.confirmation, "hit": request.hit, **facts},
        )
        self._audit.append(tx, event)

    def _noun(self, row: RowMapping) -> Confirmation:
        decision = row["decision"] and msgspec.json.decode(row["decision"], type=ConfirmationDecision)
        letter = self._exchange.letters({row["letter"]}).get(row["letter"]) if row["letter"] else None
        return Confirmation(
            id=row["id"],
            ours=row["ours"],
            partner=row["partner"],
            state=_state(decision, row["stopped_at"], letter.state if letter and row["ours"] else "delivered"),
            asked_at=row["asked_at"],
            due_at=row["due_at"],
            decided_at=row["decided_at"],
            record_id=row["record_id"],
            request=msgspec.json.decode(row["request"], type=ConfirmationRequest),
            decision=decision or None,
            clock=msgspec.json.decode(row["clock"], type=ConfirmationClock) if row["clock"] else None,
            stopped_at=row["stopped_at"],
            problem=letter.problem if letter else None,
        )


def _state(decision: ConfirmationDecision | None, stopped_at: datetime | None, letter: str) -> ConfirmationState:
    if decision:
        return ConfirmationState.GIVEN if decision.data else ConfirmationState.REFUSED
    if stopped_at:
        return ConfirmationState.PAUSED
    states = {"queued": ConfirmationState.SENDING, "returned": ConfirmationState.RETURNED}
    return states.get(letter, ConfirmationState.WAITING)
