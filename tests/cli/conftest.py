"""The command line on a node of its own, as an operator or officer types it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lintas.cli import command

REASON = ("--purpose", "investigate", "--legal-basis", "Latihan", "--case", "LAT/2026/001")
REASON += ("--category", "suspect", "--intent", "identify")
PERSON = {
    "id": "latihan-1",
    "schema": "Person",
    "properties": {"name": ["Budi Santoso"], "birthDate": ["1970-01-31"]},
    "lintas": {"category": "wanted", "handling": "H1", "invented": True},
}


@dataclass
class Said:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return self.json["error"]


@dataclass
class Terminal:
    """A terminal beside the folder of a node."""

    folder: Path

    def run(self, *words: str, json: bool = True, status: int = 0) -> Said:
        """Run a command as it stands, and look at its exit status; what it says is no traceback."""
        done = CliRunner().invoke(command, [*words, *(["--json"] if json else [])])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return Said(done.exit_code, done.stdout, done.stderr)

    def lintas(self, *words: str, json: bool = True, status: int = 0) -> Said:
        """Run a command on the node."""
        return self.run(*words, "--node", str(self.folder), json=json, status=status)

    def officer(self, username: str, *roles: str) -> None:
        """Enrol a colleague."""
        words = [word for role in roles for word in ("--role", role)]
        self.lintas("officer", "add", username, "--name", username, "--password", "latihan-sehari-hari", *words)

    def file(self, name: str, content: str | bytes) -> str:
        """A file beside the node's folder."""
        path = self.folder.parent / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def knows(self, *persons: dict[str, Any]) -> None:
        """Import persons."""
        lines = "".join(json.dumps(person) + "\n" for person in persons or (PERSON,))
        self.lintas("records", "import", self.file("persons.ftm.json", lines), "--source", "DATA LATIHAN")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LINTAS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def nowhere(tmp_path: Path) -> Terminal:
    """A terminal where there is no node yet."""
    return Terminal(tmp_path / "id.latihan")


@pytest.fixture
def terminal(nowhere: Terminal) -> Terminal:
    """A terminal with a node."""
    nowhere.run("node", "init", str(nowhere.folder), "--set", "exercise=true")
    return nowhere
