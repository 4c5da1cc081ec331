"""One whole linkage, from files to pairs and clusters: tells how far it is, and goes on where it was killed.

What is finished stands in a working folder beside the result, under the digest of everything it depends on: the files,
the mapping, the engine's rules. A later start with the same input takes it from there; with any other, it begins anew.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from lintas.errors import InvalidFile
from lintas.linkage.blocking import choose_rules
from lintas.linkage.clusters import Conflict, cluster
from lintas.linkage.comparing import LEVELS
from lintas.linkage.duck import BATCH, Duck, Engine, Found
from lintas.linkage.evidence import Seen, part_of
from lintas.linkage.model import Candidates, Model, fit, probability
from lintas.linkage.reading import read_files
from lintas.linkage.table import Bits, Rows, Table

SHOWN: Final = 0.1
"""Pairs below this probability are not written."""
_VERSION: Final = 1

Told: TypeAlias = Callable[[str, int, int], None]
"""Is told the step, how much of it is done, and of how much (0: not known)."""


def silent(step: str, done: int, of: int) -> None:
    """Tell nobody."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for.

    Attributes:
        files: One file to find duplicates in, or two to link.
        folder: Where the result goes; made if it is not there.
        mapping: A mapping for tables (CSV, Excel).
        judgements: CSV with the columns left, right, judgement (same, not_same): what people have decided.
        shown: Pairs of at least this probability are written.
        budget: How many pairs may be compared; chosen by the number of rows unless given.
    """

    files: tuple[Path, ...]
    folder: Path
    mapping: Path | None = None
    judgements: Path | None = None
    shown: float = SHOWN
    budget: int | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What came out."""

    rows: int
    compared: int
    pairs: int
    likely_pairs: int
    clusters: int
    rows_in_clusters: int
    conflicts: int
    resumed: bool
    folder: str


def run(order: Order, *, engine: Engine | None = None, told: Told = silent) -> Summary:
    """Link two files or find the duplicates of one; writes `pairs.csv`, `clusters.csv`, `conflicts.csv`, `model.json`.

    Args:
        order: What is asked for.
        engine: What finds and compares the pairs; this machine unless given.
        told: Is told how far it is.

    Raises:
        InvalidFile: A file holds no entities, or a judgement names an id that no file has.
        InvalidMapping: The mapping cannot be understood.
    """
    engine = engine or Duck()
    work = _Work(order)
    table = read_files(order.files, order.mapping, lambda rows: told("read", rows, 0))
    judged = _read_judgements(order.judgements, table)
    rules = choose_rules(table, budget=order.budget)
    found = work.candidates(lambda: engine.candidates(table, rules, work.folder))
    told("candidates", len(found[0]), 0)
    seen = work.compare(engine, table, found, told)
    pairs = Candidates(*found, seen)
    told("learn", 0, 0)
    model = fit(table, pairs, rules)
    bits = model.bits(seen)
    told("cluster", 0, 0)
    label, conflicts = cluster(len(table), (found[0], found[1], bits), *judged)
    result = Result(table, pairs, model, bits, label, conflicts)
    shown = result.write(order)
    sizes = np.bincount(label)
    summary = Summary(
        rows=len(table),
        compared=len(pairs),
        pairs=shown,
        likely_pairs=int((bits > 0).sum()),
        clusters=int((sizes > 1).sum()),
        rows_in_clusters=int(sizes[sizes > 1].sum()),
        conflicts=len(conflicts),
        resumed=work.resumed,
        folder=str(order.folder),
    )
    work.clear()
    return summary


