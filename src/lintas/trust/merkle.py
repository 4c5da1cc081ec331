"""The Merkle tree of a log (RFC 9162 §2.1): roots, and the two proofs that make a log worth trusting.

*Inclusion*: this entry stands in the log of that root. *Consistency*: the log of the new root begins with the log of
the old root, so nothing was changed, removed or put in. Proofs are made from the hashes of perfect subtrees, handed in
as a function, so that a log of millions is proven without hashing it again; they are verified from the proof alone.

What fails to prove is raised (`LogBroken`), never returned: a proof nobody looks at proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from typing import TypeAlias

from lintas.errors import LogBroken

EMPTY_ROOT = sha256(b"").digest()
"""The root of the log without entries."""

Nodes: TypeAlias = Callable[[int, int], bytes]
"""Tells the hash of the perfect subtree number `index` of 2**level leaves: `nodes(0, 5)` is the hash of leaf 5."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry. The first byte keeps a leaf from being passed off as a node."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The compact state of a growing log: the roots of its perfect subtrees, left to right; at most 64 hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next entry; constant time on average."""
        carried, size = leaf, self.size
        while size & 1:  # as in counting in binary: two equal subtrees become one of twice the size
            carried = node_hash(self._peaks.pop(), carried)
            size >>= 1
        self._peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root of the log so far."""
        return _folded(self._peaks) if self._peaks else EMPTY_ROOT


def _folded(peaks: Sequence[bytes]) -> bytes:
    right = peaks[-1]
    for left in reversed(peaks[:-1]):
        right = node_hash(left, right)
    return right


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    """The subtree hashes of a log whose leaf hashes are all at hand."""

    @cache
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the log when it had `size` entries."""
    return _span(0, size, nodes) if size else EMPTY_ROOT


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that entry `index` stands in the log of `size` entries (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a log of {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _left_part(end - begin)
        if index < middle:
            path.append(_span(middle, end, nodes))
            end = middle
        else:
            path.append(_span(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The proof that the log of `new` entries begins with the log of `old` entries (RFC 9162 §2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"a log of {new} does not begin with one of {old}")
    if old in {0, new}:
        return []  # nothing to prove: every log begins with the empty one, and with itself
    begin, end, path = 0, new, []
    while old != end:
        middle = begin + _left_part(end - begin)
        if old <= middle:
            path.append(_span(middle, end, nodes))
            end = middle
        else:
            path.append(_span(begin, middle, nodes))
            begin = middle
    if begin:  # otherwise the verifier knows this hash: it is the old root itself
        path.append(_span(begin, end, nodes))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf stands at `index` in the log of this size and root (RFC 9162 §2.1.3.2).

    Raises:
        LogBroken: It does not, or the proof is not one.
    """
    _require(0 <= index < size, index=index, size=size)
    position, last, computed = index, size - 1, leaf
    for sibling in proof:
        _require(last > 0, index=index, size=size)
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    _require(last == 0 and compare_digest(computed, root), index=index, size=size)


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the log of size `new` begins with the log of size `old` (RFC 9162 §2.1.4.2).

    Raises:
        LogBroken: It does not: entries were changed, removed or put in, or the proof is not one.
    """
    _require(0 <= old <= new, old=old, new=new)
    if old in {0, new}:
        known = old_root == new_root if old == new else old_root == EMPTY_ROOT
        _require(known and not proof, old=old, new=new)
        return
    # (1) When the old log is one perfect subtree, its root is the first hash and is left out of the proof.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    _require(bool(path), old=old, new=new)
    # (2) Climb to where the old log's last subtree begins to be a right child, or its last.
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    # (3) Compute both roots from the same hashes, side by side.
    first = second = path[0]
    for sibling in path[1:]:
        _require(last > 0, old=old, new=new)
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    # (4) Both have to come out.
    _require(compare_digest(first, old_root) and compare_digest(second, new_root) and last == 0, old=old, new=new)


def _require(holds: bool, **facts: int) -> None:  # noqa: FBT001 - it reads as the sentence it is
    if not holds:
        raise LogBroken(**facts)


def _left_part(size: int) -> int:
    """The largest power of two smaller than `size`: how many leaves stand left of the root's middle."""
    return 1 << ((size - 1).bit_length() - 1)


def _span(begin: int, end: int, nodes: Nodes) -> bytes:
    """The hash over leaves [begin, end), where `begin` starts a subtree of the log."""
    peaks = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        peaks.append(nodes(level, begin >> level))
        begin += 1 << level
    return _folded(peaks)
