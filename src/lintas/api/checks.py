"""Checks: ask, watch the answers arrive, ask for a whole file with a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.params import Parameter
from msgspec import Meta

from lintas.checks import Batch, CheckReport, CheckSummary
from lintas.model import Noun, Subject
from lintas.node import Node
from lintas.people import Officer
from lintas.policy import OfficerAct, justified
from lintas.protocol.messages import NodeId

Reference = Annotated[str, Parameter(max_length=64)]


class NewCheck(Noun):
    """A question. Nothing in the justification may be missing but the offence."""

    subject: Subject
    justification: dict[str, str]
    nodes: Annotated[tuple[NodeId, ...], Meta(max_length=200)] = ()  # all partners unless given
    within: Annotated[float, Meta(gt=0, le=60)] | None = None  # seconds
    wait: bool = True  # answer with the finished report; otherwise at once, and the rows arrive in the report


class Checks(Controller):
    """Ask every partner at once."""

    path = "/checks"
    tags = ("checks",)

    @post()
    async def ask(self, data: NewCheck, node: Node, officer: Officer) -> CheckReport:
        """Ask every partner (or those named) and our own records."""
        node.may(officer, OfficerAct.CHECK)
        within = None if data.within is None else timedelta(seconds=data.within)
        how: dict[str, Any] = {"nodes": data.nodes or None, "within": within}
        check = await node.checks.start(data.subject, justified(data.justification), officer, **how)
        if data.wait:
            await node.checks.wait(check)
        return node.checks.report(check, officer)

    @get(sync_to_thread=True)
    def recent(self, node: Node, officer: Officer) -> list[CheckSummary]:
        """The officer's latest checks."""
        return node.checks.recent(officer)

    @get("/{check:str}", sync_to_thread=True)
    def report(self, check: Reference, node: Node, officer: Officer) -> CheckReport:
        """The report as it stands now."""
        return node.checks.report(check, officer)


class NewBatch(Noun):
    """A file of questions under one justification."""

    subjects: Annotated[tuple[Subject, ...], Meta(min_length=1, max_length=1000)]
    justification: dict[str, str]


class Batches(Controller):
    """Ask for a whole file; a second person agrees first."""

    path = "/batches"
    tags = ("checks",)

    @post(sync_to_thread=True)
    def plan(self, data: NewBatch, node: Node, officer: Officer) -> Batch:
        """Keep the questions and ask a second person to agree."""
        node.may(officer, OfficerAct.BATCH)
        return node.batches.plan(list(data.subjects), justified(data.justification), officer)

    @get(sync_to_thread=True)
    def list_(self, node: Node, officer: Officer) -> list[Batch]:
        """The officer's batches."""
        return node.batches.of(officer)

    @post("/{batch:str}/run")
    async def run(self, batch: Reference, node: Node, officer: Officer) -> list[CheckReport]:
        """Ask every row, once the second person has agreed."""
        return [report async for report in node.batches.run(batch, officer)]
