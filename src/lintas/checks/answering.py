"""Answering: a question is looked at under our law, and only what policy lets go is told.

The order is fixed: who asks, is it justified, is it within the budget, may they ask; only then are records looked at.
The entry in the audit log is durable before the answer leaves.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from lintas.audit import AuditKind, Event
from lintas.checks.desk import Desk, ask_of, digest
from lintas.checks.report import OwnHit
from lintas.checks.tables import answered, hit
from lintas.errors import Invalid
from lintas.matching import likely
from lintas.model import (
    Asker,
    Comparison,
    DisclosureLevel,
    Intent,
    Justification,
    Purpose,
    Quality,
    Record,
    RefusalGround,
    Role,
    Statement,
    Subject,
    SubjectCategory,
    SubjectKind,
)
from lintas.people import Officer
from lintas.policy import Ask, Decision, Disclosed, Usage, askable, asked_for, complete, decline, within_budget
from lintas.protocol.messages import CheckAnswered, CheckDeclined, CheckQuestion
from lintas.storage import upsert

MOST = 20  # possible matches told for one question
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Nobody asks this; it leads through every script reader once.
_NOBODY = Subject(SubjectKind.PERSON, {"name": ("Zzyzx Љ 王 ع",), "birthDate": ("1900-01-02",), "phone": ("+620",)})
_NO_REASON = Justification(
    purpose=Purpose.INVESTIGATE,
    legal_basis="warm-up",
    case_reference="warm-up",
    category=SubjectCategory.SUSPECT,
    intent=Intent.IDENTIFY,
)

# Written once: to build them anew for each question costs more than to ask them.
_AGENCY = answered.c.sender == bindparam("sender")
_OFFICER = _AGENCY & (answered.c.officer == bindparam("officer"))
_THIS = _AGENCY & (answered.c.check_id == bindparam("check"))
_BUDGETS = ((_OFFICER, "hour"), (_OFFICER, "day"), (_AGENCY, "hour"), (_AGENCY, "day"))
# Each count reads one index and nothing else: an agency may ask twenty thousand times a day.
_COUNTS = select(
    *(select(func.count()).where(who, answered.c.at > bindparam(window)).scalar_subquery() for who, window in _BUDGETS)
)
_BEFORE = select(answered.c.officer, answered.c.at, answered.c.question).where(_THIS)
_RECENT = (
    select(answered.c.asked_for)
    # A clock that was set back finds erased what it thinks is recent.
    .where(_OFFICER, answered.c.at > bindparam("hour"), ~_THIS, answered.c.asked_for.is_not(None))
    .order_by(answered.c.at)
)
_NOTE = upsert(answered, ["sender", "check_id"], keep=["officer", "at", "question", "asked_for"])


class Answerer:
    """Answers questions from the agency's own records."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def answer(self, question: CheckQuestion, sender: str) -> CheckAnswered | CheckDeclined:
        """What this node may say to a partner's question; asked again with the same check, it answers again."""
        # The directory, not the question, says from which country the sender asks.
        country = self._desk.directory.current().member(sender).country
        asker = msgspec.structs.replace(question.asker, node=sender, country=country)
        question = msgspec.structs.replace(question, asker=asker)
        return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: CheckQuestion) -> CheckAnswered | CheckDeclined:
        ask = ask_of(question.asker, question.subject, question.justification, self._desk)
        refusal = self._refusal(question, ask)
        if refusal is not None:
            return self._decline(question, refusal)
        disclosed, withheld = [], 0
        for record, comparison in self._look(question.subject):
            told = self._desk.policies.disclose(
                record, comparison, ask, us=self._desk.us, hit_id=secrets.token_urlsafe(12)
            )
            if told is None:
                withheld += 1
            else:
                disclosed.append((record.id, told))
        return self._tell(question, disclosed[:MOST], withheld)

    def warm_up(self) -> None:
        """Do once, without a trace, what the first question would otherwise wait for.

        That is: read the tables of names, let policy judge, make ready what is asked of the database, open the index.
        """
        asker = Asker(node=self._desk.us.node, country=self._desk.us.country, officer="", role=Role.INVESTIGATOR)
        question = CheckQuestion(
            check="", subject=_NOBODY, justification=_NO_REASON, asker=asker, answer_by=self._desk.clock.now()
        )
        ask = ask_of(asker, _NOBODY, _NO_REASON, self._desk)
        self._refusal(question, ask)
        record = Record(
            "", "Person", tuple(Statement(p, v, "", "") for p, vs in _NOBODY.properties.items() for v in vs)
        )
        found = likely(_NOBODY, [record], 0.0)
        if self._desk.records.index.is_ready:
            found += self._look(_NOBODY)
        for one, comparison in found:
            self._desk.policies.disclose(one, comparison, ask, us=self._desk.us, hit_id="")

    def own(self, subject: Subject, officer: Officer, threshold: float | None = None) -> tuple[OwnHit, ...]:
        """Possible matches in our own records, as far as our policy shows them to our officer.

        Args:
            subject: What is asked about.
            officer: Who asks.
            threshold: From which probability on; the node's unless given.
        """
        shown = []
        for record, comparison in self._look(subject, threshold):
            level, _ = self._desk.policies.own_view(record, officer.roles, us=self._desk.us)
            if level is not DisclosureLevel.SILENT:
                shown.append(_own_hit(record, comparison, level))
        return tuple(shown[:MOST])

    def _look(self, subject: Subject, threshold: float | None = None) -> list[tuple[Record, Comparison]]:
        """Records likely enough to be the subject, the likeliest first."""
        least = self._desk.threshold if threshold is None else threshold
        return self._desk.records.likely(subject, least)

    def _refusal(self, question: CheckQuestion, ask: Ask) -> Decision | None:
        try:
            complete(question.justification)
            askable(question.subject)
        except Invalid:
            return decline(RefusalGround.UNJUSTIFIED)
        usage, differs = self._usage(question)
        ground = RefusalGround.ENUMERATION if differs else within_budget(usage, self._desk.limits)
        if ground is not None:
            return decline(ground)
        decision = self._desk.policies.authorize(ask, us=self._desk.us)
        return None if decision.allowed else decision

    def _usage(self, question: CheckQuestion) -> tuple[Usage, bool]:
        """What this officer and this agency asked lately, and whether this very check asked something else before.

        The same check asked again does not count twice. Therefore it must be the same question: a partner that puts
        many questions under one reference would get them all for the price of one.
        """
        sender, officer = question.asker.node, question.asker.officer
        now = self._desk.clock.now()
        windows = {"hour": now - HOUR, "day": now - DAY}
        asked = {"sender": sender, "officer": officer, "check": question.check, **windows}
        with self._desk.db.read() as tx:
            counted = list(tx.execute(_COUNTS, asked).one())
            before = tx.execute(_BEFORE, asked).first()
            recent = [msgspec.json.decode(row, type=tuple[str, ...]) for row in tx.execute(_RECENT, asked).scalars()]
        differs = False
        if before is not None:
            for place, (who, window) in enumerate(_BUDGETS):
                counted[place] -= before.at > windows[window] and (who is _AGENCY or before.officer == officer)
            fingerprint = digest(question.subject, question.justification)
            differs = before.question != fingerprint or before.officer != officer
        usage = Usage(
            officer_hour=counted[0],
            officer_day=counted[1],
            agency_hour=counted[2],
            agency_day=counted[3],
            recent=tuple(line for lines in recent for line in lines),
            new=asked_for(question.subject),
        )
        return usage, differs

    def _tell(self, question: CheckQuestion, disclosed: list[tuple[str, Disclosed]], withheld: int) -> CheckAnswered:
        facts: dict[str, str | int | list[str]] = {
            "question": digest(question.subject, question.justification),
            "told": len(disclosed),
            "withheld": withheld,
            "records": [record_id for record_id, _ in disclosed],
        }

        def work(tx: Connection) -> str:
            self._note(tx, question)
            if disclosed:
                tx.execute(insert(hit), [self._hit_row(question, *pair) for pair in disclosed])
            return self._log(tx, question, AuditKind.CHECK_ANSWERED, facts)

        log = self._desk.db.write(work)
        return CheckAnswered(check=question.check, matches=tuple(told.match for _, told in disclosed), log=log)

    def _decline(self, question: CheckQuestion, refusal: Decision) -> CheckDeclined:
        ground = refusal.ground or RefusalGround.OTHER_LAW
        facts: dict[str, str | int | list[str]] = {
            "question": digest(question.subject, question.justification),
            "ground": ground,
            "policies": list(refusal.policies),
        }

        def work(tx: Connection) -> str:
            self._note(tx, question)
            return self._log(tx, question, AuditKind.CHECK_DECLINED, facts)

        return CheckDeclined(
            check=question.check,
            ground=ground,
            policies=refusal.policies,
            explanation=refusal.explanation,
            log=self._desk.db.write(work),
            contact=self._desk.contact,
        )

    def _note(self, tx: Connection, question: CheckQuestion) -> None:
        """Note that the check was asked, when it is new: what it asked for first stays what it asked for."""
        row = {
            "sender": question.asker.node,
            "check_id": question.check,
            "officer": question.asker.officer,
            "at": self._desk.clock.now(),
            "question": digest(question.subject, question.justification),
            "asked_for": msgspec.json.encode(asked_for(question.subject)),
        }
        tx.execute(_NOTE, row)

    def _hit_row(self, question: CheckQuestion, record_id: str, told: Disclosed) -> dict[str, object]:
        return {
            "id": told.match.hit,
            "sender": question.asker.node,
            "check_id": question.check,
            "record_id": record_id,
            "justification": digest(question.justification),
            "probability": told.match.probability,
            "at": self._desk.clock.now(),
        }

    def _log(
        self, tx: Connection, question: CheckQuestion, kind: AuditKind, facts: dict[str, str | int | list[str]]
    ) -> str:
        event = Event(
            kind=kind,
            actor=f"node:{question.asker.node}",
            check=question.check,
            case=question.justification.case_reference,
            purpose=question.justification.purpose,
            facts={**facts, "officer": question.asker.officer, "kind": question.subject.kind},
        )
        return self._desk.audit.append(tx, event).leaf.hex()


def _own_hit(record: Record, comparison: Comparison, level: DisclosureLevel) -> OwnHit:
    """What the officer sees of it in the report; below core data not even what it is called."""
    called = (*record.values("name"), *record.values("number")) if level.covers(DisclosureLevel.CORE) else ()
    return OwnHit(
        record=record.id,
        schema=record.schema,
        caption=next(iter(called), record.id),
        level=level,
        quality=Quality.of(comparison.probability),
        probability=comparison.told,
        reasons=comparison.reasons,
    )
