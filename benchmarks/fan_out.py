"""One check to twenty partners: real `lintas node run` processes, mutual TLS, both logs durable.

    python -m benchmarks.fan_out [--partners 20] [--checks 50]

What Lintas adds is the time from the officer's question to the report, less the slowest partner. Beside it, in the
same run: envelopes sealed alike, sent all at once with a fresh TLS connection each; the answers are not even opened.
All processes share this machine's cores, which twenty agencies would not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

from benchmarks.figures import percentiles, row
from lintas.checks import CheckReport
from lintas.model import Asker, Role, Subject, SubjectKind
from lintas.node import Folder, Node, build, init, join
from lintas.people import Account, Officer
from lintas.protocol.messages import CheckQuestion
from lintas.settings import Settings
from lintas.testing.neighbourhood import PASSWORD, REASON
from lintas.transport import client_context, listen
from lintas.transport.app import ENVELOPES, JOSE
from lintas.trust import authoring

UNLIMITED = dict.fromkeys(
    ("officer_budget_hour", "officer_budget_day", "agency_budget_hour", "agency_budget_day"), 10**9
)


def main() -> None:
    """Found the federation, run it, ask it, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--partners", type=int, default=20)
    parser.add_argument("--checks", type=int, default=50)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # the nodes are stopped on the way out
    with tempfile.TemporaryDirectory() as temporary:
        folders = found(Path(temporary), given.partners + 1)
        started = time.perf_counter()
        with running(folders[1:]):
            row(f"{given.partners} nodes started side by side", f"{time.perf_counter() - started:10.1f} s")
            asyncio.run(measure(folders[0], given.checks))


async def measure(folder: Path, checks: int) -> None:
    """The first check, the later ones, and the peer."""
    node = build(Settings.load(folder, {}))
    try:
        officer = node.people.officers()[0]
        first, _ = await ask(node, officer, 0)
        row("first check, twenty handshakes in it", f"{first:11.1f} ms")
        told = [await ask(node, officer, number) for number in range(1, checks + 1)]
        row("check over all partners", percentiles([total for total, _ in told]))
        row("  slowest partner", percentiles([slowest(report) for _, report in told]))
        row("  what Lintas adds", percentiles([total - slowest(report) for total, report in told]))
        name = node.directory.current().others(node.us.node)[0].node
        alone = [await ask(node, officer, number, [name]) for number in range(checks)]
        row("check over one partner", percentiles([total for total, _ in alone]))
        times = [await peer(node, folder) for _ in range(checks)]
        row("peer: envelopes over fresh connections, not opened", percentiles(times))
    finally:
        await node.stop()


async def ask(node: Node, officer: Officer, number: int, nodes: list[str] | None = None) -> tuple[float, CheckReport]:
    """One check: milliseconds and report."""
    started = time.perf_counter()
    report = await node.checks.ask(subject(number), REASON, officer, nodes=nodes)
    total = (time.perf_counter() - started) * 1000
    assert all(o.state == "answered" for o in report.outcomes), report  # noqa: S101 - else the figures mean nothing
    return total, report


def subject(number: int) -> Subject:
    """Somebody, and each time somebody else: the same name over and over would be an enumeration."""
    name = f"Budi {token_hex(4).translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    born = f"{1950 + number % 50}-0{number % 9 + 1}-1{number % 7}"
    return Subject(kind=SubjectKind.PERSON, properties={"name": (name,), "birthDate": (born,)})


def slowest(report: CheckReport) -> float:
    """Milliseconds the slowest partner took."""
    return max(outcome.milliseconds or 0.0 for outcome in report.outcomes if not outcome.own)


async def peer(node: Node, folder: Path) -> float:
    """Milliseconds for as many sealed questions over connections made for each."""
    where = Folder(folder)
    asker = Asker(node=node.us.node, country=node.us.country, officer=token_hex(8), role=Role.INVESTIGATOR)

    async def one(name: str, context: ssl.SSLContext, url: str, question: CheckQuestion) -> None:
        raw = node.line.seal(name, question)
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
        head = f"POST {ENVELOPES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {JOSE}\r\n"
        writer.write(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
        answer = await reader.read(-1)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]  # noqa: S101

    question = CheckQuestion(
        check=token_hex(8), subject=subject(1), justification=REASON, asker=asker, answer_by=datetime.now(UTC)
    )
    partners = [
        (m.node, client_context(where.certificate, where.certificate_key, m.certificate_pem), m.url, question)
        for m in node.directory.current().others(node.us.node)
    ]
    started = time.perf_counter()
    await asyncio.gather(*(one(*partner) for partner in partners))
    return (time.perf_counter() - started) * 1000


def found(root: Path, count: int) -> list[Path]:
    """Folders of nodes that trust one directory."""
    folders = [root / f"n{number:02}.latihan" for number in range(count)]
    sockets = [listen("127.0.0.1", 0) for _ in range(2 * count)]  # held together, so that no port is given out twice
    ports = [socket.getsockname()[1] for socket in sockets]
    for socket in sockets:
        socket.close()
    for number, folder in enumerate(folders):
        given = {"node": folder.name, "country": "id", "exercise": True, "answer_within": 30, **UNLIMITED}
        given |= {"listen": f"127.0.0.1:{ports[2 * number]}", "web": f"127.0.0.1:{ports[2 * number + 1]}"}
        init(folder, given)
    node = build(Settings.load(folders[0], {}))
    roles = frozenset({Role.INVESTIGATOR})
    node.people.enrol(
        Account(username="sari", name="Sari", roles=roles, unit="Latihan", password=PASSWORD), by="system"
    )
    node.close()
    private, public = zip(*(authoring.new_keeper() for _ in range(3)), strict=True)
    now, known = datetime.now(UTC), dict[str, bytes]()
    draft = authoring.begin(authoring.Keepers(public, threshold=2), now=now)
    for _ in range(2):
        signed = authoring.sign(authoring.sign(draft, private[0]), private[1])
        known |= authoring.publish(known, signed, private[0], now=now)
        cards = [Folder(folder).member(Settings.load(folder, {})) for folder in folders]
        draft = authoring.draft(known, add=cards, now=now)
    (root / "directory").mkdir()
    for name, content in known.items():
        (root / "directory" / name).write_bytes(content)
    for folder in folders:
        join(folder, str(root / "directory"), known["1.root.json"])
    return folders


@contextmanager
def running(folders: list[Path]) -> Iterator[None]:
    """The nodes run inside, each a process of its own."""
    processes = []
    try:
        for folder in folders:
            command = [sys.executable, "-m", "lintas", "node", "run", str(folder), "--json"]
            with (folder / "node.log").open("w") as log:
                processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True))
        for process in processes:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            said = ""
            while (line := process.stdout.readline()) and "}" not in line:
                said += line
            json.loads(said + line)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


if __name__ == "__main__":
    main()
