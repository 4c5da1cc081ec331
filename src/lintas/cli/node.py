"""`lintas node`: make, run, back up and restore a node."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from lintas.cli.output import Shared, shared
from lintas.model import Role
from lintas.node import build, init, rotate, run
from lintas.people import Account
from lintas.settings import Settings
from lintas.storage import restore as restore_database

WORKING_ROLES = frozenset({Role.INVESTIGATOR, Role.LIAISON, Role.OPERATOR, Role.DATA_PROTECTION, Role.AUDITOR})


@click.group()
def command() -> None:
    """Make, run, back up and restore a node."""


@command.command("init")
@click.argument("folder", type=click.Path(file_okay=False, readable=False, path_type=Path))
@click.option("--id", "name", default="", help="The node's name in the directory; the folder's name unless given.")
@click.option("--country", default="id", show_default=True, help="ISO 3166-1 alpha-2.")
@click.option("--name-id", default="", help="The agency's name in Indonesian.")
@click.option("--name-en", default="", help="The agency's name in English.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other setting; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def init_(folder: Path, as_json: bool, settings: tuple[str, ...], **names: str) -> None:  # noqa: FBT001
    """Make a node in FOLDER: keys, certificate, settings, and a first officer whose password is printed once."""
    given: dict[str, object] = {key: value for key, value in names.items() if value}
    given["node"] = given.pop("name", None) or folder.resolve().name.lower().replace("_", "-").replace(" ", "-")
    given |= {key: value for key, _, value in (text.partition("=") for text in settings)}
    made = init(folder, given)
    node = build(made)
    password = secrets.token_urlsafe(12)
    try:
        enrolled = node.people.enrol(
            Account(username="petugas", name="Petugas pertama", roles=WORKING_ROLES, unit="", password=password),
            by="system",
        )
    finally:
        node.close()
    facts = {
        "folder": str(made.folder),
        "node": made.node,
        "officer": enrolled.officer.username,
        "password": password,
        "totp_secret": enrolled.totp_secret,
        "totp_uri": enrolled.totp_uri,
    }
    text = "\n".join(
        (
            f"Node {made.node} is ready in {made.folder}.",
            f"First officer: {facts['officer']}  password: {password}  authenticator key: {enrolled.totp_secret}",
            "They are shown this once. Give every officer an account of their own: lintas officer add",
            f"Start it with: lintas node run {folder}",
        )
    )
    Shared(folder, as_json).print(facts, text)


@command.command("run")
@click.argument("folder", type=click.Path(file_okay=False, readable=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when both doors are open.")
@click.pass_obj
def run_(doors: Any, folder: Path, as_json: bool) -> None:  # noqa: ANN401, FBT001 - what `__main__` hands in
    """Run the node in FOLDER until Ctrl-C: partners' door, officers' door, index, courier, witnesses."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings.load(folder, os.environ)
    node = build(settings)
    facts = {"node": settings.node, "web": f"http://{settings.web}/", "partners": settings.public_url}

    def ready() -> None:
        Shared(folder, as_json).print(facts, f"{facts['node']} is open: {facts['web']} (partners: {facts['partners']})")
        sys.stdout.flush()

    _run(run(node, doors, ready))


def _run(work: Any) -> None:  # noqa: ANN401 - a coroutine
    import uvloop  # noqa: PLC0415 - only a running node needs it

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


@command.command("rotate")
@shared
def rotate_(at: Shared) -> None:
    """Make fresh keys. Then restart the node, write its card, and let the keepers publish it."""
    rotate(at.folder)
    at.print(
        {"rotated": str(at.folder)},
        "Fresh keys stand before the old ones. Restart the node, then: lintas directory card CARD\n"
        "The old keys stay valid for thirty days after the keepers have published the card.",
    )


@command.command("backup")
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@shared
def backup(at: Shared, to: Path) -> None:
    """Copy the database to the file TO while the node runs; keys and settings are files, copy them once."""
    with at.node() as node:
        node.db.backup(to)
    at.print({"backup": str(to), "bytes": to.stat().st_size}, f"Backup written to {to}.")


@command.command("restore")
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@shared
def restore(at: Shared, backup: Path) -> None:
    """Put the database back from the file BACKUP. Stop the node first; the index is rebuilt from the records."""
    settings = Settings.load(at.folder, os.environ)
    restore_database(backup, settings.database_url)
    with at.node() as node:
        node.records.rebuild_index()
        entries = node.audit.size()
    at.print({"restored": str(backup), "audit_entries": entries}, f"Restored; the log has {entries} entries.")
