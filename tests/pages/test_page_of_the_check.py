"""The check box and the report: no reason, no query; everyone asked stands in it exactly once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from lintas.audit import AuditKind
from lintas.model import Role
from pages.street import World
from pages.walking import REASON, Seen, Walker

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = [
    "<script>alert(1)</script>",
    'O\'Brien "Bobby" & Co',
    "NULL",
    "محمد بن علي",
    "王小明 1980",
    "Rrrrrr Ssss",
    "A" * 200,
    "{{ 7*7 }} {% raw %}",
    "%(name)s %s %d",
]


async def asker(world: World, language: str = "id") -> Walker:
    return await world.entrance.officer(Role.INVESTIGATOR, Role.LIAISON, language=language, username="sari2")


def rows(seen: Seen) -> list[tuple[str, str]]:
    """Every node of a report with the kind of its row, in order."""
    return [(node, kind) for kind, node in re.findall(r'<li class="row (\w+)[^"]*" id="node-([\w.]+)"', seen.html)]


async def test_no_reason_no_query_and_everything_missing_is_said_at_once(world: World) -> None:
    walker = await asker(world)
    await walker.get("/")
    before = world.ours.node.audit.size()

    seen = await walker.post("/", q="Budi Santoso 1970", offence="penipuan")

    assert seen.status == 422
    assert set(seen.problems()) == {"purpose", "legal_basis", "case_reference", "category", "intent"}
    assert "Ada 5 hal yang perlu diperbaiki" in seen.text
    for name in seen.problems():
        assert f'href="#{name}"' in seen.html
        assert f'id="{name}"' in seen.html
    assert (seen.value("q"), seen.value("offence")) == ("Budi Santoso 1970", "penipuan"), "what was typed is kept"
    assert world.ours.node.audit.size() == before, "nothing was asked"


@pytest.mark.parametrize("field", list(REASON))
@pytest.mark.parametrize("nothing", ["", "  ", "- . -"])
async def test_a_part_of_the_reason_that_says_nothing_is_missing(field: str, nothing: str, world: World) -> None:
    walker = await asker(world)
    await walker.get("/")

    seen = await walker.post("/", q="Budi Santoso 1970", **{**REASON, field: nothing})

    assert list(seen.problems()) == [field]


async def test_a_single_name_needs_a_second_fact_and_then_is_askable(world: World) -> None:
    walker = await asker(world)
    await walker.get("/")

    thin = await walker.post("/", q="Sukarno", **REASON)
    enough = await walker.asks("Sukarno", **{"p-birthDate": "1970"})

    assert "akan cocok dengan terlalu banyak orang" in thin.problems()["q"]
    assert enough.status == 200
    assert "1970" in enough.main


async def test_everyone_asked_stands_in_the_report_exactly_once(world: World) -> None:
    walker = await asker(world)

    seen = await walker.asks("Budi Santoso 31-01-1970")

    assert sorted(node for node, _ in rows(seen)) == [f"{c}.latihan" for c in ("id", "my", "ph", "sg", "th")]
    assert rows(seen)[0] == ("id.latihan", "match"), "our own data first"
    assert dict(rows(seen)) == {
        "id.latihan": "match",
        "my.latihan": "match",
        "sg.latihan": "none",
        "ph.latihan": "declined",
        "th.latihan": "silent",
    }
    assert "Tidak menjawab bukan berarti tidak ada." in seen.text


async def test_the_rows_arrive_one_by_one_at_an_address_of_their_own(world: World) -> None:
    walker = await asker(world)
    await walker.get("/")

    sent = await walker.post("/", q="Budi Santoso 31-01-1970", **REASON)
    first = await walker.follow(sent)
    fragment = sent.goes_to.removeprefix("/id") + "/outcomes"
    await asyncio.sleep(0.8)
    later = await walker.get(fragment)

    assert dict(rows(first))["th.latihan"] == "asking"
    assert f'hx-get="/id{fragment}" hx-trigger="every 500ms"' in first.html
    assert "<html" not in later.html
    assert dict(rows(later))["th.latihan"] == "silent"
    assert 'hx-trigger="every 5s"' in later.html, "a late answer is still awaited"


async def test_a_late_answer_is_delivered_and_marked_as_late(world: World) -> None:
    walker = await asker(world)
    world.ours.street.loopback.delay("sg.latihan", 1.2)
    try:
        seen = await walker.asks("Mei Terlambat 05-05-1975")
        fragment = re.search(r"/checks/[\w-]+/outcomes", seen.html)
        assert fragment
        for _ in range(40):
            later = await walker.get(fragment[0])
            if dict(rows(later))["sg.latihan"] != "silent":
                break
            await asyncio.sleep(0.1)
    finally:
        world.ours.street.loopback.delay("sg.latihan", 0)

    assert dict(rows(seen))["sg.latihan"] == "silent"
    assert dict(rows(later))["sg.latihan"] == "none"
    assert "datang terlambat" in later.text


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_stands_on_the_page_as_it_was_typed(name: str, world: World) -> None:
    walker = await asker(world)

    seen = await walker.asks("", kind="person", **{"p-name": name, "p-birthDate": "1980"})

    assert seen.status == 200
    assert " ".join(name.split()) in seen.main
    assert "<script>alert" not in seen.html


async def test_a_partner_s_hit_tells_owner_quality_and_reasons_and_no_value(world: World) -> None:
    walker = await asker(world)
    report = await walker.asks("Budi Santoso 31-01-1970")
    hit = re.search(r'href="/id(/checks/[\w-]+/hits/[\w-]+)"', report.html)
    assert hit

    why = await walker.get(hit[1])

    for seen in (report, why):
        assert "X7654321" not in seen.html
        assert "Rahasia" not in seen.html
        assert "Budi bin" not in seen.html
    assert "Nama sama" in why.text or "Nama mirip" in why.text
    assert "Tanggal lahir sama" in why.text
    assert re.search(r"[\d.,]+ kali lebih mungkin", why.text)
    assert "BELUM DIKONFIRMASI." in why.text
    assert "Meja 24 jam, 555-0100" in why.text, "whom to call"
    assert "nama ayah" in why.text, "what could make it clearer"


async def test_a_refusal_explains_itself(world: World) -> None:
    walker = await asker(world, "en")
    report = await walker.asks("Budi Santoso 31-01-1970")
    why = next(link for link in report.links if "/refusals/ph.latihan" in link)

    seen = await walker.get(why)

    assert "Too many questions" in seen.text
    assert "budget_spent" in seen.text
    assert "rule:budget_spent" in seen.text, "the policy that decided"
    assert "Meja Manila, 555-0199" in seen.text, "whom to call"
    assert "Declined does not mean that there is nothing, nor that there is something." in seen.text
    assert (await walker.get(why.replace("ph.latihan", "my.latihan"))).status == 404


async def test_a_warning_of_the_owner_stands_on_the_hit(world: World) -> None:
    walker = await asker(world, "en")
    report = await walker.asks("Mei Contoh 05-05-2015", category="missing", purpose="identify")

    assert dict(rows(report))["my.latihan"] == "match"
    assert re.search(r"Child: involve child protection|Missing person: do not treat as a suspect", report.text)


async def test_our_own_law_refuses_first_and_says_which(world: World) -> None:
    analyst = await world.entrance.officer(Role.ANALYST, language="en")
    await analyst.get("/")

    seen = await analyst.post("/", q="Budi Santoso 1970", **{**REASON, "purpose": "border_control"})

    assert seen.status == 403
    assert "refused.by-policy" in seen.text
    assert len(re.findall(r"[A-Z][^.]+\.", seen.main)) >= 3, "sentence, remedy and the policy's own explanation"
    assert world.ours.node.audit.entries(limit=1)[0].kind is AuditKind.CHECK_REFUSED


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "device", "p-imei": "490154203237519"}, "p-imei"),
        ({"kind": "person", "p-name": "Budi Santoso", "p-birthDate": "31-31-1970"}, "p-birthDate"),
        ({"kind": "person", "p-name": "Budi Santoso", "p-nationality": "Negeri Dongeng"}, "p-nationality"),
        ({"kind": "vessel"}, "p-name"),
        ({"q": ""}, "q"),
        ({"q": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408132F1204159ZE184226B<<<<<10"}, "q"),
    ],
)
async def test_a_typing_error_is_named_where_it_is(fields: dict[str, str], wrong: str, world: World) -> None:
    walker = await asker(world)
    await walker.get("/")

    seen = await walker.post("/", **REASON, **fields)

    assert seen.status == 422
    assert list(seen.problems()) == [wrong]


async def test_a_check_digit_is_corrected_or_asked_as_it_is_written(world: World) -> None:
    walker = await asker(world)
    await walker.get("/")
    fields = {"kind": "device", "p-imei": "490154203237519"}

    told = await walker.post("/", **REASON, **fields)
    insisted = await walker.follow(await walker.post("/", wait="yes", as_written="yes", **REASON, **fields))

    assert "Angka pemeriksanya salah: tertulis 9, seharusnya 8." in told.problems()["p-imei"]
    assert 'name="as_written"' in told.html, "a forged paper is asked for as it is written"
    assert "490154203237519" in insisted.main


async def test_a_country_is_understood_in_both_languages(world: World) -> None:
    walker = await asker(world)

    seen = await walker.asks(
        "", kind="person", **{"p-name": "Jose Contoh Cruz", "p-nationality": "Filipina; Singapore"}
    )

    assert "Filipina; Singapura" in seen.main


async def test_another_kind_takes_along_what_was_typed(world: World) -> None:
    walker = await asker(world)
    await walker.get("/")

    person = await walker.post("/", q="Budi Santoso 31-01-1970", switch="person", **REASON)
    company = await walker.post("/", switch="company", kind="person", **{"p-name": "PT Contoh"}, **REASON)
    anything = await walker.post("/", switch="any", kind="company", **{"p-name": "PT Contoh"}, **REASON)

    assert (person.value("p-name"), person.value("p-birthDate")) == ("Budi Santoso", "1970-01-31")
    assert person.value("case_reference") == REASON["case_reference"]
    assert person.problems() == {}
    assert company.value("p-name") == "PT Contoh"
    assert 'id="q"' in anything.html


async def test_the_box_says_what_it_takes_the_text_for(world: World) -> None:
    walker = await asker(world)
    await walker.get("/")

    told = {
        text: (await walker.post("/checks/recognised", q=text)).text
        for text in ("B 1234 XYZ", "490154203237518", "", "P<<<<")
    }

    assert told["B 1234 XYZ"] == "Dikenali sebagai: Kendaraan. B 1234 XYZ"
    assert told["490154203237518"].startswith("Dikenali sebagai: Perangkat.")
    assert told[""] == ""
    assert told["P<<<<"].endswith(".")


async def test_nothing_is_asked_twice_in_one_case(world: World) -> None:
    walker = await asker(world)
    seen = await walker.asks("Budi Santoso 31-01-1970", offence="penipuan")
    again = next(link for link in seen.links if "?again=" in link)

    form = await walker.get(again)

    assert form.value("case_reference") == REASON["case_reference"]
    assert form.value("offence") == "penipuan"
    assert form.value("q") == "", "another subject is another question"
    assert REASON["case_reference"] in (await walker.get("/checks")).main


async def test_the_report_waits_no_longer_than_the_deadline(world: World) -> None:
    walker = await asker(world)
    clock = world.ours.node.clock
    started = clock.now()

    await walker.asks("Budi Santoso 31-01-1970")

    assert clock.now() - started < timedelta(seconds=5)
