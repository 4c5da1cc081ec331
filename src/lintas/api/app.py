"""The ASGI application of the API: bearer tokens in, JSON out, problems as RFC 9457."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.router import Router

import lintas
from lintas.api import audit, checks, confirmations, records, register
from lintas.api.errands import refused, refused_by_framework
from lintas.api.matching import Yente
from lintas.api.problems import LARGEST_BODY, Problem, incident, told, too_deep, translated
from lintas.api.reconciliation import Reconciliation
from lintas.errors import LintasError, NotFound, NotSignedIn
from lintas.node import Node
from lintas.people import Officer

NOUNS = (*audit.NOUNS, *checks.NOUNS, *confirmations.NOUNS, *records.NOUNS, *register.NOUNS, Problem)


# Where the doors for programs made for other services lie; all else that is ours begins with /api/.
OTHERS = (
    "/match/",
    "/search/",
    "/entities/",
    "/reconcile/",
    "/catalog",
    "/manifest",
    "/algorithms",
    "/healthz",
    "/readyz",
)


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
    others = Router(
        path="/",
        route_handlers=[Yente, Reconciliation],
        dependencies={"node": Provide(lambda: node, sync_to_thread=False)},
        exception_handlers={LintasError: refused, HTTPException: refused_by_framework},
    )
    api = Litestar(
        route_handlers=[router, others],
        state=State({"node": node}),
        openapi_config=OpenAPIConfig(
            title="Lintas",
            version=lintas.__version__,
            description="One node's HTTP API. Every call is made for an officer, by a token issued to that officer.",
            openapi_router=Router("/api/1", route_handlers=[], include_in_schema=False, before_request=_nothing_else),
            use_handler_docstrings=True,
            operation_id_creator=_operation,
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            components=Components(security_schemes={"token": _TOKEN}),
        ),
        exception_handlers={
            LintasError: told,
            HTTPException: translated,
            RecursionError: too_deep,
            Exception: incident,
        },
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )
    _correct_description(api)
    return api


_TOKEN = SecurityScheme(
    type="http", scheme="bearer", description="Made with `lintas officer token`; it acts as the officer it belongs to."
)


def _nothing_else(request: Request[Any, Any, Any]) -> None:
    """The description is one file; beside it the framework would show a page of its own.

    Raises:
        NotFound: something else was asked for.
    """
    if not request.url.path.endswith("/openapi.json"):
        raise NotFound(path=request.url.path)


def _correct_description(api: Litestar) -> None:
    """Say in the OpenAPI document what is so.

    msgspec reads and writes the bodies, so it describes them too: exactly, with every limit. What the framework would
    call 400 leaves as 422.
    """
    _, nouns = msgspec.json.schema_components(NOUNS, ref_template="#/components/schemas/{name}")
    described: Any = api.openapi_schema
    described.components.schemas = nouns
    for path in described.paths.values():
        for operation in filter(None, (path.get, path.post)):
            operation.summary = operation.description.partition("\n")[0]
            if "application/json" in getattr(operation.responses.get("400"), "content", {}):
                del operation.responses["400"]


def _operation(handler: HTTPRouteHandler, _method: object, _path: object) -> str:
    """A name for programs made from the description, such as `checks_ask`."""
    return f"{'_'.join(handler.resolve_tags())}_{handler.handler_name}"


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
