"""The clock of a confirmation stands still while a judge's permission is awaited (rule R02; SPEC §12).

A person at the owner stops it on a coded ground and lets it run again; both are letters to the asker, so that both
desks show the same, and both stand in both logs. What was left when it stopped is left when it runs again.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from lintas.audit import AuditKind
from lintas.errors import AlreadyDone, Invalid, NotFound
from lintas.exchange import Exchange
from lintas.model import PauseGround
from lintas.protocol.messages import ConfirmationClock, ConfirmationRequest
from lintas.requests.ledger import Ledger
from lintas.requests.nouns import Confirmation
from lintas.requests.tables import confirmation


def stopped(asked: Confirmation, by: str, now: datetime, ground: PauseGround, explanation: str) -> ConfirmationClock:
    """The change that stops a running clock.

    Raises:
        AlreadyDone: it is decided, or the clock stands.
    """
    if asked.decision or asked.stopped_at:
        raise AlreadyDone(confirmation=asked.id)
    return ConfirmationClock(
        confirmation=asked.id,
        number=_next(asked),
        changed_at=now,
        decided_by=by,
        stopped_for=ground,
        explanation=explanation,
    )


def running(asked: Confirmation, by: str, now: datetime, explanation: str) -> ConfirmationClock:
    """The change that lets a stopped clock run again, with what was left.

    Raises:
        AlreadyDone: it is decided, or the clock runs.
    """
    if asked.decision or asked.stopped_at is None:
        raise AlreadyDone(confirmation=asked.id)
    return ConfirmationClock(
        confirmation=asked.id,
        number=_next(asked),
        changed_at=now,
        decided_by=by,
        due_at=asked.due_at + (now - asked.stopped_at),
        explanation=explanation,
    )


def change(ledger: Ledger, exchange: Exchange, asked: Confirmation, changed: ConfirmationClock, actor: str) -> None:
    """Write a change down at the owner and send it to the asker, with its line in the log; for one transaction."""
    held = (confirmation.c.id == asked.id) & ~confirmation.c.ours & confirmation.c.decided_at.is_(None)
    unchanged = held & confirmation.c.stopped_at.is_not_distinct_from(asked.stopped_at)

    def work(tx: Connection) -> None:
        if tx.execute(update(confirmation).where(unchanged).values(**_values(changed))).rowcount != 1:
            raise AlreadyDone(confirmation=asked.id)
        exchange.queue(tx, asked.partner, changed)
        _log(ledger, tx, actor, asked.request, changed)

    ledger.write(work)


def receive(ledger: Ledger, tx: Connection, body: object, sender: str) -> None:
    """The owner's clock has stopped or runs again: only the partner we asked may say so.

    A letter that an earlier one has overtaken, or the decision, is accepted and changes nothing.
    """
    if not isinstance(body, ConfirmationClock):
        raise Invalid(expected="confirmation.clock")
    key = (confirmation.c.id == body.confirmation) & confirmation.c.ours & (confirmation.c.partner == sender)
    row = tx.execute(select(confirmation).where(key)).mappings().one_or_none()
    if row is None:
        raise NotFound(confirmation=body.confirmation)
    last = msgspec.json.decode(row["clock"], type=ConfirmationClock).number if row["clock"] else 0
    if row["decided_at"] is not None or body.number <= last:
        return
    tx.execute(update(confirmation).where(key).values(**_values(body)))
    _log(ledger, tx, f"node:{sender}", msgspec.json.decode(row["request"], type=ConfirmationRequest), body)


def _next(asked: Confirmation) -> int:
    return asked.clock.number + 1 if asked.clock else 1


def _values(changed: ConfirmationClock) -> dict[str, object]:
    moment = {"due_at": changed.due_at} if changed.due_at else {}
    stopped_at = changed.changed_at if changed.stopped_for else None
    return {"stopped_at": stopped_at, "clock": msgspec.json.encode(changed), **moment}


def _log(ledger: Ledger, tx: Connection, actor: str, request: ConfirmationRequest, changed: ConfirmationClock) -> None:
    kind = AuditKind.CONFIRMATION_PAUSED if changed.stopped_for else AuditKind.CONFIRMATION_RESUMED
    facts = {"ground": str(changed.stopped_for or ""), "explanation": changed.explanation}
    ledger.log(tx, kind, actor, request, {name: fact for name, fact in facts.items() if fact})
