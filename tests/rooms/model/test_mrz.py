"""The machine-readable zone, by the specimens of ICAO Doc 9303 and by every mistake a camera makes."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidIdentifier
from lintas.model.mrz import check_digit, read_mrz

# The specimens of Doc 9303 parts 4 to 7: Utopia does not exist, nor does Anna Maria Eriksson.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
TD1_LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
TODAY = date(2026, 1, 1)


def passport(name="CONTOH<<BUDI", number="A1234567<", birth="800229", sex="M", expiry="310101", personal="<" * 14):
    """An invented Indonesian passport with right check digits."""
    names = f"P<IDN{name}".ljust(44, "<")
    body = [(number, check_digit(number)), (birth, check_digit(birth)), (expiry, check_digit(expiry))]
    fields = f"{number}{body[0][1]}IDN{birth}{body[1][1]}{sex}{expiry}{body[2][1]}{personal}{check_digit(personal)}"
    composite = check_digit(fields[0:10] + fields[13:20] + fields[21:43])
    return f"{names}\n{fields}{composite}"


def refusal(text):
    with pytest.raises(InvalidIdentifier) as caught:
        read_mrz(text, today=TODAY)
    return caught.value.facts


@pytest.mark.parametrize(
    ("zone", "name"), [(TD3, "TD3"), (TD2, "TD2"), (TD1, "TD1"), (MRV_A, "MRV-A"), (MRV_B, "MRV-B")]
)
def test_the_specimens_of_the_standard_are_read(zone, name):
    mrz = read_mrz(zone, today=TODAY)

    assert (mrz.format, mrz.issuer, mrz.surname, mrz.given_names) == (name, "UTO", "ERIKSSON", "ANNA MARIA")
    assert mrz.sex == "female"
    assert mrz.name == "ANNA MARIA ERIKSSON"


def test_every_field_of_a_passport_is_found():
    mrz = read_mrz(TD3, today=TODAY)

    assert mrz.code == "P"
    assert mrz.number == "L898902C3"
    assert mrz.nationality == "UTO"
    assert (mrz.birth_date, mrz.expiry_date) == ("1974-08-12", "2012-04-15")
    assert mrz.personal_number == "ZE184226B"


def test_the_long_number_of_a_card_runs_on_into_the_optional_data():
    mrz = read_mrz(TD1_LONG, today=TODAY)

    assert mrz.number == "D23145890734"
    assert mrz.personal_number == ""


@pytest.mark.parametrize("zone", [TD3, TD2, TD1, MRV_A, MRV_B])
def test_a_zone_pasted_in_one_line_or_in_small_letters_or_with_blanks_is_read_the_same(zone):
    expected = read_mrz(zone, today=TODAY)

    assert read_mrz(zone.replace("\n", ""), today=TODAY) == expected
    assert read_mrz(zone.lower(), today=TODAY) == expected
    assert read_mrz(f"\n  {zone.replace('<<<', ' <<<')}\n\n", today=TODAY) == expected
    assert read_mrz(zone.replace("<<", "«"), today=TODAY) == expected


def test_a_person_with_one_name_has_one_name():
    mrz = read_mrz(passport(name="SUKARNI"), today=TODAY)

    assert (mrz.surname, mrz.given_names, mrz.name) == ("SUKARNI", "", "SUKARNI")


@pytest.mark.parametrize(
    ("birth", "iso"),
    [
        ("800229", "1980-02-29"),
        ("250101", "2025-01-01"),
        ("270101", "1927-01-01"),
        ("80<<<<", "1980"),
        ("8005<<", "1980-05"),
        ("<<<<<<", ""),
    ],
)
def test_a_birth_date_is_read_as_far_as_it_is_known_and_never_in_the_future(birth, iso):
    assert read_mrz(passport(birth=birth), today=TODAY).birth_date == iso


@pytest.mark.parametrize("birth", ["800230", "801301", "800100", "8<<<<<"])
def test_a_day_that_does_not_exist_is_refused(birth):
    assert refusal(passport(birth=birth)) == {"kind": "mrz", "problem": "date", "part": "birth_date", "found": birth}


def test_an_empty_optional_field_may_leave_its_check_digit_empty():
    names, fields = passport().split("\n")
    fields = f"{fields[:42]}<"
    fields += check_digit(fields[0:10] + fields[13:20] + fields[21:43])

    assert read_mrz(f"{names}\n{fields}", today=TODAY).personal_number == ""


def test_an_unspecified_sex_is_left_open():
    assert read_mrz(passport(sex="<"), today=TODAY).sex == ""


@pytest.mark.parametrize(
    ("position", "part"),
    [(0, "number"), (14, "birth_date"), (22, "expiry_date"), (30, "personal_number"), (43, "composite")],
)
def test_the_field_with_the_wrong_check_digit_is_named(position, part):
    names, fields = TD3.split("\n")
    other = "7" if fields[position] != "7" else "4"

    facts = refusal(f"{names}\n{fields[:position]}{other}{fields[position + 1 :]}")

    assert facts["problem"] == "check_digit"
    assert facts["part"] == part
    assert facts["found"] != facts["expected"]


def test_a_letter_read_for_a_digit_is_put_right_in_the_suggestion():
    zone = passport(number="X1204567<")
    facts = refusal(zone.replace("X1204567", "X12O4567"))

    assert facts["part"] == "number"
    assert facts["suggestion"] == "X1204567"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", {"problem": "length", "found": "0"}),
        ("P<UTO", {"problem": "length", "found": "5"}),
        (TD3[:-1], {"problem": "length", "found": "44+43"}),
        (TD3.replace("ANNA", "ANÑA"), {"problem": "character", "line": 1, "position": 18, "found": "Ñ"}),
        (TD3.replace("1204159", "12O4159"), {"problem": "check_digit", "part": "expiry_date"}),
    ],
)
def test_a_damaged_zone_is_refused_with_what_is_wrong(text, facts):
    found = refusal(text)

    assert {name: found[name] for name in facts} == facts


@given(st.integers(0, 43), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"))
def test_no_sign_of_the_second_line_can_be_changed_unnoticed_by_its_neighbours(at, sign):
    names, fields = TD3.split("\n")
    changed = f"{fields[:at]}{sign}{fields[at + 1 :]}"

    try:
        mrz = read_mrz(f"{names}\n{changed}", today=TODAY)
    except InvalidIdentifier:
        return
    # What passes is what the digits cannot see: a sign of equal weight modulo ten, and the fields without a digit.
    same = check_digit(changed[0:9]) == check_digit(fields[0:9])
    assert changed == fields or 10 <= at < 13 or at == 20 or same
    assert mrz.format == "TD3"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    with contextlib.suppress(InvalidIdentifier):
        assert read_mrz(text, today=TODAY).format


@given(st.text("<ABZ059", min_size=44, max_size=44), st.text("<ABZ059", min_size=44, max_size=44))
def test_any_two_lines_of_the_right_length_are_read_or_refused(first, second):
    with contextlib.suppress(InvalidIdentifier):
        assert read_mrz(f"{first}\n{second}", today=TODAY).format


def test_the_century_is_decided_by_today_when_nothing_is_said():
    assert read_mrz(passport(birth="800229")).birth_date == "1980-02-29"
