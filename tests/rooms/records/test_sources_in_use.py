"""Real data: a part of the sanctions list of the United States Treasury, through the mapping we ship."""

from __future__ import annotations

from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from lintas.clock import ManualClock
from lintas.model import Handling, SubjectCategory, SubjectKind
from lintas.records import ImportResult
from lintas.storage import Database
from rooms.records.record_makers import Register

Imported = tuple[Register, ImportResult, ImportResult]


@pytest.fixture(scope="module")
def ofac(tmp_path_factory: pytest.TempPathFactory):
    """The list, imported once for all tests."""
    folder = tmp_path_factory.mktemp("ofac")
    database = Database.open(f"sqlite:///{folder / 'desk.db'}")
    database.migrate()
    desk = Register.open(database, ManualClock(), folder)
    with as_file(files("lintas.exercises") / "ofac") as data:
        result = desk.take(data / "sdn.csv", mapping=data / "mapping.yaml", source="OFAC SDN")
        again = desk.take(data, mapping=data / "mapping.yaml", source="OFAC SDN")
        yield desk, result, again
    desk.index.close()
    database.close()


def test_every_entry_of_the_list_becomes_a_record(ofac: Imported) -> None:
    desk, result, _ = ofac

    assert (result.rows, result.new, result.rejected) == (15_086, 4_000, 0)
    assert desk.records.counts() == {"Person": 2_179, "Organization": 1_651, "Airplane": 92, "Vessel": 78}


def test_the_list_read_again_changes_nothing(ofac: Imported) -> None:
    _, _, again = ofac

    assert (again.new, again.changed, again.same) == (0, 0, 4_000)


def test_what_could_not_be_kept_of_the_list_is_little_and_told(
    ofac: Imported,
) -> None:
    desk, result, _ = ofac

    assert result.set_aside == len(desk.flaws()) < 10
    assert set(desk.reasons()) == {"value.invalid"}


def test_a_person_of_the_list_has_everything_that_stood_in_the_remarks(
    ofac: Imported,
) -> None:
    desk, _, _ = ofac

    person = desk.records.get("ofac-7329").properties

    assert person["name"] == ("Mohamad Iqbal ABDURRAHMAN",)
    assert person["birthDate"] == ("1957-08-17", "1958-08-17")
    assert person["nationality"] == ("id",)
    assert person["idNumber"] == ("3603251708570001",)
    assert "ABU JIBRIL" in person["weakAlias"]
    assert "MUQTI, Fihiruddin" in person["alias"]
    assert person["address"][0].endswith("Tangerang, Indonesia")
    assert person["program"] == ("SDGT",)


def test_persons_bodies_ships_and_aircraft_are_found_by_name_and_number(
    ofac: Imported,
) -> None:
    desk, _, _ = ofac

    assert desk.found(name="Nurdjaman Ridwan Isamudin")[0] == "ofac-7328"
    assert desk.found(passportNumber="PO 69381")[0] == "ofac-9995"
    assert desk.found(SubjectKind.COMPANY, name="Banco Nacional de Cuba")[0] == "ofac-306"
    assert desk.found(SubjectKind.VESSEL, imoNumber="9569683")[0] == "ofac-15903"
    assert desk.found(SubjectKind.VEHICLE, registrationNumber="EPGOM")[0] == "ofac-15431"


def test_nobody_of_the_list_is_called_wanted_or_suspected_by_us(
    ofac: Imported,
) -> None:
    desk, _, _ = ofac

    records = desk.records.many([f"ofac-{number}" for number in range(20_000)])

    assert Counter(record.category for record in records) == {
        SubjectCategory.CONTACT: 3_830,
        SubjectCategory.OBJECT: 170,
    }
    assert {record.handling for record in records} == {Handling.H0}
    assert not any(record.invented for record in records)


def test_the_list_says_where_it_comes_from() -> None:
    source = (Path(str(files("lintas.exercises"))) / "ofac" / "SOURCE.md").read_text("utf-8")

    assert "public domain" in source
    assert "Office of Foreign Assets Control" in source
