"""Serves the door between nodes over mutual TLS, and tells the application whose certificate the connection shows.

uvicorn checks the client's certificate but does not hand it on; the protocol class below does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from asyncio import TimerHandle, Transport
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lintas.errors import PortInUse
from lintas.transport.app import App
from lintas.trust.directory import Member

_KEEP_ALIVE = 75  # seconds an idle connection is kept
_PATIENCE = 10.0  # seconds within which a request must have come in whole
_CONNECTIONS = 1000
_BACKLOG = 1024  # connections waiting to be accepted
_GRACE = 2  # seconds running requests may still take when the node stops


class FederationProtocol(HttpToolsProtocol):
    """HTTP/1.1 that names the peer's certificate in the scope, and hangs up on whoever sends too slowly."""

    patience = _PATIENCE
    _hang_up: TimerHandle | None = None
    _peer_sha256 = ""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as in the base class
        """Note whose certificate it is."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls else None
        self._peer_sha256 = sha256(certificate).hexdigest() if certificate else ""
        self._expect_request()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["extensions"] = {"tls": {"peer_sha256": self._peer_sha256}}
        self._expect_request()

    def on_message_complete(self) -> None:
        """The request is here, whole."""
        self._stop_waiting()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_request(self) -> None:
        self._stop_waiting()
        self._hang_up = self.loop.call_later(self.patience, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._hang_up is not None:
            self._hang_up.cancel()
            self._hang_up = None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the node."""
        yield


class FederationServer:
    """The running door.

    Args:
        app: What answers; see `lintas.transport.app`.
        certificate: Our own certificate, a PEM file.
        key: Its private key, a PEM file.
        protocol: The HTTP protocol class.
    """

    def __init__(
        self, app: App, *, certificate: Path, key: Path, protocol: type[FederationProtocol] = FederationProtocol
    ) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # exactly the listed certificates
        self._context.load_cert_chain(certificate, key)
        self._app, self._protocol = app, protocol
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    def admit(self, members: Iterable[Member]) -> None:
        """Let these members connect from now on, also while running.

        Nobody is ever struck out here: the application asks the directory in force about every single request.
        """
        pems = "\n".join(pem for member in members for pem in member.certificate_pem)
        if pems:
            self._context.load_verify_locations(cadata=pems)

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one, which is then found in `port`.

        Raises:
            PortInUse: Another program listens there, or the address is not ours.
        """
        listening = listen(host, port)
        self.port = listening.getsockname()[1]
        self._server = _Server(self._config())
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        await self._server.ready.wait()

    async def stop(self) -> None:
        """Finish what is running and close the door."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task

    def _config(self) -> uvicorn.Config:
        options: dict[str, Any] = {
            "http": self._protocol,
            "ws": "none",
            "lifespan": "off",
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "timeout_keep_alive": _KEEP_ALIVE,
            "timeout_graceful_shutdown": _GRACE,
            "limit_concurrency": _CONNECTIONS,
        }
        return uvicorn.Config(self._app, ssl_context_factory=lambda *_: self._context, **options)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        PortInUse: Another program listens there, or the address is not ours.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)[0]
        # The protocol is named, or the event loop would not turn Nagle's delay off (40 ms an answer).
        listening = socket.socket(family, kind, proto)
    except OSError as error:
        raise PortInUse(host=host, port=port, why=error.strerror) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise PortInUse(host=host, port=port, why=error.strerror) from error
    return listening
