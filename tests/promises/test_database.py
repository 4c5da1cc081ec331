"""What `Database` promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from lintas.errors import DatabaseTooNew, InvalidSetting, PeerUnreachable, Unavailable
from lintas.storage import Database, UtcDateTime, migrations, remembered, restore, upsert

tables = MetaData()
notes = Table(
    "test_notes",
    tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("at", UtcDateTime),
)


@pytest.fixture
def db(database: Database) -> Database:
    database.write(tables.create_all)
    return database


def put(id: int, words: str = "x") -> object:
    return lambda tx: tx.execute(insert(notes), {"id": id, "words": words})


def ids(db: Database) -> list[int]:
    with db.read() as tx:
        return list(tx.scalars(select(notes.c.id).order_by(notes.c.id)))


def test_what_was_written_is_read(db: Database) -> None:
    result = db.write(lambda tx: tx.scalar(insert(notes).values(id=1, words="a").returning(notes.c.id)))

    assert result == 1
    assert ids(db) == [1]


def test_a_work_that_fails_fails_alone(db: Database) -> None:
    def half_done(tx: Connection) -> None:
        tx.execute(insert(notes), {"id": 50, "words": "never"})
        raise ValueError("changed my mind")

    gate = threading.Event()
    blocked = db.submit(lambda _: gate.wait(5))
    futures = [db.submit(put(1)), db.submit(half_done), db.submit(put(1)), db.submit(put(2))]
    gate.set()

    assert blocked.result() is True
    assert futures[0].result() is not None
    with pytest.raises(ValueError, match="changed my mind"):
        futures[1].result()
    with pytest.raises(DBAPIError):
        futures[2].result()
    assert futures[3].result() is not None
    assert ids(db) == [1, 2]


def test_works_that_arrive_together_share_one_transaction(db: Database, database_url: str) -> None:
    own = "SELECT pg_current_xact_id()::text" if database_url.startswith("postgresql") else "SELECT 0"
    gate = threading.Event()
    seen: list[object] = []

    def note(tx: Connection) -> int:
        seen.append(tx.scalar(text(own)))
        return id(tx)

    db.submit(lambda _: gate.wait(5))
    futures = [db.submit(note) for _ in range(50)]
    gate.set()

    transactions = {future.result() for future in futures}
    assert len(transactions) == 1
    assert len(set(seen)) == 1


def test_nothing_is_told_before_it_is_durable(db: Database) -> None:
    other = Database.open(db._engines.url.render_as_string(hide_password=False))
    try:
        for n in range(20):
            db.write(put(n))
            assert n in ids(other)
    finally:
        other.close()


def test_order_in_line_is_order_of_writing(db: Database) -> None:
    order: list[int] = []

    futures = [db.submit(lambda _, n=n: order.append(n)) for n in range(2500)]
    for future in futures:
        future.result()

    assert order == list(range(2500))


def test_closing_writes_what_is_in_line(database_url: str) -> None:
    db = Database.open(database_url)
    db.write(tables.create_all)
    gate = threading.Event()
    db.submit(lambda _: gate.wait(5))
    futures = [db.submit(put(n)) for n in range(30)]

    threading.Timer(0.05, gate.set).start()
    db.close()

    assert all(future.done() for future in futures)
    again = Database.open(database_url)
    assert ids(again) == list(range(30))
    again.close()


def test_a_closed_database_accepts_nothing(database_url: str) -> None:
    db = Database.open(database_url)
    db.close()
    db.close()

    with pytest.raises(Unavailable):
        db.submit(put(1))


def test_a_work_taken_back_before_its_turn_is_not_done(db: Database) -> None:
    gate = threading.Event()
    db.submit(lambda _: gate.wait(5))
    future = db.submit(put(1))

    taken_back = future.cancel()
    gate.set()
    db.write(put(2))

    assert taken_back
    with pytest.raises(CancelledError):
        future.result()
    assert ids(db) == [2]


def test_a_work_must_not_wait_for_another(db: Database) -> None:
    with pytest.raises(RuntimeError, match="must not wait"):
        db.write(lambda _: db.write(put(1)))


async def test_many_coroutines_write_at_once(db: Database) -> None:
    await asyncio.gather(*(db.write_async(put(n)) for n in range(200)))

    assert ids(db) == list(range(200))


def test_reading_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError), db.read() as tx:
        tx.execute(insert(notes), {"id": 1, "words": "sneaked in"})


def test_what_is_read_is_of_one_moment(db: Database) -> None:
    db.write(put(1))

    with db.read() as tx:
        before = tx.scalar(select(func.count()).select_from(notes))
        db.write(put(2))
        after = tx.scalar(select(func.count()).select_from(notes))

    assert (before, after) == (1, 1)
    assert ids(db) == [1, 2]


def test_two_processes_may_write(db: Database, database_url: str) -> None:
    program = """
