"""In CI no test may skip: whatever a test needs is installed there, so a skip is a hole in the floor.

Loaded by `make test` (`-p no_skip`). Elsewhere a test whose program is absent skips and says why.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


def _turn_skip_into_failure(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: no test may skip in CI ({reason})"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _turn_skip_into_failure(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _turn_skip_into_failure(report)
    return report
