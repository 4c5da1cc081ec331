"""One box for anything: what was pasted is recognised by its form and its check digits.

The order matters: first what carries its own proof (a machine-readable zone, a check digit), then what has a form of
its own, and at last a name. A guess is shown to the officer, who can overrule it by naming the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lintas.errors import InvalidIdentifier
from lintas.model import Subject, SubjectKind
from lintas.model.forms import forms
from lintas.model.identifiers import IdentifierKind, normalise, validate
from lintas.model.mrz import read_mrz

# Whose plates and passports are tried, beside the agency's own country.
REGION = ("id", "my", "sg", "th", "ph", "vn", "bn", "kh", "la", "mm", "tl")
COMPANY = re.compile(
    r"\b(pt|cv|tbk|persero|yayasan|koperasi|sdn\.? bhd|bhd|ltd|llc|inc|corp|co|gmbh|pte|plc)\b\.?", re.IGNORECASE
)
DATE_AT_END = re.compile(r"[,;\s(]+(\d{4}(?:-\d{2}(?:-\d{2})?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\)?$")
PHONE = re.compile(r"(?:\+|00|0)[\d\s().-]{7,20}")


def recognise(text: str, country: str) -> Subject | None:
    """Who or what a pasted text names; None for an empty one.

    Args:
        text: What stands in the box.
        country: Our own, for telephone numbers and plates without one.
    """
    text = " ".join(text.split("\n")).strip() if "<" not in text else text.strip()
    if not text:
        return None
    for attempt in (_travel_document, _email, _checked_number, _phone, _dated_name, _plate, _passport):
        found = attempt(text, country)
        if found is not None:
            return found
    return _named(text)


def read_date(text: str) -> str | None:
    """A date as people of the region write it (day first), as far as it is known, in ISO form; None if it is none."""
    text = text.strip()
    if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text):
        return text
    parts = re.fullmatch(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})", text)
    if parts is None:
        return None
    day, month, year = parts[1], int(parts[2]), parts[3]
    if not 1 <= month <= 12 or (day and not 1 <= int(day) <= 31):
        return None
    return f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")


def _subject(kind: SubjectKind, **properties: str) -> Subject:
    return Subject(kind=kind, properties={name: (value,) for name, value in properties.items() if value})


def _travel_document(text: str, _: str) -> Subject | None:
    """The zone of a passport or card; a wrong check digit in it is not guessed around but shown as the error it is."""
    bare = re.sub(r"\s", "", text)
    if bare.count("<") < 3:
        return None
    width = {72: 36, 88: 44, 90: 30}.get(len(bare))
    lines = [bare[at : at + width] for at in range(0, len(bare), width)] if width else text.splitlines()
    zone = read_mrz("\n".join(lines))
    number = {"passportNumber": zone.number} if zone.code.startswith("P") else {"idNumber": zone.number}
    facts = {"birthDate": zone.birth_date, "nationality": zone.nationality.lower(), "gender": zone.sex, **number}
    return _subject(SubjectKind.PERSON, name=zone.name, **facts)


def _email(text: str, _: str) -> Subject | None:
    return _subject(SubjectKind.EMAIL, email=text) if "@" in text and " " not in text else None


def _checked_number(text: str, _: str) -> Subject | None:
    """Numbers with a check digit: only if it is right, for otherwise they are something else."""
    bare = normalise(IdentifierKind.SERIAL, text)
    checked: tuple[tuple[str, IdentifierKind, SubjectKind, str], ...] = (
        (r"\d{15}", IdentifierKind.IMEI, SubjectKind.DEVICE, "imei"),
        (r"[A-Z]{3}[UJZ]\d{7}", IdentifierKind.CONTAINER, SubjectKind.CONTAINER, "containerNumber"),
        (r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", IdentifierKind.IBAN, SubjectKind.ACCOUNT, "iban"),
        (r"(IMO)\d{7}", IdentifierKind.IMO, SubjectKind.VESSEL, "imoNumber"),
        (r"(?=.*[A-Z])(?=.*\d)[A-HJ-NPR-Z0-9]{17}", IdentifierKind.VIN, SubjectKind.VEHICLE, "vin"),
        (r"\d{16}", IdentifierKind.NATIONAL_ID, SubjectKind.PERSON, "idNumber"),
    )
    for form, what, kind, prop in checked:
        if re.fullmatch(form, bare) and _is_right(what, bare):
            return _subject(kind, **{prop: text})
    return None


def _is_right(what: IdentifierKind, number: str) -> bool:
    try:
        validate(what, number, "id" if what is IdentifierKind.NATIONAL_ID else None)
    except InvalidIdentifier:
        return False
    return True


def _phone(text: str, country: str) -> Subject | None:
    if not PHONE.fullmatch(text):
        return None
    try:
        number = validate(IdentifierKind.PHONE, text, country)
    except InvalidIdentifier:
        return None
    return _subject(SubjectKind.PHONE, phone=number.normalised)


def _plate(text: str, country: str) -> Subject | None:
    # Most plates are written with blanks, most passport numbers without: that tells "B 1234 XY" from "B1234567".
    where = _country_of_form("plate", normalise(IdentifierKind.PLATE, text), country)
    if where is None or (" " not in text and _country_of_form("passport", text.upper(), country)):
        return None
    return _subject(SubjectKind.VEHICLE, registrationNumber=text.upper(), country=where)


def _passport(text: str, country: str) -> Subject | None:
    """A paper's number: letters and digits, or digits alone, with nothing that could be a word."""
    bare = normalise(IdentifierKind.DOCUMENT, text)
    is_number = re.fullmatch(r"[A-Z]{0,4}\d{5,}[A-Z]{0,2}", bare) or _country_of_form("passport", bare, country)
    return _subject(SubjectKind.DOCUMENT, number=bare) if is_number else None


def _country_of_form(kind: str, number: str, country: str) -> str | None:
    """The first country, our own before the others, whose usual form the number has."""
    fits: Callable[[str], bool] = lambda where: any(form.fullmatch(number) for form in forms(kind, where))  # noqa: E731
    return next((where for where in dict.fromkeys((country, *REGION)) if fits(where)), None)


def _dated_name(text: str, _: str) -> Subject | None:
    """A name with a date or a year of birth behind it; "Budi 1970" could be a plate too, but hardly is."""
    dated = DATE_AT_END.search(text)
    name = text[: dated.start()].strip() if dated else ""
    date = read_date(dated[1]) if dated else None
    if date is None or not "1900" <= date[:4] < "2040" or sum(c.isalpha() for c in name) < 3 or re.search(r"\d", name):
        return None
    return _subject(SubjectKind.PERSON, name=name, birthDate=date)


def _named(text: str) -> Subject:
    return _subject(SubjectKind.COMPANY if COMPANY.search(text) else SubjectKind.PERSON, name=text)
