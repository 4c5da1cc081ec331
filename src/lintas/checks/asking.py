"""Asking: one question goes to every partner at once; each answer is a value, and nobody delays anybody.

What was asked is durable in the audit log before anything leaves. At the deadline whoever has not answered is late; the
answer is still awaited, asked for again (the same check, so it counts once), and delivered when it comes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from datetime import timedelta

import msgspec

from lintas.audit import AuditKind, Event
from lintas.checks.answering import Answerer
from lintas.checks.desk import Desk, ask_of, asker_of
from lintas.checks.ledger import Ledger
from lintas.checks.report import NO_ANSWER, CheckReport, CheckSummary, NodeOutcome, collate, milliseconds
from lintas.checks.retention import forget
from lintas.errors import (
    ClockWrong,
    Invalid,
    LintasError,
    Malformed,
    NotFound,
    OutOfTime,
    PeerRefused,
    Refused,
    RefusedByPolicy,
)
from lintas.model import Asker, Justification, OutcomeState, Subject
from lintas.people import Officer
from lintas.policy import OfficerAct, askable, complete
from lintas.protocol.messages import CheckAnswered, CheckDeclined, CheckQuestion

log = logging.getLogger(__name__)

# A call that has been taken is listened to this long; after that the question is asked again. The round that asks again
# waits for its slowest partner, so it listens less long.
LISTEN, LISTEN_AGAIN = timedelta(seconds=60), timedelta(seconds=10)


class Run:
    """A check under way in this process."""

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        self.told: dict[str, NodeOutcome] = {o.node: o for o in report.outcomes}
        self.tasks: set[asyncio.Task[None]] = set()
        self.deadline_passed = False
        self.closing: asyncio.Task[None] | None = None

    def view(self) -> CheckReport:
        """The report as it stands."""
        rows = collate(self.report.outcomes, self.told, deadline_passed=self.deadline_passed)
        return msgspec.structs.replace(self.report, outcomes=rows)

    async def closed(self) -> None:
        """Return once the report can be shown; raises what kept it from being entered in the log."""
        if self.closing is not None:
            await asyncio.shield(self.closing)

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do something for this check in the background; a failure is logged and leaves the node unanswered."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("check %s: a step failed", self.report.id, exc_info=task.exception())


class Checks:
    """The federated check: ask, watch the answers arrive, answer partners."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger = Ledger(desk)
        self._answerer = Answerer(desk)
        self.answer = self._answerer.answer
        self.warm_up = self._answerer.warm_up
        self._runs: dict[str, Run] = {}

    async def ask(
        self,
        subject: Subject,
        justification: Justification,
        officer: Officer,
        *,
        nodes: Sequence[str] | None = None,
        within: timedelta | None = None,
    ) -> CheckReport:
        """Ask our own records and every partner (or those named); the report at the deadline, or when all answered.

        Raises:
            Unjustified: a part of the justification says nothing.
            NotAskable: the description fits too many.
            RefusedByPolicy: our own law does not allow the question; nothing has left.
            NotFound: a node named is not a partner.
        """
        run = await self._start(subject, justification, officer, nodes, within)
        await run.closed()
        return run.view()

    async def start(
        self,
        subject: Subject,
        justification: Justification,
        officer: Officer,
        *,
        nodes: Sequence[str] | None = None,
        within: timedelta | None = None,
    ) -> str:
        """Like `ask`, but returns the check's reference at once; the rows arrive in its report."""
        return (await self._start(subject, justification, officer, nodes, within)).report.id

    async def wait(self, check_id: str) -> None:
        """Return when the check's deadline has passed or everyone has answered."""
        run = self._runs.get(check_id)
        if run is not None:
            await run.closed()

    def report(self, check_id: str, officer: Officer) -> CheckReport:
        """The report as it stands now.

        Raises:
            NotFound: there is no such check, or it is not this officer's to see.
        """
        run = self._runs.get(check_id)
        report = run.view() if run else self._ledger.report(check_id)
        if (
            report.officer != officer.id
            and not self._desk.policies.may(officer.roles, OfficerAct.READ_OTHERS_CHECKS).allowed
        ):
            raise NotFound(check=check_id)
        return report

    def recent(self, officer: Officer, limit: int = 20) -> list[CheckSummary]:
        """The officer's latest checks, newest first."""
        return self._ledger.recent(officer, limit)

    async def follow_up(self) -> int:
        """Ask late and unreachable partners again, once those whose time has come; how many.

        What a stopped node was waiting for is asked for again when it runs.
        """
        rows = [(check, node) for check, node in self._ledger.wanted() if check not in self._runs]
        await asyncio.gather(*(self._ask_again(check, node) for check, node in rows))
        return len(rows)

    async def purge(self) -> None:
        """Erase what is no longer needed; see `lintas.checks.retention`."""
        now = self._desk.clock.now()
        await self._desk.db.write_async(lambda tx: forget(tx, now))

    async def close(self) -> None:
        """Stop listening; what is not answered yet is asked again when the node runs again."""
        tasks = [task for run in self._runs.values() for task in run.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _start(
        self,
        subject: Subject,
        justification: Justification,
        officer: Officer,
        nodes: Sequence[str] | None,
        within: timedelta | None,
    ) -> Run:
        complete(justification)
        askable(subject)
        asker = await self.authorize(subject, justification, officer)
        now = self._desk.clock.now()
        run = Run(
            CheckReport(
                id=secrets.token_urlsafe(12),
                asked_at=now,
                deadline=now + (within or self._desk.answer_within),
                wanted_until=now + self._desk.wanted_for,
                officer=officer.id,
                subject=subject,
                justification=justification,
                outcomes=self._everyone(nodes),
            )
        )
        await self._ledger.open(run.report, asker)
        self._runs[run.report.id] = run
        question = CheckQuestion(
            check=run.report.id,
            subject=subject,
            justification=justification,
            asker=asker,
            answer_by=run.report.deadline,
        )
        asking = [run.begin(self._ask_node(run, o.node, question)) for o in run.report.outcomes if not o.own]
        asking.append(run.begin(self._ask_own(run, question, officer)))
        run.closing = run.begin(self._close_at_deadline(run, asking))
        return run

    def _everyone(self, nodes: Sequence[str] | None) -> tuple[NodeOutcome, ...]:
        """Everyone who is asked: ourselves, and every partner in the directory or those named."""
        directory = self._desk.directory.current()
        directory.check_fresh(self._desk.clock.now())
        us = self._desk.us
        members = directory.others(us.node)
        if nodes is not None:
            for name in set(nodes) - {us.node, *(m.node for m in members)}:
                raise NotFound(partner=name)
            members = [m for m in members if m.node in nodes]
        own = NodeOutcome(node=us.node, name=self._desk.names, country=us.country, own=True)
        return own, *(NodeOutcome(node=m.node, name=m.name, country=m.country, contact=m.contact) for m in members)

    async def authorize(self, subject: Subject, justification: Justification, officer: Officer) -> Asker:
        """The officer as partners will see them, if our own law lets them ask this.

        Raises:
            RefusedByPolicy: it does not; the refusal is in our log.
        """
        asker = asker_of(officer, self._desk.us)
        ask = ask_of(asker, subject, justification, self._desk)
        decision = self._desk.policies.authorize(ask, us=self._desk.us)
        if decision.allowed:
            return asker
        event = Event(
            kind=AuditKind.CHECK_REFUSED,
            actor=f"officer:{asker.officer}",
            case=justification.case_reference,
            purpose=justification.purpose,
            facts={"ground": str(decision.ground), "policies": list(decision.policies), "kind": subject.kind},
        )
        await self._desk.audit.record_async(event)
        raise RefusedByPolicy(ground=decision.ground, policies=list(decision.policies), **decision.explanation)

    async def _ask_own(self, run: Run, question: CheckQuestion, officer: Officer) -> None:
        started = self._desk.clock.now()
        records = await asyncio.to_thread(self._answerer.own, question.subject, officer)
        now = self._desk.clock.now()
        run.told[self._desk.us.node] = msgspec.structs.replace(
            run.told[self._desk.us.node],
            state=OutcomeState.ANSWERED,
            records=records,
            answered_at=now,
            milliseconds=milliseconds(now - started),
        )

    async def _ask_node(self, run: Run, node: str, question: CheckQuestion) -> None:
        told = await self._call(run.told[node], question, LISTEN)
        late = run.deadline_passed
        run.told[node] = msgspec.structs.replace(told, arrived_late=late and told.state not in NO_ANSWER)
        if late:
            await self._ledger.late(run.report, run.told[node])

    async def _call(self, before: NodeOutcome, question: CheckQuestion, within: timedelta) -> NodeOutcome:
        """Ask one partner; whatever comes of it is a value."""
        started = self._desk.clock.now()
        try:
            reply = await self._desk.line.call(before.node, question, within=within)
            if not isinstance(reply, CheckAnswered | CheckDeclined) or reply.check != question.check:
                raise Malformed(expected="an answer to this check")
        except TimeoutError:
            return msgspec.structs.replace(before, state=OutcomeState.LATE)
        except (Refused, Invalid) as error:
            return msgspec.structs.replace(before, state=OutcomeState.DECLINED, problem=error.code)
        except PeerRefused as error:
            clock = error.facts.get("code") == OutOfTime.code
            problem = ClockWrong.code if clock else error.code
            return msgspec.structs.replace(before, state=OutcomeState.UNREACHABLE, problem=problem)
        except LintasError as error:
            return msgspec.structs.replace(before, state=OutcomeState.UNREACHABLE, problem=error.code)
        now = self._desk.clock.now()
        return before.after(reply, at=now, milliseconds=milliseconds(now - started))

    async def _close_at_deadline(self, run: Run, asking: list[asyncio.Task[None]]) -> None:
        """Close the report at the deadline, or when all have answered; then keep listening to the late ones."""
        remaining = run.report.deadline - self._desk.clock.now()
        await asyncio.wait(asking, timeout=max(0.0, remaining.total_seconds()))
        run.deadline_passed = True
        try:
            await self._ledger.close(run.view())
        finally:
            late = [task for task in asking if not task.done()]
            if late:
                run.begin(self._listen(run, late))
            else:
                self._runs.pop(run.report.id, None)

    async def _listen(self, run: Run, late: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*late, return_exceptions=True)
        self._runs.pop(run.report.id, None)

    async def _ask_again(self, check_id: str, node: str) -> None:
        report, question = self._ledger.report(check_id), self._ledger.question(check_id)
        run = Run(report)
        run.deadline_passed = True
        if run.told[node].own:
            await self._ask_own(run, question, self._desk.people.officer(report.officer))
        else:
            run.told[node] = await self._call(run.told[node], question, LISTEN_AGAIN)
        late = run.told[node].state not in NO_ANSWER
        await self._ledger.late(report, msgspec.structs.replace(run.told[node], arrived_late=late))
