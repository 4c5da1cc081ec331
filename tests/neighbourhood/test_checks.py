"""The federated check among neighbours: real envelopes, real law, real logs; only the cable is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lintas.audit import AuditKind
from lintas.errors import NotAskable, NotFound, RefusedByPolicy, Unjustified, UnknownSender
from lintas.model import OutcomeState, Purpose, Quality, RefusalGround, SubjectCategory, SubjectKind
from lintas.people import Account
from lintas.records import Crew
from lintas.testing import Neighbourhood
from lintas.testing.neighbourhood import REASON
from neighbourhood.waiting import until

SOON = timedelta(seconds=0.4)


async def test_one_question_is_answered_by_everyone(street: Neighbourhood) -> None:
    jakarta, kl, _manila = await street.nodes("id", "my", "ph")
    kl.knows("Budi Santoso", birthDate="1970-01-31")

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    assert {o.node: o.state for o in report.outcomes} == dict.fromkeys(
        ("id.latihan", "my.latihan", "ph.latihan"), OutcomeState.ANSWERED
    )
    found = report.outcome("my.latihan")
    assert found is not None
    assert [match.quality for match in found.matches] == [Quality.STRONG]
    silent = report.outcome("ph.latihan")
    assert silent is not None
    assert silent.is_no_match


async def test_step_one_tells_owner_and_match_quality_and_nothing_of_the_record(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31", passportNumber="X7654321")

    report = await jakarta.check("Budi Santoso", birthDate="1970")

    told = msgspec.json.encode(report.outcome("my.latihan"))
    assert b"Santoso" not in told
    assert b"X7654321" not in told
    assert b"1970-01-31" not in told


async def test_a_silent_neighbour_is_late_and_delays_nobody(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    bangkok.falls_silent()

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=timedelta(seconds=2))

    states = {o.node: o.state for o in report.outcomes}
    assert states["th.latihan"] is OutcomeState.LATE
    assert states["my.latihan"] is OutcomeState.ANSWERED
    late = report.outcome("th.latihan")
    assert late is not None
    assert not late.is_no_match


async def test_an_unplugged_neighbour_is_unreachable_which_is_not_a_no(street: Neighbourhood) -> None:
    jakarta, bangkok = await street.nodes("id", "th")
    bangkok.is_unplugged()

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)

    missing = report.outcome("th.latihan")
    assert missing is not None
    assert missing.state is OutcomeState.UNREACHABLE
    assert not missing.is_no_match


async def test_a_late_answer_is_delivered_afterwards(street: Neighbourhood) -> None:
    jakarta, bangkok = await street.nodes("id", "th")
    bangkok.knows("Budi Santoso", birthDate="1970-01-31")
    street.loopback.delay("th.latihan", 0.8)

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)
    await until(lambda: jakarta.node.audit.entries(kind=AuditKind.CHECK_LATE_ANSWER, check=report.id))
    later = jakarta.node.checks.report(report.id, jakarta.officer)

    before, after = report.outcome("th.latihan"), later.outcome("th.latihan")
    assert before is not None
    assert after is not None
    assert before.state is OutcomeState.LATE
    assert (after.state, after.arrived_late, len(after.matches)) == (OutcomeState.ANSWERED, True, 1)
    assert jakarta.node.audit.entries(kind=AuditKind.CHECK_LATE_ANSWER, check=report.id)


async def test_an_unreachable_neighbour_is_asked_again_and_counted_once(street: Neighbourhood) -> None:
    jakarta, bangkok = await street.nodes("id", "th", ask_again_every=0)
    bangkok.knows("Budi Santoso", birthDate="1970-01-31")
    bangkok.is_unplugged()
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)

    bangkok.is_plugged_in()
    await jakarta.node.checks.follow_up()
    again = jakarta.node.checks.report(report.id, jakarta.officer).outcome("th.latihan")
    nothing_left = await jakarta.node.checks.follow_up()

    assert again is not None
    assert (again.state, again.arrived_late) == (OutcomeState.ANSWERED, True)
    assert nothing_left == 0
    assert len(bangkok.node.audit.entries(kind=AuditKind.CHECK_ANSWERED, check=report.id)) == 1


async def test_what_was_asked_is_in_our_log_before_anybody_hears_of_it(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    asked_before_arrival = []
    receive = kl.node.receive

    async def watching(raw: bytes, certificate: str) -> bytes:
        asked_before_arrival.append(len(jakarta.node.audit.entries(kind=AuditKind.CHECK_ASKED)))
        return await receive(raw, certificate)

    street.loopback.register("my.latihan", watching)

    await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    assert asked_before_arrival == [1]


async def test_both_logs_name_the_same_question(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")

    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    ours = jakarta.node.audit.entries(kind=AuditKind.CHECK_ASKED, check=report.id)[0]
    theirs = kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED, check=report.id)[0]
    assert ours.event is not None
    assert theirs.event is not None
    assert ours.event.facts["question"] == theirs.event.facts["question"]
    answered = report.outcome("my.latihan")
    assert answered is not None
    assert answered.log == theirs.leaf.hex()


@pytest.mark.parametrize("blank", ["legal_basis", "case_reference"])
async def test_no_reason_no_query(street: Neighbourhood, blank: str) -> None:
    jakarta, kl = await street.nodes("id", "my")
    unsaid = msgspec.structs.replace(REASON, **{blank: "--"})

    with pytest.raises(Unjustified):
        await jakarta.check("Budi Santoso", birthDate="1970-01-31", justification=unsaid)

    assert kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED) == []


async def test_the_answering_node_declines_what_the_asking_node_let_pass(street: Neighbourhood) -> None:
    """A node whose program was changed to ask without a reason is declined by everybody else's."""
    jakarta, kl = await street.nodes("id", "my")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    question = jakarta.node.checks._ledger.question(report.id)
    unsaid = msgspec.structs.replace(
        question, check="tanpa-alasan", justification=msgspec.structs.replace(REASON, case_reference=" ")
    )

    reply = await jakarta.node.line.call("my.latihan", unsaid, within=timedelta(seconds=2))

    assert reply.ground is RefusalGround.UNJUSTIFIED
    assert kl.node.audit.entries(kind=AuditKind.CHECK_DECLINED, check="tanpa-alasan")


