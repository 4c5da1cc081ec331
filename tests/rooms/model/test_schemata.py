"""FollowTheMoney's model with our additions: what it holds, what it refuses, and what cleaning never does."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.errors import InvalidValue
from lintas.model import SubjectKind
from lintas.model.kinds import KINDS
from lintas.model.schemata import (
    FOLDER,
    clean,
    clean_entity,
    ftm_model,
    kind_of,
    kinds_of,
    label,
    primary_properties,
    schema_of,
)


def test_importing_the_nouns_does_not_load_followthemoney():
    program = "import sys, lintas.model, lintas.model.schemata; print('followthemoney' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"


def test_everybody_gets_the_same_model_even_when_all_ask_at_once():
    with ThreadPoolExecutor(8) as pool:
        models = list(pool.map(lambda _: ftm_model(), range(16)))

    assert len({id(model) for model in models}) == 1


def test_our_schemata_stand_beside_those_of_followthemoney():
    names = {schema.name for schema in ftm_model()}

    assert {"PhoneLine", "EmailAddress", "Device", "Container"} < names
    assert {"Person", "Passport", "Vessel", "BankAccount"} < names


def test_followthemoney_itself_reads_and_writes_our_schemata():
    entity = {"id": "d1", "schema": "Device", "properties": {"imei": ["490154203237518"], "make": ["Contoh"]}}

    proxy = ftm_model().get_proxy(entity)

    assert proxy.to_dict()["properties"] == entity["properties"]
    assert proxy.caption == "490154203237518"


def test_a_mapping_of_followthemoney_may_name_our_schemata():
    mapping = {
        "csv_url": "unused.csv",
        "entities": {
            "line": {"schema": "PhoneLine", "keys": ["number"], "properties": {"phone": {"column": "number"}}},
        },
    }

    query = ftm_model().make_mapping(mapping)
    (entity,) = query.map({"number": "+62 812 0000 0001"}).values()

    assert entity.schema.name == "PhoneLine"
    assert entity.get("phone") == ["+6281200000001"]


@pytest.mark.parametrize("schema", ["Person", "Company", "Vehicle", "Vessel", "PhoneLine", "Device", "Passport"])
def test_everything_on_file_can_carry_its_case(schema):
    properties = ftm_model()[schema].properties

    assert {"offence", "caseNumber", "caseAuthority", "reportedAs", "reportedDate", "reportedPlace"} < set(properties)


def test_a_vessel_inherits_what_we_added_to_vehicles():
    assert ftm_model()["Vessel"].get("make") is ftm_model()["Vehicle"].get("make")


def test_no_schema_scores_a_person():
    forbidden = ("risk", "score", "danger", "threat", "rating", "probability", "likelihood", "suspicio")

    suspects = [
        f"{schema.name}:{name}"
        for schema in ftm_model()
        for name in (schema.name, *schema.properties)
        if any(word in name.lower() for word in forbidden)
    ]

    assert suspects == []


def test_a_withheld_schema_leaves_no_trace():
    model = ftm_model()

    assert model.get("Risk") is None
    assert model.get_qname("Thing:riskSource") is None
    assert {prop.range.name for schema in model for prop in schema.properties.values() if prop.range} <= {
        schema.name for schema in model
    }


def test_an_entity_of_a_withheld_schema_is_refused():
    with pytest.raises(InvalidValue) as refusal:
        clean_entity({"id": "r1", "schema": "Risk", "properties": {}})

    assert refusal.value.facts == {"schema": "Risk"}


@pytest.mark.parametrize("kind", SubjectKind)
def test_every_kind_has_a_schema_whose_properties_are_offered(kind):
    schemata = [ftm_model()[name] for name in KINDS[kind].schemata]

    offered = primary_properties(kind)

    assert all(any(schema.get(prop) for schema in schemata) for prop in offered)
    assert kind_of(schema_of(kind)) is kind


def test_the_table_of_kinds_agrees_with_the_inheritance_of_schemata():
    for kind, entry in KINDS.items():
        for schema in ftm_model():
            if schema.name in entry.schemata:
                continue
            heirs_of = [name for name in entry.schemata if schema.is_a(name) and name != "LegalEntity"]
            assert not heirs_of or kinds_of(schema.name), f"{schema.name} is a {kind} but is answered by no kind"


def test_a_legal_entity_is_asked_as_a_person_and_as_a_company():
    assert set(kinds_of("LegalEntity")) == {SubjectKind.PERSON, SubjectKind.COMPANY}
    assert kind_of("LegalEntity") is SubjectKind.COMPANY


def test_a_link_is_no_subject():
    assert kind_of("Ownership") is None
    assert kinds_of("Ownership") == ()


@pytest.mark.parametrize("kind", SubjectKind)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_field_of_a_form_has_a_word_in_both_languages(kind, language):
    for prop in primary_properties(kind):
        owner = next(name for name in KINDS[kind].schemata if ftm_model()[name].get(prop))
        assert label(owner, prop, language=language)
    assert label(schema_of(kind), language=language)


def test_indonesian_words_differ_from_the_english_ones():
    assert label("Person", "birthDate", language="id") == "Tanggal lahir"
    assert label("PhoneLine", language="id") == "Saluran telepon"
    assert label("PhoneLine", language="en") == "Telephone line"
    assert label("Person", "motherName", language="en") == "Name of mother"


def test_a_word_for_nothing_is_refused():
    with pytest.raises(InvalidValue):
        label("Person", "shoeSize")


def test_every_yaml_of_ours_gives_its_words_in_indonesian():
    for path in FOLDER.glob("*.yaml"):
        if path.name not in {"additions.yaml", "labels.yaml"}:
            schema = ftm_model()[path.stem]
            own = [prop.name for prop in schema.properties.values() if prop.schema is schema and not prop.stub]
            assert all(label(path.stem, prop, language="id") for prop in own)


@pytest.mark.parametrize(
    "name", ["Suharto", "NULL", "van der Ngiengé", "siti aminah", "BUDI", "أحمد", "สมชาย", "U", "X Æ A-12"]
)
def test_a_name_is_kept_as_it_is_written(name):
    assert clean("Person", "name", name) == name


def test_a_person_with_one_name_is_whole():
    entity = clean_entity({"id": "p1", "schema": "Person", "properties": {"name": ["Sukarni"], "birthDate": ["1970"]}})

    assert entity.properties == {"name": ("Sukarni",), "birthDate": ("1970",)}
    assert entity.rejected == ()


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=60))
def test_cleaning_a_name_changes_no_letter(name):
    assert clean("Person", "name", name) == unicodedata.normalize("NFC", name)


@settings(deadline=None)  # the first country looked up loads a table
@given(st.sampled_from(["name", "birthDate", "nationality", "phone", "email", "notes"]), st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(prop, value):
    once = clean("Person", prop, value)

    assert once is None or clean("Person", prop, once) == once


@pytest.mark.parametrize(
    ("prop", "written", "kept"),
    [
        ("birthDate", "1980-2", "1980-02"),
        ("birthDate", "1980", "1980"),
        ("birthDate", "31/31/1980", None),
        ("nationality", "Indonesia", "id"),
        ("nationality", "Atlantis", None),
        ("gender", "F", "female"),
        ("phone", "+62 812-0000-0001", "+6281200000001"),
        ("phone", "0812 0000 0001", None),
        ("email", "Orang@Contoh.ID", "Orang@contoh.id"),
        ("email", "not an address", None),
        ("name", "  ", None),
        ("idNumber", "9" * 65, None),
    ],
)
def test_values_take_the_form_of_their_type(prop, written, kept):
    assert clean("Person", prop, written) == kept


def test_a_local_telephone_number_is_completed_with_its_country():
    assert clean("PhoneLine", "phone", "0812 0000 0001", "id") == "+6281200000001"


def test_a_reverse_link_cannot_be_written_to():
    with pytest.raises(InvalidValue):
        clean("Person", "phoneLines", "x")


def test_an_unknown_property_is_named():
    with pytest.raises(InvalidValue) as refusal:
        clean("Person", "shoeSize", "43")

    assert refusal.value.facts == {"schema": "Person", "property": "shoeSize"}


def test_what_cannot_be_kept_is_set_aside_and_not_dropped():
    entity = clean_entity(
        {
            "id": "p2",
            "schema": "Person",
            "properties": {
                "name": ["Budi  Contoh", "Budi Contoh"],
                "birthDate": "yesterday",
                "shoeSize": [43],
                "alias": [None],
            },
            "datasets": ["x"],
        },
    )

    assert entity.properties == {"name": ("Budi Contoh",)}
    assert entity.rejected == (("birthDate", "yesterday"), ("shoeSize", "43"))


@pytest.mark.parametrize(
    "entity", [{}, {"schema": "Person"}, {"id": "x", "schema": "Thing"}, {"id": "x", "schema": "Nobody"}]
)
def test_an_entity_without_id_or_real_schema_is_refused(entity):
    with pytest.raises(InvalidValue):
        clean_entity(entity)


@pytest.mark.parametrize("properties", [None, [], "text", 5])
def test_properties_that_are_no_object_are_nothing(properties):
    assert clean_entity({"id": "x", "schema": "Person", "properties": properties}).properties == {}
