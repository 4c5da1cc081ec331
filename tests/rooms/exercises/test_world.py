"""The invented world: the same for the same seed, marked as invented, readable by the import, and nobody real."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from time import process_time

import msgspec
import pytest

from lintas.exercises.world import World
from lintas.exercises.world.network import PREFIX, network
from lintas.exercises.world.variants import CHANGES
from lintas.model import Handling, Record, SubjectCategory, SubjectKind
from lintas.model.kinds import KINDS, kind_of
from lintas.policy.marks import marks_of
from lintas.records.importing.jsonlines import LineReader
from lintas.records.marks import Marks

NODES = ("id.latihan", "my.latihan", "ph.latihan", "th.latihan", "vn.latihan")
IDENTIFIERS = {
    "idNumber",
    "passportNumber",
    "registrationNumber",
    "vin",
    "imoNumber",
    "imei",
    "containerNumber",
    "accountNumber",
    "email",
}


@pytest.fixture(scope="session")
def everything(world: World) -> list[Record]:
    return [record for node in world.nodes for record in world.records(node)]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        World.generate(seed=5, people=300).write("th.latihan", tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    for seed in (5, 6):
        World.generate(seed=seed, people=300).write("id.latihan", tmp_path / str(seed))

    assert (tmp_path / "5").read_bytes() != (tmp_path / "6").read_bytes()


def test_one_node_does_not_depend_on_how_many_records_another_has_shown(world: World) -> None:
    assert [r.id for r in world.records("vn.latihan")] == [r.id for r in world.records("vn.latihan")]


def test_it_is_made_in_seconds() -> None:
    began = process_time()

    World.generate(people=5_000)

    assert process_time() - began < 2


def test_there_are_five_nodes_and_twenty_thousand_people(world: World) -> None:
    people = {entity for entity in world.truth.values() if entity.startswith("person:")}

    assert world.nodes == NODES
    assert len(people) == 20_000
    for node in NODES:
        assert sum(record.schema == "Person" for record in world.records(node)) >= 4_000


def test_every_kind_of_subject_can_be_asked_for_at_every_node(world: World) -> None:
    for node in NODES:
        kinds = {kind_of(record.schema) for record in world.records(node)}
        assert kinds >= set(SubjectKind), node


def test_every_record_says_that_it_is_invented(everything: list[Record]) -> None:
    assert all(record.invented for record in everything)
    assert all(s.source.startswith("DATA LATIHAN") for record in everything for s in record.statements)


def test_ids_are_unique_in_a_node_and_tell_nothing_of_the_entity(world: World) -> None:
    for node in NODES:
        ids = [record.id for record in world.records(node)]
        assert len(ids) == len(set(ids))
        assert not any(word in record_id for record_id in ids for word in ("person", "network", "organiser"))


def test_no_agency_is_named(everything: list[Record]) -> None:
    real = {"polri", "pdrm", "pnp", "rtp", "interpol", "aseanapol", "bareskrim", "royal", "polis", "police"}
    said = {s.value.casefold() for record in everything for s in record.statements if s.prop == "caseAuthority"}

    assert not [authority for authority in said if real & set(authority.split())]


@pytest.mark.parametrize("node", NODES)
def test_the_import_reads_every_line_back_as_the_record_it_was(world: World, node: str, tmp_path: Path) -> None:
    written = world.write(node, tmp_path / "records.jsonl")

    reader = LineReader(source="-", seen="2026-01-01", marks=Marks())
    lines = (tmp_path / "records.jsonl").read_bytes().splitlines()
    read = [reader.read(row, line) for row, line in enumerate(lines, start=1)]

    assert [flaw for _, flaws in read for flaw in flaws] == []
    assert len(read) == written
    for original, (records, _) in zip(world.records(node), read, strict=True):
        (back,) = records
        assert msgspec.structs.replace(back.record, statements=original.statements) == original
        assert set(back.record.statements) == set(original.statements)


def test_a_line_is_plain_followthemoney_with_our_marks_beside(world: World, tmp_path: Path) -> None:
    world.write("my.latihan", tmp_path / "records.jsonl")

    line = msgspec.json.decode((tmp_path / "records.jsonl").read_bytes().splitlines()[0])

    assert {"id", "schema", "properties"} <= line.keys()
    assert line["lintas"].keys() == {"category", "handling", "sovereign_flag", "protections", "grading", "invented"}


def test_references_point_to_records_of_the_same_node(world: World) -> None:
    for node in NODES:
        ids = {record.id for record in world.records(node)}
        for record in world.records(node):
            for prop in ("holder", "owner", "subscriber", "director", "organization", "asset", "person", "associate"):
                assert ids >= set(record.values(prop))


def test_no_two_entities_share_a_number(world: World) -> None:
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node in NODES:
        for record in world.records(node):
            # A company's number and a plate are both called registrationNumber; a forged passport is meant to clash.
            for statement in record.statements:
                if statement.prop in IDENTIFIERS and not world.truth[node, record.id].startswith(PREFIX):
                    held[statement.prop, statement.value].add(world.truth[node, record.id])

    assert {number: entities for number, entities in held.items() if len(entities) > 1} == {}


def test_no_number_of_the_population_belongs_to_the_network(world: World) -> None:
    numbers: dict[bool, set[str]] = {True: set(), False: set()}
    for node in NODES:
        for record in world.records(node):
            of_network = world.truth[node, record.id].startswith(PREFIX)
            numbers[of_network] |= {s.value for s in record.statements if s.prop in IDENTIFIERS | {"phone", "number"}}

    assert numbers[True] & numbers[False] == set()


@pytest.mark.parametrize("category", [c for c in SubjectCategory if c is not SubjectCategory.OBJECT])
def test_every_category_of_people_is_present_at_every_node(world: World, category: SubjectCategory) -> None:
    for node in NODES:
        assert any(record.category is category for record in world.records(node) if record.schema == "Person")


def test_protections_are_words_that_policy_understands(everything: list[Record]) -> None:
    marks = Counter(word for record in everything for word in marks_of(record).protections)

    assert all(marks_of(record).understood for record in everything)
    assert marks.keys() == {"child", "victim", "witness", "refugee"}


def test_victims_and_witnesses_are_marked_and_handled_with_care(everything: list[Record]) -> None:
    for record in everything:
        if record.category in {SubjectCategory.VICTIM, SubjectCategory.WITNESS}:
            assert record.category.value in record.protections
            assert record.handling in {Handling.H2, Handling.H3}


def test_a_child_is_never_a_suspect(everything: list[Record]) -> None:
    suspected = {SubjectCategory.SUSPECT, SubjectCategory.CONVICTED, SubjectCategory.WANTED, SubjectCategory.CONTACT}

    assert not [r for r in everything if "child" in r.protections and r.category in suspected]


def test_a_refugee_names_the_state_of_origin(everything: list[Record]) -> None:
    refugees = [record for record in everything if "refugee" in marks_of(record).protections]

    assert refugees
    assert all(marks_of(record).origins for record in refugees)


def test_whoever_stands_in_two_nodes_is_written_in_every_way(world: World) -> None:
    kinds = Counter(kind for changes in world.changes.values() for kind in changes)

    assert kinds.keys() >= set(CHANGES) | {"own_script", "day_month_swapped", "year_only", "year_off_by_one"}
    assert min(kinds[kind] for kind in CHANGES) >= 20


def test_records_of_one_entity_are_found_by_the_truth(world: World) -> None:
    organiser = world.records_of(PREFIX + "organiser")

    assert {node for node, _ in organiser} == set(NODES)
    assert len({record.values("name") for _, record in organiser}) == len(NODES)


def test_the_network_has_its_trades_and_crosses_the_borders() -> None:
    roles = {name for name, entity in network().items() if entity.is_somebody}

    assert roles >= {"organiser", "recruiter", "transporter", "forger", "mule", "keeper_batam", "skipper", "financier"}
    assert {node for entity in network().values() for node in entity.records} == set(NODES)
    assert network().keys() >= {
        "front_company",
        "boat",
        "van",
        "burner",
        "handset",
        "account",
        "box",
        "forged_passport",
    }


@pytest.mark.parametrize("schema", sorted({entry.schemata[0] for entry in KINDS.values()} - {"Identification"}))
def test_the_network_can_be_met_by_every_kind_of_question(schema: str) -> None:
    assert any(entity.schema == schema for entity in network().values())
