"""The federation around the node under test: keepers, a signed directory in a folder, partners of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from writer import Json, Key

from conformance.wire import Partner
from lintas.trust import Member, authoring


def partner(folder: Path, node: str, port: int = 1) -> Partner:
    """A partner with fresh keys and a fresh certificate."""
    number = token_hex(16)  # the writer makes keys from names: a name that nobody knows is a key that nobody has
    signing, sealing = Key(node, "signing", number), Key(node, "sealing", number)
    certificate, key = folder / f"{node}.pem", folder / f"{node}.key"
    pem, secret = _certificate(node)
    certificate.write_bytes(pem)
    key.write_bytes(secret)
    member: Json = {
        "node": node,
        "name": {"id": f"Latihan {node}", "en": f"Exercise {node}"},
        "country": node[:2],
        "url": f"https://127.0.0.1:{port}",
        "signing": [signing.public()],
        "sealing": [sealing.public()],
        "certificate_pem": [pem.decode()],
        "contact": f"piket@{node}.example",
        "exercise": True,
    }
    return Partner(node, member, signing, sealing, certificate, key)


def _certificate(node: str) -> tuple[bytes, bytes]:
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    names = [x509.UniformResourceIdentifier(f"lintas:node:{node}"), x509.IPAddress(ip_address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return built.public_bytes(Encoding.PEM), secret


class Keepers:
    """Three keepers, two of whom must sign, and the folder in which they publish."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.private, public = zip(*(authoring.new_keeper() for _ in range(3)), strict=True)
        self.files: dict[str, bytes] = {}
        self.version = 0
        self._publish(authoring.begin(authoring.Keepers(public, 2), now=datetime.now(UTC)))

    def change(self, *, add: Iterable[Json] = (), remove: Sequence[str] = (), aged: timedelta = timedelta(0)) -> int:
        """Publish a change; `aged` makes it look as if it had been published so long ago. The new version."""
        cards, now = msgspec.convert(list(add), list[Member]), datetime.now(UTC)
        self._publish(authoring.draft(self.files, add=cards, remove=remove, now=now), aged)
        return self.version

    def show(self, files: dict[str, bytes]) -> None:
        """Put files where the node looks for them, whatever they are."""
        for name, content in files.items():
            (self.folder / name).write_bytes(content)

    def _publish(self, draft: authoring.Draft, aged: timedelta = timedelta(0)) -> None:
        signed = authoring.sign(authoring.sign(draft, self.private[0]), self.private[1])
        self.files |= authoring.publish(self.files, signed, self.private[0], now=datetime.now(UTC) - aged)
        self.version = authoring.members_of(self.files).version
        self.show(self.files)
