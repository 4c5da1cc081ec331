"""Letters between neighbours, on each engine: lost, doubled, interrupted, returned; nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import PeerUnreachable
from lintas.exchange.post import KEEP_TRYING, LONGEST, REMEMBER, LetterState, Sent
from lintas.exchange.tables import inbox, outbox
from lintas.protocol.messages import Letter
from lintas.requests import Confirmation, ConfirmationState, Verdict
from lintas.testing import Neighbour, Neighbourhood

WHY = "Tersangka utama, akan dicegat di pelabuhan malam ini."
JAKARTA, KL = "id.latihan", "my.latihan"

Receive = Callable[[bytes, str], Awaitable[bytes]]


@pytest.fixture
async def asked(street_of_each_engine: Neighbourhood) -> tuple[Neighbour, Neighbour, Confirmation]:
    """Jakarta has found somebody in Kuala Lumpur, and the letter that asks for more lies in its outbox."""
    jakarta, kl = await street_of_each_engine.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31", passportNumber="X7654321")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    told = report.outcome(KL)
    assert told is not None
    return jakarta, kl, jakarta.node.requests.confirm_hit(report.id, told.matches[0].hit, WHY, jakarta.officer)


def letter_of(sender: Neighbour) -> Sent:
    """The only letter in a node's outbox."""
    with sender.node.db.read() as tx:
        (id_,) = tx.execute(select(outbox.c.id)).scalars()
    return sender.node.exchange.letters({id_})[id_]


def body_of(sender: Neighbour) -> bytes:
    with sender.node.db.read() as tx:
        return bytes(tx.execute(select(outbox.c.body)).scalar_one())


def kinds(neighbour: Neighbour) -> list[AuditKind]:
    return [entry.kind for entry in neighbour.node.audit.entries(limit=1000)]


def dies_after_accepting(neighbour: Neighbour) -> None:
    """The node does what the letter says and is killed before its receipt leaves."""
    receive: Receive = neighbour.node.receive

    async def killed(raw: bytes, shown: str) -> bytes:
        await receive(raw, shown)
        raise PeerUnreachable(node=neighbour.name)

    neighbour.street.loopback.register(neighbour.name, killed)


async def test_a_letter_is_delivered_once_and_its_content_is_not_kept_twice(asked) -> None:
    jakarta, kl, _ = asked

    delivered = [await jakarta.node.exchange.deliver_due(), await jakarta.node.exchange.deliver_due()]

    assert delivered == [1, 0]
    assert letter_of(jakarta).state is LetterState.DELIVERED
    assert body_of(jakarta) == b""
    assert kinds(jakarta).count(AuditKind.LETTER_DELIVERED) == 1
    assert kinds(kl).count(AuditKind.CONFIRMATION_RECEIVED) == 1


async def test_a_node_killed_between_accepting_and_its_receipt_accepts_the_letter_once(asked, clock) -> None:
    jakarta, kl, confirmation = asked
    dies_after_accepting(kl)
    await jakarta.node.exchange.deliver_due()
    before = letter_of(jakarta)

    await kl.restarts()
    clock.advance(LONGEST)
    await jakarta.node.exchange.deliver_due()

    assert (before.state, before.tries) == (LetterState.QUEUED, 1)
    assert letter_of(jakarta).state is LetterState.DELIVERED
    assert [c.id for c in kl.node.requests.incoming(kl.officer)] == [confirmation.id]
    assert kinds(kl).count(AuditKind.CONFIRMATION_RECEIVED) == 1


async def test_a_decision_killed_on_its_way_is_noted_once(asked, clock: ManualClock) -> None:
    jakarta, kl, confirmation = asked
    await jakarta.node.exchange.deliver_due()
    kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))
    dies_after_accepting(jakarta)

    await kl.node.exchange.deliver_due()
    await jakarta.restarts()
    clock.advance(LONGEST)
    await kl.node.exchange.deliver_due()

    given = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)
    assert given.state is ConfirmationState.GIVEN
    assert kinds(jakarta).count(AuditKind.CONFIRMATION_ANSWERED) == 1


