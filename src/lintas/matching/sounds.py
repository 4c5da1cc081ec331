"""How a name sounds: the same word in Latin letters and in another script, in bits, and the likeliest Latin spelling.

For each script a table says how often a piece of a native word (one or two signs) was written with a piece of Latin
(up to six letters): the joint multigrams of Bisani and Ney, "Joint-sequence models for grapheme-to-phoneme
conversion" (2008), found by expectation-maximisation as Jiampojamarn and others did in "Applying many-to-many
alignments" (2007). `python -m learning.sounds` makes the tables from names that Wikidata has in both writings.

All ways to cut two words into pieces are added up, and the sum is set against chance: two words of these pieces side
by side in names of two different people. So the bits are the binary logarithm of a likelihood ratio.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from lintas.matching import normalise
from lintas.matching.shipped import TABLES, read_table

# Scripts whose writing has been learned, by the range of their signs. Hangul is taken apart into its letters.
_RANGES: Final = {
    "arabic": "\u0620-\u06ff",
    "armenian": "\u0530-\u058f",
    "bengali": "\u0980-\u09ff",
    "cyrillic": "\u0400-\u052f",
    "devanagari": "\u0900-\u097f",
    "georgian": "\u10a0-\u10ff",
    "greek": "\u0370-\u03ff",
    "han": "\u3005\u3400-\u9fff",
    "hangul": "\u1100-\u11ff",
    "hebrew": "\u05d0-\u05ea",
    "kana": "\u30a1-\u30fe",
}
SCRIPTS: Final = tuple(_RANGES)
LONGEST: Final = 24  # signs of a word; what is longer is several words, or no name
NATIVE_PIECE: Final = 2
WIDEST: Final = 0.5  # how far the two words may run apart, as a part of their lengths
_MOST: Final = 40.0  # bits, for and against
# A sign nobody has seen with these letters: letters cost more, and more than two are not one sign's.
_UNSEEN: Final = tuple(2.0 ** -(15 + 5 * letters) for letters in range(3))
_UNSEEN_ALONE: Final = 2.0**-17
_SEEN_AS_SYLLABLE: Final = 2.0**-15  # share of a Han sign's reading that comes from all signs read alike
_BEAM: Final = 12

_BY_FIRST: Final = {name: re.compile(f"[{signs}]") for name, signs in _RANGES.items()}
_KEPT: Final = {name: re.compile(f"[^{signs}'ゝゞヽヾ々]") for name, signs in _RANGES.items()}
_ANY: Final = re.compile("[\u3041-\u3096" + "".join(_RANGES.values()) + "]")
_FOLDS: Final[Mapping[str, dict[int, int]]] = {
    "arabic": str.maketrans("أإٱیىکۀھہ", "اااييكههه"),
    "hebrew": str.maketrans("ךםןףץ\u05f3\u2019", "כמנפצ''"),
    "cyrillic": str.maketrans("\u045d\u0450", "\u0438\u0435"),
}
_HIRAGANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@dataclass(frozen=True, slots=True)
class Channel:
    """What has been learned of one script; probabilities of pieces, jointly and each for itself."""

    joint: Mapping[str, Mapping[str, float]]
    latin: Mapping[str, float]
    longest: int  # letters of a piece


def has_learned(text: str) -> bool:
    """Whether a sign of a learned script stands in a text."""
    return _ANY.search(unicodedata.normalize("NFKD", text)) is not None


def script_of(word: str) -> str | None:
    """The learned script in which most of a word is written, None if it is another or Latin."""
    folded = unicodedata.normalize("NFKD", word[:LONGEST]).translate(_HIRAGANA)
    counts = {name: len(signs.findall(folded)) for name, signs in _BY_FIRST.items()}
    best = max(counts, key=lambda name: (counts[name], name))
    return best if 2 * counts[best] > sum(map(str.isalpha, folded)) else None


@lru_cache(maxsize=65_536)
def native(script: str, word: str) -> str:
    """A word as the tables write it: one form for each sign, vowel points and foreign signs left out."""
    word = unicodedata.normalize("NFKC", word[:LONGEST]).lower().translate(_HIRAGANA)
    if script == "han":
        word = _simplified().transliterate(word)
    if script in {"hangul", "greek", "armenian"}:
        word = unicodedata.normalize("NFD", word)
    return _KEPT[script].sub("", word.translate(_FOLDS.get(script, {})))[: 2 * LONGEST]


def known(script: str, word: str) -> str | None:
    """The spelling of a native word that is no name of its own: son of, servant of; None for all others."""
    return _known().get((script, word))


@cache
def _known() -> Mapping[tuple[str, str], str]:
    rows = read_table("sounds_known.csv")
    return {(script, native(script, word)): latin for script, latin, *words in rows for word in words}


def bits(script: str, word: str, latin: str) -> float:
    """How much likelier a native word and a Latin one are two writings of one word than words of two strangers.

    Args:
        script: One of `SCRIPTS`.
        word: As `native` gives it.
        latin: Small letters a to z only; as `normalise.latin` gives a word.

    Returns:
        Bits between -40 and 40.
    """
    word, latin = f"^{word[:LONGEST]}$", f"^{latin[:LONGEST]}$"
    together = _together(channel(script), word, latin)
    apart = _alone(script, word) + _latin_alone(script, latin)
    return max(-_MOST, min(_MOST, math.log2(together) - apart)) if together else -_MOST


@lru_cache(maxsize=65_536)
def decode(word: str) -> str | None:
    """The likeliest Latin spelling of a word in a script that has been learned, None for other scripts."""
    script = script_of(word)
    read = native(script, word) if script else ""
    return spellings(script, read)[0] if script and read else None


@lru_cache(maxsize=16_384)
def spellings(script: str, word: str) -> tuple[str, ...]:
    """The likeliest Latin spellings of a native word, best first; one at least."""
    learned, framed = channel(script), f"^{word[:LONGEST]}$"
    beams: list[dict[str, float]] = [{} for _ in range(len(framed) + 1)]
    beams[0][""] = 1.0
    for at, beam in enumerate(beams[:-1]):
        kept = sorted(beam.items(), key=lambda entry: (-entry[1], entry[0]))[:_BEAM]
        for size in range(1, min(NATIVE_PIECE, len(framed) - at) + 1):
            read = learned.joint.get(framed[at : at + size]) or ({"": _UNSEEN[0]} if size == 1 else {})
            onward = beams[at + size]
            for text, so_far in kept:
                for piece, likely in read.items():
                    onward[text + piece] = onward.get(text + piece, 0.0) + so_far * likely
    best = sorted(beams[-1].items(), key=lambda entry: (-entry[1], entry[0]))[:_BEAM]
    return tuple(text.strip("^$") for text, _ in best) or ("",)


def _together(learned: Channel, word: str, latin: str) -> float:
    """The sum over all ways to cut both words into the same number of pieces."""
    rows, columns = len(word), len(latin)
    sums = [[0.0] * (columns + 3) for _ in range(rows + 2)]  # wider than needed: what runs over the end is never read
    sums[0][0] = 1.0
    pieces = _pieces(latin, learned.longest)
    for i in range(rows):
        one, two = learned.joint.get(word[i]), learned.joint.get(word[i : i + 2]) if i + 1 < rows else None
        here, onward = sums[i], sums[i + 1]
        places = [j for j in _beside(i, rows, columns) if here[j]]
        for j in places:  # a sign never seen with these letters
            so_far = here[j]
            onward[j] += so_far * _UNSEEN[0]
            onward[j + 1] += so_far * _UNSEEN[1]
            onward[j + 2] += so_far * _UNSEEN[2]
        for likely, target in ((one, onward), (two, sums[i + 2])):
            if likely:
                _step(likely, here, target, [(j, pieces[j]) for j in places])
    return sums[rows][columns]


def _step(
    likely: Mapping[str, float], here: list[float], target: list[float], places: list[tuple[int, tuple[str, ...]]]
) -> None:
    """Go on by one native piece, with each piece of Latin that it was seen with."""
    for j, pieces in places:
        so_far = here[j]
        at = j
        for piece in pieces:
            if piece in likely:
                target[at] += so_far * likely[piece]
            at += 1


def _beside(i: int, rows: int, columns: int) -> range:
    low = math.ceil((i / rows - WIDEST) * columns - 1e-9)
    high = math.floor((i / rows + WIDEST) * columns + 1e-9)
    return range(max(0, low), min(columns, high) + 1)


@lru_cache(maxsize=16_384)
def _pieces(latin: str, longest: int) -> tuple[tuple[str, ...], ...]:
    """From each place, what begins there, the shortest first."""
    size = len(latin)
    return tuple(
        tuple(latin[j : j + letters] for letters in range(min(longest, size - j) + 1)) for j in range(size + 1)
    )


@lru_cache(maxsize=65_536)
def _alone(script: str, word: str) -> float:
    """Binary logarithm of the probability of a native word by itself."""
    joint = channel(script).joint
    pieces = {word[i : i + size] for size in range(1, NATIVE_PIECE + 1) for i in range(len(word) - size + 1)}
    known = {piece: sum(readings.values()) for piece in pieces if (readings := joint.get(piece))}
    return _one_sided(known, word, NATIVE_PIECE)


@lru_cache(maxsize=65_536)
def _latin_alone(script: str, latin: str) -> float:
    learned = channel(script)
    return _one_sided(learned.latin, latin, learned.longest)


def _one_sided(likely: Mapping[str, float], word: str, longest: int) -> float:
    sums = [1.0] + [0.0] * (len(word) + longest)
    for i in range(len(word)):
        so_far = sums[i]
        sums[i + 1] += so_far * _UNSEEN_ALONE
        for end in range(i + 1, min(i + longest, len(word)) + 1):
            piece = word[i:end]
            if piece in likely:
                sums[end] += so_far * likely[piece]
    return math.log2(sums[len(word)])


class _HanReadings(dict[str, Mapping[str, float]]):
    """Readings of Han signs: what was seen of the sign itself, and a little of what signs of its syllable are read."""

    def get(self, piece: str, otherwise: Any = None) -> Any:  # noqa: ANN401 - the signature of dict
        found = super().get(piece)
        if len(piece) != 1 or piece in "^$":
            return otherwise if found is None else found
        if found is None or "\n" not in found:
            self[piece] = found = self._with_syllable(piece, found or {})
        return found

    def _with_syllable(self, sign: str, seen: Mapping[str, float]) -> Mapping[str, float]:
        syllable = super().get(normalise.latin(sign).replace(" ", ""), {})
        whole = sum(syllable.values()) or 1.0
        mixed = dict(seen)
        for piece, likely in syllable.items():
            mixed[piece] = mixed.get(piece, 0.0) + _SEEN_AS_SYLLABLE * likely / whole
        mixed["\n"] = 0.0
        return mixed


@cache
def channel(script: str) -> Channel:
    """The table of a script, read once."""
    joint: dict[str, Mapping[str, float]] = _HanReadings() if script == "han" else {}
    latin: dict[str, float] = {}
    lines = (TABLES / f"sounds_{script}.tsv").read_text("utf-8").splitlines()
    for line in lines:
        if line.startswith("#"):
            continue
        piece, *readings = line.split("\t")
        table = {}
        for reading in readings:
            letters, _, tenths = reading.partition(" ")
            table[letters] = likely = 2.0 ** (-int(tenths) / 10)
            if not piece.isascii() or piece in "^$":
                latin[letters] = latin.get(letters, 0.0) + likely
        joint[piece] = table
    return Channel(joint, latin, max(map(len, latin)))


@cache
def _simplified() -> Any:  # noqa: ANN401 - PyICU has no types
    import icu  # noqa: PLC0415

    return icu.Transliterator.createInstance("Traditional-Simplified")
