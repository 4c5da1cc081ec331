"""What policy is asked, and what it answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from lintas.model import Asker, Justification, Noun, RefusalGround, SubjectKind


class Ask(Noun):
    """A question as policy judges it: who asks, why, about what kind of subject; never about whom."""

    asker: Asker
    justification: Justification
    kind: SubjectKind
    at: datetime
    action: Literal["check", "confirm"] = "check"
    exercise: bool = False  # the asking node takes part in an exercise: said by the directory, never by the asker


class AgencyContext(Noun):
    """The agency that decides."""

    node: str
    country: str  # ISO 3166-1 alpha-2, lower case
    exercise: bool = False


class Decision(Noun):
    """Yes or no, and everything a page needs to explain it."""

    allowed: bool
    policies: tuple[str, ...]  # those that decided, in the order of the files
    explanation: dict[str, str]  # by language: "id", "en"
    ground: RefusalGround | None = None  # why not
    cites: tuple[str, ...] = ()  # treaty articles and rules behind the policies
    cautions: tuple[str, ...] = ()  # what whoever acts on a hit must know first: "misused_identity", "child", …


class Policy(Noun):
    """One policy as it was loaded: for the page that explains a refusal, and for the public list (rule R16)."""

    id: str
    effect: Literal["permit", "forbid"]
    text: str  # with the comment that stands above it
    annotations: dict[str, str]
    file: str
    line: int

    @property
    def explanation(self) -> dict[str, str]:
        """Its sentence, by language."""
        return {"id": self.annotations["explain_id"], "en": self.annotations["explain_en"]}

    @property
    def cites(self) -> tuple[str, ...]:
        """Where it comes from."""
        return tuple(part.strip() for part in self.annotations["cite"].split(";") if part.strip())


class OfficerAct(StrEnum):
    """What one of our own officers may want to do at a door; every door asks `PolicySet.may`."""

    CHECK = "check"  # open the check form
    BATCH = "batch"  # check many subjects from a file; a second person approves
    CONFIRM = "confirm"  # ask a partner to confirm a hit
    DECIDE = "decide"  # decide what a partner is given
    READ_REQUESTS = "read_requests"  # see the confirmations asked of us and by us
    READ_OTHERS_CHECKS = "read_others_checks"
    IMPORT_RECORDS = "import_records"
    CHANGE_RECORD = "change_record"  # correct, categorise, mark
    REVIEW_RECORDS = "review_records"  # extend or shorten the time a record is kept
    ERASE_RECORDS = "erase_records"  # plan an erasure and, once approved, carry it out
    APPROVE = "approve"  # be the second person; `about` names the act
    READ_AUDIT = "read_audit"
    VERIFY_AUDIT = "verify_audit"
    READ_POLICIES = "read_policies"
    READ_STATISTICS = "read_statistics"
    ENROL_OFFICER = "enrol_officer"
    ISSUE_TOKEN = "issue_token"  # noqa: S105 - the name of an act
    CHANGE_DIRECTORY = "change_directory"
    OPERATE_NODE = "operate_node"  # start, stop, back up, restore, settings
    RUN_EXERCISE = "run_exercise"
