"""The same data give the same model, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SLICE = "60"  # each sixtieth entry: seconds instead of a minute


@pytest.mark.timeout(300)
def test_the_same_data_give_the_same_model_byte_for_byte(tmp_path):
    made = []
    for seed in ("1", "2"):  # what hangs on the order of a set would show
        out = tmp_path / f"{seed}.json"
        environment = os.environ | {"PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "learning.evidence", "--every", SLICE, "--out", str(out)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        made.append(out.read_bytes())

    assert made[0] == made[1]
    assert b'"person"' in made[0]
