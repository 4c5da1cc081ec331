"""No reason, no query; and no question so thin that it fits everybody (rules R01 and R17). Pure, exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from lintas.errors import InvalidValue, NotAskable, Unjustified
from lintas.model import Justification, Subject, SubjectKind

REQUIRED = ("purpose", "legal_basis", "case_reference", "category", "intent")

# What by itself points at one subject, in the vocabulary of FollowTheMoney and our own schemata.
IDENTIFIERS = frozenset({
    "accountId", "accountNumber", "callSign", "containerNumber", "crsNumber", "cryptoAddress", "dunsCode", "email",
    "engineNumber", "iban", "iccid", "idNumber", "imei", "imoNumber", "imsi", "innCode", "leiCode", "licenseNumber",
    "macAddress", "mmsi", "number", "ogrnCode", "passportNumber", "personalNumber", "phone", "publicKey",
    "registrationNumber", "sealNumber", "serialNumber", "socialSecurityNumber", "swiftBic", "taxNumber", "uscCode",
    "vatCode", "vin",
})  # fmt: skip
SHORTEST_IDENTIFIER = 3  # letters and digits; anything shorter fits too many

WHOLE_NAMES = ("name", "alias", "previousName", "weakAlias")
PARTS_OF_A_NAME = ("firstName", "secondName", "middleName", "lastName", "surname", "givenName")
SECOND_FACTS = ("birthDate", "fatherName", "motherName", "birthPlace")

# Words in a name that are no part of it: titles, and the words between a person's and the father's name.
NOT_A_PART = frozenset({
    "al", "ap", "bin", "binte", "binti", "bt", "bte", "de", "dr", "drs", "el", "haji", "hajjah", "hj", "ibnu", "ir",
    "md", "mr", "mrs", "ms", "so", "van", "von",
})  # fmt: skip


def missing(fields: Mapping[str, object]) -> list[str]:
    """The names of the required fields that say nothing, in the order of the form; empty when all are there.

    A field of blanks, or of dashes and dots only, says nothing.

    Args:
        fields: The justification as a form or a message has it, by field name.
    """
    return [name for name in REQUIRED if not _says_something(fields.get(name))]


def complete(justification: Justification) -> None:
    """Accept a justification that says everything it has to (Regulation (EU) 2024/982 article 33; rule R01).

    Raises:
        Unjustified: naming what is missing.
    """
    absent = missing({name: getattr(justification, name) for name in REQUIRED})
    if absent:
        raise Unjustified(missing=absent)


def justified(fields: Mapping[str, object]) -> Justification:
    """The justification a form, a command line or a program gives, once it is whole.

    Raises:
        Unjustified: naming what is missing.
        InvalidValue: naming what is not one of the allowed words.
    """
    absent = missing(fields)
    if absent:
        raise Unjustified(missing=absent)
    try:
        return msgspec.convert({name: value for name, value in fields.items() if value}, Justification)
    except msgspec.ValidationError as error:
        raise InvalidValue(problem=str(error)) from error


def askable(subject: Subject) -> None:
    """Accept a subject that is described well enough to be asked for (Regulation (EU) 2024/982 article 43; rule R17).

    A person: an identifier, or two parts of a name, or one part with a second fact (date or year of birth, a parent's
    name, a place of birth): people with one name can be asked for like everybody else. A company: a name or an
    identifier. Everything else: an identifier; a vessel also by its name and flag.

    Raises:
        NotAskable: naming the kind, and what would help.
    """
    if _has_identifier(subject):
        return
    match subject.kind:
        case SubjectKind.PERSON:
            _person_askable(subject)
        case SubjectKind.COMPANY:
            if not any(len(_letters(value)) >= 2 for value in _values(subject, WHOLE_NAMES)):
                raise NotAskable(kind=subject.kind, give="name")
        case SubjectKind.VESSEL:
            if not (_parts(_values(subject, WHOLE_NAMES)) and _values(subject, ("flag", "callSign"))):
                raise NotAskable(kind=subject.kind, give="identifier, or name and flag")
        case _:
            raise NotAskable(kind=subject.kind, give="identifier")


def name_parts(subject: Subject) -> int:
    """How many different parts of one name are known: of the fullest name given, or of the separate parts together."""
    whole = [len(_parts([value])) for value in _values(subject, WHOLE_NAMES)]
    return max([*whole, len(_parts(_values(subject, PARTS_OF_A_NAME)))])


def _person_askable(subject: Subject) -> None:
    parts = name_parts(subject)
    if parts == 0:
        raise NotAskable(kind=subject.kind, give="name")
    if parts == 1 and not any(_says_something(value) for value in _values(subject, SECOND_FACTS)):
        raise NotAskable(kind=subject.kind, give="birthDate, fatherName, motherName, birthPlace, or a document")


def _has_identifier(subject: Subject) -> bool:
    return any(len(_letters(value)) >= SHORTEST_IDENTIFIER for value in _values(subject, IDENTIFIERS))


def _values(subject: Subject, names: Iterable[str]) -> list[str]:
    return [value for name in names for value in subject.values(name)]


def _parts(names: Iterable[str]) -> set[str]:
    """The different parts of the names.

    A doubled single name ("Sukarno Sukarno", as passports print it) is one part; two signs of a script that is
    written without spaces are a family and a given name.
    """
    found: set[str] = set()
    for word in " ".join(names).replace(",", " ").replace("/", "").split():
        letters = _letters(word).casefold()
        if letters and _written_without_spaces(letters):
            found |= {letters[0], letters[1:]} - {""}
        elif len(letters) >= 2 and letters not in NOT_A_PART:
            found.add(letters)
    return found


def _written_without_spaces(word: str) -> bool:
    """Han, Hiragana, Katakana or Hangul."""
    return "\u3040" <= word[0] <= "\u30ff" or "\u3400" <= word[0] <= "\u9fff" or "\uac00" <= word[0] <= "\ud7af"


def _letters(value: str) -> str:
    return "".join(char for char in value if char.isalnum())


def _says_something(value: object) -> bool:
    return value is not None and any(char.isalnum() for char in str(value))
