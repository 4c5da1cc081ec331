"""Other processes that look records up and compare them, so that a node uses all the processors of its machine.

They read the database and the index, and write nothing. Whatever goes wrong with them, the node looks up by itself.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from lintas.errors import LintasError
from lintas.matching import likely
from lintas.model import Comparison, Record, Subject
from lintas.records.index import MOST, shelf_folder
from lintas.records.reading import read_many
from lintas.records.searching.segment import Damaged
from lintas.records.shelf import Shelf
from lintas.records.tables import current
from lintas.storage import Database

log = logging.getLogger(__name__)

Found = list[tuple[Record, Comparison]]

_LOOK_EVERY = 0.25  # seconds: how soon a record that the node has indexed is found here too


class Crew:
    """Processes that find records.

    Args:
        database: Its address.
        index: The folder of the index.
        size: How many processes.
    """

    def __init__(self, database: str, index: Path, size: int) -> None:
        self._place, self._size = (database, index), size
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = self._hire()

    def likely(self, subject: Subject, threshold: float) -> Found | None:
        """The records that are the subject with at least this probability; None when the crew cannot tell."""
        pool = self._pool
        if pool is None:
            return None
        try:
            return pool.submit(_likely, subject, threshold).result()
        except BrokenProcessPool as error:
            log.warning("a process that looks records up has died, others take its place: %s", error)
            self._replace(pool)
        except (CancelledError, RuntimeError):  # it was replaced, or dismissed, meanwhile
            pass
        return None

    def close(self) -> None:
        """Dismiss the crew; from now on the node looks up by itself."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _hire(self) -> ProcessPoolExecutor:
        # Spawned, not forked: the node has threads, which a fork would leave behind with their locks held.
        return ProcessPoolExecutor(self._size, get_context("spawn"), initializer=_begin, initargs=self._place)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = self._hire()
        broken.shutdown(wait=False)


class _Member:
    """What one process holds open."""

    def __init__(self, database: str, index: Path) -> None:
        self._db = Database.open(database)
        self._folder = index
        self._shelf: Shelf | None = None
        self._looked = -_LOOK_EVERY

    def likely(self, subject: Subject, threshold: float) -> Found | None:
        """The records that are likely the subject; None while there is no complete index."""
        if time.monotonic() >= self._looked + _LOOK_EVERY:
            self._follow()
            self._looked = time.monotonic()
        if self._shelf is None:
            return None
        return likely(subject, read_many(self._db, self._shelf.candidates(subject, MOST)), threshold)

    def _follow(self) -> None:
        """See what the node has committed to the index, which after an erasure is another one."""
        with self._db.read() as connection:
            epoch, _ = current(connection)
        folder = shelf_folder(self._folder, epoch)
        if self._shelf is not None and self._shelf.folder == folder:
            self._shelf.reload()
        elif epoch and folder.is_dir():
            new = Shelf(folder)
            self._shelf = new if new.complete else self._shelf


_member: _Member | None = None


def _begin(database: str, index: Path) -> None:
    global _member  # noqa: PLW0603 - what a process holds open stands in a global: there is one in each
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the node dismisses its crew
    with contextlib.suppress(LintasError, Damaged):  # told by the node, which opens the same
        _member = _Member(database, index)


def _likely(subject: Subject, threshold: float) -> Found | None:
    with contextlib.suppress(LintasError, Damaged):
        return None if _member is None else _member.likely(subject, threshold)
    return None
