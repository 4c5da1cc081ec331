"""The network's file: every number is one of ours, every reference is kept, and every change has a word."""

from __future__ import annotations

from datetime import date

import pytest

from lintas.exercises.world import World, identifiers
from lintas.exercises.world.network import PREFIX, NetworkEntity, OnFile, network
from lintas.exercises.world.tables import table
from lintas.exercises.world.variants import CHANGES
from lintas.model import Record, SubjectCategory
from lintas.policy.marks import marks_of

WORDS = {*CHANGES, "own_script", "day_month_swapped", "year_only", "year_off_by_one", "doubled_single_name"}
PEOPLE = {name: entity for name, entity in network().items() if entity.is_somebody}
FILED = [(name, node, record) for name, entity in network().items() for node, record in entity.records.items()]
by_record = pytest.mark.parametrize(
    ("name", "node", "record"), FILED, ids=[f"{name}-{node.partition('.')[0]}" for name, node, _ in FILED]
)


def values(record: OnFile, prop: str) -> tuple[str, ...]:
    found = record.properties.get(prop, ())
    return (found,) if isinstance(found, str) else found


def ours(country: str) -> set[str]:
    """All passport and phone numbers, and whatever else has only a serial, that the network may use."""
    serials = range(1000)
    made = {identifiers.passport(country, serial) for serial in serials}
    made |= {identifiers.phone(country, serial) for serial in serials}
    made |= {identifiers.plate(country, serial) for serial in serials}
    for make in (identifiers.vin, identifiers.imo, identifiers.imei, identifiers.container, identifiers.account):
        made |= {make(serial) for serial in serials}
    return made


OURS = {number for country in identifiers.PHONE_RANGES for number in ours(country)}


@by_record
def test_a_number_in_the_file_is_one_that_belongs_to_nobody(name: str, node: str, record: OnFile) -> None:
    props = ("passportNumber", "phone", "vin", "imoNumber", "imei", "containerNumber", "accountNumber", "number")

    assert [number for prop in props for number in values(record, prop) if number not in OURS] == []


@pytest.mark.parametrize("entity", PEOPLE.values(), ids=PEOPLE)
def test_an_identity_number_belongs_to_its_birth_date(entity: NetworkEntity) -> None:
    for record in entity.records.values():
        for number in values(record, "idNumber"):
            (country,), (born,), (gender,) = (values(record, prop) for prop in ("nationality", "birthDate", "gender"))
            day = date.fromisoformat(born)
            assert number in {identifiers.national_id(country, serial, day, gender) for serial in range(1000)}


@by_record
def test_a_record_is_kept_by_one_of_the_five_nodes(name: str, node: str, record: OnFile) -> None:
    assert node in table("places")


@by_record
def test_a_reference_leads_to_an_entity_written_before(name: str, node: str, record: OnFile) -> None:
    names = list(network())

    for prop in record.properties:
        for value in values(record, prop):
            if value.startswith("@"):
                assert node in network()[value[1:]].records
                assert names.index(value[1:]) < names.index(name)


@by_record
def test_a_difference_from_the_truth_has_a_word(name: str, node: str, record: OnFile) -> None:
    assert set(record.changes) <= WORDS


@pytest.mark.parametrize("name", [name for name, entity in network().items() if entity.role])
def test_a_role_is_told_in_both_languages(name: str) -> None:
    assert network()[name].role.keys() == {"id", "en"}


@pytest.mark.parametrize("name", [n for n, e in PEOPLE.items() if len(e.records) > 1])
def test_whoever_crosses_a_border_is_written_differently_there(name: str) -> None:
    names = {values(record, "name") for record in PEOPLE[name].records.values()}

    assert len(names) == len(PEOPLE[name].records)


def test_the_region_s_scripts_meet_in_the_network() -> None:
    written = "".join(
        value for entity in PEOPLE.values() for r in entity.records.values() for value in values(r, "name")
    )

    for first, last in (("\u0e00", "\u0e7f"), ("\u0600", "\u06ff"), ("\u4e00", "\u9fff"), ("\u0b80", "\u0bff")):
        assert any(first <= sign <= last for sign in written)


@pytest.mark.parametrize("name", [name for name in PEOPLE if name.startswith("victim")])
def test_a_victim_is_protected_wherever_the_victim_was_found(name: str) -> None:
    for record in PEOPLE[name].records.values():
        if record.marks.category is SubjectCategory.VICTIM:
            assert "victim" in record.marks.protections


def test_nobody_of_the_network_is_marked_in_a_way_policy_does_not_understand(world: World) -> None:
    of_network = [record for name in network() for _, record in world.records_of(PREFIX + name)]

    assert len(of_network) == len(FILED)
    assert all(marks_of(record).understood for record in of_network)


@by_record
def test_what_the_file_says_stands_in_the_world(name: str, node: str, record: OnFile, world: World) -> None:
    (entered,) = (found for where, found in world.records_of(PREFIX + name) if where == node)

    plain = {p: values(record, p) for p in record.properties if not any(v.startswith("@") for v in values(record, p))}
    assert {prop: entered.values(prop) for prop in plain} == plain
    assert entered.category is record.marks.category
    assert is_marked_as_invented(entered)


def is_marked_as_invented(record: Record) -> bool:
    return record.invented and all(s.source.startswith("DATA LATIHAN") for s in record.statements)
