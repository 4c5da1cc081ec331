"""Whether a database is whole, and whether it is one of ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from lintas.errors import CorruptDatabase
from lintas.storage.faults import faults_told

APPLICATION_ID = 0x4C4E5453  # "LNTS", in the header of every SQLite file of ours (https://sqlite.org/fileformat2.html)
_READ_WHOLE_AT_OPEN = 64 * 2**20  # above that a look at every page would make each command wait


def look_at_file(file: Path) -> None:
    """Check an SQLite file before it is used: that it is ours, and, unless it is very large, that every page is whole.

    Raises:
        CorruptDatabase: It is damaged, or not a Lintas database.
    """
    if not file.exists() or file.stat().st_size == 0:
        return
    with faults_told(), closing(sqlite3.connect(file, timeout=30)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != APPLICATION_ID and not (application == 0 and tables == 0):
            raise CorruptDatabase(file=str(file), reason="not made by Lintas")
        if file.stat().st_size <= _READ_WHOLE_AT_OPEN:
            read_whole(connection, file)


def read_whole(connection: sqlite3.Connection, file: Path) -> None:
    """Look at every page of an SQLite database.

    Raises:
        CorruptDatabase: A page or an index is damaged.
    """
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise CorruptDatabase(file=str(file), reason=verdict.splitlines()[-1])
