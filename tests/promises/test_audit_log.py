"""What the audit log promises, on SQLite and on PostgreSQL."""

# ruff: noqa: S608 - what an attacker does to the tables is written as an attacker would

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select, text

from lintas.audit import AuditKind, AuditLog, Event
from lintas.audit.events import commitment, leaf_of
from lintas.audit.tables import entries, tiles
from lintas.clock import ManualClock
from lintas.errors import LogBroken
from lintas.storage import Database
from lintas.trust import NodeKeys, merkle
from lintas.trust.notes import Note, TreeHead

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
THREE_YEARS = timedelta(days=3 * 365 + 1)


def event(n: int = 0, **more: object) -> Event:
    given = {"kind": AuditKind.CHECK_ASKED, "actor": f"officer:{n % 3}", "check": f"check-{n}", "facts": {"n": n}}
    return Event(**(given | more))


@pytest.fixture
def log(database: Database, clock: ManualClock) -> AuditLog:
    return AuditLog(database, clock, KEY, "id.latihan")


def fill(database: Database, log: AuditLog, count: int) -> None:
    begin = log.size()
    database.write(lambda tx: [log.append(tx, event(begin + n)) for n in range(count)])


def head(log: AuditLog) -> TreeHead:
    note = Note.read(log.checkpoint())
    log.verifier.verify(note)
    return TreeHead.read(note.text)


def sql(database: Database, statement: str) -> None:
    """What somebody with the database's password can do."""
    assert database.write(lambda tx: tx.execute(text(statement)).rowcount) > 0


def test_an_entry_is_read_as_it_was_written(log: AuditLog, clock: ManualClock) -> None:
    written = log.record(event(7, case="LP/1/2026", purpose="identify", facts={"a": [], "b": 0.5, "c": True}))

    (read,) = log.entries()

    assert read == written
    assert (read.index, read.at, len(read.leaf)) == (0, clock.now(), 32)
    assert read.event is not None
    assert read.event.facts == {"a": [], "b": 0.5, "c": True}


def test_entry_and_deed_are_written_together_or_not_at_all(database: Database, log: AuditLog) -> None:
    def deed_that_fails(tx: Connection) -> None:
        log.append(tx, event(1))
        raise ValueError("the deed fails")

    log.record(event(0))
    with pytest.raises(ValueError, match="deed fails"):
        database.write(deed_that_fails)
    after = log.record(event(2))

    assert after.index == 1
    assert [e.event.facts["n"] for e in log.entries() if e.event] == [2, 0]
    assert log.verify().size == 2


def test_a_fact_that_could_not_be_read_again_is_not_written(log: AuditLog) -> None:
    with pytest.raises(msgspec.ValidationError):
        log.record(event(facts={"who": None}))

    assert log.size() == 0


async def test_many_at_once_stand_in_one_line(database: Database, log: AuditLog) -> None:
    written = await asyncio.gather(*(log.record_async(event(n)) for n in range(300)))

    assert sorted(entry.index for entry in written) == list(range(300))
    assert log.verify().size == 300


def test_two_nodes_processes_append_to_one_log(database: Database, database_url: str, log: AuditLog) -> None:
    other = Database.open(database_url)
    cli = AuditLog(other, ManualClock(), KEY, "id.latihan")

    futures = [
        db.submit(lambda tx, a=audit, n=n: a.append(tx, event(n)))
        for n in range(150)
        for db, audit in ((database, log), (other, cli))
    ]
    indexes = sorted(future.result().index for future in futures)
    other.close()

    assert indexes == list(range(300))
    assert log.verify().size == 300


def test_entries_are_found_newest_first_and_page_by_page(log: AuditLog, clock: ManualClock) -> None:
    for n in range(10):
        log.record(event(n, kind=AuditKind.RECORD_READ if n % 2 else AuditKind.CHECK_ASKED))
        clock.advance(timedelta(minutes=1))
    noon = clock.now() - timedelta(minutes=3)

    def found(**which: object) -> list[int]:
        return [entry.index for entry in log.entries(**which)]

    assert found(limit=4) == [9, 8, 7, 6]
    assert found(limit=4, before=6) == [5, 4, 3, 2]
    assert found(kind=AuditKind.RECORD_READ) == [9, 7, 5, 3, 1]
    assert found(actor="officer:0") == [9, 6, 3, 0]
    assert found(check="check-4") == [4]
    assert found(since=noon) == [9, 8, 7]
    assert found(kind=AuditKind.RECORD_READ, actor="officer:0", before=9) == [3]


