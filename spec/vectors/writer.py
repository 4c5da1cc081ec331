"""Seals by hand: JOSE from primitives, without the library the nodes use, so that two programs agree on every byte.

Nothing here is random. A one-time key and an initialization vector come from the vector's name, which is exactly what
a node must never do; the keys come from a public seed. TEST ONLY.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEED = "lintas test vectors, TEST ONLY"
Json = dict[str, Any]


def secret(*about: str) -> bytes:
    """32 bytes that everybody knows."""
    return sha256("/".join((SEED, *about)).encode()).digest()


def b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: object) -> bytes:
    """JSON as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Sealable(Protocol):
    """What of a key is needed to seal for it."""

    kid: str
    raw: bytes


class Key:
    """A key pair for tests, made from its name."""

    def __init__(self, node: str, use: str, number: int | str) -> None:
        self.curve = "Ed25519" if use == "signing" else "X25519"
        self.d = secret(node, use, str(number))
        private = Ed25519PrivateKey if use == "signing" else X25519PrivateKey
        self.private: Any = private.from_private_bytes(self.d)
        self.raw: bytes = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.x = b64(self.raw)
        self.kid = b64(sha256(compact({"crv": self.curve, "kty": "OKP", "x": self.x})).digest())

    def public(self, until: str | None = None) -> Json:
        """As a directory lists it."""
        return {"kty": "OKP", "crv": self.curve, "x": self.x} | ({"until": until} if until else {})

    def jwk(self) -> Json:
        """With its private part."""
        return self.public() | {"d": b64(self.d)}


def jws(header: Json | bytes, payload: bytes, key: Key) -> str:
    """Signed (RFC 7515)."""
    raw = header if isinstance(header, bytes) else compact(header)
    signing = f"{b64(raw)}.{b64(payload)}"
    return f"{signing}.{b64(key.private.sign(signing.encode()))}"


def jwe(name: str, plaintext: bytes, key: Sealable, header: Json) -> bytes:
    """Sealed (RFC 7516, ECDH-ES with X25519 and A256GCM whatever the header says)."""
    once = X25519PrivateKey.from_private_bytes(secret("one-time", name))
    epk = {"kty": "OKP", "crv": "X25519", "x": b64(once.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
    full = {"alg": "ECDH-ES", "enc": "A256GCM", "typ": "lintas+jwe", "cty": "json", "kid": key.kid, "epk": epk} | header
    shared = once.exchange(X25519PublicKey.from_public_bytes(key.raw))
    info = _prefixed(b"A256GCM") + _prefixed(b"") + _prefixed(b"") + (256).to_bytes(4)
    content_key = ConcatKDFHash(SHA256(), 32, info).derive(shared)
    protected, iv = b64(compact(full)), secret("iv", name)[:12]
    sealed = AESGCM(content_key).encrypt(iv, plaintext, protected.encode())
    return ".".join((protected, "", b64(iv), b64(sealed[:-16]), b64(sealed[-16:]))).encode()


def _prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data
