"""The HTTP API as the agency's own systems use it: with real nodes, real law and real logs behind it."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import update

from api.conftest import QUESTION, Agencies, Caller
from lintas.api.problems import LARGEST_BODY
from lintas.audit.tables import entries
from lintas.model import Role


def described(caller: Caller) -> list[tuple[str, str]]:
    paths = caller.client.app.openapi_schema.to_schema()["paths"]
    return [(verb, path) for path, verbs in paths.items() for verb in verbs]


def outcome(report: Any, node: str) -> Any:
    return next(row for row in report["outcomes"] if row["node"] == node)


async def test_every_address_refuses_without_a_token(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    client: AsyncTestClient[Any] = jakarta.client

    said = {
        (verb, path): await client.request(verb, path.replace("{index}", "0").replace("{", "").replace("}", ""))
        for verb, path in described(jakarta)
    }

    assert len(said) > 20
    assert {r.status_code for r in said.values()} == {401}
    assert {r.json()["code"] for r in said.values()} == {"refused.not-signed-in"}
    assert {r.headers["WWW-Authenticate"] for r in said.values()} == {"Bearer"}


@pytest.mark.parametrize("shown", ["Bearer", "Bearer nonsense", "Basic c2FyaTpwYXNz", "Bearer  ", "sari"])
async def test_what_is_no_token_of_this_node_is_refused(agencies: Agencies, shown: str) -> None:
    (jakarta,) = await agencies.open("id")

    refused = await jakarta.client.get("/api/1/me", headers={"Authorization": shown})

    assert refused.status_code == 401


async def test_a_token_is_its_officer(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    me = (await jakarta.get("/me")).json()

    assert (me["username"], sorted(me["roles"])) == ("sari", ["data_protection", "investigator", "liaison"])


async def test_the_description_is_there_for_everybody_and_nothing_else_is(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    document = await jakarta.client.get("/api/1/openapi.json")
    beside = await jakarta.client.get("/api/1/elsewhere")

    assert document.json()["openapi"].startswith("3.1")
    assert document.json()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert (beside.status_code, beside.json()["code"]) == (404, "not-found")


async def test_every_endpoint_announces_how_it_refuses(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    paths = jakarta.client.app.openapi_schema.to_schema()["paths"]

    told = {(verb, path): about["responses"] for path, verbs in paths.items() for verb, about in verbs.items()}

    assert [where for where, answers in told.items() if not {"401", "503"} <= answers.keys()] == []
    assert [w for w, answers in told.items() if "{" in w[1] and not {"404", "422"} <= answers.keys()] == []
    shapes = {
        (kind, body["schema"]["$ref"].rpartition("/")[2])
        for answers in told.values()
        for status, answer in answers.items()
        if status >= "400"
        for kind, body in answer["content"].items()
    }
    assert shapes == {("application/problem+json", "Problem")}


async def test_a_check_is_asked_and_its_report_is_read_again(agencies: Agencies) -> None:
    jakarta, kl, _ = await agencies.open("id", "my", "ph")
    kl.at.knows("Budi Santoso", birthDate="1970-01-31")

    asked = await jakarta.post("/checks", QUESTION)
    again = await jakarta.get(f"/checks/{asked.json()['id']}")
    listed = await jakarta.get("/checks")

    assert asked.status_code == 201
    assert {row["state"] for row in asked.json()["outcomes"]} == {"answered"}
    assert outcome(asked.json(), "my.latihan")["matches"][0]["quality"] == "strong"
    assert again.json() == asked.json()
    assert [line["id"] for line in listed.json()] == [asked.json()["id"]]


async def test_who_does_not_wait_reads_the_rows_as_they_arrive(agencies: Agencies) -> None:
    jakarta, kl = await agencies.open("id", "my")
    kl.at.falls_silent()

    asked = (await jakarta.post("/checks", {**QUESTION, "wait": False, "within": 0.3})).json()
    await asyncio.sleep(0.8)
    later = (await jakarta.get(f"/checks/{asked['id']}")).json()

    assert outcome(asked, "my.latihan")["state"] == "asking"
    assert outcome(later, "my.latihan")["state"] == "late"


async def test_only_the_partners_named_are_asked(agencies: Agencies) -> None:
    jakarta, _, _ = await agencies.open("id", "my", "ph")

    asked = (await jakarta.post("/checks", {**QUESTION, "nodes": ["ph.latihan"]})).json()
    unknown = await jakarta.post("/checks", {**QUESTION, "nodes": ["xx.latihan"]})

    assert sorted(row["node"] for row in asked["outcomes"]) == ["id.latihan", "ph.latihan"]
    assert (unknown.status_code, unknown.json()["facts"]) == (404, {"partner": "xx.latihan"})


async def test_no_reason_no_query_and_everything_missing_is_named(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    refused = await jakarta.post("/checks", {**QUESTION, "justification": {"purpose": "investigate", "intent": "-"}})

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid.unjustified")
    assert refused.json()["facts"] == {"missing": ["legal_basis", "case_reference", "category", "intent"]}


async def test_a_name_alone_is_too_thin(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    thin = {**QUESTION, "subject": {"kind": "person", "properties": {"name": ["Sukarno"]}}}

    refused = await jakarta.post("/checks", thin)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid.not-askable")


async def test_an_auditor_asks_nothing_and_an_investigator_does_not_read_the_log(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    auditor = jakarta.colleague("wati", Role.AUDITOR)
    investigator = jakarta.colleague("tono", Role.INVESTIGATOR)

    asked = await auditor.post("/checks", QUESTION)
    read = await investigator.get("/audit/entries")

    assert (asked.status_code, asked.json()["code"]) == (403, "refused.by-policy")
    assert (read.status_code, read.json()["code"]) == (403, "refused.by-policy")
    assert asked.json()["facts"]["policies"]


async def test_another_officers_check_looks_as_if_it_were_not_there(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    other = jakarta.colleague("tono", Role.INVESTIGATOR)
    asked = (await jakarta.post("/checks", QUESTION)).json()

    theirs = await other.get(f"/checks/{asked['id']}")
    nobodys = await other.get("/checks/nothing-of-the-kind")

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json()["title"] == nobodys.json()["title"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"within": "soon"}, "within"),
        ({"within": 3600}, "within"),
        ({"subject": {"kind": "ghost", "properties": {"name": ["X"]}}}, "subject.kind"),
        ({"subject": {"kind": "person", "properties": {}}}, "subject.properties"),
        ({"nodes": ["NOT A NODE"]}, "nodes"),
        ({"hurry": True}, "hurry"),
    ],
)
async def test_a_wrong_field_is_named(agencies: Agencies, change: dict[str, Any], field: str) -> None:
    (jakarta,) = await agencies.open("id")

    refused = await jakarta.post("/checks", {**QUESTION, **change})

    said = refused.json()
    assert (refused.status_code, said["code"]) == (422, "invalid")
    assert field in f"{said['facts'].get('field')} {said['facts']['problem']}"


async def test_a_problem_has_the_form_of_rfc_9457(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    refused = await jakarta.get("/audit/entries", limit=100000)

    assert refused.headers["Content-Type"] == "application/problem+json"
    assert set(refused.json()) == {"type", "title", "status", "detail", "code", "facts"}
    assert refused.json()["status"] == refused.status_code == 422
    assert refused.json()["facts"]["field"] == "limit"


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[" * 100_000, b"null", b'"text"', b"[1]"])
async def test_what_is_not_json_or_not_an_object_is_refused_in_a_sentence(agencies: Agencies, body: bytes) -> None:
    (jakarta,) = await agencies.open("id")
    headers = {"Authorization": f"Bearer {jakarta.token}", "Content-Type": "application/json"}

    refused = await jakarta.client.post("/api/1/checks", content=body, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_a_body_beyond_the_limit_is_refused_unread(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    refused = await jakarta.post("/checks", {**QUESTION, "padding": "x" * LARGEST_BODY})

    assert (refused.status_code, refused.json()["code"]) == (413, "untrusted.too-large")


async def test_another_method_is_refused_and_the_right_ones_are_named(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    refused = await jakarta.client.delete("/api/1/checks")

    assert refused.status_code == 405
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


async def test_an_unexpected_error_shows_a_number_and_nothing_else(
    agencies: Agencies, caplog: pytest.LogCaptureFixture
) -> None:
    (jakarta,) = await agencies.open("id")
    jakarta.at.node.policies = None  # type: ignore[assignment] # what must never happen

    failed = await jakarta.get("/policies")

    number = failed.json()["facts"]["incident"]
    assert failed.status_code == 500
    assert "NoneType" not in failed.text
    assert any(number in message for message in caplog.messages)


DEVICE = {"kind": "device", "properties": {"imei": ["490154203237519"]}}  # the check digit would be 8


@pytest.mark.parametrize("door", ["/checks", "/batches"])
async def test_a_number_that_cannot_be_right_is_refused_with_its_field(agencies: Agencies, door: str) -> None:
    (jakarta,) = await agencies.open("id")
    what = {"subject": DEVICE} if door == "/checks" else {"subjects": [QUESTION["subject"], DEVICE]}
    body = {"justification": QUESTION["justification"], **what}

    refused = await jakarta.post(door, body)
    insisted = await jakarta.post("/checks", {**QUESTION, "subject": DEVICE, "as_written": True})

    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid.identifier"
    assert {"field": "imei", "kind": "imei", "problem": "check_digit"}.items() <= refused.json()["facts"].items()
    assert insisted.status_code == 201, "a forged paper is asked for as it is written"


async def test_a_file_of_questions_waits_for_a_second_person(agencies: Agencies) -> None:
    jakarta, kl = await agencies.open("id", "my")
    kl.at.knows("Ani Wijaya", birthDate="1980-05-05")
    second = jakarta.colleague("wati", Role.LIAISON, Role.DATA_PROTECTION)
    subjects = [
        {"kind": "person", "properties": {"name": [name], "birthDate": ["1980-05-05"]}}
        for name in ("Ani Wijaya", "Rudi Lubis")
    ]

    planned = await jakarta.post("/batches", {"subjects": subjects, "justification": QUESTION["justification"]})
    batch = planned.json()
    too_early = await jakarta.post(f"/batches/{batch['id']}/run", {})
    by_oneself = await jakarta.post(f"/approvals/{batch['approval']}", {"agree": True})
    waiting = (await second.get("/approvals")).json()
    agreed = await second.post(f"/approvals/{batch['approval']}", {"agree": True, "note": "Sudah dibaca."})
    asked = await jakarta.post(f"/batches/{batch['id']}/run", {})
    twice = await jakarta.post(f"/batches/{batch['id']}/run", {})

    assert (planned.status_code, batch["rows"], batch["state"]) == (201, 2, "planned")
    assert (too_early.status_code, too_early.json()["code"]) == (403, "refused.second-person-needed")
    assert by_oneself.status_code in {403, 404}
    assert [w["id"] for w in waiting] == [batch["approval"]]
    assert (agreed.status_code, agreed.json()["state"]) == (200, "given")
    assert asked.status_code == 201
    assert sorted(len(outcome(report, "my.latihan")["matches"]) for report in asked.json()) == [0, 1]
    assert (twice.status_code, twice.json()["code"]) == (409, "refused.already-done")
    assert [b["state"] for b in (await jakarta.get("/batches")).json()] == ["asked"]


async def test_a_second_person_who_refuses_ends_it(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    second = jakarta.colleague("wati", Role.LIAISON, Role.DATA_PROTECTION)
    body = {"subjects": [QUESTION["subject"]], "justification": QUESTION["justification"]}
    batch = (await jakarta.post("/batches", body)).json()

    refused = await second.post(f"/approvals/{batch['approval']}", {"agree": False})
    run = await jakarta.post(f"/batches/{batch['id']}/run", {})

    assert refused.json()["state"] == "refused"
    assert run.status_code in {403, 409}


async def test_a_hit_is_confirmed_by_a_person_at_the_owner(agencies: Agencies) -> None:
    jakarta, kl = await agencies.open("id", "my")
    kl.at.knows("Budi Santoso", birthDate="1970-01-31", nationality="id")
    report = (await jakarta.post("/checks", QUESTION)).json()
    hit = outcome(report, "my.latihan")["matches"][0]["hit"]

    asked = await jakarta.post(
        "/confirmations", {"check": report["id"], "hit": hit, "reason": "Dicegat di pelabuhan, perlu identitas."}
    )
    await jakarta.at.node.exchange.deliver_due()
    incoming = (await kl.get("/confirmations/incoming")).json()
    decided = await kl.post(f"/confirmations/incoming/{asked.json()['id']}/decision", {"fields": ["birth_date"]})
    again = await kl.post(f"/confirmations/incoming/{asked.json()['id']}/decision", {"ground": "law"})
    await kl.at.node.exchange.deliver_due()
    given = (await jakarta.get(f"/confirmations/outgoing/{asked.json()['id']}")).json()

    assert (asked.status_code, asked.json()["ours"]) == (201, True)
    assert [c["id"] for c in incoming] == [asked.json()["id"]]
    assert decided.status_code == 201
    assert again.status_code in {409, 422}
    assert (given["state"], given["decision"]["data"]) == ("given", {"birth_date": ["1970-01-31"]})
    assert [c["state"] for c in (await jakarta.get("/confirmations/outgoing")).json()] == ["given"]


async def test_a_decision_that_neither_gives_nor_refuses_is_none(agencies: Agencies) -> None:
    jakarta, kl = await agencies.open("id", "my")
    kl.at.knows("Budi Santoso", birthDate="1970-01-31")
    report = (await jakarta.post("/checks", QUESTION)).json()
    hit = outcome(report, "my.latihan")["matches"][0]["hit"]
    asked = (
        await jakarta.post("/confirmations", {"check": report["id"], "hit": hit, "reason": "Dicegat di pelabuhan."})
    ).json()
    await jakarta.at.node.exchange.deliver_due()

    neither = await kl.post(f"/confirmations/incoming/{asked['id']}/decision", {})
    nonsense = await kl.post(f"/confirmations/incoming/{asked['id']}/decision", {"fields": ["shoe_size"]})

    assert neither.status_code == nonsense.status_code == 422


async def test_a_record_is_shown_for_a_reason_and_the_reading_is_logged(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    record = jakarta.at.knows("Budi Santoso", birthDate="1970-01-31")

    without = await jakarta.get(f"/records/{record.id}")
    shown = await jakarta.get(f"/records/{record.id}", reason="Perkara LAT/2026/001")
    missing = await jakarta.get("/records/nobody", reason="Perkara LAT/2026/001")
    log = (await jakarta.get("/audit/entries", kind="record.read")).json()

    assert (without.status_code, without.json()["facts"]["field"]) == (422, "reason")
    assert shown.json()["record"]["id"] == record.id
    assert missing.status_code == 404
    assert [e["event"]["facts"]["record"] for e in log] == [record.id]
    assert (await jakarta.get("/records")).json() == {"Person": 1}


async def test_an_entry_of_the_log_is_proven(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    await jakarta.post("/checks", QUESTION)
    entry = (await jakarta.get("/audit/entries", kind="check.asked")).json()[0]

    checkpoint = (await jakarta.get("/audit/checkpoint")).text
    proof = (await jakarta.get(f"/audit/proof/{entry['index']}")).json()
    beyond = await jakarta.get("/audit/proof/999999")

    assert proof["size"] == int(checkpoint.splitlines()[1])
    assert b64encode(root_of(entry, proof)).decode() == checkpoint.splitlines()[2]
    assert beyond.status_code == 404


def root_of(entry: Any, proof: Any) -> bytes:
    """RFC 9162 §2.1.3.2, written out once more."""
    here, last, found = proof["index"], proof["size"] - 1, bytes.fromhex(entry["leaf"])
    for step in map(bytes.fromhex, proof["path"]):
        if here & 1 or here == last:
            found = sha256(b"\1" + step + found).digest()
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = sha256(b"\1" + found + step).digest()
        here, last = here >> 1, last >> 1
    return found


async def test_the_log_is_verified_and_a_changed_entry_is_named(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")
    await jakarta.post("/checks", QUESTION)
    good = await jakarta.get("/audit/verification")

    jakarta.at.node.db.write(
        lambda tx: tx.execute(update(entries).where(entries.c.position == 1).values(kind="log.read"))
    )
    broken = await jakarta.get("/audit/verification")

    assert good.json()["size"] > 2
    assert (broken.status_code, broken.json()["code"]) == (400, "untrusted.log-broken")
    assert broken.json()["facts"]["index"] == 1


async def test_reading_the_log_is_in_the_log(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id")

    first = (await jakarta.get("/audit/entries", limit=2)).json()
    older = (await jakarta.get("/audit/entries", before=first[-1]["index"])).json()

    assert first[0]["kind"] == "log.read"
    assert [e["index"] for e in older] == sorted((e["index"] for e in older), reverse=True)
    assert older[0]["index"] < first[-1]["index"]


async def test_partners_and_policies_are_there_for_every_officer(agencies: Agencies) -> None:
    jakarta, _ = await agencies.open("id", "my")

    partners = (await jakarta.get("/partners")).json()
    policies = (await jakarta.get("/policies")).json()

    assert [(p["node"], p["country"], p["exercise"]) for p in partners] == [("my.latihan", "my", True)]
    assert all(p["annotations"]["explain_id"] and p["annotations"]["explain_en"] for p in policies)
