"""A real node on PostgreSQL, whose password is hostile: killed amid checks and amid an import, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conftest import Cluster
from nodes.real_nodes import Federation, RealNode, states
from nodes.waiting import until

pytestmark = [pytest.mark.nodes, pytest.mark.postgres, pytest.mark.timeout(300)]

ROWS = 20_000


@pytest.fixture
def on_postgresql(federation: Federation, postgresql_cluster: Cluster) -> tuple[RealNode, RealNode]:
    """Indonesia's node on SQLite, Malaysia's on PostgreSQL; both with a budget that does not end."""
    federation.databases["my"] = postgresql_cluster.url(postgresql_cluster.take())
    jakarta, kl = federation.found("id", "my", answer_within=10, officer_budget_hour=1000, officer_budget_day=1000)
    return jakarta, kl


def written(file: Path, rows: int) -> Path:
    """A file of invented persons; the first is Budi."""
    with file.open("w") as lines:
        for number in range(rows):
            name = "Budi Santoso" if number == 0 else f"Orang Latihan {number}"
            born = f"{1950 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}" if number else "1970-01-31"
            record = {"id": f"latihan-{number}", "schema": "Person", "properties": {"name": [name]}}
            record["properties"] |= {"birthDate": [born]}  # type: ignore[operator]
            lines.write(json.dumps(record | {"lintas": {"category": "wanted", "handling": "H1", "invented": True}}))
            lines.write("\n")
    return file


def told(report: Any, node: str) -> int:
    """How many possible matches a node told."""
    (row,) = [row for row in report["outcomes"] if row["node"] == node]
    return len(row.get("matches", []))


def verified(node: RealNode) -> Any:
    return node.lintas("audit", "verify")["verification"]


def test_a_node_killed_amid_many_checks_keeps_every_answer_it_gave(
    on_postgresql: tuple[RealNode, RealNode], tmp_path: Path
) -> None:
    jakarta, kl = on_postgresql
    kl.lintas("records", "import", str(written(tmp_path / "data.json", 3)), "--source", "LATIHAN")
    until(lambda: told(jakarta.check("Budi Santoso", "1970-01-31"), "my.latihan") == 1)

    with ThreadPoolExecutor(4) as officers:
        asked = [officers.submit(jakarta.check, "Budi Santoso", "1970-01-31", case=f"LAT/{n}") for n in range(8)]
        until(lambda: any(one.done() for one in asked))
        kl.kill()
        reports = [one.result() for one in asked]
    kl.start()

    found = {states(report)["my.latihan"] for report in reports}
    answered = [report for report in reports if states(report)["my.latihan"] == "answered"]
    assert found <= {"answered", "unreachable", "late"}
    assert answered
    assert all(told(report, "my.latihan") == 1 for report in answered)
    kept = {entry["event"]["check"] for entry in kl.lintas("audit", "log", "--kind", "check.answered")}
    assert kept >= {report["id"] for report in answered}
    assert verified(kl)["size"] > len(kept)
    assert told(jakarta.check("Budi Santoso", "1970-01-31"), "my.latihan") == 1


def test_an_import_killed_in_the_middle_goes_on_and_the_index_is_built_again(
    on_postgresql: tuple[RealNode, RealNode], tmp_path: Path
) -> None:
    jakarta, kl = on_postgresql
    data = written(tmp_path / "data.json", ROWS)
    words = ["records", "import", str(data), "--source", "LATIHAN"]
    command = [sys.executable, "-m", "lintas", *words, "--node", str(kl.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as importing:
        assert importing.stderr is not None
        importing.stderr.read(len("\r  2000 of"))  # the first block is told as soon as it is durable
        importing.kill()
    kl.kill()
    before = kl.lintas("records", "count").get("Person", 0)
    assert verified(kl)["size"]

    result = kl.lintas(*words)
    again = kl.lintas(*words)
    shutil.rmtree(kl.folder / "index")
    (kl.folder / "index").mkdir()
    kl.start()

    assert 0 < before < ROWS
    assert 0 < result["resumed_at"] <= before
    assert (result["rows"], result["new"], result["rejected"]) == (ROWS, ROWS, 0)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, ROWS)
    assert kl.lintas("records", "count") == {"Person": ROWS}
    until(lambda: told(jakarta.check("Budi Santoso", "1970-01-31"), "my.latihan") >= 1)
    assert verified(kl)["size"]
