"""The tutorials are played as they are written: every command of them, in order, on real nodes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nodes.real_nodes import free_port

DOCS = Path(__file__).resolve().parents[2] / "docs"


def _played(page: Path, folder: Path) -> str:
    """What the commands of a page print, run in one shell that stops at the first failure."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    commands = "\n".join(block for block in blocks if "export PATH" not in block)
    for port in set(re.findall(r"127\.0\.0\.1:(\d+)", commands)):  # those of the page may be taken here
        commands = commands.replace(f":{port}", f":{free_port()}")
    script = f"set -em\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n{commands}"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shell = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert shell.returncode == 0, shell.stdout + shell.stderr
    return shell.stdout


@pytest.mark.nodes
@pytest.mark.timeout(300)
def test_joining_a_federation_of_three_goes_as_it_is_written(tmp_path: Path) -> None:
    said = _played(DOCS / "en/tutorials/federation-of-three.md", tmp_path)

    first, second = said.split("Person: Budi Santoso")[1:3]
    assert "● Sample Police: Possible match" in first
    assert "○ Specimen Police: No match" in first
    assert "● Sample Police: Possible match" in second
    assert "? Specimen Police: No answer" in second
    assert said.count("The log holds") == 2
    assert "Version 3 is in force with 2 members." in said
