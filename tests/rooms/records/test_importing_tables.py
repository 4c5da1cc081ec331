"""Importing tables through a mapping: CSV, Excel, several files, and an agency's own database."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    insert,
    update,
)

from lintas.errors import DatabaseUnreachable, InvalidFile, InvalidMapping
from lintas.model import Grading, Handling, InformationGrade, SourceGrade, SovereignFlag, SubjectCategory
from lintas.records import import_table
from lintas.records.importing.run import BLOCK
from rooms.records.record_makers import SOURCE, Register

PEOPLE = """
queries:
  - csv_url: orang.csv
    entities:
      orang:
        schema: Person
        keys: [nomor]
        key_literal: dpo
        properties:
          name: { column: nama }
          birthDate: { column: lahir, format: "%d-%m-%Y" }
          nationality: { column: warga }
"""
DPO = """nomor;nama;lahir;warga
1;Budi Santoso;17-08-1970;Indonesia
2;Siti Aminah;;Malaysia
3;Sukarno;31-02-1970;id
"""


def mapped(desk: Register, mapping: str, **files: str) -> Path:
    """Write a mapping and its files; returns the folder."""
    desk.file("mapping.yaml", mapping)
    for name, content in files.items():
        desk.file(f"{name}.csv", content)
    return desk.folder / "mapping.yaml"


def people(desk: Register) -> dict[str, dict[str, tuple[str, ...]]]:
    """The properties of everybody, by name."""
    with desk.records.db.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM record").scalars().all()
    return {record.values("name")[0]: record.properties for record in desk.records.many(ids)}


def test_a_table_becomes_records_and_again_changes_nothing(register: Register) -> None:
    mapping = mapped(register, PEOPLE, orang=DPO)

    first = register.take(register.folder / "orang.csv", mapping=mapping)
    second = register.take(register.folder / "orang.csv", mapping=mapping)

    assert (first.rows, first.new, first.rejected, first.set_aside) == (3, 3, 0, 1)
    assert (second.new, second.changed, second.same) == (0, 0, 3)
    assert people(register)["Budi Santoso"] == {
        "name": ("Budi Santoso",),
        "birthDate": ("1970-08-17",),
        "nationality": ("id",),
    }
    (flaw,) = register.flaws()
    assert (flaw["row"], flaw["reason"], flaw["property"], flaw["value"]) == (
        4,
        "value.invalid",
        "birthDate",
        "31-02-1970",
    )


def test_every_value_knows_its_source_day_grading_and_original(desk: Register) -> None:
    marks = "lintas: {seen: {column: dicatat}, grading: {source: B, information: {column: nilai}}}"
    table = "nomor,nama,warga,lahir,dicatat,nilai\n1,Budi  Santoso,Indonesia,,2024-05-06,2\n"

    desk.take(desk.file("orang.csv", table), mapping=mapped(desk, PEOPLE + marks))

    with desk.records.db.read() as connection:
        (record_id,) = connection.exec_driver_sql("SELECT id FROM record").scalars().all()
    name, nationality = desk.records.get(record_id).statements
    assert (name.source, name.seen, name.original) == (SOURCE, "2024-05-06", "Budi  Santoso")
    assert (nationality.value, nationality.original) == ("id", "Indonesia")
    assert name.grading == Grading(source=SourceGrade.B, information=InformationGrade.G2)


def test_marks_come_out_of_columns_translated(desk: Register) -> None:
    marks = """
lintas:
  id_prefix: dpo-
  category: { column: status, values: { DPO: wanted, SAKSI: witness }, default: contact }
  handling: { column: kode }
  sovereign_flag: not_executable_here
  protections: { column: lindung, split: ",", values: { anak: child } }
  invented: true
