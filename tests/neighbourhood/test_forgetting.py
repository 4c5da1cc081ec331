"""A node forgets by itself what has served its purpose, and nothing sooner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import NotFound
from lintas.testing import Neighbourhood


async def test_what_is_in_quarantine_is_gone_after_thirty_days(
    street_of_each_engine: Neighbourhood, clock: ManualClock
) -> None:
    (kl,) = await street_of_each_engine.nodes("my")
    known = kl.knows("Budi Santoso", birthDate="1970-01-31")
    records = kl.node.records
    records.erase(records.deletion_plan([known.id]), by="officer:test", approval="approved")

    clock.advance(timedelta(days=29))
    await kl.node.forget()
    waiting = [held.record_id for held in records.quarantined()]
    clock.advance(timedelta(days=2))
    await kl.node.forget()

    assert waiting == [known.id]
    assert records.quarantined() == []
    with pytest.raises(NotFound):
        records.get(known.id)
    assert [entry.event.facts for entry in kl.node.audit.entries(kind=AuditKind.RECORD_ERASED) if entry.event] == [
        {"records": [known.id]}
    ]


async def test_the_log_forgets_its_content_after_three_years_and_still_holds(
    street_of_each_engine: Neighbourhood, clock: ManualClock
) -> None:
    jakarta, kl = await street_of_each_engine.nodes("id", "my")
    await jakarta.check("Budi Santoso", birthDate="1970-01-31")

    clock.advance(timedelta(days=3 * 366))
    await kl.node.forget()

    answered = kl.node.audit.entries(kind=AuditKind.CHECK_ANSWERED)
    assert [entry.event for entry in answered] == [None]
    assert kl.node.audit.verify().size == kl.node.audit.size()
