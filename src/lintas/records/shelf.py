"""One search index in a folder: segments that never change, and a list of those that count.

The list (`manifest.json`) is replaced in one step, after all it names is durable: whoever dies on the way leaves the
index as it was, and files nobody names, which the next writer removes. An index is derived and may be thrown away at
any time. What is taken out of the records is invisible as soon as the list says so, and then taken out of the files:
its segment is written anew without it, and the old file is removed.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from lintas.errors import DiskFull
from lintas.matching.keys import MARKS, OR, IndexTerms, QueryTerms, index_terms, query_terms
from lintas.model import Record, Subject
from lintas.records.searching import segment as files
from lintas.records.searching.arrays import Array, decoded, hash_of, hashes_of, look_up
from lintas.records.searching.likeness import rarity
from lintas.records.searching.ranking import Asked, best_rows
from lintas.records.searching.rows import Columns, blanked, joined, ready, rows_of
from lintas.records.searching.segment import Damaged, Segment

_LIST: Final = "manifest.json"
_LOCK: Final = "lock"
_GROWTH: Final = 8  # a segment is joined with those less than so many times as large
_ENOUGH: Final = 2_000_000  # rows: what is larger is not joined for its size alone
_FEW_LIVE: Final = 4  # a segment of which one row in so many is gone is written anew
_MOST_VARIANTS: Final = 3
_MOST_WORDS: Final = 12
_SHORTEST_PARTED: Final = 4
_TRIES: Final = 5


class Busy(Exception):
    """Another process is writing this index."""


class Entry(Struct, frozen=True):
    """A segment in the list."""

    file: str
    crc: int
    gone: tuple[int, ...] = ()
    forget: bool = False  # some of those that are gone were removed: the file is to be written anew without them


class Manifest(Struct, frozen=True):
    """What counts: the segments, the number of the last change they know, and whether they know all before it."""

    segments: tuple[Entry, ...] = ()
    sequence: int = 0
    complete: bool = False
    number: int = 0  # of the next file


class Shelf:
    """An index that is open.

    Raises:
        Damaged: What is in the folder is no index of ours, or is damaged.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._release: Callable[[], object] | None = None  # lets go of the lock
        self._manifest = Manifest()
        self._segments: tuple[Segment, ...] = ()
        self._parts: list[Columns] = []  # what was put since the last commit
        self._where: dict[str, tuple[int, int]] = {}  # of each of their ids, the part and the row
        self._put: dict[str, IndexTerms] = {}  # of them, those that stand in no part yet
        self._replaced: set[str] = set()
        self._removed: set[str] = set()
        self.reload()

    @property
    def sequence(self) -> int:
        """The number of the last change it knows."""
        return self._manifest.sequence

    @property
    def complete(self) -> bool:
        """Whether it knows all changes before that one."""
        return self._manifest.complete

    @property
    def size(self) -> int:
        """How many records are found in it."""
        return sum(int(segment.alive.sum()) for segment in self._segments)

    def reload(self) -> None:
        """See what was committed meanwhile, by this process or another.

        Raises:
            Damaged: The files are not what was written.
        """
        for tries in range(_TRIES):
            manifest = self._read()
            try:
                return self._follow(manifest)
            except FileNotFoundError as error:  # joined with another meanwhile
                if tries == _TRIES - 1 or self._read() == manifest:
                    raise Damaged(f"{error.filename} is missing") from error
        return None

    def _read(self) -> Manifest:
        try:
            return msgspec.json.decode((self.folder / _LIST).read_bytes(), type=Manifest)
        except FileNotFoundError:
            if any(self.folder.glob("*.seg")):
                raise Damaged("the list is missing") from None
            return Manifest()
        except (msgspec.DecodeError, OSError) as error:
            raise Damaged(str(error)) from error

    def _follow(self, manifest: Manifest) -> None:
        if manifest == self._manifest:
            return
        known = {(e.file, e.crc): s for e, s in zip(self._manifest.segments, self._segments, strict=True)}
        opened = []
        for entry in manifest.segments:
            before = known.get((entry.file, entry.crc))
            one = files.read(self.folder / entry.file, entry.crc) if before is None else before
            one.alive[list(entry.gone)] = False
            opened.append(one)
        _set_rarity(opened)
        self._manifest, self._segments = manifest, tuple(opened)

    def begin(self) -> None:
        """Become the one who writes.

        Raises:
            Busy: Another process is.
            Damaged: The folder is gone.
            DiskFull: There is no room.
        """
        if self._release is not None:
            return
        try:
            lock = os.open(self.folder / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        except FileNotFoundError as error:
            raise Damaged(str(error)) from error
        release = weakref.finalize(self, os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            release()
            raise Busy(str(self.folder)) from error
        self._release = release
        self.reload()
        # Before the first segment: who looks meanwhile would take segments without a list for damage, and remove them.
        with _faults_told():
            self._replace(self._manifest)
        self._forget()

    def put(self, record_id: str, record: Record | None) -> None:
        """Store a record in place of what was stored under its id; None takes it out."""
        self._put.pop(record_id, None)
        self._where.pop(record_id, None)
        if record is None:
            self._removed.add(record_id)
            return
        self._replaced.add(record_id)
        terms = index_terms(record)
        if terms.keys or terms.names:
            self._put[record_id] = terms

    def take(self, rows: Columns, replaced: Iterable[str] = ()) -> None:
        """Store rows made elsewhere, in place of what was stored under these ids and under their own."""
        self._flush()
        for record_id in replaced:
            self._replaced.add(record_id)
            self._where.pop(record_id, None)
        number = len(self._parts)
        ids = decoded((rows["id_at"], rows["id"]), np.arange(len(rows["kind"])))
        self._replaced.update(ids)
        self._where.update((record_id, (number, row)) for row, record_id in enumerate(ids))
        self._parts.append(rows)

    def _flush(self) -> None:
        put, self._put = self._put, {}
        if put:
            self.take(rows_of(list(put.items())), put)

    def _taken(self) -> list[tuple[Columns, Array]]:
        """What was put, each record once."""
        self._flush()
        rows: list[list[int]] = [[] for _ in self._parts]
        for part, row in self._where.values():
            rows[part].append(row)
        return [(part, np.array(sorted(kept), np.int64)) for part, kept in zip(self._parts, rows, strict=True)]

    def commit(self, sequence: int, *, complete: bool) -> None:
        """Make durable and visible what was put since, together with the number of the last change it knows.

        Raises:
            Damaged: The files changed under our hands.
            DiskFull: There is no room.
        """
        with _faults_told():
            self._commit(sequence, complete=complete)

    def _commit(self, sequence: int, *, complete: bool) -> None:
        parts = self._taken()
        gone = [segment.rows_with([*self._replaced, *self._removed]).tolist() for segment in self._segments]
        forget = [bool(len(segment.rows_with(list(self._removed)))) for segment in self._segments]
        plan = self._plan(len(self._where), gone)
        kept = [
            Entry(entry.file, entry.crc, tuple(sorted({*entry.gone, *gone[i]})), entry.forget or forget[i])
            for i, entry in enumerate(self._manifest.segments)
            if i not in plan
        ]
        for i in plan:
            alive = self._segments[i].alive.copy()
            alive[gone[i]] = False
            parts.append((self._segments[i].columns, np.flatnonzero(alive)))
        self._replace(Manifest((*kept, *self._write(parts)), sequence, complete, self._manifest.number + 1))
        self._parts, self._where, self._put, self._replaced, self._removed = [], {}, {}, set(), set()
        self._forget()

    def _write(self, parts: Sequence[tuple[Columns, Array]]) -> list[Entry]:
        """One new segment of these rows; none where there are none."""
        if not any(len(rows) for _, rows in parts):
            return []
        name = f"{self._manifest.number:08}.seg"
        return [Entry(name, files.write(self.folder / name, ready(joined(parts))))]

    def _forget(self) -> None:
        """Write anew each segment with rows that were removed: they are invisible already, now they are gone."""
        for entry, segment in zip(self._manifest.segments, self._segments, strict=True):
            if entry.forget:
                number = self._manifest.number
                name = f"{number:08}.seg"
                crc = files.write(self.folder / name, blanked(segment.columns, np.array(entry.gone, np.int64)))
                kept = [one for one in self._manifest.segments if one.file != entry.file]
                some = () if len(entry.gone) == segment.rows else (Entry(name, crc, entry.gone),)
                self._replace(msgspec.structs.replace(self._manifest, segments=(*kept, *some), number=number + 1))

    def _plan(self, rows: int, gone: Sequence[Sequence[int]]) -> list[int]:
        """Which segments are joined with what comes: those no larger, and those of which much is gone."""
        plan: list[int] = []
        size = rows
        for i in sorted(range(len(self._segments)), key=lambda i: self._segments[i].rows):
            segment = self._segments[i]
            dead = segment.rows - int(segment.alive.sum()) + len(gone[i])
            small = segment.rows < min(_GROWTH * size, _ENOUGH)
            if (rows and small) or _FEW_LIVE * dead > segment.rows:
                plan.append(i)
                size += segment.rows
        return plan

    def _replace(self, manifest: Manifest) -> None:
        path = self.folder / f"{_LIST}.new"
        with path.open("wb") as file:
            file.write(msgspec.json.encode(manifest))
            file.flush()
            os.fsync(file.fileno())
        path.replace(self.folder / _LIST)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._follow(manifest)
        self._sweep()

    def _sweep(self) -> None:
        """Remove files that nobody names."""
        named = {entry.file for entry in self._manifest.segments}
        for path in self.folder.glob("*.seg"):
            if path.name not in named:
                with suppress(FileNotFoundError):
                    path.unlink()

    def close(self) -> None:
        """Let go of the lock; what was not committed is not kept."""
        if self._release is not None:
            self._release()
            self._release = None

    def candidates(self, subject: Subject, limit: int) -> list[str]:
        """The ids of the records that may be this subject, the likeliest first.

        Raises:
            Damaged: The files changed under our hands.
        """
        return [record_id for record_id, _ in self.ranked(query_terms(subject), limit)]

    def ranked(self, terms: QueryTerms, limit: int) -> list[tuple[str, float]]:
        """The ids of the records most like what is asked, and the evidence in bits, the best first."""
        segments = self._segments
        try:
            for segment in segments:
                segment.check()
            return _ranked(segments, terms, limit)
        except (IndexError, ValueError, UnicodeDecodeError, OverflowError, MemoryError) as error:
            raise Damaged(str(error)) from error


@contextmanager
def _faults_told() -> Iterator[None]:
    """Tell apart a disk that is full and files that changed under our hands."""
    try:
        yield
    except OSError as error:
        if "No space left" in str(error):
            raise DiskFull(reason="no room for the index") from error
        raise Damaged(str(error)) from error


def _ranked(segments: Sequence[Segment], terms: QueryTerms, limit: int) -> list[tuple[str, float]]:
    if not segments:
        return []
    largest = max(segments, key=lambda one: one.names)
    names = [
        (words, [rarity(largest, word) for word in words])
        for name in terms.names
        for words in _variants(segments, name)
    ]
    found: list[tuple[float, str]] = []
    for segment in segments:
        rows, bits = best_rows(segment, terms, [Asked.of(segment, *name) for name in names], limit)
        order = np.argsort(-bits, kind="stable")
        found += zip((-bits[order]).tolist(), segment.ids(rows[order]), strict=True)
    found.sort()
    return [(record_id, -bits) for bits, record_id in found[:limit]]


def _variants(segments: Sequence[Segment], words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The name as it is; with two words as one where somebody bears that; and a word nobody bears parted in two."""
    words = words[:_MOST_WORDS]
    if any(OR in word for word in words):
        return [words]
    joins = [words[i] + words[i + 1].lstrip(MARKS) for i in range(len(words) - 1)]
    some = [(*words[:i], whole, *words[i + 2 :]) for i, whole in enumerate(joins) if _bearers(segments, whole)]
    for i, word in enumerate(words):
        if len(word) > _SHORTEST_PARTED and not _bearers(segments, word):
            parts = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
            likely = [(min(_bearers(segments, a), _bearers(segments, b)), a, b) for a, b in parts]
            count, *best = max(likely)
            if count:
                some.append((*words[:i], *best, *words[i + 1 :]))
    return [words, *some[:_MOST_VARIANTS]]


def _bearers(segments: Sequence[Segment], word: str) -> int:
    asked = np.array([hash_of(word)], np.uint64)
    found = ((segment, look_up(segment.table("by_vocab"), asked)[0]) for segment in segments)
    return sum(int(np.diff(s.columns["by_post_at"][one[0] : one[0] + 2])[0]) for s, one in found if len(one))


def _set_rarity(segments: Sequence[Segment]) -> None:
    """Tell every segment how rare its words are among its own names and those of the largest segment."""
    if not segments:
        return
    largest = max(segments, key=lambda one: one.names)
    for segment in segments:
        if segment.beside is largest:
            continue
        bearers = np.diff(segment.columns["by_post_at"]).astype(np.float64)
        names = segment.names
        if segment is not largest:
            words, which = look_up(largest.table("by_vocab"), hashes_of(segment.lists("vocab")))
            bearers[which] += np.diff(largest.columns["by_post_at"])[words]
            names += largest.names
        segment.bits = np.clip(np.log2((names + 1) / (bearers + 0.5)), 1.0, 14.0).astype(np.float32)
        segment.beside = largest
