"""Writes docs/reference, and the map of the house in both READMEs, from the code itself.

`python docs/generate.py` writes; with `--check` it only names the pages that are out of date and fails if there are any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
PACKAGE = ROOT / "src" / "lintas"


@dataclass(frozen=True, slots=True)
class Page:
    """One reference page: what it is called and said to be in both languages, and who writes its body."""

    file: str
    title: tuple[str, str]  # English, Indonesian
    intro: tuple[str, str]
    body: Callable[[], Iterable[str]]

    def render(self) -> str:
        """The whole page."""
        english, indonesian = self.intro
        lines = [
            f"# {self.title[0]} · {self.title[1]}",
            "",
            "<!-- Written by docs/generate.py from the code; `make docs` writes it anew. -->",
            "",
            f"**en** {english}",
            "",
            f"**id** {indonesian}",
            "",
            *self.body(),
        ]
        return "\n".join(lines).rstrip() + "\n"


def table(heads: list[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table and the blank line after it."""
    return [_row(heads), _row(["---"] * len(heads)), *(_row(row) for row in rows), ""]


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(" ".join(str(cell).replace("|", "\\|").split()) for cell in cells) + " |"


def code(text: object) -> str:
    """A word as it stands in a program; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def comments_of(path: Path, kind: str) -> dict[str, str]:
    """The comment behind, or the string under, each member of a class, by the member's name."""
    source = path.read_text("utf-8")
    lines = source.splitlines()
    body = next(n.body for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ClassDef) and n.name == kind)
    found: dict[str, str] = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        if not isinstance(target, ast.Name):
            continue
        below = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        _, _, behind = lines[statement.end_lineno - 1][statement.end_col_offset :].partition("#")  # type: ignore[operator]
        found[target.id] = str(below).strip() or behind.strip()
    return found


def settings() -> Iterable[str]:
    """Every setting, its environment variable, its default."""
    from dataclasses import MISSING, fields
    from datetime import timedelta

    from lintas.settings import Settings

    def shown(value: object) -> str:
        if value is MISSING:
            return ""
        if isinstance(value, timedelta):
            return f"`{value.total_seconds():g}` s"
        return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else "(empty)"

    yield from table(
        ["lintas.toml", "environment", "default", "meaning"],
        (
            [code(f.name), code(f"LINTAS_{f.name.upper()}"), shown(f.default), f.metadata["text"]]
            for f in fields(Settings)
            if f.default is not MISSING
        ),
    )


def errors() -> Iterable[str]:
    """Every error: code, status, sentence and remedy, in both languages."""
    from lintas.errors import LintasError
    from lintas.i18n import Translator

    english, indonesian = Translator("en"), Translator("id")
    queue = [LintasError]
    for error in queue:
        queue.extend(sorted(error.__subclasses__(), key=lambda e: e.code))
        en, id_ = english.error(error), indonesian.error(error)
        yield from [f"## `{error.code}`", ""]
        yield from [f"HTTP {error.status} · class `{error.__name__}`", ""]
        yield from [f"- en: {en.sentence} *{en.remedy}*", f"- id: {id_.sentence} *{id_.remedy}*", ""]


def commands() -> Iterable[str]:
    """Every command with its options, as `--help` tells them."""
    import click

    from lintas.cli import main

    def walk(command: click.Command, path: str, parent: click.Context | None) -> Iterable[str]:
        context = click.Context(command, info_name=path.split()[-1], parent=parent, max_content_width=100)
        if isinstance(command, click.Group):
            if parent is None or command.help:
                yield from [f"## `{path}`", "", (command.help or "").strip(), ""]
            for name in command.list_commands(context):
                if (inner := command.get_command(context, name)) and not inner.hidden:
                    yield from walk(inner, f"{path} {name}", context)
        else:
            yield from [f"### `{path}`", "", "```text", command.get_help(context).strip(), "```", ""]

    yield from walk(main, "lintas", None)


