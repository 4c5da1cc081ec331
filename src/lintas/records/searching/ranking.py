"""Which rows of a segment are most like what is asked, in bits of evidence.

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

from lintas.matching.keys import MARKS, NO_VOWELS, OR, QueryTerms
from lintas.records.searching.arrays import (
    Array,
    decoded,
    distinct,
    encoded,
    gather,
    grams_of,
    hashes,
    hashes_without_one,
    look_up,
    spread,
)
from lintas.records.searching.rows import KIND_BITS, bones_of
from lintas.records.searching.segment import Segment

_LOOKED_AT: Final = 150  # words that are compared letter by letter
_LOOKED_AT_OF_MANY: Final = 60  # the same, for each of several forms of one word
_MOST_OF_A_GRAM: Final = 40_000  # words with a trigram that are gone through before commoner trigrams are left out
_MARKS: Final = np.frombuffer(MARKS.encode(), np.uint8)
_LOWEST: Final = 0.5  # likeness at which two words are no longer one word
_LEAST_WORTH: Final = 0.08
_UNKNOWN: Final = 15.0  # bits of a word nobody bears
_INITIAL: Final = 0.35  # what one letter is worth of the word it begins
_AT_ONCE: Final = 120_000  # entries of lists gone through before the rest is only looked up
_SURVIVORS: Final = 30_000
_WEIGHED: Final = 300  # names that are weighed word by word
_WIDEST: Final = 12
_LONGER: Final = 0.4  # bits a name loses before it is weighed for each word it has more than the one asked
_NUMBER, _NEAR = 60.0, 16.0
_COUNTRY: Final = 1.5


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
    forms = [form for form in asked.split(OR) if len(form.lstrip(MARKS)) > 1]
    words, worth = np.zeros(0, np.int64), np.zeros(0, np.float32)
    for form in forms:
        some = _shortlist(segment, form, _LOOKED_AT if len(forms) == 1 else _LOOKED_AT_OF_MANY)
        words, worth = np.concatenate([words, some]), np.concatenate([worth, _worth(segment, form, some)])
    if len(forms) > 1:
        order = np.lexsort((-worth, words))
        first = np.concatenate([[True], np.diff(words[order]) > 0]) if len(order) else order.astype(np.bool_)
        words, worth = words[order][first], worth[order][first]
    kept = worth > _LEAST_WORTH
    words, worth = words[kept], worth[kept]
    posts = segment.columns["by_post_at"]
    return Like(words, worth, int((posts[words + 1] - posts[words]).sum()))


def _shortlist(segment: Segment, form: str, most: int) -> Array:
    """Words with many of the same trigrams, or the same consonants but for one; in order of their number."""
    text, bones = form.lstrip(MARKS), bones_of(form)
    vocab_at = segment.columns["vocab_at"]
    count = np.zeros(len(vocab_at) - 1, np.float32)
    codes, _ = grams_of(encoded([text]))
    gram_at, gram = segment.lists("by_gram")
    begins, lengths = gram_at[codes], gram_at[codes + 1] - gram_at[codes]
    order = np.argsort(lengths)
    tolerable = np.cumsum(lengths[order]) < _MOST_OF_A_GRAM
    tolerable[:2] = True
    for place in order[tolerable]:
        count[gram[begins[place] : begins[place] + lengths[place]]] += 1
    heard = encoded([bones])
    near = hashes_without_one(heard)[0] if len(bones) > 2 else hashes([])
    by_bones, which = look_up(segment.table("by_bones"), np.concatenate([hashes([bones]), near]))
    least = 1 if len(text) < 5 else 2
    there = count >= least
    there[by_bones] = True
    found = np.flatnonzero(there)
    if len(found) <= most:
        return found
    count[found] *= 2 / (len(codes) + vocab_at[found + 1] - vocab_at[found])  # Dice's coefficient
    count[by_bones] += 0.25
    count[by_bones[which == 0]] += 0.25
    value = count[found] - np.float32(0.002) * segment.bits[found]
    return np.sort(found[np.argpartition(-value, most)[:most]])


def _worth(segment: Segment, form: str, words: Array) -> Array:
    """The part of a word's bits that a likeness is worth: everything at 1, nothing at the lowest."""
    if not len(words):
        return np.zeros(0, np.float32)
    texts = decoded(segment.lists("vocab"), words)
    vocab_at, vocab = segment.lists("vocab")
    first = vocab[vocab_at[words]]
    mark = form[0] if form[0] in MARKS else ""
    marked = np.isin(first, _MARKS)
    if marked.any():
        texts = [text.lstrip(MARKS) for text in texts]
    bones = decoded(segment.lists("bones"), words)
    one = cdist([form.lstrip(MARKS)], texts, scorer=OSA.normalized_similarity)[0]
    heard = cdist([bones_of(form)], bones, scorer=OSA.normalized_similarity)[0]
    foreign = first != ord(mark) if mark else marked
    no_vowels = foreign & ((first == ord(NO_VOWELS)) | (mark == NO_VOWELS))
    no_l = foreign & ~no_vowels
    both = np.where(no_vowels, 0.3 * one + 0.7 * heard, 0.5 * one + 0.5 * heard)
    plain = np.maximum(one, 0.65 * one + 0.35 * heard)
    found = np.where(no_vowels | no_l, np.minimum(both, 0.97), plain)
    worth: Array = (np.maximum(found - _LOWEST, 0) / (1 - _LOWEST)) ** 1.5
    return worth.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Asked:
    """A name that is asked, in the words of one segment."""

    words: tuple[str, ...]
    bits: Array
    like: tuple[Like, ...]

    @classmethod
    def of(cls, segment: Segment, words: Sequence[str], bits: Sequence[float]) -> Asked:
        """Look for the words like those of the name."""
        return cls(tuple(words), np.array(bits, np.float32), tuple(like(segment, word) for word in words))


