"""What every endpoint is given besides the request: the node, and the officer behind the token."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar.di import NamedDependency
from msgspec import Meta

from lintas.node import Node
from lintas.people import Officer

Here: TypeAlias = NamedDependency[Node]
Acting: TypeAlias = NamedDependency[Officer]

# Looked at by policy, which names everything that is missing at once; described as what it has to be.
Reasons = Annotated[dict[str, str], Meta(extra_json_schema={"$ref": "#/components/schemas/Justification"})]
