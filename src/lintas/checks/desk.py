"""What the room of checks leans on, handed in by the hallway."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from lintas.audit import AuditLog
from lintas.clock import Clock
from lintas.model import Asker, Justification, Noun, Role, Subject
from lintas.people import Officer, People
from lintas.policy import AgencyContext, Ask, Limits, PolicySet
from lintas.records import Records
from lintas.storage import Database
from lintas.transport import DirectorySource, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts of the node that asking and answering need."""

    db: Database
    audit: AuditLog
    clock: Clock
    line: Line
    directory: DirectorySource
    policies: PolicySet
    records: Records
    people: People
    us: AgencyContext
    limits: Limits
    programs: Limits  # what programs may ask for an officer of ours
    names: dict[str, str]
    contact: str = ""
    threshold: float = 0.5
    answer_within: timedelta = timedelta(seconds=2)
    wanted_for: timedelta = timedelta(hours=1)
    ask_again_every: timedelta = timedelta(seconds=5)


# The role under which an officer of several roles asks: the first of these that is theirs.
ASKING_ROLES = (Role.INVESTIGATOR, Role.LIAISON, Role.ANALYST, Role.TRAINER)


def asker_of(officer: Officer, us: AgencyContext) -> Asker:
    """The officer as partners see them: a reference only this node can resolve, a role, a unit."""
    role = next((role for role in ASKING_ROLES if role in officer.roles), next(iter(sorted(officer.roles))))
    return Asker(node=us.node, country=us.country, officer=officer.id, role=role, unit=officer.unit)


def ask_of(asker: Asker, subject: Subject, justification: Justification, desk: Desk) -> Ask:
    """The question as policy judges it."""
    ours = asker.node == desk.us.node
    exercise = desk.us.exercise if ours else desk.directory.current().member(asker.node).exercise
    return Ask(asker=asker, justification=justification, kind=subject.kind, at=desk.clock.now(), exercise=exercise)


def digest(*parts: Noun) -> str:
    """A fingerprint, for example of a question: of its subject and justification, the same in both sides' logs."""
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()
