"""The wire, by hand: what a partner sends, and what comes back, looked at bit by bit. SPEC §4, §5, §8."""

from __future__ import annotations

import json
import ssl
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from writer import Json, Key, b64, compact, jwe, jws

ENVELOPES = "/lintas/1/envelopes"
STATUS = {"untrusted.too-large": 413, "not-found": 404}  # every other refusal of the wire is 400 (15.2)
HEADER = {"alg", "typ", "kid", "ver", "iss", "aud", "iat", "exp", "jti", "dv"}
SEAL_HEADER = {"alg", "enc", "typ", "cty", "kid", "epk"}
PATIENCE = 12.0  # seconds a node may take for one answer


class Deviation(AssertionError):
    """The node does not do what the clause says."""


def need(holds: object, *said: object) -> None:
    """Go on only if it holds."""
    if not holds:
        raise Deviation(" ".join(str(part)[:300] for part in said))


class Listed:
    """A public key as the directory lists it."""

    def __init__(self, jwk: Json) -> None:
        self.x = str(jwk["x"])
        self.raw = plain(self.x)
        self.kid = b64(sha256(compact({"crv": jwk["crv"], "kty": "OKP", "x": self.x})).digest())


@dataclass(frozen=True)
class Card:
    """The node under test as the directory lists it."""

    member: Json

    @property
    def node(self) -> str:
        """Its name."""
        return str(self.member["node"])

    @property
    def sealing(self) -> Listed:
        """What is sealed for."""
        return Listed(self.member["sealing"][0])

    @property
    def signing(self) -> dict[str, Listed]:
        """What it may sign with, by id."""
        return {key.kid: key for key in map(Listed, self.member["signing"])}

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, _, port = str(self.member["url"]).removeprefix("https://").strip("/").rpartition(":")
        return host, int(port)


@dataclass
class Partner:
    """A partner node that the suite plays: keys of its own, a certificate of its own."""

    node: str
    member: Json
    signing: Key
    sealing: Key
    certificate: Path
    certificate_key: Path

    def context(self, server_pem: str) -> ssl.SSLContext:
        """TLS that shows our certificate and takes the listed one only (8.3)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=server_pem)
        context.load_cert_chain(self.certificate, self.certificate_key)
        return context


@dataclass
class Envelope:
    """One envelope; whatever a clause wants to be different is given."""

    sender: Partner
    to: Card
    message: Json
    dv: int
    header: Json = field(default_factory=dict)
    inside: Json = field(default_factory=dict)
    seal: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill in what is usual."""
        now = int(time.time())
        self.header = {
            "alg": "Ed25519",
            "typ": "lintas+jws",
            "kid": self.sender.signing.kid,
            "ver": 1,
            "iss": self.sender.node,
            "aud": self.to.node,
            "iat": now,
            "exp": now + 120,
            "jti": token_urlsafe(18),
            "dv": self.dv,
        } | self.header
        who = {"sender": self.header["iss"], "recipient": self.header["aud"], "id": self.header["jti"]}
        self.inside = {**who, "message": self.message} | self.inside

    def sealed(self, plaintext: bytes | None = None, key: Any = None) -> bytes:  # noqa: ANN401 - a key of either side
        """The ciphertext; the writer's one-time key comes from a name, and a fresh name makes a fresh key."""
        content = compact(self.inside) if plaintext is None else plaintext
        return jwe(token_urlsafe(32), content, key or self.to.sealing, self.seal)

    def signed(self, payload: bytes | None = None, key: Key | None = None, header: bytes | None = None) -> bytes:
        """The envelope."""
        return jws(header or self.header, payload or self.sealed(), key or self.sender.signing).encode()


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP."""

    status: int
    kind: str
    body: bytes

    @classmethod
    def read(cls, response: HTTPResponse) -> Self:
        """Take it from the connection."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        return cls(response.status, kind, response.read(2 * 1024 * 1024))

    def refused(self, code: str) -> None:
        """It has to be a refusal with this code, and nothing else (15.2, 15.4)."""
        need(self.status != 200, "answered instead of refused with", code)
        need(self.kind == "application/problem+json", "a refusal of type", self.kind)
        told = json.loads(self.body)
        need(told.get("code") == code, "refused with", told.get("code"), "instead of", code)
        need(self.status == STATUS.get(code, 400) == told.get("status"), "status", self.status, told)
        need(set(told) <= {"title", "status", "code", "incident"}, "a refusal with", sorted(told))


