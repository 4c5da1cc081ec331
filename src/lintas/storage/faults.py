"""What the engines complain of, told in our own words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lintas.errors import CorruptDatabase, DatabaseUnreachable, DiskFull, Unavailable

_SQLITE_FAULTS: dict[int, type[Unavailable]] = {
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CORRUPT: CorruptDatabase,
    sqlite3.SQLITE_NOTADB: CorruptDatabase,
    sqlite3.SQLITE_BUSY: DatabaseUnreachable,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachable,
    sqlite3.SQLITE_IOERR: DatabaseUnreachable,
}
# https://www.postgresql.org/docs/15/errcodes-appendix.html: by full code first, then by class.
_POSTGRESQL_FAULTS: dict[str, type[Unavailable]] = {
    "53100": DiskFull,
    "58030": DatabaseUnreachable,  # input or output error
    "XX001": CorruptDatabase,
    "XX002": CorruptDatabase,
    "55P03": DatabaseUnreachable,  # somebody else holds the lock too long
    "08": DatabaseUnreachable,
    "28": DatabaseUnreachable,  # name or password refused
    "3D": DatabaseUnreachable,  # no such database
    "53": DatabaseUnreachable,
    "57": DatabaseUnreachable,
}


def fault(error: BaseException) -> Unavailable | None:
    """The engine's own failure as one of our errors; None when the engine is not to blame."""
    if isinstance(error, PoolTimeoutError):
        return DatabaseUnreachable(reason="every connection is in use")
    original = error.orig if isinstance(error, DBAPIError) else error
    kind = _kind(original)
    if kind is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        kind = DatabaseUnreachable
    return kind(reason=str(original).strip().splitlines()[0]) if kind else None


def _kind(original: BaseException | None) -> type[Unavailable] | None:
    if isinstance(original, sqlite3.Error):
        primary = getattr(original, "sqlite_errorcode", 0) & 0xFF  # the upper bits only say more precisely where
        return _SQLITE_FAULTS.get(primary)
    state = getattr(original, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL_FAULTS.get(state) or _POSTGRESQL_FAULTS.get(state[:2])
    # psycopg has no code to give when there was no server to give one.
    return DatabaseUnreachable if type(original).__name__ == "OperationalError" else None


@contextmanager
def faults_told() -> Iterator[None]:
    """Raise the engine's own failures inside as ours: `DiskFull`, `CorruptDatabase`, `DatabaseUnreachable`."""
    try:
        yield
    except Exception as error:
        told = fault(error)
        if told is None:
            raise
        raise told from error
