#!/usr/bin/env python3
"""Moves our own node for the suite: the commands of `CLIENT.md` in terms of `lintas`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 20


def lintas(*words: str) -> str:
    """What a command of ours says."""
    done = subprocess.run([sys.executable, "-m", "lintas", *words], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout


def card(folder: Path) -> None:
    """Make a node and print how it asks to be listed."""
    given = {"exercise": "true", "listen": f"127.0.0.1:{free_port()}", "web": f"127.0.0.1:{free_port()}"}
    given |= {"directory_every": "3600", "checkpoint_every": "1"}
    settings = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    lintas("node", "init", str(folder / "node"), "--id", "id.latihan", "--country", "id", *settings)
    lintas("directory", "card", str(folder / "card.json"), "--node", str(folder / "node"))
    print((folder / "card.json").read_text())


def start(folder: Path, repository: str) -> None:
    """Join the federation the first time, and run in the background; come back when both doors are open."""
    if not (folder / "joined").exists():
        lintas("directory", "join", repository, f"{repository}/1.root.json", "--node", str(folder / "node"))
        (folder / "joined").touch()
    line = [sys.executable, "-m", "lintas", "node", "run", str(folder / "node"), "--json"]
    said = folder / "said.txt"
    with said.open("w") as out, (folder / "node.log").open("a") as log:
        process = subprocess.Popen(line, stdout=out, stderr=log, start_new_session=True)  # noqa: S603
    (folder / "pid").write_text(str(process.pid))
    deadline = time.monotonic() + SECONDS
    while "}" not in said.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit((folder / "node.log").read_text())
        time.sleep(0.1)


def stop(folder: Path) -> None:
    """Stop it, and wait until it has."""
    pid = int((folder / "pid").read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS
    while Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def import_(folder: Path, records: str) -> None:
    """Take records in while the node is running."""
    lintas("records", "import", records, "--source", "DATA LATIHAN", "--node", str(folder / "node"), "--json")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


COMMANDS: dict[str, Callable[..., None]] = {"card": card, "start": start, "import": import_, "stop": stop}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