"""
    mapping = mapped(desk, PEOPLE.replace("keys: [nomor]\n        key_literal: dpo", "id_column: nomor") + marks)
    head = "nomor,nama,lahir,warga,status,kode,lindung\n"

    desk.take(desk.file("orang.csv", head + "1,Budi,,,DPO,H1,\n2,Siti,,,,H2,anak, refugee\n"), mapping=mapping)
    desk.take(desk.file("orang.csv", head + '1,Budi,,,DPO,H1,\n2,Siti,,,,H2,"anak, refugee"\n'), mapping=mapping)

    budi, siti = desk.records.many(["dpo-1", "dpo-2"])
    assert (budi.category, budi.handling, budi.protections) == (SubjectCategory.WANTED, Handling.H1, frozenset())
    assert (siti.category, siti.handling, siti.protections) == (
        SubjectCategory.CONTACT,
        Handling.H2,
        {"child", "refugee"},
    )
    assert budi.sovereign_flag is SovereignFlag.NOT_EXECUTABLE_HERE
    assert budi.invented


@pytest.mark.parametrize("status", ["BURON", "Wanted", "terorist"])
def test_a_row_with_an_unknown_category_is_rejected_not_guessed(desk: Register, status: str) -> None:
    mapping = mapped(desk, PEOPLE + "lintas: {category: {column: status}}")

    result = desk.take(desk.file("orang.csv", f"nomor,nama,lahir,warga,status\n1,Budi,,,{status}\n"), mapping=mapping)

    assert (result.new, result.rejected, desk.reasons()) == (0, 1, ["row.wrong-mark"])
    assert "Budi" in desk.flaws()[0]["raw"]


def test_rows_that_cannot_be_records_are_rejected_each_with_its_reason(desk: Register) -> None:
    table = "nomor,nama,lahir,warga\n,Budi,,\n2,,1970,\n3,Siti\n4,Joko,,,,extra\n5,Ani,,\n"

    result = desk.take(desk.file("orang.csv", table), mapping=mapped(desk, PEOPLE))

    assert (result.rows, result.new, result.rejected) == (5, 1, 4)
    assert {(flaw["row"], flaw["reason"]) for flaw in desk.flaws() if not flaw["reason"].startswith("value")} == {
        (2, "row.no-key"),
        (3, "row.no-name"),
        (4, "row.columns"),
        (5, "row.columns"),
    }


def test_aliases_in_a_second_file_belong_to_the_record_in_the_first(register: Register) -> None:
    mapping = """
daftar:
  queries:
    - csv_url: orang.csv
      filters: { jenis: orang }
      lintas: { header: [id, jenis, nama], nulls: ["-"] }
      entities:
        orang: { schema: Person, id_column: id, properties: { name: { column: nama } } }
    - csv_url: alias.csv
      lintas: { header: [id, alias] }
      entities:
        siapa: { schema: Thing, id_column: id, properties: { alias: { column: alias } } }
"""
    path = mapped(
        register,
        mapping,
        orang="p1,orang,Budi\np2,orang,-\np3,kapal,KM Jaya\n",
        alias="p1,Kancil\np1,Bud\np2,Si Tanpa Nama\np9,Nobody\n",
    )

    first = register.take(register.folder, mapping=path)
    second = register.take(register.folder / "orang.csv", mapping=path)

    assert (first.rows, first.new, first.rejected) == (7, 2, 1)
    assert (second.new, second.changed, second.same) == (0, 0, 2)
    assert register.records.get("p1").properties == {"name": ("Budi",), "alias": ("Kancil", "Bud")}
    assert register.records.get("p2").schema == "Person"
    (flaw,) = register.flaws()
    assert (flaw["file"], flaw["row"], flaw["record"], flaw["reason"]) == ("alias.csv", 4, "p9", "row.unknown-schema")
    assert "Nobody" in flaw["raw"]


def test_a_removed_alias_is_gone_with_the_next_delivery_and_kept_as_a_version(desk: Register) -> None:
    mapping = mapped(desk, PEOPLE.replace("warga }", "warga }\n          alias: { column: alias, split: '|' }"))
    head = "nomor,nama,lahir,warga,alias\n"
    desk.take(desk.file("orang.csv", head + "1,Budi,,,Kancil|Bud\n"), mapping=mapping)

    result = desk.take(desk.file("orang.csv", head + "1,Budi,,,Bud\n"), mapping=mapping)

    assert (result.changed, people(desk)["Budi"]["alias"]) == (1, ("Bud",))


def test_links_between_the_entities_of_a_row_are_made(desk: Register) -> None:
    mapping = """
