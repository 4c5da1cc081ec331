"""Who lives in the invented world, and what they carry, drive and own."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.exercises.world import KNOWN_ABROAD, World, line_of
from lintas.exercises.world.network import PREFIX
from lintas.exercises.world.things import SHARED, THINGS
from lintas.model import Record, SovereignFlag, SubjectCategory
from lintas.model.kinds import KINDS, kind_of
from lintas.policy import PolicySet
from lintas.records.importing.entities import shortcoming

NUMBERS = {
    "BankAccount": "accountNumber",
    "Company": "registrationNumber",
    "Container": "containerNumber",
    "Device": "imei",
    "EmailAddress": "email",
    "Identification": "number",
    "Passport": "number",
    "PhoneLine": "phone",
    "Vehicle": "registrationNumber",
    "Vessel": "imoNumber",
}


@pytest.fixture(scope="session")
def people(world: World) -> dict[str, list[Record]]:
    return {node: [record for record in world.records(node) if record.schema == "Person"] for node in world.nodes}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60))
def test_a_world_of_any_seed_and_size_holds_together(seed: int, people: int) -> None:
    world = World.generate(seed=seed, people=people)

    assert {entity for entity in world.truth.values() if entity.startswith("person:")} == {
        f"person:{number:06}" for number in range(people)
    }
    for node in world.nodes:
        for record in world.records(node):
            assert shortcoming(record) is None
            assert world.truth[node, record.id]


def test_a_person_has_what_a_question_is_asked_with(people: dict[str, list[Record]]) -> None:
    for record in (record for records in people.values() for record in records):
        assert record.values("name")
        assert record.values("birthDate")
        assert record.values("gender")[0] in {"male", "female"}


@pytest.mark.parametrize("node", ["id.latihan", "my.latihan", "ph.latihan", "th.latihan", "vn.latihan"])
def test_a_node_knows_its_own_people_mostly_and_others_too(people: dict[str, list[Record]], node: str) -> None:
    states = Counter(record.values("nationality")[0] for record in people[node])

    assert states[node[:2]] > 0.6 * len(people[node])
    assert len(states) >= 5


def test_one_name_people_are_common_in_indonesia(people: dict[str, list[Record]]) -> None:
    single = [record for record in people["id.latihan"] if " " not in record.values("name")[0]]

    assert len(single) > 400


@pytest.mark.parametrize(
    ("node", "first", "last"), [("th.latihan", "\u0e00", "\u0e7f"), ("my.latihan", "\u0600", "\u06ff")]
)
def test_a_node_writes_its_own_script_beside_the_latin_one(
    people: dict[str, list[Record]], node: str, first: str, last: str
) -> None:
    both = [r for r in people[node] if len(r.values("name")) == 2 and first <= r.values("name")[1][0] <= last]

    assert len(both) > 1000


def test_about_as_many_are_known_abroad_as_the_world_says(world: World) -> None:
    nodes = defaultdict(set)
    for (node, _), entity in world.truth.items():
        if entity.startswith("person:"):
            nodes[entity].add(node)

    shares = Counter(len(where) for where in nodes.values())
    assert 0.8 * KNOWN_ABROAD < (shares[2] + shares[3]) / len(nodes) < 1.2 * KNOWN_ABROAD
    assert shares[3] > 100


def test_only_who_is_known_abroad_is_written_differently(world: World) -> None:
    homes = [key for key, entity in world.truth.items() if entity.startswith("person:") and key not in world.changes]

    assert len(homes) == 20_000


def test_some_of_the_wanted_may_not_be_arrested_everywhere(people: dict[str, list[Record]]) -> None:
    flagged = [
        r for records in people.values() for r in records if r.sovereign_flag is SovereignFlag.NOT_EXECUTABLE_HERE
    ]

    assert flagged
    assert {record.category for record in flagged} == {SubjectCategory.WANTED}


@pytest.mark.parametrize("schema", [schema for schema, *_ in THINGS])
def test_a_thing_can_be_asked_for_by_its_number(world: World, schema: str) -> None:
    kind = kind_of(schema)

    assert kind is not None
    assert NUMBERS[schema] in KINDS[kind].properties
    for node in world.nodes:
        for record in (r for r in world.records(node) if r.schema == schema):
            assert record.values(NUMBERS[schema]) or world.truth[node, record.id].startswith(PREFIX)


@pytest.mark.parametrize("schema", ["Vehicle", "Passport", "PhoneLine"])
def test_a_neighbour_knows_some_of_the_same_things_by_the_same_number(world: World, schema: str) -> None:
    known: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for node in world.nodes:
        for record in (r for r in world.records(node) if r.schema == schema):
            if not world.truth[node, record.id].startswith(PREFIX):
                known[world.truth[node, record.id]].add((node, record.values(NUMBERS[schema])[0]))

    shared = [where for where in known.values() if len(where) == 2]
    assert 0.5 * SHARED < len(shared) / len(known) < 1.5 * SHARED
    assert all(len({number for _, number in where}) == 1 for where in shared)


def test_whose_a_thing_is_stays_with_the_node_that_knows_it(world: World) -> None:
    for node in world.nodes:
        for record in (r for r in world.records(node) if r.category is SubjectCategory.OBJECT):
            entity = world.truth[node, record.id]
            if not entity.startswith(PREFIX) and entity.split(":")[1] != node[:2]:
                assert {"owner", "holder", "subscriber"}.isdisjoint(record.properties)


def test_a_line_carries_the_values_in_their_order(world: World) -> None:
    record = next(world.records("th.latihan"))

    line = line_of(record)

    assert line["properties"] == record.properties
    assert line["datasets"] == [record.statements[0].source]


def test_the_default_policies_know_every_protection_of_the_world(world: World) -> None:
    words = {
        mark.partition(":")[0] for node in world.nodes for record in world.records(node) for mark in record.protections
    }
    spoken = " ".join(policy.text for policy in PolicySet.load().policies)

    assert [word for word in words - {"tell"} if f'Protection::"{word}"' not in spoken] == []
