"""The world: five nodes, at least twenty thousand people, and one network across them; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType

import msgspec

from lintas.exercises.world.network import enter_network
from lintas.exercises.world.people import enter_differently, enter_person, make_person
from lintas.exercises.world.registers import Register
from lintas.exercises.world.tables import table
from lintas.exercises.world.things import enter_things
from lintas.model import Record

KNOWN_ABROAD = 0.06
"""The share of people whom a second node knows too; of these a quarter stand in a third."""

_FIRST_SERIAL = 1000  # the serial numbers below belong to the network

_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class World:
    """An invented world.

    Attributes:
        seed: What it grew from.
        truth: Node and record id, and the entity the record is really about; two records of one are a true match.
        changes: Node and record id, and in which ways the record differs from what the person would have said
            (`lintas.exercises.world.variants`); only records of people whom another node knows too stand here.
    """

    seed: int
    truth: Mapping[tuple[str, str], str] = field(repr=False)
    changes: Mapping[tuple[str, str], tuple[str, ...]] = field(repr=False)
    _records: Mapping[str, tuple[Record, ...]] = field(repr=False)

    @classmethod
    def generate(cls, seed: int = 2026, people: int = 20_000) -> World:
        """Make the world.

        Args:
            seed: The same seed gives the same world, byte for byte, on every machine.
            people: How many people there are besides the network, over all nodes; at most 400,000, because the
                numbers that belong to nobody are that few.
        """
        registers = [Register(node, seed) for node in table("places")]
        _populate(registers, people)
        enter_network(registers)
        for place, register in enumerate(registers):
            serials = count(_FIRST_SERIAL + place, len(registers))
            enter_things(register, registers[:place] + registers[place + 1 :], serials)
        for register in registers:
            register.chance.shuffle(register.records)  # otherwise the order would tell who is in the network
        return cls(
            seed,
            MappingProxyType({(r.node, key): entity for r in registers for key, entity in r.truth.items()}),
            MappingProxyType({(r.node, key): kinds for r in registers for key, kinds in r.changes.items()}),
            MappingProxyType({r.node: tuple(r.records) for r in registers}),
        )

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes of the world."""
        return tuple(self._records)

    def records(self, node: str) -> Iterator[Record]:
        """The records of a node."""
        return iter(self._records[node])

    def write(self, node: str, path: Path) -> int:
        """Write a node's records as FollowTheMoney JSON lines, which `lintas records import` reads; how many there are.

        The marks of the police stand in a field `lintas` of each line; other readers of FollowTheMoney pass over it.
        """
        with path.open("wb") as file:
            for record in self._records[node]:
                file.write(_encoder.encode(line_of(record)) + b"\n")
        return len(self._records[node])

    def records_of(self, entity: str) -> list[tuple[str, Record]]:
        """All records of one entity, with their nodes."""
        return [
            (node, r) for node, records in self._records.items() for r in records if self.truth[node, r.id] == entity
        ]


def line_of(record: Record) -> dict[str, object]:
    """A record as one line of FollowTheMoney JSON."""
    first = record.statements[0]
    return {
        "id": record.id,
        "schema": record.schema,
        "properties": record.properties,
        "datasets": [first.source],
        "first_seen": first.seen,
        "lintas": {
            "category": record.category,
            "handling": record.handling,
            "sovereign_flag": record.sovereign_flag,
            "protections": sorted(record.protections),
            "grading": first.grading,
            "invented": record.invented,
        },
    }


def _populate(registers: list[Register], people: int) -> None:
    for number in range(people):
        home = registers[number % len(registers)]
        person = make_person(f"person:{number:06}", _FIRST_SERIAL + number, home)
        enter_person(person, home)
        if home.chance.random() < KNOWN_ABROAD:
            abroad = home.chance.sample([register for register in registers if register is not home], 2)
            for register in abroad if home.chance.random() < 0.25 else abroad[:1]:
                enter_differently(person, register)
