"""How likely it is that a record is the subject, and why, without a single value.

The probability is a sum: the start, and what each piece of evidence adds or takes, in bits. What is missing adds
nothing. `probability == 1 / (1 + 2 ** -(START + sum of the reasons' weights))`: an officer, a court and a partner can
add it up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

from lintas.matching import weights as w
from lintas.matching.dates import compare_dates
from lintas.matching.likest import likest
from lintas.matching.model import MODEL, Group
from lintas.matching.names import Agreement, best_agreement, read_names
from lintas.matching.numbers import compare_numbers
from lintas.matching.places import compare_places
from lintas.matching.portrait import Comparable, Portrait, portrait_of, portrait_of_record, portrait_of_subject
from lintas.model import Comparison, Reason, Record, Subject, SubjectKind

_MOST_SHARED: Final = 12
# What a whole village has in common with the name.
_OF_MANY: Final = ("name", "gender", "country", "evidence")
_ROUNDING: Final = 1e-6  # bits: more than what adding up in another order can make


def compare(subject: Subject, record: Record) -> Comparison:
    """Compare a subject with one record."""
    return compare_portraits(portrait_of_subject(subject), portrait_of_record(record))


def compare_many(subject: Subject, records: Sequence[Record]) -> list[Comparison]:
    """Compare a subject with many records, in their order."""
    asked = portrait_of_subject(subject)
    return [compare_portraits(asked, portrait_of_record(record, asked)) for record in records]


def compare_records(left: Comparable, right: Comparable, prior_bits: float = 0.0) -> Comparison:
    """Compare any two entities of FollowTheMoney that somebody or something picked; exchanging them changes nothing.

    Pairs are picked because their names are near. So much of what the names say is already spent: it stands among the
    reasons as `evidence.picked`.

    Args:
        left: A record, a subject, or an entity in FollowTheMoney's JSON form (`schema` and `properties`).
        right: Another.
        prior_bits: The binary logarithm of the odds that a picked pair is the same; 0 is even odds.
    """
    return compare_picked(portrait_of(left), portrait_of(right), prior_bits)


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


def compare_portraits(asked: Portrait, on_file: Portrait, start: float = w.START) -> Comparison:
    """Compare two portraits; exchanging them changes nothing."""
    return _sum(_numbers(asked, on_file), [*_written(asked, on_file), *_plain(asked, on_file)], start)


def compare_picked(left: Portrait, right: Portrait, prior_bits: float = 0.0) -> Comparison:
    """Compare two portraits that were picked for their names; see `compare_records`."""
    group, name = _group(left, right), name_evidence(left, right)
    if group is None:
        return compare_portraits(left, right, prior_bits)
    facts = [*_parents(left, right), *_plain(left, right, group.levels)]
    numbers = _shared_numbers(left, right)
    if name is None and not facts and not numbers:
        return _sum([], [], prior_bits)  # nothing that both sides know: no evidence either way
    facts.append(Reason("evidence", "picked", group.picked))
    if name is not None:
        bits = group.name(name.bits) + group.levels.get(f"name.{name.level}", 0.0)
        facts.append(Reason("name", name.level, bits))
        facts += _several(left, right)
        facts += _capped(name, facts, group)
    return _sum(numbers, facts, prior_bits)


def _capped(name: Agreement, facts: Sequence[Reason], group: Group) -> Iterator[Reason]:
    """A common name that agrees, and nothing that tells people of one name and country apart, stays below even odds."""
    if name.bits <= group.common and all(reason.feature in _OF_MANY for reason in facts):
        over = sum(reason.weight for reason in facts) + w.INSUFFICIENT
        if over > 0:
            yield Reason("evidence", "insufficient", -over)


def _judge(asked: Portrait, on_file: Portrait, least: float) -> Comparison | None:
    """Compare two portraits; None where it is certain, before a name is read, that the sum stays below `least`."""
    numbers, plain = _numbers(asked, on_file), _plain(asked, on_file)
    without_names = w.START + sum(reason.weight for reason in numbers + plain)
    prevails = any(reason.weight >= w.STRONG for reason in numbers)
    if not prevails and without_names + _most_for_names(asked, on_file) < least:
        return None
    return _sum(numbers, [*_written(asked, on_file), *plain], w.START)


def other_facts(left: Portrait, right: Portrait) -> list[Reason]:
    """All evidence but the names'; what the weights are fitted on."""
    return [*_shared_numbers(left, right), *_parents(left, right), *_plain(left, right)]


def _sum(numbers: list[Reason], facts: list[Reason], start: float) -> Comparison:
    facts = [reason for reason in facts if reason.weight]
    reasons = numbers + facts
    if numbers and any(reason.weight >= w.STRONG for reason in numbers):
        against = sum(reason.weight for reason in facts if reason.weight < 0 and reason.feature != "evidence")
        if against < w.MOST_AGAINST_AN_IDENTIFIER:
            reasons.append(Reason("evidence", "identifier_prevails", w.MOST_AGAINST_AN_IDENTIFIER - against))
    total = start + sum(reason.weight for reason in reasons)
    if total < 0 and all(reason.weight > 0 for reason in reasons) and any(r.feature == "name" for r in facts):
        reasons.append(Reason("evidence", "insufficient", 0.0))
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.feature, reason.level))
    return Comparison(1 / (1 + 2 ** min(-total, 1000.0)), tuple(reasons))


