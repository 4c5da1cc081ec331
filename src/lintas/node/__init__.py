"""The hallway: wires the rooms of one agency's node together, and runs it."""

from lintas.node.acts import LostEntries
from lintas.node.folder import Folder, init, join, rotate
from lintas.node.hallway import Node, build
from lintas.node.serving import Doors, Serving, run
from lintas.node.witnessing import NotReconciled

__all__ = [
    "Doors",
    "Folder",
    "LostEntries",
    "Node",
    "NotReconciled",
    "Serving",
    "build",
    "init",
    "join",
    "rotate",
    "run",
]
