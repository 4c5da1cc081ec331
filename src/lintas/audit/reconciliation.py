"""Laying both sides' logs of a check together (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lintas.audit.checkpoints import note_of
from lintas.audit.events import AuditKind
from lintas.protocol.keys import PublicKey
from lintas.protocol.messages import LogAnswer
from lintas.trust.merkle import verify_inclusion
from lintas.trust.notes import TreeHead

ANSWERS = frozenset({AuditKind.CHECK_ANSWERED, AuditKind.CHECK_DECLINED})


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What both logs say of one check; leaf hashes in hex."""

    check: str
    partner: str
    size: int  # of the partner's log, as its checkpoint says
    agreed: tuple[str, ...]  # answers we were told of and that stand in the partner's log
    missing: tuple[str, ...]  # answers we were told of and that do not: the partner's log hides something
    unknown: tuple[str, ...]  # answers in the partner's log that never reached us: lost on the way, or not ours

    @property
    def agrees(self) -> bool:
        """Whether both logs say the same."""
        return not self.missing and not self.unknown


def reconcile(told: Collection[str], answer: LogAnswer, partner: str, keys: Sequence[PublicKey]) -> Reconciliation:
    """Compare the answers a partner told us of with the entries its log proves.

    Args:
        told: The leaf hashes that came with the partner's answers, from our own log.
        answer: What the partner's node says its log holds.
        partner: The partner's node.
        keys: Its signing keys, as the directory lists them.

    Raises:
        BadSignature, Malformed: The checkpoint is not that partner's.
        LogBroken: An entry is not in the log of that checkpoint; `index` is its place.
    """
    note = note_of(answer.checkpoint, partner, keys)
    head = TreeHead.read(note.text)
    for entry in answer.entries:
        path = [bytes.fromhex(part) for part in entry.proof]
        verify_inclusion(bytes.fromhex(entry.leaf), entry.index, head.size, path, head.root)
    proven = {entry.leaf for entry in answer.entries}
    answers = {entry.leaf for entry in answer.entries if entry.kind in ANSWERS}
    known = set(told)
    return Reconciliation(
        check=answer.check,
        partner=partner,
        size=head.size,
        agreed=tuple(sorted(known & proven)),
        missing=tuple(sorted(known - proven)),
        unknown=tuple(sorted(answers - known)),
    )
