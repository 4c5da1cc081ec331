"""The cable: HTTPS with mutual TLS between nodes, and a loopback for tests and exercises."""

from lintas.transport.app import federation_app
from lintas.transport.certificates import make_certificate
from lintas.transport.http import HttpLink
from lintas.transport.link import Link, Loopback, LoopbackEnd, Receive
from lintas.transport.server import FederationServer

__all__ = [
    "FederationServer",
    "HttpLink",
    "Link",
    "Loopback",
    "LoopbackEnd",
    "Receive",
    "federation_app",
    "make_certificate",
]
