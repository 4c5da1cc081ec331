"""One node answers checks: candidates, comparison, policy, and the audit entry durable before the answer leaves.

    python -m benchmarks.one_node [--records 100000] [--checks 1000] [--at-once 16] [--lookups 2] [--folder DIR]

With `--folder` the filled node is kept, and the next run measures at once.

Beside it, in the same run and on the same names: SQLite's FTS5 trigram index re-ranked by rapidfuzz, with no comparison
of dates, no explanation, no policy and no log: what one would build in an afternoon.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import msgspec
from rapidfuzz import fuzz, process

from benchmarks.figures import percentiles, row
from lintas.audit import AuditKind, Event
from lintas.clock import SystemClock
from lintas.exercises.world import World
from lintas.model import Asker, Record, Role, Subject, SubjectKind
from lintas.node import Folder, Node, build
from lintas.protocol.messages import CheckQuestion
from lintas.records import Crew
from lintas.settings import Settings
from lintas.testing import Neighbourhood
from lintas.testing.neighbourhood import REASON, SharedDirectory
from lintas.transport import Loopback

NAMES, PEOPLE = "names.txt", "people.json"
UNLIMITED = dict.fromkeys(
    ("officer_budget_hour", "officer_budget_day", "agency_budget_hour", "agency_budget_day"), 10**9
)


async def main() -> None:
    """Fill a node, ask it, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--checks", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--lookups", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / PEOPLE).exists():
            await fill(folder, given.records)
        people = msgspec.json.decode((folder / PEOPLE).read_bytes(), type=list[Record])
        asked = random.Random(7).choices(people, k=given.checks)
        async with opened(folder) as (asking, answering):
            if given.lookups:
                place = answering.settings.database_url, answering.folder.index
                answering.records.hire(Crew(*place, given.lookups))
            row("records", f"{sum(answering.records.counts().values()):10}")
            await one_by_one(answering, asked[:20], "first twenty", by_name)
            await one_by_one(answering, asked, "name and date of birth", by_name)
            await one_by_one(answering, asked, "name alone", by_name_alone)
            await one_by_one(
                answering, [p for p in asked if p.values("passportNumber")], "passport number", by_passport
            )
            await at_once(answering, asked, given.at_once)
            audit_alone(answering, given.checks)
            await whole_way(asking, asked[:200])
        peer(folder, asked[:200])


async def fill(folder: Path, wanted: int) -> None:
    """Make two nodes and fill the second with invented people of as many worlds as it takes."""
    names: list[str] = []
    asked: list[Record] = []
    async with Neighbourhood(folder) as street:
        _, answering = await street.nodes("id", "my", **UNLIMITED)
        records, saved, saving, seed = answering.node.records, 0, 0.0, 0
        while saved < wanted:
            seed += 1
            # A person makes 1.7 records.
            world = World.generate(seed, min(150_000, int((wanted - saved) / 1.7) + 1))
            block = [
                msgspec.structs.replace(record, id=f"{seed}-{record.id}")
                for node in world.nodes
                for record in world.records(node)
            ]
            started = time.perf_counter()
            records.save(block, source="DATA LATIHAN")
            saving += time.perf_counter() - started
            saved += len(block)
            people = [record for record in block if record.schema == "Person" and record.values("birthDate")]
            names += [record.values("name")[0] for record in people]
            asked += random.Random(seed).sample(people, min(2_000, len(people)))
        row("saved", f"{saved / saving:10.0f} records/s")
        started = time.perf_counter()
        records.catch_up()
        row("indexed", f"{saved / (time.perf_counter() - started):10.0f} records/s")
    (folder / NAMES).write_text("\n".join(names), "utf-8")
    (folder / PEOPLE).write_bytes(msgspec.json.encode(asked))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Both nodes of a filled folder, joined by a loopback."""
    clock, loopback = SystemClock(), Loopback()
    directory = SharedDirectory(clock)
    settings = [Settings.load(folder / f"{country}.latihan", {}) for country in ("id", "my")]
    members = {one.node: Folder(one.folder).member(one) for one in settings}
    directory.publish(members)
    nodes = []
    for one in settings:
        link = loopback.end(members[one.node].certificates[0])
        nodes.append(build(one, clock=clock, link=link, directory=directory))
        loopback.register(one.node, nodes[-1].receive)
        nodes[-1].records.catch_up()
    try:
        yield nodes[0], nodes[1]
    finally:
        for node in nodes:
            await node.stop()


def by_name(record: Record) -> Subject:
    """What an officer would ask about a person."""
    known = {"name": record.values("name")[:1], "birthDate": record.values("birthDate")[:1]}
    return Subject(kind=SubjectKind.PERSON, properties=known)


def by_name_alone(record: Record) -> Subject:
    """What an officer asks who knows no more; a name of one word would be refused, so it stands with its country."""
    return Subject(
        kind=SubjectKind.PERSON,
        properties={"name": record.values("name")[:1], "nationality": record.values("nationality")[:1]},
    )


def by_passport(record: Record) -> Subject:
    """What an officer would ask with a passport in hand."""
    return Subject(kind=SubjectKind.PERSON, properties={"passportNumber": record.values("passportNumber")[:1]})


def question(subject: Subject) -> CheckQuestion:
    """A partner's question; each of another officer, so that none looks like an enumeration."""
    number = token_hex(8)
    asker = Asker(node="id.latihan", country="id", officer=number, role=Role.INVESTIGATOR)
    return CheckQuestion(check=number, subject=subject, justification=REASON, asker=asker, answer_by=datetime.now(UTC))