queries:
  - entities:
      orang: { schema: Person, keys: [nik], key_literal: o, properties: { name: { column: nama } } }
      mobil:
        schema: Vehicle
        keys: [plat]
        key_literal: m
        properties: { registrationNumber: { column: plat }, owner: { entity: orang } }
"""
    result = desk.take(desk.file("a.csv", "nik,nama,plat\n1,Budi,B 1234 CD\n2,Siti,\n"), mapping=mapped(desk, mapping))

    assert (result.new, result.rejected) == (3, 0)
    assert desk.records.counts() == {"Person": 2, "Vehicle": 1}
    assert desk.found(name="Budi")


def test_remarks_are_taken_apart(desk: Register) -> None:
    mapping = """
lintas:
  extract:
    lahir: { column: catatan, pattern: 'lahir (\\d+ \\w+ \\d{4})', dates: ["%d %b %Y"] }
    paspor: { column: catatan, pattern: 'paspor (\\w+)' }
queries:
  - entities:
      orang:
        schema: Person
        keys: [nama]
        properties: { name: { column: nama }, birthDate: { column: lahir }, passportNumber: { column: paspor } }
"""
    table = 'nama,catatan\nBudi,"lahir 17 Aug 1970; paspor A1234567; paspor B7654321"\n'

    desk.take(desk.file("a.csv", table), mapping=mapped(desk, mapping))

    assert people(desk)["Budi"]["birthDate"] == ("1970-08-17",)
    assert people(desk)["Budi"]["passportNumber"] == ("A1234567", "B7654321")


def test_an_excel_workbook_goes_through_the_same_mapping(desk: Register) -> None:
    book = openpyxl.Workbook()
    for row in [line.split(";") for line in DPO.splitlines()]:
        book.active.append(row)
    book.save(desk.folder / "orang.xlsx")

    result = desk.take(desk.folder / "orang.xlsx", mapping=mapped(desk, PEOPLE))

    assert (result.rows, result.new, set(people(desk))) == (3, 3, {"Budi Santoso", "Siti Aminah", "Sukarno"})


def test_a_table_import_that_was_stopped_goes_on(desk: Register) -> None:
    number = 2 * BLOCK + 5
    table = "nomor,nama,lahir,warga\n" + "".join(f"{i},Orang {i},,id\n" for i in range(number))
    path, mapping = desk.file("orang.csv", table), mapped(desk, PEOPLE)

    class Stopped(Exception):
        pass

    def stop(_: object) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        desk.take(path, mapping=mapping, on_progress=stop)
    result = desk.take(path, mapping=mapping)

    assert result.resumed_at > 0
    assert (result.rows, result.new, desk.records.counts()) == (number, number, {"Person": number})


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (PEOPLE.replace("column: nama", "column: name"), "missing: name"),
        (PEOPLE + "lintas: {category: {column: status}}", "missing: status"),
        (PEOPLE.replace("    entities", "    filters: {aktif: ya}\n    entities"), "missing: aktif"),
        (PEOPLE.replace("schema: Person", "schema: Orang"), "Orang"),
        (PEOPLE.replace("birthDate", "bornOn"), "bornOn"),
        (PEOPLE.replace("keys: [nomor]", "keys: []"), "No keys"),
        (PEOPLE + "lintas: {kategori: wanted}", "kategori"),
        (PEOPLE + "lintas: {encoding: utf-9}", "utf-9"),
        (PEOPLE + "lintas: {extract: {x: {column: nama, pattern: 'a'}}}", "group"),
        ("- just\n- a list\n", "queries"),
        ("queries: [1, 2]", "queries"),
        ("queries: []", "queries"),
        ("{unclosed", "problem"),
        ("queries: [{entities: {}}]", "No entity"),
        ("queries: [{file: x.csv}]", "entities"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_before_anything_is_imported(
    desk: Register, mapping: str, told: str
) -> None:
    with pytest.raises(InvalidMapping, match=told):
        desk.take(desk.file("orang.csv", DPO), mapping=mapped(desk, mapping))

    assert desk.records.counts() == {}


def test_a_file_in_the_wrong_encoding_is_refused_before_anything_is_imported(desk: Register) -> None:
    path = desk.file("orang.csv", (DPO + "4;Muñoz;;\n").encode("latin-1"))

    with pytest.raises(InvalidFile, match="line: 5"):
        desk.take(path, mapping=mapped(desk, PEOPLE))
    assert desk.records.counts() == {}

    assert desk.take(path, mapping=mapped(desk, PEOPLE + "lintas: {encoding: latin-1}")).new == 4


def test_a_file_the_mapping_names_must_be_there(desk: Register) -> None:
    both = PEOPLE + PEOPLE.replace("queries:", "").replace("orang.csv", "alias.csv")

    with pytest.raises(InvalidFile, match=r"alias\.csv"):
        desk.take(desk.file("orang.csv", DPO), mapping=mapped(desk, both))


OWN = """
queries:
  - database: ${LINTAS_TEST_AGENCY}
    table: orang
    filters: { aktif: 1 }
    lintas: { cursor: diubah, category: wanted }
    entities:
      orang:
        schema: Person
        keys: [nomor]
        key_literal: dpo
        properties: { name: { column: nama }, birthDate: { column: lahir } }
