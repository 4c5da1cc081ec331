"""Writes docs/reference, and the map of the house in both READMEs, from the code itself.

`python docs/generate.py` writes; with `--check` it names the files that are out of date and fails if there are any.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, cast, get_args

import click
import msgspec

from lintas import model
from lintas.api import create_api
from lintas.audit import AuditKind
from lintas.cli import command
from lintas.errors import LintasError
from lintas.i18n import Translator
from lintas.matching.groups import Share
from lintas.model.kinds import KINDS
from lintas.model.schemata import ftm_model, label
from lintas.policy import PolicySet
from lintas.protocol import messages
from lintas.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "lintas"
REFERENCE = ROOT / "docs" / "reference"
ABOUT = tomllib.loads((REFERENCE / "pages.toml").read_text("utf-8"))
EN, ID = Translator("en"), Translator("id")
VOCABULARIES = {n: k for n in model.__all__ if isinstance(k := getattr(model, n), type) and issubclass(k, StrEnum)}

# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def table(heads: list[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table and the blank line after it."""
    return [_row(heads), _row(["---"] * len(heads)), *(_row(row) for row in rows), ""]


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(_line(cell).replace("|", "\\|") for cell in cells) + " |"


def _line(text: object) -> str:
    return " ".join(str(text).split())


def code(text: object) -> str:
    """A word as it stands in a program; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def comments_of(path: Path, kind: str) -> dict[str, str]:
    """What is written behind, or under, each member of a class."""
    source = path.read_text("utf-8")
    lines = source.splitlines()
    body = next(n.body for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ClassDef) and n.name == kind)
    found: dict[str, str] = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        if isinstance(target, ast.Name):
            last = getattr(statement, "value", None) or statement  # a long value may stand in brackets with its comment
            _, _, behind = lines[(last.end_lineno or 1) - 1][last.end_col_offset or 0 :].partition("#")
            below = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            found[target.id] = str(below).strip() or behind.strip()
    return found


def file_of(room: str, kind: str) -> Path:
    """The file of a room in which a class stands."""
    return next(p for p in sorted((PACKAGE / room).rglob("*.py")) if f"class {kind}(" in p.read_text("utf-8"))


# ── The pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def settings() -> Iterator[str]:
    """Every setting, its environment variable, its default."""
    rows = (
        [code(f.name), code(f"LINTAS_{f.name.upper()}"), _default(f.default), f.metadata["text"]]
        for f in fields(Settings)
        if f.default is not MISSING
    )
    yield from table(["lintas.toml", "environment", "default", "meaning"], rows)


def _default(value: object) -> str:
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():g}` s"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(value) or "(empty)"


def errors() -> Iterator[str]:
    """Every error: code, status, sentence and remedy, in both languages."""
    yield from _errors_below(LintasError)


def _errors_below(error: type[LintasError]) -> Iterator[str]:
    yield from [f"## `{error.code}`", "", f"HTTP {error.status} · class `{error.__name__}`", ""]
    for language in (EN, ID):
        said = language.error(error)
        yield f"- {language.language}: {said.sentence} *{said.remedy}*"
    yield ""
    for child in sorted(error.__subclasses__(), key=lambda e: e.code):
        yield from _errors_below(child)


def commands() -> Iterator[str]:
    """Every command with its options, as `--help` tells them."""
    yield from _command(command, "lintas", None)


def _command(known: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(known, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=100)
    if not isinstance(known, click.Group):
        yield from [f"## `{path}`", "", "```text", known.get_help(context).strip(), "```", ""]
        return
    if parent is not None:
        yield from [f"## `{path}`", "", known.get_short_help_str(limit=200), ""]
    for name in known.list_commands(context):
        inner = known.get_command(context, name)
        if inner is not None and not inner.hidden:
            yield from _command(inner, f"{path} {name}", context)


def http_api() -> Iterator[str]:
    """Every route of the HTTP API."""
    described = create_api(cast("Any", None)).openapi_schema.to_schema()  # routes and types are there without a node
    for path, item in sorted(described["paths"].items()):
        for verb, about in item.items():
            if verb not in {"get", "post", "put", "patch", "delete"}:
                continue
            yield from [f"## `{verb.upper()} {path}`", "", about.get("description") or about.get("summary", ""), ""]
            rows = [
                [code(p["name"]), p["in"], _type(p["schema"]), p.get("description", "")]
                for p in about.get("parameters", [])
            ]
            bodies = about.get("requestBody", {}).get("content", {}).values()
            rows += [["", "body", _type(body["schema"]), ""] for body in bodies]
            if rows:
                yield from table(["parameter", "in", "type", "meaning"], rows)
            answers = (
                [code(status), a.get("description", ""), _content(a)]
                for status, a in sorted(about["responses"].items())
            )
            yield from table(["status", "meaning", "content"], answers)
    yield from _parts(described["components"]["schemas"], set())


def _content(answer: dict[str, Any]) -> str:
    return ", ".join(_type(body["schema"]) for body in answer.get("content", {}).values() if "schema" in body)


def audit_events() -> Iterator[str]:
    """Every kind of entry in the audit log."""
    said = comments_of(file_of("audit", "AuditKind"), "AuditKind")
    yield from table(["event", "written when"], ([code(kind.value), said[kind.name]] for kind in AuditKind))


def message_types() -> Iterator[str]:
    """Every message of the protocol with its fields and their limits."""
    kinds = get_args(messages.Message)
    _, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    for kind in kinds:
        schema = components[kind.__name__]
        yield from [f"## `{schema['properties']['type']['enum'][0]}`", "", _line(kind.__doc__ or ""), ""]
        yield from _fields(schema, comments_of(PACKAGE / "protocol" / "messages.py", kind.__name__))
    yield from _parts(components, {kind.__name__ for kind in kinds})


def _parts(components: Mapping[str, Any], without: set[str]) -> Iterator[str]:
    yield from ["## Parts", ""]
    for name, schema in sorted(components.items()):
        if name in {*without, *VOCABULARIES}:
            continue
        yield from [f'### <a id="{name}"></a>{name}', "", _line(schema.get("description", "")), ""]
        if "properties" in schema:
            yield from _fields(schema, {})
        elif "enum" in schema:
            yield from ["One of " + ", ".join(code(value) for value in schema["enum"]), ""]


def _fields(schema: Mapping[str, Any], said: Mapping[str, str]) -> list[str]:
    required = schema.get("required", ())
    rows = (
        [code(name), _type(about), "yes" if name in required else "", said.get(name) or about.get("description", "")]
        for name, about in schema["properties"].items()
        if name != "type" or "enum" not in about
    )
    return table(["field", "type", "required", "meaning"], rows)


def _type(about: Mapping[str, Any]) -> str:
    """A JSON Schema type in a few words."""
    if "$ref" in about:
        name = str(about["$ref"]).rpartition("/")[2]
        return f"[{name}](vocabularies.md#{name.lower()})" if name in VOCABULARIES else f"[{name}](#{name})"
    if choices := about.get("oneOf") or about.get("anyOf"):
        return " or ".join(dict.fromkeys(_type(one) for one in choices))
    kind = str(about.get("type", "anything")).replace("null", "nothing")
    if kind == "array":
        kind = f"list of {_type(about.get('items', {}))}"
    if kind == "object" and about.get("additionalProperties"):
        kind = f"map of {_type(about['additionalProperties'])}"
    limits = [form.format(_plain(about[key])) for key, form in LIMITS.items() if key in about]
    return f"{kind} ({', '.join(limits)})" if limits else kind


def _plain(limit: object) -> object:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


LIMITS = {
    "format": "{}",
    "pattern": "pattern `{}`",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "minProperties": "at least {}",
    "maxProperties": "at most {}",
    "minimum": "from {}",
    "maximum": "to {}",
}


def policies() -> Iterator[str]:
    """Every default policy: what it does, why, on which source, and its text."""
    for policy in PolicySet.load([]).policies:
        ground = policy.annotations.get("ground")
        yield from [f"## `{policy.id}`", ""]
        yield from [f"{policy.effect}{f', ground `{ground}`' if ground else ''} · {'; '.join(policy.cites)}", ""]
        yield from [f"- en: {policy.explanation['en']}", f"- id: {policy.explanation['id']}", ""]
        yield from [
            "<details><summary>Cedar</summary>",
            "",
            "```cedar",
            _without_annotations(policy.text),
            "```",
            "",
            "</details>",
            "",
        ]


def _without_annotations(text: str) -> str:
    return re.sub(r"^@\w+\(.*\)\n", "", text.strip(), flags=re.MULTILINE)


def schemata() -> Iterator[str]:
    """Every schema that can be asked about, with its properties in both languages."""
    ours = {p.stem for p in (PACKAGE / "model" / "schemata").glob("[A-Z]*.yaml")}
    known = ftm_model()
    for kind, entry in KINDS.items():
        for name in entry.schemata:
            mark = " +" if name in ours else ""
            yield from [
                f"## {name}{mark}",
                "",
                f"{label(name, language='en')} · {label(name)} ({code(kind.value)})",
                "",
            ]
            schema = known.get(name)
            rows = (
                [code(prop.name), label(name, prop.name, language="en"), label(name, prop.name), prop.type.name]
                for prop in sorted(schema.properties.values(), key=lambda p: p.name)
                if not prop.stub and not prop.hidden
            )
            yield from table(["property", "en", "id", "type"], rows)


def vocabularies() -> Iterator[str]:
    """Every closed vocabulary: word, label in both languages, meaning."""
    for name, kind in sorted(VOCABULARIES.items()):
        said = comments_of(PACKAGE / "model" / "vocabulary.py", name)
        yield from [f"## {name}", "", _line(kind.__doc__ or ""), ""]
        rows = ([code(m.value), EN.label(m), ID.label(m), EN.hint(m) or said[m.name], ID.hint(m)] for m in kind)
        yield from table(["word", "en", "id", "meaning", "arti"], rows)


def matching() -> Iterator[str]:
    """What the benchmarks of matching published: by group of people, and beside other matchers."""
    published = json.loads((REFERENCE / "matching.json").read_text("utf-8"))
    for way, groups in published["fairness"].items():
        yield from [f"## {ABOUT['matching'][way]}", ""]
        heads = ["group · kelompok", "found again · ditemukan", "bounds · batas", "of · dari"]
        heads += ["mistaken · keliru", "bounds · batas", "of · dari"]
        rows = ([_group(g), *_share(g["found"]), *_share(g["mistaken"])] for g in groups)
        yield from table(heads, rows)
    yield from [f"## {ABOUT['matching']['quality']}", ""]
    heads = ["set · himpunan", "by · oleh", "AUC", "F1", "best F1 · F1 terbaik", "recall at 99 % · perolehan", "ECE"]
    sets = published.get("quality", {})
    yield from table(heads, (row for title, by in sets.items() for row in _judged(title, by)))
    yield from [f"## {ABOUT['matching']['slices']}", ""]
    parts = ((title, part, ece) for title, by in sets.items() for part, ece in by.get("slices", {}).items())
    yield from table(["set · himpunan", "slice · bagian", "ECE"], ([t, part, f"{ece:.3f}"] for t, part, ece in parts))


def _group(row: Mapping[str, Any]) -> str:
    return f"{row['column']}: {row['group']}" if row["column"] else row["group"]


def _share(counts: list[int]) -> list[str]:
    seen = Share(*counts)
    lower, upper = seen.bounds
    return [f"{100 * seen.share:.1f} %", f"{100 * lower:.1f} to {100 * upper:.1f}", f"{seen.of}"]


def _judged(title: str, by: Mapping[str, Any]) -> Iterator[list[str]]:
    goals = by.get("goals", {})
    for name, found in by.items():
        if "auc" in found and name != "goals":
            figures = [
                f"{found[f]:.3f}"
                + (f" ({'≤' if f == 'ece' else '≥'} {goals[f]:g})" if f in goals and name == "lintas" else "")
                for f in ("auc", "f1", "best_f1", "recall", "ece")
            ]
            yield [f"{title} ({found['pairs']})", name, *figures]


PAGES = {
    "settings": settings,
    "commands": commands,
    "http-api": http_api,
    "errors": errors,
    "audit-events": audit_events,
    "messages": message_types,
    "policies": policies,
    "schemata": schemata,
    "vocabularies": vocabularies,
    "matching": matching,
}


def page(name: str) -> str:
    """One whole page."""
    about = ABOUT[name]
    lines = [f"# {about['title'][0]} · {about['title'][1]}", ""]
    lines += ["<!-- Written by docs/generate.py from the code; `make docs` writes it anew. -->", ""]
    lines += [f"**en** {about['en']}", "", f"**id** {about['id']}", "", *PAGES[name]()]
    return "\n".join(lines).rstrip() + "\n"


# ── The map of the house ─────────────────────────────────────────────────────────────────────────────────────────────

MARK = re.compile(r"(<!-- map:begin[^>]*-->\n).*?(<!-- map:end -->)", re.DOTALL)


def rooms() -> Iterator[tuple[str, Path]]:
    """Every room, from the front doors down."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    for layer in next(c["layers"] for c in contracts if c["type"] == "layers"):
        for name in re.findall(r"\w+", layer):
            folder = PACKAGE / name
            yield name, folder if folder.is_dir() else folder.with_suffix(".py")


