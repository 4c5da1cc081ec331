"""Checkpoints of our log, and what witnesses sign: theirs under ours, ours under theirs.

The rule of a witness (C2SP tlog-witness): sign only a log that begins with everything seen of it before. One honest
witness is enough to make a rewritten log visible; two logs shown to two partners cannot both be cosigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from lintas.audit import beginnings
from lintas.audit.beginnings import log_name
from lintas.audit.events import AuditKind
from lintas.audit.tables import checkpoints, cosignatures, witnessed
from lintas.audit.tree import size_of, stored_nodes
from lintas.errors import BadSignature, LogBroken
from lintas.protocol.keys import PublicKey
from lintas.protocol.messages import Checkpoint
from lintas.storage import upsert
from lintas.trust.merkle import consistency, root, verify_consistency, verify_inclusion
from lintas.trust.notes import Note, NoteSigner, NoteVerifier, SignatureType, TreeHead


def witness_name(node: str) -> str:
    """The name under which a node witnesses other logs."""
    return f"{node}/witness"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What we saw last of a partner's log."""

    node: str
    head: TreeHead
    note: Note
    at: datetime


def current(tx: Connection, signer: NoteSigner, node: str, at: datetime) -> Note:
    """The checkpoint over all entries; signed and kept if the log has grown since the last.

    Raises:
        LogBroken: The log no longer extends its last checkpoint. Signing on would make the break look right.
    """
    size, nodes = size_of(tx), stored_nodes(tx)
    last = newest(tx)
    if last is not None:
        head = TreeHead.read(last.text)
        if head.size > size:
            raise LogBroken(index=size, reason="missing")
        if root(head.size, nodes) != head.root:
            raise LogBroken(size=head.size, reason="does not fit its checkpoint")
        if head.size == size:
            return last
    note = signer.sign(TreeHead(beginnings.name_now(tx, node), size, root(size, nodes)).text)
    tx.execute(insert(checkpoints), {"size": size, "at": at, "note": str(note)})
    return note


def newest(tx: Connection) -> Note | None:
    """The last checkpoint signed."""
    text = tx.scalar(select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1))
    return None if text is None else Note.read(text)


def with_cosignatures(tx: Connection, note: Note) -> Note:
    """A checkpoint of ours with every witness's signature under it."""
    size = TreeHead.read(note.text).size
    rows = select(cosignatures.c.note).where(cosignatures.c.size == size).order_by(cosignatures.c.witness)
    for text in tx.scalars(rows).all():
        note = note.with_signatures_of(Note.read(text))
    return note


def extended_for(tx: Connection, note: Note, witness: str) -> Checkpoint:
    """A checkpoint of ours for one witness, with the proof that it extends what that witness signed last."""
    size = TreeHead.read(note.text).size
    since = beginnings.started_at(tx)
    rows = select(cosignatures.c.size).where(cosignatures.c.witness == witness, cosignatures.c.size > since)
    seen = tx.scalar(rows.order_by(cosignatures.c.at.desc(), cosignatures.c.size.desc()).limit(1)) or 0
    if seen > size:
        raise LogBroken(index=size, witness=witness, reason="the witness saw more entries than there are")
    proof = consistency(seen, size, stored_nodes(tx))
    broken = None if seen else beginnings.told(tx, size)
    return Checkpoint(note=str(note), proof=tuple(part.hex() for part in proof), extends=seen, broken=broken)


def keep_cosignature(tx: Connection, note: Note, witness: str, keys: Sequence[PublicKey]) -> None:
    """Keep a witness's signature under one of our checkpoints.

    Raises:
        BadSignature: It is not that witness's.
        LogBroken: The witness signed a checkpoint in our name that we do not know: our log was rolled back or forked.
    """
    verifiers = verifiers_of(witness_name(witness), keys, SignatureType.COSIGNATURE)
    verifier = signer_of(note, verifiers)
    at = verifier.verify_cosignature(note)
    head = TreeHead.read(note.text)
    ours = tx.scalar(select(checkpoints.c.note).where(checkpoints.c.size == head.size))
    if ours is None or Note.read(ours).text != note.text:
        raise LogBroken(size=head.size, witness=witness, reason="not a checkpoint of this log")
    row = {"size": head.size, "witness": witness, "at": at, "note": str(note), "key": verifier.public}
    tx.execute(upsert(cosignatures, ["size", "witness"]), row)


