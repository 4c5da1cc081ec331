"""`lintas settings`: every setting, its value, and where it comes from."""

from __future__ import annotations

import os
import tomllib
from dataclasses import fields
from datetime import timedelta

import click

from lintas.cli.output import Shared, shared
from lintas.settings import FILE, Settings


@click.command()
@shared
def command(at: Shared) -> None:
    """Print every setting with its value and where it comes from."""
    settings = Settings.load(at.folder, os.environ)
    in_file = tomllib.loads((at.folder / FILE).read_text("utf-8"))
    rows = []
    for f in fields(Settings):
        variable = f"LINTAS_{f.name.upper()}"
        origin = variable if variable in os.environ else FILE if f.name in in_file else "default"
        value = getattr(settings, f.name)
        shown = value.total_seconds() if isinstance(value, timedelta) else str(value)
        if f.name == "database":
            shown = _without_password(str(value))
        rows.append({"setting": f.name, "value": shown, "from": origin, "meaning": f.metadata["text"]})
    at.print(rows, lambda: "\n".join(f"{r['setting']:24} {r['value']!s:30} {r['from']}" for r in rows))


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://…@{tail}" if at else url
