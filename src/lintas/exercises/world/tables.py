"""The tables beside this file, read once: names, places, things, and the network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

TABLES = Path(__file__).with_name("tables")


@cache
def table(name: str) -> Any:  # noqa: ANN401 - data; each reader gives it its shape
    """The contents of `tables/<name>.yaml`."""
    return yaml.load((TABLES / f"{name}.yaml").read_bytes(), Loader=yaml.CSafeLoader)


@cache
def entries(text: str) -> tuple[tuple[str, ...], ...]:
    """A block of entries: separated by commas, the forms of each by slashes."""
    # "a/l" and "a/p" are words of names, not two forms; they stand in patterns only.
    return tuple(tuple(entry.strip().split("/")) for entry in text.split(","))


def dice(seed: int, *about: str) -> Random:
    """A source of chance for one part of the world: the same for the same seed, whatever the other parts do."""
    return Random("/".join((str(seed), *about)))  # noqa: S311 - an exercise must be repeatable, not secret
