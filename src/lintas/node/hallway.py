"""The hallway: the only place that knows which concrete parts a node is made of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from argon2 import PasswordHasher

from lintas import __version__
from lintas.audit import AuditKind, AuditLog, Event
from lintas.checks import Batches, Checks, Desk, Programs
from lintas.clock import Clock, SystemClock
from lintas.errors import LintasError
from lintas.exchange import Exchange
from lintas.model import Role
from lintas.node.acts import Acts
from lintas.node.directories import directory_of, signing_key_in_use
from lintas.node.folder import Folder
from lintas.node.reception import Reception
from lintas.node.seen import SeenOnDisk
from lintas.node.witnessing import Witnessing
from lintas.people import People, SecretBox
from lintas.policy import AgencyContext, Limits, OfficerAct, PolicySet
from lintas.records import Crew, Index, Records
from lintas.requests import Parts, Requests
from lintas.settings import Settings
from lintas.storage import Database
from lintas.transport import DirectorySource, HttpLink, Line, Link

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Node(Acts):
    """One agency's node, wired; front doors use its rooms."""

    settings: Settings
    folder: Folder
    clock: Clock
    us: AgencyContext
    db: Database
    audit: AuditLog
    people: People
    policies: PolicySet
    records: Records
    index: Index
    directory: DirectorySource
    link: Link
    line: Line
    exchange: Exchange
    checks: Checks
    batches: Batches
    programs: Programs
    requests: Requests
    reception: Reception
    witnessing: Witnessing
    on_directory: Callable[[], None] = lambda: None  # what else is done when the directory has changed
    _loops: list[asyncio.Task[None]] = field(default_factory=list)
    _told_of: int = 0  # the version of the directory that was entered in the log last

    @property
    def names(self) -> dict[str, str]:
        """The agency's name by language."""
        return self.settings.names

    async def receive(self, raw: bytes, peer_sha256: str) -> bytes:
        """The sealed answer to a partner's envelope.

        Raises:
            Untrusted: it is not to be believed.
        """
        return await self.reception.receive(raw, peer_sha256)

    async def start(self) -> None:
        """Begin what a node does by itself: index, courier, follow-up, directory, witnesses."""
        self._told_of = self.directory.current().version
        if self.settings.lookups:
            self.records.hire(Crew(self.settings.database_url, self.folder.index, self.settings.lookups))
        loaded: dict[str, str | int] = {"digest": self.policies.digest, "policies": len(self.policies.policies)}
        await self.audit.record_async(Event(kind=AuditKind.POLICY_LOADED, actor="system", facts=dict(loaded)))
        await self.audit.record_async(
            Event(kind=AuditKind.NODE_STARTED, actor="system", facts={"version": __version__})
        )
        tasks = {
            "index": (self._catch_up, timedelta(seconds=0.25)),
            "courier": (self.exchange.deliver_due, timedelta(seconds=0.5)),
            "follow-up": (self.checks.follow_up, timedelta(seconds=1)),
            "retention": (self.forget, timedelta(minutes=5)),
            "directory": (self._look_for_directory, self.settings.directory_every),
            "members": (self._tell_of_directory, timedelta(seconds=0.5)),
            "witnesses": (self.witnessing.once, self.settings.checkpoint_every),
        }
        self._loops = [asyncio.create_task(_forever(name, *task), name=name) for name, task in tasks.items()]

    async def stop(self) -> None:
        """Stop by itself doing anything, write what is in line, let go of the disk."""
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.checks.close()
        await self.link.close()
        self.close()

    def close(self) -> None:
        """Let go of the disk."""
        self.records.close()
        self.db.close()

    async def _catch_up(self) -> None:
        await asyncio.to_thread(self.records.catch_up)

    async def forget(self) -> None:
        """Erase what has served its purpose: in each room, in quarantine, in the log (rules R31, R37)."""
        for room in (self.checks, self.exchange, self.requests, self.people):
            await room.purge()
        await asyncio.to_thread(self.records.erase_quarantined)
        await asyncio.to_thread(self.audit.erase_expired)

    async def _look_for_directory(self) -> None:
        await asyncio.to_thread(self.directory.refresh)
        await self._tell_of_directory()

    async def _tell_of_directory(self) -> None:
        """Let in whom a newer directory lists, whoever fetched it: our own look, or a partner's envelope (SPEC §7)."""
        after = self.directory.current()
        if after.version == self._told_of:
            return
        self._told_of = after.version
        self.on_directory()
        facts: dict[str, str | int | float | bool | list[str]] = {
            "version": after.version,
            "members": sorted(after.members),
        }
        await self.audit.record_async(Event(kind=AuditKind.DIRECTORY_CHANGED, actor="system", facts=facts))


