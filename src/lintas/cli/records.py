"""`lintas records`: import, review and erase the agency's own records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from lintas.cli.output import Shared, acting, ask_second, officer_option, shared
from lintas.errors import Invalid, InvalidFile
from lintas.model import Grading, Handling, InformationGrade, SourceGrade, SubjectCategory
from lintas.policy import OfficerAct
from lintas.records import DeletionPlan, ImportResult, Marks, Progress, import_file, import_table

FILE = click.Path(dir_okay=False, path_type=Path)
ERASE, EXTEND = "erase_records", "review_records"


@click.group()
def command() -> None:
    """Import, review and erase the agency's own records."""


@command.command("import")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="FtM mapping (YAML).")
@click.option("--database", default=None, help="Address of an existing database, for a mapping of its tables.")
@click.option("--source", default="", help="Whose data these are; the file's name unless given.")
@click.option("--category", type=click.Choice([*map(str, SubjectCategory)]), default=SubjectCategory.UNKNOWN.value)
@click.option("--handling", type=click.Choice([*map(str, Handling)]), default=Handling.H3.value)
@click.option("--grading", default="X4", show_default=True, help="Source and information grade, where not said.")
@click.option("--report", type=FILE, default=None, help="Where rejected rows are listed; in reports/ unless given.")
@shared
def import_(at: Shared, path: Path | None, mapping: Path | None, database: str | None, **how: str) -> None:
    """Import PATH: FollowTheMoney JSON lines, or CSV or XLSX through --mapping; or an existing database's tables.

    The same file twice changes nothing; an interrupted import goes on where it stopped.
    """
    if path is None and mapping is None:
        raise Invalid(missing="a file, or --mapping with --database")
    source = how["source"] or (path or mapping or Path()).name
    marks = Marks(
        category=SubjectCategory(how["category"]), handling=Handling(how["handling"]), grading=_grading(how["grading"])
    )
    with at.node() as node:
        report = Path(how["report"] or node.folder.reports / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl")
        progress = _Progress(quiet=at.json)
        common: dict[str, Any] = {"source": source, "report": report, "marks": marks, "on_progress": progress}
        if path is None:
            assert mapping is not None  # noqa: S101 - looked at above
            result = import_table(node.records, mapping, database=database, **common)
        else:
            result = import_file(node.records, path, mapping=mapping, **common)
        progress.end()
        node.records.catch_up()
    at.print(result, lambda: _said(result))


class _Progress:
    """One line on the terminal that tells how far it has come."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._told = False

    def __call__(self, progress: Progress) -> None:
        if self._quiet:
            return
        of = f" of {progress.total}" if progress.total else ""
        click.echo(f"\r  {progress.done}{of} rows, {progress.tally.rejected} rejected ", nl=False, err=True)
        self._told = True

    def end(self) -> None:
        """Leave the line as it stands."""
        if self._told:
            click.echo("", err=True)


def _said(result: ImportResult) -> str:
    resumed = f" (went on at row {result.resumed_at})" if result.resumed_at else ""
    lines = [
        (
            f"{result.rows} rows{resumed}: {result.new} new, {result.changed} changed, {result.same} as they were, "
            f"{result.rejected} rejected; {result.set_aside} single values set aside."
        )
    ]
    if result.rejected or result.set_aside:
        lines.append(f"Each with its reason: {result.report_path}")
    return "\n".join(lines)


def _grading(text: str) -> Grading:
    try:
        return Grading(source=SourceGrade(text[:1]), information=InformationGrade(text[1:]))
    except ValueError as error:
        raise Invalid(field="grading", value=text, form="A1 to X4") from error


@command.command("count")
@shared
def count(at: Shared) -> None:
    """Count the records by schema."""
    with at.node() as node:
        counts = node.records.counts()
    at.print(counts, lambda: "\n".join(f"{number:10} {schema}" for schema, number in sorted(counts.items())))


@command.command("show")
@click.argument("record")
@click.option("--reason", required=True, help="Why; it goes into the log.")
@officer_option
@shared
def show(at: Shared, record: str, reason: str, username: str | None) -> None:
    """Show RECORD with where each value comes from; reading it is entered in the log."""
    with at.node() as node:
        found, level, _ = node.read_record(record, acting(node, username), reason)
    at.print(
        {"record": found, "level": level},
        lambda: "\n".join(
            f"{s.prop:20} {s.value:40} {s.source}, {s.seen}, {s.grading.source}{s.grading.information}"
            for s in found.statements
        ),
    )


@command.command("due")
@click.option("--months", type=click.IntRange(0, 120), default=4, show_default=True, help="How far ahead to look.")
@shared
def due(at: Shared, months: int) -> None:
    """List the records whose review falls due, the most urgent first."""
    with at.node() as node:
        rows = node.records.due_for_review(ahead_months=months)
    at.print(rows, lambda: "\n".join(f"{d.review_due:%Y-%m-%d} {d.category:16} {d.record_id}" for d in rows) or "None.")


@command.command("extend")
@click.argument("record")
@click.option("--reason", required=True, help="The assessment of this very case.")
@click.option("--approval", default=None, help="The second person's approval; asked for unless given.")
@officer_option
@shared
def extend(at: Shared, record: str, reason: str, approval: str | None, username: str | None) -> None:
    """Keep RECORD for another period, after an assessment and with a second person."""
    facts = {"record": record, "reason": reason}
    with at.node() as node:
        officer = acting(node, username)
        node.may(officer, OfficerAct.REVIEW_RECORDS)
        if approval is None:
            ask_second(at, node.people.ask_second(EXTEND, facts, officer).id)
            return
        node.people.use(approval, EXTEND, facts)
        kept = node.records.extend(record, reason=reason, by=officer.actor, approval=approval)
    at.print(kept, f"{record} is kept until {kept.review_due:%Y-%m-%d}.")


@command.command("plan")
@click.argument("to", type=FILE)
@click.option("--record", "records", multiple=True, help="Only this record; may be repeated. All overdue unless given.")
@officer_option
@shared
def plan(at: Shared, to: Path, records: tuple[str, ...], username: str | None) -> None:
    """Write to the file TO what would be erased, and ask a second person to agree. Nothing is changed."""
    with at.node() as node:
        officer = acting(node, username)
        node.may(officer, OfficerAct.ERASE_RECORDS)
        made = node.records.deletion_plan(list(records) or None)
        to.write_bytes(msgspec.json.format(msgspec.json.encode(made)))
        approval = node.people.ask_second(ERASE, _facts(made), officer)
    at.print(
        {"plan": str(to), "records": len(made.records), "approval": approval.id},
        f"{len(made.records)} records would go: {to}. Second person: lintas approve {approval.id} --officer COLLEAGUE\n"
        f"Then: lintas records erase {to} --approval {approval.id}",
    )


@command.command("erase")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--approval", required=True, help="The second person's approval of this very plan.")
@officer_option
@shared
def erase(at: Shared, plan: Path, approval: str, username: str | None) -> None:
    """Carry out PLAN: the records are invisible at once and gone for good after thirty days."""
    try:
        agreed = msgspec.json.decode(plan.read_bytes(), type=DeletionPlan)
    except msgspec.DecodeError as error:
        raise InvalidFile(file=str(plan), expected="a plan of `lintas records plan`") from error
    with at.node() as node:
        officer = acting(node, username)
        node.may(officer, OfficerAct.ERASE_RECORDS)
        node.people.use(approval, ERASE, _facts(agreed))
        gone = node.records.erase(agreed, by=officer.actor, approval=approval)
        node.records.catch_up()
    at.print({"quarantined": gone}, f"{len(gone)} records are in quarantine for thirty days.")


@command.command("restore")
@click.argument("records", nargs=-1, required=True)
@click.option("--reason", required=True)
@officer_option
@shared
def restore(at: Shared, records: tuple[str, ...], reason: str, username: str | None) -> None:
    """Bring RECORDS back out of quarantine."""
    with at.node() as node:
        officer = acting(node, username)
        node.may(officer, OfficerAct.ERASE_RECORDS)
        back = node.records.restore(list(records), by=officer.actor, reason=reason)
        node.records.catch_up()
    at.print({"restored": back}, f"{back} records are back.")


def _facts(plan: DeletionPlan) -> dict[str, str]:
    """What the second person agrees to."""
    return {"plan": plan.digest, "records": str(len(plan.records))}
