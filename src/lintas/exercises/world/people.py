"""The population: who somebody is, and how a node has written them down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from lintas.exercises.world import identifiers
from lintas.exercises.world.names import Name, make_name
from lintas.exercises.world.registers import Facts, Register, weighted
from lintas.exercises.world.tables import table
from lintas.exercises.world.variants import CHANGES, possible, vary_birth
from lintas.model import Handling, SovereignFlag, SubjectCategory
from lintas.records.marks import Marks

_ADULT_BEFORE = date(2008, 1, 1)
_OLDEST, _YOUNGEST, _CHILD = (
    date(1945, 1, 1).toordinal(),
    date(2007, 12, 31).toordinal(),
    date(2022, 12, 31).toordinal(),
)
_PROTECTED = {SubjectCategory.VICTIM: "victim", SubjectCategory.WITNESS: "witness"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who does not exist."""

    entity: str
    name: Name
    gender: str
    born: str
    birth_place: tuple[str, ...]
    nationality: str
    father: str
    mother: str
    national_id: str
    passport: str
    phone: str
    email: str
    marks: Marks


def make_person(entity: str, serial: int, home: Register) -> Person:
    """Somebody whom the node `home` knows."""
    chance = home.chance
    culture = weighted(home.place["cultures"], chance)
    gender = "female" if chance.random() < 0.42 else "male"
    child = chance.random() < 0.04
    youngest, oldest = (_CHILD, _YOUNGEST + 1) if child else (_YOUNGEST, _OLDEST)
    born = date.fromordinal(chance.randint(oldest, youngest))
    states = table("names")[culture]["states"]
    nationality = home.country if home.country in states else states[0]
    name = make_name(culture, gender, chance)
    papers = nationality if nationality in identifiers.PHONE_RANGES else home.country
    return Person(
        entity=entity,
        name=name,
        gender=gender,
        born=born.isoformat(),
        birth_place=chance.choice(home.towns),
        nationality=nationality,
        father=name.of("father") or make_name(culture, "male", chance).latin,
        mother=make_name(culture, "female", chance).latin,
        national_id=identifiers.national_id(papers, serial, born, gender) if papers == nationality else "",
        passport=identifiers.passport(papers, serial),
        phone=identifiers.phone(home.country, 2 * serial),  # the odd ones are lines without a person
        email=identifiers.email(name.latin, serial),
        marks=_marks(born, nationality, home.country, chance),
    )


def _marks(born: date, nationality: str, country: str, chance: Random) -> Marks:
    child = born >= _ADULT_BEFORE
    category = SubjectCategory(weighted(table("things")["categories"]["child" if child else "adult"], chance))
    protections = {"child"} if child else set()
    if category in _PROTECTED:
        protections.add(_PROTECTED[category])
    if nationality != country and chance.random() < 0.08:
        protections.add(f"refugee:{nationality}")
    flagged = category is SubjectCategory.WANTED and nationality == country and chance.random() < 0.2
    return Marks(
        category=category,
        handling=Handling(weighted(table("things")["handling"][category], chance)),
        sovereign_flag=SovereignFlag.NOT_EXECUTABLE_HERE if flagged else SovereignFlag.EXECUTABLE,
        protections=frozenset(protections),
    )


def enter_person(person: Person, register: Register) -> str:
    """Write somebody down as they said they are."""
    names = [("name", person.name.latin)]
    if person.name.native and register.country in {"th", "my"}:
        names.append(("name", person.name.native))
    return _enter(person, register, names, person.born)


def enter_differently(person: Person, register: Register) -> str:
    """Write somebody down who is known elsewhere, with the differences of another agency's pen."""
    chance = register.chance
    changes: list[str] = []
    names, born = [("name", person.name.latin)], person.born
    kinds = possible(person.name)
    if kinds and chance.random() < 0.85:
        kind = chance.choice(kinds)
        changes.append(kind)
        names = [("name", CHANGES[kind](person.name, chance).latin if kind in CHANGES else person.name.native)]
    if chance.random() < 0.3:
        born, kind = vary_birth(person.born, chance)
        changes.append(kind)
    record_id = _enter(person, register, names, born, known=0.4)
    register.changes[record_id] = tuple(changes)
    return record_id


def _enter(person: Person, register: Register, names: Facts, born: str, known: float = 1.0) -> str:
    chance = register.chance
    facts = [*names, ("birthDate", born), ("gender", person.gender), ("nationality", person.nationality)]
    for prop, value, share in (
        ("firstName", person.name.of("first") if names[0][1] == person.name.latin else "", 0.5),
        ("lastName", person.name.of("last") if names[0][1] == person.name.latin else "", 0.5),
        ("fatherName", person.father, 0.3),
        ("motherName", person.mother, 0.15),
        ("idNumber", person.national_id, 0.6 * known),
        ("passportNumber", person.passport, 0.3 * known),
        ("phone", person.phone, 0.3 * known),
        ("email", person.email, 0.08 * known),
        ("address", register.address(), 0.5),
    ):
        if value and chance.random() < share:
            facts.append((prop, value))
    if chance.random() < 0.6:
        facts += [("birthPlace", town) for town in person.birth_place]
    record_id = register.add(person.entity, "Person", facts + register.case(person.marks.category), person.marks)
    register.people.append(record_id)
    return record_id