async def test_one_name_alone_fits_too_many_and_with_a_year_it_can_be_asked(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Sukarno", birthDate="1970-06-06")

    with pytest.raises(NotAskable):
        await jakarta.check("Sukarno")
    report = await jakarta.check("Sukarno", birthDate="1970")

    answered = report.outcome("my.latihan")
    assert answered is not None
    assert answered.state is OutcomeState.ANSWERED


async def test_our_own_law_is_asked_first_and_nothing_leaves(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    trend = msgspec.structs.replace(REASON, purpose=Purpose.TREND_ANALYSIS)

    with pytest.raises(RefusedByPolicy) as refusal:
        await jakarta.check("Budi Santoso", birthDate="1970-01-31", justification=trend)

    assert refusal.value.facts["policies"]
    assert jakarta.node.audit.entries(kind=AuditKind.CHECK_REFUSED)
    assert kl.node.audit.size() == len(kl.node.audit.entries(kind=AuditKind.OFFICER_ENROLLED))


async def test_a_victim_is_not_told_of_and_looks_like_no_match(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Siti Aminah", birthDate="1999-04-05", category=SubjectCategory.VICTIM)

    report = await jakarta.check("Siti Aminah", birthDate="1999-04-05")

    answered = report.outcome("my.latihan")
    assert answered is not None
    assert answered.is_no_match
    entry = kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED, check=report.id)[0]
    assert entry.event is not None
    assert entry.event.facts["withheld"] == 1


async def test_counting_through_passport_numbers_is_noticed_and_refused(street: Neighbourhood) -> None:
    jakarta, _kl = await street.nodes("id", "my")
    grounds = []

    for number in range(12):
        report = await jakarta.check(kind=SubjectKind.DOCUMENT, number=f"B{7000000 + number}")
        answered = report.outcome("my.latihan")
        assert answered is not None
        grounds.append(answered.ground)

    assert grounds[0] is None
    assert grounds[-1] is RefusalGround.ENUMERATION


async def test_the_budget_of_an_officer_ends(street: Neighbourhood) -> None:
    jakarta, _ = await street.nodes("id", "my", officer_budget_hour=2)

    reports = [
        await jakarta.check(name, birthDate="1970-01-31") for name in ("Ani Wijaya", "Tono Harahap", "Rudi Lubis")
    ]

    grounds = [report.outcome("my.latihan").ground for report in reports]  # type: ignore[union-attr]
    assert grounds == [None, None, RefusalGround.BUDGET_SPENT]


async def test_a_removed_partner_is_neither_asked_nor_answered(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    before = await bangkok.check("Budi Santoso", birthDate="1970-01-31")
    letter = bangkok.node.line.seal("my.latihan", bangkok.node.checks._ledger.question(before.id))

    bangkok.leaves()
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    assert [o.node for o in report.outcomes if not o.own] == ["my.latihan"]
    with pytest.raises(UnknownSender):
        await kl.node.receive(letter, "")


async def test_another_officer_does_not_see_my_check(street: Neighbourhood) -> None:
    (jakarta,) = await street.nodes("id")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    colleague = jakarta.node.people.enrol(
        Account(
            username="tono",
            name="Tono (latihan)",
            roles=frozenset({"investigator"}),
            unit="",
            password="latihan-lagi-ya",
        ),
        by="system",
    ).officer

    with pytest.raises(NotFound):
        jakarta.node.checks.report(report.id, colleague)


async def test_a_node_that_warms_up_leaves_no_trace(street):
    (jakarta,) = await street.nodes("id")
    jakarta.knows("Budi Contoh", birthDate="1980-02-03")
    before = jakarta.node.audit.size()

    jakarta.node.checks.warm_up()

    assert jakarta.node.audit.size() == before
    assert jakarta.node.checks.recent(jakarta.officer) == []


async def test_a_check_is_looked_up_by_the_crew_and_by_the_node_where_the_crew_cannot_tell(
    street: Neighbourhood,
) -> None:
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    told: list[object] = []

    class Listened(Crew):
        def likely(self, *question: Any) -> Any:
            told.append(super().likely(*question))
            return told[-1]

    crew = Listened(kl.node.settings.database_url, kl.node.folder.index, 1)
    kl.node.records.hire(crew)

    by_crew = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=timedelta(seconds=30))
    crew.close()
    by_node = await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    assert told[0]
    assert told[-1] is None  # it was dismissed
    for report in (by_crew, by_node):
        found = report.outcome("my.latihan")
        assert found is not None
        assert [match.quality for match in found.matches] == [Quality.STRONG]
