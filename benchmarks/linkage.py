"""Whole files: Febrl, historical figures, Splink's invented people, a generated register; beside Splink in one run.

    python -m benchmarks.linkage --data DIR [--only febrl4|historical|fake|generated] [--rows N] [--peers]

DIR holds `linkage/`, `names/` and `scripts/`. Every run goes from the files to written pairs and clusters; the seconds
are of all of it. `pairs` are judged at the probability of .5; `best` is F1 at the threshold that suits the truth best,
`calibration` the mean distance of probability from truth over the pairs written, in tenths.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import yaml

from benchmarks import register
from benchmarks.figures import row
from lintas.linkage import Order, run

ROOT: Final = Path(__file__).resolve().parents[1]
PEER: Final = ROOT / ".venv-peers/bin/python"


@dataclass(frozen=True)
class Task:
    """Files, what their columns are, and how Splink is told."""

    name: str
    files: tuple[Path, ...]
    truth: Mapping[str, str]
    properties: Mapping[str, str | list[str]]
    splink: Mapping[str, Any]
    schema: str = "Person"


def febrl4(data: Path, folder: Path) -> Task:
    """Two files of 5,000, each of one person of the other."""
    files, truth = [], {}
    for side in "ab":
        with (data / f"linkage/dataset4{side}.csv").open(newline="") as file:
            rows = [*csv.DictReader(file, skipinitialspace=True)]
        for line in rows:
            born = line["date_of_birth"]
            line["date_of_birth"] = f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else ""
            line["id"] = f"{side}-{line.pop('rec_id')}"
            truth[line["id"]] = line["id"].split("-")[2]
        files.append(_csv(folder / f"febrl4{side}.csv", rows))
    properties = {
        "firstName": "given_name",
        "lastName": "surname",
        "birthDate": "date_of_birth",
        "idNumber": "soc_sec_id",
        "address": ["street_number", "address_1", "address_2", "suburb", "postcode", "state"],
    }
    names = {"given_name": "name", "surname": "name", "date_of_birth": "date", "soc_sec_id": "code"}
    rest = {"street_number": "exact", "address_1": "code", "postcode": "exact", "suburb": "name", "state": "exact"}
    splink = {
        "columns": names | rest,
        "rules": [["soc_sec_id"], ["given_name", "surname"], ["date_of_birth"], ["postcode", "surname"]],
        "sure": [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]],
        "train": [["date_of_birth"], ["given_name", "surname"], ["soc_sec_id"]],
    }
    return Task("febrl4", tuple(files), truth, properties, splink)


def historical(data: Path, folder: Path) -> Task:
    """50,578 rows about 5,156 figures of history, with many errors."""
    found = duckdb.read_parquet(str(data / "linkage/historical_figures_with_errors_50k.parquet"))
    rows = [
        {name: "" if value is None else str(value)[:10] if name == "dob" else str(value) for name, value in pairs}
        for pairs in (zip(found.columns, values, strict=True) for values in found.fetchall())
    ]
    for line in rows:
        line["id"] = line.pop("unique_id")
    truth = {line["id"]: line["cluster"] for line in rows}
    properties = {
        "firstName": "first_name",
        "lastName": "surname",
        "birthDate": "dob",
        "birthPlace": "birth_place",
        "address": "postcode_fake",
        "gender": "gender",
        "profession": "occupation",
    }
    splink = {
        "columns": {"first_name": "name", "surname": "name", "dob": "date", "postcode_fake": "code"}
        | {"birth_place": "exact", "occupation": "exact"},
        "rules": [
            ["substr(first_name,1,3)", "substr(surname,1,4)"],
            ["surname", "dob"],
            ["first_name", "dob"],
            ["postcode_fake", "first_name"],
            ["postcode_fake", "surname"],
            ["dob", "birth_place"],
            ["substr(postcode_fake,1,3)", "dob"],
            ["substr(postcode_fake,1,3)", "first_name"],
            ["substr(postcode_fake,1,3)", "surname"],
            ["substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"],
        ],
        "sure": [["first_name", "surname", "dob"], ["substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"]],
        "train": [["first_name", "surname"], ["dob"]],
    }
    return Task("historical", (_csv(folder / "historical.csv", rows),), truth, properties, splink)


def fake(data: Path, folder: Path) -> Task:
    """20,000 rows of Splink's invented people; an address of electronic mail is made of the name."""
    with (data / "linkage/fake_20000.csv").open(newline="") as file:
        rows = [{"id": line.pop("unique_id"), **line} for line in csv.DictReader(file)]
    truth = {line["id"]: line["group"] for line in rows}
    properties = {
        "firstName": "first_name",
        "lastName": "surname",
        "birthDate": "dob",
        "address": "city",
        "email": "email",
    }
    splink = {
        "columns": {"first_name": "name", "surname": "name", "dob": "date", "city": "exact", "email": "code"},
        "rules": [["first_name", "surname"], ["surname", "dob"], ["first_name", "dob"], ["email"]],
        "sure": [["first_name", "surname", "dob"], ["email"]],
        "train": [["first_name", "surname"], ["dob"]],
    }
    return Task("fake", (_csv(folder / "fake.csv", rows),), truth, properties, splink)


def generated(data: Path, folder: Path, rows: int, missing: float) -> Task:
    """A generated register."""
    path = register.write(folder / "generated.csv", data, rows, missing=missing)
    with path.open(encoding="utf-8", newline="") as file:
        truth = {line["id"]: line["entity"] for line in csv.DictReader(file)}
    properties = {"firstName": "given", "lastName": "family", "birthDate": "born", "nationality": "country"}
    splink = {
        "columns": {"given": "name", "family": "name", "born": "date", "country": "exact"},
        "rules": [["given", "family"], ["family", "born"], ["given", "born"]],
        "sure": [["given", "family", "born"]],
        "train": [["given", "family"], ["born"]],
    }
    return Task(f"generated, {missing:.0%} of duplicates without birth date", (path,), truth, properties, splink)


