"""One node answers checks: candidates, comparison, policy, and the audit entry durable before the answer leaves.

    python -m benchmarks.one_node [--people 40000] [--checks 1000] [--database URL]

Beside it, in the same run and on the same names: SQLite's FTS5 trigram index re-ranked by rapidfuzz, with no comparison of
dates, no explanation, no policy and no log: what one would build in an afternoon.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rapidfuzz import fuzz, process

from benchmarks.figures import percentiles, row
from lintas.audit import AuditKind, Event
from lintas.exercises.world import World
from lintas.model import Asker, Record, Role, Subject, SubjectKind
from lintas.protocol.messages import CheckQuestion
from lintas.testing import Neighbour, Neighbourhood
from lintas.testing.neighbourhood import REASON

UNLIMITED = dict.fromkeys(
    ("officer_budget_hour", "officer_budget_day", "agency_budget_hour", "agency_budget_day"), 10**9
)


async def main() -> None:
    """Fill a node, ask it, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--checks", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=16)
    given = parser.parse_args()
    world = World.generate(7, given.people)
    records = [record for node in world.nodes for record in world.records(node)]
    chance = random.Random(7)
    people = [record for record in records if record.schema == "Person" and record.values("birthDate")]
    asked = chance.choices(people, k=given.checks)
    with tempfile.TemporaryDirectory() as folder:
        async with Neighbourhood(Path(folder)) as street:
            asking, answering = await street.nodes("id", "my", **UNLIMITED)
            started = time.perf_counter()
            answering.node.records.save(records, source="DATA LATIHAN")
            saved = time.perf_counter()
            answering.node.records.catch_up()
            indexed = time.perf_counter()
            row(f"{len(records)} records saved", f"{len(records) / (saved - started):10.0f} records/s")
            row(f"{len(records)} records indexed", f"{len(records) / (indexed - saved):10.0f} records/s")
            await one_by_one(answering, asked, "name and date of birth", by_name)
            await one_by_one(
                answering, [p for p in asked if p.values("passportNumber")], "passport number", by_passport
            )
            await at_once(answering, asked, given.at_once)
            audit_alone(answering, given.checks)
            await whole_way(asking, asked[:200])
    peer(people, asked[:200])


def by_name(record: Record) -> Subject:
    """What an officer would ask about a person."""
    known = {"name": record.values("name")[:1], "birthDate": record.values("birthDate")[:1]}
    return Subject(kind=SubjectKind.PERSON, properties=known)


def by_passport(record: Record) -> Subject:
    """What an officer would ask with a passport in hand."""
    return Subject(kind=SubjectKind.PERSON, properties={"passportNumber": record.values("passportNumber")[:1]})


def question(number: int, subject: Subject, street: str) -> CheckQuestion:
    """A partner's question."""
    asker = Asker(node="id.latihan", country="id", officer=f"{street}-{number}", role=Role.INVESTIGATOR)
    from datetime import UTC, datetime  # noqa: PLC0415

    return CheckQuestion(
        check=f"{street}-{number:08}", subject=subject, justification=REASON, asker=asker, answer_by=datetime.now(UTC)
    )


async def one_by_one(answering: Neighbour, asked: list[Record], what: str, subject_of: object) -> None:
    """Latency."""
    times, found = [], 0
    for number, record in enumerate(asked):
        put = question(number, subject_of(record), what[:4])  # type: ignore[operator]
        started = time.perf_counter()
        answer = await answering.node.checks.answer(put, "id.latihan")
        times.append((time.perf_counter() - started) * 1000)
        found += bool(getattr(answer, "matches", ()))
    if len(times) > 1:
        row(f"answer, by {what} ({found} of {len(times)} told a match)", percentiles(times))


async def at_once(answering: Neighbour, asked: list[Record], many: int) -> None:
    """Throughput."""
    gate = asyncio.Semaphore(many)

    async def one(number: int, record: Record) -> None:
        async with gate:
            await answering.node.checks.answer(question(number, by_name(record), "many"), "id.latihan")

    started = time.perf_counter()
    await asyncio.gather(*(one(number, record) for number, record in enumerate(asked)))
    row(f"answer, {many} at once", f"{len(asked) / (time.perf_counter() - started):10.0f} checks/s")


def audit_alone(answering: Neighbour, count: int) -> None:
    """Durable entries a second, many writers: the log must never be the bottleneck."""
    event = Event(kind=AuditKind.CHECK_ANSWERED, actor="node:id.latihan", facts={"told": 0})
    started = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda _: answering.node.audit.record(event), range(count * 5)))
    row("audit entries, durable, 32 writers", f"{count * 5 / (time.perf_counter() - started):10.0f} entries/s")


async def whole_way(asking: Neighbour, asked: list[Record]) -> None:
    """A check from the asking officer to the answering node and back, both logs written."""
    times = []
    for record in asked:
        started = time.perf_counter()
        await asking.node.checks.ask(by_name(record), REASON, asking.officer)
        times.append((time.perf_counter() - started) * 1000)
    row("whole check over one partner, sealed both ways", percentiles(times))


def peer(people: list[Record], asked: list[Record]) -> None:
    """SQLite FTS5 trigrams and rapidfuzz."""
    names = [record.values("name")[0] for record in people]
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram')")
    started = time.perf_counter()
    db.executemany("INSERT INTO names(rowid, name) VALUES (?, ?)", enumerate(names))
    row("peer: FTS5 trigram index built", f"{len(names) / (time.perf_counter() - started):10.0f} names/s")
    times = []
    for record in asked:
        wanted = record.values("name")[0]
        started = time.perf_counter()
        grams = {wanted[i : i + 3] for i in range(len(wanted) - 2)}
        terms = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
        rows = db.execute("SELECT name FROM names WHERE names MATCH ? ORDER BY rank LIMIT 100", (terms,)).fetchall()
        process.extract(wanted, [name for (name,) in rows], scorer=fuzz.token_sort_ratio, limit=20)
        times.append((time.perf_counter() - started) * 1000)
    row("peer: FTS5 trigram + rapidfuzz, names only", percentiles(times))


if __name__ == "__main__":
    asyncio.run(main())
