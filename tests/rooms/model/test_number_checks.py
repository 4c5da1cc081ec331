"""Numbers are refused where they are typed, with the place of the mistake and, if it is plain, what was meant."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import imo, iso6346, luhn

from lintas.errors import InvalidIdentifier
from lintas.model import SubjectKind
from lintas.model.identifier_rules import check
from lintas.model.identifiers import Identifier, IdentifierKind, identifier_kind, normalise, validate
from lintas.model.kinds import primary_properties


def refusal(kind, value, country=None):
    with pytest.raises(InvalidIdentifier) as caught:
        validate(kind, value, country)
    return caught.value.facts


@pytest.mark.parametrize(
    ("kind", "written", "country", "normal"),
    [
        ("vin", "1m8gdm9axkp042788", None, "1M8GDM9AXKP042788"),
        ("imei", "49-015420-323751-8", None, "490154203237518"),
        ("imei", "49015420323751", None, "490154203237518"),
        ("imei", "4901542032375101", None, "490154203237518"),
        ("container", "csqu 305438 3", None, "CSQU3054383"),
        ("iban", "DE89 3704 0044 0532 0130 00", None, "DE89370400440532013000"),
        ("bic", "deutdeff", None, "DEUTDEFF"),
        ("phone", "0812 0000 0001", "ID", "+6281200000001"),
        ("phone", "+62 (812) 0000-0001", None, "+6281200000001"),
        ("imo", "IMO 9074729", None, "9074729"),
        ("email", "Orang.Contoh@CONTOH.id", None, "orang.contoh@contoh.id"),
        ("email", "mailto:orang@bücher.example", None, "orang@bücher.example"),
        ("national_id", "3171 0117 0845 0001", "id", "3171011708450001"),
        ("national_id", "770305-02-1234", "my", "770305021234"),
        ("national_id", "1-2345-45678-78-1", "th", "1234545678781"),
        ("national_id", "s1234567d", "sg", "S1234567D"),
        ("national_id", "001 099 012345", "vn", "001099012345"),
        ("plate", "b 1234 xyz", "id", "B1234XYZ"),
        ("plate", "SBA 1234 G", "sg", "SBA1234G"),
        ("plate", "1กก 1234", "th", "1กก1234"),
        ("passport", "a 1234567", "id", "A1234567"),
        ("mac", "00:11:22:aa:bb:cc", None, "001122AABBCC"),
        ("imsi", "510 10 1234567890", None, "510101234567890"),
        ("username", " Kancil ", None, "kancil"),
        ("wallet", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh", None, "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"),
    ],
)
def test_a_right_number_is_brought_into_one_form(kind, written, country, normal):
    assert validate(kind, written, country).normalised == normal


def test_what_is_learned_on_the_way_is_told():
    phone = validate("phone", "0812 0000 0001", "id")
    iban = validate("iban", "TL380080012345678910157")

    assert phone == Identifier(IdentifierKind.PHONE, "+6281200000001", "id")
    assert iban.country == "tl"
    assert validate("imei", "49015420323751").note == "check_digit_added"


@pytest.mark.parametrize("kind", IdentifierKind)
@pytest.mark.parametrize("nothing", ["", "   ", "\t\n"])
def test_nothing_is_no_number(kind, nothing):
    assert refusal(kind, nothing) == {"kind": str(kind), "problem": "empty"}


@pytest.mark.parametrize(
    ("kind", "written", "country", "facts"),
    [
        ("vin", "1M8GDM9A0KP042788", None, {"problem": "check_digit", "position": 9, "found": "0", "expected": "X"}),
        ("vin", "MHF1234567890123", None, {"problem": "length", "found": 16, "expected": 17}),
        (
            "vin",
            "1M8GDM9AXKPO42788",
            None,
            {"problem": "character", "position": 12, "found": "O", "suggestion": "1M8GDM9AXKP042788"},
        ),
        ("imei", "490154203237519", None, {"problem": "check_digit", "position": 15, "found": "9", "expected": "8"}),
        (
            "imei",
            "49O154203237518",
            None,
            {"problem": "character", "position": 3, "found": "O", "suggestion": "490154203237518"},
        ),
        ("imei", "49015420323", None, {"problem": "length", "found": 11, "expected": 15}),
        ("container", "CSQU3054384", None, {"problem": "check_digit", "position": 11, "found": "4", "expected": "3"}),
        (
            "container",
            "C5QU3054383",
            None,
            {"problem": "character", "position": 2, "found": "5", "suggestion": "CSQU3054383"},
        ),
        ("container", "CSQA3054383", None, {"problem": "character", "position": 4, "found": "A"}),
        ("container", "CSQU305438", None, {"problem": "length", "found": 10, "expected": 11}),
        ("imo", "9074728", None, {"problem": "check_digit", "position": 7, "found": "8", "expected": "9"}),
        ("iban", "DE89370400440532010300", None, {"problem": "check_digit"}),
        ("iban", "ID1234567890", None, {"problem": "country", "found": "ID"}),
        ("iban", "DE8937040044", None, {"problem": "length", "found": 12}),
        ("bic", "XX", None, {"problem": "form", "found": "XX"}),
        ("phone", "081200000001", None, {"problem": "country"}),
        ("phone", "+6281", None, {"problem": "length", "found": 4}),
        ("phone", "+999123456789", None, {"problem": "country", "found": "+999123456789"}),
        ("phone", "rumah", "id", {"problem": "empty"}),
        ("email", "orang @contoh.id", None, {"problem": "character", "position": 6, "found": " "}),
        ("email", "orang.contoh.id", None, {"problem": "form"}),
        ("email", "orang@contoh", None, {"problem": "form", "part": "domain", "found": "contoh"}),
        ("email", "orang@a..id", None, {"problem": "form", "part": "domain", "found": "a..id"}),
        ("email", "orang@10.0.0.1", None, {"problem": "form", "part": "domain", "found": "10.0.0.1"}),
        ("passport", "A12345678901", None, {"problem": "length", "found": 12, "expected": 9}),
        ("passport", "X123ñ567", None, {"problem": "character", "position": 5, "found": "Ñ"}),
        ("iccid", "1234567890123456789", None, {"problem": "form", "found": 19}),
        ("document", "12", None, {"problem": "length", "found": 2}),
        (
            "mac",
            "00:11:22:33:44:5g",
            None,
            {"problem": "character", "position": 12, "found": "G", "suggestion": "001122334456"},
        ),
        ("plate", "B" * 21, "id", {"problem": "length", "found": 21}),
    ],
)
def test_a_wrong_number_is_refused_with_the_place_of_the_mistake(kind, written, country, facts):
    assert refusal(kind, written, country) == {"kind": kind, **facts}


@pytest.mark.parametrize(
    ("country", "written", "facts"),
    [
        ("id", "3171013502450001", {"problem": "date"}),  # the thirty-fifth of February
        ("id", "9971011708450001", {"problem": "place"}),
        ("id", "317101170845000", {"problem": "length", "found": 15}),
        (
            "id",
            "31710117O8450001",
            {"problem": "character", "position": 9, "found": "O", "suggestion": "3171011708450001"},
        ),
        ("my", "771305-02-1234", {"problem": "date"}),
        ("my", "770305-17-1234", {"problem": "place"}),
        ("th", "1234545678782", {"problem": "check_digit"}),
        ("sg", "S1234567A", {"problem": "check_digit", "position": 9, "found": "A", "expected": "D"}),
        ("sg", "51234567D", {"problem": "form", "suggestion": "S1234567D"}),
        ("vn", "00109901234", {"problem": "form", "found": "00109901234"}),
        ("tr", "01234567890", {"problem": "form"}),  # none begins with a zero
        ("id", "123", {"problem": "length", "found": 3}),
    ],
)
def test_a_national_identity_number_follows_the_rule_of_its_country(country, written, facts):
    found = refusal("national_id", written, country)

    assert found.pop("country") == country
    assert {name: value for name, value in found.items() if name != "suggestion" or name in facts} == {
        "kind": "national_id",
        **facts,
    }


@pytest.mark.parametrize("number", ["S1234567D", "T1234567J", "F1234567N", "G1234567X", "M1234567K"])
def test_each_series_of_singapore_has_its_own_letters(number):
    assert validate("national_id", number, "sg").note == ""


def test_a_woman_s_day_of_birth_is_forty_days_later_in_an_indonesian_number():
    assert validate("national_id", "3171015708450001", "id").note == ""


@pytest.mark.parametrize(
    ("kind", "written", "country", "note"),
    [
        ("national_id", "123456789", None, "no_country"),
        ("national_id", "123456789", "zz", "no_rule"),
        ("plate", "B1234", None, "no_country"),
        ("plate", "ABC123", "nz", "no_rule"),
        ("plate", "CD 12 3456", "my", "unusual_form"),
        ("passport", "A1234567", None, "no_country"),
        ("passport", "12345678", "my", "unusual_form"),
        ("vin", "WVWZZZ1JZ3W386752", None, "check_digit_not_used"),
        ("vin", "ZZE122-1234567", None, "unusual_form"),
        ("phone", "+62 999 9999 999", None, "unusual_form"),
        ("iccid", "8962011012345678904", None, "check_digit_not_used"),
    ],
)
def test_what_is_merely_unusual_is_remarked_and_not_refused(kind, written, country, note):
    assert validate(kind, written, country).note == note


@pytest.mark.parametrize(
    ("kind", "written", "country", "meant"),
    [
        ("plate", "B 1Z34 XYZ", "id", "B1234XYZ"),
        ("plate", "S8A 1234 G", "sg", "SBA1234G"),
        ("passport", "AI23456", "id", None),
        ("passport", "A12345G7", "id", "A1234567"),
        ("passport", "8I234567", "vn", None),
    ],
)
def test_the_usual_form_that_was_probably_meant_is_offered(kind, written, country, meant):
    assert validate(kind, written, country).suggestion == meant


def test_a_plate_of_singapore_has_a_check_letter():
    facts = refusal("plate", "SBA 1234 A", "sg")

    assert (facts["problem"], facts["position"], facts["expected"]) == ("check_digit", 8, "G")


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(0, 14), st.integers(1, 9))
def test_no_single_wrong_digit_of_an_imei_passes(body, at, by):
    right = body + luhn.calc_check_digit(body)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]

    assert validate("imei", right).normalised == right
    assert refusal("imei", wrong)["problem"] == "check_digit"


@given(st.text("0123456789", min_size=6, max_size=6), st.integers(0, 5), st.integers(1, 9))
def test_most_wrong_digits_of_an_imo_number_are_found_and_none_is_a_surprise(body, at, by):
    right = body + imo.calc_check_digit(body)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]

    assert validate("imo", right).normalised == right
    if imo.is_valid(wrong):
        assert validate("imo", wrong).normalised == wrong
    else:
        assert refusal("imo", wrong)["expected"] == imo.calc_check_digit(wrong[:6])


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    st.sampled_from("UJZ"),
    st.text("0123456789", min_size=6, max_size=6),
    st.sampled_from(range(10)),
)
def test_a_container_whose_letter_was_read_as_a_digit_is_put_right(owner, category, serial, at):
    number = owner + category + serial
    number += iso6346.calc_check_digit(number)
    twin = {"O": "0", "I": "1", "Z": "2", "S": "5", "G": "6", "B": "8", "0": "O", "1": "I", "5": "S", "8": "B"}
    mistaken = number[:at] + twin.get(number[at], number[at]) + number[at + 1 :]

    if mistaken == number:
        assert validate("container", number).normalised == number
    else:
        facts = refusal("container", mistaken)
        assert facts["problem"] == "character"
        assert facts["position"] == at + 1
        assert facts.get("suggestion") in (number, None)


@given(st.sampled_from(list(IdentifierKind)), st.text(max_size=60), st.sampled_from([None, "id", "sg", "zz", "ID"]))
def test_whatever_is_typed_is_accepted_or_refused_and_nothing_else(kind, text, country):
    with contextlib.suppress(InvalidIdentifier):
        assert validate(kind, text, country).normalised


@given(st.sampled_from(list(IdentifierKind)), st.text(max_size=60))
def test_the_normal_form_is_normal(kind, text):
    once = normalise(kind, text)

    assert normalise(kind, once) == once


@pytest.mark.parametrize("kind", IdentifierKind)
def test_every_kind_of_number_has_a_rule(kind):
    with contextlib.suppress(InvalidIdentifier):
        check(str(kind), "1", "1", None)


@pytest.mark.parametrize(
    "hostile", ["0" * 100_000, "\ufdfa" * 50_000, "A\u0301" * 50_000, "\x00\u202e" * 1000, "\ud800"]
)
@pytest.mark.parametrize("kind", IdentifierKind)
def test_a_hostile_number_is_dealt_with_at_once(kind, hostile):
    normalise(kind, hostile)
    with contextlib.suppress(InvalidIdentifier):
        assert len(validate(kind, hostile, "id").normalised) <= 200


def test_a_wallet_keeps_its_capital_letters():
    assert (
        normalise(IdentifierKind.WALLET, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2") == "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
    )


def test_a_registration_number_is_a_plate_on_a_vehicle_only():
    assert identifier_kind(SubjectKind.VEHICLE, "registrationNumber") is IdentifierKind.PLATE
    assert identifier_kind(SubjectKind.COMPANY, "registrationNumber") is IdentifierKind.REGISTRATION
    assert identifier_kind(SubjectKind.PERSON, "name") is None


@pytest.mark.parametrize("kind", set(SubjectKind) - {SubjectKind.PERSON, SubjectKind.COMPANY, SubjectKind.VESSEL})
def test_every_thing_can_be_asked_for_by_a_number(kind):
    assert any(identifier_kind(kind, prop) for prop in primary_properties(kind))


def test_the_libraries_are_loaded_when_they_are_needed():
    libraries = ("phonenumbers", "schwifty", "stdnum")
    program = f"import sys, lintas.model.identifiers; print([m for m in {libraries} if m in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


def test_the_sentence_of_a_refusal_tells_the_officer_what_to_do():
    with pytest.raises(InvalidIdentifier) as caught:
        validate("container", "C5QU3054383")

    assert "position: 2" in str(caught.value)
    assert "suggestion: CSQU3054383" in str(caught.value)
    assert "Compare it with the document" in str(caught.value)
