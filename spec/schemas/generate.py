"""Writes the JSON Schema of every structure of the protocol, from the structs that read and write them.

python spec/schemas/generate.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec

from lintas.protocol.envelope import Header, Inside, SealHeader
from lintas.protocol.messages import Message
from lintas.transport.app import Refusal
from lintas.trust import MemberList

HERE = Path(__file__).parent


def schemas() -> dict[str, bytes]:
    """File names with what has to stand in them."""
    structures: dict[str, Any] = {
        "header": Header,
        "seal-header": SealHeader,
        "inside": Inside,
        "members": MemberList,
        "refusal": Refusal,
    }
    structures |= {message.__struct_config__.tag: message for message in get_args(Message)}
    return {f"{name}.schema.json": _schema(structure) for name, structure in structures.items()}


def _schema(structure: Any) -> bytes:  # noqa: ANN401 - any structure
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(structure)}
    return msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=1) + b"\n"


if __name__ == "__main__":
    for name, content in schemas().items():
        (HERE / name).write_bytes(content)
        print(name)
