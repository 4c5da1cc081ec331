"""The search index as a whole: it follows the records, is built again when it is worthless, and answers meanwhile.

It stands in a folder of its own for each epoch of the records. An erasure begins another epoch: the old folder, which
still holds terms of what was erased, is used until the new index is complete, and then removed with all it holds.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import RLock
from typing import Self

from sqlalchemy import Row, select

from lintas.errors import CorruptDatabase, DiskFull, IndexUnavailable
from lintas.model import Subject
from lintas.records.searching.gathering import all_columns
from lintas.records.searching.segment import Damaged
from lintas.records.shelf import Busy, Shelf
from lintas.records.tables import LIVE, current, record
from lintas.storage import Database

_FORM = "3"
"""Another number builds every index anew; to be raised whenever `lintas.matching` makes other terms."""

MOST = 30
"""Candidates: the right one is hardly ever further down, and each has to be read and compared."""

_AT_ONCE = 2_000  # changes read at once
_BETWEEN_COMMITS = 250_000  # changes after which a long build is made durable


class Index:
    """Finds records that may be the subject. One process writes it; any number read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._shelf: Shelf | None = None  # the one that answers
        self._next: Shelf | None = None  # the one that is written
        self._nothing_to_find = False

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index in a folder, which may be empty; what is damaged is removed, to be built again."""
        index = cls(folder)
        for path in sorted(folder.glob(f"{_FORM}-*")):
            shelf = index._open(path)
            if shelf is not None and shelf.complete:
                index._shelf = shelf
        return index

    @property
    def is_ready(self) -> bool:
        """Whether it can answer."""
        return self._shelf is not None or self._nothing_to_find

    def candidates(self, subject: Subject, limit: int = MOST) -> list[str]:
        """The ids of the records that may be this subject, the likeliest first; some may be deleted by now.

        Raises:
            IndexUnavailable: It is being built, or is damaged: "nothing found" would not be true.
        """
        if self._shelf is None:
            if self._nothing_to_find:
                return []
            raise IndexUnavailable(reason="it is being built")
        try:
            return self._shelf.candidates(subject, limit)
        except Damaged as error:
            with self._lock:
                self._drop(self._shelf)
            raise IndexUnavailable(reason="it is damaged and is being built again") from error

    def catch_up(self, db: Database) -> int:
        """Take in what changed since the last time; returns how many changes. Costs one small question if nothing did.

        Where another process is already writing, only what that process has committed is looked at.

        Raises:
            DiskFull: There is no room; the next call goes on.
            IndexUnavailable: It is damaged; the next call builds it again.
        """
        with self._lock:
            with db.read() as connection:
                epoch, last = current(connection)
            self._nothing_to_find = not epoch
            if not epoch:
                return 0
            shelf = self._following(epoch, last)
            taken = 0
            try:
                if shelf.sequence < last:
                    shelf.begin()
                    taken = _take_in(shelf, db, last, lambda: self._keep_fresh(shelf, db))
            except Busy:
                shelf.reload()
            except Damaged as error:
                self._drop(shelf)
                raise IndexUnavailable(reason="it is damaged and is being built again") from error
            except DiskFull:
                shelf.close()
                raise
            if shelf.complete:
                self._answer_with(shelf)
            return taken

    def rebuild(self, db: Database) -> int:
        """Build the index from nothing; returns how many changes it took in. The node need not be stopped."""
        with self._lock:
            for shelf in self._open_ones():
                self._drop(shelf)
            return self.catch_up(db)

    def close(self) -> None:
        """Let go of the folder."""
        with self._lock:
            for shelf in self._open_ones():
                shelf.close()
            self._shelf = self._next = None

    def _open_ones(self) -> list[Shelf]:
        return list({id(shelf): shelf for shelf in (self._shelf, self._next) if shelf is not None}.values())

    def _following(self, epoch: str, last: int) -> Shelf:
        """The index that is to follow the records: the one in use, or one that is opened or begun for their epoch."""
        folder = shelf_folder(self._folder, epoch)
        shelf = next((s for s in (self._shelf, self._next) if s is not None and s.folder == folder), None)
        shelf = shelf or self._open(folder)
        if shelf is not None and shelf.sequence > last:  # the records were put back from a backup
            self._drop(shelf)
            shelf = None
        self._next = shelf or Shelf(folder)
        return self._next

    def _keep_fresh(self, following: Shelf, db: Database) -> None:
        """While another index is being built, take new records into the one that answers."""
        old = self._shelf
        if old is None or old is following:
            return
        with db.read() as connection:
            _, last = current(connection)
        if old.sequence < last:
            try:
                old.begin()
                _take_in(old, db, last, lambda: None)
            except Busy:
                old.reload()

    def _open(self, folder: Path) -> Shelf | None:
        try:
            return Shelf(folder)
        except Damaged:
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def _answer_with(self, shelf: Shelf) -> None:
        if self._shelf is not shelf:
            old, self._shelf = self._shelf, shelf
            if old is not None:
                old.close()
            for path in self._folder.iterdir():
                if path != shelf.folder:
                    shutil.rmtree(path, ignore_errors=True)

    def _drop(self, shelf: Shelf) -> None:
        shelf.close()
        shutil.rmtree(shelf.folder, ignore_errors=True)
        self._shelf = None if self._shelf is shelf else self._shelf
        self._next = None if self._next is shelf else self._next


def shelf_folder(folder: Path, epoch: str) -> Path:
    """Where in the index's folder the shelf of an epoch of the records stands."""
    return folder / f"{_FORM}-{epoch}"


def _take_in(shelf: Shelf, db: Database, last: int, meanwhile: Callable[[], None]) -> int:
    blocks: deque[Sequence[Row[str, int, int, bytes]]] = deque()

    def read() -> Iterator[list[bytes]]:
        for rows in _changes(db, shelf.sequence):
            blocks.append(rows)
            yield [row.body for row in rows if row.state == LIVE]

    taken, committed, at = 0, 0, shelf.sequence
    with closing(all_columns(read(), total=last - shelf.sequence)) as columns:
        for found in columns:
            rows = blocks.popleft()
            if len(found["flawed"]):
                raise CorruptDatabase(reason="a record cannot be read")
            shelf.take(found, [row.id for row in rows if row.state == LIVE])
            for row in rows:
                if row.state != LIVE:
                    shelf.put(row.id, None)
            taken += len(rows)
            at = rows[-1].sequence
            if taken - committed >= _BETWEEN_COMMITS:
                shelf.commit(at, complete=False)
                committed = taken
            meanwhile()
    # What was erased left a gap behind its number: the end is where no more rows come.
    shelf.commit(max(at, last), complete=True)
    return taken


def _changes(db: Database, after: int) -> Iterator[Sequence[Row[str, int, int, bytes]]]:
    """The records that changed after that number, in blocks, in the order of their last change."""
    columns = (record.c.id, record.c.sequence, record.c.state, record.c.body)
    while True:
        with db.read() as connection:
            later = select(*columns).where(record.c.sequence > after).order_by(record.c.sequence).limit(_AT_ONCE)
            rows = connection.execute(later).all()
        if rows:
            yield rows
            after = rows[-1].sequence
        if len(rows) < _AT_ONCE:
            return
