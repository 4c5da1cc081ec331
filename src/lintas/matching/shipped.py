"""The tables that are shipped beside the code of this room."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

TABLES: Final = Path(__file__).with_name("tables")


def read_table(name: str) -> list[list[str]]:
    """The rows of a shipped table without blank lines and remarks."""
    lines = (TABLES / name).read_text("utf-8").splitlines()
    return list(csv.reader(line for line in lines if line and not line.startswith("#")))