def rarity(segment: Segment, word: str) -> float:
    """How rare a word is in bits; a word nobody bears is as rare as the one it is probably meant to be."""
    exact, _ = look_up(segment.table("by_vocab"), hashes([word]))
    if len(exact):
        return float(segment.bits[exact[0]])
    found = like(segment, word)
    if len(found.words):
        best = int(np.argmax(found.worth - 0.01 * segment.bits[found.words]))
        if found.worth[best] > 0.4:
            return float(segment.bits[found.words[best]])
    return _UNKNOWN


def best_rows(segment: Segment, terms: QueryTerms, names: Sequence[Asked], limit: int) -> tuple[Array, Array]:
    """The best rows for what is asked, and their bits; not in order."""
    rows: list[Array] = []
    scores: list[Array] = []
    for name in names:
        found = _names(segment, terms, name)
        rows.append(segment.columns["by_name_row"][found].astype(np.int64))
        scores.append(_weigh(segment, name, found))
    numbered, value = _numbered(segment, terms)
    known = np.concatenate([*rows, numbered]) if rows else numbered
    if not len(known):
        return known, np.zeros(0, np.float32)
    row, number = np.unique(known, return_inverse=True)
    score = np.full(len(row), -8.0 if names else 0.0, np.float32)
    named = number[: len(known) - len(numbered)]
    if len(named):
        np.maximum.at(score, named, np.concatenate(scores))
    of_numbers = np.zeros(len(row), np.float32)
    np.maximum.at(of_numbers, number[len(known) - len(numbered) :], value)
    score += of_numbers + date_bits(segment, row, terms.dates) + _country_bits(segment, row, terms)
    kept = np.flatnonzero(segment.alive[row])
    if len(kept) > limit:
        kept = kept[np.argpartition(-score[kept], limit)[:limit]]
    return row[kept], score[kept]


def _numbered(segment: Segment, terms: QueryTerms) -> tuple[Array, Array]:
    asked = (*terms.keys, *terms.near)
    if not asked:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    rows, which = look_up(segment.table("by_number"), hashes(asked))
    value = np.where(which < len(terms.keys), _NUMBER, _NEAR).astype(np.float32)
    if len(rows) > 1_000:  # a number that everybody has says nothing
        best = np.argsort(-value, kind="stable")[:1_000]
        rows, value = rows[best], value[best]
    return rows.astype(np.int64), value


