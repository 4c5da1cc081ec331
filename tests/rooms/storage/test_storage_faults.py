"""Bad disks, bad files, bad addresses: one clear error each, and nothing lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lintas.errors import CorruptDatabase, DatabaseUnreachable, DiskFull, InvalidFile, InvalidSetting, Unavailable
from lintas.storage import Database, restore
from lintas.storage.faults import fault


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lintas.db"


def opened(file: Path) -> Database:
    return Database.open(f"sqlite:///{file}")


def with_a_table(file: Path) -> Database:
    db = opened(file)
    db.write(lambda tx: tx.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT)")))
    return db


def count(db: Database) -> int:
    with db.read() as tx:
        return tx.scalar(text("SELECT count(*) FROM t")) or 0


def test_a_full_disk_is_told_and_nothing_is_half_written(file: Path) -> None:
    db = with_a_table(file)
    db.write(lambda tx: tx.execute(text("INSERT INTO t (words) VALUES ('kept')")))
    pages = db.write(lambda tx: tx.scalar(text("PRAGMA page_count")))
    db.write(lambda tx: tx.execute(text(f"PRAGMA max_page_count = {pages + 2}")))
    fill = "INSERT INTO t (words) VALUES (hex(zeroblob(100000)))"

    # A failed fsync is not a full disk; this is the engine's own refusal to grow.
    with pytest.raises(DiskFull):
        db.write(lambda tx: (tx.execute(text("INSERT INTO t (words) VALUES ('half')")), tx.execute(text(fill))))

    assert count(db) == 1
    db.write(lambda tx: tx.execute(text("PRAGMA max_page_count = 1000000")))
    db.write(lambda tx: tx.execute(text(fill)))
    assert count(db) == 2
    db.close()


def test_everybody_in_a_batch_is_told_when_the_disk_is_full(file: Path) -> None:
    db = with_a_table(file)
    pages = db.write(lambda tx: tx.scalar(text("PRAGMA page_count")))
    db.write(lambda tx: tx.execute(text(f"PRAGMA max_page_count = {pages + 2}")))

    small = [db.submit(lambda tx: tx.execute(text("INSERT INTO t (words) VALUES ('small')"))) for _ in range(3)]
    large = db.submit(lambda tx: tx.execute(text("INSERT INTO t (words) VALUES (hex(zeroblob(100000)))")))

    assert isinstance(large.exception(), DiskFull)
    told_done = sum(future.exception() is None for future in small)
    assert count(db) == told_done
    db.close()


def test_a_file_of_something_else_is_not_opened(file: Path) -> None:
    file.write_text("NAMA;TANGGAL LAHIR\nSiti;1990-01-01\n" * 200)

    with pytest.raises(CorruptDatabase):
        opened(file)


def test_another_programs_database_is_not_opened(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE cookies (id)")

    with pytest.raises(CorruptDatabase, match="not made by Lintas"):
        opened(file)


def test_a_damaged_page_is_found_at_open(file: Path) -> None:
    db = with_a_table(file)
    db.write(lambda tx: tx.execute(text("INSERT INTO t (words) SELECT hex(zeroblob(500)) FROM t, t AS u")))
    for _ in range(200):
        db.submit(lambda tx: tx.execute(text("INSERT INTO t (words) VALUES (hex(randomblob(500)))")))
    db.close()
    with file.open("r+b") as raw:
        raw.seek(2 * 4096)
        raw.write(b"\xa5" * 8192)

    with pytest.raises(CorruptDatabase):
        opened(file)


def test_a_page_damaged_while_the_node_runs_is_told_when_it_is_read(file: Path) -> None:
    db = with_a_table(file)
    for _ in range(200):
        db.submit(lambda tx: tx.execute(text("INSERT INTO t (words) VALUES (hex(randomblob(500)))")))
    db.write(lambda tx: tx.execute(text("SELECT 1")))
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as raw:
        raw.seek(2 * 4096)
        raw.write(b"\xa5" * 40960)

    with pytest.raises(CorruptDatabase), db.read() as tx:
        tx.execute(text("SELECT sum(length(words)) FROM t")).all()
    db.close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="no such folder"):
        opened(tmp_path / "nowhere" / "lintas.db")


def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="not a file"):
        opened(tmp_path)


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable):
        Database.open(f"postgresql+psycopg://lintas:x@/lintas?host={tmp_path}")


def test_a_password_does_not_stand_in_the_error() -> None:
    with pytest.raises(InvalidSetting) as refused:
        Database.open("mysql://lintas:rahasia@host/db")

    assert "rahasia" not in str(refused.value)


def test_a_restored_backup_takes_the_place_and_the_old_file_is_kept(file: Path, tmp_path: Path) -> None:
    db = with_a_table(file)
    db.backup(tmp_path / "copy")
    db.write(lambda tx: tx.execute(text("INSERT INTO t (words) VALUES ('after the backup')")))
    db.close()

    restore(tmp_path / "copy", f"sqlite:///{file}")

    again = opened(file)
    assert count(again) == 0
    again.close()
    (aside,) = tmp_path.glob("lintas.db.before-*Z")
    old = opened(aside)
    assert count(old) == 1
    old.close()


def test_a_damaged_backup_is_not_restored(file: Path, tmp_path: Path) -> None:
    with_a_table(file).close()
    (tmp_path / "copy").write_bytes(b"not a backup" * 1000)

    with pytest.raises(CorruptDatabase):
        restore(tmp_path / "copy", f"sqlite:///{file}")

    db = opened(file)
    assert count(db) == 0
    db.close()


def test_a_missing_backup_is_not_restored(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile):
        restore(tmp_path / "nothing", f"sqlite:///{file}")


def test_a_backup_without_room_says_so(file: Path) -> None:
    db = with_a_table(file)

    with pytest.raises(Unavailable):
        db.backup(Path("/nowhere/copy"))
    db.close()


def test_a_missing_pg_dump_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copy").touch()
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unavailable, match="pg_restore"):
        restore(tmp_path / "copy", "postgresql+psycopg://lintas@/lintas")


def test_a_mistake_in_a_statement_is_not_an_engine_that_failed() -> None:
    mistake = ProgrammingError("SELEC", {}, psycopg.errors.SyntaxError())

    assert fault(mistake) is None
    assert fault(ValueError()) is None


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (psycopg.errors.DiskFull("no space left on device"), DiskFull),
        (psycopg.errors.DataCorrupted("invalid page in block 7"), CorruptDatabase),
        (psycopg.errors.AdminShutdown("terminating connection"), DatabaseUnreachable),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), DatabaseUnreachable),
        (psycopg.OperationalError("connection refused"), DatabaseUnreachable),
    ],
)
def test_what_postgresql_complains_of_is_told_in_our_words(cause: psycopg.Error, told: type[Unavailable]) -> None:
    assert type(fault(OperationalError("SELECT 1", {}, cause))) is told


def test_too_many_readers_are_told_to_try_again() -> None:
    assert isinstance(fault(PoolTimeoutError()), DatabaseUnreachable)
