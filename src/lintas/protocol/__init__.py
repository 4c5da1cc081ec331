"""The wire: seal, open, message types, limits. It follows spec/lintas-1.md clause by clause and touches nothing."""

from lintas.protocol.envelope import (
    Header,
    Opened,
    Peer,
    Peers,
    SeenIds,
    open_envelope,
    read_header,
    seal,
)
from lintas.protocol.keys import NodeKeys, PublicKey, PublicKeys
from lintas.protocol.limits import LIMITS, Limits
from lintas.protocol.messages import Message
from lintas.protocol.seen import SeenInMemory

__all__ = [
    "LIMITS",
    "Header",
    "Limits",
    "Message",
    "NodeKeys",
    "Opened",
    "Peer",
    "Peers",
    "PublicKey",
    "PublicKeys",
    "SeenIds",
    "SeenInMemory",
    "open_envelope",
    "read_header",
    "seal",
]
