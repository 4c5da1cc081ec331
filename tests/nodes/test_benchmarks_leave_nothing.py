"""A benchmark that is told to stop takes the nodes it started with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nodes.waiting import until

pytestmark = [pytest.mark.nodes, pytest.mark.timeout(200)]
ROOT = Path(__file__).parents[2]


def nodes_in(folder: Path) -> list[int]:
    """The processes that run a node somewhere below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes()
        except OSError:  # it has ended meanwhile
            continue
        if b"\0node\0run\0" in words and str(folder).encode() in words:
            found.append(int(process.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system does not list processes in /proc")
def test_a_fan_out_that_is_stopped_leaves_no_node_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.fan_out", "--partners", "2", "--checks", "100000"]
    benchmark = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TMPDIR": str(tmp_path)})
    try:
        until(lambda: len(nodes_in(tmp_path)) == 2, seconds=90)

        benchmark.send_signal(signal.SIGTERM)
        benchmark.wait(timeout=60)
    finally:
        benchmark.kill()

    assert nodes_in(tmp_path) == []
