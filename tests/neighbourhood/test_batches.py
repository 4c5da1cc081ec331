"""Checking a whole file: bad rows are told, a second person agrees, it is asked once; on both engines."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select, update

from lintas.audit import AuditKind
from lintas.checks import Batch, CheckReport, read_batch
from lintas.checks.tables import batch
from lintas.errors import AlreadyDone, Invalid, InvalidFile, NotFound, RefusedByPolicy, SecondPersonNeeded, Unjustified
from lintas.model import Purpose, Role, SubjectKind
from lintas.people import Account, Officer
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import REASON

FILE = """kind,name,birthDate,number,registrationNumber
person,Budi Santoso,1970-01-31,,
person,Ani Wijaya; Ani Wijayanti,1980-02-03,,
vehicle,,,,B 1234 XYZ
phone,,,+62811000111,
person,Sukarno,,,
spaceship,Nebula,,,
document,,,,
"""


def colleague(here: Neighbour, *roles: Role) -> Officer:
    return here.node.people.enrol(
        Account(username="tono", name="Tono (latihan)", roles=frozenset(roles), unit="", password="latihan-lagi-ya"),
        by="system",
    ).officer


def planned(here: Neighbour) -> Batch:
    subjects, _ = read_batch(FILE.encode())
    return here.node.batches.plan(subjects, REASON, here.officer)


async def reports(here: Neighbour, batch_id: str) -> list[CheckReport]:
    return [report async for report in here.node.batches.run(batch_id, here.officer)]


def test_good_rows_are_read_and_every_bad_row_is_told_with_its_number_and_reason() -> None:
    subjects, bad = read_batch(FILE.encode())

    kinds = [SubjectKind.PERSON, SubjectKind.PERSON, SubjectKind.VEHICLE, SubjectKind.PHONE]
    assert [subject.kind for subject in subjects] == kinds
    assert subjects[1].values("name") == ("Ani Wijaya", "Ani Wijayanti")
    assert [(row.row, row.error.code) for row in bad] == [
        (6, "invalid.not-askable"),
        (7, "invalid"),
        (8, "invalid"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,birthDate\nBudi,1970\n",
        "kind,name\nperson,Budi Ñ\n".encode("utf-16"),
        b'kind,name\nperson,"Budi\n',
        b"kind\n" + b"phone\n" * 1001,
    ],
    ids=["empty", "no column kind", "another encoding", "an open quotation mark", "too many rows"],
)
def test_what_is_no_file_of_questions_is_refused_whole(content: bytes) -> None:
    with pytest.raises(InvalidFile):
        read_batch(content)


async def test_a_file_is_asked_after_a_second_person_agreed_and_once(street_of_each_engine: Neighbourhood) -> None:
    jakarta, kl = await street_of_each_engine.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    liaison = colleague(jakarta, Role.LIAISON)
    plan = planned(jakarta)

    with pytest.raises(SecondPersonNeeded):
        await reports(jakarta, plan.id)
    before = kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED)
    (waiting,) = jakarta.node.people.pending(liaison)
    jakarta.node.people.approve(waiting.id, liaison)
    told = await reports(jakarta, plan.id)
    with pytest.raises(AlreadyDone):
        await reports(jakarta, plan.id)

    assert before == []
    assert waiting.facts["rows"] == "4"
    assert len(told) == len({report.id for report in told}) == 4
    found = {report.subject.values("name"): sum(len(o.matches) for o in report.outcomes) for report in told}
    assert found[("Budi Santoso",)] == 1
    assert sum(found.values()) == 1
    assert len(kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED)) == 4
    assert len(jakarta.node.audit.entries(kind=AuditKind.BATCH_ASKED)) == 1
    assert [b.state for b in jakarta.node.batches.of(jakarta.officer)] == ["asked"]


async def test_a_file_changed_after_the_approval_is_not_asked(street_of_each_engine: Neighbourhood) -> None:
    jakarta, kl = await street_of_each_engine.nodes("id", "my")
    liaison = colleague(jakarta, Role.LIAISON)
    plan = planned(jakarta)
    jakarta.node.people.approve(plan.approval, liaison)

    def replace_a_name(tx) -> None:
        body = tx.execute(select(batch.c.body)).scalar_one()
        tx.execute(update(batch).values(body=bytes(body).replace(b"Budi Santoso", b"Rudi Hartono")))

    jakarta.node.db.write(replace_a_name)

    with pytest.raises(SecondPersonNeeded):
        await reports(jakarta, plan.id)
    assert kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED) == []


async def test_two_who_press_the_button_at_once_ask_once(street_of_each_engine: Neighbourhood) -> None:
    jakarta, _ = await street_of_each_engine.nodes("id", "my")
    liaison = colleague(jakarta, Role.LIAISON)
    plan = planned(jakarta)
    jakarta.node.people.approve(plan.approval, liaison)
    other = jakarta.street.open(jakarta.node.settings)
    try:
        await anext(other.batches.run(plan.id, jakarta.officer))
        with pytest.raises(AlreadyDone):
            await reports(jakarta, plan.id)
        await other.checks.close()
    finally:
        other.close()

    assert len(jakarta.node.audit.entries(kind=AuditKind.BATCH_ASKED)) == 1


async def test_a_file_our_law_does_not_allow_leaves_the_approval_unused(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    liaison = colleague(jakarta, Role.LIAISON)
    trend = msgspec.structs.replace(REASON, purpose=Purpose.TREND_ANALYSIS)
    subjects, _ = read_batch(FILE.encode())
    plan = jakarta.node.batches.plan(subjects, trend, jakarta.officer)
    jakarta.node.people.approve(plan.approval, liaison)

    with pytest.raises(RefusedByPolicy):
        await reports(jakarta, plan.id)

    assert [b.state for b in jakarta.node.batches.of(jakarta.officer)] == ["planned"]
    assert jakarta.node.audit.entries(kind=AuditKind.APPROVAL_USED) == []
    assert kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED) == []


async def test_a_file_has_an_owner_a_reason_and_at_least_one_question(street: Neighbourhood) -> None:
    (jakarta,) = await street.nodes("id")
    plan = planned(jakarta)
    other = colleague(jakarta, Role.INVESTIGATOR, Role.LIAISON)
    subjects, _ = read_batch(FILE.encode())

    with pytest.raises(NotFound):
        jakarta.node.batches.get(plan.id, other)
    with pytest.raises(Invalid):
        jakarta.node.batches.plan([], REASON, jakarta.officer)
    with pytest.raises(Unjustified):
        jakarta.node.batches.plan(subjects, msgspec.structs.replace(REASON, case_reference="-"), jakarta.officer)
    assert jakarta.node.batches.of(other) == []