async def _forever(name: str, once: Callable[[], Awaitable[object]], pause: timedelta) -> None:
    """Do something again and again; a failure does not end it, and is told to the operator once while it lasts."""
    told = ""
    while True:
        try:
            await once()
            told = ""
        except (LintasError, OSError) as error:  # TimeoutError is one of the latter
            if str(error) != told:
                log.warning("%s: %s", name, str(error) or type(error).__name__)
            told = str(error)
        except Exception:  # nothing else would ever tell of it: a task that has died is silent
            log.exception("%s: an unexpected error", name)
        await asyncio.sleep(pause.total_seconds())


def _may_approve(policies: PolicySet, roles: Collection[Role], act: str) -> bool:
    """Whether policy lets somebody with these roles be the second person for an act."""
    return policies.may(roles, OfficerAct.APPROVE, about=act).allowed


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    link: Link | None = None,
    directory: DirectorySource | None = None,
    hasher: PasswordHasher | None = None,
) -> Node:
    """Wire a node; tests and exercises hand in their own clock, cable, directory or cheaper password hashes.

    Raises:
        LintasError: the folder, the database, the policies or the directory are not usable, and what to do.
    """
    clock = clock or SystemClock()
    folder = Folder(settings.folder)
    keys = folder.keys()
    policies = PolicySet.load([settings.path(settings.policies)])
    directory = directory or directory_of(settings, folder, clock)
    link = link or HttpLink(certificate=folder.certificate, key=folder.certificate_key)
    with ExitStack() as unless_wired:  # a node that cannot be lets go of the disk
        db = Database.open(settings.database_url)
        unless_wired.callback(db.close)
        db.migrate()
        in_use = partial(signing_key_in_use, keys, directory, settings.node, clock)
        audit = AuditLog(db, clock, keys.signing_key, settings.node, earlier=keys.earlier(), in_use=in_use)
        box = SecretBox(folder.accounts_key())
        people = People(db, audit, clock, box=box, may_approve=partial(_may_approve, policies), hasher=hasher)
        index = Index.open(folder.index)
        line = Line(
            us=settings.node,
            keys=keys,
            directory=directory,
            link=link,
            seen=SeenOnDisk(db, clock),
            clock=clock,
            skew=settings.clock_skew,
        )
        desk = Desk(
            db=db,
            audit=audit,
            clock=clock,
            line=line,
            directory=directory,
            policies=policies,
            records=Records(db, audit, clock, index),
            people=people,
            **_decided_by_operator(settings),
        )
        node = _furnish(settings, folder, desk, index, link)
        unless_wired.pop_all()
        return node


def _decided_by_operator(settings: Settings) -> dict[str, Any]:
    """What the room of checks takes from the settings."""
    return {
        "us": AgencyContext(node=settings.node, country=settings.country, exercise=settings.exercise),
        "limits": Limits(
            officer_hour=settings.officer_budget_hour,
            officer_day=settings.officer_budget_day,
            agency_hour=settings.agency_budget_hour,
            agency_day=settings.agency_budget_day,
        ),
        "programs": Limits(officer_hour=settings.program_budget_hour, officer_day=settings.program_budget_day),
        "names": settings.names,
        "contact": settings.contact,
        "threshold": settings.threshold,
        "answer_within": settings.answer_within,
        "wanted_for": settings.wanted_for,
        "ask_again_every": settings.ask_again_every,
    }


def _furnish(settings: Settings, folder: Folder, desk: Desk, index: Index, link: Link) -> Node:
    """The upper rooms, on what the lower ones gave."""
    exchange = Exchange(desk.db, desk.audit, desk.clock, desk.line)
    checks = Checks(desk)
    parts = Parts(
        db=desk.db,
        audit=desk.audit,
        clock=desk.clock,
        exchange=exchange,
        checks=checks,
        records=desk.records,
        directory=desk.directory,
        policies=desk.policies,
        us=desk.us,
        names=desk.names,
        decide_within=settings.decide_within,
    )
    witnessing = Witnessing(desk.audit, desk.line, desk.directory, settings.witnesses)
    return Node(
        settings=settings,
        folder=folder,
        clock=desk.clock,
        us=desk.us,
        db=desk.db,
        audit=desk.audit,
        people=desk.people,
        policies=desk.policies,
        records=desk.records,
        index=index,
        directory=desk.directory,
        link=link,
        line=desk.line,
        exchange=exchange,
        checks=checks,
        batches=Batches(desk, checks),
        programs=Programs(desk, checks),
        requests=Requests(parts),
        reception=Reception(desk.line, desk.directory, witnessing, desk.audit, checks, exchange),
        witnessing=witnessing,
    )
