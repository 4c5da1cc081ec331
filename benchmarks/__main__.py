"""Run every benchmark, one after the other."""

from __future__ import annotations

import subprocess
import sys

ALL = ("import_rows", "one_node", "fan_out", "fairness", "search")

for name in ALL:
    print(f"== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
