"""One box for anything: what an officer pastes is taken for what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidIdentifier
from lintas.model import SubjectKind
from lintas.web.recognising import read_date, recognise

K = SubjectKind


@pytest.mark.parametrize(
    ("text", "kind", "properties"),
    [
        ("Budi Santoso", K.PERSON, {"name": "Budi Santoso"}),
        ("Sukarno", K.PERSON, {"name": "Sukarno"}),
        ("Budi Santoso 1970", K.PERSON, {"name": "Budi Santoso", "birthDate": "1970"}),
        ("Siti, 12-03-1985", K.PERSON, {"name": "Siti", "birthDate": "1985-03-12"}),
        ("BUDI 1970", K.PERSON, {"name": "BUDI", "birthDate": "1970"}),
        ("Sarah O'Connor (1985-03)", K.PERSON, {"name": "Sarah O'Connor", "birthDate": "1985-03"}),
        ("山田太郎", K.PERSON, {"name": "山田太郎"}),
        ("NULL", K.PERSON, {"name": "NULL"}),
        ("PT Maju Contoh", K.COMPANY, {"name": "PT Maju Contoh"}),
        ("Contoh Sdn Bhd", K.COMPANY, {"name": "Contoh Sdn Bhd"}),
        ("sari@contoh.id", K.EMAIL, {"email": "sari@contoh.id"}),
        ("49 015420 323751 8", K.DEVICE, {"imei": "49 015420 323751 8"}),
        ("CSQU 305438 3", K.CONTAINER, {"containerNumber": "CSQU 305438 3"}),
        ("GB33 BUKB 2020 1555 5555 55", K.ACCOUNT, {"iban": "GB33 BUKB 2020 1555 5555 55"}),
        ("IMO 9074729", K.VESSEL, {"imoNumber": "IMO 9074729"}),
        ("1HGCM82633A004352", K.VEHICLE, {"vin": "1HGCM82633A004352"}),
        ("3174011203850001", K.PERSON, {"idNumber": "3174011203850001"}),
        ("0812-3456-7890", K.PHONE, {"phone": "+6281234567890"}),
        ("+60 12-345 6789", K.PHONE, {"phone": "+60123456789"}),
        ("b 1234 xyz", K.VEHICLE, {"registrationNumber": "B 1234 XYZ", "country": "id"}),
        ("WXY 1234", K.VEHICLE, {"registrationNumber": "WXY 1234", "country": "my"}),
        ("A1234567", K.DOCUMENT, {"number": "A1234567"}),
    ],
)
def test_what_is_pasted_is_taken_for_what_it_is(text: str, kind: SubjectKind, properties: dict[str, str]) -> None:
    subject = recognise(text, "id")

    assert subject is not None
    assert subject.kind is kind
    assert dict(subject.properties) == {name: (value,) for name, value in properties.items()}


LINES = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")


@pytest.mark.parametrize("joint", ["\n", "", " \r\n "], ids=["two lines", "run together", "with blanks"])
def test_the_lines_of_a_passport_name_its_holder(joint: str) -> None:
    subject = recognise(joint.join(LINES), "id")

    assert subject is not None
    assert subject.kind is K.PERSON
    assert subject.values("name") == ("ANNA MARIA ERIKSSON",)
    assert subject.values("passportNumber") == ("L898902C3",)
    assert subject.values("birthDate") == ("1974-08-12",)


def test_a_wrong_digit_in_the_lines_of_a_passport_is_said_and_not_guessed_around() -> None:
    wrong = LINES[1].replace("7408122", "7408132")

    with pytest.raises(InvalidIdentifier) as caught:
        recognise(f"{LINES[0]}\n{wrong}", "id")

    assert caught.value.facts["part"] == "birth_date"


def test_a_number_whose_check_digit_is_wrong_is_not_taken_for_what_it_is_not() -> None:
    subject = recognise("490154203237519", "id")

    assert subject is not None
    assert subject.kind is not K.DEVICE


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_recognised_as_nothing(text: str) -> None:
    assert recognise(text, "id") is None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1970", "1970"),
        ("1970-01", "1970-01"),
        ("1970-01-31", "1970-01-31"),
        ("31-01-1970", "1970-01-31"),
        ("31/1/1970", "1970-01-31"),
        ("1.2.1970", "1970-02-01"),
        ("03/1985", "1985-03"),
        ("31-13-1970", None),
        ("32-01-1970", None),
        ("1970-13", None),
        ("kemarin", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_the_region_writes_it_day_first(text: str, date: str | None) -> None:
    assert read_date(text) == date


@given(st.text(max_size=120))
def test_whatever_is_pasted_something_is_made_of_it_or_the_mistake_is_named(text: str) -> None:
    try:
        subject = recognise(text, "id")
    except InvalidIdentifier:
        assert text.count("<") >= 3
        return

    assert (subject is None) == (not text.strip())


@given(st.dates())
def test_a_date_survives_both_ways_of_writing_it(day) -> None:
    iso = day.isoformat()

    assert read_date(iso) == iso
    assert read_date(f"{day.day:02}-{day.month:02}-{day.year:04}") == iso
