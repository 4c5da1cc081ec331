"""Recomputing the whole log: every entry, every kept hash, every checkpoint, every witness's signature."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from msgspec import MsgspecError
from sqlalchemy import Connection, Row, select

from lintas.audit.checkpoints import signer_of, witness_name
from lintas.audit.events import commitment, decode, leaf_of
from lintas.audit.tables import checkpoints, cosignatures, entries, tiles
from lintas.audit.tree import WIDTH
from lintas.errors import LogBroken, Untrusted
from lintas.trust.merkle import Frontier, root_of
from lintas.trust.notes import Note, NoteVerifier, SignatureType, TreeHead

KEPT = timedelta(days=3 * 365 + 1)
"""How long content is kept (rule R37: three years)."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was recomputed and found right."""

    size: int
    root: str  # base64, as it stands in a checkpoint
    erased: int  # entries whose content's retention has run out
    checkpoints: int
    fixed: int  # entries that a checkpoint covers; the rest is as trustworthy as the disk
    cosignatures: int
    witnesses: tuple[str, ...]


def verify(tx: Connection, now: datetime, verifiers: Sequence[NoteVerifier]) -> Verification:
    """Recompute the log and hold it against what was signed.

    Args:
        tx: A read transaction: everything is of one moment.
        now: The present; content may be missing only from entries that are old enough.
        verifiers: The keys this node has signed its checkpoints with.

    Raises:
        LogBroken: `index` is the first entry that is wrong or missing; with `until`, it is between the two.
    """
    walk = _Walk(_heads(tx, verifiers), _kept_hashes(tx))
    erased = 0
    rows = select(entries).order_by(entries.c.position).execution_options(yield_per=2000)
    try:
        with tx.execute(rows) as found:  # closed even when the walk ends early
            for row in found:
                walk.step(_leaf(row, walk.size, now))
                erased += row.content is None
    except (TypeError, ValueError) as error:  # SQLite keeps whatever is put in: text where bytes or a moment belong
        raise LogBroken(index=walk.size, reason="unreadable") from error
    walk.end()
    witnesses = list(_cosignatures(tx))
    return Verification(
        size=walk.size,
        root=b64encode(walk.frontier.root()).decode(),
        erased=erased,
        checkpoints=len(walk.heads),
        fixed=max(walk.heads, default=0),
        cosignatures=len(witnesses),
        witnesses=tuple(sorted(set(witnesses))),
    )


def _leaf(row: Row[Any], expected: int, now: datetime) -> bytes:
    """The leaf of one row, recomputed from everything that stands in it."""
    if row.position != expected:
        raise LogBroken(index=expected, reason="missing")
    if row.content is None:
        _require(row.at + KEPT <= now, expected, "content is missing before its time")
        _require((row.salt, row.actor, row.check) == (None, None, None), expected, "half erased")
    else:
        _require(compare_digest(commitment(row.salt or b"", row.content), row.commitment), expected, "changed")
        try:
            event = decode(row.content)
        except MsgspecError:
            raise LogBroken(index=expected, reason="unreadable") from None
        same = (event.kind, event.actor, event.check) == (row.kind, row.actor, row.check)
        _require(same, expected, "columns differ from the content")
    leaf = leaf_of(row.position, row.at, row.kind, row.commitment)
    _require(compare_digest(leaf, row.leaf), expected, "changed")
    return leaf


def _require(holds: bool, index: int, reason: str) -> None:  # noqa: FBT001 - it reads as the sentence it is
    if not holds:
        raise LogBroken(index=index, reason=reason)


class _Walk:
    """Leaves in order, held against checkpoints and kept hashes as their last leaf goes by."""

    def __init__(self, heads: dict[int, bytes], kept: dict[tuple[int, int], bytes]) -> None:
        self.heads = heads
        self.frontier = Frontier()
        self._kept = kept
        self._filling: list[list[bytes]] = [[]]
        self._good = 0  # a checkpoint or kept hash says that everything before is right
        self._hold_checkpoint()

    @property
    def size(self) -> int:
        return self.frontier.size

    def step(self, leaf: bytes) -> None:
        self.frontier.append(leaf)
        self._fill(0, leaf)
        self._hold_checkpoint()

    def _hold_checkpoint(self) -> None:
        wanted = self.heads.get(self.size)
        if wanted is not None:
            self._hold(self.frontier.root() == wanted, "does not fit its checkpoint")

    def _fill(self, level: int, hash_: bytes) -> None:
        if level == len(self._filling):
            self._filling.append([])
        self._filling[level].append(hash_)
        if len(self._filling[level]) == WIDTH:
            above = root_of(self._filling[level])
            self._filling[level] = []
            number = self.size // WIDTH ** (level + 1) - 1
            self._hold(self._kept.pop((level + 1, number), None) == above, "does not fit the hashes kept of it")
            self._fill(level + 1, above)

    def _hold(self, fits: bool, reason: str) -> None:  # noqa: FBT001 - it reads as the sentence it is
        if not fits:
            raise LogBroken(index=self._good, until=max(self.size - 1, 0), reason=reason)
        self._good = self.size

    def end(self) -> None:
        """Nothing may be left over: neither checkpoints nor kept hashes of entries that are not there."""
        if max(self.heads, default=0) > self.size or self._kept:
            raise LogBroken(index=self.size, reason="missing")


def _heads(tx: Connection, verifiers: Sequence[NoteVerifier]) -> dict[int, bytes]:
    """The root by size of every checkpoint we signed."""
    heads = {}
    for size, text in tx.execute(select(checkpoints.c.size, checkpoints.c.note)):
        try:
            note = Note.read(text)
            signer_of(note, verifiers).verify(note)
            head = TreeHead.read(note.text)
        except Untrusted as error:
            raise LogBroken(size=size, reason="checkpoint is not ours") from error
        if head.size != size:
            raise LogBroken(size=size, reason="checkpoint is not ours")
        heads[size] = head.root
    return heads


def _kept_hashes(tx: Connection) -> dict[tuple[int, int], bytes]:
    return {(level, number): hash_ for level, number, hash_ in tx.execute(select(tiles))}


def _cosignatures(tx: Connection) -> Iterator[str]:
    """The witness of every cosignature, each verified over the checkpoint of ours it stands under."""
    rows = select(cosignatures, checkpoints.c.note.label("ours")).join(
        checkpoints, checkpoints.c.size == cosignatures.c.size, isouter=True
    )
    for row in tx.execute(rows):
        verifier = NoteVerifier(witness_name(row.witness), row.key, SignatureType.COSIGNATURE)
        try:
            note = Note.read(row.note)
            verifier.verify_cosignature(note)
        except Untrusted as error:
            raise LogBroken(size=row.size, witness=row.witness, reason="cosignature is not the witness's") from error
        if row.ours is None or Note.read(row.ours).text != note.text:
            raise LogBroken(size=row.size, witness=row.witness, reason="cosigned another checkpoint")
        yield row.witness
