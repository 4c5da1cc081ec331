"""What a partner is told when our own node cannot do what it asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from lintas.errors import DiskFull, Malformed, NotFound
from lintas.protocol.messages import ConfirmationRequest, LogQuestion, Receipt
from lintas.requests import ConfirmationState
from lintas.testing import Neighbourhood

SOON = timedelta(seconds=5)


async def test_a_partner_hears_that_we_cannot_and_nothing_of_our_machine(street: Neighbourhood) -> None:
    jakarta, kl = await street.nodes("id", "my")
    kl.knows("Budi Santoso", birthDate="1970-01-31")
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31")
    hit = report.outcome("my.latihan").matches[0].hit  # type: ignore[union-attr]

    def full(tx: Connection, body: object, sender: str) -> None:
        raise DiskFull(file="/srv/lintas/lintas.db")

    kl.node.exchange.deliver_to(ConfirmationRequest, full)
    asked = jakarta.node.requests.confirm_hit(report.id, hit, "Tersangka utama, akan dicegat.", jakarta.officer)
    await jakarta.node.exchange.deliver_due()

    waiting = jakarta.node.requests.get(asked.id, jakarta.officer, ours=True)
    assert waiting.state is ConfirmationState.SENDING
    assert waiting.problem is not None
    assert "full" in waiting.problem
    assert "/srv" not in waiting.problem


async def test_what_nobody_has_a_desk_for_is_malformed(street: Neighbourhood) -> None:
    jakarta, _ = await street.nodes("id", "my")

    with pytest.raises(Malformed):
        await jakarta.node.line.call("my.latihan", Receipt("surat-0001", street.clock.now()), within=SOON)


async def test_a_partner_learns_nothing_of_a_check_it_took_no_part_in(street: Neighbourhood) -> None:
    jakarta, kl, bangkok = await street.nodes("id", "my", "th")
    bangkok.is_unplugged()
    report = await jakarta.check("Budi Santoso", birthDate="1970-01-31", within=SOON)

    with pytest.raises(NotFound):
        await bangkok.node.line.call("my.latihan", LogQuestion(check=report.id), within=SOON)
    with pytest.raises(NotFound):
        await jakarta.node.line.call("my.latihan", LogQuestion(check="pemeriksaan-0001"), within=SOON)
    assert (await jakarta.node.line.call("my.latihan", LogQuestion(check=report.id), within=SOON)).entries
    assert kl.node.audit.size() > 0