def seen_of(tx: Connection, node: str) -> Witnessed | None:
    """What we saw last of a partner's log."""
    row = tx.execute(select(witnessed.c.note, witnessed.c.at).where(witnessed.c.node == node)).one_or_none()
    if row is None:
        return None
    note = Note.read(row.note)
    return Witnessed(node, TreeHead.read(note.text), note, row.at)


def judge(shown: Checkpoint, node: str, keys: Sequence[PublicKey], seen: Witnessed | None) -> Note:
    """The checkpoint of a partner that we can sign: the one shown, if it extends what we saw of that log before.

    When the partner does not know what we saw last (its node or ours was restored, or our answer got lost), it is the
    one we saw: signed once more it tells the partner where to begin its next proof.

    A log that has begun again (`has_begun_again`) is judged by what it says of the break.

    Raises:
        BadSignature, Malformed: It is not a checkpoint of that partner.
        LogBroken: The log shown is a rollback or a fork.
    """
    note = note_of(shown.note, node, keys)
    head = TreeHead.read(note.text)
    if seen is None:
        return note
    if has_begun_again(note, node, seen):
        _require_the_break_is_told(shown, node, head)
        return note
    if beginnings.number_of(head.origin, node) < beginnings.number_of(seen.head.origin, node):
        raise LogBroken(node=node, seen=seen.head.size, shown=head.size, reason="a log that has ended")
    if head.size < seen.head.size:
        raise LogBroken(node=node, seen=seen.head.size, shown=head.size, reason="rolled back")
    if seen.head.size not in {shown.extends, head.size}:
        return seen.note
    proof = [] if head.size == seen.head.size else [bytes.fromhex(part) for part in shown.proof]
    verify_consistency(seen.head.size, seen.head.root, head.size, head.root, proof)
    return note


def has_begun_again(note: Note, node: str, seen: Witnessed | None) -> bool:
    """Whether a partner's log goes by a later number than what we saw of it."""
    number = beginnings.number_of(TreeHead.read(note.text).origin, node)
    return seen is not None and number > beginnings.number_of(seen.head.origin, node)


def _require_the_break_is_told(shown: Checkpoint, node: str, head: TreeHead) -> None:
    """Raise LogBroken unless the partner says who decided that its log begins again, and an entry of it tells so."""
    told = shown.broken
    if told is None:
        raise LogBroken(node=node, shown=head.size, reason="it begins again and does not say so")
    if told.entry.kind != AuditKind.LOG_BEGUN_AGAIN:
        raise LogBroken(node=node, shown=head.size, reason="the entry does not tell of the break")
    proof = [bytes.fromhex(part) for part in told.entry.proof]
    verify_inclusion(bytes.fromhex(told.entry.leaf), told.entry.index, head.size, proof, head.root)


def note_of(text: str, node: str, keys: Sequence[PublicKey]) -> Note:
    """A checkpoint of a partner's log, its signature verified.

    Raises:
        BadSignature, Malformed: It is not a checkpoint of that partner.
    """
    note = Note.read(text)
    signer_of(note, verifiers_of(log_name(node), keys)).verify(note)
    beginnings.number_of(TreeHead.read(note.text).origin, node)
    return note


def remember_seen(tx: Connection, node: str, note: Note, at: datetime) -> None:
    """Keep what we signed of a partner's log, before the signature leaves."""
    row = {"node": node, "size": TreeHead.read(note.text).size, "at": at, "note": str(note)}
    tx.execute(upsert(witnessed, ["node"]), row)


def verifiers_of(
    name: str, keys: Iterable[PublicKey], type: SignatureType = SignatureType.NOTE
) -> tuple[NoteVerifier, ...]:
    """The verifiers of a node's signing keys under a name."""
    return tuple(NoteVerifier.of(name, key, type) for key in keys)


def signer_of(note: Note, verifiers: Sequence[NoteVerifier]) -> NoteVerifier:
    """The key among these whose signature stands under the note; it is still to be verified."""
    for verifier in verifiers:
        if verifier.stands_under(note):
            return verifier
    raise BadSignature(signer=verifiers[0].name if verifiers else "")
