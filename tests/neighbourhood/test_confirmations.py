"""Confirming a hit: a reasoned request, a person's decision, and nothing given without it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import AlreadyDone, Invalid, NotFound, RefusedByPolicy
from lintas.model import Handling, RefusalGround, Role
from lintas.requests import Confirmation, ConfirmationState, Verdict
from lintas.testing import Neighbour, Neighbourhood

WHY = "Tersangka utama, akan dicegat di pelabuhan malam ini."


async def hit_of(asking: Neighbour, owner: Neighbour) -> tuple[str, str]:
    owner.knows("Budi Santoso", birthDate="1970-01-31", passportNumber="X7654321")
    report = await asking.check("Budi Santoso", birthDate="1970-01-31")
    answered = report.outcome(owner.name)
    assert answered is not None
    return report.id, answered.matches[0].hit


async def asked(asking: Neighbour, owner: Neighbour) -> Confirmation:
    check, hit = await hit_of(asking, owner)
    confirmation = asking.node.requests.confirm_hit(check, hit, WHY, asking.officer)
    await asking.node.exchange.deliver_due()
    return asking.node.requests.get(confirmation.id, asking.officer, ours=True)


async def test_a_person_at_the_owner_decides_which_core_data_are_given(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)
    waiting = kl.node.requests.incoming(kl.officer)

    kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("family_names", "birth_date")))
    await kl.node.exchange.deliver_due()
    given = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)

    assert confirmation.state is ConfirmationState.WAITING
    assert [(w.id, w.request.reason) for w in waiting] == [(confirmation.id, WHY)]
    assert given.state is ConfirmationState.GIVEN
    assert given.decision is not None
    assert given.decision.data is not None
    assert given.decision.data.birth_date == ("1970-01-31",)
    assert given.decision.data.nationality == ()
    assert given.decision.marking is not None
    assert given.decision.marking.handling is Handling.H1
    assert given.decision.marking.case_reference == "LAT/2026/001"


async def test_the_clock_is_48_hours_and_runs_out_visibly(tmp_path) -> None:
    clock = ManualClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    async with Neighbourhood(tmp_path, clock) as street:
        jakarta, kl = await street.nodes("id", "my")
        confirmation = await asked(jakarta, kl)

        due = kl.node.requests.incoming(kl.officer)[0].due_at - clock.now()
        clock.advance(timedelta(hours=48, seconds=1))

        assert due == timedelta(hours=48)
        assert kl.node.requests.incoming(kl.officer)[0].is_overdue(clock.now())
        assert confirmation.decision is None


async def test_a_refusal_carries_its_coded_ground_and_no_data(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)

    kl.node.requests.decide(
        confirmation.id, kl.officer, Verdict(ground=RefusalGround.NEEDS_JUDGE, explanation="Hakim.")
    )
    await kl.node.exchange.deliver_due()
    refused = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)

    assert refused.state is ConfirmationState.REFUSED
    assert refused.decision is not None
    assert (refused.decision.ground, refused.decision.data) == (RefusalGround.NEEDS_JUDGE, None)


async def test_it_is_decided_once(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)
    kl.node.requests.decide(confirmation.id, kl.officer, Verdict(ground=RefusalGround.NOT_NECESSARY))

    with pytest.raises(AlreadyDone):
        kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))


@pytest.mark.parametrize("verdict", [Verdict(), Verdict(fields=("birth_date",), ground=RefusalGround.HANDLING)])
async def test_a_decision_gives_or_refuses(street: Neighbourhood, verdict: Verdict) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)

    with pytest.raises(Invalid):
        kl.node.requests.decide(confirmation.id, kl.officer, verdict)


async def test_who_may_not_decide_does_not(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)
    investigator = kl.node.people.enrol(
        username="tono",
        name="Tono (latihan)",
        roles=frozenset({Role.INVESTIGATOR}),
        unit="",
        password="latihan-lagi-ya",
        by="system",
    ).officer

    with pytest.raises(RefusedByPolicy):
        kl.node.requests.decide(confirmation.id, investigator, Verdict(fields=("birth_date",)))

    assert kl.node.audit.entries(kind=AuditKind.CONFIRMATION_DECIDED) == []


async def test_a_hit_told_to_one_partner_cannot_be_confirmed_by_another(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    confirmation = await asked(jakarta, kl)
    stolen = confirmation.request

    def queue(tx):
        return bangkok.node.exchange.queue(tx, "my.latihan", stolen)

    letter = bangkok.node.db.write(queue)
    await bangkok.node.exchange.deliver_due()

    sent = bangkok.node.exchange.letters({letter})[letter]
    assert sent.state == "returned"
    assert len(kl.node.requests.incoming(kl.officer)) == 1


async def test_only_the_partner_we_asked_can_answer(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    confirmation = await asked(jakarta, kl)
    decided = kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))

    letter = bangkok.node.db.write(lambda tx: bangkok.node.exchange.queue(tx, "id.latihan", decided.decision))
    await bangkok.node.exchange.deliver_due()

    assert bangkok.node.exchange.letters({letter})[letter].state == "returned"
    ours = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)
    assert ours.decision is None


async def test_a_reason_is_a_sentence(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    check, hit = await hit_of(jakarta, kl)

    with pytest.raises(Invalid):
        jakarta.node.requests.confirm_hit(check, hit, "  perlu ", jakarta.officer)
    with pytest.raises(NotFound):
        jakarta.node.requests.confirm_hit(check, "tidak-ada", WHY, jakarta.officer)


async def test_a_hit_is_confirmed_once(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    check, hit = await hit_of(jakarta, kl)
    jakarta.node.requests.confirm_hit(check, hit, WHY, jakarta.officer)

    with pytest.raises(AlreadyDone):
        jakarta.node.requests.confirm_hit(check, hit, WHY, jakarta.officer)


async def test_reading_what_was_given_is_in_the_log(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)
    kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))
    await kl.node.exchange.deliver_due()

    jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)

    read = jakarta.node.audit.entries(kind=AuditKind.RECORD_READ)
    assert read[0].event is not None
    assert read[0].event.facts["confirmation"] == confirmation.id


async def test_a_request_waits_for_a_partner_that_is_away_and_arrives_once(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    check, hit = await hit_of(jakarta, kl)
    kl.is_unplugged()

    confirmation = jakarta.node.requests.confirm_hit(check, hit, WHY, jakarta.officer)
    await jakarta.node.exchange.deliver_due()
    away = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)
    kl.is_plugged_in()
    street.loopback.duplicate("my.latihan")
    await deliver_until_done(jakarta, confirmation.id)

    assert away.state is ConfirmationState.SENDING
    assert away.problem
    assert len(kl.node.requests.incoming(kl.officer)) == 1


async def deliver_until_done(neighbour: Neighbour, confirmation: str) -> None:
    for _ in range(50):
        await neighbour.node.exchange.deliver_due()
        found = neighbour.node.requests.get(confirmation, neighbour.officer, ours=True)
        if found.state is not ConfirmationState.SENDING:
            return
        await asyncio.sleep(0.1)
