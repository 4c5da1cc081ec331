"""Real nodes: processes of their own, mutual TLS on loopback, a signed directory in a folder."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lintas.model import Role
from lintas.node import Folder, build, init, join
from lintas.people import Account
from lintas.settings import Settings
from lintas.trust import authoring


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class RealNode:
    folder: Path
    process: subprocess.Popen[str] | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    def run_in_vain(self) -> str:
        """What a second process for the same node says before it gives up."""
        command = [sys.executable, "-m", "lintas", "node", "run", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
        return done.stderr

    def start(self) -> None:
        command = [sys.executable, "-m", "lintas", "node", "run", str(self.folder), "--json"]
        with (self.folder / "node.log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        said = ""
        while (line := self.process.stdout.readline()) and "}" not in line:
            said += line
        assert '"partners"' in said, said + line + (self.folder / "node.log").read_text()
        self.process.stdout.close()

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(timeout=20)

    def lintas(self, *words: str, ok: bool = True) -> Any:
        command = [sys.executable, "-m", "lintas", *words, "--node", str(self.folder), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return json.loads(done.stdout)

    def check(self, name: str, birth_date: str, **more: str) -> Any:
        words = ["check", name, "-p", f"birthDate={birth_date}", "--purpose", "investigate", "--legal-basis", "Latihan"]
        words += ["--case", "LAT/1", "--category", "suspect", "--intent", "identify"]
        words += [word for option, value in more.items() for word in (f"--{option}", value)]
        return self.lintas(*words)


def states(report: Any) -> dict[str, str]:
    return {row["node"]: row.get("state", "asking") for row in report["outcomes"]}


@dataclass
class Federation:
    root: Path
    nodes: dict[str, RealNode] = field(default_factory=dict)
    keys: list[bytes] = field(default_factory=list)
    repository: dict[str, bytes] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)  # by country; SQLite in the folder unless given

    def found(self, *countries: str, **settings: object) -> tuple[RealNode, ...]:
        for country in countries:
            folder = self.root / f"{country}.latihan"
            given = {"node": folder.name, "country": country, "exercise": True, "listen": f"127.0.0.1:{free_port()}"}
            given |= {"web": f"127.0.0.1:{free_port()}", "directory_every": 0.5, "ask_again_every": 0.5, **settings}
            given |= {"database": self.databases[country]} if country in self.databases else {}
            made = init(folder, given)
            node = build(made)
            roles = frozenset({Role.INVESTIGATOR, Role.LIAISON, Role.DATA_PROTECTION, Role.AUDITOR, Role.OPERATOR})
            node.people.enrol(
                Account(username="sari", name="Sari", roles=roles, unit="Latihan", password="latihan-sehari-hari"),
                by="system",
            )
            node.close()
            self.nodes[country] = RealNode(folder)
        private, public = zip(*(authoring.new_keeper() for _ in range(3)), strict=True)
        self.keys = list(private)
        self._publish(authoring.begin(authoring.Keepers(public, 2), now=datetime.now(UTC)))
        self.change(add=countries)
        for country in countries:
            join(self.nodes[country].folder, str(self.root / "directory"), self.repository["1.root.json"])
            self.nodes[country].start()
        return tuple(self.nodes[country] for country in countries)

    def change(self, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        cards = [Folder(self.nodes[c].folder).member(Settings.load(self.nodes[c].folder, {})) for c in add]
        now = datetime.now(UTC)
        self._publish(authoring.draft(self.repository, add=cards, remove=[self.nodes[c].name for c in remove], now=now))

    def _publish(self, draft: authoring.Draft) -> None:
        signed = authoring.sign(authoring.sign(draft, self.keys[0]), self.keys[1])
        files = authoring.publish(self.repository, signed, self.keys[0], now=datetime.now(UTC))
        self.repository |= files
        folder = self.root / "directory"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
