"""From a hit to core data over the pages of two agencies: a reason, a person, a clock, and a marking that binds."""

from __future__ import annotations

import re

import pytest

from lintas.audit import AuditKind
from lintas.model import Role
from pages.street import World
from pages.walking import Seen, Walker

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "Wajah dan paspor cocok; orangnya di hadapan saya di pelabuhan Batam."


async def officers(world: World) -> tuple[Walker, Walker]:
    """Who asks at ours, and who decides at the owner's."""
    asking = await world.entrance.officer(Role.LIAISON, username="liaison")
    deciding = await world.owners_entrance.officer(Role.LIAISON, Role.INVESTIGATOR, language="en", username="rahman")
    return asking, deciding


async def ask(world: World, asking: Walker, why: str = WHY) -> tuple[Seen, str]:
    """Confirm a fresh hit; the page that shows it under way, and its reference."""
    report = await asking.asks("Budi Santoso 31-01-1970")
    form = next(link for link in report.links if link.endswith("/confirm"))
    await asking.get(form)
    seen = await asking.follow(await asking.post(form, reason=why))
    await world.deliver()
    await world.deliver()
    reference = re.search(r"/confirmations/outgoing/([\w-]+)", seen.html)
    assert reference
    return await asking.get(f"/confirmations/outgoing/{reference[1]}"), reference[1]


async def test_from_the_hit_to_the_core_data_by_a_person_s_decision(world: World) -> None:
    asking, deciding = await officers(world)
    before, reference = await ask(world, asking)
    request = await deciding.get(f"/confirmations/incoming/{reference}")

    decided = await deciding.post(
        f"/confirmations/incoming/{reference}", verdict="give", fields=["birth_date", "offence"], offence="Penipuan"
    )
    await world.deliver()
    after = await asking.get(f"/confirmations/outgoing/{reference}")

    assert "BELUM DIKONFIRMASI." in before.text
    assert "Menunggu keputusan" in before.text
    assert re.search(r"sisa 4[78] jam", before.text), "the owner's clock runs"
    assert WHY in request.text
    assert "LP/117/2026" in request.text
    assert "Budi bin Santoso" in request.text, "the person who decides sees our record"
    assert "liaison" not in request.main.lower().replace("liaison officer", ""), "and not the name of the asker"
    assert decided.status == 303
    assert "BELUM DIKONFIRMASI." not in after.text
    assert "1970-01-31" in after.text
    assert "Penipuan" in after.text
    assert "X7654321" not in after.text, "what was not chosen is not given"
    assert "H1" in after.text
    assert 'Hanya untuk tujuan "Penyidikan" dalam perkara LP/117/2026' in after.text
    assert "rahman" not in after.text.lower(), "a role and a unit decided, never a name"
    assert world.ours.node.audit.entries(limit=1)[0].kind is AuditKind.RECORD_READ, "reading given data is logged"


async def test_a_refusal_comes_back_with_its_ground(world: World) -> None:
    asking, deciding = await officers(world)
    _, reference = await ask(world, asking)
    await deciding.get(f"/confirmations/incoming/{reference}")

    await deciding.post(
        f"/confirmations/incoming/{reference}",
        verdict="refuse",
        ground="needs_judge",
        explanation="Lewat otoritas pusat.",
    )
    await world.deliver()
    after = await asking.get(f"/confirmations/outgoing/{reference}")

    assert "Memerlukan penetapan hakim." in after.text
    assert "Lewat otoritas pusat." in after.text
    assert "BELUM DIKONFIRMASI." in after.text, "a refusal confirms nothing"
    assert "Ditolak" in (await asking.get("/confirmations")).text


