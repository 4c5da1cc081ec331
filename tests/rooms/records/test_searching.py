"""The index: found within a second, exact identifiers first, never older than the records, rebuilt when worthless."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from lintas.clock import ManualClock
from lintas.errors import IndexUnavailable
from lintas.model import Record, Statement, Subject, SubjectKind
from lintas.records import Index, Records
from lintas.storage import Database
from rooms.records.record_makers import SOURCE, Register, person

BUDI = Subject(SubjectKind.PERSON, {"name": ("Budi Santoso",)})


def named(number: int) -> list[Record]:
    return [person(f"o-{i}", f"Orang Nomor{i} Santoso") for i in range(number)]


def thing(record_id: str, schema: str, **properties: str) -> Record:
    statements = tuple(Statement(prop, value, SOURCE, "2026") for prop, value in properties.items())
    return Record(id=record_id, schema=schema, statements=statements, invented=True)


def test_a_record_is_found_within_a_second_of_being_saved(register: Register) -> None:
    register.records.save(named(200), source=SOURCE)
    register.records.catch_up()
    began = time.monotonic()

    register.records.save([person("p-budi", "Budi Santoso")], source=SOURCE)

    assert register.found(name="Budi Santoso")[0] == "p-budi"
    assert time.monotonic() - began < 1


def test_a_name_is_found_in_another_spelling_and_another_script(desk: Register) -> None:
    desk.records.save([*named(50), person("p-1", "Soekarno Hatta"), person("p-2", "Muhammad Ali")], source=SOURCE)

    assert desk.found(name="Sukarno Hata")[0] == "p-1"
    assert desk.found(name="محمد علي")[0] == "p-2"


def test_the_same_identifier_comes_first_whatever_the_name(desk: Register) -> None:
    holder = person("p-9", "Zulkifli", properties={"passportNumber": "A1234567"})
    desk.records.save([*named(300), person("p-1", "Budi Santoso"), holder], source=SOURCE)

    found = desk.found(name="Budi Santoso", passportNumber="a-1234567")

    assert found[:2] == ["p-9", "p-1"]


def test_an_identifier_with_one_wrong_sign_is_nearly_the_same(desk: Register) -> None:
    desk.records.save([*named(50), thing("v-1", "Vehicle", registrationNumber="B 1234 CDE")], source=SOURCE)

    assert desk.found(SubjectKind.VEHICLE, registrationNumber="B 1284 CDE") == ["v-1"]


def test_a_date_of_birth_brings_the_right_namesake_to_the_top(desk: Register) -> None:
    many = [
        person(f"p-{year}", "Budi Santoso", properties={"birthDate": f"{year}-05-01"}) for year in range(1940, 2000)
    ]
    desk.records.save(many, source=SOURCE)

    assert desk.found(name="Budi Santoso", birthDate="1970-05-01")[0] == "p-1970"
    assert desk.found(name="Budi Santoso", birthDate="1971-01-05")[0] in {"p-1970", "p-1971", "p-1972"}


def test_a_person_is_not_found_among_ships(desk: Register) -> None:
    desk.records.save([thing("v-1", "Vessel", name="Budi Santoso"), person("p-1", "Budi Santoso")], source=SOURCE)

    assert desk.found(SubjectKind.PERSON, name="Budi Santoso") == ["p-1"]
    assert desk.found(SubjectKind.VESSEL, name="Budi Santoso") == ["v-1"]


def test_somebody_with_sixty_names_is_found_by_any_of_them(desk: Register) -> None:
    names = [f"Kancil{chr(97 + i % 26)}{chr(97 + i // 26)} Wulandari" for i in range(60)]
    many = msgspec.structs.replace(
        person("p-many"), statements=tuple(Statement("alias", name, SOURCE, "2026") for name in names)
    )
    desk.records.save([*named(200), many], source=SOURCE)

    assert all(desk.found(name=name)[0] == "p-many" for name in names[::7])
    assert desk.found(name=names[0]).count("p-many") == 1


def test_a_changed_record_is_found_by_what_it_says_now_and_no_longer_by_what_it_said(desk: Register) -> None:
    desk.records.save([person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.catch_up()

    desk.records.save([person("p-1", "Wayan Gunawan")], source=SOURCE)

    assert desk.found(name="Wayan Gunawan") == ["p-1"]
    assert desk.found(name="Budi Santoso") == []


def test_a_node_without_records_finds_nothing_and_does_not_fail(desk: Register) -> None:
    assert desk.records.candidates(BUDI) == []
    assert desk.records.catch_up() == 0


def test_catching_up_with_nothing_new_takes_nothing_in(desk: Register) -> None:
    desk.records.save(named(3), source=SOURCE)

    assert desk.records.catch_up() == 3
    assert desk.records.catch_up() == 0


def test_as_many_candidates_come_as_are_wanted(desk: Register) -> None:
    desk.records.save(named(50), source=SOURCE)

    assert len(desk.records.candidates(Subject(SubjectKind.PERSON, {"name": ("Santoso",)}), limit=7)) == 7


def reopened(desk: Register) -> Records:
    """The register after a restart of the node."""
    desk.index.close()
    desk.index = Index.open(desk.folder / "index")
    desk.records = Records(desk.records.db, desk.audit, desk.clock, desk.index)
    return desk.records


def test_after_a_restart_the_index_answers_at_once_and_is_not_built_again(desk: Register) -> None:
    desk.records.save([person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.catch_up()

    records = reopened(desk)

    assert [record.id for record in records.candidates(BUDI)] == ["p-1"]
    assert records.catch_up() == 0


def spoil_meta(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def spoil_terms(folder: Path) -> None:
    for path in folder.glob("*.seg"):
        path.write_bytes(b"\xff" * path.stat().st_size)


def lose_a_segment(folder: Path) -> None:
    next(folder.glob("*.seg")).unlink()


def lose_everything(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("spoil", [spoil_meta, spoil_terms, lose_a_segment, lose_everything])
def test_a_damaged_or_missing_index_is_built_again_from_the_records(
    desk: Register, spoil: Callable[[Path], None]
) -> None:
    desk.records.save([*named(20), person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.catch_up()
    desk.index.close()
    (folder,) = (desk.folder / "index").iterdir()
    spoil(folder)

    records = reopened(desk)

    assert records.catch_up() == 21
    assert records.candidates(BUDI)[0].id == "p-1"


def test_an_index_damaged_while_it_is_in_use_is_told_once_and_then_built_again(desk: Register) -> None:
    desk.records.save([*named(20), person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.catch_up()
    spoiled = reopened(desk)  # nothing of it has been read yet
    (folder,) = (desk.folder / "index").iterdir()
    for path in folder.glob("*.seg"):
        path.write_bytes(b"\xff" * path.stat().st_size)

    with pytest.raises(IndexUnavailable):
        spoiled.candidates(BUDI)

    assert spoiled.candidates(BUDI)[0].id == "p-1"


def test_an_index_that_is_taken_away_while_it_is_written_is_built_again(desk: Register) -> None:
    desk.records.save([person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.catch_up()
    (folder,) = (desk.folder / "index").iterdir()
    lose_everything(folder)
    desk.records.save([person("p-2", "Budi Santoso")], source=SOURCE)

    with pytest.raises(IndexUnavailable):
        desk.records.catch_up()

    assert set(desk.found(name="Budi Santoso")) == {"p-1", "p-2"}


def test_somebody_of_whom_it_is_not_known_what_they_are_is_found_as_person_and_as_company(desk: Register) -> None:
    desk.records.save([thing("l-1", "LegalEntity", name="Sinar Jaya")], source=SOURCE)

    assert desk.found(SubjectKind.PERSON, name="Sinar Jaya") == ["l-1"]
    assert desk.found(SubjectKind.COMPANY, name="Sinar Jaya") == ["l-1"]


def test_a_telephone_number_brings_the_line_and_everybody_who_has_it(desk: Register) -> None:
    budi = person("p-1", "Budi", properties={"phone": "+6281234567890"})
    desk.records.save([budi, thing("t-1", "PhoneLine", phone="+6281234567890")], source=SOURCE)

    assert set(desk.found(SubjectKind.PHONE, phone="+62 812-3456-7890")) == {"p-1", "t-1"}


def test_links_and_papers_nobody_asks_for_are_in_no_index(desk: Register) -> None:
    link = thing("o-1", "Ownership", owner="p-1", asset="c-1")
    desk.records.save([link, thing("a-1", "Address", full="Jalan Merdeka 1")], source=SOURCE)

    assert desk.records.catch_up() == 2
    assert desk.found(name="Jalan Merdeka") == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=60), number=st.text(min_size=1, max_size=40))
def test_no_question_whatever_makes_the_index_stumble(desk: Register, name: str, number: str) -> None:
    subject = Subject(SubjectKind.PERSON, {"name": (name,), "passportNumber": (number,)})

    assert desk.records.candidates(subject) == desk.records.candidates(subject)


def test_an_index_that_is_not_complete_does_not_say_nothing_was_found(desk: Register) -> None:
    desk.records.save([person("p-1", "Budi Santoso")], source=SOURCE)

    with pytest.raises(IndexUnavailable):
        desk.index.candidates(BUDI)


def test_records_put_back_from_a_backup_are_indexed_anew(desk: Register) -> None:
    desk.records.save([person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.db.backup(desk.folder / "backup.db")
    desk.records.save([person("p-2", "Wayan Gunawan")], source=SOURCE)
    desk.records.catch_up()
    desk.index.close()

    before = Database.open(f"sqlite:///{desk.folder / 'backup.db'}")
    put_back = Register.open(before, ManualClock(), desk.folder)

    assert put_back.found(name="Budi Santoso") == ["p-1"]
    assert put_back.index.candidates(Subject(SubjectKind.PERSON, {"name": ("Wayan Gunawan",)})) == []
    put_back.index.close()
    before.close()


def test_rebuilding_finds_the_same(desk: Register) -> None:
    desk.records.save([*named(20), person("p-1", "Budi Santoso")], source=SOURCE)
    before = desk.found(name="Budi Santoso")

    assert desk.records.rebuild_index() == 21
    assert desk.found(name="Budi Santoso") == before


def test_while_the_index_is_built_anew_the_old_one_answers_and_stays_fresh(desk: Register) -> None:
    desk.records.save([*named(2500), person("p-1", "Wayan Gunawan")], source=SOURCE)
    desk.records.catch_up()
    desk.records.erase(desk.records.deletion_plan(["p-1"]), by="officer:x", approval="a")
    desk.clock.advance(timedelta(days=30))
    desk.records.erase_quarantined()
    seen: list[list[str]] = []

    class Reading:
        """The database, with a colleague who saves a record while the index reads it."""

        def read(self) -> AbstractContextManager[Connection]:
            if not seen:
                desk.records.save([person("p-2", "Budi Santoso")], source=SOURCE)
            seen.append(desk.index.candidates(BUDI, 1))
            return desk.records.db.read()

    desk.index.catch_up(Reading())

    assert seen[0] != ["p-2"]
    assert seen[-1] == ["p-2"]  # although the new index was not complete
    assert desk.found(name="Budi Santoso")[0] == "p-2"
    assert len(list((desk.folder / "index").iterdir())) == 1


OTHER_PROCESS = """
import sys
from pathlib import Path
from rooms.records.record_makers import Register, SOURCE, person
from lintas.clock import ManualClock
from lintas.storage import Database
database = Database.open(sys.argv[1])
desk = Register.open(database, ManualClock(), Path(sys.argv[2]))
print(desk.found(name="Budi Santoso"), flush=True)
sys.stdin.readline()
desk.records.save([person("p-2", "Budi Santoso")], source=SOURCE)
print(desk.records.catch_up(), flush=True)
sys.stdin.readline()
print(desk.found(name="Budi Santoso"), flush=True)
"""


def test_one_process_writes_the_index_and_the_others_read_it(desk: Register) -> None:
    desk.records.save([person("p-1", "Budi Santoso")], source=SOURCE)
    desk.records.catch_up()
    url = f"sqlite:///{desk.folder / 'desk.db'}"
    command = [sys.executable, "-c", OTHER_PROCESS, url, str(desk.folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) as other:

        def tells(go_on: str = "\n") -> str:
            answer = other.stdout.readline().strip()
            other.stdin.write(go_on)
            other.stdin.flush()
            return answer

        assert tells() == "['p-1']"
        assert tells("") == "0"  # we hold the lock: it saved a record, but may not index it
        assert sorted(desk.found(name="Budi Santoso")) == ["p-1", "p-2"]
        other.stdin.write("\n")
        other.stdin.flush()
        assert sorted(tells("")) == sorted("['p-1', 'p-2']")


words = st.sampled_from(["Budi", "Siti", "Wayan", "Ketut", "Joko", "Ani", "Rahmat", "Dewi"])
acts = st.lists(
    st.tuples(st.sampled_from(["save", "delete", "restore", "catch up"]), st.integers(0, 4), words), max_size=12
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_whatever_happened_the_index_knows_what_the_records_know(
    desk: Register, done: list[tuple[str, int, str]]
) -> None:
    for act, number, word in done:
        record_id = f"p-{number}"
        if act == "save":
            desk.records.save([person(record_id, f"{word} Kusuma")], source=SOURCE)
        elif act == "delete" and desk.records.many([record_id]):
            desk.records.erase(desk.records.deletion_plan([record_id]), by="officer:x", approval="a")
        elif act == "restore":
            desk.records.restore([record_id], by="officer:x", reason="mistake")
        else:
            desk.records.catch_up()

    alive = {record.id: record.values("name")[0] for record in desk.records.many([f"p-{n}" for n in range(5)])}
    assert set(desk.found(name="Kusuma")) == set(alive)
    assert all(record_id in desk.found(name=name) for record_id, name in alive.items())
