"""The training federation: five nodes with invented agencies, their officers, and the law each has for practice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from lintas.model import Noun, Role

FOLDER = Path(__file__).parent


class Officer(Noun):
    """Somebody invented who may sign in at a training node.

    Password and secret are public: they guard nothing.
    """

    node: str
    username: str
    name: str
    roles: tuple[Role, ...]
    unit: str
    language: str

    @property
    def password(self) -> str:
        """The password, the same for everybody at a node and in every demo."""
        return f"hanya-latihan-{self.node.partition('.')[0]}"

    @property
    def totp_secret(self) -> str:
        """The secret for the authenticator: 32 letters of Base32 that say what they are for."""
        return f"LATIHAN{self.node.partition('.')[0]}{self.username}".upper().ljust(32, "7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A training node and the agency that does not exist behind it."""

    node: str
    country: str
    name_id: str
    name_en: str
    contact: str
    law: dict[str, str]  # by language: what is particular to its training law
    folder: Path  # where its policies stand, with their worked cases in the folder `cases`

    @property
    def policies(self) -> Mapping[str, str]:
        """The overlay of this node: its Cedar files by name."""
        return {path.name: path.read_text("utf-8") for path in sorted(self.folder.glob("*.cedar"))}


class _OfficerOnFile(Noun):
    username: str
    name: str
    roles: tuple[Role, ...]
    unit: str


class _OnFile(Noun):
    node: str
    country: str
    name_id: str
    name_en: str
    contact: str
    language: str
    law: dict[str, str]
    officers: tuple[_OfficerOnFile, ...]


def places() -> tuple[Place, ...]:
    """The five nodes, in the order of their country codes."""
    return tuple(
        Place(
            node=file.node,
            country=file.country,
            name_id=file.name_id,
            name_en=file.name_en,
            contact=file.contact,
            law=file.law,
            folder=FOLDER / file.country / "policies",
        )
        for file in _files().values()
    )


def officers(node: str) -> tuple[Officer, ...]:
    """The officers of a node.

    Raises:
        KeyError: there is no such training node.
    """
    file = _files()[node]
    return tuple(
        Officer(node=node, language=file.language, **msgspec.structs.asdict(officer)) for officer in file.officers
    )


@cache
def _files() -> Mapping[str, _OnFile]:
    read = (msgspec.yaml.decode(path.read_bytes(), type=_OnFile) for path in sorted(FOLDER.glob("*/node.yaml")))
    return {file.node: file for file in read}
