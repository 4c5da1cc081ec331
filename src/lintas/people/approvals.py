"""The second person: an act is asked for by one, agreed to by another, and done once, exactly as it was agreed to."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import Clock
from lintas.errors import AlreadyDone, NotFound, Refused, SamePerson, SecondPersonNeeded
from lintas.model import Role
from lintas.people.officers import Officer
from lintas.people.tables import approvals
from lintas.storage import Database

GOOD_FOR = timedelta(days=7)
"""How long an approval waits to be given, and then to be used."""

MayApprove: TypeAlias = Callable[[frozenset[Role], str], bool]
"""Whether somebody with these roles may be the second person for this act; the node hands in its policy."""


class ApprovalState(StrEnum):
    """How an approval stands."""

    WAITING = "waiting"
    GIVEN = "given"
    REFUSED = "refused"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One act that needs a second person. The officers stand in it by their ids."""

    id: str
    act: str
    facts: dict[str, str]
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState = ApprovalState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""


class Approvals:
    """Asks, lists, decides and uses approvals."""

    def __init__(self, db: Database, audit: AuditLog, clock: Clock, may_approve: MayApprove) -> None:
        self._db = db
        self._audit = audit
        self._clock = clock
        self._may_approve = may_approve

    def ask(self, act: str, facts: Mapping[str, str], by: Officer) -> Approval:
        """See `People.ask_second`."""
        now = self._clock.now()
        approval = Approval(
            id=secrets.token_hex(8), act=act, facts=dict(facts), asked_by=by.id, asked_at=now, expires_at=now + GOOD_FOR
        )

        def work(tx: Connection) -> None:
            row = {
                name: getattr(approval, name) for name in ("id", "act", "asked_by", "asked_at", "expires_at", "state")
            }
            row |= {"facts": msgspec.json.encode(approval.facts), "digest": _digest(act, facts), "note": ""}
            tx.execute(insert(approvals), row)
            self._log(tx, AuditKind.APPROVAL_ASKED, approval, by.actor)

        self._db.write(work)
        return approval

    def pending(self, officer: Officer) -> list[Approval]:
        """See `People.pending`."""
        waiting = select(approvals).where(
            approvals.c.state == ApprovalState.WAITING,
            approvals.c.expires_at > self._clock.now(),
            approvals.c.asked_by != officer.id,
        )
        with self._db.read() as tx:
            rows = tx.execute(waiting.order_by(approvals.c.asked_at)).all()
        return [self._of(row) for row in rows if self._may_approve(officer.roles, row.act)]

    def decide(self, approval_id: str, by: Officer, *, agree: bool, note: str) -> Approval:
        """See `People.approve` and `People.refuse`."""
        state = ApprovalState.GIVEN if agree else ApprovalState.REFUSED
        kind = AuditKind.APPROVAL_GIVEN if agree else AuditKind.APPROVAL_REFUSED
        now = self._clock.now()

        def work(tx: Connection) -> Approval:
            found = self._find(tx, approval_id)
            if found.asked_by == by.id:
                raise SamePerson(approval=found.id)
            if found.state is not ApprovalState.WAITING:
                raise AlreadyDone(approval=found.id, state=found.state)
            if not self._may_approve(by.roles, found.act):
                raise Refused(act=found.act, roles=sorted(by.roles))
            decision = {"state": state, "decided_by": by.id, "decided_at": now, "note": note}
            tx.execute(update(approvals).where(approvals.c.id == found.id).values(decision))
            decided = replace(found, state=state, decided_by=by.id, decided_at=now, note=note)
            self._log(tx, kind, decided, by.actor)
            return decided

        return self._db.write(work)

    def use(self, tx: Connection, approval_id: str, act: str, facts: Mapping[str, str]) -> Approval:
        """See `People.use_within`."""
        found = self._find(tx, approval_id)
        if found.state is ApprovalState.USED:
            raise AlreadyDone(approval=found.id)
        if found.state is not ApprovalState.GIVEN:
            raise SecondPersonNeeded(approval=found.id, state=found.state)
        kept = tx.scalar(select(approvals.c.digest).where(approvals.c.id == found.id))
        if kept != _digest(act, facts):
            raise SecondPersonNeeded(approval=found.id, reason="not what was agreed to")
        tx.execute(update(approvals).where(approvals.c.id == found.id).values(state=ApprovalState.USED))
        used = replace(found, state=ApprovalState.USED)
        self._log(tx, AuditKind.APPROVAL_USED, used, f"officer:{found.asked_by}")
        return used

    def _find(self, tx: Connection, approval_id: str) -> Approval:
        row = tx.execute(select(approvals).where(approvals.c.id == approval_id)).one_or_none()
        if row is None:
            raise NotFound(approval=approval_id)
        return self._of(row)

    def _of(self, row: Row[Any]) -> Approval:
        state = ApprovalState(row.state)
        open_ = state in {ApprovalState.WAITING, ApprovalState.GIVEN}
        return Approval(
            id=row.id,
            act=row.act,
            facts=msgspec.json.decode(row.facts, type=dict[str, str]),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            state=ApprovalState.EXPIRED if open_ and row.expires_at <= self._clock.now() else state,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            note=row.note,
        )

    def _log(self, tx: Connection, kind: AuditKind, approval: Approval, actor: str) -> None:
        facts = approval.facts | {"approval": approval.id, "act": approval.act}
        facts |= {"note": approval.note} if approval.note else {}
        self._audit.append(tx, Event(kind=kind, actor=actor, facts=dict(facts)))


def _digest(act: str, facts: Mapping[str, str]) -> bytes:
    """What was agreed to: the act with every fact, in one spelling."""
    return sha256(msgspec.json.encode([act, dict(facts)], order="deterministic")).digest()
