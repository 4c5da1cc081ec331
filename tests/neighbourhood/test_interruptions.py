"""Checks that are interrupted: killed in between, asked from two processes, a disk that fails at the deadline."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from lintas.audit import AuditKind
from lintas.checks import CheckReport
from lintas.errors import Unavailable
from lintas.model import OutcomeState, Subject, SubjectKind
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import REASON
from neighbourhood.waiting import until

SOON = timedelta(seconds=0.2)
BUDI = Subject(kind=SubjectKind.PERSON, properties={"name": ("Budi Santoso",), "birthDate": ("1970-01-31",)})


def late_answers(neighbour: Neighbour, check: str) -> Counter[str]:
    entries = neighbour.node.audit.entries(kind=AuditKind.CHECK_LATE_ANSWER, check=check)
    return Counter(str(entry.event.facts["node"]) for entry in entries if entry.event)


def report(neighbour: Neighbour, check: str) -> CheckReport:
    return neighbour.node.checks.report(check, neighbour.officer)


async def test_a_node_killed_while_asking_asks_again_and_counts_once(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th", ask_again_every=0, officer_budget_hour=1)
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    bangkok.falls_silent()
    check = await jakarta.node.checks.start(BUDI, REASON, jakarta.officer, within=timedelta(seconds=30))
    await until(lambda: kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED))

    await jakarta.restarts()
    interrupted = report(jakarta, check)
    bangkok.answers_again()
    await _stop_waiting(jakarta, check)
    await jakarta.node.checks.follow_up()
    again = report(jakarta, check)

    asked = ["id.latihan", "my.latihan", "th.latihan"]
    assert sorted(o.node for o in interrupted.outcomes) == sorted(o.node for o in again.outcomes) == asked
    assert {o.state for o in again.outcomes} == {OutcomeState.ANSWERED}
    assert late_answers(jakarta, check) == Counter(asked)


async def _stop_waiting(neighbour: Neighbour, check: str) -> None:
    """The deadline is over, as far as the table goes."""
    past = "UPDATE check_outcome SET next_try = '2026-01-01 00:00:00.000000'"
    await neighbour.node.db.write_async(lambda tx: tx.exec_driver_sql(past))


async def test_two_processes_on_one_folder_deliver_a_late_answer_once(street: Neighbourhood) -> None:
    """The command line asked and still listens; the running node asks again."""
    jakarta, bangkok = await street.nodes("id", "th", ask_again_every=0)
    bangkok.knows("Budi Santoso", birthDate="1970-01-31")
    street.loopback.delay("th.latihan", 0.5)
    first = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)
    other = street.open(jakarta.node.settings)
    try:
        await other.checks.follow_up()
        await until(lambda: first.id not in jakarta.node.checks._runs)
        seen_by_both = [node.checks.report(first.id, jakarta.officer).outcomes for node in (jakarta.node, other)]
    finally:
        other.close()

    assert first.outcome("th.latihan").state is OutcomeState.LATE  # type: ignore[union-attr]
    assert late_answers(jakarta, first.id)["th.latihan"] == 1
    assert seen_by_both[0] == seen_by_both[1]
    assert {o.state for o in seen_by_both[0]} == {OutcomeState.ANSWERED}


async def test_a_report_that_cannot_be_entered_in_the_log_is_not_shown(street: Neighbourhood) -> None:
    jakarta, bangkok = await street.nodes("id", "th")
    bangkok.falls_silent()
    asking = asyncio.create_task(jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON))
    await until(lambda: jakarta.node.audit.entries(kind=AuditKind.CHECK_ASKED))

    jakarta.node.db.close()

    with pytest.raises(Unavailable):
        await asyncio.wait_for(asking, 10)


async def test_nobody_waits_for_ever_for_a_node_that_stops(street: Neighbourhood) -> None:
    jakarta, bangkok = await street.nodes("id", "th")
    bangkok.falls_silent()
    asking = asyncio.create_task(jakarta.check("Budi Santoso", birthDate="1970-01-31", within=timedelta(seconds=60)))
    await until(lambda: jakarta.node.audit.entries(kind=AuditKind.CHECK_ASKED))

    await jakarta.node.checks.close()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asking, 10)


async def test_a_silent_partner_holds_up_nobody_elses_second_asking_for_long(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th", ask_again_every=0)
    kl.is_unplugged()
    bangkok.is_unplugged()
    first = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)
    kl.is_plugged_in()
    bangkok.is_plugged_in()
    bangkok.falls_silent()

    again = asyncio.create_task(jakarta.node.checks.follow_up())
    await until(lambda: late_answers(jakarta, first.id)["my.latihan"])
    again.cancel()

    assert late_answers(jakarta, first.id)["th.latihan"] == 0


async def test_a_partner_that_left_is_not_asked_again(street: Neighbourhood) -> None:
    jakarta, bangkok = await street.nodes("id", "th", ask_again_every=0)
    bangkok.is_unplugged()
    first = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)

    bangkok.leaves()
    rounds = [await jakarta.node.checks.follow_up() for _ in range(2)]

    gone = report(jakarta, first.id).outcome("th.latihan")
    assert rounds[-1] == 0
    assert gone is not None
    assert (gone.state, gone.problem) == (OutcomeState.UNREACHABLE, "untrusted.unknown-sender")
