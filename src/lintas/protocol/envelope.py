"""Seal a message for one node, open what another node sealed for us. SPEC §4 and §5.

An envelope is a compact JWS (Ed25519) over the bytes of a compact JWE (ECDH-ES X25519, A256GCM) of the message. We sign
bytes and not their meaning, so two nodes need not agree on how to spell a number; whoever carries the envelope reads
sender, recipient and times, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Annotated, Literal, Protocol, TypeVar

import msgspec
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.registry import HeaderParameter
from joserfc.util import urlsafe_b64decode
from msgspec import Meta

from lintas.errors import BadSignature, Malformed, NotForUs, OutOfTime, PeerUnreachable, Replayed, TooLarge
from lintas.model import Noun
from lintas.protocol.keys import NodeKeys, PublicKey
from lintas.protocol.limits import LIMITS
from lintas.protocol.messages import Id, Message, NodeId

VERSION = 1
Seconds = Annotated[int, Meta(ge=0, lt=2**36)]
KeyId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]
T = TypeVar("T")


class Header(Noun):
    """The outer protected header: all that a carrier sees."""

    alg: Literal["Ed25519"]
    typ: Literal["lintas+jws"]
    kid: KeyId
    ver: Literal[1]
    iss: NodeId
    aud: NodeId
    iat: Seconds
    exp: Seconds
    jti: Id
    dv: Annotated[int, Meta(ge=0, lt=2**53)]


class EphemeralKey(Noun):
    """The sender's one-time key of ECDH-ES."""

    kty: Literal["OKP"]
    crv: Literal["X25519"]
    x: KeyId


class SealHeader(Noun):
    """The inner protected header. It has no `zip`, so nothing can unfold into gigabytes."""

    alg: Literal["ECDH-ES"]
    enc: Literal["A256GCM"]
    typ: Literal["lintas+jwe"]
    cty: Literal["json"]
    kid: KeyId
    epk: EphemeralKey


class Inside(Noun):
    """The sealed content. It repeats who writes to whom, so that nobody can sign another's ciphertext as their own."""

    sender: NodeId
    recipient: NodeId
    id: Id
    message: Message


@dataclass(frozen=True, slots=True)
class Peer:
    """A node as far as an envelope is concerned: its name and its public keys, newest first."""

    node: str
    signing: tuple[PublicKey, ...]
    sealing: tuple[PublicKey, ...]


class Recipient(Protocol):
    """Whom a message can be sealed for: a `Peer`, or a member of the directory."""

    @property
    def node(self) -> str:
        """The recipient's name."""

    @property
    def sealing(self) -> tuple[PublicKey, ...]:
        """The recipient's sealing keys, newest first."""


class Peers(Protocol):
    """The directory as far as an envelope is concerned."""

    def check_fresh(self, now: datetime) -> None:
        """Raise DirectoryExpired when the directory no longer holds."""

    def peer(self, node: str) -> Peer:
        """The member with this name; raises UnknownSender."""


class SeenIds(Protocol):
    """Remembers which messages have been received."""

    def remember(self, sender: str, id: str, until: datetime) -> bool:
        """Whether the id is new; it is remembered at least until the moment given."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that can be trusted. Only `open_envelope` makes one."""

    message: Message
    sender: str
    id: str
    sent_at: datetime
    directory_version: int


class _JwsRegistry(jws.JWSRegistry):
    max_header_length = LIMITS.header
    max_payload_length = LIMITS.envelope
    max_signature_length = 128


class _JweRegistry(jwe.JWERegistry):
    max_protected_header_length = LIMITS.header
    max_encrypted_key_length = 0
    max_ciphertext_length = LIMITS.envelope


_JWS = _JwsRegistry(
    header_registry={name: HeaderParameter(name, "str") for name in ("iss", "aud", "jti")}
    | {name: HeaderParameter(name, "int") for name in ("ver", "iat", "exp", "dv")},
    algorithms=["Ed25519"],
)
_JWE = _JweRegistry(algorithms=["ECDH-ES", "A256GCM"])
_encoder = msgspec.json.Encoder()
_header = msgspec.json.Decoder(Header)
_seal_header = msgspec.json.Decoder(SealHeader)
_inside = msgspec.json.Decoder(Inside)


def seal(  # noqa: PLR0913 - who, to whom, what and when are all part of what is signed
    message: Message,
    *,
    sender: str,
    recipient: Recipient,
    keys: NodeKeys,
    now: datetime,
    directory_version: int,
    lifetime: timedelta = LIMITS.lifetime,
    id: str | None = None,
) -> bytes:
    """Seal a message for one recipient and sign it. SPEC §4.

    Args:
        message: What is said.
        sender: Our own node.
        recipient: The member it is sealed for.
        keys: Our own keys; the newest signing key signs.
        now: The present moment.
        directory_version: The version of the directory we go by, so that a partner with an older one notices.
        lifetime: How long the envelope may travel. Every attempt to send is sealed anew.
        id: The envelope's id; a fresh one unless given.

    Raises:
        PeerUnreachable: The directory lists no valid sealing key of the recipient.
    """
    id = id or token_urlsafe(18)
    sealing = next((key for key in recipient.sealing if key.is_valid(now)), None)
    if sealing is None:
        raise PeerUnreachable(node=recipient.node, missing="sealing key")
    inside = _encoder.encode(Inside(sender=sender, recipient=recipient.node, id=id, message=message))
    seal_header = {"alg": "ECDH-ES", "enc": "A256GCM", "typ": "lintas+jwe", "cty": "json", "kid": sealing.kid}
    ciphertext = jwe.encrypt_compact(seal_header, inside, sealing.jwk(), registry=_JWE)
    header = {
        "alg": "Ed25519",
        "typ": "lintas+jws",
        "kid": keys.signing[0].kid,
        "ver": VERSION,
        "iss": sender,
        "aud": recipient.node,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "jti": id,
        "dv": directory_version,
    }
    return jws.serialize_compact(header, ciphertext, keys.signing[0], registry=_JWS).encode("ascii")


