"""Is this the same subject: names and whole descriptions judged by people, how fast, and from which start.

    python -m benchmarks.matching --data DIR [--only names|persons|organisations|speed] [--peers] [--json FILE]

DIR holds `pairs/*.tsv` (name, name, 1 or 0) and `pairs/entity_pairs.jsonl` (two FollowTheMoney entities and a
judgement). They are measured with and never shipped, and nothing is fitted to them here: the probability is the one
every node gives, at even odds before any evidence, and the limit for F1 is .5.

With `--peers`, other matchers judge the very same pairs in the same run (`make peers` installs them): nomenklatura's at
the limit of .7 that yente advises, and rapidfuzz over ICU's Latin letters. `best_f1` is the F1 at the limit that suits
these labels best, which is kind to everybody.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.figures import row
from benchmarks.judging import Judged, judge
from lintas.exercises.world import World
from lintas.matching import compare_records
from lintas.matching.compare import compare_portraits
from lintas.matching.measures import calibration_error
from lintas.matching.names import name_probability, same_name
from lintas.matching.portrait import Portrait, portrait_of

ROOT: Final = Path(__file__).resolve().parents[1]
PERSONS: Final = frozenset({"Person"})
ORGANISATIONS: Final = frozenset({"Organization", "Company", "LegalEntity", "PublicBody"})


@dataclass(frozen=True, eq=False)
class Measured:
    """A set of pairs, what stands in it, and what is to be reached on it."""

    title: str
    file: str
    schema: str = "Person"
    schemata: frozenset[str] = frozenset()  # of a set of entities: what both may be
    goals: Mapping[str, float] = field(default_factory=dict)


def _names(title: str, file: str, schema: str = "Person", **goals: float) -> Measured:
    return Measured(title, f"pairs/{file}.tsv", schema, goals=goals)


NAMES: Final = (
    _names("Cyrillic, EU list", "eu_cyrillic_person", auc=0.998, f1=0.987),
    _names("Arabic, UN list", "un_original_script", auc=0.985),
    _names("Hebrew", "xs_hebrew", auc=0.98),
    _names("Korean", "xs_korean", auc=0.96),
    _names("Arabic, composed", "xs_arabic", auc=0.91),
    _names("kana, composed", "xs_katakana", auc=0.89),
    _names("Han, composed", "xs_chinese", auc=0.83),
    _names("Russian, composed", "xs_russian", auc=0.92),
    _names("popular names of twelve countries", "xs_popular", auc=0.98),
    _names("aliases of persons, OFAC", "ofac_alias_person", auc=0.884),
    _names("aliases of persons, UN", "un_alias_person", auc=0.851),
    _names("aliases of organisations, OFAC", "ofac_alias_org", "Company"),
    _names("aliases of vessels, OFAC", "ofac_alias_vessel", "Vessel"),
)
# Written for Lintas and shipped, beside their recipe; the half on which nothing is tuned. Labelled with hard strangers.
REGION: Final = tuple(
    Measured(
        f"{tongue.title()}, of the region",
        str(ROOT / "tests" / "data" / "names-of-the-region" / f"{tongue}-test.tsv"),
        goals={"auc": 0.95},
    )
    for tongue in ("thai", "khmer", "lao", "burmese", "vietnamese", "indonesian", "malay", "filipino")
)
ENTITIES: Final = {
    "persons": Measured(
        "judged pairs, persons",
        "pairs/entity_pairs.jsonl",
        "Person",
        PERSONS,
        {"f1": 0.988, "auc": 0.985, "recall": 0.95, "ece": 0.015},
    ),
    "organisations": Measured(
        "judged pairs, organisations",
        "pairs/entity_pairs.jsonl",
        "Company",
        ORGANISATIONS,
        {"f1": 0.955, "auc": 0.975, "ece": 0.015},
    ),
}
SPEED_GOAL: Final = 20_000  # rich pairs a second and core
COLD_START_GOAL: Final = 3.0  # seconds


@dataclass(frozen=True)
class Pair:
    """Two descriptions in FollowTheMoney's form, and whether people say that they are of one subject."""

    left: Mapping[str, Any]
    right: Mapping[str, Any]
    same: bool


def read(folder: Path, of: Measured) -> Iterator[Pair]:
    """The pairs of a set."""
    with (folder / of.file).open(encoding="utf-8", newline="") as lines:
        if of.schemata:
            yield from _entities(lines, of.schemata)
        else:
            for left, right, label in _rows(lines):
                yield Pair(_named(of.schema, left), _named(of.schema, right), label == "1")


