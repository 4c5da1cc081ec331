"""Two of our own records side by side: what stands in both, every reason, and both readings in the log."""

from __future__ import annotations

import re

import pytest

from lintas.audit import AuditKind
from lintas.matching import compare_records
from lintas.model import Role
from lintas.web.comparing import lines_of
from pages.street import World
from pages.walking import Walker

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUDI = "id.latihan-1"
WHY = "Apakah keduanya satu orang, LP/117"


async def analyst(world: World, language: str = "id") -> Walker:
    return await world.entrance.officer(Role.INVESTIGATOR, username="pembanding", language=language)


def twin(world: World) -> str:
    return world.ours.knows("Santoso, Budi", birthDate="1970-01-30", birthPlace="Medan").id


async def test_both_records_stand_beside_each_other_with_every_reason(world: World) -> None:
    walker, other = await analyst(world), twin(world)
    await walker.get(f"/compare?left={BUDI}")

    seen = await walker.post("/compare", left=BUDI, right=other, reason=WHY)

    records = [world.ours.node.records.get(record) for record in (BUDI, other)]
    reasons = compare_records(*records).reasons
    assert len(re.findall(r'<span class="evidence-say">', seen.html)) == len(reasons)
    assert "Kemungkinan keduanya satu." in seen.text
    assert "31 Januari 1970" in seen.main
    assert "30 Januari 1970" in seen.main
    assert "C1111111 tidak diketahui" in seen.main, "what only one of them says"


async def test_both_readings_are_in_the_log_with_the_reason(world: World) -> None:
    walker, other = await analyst(world), twin(world)
    await walker.get("/compare")

    await walker.post("/compare", left=BUDI, right=other, reason=WHY)

    read = [entry.event for entry in world.ours.node.audit.entries(kind=AuditKind.RECORD_READ, limit=2)]
    assert {event.facts["record"] for event in read if event} == {BUDI, other}
    assert {event.facts["reason"] for event in read if event} == {WHY}


async def test_nothing_is_opened_without_two_records_and_a_reason(world: World) -> None:
    walker = await analyst(world)
    await walker.get("/compare")
    before = len(world.ours.node.audit.entries(kind=AuditKind.RECORD_READ))

    empty = await walker.post("/compare", left="", right="", reason=" ")
    same = await walker.post("/compare", left=BUDI, right=BUDI, reason=WHY)

    assert (empty.status, sorted(empty.problems())) == (422, ["left", "reason", "right"])
    assert (same.status, list(same.problems())) == (422, ["right"])
    assert len(world.ours.node.audit.entries(kind=AuditKind.RECORD_READ)) == before


async def test_a_record_that_is_none_of_the_officers_business_is_not_there(world: World) -> None:
    walker = await world.entrance.officer(Role.AUDITOR, username="pemeriksa-dua")
    await walker.get("/compare")

    for left, right in ((BUDI, "nobody"), ("nobody", BUDI)):
        seen = await walker.post("/compare", left=left, right=right, reason=WHY)
        assert seen.status == 404
        assert "Santoso" not in seen.main


async def test_a_record_leads_to_the_comparison_with_another(world: World) -> None:
    walker = await analyst(world)
    await walker.get(f"/records/{BUDI}")

    seen = await walker.post(f"/records/{BUDI}", reason="Meninjau perkara LP/117")

    assert any(link.endswith(f"/compare?left={BUDI}") for link in seen.links)


async def test_what_both_say_stands_first_and_what_is_the_same_is_marked(world: World) -> None:
    left, right = world.ours.node.records.get(BUDI), world.ours.node.records.get(twin(world))

    lines = lines_of(left, right)

    both = [bool(line.left and line.right) for line in lines]
    assert both == sorted(both, reverse=True)
    assert [line.prop for line in lines if line.agrees] == ["birthPlace"]
