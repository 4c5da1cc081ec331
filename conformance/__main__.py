"""`python -m conformance COMMAND`: judges the node that COMMAND moves, one line per clause."""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import conformance.clauses  # noqa: F401 - importing them declares them
from conformance.bench import CLAUSES, Bench, Clause
from conformance.wire import Deviation


def main(words: list[str]) -> int:
    """Judge; 0 when every clause is kept or listed as not yet kept."""
    if len(words) != 1:
        print(
            "python -m conformance COMMAND\n\nWhat COMMAND has to do is said in conformance/CLIENT.md.", file=sys.stderr
        )
        return 2
    executable = Path(words[0]).resolve()
    gaps = expected_failures(executable.with_name(f"{executable.name}.xfails"))
    with TemporaryDirectory(prefix="lintas-") as folder:
        bench = Bench.lay(executable, Path(folder))
        try:
            verdicts = Counter(judged(clause, bench, gaps) for clause in CLAUSES)
        finally:
            bench.close()
    print(", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items())))
    return 0 if not verdicts.keys() & {"failed", "unexpectedly passed"} else 1


def expected_failures(path: Path) -> set[str]:
    """The clauses that the implementer knows to be broken: one name a line, the reason after a `#`."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    gaps = {line.partition("#")[0].strip() for line in lines} - {""}
    unknown = gaps - {clause.name for clause in CLAUSES}
    if unknown:
        raise SystemExit(f"{path.name} names clauses that do not exist: {', '.join(sorted(unknown))}")
    return gaps


def judged(clause: Clause, bench: Bench, gaps: set[str]) -> str:
    """The verdict on one clause, printed."""
    why = broken(clause, bench)
    if clause.name in gaps:
        verdict = "expected failure" if why else "unexpectedly passed"
    else:
        verdict = "failed" if why else "passed"
    print(f"{verdict:16}  {clause.number:6} {clause.name:30} {clause.sentence}", flush=True)
    if why and verdict == "failed":
        print(f"{'':18}{why}", flush=True)
    return verdict


def broken(clause: Clause, bench: Bench) -> str:
    """How the clause is broken; empty when it is kept."""
    try:
        clause.judge(bench)
    except Deviation as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever the node makes us stumble over is its failure
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
