"""Who asks at the doors made for programs of others, and why; and how those doors tell of failures.

Such a program cannot fill in our form. It sends a key in the way it was made to, and the reason comes with it:

* bound to the key (`lintas officer errand`): the only way for a program that can only be given an address, such as
  OpenRefine (`?api_key=…`), and the simplest for all others;
* or in headers beside an ordinary token, for programs that send headers of one's choice: `Lintas-Purpose`,
  `Lintas-Legal-Basis`, `Lintas-Case`, `Lintas-Category`, `Lintas-Intent`, `Lintas-Offence` (UTF-8, percent-encoded).
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from lintas.api.problems import PLAIN, incident
from lintas.errors import Invalid, LintasError, NotFound, NotSignedIn, RefusedByPolicy, TooLarge
from lintas.model import RefusalGround
from lintas.node import Node
from lintas.people import Errand, Officer
from lintas.people.errands import PREFIX
from lintas.policy import OfficerAct, justified

HEADERS: Final = {
    "purpose": "lintas-purpose",
    "legal_basis": "lintas-legal-basis",
    "case_reference": "lintas-case",
    "category": "lintas-category",
    "intent": "lintas-intent",
    "offence": "lintas-offence",
}
SCHEMES: Final = frozenset({"apikey", "bearer", "token"})
# These doors speak their own specifications' statuses: what is wrong with a question is 400 there.
STATUSES: Final = {Invalid.status: 400}
SPENT: Final = frozenset({RefusalGround.BUDGET_SPENT, RefusalGround.ENUMERATION})
AGAIN_AFTER: Final = 3600  # seconds: the shorter of the two windows of the budget

AnyRequest = Request[Any, Any, Any]


def errand_of(request: AnyRequest) -> Errand:
    """For whom a program asks, and why.

    Raises:
        NotSignedIn: there is no key, or none that holds.
        Unjustified: the key carries no reason, and not all of it stands in headers.
        Invalid: a reason stands in headers though the key carries its own.
        RefusedByPolicy: this officer may not ask checks.
    """
    node, key = _node(request), _key(request)
    given = {field: unquote(request.headers[name]) for field, name in HEADERS.items() if name in request.headers}
    if key.startswith(PREFIX):
        found = node.people.errands.of(key)
        if given:
            raise Invalid(headers=sorted(HEADERS[field] for field in given), problem="the key carries its own reason")
    else:
        found = Errand(node.people.officer_of_token(key), justified(given))
    node.may(found.officer, OfficerAct.CHECK)
    return found


def officer_of(request: AnyRequest) -> Officer:
    """For whom a program acts that asks nothing about anybody.

    Raises:
        NotSignedIn: there is no key, or none that holds.
    """
    node, key = _node(request), _key(request)
    return node.people.errands.of(key).officer if key.startswith(PREFIX) else node.people.officer_of_token(key)


def _node(request: AnyRequest) -> Node:
    node: Node = request.app.state.node
    return node


def _key(request: AnyRequest) -> str:
    """The key, from the header or, for keys of errands only, from the address.

    An ordinary token opens the whole API: in an address it would lie open in histories and logs of proxies.
    """
    scheme, _blank, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in SCHEMES and key.strip():
        return key.strip()
    in_address = request.query_params.get("api_key", "")
    if in_address.startswith(PREFIX):
        return in_address
    raise NotSignedIn(expected="Authorization: ApiKey KEY, or ?api_key= with the key of an errand")


def refused(request: AnyRequest, error: LintasError) -> Response[bytes]:
    """An error in the form that clients of yente and of reconciliation services read: a `detail`, whole."""
    facts = {name: value if isinstance(value, PLAIN) else str(value) for name, value in error.facts.items()}
    body = {"detail": str(error), "code": error.code, "facts": facts, "status": "error", "message": str(error)}
    status = STATUSES.get(error.status, error.status)
    headers = {"WWW-Authenticate": "Bearer"} if status == NotSignedIn.status else {}
    if isinstance(error, RefusedByPolicy) and error.facts.get("ground") in SPENT:
        status, headers = 429, {"Retry-After": str(AGAIN_AFTER)}
    if request.url.path.startswith("/reconcile/"):
        headers |= OPEN_TO_SCRIPTS
    content = msgspec.json.encode(body, enc_hook=str)
    return Response(content, status_code=status, media_type="application/json", headers=headers)


def refused_by_framework(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """An error of the framework in the same form."""
    if error.status_code >= 500:
        return incident(request, error)
    known = {404: NotFound(path=request.url.path), 413: TooLarge()}
    return refused(request, known.get(error.status_code, Invalid(problem=error.detail)))


# OpenRefine's page runs at its own address and asks from there. No cookie opens these doors: nobody else can use it.
OPEN_TO_SCRIPTS: Final = {"Access-Control-Allow-Origin": "*"}
