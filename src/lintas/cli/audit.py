"""`lintas audit`: read the log, prove it, lay it beside a partner's."""

from __future__ import annotations

import asyncio

import click

from lintas.audit import AuditKind, Reconciliation
from lintas.cli.output import Shared, acting, ask_second, officer_option, shared
from lintas.node import LostEntries, Node, NotReconciled
from lintas.policy import OfficerAct


@click.group()
def command() -> None:
    """Read, prove and reconcile the audit log."""


@command.command("verify")
@click.option("--check", default=None, help="Also lay our log of this check beside every partner's.")
@shared
def verify(at: Shared, check: str | None) -> None:
    """Recompute the whole log; hold it against its checkpoints and the witnesses' signatures."""
    with at.node() as node:
        found = node.audit.verify()
        sides = asyncio.run(_reconcile(node, check)) if check else []
    lines = [
        (
            f"The log holds: {found.size} entries, {found.fixed} of them fixed by {found.checkpoints} checkpoints, "
            f"{found.cosignatures} signatures of witnesses ({', '.join(found.witnesses) or 'none yet'})."
        )
    ]
    lines += [f"{side.partner}: {_said(side)}" for side in sides]
    at.print({"verification": found, "reconciliation": sides}, "\n".join(lines))


def _said(side: Reconciliation | NotReconciled) -> str:
    if isinstance(side, NotReconciled):
        return f"not compared ({side.problem})"
    if side.agrees:
        return f"both logs agree ({len(side.agreed)} answers)"
    return f"the logs differ: {len(side.missing)} hidden there, {len(side.unknown)} that never reached us"


async def _reconcile(node: Node, check: str) -> list[Reconciliation | NotReconciled]:
    try:
        return await node.witnessing.reconcile(check)
    finally:
        await node.link.close()


@command.command("log")
@click.option("--check", default=None, help="Only entries of this check.")
@click.option("--kind", type=click.Choice([*map(str, AuditKind)]), default=None, help="Only entries of this kind.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
@officer_option
@shared
def log(at: Shared, check: str | None, kind: str | None, limit: int, username: str | None) -> None:
    """Show entries, newest first; that they were read is an entry itself."""
    with at.node() as node:
        which = {"check": check, "kind": AuditKind(kind) if kind else None, "limit": limit}
        entries = node.read_log(acting(node, username), **which)
    at.print(
        entries,
        lambda: "\n".join(
            f"{e.index:6} {e.at:%Y-%m-%d %H:%M:%S} {e.event.kind if e.event else '(content erased)':24} "
            f"{e.event.actor if e.event else ''} {e.event.facts if e.event else ''}"
            for e in entries
        ),
    )


@command.command("checkpoint")
@shared
def checkpoint(at: Shared) -> None:
    """Sign and print the newest checkpoint with its witnesses' signatures."""
    with at.node() as node:
        note = node.audit.checkpoint()
    at.print({"checkpoint": note}, note)


@command.command("begin-again")
@click.option("--reason", required=True, help="Why entries are lost; the witnesses and their auditors read it.")
@click.option("--approval", default=None, help="The second person's approval; asked for unless given.")
@officer_option
@shared
def begin_again(at: Shared, reason: str, approval: str | None, username: str | None) -> None:
    """After a restore: let the log begin again, visibly, where witnesses refuse it for good.

    Nothing is rewritten. An entry names what each witness had seen, the log goes on under the next number, and every
    witness writes into its own log that it did.
    """
    with at.node() as node:
        officer = acting(node, username)
        node.may(officer, OfficerAct.OPERATE_NODE)
        lost = LostEntries(reason.strip(), asyncio.run(_refusals(node)))
        if approval is None:
            ask_second(at, node.people.ask_second(lost.ACT, lost.facts, officer).id)
            return
        entry = node.begin_log_again(officer, approval, lost)
    at.print(
        {"begun_again": entry.index, "seen": lost.seen},
        f"The log begins again at entry {entry.index}; the witnesses are told: {', '.join(sorted(lost.seen))}.",
    )


async def _refusals(node: Node) -> dict[str, int]:
    try:
        return await node.witnessing.refusals()
    finally:
        await node.link.close()
