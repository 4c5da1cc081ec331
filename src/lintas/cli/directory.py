"""`lintas directory`: keep the signed list of partner agencies, and join one.

A change goes three steps, possibly on three machines: draft, sign (by as many keepers as the threshold says), publish.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec

from lintas.cli.output import Shared, shared
from lintas.errors import Invalid, InvalidFile
from lintas.node import Folder, join
from lintas.protocol.keys import PublicKeys
from lintas.settings import Settings
from lintas.trust import authoring
from lintas.trust.directory import Member

FILE = click.Path(dir_okay=False, path_type=Path)
KNOWN = click.Path(exists=True, dir_okay=False, path_type=Path)
OLD_KEYS_FOR = timedelta(days=30)
REPOSITORY = click.Path(file_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Keep the signed directory of partner agencies, or join one."""


@command.command("keeper")
@click.argument("name", type=FILE)
@shared
def keeper(at: Shared, name: Path) -> None:
    """Make a keeper's key pair: NAME.key stays with the keeper, NAME.pub is given to the others."""
    private, public = authoring.new_keeper()
    with os.fdopen(os.open(f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    Path(f"{name}.pub").write_bytes(public)
    at.print({"private": f"{name}.key", "public": f"{name}.pub"}, f"Written: {name}.key (keep it secret), {name}.pub")


@command.command("card")
@click.argument("to", type=FILE)
@shared
def card(at: Shared, to: Path) -> None:
    """Write the node's own entry for the directory to the file TO: names, address, public keys, certificate."""
    member = Folder(at.folder).member(Settings.load(at.folder, os.environ))
    to.write_bytes(msgspec.json.format(msgspec.json.encode(member)))
    at.print(member, f"{member.node}: give {to} to the keepers of the directory, in person or by a line you trust.")


@command.command("begin")
@click.argument("draft", type=FILE)
@click.option("--keeper", "keepers", multiple=True, required=True, type=KNOWN, help="A keeper's .pub; repeat.")
@click.option("--threshold", type=click.IntRange(1), default=2, show_default=True, help="How many keepers must sign.")
@shared
def begin(at: Shared, draft: Path, keepers: tuple[Path, ...], threshold: int) -> None:
    """Begin a new federation: write its first DRAFT."""
    of = authoring.Keepers([path.read_bytes() for path in keepers], threshold)
    _write(at, draft, authoring.begin(of, now=_now()), {})


@command.command("draft")
@click.argument("repository", type=REPOSITORY)
@click.argument("draft", type=FILE)
@click.option("--add", "cards", multiple=True, type=KNOWN, help="A node's card; replaces an older one. Repeat.")
@click.option("--remove", "names", multiple=True, metavar="NODE", help="A member that leaves. Repeat.")
@shared
def draft_(at: Shared, repository: Path, draft: Path, cards: tuple[Path, ...], names: tuple[str, ...]) -> None:
    """Write the DRAFT of a change of REPOSITORY."""
    known = _read_repository(repository)
    cards_read = [_keeping_old_keys(_member(card), known) for card in cards]
    made = authoring.draft(known, add=cards_read, remove=names, now=_now())
    _write(at, draft, made, known)


@command.command("show")
@click.argument("repository", type=REPOSITORY)
@click.option("--draft", type=KNOWN, help="Show what this draft would change instead.")
@shared
def show(at: Shared, repository: Path, draft: Path | None) -> None:
    """Show the members of REPOSITORY, or what a draft would change."""
    known = _read_repository(repository)
    if draft is not None:
        _print_changes(at, authoring.Draft.from_bytes(draft.read_bytes()), known)
        return
    members = authoring.members_of(known)
    lines = [f"{m.node:20} {m.country}  {m.url}  {m.name.get('en', '')}" for m in members.members]
    at.print(members, "\n".join([f"version {members.version}", *lines]))


@command.command("sign")
@click.argument("draft", type=KNOWN)
@click.argument("key", type=KNOWN)
@shared
def sign(at: Shared, draft: Path, key: Path) -> None:
    """Add a keeper's signature to DRAFT. Look at it first: lintas directory show REPOSITORY --draft DRAFT."""
    signed = authoring.sign(authoring.Draft.from_bytes(draft.read_bytes()), key.read_bytes())
    draft.write_bytes(signed.to_bytes())
    at.print({"signed": str(draft)}, f"Signed: {draft}")


@command.command("publish")
@click.argument("repository", type=REPOSITORY)
@click.argument("draft", type=KNOWN)
@click.argument("key", type=KNOWN)
@shared
def publish(at: Shared, repository: Path, draft: Path, key: Path) -> None:
    """Publish a DRAFT with enough signatures to REPOSITORY; it is in force at once."""
    drafted = authoring.Draft.from_bytes(draft.read_bytes())
    known = _read_repository(repository)
    _add(repository, authoring.publish(known, drafted, key.read_bytes(), now=_now()))
    members = authoring.members_of(_read_repository(repository))
    at.print(members, f"Version {members.version} is in force with {len(members.members)} members.")


@command.command("renew")
@click.argument("repository", type=REPOSITORY)
@click.argument("key", type=KNOWN)
@shared
def renew(at: Shared, repository: Path, key: Path) -> None:
    """Say anew which version is the newest, before that statement expires (after 14 days)."""
    _add(repository, authoring.renew(_read_repository(repository), key.read_bytes(), now=_now()))
    at.print({"renewed": str(repository)}, f"Renewed: {repository}")


@command.command("join")
@click.argument("source")
@click.argument("root", type=KNOWN)
@shared
def join_(at: Shared, source: str, root: Path) -> None:
    """Join the federation whose directory is at SOURCE (a folder or https address), trusting the keepers in ROOT.

    ROOT is `1.root.json` as the keepers handed it over in person. The keepers add the node's card for it to be known.
    """
    join(at.folder, source, root.read_bytes())
    at.print({"directory": source}, f"The node goes by {source} from its next start.")


def _now() -> datetime:
    return datetime.now(UTC)


def _keeping_old_keys(card: Member, known: dict[str, bytes]) -> Member:
    """The card of a member that is known already: the keys it had stay valid for a while, for what is on its way."""
    before = next((m for m in authoring.members_of(known).members if m.node == card.node), None)
    if before is None or before.signing[0] == card.signing[0]:
        return card
    fresh = PublicKeys(signing=card.signing[0], sealing=card.sealing[0])
    kept = before.with_keys(fresh, old_until=_now() + OLD_KEYS_FOR)
    return msgspec.structs.replace(card, signing=kept.signing, sealing=kept.sealing)


def _member(card: Path) -> Member:
    try:
        return msgspec.json.decode(card.read_bytes(), type=Member)
    except (ValueError, RecursionError) as error:
        raise InvalidFile(file=str(card), expected="a node's card", problem=str(error)) from error


def _read_repository(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


def _add(repository: Path, files: dict[str, bytes]) -> None:
    """Write in the order given: the file that puts the others in force is last, and replaces its older self whole."""
    repository.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        fresh = repository / f".{name}"
        fresh.write_bytes(content)
        fresh.replace(repository / name)


def _write(at: Shared, draft: Path, made: authoring.Draft, known: dict[str, bytes]) -> None:
    if draft.exists():
        raise Invalid(file=str(draft), problem="it is there already")
    draft.write_bytes(made.to_bytes())
    _print_changes(at, made, known)


def _print_changes(at: Shared, draft: authoring.Draft, known: dict[str, bytes]) -> None:
    found = authoring.changes(known, draft)
    lists = {"added": found.added, "removed": found.removed, "changed": found.changed}
    lines = [f"  {what}: {', '.join(names) or 'none'}" for what, names in lists.items()]
    signed = f"  signatures: {found.signatures}, needed: {found.threshold}"
    at.print(found, "\n".join([f"version {found.version}", *lines, signed]))
