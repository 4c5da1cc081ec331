"""What an officer does at any door, pages, API or command line: policy is asked, the log written, then it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Connection

from lintas.audit import AuditKind, AuditLog, Entry, Event
from lintas.errors import Invalid, NotFound, RefusedByPolicy
from lintas.matching import compare_records
from lintas.model import Comparison, DisclosureLevel, Record
from lintas.people import Approval, Officer, People
from lintas.policy import AgencyContext, Decision, OfficerAct, PolicySet, as_far_as
from lintas.records import Records
from lintas.storage import Database


class SideBySide(NamedTuple):
    """Two of our own records, as far as policy shows them, and how likely it is that they are of one subject."""

    left: Record
    right: Record
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class LostEntries:
    """What is known of the end of our log that was lost, and why: what two people agree to when it begins again."""

    ACT: ClassVar[str] = "log.begin_again"

    reason: str
    seen: Mapping[str, int]  # how many entries each witness has seen

    @property
    def facts(self) -> dict[str, str]:
        """As the second person reads it."""
        return {"reason": self.reason} | {node: f"{size}" for node, size in self.seen.items()}


class Acts:
    """The part of a node that front doors share."""

    audit: AuditLog
    people: People
    policies: PolicySet
    records: Records
    db: Database
    us: AgencyContext

    def may(self, officer: Officer, act: OfficerAct, *, about: str = "") -> None:
        """Let the officer go on, if policy lets them.

        Raises:
            RefusedByPolicy: naming the policies and their explanation.
        """
        decision = self.policies.may(officer.roles, act, about=about)
        if not decision.allowed:
            raise RefusedByPolicy(policies=list(decision.policies), act=act, **decision.explanation)

    def read_record(self, record_id: str, officer: Officer, reason: str) -> tuple[Record, DisclosureLevel, Decision]:
        """A record as far as policy shows it to this officer; the reading is in the log before it is shown.

        Raises:
            NotFound: there is none, or it is none of this officer's business: the two look alike.
        """
        record = self.records.get(record_id)
        level, decision = self.policies.own_view(record, officer.roles, us=self.us)
        if not level.covers(DisclosureLevel.CORE):
            raise NotFound(record=record_id)
        facts = {"record": record_id, "level": level, "reason": reason}
        self.audit.record(Event(kind=AuditKind.RECORD_READ, actor=f"officer:{officer.id}", facts=dict(facts)))
        return as_far_as(level, record), level, decision

    def put_side_by_side(self, left: str, right: str, officer: Officer, reason: str, prior: float = 0.0) -> SideBySide:
        """Two records and every reason for and against their being one; both readings are in the log first.

        What policy does not show this officer is not compared either: a reason would tell of it.

        Args:
            left: The id of a record.
            right: The id of another.
            officer: Who looks.
            reason: Why, for the log.
            prior: Bits before any evidence; 0 is one in two.

        Raises:
            NotFound: one of them is not there, or none of this officer's business.
        """
        one, other = (self.read_record(record, officer, reason)[0] for record in (left, right))
        return SideBySide(one, other, compare_records(one, other, prior))

    def read_log(self, officer: Officer, **which: Any) -> list[Entry]:  # noqa: ANN401 - as `AuditLog.entries`
        """Entries of the audit log, newest first; that they were read is an entry itself.

        Raises:
            RefusedByPolicy: this officer may not read the log.
        """
        self.may(officer, OfficerAct.READ_AUDIT)
        facts = {name: str(value) for name, value in which.items() if value is not None}
        self.audit.record(Event(kind=AuditKind.LOG_READ, actor=f"officer:{officer.id}", facts=dict(facts)))
        return self.audit.entries(**which)

    def begin_log_again(self, officer: Officer, approval: str, lost: LostEntries) -> Entry:
        """Let the log begin again after a loss, as two people have agreed; the witnesses are told when they next look.

        Raises:
            Invalid: no witness has seen more than there is: there is nothing to begin again.
            RefusedByPolicy: this officer does not run the node.
            SecondPersonNeeded: nobody has agreed to exactly this.
        """
        self.may(officer, OfficerAct.OPERATE_NODE)
        if not lost.seen:
            raise Invalid(field="log", problem="no witness has seen more of it than there is")

        def work(tx: Connection) -> Entry:
            self.people.use_within(tx, approval, LostEntries.ACT, lost.facts)
            decided_by = f"operator, {officer.unit}".strip(", ")
            return self.audit.begin_again(tx, f"officer:{officer.id}", decided_by, lost.reason, lost.seen)

        return self.db.write(work)

    def decide_approval(self, approval: str, officer: Officer, *, agree: bool, note: str = "") -> Approval:
        """The second person's word on what a colleague wants to do.

        Raises:
            NotFound: nothing of that reference waits for this officer.
            RefusedByPolicy: this officer may not be the second person for it.
        """
        waiting = next((a for a in self.people.pending(officer) if a.id == approval), None)
        if waiting is None:
            raise NotFound(approval=approval)
        self.may(officer, OfficerAct.APPROVE, about=waiting.act)
        decide = self.people.approve if agree else self.people.refuse
        return decide(approval, officer, note)
