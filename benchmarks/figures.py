"""How the benchmarks print."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles


def percentiles(milliseconds: Sequence[float]) -> str:
    """Median, 95th and 99th percentile of some times."""
    cut = quantiles(milliseconds, n=100, method="inclusive")
    return f"p50 {cut[49]:7.2f}  p95 {cut[94]:7.2f}  p99 {cut[98]:7.2f} ms"


def row(what: str, figures: str) -> None:
    """One line."""
    print(f"{what:58} {figures}", flush=True)