"""
agency = MetaData()
orang = Table(
    "orang",
    agency,
    Column("nomor", Integer, primary_key=True),
    Column("nama", String),
    Column("lahir", String),
    Column("aktif", Integer),
    Column("diubah", DateTime),
)


def row(nomor: int, nama: str, day: int, aktif: int = 1) -> dict[str, object]:
    moment = datetime(2026, 1, day, 8)  # noqa: DTZ001 - such databases rarely know time zones
    return {"nomor": nomor, "nama": nama, "lahir": "1970", "aktif": aktif, "diubah": moment}


@pytest.fixture
def theirs(desk: Register):
    """The agency's own database, as it was before Lintas came."""
    engine = create_engine(f"sqlite:///{desk.folder / 'agency.db'}")
    with engine.begin() as connection:
        agency.create_all(connection)
        connection.execute(insert(orang), [row(1, "Budi", 1), row(2, "Siti", 2), row(3, "Joko", 3, aktif=0)])
    yield engine
    engine.dispose()


def from_agency(desk: Register, mapping: str = OWN, **options: object):
    own = {"database": f"sqlite:///{desk.folder / 'agency.db'}", "source": SOURCE, "report": desk.report}
    return import_table(desk.records, mapped(desk, mapping), **(own | options))


def test_a_table_of_another_database_is_read_through_the_same_mapping(desk: Register, theirs) -> None:
    result = from_agency(desk)

    assert (result.rows, result.new) == (2, 2)
    assert people(desk)["Budi"] == {"name": ("Budi",), "birthDate": ("1970",)}


def test_only_what_is_new_since_the_last_time_is_read(desk: Register, theirs) -> None:
    from_agency(desk)
    with theirs.begin() as connection:
        connection.execute(insert(orang), row(4, "Ani", 4))
        connection.execute(
            update(orang).where(orang.c.nomor == 1).values(nama="Budi S.", diubah=row(1, "", 5)["diubah"])
        )

    result = from_agency(desk)
    again = from_agency(desk)

    # Siti was last, and somebody else may have been written in the same second: she is read again.
    assert (result.rows, result.new, result.changed, result.same) == (3, 1, 1, 1)
    assert (again.rows, again.same) == (1, 1)
    assert set(people(desk)) == {"Budi S.", "Siti", "Ani"}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Integer, [1, 2, 10]),
        (Float, [0.5, 1.5, 10.25]),
        (Numeric(10, 2), [Decimal("1.50"), Decimal("2.00"), Decimal("10.25")]),
        (String, ["2026-01-01", "2026-01-02", "2026-01-10"]),
        (Date, [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 10)]),
        (DateTime, [datetime(2026, 1, day, 8, 0, 1, 500) for day in (1, 2, 10)]),  # noqa: DTZ001 - as above
    ],
)
@pytest.mark.filterwarnings("ignore:Dialect sqlite.pysqlite does .not. support Decimal")
def test_whatever_grows_can_be_the_cursor(desk: Register, kind: object, values: list[object]) -> None:
    engine = create_engine(f"sqlite:///{desk.folder / 'agency.db'}")
    columns = [Column("nomor", Integer, primary_key=True), Column("nama", String), Column("naik", kind)]
    table = Table("orang", MetaData(), *columns)
    mapping = (
        OWN.replace("diubah", "naik").replace("filters: { aktif: 1 }", "").replace(", birthDate: { column: lahir }", "")
    )
    rows = [{"nomor": i, "nama": f"Orang {i}", "naik": value} for i, value in enumerate(values)]
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), rows[:2])
    assert from_agency(desk, mapping).new == 2

    with engine.begin() as connection:
        connection.execute(insert(table), rows[2:])
        connection.execute(insert(table), {"nomor": 99, "nama": "Tanpa Tanggal", "naik": None})
    result = from_agency(desk, mapping)

    assert (result.rows, result.new, result.same) == (2, 1, 1)  # without a value of its cursor a row is never new
    engine.dispose()


