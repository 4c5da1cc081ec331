"""The suite for foreign implementers, on our own node: every clause is kept, and nothing is excused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.nodes

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(170)
def test_our_node_keeps_every_clause_that_can_be_judged_from_outside() -> None:
    command = [sys.executable, "-m", "conformance", "conformance/ours.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=160, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout
    assert "expected" not in done.stdout
    assert done.stdout.count("\npassed") > 50