async def test_a_sender_killed_before_the_receipt_sends_again_and_nothing_is_done_twice(asked) -> None:
    jakarta, kl, confirmation = asked
    letter = letter_of(jakarta)
    kl.node.exchange.accept(_kept(jakarta), JAKARTA)

    await jakarta.restarts()
    await jakarta.node.exchange.deliver_due()

    assert jakarta.node.exchange.letters({letter.id})[letter.id].state is LetterState.DELIVERED
    assert [c.id for c in kl.node.requests.incoming(kl.officer)] == [confirmation.id]


def _kept(sender: Neighbour) -> Letter:
    return msgspec.json.decode(body_of(sender), type=Letter)


async def test_a_letter_that_arrives_twice_at_once_is_accepted_once(asked) -> None:
    jakarta, kl, _ = asked
    jakarta.street.loopback.duplicate(KL)

    await jakarta.node.exchange.deliver_due()

    with kl.node.db.read() as tx:
        assert len(tx.execute(select(inbox)).all()) == 1
    assert kinds(kl).count(AuditKind.CONFIRMATION_RECEIVED) == 1


async def test_a_lost_cable_is_tried_again_ever_more_seldom_and_at_most_every_five_minutes(asked, clock) -> None:
    jakarta, kl, _ = asked
    kl.is_unplugged()
    waits = []

    for _ in range(12):
        await jakarta.node.exchange.deliver_due()
        waits.append(letter_of(jakarta).next_try - clock.now())
        too_soon = await jakarta.node.exchange.deliver_due()
        assert too_soon == 0
        clock.advance(waits[-1])
    kl.is_plugged_in()

    assert waits[:4] == [timedelta(seconds=s) for s in (1, 2, 4, 8)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST
    assert await jakarta.node.exchange.deliver_due() == 1


async def test_what_the_partner_cannot_accept_comes_back_with_the_reason(asked) -> None:
    jakarta, kl, confirmation = asked
    kl.node.db.write(lambda tx: tx.exec_driver_sql("DELETE FROM check_hit"))

    await jakarta.node.exchange.deliver_due()

    shown = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)
    assert shown.state is ConfirmationState.RETURNED
    assert shown.problem is not None
    assert KL in shown.problem
    assert body_of(jakarta) == b""
    returned = jakarta.node.audit.entries(kind=AuditKind.LETTER_RETURNED)
    assert [entry.event.facts["problem"] for entry in returned if entry.event] == ["not-found"]
    assert kinds(kl).count(AuditKind.CONFIRMATION_RECEIVED) == 0


async def test_a_letter_nobody_takes_for_two_weeks_comes_back(asked, clock: ManualClock) -> None:
    jakarta, kl, confirmation = asked
    kl.is_unplugged()
    await jakarta.node.exchange.deliver_due()

    clock.advance(KEEP_TRYING + timedelta(minutes=1))
    await jakarta.node.exchange.deliver_due()

    shown = jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True)
    assert shown.state is ConfirmationState.RETURNED
    assert body_of(jakarta) == b""


async def test_two_processes_that_send_the_same_letter_enter_it_in_the_log_once(asked) -> None:
    """The courier of the running node, and a command line on the same folder."""
    jakarta, kl, _ = asked
    other = jakarta.street.open(jakarta.node.settings)
    jakarta.street.loopback.register(JAKARTA, jakarta.node.receive)
    try:
        jakarta.street.loopback.delay(KL, 0.1)
        await asyncio.gather(jakarta.node.exchange.deliver_due(), other.exchange.deliver_due())
    finally:
        other.close()

    assert kinds(jakarta).count(AuditKind.LETTER_DELIVERED) == 1
    assert kinds(kl).count(AuditKind.CONFIRMATION_RECEIVED) == 1


async def test_what_was_delivered_is_forgotten_after_a_month_and_what_waits_is_not(asked, clock: ManualClock) -> None:
    jakarta, kl, confirmation = asked
    await jakarta.node.exchange.deliver_due()
    kl.node.requests.decide(confirmation.id, kl.officer, Verdict(fields=("birth_date",)))

    clock.advance(REMEMBER)
    for neighbour in (jakarta, kl):
        await neighbour.node.exchange.purge()

    with jakarta.node.db.read() as tx:
        assert tx.execute(select(outbox.c.id)).all() == []
    with kl.node.db.read() as tx:
        assert tx.execute(select(inbox.c.id)).all() == []
        assert len(tx.execute(select(outbox.c.id)).all()) == 1
    assert jakarta.node.requests.get(confirmation.id, jakarta.officer, ours=True).state is ConfirmationState.WAITING