def audit_events() -> Iterable[str]:
    """Every kind of entry in the audit log."""
    from lintas.audit import AuditKind

    path = next(p for p in (PACKAGE / "audit").glob("*.py") if "class AuditKind" in p.read_text("utf-8"))
    said = comments_of(path, "AuditKind")
    yield from table(["event", "written when"], ([code(kind.value), said.get(kind.name, "")] for kind in AuditKind))


def message_types() -> Iterable[str]:
    """Every message of the protocol with its fields and their limits."""
    from typing import get_args

    from msgspec import json as msgjson

    from lintas.protocol import messages

    kinds = get_args(messages.Message)
    schemas, components = msgjson.schema_components(kinds, ref_template="#{name}")
    for kind, _ in zip(kinds, schemas, strict=True):
        schema = components[kind.__name__]
        tag = schema["properties"]["type"]["enum"][0]
        yield from [f"## `{tag}`", "", " ".join((kind.__doc__ or "").split()), ""]
        yield from _fields_table(schema)
    yield from ["## Parts", ""]
    for name, schema in sorted(components.items()):
        if name not in {kind.__name__ for kind in kinds} and "properties" in schema:
            yield from [f'### <a id="{name}"></a>{name}', "", " ".join(schema.get("description", "").split()), ""]
            yield from _fields_table(schema)


def _fields_table(schema: dict[str, dict[str, object]]) -> list[str]:
    required = schema.get("required", ())
    rows = [
        [code(name), _type(about), "yes" if name in required else ""]
        for name, about in schema["properties"].items()
        if name != "type"
    ]
    return table(["field", "type", "required"], rows)


def _type(about: object) -> str:
    """A JSON Schema type in a few words."""
    if not isinstance(about, dict):
        return ""
    if "$ref" in about:
        name = str(about["$ref"]).removeprefix("#")
        return f"[{name}](vocabularies.md#{name.lower()})" if name in _vocabulary_names() else f"[{name}](#{name})"
    if "anyOf" in about:
        return " or ".join(_type(one) for one in about["anyOf"])
    kind = str(about.get("type", "any")).replace("null", "nothing")
    if kind == "array":
        kind = f"list of {_type(about.get('items', {}))}"
    if kind == "object" and "additionalProperties" in about:
        kind = f"map of {_type(about['additionalProperties'])}"
    words = {"minLength": "at least {}", "maxLength": "at most {}", "minItems": "at least {}", "maxItems": "at most {}"}
    words |= {"minProperties": "at least {}", "maxProperties": "at most {}", "minimum": "from {}", "maximum": "to {}"}
    words |= {"format": "{}", "pattern": "pattern `{}`"}
    limits = [form.format(about[key]) for key, form in words.items() if key in about]
    return f"{kind} ({', '.join(limits)})" if limits else kind


def _vocabulary_names() -> set[str]:
    from enum import StrEnum

    from lintas import model

    return {n for n in model.__all__ if isinstance(k := getattr(model, n), type) and issubclass(k, StrEnum)}


def vocabularies() -> Iterable[str]:
    """Every closed vocabulary: word, label in both languages, meaning."""
    from lintas import model
    from lintas.i18n import Translator

    english, indonesian = Translator("en"), Translator("id")
    for name in sorted(_vocabulary_names()):
        kind = getattr(model, name)
        said = comments_of(PACKAGE / "model" / "vocabulary.py", name)
        yield from [f"## {name}", "", " ".join((kind.__doc__ or "").split()), ""]
        rows = []
        for member in kind:
            meaning = english.hint(member) or said.get(member.name, "")
            rows.append(
                [code(member.value), english.label(member), indonesian.label(member), meaning, indonesian.hint(member)]
            )
        yield from table(["word", "en", "id", "meaning", "arti"], rows)


