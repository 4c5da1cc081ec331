"""The door between nodes: a tiny ASGI application with three addresses, open to members only. SPEC §8."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from lintas.errors import LintasError, NotFound, TooLarge, WrongCertificate
from lintas.protocol.envelope import read_header
from lintas.protocol.limits import LIMITS
from lintas.transport.link import Receive
from lintas.trust.directory import Directory, Member

Scope = MutableMapping[str, Any]
AsgiReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
AsgiSend = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, AsgiReceive, AsgiSend], Awaitable[None]]

ENVELOPES = "/lintas/1/envelopes"
DIRECTORY = "/lintas/1/directory/"
HEALTH = "/lintas/1/health"
JOSE = "application/jose"

_log = logging.getLogger(__name__)


class Refusal(msgspec.Struct):
    """Problem details (RFC 9457): the code of the error, and never what was found inside."""

    title: str
    status: int
    code: Annotated[str, Meta(max_length=100)]
    incident: str = ""


def federation_app(
    receive: Receive, *, directory: Callable[[], Directory], mirror: Callable[[str], bytes | None]
) -> App:
    """The application.

    Args:
        receive: What is done with an envelope.
        directory: The directory in force; asked for every request, so that a removed partner is refused at once.
        mirror: The bytes of a file of the directory's repository, for partners who fetch it from us.
    """
    return _Door(receive, directory, mirror)


@dataclass(frozen=True, slots=True)
class _Door:
    receive: Receive
    directory: Callable[[], Directory]
    mirror: Callable[[str], bytes | None]

    async def __call__(self, scope: Scope, receive: AsgiReceive, send: AsgiSend) -> None:
        try:
            await _send(send, 200, *await self._answer(scope, receive))
        except LintasError as error:
            _log.warning("refused: %s", error)
            await _send_refusal(send, Refusal(title=error.sentence, status=error.status, code=error.code))
        except Exception:  # noqa: BLE001 - a door shows an incident number and nothing else
            incident = token_hex(4)
            _log.exception("incident %s", incident)
            unknown = LintasError()
            await _send_refusal(send, Refusal(unknown.sentence, unknown.status, unknown.code, incident))

    async def _answer(self, scope: Scope, receive: AsgiReceive) -> tuple[bytes, str]:
        certificate = str(scope.get("extensions", {}).get("tls", {}).get("peer_sha256", ""))
        caller = self.directory().by_certificate(certificate)
        method, path = scope["method"], scope["path"]
        if (method, path) == ("POST", ENVELOPES):
            return await self._envelope(await _read(scope, receive), caller, certificate), JOSE
        if (method, path) == ("GET", HEALTH):
            return b'{"status":"ok"}', "application/json"
        found = self.mirror(path.removeprefix(DIRECTORY)) if method == "GET" and path.startswith(DIRECTORY) else None
        if found is None:
            raise NotFound(path=path)
        return found, "application/json"

    async def _envelope(self, envelope: bytes, caller: Member, certificate: str) -> bytes:
        claimed = read_header(envelope).iss
        if claimed != caller.node:
            raise WrongCertificate(sender=self.directory().member(claimed).node, connection=caller.node)
        return await self.receive(envelope, certificate)


async def _read(scope: Scope, receive: AsgiReceive) -> bytes:
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if not announced.isdigit() or int(announced) > LIMITS.envelope:
        raise TooLarge(limit=LIMITS.envelope)
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > LIMITS.envelope:
            raise TooLarge(limit=LIMITS.envelope)
        if not event.get("more_body", False):
            return bytes(body)


async def _send_refusal(send: AsgiSend, refusal: Refusal) -> None:
    await _send(send, refusal.status, msgspec.json.encode(refusal), "application/problem+json")


async def _send(send: AsgiSend, status: int, body: bytes, content_type: str) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if status == TooLarge.status:
        headers.append((b"connection", b"close"))  # what is still on its way is not read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
