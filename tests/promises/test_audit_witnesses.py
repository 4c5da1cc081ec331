"""Partners witness each other's logs, and lay both sides' logs of a check together; on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from lintas.audit import AuditKind, AuditLog, Event
from lintas.clock import ManualClock
from lintas.errors import BadSignature, LogBroken, Malformed, Untrusted
from lintas.protocol.keys import NodeKeys, PublicKey
from lintas.protocol.messages import Checkpoint, Cosignature
from lintas.storage import Database
from lintas.trust import merkle
from lintas.trust.notes import Note, NoteSigner, TreeHead

CHECK = "check-1234"


@dataclass
class Side:
    """A node as far as its log is concerned."""

    node: str
    keys: NodeKeys
    db: Database
    log: AuditLog

    @property
    def listed(self) -> tuple[PublicKey, ...]:
        return (self.keys.public().signing,)

    def grows(self, count: int, actor: str = "system") -> None:
        for _ in range(count):
            self.log.record(Event(kind=AuditKind.NODE_STARTED, actor=actor))

    def is_witnessed_by(self, witness: Side) -> Cosignature:
        answer = witness.log.witness(self.log.checkpoint_for(witness.node), self.node, self.listed)
        self.log.add_cosignature(answer, witness.node, witness.listed)
        return answer


def side(node: str, db: Database, clock: ManualClock) -> Side:
    keys = NodeKeys.generate()
    return Side(node, keys, db, AuditLog(db, clock, keys.signing_key, node))


@pytest.fixture
def ours(database: Database, clock: ManualClock) -> Side:
    return side("id.latihan", database, clock)


@pytest.fixture
def theirs(tmp_path: Path, clock: ManualClock) -> Iterator[Side]:
    db = Database.open(f"sqlite:///{tmp_path / 'theirs.db'}")
    db.migrate()
    yield side("my.latihan", db, clock)
    db.close()


def test_a_witness_signs_a_log_that_only_grew(ours: Side, theirs: Side, clock: ManualClock) -> None:
    for count in (3, 5, 300):
        theirs.grows(count)
        clock.advance(timedelta(minutes=5))
        theirs.is_witnessed_by(ours)

    found = theirs.log.verify()

    assert (found.size, found.fixed, found.cosignatures) == (308, 308, 3)
    assert found.witnesses == ("id.latihan",)


def test_the_checkpoint_carries_its_witnesses_signatures(ours: Side, theirs: Side, clock: ManualClock) -> None:
    ours.grows(3)

    ours.is_witnessed_by(theirs)

    note = Note.read(ours.log.checkpoint())
    assert [signature.name for signature in note.signatures] == ["id.latihan/log", "my.latihan/witness"]
    ours.log.verifier.verify(note)


def test_the_first_log_seen_is_believed(ours: Side, theirs: Side) -> None:
    theirs.grows(7)

    answer = theirs.is_witnessed_by(ours)

    assert TreeHead.read(Note.read(answer.note).text).size == 7


def test_the_same_log_again_is_signed_again(ours: Side, theirs: Side, clock: ManualClock) -> None:
    theirs.grows(7)
    theirs.is_witnessed_by(ours)
    clock.advance(timedelta(hours=1))

    theirs.is_witnessed_by(ours)

    assert theirs.log.verify().cosignatures == 1


def restored(theirs: Side, tmp_path: Path, clock: ManualClock, entries: int) -> Side:
    """The partner's node with the same keys and another past."""
    db = Database.open(f"sqlite:///{tmp_path / f'other{entries}.db'}")
    db.migrate()
    other = Side(theirs.node, theirs.keys, db, AuditLog(db, clock, theirs.keys.signing_key, theirs.node))
    other.grows(entries, actor="officer:nobody")
    return other


@pytest.mark.parametrize(("entries", "extends"), [(9, 6), (6, 6), (6, 0)])
def test_a_fork_is_refused_and_both_notes_are_kept(
    ours: Side, theirs: Side, tmp_path: Path, clock: ManualClock, entries: int, extends: int
) -> None:
    theirs.grows(6)
    theirs.is_witnessed_by(ours)
    fork = restored(theirs, tmp_path, clock, entries)
    proof = tuple(part.hex() for part in fork.log.consistency(6, entries))
    shown = Checkpoint(note=fork.log.checkpoint(), proof=proof, extends=extends)

    with pytest.raises(LogBroken):
        ours.log.witness(shown, theirs.node, theirs.listed)

    (kept,) = ours.log.entries(kind=AuditKind.LOG_WITNESS_REFUSED)
    assert kept.event is not None
    assert kept.event.facts["shown"] == shown.note
    seen = Note.read(str(kept.event.facts["seen"]))
    theirs.log.verifier.verify(seen)  # two signatures of one key under two pasts: the proof
    fork.db.close()


