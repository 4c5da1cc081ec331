"""What is found by, in columns: made of records in any process, joined, and made ready to be asked.

`rows_of` makes columns of terms; `joined` puts columns one after the other, without what is gone; `ready` adds what
only serves to find: everything in these can be made again from the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from typing import Final, TypeAlias

import numpy as np

from lintas.matching.keys import MARKS, IndexTerms
from lintas.matching.normalise import skeleton
from lintas.model import SubjectKind
from lintas.records.searching.arrays import (
    GRAMS,
    Array,
    encoded,
    gather,
    grams_of,
    grouped,
    hashes,
    hashes_of,
    hashes_without_one,
    sorted_by,
    spread,
    starts,
)

Columns: TypeAlias = dict[str, Array]

KIND_BITS: Final[Mapping[str, int]] = {str(kind): 1 << place for place, kind in enumerate(SubjectKind)}
_HEARD_ALIKE: Final = str.maketrans("lj", "rk")  # some scripts do not tell l from r, and in Cairo j is spoken g
TEXT: Final = 20
"""Bytes of a word that are compared; of its consonants, `HEARD`."""

HEARD: Final = 10
_MOST_WORDS: Final = 255
_BY_ROW: Final = (("id", np.uint8), ("date", np.uint32), ("country", np.uint16), ("number", np.uint64))


def rows_of(found: Sequence[tuple[str, IndexTerms]]) -> Columns:
    """The columns of some records."""
    vocabulary: dict[str, int] = {}
    names = [name for _, terms in found for name in terms.names]
    words = [vocabulary.setdefault(word, len(vocabulary)) for word in chain.from_iterable(names)]
    id_at, ids = encoded([key for key, _ in found])
    vocab_at, vocab = encoded(list(vocabulary))
    bones_at, bones = encoded([bones_of(word) for word in vocabulary])
    countries = [country for _, terms in found for country in terms.countries]
    numbers = [number for _, terms in found for number in (*terms.keys, *terms.near)]
    return {
        "id_at": id_at,
        "id": ids,
        "kind": np.array([sum(KIND_BITS[kind] for kind in terms.kinds) for _, terms in found], np.uint16),
        "name_at": starts([len(terms.names) for _, terms in found]),
        "word_at": starts([len(name) for name in names]),
        "word": np.array(words, np.uint32),
        "vocab_at": vocab_at,
        "vocab": vocab,
        "bones_at": bones_at,
        "bones": bones,
        "date_at": starts([len(terms.dates) for _, terms in found]),
        "date": np.array([date for _, terms in found for date in terms.dates], np.uint32),
        "country_at": starts([len(terms.countries) for _, terms in found]),
        "country": (hashes(countries) & np.uint64(0xFFFF)).astype(np.uint16),
        "number_at": starts([len(terms.keys) + len(terms.near) for _, terms in found]),
        "number": hashes(numbers),
    }


def bones_of(word: str) -> str:
    """The consonants of a word by which it is found from any script; its marks are gone."""
    return skeleton(word.lstrip(MARKS)).translate(_HEARD_ALIKE)


def joined(parts: Sequence[tuple[Columns, Array]]) -> Columns:
    """Several columns one after the other, each with only the rows that are to be kept."""
    kept = [_kept(part, keep) for part, keep in parts if len(keep)]
    out = {"kind": np.concatenate([part["kind"] for part in kept])}
    for name in ("id", "name", "word", "date", "country", "number"):
        offsets = accumulate((part[f"{name}_at"][-1] for part in kept[:-1]), initial=0)
        pieces = [part[f"{name}_at"][1:] + offset for part, offset in zip(kept, offsets, strict=True)]
        out[f"{name}_at"] = np.concatenate([np.zeros(1, np.int64), *pieces])
    for name, _ in _BY_ROW:
        out[name] = np.concatenate([part[name] for part in kept])
    return out | _one_vocabulary(kept)


def _kept(part: Columns, keep: Array) -> Columns:
    """The columns with only the rows that are to be kept."""
    out = {"kind": part["kind"][keep], "vocab_at": part["vocab_at"], "vocab": part["vocab"]}
    out |= {"bones_at": part["bones_at"], "bones": part["bones"]}
    for name, _ in _BY_ROW:
        out[name], lengths = gather((part[f"{name}_at"], part[name]), keep)
        out[f"{name}_at"] = starts(lengths)
    names, lengths = gather((part["name_at"], np.arange(part["name_at"][-1])), keep)
    out["name_at"] = starts(lengths)
    out["word"], lengths = gather((part["word_at"], part["word"]), names)
    out["word_at"] = starts(lengths)
    return out


def _one_vocabulary(parts: Sequence[Columns]) -> Columns:
    """One numbering of the words of all; a word that nobody bears any more is gone."""
    used = [np.unique(part["word"]) for part in parts]
    cut: dict[str, list[tuple[Array, Array]]] = {"vocab": [], "bones": []}
    for part, words in zip(parts, used, strict=True):
        for name, lists in cut.items():
            blob, lengths = gather((part[f"{name}_at"], part[name]), words)
            lists.append((blob, lengths))
    all_of = {
        name: (starts(np.concatenate([n for _, n in lists])), np.concatenate([b for b, _ in lists]))
        for name, lists in cut.items()
    }
    _, first, number = np.unique(hashes_of(all_of["vocab"]), return_index=True, return_inverse=True)
    out: Columns = {}
    for name, texts in all_of.items():
        out[name], lengths = gather(texts, first)
        out[f"{name}_at"] = starts(lengths)
    numbered, at = [], 0
    for part, words in zip(parts, used, strict=True):
        numbered.append(number[at + np.searchsorted(words, part["word"])].astype(np.uint32))
        at += len(words)
    return out | {"word": np.concatenate(numbered)}


def ready(rows: Columns) -> Columns:
    """The columns with those by which rows are found."""
    lengths = np.diff(rows["word_at"])
    name_of_word = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    row_of_name = np.repeat(np.arange(len(rows["kind"]), dtype=np.uint32), np.diff(rows["name_at"]))
    words = len(rows["vocab_at"]) - 1
    plain = _unmarked((rows["vocab_at"], rows["vocab"]))
    codes, owners = grams_of(plain)
    out = dict(rows)
    out["by_text"], out["by_heard"] = _fixed(plain, TEXT), _fixed((rows["bones_at"], rows["bones"]), HEARD)
    out["by_first"] = out["by_text"].view(np.uint8)[::TEXT].copy()
    out["by_mark"] = np.where(np.diff(plain[0]) < np.diff(rows["vocab_at"]), rows["vocab"][rows["vocab_at"][:-1]], 0)
    out["by_name_row"], out["by_name_size"] = row_of_name, np.minimum(lengths, _MOST_WORDS).astype(np.uint8)
    out["by_post_at"], out["by_post"] = grouped(rows["word"], name_of_word, words)
    out["by_gram_at"], out["by_gram"] = grouped(codes, owners.astype(np.uint32), GRAMS)
    out |= _table("by_vocab", hashes_of((rows["vocab_at"], rows["vocab"])), np.arange(words))
    out |= _table("by_id", hashes_of((rows["id_at"], rows["id"])), np.arange(len(rows["kind"])))
    bones = (rows["bones_at"], rows["bones"])
    short, whose = hashes_without_one(bones)
    many = np.diff(rows["bones_at"])[whose] > 2  # of two signs nothing would be left to tell
    out |= _table(
        "by_bones",
        np.concatenate([hashes_of(bones), short[many]]),
        np.concatenate([np.arange(words), whose[many]]),
    )
    for name in ("date", "number"):
        owner = np.repeat(np.arange(len(rows["kind"]), dtype=np.uint32), np.diff(rows[f"{name}_at"]))
        out |= _table(f"by_{name}", rows[name], owner)
    return out


def _table(name: str, keys: Array, values: Array) -> Columns:
    key, value = sorted_by(keys, values.astype(np.uint32))
    return {f"{name}_key": key, f"{name}_value": value}


def _fixed(lists: tuple[Array, Array], wide: int) -> Array:
    """Each text in the same number of bytes, to be read a thousand at a time; what is longer is cut."""
    ptr, blob = lists
    lengths = np.minimum(np.diff(ptr), wide)
    out = np.zeros((len(lengths), wide), np.uint8)
    out[np.arange(wide)[None, :] < lengths[:, None]] = blob[spread(ptr[:-1], lengths)]
    return out.reshape(-1).view(f"S{wide}")


def _unmarked(lists: tuple[Array, Array]) -> tuple[Array, Array]:
    """The words without the marks before them."""
    ptr, blob = lists
    if not len(blob):
        return lists
    marked = np.isin(blob, np.frombuffer((MARKS).encode(), np.uint8))
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(marked)])
    return ptr - before[ptr], blob[~marked]


def blanked(columns: Columns, rows: Array) -> Columns:
    """The same columns, of the same lengths, with nothing left in them of these rows; much faster than without them.

    What stands in order gets the value beside it, so that it stays in order, and leads to a row that is gone; a word
    that only they bore is blanked too.
    """
    out = dict(columns)
    for name, _ in _BY_ROW:
        out[name] = out[name].copy()
        out[name][_places(columns[f"{name}_at"], rows)] = 0
    names = _places(columns["name_at"], rows)
    places = _places(columns["word_at"], names)
    words = columns["word"][places].astype(np.int64)
    bearers = np.repeat(names, columns["word_at"][names + 1] - columns["word_at"][names])
    out["word"], out["by_post"] = columns["word"].copy(), columns["by_post"].copy()
    out["word"][places] = 0
    alone = [word for word, name in zip(words.tolist(), bearers.tolist(), strict=True) if _unpost(out, word, name)]
    lost = np.array(sorted(set(alone)), np.int64)
    for name in ("vocab", "bones"):
        out[name] = out[name].copy()
        out[name][_places(columns[f"{name}_at"], lost)] = 0
    for name in ("by_text", "by_heard", "by_first"):
        out[name] = out[name].copy()
        out[name][lost] = np.zeros(1, out[name].dtype)[0]
    for name, gone in (("id", rows), ("date", rows), ("number", rows), ("vocab", lost), ("bones", lost)):
        out[f"by_{name}_key"] = _beside(columns[f"by_{name}_key"], np.isin(columns[f"by_{name}_value"], gone))
    return out


def _places(ptr: Array, numbers: Array) -> Array:
    return spread(ptr[numbers], ptr[numbers + 1] - ptr[numbers])


def _unpost(columns: Columns, word: int, name: int) -> bool:
    """Take a name off the list of those who bear a word; True if nobody else is on it."""
    begin, end = columns["by_post_at"][word : word + 2].tolist()
    bearers = columns["by_post"][begin:end]
    others = bearers[bearers != name]
    if len(others):
        bearers[bearers == name] = others[0]
    return not len(others)


def _beside(keys: Array, gone: Array) -> Array:
    """The keys with those that are gone replaced by the nearest before them that stays, or else after them."""
    stays = np.flatnonzero(~gone)
    if not len(stays):
        return np.zeros_like(keys)
    places = np.clip(np.searchsorted(stays, np.arange(len(keys)), "right") - 1, 0, None)
    found: Array = keys[stays[places]]
    return found
