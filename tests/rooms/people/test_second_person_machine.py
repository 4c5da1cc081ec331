"""The second person under any order of deeds: whatever is tried, no act is done that two people did not agree to."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from lintas.audit import AuditKind, AuditLog
from lintas.clock import ManualClock
from lintas.errors import LintasError, Refused
from lintas.model import Role
from lintas.people import Account, Officer, People, SecretBox
from lintas.storage import Database
from lintas.trust import NodeKeys

BOX = SecretBox(bytes(32))

NAMES = ("sari", "budi", "dewi")
ACTS = ("check.batch", "erase_records")
people_ = st.integers(0, len(NAMES) - 1)
acts = st.sampled_from(ACTS)
facts = st.dictionaries(st.sampled_from("ab"), st.sampled_from("12"))


class SecondPerson(RuleBasedStateMachine):
    """What was agreed to, beside what the room lets be done."""

    approvals = Bundle("approvals")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self.asked: dict[str, tuple[int, str, dict[str, str]]] = {}
        self.agreed: set[str] = set()
        self.done: list[str] = []

    @initialize()
    def open(self) -> None:
        self.db = Database.open(f"sqlite:///{Path(self.folder.name) / 'lintas.db'}")
        self.db.migrate()
        self.audit = AuditLog(self.db, self.clock, NodeKeys.generate().signing_key, "id.latihan")
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.people = People(self.db, self.audit, self.clock, box=BOX, may_approve=_may_approve, hasher=hasher)
        self.officers = [self._enrolled(name) for name in NAMES]

    def _enrolled(self, name: str) -> Officer:
        roles = {Role.LIAISON} if name == "budi" else {Role.LIAISON, Role.DATA_PROTECTION}
        account = {"name": name, "unit": "", "password": "kata sandi latihan"}
        return self.people.enrol(Account(username=name, roles=roles, **account), by="system").officer

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
        self.folder.cleanup()

    @rule(target=approvals, who=people_, act=acts, facts=facts)
    def ask(self, who: int, act: str, facts: dict[str, str]) -> str:
        approval = self.people.ask_second(act, facts, self.officers[who])
        self.asked[approval.id] = (who, act, facts)
        return approval.id

    @rule(approval=approvals, who=people_, agree=st.booleans())
    def decide(self, approval: str, who: int, *, agree: bool) -> None:
        asker, act, _ = self.asked[approval]
        listed = approval in {waiting.id for waiting in self.people.pending(self.officers[who])}
        decide = self.people.approve if agree else self.people.refuse
        if not listed:
            with pytest.raises(Refused):
                decide(approval, self.officers[who])
            return
        decide(approval, self.officers[who])
        assert who != asker
        assert _may_approve(self.officers[who].roles, act)
        if agree:
            self.agreed.add(approval)

    @rule(approval=approvals)
    def use_as_agreed(self, approval: str) -> None:
        _, act, facts = self.asked[approval]
        with suppress(LintasError):
            self.people.use(approval, act, facts)
            self.done.append(approval)

    @rule(approval=approvals, act=acts, facts=facts)
    def use_otherwise(self, approval: str, act: str, facts: dict[str, str]) -> None:
        if (act, facts) != self.asked[approval][1:]:
            with pytest.raises(Refused):
                self.people.use(approval, act, facts)

    @rule(approval=consumes(approvals))
    def time_runs_out(self, approval: str) -> None:
        _, act, facts = self.asked[approval]
        self.clock.advance(timedelta(days=7))
        with pytest.raises(Refused):
            self.people.use(approval, act, facts)

    @invariant()
    def nothing_was_done_alone_or_twice(self) -> None:
        assert len(self.done) == len(set(self.done))
        assert set(self.done) <= self.agreed

    @invariant()
    def the_log_tells_all_of_it(self) -> None:
        if not hasattr(self, "audit"):
            return
        kinds = [entry.kind for entry in self.audit.entries(limit=500)]
        assert kinds.count(AuditKind.APPROVAL_ASKED) == len(self.asked)
        assert kinds.count(AuditKind.APPROVAL_GIVEN) == len(self.agreed)
        assert kinds.count(AuditKind.APPROVAL_USED) == len(self.done)


def _may_approve(roles: frozenset[Role], act: str) -> bool:
    return Role.DATA_PROTECTION in roles if act == "erase_records" else Role.LIAISON in roles


TestSecondPerson = SecondPerson.TestCase
TestSecondPerson.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
