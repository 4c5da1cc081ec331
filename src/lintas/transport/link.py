"""The cable between nodes: what every link promises, and one without a cable for tests and exercises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from lintas.errors import PeerRefused, PeerUnreachable, Untrusted
from lintas.trust.directory import Member

Receive = Callable[[bytes, str], Awaitable[bytes]]
"""What a node does with an envelope and the SHA-256 of the certificate it came with: it answers with an envelope."""


class Link(Protocol):
    """Carries an envelope to a partner and its reply back."""

    async def send(self, peer: Member, envelope: bytes, *, timeout: float) -> bytes:  # noqa: ASYNC109 - the port's word
        """The reply, still sealed.

        Args:
            peer: Whom to reach.
            envelope: What is carried.
            timeout: Seconds after which waiting ends.

        Raises:
            TimeoutError: No reply in time.
            WrongCertificate: Somebody else answered at the partner's address.
            PeerRefused: The partner's node did not open the envelope, and says why.
            PeerUnreachable: The partner's node cannot be reached.
        """

    async def close(self) -> None:
        """Let go of all connections."""


@dataclass(slots=True)
class _Fault:
    silent: bool = False
    delay: float = 0.0
    drops: int = 0
    reply_drops: int = 0
    duplicates: int = 0


class Loopback:
    """A link in one process. A shipped fake: federations in tests and exercises speak over it, with real envelopes.

    Each sender has its own end (`end`), which shows that sender's certificate to the receiver.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, Receive] = {}
        self._faults: dict[str, _Fault] = {}

    def register(self, node: str, receive: Receive) -> None:
        """Connect a node."""
        self._nodes[node] = receive

    def unplug(self, node: str) -> None:
        """Disconnect a node: it cannot be reached."""
        self._nodes.pop(node, None)

    def fall_silent(self, node: str, *, silent: bool = True) -> None:
        """The node takes every message and answers none; or answers again."""
        self._fault(node).silent = silent

    def delay(self, node: str, seconds: float) -> None:
        """The node answers this much later."""
        self._fault(node).delay = seconds

    def drop(self, node: str, messages: int = 1) -> None:
        """The next messages to the node are lost on the way."""
        self._fault(node).drops = messages

    def drop_replies(self, node: str, messages: int = 1) -> None:
        """The node's next replies are lost on the way back: it has done what it was asked to do."""
        self._fault(node).reply_drops = messages

    def duplicate(self, node: str, messages: int = 1) -> None:
        """The next messages to the node arrive twice; the sender gets the first reply."""
        self._fault(node).duplicates = messages

    def end(self, certificate: str) -> LoopbackEnd:
        """One sender's end of the link, which shows this certificate (SHA-256, hex)."""
        return LoopbackEnd(self, certificate)

    async def send(self, peer: Member, envelope: bytes, *, timeout: float) -> bytes:  # noqa: ASYNC109 - the port's word
        """As `Link.send`, showing no certificate."""
        return await self.carry(peer.node, envelope, "", timeout)

    async def close(self) -> None:
        """Nothing is held."""

    async def carry(self, node: str, envelope: bytes, certificate: str, seconds: float) -> bytes:
        """Carry one envelope, with whatever is wrong with the way to the node."""
        receive = self._nodes.get(node)
        if receive is None:
            raise PeerUnreachable(node=node)
        async with asyncio.timeout(seconds):
            return await self._through(self._fault(node), node, receive, envelope, certificate)

    async def _through(self, fault: _Fault, node: str, receive: Receive, envelope: bytes, certificate: str) -> bytes:
        if fault.drops or fault.silent:
            fault.drops = max(0, fault.drops - 1)
            await asyncio.Event().wait()
        await asyncio.sleep(fault.delay)
        try:
            reply = await receive(envelope, certificate)
            if fault.duplicates:
                fault.duplicates -= 1
                await _ignoring_refusal(receive(envelope, certificate))
        except Untrusted as error:
            raise PeerRefused(node=node, code=error.code) from error
        if fault.reply_drops:
            fault.reply_drops -= 1
            await asyncio.Event().wait()
        return reply

    def _fault(self, node: str) -> _Fault:
        return self._faults.setdefault(node, _Fault())


async def _ignoring_refusal(second: Awaitable[bytes]) -> None:
    try:
        await second
    except Untrusted:
        return


@dataclass(frozen=True, slots=True)
class LoopbackEnd:
    """One sender's end of a loopback."""

    loopback: Loopback
    certificate: str

    async def send(self, peer: Member, envelope: bytes, *, timeout: float) -> bytes:  # noqa: ASYNC109 - the port's word
        """As `Link.send`."""
        return await self.loopback.carry(peer.node, envelope, self.certificate, timeout)

    async def close(self) -> None:
        """Nothing is held."""
