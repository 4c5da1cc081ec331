"""One door to the disk, for both engines."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, text

from lintas.storage import backup, migrations
from lintas.storage.engines import Engines, connect, parse
from lintas.storage.faults import faults_told
from lintas.storage.integrity import APPLICATION_ID, look_at_file
from lintas.storage.writer import Writer

T = TypeVar("T")


class Database:
    """The node's database: SQLite in a file of its own, or PostgreSQL.

    Reading is done in any thread, each time on a consistent snapshot. Writing is done by one thread that gathers what
    many want to write into one durable transaction (`lintas.storage.writer`); two processes may write, one at a time.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._writer = Writer(engines.writer)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a database, and look whether it is whole.

        Args:
            url: `sqlite:////path/lintas.db` or `postgresql+psycopg://user:password@host/name`.

        Raises:
            InvalidSetting: The address is of no engine we run on.
            CorruptDatabase: The file is damaged, or is not a Lintas database.
            DatabaseUnreachable: It does not answer, or refuses us.
        """
        engines = connect(parse(url))
        with faults_told():
            if engines.file:
                look_at_file(engines.file)
            with engines.writer.begin() as connection:
                if engines.file:
                    connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        return cls(engines)

    def migrate(self) -> None:
        """Create the tables that are missing and bring older ones to this program's version.

        Raises:
            DatabaseTooNew: A newer program has been here; nothing is changed.
        """
        self.write(migrations.migrate)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read transaction: everything read inside is of one moment. Writing inside is refused by the engine.

        Raises:
            Unavailable: The engine failed (`CorruptDatabase`, `DatabaseUnreachable`).
        """
        with faults_told(), self._engines.reader.begin() as connection:
            yield connection

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Put a work in line for the next durable transaction.

        The work runs in the writer's thread, in a savepoint of its own: what it raises undoes it alone. It must be
        short and must not wait for another work. An expected conflict is avoided with `upsert`, not caught.

        Returns:
            A future that resolves when the work is durable. It raises what the work raised, or `DiskFull`,
            `CorruptDatabase`, `DatabaseUnreachable` when the engine failed; then nothing of it was written.
        """
        return self._writer.submit(work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do a work durably and wait for it; see `submit`."""
        if self._writer.is_current_thread():
            raise RuntimeError("a work that is being written must not wait for another: use its own connection")
        return self.submit(work).result()

    async def write_async(self, work: Callable[[Connection], T]) -> T:
        """Do a work durably and await it; see `submit`."""
        return await wrap_future(self.submit(work))

    def backup(self, to: Path) -> None:
        """Write a consistent copy to a file while the node runs; `lintas.storage.restore` is the way back.

        Raises:
            DiskFull: There is no room for it.
            Unavailable: PostgreSQL's `pg_dump` is not installed, or failed.
        """
        backup.copy(self._engines.url, to)

    def close(self) -> None:
        """Write what is in line, then let go of the database."""
        self._writer.close()
        self._engines.dispose()