def test_two_tables_are_joined_as_followthemoney_joins_them(desk: Register, theirs) -> None:
    papers = Table("paspor", MetaData(), Column("pemilik", Integer), Column("nomor", String))
    with theirs.begin() as connection:
        papers.create(connection)
        connection.execute(insert(papers), [{"pemilik": 1, "nomor": "A1234567"}, {"pemilik": 1, "nomor": "B7654321"}])
    mapping = """
queries:
  - database: ${LINTAS_TEST_AGENCY}
    tables: [{ table: orang, alias: o }, { table: paspor, alias: p }]
    joins: [{ left: o.nomor, right: p.pemilik }]
    entities:
      orang:
        schema: Person
        keys: [o.nomor]
        properties: { name: { column: o.nama }, passportNumber: { column: p.nomor } }
"""

    result = from_agency(desk, mapping)

    assert (result.rows, result.new) == (2, 1)
    assert people(desk)["Budi"]["passportNumber"] == ("A1234567", "B7654321")


def test_a_database_that_fails_while_it_is_read_is_told(desk: Register, theirs) -> None:
    with theirs.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orang RENAME TO asli")
        connection.exec_driver_sql("CREATE VIEW orang AS SELECT *, abs(-9223372036854775808) AS rusak FROM asli")
    mapping = OWN.replace("birthDate: { column: lahir }", "notes: { column: rusak }")

    with pytest.raises(DatabaseUnreachable, match="overflow"):
        from_agency(desk, mapping)


def test_a_table_without_cursor_is_read_whole_each_time(desk: Register, theirs) -> None:
    whole = OWN.replace("cursor: diubah, ", "")
    from_agency(desk, whole)

    result = from_agency(desk, whole)

    assert (result.rows, result.same) == (2, 2)


def test_an_import_that_fails_does_not_move_the_cursor(desk: Register, theirs) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    database = f"sqlite:///{desk.folder / 'agency.db'}"
    with pytest.raises(KeyboardInterrupt):
        import_table(
            desk.records, mapped(desk, OWN), source=SOURCE, report=desk.report, database=database, on_progress=stop
        )

    assert from_agency(desk).rows == 2


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (OWN.replace("column: nama", "column: name"), "name"),
        (OWN.replace("cursor: diubah", "cursor: changed"), "changed"),
        (OWN.replace("table: orang", "table: persons"), "persons"),
        (PEOPLE, "database"),
    ],
)
def test_a_mapping_that_does_not_fit_the_database_is_refused(desk: Register, theirs, mapping: str, told: str) -> None:
    with pytest.raises(InvalidMapping, match=told):
        from_agency(desk, mapping)


def test_a_database_that_does_not_answer_is_told_without_its_password(desk: Register) -> None:
    with pytest.raises(DatabaseUnreachable) as unreachable:
        from_agency(desk, database="sqlite:////nowhere/rahasia.db")
    with pytest.raises(InvalidMapping) as invalid:
        from_agency(desk, database="rahasia")

    assert "rahasia" not in str(unreachable.value) + str(invalid.value)
