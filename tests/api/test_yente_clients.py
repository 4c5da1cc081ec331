"""A client made for yente, unchanged, against a node: the library `yente-client` itself asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from yente_client import (
    APIError,
    AsyncClient,
    AuthenticationError,
    BadRequestError,
    Company,
    NotFoundError,
    Person,
    RateLimitError,
    ScoredEntity,
)

from api.conftest import QUESTION, Agencies, Caller
from lintas.__main__ import doors
from lintas.api.errands import HEADERS
from lintas.audit import AuditKind
from lintas.model import Justification, Role
from lintas.policy import justified

REASON: Justification = justified(QUESTION["justification"])
IN_HEADERS = {name: str(QUESTION["justification"][field]) for field, name in HEADERS.items() if field != "offence"}
BUDI = Person(name="Budi Santoso", birthDate="1970-01-31")


@dataclass
class Yente:
    """A node, and clients of it."""

    at: Caller

    def client(self, key: str | None = None, **more: Any) -> AsyncClient:
        """A client with the key of an errand, unless another key is given."""
        transport = httpx.ASGITransport(self.at.client.app)
        return AsyncClient(base_url="http://node.test", api_key=key or self.errand(), transport=transport, **more)

    def errand(self, **changed: Any) -> str:
        people = self.at.at.node.people
        return people.errands.issue(self.at.at.officer, REASON, name="uji", days=1, **changed)

    def entries(self, kind: AuditKind) -> list[Any]:
        return [entry.event for entry in self.at.at.node.audit.entries(kind=kind)]


@pytest.fixture
async def yente(agencies: Agencies) -> Yente:
    (jakarta,) = await agencies.open("id")
    jakarta.at.knows("Budi Santoso", birthDate="1970-01-31", nationality="id", category="wanted")
    jakarta.at.knows("Dewi Lestari", birthDate="1988-04-02", nationality="my")
    return Yente(jakarta)


def first(results: list[ScoredEntity]) -> ScoredEntity:
    assert results
    return results[0]


async def test_a_person_is_matched_with_score_explanations_and_what_policy_shows(yente: Yente) -> None:
    found = await yente.client().match(BUDI)

    best = first(found.results)
    assert (best.caption, best.schema_, best.match) == ("Budi Santoso", "Person", True)
    assert 0.9 < best.score < 1
    assert best.properties["nationality"] == ["id"]
    assert best.datasets == [yente.at.at.node.us.node]
    assert best.explanations["birth_date"].score > 0
    assert "lahir" in str(best.explanations["birth_date"].detail)
    assert found.query["properties"]["name"] == ["Budi Santoso"]
    assert (found.total.value, found.limit) == (1, 5)


async def test_each_query_is_a_check_in_the_log_with_purpose_and_case_and_each_reading_too(yente: Yente) -> None:
    await yente.client().match(BUDI)

    (asked,) = yente.entries(AuditKind.CHECK_ASKED)
    (read,) = yente.entries(AuditKind.RECORD_READ)
    assert (asked.case, asked.purpose) == ("LAT/2026/001", "investigate")
    assert asked.actor == read.actor == f"officer:{yente.at.at.officer.id}"
    assert "LAT/2026/001" in read.facts["reason"]


async def test_who_is_not_known_is_not_found_and_the_question_stands_in_the_log(yente: Yente) -> None:
    found = await yente.client().match(Person(name="Siti Nurhaliza Contoh", birthDate="1950-06-07"))

    assert (found.results, found.total.value) == ([], 0)
    assert len(yente.entries(AuditKind.CHECK_ASKED)) == 1


async def test_an_ordinary_token_needs_the_reason_in_headers(yente: Yente) -> None:
    with pytest.raises(BadRequestError) as refused:
        await yente.client(yente.at.token).match(BUDI)
    found = await yente.client(yente.at.token, headers=IN_HEADERS).match(BUDI)

    assert "No reason, no query" in refused.value.detail
    assert "case_reference" in refused.value.detail
    assert first(found.results).caption == "Budi Santoso"
    assert len(yente.entries(AuditKind.CHECK_ASKED)) == 1


async def test_a_key_that_carries_its_reason_takes_no_other(yente: Yente) -> None:
    with pytest.raises(BadRequestError, match="carries its own reason"):
        await yente.client(headers={"Lintas-Case": "LP/2"}).match(BUDI)


async def test_without_a_key_nothing_is_told(yente: Yente) -> None:
    for key in ("nonsense", "lintas_errand_nonsense"):
        with pytest.raises(AuthenticationError) as refused:
            await yente.client(key).match(BUDI)
        assert refused.value.status_code == 401

    assert yente.entries(AuditKind.CHECK_ASKED) == []


async def test_a_key_of_an_errand_opens_nothing_but_matching(yente: Yente) -> None:
    bearer = {"Authorization": f"Bearer {yente.errand()}"}

    refused = await yente.at.client.get("/api/1/me", headers=bearer)

    assert refused.status_code == 401


async def test_a_program_of_the_agency_gets_a_key_for_a_stated_reason(yente: Yente) -> None:
    wanted = {"name": "OpenRefine", "justification": QUESTION["justification"], "days": 3}

    made = (await yente.at.post("/errands", wanted)).json()
    without = await yente.at.post("/errands", {**wanted, "justification": {"purpose": "investigate"}})
    auditor = await yente.at.colleague("audi", Role.AUDITOR).post("/errands", wanted)

    assert first((await yente.client(made["key"]).match(BUDI)).results).caption == "Budi Santoso"
    assert (without.status_code, without.json()["code"]) == (422, "invalid.unjustified")
    assert auditor.status_code == 403


async def test_two_records_are_put_side_by_side_for_a_reason(yente: Yente) -> None:
    ids = [yente.at.at.node.us.node + f"-{number}" for number in (1, 2)]

    told = (await yente.at.get(f"/records/{ids[0]}/beside/{ids[1]}", reason="Satu orang?")).json()
    without = await yente.at.get(f"/records/{ids[0]}/beside/{ids[1]}")

    assert [told["left"]["id"], told["right"]["id"]] == ids
    assert told["comparison"]["probability"] < 0.5
    assert {event.facts["record"] for event in yente.entries(AuditKind.RECORD_READ)} == set(ids)
    assert without.status_code == 422


async def test_an_ordinary_token_in_an_address_is_not_read(yente: Yente) -> None:
    refused = await yente.at.client.get("/catalog", params={"api_key": yente.at.token})

    assert refused.status_code == 401


async def test_a_key_that_was_withdrawn_opens_nothing(yente: Yente) -> None:
    key = yente.errand()
    issued = next(event for event in yente.entries(AuditKind.TOKEN_ISSUED) if event.facts.get("for") == "matching")
    yente.at.at.node.people.revoke_token(issued.facts["token"], by="system")

    with pytest.raises(AuthenticationError):
        await yente.client(key).match(BUDI)


async def test_an_officer_who_may_not_ask_is_refused_by_policy(yente: Yente) -> None:
    auditor = yente.at.colleague("audi", Role.AUDITOR)

    with pytest.raises(AuthenticationError) as refused:
        await yente.client(auditor.token, headers=IN_HEADERS).match(BUDI)

    assert refused.value.status_code == 403


async def test_a_description_that_fits_too_many_is_refused_before_anything_is_asked(yente: Yente) -> None:
    with pytest.raises(BadRequestError, match="too thin"):
        await yente.client().match(Person(name="Budi"))

    assert yente.entries(AuditKind.CHECK_ASKED) == []


async def test_a_spent_budget_says_when_to_come_again_and_stands_in_the_log(agencies: Agencies) -> None:
    (jakarta,) = await agencies.open("id", program_budget_hour=2)
    yente = Yente(jakarta)
    client = yente.client()

    for name in ("Budi Santoso", "Dewi Lestari"):
        await client.match(Person(name=name))
    with pytest.raises(RateLimitError) as refused:
        await client.match(Person(name="Joko Widodo Contoh"))

    assert refused.value.retry_after == 3600
    assert [event.facts["ground"] for event in yente.entries(AuditKind.CHECK_REFUSED)] == ["budget_spent"]
    assert len(yente.entries(AuditKind.CHECK_ASKED)) == 2


async def test_trying_dates_one_after_another_is_noticed(yente: Yente) -> None:
    client = yente.client()

    async def count_through_the_years() -> None:
        for year in range(1970, 1985):
            await client.match(Person(name="Budi Santoso", birthDate=f"{year}-03-04"))

    with pytest.raises(RateLimitError):
        await count_through_the_years()

    assert yente.entries(AuditKind.CHECK_REFUSED)[0].facts["ground"] == "enumeration"


async def test_a_search_finds_by_name_with_facets(yente: Yente) -> None:
    found = await yente.client().search("Santoso, Budi", schema="Person", facets=["countries", "datasets"])

    assert [entity.caption for entity in found.results] == ["Budi Santoso"]
    assert [(item.name, item.count) for item in found.facets["countries"].values] == [("id", 1)]
    assert (found.total.value, found.limit, found.offset) == (1, 10, 0)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"countries": ["id"]}, 1),
        ({"countries": ["th"]}, 0),
        ({"exclude_schemata": ["LegalEntity"]}, 0),
        ({"changed_since": "2100-01-01"}, 0),
        ({"filter": ["birthDate:1970-01-31"]}, 1),
        ({"topics": ["sanction"]}, 0),
    ],
)
async def test_filters_leave_out_what_they_say(yente: Yente, filters: dict[str, Any], count: int) -> None:
    found = await yente.client().search("Budi Santoso", schema="Person", **filters)

    assert found.total.value == count


async def test_a_false_match_can_be_left_out_by_its_id(yente: Yente) -> None:
    client = yente.client()
    known = first((await client.match(BUDI)).results).id

    assert (await client.match(BUDI, exclude_entities=[known])).results == []


async def test_threshold_and_cutoff_decide_what_is_a_match_and_what_is_told(yente: Yente) -> None:
    client = yente.client()
    unsure = Person(name="Budi Santoso", birthDate="1970")

    told = await client.match(unsure, threshold=1.0, cutoff=0.0)

    assert [result.match for result in told.results] == [False]
    assert (await client.match(unsure, threshold=1.0, cutoff=1.0)).results == []


async def test_an_entity_is_read_by_its_id_and_the_reading_logged(yente: Yente) -> None:
    client = yente.client()
    known = first((await client.match(BUDI)).results).id

    read = await client.fetch(known)

    assert (read.id, read.caption) == (known, "Budi Santoso")
    assert len(yente.entries(AuditKind.RECORD_READ)) == 2
    with pytest.raises(NotFoundError):
        await client.fetch("nobody")


async def test_the_catalogue_names_our_records_every_partner_and_all(agencies: Agencies) -> None:
    jakarta, _penang = await agencies.open("id", "my")

    told = await Yente(jakarta).client().datasets()

    assert {entry.name for entry in told.datasets} == {"default", "my.latihan", "all"}
    assert told.current


async def test_a_partner_can_be_asked_and_tells_no_value(agencies: Agencies) -> None:
    jakarta, penang = await agencies.open("id", "my")
    jakarta.at.knows("Budi Santoso", birthDate="1970-01-31")
    penang.at.knows("Budi Santoso", birthDate="1970-01-31", category="wanted", handling="H1")

    found = await Yente(jakarta).client().match(BUDI, datasets=["my.latihan"])

    best = first(found.results)
    assert len(found.results) == 1, "only what that partner tells"
    assert best.datasets == ["my.latihan"]
    assert best.properties == {}
    assert best.caption.startswith("Possible match at")
    assert best.explanations["birth_date"].score > 0


async def test_who_was_asked_and_did_not_answer_is_named(agencies: Agencies) -> None:
    jakarta, penang = await agencies.open("id", "my", answer_within=0.3)
    penang.at.falls_silent()

    raw = await jakarta.client.post(
        "/match/all",
        headers={"Authorization": f"ApiKey {Yente(jakarta).errand()}"},
        json={"queries": {"a": {"schema": "Person", "properties": {"name": "Budi Santoso"}}}},
    )

    told = raw.json()["responses"]["a"]
    assert (told["status"], told["results"]) == (504, [])
    assert [(row["node"], row["state"]) for row in told["lintas"]["unanswered"]] == [("my.latihan", "late")]


async def test_a_company_is_asked_as_a_company_and_a_legal_entity_as_both(yente: Yente) -> None:
    client = yente.client()

    await client.match(Company(name="PT Contoh Jaya"))
    await yente.at.client.post(
        "/match/default",
        headers={"Authorization": f"ApiKey {yente.errand()}"},
        json={"queries": {"a": {"schema": "LegalEntity", "properties": {"name": ["Contoh Jaya"]}}}},
    )

    assert sorted(event.facts["kind"] for event in yente.entries(AuditKind.CHECK_ASKED)) == [
        "company",
        "company",
        "person",
    ]


@pytest.mark.parametrize(
    "how",
    [{"algorithm": "logic-v2"}, {"weights": {"name_match": 1.0}}, {"config": {"nm_x": 1}}, {"limit": 10_000}],
)
async def test_what_is_not_done_here_is_refused_and_not_ignored(yente: Yente, how: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        await yente.client().match(BUDI, **how)


async def test_a_data_set_that_is_not_here_is_not_found(yente: Yente) -> None:
    with pytest.raises(NotFoundError):
        await yente.client().match(BUDI, datasets=["sanctions"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"queries": {}}',
        b'{"queries": {"a": {"schema": "Banana", "properties": {"name": ["x"]}}}}',
        b'{"queries": {"a": {"schema": "Address", "properties": {"full": ["Jalan Contoh 1"]}}}}',
        b'{"queries": {"a": {"schema": "Person", "properties": {}}}}',
        b'{"queries": {"a": {"schema": "Person", "properties": {"nonsense": ["x"]}}}}',
        b'{"queries": 1}',
    ],
)
async def test_a_body_that_asks_nothing_is_told_in_a_sentence(yente: Yente, body: bytes) -> None:
    said = await yente.at.client.post(
        "/match/default", content=body, headers={"Authorization": f"ApiKey {yente.errand()}"}
    )

    assert said.status_code == 400
    assert said.json()["detail"]


@pytest.mark.parametrize("q", ["", "  ", "***"])
async def test_a_search_for_nothing_is_refused(yente: Yente, q: str) -> None:
    with pytest.raises(BadRequestError):
        await yente.client().search(q)


async def test_algorithms_and_health_are_told_as_yente_tells_them(yente: Yente) -> None:
    client = yente.client()

    assert (await client.algorithms()).best == "lintas"
    assert (await client.healthz()).status == (await client.readyz()).status == "ok"


async def test_a_node_opens_these_doors_beside_its_pages_and_its_api(yente: Yente) -> None:
    app: Any = doors(yente.at.at.node)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node.test") as browser:
        page, document = await browser.get("/en/about"), await browser.get("/api/1/openapi.json")
    client = AsyncClient(base_url="http://node.test", api_key=yente.errand(), transport=httpx.ASGITransport(app))

    assert first((await client.match(BUDI)).results).caption == "Budi Santoso"
    assert (page.headers["content-type"].partition(";")[0], page.status_code) == ("text/html", 200)
    assert document.json()["info"]["title"] == "Lintas"


async def test_an_address_that_is_not_there_is_told_in_the_same_form(yente: Yente) -> None:
    with pytest.raises(APIError) as refused:
        await yente.client().adjacent("somebody")

    assert refused.value.status_code == 404
