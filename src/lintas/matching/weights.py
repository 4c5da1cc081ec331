"""What each piece of evidence is worth, in bits: +1 makes it twice as likely, -3 an eighth.

An agreement is worth how rarely strangers agree by chance, less what errors and dependence between fields take away; a
disagreement how rarely one thing is recorded in two ways. These are estimates, to be fitted on judged pairs; the shape
of the sum stays. With the start and an exact strong identifier one stands at 0.95 or above.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lintas.model.identifiers import IdentifierKind

# Before any evidence: a candidate that the index brought up is the right one once in 65,536. Checks find somebody once
# in 5,000 to 37,000 searches, and each brings up many candidates.
START: Final = -16.0

# The node's threshold for calling a record a possible match.
THRESHOLD: Final = 0.3

# Names alone: even a rare name has its namesakes, in one family above all.
MOST_FOR_A_NAME: Final = 18.0
# With an exact strong identifier the facts may differ (a name changed, a paper in other hands): an officer must see
# that, so together they cannot take away more than this. Another identifier that differs can.
MOST_AGAINST_AN_IDENTIFIER: Final = -8.0
STRONG: Final = 20.0
# How far below even odds a common name stays when nothing else is known.
INSUFFICIENT: Final = 0.2
# "The doctor" is many people's name: the part of a name's bits that remains when only a weak alias bears it.
WEAK_ALIAS: Final = 0.5
# A register that gives each its one number (LEI, INN) has given two: two subjects, or a mistake.
OTHER_IN_REGISTER: Final = -20.0
# Families and the firms of one house share telephones and mailboxes, by kind of number.
SHARED: Final[Mapping[str, float]] = MappingProxyType({"phone": 12.0, "email": 12.0})
# A second name in common, without a word of the first.
ALIAS: Final = 4.0
# Further agreeing identifiers often come from the same paper or the same contract.
FURTHER_IDENTIFIERS: Final = 0.25
# A number cannot be worth more than its length allows: as many bits as a decimal digit has for each character.
BITS_PER_CHARACTER: Final = 3.3

# What levels of agreement are worth against strangers; from here the weights for picked pairs are fitted (`model`).
LEVELS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "birth_date.same": 12.0,  # one in 18,000 by chance (14 bits), less the popular and the invented dates
        "birth_date.same_month": 8.0,
        "birth_date.day_month_swapped": 8.0,
        "birth_date.one_digit": 6.0,
        "birth_date.same_year": 5.0,  # one in some fifty
        "birth_date.near_year": -1.0,  # ages are converted to years of birth
        "birth_date.other_day": -3.0,
        "birth_date.differs": -9.0,
        # Companies are founded on round days, and registers mix foundation with registration.
        "foundation_date.same": 9.0,
        "foundation_date.same_month": 6.0,
        "foundation_date.day_month_swapped": 5.0,
        "foundation_date.one_digit": 4.0,
        "foundation_date.same_year": 3.0,
        "foundation_date.near_year": 0.0,
        "foundation_date.other_day": -1.0,
        "foundation_date.differs": -3.0,
        "gender.same": 1.0,
        "gender.differs": -4.0,
        "country.same": 1.5,  # nationality, country of birth, flag, jurisdiction: people have several
        "country.differs": -1.5,
        "birth_place.same": 4.0,
        "birth_place.similar": 2.0,
        "birth_place.part": 0.5,
        "birth_place.differs": -0.5,  # a village, its district and its province are all true
        "address.same": 4.0,
        "address.similar": 2.0,
        "address.part": 0.0,
        "address.differs": -0.5,  # people move, and companies have branches
        "make.same": 2.0,
        "make.differs": -3.0,
        "colour.same": 1.0,
        "colour.differs": -0.5,  # cars are repainted, and grey is silver
    }
)
PARENT: Final = (9.0, -3.0)  # at most and at least; in between it is worth what the name is


class Worth:
    """What an identifier of one kind is worth when it is the same, alike but for one sign, or different."""

    __slots__ = ("alike", "differs", "same")

    def __init__(self, same: float, alike: float, differs: float) -> None:
        self.same, self.alike, self.differs = same, alike, differs


# Two valid numbers with a check digit never differ in a single sign, so where one does, one of them was copied wrongly;
# passports and plates are handed out in a row, and the next number is somebody else's.
IDENTIFIERS: Final[Mapping[IdentifierKind, Worth]] = MappingProxyType(
    {
        IdentifierKind.PASSPORT: Worth(25, 12, -0.5),  # renewed every few years
        IdentifierKind.NATIONAL_ID: Worth(25, 12, -4),  # given once in a life, but the property holds other papers too
        IdentifierKind.DOCUMENT: Worth(24, 11, -0.5),
        IdentifierKind.REGISTRATION: Worth(23, 9, -3),
        IdentifierKind.TAX: Worth(23, 9, -3),
        IdentifierKind.PLATE: Worth(23, 10, -3),  # moved from car to car by thieves
        IdentifierKind.VIN: Worth(27, 12, -9),
        IdentifierKind.ENGINE: Worth(22, 9, -2),
        IdentifierKind.PHONE: Worth(22, 6, 0),  # shared in families, and people have several
        IdentifierKind.EMAIL: Worth(22, 8, 0),
        IdentifierKind.IMSI: Worth(25, 10, 0),
        IdentifierKind.ICCID: Worth(25, 10, 0),
        IdentifierKind.IMEI: Worth(26, 16, -4),  # two in a telephone with two cards
        IdentifierKind.SERIAL: Worth(21, 7, -1),
        IdentifierKind.MAC: Worth(24, 9, -1),
        IdentifierKind.IMO: Worth(26, 16, -9),  # stays with the hull for life
        IdentifierKind.MMSI: Worth(24, 9, -1),  # changes with the flag
        IdentifierKind.CALL_SIGN: Worth(20, 6, -1),
        IdentifierKind.CONTAINER: Worth(26, 16, -9),
        IdentifierKind.SEAL: Worth(17, 6, 0),
        IdentifierKind.IBAN: Worth(26, 16, 0),
        IdentifierKind.BIC: Worth(1, 0, -1),  # a bank has many customers
        IdentifierKind.ACCOUNT: Worth(23, 9, 0),  # unique within its bank
        IdentifierKind.WALLET: Worth(27, 12, 0),
        IdentifierKind.USERNAME: Worth(14, 4, 0),  # the same name at another service is often another person
    }
)
# Numbers of these kinds are unique within a country. Without the country on both sides they are worth less, and with
# different countries next to nothing.
NATIONAL: Final[Mapping[IdentifierKind, float]] = MappingProxyType(
    {
        IdentifierKind.PASSPORT: -1.5,
        IdentifierKind.NATIONAL_ID: -1.5,
        IdentifierKind.DOCUMENT: -1.5,
        IdentifierKind.REGISTRATION: -3.0,
        IdentifierKind.TAX: -3.0,
        IdentifierKind.PLATE: -4.0,
        IdentifierKind.ACCOUNT: -4.0,
    }
)
OTHER_COUNTRY: Final = -14.0
