"""The nouns the rooms speak of: subject, justification, statement, record.

They are frozen msgspec structs: cheap to make (an import makes millions), and the same thing in memory, in the
database and on the wire. Vocabulary of properties and schemata: FollowTheMoney 4 and our own additions in `schemata/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, dataclass_transform

from msgspec import Meta, Struct, field

from lintas.model.vocabulary import (
    Handling,
    InformationGrade,
    Intent,
    Purpose,
    Role,
    SourceGrade,
    SovereignFlag,
    SubjectCategory,
    SubjectKind,
)

Text = Annotated[str, Meta(min_length=1, max_length=400)]
Values = Annotated[tuple[Text, ...], Meta(max_length=20)]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Noun(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The form of every noun: immutable, and nothing unknown inside."""


class Subject(Noun):
    """Who or what is checked, as the officer knows it: properties of the FollowTheMoney schema of its kind."""

    kind: SubjectKind
    properties: Annotated[Mapping[str, Values], Meta(min_length=1, max_length=40)]

    def values(self, name: str) -> tuple[str, ...]:
        """The values of one property; empty if unknown."""
        return self.properties.get(name, ())


class Justification(Noun):
    """Why a question is asked (Regulation (EU) 2024/982 article 33; rule R01). All of it is needed but the offence."""

    purpose: Purpose
    legal_basis: Text
    case_reference: Text
    category: SubjectCategory
    intent: Intent
    offence: str | None = None


class Asker(Noun):
    """Who asks, as the answering node sees it: the officer is a pseudonym only the asking node can resolve."""

    node: str
    country: str  # ISO 3166-1 alpha-2, lower case
    officer: Text
    role: Role
    unit: str = ""


class Grading(Noun):
    """Source and information graded, compulsory on what is kept (rule R20)."""

    source: SourceGrade = SourceGrade.X
    information: InformationGrade = InformationGrade.G4


class Statement(Noun):
    """One value of one property, and where it comes from."""

    prop: str
    value: str
    source: str
    seen: str  # ISO date, may be partial
    grading: Grading = Grading()
    original: str | None = None  # as it stood in the source, when cleaning changed it


class Record(Noun):
    """What this agency states about one entity: every value with its source, date and grading."""

    id: str
    schema: str
    statements: tuple[Statement, ...]
    category: SubjectCategory = SubjectCategory.UNKNOWN
    handling: Handling = Handling.H3
    sovereign_flag: SovereignFlag = SovereignFlag.EXECUTABLE
    protections: frozenset[str] = frozenset()  # "child", "refugee", "victim", …: looked at before anything is told
    invented: bool = False  # exercise data says so in the data
    version: int = 1
    updated: datetime | None = None
    review_due: datetime | None = None

    def values(self, prop: str) -> tuple[str, ...]:
        """The values of one property, in the order they were stated."""
        return tuple(s.value for s in self.statements if s.prop == prop)

    @property
    def properties(self) -> dict[str, tuple[str, ...]]:
        """All values by property."""
        out: dict[str, tuple[str, ...]] = {}
        for statement in self.statements:
            out[statement.prop] = (*out.get(statement.prop, ()), statement.value)
        return out


class Reason(Noun):
    """One piece of evidence for or against a match, without any value: it may be told to a partner."""

    feature: str  # "name", "birth_date", "identifier", …
    level: str  # "same", "same_other_script", "similar", "day_month_swapped", "differs", …
    weight: float  # contribution in log-odds, base 2: +3 makes it eight times as likely


class Comparison(Noun):
    """How likely it is that record and subject are the same, and why."""

    probability: float
    reasons: tuple[Reason, ...]

    @property
    def told(self) -> float:
        """The probability as it is shown and sent: to the thousandth, and never certain. Identifying is for people."""
        return min(round(self.probability, 3), 0.999)
