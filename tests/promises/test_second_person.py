"""The second person, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection

from lintas.audit import AuditKind, AuditLog
from lintas.clock import ManualClock
from lintas.errors import AlreadyDone, NotFound, Refused, SamePerson, SecondPersonNeeded
from lintas.model import Role
from lintas.people import Account, ApprovalState, Officer, People, SecretBox
from lintas.storage import Database
from lintas.trust import NodeKeys

BOX = SecretBox(bytes(32))

ACT = "check.batch"
FACTS = {"batch": "b-1", "rows": "12"}


def may_approve(roles: frozenset[Role], act: str) -> bool:
    return Role.LIAISON in roles if act == ACT else Role.DATA_PROTECTION in roles


@pytest.fixture
def audit(database: Database, clock: ManualClock) -> AuditLog:
    return AuditLog(database, clock, NodeKeys.generate().signing_key, "id.latihan")


@pytest.fixture
def people(database: Database, audit: AuditLog, clock: ManualClock) -> People:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return People(database, audit, clock, box=BOX, may_approve=may_approve, hasher=hasher)


def officer(people: People, username: str, *roles: Role) -> Officer:
    account = {"name": username, "roles": roles, "unit": "", "password": "kata sandi latihan"}
    return people.enrol(Account(username=username, **account), by="system").officer


@pytest.fixture
def sari(people: People) -> Officer:
    return officer(people, "sari", Role.INVESTIGATOR, Role.LIAISON)


@pytest.fixture
def budi(people: People) -> Officer:
    return officer(people, "budi", Role.LIAISON)


@pytest.fixture
def dewi(people: People) -> Officer:
    return officer(people, "dewi", Role.DATA_PROTECTION)


def test_an_act_is_asked_agreed_to_and_done(people: People, audit: AuditLog, sari: Officer, budi: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)
    assert people.pending(budi) == [asked]

    given = people.approve(asked.id, budi, "looked at")
    used = people.use(asked.id, ACT, FACTS)

    assert (given.state, given.decided_by, given.note) == (ApprovalState.GIVEN, budi.id, "looked at")
    assert used.state is ApprovalState.USED
    assert people.pending(budi) == []
    written = [entry.event for entry in reversed(audit.entries(limit=3))]
    assert [(e.kind, e.actor) for e in written if e] == [
        (AuditKind.APPROVAL_ASKED, sari.actor),
        (AuditKind.APPROVAL_GIVEN, budi.actor),
        (AuditKind.APPROVAL_USED, sari.actor),
    ]
    assert all(e.facts["approval"] == asked.id and e.facts["rows"] == "12" for e in written if e)


def test_nobody_is_their_own_second_person(people: People, sari: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)

    assert people.pending(sari) == []
    for decide in (people.approve, people.refuse):
        with pytest.raises(SamePerson):
            decide(asked.id, sari)


def test_who_has_not_the_role_is_not_asked_and_may_not_decide(people: People, sari: Officer, dewi: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)

    assert people.pending(dewi) == []
    with pytest.raises(Refused):
        people.approve(asked.id, dewi)
    assert [a.act for a in (people.ask_second("erase_records", {}, sari), *people.pending(dewi))] == [
        "erase_records"
    ] * 2


def test_without_a_second_person_nothing_is_done(people: People, sari: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)

    with pytest.raises(SecondPersonNeeded):
        people.use(asked.id, ACT, FACTS)


def test_what_was_refused_is_not_done(people: People, audit: AuditLog, sari: Officer, budi: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)

    refused = people.refuse(asked.id, budi, "too wide")

    assert refused.state is ApprovalState.REFUSED
    assert audit.entries(limit=1)[0].kind is AuditKind.APPROVAL_REFUSED
    with pytest.raises(SecondPersonNeeded):
        people.use(asked.id, ACT, FACTS)
    with pytest.raises(AlreadyDone):
        people.approve(asked.id, budi)


@pytest.mark.parametrize(
    ("act", "facts"),
    [
        (ACT, FACTS | {"rows": "13"}),
        (ACT, {"batch": "b-1"}),
        (ACT, FACTS | {"more": ""}),
        ("erase_records", FACTS),
    ],
)
def test_what_differs_from_what_was_agreed_to_is_not_done(
    people: People, sari: Officer, budi: Officer, act: str, facts: dict[str, str]
) -> None:
    asked = people.ask_second(ACT, FACTS, sari)
    people.approve(asked.id, budi)

    with pytest.raises(SecondPersonNeeded):
        people.use(asked.id, act, facts)

    assert people.use(asked.id, ACT, dict(reversed(FACTS.items()))).state is ApprovalState.USED


def test_an_approval_is_used_once_even_by_many_at_once(people: People, sari: Officer, budi: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)
    people.approve(asked.id, budi)

    def attempt(_: int) -> bool:
        try:
            people.use(asked.id, ACT, FACTS)
        except AlreadyDone:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(16))) == 1


def test_an_act_that_fails_does_not_use_up_its_approval(
    people: People, database: Database, sari: Officer, budi: Officer
) -> None:
    asked = people.ask_second(ACT, FACTS, sari)
    people.approve(asked.id, budi)

    def act_that_fails(tx: Connection) -> None:
        people.use_within(tx, asked.id, ACT, FACTS)
        raise ValueError("the act fails")

    with pytest.raises(ValueError, match="act fails"):
        database.write(act_that_fails)
    assert people.use(asked.id, ACT, FACTS).state is ApprovalState.USED


def test_an_approval_is_decided_once(people: People, sari: Officer, budi: Officer) -> None:
    asked = people.ask_second(ACT, FACTS, sari)
    people.approve(asked.id, budi)

    with pytest.raises(AlreadyDone):
        people.refuse(asked.id, budi)


def test_what_waits_too_long_runs_out(people: People, clock: ManualClock, sari: Officer, budi: Officer) -> None:
    waiting, given = people.ask_second(ACT, FACTS, sari), people.ask_second(ACT, FACTS, sari)
    people.approve(given.id, budi)

    clock.advance(timedelta(days=7))

    assert people.pending(budi) == []
    with pytest.raises(AlreadyDone, match="expired"):
        people.approve(waiting.id, budi)
    with pytest.raises(SecondPersonNeeded, match="expired"):
        people.use(given.id, ACT, FACTS)


def test_the_oldest_waits_first(people: People, clock: ManualClock, sari: Officer, budi: Officer) -> None:
    asked = []
    for n in range(3):
        asked.append(people.ask_second(ACT, {"n": str(n)}, sari).id)
        clock.advance(timedelta(minutes=1))

    assert [a.id for a in people.pending(budi)] == asked


def test_an_invented_approval_is_not_found(people: People, sari: Officer, budi: Officer) -> None:
    for deed in (lambda: people.approve("nothing", budi), lambda: people.use("nothing", ACT, FACTS)):
        with pytest.raises(NotFound):
            deed()


def test_without_a_policy_handed_in_the_door_decides_who_may(
    database: Database, audit: AuditLog, clock: ManualClock, people: People, sari: Officer, dewi: Officer
) -> None:
    open_minded = People(database, audit, clock, box=BOX)
    asked = open_minded.ask_second(ACT, FACTS, sari)

    assert open_minded.pending(dewi) == [asked]
    assert open_minded.approve(asked.id, dewi).state is ApprovalState.GIVEN
