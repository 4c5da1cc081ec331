"""What an officer gets to see of a check: everyone asked, exactly once, in one of five states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from lintas.model import (
    DisclosureLevel,
    Justification,
    Noun,
    OutcomeState,
    Quality,
    Reason,
    RefusalGround,
    Subject,
)
from lintas.protocol.messages import CheckAnswered, CheckDeclined, Match

NO_ANSWER = frozenset({OutcomeState.ASKING, OutcomeState.LATE, OutcomeState.UNREACHABLE})


class OwnHit(Noun):
    """A possible match in our own records, as far as our own policy shows it to this officer."""

    record: str
    schema: str
    caption: str
    level: DisclosureLevel
    quality: Quality
    probability: float
    reasons: tuple[Reason, ...]


class NodeOutcome(Noun, omit_defaults=False):
    """How one node asked stands, and what it said."""

    node: str
    name: Mapping[str, str]
    country: str
    state: OutcomeState = OutcomeState.ASKING
    own: bool = False
    matches: tuple[Match, ...] = ()
    records: tuple[OwnHit, ...] = ()
    ground: RefusalGround | None = None
    explanation: Mapping[str, str] = {}
    policies: tuple[str, ...] = ()
    contact: str = ""
    problem: str = ""  # code of the error that kept the answer away
    milliseconds: float | None = None
    answered_at: datetime | None = None
    arrived_late: bool = False
    log: str = ""

    @property
    def is_no_match(self) -> bool:
        """Whether this is an answered *no*; silence never is."""
        return self.state is OutcomeState.ANSWERED and not self.matches and not self.records

    @property
    def best(self) -> float:
        """The highest probability told, for ranking."""
        told = [match.probability for match in self.matches]
        return max([*told, *(own.probability for own in self.records)], default=0.0)

    def after(self, reply: CheckAnswered | CheckDeclined, *, at: datetime, milliseconds: float) -> NodeOutcome:
        """This outcome once the node has replied."""
        late = self.state in {OutcomeState.LATE, OutcomeState.UNREACHABLE}
        told = msgspec.structs.replace(
            self, answered_at=at, milliseconds=milliseconds, arrived_late=late, log=reply.log, problem=""
        )
        if isinstance(reply, CheckAnswered):
            return msgspec.structs.replace(told, state=OutcomeState.ANSWERED, matches=reply.matches)
        return msgspec.structs.replace(
            told,
            state=OutcomeState.DECLINED,
            ground=reply.ground,
            explanation=reply.explanation,
            policies=reply.policies,
            contact=reply.contact or self.contact,
        )


class CheckSummary(Noun):
    """A line of the list of an officer's checks."""

    id: str
    asked_at: datetime
    subject: Subject
    case_reference: str


class CheckReport(Noun, omit_defaults=False):
    """One question, and how everyone who was asked stands."""

    id: str
    asked_at: datetime
    deadline: datetime
    wanted_until: datetime
    officer: str
    subject: Subject
    justification: Justification
    outcomes: tuple[NodeOutcome, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nobody is being waited for before the deadline any more."""
        return all(o.state is not OutcomeState.ASKING for o in self.outcomes)

    def is_waiting(self, now: datetime) -> bool:
        """Whether an answer may still come."""
        return any(o.state in NO_ANSWER for o in self.outcomes) and now < self.wanted_until

    def outcome(self, node: str) -> NodeOutcome | None:
        """How one node stands; None if it was not asked."""
        return next((o for o in self.outcomes if o.node == node), None)

    def match(self, hit: str) -> tuple[NodeOutcome, Match] | None:
        """A partner's possible match by its reference."""
        return next(((o, m) for o in self.outcomes for m in o.matches if m.hit == hit), None)


def collate(
    asked: Iterable[NodeOutcome], told: Mapping[str, NodeOutcome], *, deadline_passed: bool
) -> tuple[NodeOutcome, ...]:
    """Put the outcomes side by side: ours first, then by the best match, then by name.

    Everyone asked appears exactly once. "No match" and "no answer" look alike to a tired officer at 3 a.m.; they must
    not look alike to the program, so a node that said nothing is asked still, or late, and never absent.
    """
    silent = OutcomeState.LATE if deadline_passed else OutcomeState.ASKING
    rows = []
    for outcome in asked:
        row = told.get(outcome.node, outcome)
        rows.append(msgspec.structs.replace(row, state=silent) if row.state is OutcomeState.ASKING else row)
    return tuple(sorted(rows, key=lambda row: (not row.own, -row.best, row.state in NO_ANSWER, row.node)))


def milliseconds(span: timedelta) -> float:
    """A span of time in milliseconds, to the tenth."""
    return round(span.total_seconds() * 1000, 1)
