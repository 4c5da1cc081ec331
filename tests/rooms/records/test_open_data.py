"""Exports of OpenSanctions and Aleph as they are, field by field; the people are invented."""

from __future__ import annotations

import pytest

from lintas.model import SubjectCategory, SubjectKind
from lintas.records import Marks
from rooms.records.record_makers import Register

TARGETS_NESTED = {
    "id": "NK-7wXk2",
    "caption": "Bambang Suryadi",
    "schema": "Person",
    "properties": {
        "name": ["Bambang Suryadi", "SURYADI, Bambang"],
        "alias": ["Bang Surya"],
        "birthDate": ["1971-03-05", "1971"],
        "nationality": ["id"],
        "topics": ["crime.traffick"],
        "addressEntity": [
            {
                "id": "addr-5f2",
                "caption": "Jalan Kenanga 7, Batam",
                "schema": "Address",
                "properties": {"full": ["Jalan Kenanga 7, Batam"], "city": ["Batam"], "country": ["id"]},
                "referents": [],
                "datasets": ["id_latihan"],
                "first_seen": "2024-02-01T00:00:00",
                "last_seen": "2025-01-01T00:00:00",
                "target": False,
            }
        ],
        "sanctions": [
            {
                "id": "id-latihan-s1",
                "caption": "Daftar latihan",
                "schema": "Sanction",
                "properties": {"entity": ["NK-7wXk2"], "program": ["LATIHAN"], "startDate": ["2024-01-31"]},
                "referents": [],
                "datasets": ["id_latihan"],
            }
        ],
        "ownershipOwner": [
            {
                "id": "own-1",
                "schema": "Ownership",
                "properties": {
                    "owner": ["NK-7wXk2"],
                    "percentage": ["60"],
                    "asset": [{"id": "NK-co", "schema": "Company", "properties": {"name": ["PT Bahari Latihan"]}}],
                },
            }
        ],
        "familyPerson": [
            {
                "id": "fam-1",
                "schema": "Family",
                "properties": {
                    "relationship": ["brother"],
                    "relative": [{"id": "NK-bro", "schema": "Person", "properties": {"name": ["Bagus Suryadi"]}}],
                },
            }
        ],
    },
    "referents": ["id-latihan-17"],
    "datasets": ["id_latihan", "my_latihan"],
    "first_seen": "2024-02-01T00:00:00",
    "last_seen": "2025-01-01T00:00:00",
    "last_change": "2024-12-01T00:00:00",
    "target": True,
}
BROTHER = {
    "id": "NK-bro",
    "caption": "Bagus Suryadi",
    "schema": "Person",
    "properties": {"name": ["Bagus Suryadi"], "birthDate": ["1975"]},
    "datasets": ["my_latihan"],
    "first_seen": "2024-05-01T00:00:00",
}


@pytest.fixture
def taken(register: Register) -> Register:
    result = register.take(
        register.lines(TARGETS_NESTED, BROTHER), source="OpenSanctions", marks=Marks(category=SubjectCategory.SUSPECT)
    )
    assert (result.rows, result.new, result.rejected, result.set_aside) == (2, 7, 0, 0)
    return register


def test_the_person_and_everything_around_them_become_records(taken: Register) -> None:
    assert taken.records.counts() == {
        "Person": 2,
        "Address": 1,
        "Sanction": 1,
        "Ownership": 1,
        "Company": 1,
        "Family": 1,
    }


def test_links_point_as_followthemoney_says_they_do(taken: Register) -> None:
    person, sanction, ownership, family = taken.records.many(["NK-7wXk2", "id-latihan-s1", "own-1", "fam-1"])

    assert person.values("addressEntity") == ("addr-5f2",)
    assert sanction.values("entity") == ("NK-7wXk2",)
    assert (ownership.values("owner"), ownership.values("asset")) == (("NK-7wXk2",), ("NK-co",))
    assert (family.values("person"), family.values("relative")) == (("NK-7wXk2",), ("NK-bro",))


def test_each_value_names_the_datasets_it_is_from(taken: Register) -> None:
    person, address, company = taken.records.many(["NK-7wXk2", "addr-5f2", "NK-co"])

    assert {statement.source for statement in person.statements} == {"id_latihan + my_latihan"}
    assert {statement.source for statement in address.statements} == {"id_latihan"}
    assert {statement.source for statement in company.statements} == {"OpenSanctions"}
    assert {statement.seen for statement in person.statements} == {"2024-02-01"}


def test_what_two_lines_say_about_one_person_is_put_together(taken: Register) -> None:
    brother = taken.records.get("NK-bro")

    assert brother.properties["birthDate"] == ("1975",)
    assert {(s.prop, s.source) for s in brother.statements} == {
        ("name", "OpenSanctions"),
        ("name", "my_latihan"),
        ("birthDate", "my_latihan"),
    }


def test_everybody_can_be_found(taken: Register) -> None:
    assert taken.found(name="Bambang Surjadi", birthDate="1971-03-05")[0] == "NK-7wXk2"
    assert taken.found(SubjectKind.COMPANY, name="Bahari Latihan")[0] == "NK-co"


def test_a_stream_of_aleph_with_its_own_fields_is_read_too(desk: Register) -> None:
    line = {
        "id": "5a1c.d3",
        "schema": "Company",
        "properties": {"name": ["PT Bahari Latihan"], "registrationNumber": ["AHU-123"], "country": ["ID"]},
        "context": {"role_id": "7", "mutable": False},
        "collection_id": 3,
        "updated_at": "2024-01-01T00:00:00",
    }

    result = desk.take(desk.lines(line))

    assert (result.new, result.set_aside) == (1, 0)
    assert desk.records.get("5a1c.d3").values("country") == ("id",)
