"""The certificate a node shows on its connections: self-signed, because only the directory vouches for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lintas.clock import SystemClock


def make_certificate(
    node: str, *, now: datetime | None = None, host: str = "localhost", lifetime: timedelta = timedelta(days=825)
) -> tuple[bytes, bytes]:
    """A fresh certificate for a node and its key, both PEM. SPEC §8.

    Args:
        node: The node's name; it stands in the certificate as `lintas:node:<name>`.
        now: The present moment, the machine's unless given; it is valid from a day earlier, because clocks differ.
        host: The name or address partners connect to.
        lifetime: How long it is valid.
    """
    now = now or SystemClock().now()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lifetime)
        # Not an authority: it can vouch for itself and for nothing else.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usages, critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"lintas:node:{node}"), _host(host)]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), pem


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
