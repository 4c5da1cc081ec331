"""The bench on which a node is judged: the node under test by its command, and what every clause needs at hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, TypeAlias, TypeVar

from writer import Json

from conformance.federation import Keepers, partner
from conformance.wire import Call, Card, Envelope, Partner, Reply, need, opened

T = TypeVar("T")
STARTS_WITHIN, LEARNS_WITHIN = 60, 15.0  # seconds
REASON = {
    "purpose": "investigate",
    "legal_basis": "Undang-Undang Latihan 1/2026",
    "case_reference": "LATIHAN/0001/2026",
    "category": "suspect",
    "intent": "identify",
}
PROPERTIES = {
    "name": ["Rangga Purnawijaya"],
    "birthDate": ["1984-03-09"],
    "passportNumber": ["X7654321"],
    "address": ["Jalan Kenanga 17, Surabaya"],
}
RECORD = {
    "id": "uji-1",
    "schema": "Person",
    "properties": PROPERTIES,
    "lintas": {"category": "wanted", "handling": "H1", "invented": True},
}
LATER = {
    "id": "uji-2",
    "schema": "Person",
    "properties": {"name": ["Wulandari"], "birthDate": ["1991-11-23"]},
    "lintas": {"category": "wanted", "handling": "H1", "invented": True},
}
RANGGA = {"name": ["Rangga Purnawijaya"], "birthDate": ["1984-03-09"]}


class Command:
    """The node under test, moved by the executable of `CLIENT.md`."""

    def __init__(self, executable: Path, folder: Path) -> None:
        self.executable, self.folder = executable, folder
        self.folder.mkdir()

    def __call__(self, word: str, *more: Path | str) -> str:
        """What a command says; it has to succeed."""
        line = [str(self.executable), word, str(self.folder), *map(str, more)]
        # A command in Python finds the Python that runs the suite.
        env = os.environ | {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))}
        done = subprocess.run(  # noqa: S603 - the executable is what is judged
            line, env=env, capture_output=True, text=True, timeout=STARTS_WITHIN, check=False
        )
        need(done.returncode == 0, " ".join(line), "failed:", done.stderr[-800:])
        return done.stdout


def until(found: Callable[[], T], seconds: float = LEARNS_WITHIN) -> T:
    """What is found, or what is found last when the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return value


def fresh() -> str:
    """An id that nobody guesses."""
    return token_urlsafe(18)


def moment(seconds: float = 0) -> str:
    """A time as messages have it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@dataclass
class Bench:
    """The node under test, three partners who are members and one who is not yet."""

    folder: Path
    command: Command
    keepers: Keepers
    card: Card
    asker: Partner
    other: Partner
    leaver: Partner
    newcomer: Partner
    stranger: Partner
    notes: dict[str, Any] = field(default_factory=dict)  # what one clause leaves for a later one

    @classmethod
    def lay(cls, executable: Path, folder: Path) -> Bench:
        """Found the federation and start the node in it."""
        command = Command(executable, folder / "node")
        card = Card(json.loads(command("card")))
        names = ("my.latihan", "ph.latihan", "th.latihan", "vn.latihan", "xx.asing")
        asker, other, leaver, newcomer, stranger = (partner(folder, name) for name in names)
        keepers = Keepers(folder / "directory")
        keepers.change(add=[card.member, asker.member, other.member, leaver.member])
        command("start", keepers.folder)
        bench = cls(folder, command, keepers, card, asker, other, leaver, newcomer, stranger)
        bench.bring(RECORD)
        return bench

    def bring(self, record: Json) -> None:
        """Give the node a record of its own."""
        file = self.folder / f"{record['id']}.jsonl"
        file.write_text(json.dumps(record) + "\n")
        self.command("import", file)

    def question(self, properties: Json | None = None, *, sender: Partner | None = None, **changes: object) -> Json:
        """A question; every officer is another one, so that no budget is spent."""
        asker = {"node": (sender or self.asker).node, "country": "my", "officer": f"p-{fresh()}"}
        return {
            "type": "check.question",
            "check": fresh(),
            "subject": {"kind": "person", "properties": properties or RANGGA},
            "justification": REASON,
            "asker": {**asker, "role": "investigator", "unit": "Unit Latihan"},
            "answer_by": moment(2),
        } | changes

    def envelope(self, message: Json | None = None, *, sender: Partner | None = None, **header: object) -> Envelope:
        """An envelope to the node under test."""
        sender = sender or self.asker
        message = message or self.question(sender=sender)
        return Envelope(sender, self.card, message, self.keepers.version, header=header)

    def post(self, raw: bytes, by: Partner | None = None) -> Reply:
        """What the node says to these bytes, on a connection of its own."""
        with Call(by or self.asker, self.card) as call:
            return call.post(raw)

    def open(self, reply: Reply, to: Partner | None = None) -> Json:
        """The message of an answer, once everything about its envelope has been looked at."""
        need(reply.status == 200, "status", reply.status, reply.body)
        need(reply.kind == "application/jose", "an answer of type", reply.kind)
        header, inside = opened(reply.body, to or self.asker, self.card)
        seen: set[str] = self.notes.setdefault("ids", set())
        need(header["jti"] not in seen, "an id used twice", header["jti"])
        seen.add(header["jti"])
        self.notes["dv"] = header["dv"]
        return dict(inside["message"])

    def ask(self, message: Json | None = None, *, sender: Partner | None = None) -> Json:
        """The node's answer to a message."""
        return self.open(self.post(self.envelope(message, sender=sender).signed(), sender), sender)

    def problem(self, message: Json, *, sender: Partner | None = None) -> str:
        """The code of the problem that has to be answered."""
        told = self.ask(message, sender=sender)
        need(told["type"] == "problem", "answered with", told)
        need(set(told) == {"type", "code", "facts"}, "a problem with", sorted(told))
        return str(told["code"])

    def refused(self, envelope: Envelope, raw: bytes, code: str, *, by: Partner | None = None) -> None:
        """These bytes have to be refused with this code, and the question inside must have had no effect."""
        self.post(raw, by).refused(code)
        check = envelope.message.get("check")
        if isinstance(check, str):
            told = self.problem({"type": "log.question", "check": check})
            need(told.startswith("not-found"), "the refused question stands in the log", check)

    def close(self) -> None:
        """Stop the node."""
        self.command("stop")


Judge: TypeAlias = Callable[[Bench], None]


@dataclass(frozen=True)
class Clause:
    """A numbered sentence of the specification, and how to find out whether it is kept."""

    number: str
    name: str
    sentence: str
    judge: Judge


CLAUSES: list[Clause] = []


def clause(number: str) -> Callable[[Judge], Judge]:
    """Declare a clause; its sentence is the function's docstring."""

    def declare(judge: Judge) -> Judge:
        CLAUSES.append(Clause(number, judge.__name__, (judge.__doc__ or "").strip(), judge))
        return judge

    return declare
