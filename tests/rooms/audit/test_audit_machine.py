"""The audit log under any order of deeds: a machine plays officer, auditor, operator and burglar."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, text

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import ManualClock
from lintas.errors import LogBroken
from lintas.storage import Database
from lintas.trust import merkle
from lintas.trust.notes import Note, TreeHead

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
kinds = st.sampled_from(list(AuditKind))


class Log(RuleBasedStateMachine):
    """What the log says, beside what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self.told: list[tuple[AuditKind, int, bytes]] = []
        self.heads: list[TreeHead] = []
        self.begun = self.clock.now()
        self.erased = 0

    @initialize()
    def open(self) -> None:
        self.db = Database.open(f"sqlite:///{Path(self.folder.name) / 'lintas.db'}")
        self.db.migrate()
        self.log = AuditLog(self.db, self.clock, KEY, "id.latihan")

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
        self.folder.cleanup()

    @rule(kind=kinds, count=st.sampled_from([1, 1, 2, 60, 256]))
    def deeds(self, kind: AuditKind, count: int) -> None:
        def work(tx: Connection) -> list[bytes]:
            return [self.log.append(tx, self._event(kind, n)).leaf for n in range(count)]

        begin = len(self.told)
        leaves = self.db.write(work)
        self.told += [(kind, begin + n, leaf) for n, leaf in enumerate(leaves)]

    def _event(self, kind: AuditKind, n: int) -> Event:
        return Event(kind=kind, actor="system", facts={"n": len(self.told) + n})

    @rule(kind=kinds, count=st.integers(1, 300))
    def deeds_that_fail(self, kind: AuditKind, count: int) -> None:
        def work(tx: Connection) -> None:
            for n in range(count):
                self.log.append(tx, self._event(kind, n))
            raise ValueError("undone")

        with pytest.raises(ValueError, match="undone"):
            self.db.write(work)

    @rule(hours=st.integers(0, 24 * 400))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))

    @rule()
    def node_is_restarted(self) -> None:
        self.db.close()
        self.open()

    @rule()
    def checkpoint(self) -> None:
        note = Note.read(self.log.checkpoint())
        self.log.verifier.verify(note)
        head = TreeHead.read(note.text)
        assert head.size == len(self.told)
        assert head.root == merkle.root_of(leaf for _, _, leaf in self.told)
        for older in self.heads:
            proof = self.log.consistency(older.size, head.size)
            merkle.verify_consistency(older.size, older.root, head.size, head.root, proof)
        self.heads.append(head)

    @rule()
    def content_expires(self) -> None:
        count = self.log.erase_expired()
        self.erased += count
        if count:
            (said,) = self.log.entries(limit=1)
            assert said.kind is AuditKind.LOG_CONTENT_ERASED
            self.told.append((said.kind, said.index, said.leaf))

    @precondition(lambda self: self.heads and self.heads[-1].size)
    @rule(data=st.data())
    def any_entry_is_proven(self, data: st.DataObject) -> None:
        head = self.heads[-1]
        at = data.draw(st.integers(0, head.size - 1))
        merkle.verify_inclusion(self.told[at][2], at, head.size, self.log.inclusion(at, head.size), head.root)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def burglar_is_noticed(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.told) - 1))
        how = data.draw(
            st.sampled_from(
                [
                    "UPDATE audit_entries SET kind = 'x' WHERE position = :at",
                    "UPDATE audit_entries SET leaf = zeroblob(32) WHERE position = :at",
                    "UPDATE audit_entries SET commitment = zeroblob(32) WHERE position = :at",
                    "UPDATE audit_entries SET at = datetime(at, '+1 second') WHERE position = :at",
                ]
            )
        )
        before = "SELECT kind, leaf, commitment, at FROM audit_entries WHERE position = :at"
        kept = self.db.write(lambda tx: tx.execute(text(before), {"at": at}).mappings().one())
        self.db.write(lambda tx: tx.execute(text(how), {"at": at}))
        with pytest.raises(LogBroken) as noticed:
            self.log.verify()
        assert noticed.value.facts["index"] == at
        put_back = "UPDATE audit_entries SET kind=:kind, leaf=:leaf, commitment=:commitment, at=:at WHERE position=:n"
        self.db.write(lambda tx: tx.execute(text(put_back), {**kept, "n": at}))

    @invariant()
    def the_log_holds_what_it_was_told(self) -> None:
        if not hasattr(self, "log"):
            return
        found = self.log.verify()
        assert found.size == len(self.told) == self.log.size()
        assert found.erased == self.erased
        newest = self.log.entries(limit=3)
        assert [(e.kind, e.index, e.leaf) for e in newest] == self.told[-1:-4:-1]


TestLog = Log.TestCase
TestLog.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
