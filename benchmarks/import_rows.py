"""Entities a second from a file into SQLite, durable, with provenance, validation, versions and audit entries.

    python -m benchmarks.import_rows [--people 60000] [--folder DIR]

The file is the training world's, as FollowTheMoney lines. Beside it, in the same run and from the same file, what
FollowTheMoney's own library offers a programmer: each line made an entity, cleaned, and put into SQLite as one JSON
blob, by 10,000 in a transaction. It keeps no source, date or grading of a value, no version, no log, no report of what
was wrong; its first number leaves the cleaning out.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figures import row
from lintas.audit import AuditLog
from lintas.clock import SystemClock
from lintas.exercises.world import World
from lintas.model.schemata import ftm_model
from lintas.records import Index, Records, import_file
from lintas.storage import Database

SOURCE = "DATA LATIHAN"
TABLE = """
queries:
  - entities:
      person:
        schema: Person
        keys: [number]
        key_literal: person
        properties:
          name: { column: name }
          birthDate: { column: born }
          nationality: { column: nationality }
          passportNumber: { column: passport }
"""


def main() -> None:
    """Make the file, import it in turn, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; a temporary folder otherwise")
    given = parser.parse_args()
    ftm_model()  # a second that every program with FollowTheMoney pays once
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        lines = folder / "world.ftm.json"
        count = write_world(lines, given.people)
        ours(folder, lines, count)
        table(folder, lines)
        for cleaned in (True, False):
            what = "inserted as they are" if cleaned else "cleaned and inserted"
            seconds = peer(folder / f"peer{cleaned}.db", lines, cleaned=cleaned)
            row(f"peer: FollowTheMoney entities {what}", f"{count / seconds:10.0f} entities/s")


def write_world(path: Path, people: int) -> int:
    """The records of all nodes of a training world in one file; how many there are."""
    world = World.generate(7, people)
    with path.open("wb") as whole:
        for node in world.nodes:
            part = path.with_suffix(".part")
            world.write(node, part)
            # One thing may be known to several nodes under one name.
            whole.writelines(line.replace(b'"id":"', f'"id":"{node}.'.encode(), 1) for line in part.open("rb"))
    with path.open("rb") as whole:
        return sum(1 for _ in whole)


def ours(folder: Path, lines: Path, count: int) -> None:
    """The same file twice: everything new, then everything the same."""
    records, database = node(folder)
    for what in ("all new", "all the same"):
        started = time.perf_counter()
        result = import_file(records, lines, source=SOURCE, report=folder / "report.jsonl")
        seconds = time.perf_counter() - started
        row(f"{result.rows} lines imported, {what}", f"{count / seconds:10.0f} entities/s")
    records.index.close()
    database.close()


def table(folder: Path, lines: Path) -> None:
    """The people among them as a CSV file through a mapping."""
    (folder / "mapping.yaml").write_text(TABLE)
    with lines.open("rb") as file, (folder / "people.csv").open("w") as out:
        out.write("number|name|born|nationality|passport\n")
        for number, line in enumerate(file):
            values = json.loads(line)["properties"]
            first = [values.get(prop, [""])[0] for prop in ("name", "birthDate", "nationality", "passportNumber")]
            if first[1]:
                out.write("|".join([str(number), *first]) + "\n")
    records, database = node(folder / "table")
    started = time.perf_counter()
    mapping, report = folder / "mapping.yaml", folder / "table.jsonl"
    result = import_file(records, folder / "people.csv", mapping=mapping, source=SOURCE, report=report)
    seconds = time.perf_counter() - started
    row(f"{result.rows} rows of a CSV file imported through a mapping", f"{result.new / seconds:10.0f} entities/s")
    records.index.close()
    database.close()


def node(folder: Path) -> tuple[Records, Database]:
    """Records in a new database."""
    folder.mkdir(exist_ok=True)
    database = Database.open(f"sqlite:///{folder / 'lintas.db'}")
    database.migrate()
    clock = SystemClock()
    audit = AuditLog(database, clock, Ed25519PrivateKey.generate(), "id.latihan")
    return Records(database, audit, clock, Index.open(folder / "index")), database


def peer(path: Path, lines: Path, *, cleaned: bool) -> float:
    """Seconds that FollowTheMoney entities take into SQLite, equally durable."""
    model = ftm_model()
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE e (id TEXT PRIMARY KEY, body)")

    def rows() -> Iterator[tuple[str, str]]:
        with lines.open("rb") as file:
            for line in file:
                entity = model.get_proxy(json.loads(line), cleaned=cleaned)
                yield entity.id, json.dumps(entity.to_dict())

    started = time.perf_counter()
    entities = rows()
    while block := list(islice(entities, 10_000)):
        with db:
            db.executemany("INSERT OR REPLACE INTO e VALUES (?, ?)", block)
    seconds = time.perf_counter() - started
    db.close()
    return seconds


if __name__ == "__main__":
    main()
