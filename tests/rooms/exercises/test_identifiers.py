"""Numbers are well formed, their check digits are right, and they belong to nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import carrier
from stdnum import imei, imo, iso6346
from stdnum.th import pin

from lintas.exercises.world import identifiers
from lintas.model.identifiers import validate
from lintas.model.schemata import clean

COUNTRIES = st.sampled_from(sorted(identifiers.PHONE_RANGES))
SERIALS = st.integers(0, 2_000_000)
BIRTHS = st.dates(date(1930, 1, 1), date(2025, 12, 31))
GENDERS = st.sampled_from(["male", "female"])


@given(COUNTRIES, SERIALS)
def test_a_phone_number_is_well_formed_and_no_operator_holds_it(country: str, serial: int) -> None:
    number = identifiers.phone(country, serial)

    parsed = phonenumbers.parse(number, None)
    assert clean("PhoneLine", "phone", number) == number
    assert phonenumbers.region_code_for_number(parsed) == country.upper()
    assert carrier.name_for_number(parsed, "en") == ""


@given(COUNTRIES, SERIALS, BIRTHS, GENDERS)
def test_an_identity_number_passes_at_entry(country: str, serial: int, born: date, gender: str) -> None:
    number = identifiers.national_id(country, serial, born, gender)

    assert validate("national_id", number, country).normalised == number


@pytest.mark.parametrize(
    ("country", "form"),
    [
        ("id", r"317[1-5]99\d{6}\d{4}"),  # sub-district 99
        ("my", r"\d{6}(82|98|99)9\d{3}"),  # place of birth unknown, serial above 9000
        ("ph", r"0{8}\d{8}"),
        ("th", r"199\d{10}"),  # province 99
        ("vn", r"099[0-3]\d{8}"),  # province 099
    ],
)
@given(serial=SERIALS, born=BIRTHS, gender=GENDERS)
def test_an_identity_number_stands_where_nobody_is_registered(
    country: str, form: str, serial: int, born: date, gender: str
) -> None:
    assert re.fullmatch(form, identifiers.national_id(country, serial, born, gender))


@given(SERIALS, BIRTHS)
def test_a_thai_identity_number_has_its_check_digit(serial: int, born: date) -> None:
    assert pin.is_valid(identifiers.national_id("th", serial, born, "male"))


@given(COUNTRIES, SERIALS)
def test_a_passport_is_of_series_z(country: str, serial: int) -> None:
    number = identifiers.passport(country, serial)

    assert number.startswith("Z")
    assert validate("passport", number, country).normalised == number


@given(COUNTRIES, SERIALS)
def test_a_plate_has_the_usual_form_of_its_country_in_a_series_not_given_out(country: str, serial: int) -> None:
    plate = identifiers.plate(country, serial)

    assert validate("plate", plate, country).note == ""
    assert re.match({"id": "X ", "my": "X[A-Z]{2} ", "ph": "Q", "th": "[1-9]ฃฅ ", "vn": "44"}[country], plate)


@given(SERIALS)
def test_a_chassis_number_has_its_check_digit_and_no_maker(serial: int) -> None:
    number = identifiers.vin(serial)

    assert validate("vin", number).note == ""  # "check_digit_not_used" otherwise
    assert number.startswith("GZ9")


@given(st.integers(0, 9_999))
def test_a_ship_number_has_its_check_digit_and_leading_zeros(serial: int) -> None:
    number = identifiers.imo(serial)

    assert imo.is_valid(number)
    assert "IMO0000000" < number < "IMO0100000"


@given(SERIALS)
def test_an_imei_is_that_of_a_test_device(serial: int) -> None:
    number = identifiers.imei(serial)

    assert imei.is_valid(number)
    assert number.startswith("00100200")


@given(SERIALS)
def test_a_container_has_its_check_digit_and_no_owner(serial: int) -> None:
    number = identifiers.container(serial)

    assert iso6346.is_valid(number)
    assert number.startswith("ZZZU")


@given(st.text(max_size=40), SERIALS)
def test_a_mail_address_is_under_a_domain_for_examples(name: str, serial: int) -> None:
    address = identifiers.email(name, serial)

    assert re.fullmatch(r"[a-z0-9.]+@example\.(com|net|org)", address)
    assert clean("EmailAddress", "email", address) == address


@pytest.mark.parametrize(
    ("make", "many"),
    [
        (lambda serial: identifiers.phone("my", serial), 30_000),
        (lambda serial: identifiers.passport("id", serial), 30_000),
        (lambda serial: identifiers.plate("th", serial), 30_000),
        (identifiers.vin, 30_000),
        (identifiers.imei, 30_000),
        (identifiers.imo, 10_000),
        (identifiers.container, 30_000),
        (identifiers.account, 30_000),
    ],
    ids=["phone", "passport", "plate", "vin", "imei", "imo", "container", "account"],
)
def test_every_serial_has_its_own_number(make: Callable[[int], str], many: int) -> None:
    assert len({make(serial) for serial in range(many)}) == many
