"""Questions of outside programs: each is a check like any other, and together they stay within the officer's budget.

A program asks faster than a person; many checks could copy our own register. So what an officer's programs ask is
counted as partners' questions are: by hour and by day, and with a look at what was asked lately. Whoever has a whole
file to check lets a second person agree (`lintas.checks.batch`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select

from lintas.audit import AuditKind, Event
from lintas.checks.answering import DAY, HOUR, Answerer
from lintas.checks.asking import Checks
from lintas.checks.batch import AT_ONCE
from lintas.checks.desk import Desk
from lintas.checks.ledger import Question
from lintas.checks.report import CheckReport, OwnHit
from lintas.checks.tables import check
from lintas.errors import RefusedByPolicy
from lintas.model import Justification, RefusalGround, Subject
from lintas.people import Officer
from lintas.policy import Usage, askable, asked_for, complete, decline, within_budget

_LOOKED_BACK = 300  # questions of the last hour that are held against a new one
_decoder = msgspec.json.Decoder(Question)


class Programs:
    """Asks for programs of others that act for an officer."""

    def __init__(self, desk: Desk, checks: Checks) -> None:
        self._desk, self._checks = desk, checks
        self._answerer = Answerer(desk)

    async def ask(
        self, subjects: Sequence[Subject], reason: Justification, officer: Officer, *, nodes: Sequence[str] | None = ()
    ) -> list[CheckReport]:
        """A check for each subject, in their order; either all are asked or none.

        Args:
            subjects: What is asked about.
            reason: Why, for all of them.
            officer: For whom the program asks.
            nodes: The partners to ask besides our own records: none unless named, all for None.

        Raises:
            Unjustified: a part of the justification says nothing.
            NotAskable: a description fits too many.
            RefusedByPolicy: our law does not allow it, or the budget is spent; the refusal is in our log.
        """
        complete(reason)
        for subject in subjects:
            askable(subject)
        ground = await asyncio.to_thread(self._too_much, subjects, officer)
        if ground is not None:
            await self._refuse(ground, reason, officer)
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(subject: Subject) -> CheckReport:
            async with turns:
                return await self._checks.ask(subject, reason, officer, nodes=nodes)

        return list(await asyncio.gather(*map(one, subjects)))

    async def alike(self, subject: Subject, officer: Officer) -> tuple[OwnHit, ...]:
        """Our own records for which more speaks than against, the likeliest first: what a search lists.

        A name alone makes nobody a possible match; whoever leafs through our own records for a name must see who bears
        it. To be called after `ask` has let the question pass: this asks neither law nor budget again.
        """
        hits = await asyncio.to_thread(self._answerer.own, subject, officer, 0.0)
        return tuple(hit for hit in hits if sum(reason.weight for reason in hit.reasons) > 0)

    def _too_much(self, subjects: Sequence[Subject], officer: Officer) -> RefusalGround | None:
        """Why the new questions are too many, or too much like counting; None if they may pass."""
        now = self._desk.clock.now()
        hour, day = self._counted(officer, now)
        recent = self._asked_lately(officer, now)
        for number, subject in enumerate(subjects):
            new = asked_for(subject)
            usage = Usage(officer_hour=hour + number, officer_day=day + number, recent=tuple(recent), new=new)
            if (ground := within_budget(usage, self._desk.programs)) is not None:
                return ground
            recent.extend(new)
        return None

    def _counted(self, officer: Officer, now: datetime) -> tuple[int, int]:
        mine = check.c.officer == officer.id
        counts = (
            select(func.count()).where(mine, check.c.asked_at > now - span).scalar_subquery() for span in (HOUR, DAY)
        )
        with self._desk.db.read() as tx:
            hour, day = tx.execute(select(*counts)).one()
        return hour, day

    def _asked_lately(self, officer: Officer, now: datetime) -> list[str]:
        """What the officer asked for in the last hour, oldest first, as `asked_for` writes it."""
        lately = (
            select(check.c.question)
            .where(check.c.officer == officer.id, check.c.asked_at > now - HOUR)
            .order_by(check.c.asked_at.desc())
            .limit(_LOOKED_BACK)
        )
        with self._desk.db.read() as tx:
            bodies = tx.execute(lately).scalars().all()
        return [line for body in reversed(bodies) for line in asked_for(_decoder.decode(body).subject)]

    async def _refuse(self, ground: RefusalGround, reason: Justification, officer: Officer) -> None:
        decision = decline(ground)
        event = Event(
            kind=AuditKind.CHECK_REFUSED,
            actor=f"officer:{officer.id}",
            case=reason.case_reference,
            purpose=reason.purpose,
            facts={"ground": str(ground), "policies": list(decision.policies)},
        )
        await self._desk.audit.record_async(event)
        raise RefusedByPolicy(ground=ground, policies=list(decision.policies), **decision.explanation)
