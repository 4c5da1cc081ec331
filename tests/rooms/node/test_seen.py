"""Which envelopes were received: known after a restart, on both engines, and not for longer than needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lintas.clock import ManualClock
from lintas.node.seen import SeenOnDisk, seen
from lintas.storage import Database

MINUTE = timedelta(minutes=1)


def kept(database: Database) -> int:
    """How many ids are on the disk, when everything in line is written."""
    return database.write(lambda tx: tx.scalar(select(func.count()).select_from(seen)))


def test_an_id_is_new_once(database: Database, clock: ManualClock) -> None:
    ids = SeenOnDisk(database, clock)

    told = [ids.remember("my.latihan", "surat-1", clock.now() + MINUTE) for _ in range(3)]

    assert told == [True, False, False]


def test_a_node_that_starts_again_refuses_what_it_has_seen(database_url: str, clock: ManualClock) -> None:
    before = Database.open(database_url)
    before.migrate()
    SeenOnDisk(before, clock).remember("my.latihan", "surat-1", clock.now() + MINUTE)
    before.close()
    after = Database.open(database_url)
    try:
        ids = SeenOnDisk(after, clock)

        assert ids.remember("my.latihan", "surat-1", clock.now() + MINUTE) is False
        assert ids.remember("ph.latihan", "surat-1", clock.now() + MINUTE) is True
        assert ids.remember("my.latihan", "surat-2", clock.now() + MINUTE) is True
    finally:
        after.close()


def test_an_id_is_on_the_disk_before_the_deed_it_asked_for(database: Database, clock: ManualClock) -> None:
    """The deed is written after the id: whoever sees the deed finds the id, wherever the power went."""
    SeenOnDisk(database, clock).remember("my.latihan", "surat-1", clock.now() + MINUTE)

    assert kept(database) == 1


@pytest.mark.parametrize("sender", ["my.latihan", "m" * 64])
def test_an_id_as_long_as_the_protocol_lets_it_be_is_kept(database: Database, clock: ManualClock, sender: str) -> None:
    SeenOnDisk(database, clock).remember(sender, "x" * 64, clock.now() + MINUTE)

    again = SeenOnDisk(database, clock)

    assert again.remember(sender, "x" * 64, clock.now() + MINUTE) is False


def test_what_can_no_longer_pass_for_fresh_is_not_kept(database: Database, clock: ManualClock) -> None:
    ids = SeenOnDisk(database, clock)
    for number in range(5):
        ids.remember("my.latihan", f"surat-{number}", clock.now() + MINUTE)

    clock.advance(2 * MINUTE)
    ids.remember("my.latihan", "surat-baru", clock.now() + MINUTE)

    assert kept(database) == 1


def test_a_node_that_was_off_for_long_begins_with_an_empty_list(database: Database, clock: ManualClock) -> None:
    SeenOnDisk(database, clock).remember("my.latihan", "surat-1", clock.now() + MINUTE)

    clock.advance(2 * MINUTE)
    SeenOnDisk(database, clock)

    assert kept(database) == 0
