"""Which word of one name is which word of the other: the pairing with the most evidence, and what each is worth."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from rapidfuzz.distance import OSA, JaroWinkler

from lintas.matching import sounds, tongues
from lintas.matching.shipped import TABLES
from lintas.matching.weights import MOST_FOR_A_NAME

_LOWEST: Final = 0.5  # likeness at which two words are no longer one word
_MOST_LOOKED_THROUGH: Final = 9  # promising pairs of words beyond which the best is taken first
_INITIAL: Final = 0.75
_HOPELESS: Final = 0.23
_ARTICLE: Final = "ال"  # written together with its word in Arabic, apart or not at all in Latin letters


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name."""

    text: str  # in Latin letters and one spelling
    bones: str
    bits: float  # how rare: minus the binary logarithm of the share of people who bear it
    letters: str = ""  # in Latin letters as written, for what is heard
    script: str = ""  # of `sounds.SCRIPTS`, empty for Latin and for scripts that were not learned
    native: str = ""  # as the tables of its script write it


@dataclass(frozen=True, slots=True)
class Habits:
    """What the scripts of two names leave out."""

    by_consonants: bool = False
    without_l: bool = False
    spoken: str = ""  # the tongue whose ear judges, where one of the names is in its script; see `tongues`


@dataclass(frozen=True, slots=True)
class Paired:
    """What two words are worth that are taken for one."""

    gain: float  # bits, against words of two strangers
    near: float  # bits, against a word that only looks like it
    exact: bool


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two names with their words paired, and the words left over on either side."""

    matches: list[Paired]
    doubtful: list[Paired]  # pairs that speak against, of words that are left over
    left: list[Word]
    right: list[Word]


def align(left: Sequence[Word], right: Sequence[Word], habits: Habits) -> Aligned:
    """Pair the words so that the sum of the gains is the greatest; the pairs, and what is left over on either side."""
    scored = []
    for i, x in enumerate(left):
        for j, y in enumerate(right):
            match = compare(x, y, habits)
            if match is not None:
                pull = match.gain + 0.05 * (match.near + _MOST_NEAR)
                scored.append((pull, i, j, match))
    scored.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    chosen = _chosen(scored)
    taken, partners = ({entry[place] for entry in chosen if entry[3].gain} for place in (1, 2))
    return Aligned(
        [entry[3] for entry in chosen if entry[3].gain],
        [entry[3] for entry in chosen if not entry[3].gain],
        [x for i, x in enumerate(left) if i not in taken],
        [y for j, y in enumerate(right) if j not in partners],
    )


_Scored = tuple[float, int, int, Paired]


def _chosen(scored: list[_Scored]) -> list[_Scored]:
    rows, columns = {entry[1] for entry in scored}, {entry[2] for entry in scored}
    if len(rows) == len(scored) == len(columns):
        return scored
    if len(scored) > _MOST_LOOKED_THROUGH:
        return _greedy(scored)
    return _best(scored, 0, 0, 0)[1]


def _best(scored: list[_Scored], at: int, rows: int, columns: int) -> tuple[float, list[_Scored]]:
    """Branch and choose: with this pair or without it."""
    if at == len(scored):
        return 0.0, []
    entry = scored[at]
    without = _best(scored, at + 1, rows, columns)
    row, column = 1 << entry[1], 1 << entry[2]
    if rows & row or columns & column:
        return without
    rest = _best(scored, at + 1, rows | row, columns | column)
    taken = rest[0] + entry[0]
    return (taken, [entry, *rest[1]]) if taken >= without[0] else without


def _greedy(scored: list[_Scored]) -> list[_Scored]:
    rows: set[int] = set()
    columns: set[int] = set()
    chosen = []
    for entry in scored:
        if entry[1] not in rows and entry[2] not in columns:
            rows.add(entry[1])
            columns.add(entry[2])
            chosen.append(entry)
    return chosen


def compare(x: Word, y: Word, habits: Habits) -> Paired | None:
    """What it is worth that these two words stand in two names; None where they have nothing in common."""
    if x.text == y.text:
        return Paired(min(x.bits, y.bits), _SAME, exact=True)
    if x.script != y.script and (heard := _heard(x, y)) is not None:
        weights = _weights()["sound"][x.script or y.script]
        near = _near(weights, sound_features(heard, x.letters if y.script else y.letters))
        return Paired(max(0.0, min(x.bits, y.bits, heard)), near, exact=False)
    likeness = alike(x, y, habits)
    if likeness <= _LOWEST:
        return None
    return Paired(
        _worth(likeness) * min(x.bits, y.bits), _near(_weights()["sight"], sight_features(x, y, habits)), exact=False
    )


_SAME: Final = 6.0
_MOST_NEAR: Final = 6.0
SIGHT_SIGNS: Final = (1, 1, 1)
NEAR_SIGNS: Final = {"same": (0, 0, 0, 1, 1), "across": (1, 1, -1, 0, 0)}  # 0: not looked at


def sound_features(heard: float, latin: str) -> tuple[float, float]:
    """Bits by sound, whole and for each letter."""
    return heard, 4 * heard / (len(latin) + 1)


def sight_features(x: Word, y: Word, habits: Habits) -> tuple[float, float, float]:
    """Likeness of the words, of their consonants, and from their beginning; in tenths."""
    heard = OSA.normalized_similarity(x.bones, y.bones)
    return 10 * alike(x, y, habits), 10 * heard, 10 * JaroWinkler.normalized_similarity(x.text, y.text)


def _near(weights: Sequence[float], values: Sequence[float]) -> float:
    found = weights[0] + sum(weight * value for weight, value in zip(weights[1:], values, strict=True))
    return max(-_MOST_NEAR, min(_SAME, found))


def use(table: Mapping[str, Any]) -> None:
    """Weigh with these weights from now on, as `learning.names` does while it fits them."""
    _weights.cache_clear()
    _LEARNED.clear()
    _LEARNED.update(table)


_LEARNED: dict[str, Any] = {}


def _heard(x: Word, y: Word) -> float | None:
    """Bits by sound, None where nothing has been learned."""
    if x.script and y.script:
        x, y = sorted((x, y), key=lambda word: word.script)
        one, other = (sounds.spellings(word.script, word.native)[0] for word in (x, y))
        return (_sound(x.script, x.native, other) + _sound(y.script, y.native, one)) / 2
    native, latin = (x, y) if x.script else (y, x)
    return _sound(native.script, native.native, latin.letters) if latin.letters else None


@lru_cache(maxsize=131_072)
def _sound(script: str, native: str, latin: str) -> float:
    heard = sounds.bits(script, native, latin)
    if script == "arabic" and native.startswith(_ARTICLE) and len(native) > len(_ARTICLE) + 1:
        return max(heard, sounds.bits(script, native.removeprefix(_ARTICLE), latin))
    return heard


def alike(a: Word, b: Word, habits: Habits) -> float:
    """How like two words are, from 0 to 1."""
    if a.text == b.text:
        return 1.0
    seen = _seen_alike(a, b, habits)
    return max(seen, _by_ear(a.text, b.text, habits.spoken)) if habits.spoken else seen


@lru_cache(maxsize=65_536)
def _by_ear(one: str, other: str, spoken: str) -> float:
    return tongues.likeness(one, other, spoken)


def _seen_alike(a: Word, b: Word, habits: Habits) -> float:
    if len(a.text) == 1 or len(b.text) == 1:
        return _INITIAL if a.text[:1] == b.text[:1] else 0.0
    written = OSA.normalized_similarity(a.text, b.text)
    left, right = a.bones, b.bones
    if not (habits.by_consonants or habits.without_l):
        if written < _HOPELESS:  # the same consonants would not make up for it
            return written
        return max(written, 0.65 * written + 0.35 * OSA.normalized_similarity(left, right))
    if habits.without_l:
        left, right = left.replace("l", "r"), right.replace("l", "r")
    if habits.by_consonants:  # one letter for j and for g, as spoken in Cairo
        left, right = left.replace("j", "k"), right.replace("j", "k")
    heard = OSA.normalized_similarity(left, right)
    share = 0.3 if habits.by_consonants else 0.5
    return min(share * written + (1 - share) * heard, 0.97)


def _worth(score: float) -> float:
    """The part of a word's bits that a likeness is worth: everything at 1, nothing at the lowest."""
    return math.pow(max(0.0, (score - _LOWEST) / (1 - _LOWEST)), 1.5)


