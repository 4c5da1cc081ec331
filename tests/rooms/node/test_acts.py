"""What officers do at any door: asked of policy, entered in the log, and only then done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lintas.audit import AuditKind, Event
from lintas.errors import NotFound, Refused, RefusedByPolicy, Unavailable
from lintas.model import DisclosureLevel, Role
from lintas.node import Node
from lintas.people import Account, ApprovalState, Officer
from lintas.policy import OfficerAct
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import PASSWORD

REASON = "Perkara LAT/1, memastikan alamat."


@pytest.fixture
async def jakarta(tmp_path: Path) -> AsyncIterator[Neighbour]:
    async with Neighbourhood(tmp_path) as street:
        (made,) = await street.nodes("id")
        yield made


def enrol(node: Node, *roles: Role) -> Officer:
    """A colleague with these roles."""
    username = "-".join(sorted(roles)).replace("_", "")
    enrolled = node.people.enrol(
        Account(username=username, name="Rekan", roles=roles, unit="Latihan", password=PASSWORD), by="system"
    )
    return enrolled.officer


def events(node: Node, kind: AuditKind) -> list[Event]:
    return [entry.event for entry in node.audit.entries(kind=kind) if entry.event]


async def test_a_record_that_was_read_stands_in_the_log_with_who_and_why(jakarta: Neighbour) -> None:
    record = jakarta.knows("Budi Santoso", birthDate="1970-01-31")

    shown, level, _ = jakarta.node.read_record(record.id, jakarta.officer, REASON)

    assert (shown.id, level) == (record.id, DisclosureLevel.FULL)
    (read,) = events(jakarta.node, AuditKind.RECORD_READ)
    assert read.actor == jakarta.officer.actor
    assert read.facts == {"record": record.id, "level": "full", "reason": REASON}


async def test_a_reading_that_cannot_be_entered_in_the_log_shows_nothing(jakarta: Neighbour) -> None:
    record = jakarta.knows("Budi Santoso", birthDate="1970-01-31")
    jakarta.node.db._writer.close()

    with pytest.raises(Unavailable):
        jakarta.node.read_record(record.id, jakarta.officer, REASON)

    assert events(jakarta.node, AuditKind.RECORD_READ) == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR])
async def test_a_record_one_may_not_see_looks_like_one_that_is_not_there(jakarta: Neighbour, role: Role) -> None:
    record = jakarta.knows("Budi Santoso", birthDate="1970-01-31")
    watcher = enrol(jakarta.node, role)

    with pytest.raises(NotFound) as hidden:
        jakarta.node.read_record(record.id, watcher, REASON)
    with pytest.raises(NotFound) as absent:
        jakarta.node.read_record("id.latihan-99", watcher, REASON)

    assert type(hidden.value) is type(absent.value)
    assert str(hidden.value).replace(record.id, "x") == str(absent.value).replace("id.latihan-99", "x")
    assert hidden.value.facts.keys() == absent.value.facts.keys()
    assert events(jakarta.node, AuditKind.RECORD_READ) == []


async def test_a_victim_is_not_shown_to_an_analyst_who_knows_only_that_there_is_a_record(jakarta: Neighbour) -> None:
    record = jakarta.knows("Siti Aminah", category="victim")
    analyst = enrol(jakarta.node, Role.ANALYST)

    with pytest.raises(NotFound):
        jakarta.node.read_record(record.id, analyst, REASON)


async def test_reading_the_log_is_an_entry_itself_and_stands_in_what_is_read(jakarta: Neighbour) -> None:
    auditor = enrol(jakarta.node, Role.AUDITOR)

    read = jakarta.node.read_log(auditor, kind=AuditKind.LOG_READ, limit=10)

    assert [entry.event for entry in read] == events(jakarta.node, AuditKind.LOG_READ)
    assert read[0].event is not None
    assert read[0].event.actor == auditor.actor
    assert read[0].event.facts == {"kind": "log.read", "limit": "10"}


async def test_what_was_not_asked_for_is_not_among_the_facts(jakarta: Neighbour) -> None:
    jakarta.node.read_log(enrol(jakarta.node, Role.AUDITOR), check=None, kind=None, limit=5)

    (read,) = events(jakarta.node, AuditKind.LOG_READ)
    assert read.facts == {"limit": "5"}


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.LIAISON, Role.OPERATOR])
async def test_who_may_not_read_the_log_is_told_which_policy_says_so(jakarta: Neighbour, role: Role) -> None:
    with pytest.raises(RefusedByPolicy) as refused:
        jakarta.node.read_log(enrol(jakarta.node, role))

    assert refused.value.facts["act"] == OfficerAct.READ_AUDIT
    assert events(jakarta.node, AuditKind.LOG_READ) == []


@pytest.mark.parametrize(("agree", "state"), [(True, ApprovalState.GIVEN), (False, ApprovalState.REFUSED)])
async def test_the_second_person_agrees_or_refuses(jakarta: Neighbour, *, agree: bool, state: ApprovalState) -> None:
    second = enrol(jakarta.node, Role.DATA_PROTECTION)
    asked = jakarta.node.people.ask_second("erase_records", {"records": "3"}, jakarta.officer)

    decided = jakarta.node.decide_approval(asked.id, second, agree=agree, note="Sudah dibaca.")

    assert (decided.state, decided.decided_by, decided.note) == (state, second.id, "Sudah dibaca.")
    kind = AuditKind.APPROVAL_GIVEN if agree else AuditKind.APPROVAL_REFUSED
    (entered,) = events(jakarta.node, kind)
    assert (entered.actor, entered.facts["records"]) == (second.actor, "3")


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.LIAISON, Role.AUDITOR, Role.OPERATOR])
async def test_the_second_person_needs_the_role_for_the_act(jakarta: Neighbour, role: Role) -> None:
    """Nothing waits for them; so they are not told either what their colleague wants to do."""
    colleague = enrol(jakarta.node, role)
    asked = jakarta.node.people.ask_second("erase_records", {"records": "3"}, jakarta.officer)

    for agree in (True, False):
        with pytest.raises((NotFound, Refused)):
            jakarta.node.decide_approval(asked.id, colleague, agree=agree)

    assert not events(jakarta.node, AuditKind.APPROVAL_GIVEN) + events(jakarta.node, AuditKind.APPROVAL_REFUSED)


async def test_nobody_is_their_own_second_person(jakarta: Neighbour) -> None:
    asked = jakarta.node.people.ask_second("erase_records", {"records": "3"}, jakarta.officer)

    with pytest.raises(NotFound):
        jakarta.node.decide_approval(asked.id, jakarta.officer, agree=True)

    assert events(jakarta.node, AuditKind.APPROVAL_GIVEN) == []


async def test_what_is_decided_is_not_decided_again(jakarta: Neighbour) -> None:
    second = enrol(jakarta.node, Role.DATA_PROTECTION)
    asked = jakarta.node.people.ask_second("erase_records", {"records": "3"}, jakarta.officer)
    jakarta.node.decide_approval(asked.id, second, agree=False)

    with pytest.raises(NotFound):
        jakarta.node.decide_approval(asked.id, second, agree=True)

    assert events(jakarta.node, AuditKind.APPROVAL_GIVEN) == []