def _names(segment: Segment, terms: QueryTerms, asked: Asked) -> Array:
    """The names worth weighing."""
    found, gain = _by_words(segment, asked)
    if terms.dates:
        rows, _ = look_up(segment.table("by_date"), np.array(around(terms.dates), np.uint32))
        born, _ = gather((segment.columns["name_at"], np.arange(segment.names)), rows[:_SURVIVORS].astype(np.int64))
        found = np.concatenate([found, born])
        gain = np.concatenate([gain, _gain(segment, asked, range(len(asked.words)), born)])
    row = segment.columns["by_name_row"][found]
    mask = np.uint16(sum(KIND_BITS[kind] for kind in terms.kinds))
    kept = np.flatnonzero((gain > 0) & ((segment.columns["kind"][row] & mask) > 0) & segment.alive[row])
    found, gain, row = found[kept], gain[kept], row[kept]
    if len(found) > _WEIGHED:
        size = segment.columns["by_name_size"][found].astype(np.float32)
        value = gain - _LONGER * np.maximum(size - len(asked.words), 0) + date_bits(segment, row, terms.dates)
        found = found[np.argpartition(-value, _WEIGHED)[:_WEIGHED]]
    return distinct(found)


def _by_words(segment: Segment, asked: Asked) -> tuple[Array, Array]:
    """The names that share the rarer words, and what all they share is worth."""
    order = [i for i in sorted(range(len(asked.words)), key=lambda i: asked.like[i].entries) if asked.like[i].entries]
    posts = segment.lists("by_post")
    total = np.zeros(segment.names, np.float32)
    last = np.zeros(segment.names, np.float32)
    touched: list[Array] = []
    done = 0
    for place, i in enumerate(order):
        done += asked.like[i].entries
        if place and done > _AT_ONCE:
            break
        worth = _bits(segment, asked, i)
        ascending = np.argsort(worth)
        names, lengths = gather(posts, asked.like[i].words[ascending])
        last[names] = np.repeat(worth[ascending], lengths)  # of several like words the likest is written last
        total[names] += last[names]  # the sum is made before it is written: a name that comes twice counts once
        touched.append(names)
    else:
        place = len(order)
    if not touched:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    found = np.concatenate(touched)
    gain = total[found]
    if len(found) > _SURVIVORS:
        best = np.argpartition(-gain, _SURVIVORS)[:_SURVIVORS]
        found = found[best]
    found = distinct(found)
    rest = order[place:]
    gain = total[found] + _gain(segment, asked, rest, found)
    return found, gain


def _bits(segment: Segment, asked: Asked, i: int) -> Array:
    found: Array = asked.like[i].worth * np.minimum(asked.bits[i], segment.bits[asked.like[i].words])
    return found


def _gain(segment: Segment, asked: Asked, which: Sequence[int], names: Array) -> Array:
    """What some of the words asked are worth in these names."""
    out = np.zeros(len(names), np.float32)
    if not len(which) or not len(names):
        return out
    words, lengths = gather(segment.lists("word"), names)
    begins = np.cumsum(lengths) - lengths
    for i in which:
        if asked.like[i].entries:
            out += np.maximum.reduceat(_found(asked.like[i].words, _bits(segment, asked, i), words), begins)
    return out


def _found(keys: Array, values: Array, asked: Array) -> Array:
    """The value of each key asked for; 0 where there is none."""
    places = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[places] == asked, values[places], np.float32(0))


def _weigh(segment: Segment, asked: Asked, names: Array) -> Array:
    """Pair the words one by one, the best pair first; what is left over speaks against."""
    if not len(names):
        return np.zeros(0, np.float32)
    words, bits = _table(segment, names)
    count, wide = words.shape
    gain = np.zeros((count, len(asked.words), wide), np.float32)
    for i, one in enumerate(asked.like):
        if len(one.words):
            gain[:, i, :] = _found(one.words, one.worth, words)
    _initials(segment, asked, words, gain)
    gain *= np.minimum(asked.bits[None, :, None], bits[:, None, :])
    over = np.broadcast_to(asked.bits, (count, len(asked.words))).copy()
    left = bits.copy()
    total = np.zeros(count, np.float32)
    every = np.arange(count)
    for _ in range(min(len(asked.words), wide)):
        best = gain.reshape(count, -1).argmax(axis=1)
        i, j = np.divmod(best, wide)
        value = gain[every, i, j]
        total += value
        hit = value > 0
        share = value[hit] / np.maximum(np.minimum(over[every, i], left[every, j])[hit], 1e-6)
        over[every[hit], i[hit]] *= (1 - share) * _HALF
        left[every[hit], j[hit]] *= (1 - share) * _HALF
        gain[every, i, :] = 0
        gain[every, :, j] = 0
    left_a, left_b = over.sum(axis=1), left.sum(axis=1)
    total -= 1.4 * np.minimum(left_a, left_b) + 0.15 * np.maximum(left_a, left_b)
    return total


