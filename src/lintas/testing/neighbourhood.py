"""Nodes as neighbours: each with its folder, database, log and law, joined by a loopback and one directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher

from lintas.checks import CheckReport
from lintas.clock import Clock, SystemClock
from lintas.model import (
    Grading,
    Handling,
    InformationGrade,
    Intent,
    Justification,
    Purpose,
    Record,
    Role,
    SourceGrade,
    Statement,
    Subject,
    SubjectCategory,
    SubjectKind,
)
from lintas.model.kinds import schema_of
from lintas.node import Folder, Node, build, init
from lintas.people import Account, Officer
from lintas.settings import Settings
from lintas.transport import Loopback
from lintas.trust.directory import Directory, Member

REASON = Justification(
    purpose=Purpose.INVESTIGATE,
    legal_basis="Perjanjian latihan, pasal 1",
    case_reference="LAT/2026/001",
    category=SubjectCategory.SUSPECT,
    intent=Intent.IDENTIFY,
)


class SharedDirectory:
    """One directory for all neighbours; a change is known to everyone at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._directory = Directory(version=1, expires=clock.now() + timedelta(days=30), members={})

    def current(self) -> Directory:
        """The directory in force."""
        return self._directory

    def at_least(self, version: int) -> Directory:  # noqa: ARG002 - there is no other
        """The directory in force."""
        return self._directory

    def refresh(self) -> Directory:
        """The directory in force."""
        return self._directory

    def file(self, name: str) -> bytes | None:  # noqa: ARG002 - nobody fetches it
        """Nothing: everybody has it."""
        return None

    def publish(self, members: dict[str, Member], *, expires: datetime | None = None) -> None:
        """Put a new version in force."""
        before = self._directory
        self._directory = Directory(version=before.version + 1, expires=expires or before.expires, members=members)


@dataclass(slots=True)
class Neighbour:
    """One node of the neighbourhood, and one officer who works there."""

    node: Node
    officer: Officer
    street: Neighbourhood

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.settings.node

    def knows(self, name: str, /, kind: SubjectKind = SubjectKind.PERSON, **properties: str) -> Record:
        """Put a record into the node's register: a wanted person unless `category` or `handling` say otherwise."""
        category = SubjectCategory(properties.pop("category", SubjectCategory.WANTED))
        handling = Handling(properties.pop("handling", Handling.H1))
        protections = frozenset(properties.pop("protections", "").split())
        given = {"name": name, **properties} if name else properties
        count = sum(self.node.records.counts().values())
        grading = Grading(source=SourceGrade.B, information=InformationGrade.G2)
        record = Record(
            id=f"{self.name}-{count + 1}",
            schema=schema_of(kind),
            statements=tuple(
                Statement(prop=prop, value=value, source="DATA LATIHAN", seen="2026-01-01", grading=grading)
                for prop, value in given.items()
            ),
            category=category,
            handling=handling,
            protections=protections,
            invented=True,
        )
        self.node.records.save([record], source="DATA LATIHAN")
        self.node.records.catch_up()
        return record

    async def check(
        self,
        name: str = "",
        /,
        *,
        kind: SubjectKind = SubjectKind.PERSON,
        justification: Justification = REASON,
        within: timedelta | None = None,
        **properties: str,
    ) -> CheckReport:
        """Ask everybody, as the neighbour's officer."""
        given = {"name": name, **properties} if name else properties
        subject = Subject(kind=kind, properties={prop: (value,) for prop, value in given.items()})
        return await self.node.checks.ask(subject, justification, self.officer, within=within)

    def falls_silent(self) -> None:
        """Take every message from now on, and answer none."""
        self.street.loopback.fall_silent(self.name)

    def answers_again(self) -> None:
        """Answer again."""
        self.street.loopback.fall_silent(self.name, silent=False)

    def is_unplugged(self) -> None:
        """Cannot be reached from now on."""
        self.street.loopback.unplug(self.name)

    def is_plugged_in(self) -> None:
        """Can be reached."""
        self.street.loopback.register(self.name, self.node.receive)

    async def restarts(self) -> None:
        """Stop, and run again from what is on the disk."""
        await self.node.stop()
        self.node = self.street.open(self.node.settings)

    def leaves(self) -> None:
        """Is struck from the directory, for everyone at once."""
        members = dict(self.street.directory.current().members)
        members.pop(self.name)
        self.street.directory.publish(members)

    def joins(self) -> None:
        """Is listed in the directory (again), for everyone at once."""
        member = self.node.folder.member(self.node.settings)
        self.street.directory.publish({**self.street.directory.current().members, self.name: member})


class Neighbourhood:
    """A federation in one process.

    Args:
        folder: Where the nodes' folders are made.
        clock: The clock all of them go by; the machine's unless given.
        database: For a node's name, its database address; SQLite in its folder unless given.
    """

    def __init__(self, folder: Path, clock: Clock | None = None, database: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.clock = clock or SystemClock()
        self.loopback = Loopback()
        self.directory = SharedDirectory(self.clock)
        self._database = database or {}
        self._neighbours: list[Neighbour] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for neighbour in self._neighbours:
            await neighbour.node.stop()

    async def nodes(self, *countries: str, **settings: object) -> tuple[Neighbour, ...]:
        """Neighbours, one per country: node `id.latihan` for `id`, with an officer of every working role."""
        return tuple([self._move_in(country, settings) for country in countries])

    def _move_in(self, country: str, given: dict[str, object]) -> Neighbour:
        name = f"{country}.latihan"
        root = self.folder / name
        database = {"database": self._database[name]} if name in self._database else {}
        settings = init(root, {"node": name, "country": country, **USUAL, **database, **given})
        member = Folder(root).member(settings)
        node = self.open(settings)
        self.directory.publish({**self.directory.current().members, name: member})
        roles = frozenset({Role.INVESTIGATOR, Role.LIAISON, Role.DATA_PROTECTION})
        enrolled = node.people.enrol(
            Account(username="sari", name="Sari (latihan)", roles=roles, unit="Unit Latihan", password=PASSWORD),
            by="system",
        )
        neighbour = Neighbour(node, enrolled.officer, self)
        self._neighbours.append(neighbour)
        return neighbour

    def open(self, settings: Settings) -> Node:
        """The node whose folder this is, on our loopback."""
        link = self.loopback.end(Folder(settings.folder).member(settings).certificates[0])
        node = build(settings, clock=self.clock, link=link, directory=self.directory, hasher=QUICK)
        self.loopback.register(settings.node, node.receive)
        return node


# A check waits for everyone, and on a machine with much to do an answer may take a while.
USUAL = {"exercise": True, "answer_within": 5}
# Passwords that guard nothing need not be slow to try.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "latihan-sehari-hari"  # noqa: S105 - exercise nodes only
