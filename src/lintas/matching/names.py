"""Is this the same name? Words are paired whatever their order, and what is paired is worth what it is rare.

The result is evidence in bits: an agreement on a word that one person in a thousand bears is worth ten, and two words
left over on both sides speak against. Comparing a with b gives what comparing b with a gives.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from lintas.matching import normalise, sounds, tongues
from lintas.matching.alignment import Aligned, Habits, Word, align, evidence, features, near_odds
from lintas.matching.shipped import read_table

_MOST_NAMES: Final = 60  # of one record; lists of aliases are long, a hostile record's may not be endless
_IGNORED_BITS: Final = 1.0
_BLANKS: Final = re.compile(r"[\s·・,;.|/()=\u2010-\u2015-]+")
_HYPHENATED: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_SEVERAL: Final = re.compile(r"\s*(?:;|\s/\s)\s*")
_LOOKED_AT: Final = 3  # the best pairs that are aligned word by word
_MOST_AGAINST: Final = 8.0  # people have names we do not know: a different name is never proof
_MOST_JOINED: Final = 4  # words that are written as one
_MOST_TRIED: Final = 8
_BETTER: Final = 2.0  # bits that it must help to take two words for one
_MOST_WORDS: Final = 12
_MANY: Final = 4  # words, from which on both names may part them in different places
_FEWEST: Final = 3  # words of both names, below which there are no neighbours


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
    spoken: str  # the tongue of its script, of those in `tongues`


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
    found = tuple(_words(text))
    bound = _bound(text)
    told = tuple(word for word in found if word[0] not in ignored or word[1] in bound)
    told = told if len(told) > 1 else found
    words = tuple(_word(*word) for word in told)
    return Name(
        words=words,
        joined="".join(sorted(word.text for word in words)),
        bits=sum(word.bits for word in words),
        by_consonants=normalise.leaves_vowels_out(text),
        without_blanks=normalise.parts_no_words(text),
        without_l=normalise.knows_no_l(text),
        foreign=not text.isascii() and not _is_latin(text),
        spoken=tongues.tongue(text[: normalise.LONGEST]),
    )


def _bound(text: str) -> frozenset[str]:
    """Pieces of words with a hyphen, as in Ji-an: no particles, unless one stands first, as in an-Nasr."""
    if "-" not in text:
        return frozenset()
    pieces = [found.split("-") for found in _HYPHENATED.findall(text[: normalise.LONGEST].lower())]
    articles = _articles()
    return frozenset(piece for found in pieces for place, piece in enumerate(found) if place or piece not in articles)


@cache
def _articles() -> frozenset[str]:
    return frozenset({"al", "el", "ad", "an", "ar", "as", "at", "az", "ud", "ul", "ur", "us", "abu"})


def read_names(texts: Iterable[str]) -> tuple[Name, ...]:
    """Make several names ready."""
    return tuple(map(read_name, texts))


def same_name(a: str, b: str) -> Agreement:
    """How far two written names agree; each may hold several, parted by semicolons or by a slash between blanks.

    Symmetric; unchanged by the order of words, by case and by Unicode normal form; any text at all can be given. A
    text without a single word agrees with nothing and contradicts nothing: no bits either way.
    """
    one, other = (read_names(_SEVERAL.split(text[: normalise.LONGEST])) for text in (a, b))
    return best_agreement(one, other) or Agreement(0.0, "unknown", 0.0)


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
    return max((agree(a, b) for a, b in pairs[:_LOOKED_AT]), key=lambda found: (found.bits, found.odds, found.level))


def agree(a: Name, b: Name) -> Agreement:
    """Compare two names."""
    a, b = sorted((a, b), key=_rank)
    return _agreement(a, b, _aligned(a, b))


def near_features(a: Name, b: Name) -> tuple[float, ...]:
    """What the odds against strangers with a near name are made of."""
    return features(_aligned(*sorted((a, b), key=_rank)))


def _aligned(a: Name, b: Name) -> Aligned:
    habits = Habits(a.by_consonants or b.by_consonants, a.without_l or b.without_l, max(a.spoken, b.spoken))
    left, right = a.words, b.words
    found = align(left, right, habits)
    for _ in range(_MOST_JOINED):
        if not _leaves_doubt(found):
            break
        tried = [(align(one, other, habits), one, other) for one, other in _run_together(left, right, found)]
        best = max(tried, key=lambda entry: (_is_whole(entry[0]), _gain(entry[0])), default=None)
        if best is None or not (_is_whole(best[0]) or _gain(best[0]) > _gain(found) + _BETTER):
            break
        found, left, right = best
    return found


def _leaves_doubt(found: Aligned) -> bool:
    if len(found.left) + len(found.right) + 2 * len(found.matches) < _FEWEST:
        return False
    return bool(found.left or found.right) and (
        bool(found.left and found.right) or not all(match.exact for match in found.matches)
    )


def _is_whole(found: Aligned) -> bool:
    return not found.left and not found.right and all(match.exact for match in found.matches)


def _gain(found: Aligned) -> float:
    return sum(match.gain for match in found.matches) - min(_bits(found.left), _bits(found.right))


_Words = tuple[Word, ...]


def _run_together(left: _Words, right: _Words, found: Aligned) -> Iterator[tuple[_Words, _Words]]:
    """The words with two neighbours, of which one found no partner, written as one.

    Where the other name is a single word, all are written as one, in turned order too.
    """
    many = len(left) == len(right) >= _MANY
    if many or len(left) > len(right):
        for words in _neighbours(left, found.left):
            yield words, right
    if many or len(left) < len(right):
        for words in _neighbours(right, found.right):
            yield left, words
    if min(len(left), len(right)) == 1:
        longer = max(left, right, key=len)
        for shift in range(min(len(longer), _MOST_JOINED)):
            whole = (_joined(longer[shift:] + longer[:shift]),)
            yield (left, whole) if len(left) == 1 else (whole, right)


def _neighbours(words: _Words, alone: Sequence[Word]) -> Iterator[_Words]:
    for at in range(min(len(words) - 1, _MOST_TRIED)):
        if words[at] in alone or words[at + 1] in alone:
            yield (*words[:at], _joined(words[at : at + 2]), *words[at + 2 :])


@lru_cache(maxsize=16_384)
def _joined(words: tuple[Word, ...]) -> Word:
    text = "".join(word.text for word in words)
    scripts = {word.script for word in words}
    return Word(
        text=text,
        bones=normalise.skeleton(text),
        bits=min(sum(word.bits for word in words), max(2.2 * len(text), *(word.bits for word in words))),
        letters="".join(word.letters for word in words),
        script=words[0].script if len(scripts) == 1 else "",
        native="".join(word.native for word in words),
    )


def _agreement(a: Name, b: Name, found: Aligned) -> Agreement:
    gained = sum(match.gain for match in found.matches)
    exact = all(match.exact for match in found.matches)
    over = _bits(found.left), _bits(found.right)
    total = evidence(found)
    smaller = min(a.bits, b.bits) or 1.0
    if max(over) <= _IGNORED_BITS and exact:
        level = "same" if a.foreign == b.foreign else "same_other_script"
    elif min(over) <= _IGNORED_BITS and exact:
        level = "part"
    elif total > 0.6 * smaller:
        level = "similar"
    else:
        level = "weak" if total > 0 else "differs"
    share = max(0.0, min(1.0, gained / smaller))
    return Agreement(max(total, -_MOST_AGAINST), level, share, near_odds(found, _across(a, b)))


def _across(a: Name, b: Name) -> str:
    """The script that had to be heard, or that there was none."""
    one, other = ({word.script for word in name.words} for name in (a, b))
    return min((one ^ other) - {""}, default="same") if one != other else "same"


def _bits(words: Sequence[Word]) -> float:
    return sum(word.bits for word in words)


def _rank(name: Name) -> tuple[int, list[str], str]:
    return len(name.words), [word.text for word in name.words], name.joined


@cache
def rarity(word: str) -> float:
    """How much an agreement on this word is worth, in bits."""
    known = _common().get(word)
    if known is not None:
        return known
    return (2.0, 2.0, 6.0, 8.0, 9.0, 10.0, 11.0)[min(len(word), 6)]


def _words(text: str) -> Iterator[tuple[str, str, str, str]]:
    """The words of a name: in one spelling, in Latin letters as written, script, as the tables write it."""
    if text.isascii() or _is_latin(text) or not sounds.has_learned(text):
        yield from _latin_words(text)
        return
    for part in _BLANKS.split(unicodedata.normalize("NFKC", text[: normalise.LONGEST]))[:_MOST_WORDS]:
        script = sounds.script_of(part)
        if script is None:
            yield from _latin_words(part)
        else:
            written = sounds.native(script, part)
            yield sounds.known(script, written) or "".join(normalise.words(part)) or part, "", script, written


def _latin_words(text: str) -> Iterator[tuple[str, str, str, str]]:
    found, written = normalise.words(text), normalise.latin(text).split()
    as_written = written if len(written) == len(found) else found
    for word, letters in zip(found, as_written, strict=True):
        yield word, letters if letters.isascii() else "", "", ""


def _word(text: str, letters: str, script: str, native: str) -> Word:
    bits = _IGNORED_BITS if text in _ignored() else rarity(text)
    return Word(text, normalise.skeleton(text), bits, letters, script, native)


def _promise(pair: tuple[Name, Name]) -> tuple[float, str, str]:
    """A cheap guess which pairs are worth aligning."""
    a, b = pair
    first, second = sorted((a.joined, b.joined))
    return OSA.normalized_similarity(a.joined, b.joined), first, second


def _is_latin(text: str) -> bool:
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or not c.isalpha() for c in text)


@cache
def _common() -> dict[str, float]:
    return {word: float(bits) for word, bits in read_table("common_words.csv")}


@cache
def _ignored() -> frozenset[str]:
    return frozenset(word for _, *words in read_table("ignored_words.csv") for word in words)
