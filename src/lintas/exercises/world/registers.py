"""A node's records as they grow: ids, sources, dates, gradings, and who each record is really about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import accumulate
from random import Random

from lintas.exercises.world.identifiers import spread
from lintas.exercises.world.tables import dice, entries, table
from lintas.model import Grading, InformationGrade, Record, SourceGrade, Statement, SubjectCategory
from lintas.records.marks import Marks

Facts = list[tuple[str, str]]

_GRADINGS = tuple(Grading(source, information) for source in SourceGrade for information in InformationGrade)
_GRADING_WEIGHTS = tuple(accumulate(a * b for a in (30, 40, 20, 10) for b in (25, 30, 30, 15)))
_FIRST_DAY = date(2021, 1, 1).toordinal()
_DAYS = 5 * 365


def weighted(weights: dict[str, int], chance: Random) -> str:
    """One of the words, as often as its weight says."""
    (word,) = chance.choices(tuple(weights), tuple(weights.values()))
    return word


class Register:
    """One node's records, with the truth the node does not know."""

    def __init__(self, node: str, seed: int) -> None:
        self.node = node
        self.place = table("places")[node]
        self.country: str = self.place["country"]
        self.words = table("things")["by_country"][self.country]
        self.towns = entries(self.place["towns"])
        self.chance = dice(seed, node)
        self.records: list[Record] = []
        self.truth: dict[str, str] = {}
        self.changes: dict[str, tuple[str, ...]] = {}
        self.people: list[str] = []  # record ids that may hold a document or own a car

    def add(self, entity: str, schema: str, facts: Iterable[tuple[str, str]], marks: Marks) -> str:
        """Enter a record about an entity; what comes back is its id here, which tells nothing of the entity."""
        record_id = f"{self.country}-latihan-{spread(len(self.records), 6)}"
        source = f"DATA LATIHAN: {self.chance.choice(self.place['registers'])} ({self.node})"
        seen = date.fromordinal(_FIRST_DAY + self.chance.randrange(_DAYS)).isoformat()
        (grading,) = self.chance.choices(_GRADINGS, cum_weights=_GRADING_WEIGHTS)
        statements = tuple([Statement(prop, value, source, seen, grading) for prop, value in facts])
        self.records.append(
            Record(
                id=record_id,
                schema=schema,
                statements=statements,
                category=marks.category,
                handling=marks.handling,
                sovereign_flag=marks.sovereign_flag,
                protections=marks.protections,
                invented=True,
            )
        )
        self.truth[record_id] = entity
        return record_id

    def case(self, category: SubjectCategory) -> Facts:
        """Under which case somebody is on file; the accused with the offence."""
        number = f"LATIHAN/{self.chance.randrange(1, 9999):04}/{self.chance.randrange(2021, 2026)}"
        facts = [("caseNumber", number), ("caseAuthority", self.words["authority"])]
        if category in {SubjectCategory.SUSPECT, SubjectCategory.CONVICTED, SubjectCategory.WANTED}:
            facts.append(("offence", self.chance.choice(self.words["offences"])))
        return facts

    def address(self) -> str:
        """A street that does not exist in a town that does."""
        street = self.place["street"].format(self.chance.randrange(1, 200))
        return f"{street}, {self.chance.choice(self.towns)[0]}"
