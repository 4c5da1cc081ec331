"""From entities to columns: which properties, in which form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.linkage.fields import NORMAL, field_of, name_kind, split_name
from lintas.linkage.reading import read_files
from lintas.linkage.table import MOST, Column, Kind, Table

LETTERS = st.characters(categories=["L", "Nd"])


def table(folder: Path, *entities: tuple[str, Mapping[str, list[str]]]) -> Table:
    path = folder / "a.ftm"
    lines = (
        json.dumps({"id": f"e{n}", "schema": schema, "properties": properties})
        for n, (schema, properties) in enumerate(entities)
    )
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return read_files([path], None, lambda _: None)


def values(made: Table, name: str) -> list[list[str]]:
    column = next((column for column in made.columns if column.name == name), None)
    assert isinstance(column, Column), f"no column {name}: {[column.name for column in made.columns]}"
    return [[column.values[code] for code in row if code >= 0] for row in column.codes]


@pytest.mark.parametrize(
    ("schema", "prop", "expected"),
    [
        ("Person", "firstName", ("given_name", Kind.GIVEN)),
        ("Person", "lastName", ("family_name", Kind.FAMILY)),
        ("Person", "birthDate", ("birthDate", Kind.DATE)),
        ("Person", "passportNumber", ("passportNumber", Kind.CODE)),
        ("Person", "email", ("email", Kind.CODE)),
        ("Person", "address", ("address", Kind.TEXT)),
        ("Person", "birthPlace", ("birthPlace", Kind.TEXT)),
        ("Person", "gender", ("gender", Kind.CHOICE)),
        ("Company", "jurisdiction", ("jurisdiction", Kind.CHOICE)),
        ("Vessel", "imoNumber", ("imoNumber", Kind.CODE)),
        ("Person", "notes", None),
        ("Person", "modifiedAt", None),
        ("Person", "topics", None),
        ("Person", "parent", None),
        ("Person", "nothingOfTheKind", None),
    ],
)
def test_a_property_is_compared_by_what_it_is(schema: str, prop: str, expected: tuple[str, Kind] | None) -> None:
    assert field_of(schema, prop) == expected


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Sukarno", ("sukarno", "")),
        ("Siti Aminah", ("siti", "aminah")),
        ("Siti Nur Aminah", ("siti nur", "aminah")),
        ("", ("", "")),
    ],
)
def test_a_name_written_in_one_is_read_in_parts_and_one_name_is_enough(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("schema", "kind"), [("Person", Kind.GIVEN), ("Company", Kind.TEXT), ("Vessel", Kind.TEXT), ("Nothing", None)]
)
def test_names_of_things_are_read_whole(schema: str, kind: Kind | None) -> None:
    assert name_kind(schema) == kind


@pytest.mark.parametrize(
    ("kind", "written", "normal"),
    [
        (Kind.GIVEN, "  Siti  ", "siti"),
        (Kind.FAMILY, "SANTOSO", "santoso"),
        (Kind.DATE, "1970-01-31T00:00:00", "1970-01-31"),
        (Kind.DATE, "1970-01-01", "1970"),
        (Kind.DATE, "yesterday", ""),
        (Kind.CODE, "A 123-45/67", "a1234567"),
        (Kind.CODE, "Budi@Contoh.id", "budi@contoh.id"),
        (Kind.CHOICE, " Male ", "male"),
    ],
)
def test_values_are_brought_into_one_form(kind: Kind, written: str, normal: str) -> None:
    assert NORMAL[kind](written) == normal


@settings(deadline=None)  # the first strange letter loads ICU
@given(st.sampled_from([*Kind]), st.text(LETTERS, max_size=60))
def test_blanks_around_a_value_change_nothing_whatever_it_is(kind: Kind, text: str) -> None:
    assert NORMAL[kind](f"  {text.strip()}\n") == NORMAL[kind](text.strip())


def test_parts_given_apart_go_before_the_name_written_in_one(tmp_path: Path) -> None:
    made = table(
        tmp_path,
        ("Person", {"name": ["Siti Aminah"]}),
        ("Person", {"name": ["Other Name"], "firstName": ["Siti"], "lastName": ["Aminah"]}),
        ("Person", {"name": ["Sukarno"]}),
    )

    assert values(made, "given_name") == [["siti"], ["siti"], ["sukarno"]]
    assert values(made, "family_name") == [["aminah"], ["aminah"], []]


def test_aliases_are_further_names_up_to_a_limit(tmp_path: Path) -> None:
    aliases = [f"Alias{letter} Nomor" for letter in "ABCDE"]
    made = table(tmp_path, ("Person", {"name": ["Siti Aminah"], "alias": aliases}))

    assert len(values(made, "given_name")[0]) == MOST
    assert values(made, "given_name")[0][0] == "siti"


def test_companies_and_people_in_one_file_have_columns_of_their_own(tmp_path: Path) -> None:
    made = table(
        tmp_path,
        ("Company", {"name": ["PT Sinar Contoh"], "jurisdiction": ["id"]}),
        ("Person", {"name": ["Siti Aminah"], "nationality": ["id"]}),
    )

    assert values(made, "name")[1] == []
    assert "sinar" in values(made, "name")[0][0]
    assert values(made, "given_name") == [[], ["siti"]]
    assert made.group[0] != made.group[1]


def test_the_order_of_the_rows_does_not_change_how_values_are_numbered(tmp_path: Path) -> None:
    people = [("Person", {"firstName": [name]}) for name in ("Dewi", "Agus", "Siti")]
    one, other = (table(tmp_path, *order) for order in (people, people[::-1]))

    assert one.columns[0].values == other.columns[0].values == ["agus", "dewi", "siti"]
    assert one.columns[0].codes[:, 0].tolist() == other.columns[0].codes[::-1, 0].tolist()


def test_how_far_reading_has_come_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    (tmp_path / "a.ftm").write_text('{"id":"a","schema":"Person","properties":{"firstName":["Siti"]}}\n\n')
    read_files([tmp_path / "a.ftm"], None, told.append)

    assert told == [1]


def test_a_mapping_may_join_split_extract_and_filter(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("""
lintas:
  nulls: ["-"]
  extract:
    born: { column: remarks, pattern: 'DOB ([0-9]+)', dates: ["%Y%m%d"] }
