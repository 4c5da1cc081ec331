"""Importing FollowTheMoney lines: idempotent, resumable, and nothing lost that is not in the report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import AlreadyDone, InvalidFile
from lintas.model import Handling, SubjectCategory
from lintas.records import Marks, Progress
from lintas.records.importing.run import BLOCK
from lintas.records.tables import import_run, import_stage
from lintas.storage import Database
from rooms.records.record_makers import Register, entity


def people(number: int, *, start: int = 0) -> list[dict[str, object]]:
    return [entity(f"p-{i}", name=f"Orang {i}", birthDate=str(1950 + i % 50)) for i in range(start, start + number)]


def family(number: int) -> list[dict[str, object]]:
    """People who all live at one address, each containing it: the address is in every line."""
    home = entity("a-1", "Address", full="Jalan Merdeka 1", city="Bandung")
    return [entity(f"p-{i}", name=f"Orang {i}", addressEntity=[home]) for i in range(number)]


class Stopped(Exception):
    """The process was stopped."""


def stop_after(blocks: int):
    """A progress callback that stops the import, as a power cut would, after so many blocks."""
    seen = count(1)

    def on_progress(progress: Progress) -> None:
        if next(seen) >= blocks:
            raise Stopped

    return on_progress


def test_a_file_becomes_records_and_again_changes_nothing(register: Register) -> None:
    path = register.lines(*people(50))

    first = register.take(path)
    register.clock.advance(timedelta(days=1))
    second = register.take(path)

    assert (first.rows, first.new, first.rejected, first.set_aside) == (50, 50, 0, 0)
    assert (second.rows, second.new, second.changed, second.same) == (50, 0, 0, 50)
    assert register.records.counts() == {"Person": 50}
    assert len(register.records.versions("p-7")) == 1
    assert len(register.entries(AuditKind.RECORD_IMPORTED)) == 1


def test_a_newer_file_changes_only_what_changed(register: Register) -> None:
    register.take(register.lines(*people(10)))
    newer = people(12)
    newer[3]["properties"]["alias"] = ["Kancil"]

    result = register.take(register.lines(*newer))

    assert (result.new, result.changed, result.same) == (2, 1, 9)
    assert [v.values("alias") for v in register.records.versions("p-3")] == [("Kancil",), ()]


def test_marks_are_put_on_every_record_whose_line_says_nothing_else(desk: Register) -> None:
    path = desk.lines(entity("p-1", name="Budi"), entity("p-2", name="Ani", lintas={"category": "victim"}))

    desk.take(path, marks=Marks(category=SubjectCategory.WANTED, handling=Handling.H1))

    budi, ani = desk.records.many(["p-1", "p-2"])
    assert (budi.category, budi.handling) == (SubjectCategory.WANTED, Handling.H1)
    assert (ani.category, ani.handling) == (SubjectCategory.VICTIM, Handling.H1)


def test_a_mapping_may_say_the_marks_of_a_file_of_lines(desk: Register) -> None:
    mapping = desk.file("marks.yaml", "lintas: {category: missing, grading: {source: A}}")

    desk.take(desk.lines(entity(name="Budi")), mapping=mapping)

    assert desk.records.get("p-1").category is SubjectCategory.MISSING
    assert desk.records.get("p-1").statements[0].grading.source == "A"


def test_what_is_not_taken_over_stands_in_the_report_with_reason_and_remedy(desk: Register) -> None:
    path = desk.lines(
        entity("p-1", name="Budi", birthDate="tidak tahu"),
        '{"id": "p-2", "schema": "Person", "prop',
        "",
        entity("p-3", "Orang", name="Siti"),
        entity("p-4", name="Joko"),
        entity("p-1", name="Somebody Else"),
    )

    result = desk.take(path)

    assert (result.rows, result.new, result.rejected, result.set_aside) == (5, 2, 3, 1)
    assert result.report_path == desk.report
    assert [(flaw["row"], flaw["reason"]) for flaw in desk.flaws()] == [
        (1, "value.invalid"),
        (2, "row.not-json"),
        (4, "row.unknown-schema"),
        (6, "record.twice"),
    ]
    assert desk.flaws()[0]["property"] == "birthDate"
    assert desk.flaws()[1]["raw"] == '{"id": "p-2", "schema": "Person", "prop'
    assert json.loads(desk.flaws()[3]["raw"])["id"] == "p-1"
    assert all(flaw["sentence"] and flaw["remedy"] for flaw in desk.flaws())


def test_a_repaired_file_brings_the_rest(desk: Register) -> None:
    desk.take(desk.lines(*people(3), "{broken"))

    result = desk.take(desk.lines(*people(4)))

    assert (result.new, result.same, result.rejected) == (1, 3, 0)
    assert desk.flaws() == []


def test_a_record_of_another_source_or_in_quarantine_is_left_and_told(desk: Register) -> None:
    desk.take(desk.lines(*people(2)))
    desk.records.erase(desk.records.deletion_plan(["p-1"]), by="officer:sari", approval="a-1")

    again = desk.take(desk.lines(*people(2)))
    other = desk.take(desk.lines(*people(1), name="other.json"), source="another", report=desk.folder / "other.jsonl")

    assert (again.same, again.rejected, desk.reasons()) == (1, 1, ["record.quarantined"])
    assert (other.rejected, other.new) == (1, 0)
    assert "record.other-source" in (desk.folder / "other.jsonl").read_text()


def test_parts_of_one_record_in_several_lines_become_one_record(register: Register) -> None:
    path = register.lines(*family(30))

    first = register.take(path)
    second = register.take(path)

    assert (first.rows, first.new, first.rejected) == (30, 31, 0)
    assert (second.new, second.changed, second.same) == (0, 0, 31)
    assert register.records.get("a-1").properties == {"full": ("Jalan Merdeka 1",), "city": ("Bandung",)}


def test_parts_that_contradict_each_other_are_refused(desk: Register) -> None:
    nested = [
        entity("p-1", name="Budi", addressEntity=[entity("x-1", kind, name="X")]) for kind in ("Address", "Vessel")
    ]

    result = desk.take(desk.lines(*nested))

    assert (result.new, result.rejected, desk.reasons()) == (1, 1, ["record.schema-conflict"])


@pytest.mark.parametrize("make", [people, family])
def test_an_import_that_was_stopped_goes_on_where_it_stood(register: Register, make) -> None:
    entities = [*make(3 * BLOCK), "{broken"]
    path = register.lines(*entities)
    with pytest.raises(Stopped):
        register.take(path, on_progress=stop_after(2))

    result = register.take(path)

    assert result.resumed_at in {2 * BLOCK, 3 * BLOCK}
    assert (result.rows, result.rejected) == (3 * BLOCK + 1, 1)
    assert sum(register.records.counts().values()) == 3 * BLOCK + (make is family)
    assert result.new == sum(register.records.counts().values())
    assert len(register.flaws()) == 1


def test_a_broken_line_is_a_broken_line_even_if_it_is_all_that_was_left(desk: Register) -> None:
    path = desk.lines(*people(BLOCK), "{broken")
    with pytest.raises(Stopped):
        desk.take(path, on_progress=stop_after(1))
    desk.records.db.write(lambda tx: tx.execute(import_run.update().values(state="reading", position=BLOCK)))

    result = desk.take(path)

    assert (result.resumed_at, desk.reasons()[-1]) == (BLOCK, "row.not-json")


def test_an_id_that_came_before_the_interruption_is_still_known(desk: Register) -> None:
    path = desk.lines(*people(2 * BLOCK), entity("p-0", name="Somebody Else"))
    with pytest.raises(Stopped):
        desk.take(path, on_progress=stop_after(1))

    desk.take(path)

    assert desk.reasons() == ["record.twice"]
    assert desk.records.get("p-0").values("name") == ("Orang 0",)


def test_what_an_import_given_up_had_put_aside_goes_when_the_next_one_begins(desk: Register) -> None:
    with pytest.raises(Stopped):
        desk.take(desk.lines(*family(2 * BLOCK)), on_progress=stop_after(1))
    assert staged(desk) > 0

    desk.take(desk.lines(*people(1), name="other.json"))

    assert staged(desk) == 0


def test_what_an_import_given_up_had_put_aside_goes_after_thirty_days(desk: Register) -> None:
    with pytest.raises(Stopped):
        desk.take(desk.lines(*family(2 * BLOCK)), on_progress=stop_after(1))

    desk.clock.advance(timedelta(days=31))
    desk.records.erase_quarantined()

    assert staged(desk) == 0


def staged(desk: Register) -> int:
    with desk.records.db.read() as connection:
        return len(connection.execute(import_stage.select()).all())


def test_two_processes_cannot_import_the_same_at_the_same_time(desk: Register) -> None:
    path = desk.lines(*people(3 * BLOCK))
    once = count()

    def meddle(progress: Progress) -> None:
        if next(once) == 0:  # the other one has come further
            desk.records.db.write(lambda tx: tx.execute(import_run.update().values(position=1)))

    with pytest.raises(AlreadyDone):
        desk.take(path, on_progress=meddle)


def test_progress_tells_rows_of_how_many(desk: Register) -> None:
    told: list[Progress] = []

    desk.take(desk.lines(*people(BLOCK + 1)), on_progress=told.append)

    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert (told[-1].done, told[-1].total, told[-1].tally.new) == (BLOCK + 1, BLOCK + 1, BLOCK + 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'[{"id": "p-1"}]', "JSON array"),
        (b"{not json}\n{neither this}\n", "problem"),
        ('{"id": "p-1"}'.encode("utf-16"), "no JSON lines"),
        (b"nama,lahir\nBudi,1970\n", "needs a mapping"),
        (b" \n", "empty"),
    ],
)
def test_a_file_of_another_kind_is_refused_before_anything_is_in(desk: Register, content: bytes, told: str) -> None:
    with pytest.raises(InvalidFile, match=told):
        desk.take(desk.file("x.json", content))

    assert desk.records.counts() == {}


def test_a_file_that_is_not_there_is_told_by_name(desk: Register) -> None:
    with pytest.raises(InvalidFile, match=r"nowhere\.json"):
        desk.take(desk.folder / "nowhere.json")


MISTAKES = ["{broken", '"text"', '{"id": "x", "schema": "Nothing"}', '{"id": "", "schema": "Person"}']
lines = st.lists(
    st.integers(0, 8).map(lambda i: entity(f"p-{i}", name=f"Orang {i}")) | st.sampled_from(MISTAKES), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines)
def test_every_line_is_a_record_or_in_the_report_and_twice_is_once(desk: Register, written: list[object]) -> None:
    path = desk.lines(entity("p-first", name="Orang Pertama"), *written)

    first = desk.take(path)
    second = desk.take(path)

    assert first.rows == len(written) + 1
    assert first.new + first.changed + first.same + first.rejected == first.rows
    assert (second.new, second.changed, second.rejected) == (0, 0, first.rejected)
    assert len({flaw["row"] for flaw in desk.flaws()}) == first.rejected


CHILD = """
import sys
from pathlib import Path
from rooms.records.record_makers import Register
from lintas.clock import ManualClock
from lintas.storage import Database
folder, path = Path(sys.argv[1]), Path(sys.argv[2])
database = Database.open(f"sqlite:///{folder / 'desk.db'}")
database.migrate()
desk = Register.open(database, ManualClock(), folder)
desk.take(path, on_progress=lambda progress: print(progress.done, flush=True))
"""


def test_kill_9_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'desk.db'}")
    database.migrate()
    desk = Register.open(database, ManualClock(), tmp_path)
    number = 10 * BLOCK
    path = desk.lines(*people(number), "{broken")
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(path)]
    tests = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(tests)}) as child:
        for _ in range(3):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)

    done = sum(desk.records.counts().values())
    result = desk.take(path)

    assert 3 * BLOCK <= done < number
    assert result.resumed_at == done
    assert (result.rows, result.new, result.rejected) == (number + 1, number, 1)
    assert desk.records.counts() == {"Person": number}
    assert desk.reasons() == ["row.not-json"]
    assert sum(event.facts["new"] for event in desk.entries(AuditKind.RECORD_IMPORTED)) == number
    assert desk.audit.verify()
    desk.index.close()
    database.close()
