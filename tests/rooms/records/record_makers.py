"""Makes registers, records and files for the tests of the room."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import ManualClock
from lintas.model import (
    Grading,
    InformationGrade,
    Record,
    SourceGrade,
    Statement,
    Subject,
    SubjectCategory,
    SubjectKind,
)
from lintas.records import ImportResult, Index, Records, import_file
from lintas.storage import Database

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SOURCE = "DATA LATIHAN"


@dataclass(slots=True)
class Register:
    """Records with all they stand on."""

    records: Records
    audit: AuditLog
    clock: ManualClock
    index: Index
    folder: Path

    @classmethod
    def open(cls, database: Database, clock: ManualClock, folder: Path) -> Register:
        audit = AuditLog(database, clock, KEY, "id.latihan")
        index = Index.open(folder / "index")
        return cls(Records(database, audit, clock, index), audit, clock, index, folder)

    @property
    def report(self) -> Path:
        return self.folder / "reports" / "report.jsonl"

    def flaws(self) -> list[dict[str, Any]]:
        """What the last import wrote into its report."""
        return [json.loads(line) for line in self.report.read_bytes().splitlines()]

    def reasons(self) -> list[str]:
        return [flaw["reason"] for flaw in self.flaws()]

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def lines(self, *entities: dict[str, Any] | str, name: str = "entities.ftm.json") -> Path:
        """A file of FollowTheMoney lines; a text stands for itself."""
        return self.file(name, "".join((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in entities))

    def take(self, path: Path, **options: Any) -> ImportResult:
        """Import a file."""
        return import_file(self.records, path, **{"source": SOURCE, "report": self.report, **options})

    def found(self, kind: SubjectKind = SubjectKind.PERSON, **properties: str) -> list[str]:
        """The ids of the candidates for a subject, once the index has caught up."""
        self.records.catch_up()
        subject = Subject(kind, {name: (value,) for name, value in properties.items()})
        return [record.id for record in self.records.candidates(subject)]

    def entries(self, kind: AuditKind) -> list[Event]:
        """The contents of the audit entries of one kind, oldest first."""
        return [entry.event for entry in reversed(self.audit.entries(kind=kind, limit=1000)) if entry.event]


def person(record_id: str = "p-1", name: str = "Budi Santoso", **more: Any) -> Record:
    """An invented person."""
    properties = {"name": name, **more.pop("properties", {})}
    grading = Grading(source=SourceGrade.B, information=InformationGrade.G2)
    statements = tuple(Statement(p, v, SOURCE, "2026-01-01", grading) for p, v in properties.items())
    given = {"category": SubjectCategory.WANTED, "invented": True, "schema": "Person"}
    return Record(id=record_id, statements=statements, **(given | more))


def entity(entity_id: str = "p-1", schema: str = "Person", /, **properties: Any) -> dict[str, Any]:
    """An invented entity as FollowTheMoney writes it; `lintas`, `datasets` and the like stand beside the properties."""
    beside = {key: properties.pop(key) for key in ("lintas", "datasets", "first_seen", "caption") if key in properties}
    listed = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {"id": entity_id, "schema": schema, "properties": listed, **beside}
