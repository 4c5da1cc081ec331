"""Lines of FollowTheMoney: flat and nested, ours and others', right and wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.model import Grading, Handling, InformationGrade, Record, SourceGrade, SovereignFlag, SubjectCategory
from lintas.records import Marks
from lintas.records.importing.flaws import EXPLAINED, Flaw, Reason
from lintas.records.importing.jsonlines import LineReader, id_of, is_nested
from rooms.records.record_makers import entity

READER = LineReader(source="polda", seen="2026-01-01", marks=Marks(category=SubjectCategory.CONTACT))


def read(line: dict[str, Any] | str | bytes, reader: LineReader = READER) -> tuple[list[Record], list[Flaw]]:
    raw = line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
    parts, flaws = reader.read(7, raw)
    return [part.record for part in parts], flaws


def test_an_export_of_opensanctions_is_read_as_it_is() -> None:
    line = {
        "id": "NK-aGy6cC",
        "caption": "Budi SANTOSO",
        "schema": "Person",
        "properties": {"name": ["Santoso", "Budi SANTOSO"], "birthDate": ["1970-05"], "topics": ["sanction"]},
        "referents": ["ofac-1"],
        "datasets": ["us_ofac_sdn"],
        "first_seen": "2023-04-20T08:09:12",
        "last_seen": "2024-01-01T00:00:00",
        "last_change": "2024-01-01T00:00:00",
        "target": True,
    }

    (record,), flaws = read(line)

    assert flaws == []
    assert record.values("name") == ("Budi SANTOSO", "Santoso")  # the caption first
    assert {(s.source, s.seen) for s in record.statements} == {("us_ofac_sdn", "2023-04-20")}
    assert record.category is SubjectCategory.CONTACT


def test_a_value_that_was_cleaned_keeps_what_the_source_wrote() -> None:
    (record,), _ = read(entity(name="  Budi   Santoso ", nationality="Indonesia", birthDate="1970-05-01"))

    kept = {s.prop: (s.value, s.original) for s in record.statements}
    assert kept == {
        "name": ("Budi Santoso", "  Budi   Santoso "),
        "nationality": ("id", "Indonesia"),
        "birthDate": ("1970-05-01", None),
    }


def test_a_line_of_ours_carries_its_marks() -> None:
    said = {
        "category": "victim",
        "handling": "H1",
        "sovereign_flag": "not_executable_here",
        "protections": ["child"],
        "grading": {"source": "A", "information": "1"},
        "invented": True,
    }

    (record,), _ = read(entity(name="Ani", lintas=said))

    assert (record.category, record.handling) == (SubjectCategory.VICTIM, Handling.H1)
    assert (record.sovereign_flag, record.protections) == (SovereignFlag.NOT_EXECUTABLE_HERE, {"child"})
    assert record.invented
    assert record.statements[0].grading == Grading(source=SourceGrade.A, information=InformationGrade.G1)


def test_what_a_nested_entity_contains_become_records_of_their_own() -> None:
    line = entity(
        "p-1",
        name="Budi",
        addressEntity=[entity("a-1", "Address", full="Jalan Merdeka 1")],
        ownershipOwner=[entity("o-1", "Ownership", asset=[entity("c-1", "Company", name="PT Maju")])],
    )

    records, flaws = read(line)

    assert flaws == []
    assert {(r.id, r.schema) for r in records} == {
        ("p-1", "Person"),
        ("a-1", "Address"),
        ("o-1", "Ownership"),
        ("c-1", "Company"),
    }
    by_id = {record.id: record.properties for record in records}
    assert by_id["p-1"] == {"name": ("Budi",), "addressEntity": ("a-1",)}
    assert by_id["o-1"] == {"asset": ("c-1",), "owner": ("p-1",)}  # a reversed link is stored where it points from


def test_nesting_is_seen_and_a_value_that_speaks_of_schemata_is_not_taken_for_it() -> None:
    assert is_nested(json.dumps(entity(addressEntity=[entity("a-1", "Address")])).encode())
    assert not is_nested(json.dumps(entity(name='the "schema" of Budi')).encode())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "p-1", "schema": "Pers', Reason.NOT_JSON),
        (b'{"id": "p-1", "schema": "Person", "properties": {"name": ["\xff"]}}', Reason.NOT_JSON),
        ("[" * 100_000, Reason.NOT_ENTITY),
        ('"Budi"', Reason.NOT_ENTITY),
        ('{"id": 7, "schema": "Person", "properties": {}}', Reason.NOT_ENTITY),
        (entity(name="Budi", lintas={"category": "terorist"}), Reason.WRONG_MARK),
        (entity(name="Budi", lintas={"score": 9}), Reason.WRONG_MARK),
        (entity("", name="Budi"), Reason.WRONG_ID),
        (entity("p 1", name="Budi"), Reason.WRONG_ID),
        (entity("p" * 201, name="Budi"), Reason.WRONG_ID),
        (entity("p-1", "Orang", name="Budi"), Reason.UNKNOWN_SCHEMA),
        (entity("p-1", "Thing", name="Budi"), Reason.UNKNOWN_SCHEMA),
        (entity("p-1", "Risk", name="Budi"), Reason.UNKNOWN_SCHEMA),
        (entity(birthDate="1970"), Reason.NO_NAME),
        (entity(name="  "), Reason.NO_NAME),
        (entity("o-1", "Ownership", owner="p-1"), Reason.INCOMPLETE),
        (entity("d-1", "Passport", country="id"), Reason.INCOMPLETE),
        (entity("v-1", "Vehicle"), Reason.INCOMPLETE),
    ],
)
def test_a_line_that_is_no_record_is_rejected_with_its_reason_and_kept_for_the_report(
    line: dict[str, Any] | str | bytes, reason: Reason
) -> None:
    records, flaws = read(line)

    assert records == []
    (flaw,) = [flaw for flaw in flaws if flaw.rejects]
    assert (flaw.row, flaw.reason) == (7, reason)
    assert flaw.raw


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"birthDate": "31 Februari"}, Reason.INVALID_VALUE),
        ({"nationality": "Atlantis"}, Reason.INVALID_VALUE),
        ({"riskSource": "x"}, Reason.UNKNOWN_PROPERTY),
        ({"shoeSize": "42"}, Reason.UNKNOWN_PROPERTY),
    ],
)
def test_a_value_that_cannot_be_kept_is_set_aside_and_the_record_imported(
    properties: dict[str, str], reason: Reason
) -> None:
    (record,), (flaw,) = read(entity(name="Budi", **properties))

    assert record.properties == {"name": ("Budi",)}
    assert (flaw.reason, flaw.rejects, flaw.record) == (reason, False, "p-1")
    assert {flaw.prop: flaw.value} == properties


@pytest.mark.parametrize(
    ("schema", "prop", "wrong", "right"),
    [
        ("Device", "imei", "490154203237519", "490154203237518"),
        ("Container", "containerNumber", "CSQU3054384", "CSQU3054383"),
        ("Vehicle", "vin", "1HGCM82633A004353", "1HGCM82633A004352"),
        ("Vessel", "mmsi", "12", "256862000"),
    ],
)
def test_a_number_with_a_wrong_check_digit_is_kept_and_told(schema: str, prop: str, wrong: str, right: str) -> None:
    (record,), (flaw,) = read(entity("x-1", schema, name="X", **{prop: wrong}))

    assert record.values(prop) == (wrong,)
    assert (flaw.reason, flaw.rejects, flaw.value) == (Reason.DOUBTFUL, False, wrong)
    assert "problem" in flaw.why
    assert read(entity("x-1", schema, name="X", **{prop: right}))[1] == []


def test_people_known_by_an_alias_or_by_one_word_only_are_people() -> None:
    for known in ({"alias": "Kancil"}, {"name": "Sukarno"}, {"firstName": "Siti"}):
        records, flaws = read(entity(**known))

        assert (len(records), flaws) == (1, [])


def test_a_stolen_paper_needs_no_holder() -> None:
    records, flaws = read(entity("d-1", "Passport", number="A1234567", country="id"))

    assert (len(records), flaws) == (1, [])


@pytest.mark.parametrize(
    ("inside", "reasons"),
    [
        ({"id": 5}, [Reason.INVALID_VALUE]),
        ({"schema": 7}, [Reason.WRONG_ID]),
        (entity("a 1", "Address", full="Jalan Merdeka"), [Reason.INVALID_VALUE, Reason.WRONG_ID]),
    ],
)
def test_an_entity_may_not_contain_nonsense(inside: dict[str, Any], reasons: list[Reason]) -> None:
    records, flaws = read(entity(name="Budi", addressEntity=[inside]))

    assert [record.id for record in records] == ["p-1"]
    assert [flaw.reason for flaw in flaws] == reasons


def test_a_telephone_number_without_country_is_dialled_from_the_one_country_there_is() -> None:
    at_home, flaws = read(entity(name="Budi", phone="0812-3456-7890", nationality="Indonesia"))
    somewhere, lost = read(entity(name="Budi", phone="0812-3456-7890", nationality=["id", "my"]))
    nowhere, gone = read(entity(name="Budi", phone="0812-3456-7890", nationality="suhh"))

    assert (at_home[0].values("phone"), flaws) == (("+6281234567890",), [])
    assert somewhere[0].values("phone") == nowhere[0].values("phone") == ()
    assert [flaw.prop for flaw in lost + gone] == ["phone", "phone"]


@given(st.binary(max_size=80) | st.text().map(str.encode))
def test_no_line_whatever_makes_the_reader_stumble(raw: bytes) -> None:
    records, flaws = read(raw)

    assert records or flaws
    assert isinstance(id_of(raw), str)


@given(st.dictionaries(st.sampled_from(["name", "alias", "birthDate", "gender"]), st.lists(st.text()), min_size=1))
def test_every_value_given_is_kept_or_told_or_empty(properties: dict[str, list[str]]) -> None:
    records, flaws = read({"id": "p-1", "schema": "Person", "properties": properties})

    given_values = {(prop, v) for prop, values in properties.items() for v in values if v.strip()}
    kept = {(s.prop, s.original or s.value) for record in records for s in record.statements}
    told = {(flaw.prop, flaw.value) for flaw in flaws if not flaw.rejects}
    rejected = any(flaw.rejects for flaw in flaws)
    doubles = {(s.prop, s.value) for record in records for s in record.statements}
    assert rejected or all(v in kept | told or _cleaned(v) in doubles for v in given_values)


def _cleaned(pair: tuple[str, str]) -> tuple[str, str | None]:
    from lintas.model.schemata import clean  # noqa: PLC0415

    return pair[0], clean("Person", *pair)


def test_every_reason_has_a_sentence_and_a_remedy() -> None:
    assert set(EXPLAINED) == set(Reason)
    assert all(sentence.endswith(".") and remedy.endswith(".") for sentence, remedy in EXPLAINED.values())


def test_the_id_of_a_line_is_found_without_reading_the_rest() -> None:
    assert id_of(json.dumps(entity("p-9")).encode()) == "p-9"
    assert id_of(b"{broken") == ""
