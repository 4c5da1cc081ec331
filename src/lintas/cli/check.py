"""`lintas check`: ask every partner now, one subject or a file of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from lintas.checks import CheckReport, NodeOutcome, read_batch
from lintas.cli.failures import problem
from lintas.cli.output import Shared, acting, officer_option, shared
from lintas.errors import Invalid
from lintas.i18n import Translator
from lintas.model import Intent, Justification, OutcomeState, Purpose, Subject, SubjectCategory, SubjectKind
from lintas.model.identifiers import validate_all
from lintas.model.mrz import read_mrz
from lintas.node import Node
from lintas.policy import justified


@click.command()
@click.argument("name", required=False, default="")
@click.option(
    "--kind", type=click.Choice([*map(str, SubjectKind)]), default=SubjectKind.PERSON.value, show_default=True
)
@click.option(
    "-p", "--property", "given", multiple=True, metavar="NAME=VALUE", help="What is known, e.g. birthDate=1970."
)
@click.option(
    "--mrz", multiple=True, metavar="LINE", help="A line of a travel document's machine-readable zone; repeat."
)
@click.option("--as-written", is_flag=True, help="Ask with a wrong check digit, too: a forged paper carries one.")
@click.option("--purpose", default="", help=f"One of: {', '.join(Purpose)}.")
@click.option("--legal-basis", default="", help="The law or agreement the question rests on.")
@click.option("--case", "case_reference", default="", help="The case reference.")
@click.option("--category", default="", help=f"What the subject is: {', '.join(SubjectCategory)}.")
@click.option("--intent", default="", help=f"{' or '.join(Intent)}.")
@click.option("--offence", default=None, help="The offence, where known.")
@click.option("--ask", "nodes", multiple=True, metavar="NODE", help="Ask only these partners; all unless given.")
@click.option("--within", type=float, default=None, help="Seconds to wait; the node's setting unless given.")
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV of subjects.")
@click.option("--batch", "batch_id", default=None, help="Ask the approved file with this reference.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@officer_option
@shared
def command(at: Shared, **options: Any) -> None:  # noqa: ANN401 - click's options, by name
    """Ask every partner agency (and our own records) about NAME, or about what --property says.

    No reason, no query: --purpose, --legal-basis, --case, --category and --intent are compulsory.
    """
    with at.node() as node:
        officer = acting(node, options["username"])
        if options["batch_id"]:
            asyncio.run(_batch(at, node, officer, options["batch_id"]))
            return
        reason = _justification(options)
        if options["file"]:
            _plan(at, node, officer, options["file"], reason)
            return
        within = None if options["within"] is None else timedelta(seconds=options["within"])
        report = asyncio.run(
            _ask(node, _subject(options), reason, officer, nodes=options["nodes"] or None, within=within)
        )
        at.print(report, lambda: sentences(report, Translator(options["language"])))


async def _ask(node: Node, subject: Subject, reason: Justification, officer: Any, **how: Any) -> CheckReport:  # noqa: ANN401
    await asyncio.to_thread(node.records.catch_up)
    try:
        return await node.checks.ask(subject, reason, officer, **how)
    finally:
        await node.checks.close()
        await node.link.close()


def _justification(options: dict[str, Any]) -> Justification:
    return justified({name: options[name] for name in Justification.__struct_fields__})


def _subject(options: dict[str, Any]) -> Subject:
    properties: dict[str, list[str]] = {}
    if options["name"]:
        properties["name"] = [options["name"]]
    for text in options["given"]:
        name, equals, value = text.partition("=")
        if not equals:
            raise Invalid(option=text, form="NAME=VALUE")
        properties.setdefault(name, []).append(value)
    if options["mrz"]:
        properties |= _travel_document("\n".join(options["mrz"]))
    if not properties:
        raise Invalid(missing="a name, or --property NAME=VALUE")
    subject = Subject(kind=SubjectKind(options["kind"]), properties={name: tuple(v) for name, v in properties.items()})
    if not options["as_written"]:
        validate_all(subject)
    return subject


def _travel_document(zone: str) -> dict[str, list[str]]:
    """What a machine-readable zone says; a wrong check digit in it is told, and not guessed around."""
    read = read_mrz(zone)
    number = "passportNumber" if read.code.startswith("P") else "idNumber"
    said = {
        "name": read.name,
        "birthDate": read.birth_date,
        "nationality": read.nationality.lower(),
        number: read.number,
    }
    return {name: [value] for name, value in said.items() if value}


def _plan(at: Shared, node: Node, officer: Any, file: Path, reason: Justification) -> None:  # noqa: ANN401
    subjects, bad = read_batch(file.read_bytes())
    batch = node.batches.plan(subjects, reason, officer)
    facts = {
        "batch": batch.id,
        "approval": batch.approval,
        "rows": batch.rows,
        "not_asked": [{"row": row.row, **problem(row.error)} for row in bad],
    }
    lines = [f"row {row.row} will not be asked: {row.error}" for row in bad]
    lines.append(f"{batch.rows} rows wait for a second person: lintas approve {batch.approval} --officer COLLEAGUE")
    lines.append(f"Then: lintas check --batch {batch.id}")
    at.print(facts, "\n".join(lines))


async def _batch(at: Shared, node: Node, officer: Any, batch_id: str) -> None:  # noqa: ANN401
    await asyncio.to_thread(node.records.catch_up)
    reports: list[CheckReport] = []
    try:
        async for report in node.batches.run(batch_id, officer):
            reports.append(report)
            click.echo(f"\r{len(reports)} asked", nl=False, err=True)
    finally:
        await node.checks.close()
        await node.link.close()
    click.echo("", err=True)
    at.print(reports, lambda: "\n\n".join(sentences(report, Translator("id")) for report in reports))


def sentences(report: CheckReport, say: Translator) -> str:
    """A report as a person reads it on a terminal."""
    what = ", ".join(value for values in report.subject.properties.values() for value in values)
    lines = [f"{say.label(report.subject.kind)}: {what}", f"{say.label(report.justification.purpose)} · {report.id}"]
    lines.extend(_row(outcome, say) for outcome in report.outcomes)
    return "\n".join(lines)


def _row(outcome: NodeOutcome, say: Translator) -> str:
    name = outcome.name.get(say.language, outcome.node)
    if outcome.is_no_match:
        return f"  ○ {name}: {say.gettext('Tidak ada kecocokan')}"
    if outcome.state is OutcomeState.ANSWERED:
        told = [(m.quality, m.probability) for m in outcome.matches] + [
            (o.quality, o.probability) for o in outcome.records
        ]
        hits = ", ".join(f"{say.label(quality)} {probability:.1%}" for quality, probability in told)
        return f"  ● {name}: {say.gettext('Kemungkinan cocok')} ({hits})"
    if outcome.state is OutcomeState.DECLINED:
        why = outcome.explanation.get(say.language, "")
        ground = say.label(outcome.ground) if outcome.ground else outcome.problem
        return f"  ▲ {name}: {say.label(outcome.state)}: {ground}. {why}"
    return f"  ? {name}: {say.label(outcome.state)}. {say.hint(outcome.state)}"
