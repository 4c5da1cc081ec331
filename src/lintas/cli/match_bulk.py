"""`lintas match link` and `lintas match dedupe`: whole files at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # the engine costs a third of a second, and the other commands of the group do without
    from lintas.linkage import Engine, Summary

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_STEPS = {
    "read": "rows read",
    "candidates": "pairs to compare",
    "compare": "pairs compared",
    "learn": "learning",
    "cluster": "putting into clusters",
}


_OPTIONS = (
    click.option(
        "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the result."
    ),
    click.option("--mapping", type=FILE, default=None, help="FtM mapping (YAML), for CSV and Excel."),
    click.option("--judgements", type=FILE, default=None, help="CSV: left, right, judgement (same, not_same)."),
    click.option(
        "--least", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Write likelier pairs only."
    ),
    click.option(
        "--budget", type=click.IntRange(1), default=None, help="Most pairs to compare; by the rows unless given."
    ),
    click.option("--spark", default=None, help="Address of a Spark cluster, or local[*]; DuckDB here unless given."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)


def _options(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("link")
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@_options
def link(a: Path, b: Path, **how: Any) -> None:  # noqa: ANN401 - the options above
    """Find who in the file A is who in the file B: pairs with probability and reasons, and clusters.

    The files are FollowTheMoney JSON lines, or CSV or XLSX through --mapping. Stopped in the middle, the same command
    goes on where it was.
    """
    _run((a, b), how)


@click.command("dedupe")
@click.argument("path", type=FILE)
@_options
def dedupe(path: Path, **how: Any) -> None:  # noqa: ANN401 - the options above
    """Find who is in the file PATH more than once: pairs with probability and reasons, and clusters.

    Judgements of people are kept: what is judged the same is joined, what is judged not the same never is, and where
    they contradict each other or the evidence, `conflicts.csv` shows it.
    """
    _run((path,), how)


def _run(files: tuple[Path, ...], how: dict[str, Any]) -> None:
    from lintas.linkage import Order, run  # noqa: PLC0415 - see above

    order = Order(
        files=files,
        folder=how["out"],
        mapping=how["mapping"],
        judgements=how["judgements"],
        shown=how["least"],
        budget=how["budget"],
    )
    engine = _engine(how["spark"])
    summary = run(order, engine=engine, told=_Told(quiet=how["as_json"]))
    _print(summary, as_json=how["as_json"])


def _engine(spark: str | None) -> Engine:
    if spark is None:
        from lintas.linkage import Duck  # noqa: PLC0415 - see above

        return Duck()
    from lintas.linkage.spark import Spark  # noqa: PLC0415 - only where it is asked for

    return Spark(spark)


class _Told:
    """One line for each step, with how far it is."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._step = quiet, ""

    def __call__(self, step: str, done: int, of: int) -> None:
        if self._quiet:
            return
        if step != self._step:
            click.echo("", nl=bool(self._step), err=True)
            self._step = step
        much = f"{done:,} of {of:,} " if of else f"{done:,} " if done else ""
        click.echo(f"\r  {much}{_STEPS[step]}", nl=False, err=True)


def _print(summary: Summary, *, as_json: bool) -> None:
    from lintas.cli.output import Shared  # noqa: PLC0415 - opens the rooms of the node

    Shared(Path(), as_json).print(
        summary,
        f"\n{summary.rows:,} rows, {summary.compared:,} pairs compared: {summary.likely_pairs:,} likely the same, in "
        f"{summary.clusters:,} clusters of {summary.rows_in_clusters:,} rows; {summary.conflicts:,} to look at.\n"
        f"{summary.folder}: pairs.csv, clusters.csv, conflicts.csv, model.json",
    )
