"""What people and cameras get wrong when they copy a number, and how to say so.

Letters and digits that look alike are exchanged: that can be repaired. Exchanged neighbours cannot: of fourteen ways to
exchange them one or two satisfy any check digit by chance. A repair is offered to the person, never made for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

from lintas.errors import InvalidIdentifier


class Problem(StrEnum):
    """What is wrong with an identifier; catalogues hold the words."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTER = "character"  # `position` counts from one
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    PLACE = "place"
    COUNTRY = "country"  # missing, or not one that issues such numbers
    FORM = "form"


TO_DIGIT: Final = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
TO_LETTER: Final = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_LONGEST: Final = 60  # a machine-readable field; beyond that nobody mistyped a number
DIGITS: Final = frozenset("0123456789")
LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def wrong(kind: str, problem: Problem, **facts: object) -> InvalidIdentifier:
    """The error to raise; facts that are not known are left out."""
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    return InvalidIdentifier(kind=str(kind), problem=str(problem), **known)


def likely(text: str, is_valid: Callable[[str], bool]) -> str | None:
    """The one likely correction of a number: None when there is none, or when there are several.

    Args:
        text: The number as it was given, without separators.
        is_valid: Whether a number passes all checks.
    """
    if len(text) > _LONGEST:
        return None
    found = {candidate for candidate in _look_alikes(text) if candidate != text and is_valid(candidate)}
    return found.pop() if len(found) == 1 else None


def require(
    kind: str, text: str, allowed: frozenset[str], is_valid: Callable[[str], bool], country: str | None = None
) -> None:
    """Refuse the first character that cannot stand in a number of this kind.

    Raises:
        InvalidIdentifier: With position, character and, if it is plain, the number that was meant.
    """
    for position, character in enumerate(text, start=1):
        if character not in allowed:
            suggestion = likely(text, is_valid)
            facts = {"position": position, "found": character, "suggestion": suggestion}
            raise wrong(kind, Problem.CHARACTER, country=country, **facts)


def _look_alikes(text: str) -> Iterator[str]:
    digits = "".join(TO_DIGIT.get(c, c) for c in text)
    if digits.isdecimal():
        yield digits
    for i, character in enumerate(text):
        for twin in (TO_DIGIT.get(character), TO_LETTER.get(character)):
            if twin:
                yield text[:i] + twin + text[i + 1 :]