def test_a_rollback_is_refused(ours: Side, theirs: Side, tmp_path: Path, clock: ManualClock) -> None:
    theirs.grows(6)
    theirs.is_witnessed_by(ours)
    rolled_back = restored(theirs, tmp_path, clock, 4)

    with pytest.raises(LogBroken, match="rolled back"):
        ours.log.witness(rolled_back.log.checkpoint_for(ours.node), theirs.node, theirs.listed)
    rolled_back.db.close()


def begins_again(log: Side, **seen: int) -> None:
    log.db.write(
        lambda tx: log.log.begin_again(tx, "officer:budi", "operator, Unit Latihan", "Cadangan dipulihkan.", seen)
    )


def test_a_restored_log_begins_again_and_every_witness_writes_down_that_it_did(
    ours: Side, theirs: Side, tmp_path: Path, clock: ManualClock
) -> None:
    theirs.grows(6)
    theirs.is_witnessed_by(ours)
    rolled_back = restored(theirs, tmp_path, clock, 4)

    begins_again(rolled_back, **{ours.node: 6})
    rolled_back.is_witnessed_by(ours)
    rolled_back.grows(300)
    rolled_back.is_witnessed_by(ours)

    (told,) = ours.log.entries(kind=AuditKind.LOG_PARTNER_BEGAN_AGAIN)
    assert told.event is not None
    assert TreeHead.read(Note.read(str(told.event.facts["seen"])).text).size == 6
    assert TreeHead.read(Note.read(str(told.event.facts["shown"])).text).origin == "my.latihan/log/2"
    assert told.event.facts["decided_by"] == "operator, Unit Latihan"
    assert told.event.facts["reason"] == "Cadangan dipulihkan."
    (own,) = rolled_back.log.entries(kind=AuditKind.LOG_BEGUN_AGAIN)
    assert own.event is not None
    assert (own.index, own.event.actor) == (4, "officer:budi")
    assert own.event.facts["seen"] == ["id.latihan 6"]
    found = rolled_back.log.verify()
    assert (found.size, found.fixed, found.cosignatures) == (305, 305, 2)
    rolled_back.db.close()


def test_a_log_begins_again_as_often_as_it_is_lost_and_never_goes_back(
    ours: Side, theirs: Side, clock: ManualClock
) -> None:
    theirs.grows(6)
    before = theirs.log.checkpoint_for(ours.node)
    names = []
    for _ in range(3):
        theirs.is_witnessed_by(ours)
        names.append(theirs.log.checkpoint().splitlines()[0])
        begins_again(theirs)

    assert names == ["my.latihan/log", "my.latihan/log/2", "my.latihan/log/3"]
    with pytest.raises(LogBroken, match="ended"):
        ours.log.witness(before, theirs.node, theirs.listed)


def test_a_log_that_begins_again_has_to_say_so_and_to_prove_it(ours: Side, theirs: Side, clock: ManualClock) -> None:
    theirs.grows(6)
    theirs.is_witnessed_by(ours)
    begins_again(theirs)
    honest = theirs.log.checkpoint_for(ours.node)
    assert honest.broken is not None
    entry = honest.broken.entry
    other = theirs.log.entries(limit=2)[-1].leaf.hex()
    change = msgspec.structs.replace
    lies = [
        change(honest, broken=None),
        change(honest, broken=change(honest.broken, entry=change(entry, leaf=other))),
        change(honest, broken=change(honest.broken, entry=change(entry, kind="node.started"))),
    ]

    for lie in lies:
        with pytest.raises(LogBroken):
            ours.log.witness(lie, theirs.node, theirs.listed)

    assert len(ours.log.entries(kind=AuditKind.LOG_WITNESS_REFUSED)) == len(lies)
    assert ours.log.entries(kind=AuditKind.LOG_PARTNER_BEGAN_AGAIN) == []


