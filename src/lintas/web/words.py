"""What numbers mean in words: how a report stands, how much a reason weighs, what an error knew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import floor, log10

from lintas.checks import CheckReport, NodeOutcome
from lintas.errors import LintasError
from lintas.i18n import LANGUAGES, Translator
from lintas.model import OutcomeState, Reason

CAUTION = "caution"  # the feature under which an owner sends a warning along with a match
WIDEST = 16  # a reason of this many doublings fills its half of the drawing


@dataclass(frozen=True, slots=True)
class Summary:
    """How many of those asked stand how; the numbers add up to everyone asked."""

    asked: int
    matching: int
    without: int
    declined: int
    silent: int
    asking: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reason, with what it does to the probability."""

    reason: Reason
    times: float  # how many times likelier, or less likely
    left: float  # of the bar in a drawing 100 wide whose middle is 50
    width: float

    @property
    def speaks_for(self) -> bool:
        """Whether it makes the match likelier."""
        return self.reason.weight > 0

    @property
    def is_neutral(self) -> bool:
        """Whether it changes nothing worth telling."""
        return abs(self.reason.weight) < 0.15


def row_kind(outcome: NodeOutcome) -> str:
    """The word, the colour and the shape of a row: match, none, declined, silent or asking."""
    match outcome.state:
        case OutcomeState.ASKING:
            return "asking"
        case OutcomeState.DECLINED:
            return "declined"
        case OutcomeState.LATE | OutcomeState.UNREACHABLE:
            return "silent"
        case OutcomeState.ANSWERED:
            return "none" if outcome.is_no_match else "match"


def summary_of(report: CheckReport) -> Summary:
    """Count the rows of a report by what they say."""
    kinds = [row_kind(outcome) for outcome in report.outcomes]
    return Summary(
        asked=len(kinds),
        matching=kinds.count("match"),
        without=kinds.count("none"),
        declined=kinds.count("declined"),
        silent=kinds.count("silent"),
        asking=kinds.count("asking"),
    )


def evidence(reasons: Iterable[Reason]) -> list[Evidence]:
    """The reasons, the weightiest first, each with its bar."""
    told = [reason for reason in reasons if reason.feature != CAUTION]
    return [_evidence(reason) for reason in sorted(told, key=lambda reason: -abs(reason.weight))]


def cautions(reasons: Iterable[Reason]) -> list[str]:
    """What whoever acts on a hit must know first: a child, a misused identity."""
    return [reason.level for reason in reasons if reason.feature == CAUTION]


def _evidence(reason: Reason) -> Evidence:
    width = round(min(abs(reason.weight), WIDEST) / WIDEST * 50, 1)
    return Evidence(reason, _two_digits(2.0 ** abs(reason.weight)), 50 if reason.weight > 0 else 50 - width, width)


def _two_digits(number: float) -> float:
    """Two significant digits: more would promise a precision that is not there."""
    return round(number, 1 - floor(log10(number))) if number > 0 else 0


def facts_of(translator: Translator, error: LintasError) -> dict[str, str]:
    """The facts of an error as a page shows them; sentences in several languages are told elsewhere."""
    told = {name: fact for name, fact in error.facts.items() if name not in LANGUAGES and fact not in (None, "", [])}
    return {name: _fact(translator, fact) for name, fact in told.items()}


def _fact(translator: Translator, fact: object) -> str:
    """Lists with commas, moments in the zone of the desk, everything else as it is."""
    if isinstance(fact, list | tuple):
        return ", ".join(map(str, fact))
    try:
        moment = datetime.fromisoformat(str(fact))
    except ValueError:
        return str(fact)
    return translator.moment(moment) if moment.tzinfo else str(fact)


def explanation_of(error: LintasError) -> dict[str, str]:
    """The sentences an error brought along, by language."""
    return {language: str(error.facts[language]) for language in LANGUAGES if error.facts.get(language)}
