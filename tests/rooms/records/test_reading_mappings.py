"""The mapping file: FollowTheMoney's part, and ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidMapping
from lintas.model import Grading, Handling, InformationGrade, SourceGrade, SubjectCategory
from lintas.records import Marks
from lintas.records.importing.mapping import FromColumn, GradingPart, LintasSection, read_mapping
from lintas.records.importing.rows import RowReader, marked

PERSON = "{ schema: Person, keys: [nomor], properties: { name: { column: nama } } }"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, "utf-8")
    return path


def reader(tmp_path: Path, text: str, *columns: str) -> RowReader:
    mapping = read_mapping(written(tmp_path, text))
    return RowReader(
        queries=mapping.queries, file=None, columns=columns, source="polda", seen="2026-01-01", marks=Marks()
    )


def values(tmp_path: Path, properties: str, **fields: str) -> dict[str, tuple[str, ...]]:
    """What one row becomes through these properties."""
    text = f"queries: [{{entities: {{x: {{schema: Person, keys: [nomor], properties: {properties}}}}}}}]"
    parts, _ = reader(tmp_path, text, "nomor", *fields).read(1, ["1", *fields.values()])
    return parts[0].record.properties


@pytest.mark.parametrize(
    "text",
    [
        f"queries: [{{entities: {{orang: {PERSON}}}}}]",
        f"query: {{entities: {{orang: {PERSON}}}}}",
        f"daftar_orang:\n  label: Daftar\n  queries: [{{entities: {{orang: {PERSON}}}}}]",
    ],
)
def test_queries_stand_where_followthemoney_looks_for_them(tmp_path: Path, text: str) -> None:
    (query,) = read_mapping(written(tmp_path, text)).queries

    assert query.columns == {"nomor", "nama"}


def test_what_a_query_says_goes_before_what_the_file_says(tmp_path: Path) -> None:
    text = f"""
lintas: {{ category: contact, handling: H1, nulls: ["-"] }}
queries:
  - entities: {{ orang: {PERSON} }}
  - lintas: {{ category: wanted }}
    entities: {{ orang: {PERSON} }}
"""
    first, second = read_mapping(written(tmp_path, text)).queries

    assert (first.lintas.category, first.lintas.handling) == ("contact", "H1")
    assert (second.lintas.category, second.lintas.handling, second.lintas.nulls) == ("wanted", "H1", ("-",))


def test_only_the_name_of_a_file_counts_not_where_it_lay_when_the_mapping_was_written(tmp_path: Path) -> None:
    text = f"queries: [{{csv_url: 'https://example.org/data/orang.csv', entities: {{orang: {PERSON}}}}}]"

    (query,) = read_mapping(written(tmp_path, text)).queries

    assert query.file == "orang.csv"


def test_all_columns_are_named_that_the_data_must_have(tmp_path: Path) -> None:
    text = """
lintas:
  category: { column: status }
  grading: { source: { column: nilai } }
  seen: { column: dicatat }
  extract: { paspor: { column: catatan, pattern: '(A\\d+)' } }
queries:
  - filters: { aktif: ya }
    filters_not: { jenis: [kapal] }
    entities:
      orang:
        schema: Person
        keys: [nomor]
        properties: { name: { columns: [depan, belakang], join: ' ' }, passportNumber: { column: paspor } }
"""
    (query,) = read_mapping(written(tmp_path, text)).queries

    assert query.columns == {
        *("nomor", "depan", "belakang", "catatan"),
        *("status", "nilai", "dicatat", "aktif", "jenis"),
    }


@pytest.mark.parametrize(
    ("rule", "fields", "made"),
    [
        ("name: {columns: [a, b], join: ' '}", {"a": "Budi", "b": "Santoso"}, ("Budi Santoso",)),
        ("name: {columns: [a, b]}", {"a": "Budi", "b": "Bud"}, ("Budi", "Bud")),
        ("name: {column: a, split: ';'}", {"a": "Budi;Bud"}, ("Budi", "Bud")),
        ("name: {template: '{{a}}, {{b}}'}", {"a": "Budi", "b": "Bandung"}, ("Budi, Bandung",)),
        ("country: {literal: Indonesia}", {"a": "x"}, ("id",)),
        ("phone: {column: a, format: id}", {"a": "0812-3456-7890"}, ("+6281234567890",)),
        ("birthDate: {column: a, format: '%d/%m/%Y'}", {"a": "17/08/1970"}, ("1970-08-17",)),
        ("birthDate: {column: a, format: '%d/%m/%Y'}", {"a": "17.08.1970"}, ()),
    ],
)
def test_followthemoneys_own_ways_with_columns_work(
    tmp_path: Path, rule: str, fields: dict[str, str], made: tuple[str, ...]
) -> None:
    prop = rule.split(":", maxsplit=1)[0]

    assert values(tmp_path, f"{{{rule}}}", **fields).get(prop, ()) == made


def test_an_entity_whose_required_property_is_empty_is_not_in_this_row(tmp_path: Path) -> None:
    text = f"""
