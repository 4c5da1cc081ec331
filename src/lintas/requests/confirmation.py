"""Confirming a hit: a reasoned request to the owner, where a person decides which core data to give (rule R02).

The owner's clock runs 48 hours (Regulation (EU) 2024/982 article 47). No line of this room gives core data without the
name of the person who decided in the audit log.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from lintas.audit import AuditKind, AuditLog
from lintas.checks import Checks
from lintas.checks.desk import digest
from lintas.checks.tables import hit as hits
from lintas.clock import Clock
from lintas.errors import AlreadyDone, AwaitsJudge, Invalid, NotFound, RefusedByPolicy, Unjustified
from lintas.exchange import DirectorySource, Exchange
from lintas.model import Asker, PauseGround, Record, Role, SubjectKind
from lintas.model.kinds import kind_of
from lintas.people import Officer
from lintas.policy import AgencyContext, Ask, CoreChoice, DisclosedCore, OfficerAct, PolicySet
from lintas.protocol.messages import ConfirmationClock, ConfirmationDecision, ConfirmationRequest
from lintas.records import Records
from lintas.requests import pausing
from lintas.requests.ledger import Ledger
from lintas.requests.nouns import Confirmation, Verdict
from lintas.requests.tables import confirmation
from lintas.storage import Database

SHORTEST_REASON = 10  # characters; a reason is a sentence
OUR_COPY, KEPT = timedelta(days=30), timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the room leans on, handed in by the hallway."""

    db: Database
    audit: AuditLog
    clock: Clock
    exchange: Exchange
    checks: Checks
    records: Records
    directory: DirectorySource
    policies: PolicySet
    us: AgencyContext
    names: dict[str, str]
    decide_within: timedelta = timedelta(hours=48)


