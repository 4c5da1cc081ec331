"""Addresses and places of birth: which words they share, and how rare those are.

A place is the set of its words, each as writers agree on it (`skeleton`), whatever their order: a village, its district
and its province are all true, and a house number says more than the name of a country.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from lintas.matching.model import MODEL
from lintas.matching.normalise import skeleton, words

Place = frozenset[str]

LEVELS: Final = ("same", "similar", "part", "differs")  # from the best agreement to the worst
_MOST: Final = 12  # places of one record
_NAMED: Final = 6.0  # bits from which what is shared is more than a country
_WHOLE: Final = 0.75  # the share of the shorter place from which the two are the same
_UNKNOWN: Final = 9.0  # bits of a word that no list knows
_DIGIT: Final = 2.0


def read_places(texts: Iterable[str]) -> tuple[Place, ...]:
    """Some places ready to be compared; what has no words is none."""
    return tuple(sorted({place for text in texts if (place := _read(text))}, key=sorted))[:_MOST]


def compare_places(left: Sequence[Place], right: Sequence[Place]) -> str | None:
    """The best agreement of any place with any other, one of `LEVELS`; None when one side has none."""
    if not left or not right:
        return None
    return min((_level(a, b) for a in left for b in right), key=LEVELS.index)


def _level(a: Place, b: Place) -> str:
    shared = _bits(a & b)
    if shared < _NAMED:
        return "part" if shared and a & b in (a, b) else "differs"
    return "same" if shared >= _WHOLE * min(_bits(a), _bits(b)) else "similar"


@lru_cache(maxsize=65_536)
def _read(text: str) -> Place:
    return frozenset(map(_fold, words(text.replace(",", " ")[:200])))


def _fold(word: str) -> str:
    bones = skeleton(word) if len(word) > 4 and word.isalpha() else ""
    return bones if len(bones) > 2 else word


@lru_cache(maxsize=65_536)
def _bits(place: Place) -> float:
    return sum(map(_rarity, place))


def _rarity(word: str) -> float:
    known = MODEL.places.get(word)
    if known is not None:
        return known
    return min(_DIGIT * len(word), _UNKNOWN) if any(c.isdigit() for c in word) else min(3.0 * len(word), _UNKNOWN)