def test_a_checkpoint_is_signed_once_for_a_size(log: AuditLog, clock: ManualClock) -> None:
    log.record(event())

    first = log.checkpoint()
    clock.advance(timedelta(hours=1))

    assert log.checkpoint() == first
    assert head(log).origin == "id.latihan/log"


def test_the_empty_log_has_a_checkpoint_too(log: AuditLog) -> None:
    assert head(log) == TreeHead("id.latihan/log", 0, merkle.EMPTY_ROOT)
    assert log.verify().checkpoints == 1


def test_every_entry_is_proven_against_the_checkpoint(database: Database, log: AuditLog) -> None:
    fill(database, log, 700)
    signed = head(log)

    for entry in log.entries(limit=700)[::23]:
        proof = log.inclusion(entry.index, signed.size)
        merkle.verify_inclusion(entry.leaf, entry.index, signed.size, proof, signed.root)


def test_the_log_is_proven_to_have_only_grown(database: Database, log: AuditLog) -> None:
    heads = []
    for count in (1, 254, 1, 44, 300):
        fill(database, log, count)
        heads.append(head(log))

    for old in heads:
        for new in heads:
            if old.size <= new.size:
                proof = log.consistency(old.size, new.size)
                merkle.verify_consistency(old.size, old.root, new.size, new.root, proof)


def test_a_proof_reads_tiles_and_not_the_whole_log(database: Database, log: AuditLog) -> None:
    fill(database, log, 2000)
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(tiles)) == 2000 // 256

    leaf = log.entries(before=1001, limit=1)[0].leaf
    signed = head(log)
    # Leaves outside the tiles of the entry and of the open end are not needed.
    sql(database, "UPDATE audit_entries SET leaf = commitment WHERE position < 768")

    merkle.verify_inclusion(leaf, 1000, 2000, log.inclusion(1000, 2000), signed.root)


def test_a_log_that_was_not_touched_verifies(database: Database, log: AuditLog) -> None:
    fill(database, log, 300)
    log.checkpoint()
    fill(database, log, 10)

    found = log.verify()

    assert (found.size, found.fixed, found.checkpoints, found.erased, found.cosignatures) == (310, 300, 1, 0, 0)
    with database.read() as tx:
        leaves = tx.scalars(select(entries.c.leaf).order_by(entries.c.position)).all()
    assert head(log).root == merkle.root_of(leaves)


Tampering = Callable[[Database], None]


def changed(column: str, value: str, at: int) -> Tampering:
    return lambda db: sql(db, f"UPDATE audit_entries SET {column} = {value} WHERE position = {at}")


def deleted(where: str) -> Tampering:
    return lambda db: sql(db, f"DELETE FROM audit_entries WHERE {where}")


def put_in(at: int) -> Tampering:
    """Make room for a row in the middle and copy another row there."""

    def work(db: Database) -> None:
        sql(db, f"UPDATE audit_entries SET position = -position WHERE position >= {at}")
        sql(db, "UPDATE audit_entries SET position = 1 - position WHERE position < 0")
        columns = 'at, kind, commitment, leaf, salt, content, actor, "check"'
        copied = f"SELECT {at}, {columns} FROM audit_entries WHERE position = 3"
        sql(db, f"INSERT INTO audit_entries (position, {columns}) {copied}")

    return work


def swapped(one: int, other: int) -> Tampering:
    def work(db: Database) -> None:
        for a, b in ((one, -1), (other, one), (-1, other)):
            sql(db, f"UPDATE audit_entries SET position = {b} WHERE position = {a}")

    return work


