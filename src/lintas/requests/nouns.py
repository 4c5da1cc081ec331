"""What the request desk speaks of: a confirmation from either side, how it stands, and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lintas.model import PauseGround, RefusalGround
from lintas.protocol.messages import ConfirmationClock, ConfirmationDecision, ConfirmationRequest


class ConfirmationState(StrEnum):
    """How a confirmation stands."""

    SENDING = "sending"  # on its way to the owner
    WAITING = "waiting"  # the owner has it; the clock runs
    PAUSED = "paused"  # the owner awaits a judge's permission; the clock stands still
    GIVEN = "given"
    REFUSED = "refused"
    RETURNED = "returned"  # the owner's node could not accept it


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One confirmation, from either side."""

    id: str
    ours: bool
    partner: str
    state: ConfirmationState
    asked_at: datetime
    due_at: datetime
    decided_at: datetime | None
    record_id: str | None
    request: ConfirmationRequest
    decision: ConfirmationDecision | None
    clock: ConfirmationClock | None = None  # the last change of the clock
    stopped_at: datetime | None = None  # since when the clock stands
    problem: str | None = None

    @property
    def stopped_for(self) -> PauseGround | None:
        """What the clock is stopped for, if it stands."""
        return self.clock.stopped_for if self.clock and self.decision is None else None

    def left(self, now: datetime) -> float:
        """Seconds until the clock runs out, negative after it has; while it stands they do not become fewer."""
        return (self.due_at - (self.stopped_at or now)).total_seconds()

    def is_overdue(self, now: datetime) -> bool:
        """Whether the clock has run out without a decision."""
        return self.decision is None and self.left(now) < 0

    def without_values(self) -> Confirmation:
        """The same, telling that data were given and none of them."""
        return replace(self, decision=self.decision.without_values()) if self.decision else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person at the owner decides."""

    fields: Sequence[str] = ()  # the fields of CoreData that are given
    ground: RefusalGround | None = None  # why nothing is given
    explanation: str = ""
    offence: str = ""
    case_number: str = ""
