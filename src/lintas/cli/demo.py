"""`lintas demo`: five training nodes as real processes, three checks, and the pages to look at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import msgspec
import pyotp

from lintas.checks import CheckReport
from lintas.cli.check import sentences
from lintas.cli.output import Shared
from lintas.errors import PeerUnreachable, PortInUse
from lintas.exercises import Actor, Scene, Stage, officers, set_stage, story
from lintas.i18n import Translator
from lintas.node import build
from lintas.settings import Settings

START_WITHIN = 60  # seconds for a node to open its doors
LATE_WITHIN = 30  # seconds for a late answer to arrive, once the partner can answer again


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a scene: the report at the deadline, and, where a partner was late, the report with its answer."""

    check: str
    title: Mapping[str, str]
    report: CheckReport
    afterwards: CheckReport | None


@click.command()
@click.option("--once", is_flag=True, help="Ask the three checks, then stop everything.")
@click.option("--json", "as_json", is_flag=True, help="Print the three checks as JSON.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=".lintas/demo", show_default=True)
@click.option(
    "--port", type=click.IntRange(1024, 60000), default=7400, show_default=True, help="The first is one above."
)
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
def command(once: bool, as_json: bool, folder: Path, port: int, language: Any) -> None:  # noqa: ANN401, FBT001
    """Start five training nodes with invented people, ask three checks, and stay up until Ctrl-C."""
    say = Translator(language)
    stage = set_stage(folder.resolve(), port=port, say=lambda line: click.echo(f"  {line}", err=True))
    play = Play(stage)
    with play.running():
        told = [play.act(scene) for scene in story()]
        Shared(folder, as_json).print(told, lambda: "\n\n".join(_sentences(one, say) for one in told))
        if not once:
            _invite(stage, say)
            _until_told_to_stop()


def _sentences(told: Told, say: Translator) -> str:
    lines = [told.title[say.language], sentences(told.report, say)]
    if told.afterwards is not None:
        lines += [say.gettext("Jawaban yang datang kemudian:"), sentences(told.afterwards, say)]
    return "\n".join(lines)


def _invite(stage: Stage, say: Translator) -> None:
    """Where to look, and who may sign in."""
    for actor in stage.actors:
        click.echo(f"\nhttp://{actor.web}/{say.language}/  {actor.node}")
        for officer in officers(actor.node):
            roles = ", ".join(say.label(role) for role in officer.roles)
            code = pyotp.TOTP(officer.totp_secret).now()
            click.echo(f"    {officer.username:8} {officer.password}  {code}  ({officer.totp_secret})  {roles}")
    click.echo("\nCtrl-C")


def _until_told_to_stop() -> None:
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    stopped.wait()


@dataclass(slots=True)
class Play:
    """The nodes at work, as processes of their own."""

    stage: Stage
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The nodes run inside; whatever happens, they are stopped afterwards."""
        try:
            for actor in self.stage.actors:
                self.processes[actor.node] = _start(actor)
            for node, process in self.processes.items():
                _await_doors(node, process)
            yield
        finally:
            for process in self.processes.values():
                process.send_signal(signal.SIGCONT)
                process.terminate()
            for process in self.processes.values():
                process.wait(timeout=20)

    def act(self, scene: Scene) -> Told:
        """Ask what the scene asks, over the HTTP API, as its officer; a partner is held up if the scene says so."""
        actor = self.stage.actor(scene.asks)
        token = _token(actor, scene.officer)
        if scene.late is None:
            return Told(scene.id, scene.title, _call(actor, token, "POST", "/checks", scene.question), None)
        with self._held(scene.late):
            report = _call(actor, token, "POST", "/checks", scene.question)
        later, deadline = report, time.monotonic() + LATE_WITHIN
        while not _arrived(later, scene.late) and time.monotonic() < deadline:
            time.sleep(0.2)
            later = _call(actor, token, "GET", f"/checks/{report.id}")
        return Told(scene.id, scene.title, report, later)

    @contextmanager
    def _held(self, node: str) -> Iterator[None]:
        """A real process that is stopped for a while: it takes calls, as the machine does for it, and answers none."""
        self.processes[node].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.processes[node].send_signal(signal.SIGCONT)


def _arrived(report: CheckReport, node: str) -> bool:
    outcome = report.outcome(node)
    return outcome is not None and outcome.arrived_late


def _start(actor: Actor) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lintas", "node", "run", str(actor.folder), "--json"]
    with (actor.folder / "node.log").open("a") as log:
        return subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True, env=_environment()
        )


def _environment() -> dict[str, str]:
    """The environment without settings: each node has its own file."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LINTAS_")}


def _await_doors(node: str, process: subprocess.Popen[str]) -> None:
    """Wait until the node says that its doors are open."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    text = process.stdout.readline()
    while text and "}" not in text:
        text += process.stdout.readline()
    if '"error"' in text or not text:
        raise (PortInUse if "port-in-use" in text else PeerUnreachable)(node=node, said=text.strip())


def _token(actor: Actor, username: str) -> str:
    node = build(Settings.load(actor.folder, {}))
    try:
        officer = next(o for o in node.people.officers() if o.username == username)
        return node.people.issue_token(officer, "demo", days=1)
    finally:
        node.close()


def _call(actor: Actor, token: str, method: str, path: str, body: object = None) -> CheckReport:
    request = urllib.request.Request(
        f"http://{actor.web}/api/1{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=90) as response:  # noqa: S310
        return msgspec.json.decode(response.read(), type=CheckReport)
