"""Identifiers compared: the same, the same but for one sign, or different, and what that is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from lintas.matching import weights as w
from lintas.model import Reason
from lintas.model.identifiers import IdentifierKind

# One letter or digit for those that cameras and tired eyes exchange.
LOOK_ALIKES: Final = str.maketrans("OQDILZSGB", "000112568")
# One paper is a passport in one file and "a document" in another; a query for the number finds both.
FAMILIES: Final = {
    IdentifierKind.PASSPORT: "paper",
    IdentifierKind.NATIONAL_ID: "paper",
    IdentifierKind.DOCUMENT: "paper",
    IdentifierKind.REGISTRATION: "business",
    IdentifierKind.TAX: "business",
}
_SHORTEST_ALIKE: Final = 5
_LAST_DIGITS: Final = 8
_MOST_COMPARED: Final = 400  # pairs of one family that are looked at for a slip


class Number(NamedTuple):
    """An identifier in its normal form; numbers of one family are compared with one another.

    `register` is the property when it names one register that gives each its one number (LEI, INN): another number of
    the same register is another subject.
    """

    family: str
    kind: IdentifierKind
    text: str
    register: str = ""


Families = Mapping[str, tuple[Number, ...]]
Issuers = tuple[frozenset[str], frozenset[str]]


def compare_numbers(left: Families, right: Families, issuers: Issuers) -> list[Reason]:
    """One reason for each family of numbers both sides have; the best counts in full, the others in part."""
    found = [
        reason
        for family in sorted(left.keys() & right.keys())
        if (reason := _best(left[family], right[family], issuers)) is not None
    ]
    if len(found) < 2:
        return found
    found.sort(key=lambda reason: -reason.weight)
    rest = (Reason(r.feature, r.level, r.weight * w.FURTHER_IDENTIFIERS) if r.weight > 0 else r for r in found[1:])
    return [found[0], *rest]


def last_digits(phone: str) -> str:
    """What stays the same of a telephone number whether or not its country and its zero are written."""
    return phone[-_LAST_DIGITS:]


def by_family(numbers: Iterable[Number]) -> dict[str, tuple[Number, ...]]:
    """Numbers by their family, in their order."""
    families: dict[str, tuple[Number, ...]] = {}
    for number in numbers:
        families[number.family] = (*families.get(number.family, ()), number)
    return families


def _best(ours: Sequence[Number], theirs: Sequence[Number], issuers: Issuers) -> Reason | None:
    agreeing = _agreeing(ours, theirs)
    if agreeing:
        kind, level, bits = max(agreeing, key=lambda entry: (entry[2], entry[1], entry[0]))
        level, bits = _issued(kind, level, bits, issuers)
        return Reason(str(kind), level, bits) if bits else None
    return _difference(ours, theirs, issuers)


def _agreeing(ours: Sequence[Number], theirs: Sequence[Number]) -> list[tuple[IdentifierKind, str, float]]:
    """Kind, level and bits of the pairs that are the same; of those that are nearly so, if none is."""
    texts = {number.text for number in ours} & {number.text for number in theirs}
    if texts:
        return [_same(a, b) for a in ours if a.text in texts for b in theirs if a.text == b.text]
    if len(ours) * len(theirs) > _MOST_COMPARED:
        return []
    return [found for a in ours for b in theirs if (found := _alike(a, b)) is not None]


def _same(a: Number, b: Number) -> tuple[IdentifierKind, str, float]:
    kind = _kind(a, b)
    return kind, "same", min(w.IDENTIFIERS[kind].same, w.BITS_PER_CHARACTER * len(a.text))


def _alike(a: Number, b: Number) -> tuple[IdentifierKind, str, float] | None:
    shorter = min(len(a.text), len(b.text))
    if shorter < _SHORTEST_ALIKE:
        return None
    kind = _kind(a, b)
    worth = w.IDENTIFIERS[kind]
    left, right = a.text.translate(LOOK_ALIKES), b.text.translate(LOOK_ALIKES)
    if left == right:
        return kind, "look_alike", min((worth.same + worth.alike) / 2, w.BITS_PER_CHARACTER * shorter)
    if abs(len(left) - len(right)) <= 1 and OSA.distance(left, right, score_cutoff=1) <= 1:
        return kind, "one_character", worth.alike
    if a.family == "phone" and last_digits(a.text) == last_digits(b.text):
        return kind, "last_digits", worth.alike
    return None


def _kind(a: Number, b: Number) -> IdentifierKind:
    return min(a.kind, b.kind, key=lambda kind: (kind is IdentifierKind.DOCUMENT, kind))


def _difference(ours: Sequence[Number], theirs: Sequence[Number], issuers: Issuers) -> Reason | None:
    """What it says that all numbers differ; of different kinds they may well differ."""
    kinds = {number.kind for number in ours} & {number.kind for number in theirs}
    if not kinds:
        return None
    if _registers(ours) & _registers(theirs):
        kind, bits = min(kinds), w.OTHER_IN_REGISTER
    else:
        kind = min(kinds, key=lambda kind: (w.IDENTIFIERS[kind].differs, kind))
        bits = w.IDENTIFIERS[kind].differs
        if kind in w.NATIONAL and all(issuers) and issuers[0].isdisjoint(issuers[1]):
            return None  # what two countries have issued may well differ
    return Reason(str(kind), "differs", bits) if bits else None


def _registers(numbers: Collection[Number]) -> set[str]:
    return {number.register for number in numbers if number.register}


def _issued(kind: IdentifierKind, level: str, bits: float, issuers: Issuers) -> tuple[str, float]:
    """What a number is worth once it is known who issued it; only some are unique in the whole world."""
    unknown = w.NATIONAL.get(kind)
    if unknown is None or not all(issuers):
        return level, max(0.0, bits + (unknown or 0.0))
    if issuers[0].isdisjoint(issuers[1]):
        return f"{level}_other_country", max(0.0, bits + w.OTHER_COUNTRY)
    return level, bits
