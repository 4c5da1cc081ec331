"""Merkle trees, signed notes and cosignatures, written from RFC 9162 §2.1 and C2SP alone. SPEC §14."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from writer import Key

from conformance.wire import Deviation, Listed, need

NOTE, COSIGNATURE = b"\x01", b"\x04"


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


def tree(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (2.1.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = split(len(leaves))
    return node_hash(tree(leaves[:k]), tree(leaves[k:]))


def consistency(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that these leaves begin with the first `old` of them (2.1.4.1)."""
    return _subproof(old, leaves, whole=True) if 0 < old < len(leaves) else []


def _subproof(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [tree(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*_subproof(old, leaves[:k], whole=whole), tree(leaves[k:])]
    return [*_subproof(old - k, leaves[k:], whole=False), tree(leaves[:k])]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that the proof leads to (2.1.3.2), walked down by halves and up again."""
    need(0 <= index < size, "entry", index, "of", size)
    turns = []
    while size > 1:
        k = split(size)
        turns.append(index < k)
        index, size = (index, k) if index < k else (index - k, size - k)
    need(len(turns) == len(proof), "a proof of", len(proof), "hashes instead of", len(turns))
    for on_the_left, sibling in zip(reversed(turns), proof, strict=True):
        leaf = node_hash(leaf, sibling) if on_the_left else node_hash(sibling, leaf)
    return leaf


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """The tree of `new` leaves begins with the tree of `old` leaves (2.1.4.2)."""
    need(0 <= old <= new, "a log that shrank from", old, "to", new)
    if old in (0, new):
        need(not proof and (old == 0 or old_root == new_root), "another root of the same size", old)
        return
    rest = list(proof)
    first, second = _both(old, new, rest, old_root)
    need(not rest and (first, second) == (old_root, new_root), "log does not extend", old, "by", new)


def _both(old: int, new: int, rest: list[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """Both roots out of the hashes of the proof; `known` is the old root while it is the whole left edge."""
    if old == new:
        found = known if known is not None else _next(rest)
        return found, found
    k = split(new)
    if old <= k:
        first, second = _both(old, k, rest, known)
        return first, node_hash(second, _next(rest))
    first, second = _both(old - k, new - k, rest, None)
    left = _next(rest)
    return node_hash(left, first), node_hash(left, second)


def _next(rest: list[bytes]) -> bytes:
    need(rest, "a proof that is too short")
    return rest.pop(0)


@dataclass(frozen=True)
class Head:
    """What a checkpoint says."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]  # name, key id and blob

    @classmethod
    def read(cls, note: str) -> Head:
        """Take a signed note apart (14.4)."""
        text, blank, lines = note.rpartition("\n\n")
        need(blank and lines.endswith("\n"), "not a signed note")
        origin, size, root = text.split("\n")
        signatures = []
        for line in lines[:-1].split("\n"):
            dash, name, blob = line.split(" ")
            need(dash == "—", "signature line", line)
            signatures.append((name, b64decode(blob, validate=True)))
        return cls(f"{text}\n", origin, int(size), b64decode(root, validate=True), tuple(signatures))

    def signed(self, name: str, keys: Sequence[Listed]) -> None:
        """It has to be signed under this name by one of these keys."""
        _verified(self, name, keys, NOTE)

    def cosigned(self, name: str, keys: Sequence[Listed]) -> None:
        """It has to be cosigned under this name by one of these keys (14.8)."""
        _verified(self, name, keys, COSIGNATURE)


def _verified(head: Head, name: str, keys: Sequence[Listed], kind: bytes) -> None:
    for key in keys:
        for signer, blob in head.signatures:
            if (signer, blob[:4]) == (name, key_id(name, key.raw, kind)):
                try:
                    Ed25519PublicKey.from_public_bytes(key.raw).verify(*_signature(head.text, blob[4:], kind))
                except InvalidSignature as error:
                    raise Deviation(f"the signature of {name} does not verify") from error
                return
    raise Deviation(f"no signature of {name} under the note: {[signer for signer, _ in head.signatures]}")


def _signature(text: str, blob: bytes, kind: bytes) -> tuple[bytes, bytes]:
    if kind == NOTE:
        return blob, text.encode()
    return blob[8:], f"cosignature/v1\ntime {int.from_bytes(blob[:8])}\n{text}".encode()


def key_id(name: str, raw: bytes, kind: bytes) -> bytes:
    """The four bytes that name a key under a note."""
    return sha256(name.encode() + b"\n" + kind + raw).digest()[:4]


def checkpoint(node: str, leaves: Sequence[bytes], key: Key, *, number: int = 1) -> str:
    """A signed note over a log of ours; `number` is higher once it has begun again."""
    name = f"{node}/log"
    text = f"{name if number == 1 else f'{name}/{number}'}\n{len(leaves)}\n{b64encode(tree(leaves)).decode()}\n"
    blob = key_id(name, key.raw, NOTE) + key.private.sign(text.encode())
    return f"{text}\n— {name} {b64encode(blob).decode()}\n"
