"""Problem details (RFC 9457): how errors leave the API, and how the endpoints announce them."""

from __future__ import annotations

import logging
import re
import secrets
from collections import defaultdict
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec

from lintas.errors import Invalid, LintasError, NotFound, NotSignedIn, TooLarge, Unavailable
from lintas.model import Noun

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
ABSENT = re.compile(r"Missing required \w+ parameter '(\w+)'")
LARGEST_BODY = 2 * 1024 * 1024  # bytes


class Problem(Noun, omit_defaults=False):
    """What went wrong: a sentence, what to do about it, a code for programs, and the facts."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, Any]


def problems(*errors: type[LintasError]) -> dict[int, ResponseSpec]:
    """The answers an endpoint may give besides the good one, for its description.

    Everywhere a token may be missing, and a node may be unable at the moment.
    """
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    everywhere: tuple[type[LintasError], ...] = (NotSignedIn, Unavailable)
    for error in (*everywhere, *errors):
        by_status[error.status].append(error().sentence)
    return {
        status: ResponseSpec(Problem, generate_examples=False, description=" ".join(said), media_type=MEDIA_TYPE)
        for status, said in sorted(by_status.items())
    }


def told(_: Request[Any, Any, Any], error: LintasError) -> Response[bytes]:
    """One of our own errors."""
    return _respond(error)


def translated(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """An error of the framework, told as one of ours with the field named."""
    if error.status_code >= 500:
        return incident(request, error)
    if isinstance(error, ValidationException):
        return _respond(Invalid(**_fields(error)))
    if error.status_code == 404:
        return _respond(NotFound(path=request.url.path))
    if error.status_code == TooLarge.status:
        return _respond(TooLarge(most=LARGEST_BODY))
    if error.status_code == 405:
        allowed = (error.headers or {}).get("allow", "")
        return _respond(Invalid(method=request.method, allowed=allowed), 405, {"Allow": allowed})
    return _respond(Invalid(problem=error.detail))


def incident(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """An unexpected error shows a number and nothing else; the operator finds the rest under that number."""
    number = secrets.token_hex(4)
    log.error("incident %s", number, exc_info=error)
    return _respond(LintasError(incident=number))


def _fields(error: ValidationException) -> dict[str, object]:
    """The first field that is wrong, by its path in the body or its name in the address, and what is wrong with it."""
    found = error.extra if isinstance(error.extra, list) else []
    first: Any = found[0] if found else {}
    if (absent := ABSENT.match(error.detail)) is not None:
        return {"field": absent[1], "problem": "missing"}
    problem = first.get("message", error.detail)
    return {"field": first["key"], "problem": problem} if first.get("key") else {"problem": problem}


def too_deep(_: Request[Any, Any, Any], __: RecursionError) -> Response[bytes]:
    """A body nested deeper than any of ours."""
    return _respond(Invalid(problem="nested too deeply"))


def _respond(error: LintasError, status: int = 0, headers: dict[str, str] | None = None) -> Response[bytes]:
    status = status or error.status
    facts = {name: value if isinstance(value, PLAIN) else str(value) for name, value in error.facts.items()}
    body = Problem(f"lintas:{error.code}", error.sentence, status, error.remedy, error.code, facts)
    headers = {"WWW-Authenticate": "Bearer"} if status == NotSignedIn.status else headers
    content = msgspec.json.encode(body, enc_hook=str)
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


PLAIN = (str, int, float, list)
