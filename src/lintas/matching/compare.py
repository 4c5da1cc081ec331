"""How likely it is that a record is the subject, and why, without a single value.

The probability is a sum: the start, and what each piece of evidence adds or takes, in bits. What is missing adds
nothing. `probability == 1 / (1 + 2 ** -(START + sum of the reasons' weights))`: an officer, a court and a partner can
add it up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rapidfuzz.distance import OSA

from lintas.matching import weights as w
from lintas.matching.dates import Date, compare_dates
from lintas.matching.keys import LOOK_ALIKES, last_digits
from lintas.matching.names import Agreement, best_agreement, read_names
from lintas.matching.portrait import Comparable, Number, Portrait, portrait_of, portrait_of_record, portrait_of_subject
from lintas.model import Comparison, Reason, Record, Subject
from lintas.model.identifiers import IdentifierKind

_SHORTEST_ALIKE: Final = 5
_ROUNDING: Final = 1e-6  # bits: more than what adding up in another order can make
_AGREEING: Final = ("same", "same_other_script", "similar", "part")


def compare(subject: Subject, record: Record) -> Comparison:
    """Compare a subject with one record."""
    return compare_portraits(portrait_of_subject(subject), portrait_of_record(record))


def compare_many(subject: Subject, records: Sequence[Record]) -> list[Comparison]:
    """Compare a subject with many records, in their order."""
    asked = portrait_of_subject(subject)
    return [compare_portraits(asked, portrait_of_record(record, asked)) for record in records]


def likely(subject: Subject, records: Iterable[Record], threshold: float) -> list[tuple[Record, Comparison]]:
    """The records that are the subject with at least this probability, the likeliest first, and why.

    The same as comparing with every record; but where the rest already speaks against it so much that no name could
    make up for it, the names are not read.
    """
    asked = portrait_of_subject(subject)
    least = math.log2(threshold / (1 - threshold)) - _ROUNDING if 0 < threshold < 1 else -math.inf
    judged = ((record, _judge(asked, portrait_of_record(record, asked), least)) for record in records)
    found = [(record, why) for record, why in judged if why is not None and why.probability >= threshold]
    return sorted(found, key=lambda pair: (-pair[1].probability, pair[0].id))


def compare_records(left: Comparable, right: Comparable, prior_bits: float = 0.0) -> Comparison:
    """Compare any two entities of FollowTheMoney; exchanging them changes nothing.

    Args:
        left: A record, a subject, or an entity in FollowTheMoney's JSON form (`schema` and `properties`).
        right: Another.
        prior_bits: The binary logarithm of the odds before any evidence; 0 is even odds, as among judged pairs.
    """
    return compare_portraits(portrait_of(left), portrait_of(right), prior_bits)


def compare_portraits(asked: Portrait, on_file: Portrait, start: float = w.START) -> Comparison:
    """Compare two portraits; exchanging them changes nothing."""
    return _sum(asked, on_file, ([*_identifiers(asked, on_file)], [*_plain(asked, on_file)]), start)


def _judge(asked: Portrait, on_file: Portrait, least: float) -> Comparison | None:
    """Compare two portraits; None where it is certain, before a name is read, that the sum stays below `least`."""
    numbers, plain = [*_identifiers(asked, on_file)], [*_plain(asked, on_file)]
    without_names = w.START + sum(reason.weight for reason in numbers + plain)
    prevails = any(reason.weight >= w.STRONG for reason in numbers)
    if not prevails and without_names + _most_for_names(asked, on_file) < least:
        return None
    return _sum(asked, on_file, (numbers, plain), w.START)


def _sum(asked: Portrait, on_file: Portrait, found: tuple[list[Reason], list[Reason]], start: float) -> Comparison:
    numbers, plain = found
    facts = [reason for reason in (*_written(asked, on_file), *plain) if reason.weight]
    reasons = numbers + facts
    against = sum(reason.weight for reason in facts if reason.weight < 0)
    if against < w.MOST_AGAINST_AN_IDENTIFIER and any(reason.weight >= w.STRONG for reason in numbers):
        reasons.append(Reason("evidence", "identifier_prevails", w.MOST_AGAINST_AN_IDENTIFIER - against))
    total = start + sum(reason.weight for reason in reasons)
    if total < 0 and all(reason.weight > 0 for reason in reasons) and any(r.feature == "name" for r in facts):
        reasons.append(Reason("evidence", "insufficient", 0.0))
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.feature, reason.level))
    return Comparison(1 / (1 + 2 ** min(-total, 1000.0)), tuple(reasons))


def _written(asked: Portrait, on_file: Portrait) -> Iterator[Reason]:
    """What names say, of the subject, of its parents, of where it comes from."""
    if _are_named(asked, on_file):
        yield from _name(asked.names, on_file.names)
    yield from _parent("father", asked.fathers, on_file.fathers)
    yield from _parent("mother", asked.mothers, on_file.mothers)
    yield from _place(asked.birth_places, on_file.birth_places)


def _are_named(asked: Portrait, on_file: Portrait) -> bool:
    return asked.named and not asked.kinds.isdisjoint(on_file.kinds)


def _most_for_names(asked: Portrait, on_file: Portrait) -> float:
    """At most what `_written` can add."""
    most = w.MOST_FOR_A_NAME if asked.names and on_file.names and _are_named(asked, on_file) else 0.0
    most += w.PARENT[0] * (bool(asked.fathers and on_file.fathers) + bool(asked.mothers and on_file.mothers))
    return most + w.BIRTH_PLACE[0] * bool(asked.birth_places and on_file.birth_places)


def _plain(asked: Portrait, on_file: Portrait) -> Iterator[Reason]:
    """What everything else says that is no identifier."""
    yield from _date("birth_date", w.BIRTH_DATE, asked.births, on_file.births)
    yield from _date("foundation_date", w.FOUNDATION_DATE, asked.foundations, on_file.foundations)
    yield from _common("gender", w.GENDER, asked.genders, on_file.genders)
    yield from _common("country", w.COUNTRY, asked.countries, on_file.countries)
    yield from _common("make", w.MAKE, asked.makes, on_file.makes)
    yield from _common("colour", w.COLOUR, asked.colours, on_file.colours)


def _name(asked: Sequence[str], on_file: Sequence[str]) -> Iterator[Reason]:
    found = _agreement(asked, on_file)
    if found is not None:
        yield Reason("name", found.level, min(found.bits, w.MOST_FOR_A_NAME))


def _parent(feature: str, asked: Sequence[str], on_file: Sequence[str]) -> Iterator[Reason]:
    found = _agreement(asked, on_file)
    if found is not None:
        most, least = w.PARENT
        yield Reason(feature, found.level, max(least, min(most, 0.7 * found.bits)))


def _place(asked: Sequence[str], on_file: Sequence[str]) -> Iterator[Reason]:
    found = _agreement(asked, on_file)
    if found is not None:
        same, differs = w.BIRTH_PLACE
        yield Reason("birth_place", found.level, same * found.share if found.level in _AGREEING else differs)


def _agreement(asked: Sequence[str], on_file: Sequence[str]) -> Agreement | None:
    return best_agreement(read_names(asked), read_names(on_file)) if asked and on_file else None


def _date(feature: str, worth: Mapping[str, float], asked: Sequence[Date], on_file: Sequence[Date]) -> Iterator[Reason]:
    level = compare_dates(asked, on_file)
    if level is not None:
        yield Reason(feature, level, worth[level])


def _common(
    feature: str, worth: tuple[float, float], asked: frozenset[str], on_file: frozenset[str]
) -> Iterator[Reason]:
    if asked and on_file:
        differs = asked.isdisjoint(on_file)
        yield Reason(feature, "differs" if differs else "same", worth[differs])


def _identifiers(asked: Portrait, on_file: Portrait) -> Iterable[Reason]:
    """One reason for each family of numbers both sides have; the best counts in full, the others in part."""
    ours, theirs = _by_family(asked.numbers), _by_family(on_file.numbers)
    judged = (
        _best_number(ours[family], theirs[family], asked.issuers, on_file.issuers)
        for family in sorted(ours.keys() & theirs.keys())
    )
    found = sorted((reason for reason in judged if reason is not None), key=lambda reason: -reason.weight)
    for rank, reason in enumerate(found):
        part = w.FURTHER_IDENTIFIERS if rank and reason.weight > 0 else 1.0
        yield Reason(reason.feature, reason.level, reason.weight * part)


def _by_family(numbers: Iterable[Number]) -> dict[str, list[Number]]:
    families: dict[str, list[Number]] = {}
    for number in numbers:
        families.setdefault(number.family, []).append(number)
    return families


def _best_number(
    ours: Sequence[Number], theirs: Sequence[Number], issuers: frozenset[str], other_issuers: frozenset[str]
) -> Reason | None:
    judged = [_number(a, b) for a in ours for b in theirs]
    agreeing = [entry for entry in judged if entry[1] != "differs"]
    if agreeing:
        kind, level, bits = max(agreeing, key=lambda entry: (entry[2], entry[1], entry[0]))
        level, bits = _issued(kind, level, bits, (issuers, other_issuers))
    else:
        kind, level, bits = min(judged, key=lambda entry: (entry[2], entry[0]))
        if kind in w.NATIONAL and all((issuers, other_issuers)) and issuers.isdisjoint(other_issuers):
            return None  # what two countries have issued may well differ
    return Reason(str(kind), level, bits) if bits else None


def _number(a: Number, b: Number) -> tuple[IdentifierKind, str, float]:
    """Kind, level and bits of two numbers of one family; of different kinds they may well differ."""
    kind = min(a.kind, b.kind, key=lambda kind: (kind is IdentifierKind.DOCUMENT, kind))
    worth, shorter = w.IDENTIFIERS[kind], min(len(a.text), len(b.text))
    most = w.BITS_PER_CHARACTER * shorter
    if a.text == b.text:
        return kind, "same", min(worth.same, most)
    if shorter >= _SHORTEST_ALIKE:
        left, right = a.text.translate(LOOK_ALIKES), b.text.translate(LOOK_ALIKES)
        if left == right:
            return kind, "look_alike", min((worth.same + worth.alike) / 2, most)
        if OSA.distance(left, right, score_cutoff=1) <= 1:
            return kind, "one_character", worth.alike
        if a.family == "phone" and last_digits(a.text) == last_digits(b.text):
            return kind, "last_digits", worth.alike
    return kind, "differs", worth.differs if a.kind is b.kind else 0.0


def _issued(
    kind: IdentifierKind, level: str, bits: float, issuers: tuple[frozenset[str], frozenset[str]]
) -> tuple[str, float]:
    """What a number is worth once it is known who issued it; only some are unique in the whole world."""
    unknown = w.NATIONAL.get(kind)
    if unknown is None or not all(issuers):
        return level, max(0.0, bits + (unknown or 0.0))
    if issuers[0].isdisjoint(issuers[1]):
        return f"{level}_other_country", max(0.0, bits + w.OTHER_COUNTRY)
    return level, bits
