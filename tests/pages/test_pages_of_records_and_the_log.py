"""Records with their provenance, the second person, whole files, and the log that proves all of it."""

from __future__ import annotations

import re
from base64 import b64decode

import msgspec
import pytest
from sqlalchemy import text

from lintas.audit import AuditKind
from lintas.model import Role
from lintas.testing import Neighbourhood
from lintas.trust.merkle import verify_inclusion
from pages.street import World
from pages.walking import REASON, Entrance, Walker

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE = b"kind,name,birthDate,imei\nperson,Siti Contoh,1980,\nperson,Sukarno,,\ndevice,,,490154203237518\n"


async def asker(world: World) -> Walker:
    return await world.entrance.officer(Role.INVESTIGATOR, username="penanya")


async def auditor(world: World, language: str = "id") -> Walker:
    return await world.entrance.officer(Role.AUDITOR, language=language)


async def test_a_record_found_by_a_check_opens_with_the_check_as_its_reason(world: World) -> None:
    walker = await asker(world)
    report = await walker.asks("Budi Santoso 31-01-1970")
    link = next(link for link in report.links if "/records/" in link)

    seen = await walker.get(link)
    entry = world.ours.node.audit.entries(kind=AuditKind.RECORD_READ, limit=1)[0]

    assert "Pembacaan ini telah dicatat dalam log audit." in seen.text
    assert entry.event is not None
    assert walker.officer is not None
    assert entry.event.actor == f"officer:{walker.officer.id}"
    assert "LP/117/2026" in str(entry.event.facts["reason"])


async def test_every_value_of_a_record_carries_its_provenance(world: World) -> None:
    walker = await asker(world)
    await walker.get("/records/id.latihan-1")

    seen = await walker.post("/records/id.latihan-1", reason="Meninjau perkara LP/117")
    rows = re.findall(r"<tr>.*?</tr>", seen.html.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)

    assert len(rows) == 4
    for row in rows:
        assert "DATA LATIHAN" in row, "whose it is"
        assert "2026-01-01" in row, "from when"
        assert "B2" in row, "how it is graded"
        assert "H1" in row, "how it may be handled"
    assert "31 Januari 1970" in seen.text
    assert "Orang yang dicari" in seen.text
    assert re.search(r"Mengapa Anda boleh melihat ini [\w-]+ \w+", seen.main), "the policy that allows it, in words"


async def test_without_a_reason_a_record_stays_closed(world: World) -> None:
    walker = await asker(world)
    before = len(world.ours.node.audit.entries(kind=AuditKind.RECORD_READ))

    asked = await walker.get("/records/id.latihan-1")
    refused = await walker.post("/records/id.latihan-1", reason=" ")
    elsewhere = await walker.get("/records/id.latihan-1?check=")

    assert "Mengapa Anda membuka data ini?" in asked.text
    assert (refused.status, list(refused.problems())) == (422, ["reason"])
    assert all("Santoso" not in seen.main for seen in (asked, refused, elsewhere))
    assert len(world.ours.node.audit.entries(kind=AuditKind.RECORD_READ)) == before


async def test_an_uncategorised_record_shows_no_more_than_is_needed_to_categorise_it(world: World) -> None:
    given = {"birthDate": "1991", "phone": "+6281234567890", "category": "unknown"}
    record = world.ours.knows("Tono Contoh", **given)
    walker = await asker(world)
    liaison = await world.entrance.officer(Role.LIAISON, username="penghubung")

    for one in (walker, liaison):
        await one.get(f"/records/{record.id}")
    core = await walker.post(f"/records/{record.id}", reason="Mengategorikan data")
    full = await liaison.post(f"/records/{record.id}", reason="Mengategorikan data")

    assert "Tono Contoh" in core.main
    assert "1991" in core.main
    assert "+6281234567890" not in core.html
    assert "+6281234567890" in full.html


