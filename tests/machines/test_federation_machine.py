"""A federation under any order of events: partners join, leave, fall silent, lose answers; checks are asked.

Whatever happens: everyone asked stands in every report exactly once, an answer is delivered exactly once, budgets count
a check once, and what one side's log says it was told stands in the other side's log.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lintas.audit import AuditKind
from lintas.clock import ManualClock
from lintas.errors import PeerUnreachable
from lintas.model import OutcomeState
from lintas.testing import Neighbourhood

JAKARTA = "id.latihan"
PARTNERS = ("my", "th")
NAMES = ("Budi Santoso", "Ani Wijaya", "Tono Harahap", "Rudi Lubis", "Siti Aminah", "Hendra Gunadharma")
TOLD = {OutcomeState.ANSWERED, OutcomeState.DECLINED}
ANSWERS = (AuditKind.CHECK_ANSWERED, AuditKind.CHECK_DECLINED)
partners = st.sampled_from(PARTNERS)


class Federation(RuleBasedStateMachine):
    """Jakarta asks; its partners do what partners do."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.Runner()
        self.clock = ManualClock()
        self.asked: dict[str, set[str]] = {}  # by check: whom
        self.members = set(PARTNERS)

    @initialize()
    def found(self) -> None:
        self.street = Neighbourhood(Path(self.folder.name), self.clock)
        found = self.loop.run(self.street.nodes("id", *PARTNERS, ask_again_every=0))
        self.jakarta, *others = found
        self.partner = dict(zip(PARTNERS, others, strict=True))
        for other in others:
            other.knows("Budi Santoso", birthDate="1970-01-31")

    def teardown(self) -> None:
        if hasattr(self, "street"):
            self.every_answer_stands_in_both_logs()
            self.loop.run(self.street.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    @precondition(lambda self: len(self.asked) < len(NAMES))
    @rule()
    def an_officer_asks(self) -> None:
        within = timedelta(seconds=0.2)
        name = NAMES[len(self.asked)]
        report = self.loop.run(self.jakarta.check(name, birthDate="1970-01-31", within=within))
        self.asked[report.id] = {JAKARTA, *(f"{country}.latihan" for country in self.members)}

    @rule()
    def late_partners_are_asked_again(self) -> None:
        self.loop.run(asyncio.wait_for(self.jakarta.node.checks.follow_up(), 30))

    @rule(partner=partners)
    def is_unplugged(self, partner: str) -> None:
        self.partner[partner].is_unplugged()

    @rule(partner=partners)
    def is_well_again(self, partner: str) -> None:
        self.partner[partner].is_plugged_in()
        self.partner[partner].answers_again()

    @rule(partner=partners)
    def loses_its_answers(self, partner: str) -> None:
        """It answers, its log says so, and the answer never arrives."""
        node = self.partner[partner].node

        async def lost(raw: bytes, certificate: str) -> bytes:
            await node.receive(raw, certificate)
            raise PeerUnreachable(node=node.settings.node)

        self.street.loopback.register(node.settings.node, lost)

    @rule(partner=partners)
    def leaves(self, partner: str) -> None:
        if partner in self.members:
            self.members.remove(partner)
            self.partner[partner].leaves()

    @rule(partner=partners)
    def joins(self, partner: str) -> None:
        if partner not in self.members:
            self.members.add(partner)
            self.partner[partner].joins()

    @rule(partner=partners)
    def falls_silent_while_jakarta_asks_and_restarts(self, partner: str) -> None:
        """It takes the call and says nothing; a restart ends the listening, and the question is asked anew."""
        self.partner[partner].falls_silent()
        if len(self.asked) < len(NAMES):
            self.an_officer_asks()
        self.loop.run(self.jakarta.restarts())
        self.partner[partner].answers_again()

    @rule(minutes=st.sampled_from([1, 20, 50]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        for neighbour in (self.jakarta, *self.partner.values()):
            self.loop.run(neighbour.node.checks.purge())

    @invariant()
    def everyone_asked_stands_in_the_report_once(self) -> None:
        for check, asked in self.asked.items():
            report = self.jakarta.node.checks.report(check, self.jakarta.officer)
            assert Counter(o.node for o in report.outcomes) == Counter(asked)
            assert all(o.matches == () for o in report.outcomes if o.state not in TOLD)

    @invariant()
    def an_answer_is_delivered_once(self) -> None:
        for check in self.asked:
            report = self.jakarta.node.checks.report(check, self.jakarta.officer)
            late = Counter(facts["node"] for facts in self._facts(check, AuditKind.CHECK_LATE_ANSWER))
            (at_the_deadline,) = self._facts(check, AuditKind.CHECK_REPORTED)
            for outcome in report.outcomes:
                in_time = at_the_deadline[outcome.node] in TOLD
                assert late[outcome.node] + in_time == (outcome.state in TOLD)
                assert outcome.arrived_late == (late[outcome.node] == 1)

    @invariant()
    def a_budget_counts_a_check_once(self) -> None:
        if not self.asked:
            return
        question = self.jakarta.node.checks._ledger.question(next(iter(self.asked)))
        for partner in self.partner.values():
            answered = {e.event.check for kind in ANSWERS for e in partner.node.audit.entries(kind=kind) if e.event}
            usage, _ = partner.node.checks._answerer._usage(question)
            assert usage.agency_day == len(answered - {question.check})

    def every_answer_stands_in_both_logs(self) -> None:
        for check, country in ((c, p) for c, asked in self.asked.items() for p in PARTNERS if f"{p}.latihan" in asked):
            other = self.partner[country]
            theirs = other.node.audit.answer_about(check, JAKARTA)
            keys = (other.node.folder.keys().public().signing,)
            both = self.jakarta.node.audit.reconcile(theirs, other.name, keys)
            report = self.jakarta.node.checks.report(check, self.jakarta.officer)
            told = {o.log for o in report.outcomes if o.node == other.name and o.state in TOLD}
            assert both.missing == ()
            assert set(both.agreed) == told

    def _facts(self, check: str, kind: AuditKind) -> Iterator[dict[str, object]]:
        entries = self.jakarta.node.audit.entries(kind=kind, check=check)
        return iter([dict(entry.event.facts) for entry in entries if entry.event])


TestFederation = Federation.TestCase
TestFederation.settings = settings(
    max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
