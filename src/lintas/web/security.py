"""What holds for every page: headers, the session cookie, and forms that only our own pages can send."""

from __future__ import annotations

import asyncio
import secrets
from hashlib import sha256
from hmac import compare_digest

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

from lintas.errors import NotSignedIn, Refused
from lintas.people import Officer

Asked = Request[None, None, State]

SESSION = "lintas_session"  # the officer's session token
DOOR = "lintas_door"  # a random value for whoever stands before the door, so that the sign-in form is protected too
TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a form field

# Nothing from elsewhere, nothing inline, nothing embedded: what is not named here is not loaded.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Headers:
    """Adds the same protective headers to whatever leaves, errors included."""

    def __init__(self, *, https: bool) -> None:
        headers = {
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "x-robots-tag": "noindex, nofollow",
        }
        if https:
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, message: Message, _: Scope) -> None:
        """Called by the application for every message on its way out."""
        if message["type"] != "http.response.start":
            return
        given = list(message["headers"])
        # A page may hold personal data; it leaves no copy on the workstation.
        kept = [] if any(name.lower() == b"cache-control" for name, _ in given) else [(b"cache-control", b"no-store")]
        message["headers"] = [*given, *self._headers, *kept]


async def officer_of(connection: ASGIConnection) -> Officer | None:  # type: ignore[type-arg]
    """Who is signed in on this connection; looked up once."""
    if "officer" not in connection.state:
        token = connection.cookies.get(SESSION)
        connection.state["officer"] = await asyncio.to_thread(_look_up, connection, token) if token else None
    officer: Officer | None = connection.state["officer"]
    return officer


def _look_up(connection: ASGIConnection, token: str) -> Officer | None:  # type: ignore[type-arg]
    try:
        officer: Officer = connection.app.state.node.people.officer_of(token)
    except NotSignedIn:
        return None
    return officer


async def signed_in(connection: ASGIConnection, _: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Guard of every page that is not public.

    Raises:
        NotSignedIn: nobody is signed in on this connection.
    """
    if await officer_of(connection) is None:
        raise NotSignedIn


async def genuine_form(request: Asked) -> None:
    """Refuse a form that did not come from one of our own pages in this very session.

    The field holds a digest of the session cookie, which no other site can read and none can compute.

    Raises:
        Refused: the form is foreign, or older than the session.
    """
    if request.method in {"GET", "HEAD"}:
        return
    form = await request.form()
    if not compare_digest(str(form.get(TOKEN_FIELD, "")).encode(), form_token(request).encode()):
        raise Refused(reason="form")


def form_token(request: Asked) -> str:
    """The value that forms of this session carry."""
    return sha256(b"lintas form " + door_of(request).encode()).hexdigest()


def door_of(request: Asked) -> str:
    """The secret that this browser's forms hang on: its session, or before that a random value of its own."""
    known = request.cookies.get(SESSION) or request.cookies.get(DOOR)
    if not known:
        known = request.state.setdefault("door", secrets.token_urlsafe(32))
    return str(known)


def cookie(name: str, value: str, *, https: bool) -> Cookie:
    """A cookie that scripts cannot read and other sites cannot send."""
    return Cookie(name, value=value, path="/", httponly=True, secure=https, samesite="strict", max_age=None)


def gone(name: str, *, https: bool) -> Cookie:
    """The cookie that makes the browser forget."""
    return Cookie(name, value="", path="/", httponly=True, secure=https, samesite="strict", max_age=0)
