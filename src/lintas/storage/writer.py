"""Group commit: one thread gathers what many want to write into one durable transaction.

Making a transaction durable (fsync) costs about a thousand times what a row costs. Whatever arrives while one
transaction is being made durable joins the next: under load the price is shared, and a lone caller waits for nobody.
Each work runs in a savepoint of its own: one that fails fails alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from lintas.errors import Unavailable
from lintas.storage.faults import fault
from lintas.storage.memory import forget

T = TypeVar("T")

_NEXT = {
    "sqlite": ("RELEASE SAVEPOINT work", "SAVEPOINT work"),
    "postgresql": ("RELEASE SAVEPOINT work; SAVEPOINT work",),  # one round trip
}
_MOST_IN_A_BATCH = 1000  # bounds how long the first in a batch waits for the last


@dataclass(slots=True, eq=False)
class _Job:
    """One work, and whom to tell how it went."""

    work: Callable[[Connection], Any]
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        """Do it, undo it if it fails, and remember how it went. A savepoint is set before and after.

        The savepoint is ours and not SQLAlchemy's, which takes two round trips to the server and five times as long.

        Raises:
            Unavailable: The engine itself failed; it may have rolled back the whole transaction.
        """
        try:
            self.result = self.work(connection)
            for statement in _NEXT[connection.dialect.name]:
                connection.exec_driver_sql(statement)
        except BaseException as error:
            # Whatever it is: no work may end the thread that all others wait for.
            broken = fault(error)
            if broken is not None:
                raise broken from error
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
            forget(connection)
            self.error = error

    def tell(self, broken: BaseException | None = None) -> None:
        """Resolve the future; `broken` says that the transaction was not committed."""
        error = self.error or broken
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(self.result)


class Writer:
    """The thread that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = Lock()
        self._closed = False
        self._thread = Thread(target=self._write_until_closed, name="lintas-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Put a work in line; the future resolves when it is durable, or raises what the work raised."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise Unavailable(reason="the database is closed")
            self._queue.put(_Job(work, future))
        return future

    def is_current_thread(self) -> bool:
        """Whether the caller is itself a work being written: it must not wait for another."""
        return current_thread() is self._thread

    def close(self) -> None:
        """Write what is in line, then stop."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _write_until_closed(self) -> None:
        while (job := self._queue.get()) is not None:
            if job.future.set_running_or_notify_cancel():
                self._commit(job)

    def _commit(self, first: _Job) -> None:
        taken = [first]
        broken: BaseException | None = None
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql("SAVEPOINT work")
                first.run(connection)
                for job in self._who_came_meanwhile():
                    taken.append(job)
                    job.run(connection)
        except BaseException as error:  # noqa: BLE001 - it is told to everyone who waits
            broken = fault(error) or error
        for job in taken:
            job.tell(broken)

    def _who_came_meanwhile(self) -> Iterator[_Job]:
        for _ in range(_MOST_IN_A_BATCH):
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is None:  # closing: nobody comes after it; put back for the loop outside to see
                self._queue.put(None)
                return
            if job.future.set_running_or_notify_cancel():
                yield job
