"""How alike two values of a column are, in a few levels: 0 the same, then less and less, the last one: they differ.

Texts are compared once for each pair of different values (rapidfuzz, both cores), and every level has its words, which
become the reasons beside a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from lintas.linkage.table import Column, Kind, Levels, Numbers

LEVELS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.GIVEN: ("same", "similar", "alike", "differs"),
        Kind.FAMILY: ("same", "similar", "alike", "differs"),
        Kind.DATE: ("same", "one_digit", "two_parts", "same_year", "differs"),
        Kind.CODE: ("same", "one_character", "beginning", "differs"),
        Kind.TEXT: ("same", "similar", "part", "differs"),
        Kind.CHOICE: ("same", "differs"),
    }
)
UNKNOWN: Final = -1
_SIMILAR, _ALIKE = 0.92, 0.84  # Jaro-Winkler
_BLOCK: Final = 1 << 40


def levels_of(column: Column, left: Numbers, right: Numbers) -> Levels:
    """The level of each pair of values (by their numbers in the column); -1 where one of them is not known."""
    found = np.full(len(left), UNKNOWN, np.int8)
    known = (left >= 0) & (right >= 0)
    if column.kind in _PLAIN:  # cheaper to compare than to look for those that come twice
        found[known] = _PLAIN[column.kind](column, left[known], right[known])
        return found
    a, b = np.minimum(left[known], right[known]), np.maximum(left[known], right[known])
    pairs, back = np.unique(a.astype(np.int64) * _BLOCK + b, return_inverse=True)
    first, second = pairs // _BLOCK, pairs % _BLOCK
    levels = np.zeros(len(pairs), np.int8)
    unlike = first != second
    levels[unlike] = _COMPARE[column.kind](column, first[unlike], second[unlike])
    found[known] = levels[back]
    return found


def _words(column: Column, left: Numbers, right: Numbers) -> Levels:
    a, b = _texts(column.values, left), _texts(column.values, right)
    alike = _similarity(a, b)
    levels = np.full(len(a), 3, np.int8)
    levels[alike >= _ALIKE] = 2
    levels[alike >= _SIMILAR] = 1
    parted = _parted(column)
    for at in np.flatnonzero((levels == 3) & (parted[left] | parted[right])):
        if _shortened(a[at], b[at]):
            levels[at] = 2
    return levels


@lru_cache(maxsize=16)
def _parted(column: Column) -> npt.NDArray[np.bool_]:
    """Which values are initials, or several words."""
    return np.fromiter((len(value) == 1 or " " in value for value in column.values), bool, len(column.values))


def _shortened(a: str, b: str) -> bool:
    """Whether one is only the initial, or one of the words, of the other."""
    short, long = (a, b) if len(a) < len(b) else (b, a)
    return long.startswith(short) if len(short) == 1 else " " in long and short in long.split()


def _dates(column: Column, left: Numbers, right: Numbers) -> Levels:
    """By day, month and year; "one digit" is also two neighbouring digits, or day and month, exchanged."""
    parts, digits = _dates_of(column)
    a, b = parts[left], parts[right]
    both = (a > 0) & (b > 0)
    alike = (a == b) & both
    levels = np.full(len(left), 4, np.int8)
    levels[alike[:, 0]] = 3
    levels[(alike.sum(axis=1) >= 2) | (alike[:, 0] & ((a == b) | ~both).all(axis=1))] = 2
    levels[alike[:, 0] & both.all(axis=1) & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])] = 1
    near = np.flatnonzero(both.all(axis=1) & (levels > 0))
    levels[near[_one_slip(digits[left[near]], digits[right[near]])]] = 1
    levels[left == right] = 0
    return levels


@lru_cache(maxsize=16)
def _dates_of(column: Column) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    """Parts and digits of each value."""
    parts = np.array([_parts(value) for value in column.values], np.int16).reshape(-1, 3)
    return parts, np.array([_digits(value) for value in column.values], np.uint8).reshape(-1, 8)


def _parts(iso: str) -> tuple[int, int, int]:
    """Year, month and day; 0 where not known."""
    year, month, day = (int(text) if text.isdecimal() else 0 for text in (iso[:4], iso[5:7], iso[8:10]))
    return year, month, day


def _digits(iso: str) -> list[int]:
    found = [int(sign) for sign in iso[:10] if sign.isdecimal()]
    return found[:8] + [0] * (8 - len(found))


def _one_slip(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Whether one digit differs, or two neighbouring ones are exchanged."""
    unlike = a != b
    count = unlike.sum(axis=1)
    found: npt.NDArray[np.bool_] = count <= 1
    two = np.flatnonzero(count == 2)
    first, second = unlike[two].argmax(axis=1), 7 - unlike[two, ::-1].argmax(axis=1)
    exchanged = (a[two, first] == b[two, second]) & (a[two, second] == b[two, first])
    found[two] = exchanged & (second - first == 1)
    return found


def _codes(column: Column, left: Numbers, right: Numbers) -> Levels:
    a, b = _texts(column.values, left), _texts(column.values, right)
    slips = cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int8, workers=2)
    levels = np.full(len(a), 3, np.int8)
    levels[np.fromiter((x[:4] == y[:4] for x, y in zip(a, b, strict=True)), bool, len(a)) | (slips == 2)] = 2
    levels[slips <= 1] = 1
    return levels


def _free_texts(column: Column, left: Numbers, right: Numbers) -> Levels:
    a, b = _texts(column.values, left), _texts(column.values, right)
    words = cpdist(a, b, scorer=token_set_ratio, dtype=np.float32, workers=2)
    alike = _similarity(a, b)
    levels = np.full(len(a), 3, np.int8)
    levels[(words >= 75) | (alike >= 0.88)] = 2
    levels[(words >= 90) | (alike >= 0.94)] = 1
    return levels


def _choices(column: Column, left: Numbers, right: Numbers) -> Levels:  # noqa: ARG001 - one signature for all
    return np.asarray(left != right, np.int8)


def _texts(values: Sequence[str], codes: Numbers) -> list[str]:
    return [values[code] for code in codes]


def _similarity(a: Sequence[str], b: Sequence[str]) -> npt.NDArray[np.float32]:
    return cpdist(a, b, scorer=JaroWinkler.similarity, dtype=np.float32, workers=2)


_COMPARE: Final[Mapping[Kind, Callable[[Column, Numbers, Numbers], Levels]]] = MappingProxyType(
    {
        Kind.GIVEN: _words,
        Kind.FAMILY: _words,
        Kind.CODE: _codes,
        Kind.TEXT: _free_texts,
    }
)
_PLAIN: Final[Mapping[Kind, Callable[[Column, Numbers, Numbers], Levels]]] = MappingProxyType(
    {Kind.DATE: _dates, Kind.CHOICE: _choices}
)
