"""Checks: ask, watch the answers arrive, ask for a whole file with a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from lintas.api.given import Acting, Here, Reasons
from lintas.api.problems import problems
from lintas.checks import Batch, CheckReport, CheckSummary
from lintas.errors import AlreadyDone, Invalid, NotFound, RefusedByPolicy, SecondPersonNeeded, TooLarge
from lintas.model import Noun, Subject
from lintas.model.identifiers import validate_all
from lintas.policy import OfficerAct, justified
from lintas.protocol.messages import NodeId

Reference = Annotated[str, PathParameter(max_length=64)]


class NewCheck(Noun):
    """A question. Nothing in the justification may be missing but the offence."""

    subject: Subject
    justification: Reasons
    nodes: Annotated[tuple[NodeId, ...], Meta(max_length=200)] = ()  # all partners unless given
    within: Annotated[float, Meta(gt=0, le=60)] | None = None  # seconds
    as_written: bool = False  # numbers as they stand on the paper, though a check digit or a form is wrong
    wait: bool = True  # answer with the finished report; otherwise at once, and the rows arrive in the report


class Checks(Controller):
    """Ask every partner at once."""

    path = "/checks"
    tags = ("checks",)

    @post(
        response_description="The report: at the deadline, or, without `wait`, at once.",
        responses=problems(Invalid, TooLarge, RefusedByPolicy),
    )
    async def ask(self, data: JSONBody[NewCheck], node: Here, officer: Acting) -> CheckReport:
        """Ask every partner (or those named) and our own records."""
        node.may(officer, OfficerAct.CHECK)
        if not data.as_written:
            validate_all(data.subject)
        within = None if data.within is None else timedelta(seconds=data.within)
        how: dict[str, Any] = {"nodes": data.nodes or None, "within": within}
        check = await node.checks.start(data.subject, justified(data.justification), officer, **how)
        if data.wait:
            await node.checks.wait(check)
        return node.checks.report(check, officer)

    @get(sync_to_thread=True, response_description="The newest first.", responses=problems())
    def recent(self, node: Here, officer: Acting) -> list[CheckSummary]:
        """The officer's latest checks."""
        return node.checks.recent(officer)

    @get(
        "/{check:str}",
        sync_to_thread=True,
        response_description="Everyone asked, exactly once.",
        responses=problems(NotFound, Invalid),
    )
    def report(self, check: Reference, node: Here, officer: Acting) -> CheckReport:
        """The report as it stands now."""
        return node.checks.report(check, officer)


class NewBatch(Noun):
    """A file of questions under one justification; what is asked as it is written is asked alone."""

    subjects: Annotated[tuple[Subject, ...], Meta(min_length=1, max_length=1000)]
    justification: Reasons


class Batches(Controller):
    """Ask for a whole file; a second person agrees first."""

    path = "/batches"
    tags = ("checks",)

    @post(
        sync_to_thread=True,
        response_description="The batch, with the approval it waits for.",
        responses=problems(Invalid, TooLarge, RefusedByPolicy),
    )
    def plan(self, data: JSONBody[NewBatch], node: Here, officer: Acting) -> Batch:
        """Keep the questions and ask a second person to agree."""
        node.may(officer, OfficerAct.BATCH)
        for subject in data.subjects:
            validate_all(subject)
        return node.batches.plan(list(data.subjects), justified(data.justification), officer)

    @get(sync_to_thread=True, response_description="The newest first.", responses=problems())
    def batches(self, node: Here, officer: Acting) -> list[Batch]:
        """The officer's batches."""
        return node.batches.of(officer)

    @post(
        "/{batch:str}/run",
        response_description="A report for every row.",
        responses=problems(NotFound, SecondPersonNeeded, AlreadyDone, Invalid),
    )
    async def run(self, batch: Reference, node: Here, officer: Acting) -> list[CheckReport]:
        """Ask every row, once the second person has agreed."""
        return [report async for report in node.batches.run(batch, officer)]


NOUNS = (NewCheck, NewBatch, CheckReport, CheckSummary, Batch)
