"""Large files: read by several processes, in the order written, with little memory."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from lintas.errors import DiskFull
from lintas.records import Marks
from lintas.records.importing.jsonlines import LineReader
from lintas.records.importing.run import BLOCK
from lintas.records.importing.seen import SeenIds
from lintas.records.importing.workers import PAYS_FROM, read_all, read_lines
from rooms.records.record_makers import Register, entity

READER = LineReader(source="polda", seen="2026-01-01", marks=Marks(invented=True))
NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def people(number: int) -> list[dict[str, object]]:
    return [entity(f"p-{i}", name=f"Orang {i}") for i in range(number)]


def blocks(number: int, size: int = 20) -> list[list[tuple[int, bytes]]]:
    written = [
        (i, json.dumps(entity(f"p-{i}", name=f"Orang {i}")).encode() if i % 7 else b"{broken") for i in range(number)
    ]
    return [written[at : at + size] for at in range(0, number, size)]


def children() -> set[int]:
    """The processes this one has started and that still live."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def test_workers_bring_the_same_in_the_same_order() -> None:
    here = [(lines, read_lines(READER, NOW, lines)) for lines in blocks(205)]
    before = children()

    there = list(read_all(READER, NOW, blocks(205), total=PAYS_FROM))

    assert there == here
    assert children() == before


def test_the_lines_of_a_worker_that_dies_are_read_all_the_same() -> None:
    before = children()
    read = read_all(READER, NOW, blocks(400), total=PAYS_FROM)

    first = next(read)
    for worker in children() - before:
        os.kill(worker, signal.SIGKILL)

    assert [first, *read] == [(lines, read_lines(READER, NOW, lines)) for lines in blocks(400)]


@given(st.lists(st.text(max_size=3), max_size=60), st.integers(1, 8))
def test_an_id_is_new_exactly_once_however_often_it_is_sorted_away(ids: list[str], recent: int) -> None:
    known = SeenIds(recent)

    assert [known.add(one) for one in ids] == [one not in ids[:at] for at, one in enumerate(ids)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_no_room_for_the_report_is_told_and_nothing_is_imported_without_it(desk: Register) -> None:
    path = desk.lines(*people(10), "{broken")

    with pytest.raises(DiskFull):
        desk.take(path, report=Path("/dev/full"))

    assert desk.records.counts() == {}
    assert desk.take(path).new == 10


def test_a_full_disk_is_told_and_the_import_goes_on_when_there_is_room(desk: Register) -> None:
    path = desk.lines(*people(5 * BLOCK))

    def room(tx: Connection, *, full: bool) -> None:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar() + 600
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages if full else 1 << 30}")

    desk.records.db.write(lambda tx: room(tx, full=True))
    with pytest.raises(DiskFull):
        desk.take(path)
    done = sum(desk.records.counts().values())
    desk.records.db.write(lambda tx: room(tx, full=False))

    result = desk.take(path)

    assert 0 < done < 5 * BLOCK
    assert (result.resumed_at, result.new, result.rejected) == (done, 5 * BLOCK, 0)