def test_an_honest_log_can_be_followed_over_its_new_beginning_when_an_answer_was_lost(
    ours: Side, theirs: Side, clock: ManualClock
) -> None:
    theirs.grows(3)
    theirs.is_witnessed_by(ours)
    begins_again(theirs)
    ours.log.witness(theirs.log.checkpoint_for(ours.node), theirs.node, theirs.listed)  # the answer never arrives
    theirs.grows(3)

    theirs.is_witnessed_by(ours)  # what the witness saw last
    theirs.is_witnessed_by(ours)

    assert theirs.log.verify().fixed == 7
    assert len(ours.log.entries(kind=AuditKind.LOG_PARTNER_BEGAN_AGAIN)) == 1


def test_after_a_refusal_the_honest_log_goes_on(ours: Side, theirs: Side, tmp_path: Path, clock: ManualClock) -> None:
    theirs.grows(6)
    theirs.is_witnessed_by(ours)
    fork = restored(theirs, tmp_path, clock, 8)
    with pytest.raises(LogBroken):
        ours.log.witness(Checkpoint(note=fork.log.checkpoint(), proof=(), extends=6), theirs.node, theirs.listed)
    fork.db.close()

    theirs.grows(3)
    theirs.is_witnessed_by(ours)

    assert theirs.log.verify().fixed == 9


def test_when_an_answer_was_lost_the_next_rounds_find_together_again(
    ours: Side, theirs: Side, clock: ManualClock
) -> None:
    theirs.grows(3)
    theirs.is_witnessed_by(ours)
    theirs.grows(3)
    ours.log.witness(theirs.log.checkpoint_for(ours.node), theirs.node, theirs.listed)  # the answer never arrives
    theirs.grows(3)
    clock.advance(timedelta(minutes=5))

    again = theirs.is_witnessed_by(ours)
    clock.advance(timedelta(minutes=5))
    caught_up = theirs.is_witnessed_by(ours)

    assert TreeHead.read(Note.read(again.note).text).size == 6  # what the witness saw last
    assert TreeHead.read(Note.read(caught_up.note).text).size == 9
    assert ours.log.entries(kind=AuditKind.LOG_WITNESS_REFUSED) == []


def test_a_checkpoint_of_somebody_else_is_not_signed(ours: Side, theirs: Side) -> None:
    stranger = NodeKeys.generate()
    shown = theirs.log.checkpoint_for(ours.node)

    with pytest.raises(BadSignature):
        ours.log.witness(shown, theirs.node, (stranger.public().signing,))
    with pytest.raises(BadSignature):
        ours.log.witness(shown, "th.latihan", theirs.listed)
    with pytest.raises(BadSignature):
        ours.log.witness(shown, theirs.node, ())


def test_a_checkpoint_of_another_log_by_the_same_key_is_not_signed(ours: Side, theirs: Side) -> None:
    other = NoteSigner("my.latihan/log", theirs.keys.signing_key).sign(TreeHead("my.other/log", 1, bytes(32)).text)

    with pytest.raises(Malformed):
        ours.log.witness(Checkpoint(note=str(other), proof=()), theirs.node, theirs.listed)


def test_a_cosignature_of_a_stranger_is_not_kept(ours: Side, theirs: Side) -> None:
    answer = theirs.log.witness(ours.log.checkpoint_for(theirs.node), ours.node, ours.listed)

    with pytest.raises(BadSignature):
        ours.log.add_cosignature(answer, theirs.node, ours.listed)
    with pytest.raises(Untrusted):
        ours.log.add_cosignature(Cosignature(note="no note"), theirs.node, theirs.listed)


def test_a_cosignature_of_a_checkpoint_we_do_not_know_sounds_the_alarm(
    ours: Side, theirs: Side, database: Database
) -> None:
    """The witness saw a log of ours that is no longer here: this node was rolled back."""
    ours.grows(3)
    answer = theirs.log.witness(ours.log.checkpoint_for(theirs.node), ours.node, ours.listed)
    database.write(lambda tx: tx.execute(text("DELETE FROM audit_checkpoints")))

    with pytest.raises(LogBroken):
        ours.log.add_cosignature(answer, theirs.node, theirs.listed)


