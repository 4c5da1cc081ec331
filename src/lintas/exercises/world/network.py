"""The network across the five countries, as each node has its members on file (`tables/network.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec

from lintas.exercises.world.registers import Register
from lintas.exercises.world.tables import TABLES
from lintas.model import Handling, Noun, SubjectCategory
from lintas.records.marks import Marks

PREFIX = "network:"
"""What the true entities of the network begin with in `World.truth`."""


class OnFile(Noun):
    """One node's record of an entity."""

    properties: dict[str, str | tuple[str, ...]]
    marks: Marks = Marks(category=SubjectCategory.OBJECT, handling=Handling.H0)
    changes: tuple[str, ...] = ()


class NetworkEntity(Noun):
    """A member, a thing or a link of the network."""

    records: dict[str, OnFile]
    schema: str = "Person"
    role: dict[str, str] = msgspec.field(default_factory=dict)  # by language, for the trainer

    @property
    def is_somebody(self) -> bool:
        """Whether this is somebody, and not something."""
        return self.schema == "Person"


@cache
def network() -> Mapping[str, NetworkEntity]:
    """The network: everybody and everything in it by name, such as `organiser`."""
    return msgspec.yaml.decode((TABLES / "network.yaml").read_bytes(), type=dict[str, NetworkEntity])


def enter_network(registers: Iterable[Register]) -> None:
    """Write the network into the records of the nodes."""
    for register in registers:
        ids: dict[str, str] = {}
        for name, entity in network().items():
            if (record := entity.records.get(register.node)) is None:
                continue
            ids[name] = register.add(PREFIX + name, entity.schema, _facts(record, ids), record.marks)
            if entity.is_somebody:
                register.changes[ids[name]] = record.changes


def _facts(record: OnFile, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Property and value; a reference becomes the id of the record meant, entered before."""
    for prop, values in record.properties.items():
        for value in (values,) if isinstance(values, str) else values:
            yield prop, ids[value[1:]] if value.startswith("@") else value
