"""What is forgotten, and when: nothing about a person stays longer than its purpose needs (rule R03)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from lintas.audit import AuditKind
from lintas.checks.retention import BATCH, BUDGET, CONFIRMABLE, ENUMERATION, REPORT
from lintas.checks.tables import answered, batch, check, hit, outcome
from lintas.clock import ManualClock
from lintas.errors import NotFound
from lintas.model import Subject, SubjectKind
from lintas.node.seen import SWEEP_EVERY, seen
from lintas.requests import ConfirmationState, Verdict
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import REASON

SECOND = timedelta(seconds=1)


@pytest.fixture
async def still(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Neighbourhood]:
    """Neighbours under a clock that stands still."""
    async with Neighbourhood(tmp_path, clock) as here:
        yield here


def rows(neighbour: Neighbour, table: Table) -> list:
    with neighbour.node.db.read() as tx:
        return list(tx.execute(select(table)))


def whole_database(neighbour: Neighbour) -> bytes:
    """Every byte of every table but the records and the log, whose retention is their own."""
    with neighbour.node.db.read() as tx:
        kept = [t for t in check.metadata.sorted_tables if not t.name.startswith(("record", "audit", "import"))]
        return repr([tuple(row) for table in kept for row in tx.execute(select(table))]).encode()


async def test_what_was_asked_for_is_erased_after_an_hour_and_who_asked_after_a_day(still, clock) -> None:
    jakarta, kl = await still.nodes("id", "my")
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    clock.advance(ENUMERATION - SECOND)
    await kl.node.checks.purge()
    before = [row.asked_for for row in rows(kl, answered)]
    clock.advance(SECOND)
    await kl.node.checks.purge()
    after_an_hour = [row.asked_for for row in rows(kl, answered)]
    clock.advance(BUDGET - ENUMERATION)
    await kl.node.checks.purge()

    assert b"budi santoso" in before[0]
    assert after_an_hour == [None]
    assert rows(kl, answered) == []


async def test_a_partner_that_was_only_asked_keeps_no_trace_of_the_person(still, clock: ManualClock) -> None:
    jakarta, kl = await still.nodes("id", "my")
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    clock.advance(ENUMERATION)
    await kl.node.checks.purge()

    assert b"antoso" not in whole_database(kl).lower()
    log = repr([entry.event for entry in kl.node.audit.entries(limit=100)])
    assert "antoso" not in log


async def test_a_clock_that_is_set_back_stops_no_answer(still, clock: ManualClock) -> None:
    jakarta, kl = await still.nodes("id", "my")
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    clock.advance(ENUMERATION)
    await kl.node.checks.purge()

    clock.advance(-ENUMERATION / 2)
    report = await jakarta.check("Ani Wijaya", birthDate="1980-02-03")

    told = report.outcome("my.latihan")
    assert told is not None
    assert told.is_no_match


async def test_budgets_still_count_after_what_was_asked_for_is_erased(still, clock: ManualClock) -> None:
    jakarta, kl = await still.nodes("id", "my", officer_budget_day=2)
    for name in ("Ani Wijaya", "Tono Harahap"):
        await jakarta.check(name, birthDate="1970-01-31")

    clock.advance(ENUMERATION)
    await kl.node.checks.purge()
    report = await jakarta.check("Rudi Lubis", birthDate="1970-01-31")

    told = report.outcome("my.latihan")
    assert told is not None
    assert told.ground == "budget_spent"


async def test_a_hit_can_be_confirmed_for_thirty_days_and_an_open_confirmation_outlives_it(still, clock) -> None:
    jakarta, kl = await still.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    told = [(await jakarta.check("Budi Santoso", birthDate="1970-01-31")) for _ in range(2)]
    hits = [report.outcome("my.latihan").matches[0].hit for report in told]  # type: ignore[union-attr]
    reason = "Tersangka utama, akan dicegat."
    still.directory.publish(dict(still.directory.current().members), expires=clock.now() + 2 * CONFIRMABLE)
    clock.advance(CONFIRMABLE - SECOND)
    await kl.node.checks.purge()
    in_time = jakarta.node.requests.confirm_hit(told[0].id, hits[0], reason, jakarta.officer)
    await jakarta.node.exchange.deliver_due()

    clock.advance(SECOND)
    await kl.node.checks.purge()
    too_late = jakarta.node.requests.confirm_hit(told[1].id, hits[1], reason, jakarta.officer)
    await jakarta.node.exchange.deliver_due()
    decided = kl.node.requests.decide(in_time.id, kl.officer, Verdict(fields=("birth_date",)))

    assert rows(kl, hit) == []
    assert decided.state is ConfirmationState.GIVEN
    state = jakarta.node.requests.get(too_late.id, jakarta.officer, ours=True).state
    assert state is ConfirmationState.RETURNED


async def test_our_own_reports_go_with_the_content_of_the_log(still, clock: ManualClock) -> None:
    (jakarta,) = await still.nodes("id")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    clock.advance(REPORT - SECOND)
    await jakarta.node.checks.purge()
    kept = jakarta.node.checks.report(report.id, jakarta.officer)

    clock.advance(SECOND)
    await jakarta.node.checks.purge()

    assert kept.id == report.id
    with pytest.raises(NotFound):
        jakarta.node.checks.report(report.id, jakarta.officer)
    assert rows(jakarta, check) == rows(jakarta, outcome) == []


async def test_a_file_of_questions_does_not_wait_longer_than_a_month(still, clock: ManualClock) -> None:
    (jakarta,) = await still.nodes("id")
    subject = Subject(kind=SubjectKind.PHONE, properties={"number": ("+62811000111",)})
    jakarta.node.batches.plan([subject], REASON, jakarta.officer)

    clock.advance(BATCH)
    await jakarta.node.checks.purge()

    assert rows(jakarta, batch) == []


async def test_envelope_ids_are_forgotten_once_their_envelope_could_not_pass(still, clock: ManualClock) -> None:
    jakarta, kl = await still.nodes("id", "my")
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    remembered = {row.id for row in rows(kl, seen)}

    clock.advance(timedelta(minutes=15) + SWEEP_EVERY)
    await jakarta.check("Ani Wijaya", birthDate="1980-02-03")

    assert len(remembered) == 1
    assert not remembered & {row.id for row in rows(kl, seen)}


async def test_a_running_node_forgets_by_itself(still, clock: ManualClock) -> None:
    jakarta, kl = await still.nodes("id", "my")
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    clock.advance(BUDGET)

    await kl.node.forget()

    assert rows(kl, answered) == []
    assert kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED)
