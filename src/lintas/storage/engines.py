"""The two engines, each opened twice: once to write (one connection, one writer at a time) and once to read only.

That reading cannot write is held by the engine itself (`query_only`, `default_transaction_read_only`), not by care.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from lintas.errors import DatabaseUnreachable, InvalidSetting
from lintas.storage.memory import forget

_WAIT_SECONDS = 30  # how long a writer waits for the other process before it gives up
_WRITER_LOCK = 0x6C696E746173  # "lintas": the advisory lock that lets one writer in at a time
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # what was promised to a partner survives a power cut
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}",
)
_POSTGRESQL_OPTIONS = f"-c timezone=UTC -c synchronous_commit=on -c lock_timeout={_WAIT_SECONDS}s"
_POSTGRESQL_READ_ONLY = r" -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\ read"


@dataclass(frozen=True, slots=True)
class Engines:
    """A writer and a reader for the same database."""

    url: URL
    writer: Engine
    reader: Engine

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None on PostgreSQL."""
        return Path(self.url.database) if is_sqlite(self.url) and self.url.database else None

    def dispose(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()


def parse(url: str) -> URL:
    """The address of a database, checked.

    Raises:
        InvalidSetting: It is no address, or of an engine we do not run on.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The address is not repeated: it may hold a password.
        raise InvalidSetting(setting="database", wanted="sqlite:////PATH or postgresql+psycopg://…") from None
    supported = parsed.drivername in {"sqlite", "postgresql+psycopg"}
    if not supported or not parsed.database or parsed.database == ":memory:":
        raise InvalidSetting(setting="database", wanted="sqlite:////PATH or postgresql+psycopg://…")
    return parsed


def is_sqlite(url: URL) -> bool:
    """Whether the database is one file of ours."""
    return url.get_backend_name() == "sqlite"


def connect(url: URL) -> Engines:
    """The engines for an address; nothing is opened yet."""
    return _sqlite(url) if is_sqlite(url) else _postgresql(url)


def _sqlite(url: URL) -> Engines:
    file = Path(url.database or "")
    if not file.parent.is_dir():
        raise DatabaseUnreachable(reason="no such folder", folder=str(file.parent))
    if file.exists() and not (file.is_file() and os.access(file, os.R_OK | os.W_OK)):
        raise DatabaseUnreachable(reason="not a file we may read and write", file=str(file))
    writer = create_engine(url, pool_size=1, max_overflow=0)
    reader = create_engine(url, pool_size=10, max_overflow=20)
    _prepare_sqlite(writer, "PRAGMA cache_size = -65536", begin="BEGIN IMMEDIATE")
    # A reader that opens before the writer has made the file WAL would fail to change it: `query_only` comes last.
    _prepare_sqlite(reader, "PRAGMA cache_size = -8192", "PRAGMA query_only = ON", begin="BEGIN")
    return Engines(url, writer, reader)


def _prepare_sqlite(engine: Engine, *pragmas: str, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, _: object) -> None:  # noqa: ANN401 - the driver's own class
        # The driver shall not begin transactions of its own accord: we choose how they begin, just below.
        dbapi.isolation_level = None
        for pragma in (*_SQLITE_PRAGMAS, *pragmas):
            dbapi.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # IMMEDIATE takes the write lock at once; two processes that read first and write later would refuse each other.
        connection.exec_driver_sql(begin)

    _forget_what_is_undone(engine)


def _postgresql(url: URL) -> Engines:
    def engine(options: str, **pool: int) -> Engine:
        arguments = {"options": options, "connect_timeout": 10, "application_name": "lintas"}
        return create_engine(url, connect_args=arguments, pool_pre_ping=True, **pool)

    writer = engine(_POSTGRESQL_OPTIONS, pool_size=1, max_overflow=0)
    reader = engine(_POSTGRESQL_OPTIONS + _POSTGRESQL_READ_ONLY, pool_size=10, max_overflow=20)

    @event.listens_for(writer, "begin")
    def on_begin(connection: Connection) -> None:
        # As with SQLite, one writer at a time, over all processes. A batch holds the locks of many unrelated deeds;
        # two batches side by side would deadlock, and the audit log has one end only to append to.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    _forget_what_is_undone(writer)
    return Engines(url, writer, reader)


def _forget_what_is_undone(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        forget(connection)

    @event.listens_for(engine, "rollback_savepoint")
    def on_undo(connection: Connection, _name: str, _context: None) -> None:
        forget(connection)
