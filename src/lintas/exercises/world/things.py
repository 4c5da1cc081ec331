"""Documents, vehicles, lines, companies, ships, accounts, devices and containers of the invented people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from lintas.exercises.world import identifiers
from lintas.exercises.world.registers import Facts, Register, weighted
from lintas.exercises.world.tables import table
from lintas.model import Handling, SubjectCategory
from lintas.records.marks import Marks

Maker = Callable[[Register, int], Facts]


def passport(register: Register, serial: int) -> Facts:
    """A passport that is not its holder's only one: lost, stolen or revoked."""
    # The serials of lost papers lie above those of the people's own.
    number = identifiers.passport(register.country, serial + 1_000_000)
    return [
        ("number", number),
        ("type", "passport"),
        ("country", register.country),
        *_held(register, "holder"),
        *_report(register, "document"),
    ]


def identity_card(register: Register, serial: int) -> Facts:
    """A lost or stolen identity card, by the number printed on the card itself."""
    return [
        ("number", f"LTH{register.country.upper()}{serial:08}"),
        ("type", "identity card"),
        ("country", register.country),
        *_held(register, "holder"),
        *_report(register, "document"),
    ]


def vehicle(register: Register, serial: int) -> Facts:
    """A car, a van, a lorry or a motorcycle."""
    make, model = register.chance.choice(table("things")["vehicles"]).split(" ", 1)
    return [
        ("registrationNumber", identifiers.plate(register.country, serial)),
        ("vin", identifiers.vin(serial)),
        ("country", register.country),
        ("make", make),
        ("model", model),
        ("colour", register.chance.choice(table("things")["colours"])),
        *_held(register, "owner"),
        *_report(register, "vehicle"),
    ]


def phone_line(register: Register, serial: int) -> Facts:
    """A mobile line with its subscriber, where known."""
    number = identifiers.phone(register.country, 2 * serial + 1)
    return [
        ("phone", number),
        ("lineType", "mobile"),
        ("country", register.country),
        *_held(register, "subscriber"),
        *_report(register, "phone"),
    ]


def email_address(register: Register, serial: int) -> Facts:
    """An address under a domain for examples."""
    return [
        ("email", identifiers.email(_coined(register), serial)),
        *_held(register, "holder"),
        *_report(register, "email"),
    ]


def company(register: Register, serial: int) -> Facts:
    """A company with a coined name and the legal form of its country."""
    name = f"{_coined(register)} {register.chance.choice(table('things')['trades'])}"
    return [
        ("name", register.words["company"].format(name)),
        ("registrationNumber", f"LTH-{register.country.upper()}-{serial:07}"),
        ("jurisdiction", register.country),
        ("address", register.address()),
    ]


def vessel(register: Register, serial: int) -> Facts:
    """A ship or a boat with a coined name."""
    word = register.chance.choice(table("things")["ship_words"])
    return [
        ("name", f"{word} {_coined(register)} {register.chance.randrange(1, 20)}"),
        ("imoNumber", identifiers.imo(serial)),
        ("flag", register.country),
        *_report(register, "vessel"),
    ]


def bank_account(register: Register, serial: int) -> Facts:
    """An account at an invented bank."""
    return [
        ("accountNumber", identifiers.account(serial)),
        ("bankName", register.words["bank"]),
        ("country", register.country),
        *_report(register, "account"),
    ]


def device(register: Register, serial: int) -> Facts:
    """A telephone with a test IMEI."""
    make, model = register.chance.choice(table("things")["devices"]).split(" ", 1)
    return [
        ("imei", identifiers.imei(serial)),
        ("make", make),
        ("model", model),
        *_held(register, "owner"),
        *_report(register, "device"),
    ]


def container(register: Register, serial: int) -> Facts:
    """A freight container."""
    size = register.chance.choice(table("things")["containers"])
    return [("containerNumber", identifiers.container(serial)), ("sizeType", size), *_report(register, "container")]


THINGS: tuple[tuple[str, str, float, Maker], ...] = (
    ("Passport", "passport", 0.12, passport),
    ("Identification", "card", 0.08, identity_card),
    ("Vehicle", "vehicle", 0.10, vehicle),
    ("PhoneLine", "phone", 0.10, phone_line),
    ("EmailAddress", "email", 0.04, email_address),
    ("Company", "company", 0.03, company),
    ("Vessel", "vessel", 0.006, vessel),
    ("BankAccount", "account", 0.05, bank_account),
    ("Device", "device", 0.04, device),
    ("Container", "container", 0.012, container),
)
"""Schema, word in the entity's id, how many there are for each person in the node's records, and who makes them."""

SHARED = 0.03
"""The share of things that a second node knows too, under the same number."""


# The neighbour knows the thing; whose it is, and of which case, it knows for itself or not at all.
_NOT_SHARED = frozenset({"holder", "owner", "subscriber", "caseNumber", "caseAuthority"})


def enter_things(register: Register, others: list[Register], serials: Iterator[int]) -> None:
    """Enter the things a node knows, and a few of them in a neighbour's records too."""
    people = len(register.people)
    for schema, word, share, make in THINGS:
        for serial in islice(serials, round(people * share)):
            entity = f"{word}:{register.country}:{serial}"
            facts = make(register, serial)
            register.add(entity, schema, facts, _marks(register))
            if register.chance.random() < SHARED:
                other = register.chance.choice(others)
                shared = [(prop, value) for prop, value in facts if prop not in _NOT_SHARED]
                other.add(entity, schema, shared + other.case(SubjectCategory.OBJECT), _marks(other))


def _marks(register: Register) -> Marks:
    handling = Handling(weighted(table("things")["handling"]["object"], register.chance))
    return Marks(category=SubjectCategory.OBJECT, handling=handling)


def _held(register: Register, role: str) -> Facts:
    return [(role, register.chance.choice(register.people))] if register.chance.random() < 0.7 else []


def _report(register: Register, word: str) -> Facts:
    if register.chance.random() < 0.5:
        return []
    return [
        ("reportedAs", register.chance.choice(table("things")["reported"][word])),
        *register.case(SubjectCategory.OBJECT),
    ]


def _coined(register: Register) -> str:
    words = table("things")["coined"]
    return str(register.chance.choice(words["first"]) + register.chance.choice(words["second"]))