async def one_by_one(answering: Node, asked: list[Record], what: str, subject_of: Callable[[Record], Subject]) -> None:
    """Latency."""
    times, found = [], 0
    for record in asked:
        put = question(subject_of(record))
        started = time.perf_counter()
        answer = await answering.checks.answer(put, "id.latihan")
        times.append((time.perf_counter() - started) * 1000)
        found += bool(getattr(answer, "matches", ()))
    if len(times) > 1:
        row(f"answer, by {what} ({found} of {len(times)} told a match)", percentiles(times))


async def at_once(answering: Node, asked: list[Record], many: int) -> None:
    """Throughput."""
    gate = asyncio.Semaphore(many)

    async def one(record: Record) -> None:
        async with gate:
            await answering.checks.answer(question(by_name(record)), "id.latihan")

    started = time.perf_counter()
    await asyncio.gather(*(one(record) for record in asked))
    row(f"answer, {many} at once", f"{len(asked) / (time.perf_counter() - started):10.0f} checks/s")


def audit_alone(answering: Node, count: int) -> None:
    """Durable entries a second, many writers: the log must never be the bottleneck."""
    event = Event(kind=AuditKind.CHECK_ANSWERED, actor="node:id.latihan", facts={"told": 0})
    started = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda _: answering.audit.record(event), range(count * 5)))
    row("audit entries, durable, 32 writers", f"{count * 5 / (time.perf_counter() - started):10.0f} entries/s")


async def whole_way(asking: Node, asked: list[Record]) -> None:
    """A check from the asking officer to the answering node and back, both logs written; both share one interpreter."""
    times = []
    officer = asking.people.officers()[0]
    for record in asked:
        started = time.perf_counter()
        await asking.checks.ask(by_name(record), REASON, officer)
        times.append((time.perf_counter() - started) * 1000)
    row("whole check over one partner, sealed both ways", percentiles(times))


def peer(folder: Path, asked: list[Record]) -> None:
    """SQLite FTS5 trigrams and rapidfuzz."""
    names = (folder / NAMES).read_text("utf-8").split("\n")
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize='trigram')")
    started = time.perf_counter()
    db.executemany("INSERT INTO names(rowid, name) VALUES (?, ?)", enumerate(names))
    row("peer: FTS5 trigram index built", f"{len(names) / (time.perf_counter() - started):10.0f} names/s")
    times = []
    # Names of two letters have no trigram: the peer cannot be asked for them.
    for wanted in (name for record in asked if len(name := record.values("name")[0]) > 2):
        started = time.perf_counter()
        grams = {wanted[i : i + 3] for i in range(len(wanted) - 2)}
        terms = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
        rows = db.execute("SELECT name FROM names WHERE names MATCH ? ORDER BY rank LIMIT 100", (terms,)).fetchall()
        process.extract(wanted, [name for (name,) in rows], scorer=fuzz.token_sort_ratio, limit=20)
        times.append((time.perf_counter() - started) * 1000)
    row("peer: FTS5 trigram + rapidfuzz, names only", percentiles(times))


if __name__ == "__main__":
    asyncio.run(main())
