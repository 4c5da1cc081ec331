"""Is this the same name? Words are paired whatever their order, and what is paired is worth what it is rare.

The result is evidence in bits: an agreement on a word that one person in a thousand bears is worth ten, and two words
left over on both sides speak against. Comparing a with b gives what comparing b with a gives.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from lintas.matching import normalise
from lintas.matching.weights import MOST_FOR_A_NAME

_MOST_NAMES: Final = 60  # of one record; lists of aliases are long, a hostile record's may not be endless
_IGNORED_BITS: Final = 1.0
_SEVERAL: Final = re.compile(r"\s*(?:;|\s/\s)\s*")
_LOOKED_AT: Final = 3  # the best pairs that are aligned word by word


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name."""

    text: str
    bones: str
    bits: float  # how rare: minus the binary logarithm of the share of people who bear it


@dataclass(frozen=True, slots=True)
class Name:
    """A name made ready to be compared."""

    words: tuple[Word, ...]
    joined: str  # all words in alphabetical order
    bits: float
    by_consonants: bool
    without_blanks: bool
    without_l: bool
    foreign: bool  # not written in Latin letters


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two names agree, in bits and in a word."""

    bits: float
    level: str
    share: float  # of the rarer words of the shorter name that found their partner: 1 when all did
    odds: float = 0.0  # bits as `bits`, but against strangers whose names are near: what `name_probability` reads


@lru_cache(maxsize=65_536)
def read_name(text: str) -> Name:
    """Make a name ready; titles, particles and legal forms go, unless too little else is there."""
    ignored = _ignored()
    found = normalise.words(text)
    told = [w for w in found if w not in ignored]
    told = told if len(told) > 1 else list(found)
    words = tuple(Word(w, normalise.skeleton(w), _IGNORED_BITS if w in ignored else rarity(w)) for w in told)
    return Name(
        words=words,
        joined="".join(sorted(told)),
        bits=sum(word.bits for word in words),
        by_consonants=normalise.leaves_vowels_out(text),
        without_blanks=normalise.parts_no_words(text),
        without_l=normalise.knows_no_l(text),
        foreign=not text.isascii() and not _is_latin(text),
    )


def read_names(texts: Iterable[str]) -> tuple[Name, ...]:
    """Make several names ready."""
    return tuple(map(read_name, texts))


def same_name(a: str, b: str) -> Agreement:
    """How far two written names agree; each may hold several, parted by semicolons or by a slash between blanks.

    Symmetric; unchanged by the order of words, by case and by Unicode normal form; any text at all can be given. A
    text without a single word agrees with nothing and contradicts nothing: no bits either way.
    """
    found = best_agreement(
        read_names(_SEVERAL.split(a[: normalise.LONGEST])), read_names(_SEVERAL.split(b[: normalise.LONGEST]))
    )
    return found or Agreement(0.0, "unknown", 0.0)


def name_probability(agreement: Agreement, prior_bits: float = 0.0) -> float:
    """The probability that two names are one, calibrated against strangers whose names are near.

    Args:
        agreement: What `same_name` found.
        prior_bits: Binary logarithm of the odds before the names were seen; 0 is one in two.
    """
    return 1 / (1 + 2 ** min(-(agreement.odds + prior_bits), 1000.0))


def best_agreement(left: Sequence[Name], right: Sequence[Name]) -> Agreement | None:
    """The best that any name of the one and any of the other agree; None when one side has none."""
    pairs = [(a, b) for a in left[:_MOST_NAMES] for b in right[:_MOST_NAMES] if a.words and b.words]
    if not pairs:
        return None
    if len(pairs) > _LOOKED_AT:
        pairs.sort(key=_promise, reverse=True)
    found = max((agree(a, b) for a, b in pairs[:_LOOKED_AT]), key=lambda found: (found.bits, found.level))
    return replace(found, odds=found.bits - _NEAR)


def agree(a: Name, b: Name) -> Agreement:
    """Compare two names."""
    if a.words == b.words:
        return Agreement(min(a.bits, b.bits), "same" if a.foreign == b.foreign else "same_other_script", 1.0)
    found = _align(a, b)
    if a.without_blanks or b.without_blanks or len(a.words) != len(b.words):
        whole = _joined(a, b)
        found = whole if whole is not None and whole.bits > found.bits else found
    return found


@cache
def rarity(word: str) -> float:
    """How much an agreement on this word is worth, in bits."""
    known = _common().get(word)
    if known is not None:
        return known
    return (2.0, 2.0, 6.0, 8.0, 9.0, 10.0, 11.0)[min(len(word), 6)]


def alike(a: Word, b: Word, *, by_consonants: bool, without_l: bool) -> float:
    """How like two words are, from 0 to 1."""
    if a.text == b.text:
        return 1.0
    if len(a.text) == 1 or len(b.text) == 1:
        return 0.75 if a.text[:1] == b.text[:1] else 0.0
    left, right = a.bones, b.bones
    if without_l:
        left, right = left.replace("l", "r"), right.replace("l", "r")
    if by_consonants:  # one letter for j and for g, as spoken in Cairo
        left, right = left.replace("j", "k"), right.replace("j", "k")
    written = OSA.normalized_similarity(a.text, b.text)
    heard = OSA.normalized_similarity(left, right)
    if by_consonants:
        return min(0.3 * written + 0.7 * heard, 0.97)
    if without_l:
        return min(0.5 * written + 0.5 * heard, 0.97)
    return max(written, 0.65 * written + 0.35 * heard)


def _align(a: Name, b: Name) -> Agreement:
    by_consonants, without_l = a.by_consonants or b.by_consonants, a.without_l or b.without_l
    scored = sorted(
        (
            (alike(x, y, by_consonants=by_consonants, without_l=without_l), i, j)
            for i, x in enumerate(a.words)
            for j, y in enumerate(b.words)
        ),
        key=lambda entry: (-entry[0], *sorted((a.words[entry[1]].text, b.words[entry[2]].text)), entry[1] + entry[2]),
    )
    left, right = set(range(len(a.words))), set(range(len(b.words)))
    bits = 0.0
    exact = True
    for score, i, j in scored:
        if score < _LOWEST:
            break
        if i in left and j in right:
            left.discard(i)
            right.discard(j)
            bits += _worth(score) * min(a.words[i].bits, b.words[j].bits)
            exact = exact and score == 1.0
    over_a, over_b = sum(a.words[i].bits for i in left), sum(b.words[j].bits for j in right)
    return _judge(a, b, bits, (over_a, over_b), exact=exact)


_LOWEST: Final = 0.5  # likeness at which two words are no longer one word
_NEAR: Final = 6.0  # bits that a stranger with a near name has
_MOST_AGAINST: Final = 8.0  # people have names we do not know: a different name is never proof
_ONE_WRITING: Final = 0.75  # likeness at which two names without blanks may be one name


def _worth(score: float) -> float:
    """The part of a word's bits that a likeness is worth: everything at 1, nothing at the lowest."""
    return math.pow(max(0.0, (score - _LOWEST) / (1 - _LOWEST)), 1.5)