def house_map(language: str) -> str:
    """The table of the rooms: English from their docstrings, Indonesian from pages.toml."""
    rows = []
    for name, path in rooms():
        source = (path / "__init__.py" if path.is_dir() else path).read_text("utf-8")
        english = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")[0]
        rows.append([f"[`{name}`]({path.relative_to(ROOT)})", english if language == "en" else ABOUT["rooms"][name]])
    return "\n".join(table(["room", "what it is"] if language == "en" else ["ruang", "apa isinya"], rows))


def everything() -> dict[Path, str]:
    """Every generated file as it should be."""
    wanted = {REFERENCE / f"{name}.md": page(name) for name in PAGES}
    for path, language in {ROOT / "README.md": "en", ROOT / "README.id.md": "id"}.items():
        body = house_map(language)
        wanted[path] = MARK.sub(lambda m, body=body: m[1] + body + m[2], path.read_text("utf-8"))
    return wanted


def main() -> int:
    """Write what is out of date, or with `--check` only name it."""
    stale = {p: text for p, text in everything().items() if not p.is_file() or p.read_text("utf-8") != text}
    for path, text in stale.items():
        print(path.relative_to(ROOT))
        if "--check" not in sys.argv[1:]:
            path.write_text(text, "utf-8")
    return int("--check" in sys.argv[1:] and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
