"""The link over HTTPS with mutual TLS: the partner is who shows a certificate the directory lists for it. SPEC §8."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

import aiohttp
import msgspec
from yarl import URL

from lintas.errors import PeerRefused, PeerUnreachable, TooLarge, WrongCertificate
from lintas.protocol.limits import LIMITS
from lintas.transport.app import ENVELOPES, JOSE, Refusal
from lintas.trust.directory import Member

_KEEP_ALIVE = 30.0  # seconds; shorter than the server's, so that we never write into a connection it is closing
_PER_PEER = 32  # connections


class HttpLink:
    """Carries envelopes over HTTPS; connections are kept and used again.

    Args:
        certificate: Our own certificate, a PEM file.
        key: Its private key, a PEM file.
    """

    def __init__(self, *, certificate: Path, key: Path) -> None:
        self._session: aiohttp.ClientSession | None = None
        # One context for each set of certificates, and so one pool of connections: a change takes effect at once.
        self._context = lru_cache(maxsize=1024)(lambda anchors: client_context(certificate, key, anchors))

    async def send(self, peer: Member, envelope: bytes, *, timeout: float) -> bytes:  # noqa: ASYNC109 - the port's word
        """As `Link.send`."""
        url = URL(peer.url) / ENVELOPES.lstrip("/")
        try:
            async with self._open_session().post(
                url,
                data=envelope,
                headers={"Content-Type": JOSE},
                ssl=self._context(peer.certificate_pem),
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as response:
                body = await _read(response)
        except TimeoutError:
            raise
        except aiohttp.ClientConnectorCertificateError as error:
            raise WrongCertificate(node=peer.node) from error
        except (aiohttp.ClientError, OSError) as error:
            raise PeerUnreachable(node=peer.node, why=type(error).__name__) from error
        if response.status != 200:
            raise PeerRefused(node=peer.node, status=response.status, code=_code(body))
        return body

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, limit_per_host=_PER_PEER, keepalive_timeout=_KEEP_ALIVE)
            # Nothing is decompressed: a few bytes must not become gigabytes.
            self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        return self._session


def client_context(certificate: Path, key: Path, anchors: tuple[str, ...]) -> ssl.SSLContext:
    """A TLS context that shows our certificate and trusts these certificates alone, whatever name they carry.

    None of them is an authority (`lintas.trust.fingerprint` sees to that), so no other certificate hangs from one.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # exactly these, also when two carry the same name
    context.check_hostname = False  # the directory names the certificate itself, which says more than a host name
    context.load_cert_chain(certificate, key)
    if anchors:
        context.load_verify_locations(cadata="\n".join(anchors))
    return context


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        body += chunk
        if len(body) > LIMITS.envelope:
            raise TooLarge(limit=LIMITS.envelope)
    return bytes(body)


def _code(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=Refusal).code
    except (ValueError, RecursionError):
        return ""