def test_a_log_shorter_than_its_witness_saw_proves_nothing_more(ours: Side, theirs: Side, database: Database) -> None:
    ours.grows(5)
    ours.is_witnessed_by(theirs)
    database.write(lambda tx: tx.execute(text("DELETE FROM audit_checkpoints")))
    database.write(lambda tx: tx.execute(text("DELETE FROM audit_entries WHERE position > 2")))

    with pytest.raises(LogBroken) as broken:
        ours.log.checkpoint_for(theirs.node)
    assert broken.value.facts["index"] == 3


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit_cosignatures SET size = 4",
        "UPDATE audit_cosignatures SET witness = 'th.latihan'",
        "UPDATE audit_cosignatures SET note = (SELECT note FROM audit_checkpoints)",
        "DELETE FROM audit_checkpoints",
    ],
)
def test_a_cosignature_that_was_tampered_with_is_found(
    ours: Side, theirs: Side, database: Database, tamper: str
) -> None:
    ours.grows(5)
    ours.is_witnessed_by(theirs)

    database.write(lambda tx: tx.execute(text(tamper)))

    with pytest.raises(LogBroken):
        ours.log.verify()


def check_between(ours: Side, theirs: Side, *, told: bool = True) -> str:
    """We ask, they answer; both write it down as `checks` does."""
    facts: dict[str, object] = {"asked": [theirs.node]}
    ours.log.record(Event(kind=AuditKind.CHECK_ASKED, actor="officer:sari", check=CHECK, facts=facts))
    answered = Event(kind=AuditKind.CHECK_ANSWERED, actor=f"node:{ours.node}", check=CHECK, facts={"told": 1})
    leaf = theirs.log.record(answered).leaf.hex()
    facts = {theirs.node: "answered", f"{theirs.node} log": leaf} if told else {theirs.node: "late"}
    ours.log.record(Event(kind=AuditKind.CHECK_REPORTED, actor="officer:sari", check=CHECK, facts=facts))
    return leaf


def test_both_sides_logs_of_a_check_agree(ours: Side, theirs: Side) -> None:
    theirs.grows(300)
    leaf = check_between(ours, theirs)
    theirs.grows(5)

    answer = theirs.log.answer_about(CHECK, ours.node)
    found = ours.log.reconcile(answer, theirs.node, theirs.listed)

    assert found.agrees
    assert found.agreed == (leaf,)
    assert found.size == 306
    assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer


def test_a_late_answer_agrees_too(ours: Side, theirs: Side) -> None:
    leaf = check_between(ours, theirs, told=False)
    facts = {"node": theirs.node, "state": "late", "log": leaf}
    ours.log.record(Event(kind=AuditKind.CHECK_LATE_ANSWER, actor="officer:sari", check=CHECK, facts=facts))

    assert ours.log.reconcile(theirs.log.answer_about(CHECK, ours.node), theirs.node, theirs.listed).agrees


def test_an_answer_that_never_arrived_is_shown(ours: Side, theirs: Side) -> None:
    leaf = check_between(ours, theirs, told=False)

    found = ours.log.reconcile(theirs.log.answer_about(CHECK, ours.node), theirs.node, theirs.listed)

    assert not found.agrees
    assert found.unknown == (leaf,)


def test_an_answer_the_partners_log_does_not_hold_is_shown(ours: Side, theirs: Side) -> None:
    leaf = check_between(ours, theirs)
    answer = theirs.log.answer_about(CHECK, ours.node)

    hidden = msgspec.structs.replace(answer, entries=())

    assert ours.log.reconcile(hidden, theirs.node, theirs.listed).missing == (leaf,)


def test_an_entry_that_is_not_in_the_partners_log_is_not_believed(ours: Side, theirs: Side) -> None:
    check_between(ours, theirs)
    answer = theirs.log.answer_about(CHECK, ours.node)
    invented = msgspec.structs.replace(answer.entries[0], leaf=merkle.leaf_hash(b"invented").hex())

    with pytest.raises(LogBroken) as broken:
        ours.log.reconcile(msgspec.structs.replace(answer, entries=(invented,)), theirs.node, theirs.listed)
    assert broken.value.facts["index"] == answer.entries[0].index


def test_a_partner_is_told_only_of_what_concerns_it(ours: Side, theirs: Side) -> None:
    check_between(ours, theirs)

    kinds = [entry.kind for entry in ours.log.answer_about(CHECK, theirs.node).entries]

    assert kinds == [AuditKind.CHECK_ASKED, AuditKind.CHECK_REPORTED]
    assert ours.log.answer_about(CHECK, "ph.latihan").entries == ()
    assert ours.log.answer_about("another-check", theirs.node).entries == ()


def test_an_erased_entry_is_no_longer_told(ours: Side, theirs: Side, clock: ManualClock) -> None:
    check_between(ours, theirs)
    clock.advance(timedelta(days=3 * 365 + 1))
    ours.log.erase_expired()

    assert ours.log.answer_about(CHECK, theirs.node).entries == ()
