"""Puts the pages together: every page under /id/ and under /en/, the files they need, and the rules for all of them."""

from __future__ import annotations

from pathlib import Path

from litestar import Litestar, Router, get
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from lintas.i18n import LANGUAGES
from lintas.node import Node
from lintas.web import approvals, audit, batches, checks, comparing, confirmations, hits, openly, records, sign_in
from lintas.web.failures import HANDLERS as FAILURES
from lintas.web.forms import form_of
from lintas.web.rendering import Rooms
from lintas.web.security import Asked, Headers, genuine_form, signed_in
from lintas.web.visit import language_of, visit_of

STATIC = Path(__file__).parent / "static"

# Whoever is not signed in sees these and nothing else; the table of search rights is public by rule (R16).
PUBLIC = (*sign_in.PAGES, *openly.PAGES)
SIGNED_IN = (
    *checks.PAGES,
    *hits.PAGES,
    *confirmations.PAGES,
    *records.PAGES,
    *comparing.PAGES,
    *approvals.PAGES,
    *batches.PAGES,
    *audit.PAGES,
)


@get("/", sync_to_thread=False)
def root(request: Asked) -> Redirect:
    """To the pages in the language the browser prefers."""
    return Redirect(f"/{language_of(request)}/", status_code=303)


def create_web(node: Node) -> Litestar:
    """The pages of a node, as an ASGI application.

    Args:
        node: The node whose officers come through this door.
    """
    return Litestar(
        [root, _static(), *(_pages(language) for language in LANGUAGES)],
        state=State({"node": node, "rooms": Rooms(exercise=node.settings.exercise)}),
        before_send=[Headers(https=bool(node.settings.web_certificate))],
        exception_handlers=FAILURES,
        openapi_config=None,
        logging_config=None,
        request_max_body_size=2 * 1024 * 1024,
    )


def _pages(language: str) -> Router:
    return Router(
        f"/{language}",
        route_handlers=[
            Router("/", route_handlers=list(PUBLIC)),
            Router("/", route_handlers=list(SIGNED_IN), guards=[signed_in]),
        ],
        dependencies={"visit": Provide(visit_of), "form": Provide(form_of)},
        before_request=genuine_form,
    )


def _static() -> Router:
    """Styles, scripts and fonts; the address of each changes with its content, so a browser may keep them."""
    return create_static_files_router(
        "/static",
        [STATIC],
        cache_control=CacheControlHeader(max_age=31_536_000, public=True, immutable=True),
    )
