"""Signed notes: how a log says "this is all of me", and how a witness says "I saw it, and it only grew".

A note is text a person can read, signed by one or more keys (C2SP signed-note). A checkpoint is a note of three lines:
the log's name, its size, its root (C2SP tlog-checkpoint). A cosignature is a witness's signature with its time under
the same checkpoint (C2SP tlog-cosignature, `cosignature/v1`). The forms are those of the public transparency logs, so
that an auditor's tools read ours. https://c2sp.org
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lintas.errors import BadSignature, Malformed, TooLarge
from lintas.protocol.keys import PublicKey

MOST_BYTES = 4000  # as much as the wire's Checkpoint carries; 16 signatures fit
_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


class SignatureType(IntEnum):
    """What a key signs; part of the key's id, so that one key can never speak in the other's voice."""

    NOTE = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """The public half of a key that signs notes: its name and 32 bytes of Ed25519."""

    name: str
    public: bytes
    type: SignatureType = SignatureType.NOTE

    @classmethod
    def of(cls, name: str, key: PublicKey, type: SignatureType = SignatureType.NOTE) -> Self:
        """The verifier for a signing key as the directory lists it."""
        return cls(name, urlsafe_b64decode(f"{key.x}="), type)

    @property
    def key_id(self) -> bytes:
        """The four bytes that, with the name, tell the key."""
        return sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public).digest()[:4]

    @property
    def line(self) -> str:
        """The verifier as one line (a "vkey"), to be given to an auditor."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.type]) + self.public).decode()}"

    def stands_under(self, note: Note) -> bool:
        """Whether the note claims to be signed by this key; that it is still has to be verified."""
        return any((s.name, s.key_id) == (self.name, self.key_id) for s in note.signatures)

    def verify(self, note: Note) -> None:
        """Check that this key signed the note.

        Raises:
            BadSignature: It did not, or not this text.
        """
        self._verify(self._signature(note), note.text.encode())

    def verify_cosignature(self, note: Note) -> datetime:
        """Check that this witness signed the checkpoint; tells when it did.

        Raises:
            BadSignature: It did not, or not this checkpoint.
        """
        blob = self._signature(note)
        seconds = int.from_bytes(blob[:8])
        self._verify(blob[8:], _cosigned(note.text, seconds))
        return datetime.fromtimestamp(seconds, UTC)

    def _signature(self, note: Note) -> bytes:
        for signature in note.signatures:
            if (signature.name, signature.key_id) == (self.name, self.key_id):
                return signature.blob
        raise BadSignature(signer=self.name)

    def _verify(self, signature: bytes, signed: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature:
            raise BadSignature(signer=self.name) from None


class NoteSigner:
    """A key that signs notes under a name; the same key cosigns under the same name, with another key id."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name = name
        self._private = private
        public = private.public_key().public_bytes_raw()
        self.verifier = NoteVerifier(name, public)
        self.cosignature_verifier = NoteVerifier(name, public, SignatureType.COSIGNATURE)

    def sign(self, text: str) -> Note:
        """The text as a note with our signature under it."""
        blob = self._private.sign(text.encode())
        return Note(text, (Signature(self.name, self.verifier.key_id, blob),))

    def cosign(self, text: str, at: datetime) -> Note:
        """The checkpoint's text with our cosignature alone under it: we saw it at this time, and it only grew."""
        seconds = int(at.timestamp())
        blob = seconds.to_bytes(8) + self._private.sign(_cosigned(text, seconds))
        return Note(text, (Signature(self.name, self.cosignature_verifier.key_id, blob),))


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: whose, by which key, and the bytes."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"— {self.name} {b64encode(self.key_id + self.blob).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it. Reading one verifies nothing: ask a `NoteVerifier`."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, note: str) -> Self:
        """Take a note apart.

        Raises:
            TooLarge: It is longer than a note needs to be.
            Malformed: It is not of the form of a signed note.
        """
        if len(note.encode()) > MOST_BYTES:
            raise TooLarge(most=MOST_BYTES)
        text, blank, signatures = note.rpartition("\n\n")
        strange = any(c < " " and c != "\n" for c in note)
        if strange or not blank or not text or not signatures.endswith("\n"):
            raise Malformed(what="signed note")
        return cls(text + "\n", tuple(_read_signature(line) for line in signatures[:-1].split("\n")))

    def with_signatures_of(self, other: Note) -> Note:
        """The note with the other's signatures added; both must be of the same text.

        Raises:
            Malformed: The other is of another text.
        """
        if other.text != self.text:
            raise Malformed(what="cosignature of another checkpoint")
        return Note(self.text, self.signatures + tuple(s for s in other.signatures if s not in self.signatures))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))


def _read_signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise Malformed(what="signature line of a note")
    try:
        blob = b64decode(found["signature"], validate=True)
    except Base64Error:
        raise Malformed(what="signature line of a note") from None
    if len(blob) <= 4:
        raise Malformed(what="signature line of a note")
    return Signature(found["name"], blob[:4], blob[4:])


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: the log of this origin had this size and this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Take the text of a checkpoint apart.

        Raises:
            Malformed: It is not of the form of a checkpoint; more than three lines are not accepted.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise Malformed(what="checkpoint")
        try:
            root = b64decode(lines[2], validate=True)
        except (Base64Error, ValueError):
            raise Malformed(what="checkpoint") from None
        head = cls(lines[0], int(lines[1]), root)
        if len(root) != 32 or head.text != text:  # base64 has several spellings; we sign and accept one
            raise Malformed(what="checkpoint")
        return head
