"""What a person sees when something does not work: a sentence, what to do, and a code or an incident number."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import quote

from litestar.exceptions import HTTPException, NotFoundException
from litestar.response import Redirect, Response
from litestar.types import ExceptionHandlersMap

from lintas.errors import LintasError, NotFound, NotSignedIn
from lintas.web.security import Asked
from lintas.web.visit import visit_for

log = logging.getLogger("lintas.web")


def expected(request: Asked, error: LintasError) -> Response[str] | Redirect:
    """An error of ours: its sentence, its remedy, its code and its facts."""
    visit = visit_for(request)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        if "hx-request" in request.headers:  # a fragment must not draw the sign-in page into the middle of another
            return Response("", status_code=error.status, headers={"HX-Redirect": visit.address("/sign-in")})
        return visit.go(f"/sign-in?next={quote(visit.path)}" if visit.path != "/" else "/sign-in")
    return visit.page("failure.html", status=error.status, error=error, incident=None)


def refused_by_framework(request: Asked, error: HTTPException) -> Response[str] | Redirect:
    """What the framework itself refuses: an unknown address, a wrong method, a body that is too large."""
    if isinstance(error, NotFoundException):
        return expected(request, NotFound(address=request.url.path))
    visit = visit_for(request)
    return visit.page("failure.html", status=error.status_code, error=LintasError(), incident=None)


def unexpected(request: Asked, error: Exception) -> Response[str]:
    """A fault of the program: an incident number for the person, everything else for the operator's log."""
    incident = secrets.token_hex(4).upper()
    log.error("incident %s on %s %s", incident, request.method, request.url.path, exc_info=error)
    return visit_for(request).page("failure.html", status=500, error=LintasError(), incident=incident)


HANDLERS: ExceptionHandlersMap = {
    LintasError: expected,
    HTTPException: refused_by_framework,
    Exception: unexpected,
}
