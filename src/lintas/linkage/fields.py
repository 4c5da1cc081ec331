"""Which properties of FollowTheMoney are compared in whole files, how, and in what form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from lintas.linkage.table import Kind
from lintas.matching.dates import read_date
from lintas.matching.normalise import words
from lintas.model.schemata import ftm_model

GIVEN: Final = "given_name"
FAMILY: Final = "family_name"
NAMES: Final = ("name", "alias", "previousName")
_PARTS: Final = {"firstName": GIVEN, "lastName": FAMILY}
_LONGEST: Final = 200

_BY_TYPE: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "date": Kind.DATE,
        "identifier": Kind.CODE,
        "email": Kind.CODE,
        "phone": Kind.CODE,
        "country": Kind.CHOICE,
        "gender": Kind.CHOICE,
        "address": Kind.TEXT,
        "checksum": Kind.CODE,
    }
)
# What FollowTheMoney calls a string; the others are remarks, or say nothing of who or what it is.
_BY_NAME: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "firstName": Kind.GIVEN,
        "lastName": Kind.FAMILY,
        "birthPlace": Kind.TEXT,
        "fatherName": Kind.TEXT,
        "motherName": Kind.TEXT,
        "position": Kind.TEXT,
        "profession": Kind.TEXT,
        "street": Kind.TEXT,
        "street2": Kind.TEXT,
        "city": Kind.TEXT,
        "region": Kind.CHOICE,
        "state": Kind.CHOICE,
        "postalCode": Kind.CODE,
        "model": Kind.TEXT,
        "make": Kind.CHOICE,
        "colour": Kind.CHOICE,
    }
)
_OF_THE_FILE: Final = frozenset({"createdAt", "modifiedAt", "retrievedAt", "programId", "wikidataId"})


@lru_cache(maxsize=4096)
def field_of(schema: str, prop: str) -> tuple[str, Kind] | None:
    """The column a property goes into and how it is compared; None if it is not, or names are read apart."""
    if prop in _PARTS:
        return _PARTS[prop], _BY_NAME[prop]
    if prop in _OF_THE_FILE:
        return None
    found = ftm_model().get(schema)
    known = found.get(prop) if found is not None else None
    kind = _BY_NAME.get(prop) or (_BY_TYPE.get(known.type.name) if known is not None else None)
    return None if kind is None else (prop, kind)


def name_kind(schema: str) -> Kind | None:
    """How names of this schema are read: of persons in parts (`GIVEN`), of the others whole (`TEXT`)."""
    found = ftm_model().get(schema)
    if found is None:
        return None
    return Kind.GIVEN if found.is_a("Person") else Kind.TEXT


def split_name(name: str) -> tuple[str, str]:
    """Given and family name of a name written in one; whoever has one name has no family name.

    Which word is the family's differs from country to country; within one file the same is compared with the same, and
    rules of blocking also try them exchanged.
    """
    parts = words(name)
    return (" ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else (" ".join(parts), "")


def _words(value: str) -> str:
    return " ".join(words(value))


def _code(value: str) -> str:
    return "".join(sign for sign in value[:_LONGEST].casefold() if sign.isalnum() or sign in "@.")


def _date(value: str) -> str:
    date = read_date(value)
    return "" if date is None else date.iso


def _choice(value: str) -> str:
    return " ".join(value[:_LONGEST].casefold().split())


NORMAL: Final[Mapping[Kind, Callable[[str], str]]] = MappingProxyType(
    {
        Kind.GIVEN: _words,
        Kind.FAMILY: _words,
        Kind.DATE: _date,
        Kind.CODE: _code,
        Kind.TEXT: _words,
        Kind.CHOICE: _choice,
    }
)
