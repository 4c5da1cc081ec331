"""Several things at once: two programs on one database, an import beside an officer's work; and a world in and out."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import select

from lintas.audit import AuditKind, Event
from lintas.exercises.world.generate import World, line_of
from lintas.model import Record
from lintas.records.tables import batches, current, next_numbers, record
from lintas.storage import Database
from rooms.records.record_makers import SOURCE, Register, entity, person


def test_two_programs_number_their_changes_without_gap_or_double(register: Register, database_url: str) -> None:
    other = Database.open(database_url)

    def save(number: int) -> None:
        database = (register.records.db, other)[number % 2]
        desk = Register.open(database, register.clock, register.folder / "side")
        desk.records.save([person(f"p-{number}-{i}") for i in range(5)], source=SOURCE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(12)))

    with register.records.db.read() as connection:
        numbers = connection.scalars(select(record.c.sequence).order_by(record.c.sequence)).all()
        _, last = current(connection)
    assert list(numbers) == list(range(1, 61))
    assert last == 60
    other.close()


def test_numbers_go_on_after_the_last_record_is_erased(register: Register) -> None:
    first = register.records.db.write(lambda tx: next_numbers(tx, 3))
    second = register.records.db.write(lambda tx: next_numbers(tx, 2))
    nothing = register.records.db.write(lambda tx: next_numbers(tx, 0))

    assert [*first, *second] == [1, 2, 3, 4, 5]
    assert list(nothing) == []


def test_while_a_file_comes_in_officers_do_not_wait_long(desk: Register) -> None:
    path = desk.lines(*[entity(f"p-{i}", name=f"Orang {i}") for i in range(12_000)])
    importing = threading.Thread(target=lambda: desk.take(path))
    waited: list[float] = []

    importing.start()
    while importing.is_alive():
        began = time.monotonic()
        desk.audit.record(Event(kind=AuditKind.RECORD_READ, actor="officer:sari"))
        desk.records.many(["p-1"])
        waited.append(time.monotonic() - began)
        time.sleep(0.01)
    importing.join()

    assert len(waited) > 3
    assert sorted(waited)[len(waited) // 2] < 1
    assert desk.records.counts() == {"Person": 12_000}


def test_what_is_read_meanwhile_is_whole_or_not_there(desk: Register) -> None:
    versions = [[person(f"p-{i}", f"Orang {turn}") for i in range(200)] for turn in range(5)]
    done = threading.Event()
    seen: list[set[str]] = []

    def look() -> None:
        while not done.is_set():
            names = {found.values("name")[0] for found in desk.records.many([f"p-{i}" for i in range(200)])}
            seen.append(names)

    looking = threading.Thread(target=look)
    looking.start()
    for turn in versions:
        desk.records.save(turn, source=SOURCE)
    done.set()
    looking.join()

    assert all(len(names) <= 1 for names in seen)  # every batch is one transaction


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(11, 400)


def as_said(one: Record) -> Record:
    """What the source says, without what the node added; the order of properties is the line's."""
    statements = sorted(one.statements, key=lambda s: (s.prop, s.value))
    return msgspec.structs.replace(one, statements=tuple(statements), version=1, updated=None, review_due=None)


def test_the_training_world_comes_in_as_it_was_made(desk: Register, world: World) -> None:
    node = world.nodes[0]
    path = desk.folder / "world.json"
    count = world.write(node, path)

    result = desk.take(path)

    assert (result.new, result.rejected) == (count, 0)
    made = {one.id: as_said(one) for one in world.records(node)}
    kept = {one.id: as_said(one) for one in desk.records.many(list(made))}
    values = {key: {(s.prop, s.original or s.value) for s in one.statements} for key, one in made.items()}
    assert {key: {(s.prop, s.original or s.value) for s in one.statements} for key, one in kept.items()} == values
    assert all(kept[key].category == one.category and kept[key].handling == one.handling for key, one in made.items())
    assert all(kept[key].protections == one.protections and kept[key].invented for key, one in made.items())


def test_a_record_written_as_a_line_and_read_back_is_the_same(desk: Register) -> None:
    first = person("p-1", "Budi Santoso", properties={"birthDate": "1970-05-01"}, protections=frozenset({"child"}))

    desk.take(desk.file("x.json", msgspec.json.encode(line_of(first))))

    assert as_said(desk.records.get("p-1")) == as_said(first)
    assert json.loads(msgspec.json.encode(line_of(desk.records.get("p-1"))))["lintas"]["protections"] == ["child"]


def test_batches_lose_nothing_and_are_as_large_as_allowed() -> None:
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []


def test_many_thousand_ids_may_be_asked_for_at_once(desk: Register) -> None:
    desk.records.save([person(f"p-{i}") for i in range(3)], source=SOURCE)

    found = desk.records.many([f"p-{i}" for i in range(40_000)])

    assert [one.id for one in found] == ["p-0", "p-1", "p-2"]


def test_reports_of_an_interrupted_import_keep_their_lines(desk: Register) -> None:
    wrong = [entity(f"p-{i}", name=f"Orang {i}", birthDate="kapan?") for i in range(4_500)]
    path = desk.lines(*wrong)

    class Stopped(Exception):
        pass

    def stop(_: object) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        desk.take(path, on_progress=stop)
    with desk.report.open("ab") as report:
        report.write(b'{"half a line')  # what a killed process may leave

    result = desk.take(path)

    assert result.set_aside == 4_500
    assert [flaw["row"] for flaw in desk.flaws()] == list(range(1, 4_501))
