"""The `lintas` command. Its parts are loaded when they are used: the search engine alone costs a second."""

from __future__ import annotations

from importlib import import_module

import click

import lintas
from lintas.cli.failures import TellingGroup

# Command, module, and the line the overview prints without loading the module.
PARTS = {
    "demo": ("demo", "Start five training nodes and ask three checks."),
    "node": ("node", "Make, run, back up and restore a node."),
    "directory": ("directory", "Keep the signed directory of partner agencies."),
    "officer": ("officers", "Enrol officers and issue tokens."),
    "records": ("records", "Import, review and erase the agency's own records."),
    "check": ("check", "Ask every partner agency now."),
    "match": ("match", "Compare names, entities and whole files, and say how sure, and why."),
    "confirm": ("confirm", "Confirm hits, and decide on partners' requests."),
    "approve": ("approve", "Agree, as the second person, to what a colleague wants to do."),
    "audit": ("audit", "Read, prove and reconcile the audit log."),
    "policy": ("policy", "Read the policies and explain a decision."),
    "settings": ("settings", "Print every setting, its value and where it comes from."),
}


class Parts(TellingGroup):
    """Loads a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of the commands."""
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in PARTS:
            return None
        found: click.Command = import_module(f"lintas.cli.{PARTS[cmd_name][0]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The overview."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in PARTS.items()])


@click.command(cls=Parts)
@click.version_option(lintas.__version__, prog_name="lintas")
def command() -> None:
    """Lintas: police agencies of different countries ask each other and answer at once.

    Every command works on the node in the folder given by --node and prints JSON with --json.
    """
