"""Reading policy files: cut into policies, checked one by one and against the schema, overlays laid on top.

An overlay is a folder of `*.cedar` files. It may

- add policies: a permit widens only what no policy forbids, a forbid narrows whatever is permitted;
- put a permit in place of one of ours: `@replaces("ask-analyst")` on a permit of its own.

It cannot take a forbid away: what protects people stands wherever Lintas runs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from lintas.errors import InvalidPolicy
from lintas.model import RefusalGround
from lintas.policy.nouns import Policy

DEFAULTS = Path(__file__).with_name("policies")
SCHEMA = DEFAULTS / "lintas.cedarschema"

REQUIRED = ("id", "explain_id", "explain_en", "cite")
OPTIONAL = ("ground", "caution", "replaces")
GROUNDS = frozenset(RefusalGround)
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# Where a policy ends: the first semicolon that is not in a comment or a string.
MARKS = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|;')
COMMENT = re.compile(r"//[^\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Policies that hold together, parsed."""

    policies: tuple[Policy, ...]
    by_action: Mapping[str, cedarpy.PolicySet]  # only what can apply to an action: half the time of a decision
    schema: cedarpy.Schema
    digest: str


def load(folders: Sequence[Path]) -> Loaded:
    """The default policies with the overlays on top, checked.

    Raises:
        InvalidPolicy: naming file, policy and line.
    """
    files = [file for folder in (DEFAULTS, *folders) for file in _files(folder)]
    sources = [(file, _text(file)) for file in (SCHEMA, *files)]
    policies: dict[str, Policy] = {}
    parsed: dict[str, Any] = {}
    for file, text in sources[1:]:
        for policy, form in _policies(file, text):
            _add(policy, policies)
            parsed[policy.id] = form
    forms = {id: parsed[id] for id in policies}
    schema = cedarpy.Schema.from_str(sources[0][1])
    _validate(_handle(forms), schema, policies)
    return Loaded(
        policies=tuple(policies.values()),
        by_action={action: _handle(_applying(forms, action)) for action in _actions(forms)},
        schema=schema,
        digest=_digest(sources),
    )


def _handle(forms: Mapping[str, Any]) -> cedarpy.PolicySet:
    """Policies parsed; every policy keeps its own id, so that a decision names it and not a position."""
    whole = {"templates": {}, "staticPolicies": forms, "templateLinks": []}
    return cedarpy.PolicySet.from_json_str(json.dumps(whole))


def _applying(forms: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The policies whose scope names the action, or no action at all; the schema has no groups of actions."""
    return {id: form for id, form in forms.items() if action in (_named(form) or {action})}


def _actions(forms: Mapping[str, Any]) -> set[str]:
    return {action for form in forms.values() for action in _named(form)}


def _named(form: dict[str, Any]) -> set[str]:
    scope = form["action"]
    return {entity["id"] for entity in scope.get("entities", [scope["entity"]] if "entity" in scope else [])}


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InvalidPolicy(file=str(folder), problem="there is no such folder")
    return sorted(folder.glob("*.cedar"))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidPolicy(file=str(file), problem=f"cannot be read: {error}") from error


def _digest(sources: Sequence[tuple[Path, str]]) -> str:
    """A fingerprint of names and contents in their order: what the audit log holds when policies are loaded."""
    names = hashlib.sha256()
    for file, text in sources:
        names.update(f"{file.name}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
    return names.hexdigest()


def _policies(file: Path, text: str) -> Iterator[tuple[Policy, dict[str, Any]]]:
    for line, piece in _pieces(text):
        fault = _Fault(file.name, line, piece)
        try:
            forms = list(json.loads(cedarpy.policies_to_json_str(piece))["staticPolicies"].values())
        except ValueError as error:
            raise fault(str(error)) from error
        if len(forms) != 1:
            raise fault("a template; write a policy for each case instead")
        annotations = {name: value or "" for name, value in forms[0].get("annotations", {}).items()}
        problem = _problem(forms[0]["effect"], annotations)
        if problem:
            raise fault(problem)
        yield (
            Policy(
                id=annotations["id"],
                effect=forms[0]["effect"],
                text=piece.strip(),
                annotations=annotations,
                file=file.name,
                line=line,
            ),
            forms[0],
        )


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Each policy with the comment above it, and the line on which it begins."""
    start = 0
    ends = [mark.end() for mark in MARKS.finditer(text) if mark.group() == ";"]
    for end in [*ends, len(text)]:
        piece = text[start:end]
        bare = COMMENT.sub(lambda comment: " " * len(comment.group()), piece)
        if bare.strip():
            first = start + len(bare) - len(bare.lstrip())
            yield text.count("\n", 0, first) + 1, piece
        start = end


def _problem(effect: str, annotations: dict[str, str]) -> str | None:
    """What is wrong with the annotations of a policy, in a sentence; None if nothing is."""
    absent = [f"@{name}" for name in REQUIRED if not annotations.get(name, "").strip()]
    unknown = [f"@{name}" for name in annotations if name not in (*REQUIRED, *OPTIONAL)]
    if absent:
        return f"lacks {', '.join(absent)}"
    if unknown:
        return f"has unknown annotations: {', '.join(unknown)}"
    if not ID.fullmatch(annotations["id"]):
        return "its @id is not made of small letters, digits and hyphens"
    if effect == "forbid" and annotations.get("ground") not in GROUNDS:
        return f"forbids without a known @ground: {annotations.get('ground', 'none')}"
    if effect == "forbid" and "replaces" in annotations:
        return "a forbid replaces nothing; it is added"
    return None


def _add(policy: Policy, policies: dict[str, Policy]) -> None:
    fault = _Fault(policy.file, policy.line, policy.text)
    if policy.id in policies:
        raise fault(f"its @id is taken by a policy in {policies[policy.id].file}")
    replaced = policy.annotations.get("replaces")
    if replaced is not None:
        if replaced not in policies or policies[replaced].effect != "permit":
            raise fault(f"replaces {replaced}, which is not a permit loaded before it")
        del policies[replaced]
    policies[policy.id] = policy


def _validate(handle: cedarpy.PolicySet, schema: cedarpy.Schema, policies: dict[str, Policy]) -> None:
    result = cedarpy.validate_policies(str(handle), schema)
    if result.validation_passed:
        return
    first = result.errors[0]
    policy = policies[result.id_annotations_by_policy_id[first.policy_id]]
    message = first.error.split(": ", 1)[-1] if first.error.startswith("for policy") else first.error
    raise InvalidPolicy(file=policy.file, policy=policy.id, line=policy.line, problem=message)


class _Fault:
    """Makes the error of one place in one file."""

    def __init__(self, file: str, line: int, piece: str) -> None:
        named = re.search(r'@id\("([^"]*)"\)', piece)
        self._facts = {"file": file, "policy": named.group(1) if named else "without an id", "line": line}

    def __call__(self, problem: str) -> InvalidPolicy:
        return InvalidPolicy(**self._facts, problem=problem)
