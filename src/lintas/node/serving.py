"""Runs a node: the partners' door, the officers' door, and a quiet stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from lintas.node.hallway import Node
from lintas.settings import address
from lintas.transport import FederationServer, federation_app, listen

Doors = Callable[[Node], Any]
"""Makes the ASGI application of the officers' door (pages and HTTP API) for a node."""

GRACE = 2  # seconds that a request under way is given when the node stops


class Serving:
    """A node with its doors open."""

    def __init__(self, node: Node, doors: Doors | None) -> None:
        self.node = node
        self._partners = FederationServer(
            federation_app(node.receive, directory=node.directory.current, mirror=node.directory.file),
            certificate=node.folder.certificate,
            key=node.folder.certificate_key,
        )
        self._doors = doors
        self._officers: _QuietServer | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the doors.

        Raises:
            PortInUse: another program listens there.
        """
        settings = self.node.settings
        self._admit()
        # Before the doors open: the first question shall not wait longer than the others.
        await asyncio.to_thread(self.node.checks.warm_up)
        await self._partners.start(*address(settings.listen, "listen"))
        try:
            if self._doors is not None:
                self._open_officers_door(self._doors(self.node))
            await self.node.start()
        except BaseException:
            await self._partners.stop()
            raise
        self.node.on_directory = self._admit

    def _admit(self) -> None:
        """Let the members of the directory in force connect; who is no longer one is refused request by request."""
        self._partners.admit(self.node.directory.current().members.values())

    def _open_officers_door(self, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        settings = self.node.settings
        socket = listen(*address(settings.web, "web"))
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE,
            ssl_certfile=settings.path(settings.web_certificate) if settings.web_certificate else None,
            ssl_keyfile=settings.path(settings.web_key) if settings.web_key else None,
        )
        self._officers = _QuietServer(config)
        self._tasks.append(asyncio.create_task(self._officers.serve(sockets=[socket])))

    async def stop(self) -> None:
        """Close the doors, finish what was begun, let go of the disk."""
        if self._officers is not None:
            self._officers.should_exit = True
        await asyncio.gather(*self._tasks, self._partners.stop())
        await self.node.stop()


class _QuietServer(uvicorn.Server):
    """uvicorn, leaving the signals to the node."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the node."""
        yield


def _told_to_stop() -> asyncio.Event:
    """Is set by SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    return told


async def run(node: Node, doors: Doors | None, ready: Callable[[], None] = lambda: None) -> None:
    """Serve a node until it is told to stop; `ready` is called when both doors are open.

    Raises:
        PortInUse: another program listens there.
    """
    serving = Serving(node, doors)
    try:
        await serving.start()
    except BaseException:
        node.close()
        raise
    try:
        # Listened for before anybody is told the node is ready: a sign in between would kill it with its doors open.
        told_to_stop = _told_to_stop()
        ready()
        await told_to_stop.wait()
    finally:
        await serving.stop()
