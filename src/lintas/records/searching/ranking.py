"""Which rows of a segment are most like what is asked, in bits of evidence.

Names are found by lists of those who bear each word like one that is asked, the rarer words first, and by their date of
birth; the best are paired word by word, and what is left over speaks against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from lintas.matching.keys import QueryTerms
from lintas.records.searching.arrays import Array, distinct, gather, hashes, look_up, spread
from lintas.records.searching.likeness import Like, like
from lintas.records.searching.rows import KIND_BITS
from lintas.records.searching.segment import Segment

_INITIAL: Final = 0.35  # what one letter is worth of the word it begins
_AT_ONCE: Final = 60_000  # entries of lists gone through before the rest is only looked up
_SURVIVORS: Final = 20_000
_LOOKED_THROUGH: Final = 2_000  # names of which it is asked what they are names of
_WEIGHED: Final = 200  # names that are weighed word by word
_WIDEST: Final = 12
_LONGER: Final = 0.4  # bits a name loses before it is weighed for each word it has more than the one asked
_LEFT: Final = 0.5  # what is left of a word that found its like, but not wholly
_NUMBER, _NEAR = 60.0, 16.0  # bits of the same identifier, and of one with a slip
_SAME, _OTHER_READING, _SLIP, _PARTIAL, _OTHER_DAY, _NEAR_YEAR, _DIFFERS = 12.0, 8.0, 6.0, 5.0, -3.0, -1.0, -9.0
_COUNTRY: Final = 1.5


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
    """The names worth weighing: the best by their words, and the best of those born on the day or a slip beside it."""
    partial = any(not date % 100 for date in terms.dates)  # many are born in a year: that alone leads to nobody
    found = _best(segment, terms, asked, _by_words(segment, asked), dated=partial)
    if terms.dates and not partial:
        rows, _ = look_up(segment.table("by_date"), around(terms.dates).astype(np.uint32))
        born = segment.names_of(rows[:_SURVIVORS].astype(np.int64))
        gain = _gain(segment, asked, range(len(asked.words)), born)
        found = np.concatenate([found, _best(segment, terms, asked, (born, gain))])
    return distinct(found)


def _best(
    segment: Segment, terms: QueryTerms, asked: Asked, found: tuple[Array, Array], *, dated: bool = False
) -> Array:
    """The best of some names by what they share, less what they have besides."""
    mask = np.uint16(sum(KIND_BITS[kind] for kind in terms.kinds))
    for most in (_LOOKED_THROUGH, len(found[0])):
        names, gain = _top(*found, most)
        row = segment.columns["by_name_row"][names]
        kept = np.flatnonzero((gain > 0) & ((segment.columns["kind"][row] & mask) > 0) & segment.alive[row])
        if len(kept) >= _WEIGHED or len(names) == len(found[0]):
            break
    size = segment.columns["by_name_size"][names[kept]].astype(np.float32)
    value = gain[kept] - _LONGER * np.maximum(size - len(asked.words), 0)
    if dated:
        value += date_bits(segment, row[kept], terms.dates)
    return _top(names[kept], value, _WEIGHED)[0]


def _top(names: Array, value: Array, most: int) -> tuple[Array, Array]:
    """The names of most value, in no order."""
    if len(names) <= most:
        return names, value
    best = np.argpartition(-value, most)[:most]
    return names[best], value[best]


def _by_words(segment: Segment, asked: Asked) -> tuple[Array, Array]:
    """The names that share the rarer words, and what all they share is worth."""
    order = [i for i in sorted(range(len(asked.words)), key=lambda i: asked.like[i].entries) if asked.like[i].entries]
    posts = segment.lists("by_post")
    total, last = segment.scratch()
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
    every = np.concatenate(touched)
    found, _ = _top(every, total[every], _SURVIVORS)
    found = distinct(found)
    rest = order[place:]
    gain = total[found] + _gain(segment, asked, rest, found)
    total[every] = 0
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
        over[every[hit], i[hit]] *= (1 - share) * _LEFT
        left[every[hit], j[hit]] *= (1 - share) * _LEFT
        gain[every, i, :] = 0
        gain[every, :, j] = 0
    left_a, left_b = over.sum(axis=1), left.sum(axis=1)
    total -= 0.7 * np.minimum(left_a, left_b) + 0.15 * np.maximum(left_a, left_b)
    return total


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
    """One letter is worth something for a word that begins with it."""
    first, vocab_at = segment.columns["by_first"][words], segment.columns["vocab_at"]
    single = vocab_at[words + 1] - vocab_at[words] == 1
    some = bool(single.any())
    for i, word in enumerate(asked.words):
        if len(word) == 1 or some:
            short = first == (ord(word[0]) & 0xFF)
            short = short if len(word) == 1 else short & single
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


def date_bits(segment: Segment, rows: Array, asked: tuple[int, ...]) -> Array:
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


def _agreement(dates: Array, asked: tuple[int, ...]) -> Array:
    """What each date is worth; the first asked is the one that was told, the others are other readings of it."""
    best = np.full(len(dates), _DIFFERS, np.float32)
    slips = around(asked)
    for place, date in enumerate(asked):
        year, whole = date // 10_000, date % 100 and 1
        apart = np.abs(dates // 10_000 - year)
        partial = (dates % 100 == 0) | (not whole)
        level = np.where((apart == 1) & partial, _NEAR_YEAR, _DIFFERS)
        level = np.where(apart == 0, np.where(partial, _PARTIAL, _OTHER_DAY), level)
        level = np.where((dates == date) & ~partial, _OTHER_READING if place else _SAME, level)
        best = np.maximum(best, level.astype(np.float32))
    return np.where((best < _SLIP) & np.isin(dates, slips) & (dates % 100 > 0), np.float32(_SLIP), best)


@lru_cache(maxsize=1_024)
def around(asked: tuple[int, ...]) -> Array:
    """The days asked, and those that differ in one digit or in two beside each other exchanged; in order."""
    days = {date for date in asked if date % 100}
    for date in tuple(days):
        text = f"{date:08}"
        for i, digit in enumerate(text):
            days |= {int(text[:i] + other + text[i + 1 :]) for other in "0123456789" if other != digit}
            days.add(int(text[:i] + text[i : i + 2][::-1] + text[i + 2 :]))
    return np.array(sorted(date for date in days if 1 <= date // 100 % 100 <= 12 and 1 <= date % 100 <= 31), np.int64)