_HALF: Final = 0.5


def _table(segment: Segment, names: Array) -> tuple[Array, Array]:
    """The words of each name in a row, and their bits; 0 where a name has fewer."""
    word_at, word = segment.lists("word")
    begins = word_at[names]
    lengths = np.minimum(word_at[names + 1] - begins, _WIDEST)
    wide = int(lengths.max())
    there = np.arange(wide)[None, :] < lengths[:, None]
    words = np.zeros((len(names), wide), np.int64)
    words[there] = word[spread(begins, lengths)]
    return words, np.where(there, segment.bits[words], np.float32(0))


def _initials(segment: Segment, asked: Asked, words: Array, gain: Array) -> None:
    vocab_at, vocab = segment.lists("vocab")
    first = vocab[np.minimum(vocab_at[words], len(vocab) - 1)]
    single = vocab_at[words + 1] - vocab_at[words] == 1
    for i, word in enumerate(asked.words):
        same = first == ord(word[0]) if word[0].isascii() else np.zeros_like(single)
        short = same if len(word) == 1 else same & single
        gain[:, i, :] = np.where(short, np.maximum(gain[:, i, :], _INITIAL), gain[:, i, :])


def _country_bits(segment: Segment, rows: Array, terms: QueryTerms) -> Array:
    out = np.zeros(len(rows), np.float32)
    if terms.countries:
        asked = (hashes(terms.countries) & np.uint64(0xFFFF)).astype(np.uint16)
        found, lengths = gather(segment.lists("country"), rows)
        has = np.flatnonzero(lengths)
        if len(has):
            begins = (np.cumsum(lengths) - lengths)[has]
            out[has] = np.where(np.logical_or.reduceat(np.isin(found, asked), begins), _COUNTRY, -_COUNTRY)
    return out


def date_bits(segment: Segment, rows: Array, asked: Sequence[int]) -> Array:
    """What the dates of these rows say."""
    out = np.zeros(len(rows), np.float32)
    if not asked or not len(rows):
        return out
    dates, lengths = gather(segment.lists("date"), rows)
    has = np.flatnonzero(lengths)
    if len(has):
        begins = (np.cumsum(lengths) - lengths)[has]
        out[has] = np.maximum.reduceat(_agreement(dates.astype(np.int64), asked), begins)
    return out


def _agreement(dates: Array, asked: Sequence[int]) -> Array:
    """What each date is worth; the first asked is the one that was told, the others are other readings of it."""
    best = np.full(len(dates), -9.0, np.float32)
    slips = np.array(around(asked))
    for place, date in enumerate(asked):
        year, whole = date // 10_000, date % 100 and 1
        apart = np.abs(dates // 10_000 - year)
        partial = (dates % 100 == 0) | (not whole)
        level = np.where(apart == 0, np.where(partial, 5.0, -3.0), np.where((apart == 1) & partial, -1.0, -9.0))
        level = np.where((dates == date) & ~partial, 8.0 if place else 12.0, level)
        best = np.maximum(best, level.astype(np.float32))
    return np.where((best < 6) & np.isin(dates, slips) & (dates % 100 > 0), np.float32(6), best)


def around(asked: Sequence[int]) -> list[int]:
    """The days asked, and those that differ in one digit or in two beside each other exchanged."""
    days = {date for date in asked if date % 100}
    for date in tuple(days):
        text = f"{date:08}"
        for i, digit in enumerate(text):
            days |= {int(text[:i] + other + text[i + 1 :]) for other in "0123456789" if other != digit}
            days.add(int(text[:i] + text[i : i + 2][::-1] + text[i + 2 :]))
    return sorted(date for date in days if 1 <= date // 100 % 100 <= 12 and 1 <= date % 100 <= 31)
