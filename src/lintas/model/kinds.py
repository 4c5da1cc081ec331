"""Which schemata stand behind each kind of subject, and what a form asks about it.

A plain table: looking something up here must not cost the second that loading FollowTheMoney takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from lintas.model.vocabulary import SubjectKind


@dataclass(frozen=True, slots=True)
class Kind:
    """The first schema is the one an entry is made with; the properties stand in the order a form shows them."""

    schemata: tuple[str, ...]
    properties: tuple[str, ...]


KINDS: Final[Mapping[SubjectKind, Kind]] = MappingProxyType(
    {
        SubjectKind.PERSON: Kind(
            # FollowTheMoney says LegalEntity where a source does not tell people from companies: it is asked as both.
            ("Person", "LegalEntity"),
            (
                "name",
                "alias",
                "birthDate",
                "nationality",
                "gender",
                "birthPlace",
                "fatherName",
                "motherName",
                "idNumber",
                "passportNumber",
                "phone",
                "email",
            ),
        ),
        SubjectKind.COMPANY: Kind(
            ("Company", "Organization", "PublicBody", "LegalEntity"),
            ("name", "alias", "jurisdiction", "registrationNumber", "taxNumber", "incorporationDate", "phone", "email"),
        ),
        SubjectKind.DOCUMENT: Kind(("Identification", "Passport"), ("number", "type", "country", "authority")),
        SubjectKind.VEHICLE: Kind(
            ("Vehicle", "Airplane"),
            ("registrationNumber", "country", "vin", "engineNumber", "make", "model", "colour"),
        ),
        SubjectKind.PHONE: Kind(("PhoneLine",), ("phone", "imsi", "iccid")),
        SubjectKind.EMAIL: Kind(("EmailAddress",), ("email",)),
        SubjectKind.VESSEL: Kind(("Vessel",), ("name", "previousName", "imoNumber", "mmsi", "callSign", "flag")),
        SubjectKind.DEVICE: Kind(("Device",), ("imei", "serialNumber", "macAddress", "make", "model")),
        SubjectKind.CONTAINER: Kind(("Container",), ("containerNumber", "sealNumber")),
        SubjectKind.ACCOUNT: Kind(
            ("BankAccount", "CryptoWallet", "UserAccount"),
            ("iban", "accountNumber", "bankName", "bic", "country", "publicKey", "username", "service"),
        ),
    }
)


def schema_of(kind: SubjectKind) -> str:
    """The schema an entry of this kind is made with."""
    return KINDS[kind].schemata[0]


@lru_cache(maxsize=256)
def kinds_of(schema: str) -> tuple[SubjectKind, ...]:
    """The kinds a record of this schema can answer for; empty for links and papers that are not asked for."""
    return tuple(kind for kind, entry in KINDS.items() if schema in entry.schemata)


def kind_of(schema: str) -> SubjectKind | None:
    """The kind a record of this schema is; a LegalEntity counts as a company, as FollowTheMoney uses it mostly."""
    kinds = kinds_of(schema)
    return kinds[-1] if kinds else None


def primary_properties(kind: SubjectKind) -> tuple[str, ...]:
    """The properties a form or the command line offers for this kind, in order."""
    return KINDS[kind].properties
