"""The door between nodes, over real TLS: who may come in, and what happens to everybody else."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from lintas.clock import SystemClock
from lintas.errors import (
    OutOfTime,
    PeerRefused,
    PeerUnreachable,
    PortInUse,
    TooLarge,
    WrongCertificate,
)
from lintas.protocol import LIMITS, NodeKeys, seal
from lintas.transport import (
    DirectoryClient,
    FederationServer,
    HttpLink,
    client_context,
    federation_app,
    make_certificate,
)
from lintas.transport.server import FederationProtocol
from lintas.trust import Directory, Member
from rooms.protocol.parties import question

NOW = SystemClock().now()
_NAMELESS = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anak")])


class Hasty(FederationProtocol):
    """Hangs up after a moment, so that the test need not wait."""

    patience = 0.2


class Station:
    """A node with its keys, its certificate, and perhaps a door."""

    def __init__(self, home: Path, node: str) -> None:
        self.node, self.keys = node, NodeKeys.generate()
        self.pem, key = make_certificate(node, now=NOW, host="127.0.0.1")
        self.certificate, self.key = home / f"{node}.crt", home / f"{node}.key"
        self.certificate.write_bytes(self.pem)
        self.key.write_bytes(key)
        self.link = HttpLink(certificate=self.certificate, key=self.key)

    def member(self, port: int = 1, pem: bytes | None = None) -> Member:
        return Member.of(
            node=self.node,
            name={"id": self.node, "en": self.node},
            country="id",
            url=f"https://127.0.0.1:{port}",
            keys=self.keys.public(),
            certificate_pem=(pem or self.pem).decode(),
            contact="piket",
        )


class Door:
    """Kuala Lumpur's door, and what came through it."""

    def __init__(self, home: Path) -> None:
        self.kl, self.jakarta, self.stranger = (Station(home, n) for n in ("my.latihan", "id.latihan", "xx.asing"))
        self.arrived: list[tuple[bytes, str]] = []
        self.mirror: dict[str, bytes] = {"timestamp.json": b"{}"}
        self.members: dict[str, Member] = {}
        app = federation_app(self.receive, directory=self.directory, mirror=self.mirror.get)
        self.server = FederationServer(app, certificate=self.kl.certificate, key=self.kl.key, protocol=Hasty)
        self.answer: bytes | Exception = b"an answer"
        self.pause = 0.0

    async def receive(self, raw: bytes, certificate: str) -> bytes:
        self.arrived.append((raw, certificate))
        await asyncio.sleep(self.pause)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def directory(self) -> Directory:
        return Directory(1, NOW + timedelta(days=1), self.members)

    async def open(self, *members: Member) -> None:
        await self.server.start("127.0.0.1", 0)
        self.let_in(self.kl.member(self.server.port), *members)

    def let_in(self, *members: Member) -> None:
        self.members = self.members | {member.node: member for member in members}
        self.server.admit(members)

    @property
    def address(self) -> Member:
        return self.members["my.latihan"]

    def envelope(self, sender: Station | None = None) -> bytes:
        sender = sender or self.jakarta
        to = self.kl.member()
        return seal(question(), sender=sender.node, recipient=to, keys=sender.keys, now=NOW, directory_version=1)

    async def get(self, path: str, station: Station, method: str = "GET", **options: object) -> tuple[int, bytes]:
        context = client_context(station.certificate, station.key, self.address.certificate_pem)
        url = f"https://127.0.0.1:{self.server.port}{path}"
        async with aiohttp.ClientSession() as session, session.request(method, url, ssl=context, **options) as found:
            return found.status, await found.read()

    async def close(self) -> None:
        for station in (self.kl, self.jakarta, self.stranger):
            await station.link.close()
        await self.server.stop()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    door = Door(tmp_path)
    await door.open(door.jakarta.member())
    yield door
    await door.close()


async def test_a_partner_is_heard_and_the_node_learns_its_certificate(door: Door) -> None:
    raw = door.envelope()

    answer = await door.jakarta.link.send(door.address, raw, timeout=5)

    assert answer == b"an answer"
    assert door.arrived == [(raw, door.jakarta.member().certificates[0])]


async def test_many_messages_share_the_same_connections(door: Door) -> None:
    answers = await asyncio.gather(
        *(door.jakarta.link.send(door.address, door.envelope(), timeout=5) for _ in range(50))
    )

    assert set(answers) == {b"an answer"}
    assert len(door.arrived) == 50


async def test_a_stranger_does_not_get_through_the_handshake(door: Door) -> None:
    with pytest.raises(PeerUnreachable):
        await door.stranger.link.send(door.address, door.envelope(door.stranger), timeout=5)
    assert door.arrived == []


async def test_nobody_gets_in_without_a_certificate(door: Door) -> None:
    context = ssl.create_default_context(cadata="\n".join(door.address.certificate_pem))
    context.check_hostname = False

    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{door.address.url}/lintas/1/health", ssl=context)