def _csv(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [*rows[0]], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    return path


def ours(task: Task, folder: Path) -> None:
    """From the files to pairs and clusters."""
    mapping = folder / "mapping.yml"
    columns = {
        prop: {"column": column} if isinstance(column, str) else {"columns": column, "join": " "}
        for prop, column in task.properties.items()
    }
    entity = {"schema": task.schema, "id_column": "id", "properties": columns}
    mapping.write_text(yaml.safe_dump({"queries": [{"entities": {"it": entity}}]}))
    started, computed = time.perf_counter(), time.process_time()
    summary = run(Order(files=task.files, folder=folder / "out", mapping=mapping, shown=0.001))
    seconds, computed = time.perf_counter() - started, time.process_time() - computed
    with (folder / "out/pairs.csv").open(encoding="utf-8", newline="") as file:
        found = [(line["left"], line["right"], float(line["probability"])) for line in csv.DictReader(file)]
    row(
        f"  Lintas, {summary.compared:,} pairs compared",
        f"{seconds:6.1f} s (processor {computed:.1f})  {_figures(task, found)}",
    )
    if len(task.files) == 1:
        with (folder / "out/clusters.csv").open(encoding="utf-8", newline="") as file:
            label = {line["id"]: line["cluster"] for line in csv.DictReader(file)}
        row("  Lintas, clusters", f"          {_clusters(task, label)}")


def splink(task: Task, folder: Path) -> None:
    """The same files through Splink in its own environment."""
    plan = {**task.splink, "files": [str(file) for file in task.files], "out": str(folder / "peer.csv")}
    (folder / "plan.json").write_text(json.dumps(plan))
    words = [str(PEER), str(ROOT / "benchmarks/peer_linkage.py"), str(folder / "plan.json")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        row("  Splink 5", f"failed: {done.stderr.strip().splitlines()[-1][:200]}")
        return
    took = json.loads(done.stdout.strip().splitlines()[-1])
    with (folder / "peer.csv").open(encoding="utf-8", newline="") as file:
        found = [(line["l"], line["r"], float(line["p"])) for line in csv.DictReader(file)]
    row("  Splink 5", f"{took['seconds']:6.1f} s (processor {took['processor']:.1f})  {_figures(task, found)}")
    if len(task.files) == 1:
        label = _components(task.truth, ((a, b) for a, b, p in found if p >= 0.95))
        row("  Splink 5, clusters of pairs at .95", f"          {_clusters(task, label)}")


def _figures(task: Task, found: Sequence[tuple[str, str, float]]) -> str:
    """Precision, recall and F1 at .5, the best F1, and the calibration."""
    sure = np.array([p for _, _, p in found])
    same = np.array([task.truth[a] == task.truth[b] for a, b, _ in found])
    total = _true_pairs(task)
    right, chosen = int((same & (sure >= 0.5)).sum()), int((sure >= 0.5).sum())
    order = np.argsort(-sure, kind="stable")
    best = float((2 * np.cumsum(same[order]) / (np.arange(len(order)) + 1 + total)).max())
    parts = [(sure >= low) & (sure < high) for low, high in pairwise([*np.arange(0, 1, 0.1), 1.1])]
    off = sum(abs(float(sure[p].sum() - same[p].sum())) for p in parts) / len(sure)
    return (
        f"P {right / max(chosen, 1):.4f}  R {right / total:.4f}  F1 {2 * right / (chosen + total):.4f}  "
        f"best {best:.4f}  calibration {off:.3f}"
    )


def _true_pairs(task: Task) -> int:
    if len(task.files) == 1:
        return sum(n * (n - 1) // 2 for n in Counter(task.truth.values()).values())
    sides = (Counter(entity for id, entity in task.truth.items() if id.startswith(side)) for side in "ab")
    left, right = sides
    return sum(n * right[entity] for entity, n in left.items())


def _clusters(task: Task, label: Mapping[str, str]) -> str:
    both = Counter((label[id], entity) for id, entity in task.truth.items())
    right, chosen = (sum(n * (n - 1) // 2 for n in c.values()) for c in (both, Counter(label.values())))
    total = _true_pairs(task)
    return f"P {right / max(chosen, 1):.4f}  R {right / total:.4f}  F1 {2 * right / (chosen + total):.4f}"


def _components(ids: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    parent = {id: id for id in ids}

    def root(id: str) -> str:
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    for a, b in pairs:
        parent[root(a)] = root(b)
    return {id: root(id) for id in parent}


def main() -> None:
    """Make each file, run both, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=["febrl4", "historical", "fake", "generated"])
    parser.add_argument("--rows", type=int, default=959_000)
    parser.add_argument("--missing", type=float, default=0.05, help="duplicates without birth date, of the generated")
    parser.add_argument("--peers", action="store_true")
    given = parser.parse_args()
    made = {
        "febrl4": [febrl4],
        "historical": [historical],
        "fake": [fake],
        "generated": [lambda data, folder: generated(data, folder, given.rows, given.missing)],
    }
    for name, tasks in made.items():
        for task in tasks if given.only in (None, name) else ():
            with tempfile.TemporaryDirectory() as folder:
                asked = task(given.data, Path(folder))
                row(asked.name, f"{len(asked.truth):,} rows, {_true_pairs(asked):,} true pairs")
                ours(asked, Path(folder))
                if given.peers:
                    splink(asked, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
