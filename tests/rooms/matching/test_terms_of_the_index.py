"""The terms under which a record is found: what is asked for must meet what is stored."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.matching import index_terms, query_terms
from lintas.matching.keys import (
    LOOK_ALIKES,
    NATIVE,
    NO_L,
    NO_VOWELS,
    OR,
    Number,
    asked_near,
    query_terms_of,
    stored_near,
    terms_of,
)
from lintas.model import SubjectKind
from rooms.matching.asking import on_file, person, record, subject

FIELDS = ("kinds", "keys", "near", "names", "dates", "countries")


def meeting(asked, filed):
    """In which fields the subject's terms and the record's meet."""
    wanted, stored = query_terms(asked), index_terms(filed)
    return {field for field in FIELDS if set(getattr(wanted, field)) & set(getattr(stored, field))}


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
        ("document", "number", "Passport", "A1234567", "A1243567"),
        ("vehicle", "registrationNumber", "Vehicle", "B1234XYZ", "81234XYZ"),
        ("vehicle", "vin", "Vehicle", "1M8GDM9AXKP042788", "1M8GDM9AXKPO42788"),
        ("device", "imei", "Device", "490154203237518", "490154203237515"),
        ("container", "containerNumber", "Container", "CSQU3054383", "CSQU3O54383"),
        ("phone", "phone", "PhoneLine", "+6281200000001", "081200000001"),
        ("email", "email", "EmailAddress", "budi@contoh.id", "budy@contoh.id"),
    ],
)
def test_one_wrong_sign_does_not_hide_a_number(kind, prop, schema, asked, filed):
    met = meeting(subject(kind, **{prop: asked}), record(schema, **{prop: filed}))

    assert "near" in met
    assert "keys" not in met


def test_a_long_text_in_a_number_s_place_makes_no_flood_of_terms():
    assert len(index_terms(on_file(passportNumber="A1" * 100)).near) == 1
    assert len(query_terms(person(name="Budi", passportNumber="A1" * 100)).near) == 1


@pytest.mark.parametrize(
    ("asked", "filed"),
    [
        ("Soekarno Hatta", "Sukarno Hatta"),
        ("Muhammad Rizky", "Mohd. Rizky"),
        ("Nguyễn Văn Đức", "Nguyen Van Duc"),
        ("Dr. Budi Santoso", "budi  SANTOSO"),
    ],
)
def test_what_is_only_written_differently_has_the_same_words(asked, filed):
    assert "names" in meeting(person(name=asked), on_file(name=filed))


def test_a_word_says_what_its_script_leaves_out():
    assert all(word.startswith(NO_VOWELS) for word in index_terms(on_file(name="محمد خالد")).names[0])
    assert all(word.startswith(NO_L) for word in index_terms(on_file(name="이 용무")).names[0])
    assert index_terms(on_file(name="Budi Santoso")).names == (("budi", "santoso"),)


def test_a_name_without_vowels_is_stored_as_transcribed_and_as_heard_and_asked_in_all_likely_spellings():
    stored, (asked, *_) = index_terms(on_file(name="יוליה")).names, query_terms(person(name="יוליה")).names

    assert len(stored) == 2
    assert all(word.isascii() for words in stored for word in words)
    forms = asked[0].split(OR)
    assert len(forms) > 3
    assert any(form.startswith(NATIVE) for form in forms)
    assert any(form.startswith(NO_VOWELS) for form in forms)


@pytest.mark.parametrize(
    ("name", "words"),
    [("Ri Yong-mu", ("ri", "yongmu")), ("Jean-Luc Contoh", ("jeanluc", "contoh"))],
)
def test_what_a_hyphen_joins_is_also_one_word(name, words):
    assert words in index_terms(on_file(name=name)).names
    assert words in query_terms(person(name=name)).names


@pytest.mark.parametrize(
    ("name", "parts"), [("라종일", 2), ("王小明", 2), ("村田結愛", 2), ("عبد الرحمن", 1), ("حمید الله", 1)]
)
def test_a_name_written_in_one_is_also_parted_and_an_arabic_one_of_two_words_joined(name, parts):
    assert parts in {len(words) for words in query_terms(person(name=name)).names}
    assert parts in {len(words) for words in index_terms(on_file(name=name)).names}


def test_a_record_without_a_name_is_found_by_the_parts_of_one():
    assert index_terms(on_file(firstName="Budi", lastName="Santoso")).names == (("budi", "santoso"),)


def test_only_what_is_known_by_its_name_is_found_by_it():
    assert index_terms(record("Device", name="Budi", imei="490154203237518")).names == ()
    assert index_terms(record("Vessel", name="Budi")).names != ()


def test_day_and_month_exchanged_still_meet():
    assert "dates" in meeting(person(name="Budi", birthDate="1980-02-03"), on_file(name="Budi", birthDate="1980-03-02"))


def test_a_date_is_one_number_and_what_is_not_known_of_it_is_nought():
    assert index_terms(on_file(name="Budi", birthDate=["1980-02-03", "1981", "1982-07"])).dates == (
        19800203,
        19810000,
        19820700,
    )


def test_a_person_is_looked_for_among_persons_and_those_of_whom_nobody_knows():
    assert "kinds" in meeting(person(name="Budi"), record("LegalEntity", name="Budi"))
    assert "kinds" not in meeting(person(name="Budi"), record("Vessel", name="Budi"))


def test_something_that_may_be_of_several_kinds_is_looked_for_among_all_of_them():
    kinds = frozenset({SubjectKind.PERSON, SubjectKind.VESSEL})

    assert query_terms_of({"name": ("Budi",)}, kinds).kinds == ("person", "vessel")


def test_a_record_that_nobody_asks_for_has_no_terms():
    terms = index_terms(record("Ownership", startDate="2020"))

    assert (terms.kinds, terms.keys, terms.names) == ((), (), ())


def test_fillers_are_no_numbers():
    assert terms_of({"passportNumber": ("0000000", "XXXX", "-", "A1")}, "Person").keys == ()


def test_terms_are_single_and_numbers_have_no_blanks():
    terms = index_terms(
        on_file(name=["Budi Contoh", "Contoh Budi"], passportNumber=["A 123 4567", "A1234567"], phone="x y 12345")
    )

    for field in FIELDS:
        assert len(getattr(terms, field)) == len(set(getattr(terms, field)))
    assert not any(character.isspace() for term in (*terms.keys, *terms.near) for character in term)


def test_signs_that_look_alike_fold_into_one():
    assert "O0Q".translate(LOOK_ALIKES) == "000"
    assert "I1L".translate(LOOK_ALIKES) == "111"
    assert "B8".translate(LOOK_ALIKES) == "88"


numbers = st.text("ABC123", min_size=5, max_size=12)


@settings(deadline=None)
@given(numbers, st.integers(0, 11), st.sampled_from("XYZ789"), st.sampled_from(["change", "forget", "add"]))
def test_any_one_slip_of_the_pen_still_meets(text, at, sign, slip):
    at %= len(text)
    tail = {"change": sign + text[at + 1 :], "forget": text[at + 1 :], "add": sign + text[at:]}[slip]
    one, other = (Number("paper", t) for t in (text, text[:at] + tail))

    assert set(asked_near(one)) & set(stored_near(other))
    assert set(asked_near(other)) & set(stored_near(one)) or len(other.text) < 5


@settings(deadline=None)
@given(st.text(max_size=100), st.text(max_size=40))
def test_any_record_has_terms(name, number):
    filed = on_file(name=name, passportNumber=number, birthDate=number, phone=number)
    terms = index_terms(filed)

    assert all(terms.keys)
    assert all(terms.near)
    assert all(word for words in terms.names for word in words)
