"""Learn how each script writes what is heard, and write `matching/tables/sounds_*.tsv`.

    python -m learning.sounds [SCRIPT ...]

Joint multigrams by expectation-maximisation (Bisani and Ney 2008; see `lintas.matching.sounds`): two words are cut
into the same number of pieces in every possible way; how often each pair of pieces was needed gives its probability,
which weighs the ways of the next round. Long pieces are discouraged, or they would learn the words by heart. After
some rounds the pairs that fit worst, which are two different names put side by side by mistake, are left out. The
result is the same bytes each time.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from learning.words import Pair, words_of
from numpy.typing import NDArray

from lintas.matching import normalise, sounds
from lintas.matching.shipped import TABLES

_ROUNDS: Final = 6
_LOOKED_THROUGH: Final = 3  # the round after which what fits worst is left out
_LEFT_OUT: Final = 0.06
_TAKEN_OFF: Final = 0.15  # of each count: what is needed hardly ever is needed never
_LEAST: Final = 1.2  # counts below are not written
_LONG_NATIVE: Final = 0.3  # what a piece of two signs is worth beside one of one
_LONG_LATIN: Final = np.array([0.3, 1, 1, 0.5, 0.2, 0.1, 0.05])
_LATIN_PIECE: Final = {"han": 6}
_LATIN_PIECE_OTHERWISE: Final = 4
_LETTERS: Final = "\0^$abcdefghijklmnopqrstuvwxyz"
_BASE: Final = len(_LETTERS)

Numbers = NDArray[np.float64]
Counts = dict[str, dict[str, float]]  # native piece, Latin piece, how often


@dataclass(slots=True)
class Group:
    """Pairs whose words are equally long: every step is one operation on all of them."""

    rows: int
    columns: int
    pieces: NDArray[np.int64]  # which pair of pieces begins at [row, column] with [signs - 1, letters], for each pair
    weight: Numbers


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Numbers for pairs of pieces."""

    signs: str
    latin_piece: int

    def native(self, number: int) -> str:
        """The native piece of a pair's number."""
        number //= _BASE ** (self.latin_piece + 1)
        size = len(self.signs)
        return self.signs[number] if number < size else self.signs[number // size - 1] + self.signs[number % size]

    def latin(self, number: int) -> str:
        """The Latin piece of a pair's number."""
        number %= _BASE ** (self.latin_piece + 1)
        found = ""
        while number:
            number, letter = divmod(number, _BASE)
            found = _LETTERS[letter] + found
        return found


def main(scripts: list[str]) -> None:
    """Learn some scripts, or all."""
    for script in scripts or sounds.SCRIPTS:
        table = written(script, words_of(script))
        (TABLES / f"sounds_{script}.tsv").write_text(table, "utf-8")
        print(f"{script}: {len(words_of(script))} words, {len(table.encode())} bytes")


def written(script: str, pairs: list[Pair]) -> str:
    """The table of a script, learned from pairs."""
    counts = learn(pairs, _LATIN_PIECE.get(script, _LATIN_PIECE_OTHERWISE))
    whole = sum(sum(readings.values()) for readings in counts.values())
    if script == "han":
        counts |= _by_syllable(counts)
    lines = [f"# How {script} was written in Latin letters; tenths of bits. Made by learning/sounds.py (CC0)."]
    for piece, readings in sorted(counts.items()):
        ranked = sorted(readings.items(), key=lambda entry: (-round(entry[1], 3), entry[0]))
        told = [f"{text} {round(-10 * np.log2(seen / whole))}" for text, seen in ranked if seen >= _LEAST]
        if told:
            lines.append("\t".join((piece, *told)))
    return "\n".join(lines) + "\n"


def learn(pairs: list[Pair], latin_piece: int) -> Counts:
    """How often each pair of pieces was needed."""
    alphabet = Alphabet("".join(sorted({sign for _, word, _ in pairs for sign in word} | {"^", "$"})), latin_piece)
    groups = _grouped(pairs, alphabet)
    known = _number_anew(groups)
    cost = _cost(known, alphabet)
    likely = cost / cost.sum()
    for turn in range(_ROUNDS):
        counts, fits = _round(groups, np.append(likely * np.sqrt(cost), 0.0))
        if turn == _LOOKED_THROUGH:
            _leave_out(groups, fits)
        kept = counts if turn == _ROUNDS - 1 else np.maximum(counts - _TAKEN_OFF, 0.0)
        likely = kept / kept.sum()
    found: Counts = defaultdict(dict)
    for place in np.flatnonzero(counts >= _LEAST / 4):
        number = int(known[place])
        found[alphabet.native(number)][alphabet.latin(number)] = float(counts[place])
    return dict(found)


def _grouped(pairs: list[Pair], alphabet: Alphabet) -> list[Group]:
    by_size: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_size[len(pair[1]) + 2, len(pair[0]) + 2].append(pair)
    return [_group(rows, columns, some, alphabet) for (rows, columns), some in sorted(by_size.items())]


def _group(rows: int, columns: int, pairs: list[Pair], alphabet: Alphabet) -> Group:
    size, shift = len(alphabet.signs), _BASE ** (alphabet.latin_piece + 1)
    native = np.array([[alphabet.signs.index(sign) for sign in f"^{word}$"] for _, word, _ in pairs]).T
    latin = np.array([[_LETTERS.index(letter) for letter in f"^{word}$"] for word, _, _ in pairs]).T
    pieces = np.full((rows, columns + 1, sounds.NATIVE_PIECE, alphabet.latin_piece + 1, len(pairs)), -1, np.int64)
    for i, j in _places(rows, columns):
        ones = native[i]
        starts = [ones] + ([(ones + 1) * size + native[i + 1]] if i + 1 < rows else [])
        letters = np.zeros(len(pairs), np.int64)
        for length in range(min(alphabet.latin_piece, columns - j) + 1):
            letters = letters * _BASE + latin[j + length - 1] if length else letters
            for signs, start in enumerate(starts):
                pieces[i, j, signs, length] = start * shift + letters
    weight = np.array([1 + np.log2(seen) / 2 for _, _, seen in pairs])
    return Group(rows, columns, pieces, weight)


def _places(rows: int, columns: int) -> list[tuple[int, int]]:
    return [
        (i, j) for i in range(rows) for j in range(columns + 1) if abs(i / rows - j / columns) <= sounds.WIDEST + 1e-9
    ]


def _number_anew(groups: list[Group]) -> NDArray[np.int64]:
    """Number the pairs of pieces from 0 without gaps; what does not fit into the words is the number after the last."""
    known = np.unique(np.concatenate([np.unique(group.pieces) for group in groups]))
    known = known[known >= 0]
    for group in groups:
        places = np.searchsorted(known, np.maximum(group.pieces, 0))
        group.pieces = np.where(group.pieces < 0, len(known), places).astype(np.int32)  # type: ignore[assignment]
    return known


def _cost(known: NDArray[np.int64], alphabet: Alphabet) -> Numbers:
    """What is taken off a pair of pieces for its length."""
    native, latin = np.divmod(known, _BASE ** (alphabet.latin_piece + 1))
    letters = sum((latin >= _BASE**length).astype(int) for length in range(alphabet.latin_piece))
    found: Numbers = np.where(native >= len(alphabet.signs), _LONG_NATIVE, 1.0) * _LONG_LATIN[letters]
    return found


def _round(groups: list[Group], likely: Numbers) -> tuple[Numbers, list[Numbers]]:
    """One round: how often each pair of pieces is needed, and the probability of each pair of words."""
    counts = np.zeros(len(likely))
    fits = []
    for group in groups:
        here = likely[group.pieces]
        fit = _needed(group, here)
        here[group.pieces == len(likely) - 1] = 0.0
        counts += np.bincount(group.pieces.ravel(), here.ravel(), len(likely))
        fits.append(fit)
    return counts[:-1], fits


def _needed(group: Group, here: Numbers) -> Numbers:
    """Turn probabilities, in place, into how often each is needed; the probability of each pair of words."""
    rows, columns = group.rows, group.columns
    places = _places(rows, columns)
    steps = [(signs, letters) for signs in range(1, here.shape[2] + 1) for letters in range(here.shape[3])]
    forward = np.zeros((rows + 1, columns + 1, here.shape[4]))
    forward[0, 0] = 1.0
    for i, j in places:
        for signs, letters in steps:
            if i + signs <= rows and j + letters <= columns:
                forward[i + signs, j + letters] += forward[i, j] * here[i, j, signs - 1, letters]
    fit: Numbers = forward[rows, columns].copy()
    share = np.divide(group.weight, fit, out=np.zeros_like(fit), where=fit > 1e-250)
    backward = np.zeros_like(forward)
    backward[rows, columns] = 1.0
    for i, j in reversed(places):
        for signs, letters in steps:
            if i + signs <= rows and j + letters <= columns:
                onward = here[i, j, signs - 1, letters] * backward[i + signs, j + letters]
                backward[i, j] += onward
                here[i, j, signs - 1, letters] = onward * forward[i, j] * share
    return fit


def _leave_out(groups: list[Group], fits: list[Numbers]) -> None:
    each = [
        np.log2(np.maximum(fit, 1e-300)) / (group.rows + group.columns) for group, fit in zip(groups, fits, strict=True)
    ]
    least = np.quantile(np.concatenate(each), _LEFT_OUT)
    for group, found in zip(groups, each, strict=True):
        group.weight = np.where(found < least, 0.0, group.weight)


def _by_syllable(counts: Counts) -> Counts:
    """Readings of all Han signs that are read alike in Chinese, and the syllable itself."""
    found: Counts = defaultdict(lambda: defaultdict(float))
    for sign, readings in counts.items():
        if len(sign) == 1 and sign not in "^$":
            syllable = _syllable(sign)
            for text, seen in readings.items():
                found[syllable][text] += seen
            found[syllable][syllable] += _LEAST
    return {syllable: dict(readings) for syllable, readings in found.items() if syllable.isascii()}


@cache
def _syllable(sign: str) -> str:
    return normalise.latin(sign).replace(" ", "")


if __name__ == "__main__":
    main(sys.argv[1:])
