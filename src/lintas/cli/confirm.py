"""`lintas confirm`: confirm a hit with its owner; decide what a partner is given."""

from __future__ import annotations

import asyncio

import click
import msgspec

from lintas.cli.output import Shared, acting, officer_option, shared
from lintas.model import PauseGround, RefusalGround
from lintas.node import Node
from lintas.protocol.messages import CoreData
from lintas.requests import Confirmation, Verdict

FIELDS = [field.name for field in msgspec.structs.fields(CoreData)]


@click.group()
def command() -> None:
    """Confirm hits, and decide on partners' requests."""


@command.command("ask")
@click.argument("check")
@click.argument("hit")
@click.option("--reason", required=True, help="Why the owner should give core data; a person reads it.")
@officer_option
@shared
def ask(at: Shared, check: str, hit: str, reason: str, username: str | None) -> None:
    """Ask the owner of HIT, found by CHECK, for core data."""
    with at.node() as node:
        asked = node.requests.confirm_hit(check, hit, reason, acting(node, username))
        asyncio.run(_deliver(node))
        asked = node.requests.get(asked.id, acting(node, username), ours=True)
    at.print(asked, _line(asked))


@command.command("list")
@click.option("--incoming", is_flag=True, help="What partners wait for, instead of what we asked.")
@officer_option
@shared
def list_(at: Shared, incoming: bool, username: str | None) -> None:  # noqa: FBT001
    """List confirmations, the next due first."""
    with at.node() as node:
        officer = acting(node, username)
        rows = node.requests.incoming(officer) if incoming else node.requests.outgoing(officer)
    at.print(rows, lambda: "\n".join(map(_line, rows)) or "Nothing.")


@command.command("show")
@click.argument("confirmation")
@officer_option
@shared
def show(at: Shared, confirmation: str, username: str | None) -> None:
    """Show what a partner decided on CONFIRMATION; reading the data is entered in the log."""
    with at.node() as node:
        found = node.requests.get(confirmation, acting(node, username), ours=True)
    at.print(found, lambda: "\n".join([_line(found), *_data(found)]))


@command.command("decide")
@click.argument("confirmation")
@click.option("--give", multiple=True, type=click.Choice(FIELDS), help="A field to give; may be repeated.")
@click.option("--refuse", type=click.Choice([*map(str, RefusalGround)]), default=None, help="Refuse, on this ground.")
@click.option("--explanation", default="", help="A sentence for the partner.")
@click.option("--offence", default="", help="The offence, if given.")
@click.option("--case-number", default="", help="Our case number, if given.")
@officer_option
@shared
def decide(at: Shared, confirmation: str, username: str | None, **verdict: str) -> None:
    """Decide what a partner gets for CONFIRMATION: the fields named with --give, or a refusal."""
    fields, ground = verdict.pop("give"), verdict.pop("refuse")
    made = Verdict(fields=fields, ground=RefusalGround(ground) if ground else None, **verdict)
    with at.node() as node:
        decided = node.requests.decide(confirmation, acting(node, username), made)
        asyncio.run(_deliver(node))
    at.print(decided, _line(decided))


@command.command("pause")
@click.argument("confirmation")
@click.option("--ground", type=click.Choice([*map(str, PauseGround)]), default="needs_judge", show_default=True)
@click.option("--explanation", default="", help="A sentence for the partner.")
@officer_option
@shared
def pause(at: Shared, confirmation: str, ground: str, explanation: str, username: str | None) -> None:
    """Stop the clock of CONFIRMATION while a judge's permission is awaited; the partner is told."""
    with at.node() as node:
        stopped = node.requests.pause(confirmation, acting(node, username), PauseGround(ground), explanation)
        asyncio.run(_deliver(node))
    at.print(stopped, _line(stopped))


@command.command("resume")
@click.argument("confirmation")
@click.option("--permission", required=True, help="Whose permission has come, and which; the partner reads it.")
@officer_option
@shared
def resume(at: Shared, confirmation: str, permission: str, username: str | None) -> None:
    """Let the clock of CONFIRMATION run again: the permission has come, and it can be decided."""
    with at.node() as node:
        running = node.requests.resume(confirmation, acting(node, username), permission)
        asyncio.run(_deliver(node))
    at.print(running, _line(running))


async def _deliver(node: Node) -> None:
    """Send what was queued now; a running node's courier would, and goes on trying if this fails."""
    await node.exchange.deliver_due()
    await node.link.close()


def _line(c: Confirmation) -> str:
    way = "asked of" if c.ours else "asked by"
    clock = f"clock stopped: {c.stopped_for}" if c.stopped_for else f"due {c.due_at:%Y-%m-%d %H:%M} UTC"
    return f"{c.id}  {c.state}  {way} {c.partner}, {clock}"


def _data(c: Confirmation) -> list[str]:
    if c.decision is None or c.decision.data is None:
        return []
    given = msgspec.structs.asdict(c.decision.data).items()
    marking = c.decision.marking
    lines = [f"  {name}: {', '.join(value) if isinstance(value, tuple) else value}" for name, value in given if value]
    return [*lines, f"  handling {marking.handling}, purpose {marking.purpose}"] if marking else lines
