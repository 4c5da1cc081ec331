"""`lintas approve`: the second person's word."""

from __future__ import annotations

import click

from lintas.cli.output import Shared, acting, officer_option, shared


@click.command()
@click.argument("approval", required=False)
@click.option("--refuse", is_flag=True, help="Refuse instead of agreeing.")
@click.option("--note", default="", help="Why.")
@officer_option
@shared
def command(at: Shared, approval: str | None, refuse: bool, note: str, username: str | None) -> None:  # noqa: FBT001
    """Agree to APPROVAL as the second person, or list what waits for you."""
    with at.node() as node:
        officer = acting(node, username)
        if approval is None:
            waiting = node.people.pending(officer)
            at.print(waiting, lambda: "\n".join(f"{w.id}  {w.act}  {w.facts}" for w in waiting) or "Nothing waits.")
            return
        decided = node.decide_approval(approval, officer, agree=not refuse, note=note)
    at.print(decided, f"{decided.act}: {'refused' if refuse else 'agreed to'} by {officer.name}.")
