"""The closed vocabularies: one word per thing, the same in code, on the wire and on the page.

Labels in English and Indonesian live in the catalogue of `lintas.i18n`. Adding a word is a reviewed change of the
protocol (spec/lintas-1.md, section 10).
"""

from __future__ import annotations

from enum import StrEnum


class SubjectKind(StrEnum):
    """Who or what is checked."""

    PERSON = "person"
    COMPANY = "company"
    DOCUMENT = "document"
    VEHICLE = "vehicle"
    PHONE = "phone"
    EMAIL = "email"
    VESSEL = "vessel"
    DEVICE = "device"  # an IMEI
    CONTAINER = "container"
    ACCOUNT = "account"


class SubjectCategory(StrEnum):
    """What the subject is to the police (Europol Regulation Annex II; nobody stays uncategorised, rule R27)."""

    SUSPECT = "suspect"
    CONVICTED = "convicted"
    WANTED = "wanted"
    MISSING = "missing"
    VICTIM = "victim"
    WITNESS = "witness"
    CONTACT = "contact"
    MISUSED_IDENTITY = "misused_identity"
    DECEASED = "deceased"
    OBJECT = "object"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """What a question may be asked for (INTERPOL Rules on the Processing of Data, article 10; rule R21)."""

    LOCATE_WANTED = "locate_wanted"
    IDENTIFY = "identify"
    INVESTIGATE = "investigate"
    WARN = "warn"
    IDENTIFY_DECEASED = "identify_deceased"
    FORENSIC = "forensic"
    SECURITY_CHECK = "security_check"
    BORDER_CONTROL = "border_control"
    TREND_ANALYSIS = "trend_analysis"


class Intent(StrEnum):
    """Whether the asker wants to know who it is, or more about somebody already identified (rule R01)."""

    IDENTIFY = "identify"
    ENRICH = "enrich"


class SourceGrade(StrEnum):
    """How reliable the source is (European 4x4; rule R20)."""

    A = "A"  # no doubt
    B = "B"  # mostly reliable
    C = "C"  # mostly unreliable
    X = "X"  # cannot be assessed


class InformationGrade(StrEnum):
    """How good the information is (European 4x4; rule R20)."""

    G1 = "1"  # known to be true
    G2 = "2"  # known personally to the source
    G3 = "3"  # not known personally, corroborated
    G4 = "4"  # cannot be corroborated


class Handling(StrEnum):
    """What a receiver may do with it; travels inside the signed object (rule R19)."""

    H0 = "H0"  # any crime purpose
    H1 = "H1"  # not in court without permission
    H2 = "H2"  # not onward without permission
    H3 = "H3"  # other conditions; ask first


class SovereignFlag(StrEnum):
    """Whether a foreign record may be acted upon here (rule R06)."""

    EXECUTABLE = "executable"
    NOT_EXECUTABLE_HERE = "not_executable_here"


class DisclosureLevel(StrEnum):
    """How much is shown, from nothing to everything."""

    SILENT = "silent"
    HIT = "hit"
    CORE = "core"
    FULL = "full"

    def covers(self, other: DisclosureLevel) -> bool:
        """Whether this level shows at least what `other` shows."""
        order = list(DisclosureLevel)
        return order.index(self) >= order.index(other)


class Role(StrEnum):
    """What an officer may do here."""

    INVESTIGATOR = "investigator"
    LIAISON = "liaison"
    ANALYST = "analyst"
    DATA_PROTECTION = "data_protection"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    TRAINER = "trainer"


class RefusalGround(StrEnum):
    """Why a question or a request is declined: coded, counted, published."""

    UNJUSTIFIED = "unjustified"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    KIND_NOT_ANSWERED = "kind_not_answered"
    CATEGORY_PROTECTED = "category_protected"
    HANDLING = "handling"
    SOVEREIGNTY = "sovereignty"
    NOT_COMPETENT = "not_competent"
    BUDGET_SPENT = "budget_spent"
    ENUMERATION = "enumeration"
    NEEDS_JUDGE = "needs_judge"
    NOT_NECESSARY = "not_necessary"
    NO_LONGER_HELD = "no_longer_held"
    OTHER_LAW = "other_law"


class PauseGround(StrEnum):
    """Why the clock of a confirmation stands still: coded, so that it can be counted."""

    NEEDS_JUDGE = "needs_judge"  # a judge's permission is awaited (Regulation (EU) 2024/982 article 47; rule R02)


class OutcomeState(StrEnum):
    """How a node asked stands: everyone asked is in exactly one of these."""

    ASKING = "asking"
    ANSWERED = "answered"
    DECLINED = "declined"
    LATE = "late"
    UNREACHABLE = "unreachable"


class Quality(StrEnum):
    """A match quality in a word; the probability stands beside it."""

    STRONG = "strong"  # >= 0.9
    PROBABLE = "probable"  # >= 0.6
    POSSIBLE = "possible"  # at or above the threshold of the node

    @classmethod
    def of(cls, probability: float) -> Quality:
        """The word for a probability."""
        if probability >= 0.9:
            return cls.STRONG
        return cls.PROBABLE if probability >= 0.6 else cls.POSSIBLE
