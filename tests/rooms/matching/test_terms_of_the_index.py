"""The terms under which a record is found: what is asked for must meet what is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.matching import index_terms, query_terms
from lintas.matching.keys import LOOK_ALIKES, near_terms
from lintas.matching.portrait import Number
from lintas.model.identifiers import IdentifierKind
from rooms.matching.asking import on_file, person, record, subject


def meeting(asked, filed):
    """In which fields the subject's terms and the record's meet."""
    wanted, stored = query_terms(asked), index_terms(filed)
    fields = ("keys", "near", "grams", "bones", "dates", "years", "countries", "kinds")
    return {field for field in fields if set(getattr(wanted, field)) & set(getattr(stored, field))}


def shared(asked, filed, field):
    wanted, stored = set(getattr(query_terms(asked), field)), set(getattr(index_terms(filed), field))
    return len(wanted & stored) / max(1, len(wanted))


@pytest.mark.parametrize(
    ("schema", "properties"),
    [
        ("PhoneLine", {"phone": "+6281200000001"}),
        ("Person", {"phone": "+62 812 0000 0001", "name": "Budi"}),
        ("Company", {"phone": "+6281200000001", "name": "PT Contoh"}),
        ("UserAccount", {"phone": "+6281200000001", "username": "x"}),
    ],
)
def test_a_telephone_number_brings_up_the_line_and_everybody_who_has_it(schema, properties):
    assert index_terms(record(schema, **properties)).keys.count("phone:+6281200000001") == 1
    assert "keys" in meeting(subject("phone", phone="+6281200000001"), record(schema, **properties))


@pytest.mark.parametrize(
    ("schema", "prop"),
    [("Passport", "number"), ("Identification", "number"), ("Person", "passportNumber"), ("Person", "idNumber")],
)
def test_a_document_is_found_whatever_it_is_called(schema, prop):
    assert "keys" in meeting(subject("document", number="A 1234567"), record(schema, **{prop: "a1234567"}))


@pytest.mark.parametrize(
    ("kind", "prop", "schema", "asked", "filed"),
    [
        ("document", "number", "Passport", "A1234567", "AI234567"),
        ("document", "number", "Passport", "A1234567", "A1234568"),
        ("document", "number", "Passport", "A1234567", "A123456"),
        ("document", "number", "Passport", "A1234567", "A12345678"),
        ("vehicle", "registrationNumber", "Vehicle", "B1234XYZ", "81234XYZ"),
        ("vehicle", "vin", "Vehicle", "1M8GDM9AXKP042788", "1M8GDM9AXKPO42788"),
        ("device", "imei", "Device", "490154203237518", "490154203237515"),
        ("container", "containerNumber", "Container", "CSQU3054383", "CSQU3O54383"),
        ("phone", "phone", "PhoneLine", "+6281200000001", "081200000001"),
    ],
)
def test_one_wrong_sign_does_not_hide_a_number(kind, prop, schema, asked, filed):
    met = meeting(subject(kind, **{prop: asked}), record(schema, **{prop: filed}))

    assert "near" in met
    assert "keys" not in met


def test_a_long_text_in_a_number_s_place_makes_no_flood_of_terms():
    assert len(index_terms(on_file(passportNumber="A1" * 100)).near) == 1


@pytest.mark.parametrize(
    ("asked", "filed"),
    [
        ("Sukarni", "Soekarni"),
        ("Muhammad Rizky", "Mohd. Rizki"),
        ("Budi Santoso", "Boedi Santosa"),
        ("Nguyễn Văn Đức", "Nguyen Van Duc"),
        ("Yuliya Shcherbakova", "Юлия Щербакова"),
        ("Ri Yong-mu", "Ri Yongmu"),
        ("Wang Xiaoming", "王小明"),
    ],
)
def test_a_name_written_differently_shares_most_letters(asked, filed):
    assert shared(person(name=asked), on_file(name=filed), "grams") >= 0.5


@pytest.mark.parametrize(
    ("asked", "filed"),
    [
        ("Muhammad Khalid", "محمد خالد"),
        ("Samira Shahbandar", "سميرة الشاهبندر"),
        ("Somchai Jaidee", "สมชาย ใจดี"),
        ("Hasan Farid", "حسن فريد"),
    ],
)
def test_a_name_in_a_script_without_vowels_shares_its_consonants(asked, filed):
    assert shared(person(name=asked), on_file(name=filed), "bones") >= 0.3


def test_only_what_is_known_by_its_name_is_found_by_it():
    assert index_terms(record("Device", name="Budi", imei="490154203237518")).grams == ()
    assert index_terms(record("Vessel", name="Budi")).grams != ()


def test_day_and_month_exchanged_still_meet():
    assert "dates" in meeting(person(name="Budi", birthDate="1980-02-03"), on_file(name="Budi", birthDate="1980-03-02"))


def test_a_year_meets_the_years_beside_it():
    assert "years" in meeting(person(name="Budi", birthDate="1980"), on_file(name="Budi", birthDate="1981-05-06"))
    assert "years" not in meeting(person(name="Budi", birthDate="1980"), on_file(name="Budi", birthDate="1983"))


def test_a_person_is_looked_for_among_persons_and_those_of_whom_nobody_knows():
    assert "kinds" in meeting(person(name="Budi"), record("LegalEntity", name="Budi"))
    assert "kinds" not in meeting(person(name="Budi"), record("Vessel", name="Budi"))


def test_a_record_that_nobody_asks_for_has_no_terms():
    terms = index_terms(record("Ownership", startDate="2020"))

    assert (terms.kinds, terms.keys, terms.grams) == ((), (), ())


def test_terms_are_sorted_single_and_without_blanks():
    terms = index_terms(
        on_file(name=["Budi Contoh", "Contoh Budi"], passportNumber=["A 123 4567", "A1234567"], phone="x y 12345")
    )

    for field in (terms.keys, terms.near, terms.grams, terms.bones):
        assert list(field) == sorted(set(field))
        assert not any(character.isspace() for term in field for character in term)


def test_signs_that_look_alike_fold_into_one():
    assert "O0Q".translate(LOOK_ALIKES) == "000"
    assert "I1L".translate(LOOK_ALIKES) == "111"
    assert "B8".translate(LOOK_ALIKES) == "88"


numbers = st.text("ABC123", min_size=5, max_size=12)


@given(numbers, st.integers(0, 11), st.sampled_from("XYZ789"), st.sampled_from(["change", "forget", "add"]))
def test_any_one_slip_of_the_pen_still_meets(text, at, sign, slip):
    at %= len(text)
    tail = {"change": sign + text[at + 1 :], "forget": text[at + 1 :], "add": sign + text[at:]}[slip]
    one, other = (Number("paper", IdentifierKind.PASSPORT, t) for t in (text, text[:at] + tail))

    assert near_terms(one) & near_terms(other) or len(other.text) < 5


@given(st.text(max_size=100), st.text(max_size=40))
def test_any_record_has_terms(name, number):
    filed = on_file(name=name, passportNumber=number, birthDate=number, phone=number)

    assert all(
        term
        for field in ("keys", "near", "grams", "bones", "dates", "years")
        for term in getattr(index_terms(filed), field)
    )
