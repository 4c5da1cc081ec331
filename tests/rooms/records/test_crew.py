"""Other processes that look up: they find what the node finds, and the node does without them when they fail."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from lintas.model import Subject, SubjectKind
from lintas.records import Crew
from rooms.records.record_makers import SOURCE, Register, person

BUDI = Subject(SubjectKind.PERSON, {"name": ("Budi Santoso",), "birthDate": ("1980-02-03",)})
KNOWN = {"birthDate": "1980-02-03"}


@pytest.fixture
def crew(desk: Register) -> Iterator[Crew]:
    address = desk.records.db._engines.url.render_as_string(hide_password=False)
    hired = Crew(address, desk.folder / "index", 1)
    yield hired
    hired.close()


def answer_of(crew: Crew, wanted: object) -> object:
    """What the crew finds, asked until it is what is wanted: it follows the node within a moment."""
    for _ in range(40):
        found = crew.likely(BUDI, 0.5)
        said = None if found is None else [record.id for record, _ in found]
        if said == wanted:
            break
        time.sleep(0.1)
    return said


def processes(crew: Crew) -> list[int]:
    return [] if crew._pool is None else list(crew._pool._processes or ())


def test_a_crew_finds_what_the_node_finds_with_the_same_reasons(desk: Register, crew: Crew) -> None:
    others = [person(f"p-{n}", f"Wayan Gunawan {n}") for n in range(9)]
    desk.records.save([person("p-budi", properties=KNOWN), *others], source=SOURCE)
    desk.records.catch_up()

    alone = desk.records.likely(BUDI, 0.5)
    desk.records.hire(crew)

    assert [record.id for record, _ in alone] == ["p-budi"]
    assert crew.likely(BUDI, 0.5) == desk.records.likely(BUDI, 0.5) == alone
    assert processes(crew)


def test_a_crew_follows_the_index_through_new_records_deletion_and_erasure(desk: Register, crew: Crew) -> None:
    assert crew.likely(BUDI, 0.5) is None  # there is no index yet: not the same as nothing found
    desk.records.save([person("p-budi", properties=KNOWN)], source=SOURCE)
    desk.records.catch_up()
    assert answer_of(crew, ["p-budi"]) == ["p-budi"]

    desk.records.erase(desk.records.deletion_plan(["p-budi"]), by="officer:x", approval="a")
    deleted = crew.likely(BUDI, 0.5)  # at once, whatever its index says
    desk.clock.advance(timedelta(days=31))
    desk.records.erase_quarantined()
    desk.records.save([person("p-other", properties=KNOWN)], source=SOURCE)
    desk.records.catch_up()

    assert deleted == []
    assert answer_of(crew, ["p-other"]) == ["p-other"]


def test_when_a_process_of_the_crew_is_killed_the_node_answers_by_itself_and_another_takes_its_place(
    desk: Register, crew: Crew
) -> None:
    desk.records.save([person("p-budi", properties=KNOWN)], source=SOURCE)
    desk.records.catch_up()
    desk.records.hire(crew)
    alone = desk.records.likely(BUDI, 0.5)
    (before,) = processes(crew)

    os.kill(before, signal.SIGKILL)
    during = desk.records.likely(BUDI, 0.5)

    assert during == alone
    assert answer_of(crew, ["p-budi"]) == ["p-budi"]
    assert processes(crew) != [before]


def test_a_crew_that_was_dismissed_leaves_no_process_and_the_node_answers_by_itself(desk: Register, crew: Crew) -> None:
    desk.records.save([person("p-budi", properties=KNOWN)], source=SOURCE)
    desk.records.catch_up()
    desk.records.hire(crew)
    desk.records.likely(BUDI, 0.5)
    (gone,) = processes(crew)

    crew.close()

    assert [record.id for record, _ in desk.records.likely(BUDI, 0.5)] == ["p-budi"]
    with pytest.raises(ProcessLookupError):
        os.kill(gone, 0)


def test_a_crew_whose_database_cannot_be_opened_tells_nothing_and_does_not_stand_in_the_way(desk: Register) -> None:
    desk.records.save([person("p-budi", properties=KNOWN)], source=SOURCE)
    desk.records.catch_up()
    lost = Crew("sqlite:////nowhere/at/all.db", desk.folder / "index", 1)
    desk.records.hire(lost)

    assert [record.id for record, _ in desk.records.likely(BUDI, 0.5)] == ["p-budi"]
    lost.close()