queries:
  - filters: { kind: person }
    entities:
      person:
        schema: Person
        keys: [nr]
        key_literal: p
        properties:
          name: { columns: [first, last], join: " " }
          alias: { column: others, split: ";" }
          birthDate: { column: born }
""")
    (tmp_path / "a.csv").write_text(
        "nr,kind,first,last,others,remarks\n"
        "1,person,Siti,Aminah,Tuti Aminah;Ti A,DOB 19700131\n"
        "2,ship,Dewi,Ruci,-,-\n"
        "3,person,Agus,-,-,none\n"
    )
    made = read_files([tmp_path / "a.csv"], tmp_path / "m.yml", lambda _: None)

    assert len(made) == 2
    assert values(made, "birthDate") == [["1970-01-31"], []]
    assert values(made, "given_name")[0][0] == "siti"
    assert values(made, "given_name")[1] == ["agus"]
    assert len(values(made, "given_name")[0]) == 3


def test_dates_in_the_form_of_the_mapping_are_read_column_by_column(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("""
queries:
  - entities:
      person:
        schema: Person
        id_column: nr
        properties:
          firstName: { column: first }
          birthDate: { column: born, format: "%d.%m.%Y" }
          address: { columns: [street, town], join: " " }
""")
    (tmp_path / "a.csv").write_text("nr,first,born,street,town\n1,Siti,31.01.1970,Jalan Dua,Medan\n2,Agus,,,Aceh\n")
    made = read_files([tmp_path / "a.csv"], tmp_path / "m.yml", lambda _: None)

    assert values(made, "birthDate") == [["1970-01-31"], []]
    assert values(made, "address")[1] == ["aceh"]
    assert values(made, "address")[0][0].endswith("medan")
    assert list(made.ids) == ["1", "2"]
