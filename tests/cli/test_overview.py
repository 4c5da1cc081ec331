"""The command itself: quick, complete, and alike everywhere."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from cli.conftest import Terminal
from lintas.cli import command
from lintas.cli.failures import EXIT
from lintas.cli.root import PARTS
from lintas.errors import LintasError


def every_command(group: click.Group = command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from every_command(found, (*path, name))
        else:
            yield " ".join((*path, name)), found


COMMANDS = dict(every_command())


def test_the_overview_costs_next_to_nothing() -> None:
    program = "import sys; from lintas.__main__ import main\ntry: main()\nfinally: print(*sys.modules)"

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5
    assert not {"followthemoney", "sqlalchemy", "numpy", "lintas.node"} & set(done.stdout.split())


def test_every_command_prints_json_if_asked() -> None:
    without = [name for name, found in COMMANDS.items() if "--json" not in {o for p in found.params for o in p.opts}]

    assert without == []


def test_every_command_says_what_it_does_and_every_option_what_it_means() -> None:
    assert [name for name, found in COMMANDS.items() if not found.help] == []
    assert [line for name, line in PARTS.values() if not re.fullmatch(r"[A-Z][^.]+\.", line)] == []


def test_the_overview_names_exactly_the_commands_there_are(nowhere: Terminal) -> None:
    said = nowhere.run("--help", json=False).out

    assert [name for name in PARTS if f"\n  {name} " not in said] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(nowhere: Terminal, name: str) -> None:
    assert "Usage:" in nowhere.run(*name.split(), "--help", json=False).out


def test_every_branch_of_errors_has_its_exit_status() -> None:
    assert set(EXIT) == set(LintasError.__subclasses__())
    assert len(set(EXIT.values())) == len(EXIT)


@pytest.mark.parametrize(
    "words",
    [["rekords"], ["records", "cuont"], ["records", "count", "--wat"], ["records", "show"], ["check", "--kind=x"]],
)
def test_a_mistyped_command_ends_with_two_and_its_usage(nowhere: Terminal, words: list[str]) -> None:
    plain = nowhere.run(*words, json=False, status=2)
    for_programs = nowhere.run(*words, status=2)

    assert plain.err.startswith("Usage:")
    assert for_programs.error["code"] == "invalid"
    assert for_programs.error["facts"]["problem"]


NEEDS_A_NODE = [
    name
    for name, found in COMMANDS.items()
    if "--node" in {o for p in found.params for o in p.opts}
    and not any(p.required for p in found.params)
    and name != "records import"
]


@pytest.mark.parametrize("name", NEEDS_A_NODE)
def test_a_folder_that_is_no_node_is_told_with_what_to_do(nowhere: Terminal, name: str) -> None:
    said = nowhere.lintas(*name.split(), status=6)

    assert said.error["code"] == "unavailable.no-node"
    assert "lintas node init" in said.error["remedy"]
