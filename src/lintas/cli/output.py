"""What every command shares: which node, which officer, how results are printed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from lintas.errors import NotFound
from lintas.node import Node, build
from lintas.people import Officer
from lintas.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Shared:
    """What `--node` and `--json` said."""

    folder: Path
    json: bool

    @contextmanager
    def node(self) -> Iterator[Node]:
        """The node in the folder, opened for this command."""
        node = build(Settings.load(self.folder, os.environ))
        try:
            yield node
        finally:
            node.close()

    def print(self, value: object, text: str | Callable[[], str]) -> None:
        """Print a result: JSON for programs, sentences for people."""
        if self.json:
            click.echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode())
        else:
            click.echo(text if isinstance(text, str) else text())


def shared(command: F) -> F:
    """Give a command `--node` and `--json`, handed over as one `Shared`."""

    @click.option(
        "--node",
        "folder",
        type=click.Path(file_okay=False, readable=False, path_type=Path),
        default=Path(),
        help="The node's folder; the present folder unless given.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def wrapped(folder: Path, as_json: bool, **rest: object) -> object:  # noqa: FBT001 - click passes it by name
        return command(Shared(folder, as_json), **rest)

    return update_wrapper(wrapped, command)  # type: ignore[return-value]


def acting(node: Node, username: str | None) -> Officer:
    """The officer for whom a command acts: the one named, or the only one there is.

    Whoever can read the node's folder holds its keys already; the name is not a proof but the entry in the log.

    Raises:
        NotFound: there is no such officer, or more than one and none was named.
    """
    officers = node.people.officers()
    if username is None and len(officers) == 1:
        return officers[0]
    found = next((officer for officer in officers if officer.username == username), None)
    if found is None:
        raise NotFound(officer=username or "name one with --officer", enrolled=", ".join(o.username for o in officers))
    return found


def officer_option(command: F) -> F:
    """Give a command `--officer`."""
    return click.option("--officer", "username", help="User name of the officer who acts; the only one unless given.")(
        command
    )


def ask_second(at: Shared, approval: str) -> None:
    """Say that a second person has to agree, and how to go on."""
    at.print(
        {"approval": approval},
        f"A second person has to agree: lintas approve {approval} --officer COLLEAGUE.\n"
        f"Then repeat with --approval {approval}.",
    )
