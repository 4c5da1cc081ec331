"""`lintas match`: compare what stands in files, and say how sure, and why."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from lintas.cli.failures import problem
from lintas.cli.match_bulk import dedupe, link
from lintas.cli.match_explain import explain
from lintas.cli.match_search import command as search
from lintas.cli.output import Shared, shared
from lintas.errors import Invalid, InvalidFile, InvalidValue
from lintas.matching import compare_records
from lintas.matching.measures import Measures, measure
from lintas.matching.names import name_probability, same_name
from lintas.matching.trials import Pair, is_heading, note_on, read_entities, read_names

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
prior_option = click.option(
    "--prior",
    type=float,
    default=0.0,
    show_default=True,
    help="Bits before any evidence: 0 is one in two, -16 one in 65,536.",
)
out_option = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write the rows to this file."
)


@click.group()
def command() -> None:
    """Compare names, entities and whole files, and say how sure, and why."""


command.add_command(explain)
command.add_command(search)
command.add_command(link)
command.add_command(dedupe)


@dataclass(frozen=True, slots=True)
class Trial:
    """How the lines of one kind of file are read, judged, and written with their probability."""

    read: Callable[[bytes], Pair]
    judge: Callable[[Pair, float], float]
    write: Callable[[bytes, float | None], bytes]
    has_heading: bool = False
    note: Callable[[Pair], str | None] = lambda _pair: None


@dataclass(slots=True)
class Row:
    """A line of the file: a pair with its probability, or the reason why it is none."""

    number: int
    line: bytes
    pair: Pair | None = None
    probability: float | None = None
    error: Invalid | None = None
    note: str | None = None

    def facts(self) -> dict[str, Any]:
        """The row as JSON tells it."""
        if self.pair is None or self.error is not None:
            return {"row": self.number, **problem(self.error or Invalid())}
        sides = {"left": _called(self.pair.left), "right": _called(self.pair.right)}
        told = {"row": self.number, **sides, "probability": self.probability, "same": self.pair.same}
        return told | ({"note": self.note} if self.note else {})


@command.command("names")
@click.argument("file", type=FILE)
@prior_option
@out_option
@shared
def names(at: Shared, file: Path, prior: float, out: Path | None) -> None:
    """Append to each row of FILE (name, name and, where somebody judged, 1 or 0, parted by tabs) the probability.

    With labels, AUC, F1 at .5, recall at 99 % precision and calibration error are told at the end.
    """
    judge = Trial(
        read=read_names,
        judge=lambda pair, prior: name_probability(same_name(pair.left, pair.right), prior),
        write=lambda line, probability: line + b"\t" + _number(probability),
        has_heading=True,
        note=note_on,
    )
    _try(at, file, judge, prior, out)


@command.command("pairs")
@click.argument("file", type=FILE)
@prior_option
@out_option
@shared
def pairs(at: Shared, file: Path, prior: float, out: Path | None) -> None:
    """Add to each line of FILE (JSON: `left` and `right`, FollowTheMoney entities, and a judgement) the probability.

    The judgement is "positive" or "negative", or a `label` of 1 or 0. With some, AUC, F1 at .5, recall at 99 %
    precision and calibration error are told at the end.
    """
    judge = Trial(
        read=read_entities,
        judge=lambda pair, prior: compare_records(pair.left, pair.right, prior).probability,
        write=lambda line, probability: line[: line.rindex(b"}")] + b', "probability": ' + _number(probability) + b"}",
    )
    _try(at, file, judge, prior, out)


def _try(at: Shared, file: Path, trial: Trial, prior: float, out: Path | None) -> None:
    """Judge every row; rows go where they are wanted, figures and what is wrong to whoever looks on."""
    rows: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    with ExitStack() as stack:
        to = stack.enter_context(out.open("wb")) if out else None if at.json else sys.stdout.buffer
        for row in _rows(file, trial, prior):
            (rows if row.error is None else rejected).append(row.facts())
            if (doubt := row.error or row.note) and not at.json:
                click.echo(f"row {row.number}: {doubt}", err=True)
            if to is not None:
                to.write((row.line if row.error else trial.write(row.line, row.probability)) + b"\n")
    if not rows:
        raise InvalidFile(file=str(file), rejected=len(rejected), problem="not one row can be compared")
    judged = [row for row in rows if row["same"] is not None]
    figures = measure([row["probability"] for row in judged], [row["same"] for row in judged]) if judged else None
    if at.json:
        at.print({"rows": rows, "rejected": rejected, "measures": figures}, "")
    else:
        click.echo(_sentence(len(rows), len(rejected), figures), err=out is None)


def _rows(file: Path, trial: Trial, prior: float) -> Iterator[Row]:
    """Every line of the file but empty ones, judged; a bar on the terminal tells how far it has come."""
    with file.open("rb") as lines, _bar(lines) as bar:
        for number, raw in enumerate(lines, 1):
            line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            bar.update(len(raw))
            if line.strip() and not (number == 1 and trial.has_heading and is_heading(line)):
                yield _judged(Row(number, line.rstrip(b"\r\n")), trial, prior)


def _judged(row: Row, trial: Trial, prior: float) -> Row:
    try:
        row.pair = trial.read(row.line)
        row.probability = trial.judge(row.pair, prior)
        row.note = trial.note(row.pair)
    except InvalidValue as error:
        row.error = error
    return row


def _bar(file: BinaryIO) -> Any:  # noqa: ANN401 - click keeps the bar's class to itself
    return click.progressbar(
        length=os.fstat(file.fileno()).st_size, label="comparing", file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def _called(side: Any) -> str:  # noqa: ANN401 - a name, or an entity as it came
    return side if isinstance(side, str) else str(side.get("id", ""))


def _number(probability: float | None) -> bytes:
    return b"" if probability is None else f"{probability:.12g}".encode()


def _sentence(rows: int, rejected: int, figures: Measures | None) -> str:
    """What came of it, for people."""
    lines = [f"{rows} pairs compared, {rejected} rows rejected."]
    if figures is not None:
        named = {
            f"AUC, of {figures.same} same and {figures.pairs - figures.same} different": figures.auc,
            "F1 at .5": figures.f1,
            "recall at 99 % precision": figures.recall,
            "calibration error": figures.ece,
        }
        told = {name: "-" if value is None else f"{value:.4f}" for name, value in named.items()}
        lines.extend(f"  {value:>7}  {name}" for name, value in told.items())
    return "\n".join(lines)
