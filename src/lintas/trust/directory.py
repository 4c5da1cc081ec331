"""The directory: which agencies are partners, where their nodes are, and with which keys and certificates they speak.

SPEC §7. The keepers of the federation sign it together (`lintas.trust.authoring`); `lintas.transport.directory` fetches
and verifies it. Whoever is not in the version in force is a stranger, whatever an older version said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Annotated, Self

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import BasicConstraints, ExtensionNotFound, load_pem_x509_certificate
from msgspec import Meta

from lintas.errors import DirectoryExpired, DirectoryForged, UnknownSender, WrongCertificate
from lintas.model import Noun
from lintas.protocol.envelope import Peer
from lintas.protocol.keys import PublicKey, PublicKeys
from lintas.protocol.messages import NodeId

MEMBERS = "members.json"  # the one file the keepers sign
Keys = Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=8)]
Pem = Annotated[str, Meta(max_length=8000)]


class Member(Noun):
    """One agency's node as the keepers vouch for it."""

    node: NodeId
    name: dict[str, str]  # by language: "id", "en"
    country: Annotated[str, Meta(pattern="^[a-z]{2}$")]
    url: Annotated[str, Meta(pattern="^https://", max_length=400)]
    signing: Keys  # newest first
    sealing: Keys  # newest first
    certificate_pem: Annotated[tuple[Pem, ...], Meta(max_length=8)]  # what its TLS connections show
    contact: str
    witness: bool = False  # cosigns the checkpoints of others' logs
    exercise: bool = False  # takes part with invented people only

    @classmethod
    def of(  # noqa: PLR0913 - all that the keepers vouch for
        cls,
        *,
        node: str,
        name: Mapping[str, str],
        country: str,
        url: str,
        keys: PublicKeys,
        certificate_pem: str,
        contact: str,
        witness: bool = False,
        exercise: bool = False,
    ) -> Self:
        """A node with one key of each kind and one certificate, as it asks to be listed."""
        return cls(
            node=node,
            name=dict(name),
            country=country,
            url=url,
            signing=(keys.signing,),
            sealing=(keys.sealing,),
            certificate_pem=(certificate_pem,),
            contact=contact,
            witness=witness,
            exercise=exercise,
        )

    @property
    def certificates(self) -> tuple[str, ...]:
        """The SHA-256 fingerprints of its certificates, in hex."""
        return tuple(fingerprint(pem) for pem in self.certificate_pem)

    def with_keys(self, keys: PublicKeys, *, old_until: datetime) -> Self:
        """The member with newer keys in front; those it had stay valid until the moment given."""
        return msgspec.structs.replace(
            self,
            signing=(keys.signing, *_ending(self.signing, old_until)),
            sealing=(keys.sealing, *_ending(self.sealing, old_until)),
        )


def _ending(keys: tuple[PublicKey, ...], until: datetime) -> list[PublicKey]:
    return [msgspec.structs.replace(key, until=min(key.until or until, until)) for key in keys]


@lru_cache(maxsize=1024)
def fingerprint(certificate_pem: str) -> str:
    """The SHA-256 of a certificate's DER form, in hex.

    Raises:
        ValueError: It is not a certificate, or one that could vouch for others (SPEC §8).
    """
    certificate = load_pem_x509_certificate(certificate_pem.encode())
    try:
        authority = certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except ExtensionNotFound:
        authority = True  # it does not say that it is none
    if authority:
        raise ValueError("certificate of an authority")
    return certificate.fingerprint(SHA256()).hex()


class MemberList(Noun):
    """The signed file `members.json`."""

    version: Annotated[int, Meta(ge=1)]
    members: Annotated[tuple[Member, ...], Meta(max_length=1000)]

    @classmethod
    def from_bytes(cls, data: bytes) -> MemberList:
        """Read the file.

        Raises:
            DirectoryForged: It is not a list of members, or names one twice. The keepers would not have signed it.
        """
        try:
            found = msgspec.json.decode(data, type=cls)
            for member in found.members:
                _ = member.certificates, [key.jwk() for key in member.signing + member.sealing]
        except (ValueError, RecursionError) as error:
            raise DirectoryForged(file="members.json") from error
        if len({member.node for member in found.members}) < len(found.members):
            raise DirectoryForged(file="members.json", twice=True)
        return found

    def to_bytes(self) -> bytes:
        """The file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


@dataclass(frozen=True)
class Directory:
    """One verified version of the directory."""

    version: int
    expires: datetime
    members: Mapping[str, Member]

    def check_fresh(self, now: datetime) -> None:
        """Let the caller go on only while the directory holds.

        Raises:
            DirectoryExpired: It has expired; a removed partner might still be in it.
        """
        if now >= self.expires:
            raise DirectoryExpired(version=self.version, expired=self.expires.isoformat())

    def member(self, node: str) -> Member:
        """The member with this name.

        Raises:
            UnknownSender: There is none, or no longer.
        """
        try:
            return self.members[node]
        except KeyError:
            raise UnknownSender(sender=node, directory=self.version) from None

    def others(self, node: str) -> list[Member]:
        """Every member but this one, by name."""
        return [member for name, member in sorted(self.members.items()) if name != node]

    def peer(self, node: str) -> Peer:
        """What an envelope needs of a member; raises UnknownSender."""
        member = self.member(node)
        return Peer(member.node, member.signing, member.sealing)

    def by_certificate(self, sha256: str) -> Member:
        """The member whose connection shows this certificate.

        Raises:
            WrongCertificate: No member lists it, or no longer.
        """
        try:
            return self._by_certificate[sha256]
        except KeyError:
            raise WrongCertificate(certificate=sha256[:16], directory=self.version) from None

    @cached_property
    def _by_certificate(self) -> dict[str, Member]:
        return {sha256: member for member in self.members.values() for sha256 in member.certificates}