def rooms(language: int) -> list[str]:
    """The map of the house: every room and the first line of its docstring (0: English, 1: Indonesian)."""
    order = re.findall(r"[a-z0-9]+", " ".join(_layers()))
    rows = []
    for name in order:
        path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
        if not path.is_file():
            continue
        english = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0]
        rows.append(
            [f"[`{name}`]({path.parent.relative_to(ROOT) if path.name == '__init__.py' else path.relative_to(ROOT)})"]
        )
        rows[-1].append(english if language == 0 else ROOMS_ID.get(name, ""))
    return table([["room", "what it is"], ["ruang", "apa isinya"]][language], rows)


def _layers() -> list[str]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return next(c["layers"] for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")


ROOMS_ID: dict[str, str] = {}

PAGES = [
    Page(
        "settings.md", ("Settings", "Pengaturan"),
        ("What an operator may set, in `lintas.toml` or in the environment (the environment wins). An unknown name stops"
         " the node. Durations are seconds. `lintas settings` shows what is in effect and where it came from.",
         "Yang dapat diatur operator, di `lintas.toml` atau di lingkungan (lingkungan yang menang). Nama yang tidak dikenal"
         " menghentikan simpul. Lama waktu dalam detik. `lintas settings` menunjukkan nilai yang berlaku dan asalnya."),
        settings,
    ),
    Page(
        "errors.md", ("Errors", "Kesalahan"),
        ("Everything that can go wrong, by the code that programs, translations and the audit log hold. First what"
         " happened, then what to do.",
         "Semua yang dapat salah, menurut kode yang dipegang program, terjemahan, dan log audit. Pertama apa yang terjadi,"
         " lalu apa yang dapat dilakukan."),
        errors,
    ),
    Page(
        "commands.md", ("Commands", "Perintah"),
        ("What can be typed. Every command that works on a node takes `--node DIR`; with `--json` it answers for programs.",
         "Yang dapat diketik. Setiap perintah yang bekerja pada simpul menerima `--node DIR`; dengan `--json` jawabannya"
         " untuk program."),
        commands,
    ),
    Page(
        "audit-events.md", ("Audit events", "Peristiwa audit"),
        ("Everything that is written into the tamper-evident log, and when.",
         "Semua yang ditulis ke dalam log yang tidak dapat diubah diam-diam, dan kapan."),
        audit_events,
    ),
    Page(
        "messages.md", ("Message types", "Jenis pesan"),
        ("The messages two nodes exchange. Normative text: [spec/lintas-1.md](../../spec/lintas-1.md). Nothing unknown is"
         " accepted inside a message.",
         "Pesan yang dipertukarkan dua simpul. Naskah normatif: [spec/lintas-1.md](../../spec/lintas-1.md). Di dalam pesan"
         " tidak diterima apa pun yang tidak dikenal."),
        message_types,
    ),
    Page(
        "vocabularies.md", ("Vocabularies", "Kosakata"),
        ("The closed vocabularies: one word per thing, the same in code, on the wire and on the page.",
         "Kosakata tertutup: satu kata untuk satu hal, sama di dalam kode, di jalur, dan di halaman."),
        vocabularies,
    ),
]  # fmt: skip

MAPS = {"README.md": 0, "README.id.md": 1}
MARK = re.compile(r"(<!-- map:begin[^>]*-->\n).*?(<!-- map:end -->)", re.DOTALL)


def everything() -> dict[Path, str]:
    """Every generated file as it should be."""
    wanted = {REFERENCE / page.file: page.render() for page in PAGES}
    for name, language in MAPS.items():
        text = (ROOT / name).read_text("utf-8")
        body = "\n".join(rooms(language))
        wanted[ROOT / name] = MARK.sub(lambda m, body=body: m[1] + body + m[2], text)
    return wanted


def main() -> int:
    """Write, or with `--check` compare."""
    stale = [path for path, text in everything().items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        print("\n".join(str(path.relative_to(ROOT)) for path in stale))
        return len(stale) > 0
    wanted = everything()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
        print("wrote", path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
