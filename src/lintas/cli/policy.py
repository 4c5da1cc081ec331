"""`lintas policy`: read the policies, and why one decided as it did."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lintas.cli.output import Shared, shared
from lintas.errors import InvalidPolicy
from lintas.policy import PolicySet, read_cases
from lintas.settings import Settings


@click.group()
def command() -> None:
    """Read the policies and explain a decision."""


@command.command("check")
@click.argument("policies", type=click.Path(exists=True, file_okay=False, path_type=Path))
@shared
def check(at: Shared, policies: Path) -> None:
    """Check the agency's own policies in the folder POLICIES, laid over the default ones, and their worked cases.

    The cases stand in POLICIES/cases; what comes out otherwise than they say is told, and ends with status 2.
    """
    loaded = PolicySet.load([policies])
    cases = list(read_cases(policies / "cases"))
    differences = {case.case: found for case in cases if (found := case.differences(loaded))}
    if differences:
        raise InvalidPolicy(**{case: "; ".join(found) for case, found in differences.items()})
    facts = {"policies": len(loaded.policies), "cases": len(cases), "digest": loaded.digest}
    at.print(facts, f"{facts['policies']} policies and {facts['cases']} worked cases hold. Digest {loaded.digest}")


@command.command("list")
@shared
def list_(at: Shared) -> None:
    """List the policies in force at the node."""
    policies = _in_force(at).policies
    at.print(policies, lambda: "\n".join(f"{p.effect:7} {p.id:40} {p.explanation['en']}" for p in policies))


@command.command("explain")
@click.argument("policy")
@shared
def explain(at: Shared, policy: str) -> None:
    """Show POLICY: its text, what it means in both languages, and where it comes from."""
    found = _in_force(at).describe(policy)
    text = "\n".join((found.explanation["id"], found.explanation["en"], *found.cites, "", found.text))
    at.print(found, text)


def _in_force(at: Shared) -> PolicySet:
    settings = Settings.load(at.folder, os.environ)
    return PolicySet.load([settings.path(settings.policies)])
