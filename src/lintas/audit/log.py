"""The audit log of this node."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, Select, insert, select, update

from lintas.audit import checkpoints
from lintas.audit.beginnings import log_name
from lintas.audit.events import AuditKind, Entry, Event, Facts, commitment, decode, encode, leaf_of
from lintas.audit.reconciliation import Reconciliation, reconcile
from lintas.audit.tables import entries
from lintas.audit.tree import WIDTH, close_tiles, size_of, stored_nodes
from lintas.audit.verification import KEPT, Verification, verify
from lintas.clock import Clock
from lintas.errors import LogBroken
from lintas.protocol.keys import PublicKey
from lintas.protocol.messages import Checkpoint, Cosignature, LogAnswer, LogEntry
from lintas.storage import Database, remembered
from lintas.trust.merkle import consistency, inclusion
from lintas.trust.notes import Note, NoteSigner, NoteVerifier, TreeHead

_NEXT = "audit.next"
_SALT_BYTES = 16
_MOST_ENTRIES_TOLD = 200  # as many as the wire's LogAnswer carries


class AuditLog:
    """Appends, signs, proves, verifies; and witnesses the logs of partners."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        key: Ed25519PrivateKey,
        node: str,
        *,
        earlier: Sequence[PublicKey] = (),
        in_use: Callable[[], Ed25519PrivateKey] | None = None,
    ) -> None:
        """The log of a node.

        Args:
            db: Where it is kept.
            clock: Tells when things happen.
            key: The node's newest signing key.
            node: The node's name in the directory.
            earlier: Signing keys the node had before; its old checkpoints are verified with them.
            in_use: The newest signing key that partners know by now; they believe no other. `key` unless given.
        """
        self._db = db
        self._clock = clock
        self.node = node
        self._in_use = in_use or (lambda: key)
        name = log_name(node)
        self._verifiers = (NoteSigner(name, key).verifier, *checkpoints.verifiers_of(name, earlier))

    @property
    def verifier(self) -> NoteVerifier:
        """The public key of our checkpoints, to be given to an auditor."""
        return self._signer().verifier

    def _signer(self) -> NoteSigner:
        return NoteSigner(log_name(self.node), self._in_use())

    def append(self, tx: Connection, event: Event) -> Entry:
        """Add an entry inside the transaction of the deed it tells of: both are written, or neither."""
        known = remembered(tx)
        index = known[_NEXT] if _NEXT in known else size_of(tx)
        at, content, salt = self._clock.now(), encode(event), os.urandom(_SALT_BYTES)
        bound = commitment(salt, content)
        leaf = leaf_of(index, at, event.kind, bound)
        row = {"position": index, "at": at, "kind": event.kind, "commitment": bound, "leaf": leaf}
        row |= {"salt": salt, "content": content, "actor": event.actor, "check": event.check}
        tx.execute(_APPEND, row)
        known[_NEXT] = index + 1
        if (index + 1) % WIDTH == 0:
            close_tiles(tx, index + 1)
        return Entry(index, at, event.kind, event, leaf)

    def record(self, event: Event) -> Entry:
        """Add an entry in a transaction of its own; it is durable on return."""
        return self._db.write(lambda tx: self.append(tx, event))

    async def record_async(self, event: Event) -> Entry:
        """Add an entry in a transaction of its own; it is durable when awaited."""
        return await self._db.write_async(lambda tx: self.append(tx, event))

    def entries(
        self,
        *,
        kind: AuditKind | None = None,
        check: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """Entries, newest first; `before` is the index to go on from."""
        rows = select(entries).order_by(entries.c.position.desc()).limit(limit)
        for column, wanted in ((entries.c.kind, kind), (entries.c.check, check), (entries.c.actor, actor)):
            rows = rows if wanted is None else rows.where(column == wanted)
        rows = rows if since is None else rows.where(entries.c.at >= since)
        rows = rows if before is None else rows.where(entries.c.position < before)
        return self._entries(rows)

    def size(self) -> int:
        """How many entries there are."""
        with self._db.read() as tx:
            return size_of(tx)

    def checkpoint(self) -> str:
        """A signed note that fixes all entries so far, with the signatures of the witnesses that have signed it yet.

        Raises:
            LogBroken: The log no longer extends its last checkpoint; nothing is signed.
        """
        return str(self._db.write(lambda tx: checkpoints.with_cosignatures(tx, self._checkpoint(tx))))

    def checkpoint_for(self, witness: str) -> Checkpoint:
        """A checkpoint with the proof that it extends what this witness signed last: the message to send there."""
        return self._db.write(lambda tx: checkpoints.extended_for(tx, self._checkpoint(tx), witness))

    def _checkpoint(self, tx: Connection) -> Note:
        return checkpoints.current(tx, self._signer(), self.node, self._clock.now())

    def add_cosignature(self, answer: Cosignature, witness: str, keys: Sequence[PublicKey]) -> None:
        """Keep a witness's signature under one of our checkpoints.

        Raises:
            BadSignature, Malformed: It is not that witness's.
            LogBroken: The witness signed a checkpoint in our name that we do not know.
        """
        note = Note.read(answer.note)
        self._db.write(lambda tx: checkpoints.keep_cosignature(tx, note, witness, keys))

    def witness(self, shown: Checkpoint, node: str, keys: Sequence[PublicKey]) -> Cosignature:
        """Our signature under a partner's checkpoint, if its log begins with everything we saw of it.

        When the partner does not know what we saw last, we sign that once more, and it goes on from there.

        Args:
            shown: The partner's message.
            node: The partner.
            keys: Its signing keys, as the directory lists them.

        Raises:
            BadSignature, Malformed: It is not a checkpoint of that partner.
            LogBroken: It is a rollback or a fork; both notes stand in our log. So they do when it has begun again.
        """
        now = self._clock.now()

        def work(tx: Connection) -> Note | LogBroken:
            seen = checkpoints.seen_of(tx, node)
            try:
                note = checkpoints.judge(shown, node, keys, seen)
            except LogBroken as broken:
                facts: Facts = {"node": node, "shown": shown.note}
                facts["seen"] = str(seen.note) if seen else ""
                self.append(tx, Event(kind=AuditKind.LOG_WITNESS_REFUSED, actor=f"node:{node}", facts=facts))
                return broken  # not raised here: that would undo the entry that tells of it
            if checkpoints.has_begun_again(note, node, seen):
                self.append(tx, _began_again(node, shown, seen))
            checkpoints.remember_seen(tx, node, note, now)
            return note

        judged = self._db.write(work)
        if isinstance(judged, LogBroken):
            raise judged
        witness = NoteSigner(checkpoints.witness_name(self.node), self._in_use())
        return Cosignature(note=str(witness.cosign(judged.text, now)))

    def begin_again(self, tx: Connection, actor: str, decided_by: str, reason: str, seen: Mapping[str, int]) -> Entry:
        """Let the log go on under the next number: its newest entries are lost, and nothing pretends otherwise.

        Args:
            tx: The transaction of the decision.
            actor: Who decided it.
            decided_by: What partners are told of that person: role and unit, never a name.
            reason: Why, for our log and theirs.
            seen: How many entries each witness has seen of the log that ends.
        """
        last = checkpoints.newest(tx)
        lost = [f"{witness} {size}" for witness, size in sorted(seen.items())]
        facts: Facts = {"decided_by": decided_by, "reason": reason, "seen": lost, "checkpoint": str(last or "")}
        return self.append(tx, Event(kind=AuditKind.LOG_BEGUN_AGAIN, actor=actor, facts=facts))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that entry `index` stands in the log of `size` entries (`lintas.trust.merkle.verify_inclusion`)."""
        with self._db.read() as tx:
            return inclusion(index, size, stored_nodes(tx))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of `new` begins with that of `old` (`lintas.trust.merkle.verify_consistency`)."""
        with self._db.read() as tx:
            return consistency(old, new, stored_nodes(tx))

    def verify(self) -> Verification:
        """Recompute every entry, root, checkpoint and cosignature; reads the whole log.

        Raises:
            LogBroken: `index` is the first entry that is wrong or missing; with `until`, it is between the two.
        """
        with self._db.read() as tx:
            return verify(tx, self._clock.now(), self._verifiers)

    def answer_about(self, check: str, partner: str) -> LogAnswer:
        """What our log proves of one check to a partner that took part in it: kinds, hashes and proofs, no content."""

        def work(tx: Connection) -> LogAnswer:
            note = self._checkpoint(tx)
            size, nodes = TreeHead.read(note.text).size, stored_nodes(tx)
            told = [entry for entry in map(_entry, tx.execute(_of_check(check))) if _concerns(entry, partner)]
            proven = tuple(
                LogEntry(
                    kind=entry.kind,
                    leaf=entry.leaf.hex(),
                    index=entry.index,
                    proof=tuple(part.hex() for part in inclusion(entry.index, size, nodes)),
                )
                for entry in told[:_MOST_ENTRIES_TOLD]
            )
            return LogAnswer(check=check, entries=proven, checkpoint=str(note))

        return self._db.write(work)

    def reconcile(self, answer: LogAnswer, partner: str, keys: Sequence[PublicKey]) -> Reconciliation:
        """Compare what a partner's log proves of a check with what that partner told us at the time.

        Raises:
            BadSignature, Malformed: The checkpoint is not that partner's.
            LogBroken: An entry is not in the log of that checkpoint.
        """
        return reconcile(self._told(answer.check, partner), answer, partner, keys)

    def hidden(self, check: str, partner: str) -> tuple[str, ...]:
        """What is missing when a partner says its log knows nothing of a check: every answer it told us of."""
        return tuple(sorted(self._told(check, partner)))

    def _told(self, check: str, partner: str) -> set[str]:
        ours = self._entries(_of_check(check))
        return {leaf for entry in ours if entry.event for leaf in _leaves_told(entry.event, partner)}

    def erase_expired(self) -> int:
        """Erase the content of entries older than three years (rule R37) and say so in the log; how many there were."""

        def work(tx: Connection) -> int:
            until = self._clock.now() - KEPT
            expired = (entries.c.at <= until) & entries.c.content.is_not(None)
            erased = dict.fromkeys(("salt", "content", "actor", "check"))
            count = tx.execute(update(entries).where(expired).values(erased)).rowcount
            if count:
                facts: Facts = {"entries": count, "until": until.isoformat()}
                self.append(tx, Event(kind=AuditKind.LOG_CONTENT_ERASED, actor="system", facts=facts))
            return count

        return self._db.write(work)

    def _entries(self, rows: Select[Any]) -> list[Entry]:
        with self._db.read() as tx:
            return [_entry(row) for row in tx.execute(rows)]


_APPEND = insert(entries)


def _began_again(node: str, shown: Checkpoint, seen: checkpoints.Witnessed | None) -> Event:
    """A partner's log begins again: what it said of the break, and both notes, for our auditor."""
    told = shown.broken
    facts: Facts = {"node": node, "shown": shown.note, "seen": str(seen.note) if seen else ""}
    facts |= {"decided_by": told.decided_by, "reason": told.reason} if told else {}
    return Event(kind=AuditKind.LOG_PARTNER_BEGAN_AGAIN, actor=f"node:{node}", facts=facts)


def _entry(row: Row[Any]) -> Entry:
    event = None if row.content is None else decode(row.content)
    return Entry(row.position, row.at, AuditKind(row.kind), event, row.leaf)


def _of_check(check: str) -> Select[Any]:
    return select(entries).where(entries.c.check == check).order_by(entries.c.position)


def _concerns(entry: Entry, partner: str) -> bool:
    """Whether an entry tells of something between the partner and us: it acted, or it stands among the facts."""
    event = entry.event
    if event is None:
        return False
    named = any(fact == partner or (isinstance(fact, list) and partner in fact) for fact in event.facts.values())
    return event.actor == f"node:{partner}" or partner in event.facts or named


def _leaves_told(event: Event, partner: str) -> list[str]:
    """The leaf hashes a partner gave us with its answers, as `checks` writes them down."""
    told = [event.facts.get(f"{partner} log")]
    if event.facts.get("node") == partner:
        told.append(event.facts.get("log"))
    return [leaf for leaf in told if isinstance(leaf, str) and leaf]