queries:
  - entities:
      orang: {PERSON}
      telepon:
        schema: PhoneLine
        keys: [telepon]
        properties: {{ phone: {{ column: telepon, required: true }}, subscriber: {{ entity: orang }} }}
"""
    read = reader(tmp_path, text, "nomor", "nama", "telepon")

    with_phone, flaws = read.read(1, ["1", "Budi", "+6281234567890"])
    without, none = read.read(2, ["2", "Siti", ""])

    assert [part.record.schema for part in with_phone] == ["Person", "PhoneLine"]
    assert with_phone[1].record.values("subscriber") == (with_phone[0].record.id,)
    assert [part.record.schema for part in without] == ["Person"]
    assert flaws == none == []


def test_the_same_keys_are_the_same_record_and_other_entities_have_other_ids(tmp_path: Path) -> None:
    text = f"""
queries:
  - entities:
      orang: {PERSON}
      ibu: {{ schema: Person, keys: [nomor], key_literal: ibu, properties: {{ name: {{ column: nama }} }} }}
"""
    read = reader(tmp_path, text, "nomor", "nama")

    ids = [{part.record.id for part in read.read(1, [number, "Budi"])[0]} for number in ("1", "1", "2")]

    assert ids[0] == ids[1]
    assert len(ids[0] | ids[2]) == 4


def test_a_row_is_kept_for_the_report_only_where_the_report_may_need_it(tmp_path: Path) -> None:
    read = reader(tmp_path, f"queries: [{{entities: {{orang: {PERSON}}}}}]", "nomor", "nama")

    whole, _ = read.read(1, ["1", "Budi"])
    nameless, _ = read.read(2, ["2", ""])

    assert whole[0].flaw.raw is None
    assert nameless[0].flaw.raw == '["2", ""]'


def test_marks_that_nobody_says_stay_as_they_are() -> None:
    marks = Marks(category=SubjectCategory.MISSING, handling=Handling.H1, grading=Grading(source=SourceGrade.A))

    assert marked(marks, LintasSection(), {}) == marks


def test_half_a_grading_keeps_the_other_half() -> None:
    section = LintasSection(grading=GradingPart(information="1"))

    grading = marked(Marks(grading=Grading(source=SourceGrade.A)), section, {}).grading

    assert grading == Grading(source=SourceGrade.A, information=InformationGrade.G1)


@given(st.dictionaries(st.sampled_from(["DPO", "SAKSI"]), st.sampled_from(["wanted", "witness"])), st.text(max_size=6))
def test_a_word_is_translated_if_it_can_be_and_otherwise_taken_at_its_word(words: dict[str, str], text: str) -> None:
    section = LintasSection(category=FromColumn("status", words, default="contact"))
    row = {"status": text} if text else {}

    try:
        category = marked(Marks(), section, row).category
    except ValueError:
        assert text not in words
        assert text not in set(SubjectCategory)
    else:
        assert category == (words.get(text, text) if text else "contact")


@pytest.mark.parametrize("name", ["nowhere.yaml", "."])
def test_a_mapping_that_cannot_be_read_is_told_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidMapping, match=r"nowhere|directory"):
        read_mapping(tmp_path / name)


def test_a_secret_in_the_environment_is_not_written_into_the_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINTAS_TEST_AGENCY", f"sqlite:///{tmp_path / 'none.db'}")
    text = f"queries: [{{database: '${{LINTAS_TEST_AGENCY}}', table: orang, entities: {{orang: {PERSON}}}}}]"

    with pytest.raises(InvalidMapping, match="orang"):  # it was opened, and has no such table
        read_mapping(written(tmp_path, text))
