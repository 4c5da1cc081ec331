"""Keys that carry their reason, on SQLite and on PostgreSQL: for one officer, one case, a few days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from lintas.audit import AuditKind, AuditLog
from lintas.clock import ManualClock
from lintas.errors import InvalidValue, NotFound, NotSignedIn
from lintas.model import Role
from lintas.people import Account, Officer, People, SecretBox
from lintas.people.tables import errands
from lintas.policy import justified
from lintas.storage import Database
from lintas.trust import NodeKeys

BOX = SecretBox(bytes(32))

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REASON = justified(
    {
        "purpose": "investigate",
        "legal_basis": "Perjanjian latihan, pasal 1",
        "case_reference": "LAT/2026/001",
        "category": "suspect",
        "intent": "identify",
    }
)


@pytest.fixture
def audit(database: Database, clock: ManualClock) -> AuditLog:
    return AuditLog(database, clock, NodeKeys.generate().signing_key, "id.latihan")


@pytest.fixture
def people(database: Database, audit: AuditLog, clock: ManualClock) -> People:
    return People(database, audit, clock, box=BOX, hasher=CHEAP)


@pytest.fixture
def sari(people: People) -> Officer:
    roles = {Role.INVESTIGATOR}
    return people.enrol(
        Account(username="sari", name="Sari", roles=roles, unit="", password="kata sandi latihan"), by="system"
    ).officer


def test_a_key_is_its_officer_and_its_reason_until_its_time_is_over(
    people: People, sari: Officer, clock: ManualClock
) -> None:
    key = people.errands.issue(sari, REASON, name="OpenRefine", days=7)

    assert people.errands.of(key) == (sari, REASON)
    clock.advance(timedelta(days=7))
    with pytest.raises(NotSignedIn):
        people.errands.of(key)


def test_a_key_stands_in_the_log_with_purpose_and_case_and_only_its_hash_is_kept(
    people: People, sari: Officer, audit: AuditLog, database: Database
) -> None:
    key = people.errands.issue(sari, REASON, name="OpenRefine", days=7)

    event = audit.entries(kind=AuditKind.TOKEN_ISSUED)[0].event
    assert event is not None
    assert (event.case, event.purpose, event.facts["name"]) == ("LAT/2026/001", "investigate", "OpenRefine")
    with database.read() as tx:
        assert key.encode() not in repr(tx.execute(select(errands)).all()).encode()


def test_the_two_kinds_of_key_do_not_open_each_others_doors(people: People, sari: Officer) -> None:
    errand, token = people.errands.issue(sari, REASON, name="x", days=1), people.issue_token(sari, "x", days=1)

    with pytest.raises(NotSignedIn):
        people.officer_of_token(errand)
    with pytest.raises(NotSignedIn):
        people.errands.of(token)


def test_a_key_ends_when_it_is_withdrawn(people: People, sari: Officer, audit: AuditLog) -> None:
    key = people.errands.issue(sari, REASON, name="x", days=1)
    issued = audit.entries(kind=AuditKind.TOKEN_ISSUED)[0].event
    assert issued is not None

    people.revoke_token(str(issued.facts["token"]), by=sari.id)

    assert audit.entries(limit=1)[0].kind is AuditKind.TOKEN_REVOKED
    for ended in (lambda: people.errands.of(key), lambda: people.revoke_token("nobody", by="system")):
        with pytest.raises((NotSignedIn, NotFound)):
            ended()


def test_a_key_ends_with_the_account_of_its_officer(people: People, sari: Officer) -> None:
    key = people.errands.issue(sari, REASON, name="x", days=1)

    people.close_account(sari.id, by="system")

    with pytest.raises(NotSignedIn):
        people.errands.of(key)


@pytest.mark.parametrize(("name", "days"), [("x", 0), ("x", 32), (" ", 1)])
def test_a_key_without_a_name_or_for_too_long_is_not_made(people: People, sari: Officer, name: str, days: int) -> None:
    with pytest.raises(InvalidValue):
        people.errands.issue(sari, REASON, name=name, days=days)