async def test_a_new_partner_gets_in_while_the_door_stays_open(door: Door) -> None:
    with pytest.raises(PeerUnreachable):
        await door.stranger.link.send(door.address, door.envelope(door.stranger), timeout=5)

    door.let_in(door.stranger.member())

    assert await door.stranger.link.send(door.address, door.envelope(door.stranger), timeout=5) == b"an answer"


async def test_a_removed_partner_is_refused_at_once_even_on_an_open_connection(door: Door) -> None:
    await door.jakarta.link.send(door.address, door.envelope(), timeout=5)
    removed = door.members.pop("id.latihan")

    with pytest.raises(PeerRefused, match=r"untrusted\.wrong-certificate"):
        await door.jakarta.link.send(door.address, door.envelope(), timeout=5)
    assert removed.node == "id.latihan"
    assert len(door.arrived) == 1


async def test_a_partner_does_not_speak_for_another_partner(door: Door) -> None:
    door.let_in(door.stranger.member())

    with pytest.raises(PeerRefused, match=r"untrusted\.wrong-certificate"):
        await door.stranger.link.send(door.address, door.envelope(door.jakarta), timeout=5)
    assert door.arrived == []


async def test_a_message_of_somebody_unknown_is_refused_as_such(door: Door) -> None:
    with pytest.raises(PeerRefused, match=r"untrusted\.unknown-sender"):
        await door.jakarta.link.send(door.address, door.envelope(door.stranger), timeout=5)


async def test_rubbish_is_refused_before_the_node_sees_it(door: Door) -> None:
    with pytest.raises(PeerRefused, match=r"untrusted\.malformed"):
        await door.jakarta.link.send(door.address, b"rubbish", timeout=5)
    assert door.arrived == []


async def test_somebody_else_at_the_partners_address_gets_no_message(door: Door) -> None:
    """The address answers, but with another certificate than the one the directory lists."""
    elsewhere = door.kl.member(door.server.port, pem=door.stranger.pem)

    with pytest.raises(WrongCertificate):
        await door.jakarta.link.send(elsewhere, door.envelope(), timeout=5)
    assert door.arrived == []


async def test_a_certificate_made_with_a_partners_certificate_is_not_the_partners(door: Door, tmp_path: Path) -> None:
    """Nobody's certificate vouches for another: not at our address, and not at our door."""
    (tmp_path / "child").mkdir()
    child = Station(tmp_path / "child", "id.latihan")
    child.certificate.write_bytes(_issued(door.jakarta, child) + door.jakarta.pem)

    with pytest.raises(PeerUnreachable):
        await child.link.send(door.address, door.envelope(), timeout=5)
    await child.link.close()
    other = Door(tmp_path / "child")
    other.kl.certificate.write_bytes(_issued(door.kl, other.kl) + door.kl.pem)
    other.server = FederationServer(_nothing, certificate=other.kl.certificate, key=other.kl.key)
    await other.open(door.jakarta.member())
    with pytest.raises(WrongCertificate):
        await door.jakarta.link.send(door.kl.member(other.server.port), door.envelope(), timeout=5)
    await other.close()


async def _nothing(_scope: object, _receive: object, _send: object) -> None:
    """An application that nothing reaches."""


def _issued(issuer: Station, station: Station) -> bytes:
    """The station's key under a certificate that the issuer signed."""
    own, key = x509.load_pem_x509_certificate(station.pem), load_pem_private_key(issuer.key.read_bytes(), None)
    builder = x509.CertificateBuilder().subject_name(_NAMELESS).issuer_name(own.issuer)
    builder = builder.public_key(own.public_key()).serial_number(7)
    builder = builder.not_valid_before(own.not_valid_before_utc).not_valid_after(own.not_valid_after_utc)
    assert isinstance(key, EllipticCurvePrivateKey)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


async def test_a_partner_with_a_new_certificate_is_reached_with_either(door: Door, tmp_path: Path) -> None:
    renewed, _ = make_certificate("my.latihan", now=NOW)
    both = msgspec.structs.replace(door.address, certificate_pem=(renewed.decode(), *door.address.certificate_pem))

    assert await door.jakarta.link.send(both, door.envelope(), timeout=5) == b"an answer"


async def test_a_partner_that_renewed_its_certificate_is_let_in_with_either(door: Door, tmp_path: Path) -> None:
    """Both carry the same name; each is known by itself."""
    (tmp_path / "renewed").mkdir()
    renewed = Station(tmp_path / "renewed", "id.latihan")
    renewed.keys = door.jakarta.keys
    pems = (renewed.pem.decode(), door.jakarta.pem.decode())
    door.let_in(msgspec.structs.replace(door.jakarta.member(), certificate_pem=pems))

    for station in (door.jakarta, renewed):
        assert await station.link.send(door.address, door.envelope(station), timeout=5) == b"an answer"
    await renewed.link.close()


async def test_a_refusal_of_the_node_comes_back_with_its_code_and_nothing_more(door: Door) -> None:
    door.answer = OutOfTime(here="2026-01-01", secret="Budi")

    with pytest.raises(PeerRefused, match=r"untrusted\.out-of-time"):
        await door.jakarta.link.send(door.address, door.envelope(), timeout=5)
    status, body = await door.get("/lintas/1/envelopes", door.jakarta, "POST", data=door.envelope())
    assert status == 400
    assert set(msgspec.json.decode(body)) == {"title", "status", "code", "incident"}
    assert b"Budi" not in body


