"""The repository, read as text and syntax trees: house tests look at the house without living in it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "lintas"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository that is committed, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


def text_files() -> Iterator[tuple[str, str]]:
    """Name and content of every tracked file that is text."""
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def modules(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def rooms() -> list[Path]:
    """The rooms: every package directly under `lintas`."""
    return sorted(init.parent for init in PACKAGE.glob("*/__init__.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def non_blank(lines: list[str]) -> int:
    return sum(1 for line in lines if line.strip())
