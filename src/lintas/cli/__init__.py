"""The command line: the same verbs as the pages, for officers and operators; `--json` on all of them."""

from lintas.cli.root import command

__all__ = ["command"]