def _rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """Rows of three fields; a name with a line break in it goes on in the next line."""
    begun = ""
    for line in lines:
        whole = line.count("\t") == 2  # then what was begun lost its first line, and is left out
        begun = f"{begun} {line.strip()}" if begun and not whole else line.strip("\n")
        if begun.count("\t") == 2:
            yield begun.split("\t")
            begun = ""


def _named(schema: str, name: str) -> dict[str, Any]:
    return {"schema": schema, "properties": {"name": [name]}}


def _entities(lines: Iterable[str], schemata: frozenset[str]) -> Iterator[Pair]:
    for line in lines:
        pair = json.loads(line)
        if {pair["left"]["schema"], pair["right"]["schema"]} <= schemata:
            yield Pair(pair["left"], pair["right"], pair["judgement"] == "positive")


def ours(pairs: Sequence[Pair], of: Measured) -> list[float]:
    """The probability of each pair at even odds, as the doors give it."""
    if of.schemata:
        return [compare_records(pair.left, pair.right).probability for pair in pairs]
    return [name_probability(same_name(_name(pair.left), _name(pair.right))) for pair in pairs]


def _name(entity: Mapping[str, Any]) -> str:
    return str(entity["properties"]["name"][0])


@dataclass(frozen=True)
class Judge:
    """Somebody who judges pairs: the limit its makers advise, and what has to be said about it."""

    name: str
    limit: float
    remark: str = ""


_SLICE: Final = 50  # pairs
_SLICE_GOAL: Final = 0.05
_ACCENTS: Final = dict.fromkeys((*range(0x80, 0x370), *range(0x1E00, 0x1F00), *range(0x2010, 0x2070)), "")

OURS: Final = Judge("lintas", 0.5)
PEERS: Final = (
    Judge("logic-v2", 0.7),
    Judge("er-unstable", 0.7, "trained on the judged pairs"),
    Judge("regression-v1", 0.7, "trained on the judged pairs"),
    Judge("wratio", 0.85),
    Judge("jaro-winkler", 0.85),
)
PEERS_PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"


@dataclass(frozen=True)
class Verdict:
    """What one judge made of one set."""

    of: Measured
    by: Judge
    found: Judged
    rate: float  # pairs a second of processor time, names and entities read for the first time
    slices: Mapping[str, float] = field(default_factory=dict)  # calibration error of each part that is large enough


def our_verdict(of: Measured, pairs: Sequence[Pair]) -> Verdict:
    """What ours makes of a set."""
    began = time.process_time()
    scores = ours(pairs, of)
    spent = time.process_time() - began
    found = judge(scores, [pair.same for pair in pairs])
    return Verdict(of, OURS, found, len(pairs) / spent, slices(pairs, scores) if of.schemata else {})


def slices(pairs: Sequence[Pair], scores: Sequence[float]) -> dict[str, float]:
    """The calibration error of the parts of a set of entities that have at least `_SLICE` pairs."""
    parts: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for pair, score in zip(pairs, scores, strict=True):
        for part in parts_of(pair):
            parts[part].append((score, pair.same))
    large = {part: judged for part, judged in sorted(parts.items()) if len(judged) >= _SLICE}
    return {part: calibration_error(*map(np.asarray, zip(*judged, strict=True))) for part, judged in large.items()}


def parts_of(pair: Pair) -> Iterator[str]:
    """To which parts a pair belongs: by schema, by what is known, by script."""
    yield " and ".join(sorted({pair.left["schema"], pair.right["schema"]}))
    for prop, what in (("birthDate", "dates of birth"), ("country", "countries")):
        known = sum(prop in side["properties"] for side in (pair.left, pair.right))
        yield f"{what} of {('neither', 'one', 'both')[known]}"
    names = "".join(name for side in (pair.left, pair.right) for name in side["properties"].get("name", ()))
    yield "names in Latin letters only" if names.translate(_ACCENTS).isascii() else "names in other scripts too"