async def test_a_mistake_of_ours_shows_an_incident_number_and_nothing_else(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.answer = ZeroDivisionError("Budi")

    with caplog.at_level(logging.ERROR):
        status, body = await door.get("/lintas/1/envelopes", door.jakarta, "POST", data=door.envelope())

    assert status == 500
    assert b"Budi" not in body
    assert msgspec.json.decode(body)["incident"] in caplog.text


async def test_a_partner_that_does_not_answer_is_late(door: Door) -> None:
    door.pause = 0.5

    with pytest.raises(TimeoutError):
        await door.jakarta.link.send(door.address, door.envelope(), timeout=0.1)


async def test_a_partner_whose_node_is_down_is_unreachable(door: Door) -> None:
    nobody = door.kl.member(_free_port())

    with pytest.raises(PeerUnreachable):
        await door.jakarta.link.send(nobody, door.envelope(), timeout=5)


async def test_an_answer_without_end_is_not_read_to_the_end(door: Door) -> None:
    door.answer = b"x" * (LIMITS.envelope + 1)

    with pytest.raises(TooLarge):
        await door.jakarta.link.send(door.address, door.envelope(), timeout=5)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_message_beyond_the_limit_is_refused_however_it_comes(door: Door, *, announced: bool) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(LIMITS.envelope // 65536 + 1):
            yield b"x" * 65536

    data = BytesIO(b"x" * (LIMITS.envelope + 1)) if announced else in_pieces()
    try:
        status, body = await door.get("/lintas/1/envelopes", door.jakarta, "POST", data=data)
    except aiohttp.ClientError:
        return  # the door hung up while we were still sending

    assert status == 413
    assert b"untrusted.too-large" in body


async def test_the_door_has_three_addresses(door: Door) -> None:
    assert await door.get("/lintas/1/health", door.jakarta) == (200, b'{"status":"ok"}')
    assert await door.get("/lintas/1/directory/timestamp.json", door.jakarta) == (200, b"{}")
    for method, path in [
        ("GET", "/"),
        ("GET", "/lintas/1/envelopes"),
        ("POST", "/lintas/1/health"),
        ("GET", "/lintas/1/directory/"),
        ("GET", "/lintas/1/directory/..%2Fkeys"),
        ("DELETE", "/lintas/1/directory/timestamp.json"),
    ]:
        status, body = await door.get(path, door.jakarta, method)
        assert (status, msgspec.json.decode(body)["code"]) == (404, "not-found")


async def test_whoever_sends_too_slowly_is_hung_up_on(door: Door) -> None:
    context = client_context(door.jakarta.certificate, door.jakarta.key, door.address.certificate_pem)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port, ssl=context)
    writer.write(b"POST /lintas/1/envelopes HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 3)
    writer.close()


async def test_whoever_connects_and_says_nothing_is_hung_up_on(door: Door) -> None:
    context = client_context(door.jakarta.certificate, door.jakarta.key, door.address.certificate_pem)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.server.port, ssl=context)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 3)
    writer.close()


async def test_a_port_in_use_is_named(door: Door) -> None:
    app = federation_app(door.receive, directory=door.directory, mirror=door.mirror.get)
    second = FederationServer(app, certificate=door.kl.certificate, key=door.kl.key)

    with pytest.raises(PortInUse, match=str(door.server.port)):
        await second.start("127.0.0.1", door.server.port)
    with pytest.raises(PortInUse):
        await second.start("no.such.host.invalid", 7401)


async def test_a_link_may_be_closed_twice_and_used_again(door: Door) -> None:
    await door.jakarta.link.close()
    await door.jakarta.link.close()

    assert await door.jakarta.link.send(door.address, door.envelope(), timeout=5) == b"an answer"


async def test_the_directory_comes_from_a_partners_mirror_over_the_same_door(door: Door, tmp_path: Path) -> None:
    from rooms.trust.federation import Federation  # noqa: PLC0415 - a second federation, only here

    federation = Federation(SystemClock())  # type: ignore[arg-type] # any clock will do
    federation.change(add=[door.address, door.jakarta.member()])
    source = federation.write(tmp_path / "repository")
    DirectoryClient.init(tmp_path / "directory", federation.files["1.root.json"])
    DirectoryClient(tmp_path / "directory", source, SystemClock()).refresh()
    federation.change(remove=["id.latihan"])
    door.mirror |= federation.files

    def tls(anchors: tuple[str, ...]) -> ssl.SSLContext:
        return client_context(door.jakarta.certificate, door.jakarta.key, anchors)

    address = f"{door.address.url}/lintas/1/directory/"
    dead = f"https://127.0.0.1:{_free_port()}/lintas/1/directory/"
    client = DirectoryClient(tmp_path / "directory", f"{dead}, {address}", SystemClock(), tls)

    directory = await asyncio.to_thread(client.refresh)

    assert list(directory.members) == ["my.latihan"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
