"""The ASGI application of the API: bearer tokens in, JSON out, problems as RFC 9457."""

from __future__ import annotations

import logging
import secrets
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.router import Router

import lintas
from lintas.api import audit, checks, confirmations, records, register
from lintas.errors import LintasError, NotSignedIn
from lintas.node import Node
from lintas.people import Officer

log = logging.getLogger(__name__)

LARGEST_BODY = 2 * 1024 * 1024  # bytes


def create_api(node: Node) -> Litestar:
    """The API of one node."""
    router = Router(
        path="/api/1",
        route_handlers=[
            checks.Checks,
            checks.Batches,
            confirmations.Confirmations,
            records.Records,
            audit.Audit,
            register.Register,
        ],
        guards=[_signed_in],
        dependencies={
            "node": Provide(lambda: node, sync_to_thread=False),
            "officer": Provide(_officer, sync_to_thread=False),
        },
        security=[{"token": []}],
    )
    return Litestar(
        route_handlers=[router],
        state=_state(node),
        openapi_config=OpenAPIConfig(
            title="Lintas",
            version=lintas.__version__,
            description="One node's HTTP API. Every call is made for an officer, by a token issued to that officer.",
            path="/api/1",
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        ),
        exception_handlers={LintasError: _problem, HTTPException: _http_problem, Exception: _incident},
        request_max_body_size=LARGEST_BODY,
        middleware=[],
        logging_config=None,
    )


def _state(node: Node) -> Any:  # noqa: ANN401 - litestar's State
    from litestar.datastructures import State  # noqa: PLC0415

    return State({"node": node})


def _signed_in(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Let in whoever shows a token that was issued here and still holds.

    Raises:
        NotSignedIn: no token, or one that does not.
    """
    scheme, _space, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn(expected="Authorization: Bearer TOKEN")
    connection.state["officer"] = connection.app.state.node.people.officer_of_token(token)


def _officer(request: Request[Any, Any, Any]) -> Officer:
    officer: Officer = request.state["officer"]
    return officer


def _problem(_: Request[Any, Any, Any], error: LintasError) -> Response[bytes]:
    facts = {
        name: value if isinstance(value, str | int | float | list) else str(value)
        for name, value in error.facts.items()
    }
    return _respond(
        error.status,
        {
            "type": f"lintas:{error.code}",
            "title": error.sentence,
            "detail": error.remedy,
            "code": error.code,
            "facts": facts,
        },
    )


def _http_problem(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    extra = error.extra if isinstance(error.extra, list | dict) else []
    body = {"type": "about:blank", "title": error.detail, "code": "invalid", "facts": {"problems": extra}}
    return _respond(error.status_code, body)


def _incident(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """An unexpected error shows a number and nothing else; the operator finds the rest under that number."""
    number = secrets.token_hex(4)
    log.error("incident %s", number, exc_info=error)
    return _respond(
        500, {"type": "about:blank", "title": "Unexpected error.", "code": "error", "facts": {"incident": number}}
    )


def _respond(status: int, body: dict[str, Any]) -> Response[bytes]:
    content = msgspec.json.encode({**body, "status": status}, enc_hook=str)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(content, status_code=status, media_type="application/problem+json", headers=headers)
