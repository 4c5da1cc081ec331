"""Worked cases: who asks what, and what the policies must answer. Law that can be read, run as tests.

The default cases stand in `cases/*.yaml`; an overlay brings its own in a folder `cases` beside its policies, and
`lintas policy check` runs them all. What a case does not say has an ordinary value: an investigator of `my.node` in
Malaysia asks `id.node` in Indonesia about a suspect; the record is a suspect's, handling code H1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from lintas.errors import InvalidPolicy
from lintas.model import (
    Asker,
    DisclosureLevel,
    Handling,
    Intent,
    Justification,
    Noun,
    Purpose,
    Record,
    RefusalGround,
    Role,
    SovereignFlag,
    Statement,
    SubjectCategory,
    SubjectKind,
)
from lintas.policy.engine import PolicySet
from lintas.policy.nouns import AgencyContext, Ask, Decision

DEFAULT_CASES = Path(__file__).with_name("cases")
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class CaseAsk(Noun):
    """The question of a case."""

    role: Role = Role.INVESTIGATOR
    node: str = "my.node"
    country: str = "my"
    exercise: bool = False
    action: str = "check"
    kind: SubjectKind = SubjectKind.PERSON
    purpose: Purpose = Purpose.INVESTIGATE
    category: SubjectCategory = SubjectCategory.SUSPECT
    intent: Intent = Intent.IDENTIFY
    legal_basis: str = "UU 2/2002"
    case_reference: str = "LP/1/2026"
    offence: str | None = None

    def ask(self) -> Ask:
        """The question as policy is asked."""
        return Ask(
            asker=Asker(node=self.node, country=self.country, officer="someone", role=self.role),
            justification=Justification(
                purpose=self.purpose,
                legal_basis=self.legal_basis,
                case_reference=self.case_reference,
                category=self.category,
                intent=self.intent,
                offence=self.offence,
            ),
            kind=self.kind,
            at=SOME_DAY,
            action="confirm" if self.action == "confirm" else "check",
            exercise=self.exercise,
        )


class CaseRecord(Noun):
    """The record of a case."""

    schema: str = "Person"
    category: SubjectCategory = SubjectCategory.SUSPECT
    handling: Handling = Handling.H1
    protections: frozenset[str] = frozenset()
    nationality: str = ""
    invented: bool = False
    sovereign_flag: SovereignFlag = SovereignFlag.EXECUTABLE

    def record(self) -> Record:
        """The record as policy sees it."""
        nationality = Statement(prop="nationality", value=self.nationality, source="worked case", seen="2026-01-01")
        return Record(
            id="record",
            schema=self.schema,
            statements=(nationality,) if self.nationality else (),
            category=self.category,
            handling=self.handling,
            sovereign_flag=self.sovereign_flag,
            protections=self.protections,
            invented=self.invented,
        )


class Expected(Noun):
    """What the policies must answer; only what is written is compared."""

    allowed: bool | None = None
    level: DisclosureLevel | None = None
    policies: frozenset[str] | None = None
    ground: RefusalGround | None = None
    cautions: frozenset[str] | None = None


class WorkedCase(Noun):
    """One case: a sentence, a situation, and what must come of it.

    `act` asks whether officers may do something; `officers` with a record, what they see of it; `ask` with a record,
    what a partner is told; with `decided_by`, whether core data may be given; `ask` alone, whether it may be asked.
    """

    case: str
    expect: Expected
    ask: CaseAsk | None = None
    record: CaseRecord | None = None
    officers: frozenset[Role] = frozenset()
    act: str = ""
    about: str = ""
    decided_by: str | None = None
    us_exercise: bool = False

    def judge(self, policies: PolicySet) -> tuple[DisclosureLevel | None, Decision]:
        """What the policies answer."""
        us = AgencyContext(node="id.node", country="id", exercise=self.us_exercise)
        if self.act:
            return None, policies.may(self.officers, self.act, about=self.about)
        if self.officers and self.record:
            return policies.own_view(self.record.record(), self.officers, us=us)
        ask = (self.ask or CaseAsk()).ask()
        if self.record and self.decided_by is not None:
            return None, policies.may_give(self.record.record(), ask, us=us, decided_by=self.decided_by)
        if self.record:
            return policies.level(self.record.record(), ask, us=us)
        return None, policies.authorize(ask, us=us)

    def differences(self, policies: PolicySet) -> list[str]:
        """What comes out otherwise than expected, a line each; empty when the case holds."""
        level, decision = self.judge(policies)
        found = {
            "allowed": decision.allowed,
            "level": level,
            "policies": frozenset(decision.policies),
            "ground": decision.ground,
            "cautions": frozenset(decision.cautions),
        }
        expected = msgspec.structs.asdict(self.expect)
        return [
            f"{name}: expected {_text(wanted)}, found {_text(found[name])}"
            for name, wanted in expected.items()
            if wanted is not None and wanted != found[name]
        ]


def read_cases(folder: Path = DEFAULT_CASES) -> Iterator[WorkedCase]:
    """The worked cases of a folder.

    Raises:
        InvalidPolicy: a file is not a list of cases, naming file and problem.
    """
    for file in sorted(folder.glob("*.yaml")):
        try:
            yield from msgspec.yaml.decode(file.read_bytes(), type=list[WorkedCase])
        except msgspec.DecodeError as error:
            raise InvalidPolicy(file=file.name, problem=str(error)) from error


def _text(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)