def _judge(a: Name, b: Name, bits: float, over: tuple[float, float], *, exact: bool) -> Agreement:
    against = 1.4 * min(over) + 0.1 * max(over)
    total = min(bits, MOST_FOR_A_NAME) - against
    smaller = min(a.bits, b.bits) or 1.0
    share = max(0.0, min(1.0, bits / smaller))
    if max(over) <= _IGNORED_BITS and exact:
        level = "same" if a.foreign == b.foreign else "same_other_script"
    elif min(over) <= _IGNORED_BITS and exact:
        level = "part"
    elif total > 0.6 * smaller:
        level = "similar"
    else:
        level = "weak" if total > 0 else "differs"
    return Agreement(max(total, -_MOST_AGAINST), level, share)


def _joined(a: Name, b: Name) -> Agreement | None:
    """Compare without looking at where words begin: scripts without blanks, and Yong-mu beside Yongmu."""
    without_l = a.without_l or b.without_l
    by_consonants = a.by_consonants or b.by_consonants or without_l

    def write(name: Name, shift: int) -> tuple[str, str]:
        turned = name.words[shift:] + name.words[:shift]
        bones = normalise.skeleton("".join(w.text for w in turned))
        return "".join(w.text for w in turned), bones.replace("l", "r") if without_l else bones

    shorter, longer = sorted((a, b), key=lambda name: (len(name.words), [word.text for word in name.words]))
    one = write(shorter, 0)
    best = 0.0
    for shift in range(min(len(longer.words), 4)):
        other = write(longer, shift)
        score = OSA.normalized_similarity(one[0], other[0])
        if by_consonants:
            score = 0.4 * score + 0.6 * OSA.normalized_similarity(one[1], other[1])
        best = max(best, score)
    # One sign run together counts as one word: what it is worth shows on the side that parts its words.
    bits = _worth(best) * min(2.2 * len(one[0]), max(a.bits, b.bits))
    return Agreement(bits, "similar" if best < 1 else "same", best) if best > _ONE_WRITING else None


def _promise(pair: tuple[Name, Name]) -> tuple[float, str, str]:
    """A cheap guess which pairs are worth aligning."""
    a, b = pair
    first, second = sorted((a.joined, b.joined))
    return OSA.normalized_similarity(a.joined, b.joined), first, second


def _is_latin(text: str) -> bool:
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or not c.isalpha() for c in text)


@cache
def _common() -> dict[str, float]:
    return {word: float(bits) for word, bits in normalise.read_table("common_words.csv")}


@cache
def _ignored() -> frozenset[str]:
    return frozenset(word for _, *words in normalise.read_table("ignored_words.csv") for word in words)