def _numbers(asked: Portrait, on_file: Portrait) -> list[Reason]:
    """What identifiers say."""
    if not asked.numbers or not on_file.numbers:
        return []
    return compare_numbers(asked.families, on_file.families, (asked.issuers, on_file.issuers))


def _shared_numbers(left: Portrait, right: Portrait) -> list[Reason]:
    """What identifiers say of a picked pair: in one family or one house of firms a telephone is everybody's."""
    found = _numbers(left, right)
    return [Reason(r.feature, r.level, min(r.weight, w.SHARED.get(r.feature, r.weight))) for r in found]


def _written(asked: Portrait, on_file: Portrait) -> Iterator[Reason]:
    """What names say, of the subject and of its parents."""
    if asked.names and on_file.names and asked.named and not asked.kinds.isdisjoint(on_file.kinds):
        found = name_evidence(asked, on_file)
        if found is not None:
            yield Reason("name", found.level, min(found.bits, w.MOST_FOR_A_NAME))
            yield from _several(asked, on_file)
    yield from _parents(asked, on_file)


def _several(asked: Portrait, on_file: Portrait) -> Iterator[Reason]:
    """Two names in common that have no word in common: an alias that both sources know."""
    mine = asked.borne.by_words
    shared = mine.keys() & on_file.borne.by_words.keys()
    if len(shared) < 2:
        return
    words = [{word.bones for word in mine[key].words} for key in sorted(shared)[:_MOST_SHARED]]
    if any(one.isdisjoint(other) for one, other in combinations(words, 2)):
        yield Reason("alias", "same", w.ALIAS)


def _parents(asked: Portrait, on_file: Portrait) -> Iterator[Reason]:
    yield from _parent("father", asked.fathers, on_file.fathers)
    yield from _parent("mother", asked.mothers, on_file.mothers)


def _most_for_names(asked: Portrait, on_file: Portrait) -> float:
    """At most what `_written` can add."""
    named = asked.names and on_file.names and asked.named and not asked.kinds.isdisjoint(on_file.kinds)
    most = w.MOST_FOR_A_NAME + w.ALIAS if named else 0.0
    return most + w.PARENT[0] * (bool(asked.fathers and on_file.fathers) + bool(asked.mothers and on_file.mothers))


def _plain(asked: Portrait, on_file: Portrait, fitted: Mapping[str, float] = w.LEVELS) -> list[Reason]:
    """What everything else says that is no identifier: against strangers, or as fitted on pairs that were picked."""
    reasons = []
    for feature, known, levels in _FEATURES:
        mine, theirs = getattr(asked, known), getattr(on_file, known)
        if mine and theirs:
            level = levels(mine, theirs)
            if level is not None:
                key = f"{feature}.{level}"
                reasons.append(Reason(feature, level, fitted.get(key, w.LEVELS[key])))
    return reasons


def _in_common(left: frozenset[str], right: frozenset[str]) -> str:
    return "differs" if left.isdisjoint(right) else "same"


# Feature, where the portrait keeps it, and what tells the level of agreement.
_FEATURES: Final[Sequence[tuple[str, str, Callable[..., str | None]]]] = (
    ("birth_date", "births", compare_dates),
    ("foundation_date", "foundations", compare_dates),
    ("gender", "genders", _in_common),
    ("country", "countries", _in_common),
    ("birth_place", "birth_places", compare_places),
    ("address", "addresses", compare_places),
    ("make", "makes", _in_common),
    ("colour", "colours", _in_common),
)


def _group(asked: Portrait, on_file: Portrait) -> Group | None:
    """The fitted weights for these two, or None: things are weighed by estimates."""
    return _group_of(asked.kinds, on_file.kinds)


@lru_cache
def _group_of(left: frozenset[SubjectKind], right: frozenset[SubjectKind]) -> Group | None:
    kinds = left & right
    if SubjectKind.COMPANY in kinds:
        return MODEL.company
    return MODEL.person if SubjectKind.PERSON in kinds else None


def name_evidence(asked: Portrait, on_file: Portrait) -> Agreement | None:
    """How far the names agree; what only a weak alias says is worth a part of what a name would be."""
    found = likest(asked.borne, on_file.borne)
    if not asked.weak and not on_file.weak:
        return found
    if found is not None and found.bits >= w.MOST_FOR_A_NAME * w.WEAK_ALIAS:
        return found  # no weak alias could be worth more
    weak = likest(asked.borne_weakly, on_file.borne_weakly)
    if weak is not None and (found is None or weak.bits * w.WEAK_ALIAS > found.bits):
        return Agreement(weak.bits * w.WEAK_ALIAS, weak.level, weak.share)
    return found


def _parent(feature: str, asked: Sequence[str], on_file: Sequence[str]) -> Iterator[Reason]:
    found = best_agreement(read_names(asked), read_names(on_file)) if asked and on_file else None
    if found is not None:
        most, least = w.PARENT
        yield Reason(feature, found.level, max(least, min(most, 0.7 * found.bits)))
