"""A machine that saves, edits, deletes, restores, extends, erases and lets time pass, in any order it likes.

Beside the register stands a plain dictionary of what must be true; whenever the two differ, Hypothesis shortens the
story until only what is needed to break the promise is left.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import NotFound
from lintas.model import SubjectCategory
from lintas.records.retention import QUARANTINE_DAYS, review_due
from lintas.storage import Database
from rooms.records.record_makers import Register, person

IDS = st.sampled_from(["p-0", "p-1", "p-2", "p-3"])
NAMES = st.sampled_from(["Budi", "Siti", "Joko"])
SOURCES = st.sampled_from(["polda", "imigrasi"])
CATEGORIES = st.sampled_from([SubjectCategory.CONTACT, SubjectCategory.WANTED, SubjectCategory.UNKNOWN])


@dataclass(slots=True)
class Known:
    """What must be true of one record."""

    source: str
    said: tuple[str, SubjectCategory]
    shown: tuple[str, SubjectCategory]
    due: datetime
    versions: int = 1
    deleted: datetime | None = None
    names: list[str] = field(default_factory=list)


class LifeOfRecords(RuleBasedStateMachine):
    """The register and the dictionary."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lintas-life-"))
        self.clock = ManualClock()
        self.database = Database.open(f"sqlite:///{self.folder / 'desk.db'}")
        self.database.migrate()
        self.register = Register.open(self.database, self.clock, self.folder)
        self.known: dict[str, Known] = {}
        self.erased = 0

    def teardown(self) -> None:
        if hasattr(self, "register"):
            self.register.index.close()
            self.database.close()

    @property
    def records(self):
        return self.register.records

    def alive(self) -> dict[str, Known]:
        return {key: known for key, known in self.known.items() if known.deleted is None}

    @rule(record_id=IDS, name=NAMES, category=CATEGORIES, source=SOURCES)
    def save(self, record_id: str, name: str, category: SubjectCategory, source: str) -> None:
        counts = self.records.save([person(record_id, name, category=category)], source=source)

        known, now = self.known.get(record_id), self.clock.now()
        if known is None:
            self.known[record_id] = Known(
                source, (name, category), (name, category), review_due(category, now), names=[name]
            )
            assert counts.new == 1
        elif known.source != source or known.deleted is not None:
            assert len(counts.refused) == 1
        elif known.said == (name, category):
            assert counts.same == 1
        else:
            assert counts.changed == 1
            if known.shown[1] != category:
                known.due = review_due(category, now)
            known.said = known.shown = (name, category)
            known.versions += 1
            known.names.append(name)

    @rule(record_id=IDS, name=NAMES)
    def edit(self, record_id: str, name: str) -> None:
        known = self.alive().get(record_id)
        if known is None:
            with pytest.raises(NotFound):
                self.records.get(record_id)
            return
        before = self.records.get(record_id)
        statement = msgspec.structs.replace(before.statements[0], value=name)

        after = self.records.edit(
            msgspec.structs.replace(before, statements=(statement,)), by="officer:x", reason="seen"
        )

        assert after.version == before.version + 1
        known.shown = (name, known.shown[1])
        known.versions += 1
        known.names.append(name)

    @rule(record_id=IDS)
    def extend(self, record_id: str) -> None:
        if known := self.alive().get(record_id):
            self.records.extend(record_id, reason="assessed once more", by="officer:x", approval="a")
            known.due = review_due(known.shown[1], self.clock.now())

    @rule(record_id=IDS)
    def delete(self, record_id: str) -> None:
        if known := self.alive().get(record_id):
            plan = self.records.deletion_plan([record_id])
            assert self.records.erase(plan, by="officer:x", approval="a") == [record_id]
            known.deleted = self.clock.now()

    @rule()
    def delete_what_is_overdue(self) -> None:
        overdue = {key for key, known in self.alive().items() if known.due <= self.clock.now()}

        gone = self.records.erase(self.records.deletion_plan(), by="officer:x", approval="a")

        assert set(gone) == overdue
        for key in overdue:
            self.known[key].deleted = self.clock.now()

    @rule(record_id=IDS)
    def restore(self, record_id: str) -> None:
        held = self.known.get(record_id)
        back = self.records.restore([record_id], by="officer:x", reason="mistake")

        assert back == (held is not None and held.deleted is not None)
        if held is not None:
            held.deleted = None

    @rule()
    def erase(self) -> None:
        limit = self.clock.now() - timedelta(days=QUARANTINE_DAYS)
        over = [key for key, known in self.known.items() if known.deleted is not None and known.deleted <= limit]

        assert self.records.erase_quarantined() == len(over)
        for key in over:
            del self.known[key]
        self.erased += len(over)

    @rule(days=st.sampled_from([1, 10, 40, 400]))
    def time_passes(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    @invariant()
    def the_register_knows_what_must_be_true(self) -> None:
        if not hasattr(self, "known"):
            return
        alive = self.alive()
        found = {record.id: record for record in self.records.many(["p-0", "p-1", "p-2", "p-3"])}
        assert set(found) == set(alive)
        for key, known in alive.items():
            assert (found[key].values("name")[0], found[key].category) == known.shown
            assert found[key].review_due == known.due
            assert [version.values("name")[0] for version in reversed(self.records.versions(key))] == known.names
            assert found[key].version == known.versions == len(known.names)
        assert {held.record_id for held in self.records.quarantined()} == set(self.known) - set(alive)
        assert sum(self.records.counts().values()) == len(alive)

    @invariant()
    def the_index_finds_exactly_those(self) -> None:
        if hasattr(self, "known"):
            for name in {known.shown[0] for known in self.alive().values()}:
                named = {key for key, known in self.alive().items() if known.shown[0] == name}
                assert named <= set(self.register.found(name=name)) <= set(self.alive())

    @invariant()
    def the_log_has_an_entry_for_every_erasure(self) -> None:
        if hasattr(self, "known"):
            told = [key for event in self.register.entries(AuditKind.RECORD_ERASED) for key in event.facts["records"]]
            assert len(told) == self.erased


LifeOfRecords.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)


class TestLifeOfRecords(LifeOfRecords.TestCase):
    """Run by pytest."""