async def test_a_judge_is_awaited_and_both_desks_see_the_clock_stand(world: World) -> None:
    asking, deciding = await officers(world)
    _, reference = await ask(world, asking)
    address = f"/confirmations/incoming/{reference}"
    await deciding.get(address)

    stopped = await deciding.post(f"{address}/clock", awaited="needs_judge", sentence="Diajukan pagi ini.")
    await world.deliver()
    standing, seen = await deciding.get(address), await asking.get(f"/confirmations/outgoing/{reference}")
    nameless = await deciding.post(f"{address}/clock", permission="")
    again = await deciding.post(f"{address}/clock", permission="Penetapan 12/2026 (latihan)")
    await world.deliver()
    running = await asking.get(f"/confirmations/outgoing/{reference}")

    assert (stopped.status, again.status) == (303, 303)
    assert "Awaiting a judge's permission" in standing.text
    assert 'value="give"' not in standing.html, "nothing can be given meanwhile"
    assert "Menunggu penetapan hakim" in seen.text
    assert re.search(r"waktu dihentikan, sisa 4[78] jam", seen.text)
    assert "Diajukan pagi ini." in seen.text
    assert (nameless.status, list(nameless.problems())) == (422, ["permission"])
    assert re.search(r"sisa 4[78] jam", running.text)
    assert "Menunggu keputusan" in running.text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "verdict"),
        ({"verdict": "perhaps"}, "verdict"),
        ({"verdict": "give"}, "fields"),
        ({"verdict": "refuse"}, "ground"),
        ({"verdict": "refuse", "ground": "mood"}, "ground"),
    ],
)
async def test_half_a_decision_is_none(fields: dict[str, str], wrong: str, world: World) -> None:
    asking, deciding = await officers(world)
    _, reference = await ask(world, asking)
    await deciding.get(f"/confirmations/incoming/{reference}")

    seen = await deciding.post(f"/confirmations/incoming/{reference}", **fields)

    assert seen.status == 422
    assert list(seen.problems()) == [wrong]
    assert f'id="{wrong}"' in seen.html
    assert "Waiting for a decision" in seen.text


async def test_a_decision_is_made_once(world: World) -> None:
    asking, deciding = await officers(world)
    _, reference = await ask(world, asking)
    await deciding.get(f"/confirmations/incoming/{reference}")
    address = f"/confirmations/incoming/{reference}"

    await deciding.post(address, verdict="refuse", ground="other_law")
    again = await deciding.post(address, verdict="give", fields=["birth_date"])
    shown = await deciding.get(address)

    assert (again.status, "refused.already-done" in again.text) == (409, True)
    assert 'name="verdict"' not in shown.html, "what is decided offers no second decision"
    assert "The law of that agency does not allow it" in shown.text


async def test_a_reason_is_a_sentence(world: World) -> None:
    asking, _ = await officers(world)
    report = await asking.asks("Budi Santoso 31-01-1970")
    form = next(link for link in report.links if link.endswith("/confirm"))
    await asking.get(form)

    seen = await asking.post(form, reason="perlu")

    assert seen.status == 422
    assert list(seen.problems()) == ["reason"]
    assert seen.value("reason") == "perlu"


async def test_asking_twice_leads_to_the_request_that_is_under_way(world: World) -> None:
    asking, _ = await officers(world)
    report = await asking.asks("Budi Santoso 31-01-1970")
    form = next(link for link in report.links if link.endswith("/confirm"))
    await asking.get(form)

    first, second = await asking.post(form, reason=WHY), await asking.post(form, reason=WHY)

    assert first.goes_to == second.goes_to


async def test_a_hit_of_nobody_cannot_be_confirmed(world: World) -> None:
    asking, _ = await officers(world)
    report = await asking.asks("Budi Santoso 31-01-1970")
    form = next(link for link in report.links if link.endswith("/confirm"))

    assert (await asking.get(re.sub(r"/hits/[\w-]+/", "/hits/nothing-at-all/", form))).status == 404


async def test_the_home_page_tells_who_decides_that_somebody_waits(world: World) -> None:
    asking, deciding = await officers(world)
    await ask(world, asking)

    home = await deciding.get("/")

    assert re.search(r"Waiting for you \d+ confirmations? to decide", home.main)
    assert re.search(r"4[78] hours left", (await deciding.get("/confirmations")).text)


async def test_who_may_not_decide_is_told_so(world: World) -> None:
    asking, _ = await officers(world)
    _, reference = await ask(world, asking)
    analyst = await world.owners_entrance.officer(Role.ANALYST)

    seen = await analyst.get(f"/confirmations/incoming/{reference}")

    assert seen.status == 403
    assert "Santoso" not in seen.html