class Call:
    """A connection of one partner to the node under test."""

    def __init__(self, partner: Partner, card: Card) -> None:
        self.partner, self.card = partner, card
        context = partner.context("\n".join(card.member["certificate_pem"]))
        self.connection = HTTPSConnection(*card.address, timeout=PATIENCE, context=context)

    def post(self, body: bytes, path: str = ENVELOPES) -> Reply:
        """What the node says to an envelope."""
        self.connection.request("POST", path, body, {"Content-Type": "application/jose"})
        return Reply.read(self.connection.getresponse())

    def get(self, path: str) -> Reply:
        """What the node says to a GET."""
        self.connection.request("GET", path)
        return Reply.read(self.connection.getresponse())

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def opened(raw: bytes, us: Partner, them: Card) -> tuple[Json, Json]:
    """Header and inside of an envelope of the node under test; every member of it is looked at (4.3 to 4.7, 5)."""
    parts = raw.decode("ascii").split(".")
    need(len(parts) == 3, "an envelope of", len(parts), "parts")
    header = json.loads(plain(parts[0]))
    need(set(header) == HEADER, "header with", sorted(header))
    said = {name: header[name] for name in ("alg", "typ", "ver", "iss", "aud")}
    wanted = {"alg": "Ed25519", "typ": "lintas+jws", "ver": 1, "iss": them.node, "aud": us.node}
    need(said == wanted, "header says", said)
    need(0 < header["exp"] - header["iat"] <= 600, "lifetime", header["exp"] - header["iat"])
    need(abs(header["iat"] - time.time()) <= 60, "sealed at", header["iat"])
    need(header["kid"] in them.signing, "signed with an unlisted key", header["kid"])
    key = Ed25519PublicKey.from_public_bytes(them.signing[header["kid"]].raw)
    key.verify(plain(parts[2]), f"{parts[0]}.{parts[1]}".encode())
    inside: Json = json.loads(_unsealed(plain(parts[1]).decode("ascii"), us))
    need(set(inside) == {"sender", "recipient", "id", "message"}, "inside with", sorted(inside))
    repeated = (inside["sender"], inside["recipient"], inside["id"])
    need(repeated == (header["iss"], header["aud"], header["jti"]), "inside and outside differ", repeated)
    return header, inside


def _unsealed(sealed: str, us: Partner) -> bytes:
    protected, encrypted_key, iv, ciphertext, tag = sealed.split(".")
    header = json.loads(plain(protected))
    need(set(header) == SEAL_HEADER, "seal header with", sorted(header))
    said = {name: header[name] for name in ("alg", "enc", "typ", "cty", "kid")}
    wanted = {"alg": "ECDH-ES", "enc": "A256GCM", "typ": "lintas+jwe", "cty": "json", "kid": us.sealing.kid}
    need(said == wanted and not encrypted_key, "seal header says", said)
    need(set(header["epk"]) == {"kty", "crv", "x"}, "one-time key with", sorted(header["epk"]))
    shared = us.sealing.private.exchange(X25519PublicKey.from_public_bytes(plain(header["epk"]["x"])))
    lengths = [len(part).to_bytes(4) + part for part in (b"A256GCM", b"", b"")]
    key = ConcatKDFHash(SHA256(), 32, b"".join(lengths) + (256).to_bytes(4)).derive(shared)
    return AESGCM(key).decrypt(plain(iv), plain(ciphertext) + plain(tag), protected.encode())


def plain(text: str) -> bytes:
    """The bytes of a base64url text; it must be the one spelling of them (2.3)."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(b64(data) == text, "base64url in another spelling", text[:40])
    return data
