"""The officers' door: pages in Indonesian and English, rendered on the server, that work without JavaScript."""

from lintas.web.app import create_web

__all__ = ["create_web"]