async def test_an_earlier_version_of_a_record_stays_readable(world: World) -> None:
    record = world.ours.knows("Wati Contoh", birthDate="1988")
    stored = world.ours.node.records.get(record.id)
    world.ours.node.records.edit(
        msgspec.structs.replace(stored, statements=stored.statements[:1]), by="officer:x", reason="Tanggal lahir keliru"
    )
    walker = await asker(world)
    await walker.get(f"/records/{record.id}")

    seen = await walker.post(f"/records/{record.id}", reason="Meninjau perkara")

    assert "Versi sebelumnya" in seen.text
    assert "1988" in seen.main.partition("Versi sebelumnya")[2]
    assert "1988" not in seen.main.partition("Versi sebelumnya")[0]


async def test_a_record_that_is_none_of_one_s_business_looks_like_none(world: World) -> None:
    operator = await world.entrance.officer(Role.OPERATOR)
    await operator.get("/records/id.latihan-1")

    hidden = await operator.post("/records/id.latihan-1", reason="Penasaran saja")
    absent = await operator.post("/records/id.latihan-999", reason="Penasaran saja")

    assert (hidden.status, absent.status) == (404, 404)
    assert hidden.main.replace("latihan-1", "") == absent.main.replace("latihan-999", "")


async def test_a_file_is_judged_row_by_row_and_waits_for_a_second_person(world: World) -> None:
    walker = await asker(world)
    colleague = await world.entrance.officer(Role.LIAISON, Role.DATA_PROTECTION, username="rekan")
    upload = {"file": ("orang.csv", FILE, "text/csv")}
    await walker.get("/batches")

    judged = await walker.post("/batches", files=upload, **REASON)
    planned = await walker.follow(await walker.post("/batches", files=upload, without_bad_rows="yes", **REASON))
    address = planned.html.partition("hreflang")[0].rpartition('href="/en')[2].partition('"')[0]
    alone = await walker.post(address)
    waiting = await colleague.get("/approvals")
    theirs = next(one for one in waiting.html.split("<article")[1:] if address.rpartition("/")[2] in one)
    approval = re.search(r'action="/id(/approvals/\w+)"', theirs)
    assert approval
    await colleague.post(approval[1], verdict="agree", note="Sudah saya lihat")
    done = await walker.post(address)
    again = await walker.post(address)

    assert judged.status == 422
    assert re.search(r"1 baris tidak dapat ditanyakan Baris ke Sebab 3 Keterangannya terlalu tipis", judged.main)
    assert "menunggu persetujuan orang kedua" in planned.text
    assert (alone.status, "refused.second-person-needed" in alone.text) == (403, True)
    assert "Memeriksa satu berkas" in waiting.text
    assert "Petugas Penanya" in waiting.text, "who asks"
    assert done.status == 200
    assert len(re.findall(r'href="/id/checks/[\w-]+"', done.html)) == 2
    assert again.status == 409


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Pilih berkas CSV"),
        ("kind,name\nperson,Jos\xe9\n".encode("latin-1"), "Berkas ini tidak dapat dibaca"),
        (b"nama\nBudi\n", "Berkas ini tidak dapat dibaca"),
    ],
)
async def test_a_file_that_cannot_be_read_says_so(content: bytes, said: str, world: World) -> None:
    walker = await asker(world)
    await walker.get("/batches")

    seen = await walker.post("/batches", files={"file": ("x.csv", content, "text/csv")}, **REASON)

    assert seen.status == 422
    assert said in seen.problems()["file"]


async def test_the_example_file_is_one_that_can_be_asked(world: World) -> None:
    walker = await asker(world)
    example = (await walker.get("/batches/example")).response
    await walker.get("/batches")

    planned = await walker.post("/batches", files={"file": ("x.csv", example.content, "text/csv")}, **REASON)

    assert planned.status == 303
    assert "attachment" in example.headers["content-disposition"]


async def test_nobody_is_their_own_second_person(world: World) -> None:
    walker = await world.entrance.officer(Role.LIAISON, Role.DATA_PROTECTION, Role.INVESTIGATOR, username="sendiri")
    await walker.get("/batches")
    await walker.post("/batches", files={"file": ("x.csv", b"kind,email\nemail,a@contoh.id\n", "text/csv")}, **REASON)
    mine = world.ours.node.audit.entries(kind=AuditKind.APPROVAL_ASKED, limit=1)[0]
    assert mine.event is not None

    seen = await walker.get("/approvals")
    forced = await walker.post(f"/approvals/{mine.event.facts['approval']}", verdict="agree")

    assert str(mine.event.facts["approval"]) not in seen.html
    assert forced.status in {403, 404}