_MOST_AGAINST: Final = 8.0  # bits by which the weight of evidence is told
_UNMATCHED: Final = -_MOST_NEAR


def features(found: Aligned) -> tuple[float, ...]:
    """What the odds against a stranger of a near name are made of."""
    alone = min(len(found.left), len(found.right))
    doubtful = [match.near for match in found.doubtful][:alone]
    near = [match.near for match in found.matches] + doubtful + [_UNMATCHED] * (alone - len(doubtful))
    worst = -math.log2(sum(2.0**-each for each in near) / len(near)) if near else _UNMATCHED
    extra = abs(len(found.left) - len(found.right))
    total = sum(near)
    evident = max(-_MOST_AGAINST, min(MOST_FOR_A_NAME, evidence(found)))
    doubt = (worst - _SAME) * max(0.0, evident) / MOST_FOR_A_NAME  # where all but one word agrees, that one decides
    return worst, total, float(extra), evident, doubt


def evidence(found: Aligned) -> float:
    """Bits against any two strangers: what the pairs are worth, less what is left over, above all on both sides."""
    gained = sum(match.gain for match in found.matches)
    over = [sum(word.bits for word in words) for words in (found.left, found.right)]
    whole = not any(over) and all(match.exact for match in found.matches)
    return (gained if whole else min(gained, MOST_FOR_A_NAME)) - (1.4 * min(over) + 0.1 * max(over))


def near_odds(found: Aligned, script: str = "same") -> float:
    """Bits against strangers with a near name; the script is the one heard across, if any."""
    weights = _weights()["near"][script]
    return float(weights[0] + sum(weight * value for weight, value in zip(weights[1:], features(found), strict=True)))


@cache
def _weights() -> Mapping[str, Any]:
    if not _LEARNED:
        _LEARNED.update(json.loads((TABLES / "names.json").read_text("utf-8")))
    return _LEARNED