import sys
from sqlalchemy import text
from lintas.storage import Database
db = Database.open(sys.argv[1])
for n in range(1000, 1200):
    db.write(lambda tx: tx.execute(text(f"INSERT INTO test_notes (id, words) VALUES ({n}, 'cli')")))
db.close()
"""
    cli = subprocess.Popen([sys.executable, "-c", program, database_url], stderr=subprocess.PIPE, text=True)

    for n in range(200):
        db.write(put(n))
    _, said = cli.communicate(timeout=60)

    assert cli.returncode == 0, said
    assert ids(db) == [*range(200), *range(1000, 1200)]


def test_a_moment_is_utc_on_both_engines(db: Database) -> None:
    jakarta = timezone(timedelta(hours=7))
    moment = datetime(2026, 3, 1, 5, 30, 15, 123456, tzinfo=jakarta)

    db.write(lambda tx: tx.execute(insert(notes), {"id": 1, "words": "x", "at": moment}))

    with db.read() as tx:
        read = tx.scalar(select(notes.c.at))
        assert tx.scalar(select(func.count()).where(notes.c.at <= moment)) == 1
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


def test_no_moment_stays_none(db: Database) -> None:
    db.write(put(1))

    with db.read() as tx:
        assert tx.scalar(select(notes.c.at)) is None


def test_a_moment_without_a_time_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 3, 1, 5, 30)  # noqa: DTZ001 - this is the mistake

    with pytest.raises(StatementError, match="without a time zone"):
        db.write(lambda tx: tx.execute(insert(notes), {"id": 1, "words": "x", "at": naive}))


def test_upsert_inserts_and_updates(db: Database) -> None:
    rows = [{"id": 1, "words": "old", "at": None}, {"id": 2, "words": "two", "at": None}]
    db.write(lambda tx: tx.execute(upsert(notes, ["id"]), rows))

    db.write(lambda tx: tx.execute(upsert(notes, ["id"]), {"id": 1, "words": "new", "at": None}))

    with db.read() as tx:
        assert tx.execute(select(notes.c.id, notes.c.words).order_by(notes.c.id)).all() == [(1, "new"), (2, "two")]


def test_upsert_keeps_what_it_is_told_to_keep(db: Database) -> None:
    db.write(put(1, "first"))

    db.write(lambda tx: tx.execute(upsert(notes, ["id"], keep=["words", "at"]), {"id": 1, "words": "second"}))

    with db.read() as tx:
        assert tx.scalar(select(notes.c.words)) == "first"


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()

    with database.read() as tx:
        assert tx.scalars(select(migrations.schema_version.c.version)).all() == [1 + len(migrations.STEPS)]


def test_an_older_database_is_led_forward_step_by_step(db: Database) -> None:
    done: list[str] = []
    steps = [
        *migrations.STEPS,
        lambda tx: tx.execute(text("ALTER TABLE test_notes ADD COLUMN grade TEXT")),
        lambda _: done.append("second"),
    ]
    db.write(put(1))

    db.write(lambda tx: migrations.migrate(tx, steps=steps))
    db.write(lambda tx: migrations.migrate(tx, steps=steps))

    assert done == ["second"]
    with db.read() as tx:
        assert "grade" in {column["name"] for column in inspect(tx).get_columns("test_notes")}
    assert ids(db) == [1]


def test_a_step_that_fails_leaves_the_database_as_it_was(db: Database) -> None:
    def breaks(tx: Connection) -> None:
        tx.execute(text("ALTER TABLE test_notes ADD COLUMN grade TEXT"))
        raise ValueError("a mistake in the step")

    with pytest.raises(ValueError, match="mistake"):
        db.write(lambda tx: migrations.migrate(tx, steps=[*migrations.STEPS, breaks]))

    with db.read() as tx:
        assert "grade" not in {column["name"] for column in inspect(tx).get_columns("test_notes")}
        assert tx.scalar(select(func.max(migrations.schema_version.c.version))) == 1 + len(migrations.STEPS)


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    newer = [*migrations.STEPS, lambda _: None]
    database.write(lambda tx: migrations.migrate(tx, steps=newer))

    with pytest.raises(DatabaseTooNew) as refused:
        database.migrate()

    assert refused.value.facts["found"] == len(newer) + 1


def test_a_backup_taken_while_writing_is_consistent_and_can_be_restored(
    db: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    for n in range(500):
        db.write(put(n))
    stop = threading.Event()

    def keep_writing() -> None:
        n = 1000
        while not stop.is_set():
            db.write(put(n))
            n += 1

    writer = threading.Thread(target=keep_writing)
    writer.start()
    db.backup(tmp_path / "copy")
    stop.set()
    writer.join()
    db.write(lambda tx: tx.execute(text("DELETE FROM test_notes")))
    db.close()

    restore(tmp_path / "copy", database_url)

    again = Database.open(database_url)
    kept = ids(again)
    again.close()
    assert kept[:500] == list(range(500))
    assert kept[500:] == list(range(1000, 1000 + len(kept) - 500))
    assert not (tmp_path / "copy.part").exists()


@pytest.mark.parametrize("url", ["", "lintas.db", "sqlite://", "sqlite:///:memory:", "mysql://x/y", "postgresql://x/y"])
def test_an_address_of_no_engine_of_ours_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting):
        Database.open(url)


def test_a_work_may_raise_one_of_our_own_errors_and_still_fails_alone(db: Database) -> None:
    def partner_is_away(_: Connection) -> None:
        raise PeerUnreachable(node="my.pdrm")

    gate = threading.Event()
    db.submit(lambda _: gate.wait(5))
    before, away, after = db.submit(put(1)), db.submit(partner_is_away), db.submit(put(2))
    gate.set()

    assert isinstance(away.exception(), PeerUnreachable)
    assert before.exception() is None
    assert after.exception() is None


def test_what_is_remembered_is_forgotten_when_something_is_undone(db: Database) -> None:
    def next_number(tx: Connection) -> int:
        known = remembered(tx)
        known["number"] = known.get("number", 0) + 1
        return known["number"]

    def undone(tx: Connection) -> None:
        next_number(tx)
        raise ValueError

    def undone_inside(tx: Connection) -> int:
        inner = tx.begin_nested()
        next_number(tx)
        inner.rollback()
        return next_number(tx)

    gate = threading.Event()
    db.submit(lambda _: gate.wait(5))
    futures = [db.submit(work) for work in (next_number, next_number, undone, next_number, undone_inside)]
    gate.set()
    in_one_transaction = [future.result() for future in futures if not future.exception()]

    assert in_one_transaction == [1, 2, 1, 1]
    assert db.write(next_number) == 1


def test_what_was_acknowledged_survives_a_killed_process(db: Database, database_url: str) -> None:
    program = """
import itertools, sys
from sqlalchemy import text
from lintas.storage import Database
db = Database.open(sys.argv[1])
for n in itertools.count():
    deeds = [f"INSERT INTO test_notes (id, words) VALUES ({20 * n + k}, 'x')" for k in range(20)]
    for future in [db.submit(lambda tx, deed=deed: tx.execute(text(deed))) for deed in deeds]:
        future.result()
    print(20 * n + 19, flush=True)
"""
    node = subprocess.Popen([sys.executable, "-c", program, database_url], stdout=subprocess.PIPE, text=True)
    assert node.stdout is not None
    acknowledged = [int(node.stdout.readline()) for _ in range(30)]

    node.kill()
    acknowledged += [int(line) for line in node.stdout.read().splitlines()]
    node.wait()
    node.stdout.close()

    again = Database.open(database_url)
    kept = ids(again)
    again.close()
    assert kept == list(range(len(kept)))
    assert len(kept) > acknowledged[-1]
