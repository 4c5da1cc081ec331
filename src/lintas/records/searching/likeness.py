"""The words of a segment that are like one that is asked: by their letters, by their consonants, by ear.

A word that is asked stands for all words of the register like it, each worth as much as it is like it. That is looked
for once for a word and remembered; names are then found, and weighed, by numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from lintas.matching import sounds
from lintas.matching.keys import MARKS, NATIVE, NO_VOWELS, OR
from lintas.records.searching.arrays import Array, distinct, grams_of_word, hash_of, hashes_near, look_up
from lintas.records.searching.rows import HEARD, TEXT, bones_of
from lintas.records.searching.segment import Segment

_LOOKED_AT: Final = 150  # words that are compared letter by letter
_LOOKED_AT_OF_MANY: Final = 200  # the same, for several forms of one word
_LISTENED_TO: Final = 32  # of them, those a native word is heard against
_BITS_A_SIGN: Final = 3.0  # that a native word gains at least when it is heard in its own spelling
_MOST_OF_A_GRAM: Final = 40_000  # words with a trigram that are gone through before commoner trigrams are left out
_SHORT: Final = 5  # letters below which one trigram in common is enough to look at a word
_LOWEST: Final = 0.5  # likeness at which two words are no longer one word
_STEEP: Final = 1.5  # how much faster a word loses its worth than its likeness
_LEAST_WORTH: Final = 0.08
_SURELY_MEANT: Final = 0.4  # worth from which a word nobody bears is taken for the one it is like
_UNKNOWN: Final = 15.0  # bits of a word nobody bears
_NOTHING: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Like:
    """The words of a segment that are like one word, in order of their number, and what each is worth from 0 to 1."""

    words: Array
    worth: Array
    entries: int  # names that have one of them


def like(segment: Segment, asked: str) -> Like:
    """The words of a segment that are like this one."""
    found = segment.remembered(asked)
    if found is None:
        found = _like(segment, asked)
        segment.remember(asked, found)
    return found  # type: ignore[no-any-return]


def _like(segment: Segment, asked: str) -> Like:
    forms = asked.split(OR)
    native = next((form for form in forms if form.startswith(NATIVE)), "")
    latin = [form for form in forms if not form.startswith(NATIVE) and len(form.lstrip(MARKS)) > 1]
    words = _shortlist(segment, latin, _LOOKED_AT if len(latin) == 1 else _LOOKED_AT_OF_MANY) if latin else _NOTHING
    worth = np.zeros(len(words), np.float32)
    for mark in ("", *MARKS):
        alike = [form for form in latin if form[: len(mark)] == mark and (mark or form[0] not in MARKS)]
        if alike and len(words):
            worth = np.maximum(worth, _worth(segment, mark, alike, words))
    if native:
        _hear(segment, native, words, worth)
    kept = worth > _LEAST_WORTH
    words, worth = words[kept], worth[kept]
    posts = segment.columns["by_post_at"]
    return Like(words, worth, int((posts[words + 1] - posts[words]).sum()))


def _hear(segment: Segment, native: str, words: Array, worth: Array) -> None:
    """Judge the best of the words anew by how likely they are spoken like the native one."""
    script, _, read = native.removeprefix(NATIVE).partition(":")
    order = np.argsort(-worth, kind="stable")
    best = order[:_LISTENED_TO]
    texts = [text.decode("ascii", "replace") for text in segment.columns["by_text"][words[best]].tolist()]
    bits = np.array([sounds.bits(script, read, text) if text.isascii() and text.isalpha() else 0.0 for text in texts])
    most = max(_BITS_A_SIGN * len(read), float(bits.max(initial=1.0)))
    worth[order[_LISTENED_TO:]] = 0
    worth[best] = np.maximum(
        np.clip(bits / most, 0, 1) ** _STEEP, np.where(segment.columns["by_mark"][words[best]] > 0, worth[best], 0)
    )


def _shortlist(segment: Segment, forms: Sequence[str], most: int) -> Array:
    """Words with many of the same trigrams, or the same consonants but for one; in order of their number."""
    texts = [form.lstrip(MARKS) for form in forms]
    vocab_at = segment.columns["vocab_at"]
    count = np.zeros(len(vocab_at) - 1, np.uint8)
    codes = distinct(np.concatenate([grams_of_word(text) for text in texts]))
    gram_at, gram = segment.lists("by_gram")
    begins, ends = gram_at[codes], gram_at[codes + 1]
    order = np.argsort(ends - begins)
    tolerable = np.cumsum((ends - begins)[order]) < _MOST_OF_A_GRAM
    tolerable[:2] = True
    for begin, end in zip(begins[order[tolerable]].tolist(), ends[order[tolerable]].tolist(), strict=True):
        count[gram[begin:end]] += 1
    bones = [hashes_near(one) for one in dict.fromkeys(map(bones_of, forms))]
    by_bones, which = look_up(segment.table("by_bones"), np.concatenate(bones))
    there = count >= (1 if len(forms) == 1 and len(texts[0]) < _SHORT else 2)
    there[by_bones] = True
    found = np.flatnonzero(there)
    if len(found) <= most:
        return found
    dice = 2 * count[found] / (sum(map(len, texts)) / len(texts) + vocab_at[found + 1] - vocab_at[found])
    heard, same = np.zeros(len(found), np.float32), np.isin(which, np.cumsum([0, *map(len, bones)]))
    heard[np.searchsorted(found, by_bones)] = 0.25
    heard[np.searchsorted(found, by_bones[same])] = 0.5
    value = dice + heard - 0.002 * segment.bits[found]
    return np.sort(found[np.argpartition(-value, most)[:most]])


def _worth(segment: Segment, mark: str, forms: Sequence[str], words: Array) -> Array:
    """The part of a word's bits that a likeness is worth: everything at 1, nothing at the lowest."""
    texts, bones = segment.columns["by_text"][words].tolist(), segment.columns["by_heard"][words].tolist()
    asked = [_bytes(form.removeprefix(mark), TEXT) for form in forms]
    one = cdist(asked, texts, scorer=OSA.normalized_similarity)
    heard = cdist([_bytes(bones_of(form), HEARD) for form in forms], bones, scorer=OSA.normalized_similarity)
    found = np.maximum(one, 0.65 * one + 0.35 * heard)
    sign, marks = ord(mark) if mark else 0, segment.columns["by_mark"][words]
    foreign = marks != sign
    if foreign.any():
        no_vowels = foreign & ((marks == ord(NO_VOWELS)) | (sign == ord(NO_VOWELS)))
        both = np.where(no_vowels, 0.3 * one + 0.7 * heard, 0.5 * one + 0.5 * heard)
        found = np.where(foreign, np.minimum(both, 0.97), found)
    worth: Array = (np.maximum(found.max(axis=0) - _LOWEST, 0) / (1 - _LOWEST)) ** _STEEP
    return worth.astype(np.float32)


def _bytes(text: str, wide: int) -> bytes:
    return text.encode("utf-8", "surrogatepass")[:wide].rstrip(b"\0")


def rarity(segment: Segment, word: str) -> float:
    """How rare a word is in bits; a word nobody bears is as rare as the one it is probably meant to be."""
    exact, _ = look_up(segment.table("by_vocab"), np.array([hash_of(word)], np.uint64))
    if len(exact):
        return float(segment.bits[exact[0]])
    found = like(segment, word)
    if len(found.words):
        best = int(np.argmax(found.worth - 0.01 * segment.bits[found.words]))
        if found.worth[best] > _SURELY_MEANT:
            return float(segment.bits[found.words[best]])
    return _UNKNOWN
