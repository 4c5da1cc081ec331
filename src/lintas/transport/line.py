"""A line to the partners: seal what goes out, carry it over the link, open what comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Protocol

from lintas.clock import Clock
from lintas.errors import UnknownSender, by_code
from lintas.protocol.envelope import Opened, SeenIds, open_envelope, read_header, seal
from lintas.protocol.keys import NodeKeys
from lintas.protocol.messages import Message, Problem
from lintas.transport.link import Link
from lintas.trust.directory import Directory


class DirectorySource(Protocol):
    """Where the directory in force comes from."""

    def current(self) -> Directory:
        """The newest directory this node has verified."""

    def at_least(self, version: int) -> Directory:
        """The same, after looking for this version if it is newer than the one in force; blocks."""

    def refresh(self) -> Directory:
        """The newest directory there is; blocks."""

    def file(self, name: str) -> bytes | None:
        """A file of the directory's repository, for partners who fetch it from us."""


class Line:
    """Speaks with partners in sealed envelopes; every reply is opened in the prescribed order before it is believed."""

    def __init__(  # noqa: PLR0913 - the hallway hands in every part once
        self,
        *,
        us: str,
        keys: NodeKeys,
        directory: DirectorySource,
        link: Link,
        seen: SeenIds,
        clock: Clock,
        skew: timedelta,
    ) -> None:
        self.us = us
        self._keys = keys
        self._directory = directory
        self._link = link
        self._seen = seen
        self._clock = clock
        self._skew = skew

    async def call(self, node: str, message: Message, *, within: timedelta) -> Message:
        """The partner's answer to a message.

        Raises:
            PeerUnreachable: the partner's node did not take the call.
            TimeoutError: it took the call and did not answer in time.
            Untrusted: the reply is not to be believed.
            LintasError: the partner cannot do it; the error is the one it named.
        """
        member = self._directory.current().member(node)
        raw = await self._link.send(member, self.seal(node, message), timeout=within.total_seconds())
        opened = await self.open(raw)
        if opened.sender != node:
            raise UnknownSender(asked=node, answered=opened.sender)
        if isinstance(opened.message, Problem):
            raise by_code(opened.message.code)(**{**opened.message.facts, "partner": node})
        return opened.message

    def seal(self, node: str, message: Message) -> bytes:
        """The message as an envelope for one partner's eyes."""
        directory, now = self._directory.current(), self._clock.now()
        return seal(
            message,
            sender=self.us,
            recipient=directory.peer(node),
            keys=self._keys.as_listed(directory.peer(self.us).signing, now),
            now=now,
            directory_version=directory.version,
        )

    async def open(self, raw: bytes) -> Opened:
        """What an envelope holds, once everything about it has been checked.

        A sender who goes by a newer directory makes us look for it first: it may say who has joined, or who has left
        (spec section 7).

        Raises:
            Untrusted: it fails one of the checks.
        """
        directory = self._directory.current()
        version = read_header(raw).dv
        if version > directory.version:
            directory = await asyncio.to_thread(self._directory.at_least, version)
        return open_envelope(
            raw,
            us=self.us,
            keys=self._keys,
            directory=directory,
            seen=self._seen,
            now=self._clock.now(),
            skew=self._skew,
        )