async def test_the_log_is_read_newest_first_and_reading_it_stands_in_it(world: World) -> None:
    walker = await auditor(world)

    first, second = await walker.get("/audit"), await walker.get("/audit")
    numbers = [int(n) for n in re.findall(r'href="/id/audit/(\d+)"', second.html)]

    assert numbers == sorted(numbers, reverse=True)
    assert second.text.count("Log audit dibaca") > first.text.count("Log audit dibaca") - 1
    assert "Petugas Auditor" in second.text, "an officer by name, for the auditor"


async def test_the_log_is_filtered_and_paged(world: World) -> None:
    asking, walker = await asker(world), await auditor(world)
    report = await asking.asks("Budi Santoso 31-01-1970")
    check = re.search(r"/checks/([\w-]+)/outcomes", report.html)
    assert check

    of_check = await walker.get(f"/audit?check={check[1]}")
    of_kind = await walker.get("/audit?kind=officer.signed_in")
    older = next((link for link in (await walker.get("/audit")).links if "before=" in link), None)

    assert "Pemeriksaan ditanyakan" in of_check.main
    assert "Laporan pemeriksaan ditampilkan" in of_check.main
    assert "Masuk" in of_kind.main
    rows = of_kind.html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert set(re.findall(r"<td>([A-Z][\w ]*)</td>", rows)) >= {"Masuk"}
    if older:
        assert (await walker.get(older)).status == 200


async def test_an_entry_comes_with_a_proof_that_anybody_can_recompute(world: World) -> None:
    walker = await auditor(world)

    seen = await walker.get("/audit/2")
    note = re.search(r'<pre class="note-text mono">(.*?)</pre>', seen.html, re.DOTALL)
    assert note
    origin, size, root = note[1].splitlines()[:3]
    hashes = re.findall(r'<li class="mono hash">([0-9a-f]{64})</li>', seen.html)
    leaf = re.search(r'<dd class="mono hash">([0-9a-f]{64})</dd>', seen.html)
    assert leaf

    assert "id.latihan" in origin
    verify_inclusion(bytes.fromhex(leaf[1]), 2, int(size), [bytes.fromhex(h) for h in hashes], b64decode(root))
    assert (await walker.get("/audit/999999")).status == 404


async def test_the_whole_log_is_proven_at_a_button(world: World) -> None:
    walker = await auditor(world, "en")
    await walker.get("/audit")

    seen = await walker.post("/audit/verify")

    assert "The log is intact." in seen.text
    assert "id.latihan" in seen.html.partition("<pre")[2], "the signed checkpoint"


async def test_a_log_that_somebody_touched_says_so(tmp_path) -> None:
    async with Neighbourhood(tmp_path) as here:
        (ours,) = await here.nodes("id")
        async with Entrance(ours.node) as entrance:
            walker = await entrance.officer(Role.AUDITOR)
            await walker.get("/audit")
            ours.node.audit.checkpoint()
            ours.node.db.write(
                lambda tx: tx.execute(text("UPDATE audit_entries SET kind = 'check.asked' WHERE position = 1"))
            )

            seen = await walker.post("/audit/verify")

    assert "Log audit tidak membuktikan yang seharusnya" in seen.text
    assert "panggil auditor" in seen.text
    assert "Log ini utuh." not in seen.text


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AUDITOR, Role.DATA_PROTECTION}])
async def test_the_log_is_for_those_who_watch_and_not_for_those_who_act(role: Role, world: World) -> None:
    walker = await world.entrance.officer(role)
    await walker.get("/about")

    read, proven = await walker.get("/audit"), await walker.post("/audit/verify")

    assert read.status == 403
    assert proven.status in {200, 403}
    assert "Petugas" not in read.main
