"""Calls in the form in which OpenRefine's server and page send them, against a node.

They are written by hand after its source (3.8); OpenRefine itself does not run here. The manifest and the suggestions
are asked for by the page, from its own address; queries and extensions by the server, as forms. Answers are held
against the Final Community Group Report 0.2 of 10 April 2023, member by member.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.conftest import QUESTION, Agencies, Caller
from lintas.audit import AuditKind
from lintas.policy import justified

PAGE = {"Origin": "http://127.0.0.1:3333", "Accept": "application/json, text/javascript, */*; q=0.01"}
SERVER = {"User-Agent": "OpenRefine 3.8.2", "Accept": "application/json"}
BUDI = {
    "query": "Budi Santoso",
    "type": "Person",
    "type_strict": "should",
    "limit": 5,
    "properties": [{"pid": "birthDate", "v": "1970-01-31"}],
}


@dataclass
class OpenRefine:
    """OpenRefine with the address of the service, as the officer pasted it."""

    at: Caller
    key: str

    async def page(self, path: str = "", **query: str) -> Any:
        """The page asks."""
        params = {"api_key": self.key, **query}
        return await self.at.client.get(f"/reconcile/default{path}", params=params, headers=PAGE)

    async def server(self, **form: object) -> Any:
        """The server posts a form."""
        fields = {name: json.dumps(value) for name, value in form.items()}
        return await self.at.client.post(
            "/reconcile/default", params={"api_key": self.key}, data=fields, headers=SERVER
        )

    async def asks(self, **queries: object) -> Any:
        said = await self.server(queries=queries)
        assert said.status_code == 200, said.text
        return said.json()

    def entries(self, kind: AuditKind) -> list[Any]:
        return [entry.event for entry in self.at.at.node.audit.entries(kind=kind)]


@pytest.fixture
async def refine(agencies: Agencies) -> OpenRefine:
    (jakarta,) = await agencies.open("id")
    jakarta.at.knows("Budi Santoso", birthDate="1970-01-31", nationality="id", phone="+6281234567890")
    reason = justified(QUESTION["justification"])
    key = jakarta.at.node.people.errands.issue(jakarta.at.officer, reason, name="OpenRefine", days=1)
    return OpenRefine(jakarta, key)


async def test_the_manifest_has_what_the_report_asks_for_and_hands_the_key_on(refine: OpenRefine) -> None:
    said = await refine.page()
    manifest = said.json()

    assert said.headers["Access-Control-Allow-Origin"] == "*"
    assert "0.2" in manifest["versions"]
    assert all(isinstance(manifest[name], str) for name in ("name", "identifierSpace", "schemaSpace"))
    assert "{{id}}" in manifest["view"]["url"]
    assert {one["id"] for one in manifest["defaultTypes"]} >= {"Person", "Company", "Vessel"}
    services = [manifest["suggest"]["type"], manifest["suggest"]["property"], manifest["extend"]["propose_properties"]]
    assert all(f"api_key={refine.key}" in one["service_path"] for one in services)
    assert all(urlsplit(one["service_url"]).path == "/reconcile/default" for one in services)


async def test_the_manifest_offers_no_leafing_through_the_register(refine: OpenRefine) -> None:
    manifest = (await refine.page()).json()

    assert "entity" not in manifest["suggest"]
    assert "preview" not in manifest
    assert (await refine.page("/suggest/entity", prefix="Budi")).status_code == 404


async def test_a_batch_is_answered_query_by_query(refine: OpenRefine) -> None:
    told = await refine.asks(q0=BUDI, q1={**BUDI, "query": "Siti Contoh", "properties": []})

    (best,) = told["q0"]["result"]
    assert best["name"] == "Budi Santoso"
    assert best["type"] == [{"id": "Person", "name": best["type"][0]["name"]}]
    assert 90 < best["score"] < 100
    assert "birth_date" in {feature["id"] for feature in best["features"]}
    assert told["q1"] == {"result": []}


async def test_a_program_never_identifies_by_itself(refine: OpenRefine) -> None:
    told = await refine.asks(q0=BUDI)

    assert [one["match"] for one in told["q0"]["result"]] == [False]


async def test_queries_may_stand_in_the_address_too(refine: OpenRefine) -> None:
    told = (await refine.page(queries=json.dumps({"q0": BUDI}))).json()

    assert told["q0"]["result"][0]["name"] == "Budi Santoso"


async def test_every_query_is_a_check_with_purpose_and_case(refine: OpenRefine) -> None:
    await refine.asks(q0=BUDI)

    (asked,) = refine.entries(AuditKind.CHECK_ASKED)
    assert (asked.case, asked.purpose) == ("LAT/2026/001", "investigate")


async def test_guessing_a_type_for_a_column_asks_nobody(refine: OpenRefine) -> None:
    told = await refine.asks(q0={"query": "Budi Santoso", "limit": 3}, q1={"query": "Dewi Lestari", "limit": 3})

    assert [one["result"][0]["type"] for one in told.values()] == [[], []]
    assert refine.entries(AuditKind.CHECK_ASKED) == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"query": "Budi", "type": "Person"}, "too thin"),
        ({"query": "", "type": "Person"}, "nothing is said"),
        ({"query": "Budi Santoso", "type": "Banana"}, "no schema of that name"),
        ({"query": "Budi Santoso", "type": ["Person", "Company"]}, "choose one type"),
    ],
)
async def test_a_query_that_cannot_be_asked_says_so_where_it_is_seen(
    refine: OpenRefine, query: dict[str, Any], says: str
) -> None:
    told = await refine.asks(q0=BUDI, q1=query)

    (row,) = told["q1"]["result"]
    assert row["name"].startswith("NOT ASKED.")
    assert says in row["name"]
    assert (row["score"], row["match"]) == (0, False)
    assert told["q0"]["result"][0]["name"] == "Budi Santoso"


async def test_values_that_were_reconciled_before_are_asked_by_their_name(refine: OpenRefine) -> None:
    query = {**BUDI, "properties": [{"pid": "Person:nationality", "v": {"id": "id", "name": "Indonesia"}}]}

    told = await refine.asks(q0={**query, "properties": [*query["properties"], *BUDI["properties"]]})

    assert "country" in {feature["id"] for feature in told["q0"]["result"][0]["features"]}


@pytest.mark.parametrize(("prefix", "ids"), [("per", {"Person"}), ("ves", {"Vessel"}), ("", set()), ("zzz", set())])
async def test_types_are_suggested_by_the_beginning_of_a_word(refine: OpenRefine, prefix: str, ids: set[str]) -> None:
    told = (await refine.page("/suggest/type", prefix=prefix)).json()

    assert {one["id"] for one in told["result"]} >= ids
    assert bool(told["result"]) is bool(ids)


async def test_properties_are_suggested_by_their_name(refine: OpenRefine) -> None:
    told = (await refine.page("/suggest/property", prefix="birth", type="Person")).json()

    assert {"birthDate", "birthPlace"} <= {one["id"] for one in told["result"]}
    assert all(one["name"] for one in told["result"])


async def test_columns_can_be_added_and_each_reading_is_in_the_log(refine: OpenRefine) -> None:
    known = (await refine.asks(q0=BUDI))["q0"]["result"][0]["id"]
    before = len(refine.entries(AuditKind.RECORD_READ))

    offered = (await refine.page("/extend/property", type="Person", limit="0")).json()
    columns = [{"id": "nationality", "settings": {}}, {"id": "phone", "settings": {"limit": "1"}}]
    told = (await refine.server(extend={"ids": [known, "nobody"], "properties": columns})).json()

    assert {"nationality", "birthDate"} <= {one["id"] for one in offered["properties"]}
    assert [one["id"] for one in told["meta"]] == ["nationality", "phone"]
    assert told["rows"][known] == {"nationality": [{"str": "id"}], "phone": [{"str": "+6281234567890"}]}
    assert told["rows"]["nobody"] == {"nationality": [], "phone": []}
    assert len(refine.entries(AuditKind.RECORD_READ)) == before + 1


async def test_without_a_key_not_even_the_manifest_is_told(refine: OpenRefine) -> None:
    for key in ("", "nonsense", refine.at.token):
        refused = await OpenRefine(refine.at, key).page()
        assert refused.status_code == 401
        assert refused.headers["Access-Control-Allow-Origin"] == "*", "so that the page can show the sentence"


async def test_a_service_over_a_partner_says_when_the_partner_does_not_answer(agencies: Agencies) -> None:
    jakarta, penang = await agencies.open("id", "my", answer_within=0.3)
    penang.at.falls_silent()
    key = jakarta.at.node.people.errands.issue(
        jakarta.at.officer, justified(QUESTION["justification"]), name="OpenRefine", days=1
    )

    said = await jakarta.client.post(
        "/reconcile/my.latihan", params={"api_key": key}, data={"queries": json.dumps({"q0": BUDI})}
    )

    assert [row["name"] for row in said.json()["q0"]["result"]] == ["NO ANSWER from my.latihan: late"]


@pytest.mark.parametrize("form", [{"queries": "{"}, {"queries": "[]"}, {"queries": "{}"}, {"extend": "{}"}])
async def test_a_form_that_asks_nothing_is_refused_in_a_sentence(refine: OpenRefine, form: dict[str, str]) -> None:
    said = await refine.at.client.post("/reconcile/default", params={"api_key": refine.key}, data=form)

    assert (said.status_code, said.json()["status"]) == (400, "error")
    assert said.json()["message"]


async def test_a_service_that_is_not_here_is_not_found(refine: OpenRefine) -> None:
    said = await refine.at.client.get("/reconcile/sanctions", params={"api_key": refine.key})

    assert said.status_code == 404
