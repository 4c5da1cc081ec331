"""The keys of a node: one pair to sign with (Ed25519), one to be sealed for (X25519). SPEC §3.

A key's id is its RFC 7638 thumbprint, computed and never sent beside the key, so that id and key cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal, Self, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from msgspec import Meta

from lintas.errors import InvalidFile
from lintas.model import Noun

_PEM_END = b"-----END PRIVATE KEY-----\n"


class PublicKey(Noun):
    """One public key as the directory lists it: an RFC 8037 JWK and the moment it stops being valid."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519", "X25519"]
    x: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]
    until: Annotated[datetime, Meta(tz=True)] | None = None

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint."""
        return cast("str", self.jwk().kid)

    def jwk(self) -> OKPKey:
        """The key, ready to verify with or to seal for; imported once.

        Raises:
            ValueError: The bytes are not a key.
        """
        return _imported(self.crv, self.x)

    def is_valid(self, now: datetime) -> bool:
        """Whether the key may still be used at this moment."""
        return self.until is None or now < self.until


@lru_cache(maxsize=4096)
def _imported(curve: str, x: str) -> OKPKey:
    key = OKPKey.import_key({"kty": "OKP", "crv": curve, "x": x})
    key.ensure_kid()
    return key


class PublicKeys(Noun):
    """The newest public keys of a node."""

    signing: PublicKey
    sealing: PublicKey


@dataclass(frozen=True, slots=True, repr=False)
class NodeKeys:
    """The private keys of a node, newest first; older ones are kept to open what was sealed for them."""

    signing: tuple[OKPKey, ...]
    sealing: tuple[OKPKey, ...]

    @classmethod
    def generate(cls) -> Self:
        """A fresh pair of keys."""
        return cls((_named(OKPKey.generate_key("Ed25519")),), (_named(OKPKey.generate_key("X25519")),))

    @classmethod
    def from_pem(cls, signing: bytes, sealing: bytes) -> Self:
        """The keys of two PEM files.

        Raises:
            InvalidFile: A file holds no key, or a key of another kind.
        """
        return cls(_from_pem(signing, "Ed25519"), _from_pem(sealing, "X25519"))

    def to_pem(self) -> tuple[bytes, bytes]:
        """Two PEM files (PKCS 8), signing and sealing, several keys one after the other, newest first."""
        return _to_pem(self.signing), _to_pem(self.sealing)

    def public(self) -> PublicKeys:
        """The newest public keys, to be listed in the directory."""
        return PublicKeys(signing=_public(self.signing[0]), sealing=_public(self.sealing[0]))

    def earlier(self) -> tuple[PublicKey, ...]:
        """The signing keys this node had before the newest one; what they signed is still ours."""
        return tuple(_public(key) for key in self.signing[1:])

    def rotated(self) -> Self:
        """The same keys with a fresh pair in front; the directory has to list both for a while."""
        fresh = type(self).generate()
        return type(self)(fresh.signing + self.signing, fresh.sealing + self.sealing)

    def as_listed(self, listed: Iterable[PublicKey], now: datetime) -> Self:
        """The same keys, signing with the newest of them that the directory lists and that has not ended. SPEC §3.

        A node has a new key before its partners can know it; until the directory lists it, the old one signs.
        """
        valid = {key.kid for key in listed if key.is_valid(now)}
        return replace(self, signing=tuple(key for key in self.signing if key.kid in valid) or self.signing)

    def opener(self, kid: str) -> OKPKey | None:
        """Our sealing key with this id."""
        return next((key for key in self.sealing if key.kid == kid), None)

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """The newest signing key for other signed things of this node, such as log checkpoints."""
        return cast("Ed25519PrivateKey", self.signing[0].private_key)


def _named(key: OKPKey) -> OKPKey:
    key.ensure_kid()
    return key


def _public(key: OKPKey) -> PublicKey:
    value = key.as_dict(private=False)
    curve = cast("Literal['Ed25519', 'X25519']", value["crv"])
    return PublicKey(kty="OKP", crv=curve, x=cast("str", value["x"]))


def _to_pem(keys: Sequence[OKPKey]) -> bytes:
    return b"".join(key.as_pem(private=True) for key in keys)


def _from_pem(pem: bytes, curve: str) -> tuple[OKPKey, ...]:
    try:
        keys = tuple(_named(OKPKey.import_key(block + _PEM_END)) for block in pem.split(_PEM_END) if block.strip())
    except ValueError as error:
        raise InvalidFile(expected=f"{curve} private key") from error
    if not keys or any(not key.is_private or key.curve_name != curve for key in keys):
        raise InvalidFile(expected=f"{curve} private key")
    return keys
