"""Numbers that name one thing: brought into one form, and checked when somebody types them.

`normalise` is cheap and never refuses; the index and the matcher use it on every record. `validate` is for entry: it
refuses what cannot be right, and says which character, which check digit, and what was probably meant.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from lintas.errors import InvalidIdentifier
from lintas.model import identifier_rules as rules
from lintas.model.mistakes import Problem, wrong
from lintas.model.nouns import Subject
from lintas.model.vocabulary import SubjectKind

_LONGEST: Final = 200


class IdentifierKind(StrEnum):
    """What a number names."""

    PASSPORT = "passport"
    NATIONAL_ID = "national_id"
    DOCUMENT = "document"  # any other paper: driving licence, seaman's book, permit
    REGISTRATION = "registration"  # of a company
    TAX = "tax"
    PLATE = "plate"
    VIN = "vin"
    ENGINE = "engine"
    PHONE = "phone"
    IMSI = "imsi"
    ICCID = "iccid"
    EMAIL = "email"
    IMO = "imo"
    MMSI = "mmsi"
    CALL_SIGN = "call_sign"
    IMEI = "imei"
    SERIAL = "serial"
    MAC = "mac"
    CONTAINER = "container"
    SEAL = "seal"
    IBAN = "iban"
    BIC = "bic"
    ACCOUNT = "account"
    WALLET = "wallet"
    USERNAME = "username"


_PROPERTIES: Final = {
    "passportNumber": IdentifierKind.PASSPORT,
    "idNumber": IdentifierKind.NATIONAL_ID,
    "personalNumber": IdentifierKind.NATIONAL_ID,
    "socialSecurityNumber": IdentifierKind.NATIONAL_ID,
    "number": IdentifierKind.DOCUMENT,
    "licenseNumber": IdentifierKind.DOCUMENT,
    "registrationNumber": IdentifierKind.REGISTRATION,
    "leiCode": IdentifierKind.REGISTRATION,
    "ogrnCode": IdentifierKind.REGISTRATION,
    "uscCode": IdentifierKind.REGISTRATION,
    "taxNumber": IdentifierKind.TAX,
    "vatCode": IdentifierKind.TAX,
    "innCode": IdentifierKind.TAX,
    "vin": IdentifierKind.VIN,
    "engineNumber": IdentifierKind.ENGINE,
    "phone": IdentifierKind.PHONE,
    "imsi": IdentifierKind.IMSI,
    "iccid": IdentifierKind.ICCID,
    "email": IdentifierKind.EMAIL,
    "imoNumber": IdentifierKind.IMO,
    "mmsi": IdentifierKind.MMSI,
    "callSign": IdentifierKind.CALL_SIGN,
    "imei": IdentifierKind.IMEI,
    "serialNumber": IdentifierKind.SERIAL,
    "macAddress": IdentifierKind.MAC,
    "containerNumber": IdentifierKind.CONTAINER,
    "sealNumber": IdentifierKind.SEAL,
    "iban": IdentifierKind.IBAN,
    "bic": IdentifierKind.BIC,
    "accountNumber": IdentifierKind.ACCOUNT,
    "publicKey": IdentifierKind.WALLET,
    "cryptoAddress": IdentifierKind.WALLET,
    "username": IdentifierKind.USERNAME,
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that may be right. `note` is empty, or a word of the catalogue such as `unusual_form`."""

    kind: IdentifierKind
    normalised: str
    country: str | None = None
    note: str = ""
    suggestion: str | None = None  # what was probably meant, when the form is unusual


def identifier_kind(kind: SubjectKind | None, prop: str) -> IdentifierKind | None:
    """What a property of a subject or record of this kind names, if it is an identifier at all."""
    if prop == "registrationNumber" and kind in (SubjectKind.VEHICLE, SubjectKind.VESSEL):
        return IdentifierKind.PLATE
    return _PROPERTIES.get(prop)


def normalise(kind: IdentifierKind, value: str, country: str | None = None) -> str:
    """The one form of a number in which two writings of it are equal; empty when nothing of it is left.

    Args:
        kind: What the number names.
        value: As somebody wrote it.
        country: Where a telephone number without its country is dialled.
    """
    return _normalise(kind, value[:_LONGEST], country)


def validate(kind: IdentifierKind | str, value: str, country: str | None = None) -> Identifier:
    """Check a number at entry.

    Args:
        kind: What the number names.
        value: As the officer typed it; blanks, hyphens and small letters are forgiven.
        country: The issuing country (ISO 3166-1 alpha-2), or the one a telephone number is dialled in.

    Raises:
        InvalidIdentifier: With `kind`, `problem` and what is known of `position`, `found`, `expected`, `part`,
            `country`, `suggestion`.
    """
    kind = IdentifierKind(kind)
    country = country.lower() if country else None
    number = normalise(kind, value, country)
    if not number:
        raise wrong(kind, Problem.EMPTY)
    found = rules.check(str(kind), number, value[:_LONGEST].strip(), country)
    return Identifier(kind, found.number or number, found.country or country, found.note, found.suggestion)


def validate_all(subject: Subject) -> None:
    """Check every number a subject is described by, at entry.

    Raises:
        InvalidIdentifier: As `validate` does, and `field` names the property.
    """
    country = next(iter((*subject.values("country"), *subject.values("nationality"))), None)
    for prop, values in subject.properties.items():
        if (kind := identifier_kind(subject.kind, prop)) is None:
            continue
        for value in values:
            try:
                validate(kind, value, country)
            except InvalidIdentifier as error:
                error.facts["field"] = prop
                raise


@lru_cache(maxsize=65_536)
def _normalise(kind: IdentifierKind, value: str, country: str | None) -> str:
    text = unicodedata.normalize("NFKC", value)[:_LONGEST].strip()
    match kind:
        case IdentifierKind.PHONE:
            return rules.e164(text, country) or "".join(c for c in text if c.isdecimal())
        case IdentifierKind.EMAIL | IdentifierKind.USERNAME:
            return text.casefold().removeprefix("mailto:")
        case IdentifierKind.WALLET:
            return text  # capital and small letters are different addresses
        case IdentifierKind.IMEI:
            return rules.whole_imei(rules.compact(text))
        case IdentifierKind.IMO:
            return rules.compact(text).removeprefix("IMO")
        case _:
            return rules.compact(text)