@pytest.mark.parametrize(
    ("tamper", "index"),
    [
        (changed("content", "commitment", 5), 5),
        (changed("salt", "leaf", 5), 5),
        (changed("commitment", "leaf", 290), 290),
        (changed("leaf", "commitment", 299), 299),
        (changed("at", "'2020-01-01 00:00:00'", 17), 17),
        (changed("kind", "'log.read'", 18), 18),
        (changed("actor", "'officer:9'", 19), 19),
        (changed('"check"', "NULL", 20), 20),
        (changed("content", "NULL", 21), 21),
        (deleted("position = 0"), 0),
        (deleted("position = 30"), 30),
        (deleted("position BETWEEN 280 AND 285"), 280),
        (deleted("position >= 299"), 299),
        (deleted("position >= 100"), 100),
        (deleted("position >= 0"), 0),
        (put_in(40), 40),
        (swapped(50, 60), 50),
    ],
)
def test_what_was_tampered_with_is_found_with_its_index(
    database: Database, log: AuditLog, tamper: Tampering, index: int
) -> None:
    fill(database, log, 300)
    log.checkpoint()

    tamper(database)

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert broken.value.facts["index"] == index


def test_who_rewrites_an_entry_with_all_its_hashes_is_caught_by_the_checkpoint(
    database: Database, log: AuditLog, clock: ManualClock
) -> None:
    fill(database, log, 20)
    log.checkpoint()
    fill(database, log, 20)
    log.checkpoint()
    forger = AuditLog(database, clock, KEY, "id.latihan")

    def rewrite(tx: Connection) -> None:
        """Everything an attacker who knows this program can make right without the key of a checkpoint."""
        tx.execute(text("DELETE FROM audit_entries WHERE position >= 25"))
        for n in range(25, 40):
            forger.append(tx, event(n, actor="officer:nobody"))

    database.write(rewrite)

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert (broken.value.facts["index"], broken.value.facts["until"]) == (20, 39)


def test_who_rewrites_before_a_kept_hash_is_caught_without_a_checkpoint(database: Database, log: AuditLog) -> None:
    fill(database, log, 300)
    kept = "UPDATE audit_tiles SET hash = (SELECT leaf FROM audit_entries WHERE position = 0)"

    sql(database, kept)

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert (broken.value.facts["index"], broken.value.facts["until"]) == (0, 255)


def test_a_kept_hash_of_entries_that_are_gone_is_found(database: Database, log: AuditLog) -> None:
    fill(database, log, 300)

    sql(database, "DELETE FROM audit_entries WHERE position >= 200")

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert broken.value.facts["index"] == 200


def test_a_checkpoint_put_in_is_found(database: Database, log: AuditLog, clock: ManualClock) -> None:
    fill(database, log, 5)
    log.checkpoint()
    forger = AuditLog(database, clock, Ed25519PrivateKey.generate(), "id.latihan")
    fill(database, log, 5)
    forger.checkpoint()

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert broken.value.facts["size"] == 10


def test_a_checkpoint_moved_to_another_size_is_found(database: Database, log: AuditLog) -> None:
    fill(database, log, 5)
    log.checkpoint()

    sql(database, "UPDATE audit_checkpoints SET size = 4")

    with pytest.raises(LogBroken):
        log.verify()


def test_a_log_that_lost_entries_signs_nothing_more(database: Database, log: AuditLog) -> None:
    fill(database, log, 20)
    log.checkpoint()

    sql(database, "DELETE FROM audit_entries WHERE position >= 15")
    with pytest.raises(LogBroken) as shorter:
        log.checkpoint()
    fill(database, log, 20)
    with pytest.raises(LogBroken) as other:
        log.checkpoint()

    assert shorter.value.facts["index"] == 15
    assert other.value.facts["size"] == 20


def test_a_proof_over_missing_entries_says_which(database: Database, log: AuditLog) -> None:
    fill(database, log, 300)

    sql(database, "DELETE FROM audit_entries WHERE position = 270")

    with pytest.raises(LogBroken) as broken:
        log.inclusion(299, 300)
    assert broken.value.facts["index"] == 270


def test_after_a_key_rotation_old_checkpoints_still_verify(
    database: Database, log: AuditLog, clock: ManualClock
) -> None:
    old = NodeKeys.generate()
    before = AuditLog(database, clock, old.signing_key, "id.latihan")
    fill(database, before, 5)
    before.checkpoint()
    rotated = old.rotated()

    after = AuditLog(database, clock, rotated.signing_key, "id.latihan", earlier=[old.public().signing])
    fill(database, after, 5)
    after.checkpoint()

    assert after.verify().checkpoints == 2
    with pytest.raises(LogBroken):
        AuditLog(database, clock, rotated.signing_key, "id.latihan").verify()


