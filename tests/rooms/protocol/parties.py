"""Two agencies and a stranger, invented, with real keys; and what they send each other."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from joserfc import jws

from lintas.clock import ManualClock
from lintas.errors import DirectoryExpired, UnknownSender
from lintas.model import (
    Asker,
    Intent,
    Justification,
    Purpose,
    Role,
    Subject,
    SubjectCategory,
    SubjectKind,
)
from lintas.protocol import Message, NodeKeys, Opened, Peer, SeenInMemory, open_envelope, seal
from lintas.protocol import envelope as wire
from lintas.protocol.messages import CheckQuestion

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


@dataclass
class Agency:
    """A node with its keys."""

    node: str
    keys: NodeKeys = field(default_factory=NodeKeys.generate)

    @property
    def peer(self) -> Peer:
        """As others know it."""
        public = self.keys.public()
        return Peer(self.node, (public.signing,), (public.sealing,))


@dataclass
class Book:
    """A directory for envelopes: who is in it, and until when it holds."""

    peers: dict[str, Peer]
    expires: datetime = NOW + timedelta(days=1)

    def check_fresh(self, now: datetime) -> None:
        if now >= self.expires:
            raise DirectoryExpired

    def peer(self, node: str) -> Peer:
        if node not in self.peers:
            raise UnknownSender(sender=node)
        return self.peers[node]


class Scene:
    """Jakarta writes to Kuala Lumpur; the stranger is in nobody's directory."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.jakarta, self.kl, self.stranger = Agency("id.latihan"), Agency("my.latihan"), Agency("xx.asing")
        self.book = Book({agency.node: agency.peer for agency in (self.jakarta, self.kl)})
        self.seen = SeenInMemory(self.clock)

    def sealed(self, message: Message | None = None, **changes: Any) -> bytes:
        """An envelope from Jakarta to Kuala Lumpur."""
        given: dict[str, Any] = {
            "sender": self.jakarta.node,
            "recipient": self.kl.peer,
            "keys": self.jakarta.keys,
            "now": self.clock.now(),
            "directory_version": 7,
        }
        return seal(message or question(), **{**given, **changes})

    def opened(self, raw: bytes, **changes: Any) -> Opened:
        """What Kuala Lumpur makes of it."""
        given: dict[str, Any] = {
            "us": self.kl.node,
            "keys": self.kl.keys,
            "directory": self.book,
            "seen": self.seen,
            "now": self.clock.now(),
        }
        return open_envelope(raw, **{**given, **changes})

    def list(self, agency: Agency, **keys: Any) -> None:
        """List an agency in the directory, with these keys instead of its own."""
        self.book.peers[agency.node] = replace(agency.peer, **keys)


def question(name: str = "Budi Santoso", *more: str) -> CheckQuestion:
    """Who is this?"""
    return CheckQuestion(
        check="pemeriksaan-0001",
        subject=Subject(SubjectKind.PERSON, {"name": (name, *more), "birthDate": ("1970-08-17",)}),
        justification=Justification(
            Purpose.INVESTIGATE, "UU 8/1981", "LP/001/2026", SubjectCategory.SUSPECT, Intent.IDENTIFY
        ),
        asker=Asker("id.latihan", "id", "p-4711", Role.INVESTIGATOR),
        answer_by=NOW + timedelta(seconds=2),
    )


def plain(segment: bytes) -> bytes:
    """A segment as anybody can read it."""
    return urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


def decoded(segment: bytes) -> dict[str, Any]:
    """A header as anybody can read it."""
    return msgspec.json.decode(plain(segment))


def encoded(value: object) -> bytes:
    """Anything as a segment."""
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return urlsafe_b64encode(raw).rstrip(b"=")


def resigned(raw: bytes, agency: Agency, **changes: Any) -> bytes:
    """The same content under a changed header, properly signed by an agency; None takes a member out."""
    header, payload, _ = raw.split(b".")
    members = decoded(header) | {"kid": agency.keys.signing[0].kid} | changes
    kept = {name: value for name, value in members.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)
    registry.max_payload_length, registry.max_header_length = 2**24, 2**16
    return jws.serialize_compact(kept, plain(payload), agency.keys.signing[0], registry=registry).encode()


def with_payload(raw: bytes, agency: Agency, payload: bytes) -> bytes:
    """Another content under the same header, properly signed by an agency."""
    header, _, _ = raw.split(b".")
    return resigned(b".".join((header, encoded(payload), b"")), agency)


def sealed_inside(scene: Scene, raw: bytes, inside: bytes, **header: Any) -> bytes:
    """Any content, properly sealed for Kuala Lumpur and signed by Jakarta."""
    members = {
        "alg": "ECDH-ES",
        "enc": "A256GCM",
        "typ": "lintas+jwe",
        "cty": "json",
        "kid": scene.kl.keys.sealing[0].kid,
    }
    registry = wire.jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM", "DEF"], strict_check_header=False)
    registry.max_ciphertext_length = 2**24
    sealed = wire.jwe.encrypt_compact(members | header, inside, scene.kl.keys.sealing[0], registry=registry)
    return with_payload(raw, scene.jakarta, sealed.encode())