def read_header(raw: bytes) -> Header:
    """The outer header, *not yet verified*: enough to fetch a newer directory, or to compare with the certificate.

    Raises:
        TooLarge: Larger than the protocol allows.
        Malformed: Not of the prescribed form.
    """
    # (1) Size, before anything is parsed.
    if len(raw) > LIMITS.envelope:
        raise TooLarge(bytes=len(raw), limit=LIMITS.envelope)

    # (2) Form: three parts, and a header with exactly the prescribed members. `alg` is not a choice of the sender.
    encoded, _, _ = raw.partition(b".")
    if raw.count(b".") != 2 or len(encoded) > LIMITS.header:
        raise Malformed(step=2, part="envelope")
    return _parsed(_header, encoded, step=2)


def open_envelope(  # noqa: PLR0913 - a pure function is handed all it judges by
    raw: bytes,
    *,
    us: str,
    keys: NodeKeys,
    directory: Peers,
    seen: SeenIds,
    now: datetime,
    skew: timedelta = LIMITS.skew,
) -> Opened:
    """Open an envelope, or say why it cannot be trusted. The numbers are those of SPEC §5.

    Args:
        raw: The bytes as they came.
        us: Our own node.
        keys: Our own keys.
        directory: Who is a member, and with which keys.
        seen: Which envelopes came before.
        now: The present moment.
        skew: How far our clock and the sender's may be apart.

    Raises:
        TooLarge, Malformed, DirectoryExpired, UnknownSender, BadSignature, NotForUs, OutOfTime, Replayed: See SPEC §5.
    """
    header = read_header(raw)  # (1), (2)

    # (3) The sender is a member of a directory that still holds.
    directory.check_fresh(now)
    peer = directory.peer(header.iss)

    # (4) Signed by that node with a key that is still valid, over exactly these bytes.
    ciphertext = _verified(raw, header, peer, now)

    # (5) Addressed to us.
    if header.aud != us:
        raise NotForUs(recipient=header.aud)

    # (6) Neither too old nor from the future.
    _check_fresh(header, now, skew)

    # (7) Not received before. The id is remembered as long as the envelope could still pass (6).
    if not seen.remember(header.iss, header.jti, _moment(header.exp) + skew):
        raise Replayed(sender=header.iss, id=header.jti)

    # (8) Only now is it decrypted, (9) and only then is the inside read, which must repeat the outside.
    inside = _read(_inside, _decrypted(ciphertext, keys), step=9)
    if (inside.sender, inside.recipient, inside.id) != (header.iss, header.aud, header.jti):
        raise Malformed(step=9, part="inside", sender=header.iss)
    return Opened(inside.message, header.iss, header.jti, _moment(header.iat), header.dv)


def _verified(raw: bytes, header: Header, peer: Peer, now: datetime) -> bytes:
    key = next((key for key in peer.signing if key.kid == header.kid and key.is_valid(now)), None)
    if key is None:
        raise BadSignature(sender=header.iss, key=header.kid)
    try:
        return jws.deserialize_compact(raw, key.jwk(), registry=_JWS).payload
    except (JoseError, ValueError) as error:
        raise BadSignature(sender=header.iss, key=header.kid) from error


def _check_fresh(header: Header, now: datetime, skew: timedelta) -> None:
    issued, expires = _moment(header.iat), _moment(header.exp)
    if not timedelta(0) < expires - issued <= LIMITS.longest_lifetime:
        raise Malformed(step=6, part="exp", sender=header.iss)
    if not issued - skew <= now <= expires + skew:
        raise OutOfTime(sender=header.iss, issued=issued.isoformat(), expires=expires.isoformat(), here=now.isoformat())


def _decrypted(ciphertext: bytes, keys: NodeKeys) -> bytes:
    encoded, _, _ = ciphertext.partition(b".")
    if len(encoded) > LIMITS.header:
        raise Malformed(step=8, part="seal")
    header = _parsed(_seal_header, encoded, step=8)
    key = keys.opener(header.kid)
    if key is None:
        raise NotForUs(key=header.kid)
    try:
        return jwe.decrypt_compact(ciphertext, key, registry=_JWE).plaintext or b""
    except (JoseError, ValueError, AssertionError) as error:
        raise Malformed(step=8, part="seal") from error


def _parsed(decoder: msgspec.json.Decoder[T], encoded: bytes, *, step: int) -> T:
    try:
        return _read(decoder, urlsafe_b64decode(encoded), step=step)
    except ValueError as error:
        raise Malformed(step=step, part="base64url") from error


def _read(decoder: msgspec.json.Decoder[T], data: bytes, *, step: int) -> T:
    try:
        return decoder.decode(data)
    except (ValueError, RecursionError) as error:
        # Only the place is told, never the value that stood there.
        raise Malformed(step=step, at=str(error).rpartition(" - at ")[2][:200]) from error


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
