"""Confirming a hit: a reasoned request, a person's decision, and nothing given without it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import AlreadyDone, AwaitsJudge, Invalid, NotFound, RefusedByPolicy
from lintas.model import Handling, PauseGround, Purpose, RefusalGround, Role
from lintas.people import Account
from lintas.protocol.messages import (
    ConfirmationClock,
    ConfirmationDecision,
    ConfirmationRequest,
    CoreData,
    Letter,
    Message,
)
from lintas.requests import Confirmation, ConfirmationState, Verdict
from lintas.requests.confirmation import KEPT, OUR_COPY
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import REASON

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


async def test_a_judge_s_permission_stops_the_clock_at_both_desks_and_its_arrival_lets_it_run(tmp_path) -> None:
    clock = ManualClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    async with Neighbourhood(tmp_path, clock) as street:
        jakarta, kl = await street.nodes("id", "my")
        reference = (await asked(jakarta, kl)).id
        clock.advance(timedelta(hours=40))

        kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE, "Diajukan ke pengadilan.")
        await kl.node.exchange.deliver_due()
        clock.advance(timedelta(days=5))
        standing = at_both(jakarta, kl, reference)
        kl.node.requests.resume(reference, kl.officer, "Penetapan 12/2026 (latihan)")
        await kl.node.exchange.deliver_due()
        running = at_both(jakarta, kl, reference)

        assert [c.state for c in standing] == [ConfirmationState.PAUSED] * 2
        assert [c.stopped_for for c in standing] == [PauseGround.NEEDS_JUDGE] * 2
        assert [c.left(clock.now()) for c in standing] == [timedelta(hours=8).total_seconds()] * 2
        assert not any(c.is_overdue(clock.now()) for c in standing)
        assert [c.state for c in running] == [ConfirmationState.WAITING] * 2
        assert [c.due_at - clock.now() for c in running] == [timedelta(hours=8)] * 2
        clock.advance(timedelta(hours=8, seconds=1))
        assert all(c.is_overdue(clock.now()) for c in at_both(jakarta, kl, reference))


def at_both(asking: Neighbour, owner: Neighbour, reference: str) -> list[Confirmation]:
    ours = asking.node.requests.get(reference, asking.officer, ours=True)
    return [ours, owner.node.requests.get(reference, owner.officer, ours=False)]


async def test_a_pause_and_its_end_are_acts_of_a_person_in_both_logs(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    reference = (await asked(jakarta, kl)).id

    kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE)
    await kl.node.exchange.deliver_due()
    kl.node.requests.resume(reference, kl.officer, "Penetapan 12/2026 (latihan)")
    await kl.node.exchange.deliver_due()

    for neighbour, actor in ((kl, f"officer:{kl.officer.id}"), (jakarta, "node:my.latihan")):
        (paused,) = neighbour.node.audit.entries(kind=AuditKind.CONFIRMATION_PAUSED)
        (resumed,) = neighbour.node.audit.entries(kind=AuditKind.CONFIRMATION_RESUMED)
        assert paused.event
        assert resumed.event
        assert (paused.event.actor, resumed.event.actor) == (actor, actor)
        assert paused.event.facts["ground"] == "needs_judge"
        assert resumed.event.facts["explanation"] == "Penetapan 12/2026 (latihan)"


async def test_nothing_is_given_while_a_judge_is_awaited_and_a_refusal_ends_it(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    reference = (await asked(jakarta, kl)).id
    kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE)

    with pytest.raises(AwaitsJudge):
        kl.node.requests.decide(reference, kl.officer, Verdict(fields=("birth_date",)))
    kl.node.requests.decide(reference, kl.officer, Verdict(ground=RefusalGround.NEEDS_JUDGE))
    await kl.node.exchange.deliver_due()

    assert [c.state for c in at_both(jakarta, kl, reference)] == [ConfirmationState.REFUSED] * 2
    assert [c.stopped_for for c in at_both(jakarta, kl, reference)] == [None, None]


async def test_a_clock_is_stopped_once_and_run_again_once_and_only_with_a_named_permission(
    street: Neighbourhood,
) -> None:
    jakarta, kl = await street.nodes("id", "my")
    reference = (await asked(jakarta, kl)).id

    with pytest.raises(AlreadyDone):
        kl.node.requests.resume(reference, kl.officer, "Penetapan 12/2026 (latihan)")
    kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE)
    with pytest.raises(AlreadyDone):
        kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE)
    with pytest.raises(Invalid):
        kl.node.requests.resume(reference, kl.officer, "  ")
    kl.node.requests.resume(reference, kl.officer, "Penetapan 12/2026 (latihan)")
    kl.node.requests.decide(reference, kl.officer, Verdict(ground=RefusalGround.NOT_NECESSARY))
    with pytest.raises(AlreadyDone):
        kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE)


async def test_a_clock_that_ran_out_stays_so_whatever_is_awaited_afterwards(tmp_path) -> None:
    clock = ManualClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    async with Neighbourhood(tmp_path, clock) as street:
        jakarta, kl = await street.nodes("id", "my")
        reference = (await asked(jakarta, kl)).id
        clock.advance(timedelta(hours=49))

        kl.node.requests.pause(reference, kl.officer, PauseGround.NEEDS_JUDGE)
        clock.advance(timedelta(hours=1))
        again = kl.node.requests.resume(reference, kl.officer, "Penetapan 12/2026 (latihan)")

        assert again.left(clock.now()) == -timedelta(hours=1).total_seconds()


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["in order", "overtaken"])
async def test_letters_of_the_clock_may_overtake_each_other(street: Neighbourhood, order: tuple[int, int]) -> None:
    jakarta, kl = await street.nodes("id", "my")
    reference = (await asked(jakarta, kl)).id
    now = kl.node.clock.now()
    said = {"confirmation": reference, "changed_at": now, "decided_by": "liaison"}
    changes = {
        1: ConfirmationClock(**said, number=1, stopped_for=PauseGround.NEEDS_JUDGE),
        2: ConfirmationClock(**said, number=2, due_at=now + timedelta(hours=50)),
    }

    for number in order:
        kl.node.db.write(lambda tx, n=number: kl.node.exchange.queue(tx, "id.latihan", changes[n]))
        await kl.node.exchange.deliver_due()

    ours = jakarta.node.requests.get(reference, jakarta.officer, ours=True)
    assert (ours.state, ours.due_at) == (ConfirmationState.WAITING, now + timedelta(hours=50))


async def test_only_the_owner_stops_the_clock_of_a_request(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    reference = (await asked(jakarta, kl)).id
    forged = ConfirmationClock(
        confirmation=reference,
        number=1,
        changed_at=bangkok.node.clock.now(),
        decided_by="liaison",
        stopped_for=PauseGround.NEEDS_JUDGE,
    )

    letter = bangkok.node.db.write(lambda tx: bangkok.node.exchange.queue(tx, "id.latihan", forged))
    await bangkok.node.exchange.deliver_due()

    assert bangkok.node.exchange.letters({letter})[letter].state == "returned"
    assert jakarta.node.requests.get(reference, jakarta.officer, ours=True).stopped_for is None


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
        Account(
            username="tono",
            name="Tono (latihan)",
            roles=frozenset({Role.INVESTIGATOR}),
            unit="",
            password="latihan-lagi-ya",
        ),
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


async def forwarded(jakarta: Neighbour, kl: Neighbour, request: ConfirmationRequest) -> str:
    """A request as a changed program could send it; how its letter stands."""
    letter = jakarta.node.db.write(lambda tx: jakarta.node.exchange.queue(tx, kl.name, request))
    await jakarta.node.exchange.deliver_due()
    return jakarta.node.exchange.letters({letter})[letter].state


@pytest.mark.parametrize(
    "changed",
    [
        {"justification": msgspec.structs.replace(REASON, purpose=Purpose.SECURITY_CHECK)},
        {"justification": msgspec.structs.replace(REASON, case_reference="LAT/2026/999")},
        {"check": "pemeriksaan-lain"},
        {"hit": "temuan-yang-lain"},
    ],
    ids=["another purpose", "another case", "another check", "another hit"],
)
async def test_a_hit_is_confirmed_for_what_it_was_told_for_and_nothing_else(
    street: Neighbourhood, changed: dict[str, object]
) -> None:
    jakarta, kl = await street.nodes("id", "my")
    check, hit = await hit_of(jakarta, kl)
    honest = jakarta.node.requests.confirm_hit(check, hit, WHY, jakarta.officer).request

    state = await forwarded(jakarta, kl, msgspec.structs.replace(honest, confirmation="konfirmasi-palsu", **changed))

    assert state == "returned"
    assert [c.id for c in kl.node.requests.incoming(kl.officer)] == [honest.confirmation]


@pytest.mark.parametrize("reference", ["konfirmasi-kedua", None], ids=["another reference", "the same reference"])
async def test_a_partner_cannot_put_one_hit_before_a_person_twice(street: Neighbourhood, reference: str | None) -> None:
    jakarta, kl = await street.nodes("id", "my")
    honest = (await asked(jakarta, kl)).request

    again = msgspec.structs.replace(honest, confirmation=reference or honest.confirmation)
    state = await forwarded(jakarta, kl, again)

    assert state == "returned"
    assert [c.id for c in kl.node.requests.incoming(kl.officer)] == [honest.confirmation]


async def test_the_directory_says_from_where_a_request_comes(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    check, hit = await hit_of(jakarta, kl)
    honest = jakarta.node.requests.confirm_hit(check, hit, WHY, jakarta.officer).request
    jakarta.node.db.write(lambda tx: tx.exec_driver_sql("DELETE FROM outbox"))
    asker = msgspec.structs.replace(honest.asker, node="th.latihan", country="th")

    await forwarded(jakarta, kl, msgspec.structs.replace(honest, asker=asker))

    received = kl.node.requests.incoming(kl.officer)[0].request.asker
    assert (received.node, received.country) == ("id.latihan", "id")


async def test_a_list_shows_how_requests_stand_and_none_of_the_data(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)
    kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))
    await kl.node.exchange.deliver_due()
    reads = len(jakarta.node.audit.entries(kind=AuditKind.RECORD_READ))

    rows = [*jakarta.node.requests.outgoing(jakarta.officer), *kl.node.requests.incoming(kl.officer)]

    assert [row.state for row in rows] == [ConfirmationState.GIVEN, ConfirmationState.GIVEN]
    assert [row.decision.data for row in rows if row.decision] == [CoreData(), CoreData()]
    assert len(jakarta.node.audit.entries(kind=AuditKind.RECORD_READ)) == reads


async def test_a_record_that_was_erased_cannot_be_given_any_more(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    confirmation = await asked(jakarta, kl)
    kl.node.db.write(lambda tx: tx.exec_driver_sql("UPDATE confirmation SET record_id = 'tidak-ada-lagi'"))

    with pytest.raises(NotFound):
        kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))
    refused = kl.node.requests.decide(confirmation.id, kl.officer, Verdict(ground=RefusalGround.NO_LONGER_HELD))

    assert refused.state is ConfirmationState.REFUSED


async def test_our_copy_of_what_we_gave_is_erased_and_that_we_gave_it_is_not(tmp_path) -> None:
    clock = ManualClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    async with Neighbourhood(tmp_path, clock) as street:
        jakarta, kl = await street.nodes("id", "my")
        confirmation = await asked(jakarta, kl)
        kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))
        await kl.node.exchange.deliver_due()
        clock.advance(OUR_COPY)

        for neighbour in (jakarta, kl):
            await neighbour.node.requests.purge()
        ours = kl.node.requests.get(confirmation.id, kl.officer, ours=False)
        theirs = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)
        clock.advance(KEPT)
        await jakarta.node.requests.purge()

        assert ours.state is ConfirmationState.GIVEN
        assert ours.decision is not None
        assert ours.decision.data == CoreData()
        assert theirs.decision is not None
        assert theirs.decision.data is not None
        assert theirs.decision.data.birth_date == ("1970-01-31",)
        assert jakarta.node.requests.outgoing(jakarta.officer) == []


FIELDS = sorted(f.name for f in msgspec.structs.fields(CoreData))


@pytest.mark.parametrize("act", ["given", "refused", "nothing"])
async def test_nothing_leaves_the_owner_without_a_persons_decision_in_its_log(street: Neighbourhood, act: str) -> None:
    """Read on the wire: every message that left the owner's node, before and after."""
    jakarta, kl = await street.nodes("id", "my")
    sent = overheard(jakarta, kl)
    confirmation = await asked(jakarta, kl)
    assert kl.node.audit.entries(kind=AuditKind.CONFIRMATION_DECIDED) == []
    assert core_in(sent) == []

    if act != "nothing":
        verdict = Verdict(fields=FIELDS) if act == "given" else Verdict(ground=RefusalGround.NEEDS_JUDGE)
        kl.node.requests.decide(confirmation.id, kl.officer, verdict)
    await kl.node.exchange.deliver_due()

    decided = kl.node.audit.entries(kind=AuditKind.CONFIRMATION_DECIDED)
    assert len(core_in(sent)) == (act == "given")
    assert [e.event.actor for e in decided if e.event] == [f"officer:{kl.officer.id}"] * (act != "nothing")
    assert b"X7654321" not in b"".join(msgspec.json.encode(message) for message in sent)


def overheard(jakarta: Neighbour, kl: Neighbour) -> list[Message]:
    """Everything that leaves Kuala Lumpur from now on, unsealed."""
    sent: list[Message] = []
    seal = kl.node.line.seal

    def listening(node: str, message: Message) -> bytes:
        sent.append(message)
        return seal(node, message)

    kl.node.line.seal = listening  # type: ignore[method-assign]
    return sent


def core_in(sent: list[Message]) -> list[CoreData]:
    letters = [message.body for message in sent if isinstance(message, Letter)]
    return [body.data for body in letters if isinstance(body, ConfirmationDecision) and body.data]
