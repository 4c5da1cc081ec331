"""The cable: HTTPS with mutual TLS between nodes, and a loopback for tests and exercises."""

from lintas.transport.app import federation_app
from lintas.transport.certificates import make_certificate
from lintas.transport.directory import DirectoryClient, LoneDirectory
from lintas.transport.http import HttpLink, client_context
from lintas.transport.line import DirectorySource, Line
from lintas.transport.link import Link, Loopback, LoopbackEnd, Receive
from lintas.transport.server import FederationServer, listen

__all__ = [
    "DirectoryClient",
    "DirectorySource",
    "FederationServer",
    "HttpLink",
    "Line",
    "Link",
    "LoneDirectory",
    "Loopback",
    "LoopbackEnd",
    "Receive",
    "client_context",
    "federation_app",
    "listen",
    "make_certificate",
]
