"""Documentation that cannot lie: generated pages are current, pages exist in both languages, nothing points nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from house.source import PACKAGE, ROOT, rooms, tracked
from lintas import errors
from lintas.audit import AuditKind
from lintas.i18n import Translator
from lintas.policy import PolicySet
from lintas.protocol.messages import Message
from lintas.settings import Settings

DOCS = ROOT / "docs"
PAGES = sorted(p for p in tracked() if p.suffix == ".md" and "node_modules" not in p.parts)

# Written in English only so far. The count may only fall.
ENGLISH_ONLY = {"security/request-flow.md"}
BILINGUAL = {"README.md", "glossary.md", "security/README.md"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(path: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def _slug(heading: str) -> str:
    plain = re.sub(r"<[^>]+>|[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", _prose(path), re.MULTILINE)
    return {_slug(h) for h in headings} | set(re.findall(r'<a id="([^"]+)"', text))


def test_the_reference_is_what_the_code_says_now() -> None:
    checked = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, f"run `make docs`: {checked.stdout}{checked.stderr[-2000:]}"


def test_every_page_exists_in_both_languages() -> None:
    english = {p.relative_to(DOCS / "en") for p in (DOCS / "en").rglob("*.md")}
    indonesian = {p.relative_to(DOCS / "id") for p in (DOCS / "id").rglob("*.md")}

    assert english == indonesian


def test_what_stands_in_one_language_is_listed_and_the_list_only_shrinks() -> None:
    apart = {"en", "id", "reference", "adr"}
    alone = {str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md") if apart.isdisjoint(p.relative_to(DOCS).parts)}
    translated = {f"security/{p.name}" for p in (DOCS / "security" / "id").glob("*.md")}

    assert alone - BILINGUAL - translated == ENGLISH_ONLY
    assert len(ENGLISH_ONLY) <= 1


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_link_points_nowhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]+`", "", _prose(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and found.suffix == ".md" and anchor not in _anchors(found)):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:src|docs|tests|spec|requirements|benchmarks|conformance)/[\w./-]+)`", _prose(page))

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_page_can_be_reached_from_the_first() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md", ROOT / "README.id.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = re.findall(r"\]\(([^)#\s]+\.md)", _prose(page))
        waiting += [t for name in targets if (t := (page.parent / name).resolve()) not in reached and t.exists()]

    assert {_name(p) for p in DOCS.rglob("*.md")} - {_name(p) for p in reached} == set()


def test_both_readmes_say_the_same_in_the_same_order() -> None:
    shapes = [
        re.findall(r"^(#+|- |\d+\. |```\w*)", (ROOT / n).read_text("utf-8"), re.MULTILINE)
        for n in ("README.md", "README.id.md")
    ]

    assert shapes[0] == shapes[1]


def test_every_pair_of_pages_has_the_same_shape() -> None:
    different = []
    for english in (DOCS / "en").rglob("*.md"):
        indonesian = DOCS / "id" / english.relative_to(DOCS / "en")
        shapes = [
            re.findall(r"^(#+ |- |\d+\. |```\w*|\| ---)", p.read_text("utf-8"), re.MULTILINE)
            for p in (english, indonesian)
        ]
        if shapes[0] != shapes[1]:
            different.append(_name(english))

    assert different == []


def test_both_languages_show_the_same_commands() -> None:
    different = []
    for english in (DOCS / "en").rglob("*.md"):
        indonesian = DOCS / "id" / english.relative_to(DOCS / "en")
        blocks = [
            re.findall(r"^```sh\n(.*?)^```", p.read_text("utf-8"), re.MULTILINE | re.DOTALL)
            for p in (english, indonesian)
        ]
        commands = [[re.sub(r" *#.*", "", block) for block in found] for found in blocks]
        if commands[0] != commands[1]:
            different.append(_name(english))

    assert different == []


def _reference(page: str) -> str:
    return (DOCS / "reference" / page).read_text("utf-8")


def test_every_setting_is_documented() -> None:
    page = _reference("settings.md")

    assert [f.name for f in fields(Settings) if f"`{f.name}`" not in page and f.name != "folder"] == []


def test_every_error_is_documented_in_both_languages() -> None:
    page = _reference("errors.md")
    all_errors = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.LintasError)]

    assert [e.code for e in all_errors if f"## `{e.code}`" not in page] == []
    assert [e.code for e in all_errors if not Translator("id").word("Error", e.code)] == []


def test_every_message_type_is_documented() -> None:
    page = _reference("messages.md")
    tags = [kind.__struct_config__.tag for kind in get_args(Message)]

    assert [tag for tag in tags if f"## `{tag}`" not in page] == []


def test_every_audit_event_is_documented_with_when_it_is_written() -> None:
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.*?) \|$", _reference("audit-events.md"), re.MULTILINE))

    assert [kind.value for kind in AuditKind if not rows.get(kind.value)] == []


def test_every_policy_is_documented() -> None:
    ids = [
        i for p in (PACKAGE / "policy").rglob("*.cedar") for i in re.findall(r'@id\("([^"]+)"\)', p.read_text("utf-8"))
    ]
    page = _reference("policies.md")

    assert ids
    assert [i for i in ids if f"`{i}`" not in page] == []


def _unknown(line: str, known: dict[str, str]) -> list[str]:
    """What stands in a shown command that the program does not know: the command itself, or some options."""
    words = re.match(r"lintas((?: [a-z][a-z-]*)+)", line)
    if words is None or not any(path.split()[1] == words[1].split()[0] for path in known):
        return []  # a sentence that begins with the name
    path = next((p for p in sorted(known, key=len, reverse=True) if f"{line} ".startswith(f"{p} ")), None)
    is_group = any(other.startswith(f"{path} ") for other in known)
    if path is None or (is_group and line.strip() != path):
        return [line]
    return [
        option for option in re.findall(r"--[a-z][a-z-]*", line) if option not in known[path] and option != "--help"
    ]


@pytest.mark.parametrize("line", ["lintas records vanish", "lintas check --fast", "lintas node"])
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    known = {"lintas records": "", "lintas records due": "--node", "lintas check": "--json", "lintas node": ""}

    assert bool(_unknown(line, known)) == (line != "lintas node")


def test_every_command_a_page_shows_exists_with_its_options() -> None:
    parts = re.split(r"^## `(lintas [^`]*)`$", _reference("commands.md"), flags=re.MULTILINE)
    known = dict(zip(parts[1::2], parts[2::2], strict=True))
    unknown = {}
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        shown = re.findall(r"^(?:\S*/)?(lintas [^#|\n]*)", text, re.MULTILINE) + re.findall(r"`(lintas [^`\n]*)`", text)
        if page.parent.name != "reference" and (found := [u for line in shown for u in _unknown(line, known)]):
            unknown[_name(page)] = found

    assert unknown == {}


def test_the_policy_a_page_shows_holds_together_with_ours(tmp_path: Path) -> None:
    page = (DOCS / "en/how-to/write-a-policy.md").read_text("utf-8")
    shown = re.findall(r"^```cedar\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "shown.cedar").write_text("\n".join(shown), "utf-8")

    assert "id-accounts-by-liaison" in {policy.id for policy in PolicySet.load([tmp_path]).policies}


def test_every_room_is_on_the_map_in_both_languages() -> None:
    for readme in ("README.md", "README.id.md"):
        drawn = dict(
            re.findall(r"^\| \[`(\w+)`\]\([^)]*\) \| (.*) \|$", (ROOT / readme).read_text("utf-8"), re.MULTILINE)
        )

        assert [room.name for room in rooms() if not drawn.get(room.name)] == []


def test_every_audit_event_is_written_by_somebody() -> None:
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))

    assert [kind.name for kind in AuditKind if f"AuditKind.{kind.name}" not in source] == []


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_functions_a_check_is_said_to_travel_through_exist(language: str) -> None:
    page = (DOCS / language / "explanation/how-a-check-travels.md").read_text("utf-8")
    steps = re.findall(r"`([\w.]+)`", re.split(r"^## ", page, flags=re.MULTILINE)[3])
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))

    assert len(steps) > 12
    assert [step for step in steps if not re.search(rf"def {step.rpartition('.')[2]}\b", source)] == []


# Which line of "what is recorded" tells how long each table's rows are kept.
RETENTION = {
    "records of the agency": ("record", "record_version", "record_change"),
    "checks our officers asked": ("check_asked", "check_outcome"),
    "that an officer of an agency asked": ("check_answered",),
    "which record a possible match points to": ("check_hit",),
    "a file of questions": ("check_batch",),
    "confirmations, both sides": ("confirmation",),
    "letters to partners": ("outbox", "inbox"),
    "officers: name": ("people_officers",),
    "a session": ("people_sessions",),
    "tokens and keys": ("people_tokens", "people_errands"),
    "failed sign-ins": ("people_failures",),
    "what a second person": ("people_approvals",),
    "ids of envelopes": ("envelope_seen",),
    "partner's log": ("audit_witnessed", "audit_cosignatures"),
    "imports: which file": ("import_run", "import_stage", "import_cursor"),
    "The content of log entries": ("audit_entries", "audit_tiles", "audit_checkpoints"),
}


def test_for_every_table_the_overseers_are_told_how_long_its_rows_are_kept() -> None:
    page = (ROOT / "docs/en/oversight/what-is-recorded.md").read_text("utf-8")
    sources = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    tables = set(re.findall(r'\bTable\(\s*"(\w+)",\s*metadata\b', sources))
    told = {table for names in RETENTION.values() for table in names}

    assert [words for words in RETENTION if words not in page] == []
    assert tables - told == {"schema_version"}  # the program's own number
    assert told <= tables


def test_the_table_of_retention_has_the_same_lines_in_both_languages() -> None:
    pages = [(DOCS / language / "oversight/what-is-recorded.md").read_text("utf-8") for language in ("en", "id")]
    lines = [len(re.findall(r"^\|", page, re.MULTILINE)) for page in pages]

    assert lines[0] == lines[1]