def test_until_partners_know_the_new_key_checkpoints_are_signed_with_the_old_one(
    database: Database, clock: ManualClock
) -> None:
    old = NodeKeys.generate()
    rotated, listed = old.rotated(), [old.public().signing]
    log = AuditLog(
        database,
        clock,
        rotated.signing_key,
        "id.latihan",
        earlier=rotated.earlier(),
        in_use=lambda: rotated.as_listed(listed, clock.now()).signing_key,
    )
    keys = []

    for more in ([], [rotated.public().signing]):
        listed.extend(more)
        fill(database, log, 3)
        log.checkpoint()
        keys.append(log.verifier.public)

    assert keys == [key.private_key.public_key().public_bytes_raw() for key in reversed(rotated.signing)]
    assert log.verify().checkpoints == 2


def test_content_is_erased_after_three_years_and_the_log_still_proves(
    database: Database, log: AuditLog, clock: ManualClock
) -> None:
    fill(database, log, 10)
    signed = head(log)
    clock.advance(timedelta(days=1))
    fill(database, log, 10)
    clock.advance(THREE_YEARS - timedelta(days=1))

    erased = log.erase_expired()

    assert erased == 10
    old = log.entries(before=10)
    assert [e.event for e in old] == [None] * 10
    assert {e.kind for e in old} == {AuditKind.CHECK_ASKED}
    (said,) = log.entries(kind=AuditKind.LOG_CONTENT_ERASED)
    assert said.event is not None
    assert said.event.facts["entries"] == 10
    assert log.verify().erased == 10
    merkle.verify_inclusion(old[0].leaf, 9, 10, log.inclusion(9, 10), signed.root)
    assert log.erase_expired() == 0


def test_nothing_of_erased_content_is_left_in_the_rows(database: Database, log: AuditLog, clock: ManualClock) -> None:
    log.record(event(1, actor="officer:budi", facts={"name": "Sutrisno"}))
    clock.advance(THREE_YEARS)

    log.erase_expired()

    with database.read() as tx:
        row = tx.execute(select(entries).where(entries.c.position == 0)).one()
    assert (row.salt, row.content, row.actor, row.check) == (None, None, None, None)


def test_content_removed_before_its_time_is_found(database: Database, log: AuditLog, clock: ManualClock) -> None:
    fill(database, log, 5)
    clock.advance(THREE_YEARS - timedelta(seconds=1))

    sql(database, 'UPDATE audit_entries SET content=NULL, salt=NULL, actor=NULL, "check"=NULL WHERE position = 2')

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert broken.value.facts["index"] == 2


def test_the_time_of_an_erased_entry_cannot_be_changed(database: Database, log: AuditLog, clock: ManualClock) -> None:
    fill(database, log, 5)
    clock.advance(THREE_YEARS)
    log.erase_expired()

    sql(database, "UPDATE audit_entries SET at = '2019-01-01 00:00:00' WHERE position = 2")

    with pytest.raises(LogBroken) as broken:
        log.verify()
    assert broken.value.facts["index"] == 2


def test_the_same_event_twice_has_two_hashes(log: AuditLog) -> None:
    """Otherwise whoever sees the hash of an erased entry could try out who it was."""
    one, other = log.record(event(1)), log.record(event(1))

    assert one.leaf != other.leaf


def test_a_proof_over_a_tail_that_is_gone_says_where_it_ends(database: Database, log: AuditLog) -> None:
    fill(database, log, 300)

    sql(database, "DELETE FROM audit_entries WHERE position >= 290")

    with pytest.raises(LogBroken) as broken:
        log.inclusion(280, 300)
    assert broken.value.facts["index"] == 290


def test_content_that_cannot_be_read_is_found_though_its_hashes_fit(database: Database, log: AuditLog) -> None:
    fill(database, log, 3)
    content, salt = b'{"kind":"no.such"}', b"salt"
    bound = commitment(salt, content)
    with database.read() as tx:
        at, kind = tx.execute(select(entries.c.at, entries.c.kind).where(entries.c.position == 1)).one()
    row = {"content": content, "salt": salt, "commitment": bound, "leaf": leaf_of(1, at, kind, bound)}

    database.write(lambda tx: tx.execute(entries.update().where(entries.c.position == 1).values(row)))

    with pytest.raises(LogBroken, match="unreadable") as broken:
        log.verify()
    assert broken.value.facts["index"] == 1
