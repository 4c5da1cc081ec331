"""The HTTP API: the same verbs as the pages, for the agency's own systems; OpenAPI at `/api/1/openapi.json`."""

from lintas.api.app import create_api

__all__ = ["create_api"]