class Requests:
    """The request desk."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts
        self._ledger = Ledger(parts.db, parts.audit, parts.exchange)
        parts.exchange.deliver_to(ConfirmationRequest, self._receive_request)
        parts.exchange.deliver_to(ConfirmationDecision, self._receive_decision)
        parts.exchange.deliver_to(ConfirmationClock, partial(pausing.receive, self._ledger))

    def confirm_hit(self, check_id: str, hit: str, reason: str, officer: Officer) -> Confirmation:
        """Ask the owner of a possible match for core data; the letter leaves at once and is kept until it has arrived.

        Raises:
            NotFound: the hit is not in this officer's report.
            Invalid: the reason is missing or says nothing.
            AlreadyDone: it was asked before.
            RefusedByPolicy: this officer may not confirm hits.
        """
        self._may(officer, OfficerAct.CONFIRM)
        found = self._p.checks.report(check_id, officer)
        matched = found.match(hit)
        if matched is None:
            raise NotFound(hit=hit)
        if len(reason.strip()) < SHORTEST_REASON:
            raise Invalid(field="reason", shortest=SHORTEST_REASON)
        now = self._p.clock.now()
        request = ConfirmationRequest(
            confirmation=secrets.token_urlsafe(12),
            check=check_id,
            hit=hit,
            justification=found.justification,
            asker=Asker(
                node=self._p.us.node,
                country=self._p.us.country,
                officer=officer.id,
                role=_role(officer),
                unit=officer.unit,
            ),
            reason=reason.strip(),
            asked_at=now,
        )

        def work(tx: Connection) -> None:
            known = select(confirmation.c.id).where(confirmation.c.hit == hit, confirmation.c.ours)
            if tx.execute(known).first():
                raise AlreadyDone(hit=hit)
            letter = self._p.exchange.queue(tx, matched[0].node, request)
            tx.execute(insert(confirmation).values(**self._row(request, matched[0].node, ours=True), letter=letter))
            self._ledger.log(
                tx, AuditKind.CONFIRMATION_ASKED, f"officer:{officer.id}", request, {"partner": matched[0].node}
            )

        self._p.db.write(work)
        return self.get(request.confirmation, officer, ours=True)

    def incoming(self, officer: Officer) -> list[Confirmation]:
        """What partners wait for, the next due first; without the data given, as `outgoing`."""
        return [c.without_values() for c in self._incoming(officer)]

    def _incoming(self, officer: Officer) -> list[Confirmation]:
        self._may(officer, OfficerAct.READ_REQUESTS)
        return self._ledger.all(ours=False)

    def outgoing(self, officer: Officer) -> list[Confirmation]:
        """What we asked for: this officer's, or everybody's for those who may see it.

        The data given are not in the list: `get` shows them, and enters in the log that it did.
        """
        return [c.without_values() for c in self._outgoing(officer)]

    def _outgoing(self, officer: Officer) -> list[Confirmation]:
        mine = None if self._p.policies.may(officer.roles, OfficerAct.READ_OTHERS_CHECKS).allowed else officer.id
        return self._ledger.all(ours=True, officer=mine)

    def get(self, confirmation_id: str, officer: Officer, *, ours: bool) -> Confirmation:
        """One confirmation; reading the data that were given is entered in the log.

        Raises:
            NotFound: there is none, or it is not this officer's to see.
        """
        rows = self._outgoing(officer) if ours else self._incoming(officer)
        found = next((c for c in rows if c.id == confirmation_id), None)
        if found is None:
            raise NotFound(confirmation=confirmation_id)
        if found.decision and found.decision.data:
            self._p.db.write(
                lambda tx: self._ledger.log(
                    tx, AuditKind.RECORD_READ, f"officer:{officer.id}", found.request, {"partner": found.partner}
                )
            )
        return found

    def decide(self, confirmation_id: str, officer: Officer, verdict: Verdict) -> Confirmation:
        """Give core data, or refuse with a coded ground; a person's act, entered in the log with their name.

        Raises:
            Invalid: neither fields nor a ground, or both.
            AlreadyDone: it has been decided.
            AwaitsJudge: a judge's permission is awaited; until it is entered, only a refusal is possible.
            RefusedByPolicy: this officer may not decide.
            NotFound: there is no such request, or the record is gone (then refuse: no longer held).
        """
        asked = self._to_decide(confirmation_id, officer)
        if bool(verdict.fields) == (verdict.ground is not None):
            raise Invalid(field="fields", problem="choose fields to give, or a ground to refuse")
        if asked.stopped_for and verdict.fields:
            raise AwaitsJudge(confirmation=confirmation_id)
        decision = self._decision(asked, officer, verdict)

        def work(tx: Connection) -> None:
            key = (confirmation.c.id == confirmation_id) & ~confirmation.c.ours & confirmation.c.decided_at.is_(None)
            if verdict.fields:  # not even when the clock has been stopped a moment ago
                key &= confirmation.c.stopped_at.is_(None)
            values = {"decided_at": decision.decided_at, "decision": msgspec.json.encode(decision)}
            if tx.execute(update(confirmation).where(key).values(**values)).rowcount != 1:
                raise AlreadyDone(confirmation=confirmation_id)
            letter = self._p.exchange.queue(tx, asked.partner, decision)
            tx.execute(
                update(confirmation)
                .where(confirmation.c.id == confirmation_id, ~confirmation.c.ours)
                .values(letter=letter)
            )
            facts = {"partner": asked.partner, "record": asked.record_id or "", "ground": str(decision.ground or "")}
            told = [name for name in verdict.fields if decision.data and getattr(decision.data, name)]
            self._ledger.log(
                tx,
                AuditKind.CONFIRMATION_DECIDED,
                f"officer:{officer.id}",
                asked.request,
                facts | {"given": ", ".join(told)},
            )

        self._p.db.write(work)
        return self.get(confirmation_id, officer, ours=False)

    def pause(self, confirmation_id: str, officer: Officer, ground: PauseGround, explanation: str = "") -> Confirmation:
        """Stop the clock on a coded ground; the asker is told at once.

        Raises:
            AlreadyDone: it is decided, or the clock stands.
            RefusedByPolicy: this officer may not decide.
            NotFound: there is no such request.
        """
        asked = self._to_decide(confirmation_id, officer)
        now = self._p.clock.now()
        stopped = pausing.stopped(asked, _title(officer), now, ground, explanation.strip())
        pausing.change(self._ledger, self._p.exchange, asked, stopped, f"officer:{officer.id}")
        return self.get(confirmation_id, officer, ours=False)

    def resume(self, confirmation_id: str, officer: Officer, permission: str) -> Confirmation:
        """Let the clock run again, with what was left: the permission has come, and may be decided upon.

        Args:
            confirmation_id: Which confirmation.
            officer: Who says so.
            permission: Whose permission and which, for the log and for the asker: "Order 12/2026, court of Batam".

        Raises:
            Invalid: the permission is not named.
            AlreadyDone: it is decided, or the clock runs.
            RefusedByPolicy: this officer may not decide.
            NotFound: there is no such request.
        """
        asked = self._to_decide(confirmation_id, officer)
        if not permission.strip():
            raise Invalid(field="permission", problem="name the permission")
        again = pausing.running(asked, _title(officer), self._p.clock.now(), permission.strip())
        pausing.change(self._ledger, self._p.exchange, asked, again, f"officer:{officer.id}")
        return self.get(confirmation_id, officer, ours=False)

    def _to_decide(self, confirmation_id: str, officer: Officer) -> Confirmation:
        self._may(officer, OfficerAct.DECIDE)
        return self.get(confirmation_id, officer, ours=False)

    async def purge(self) -> None:
        """Erase what is no longer needed (rule R03).

        What we gave is erased with us thirty days after the decision: the record has it while it is held, and the log
        which fields were given. Confirmations go after three years, as the content of the log does.
        """
        now = self._p.clock.now()
        given = (~confirmation.c.ours) & (confirmation.c.decided_at <= now - OUR_COPY)

        def work(tx: Connection) -> None:
            tx.execute(delete(confirmation).where(confirmation.c.asked_at <= now - KEPT))
            for row in tx.execute(select(confirmation.c.id, confirmation.c.decision).where(given)).all():
                decision = msgspec.json.decode(row.decision, type=ConfirmationDecision)
                if decision.without_values() != decision:
                    mine = (confirmation.c.id == row.id) & ~confirmation.c.ours
                    kept = msgspec.json.encode(decision.without_values())
                    tx.execute(update(confirmation).where(mine).values(decision=kept))

        await self._p.db.write_async(work)

    def record_of(self, asked: Confirmation) -> Record:
        """The record a partner's hit points to, for the person who decides.

        Raises:
            NotFound: it is no longer held.
        """
        if asked.ours or asked.record_id is None:
            raise NotFound(confirmation=asked.id)
        return self._p.records.get(asked.record_id)

    def _decision(self, asked: Confirmation, officer: Officer, verdict: Verdict) -> ConfirmationDecision:
        decided_by = _title(officer)
        given: DisclosedCore | None = None
        if verdict.ground is None:
            request = asked.request
            ask = Ask(
                asker=request.asker,
                justification=request.justification,
                kind=kind_of(self.record_of(asked).schema) or SubjectKind.PERSON,
                at=self._p.clock.now(),
                action="confirm",
                exercise=self._p.directory.current().member(asked.partner).exercise,
            )
            choice = CoreChoice(
                decided_by=decided_by,
                fields=frozenset(verdict.fields),
                offence=verdict.offence,
                case_number=verdict.case_number,
                authority=self._p.names["en"],
            )
            given = self._p.policies.core(self.record_of(asked), ask, us=self._p.us, choice=choice)
        return ConfirmationDecision(
            confirmation=asked.id,
            decided_at=self._p.clock.now(),
            decided_by=decided_by,
            data=given.data if given else None,
            marking=given.marking if given else None,
            ground=verdict.ground,
            explanation=verdict.explanation,
        )

    def _may(self, officer: Officer, act: OfficerAct) -> None:
        decision = self._p.policies.may(officer.roles, act)
        if not decision.allowed:
            raise RefusedByPolicy(policies=list(decision.policies), **decision.explanation)

    def _receive_request(self, tx: Connection, body: object, sender: str) -> None:
        """A partner asks: the hit must be one we told that very partner, in that very check, for that very purpose."""
        if not isinstance(body, ConfirmationRequest):
            raise Invalid(expected="confirmation.request")
        told = select(hits.c.record_id, hits.c.justification).where(
            hits.c.id == body.hit, hits.c.sender == sender, hits.c.check_id == body.check
        )
        told_for = tx.execute(told).one_or_none()
        if told_for is None:
            raise NotFound(hit=body.hit)
        if told_for.justification != digest(body.justification):
            raise Unjustified(field="justification", problem="not the one the hit was told for")
        known = (confirmation.c.id == body.confirmation) | (confirmation.c.hit == body.hit)
        if tx.execute(select(confirmation.c.id).where(known, ~confirmation.c.ours)).first():
            raise AlreadyDone(confirmation=body.confirmation)
        # The directory, not the request, says from which country the sender asks.
        country = self._p.directory.current().member(sender).country
        asker = msgspec.structs.replace(body.asker, node=sender, country=country)
        request = msgspec.structs.replace(body, asker=asker)
        row = self._row(request, sender, ours=False)
        tx.execute(insert(confirmation).values(**row, record_id=told_for.record_id))
        self._ledger.log(tx, AuditKind.CONFIRMATION_RECEIVED, f"node:{sender}", request, {"record": told_for.record_id})

    def _receive_decision(self, tx: Connection, body: object, sender: str) -> None:
        """The owner has decided: only the partner we asked may answer, and only once."""
        if not isinstance(body, ConfirmationDecision):
            raise Invalid(expected="confirmation.decision")
        key = (confirmation.c.id == body.confirmation) & confirmation.c.ours & (confirmation.c.partner == sender)
        row = tx.execute(select(confirmation.c.request, confirmation.c.decided_at).where(key)).one_or_none()
        if row is None:
            raise NotFound(confirmation=body.confirmation)
        if row.decided_at is not None:
            raise AlreadyDone(confirmation=body.confirmation)
        values = {"decided_at": body.decided_at, "decision": msgspec.json.encode(body)}
        tx.execute(update(confirmation).where(key).values(**values))
        request = msgspec.json.decode(row.request, type=ConfirmationRequest)
        facts = {"ground": str(body.ground or ""), "given": str(body.data is not None)}
        self._ledger.log(tx, AuditKind.CONFIRMATION_ANSWERED, f"node:{sender}", request, facts)

    def _row(self, request: ConfirmationRequest, partner: str, *, ours: bool) -> dict[str, object]:
        now = self._p.clock.now()
        return {
            "id": request.confirmation,
            "ours": ours,
            "partner": partner,
            "check_id": request.check,
            "hit": request.hit,
            "officer": request.asker.officer,
            "asked_at": request.asked_at if ours else now,
            "due_at": now + self._p.decide_within,
            "request": msgspec.json.encode(request),
        }


def _title(officer: Officer) -> str:
    """How a partner sees who decided: a role and a unit, never a name."""
    return f"{_role(officer)}, {officer.unit}".strip(", ")


def _role(officer: Officer) -> Role:
    """The role under which an officer acts on a request: liaison if it is theirs."""
    order: list[Role] = [Role.LIAISON, Role.INVESTIGATOR, *Role]
    return next(role for role in order if role in officer.roles)
