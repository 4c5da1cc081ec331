"""What every endpoint is given besides the request: the node, and the officer behind the token."""

from __future__ import annotations

from typing import TypeAlias

from litestar.di import NamedDependency

from lintas.node import Node
from lintas.people import Officer

Here: TypeAlias = NamedDependency[Node]
Acting: TypeAlias = NamedDependency[Officer]