@dataclass(frozen=True)
class Result:
    """Everything that is written."""

    table: Table
    pairs: Candidates
    model: Model
    bits: Bits
    label: Rows
    conflicts: Sequence[Conflict]

    def write(self, order: Order) -> int:
        """Write the files, each whole or not at all; how many pairs there are."""
        ids = self.table.ids
        with _whole(order.folder / "clusters.csv") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(("id", "file", "cluster"))
            side = np.zeros(len(ids), int) if self.table.side is None else self.table.side
            files = [path.name for path in order.files]
            out.writerows((ids[row], files[side[row]], ids[first]) for row, first in enumerate(self.label.tolist()))
        with _whole(order.folder / "conflicts.csv") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(("kind", "left", "right", "through"))
            out.writerows(self._conflicts())
        with _whole(order.folder / "model.json") as file:
            json.dump(self._model(), file, indent=1)
        return self._pairs(order)

    def _pairs(self, order: Order) -> int:
        sure = probability(self.bits)
        kept = np.flatnonzero(sure >= order.shown)
        kept = kept[np.lexsort((self.pairs.right[kept], self.pairs.left[kept], -self.bits[kept]))]
        ids, label = self.table.ids, self.label
        with _whole(order.folder / "pairs.csv") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(("left", "right", "probability", "same_cluster", "reasons"))
            for start in range(0, len(kept), BATCH):
                part = kept[start : start + BATCH]
                left, right = self.pairs.left[part], self.pairs.right[part]
                together = (label[left] == label[right]).astype(int)
                rows = zip(
                    left.tolist(),
                    right.tolist(),
                    sure[part].tolist(),
                    together.tolist(),
                    self.reasons(part),
                    strict=True,
                )
                out.writerows((ids[a], ids[b], f"{p:.6f}", same, why) for a, b, p, same, why in rows)
        return len(kept)

    def reasons(self, chosen: Rows) -> Iterator[str]:
        """Why, for some of the pairs: each column's level and bits, and what is taken off because columns depend."""
        seen = part_of(self.pairs.seen, chosen)
        against = self.model.strangers(seen)
        parts: list[list[str]] = []
        for column, one, m, u in zip(self.table.columns, seen, self.model.matching(seen), against[:-1], strict=True):
            words = (*LEVELS[column.kind], "")
            levels, bits = one.levels.tolist(), (m - u).tolist()
            parts.append(
                [f"{column.name} {words[k]} {b:+.1f}; " if k >= 0 else "" for k, b in zip(levels, bits, strict=True)]
            )
        start = f"start {self.model.start:+.1f}"
        parts.append([f"depends {-b:+.1f}; " if abs(b) >= 0.05 else "" for b in against[-1].tolist()])
        yield from ("".join(said) + start for said in zip(*parts, strict=True))

    def _conflicts(self) -> Iterator[tuple[str, str, str, str]]:
        ids = self.table.ids
        for conflict in self.conflicts:
            through = " ".join(ids[row] for row in getattr(conflict, "through", ()))
            yield str(conflict.__struct_config__.tag), ids[conflict.left], ids[conflict.right], through

    def _model(self) -> dict[str, object]:
        """What the file has taught, to be read by a person."""
        names = [column.name for column in self.table.columns]
        columns = {
            column.name: {
                "levels": LEVELS[column.kind],
                "matches": np.round(spread, 6).tolist(),
                "strangers": [float(f"{share:.3g}") for share in shares.levels],
            }
            for column, spread, shares in zip(self.table.columns, self.model.spread, self.model.shares, strict=True)
        }
        ties = [
            {"columns": [names[t.one], names[t.other]], "bits": np.round(t.bits, 2).tolist()} for t in self.model.ties
        ]
        return {
            "rows": len(self.table),
            "expected_matches": round(self.model.matches, 1),
            "columns": columns,
            "depends": ties,
        }


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file that appears only when it is complete."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        yield file
    part.replace(path)


class _Work:
    """The working folder of one order, by the digest of its input."""

    def __init__(self, order: Order) -> None:
        order.folder.mkdir(parents=True, exist_ok=True)
        self._root = order.folder / ".work"
        self.folder = self._root / _digest(order)
        if self._root.exists() and not self.folder.exists():
            shutil.rmtree(self._root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.resumed = False

    def candidates(self, find: Callable[[], Found]) -> Found:
        """The candidates, found now or before."""
        kept = self._load("candidates")
        if kept is None:
            found = find()
            self._keep("candidates", found)
            return found
        return kept[0], kept[1], kept[2]

    def compare(self, engine: Engine, table: Table, found: Found, told: Told) -> list[Seen]:
        """What is seen of the candidates; batches compared before are not compared again."""
        done: list[list[Seen]] = []
        while (kept := self._load(f"seen{len(done)}")) is not None:
            done.append([Seen(*kept[at : at + 3]) for at in range(0, len(kept), 3)])
        first = len(done) * BATCH
        rest = (found[0][first:], found[1][first:], found[2][first:])
        for seen in engine.compare(table, rest, self.folder) if len(rest[0]) else ():
            self._keep(f"seen{len(done)}", [part for one in seen for part in (one.levels, one.left, one.right)])
            done.append(seen)
            told("compare", min(len(done) * BATCH, len(found[0])), len(found[0]))
        return [_joined([batch[at] for batch in done]) for at in range(len(table.columns))]

    def clear(self) -> None:
        """Nothing is left once the result is written."""
        shutil.rmtree(self._root)

    def _keep(self, name: str, arrays: Iterable[npt.NDArray[Any]]) -> None:
        part = self.folder / f".{name}.npz"
        np.savez(part, *arrays)
        part.replace(self.folder / f"{name}.npz")

    def _load(self, name: str) -> list[npt.NDArray[Any]] | None:
        path = self.folder / f"{name}.npz"
        if not path.exists():
            return None
        self.resumed = True
        with np.load(path) as kept:
            return [kept[f"arr_{number}"] for number in range(len(kept.files))]


def _joined(parts: Sequence[Seen]) -> Seen:
    if not parts:
        return Seen(np.zeros(0, np.int8), np.zeros(0, np.int32), np.zeros(0, np.int32))
    return Seen(*(np.concatenate([getattr(part, what) for part in parts]) for what in ("levels", "left", "right")))


def _digest(order: Order) -> str:
    digest = hashlib.sha256(f"{_VERSION} {order.budget}".encode())
    for path in (*order.files, *([order.mapping] if order.mapping else [])):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


Judged: TypeAlias = tuple[list[tuple[int, int]], list[tuple[int, int]]]


def _read_judgements(path: Path | None, table: Table) -> Judged:
    """Same, and not same, as row numbers."""
    same: list[tuple[int, int]] = []
    not_same: list[tuple[int, int]] = []
    if path is None:
        return same, not_same
    place = {id: row for row, id in enumerate(table.ids)}
    lists = {"same": same, "not_same": not_same}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                pair = place[row["left"]], place[row["right"]]
                lists[row["judgement"]].append((min(pair), max(pair)))
            except KeyError as error:
                raise InvalidFile(file=str(path), line=line, missing=str(error.args[0])) from error
    return same, not_same
