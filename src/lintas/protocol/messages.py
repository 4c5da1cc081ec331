"""The messages of the protocol, one struct each (spec/lintas-1.md, section 9).

Every length is bounded and nothing unknown is accepted: a message that does not fit is `Malformed`, never half read.
The field `type` names the message on the wire.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from lintas.model import (
    Asker,
    Grading,
    Handling,
    Justification,
    Noun,
    PauseGround,
    Purpose,
    Quality,
    Reason,
    RefusalGround,
    SovereignFlag,
    Subject,
)

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
NodeId = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$")]
Short = Annotated[str, Meta(max_length=400)]
Long = Annotated[str, Meta(max_length=4000)]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[datetime, Meta(tz=True)]  # a time without its zone would be another time elsewhere
Texts = Annotated[dict[Short, Long], Meta(max_length=8)]  # by language: "id", "en"
Values = Annotated[tuple[Short, ...], Meta(max_length=20)]


class CheckQuestion(Noun, tag="check.question"):
    """One officer's question, put to one node."""

    check: Id
    subject: Subject
    justification: Justification
    asker: Asker
    answer_by: Moment


class Match(Noun, omit_defaults=False):
    """Step one: the owner is the sender; here stands the match quality and nothing of the record."""

    hit: Id
    quality: Quality
    probability: Annotated[float, Meta(ge=0, le=1)]
    reasons: Annotated[tuple[Reason, ...], Meta(max_length=40)]
    handling: Handling = Handling.H3
    sovereign_flag: SovereignFlag = SovereignFlag.EXECUTABLE


class CheckAnswered(Noun, tag="check.answered"):
    """The node looked: no match when `matches` is empty."""

    check: Id
    matches: Annotated[tuple[Match, ...], Meta(max_length=100)]
    log: Hash  # leaf hash of the answering node's audit entry, so that both logs can be reconciled


class CheckDeclined(Noun, tag="check.declined"):
    """The node may not answer, says why in a coded ground, names its policies and whom to ask."""

    check: Id
    ground: RefusalGround
    policies: Annotated[tuple[Short, ...], Meta(max_length=20)]
    explanation: Texts
    log: Hash
    contact: Short = ""


class ConfirmationRequest(Noun, tag="confirmation.request"):
    """Step two: a reasoned request about one hit, for a person at the owner to decide."""

    confirmation: Id
    check: Id
    hit: Id
    justification: Justification
    asker: Asker
    reason: Annotated[str, Meta(min_length=10, max_length=4000)]
    asked_at: Moment


class CoreData(Noun):
    """What may be given after a person's decision: eleven fields (Regulation (EU) 2024/982 article 47; rule R02)."""

    first_names: Values = ()
    family_names: Values = ()
    aliases: Values = ()
    birth_date: Values = ()
    nationality: Values = ()
    birth_place: Values = ()  # place and country
    gender: Values = ()
    acquired: Short = ""  # date and place the data were acquired
    offence: Short = ""
    case_number: Short = ""
    authority: Short = ""


class Marking(Noun):
    """What travels with the data and binds the receiver (rules R03, R19, R20)."""

    handling: Handling
    grading: Grading
    purpose: Purpose
    case_reference: Short
    sovereign_flag: SovereignFlag = SovereignFlag.EXECUTABLE


class ConfirmationDecision(Noun, tag="confirmation.decision"):
    """A person at the owner has decided: core data with their marking, or a coded refusal."""

    confirmation: Id
    decided_at: Moment
    decided_by: Short  # role and unit, never a name
    data: CoreData | None = None
    marking: Marking | None = None
    ground: RefusalGround | None = None
    explanation: Long = ""

    def __post_init__(self) -> None:
        """Data travel with their marking or not at all; a decision gives, or it refuses."""
        if (self.data is None) != (self.marking is None) or (self.data is None) == (self.ground is None):
            raise ValueError("either data with their marking, or a ground")

    def without_values(self) -> ConfirmationDecision:
        """The same decision; that data were given is told, and none of them."""
        return replace(self, data=CoreData()) if self.data is not None else self


class ConfirmationClock(Noun, tag="confirmation.clock"):
    """A person at the owner has stopped the clock on a coded ground, or lets it run again until a new moment."""

    confirmation: Id
    number: Annotated[int, Meta(ge=1, le=1000)]  # of the change: letters may overtake each other, changes may not
    changed_at: Moment
    decided_by: Short  # role and unit, never a name
    stopped_for: PauseGround | None = None
    due_at: Moment | None = None
    explanation: Long = ""

    def __post_init__(self) -> None:
        """A clock stands for a reason, or it runs until a moment."""
        if (self.stopped_for is None) == (self.due_at is None):
            raise ValueError("either what the clock is stopped for, or until when it runs")


class Letter(Noun, tag="letter"):
    """A message that is kept until the other side has it: the same `id` however often it is sent, accepted once."""

    id: Id
    queued_at: Moment
    body: ConfirmationRequest | ConfirmationDecision | ConfirmationClock


class Receipt(Noun, tag="receipt"):
    """The receiving node has durably accepted the letter named."""

    letter: Id
    accepted_at: Moment


class LogEntry(Noun):
    """One entry's hash with its proof; no content."""

    kind: Short
    leaf: Hash
    index: Annotated[int, Meta(ge=0)]
    proof: Annotated[tuple[Hash, ...], Meta(max_length=128)]


class LogBreak(Noun):
    """What a log that begins again after a loss says of it: who decided, when, why, and the entry that tells so."""

    entry: LogEntry  # proven against the checkpoint that it comes with
    decided_at: Moment
    decided_by: Short  # role and unit, never a name
    reason: Long


class Checkpoint(Noun, tag="log.checkpoint"):
    """A signed note of the sender's log, with the proof that it extends the one the witness saw last."""

    note: Long
    proof: Annotated[tuple[Hash, ...], Meta(max_length=128)]
    extends: Annotated[int, Meta(ge=0)] = 0  # the size the witness signed last, as far as the sender knows
    broken: LogBreak | None = None  # the log has begun again since


class Cosignature(Noun, tag="log.cosignature"):
    """The witness' signed note over the same checkpoint."""

    note: Long


class LogQuestion(Noun, tag="log.question"):
    """Asks for the entries of one check in the other side's log, to reconcile both."""

    check: Id


class LogAnswer(Noun, tag="log.answer"):
    """The entries of one check, proven against a checkpoint."""

    check: Id
    entries: Annotated[tuple[LogEntry, ...], Meta(max_length=200)]
    checkpoint: Long


class Problem(Noun, tag="problem"):
    """The node trusts the sender but cannot do this; `code` is one of `lintas.errors`."""

    code: Short
    facts: Annotated[dict[Short, Short], Meta(max_length=20)]


Message = (
    CheckQuestion
    | CheckAnswered
    | CheckDeclined
    | Letter
    | Receipt
    | Checkpoint
    | Cosignature
    | LogQuestion
    | LogAnswer
    | Problem
)
