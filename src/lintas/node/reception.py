"""Where envelopes arrive: opened in the prescribed order, handed to the room they are for, answered in an envelope."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from lintas.audit import AuditKind, AuditLog, Event
from lintas.checks import Checks
from lintas.errors import LintasError, Malformed, Unavailable, Untrusted, WrongCertificate
from lintas.exchange import Exchange
from lintas.node.witnessing import Witnessing
from lintas.protocol.envelope import Opened
from lintas.protocol.messages import Checkpoint, CheckQuestion, Letter, LogQuestion, Message, Problem
from lintas.transport import DirectorySource, Line

Clerk: TypeAlias = Callable[[Opened], Awaitable[Message]]


class Reception:
    """Receives envelopes from partners."""

    def __init__(
        self,
        line: Line,
        directory: DirectorySource,
        witnessing: Witnessing,
        audit: AuditLog,
        checks: Checks,
        exchange: Exchange,
    ) -> None:
        self._line = line
        self._directory = directory
        self._witnessing = witnessing
        self._audit = audit
        self._checks = checks
        self._exchange = exchange
        self._clerks: dict[type, Clerk] = {
            CheckQuestion: self._question,
            Letter: self._letter,
            Checkpoint: self._checkpoint,
            LogQuestion: self._log_question,
        }

    async def receive(self, raw: bytes, peer_sha256: str) -> bytes:
        """The sealed answer to an envelope; `peer_sha256` is the fingerprint of the connection's certificate.

        Raises:
            Untrusted: the envelope is not to be believed; nothing was done, and the refusal is in the log.
        """
        try:
            opened = await self._line.open(raw)
            self._check_certificate(opened.sender, peer_sha256)
        except Untrusted as error:
            facts = {"code": error.code, "certificate": peer_sha256, "sender": str(error.facts.get("sender", ""))}
            await self._audit.record_async(Event(kind=AuditKind.MESSAGE_REFUSED, actor="system", facts=facts))
            raise
        return self._line.seal(opened.sender, await self._answer(opened))

    def _check_certificate(self, sender: str, peer_sha256: str) -> None:
        """The line must be the sender's own: a partner's certificate does not speak for another partner."""
        if peer_sha256 not in self._directory.current().member(sender).certificates:
            raise WrongCertificate(sender=sender)

    async def _answer(self, opened: Opened) -> Message:
        try:
            clerk = self._clerks.get(type(opened.message))
            if clerk is None:
                raise Malformed(unexpected=type(opened.message).__name__)
            return await clerk(opened)
        except LintasError as error:
            # What ails our own machine, and where its files are, is no partner's business.
            told = {} if isinstance(error, Unavailable) else error.facts
            return Problem(code=error.code, facts={name: str(value)[:400] for name, value in told.items()})

    async def _question(self, opened: Opened) -> Message:
        assert isinstance(opened.message, CheckQuestion)  # noqa: S101 - the table above says so
        return await self._checks.answer(opened.message, opened.sender)

    async def _letter(self, opened: Opened) -> Message:
        assert isinstance(opened.message, Letter)  # noqa: S101
        return await asyncio.to_thread(self._exchange.accept, opened.message, opened.sender)

    async def _checkpoint(self, opened: Opened) -> Message:
        assert isinstance(opened.message, Checkpoint)  # noqa: S101
        return await asyncio.to_thread(self._witnessing.witness, opened.message, opened.sender)

    async def _log_question(self, opened: Opened) -> Message:
        assert isinstance(opened.message, LogQuestion)  # noqa: S101
        return await asyncio.to_thread(self._witnessing.tell, opened.message.check, opened.sender)