def their_verdicts(by: Judge, sets: Mapping[Measured, Sequence[Pair]]) -> Iterator[Verdict]:
    """What a peer makes of all sets, in one process of its own."""
    lines = (json.dumps({"set": of.title, "left": pair.left, "right": pair.right}) for of in sets for pair in sets[of])
    judged = subprocess.run(
        [PEERS_PYTHON, ROOT / "benchmarks" / "peer_matchers.py", by.name],
        input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    told = json.loads(judged.stdout)
    for of, pairs in sets.items():
        found = judge(told[of.title]["scores"], [pair.same for pair in pairs], by.limit)
        yield Verdict(of, by, found, len(pairs) / told[of.title]["seconds"])


def rich_pairs(count: int = 40_000) -> list[tuple[Portrait, Portrait]]:
    """Portraits of invented people, each beside others whose names begin alike: what an index brings up."""
    world = World.generate(3, 6_000)
    people = [r for node in world.nodes for r in world.records(node) if r.schema == "Person" and r.values("birthDate")]
    people.sort(key=lambda person: person.values("name")[0])
    kept = [portrait_of(person) for person in people]
    chance = random.Random(5)
    places = ((chance.randrange(len(people)), chance.randrange(-50, 50)) for _ in range(count))
    return [(kept[at], kept[(at + by) % len(kept)]) for at, by in places]


def speed() -> dict[str, float]:
    """Pairs compared in a second of one core's processor time, and seconds until the first answer of a new process."""
    pairs = rich_pairs()
    for kept in {id(one): one for pair in pairs for one in pair}.values():
        compare_portraits(kept, kept)  # a kept portrait holds its names read
    began = time.process_time()
    for one, other in pairs:
        compare_portraits(one, other)
    return {"kept": len(pairs) / (time.process_time() - began), "cold": cold_start()}


FIRST_ANSWER: Final = """
from lintas.matching import compare_records
for name, other in (("Юлия Зразкова", "Yuliya Zrazkova"), ("محمد علي", "Mohamed Aly"), ("王小明", "Wang Xiaoming")):
    compare_records(*({"schema": "Person", "properties": {"name": [one]}} for one in (name, other)))
"""


def cold_start(times: int = 3) -> float:
    """Seconds until a new process has compared its first names, the best of some tries."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_ANSWER], check=True)
        found.append(time.perf_counter() - began)
    return min(found)


def show(verdict: Verdict) -> None:
    """A line of figures; ours each beside its goal where there is one."""
    of, found = verdict.of, verdict.found
    goals = of.goals if verdict.by is OURS else {}
    figures = "  ".join(_beside(name, value, goals.get(name)) for name, value in found.figures().items())
    what = f"{of.title} ({found.pairs})" if verdict.by is OURS else f"    {verdict.by.name}"
    row(what, f"{figures}  {verdict.rate:,.0f}/s{_remark(verdict)}")
    for part, error in verdict.slices.items():
        row(f"    of it {part}", _beside("ece", error, _SLICE_GOAL))


def _remark(verdict: Verdict) -> str:
    return f"  ({verdict.by.remark})" if verdict.by.remark and verdict.of.schemata else ""


def _beside(name: str, value: float, goal: float | None) -> str:
    if goal is None:
        return f"{name} {value:.4f}"
    reached = value <= goal if name == "ece" else value >= goal
    return f"{name} {value:.4f} ({'' if reached else 'NOT '}{goal:g})"


def main() -> None:
    """Measure, print, and write down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=["names", "persons", "organisations", "speed"], action="append")
    parser.add_argument("--peers", action="store_true", help="measure other matchers on the same pairs")
    parser.add_argument("--sample", type=int, help="only the first N pairs of each set")
    parser.add_argument("--json", type=Path, help="write the figures into this file too, beside what stands there")
    given = parser.parse_args()
    wanted = given.only or ["names", "persons", "organisations", "speed"]
    measured = [
        *((*NAMES, *REGION) if "names" in wanted else ()),
        *(ENTITIES[one] for one in wanted if one in ENTITIES),
    ]
    sets = {of: list(islice(read(given.data, of), given.sample)) for of in measured}
    verdicts = [our_verdict(of, pairs) for of, pairs in sets.items()]
    verdicts += [verdict for by in PEERS if given.peers for verdict in their_verdicts(by, sets)]
    for of in sets:
        for verdict in (one for one in verdicts if one.of is of):
            show(verdict)
    kept: dict[str, dict[str, object]] = {of.title: {"goals": of.goals} for of in sets}
    for verdict in verdicts:
        figures = {name: round(value, 4) for name, value in verdict.found.figures().items()}
        kept[verdict.of.title][verdict.by.name] = {"pairs": verdict.found.pairs, "rate": round(verdict.rate)} | figures
        if verdict.slices:
            kept[verdict.of.title]["slices"] = {part: round(error, 4) for part, error in verdict.slices.items()}
    if "speed" in wanted:
        figures = speed()
        kept["speed"] = {OURS.name: figures}
        row("rich pairs from kept portraits", f"{figures['kept']:,.0f} a second and core (goal {SPEED_GOAL:,})")
        row("cold start, three scripts", f"{figures['cold']:.2f} s (goal {COLD_START_GOAL:g})")
    if given.json:
        publish(given.json, kept)


def publish(file: Path, kept: Mapping[str, Mapping[str, object]]) -> None:
    """Write figures over those of the same sets and judges that the file holds; what is not measured stays."""
    written = json.loads(file.read_text("utf-8")) if file.exists() else {}
    quality = written.setdefault("quality", {})
    for title, figures in kept.items():
        quality[title] = quality.get(title, {}) | dict(figures)
    file.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
