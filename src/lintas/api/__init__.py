"""The HTTP API: the same verbs as the pages, for the agency's own systems; OpenAPI at `/api/1/openapi.json`.

Beside it, the doors for programs made for other services: yente's verbs and the W3C Reconciliation API.
"""

from lintas.api.app import OTHERS, create_api

__all__ = ["OTHERS", "create_api"]
