"""A consistent copy of a running database, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL

from lintas.errors import CorruptDatabase, DiskFull, InvalidFile, Unavailable
from lintas.storage.engines import is_sqlite, parse
from lintas.storage.faults import faults_told
from lintas.storage.integrity import APPLICATION_ID, read_whole


def copy(url: URL, to: Path) -> None:
    """Write a consistent copy; `to` appears only when it is complete and on the disk.

    Raises:
        DiskFull: There is no room for it.
        Unavailable: PostgreSQL's `pg_dump` is not installed, or failed.
    """
    part = to.with_name(to.name + ".part")
    try:
        if is_sqlite(url):
            _copy_file(Path(url.database or ""), part)
        else:
            _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={part}")
        _make_durable(part)
        part.replace(to)
    except OSError as error:
        raise DiskFull(reason=str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def restore(backup: Path, url: str) -> None:
    """Put a backup in the place of a database; the node must be stopped. What stood there is kept beside it (SQLite).

    Args:
        backup: What `Database.backup` wrote.
        url: The address of the database to restore into; on PostgreSQL its Lintas tables are replaced.

    Raises:
        InvalidFile: There is no such backup.
        CorruptDatabase: The backup itself is damaged or is of something else; nothing was changed.
        Unavailable: PostgreSQL's `pg_restore` is not installed, or failed; nothing was changed.
    """
    target = parse(url)
    if not backup.is_file():
        raise InvalidFile(file=str(backup))
    if not is_sqlite(target):
        _run("pg_restore", target, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(backup))
        return
    file = Path(target.database or "")
    part = file.with_name(file.name + ".part")
    try:
        _copy_file(backup, part)
        _make_durable(part)
        _set_aside(file)
        part.replace(file)
    except OSError as error:
        raise DiskFull(reason=str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _copy_file(source: Path, to: Path) -> None:
    """SQLite's own online copy, then a look at every page of it."""
    to.unlink(missing_ok=True)
    with faults_told(), closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as old:
        if old.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise CorruptDatabase(file=str(source), reason="not made by Lintas")
        with closing(sqlite3.connect(to)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            read_whole(new, to)


def _set_aside(file: Path) -> None:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for suffix in ("", "-wal", "-shm"):
        old = file.with_name(file.name + suffix)
        if old.exists():
            old.replace(file.with_name(f"{file.name}.before-{moment}{suffix}"))


def _make_durable(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def _run(program: str, url: URL, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise Unavailable(program=program, reason="it is not installed; it comes with PostgreSQL's client programs")
    command: Sequence[str] = (found, f"--dbname={url.database}", *arguments)
    done = subprocess.run(command, env=os.environ | _address(url), capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH, arguments ours
    if done.returncode != 0:
        raise Unavailable(program=program, reason=(done.stderr.strip().splitlines() or ["failed"])[-1])


def _address(url: URL) -> dict[str, str]:
    """Where and who, in the environment: a command line can be read by everybody on the machine."""
    host = url.host or url.query.get("host")
    given = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    return {name: str(value) for name, value in given.items() if value is not None}
