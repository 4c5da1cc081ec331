"""Small tools for columns: hashes of many texts at once, lists of lists in two arrays, look-up of a key. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Lists: TypeAlias = tuple[Array, Array]
"""Lists of lists: where each begins (one more number than there are lists), and all entries one after the other."""

_PRIME: Final = 0x100000001B3  # FNV's
_INVERSE: Final = np.uint64(pow(_PRIME, -1, 2**64))
_MIX: Final = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's finisher
_ALL: Final = 2**64 - 1
_GRAM_SIGNS: Final = 32
GRAMS: Final = _GRAM_SIGNS**3
END: Final = 0  # stands before and after a word

_SIGN_OF: Final = np.array(
    [b - 96 if 97 <= b <= 122 else 27 + b % 5 for b in range(256)], dtype=np.uint16
)  # a to z are themselves, whatever else there is shares five signs


_SIGN_OF_BYTE: Final = _SIGN_OF.tolist()


def encoded(texts: Sequence[str]) -> Lists:
    """The texts in UTF-8, one after the other."""
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    return starts([len(part) for part in parts]), np.frombuffer(b"".join(parts), np.uint8)


def decoded(lists: Lists, numbers: Array) -> list[str]:
    """Some of the texts."""
    ptr, blob = lists
    begins, ends = ptr[numbers].tolist(), ptr[numbers + 1].tolist()
    return [blob[a:b].tobytes().decode("utf-8", "surrogatepass") for a, b in zip(begins, ends, strict=True)]


def distinct(numbers: Array) -> Array:
    """Each number once, in order; faster than numpy's for the few thousand a question brings up."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def starts(lengths: Sequence[int] | Array) -> Array:
    """Where each list begins, and at last where the last one ends."""
    out = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=out[1:])
    return out


def hashes(texts: Sequence[str]) -> Array:
    """64 bits for each text, the same in every process."""
    return hashes_of(encoded(texts))


def hashes_of(lists: Lists) -> Array:
    """64 bits for each text: a polynomial of its bytes, mixed."""
    sums, ptr = _sums(lists), lists[0]
    return _mixed(sums[ptr[1:]] - sums[ptr[:-1]], np.diff(ptr))


def hash_of(text: str) -> int:
    """The hash of one text: for one, this is faster than `hashes`."""
    return _finished(_polynomial(data := text.encode("utf-8", "surrogatepass")), len(data))


def hashes_near(text: str) -> Array:
    """The hash of a text and, if it is longer than two, of the text without each of its bytes in turn."""
    data = text.encode("utf-8", "surrogatepass")
    forms = [data, *(data[:i] + data[i + 1 :] for i in range(len(data)))] if len(data) > 2 else [data]
    return np.array([_finished(_polynomial(form), len(form)) for form in forms], np.uint64)


def _polynomial(data: bytes) -> int:
    total, power = 0, 1
    for byte in data:
        total += (byte + 1) * power
        power = power * _PRIME & _ALL
    return total & _ALL


def _finished(total: int, length: int) -> int:
    found = (total + length) * int(_MIX) & _ALL
    return found ^ found >> 32


def hashes_without_one(lists: Lists) -> tuple[Array, Array]:
    """The hashes of each text with one of its bytes left out, and whose they are."""
    sums, ptr = _sums(lists), lists[0]
    whose = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    begin, end, at = sums[ptr[whose]], sums[ptr[whose + 1]], np.arange(len(lists[1]))
    rest = (end - sums[at + 1]) * _INVERSE
    return _mixed(sums[at] - begin + rest, np.diff(ptr)[whose] - 1), whose


def _sums(lists: Lists) -> Array:
    """The running sum of each byte times a power that grows from the text's beginning."""
    ptr, blob = lists
    lengths = np.diff(ptr)
    powers = np.full(int(lengths.max(initial=0)) + 1, _PRIME, np.uint64)
    powers[0] = 1
    powers = np.cumprod(powers, dtype=np.uint64)
    places = np.arange(len(blob)) - np.repeat(ptr[:-1], lengths)
    sums = np.zeros(len(blob) + 1, np.uint64)
    np.cumsum((blob.astype(np.uint64) + np.uint64(1)) * powers[places], dtype=np.uint64, out=sums[1:])
    return sums


def _mixed(sums: Array, lengths: Array) -> Array:
    found: Array = (sums + lengths.astype(np.uint64)) * _MIX
    found ^= found >> np.uint64(32)
    return found


def grouped(keys: Array, values: Array, size: int) -> Lists:
    """The values by key, for keys from 0 to `size`; within a key in the order given."""
    order = np.argsort(keys, kind="stable")
    ptr = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=ptr[1:])
    return ptr, values[order]


def gather(lists: Lists, numbers: Array) -> tuple[Array, Array]:
    """The entries of some lists one after the other, and how long each list is."""
    ptr, entries = lists
    begins = ptr[numbers].astype(np.int64)
    lengths = ptr[numbers + 1].astype(np.int64) - begins
    return entries[spread(begins, lengths)], lengths


def spread(begins: Array, lengths: Array) -> Array:
    """The numbers from each beginning on, as many as its length says."""
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    return np.repeat(begins - before, lengths) + np.arange(total)


def sorted_by(keys: Array, values: Array) -> Lists:
    """The keys in order, with their values."""
    order = np.argsort(keys, kind="stable")
    return keys[order], values[order]


def look_up(table: Lists, asked: Array) -> tuple[Array, Array]:
    """The values of all entries whose key is asked for, and which question each answers."""
    keys, values = table
    begins = np.searchsorted(keys, asked, "left")
    lengths = np.searchsorted(keys, asked, "right") - begins
    hit = np.flatnonzero(lengths)
    if not len(hit):
        return values[:0], hit
    begins, lengths = begins[hit], lengths[hit]
    return values[spread(begins, lengths)], np.repeat(hit, lengths)


def grams_of_word(word: str) -> Array:
    """The trigrams of one word, each once."""
    signs = [END, *(_SIGN_OF_BYTE[byte] for byte in word.encode("utf-8", "surrogatepass")), END]
    found = {(a * _GRAM_SIGNS + b) * _GRAM_SIGNS + c for a, b, c in zip(signs, signs[1:], signs[2:], strict=False)}
    return np.array(sorted(found), np.int64)


def grams_of(lists: Lists) -> tuple[Array, Array]:
    """Trigrams of each text with its ends marked, and whose they are; each once for a text."""
    ptr, blob = lists
    lengths = np.diff(ptr)
    framed = np.full(len(blob) + 2 * len(lengths), END, np.uint16)
    framed[np.arange(len(blob)) + np.repeat(2 * np.arange(len(lengths)) + 1, lengths)] = _SIGN_OF[blob]
    begins = ptr[:-1] + 2 * np.arange(len(lengths))
    places = spread(begins, lengths)
    codes = (framed[places].astype(np.int64) * _GRAM_SIGNS + framed[places + 1]) * _GRAM_SIGNS + framed[places + 2]
    both = np.unique(np.repeat(np.arange(len(lengths)), lengths) * GRAMS + codes)
    return both % GRAMS, both // GRAMS
