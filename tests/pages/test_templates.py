"""What stands in the templates: nothing inline, nothing from elsewhere, nothing assembled, nothing unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src/lintas/web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
OWN = [WEB / "static/lintas.css", WEB / "static/lintas.js", *sorted((WEB / "static/icons").glob("*.svg"))]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_inline(path: Path) -> None:
    html = path.read_text("utf-8")

    assert not re.findall(r"\sstyle=", html)
    assert not re.findall(r"<style\b", html)
    assert not re.findall(r"\son[a-z]+=", html)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert not re.findall(r"\bhx-(on|vals|headers)\b", html), "these would evaluate code"


@pytest.mark.parametrize("path", [*TEMPLATES, *OWN], ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")

    assert not re.findall(r"(?:https?:)?//[\w-]+\.", text)
    assert "data:image" not in text
    assert "@import" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_trusted_to_be_html(path: Path) -> None:
    assert not re.findall(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_word_a_person_reads_can_be_translated(path: Path) -> None:
    source = path.read_text("utf-8")
    source = re.sub(r"{#.*?#}|{% *trans.*?endtrans *%}", "", source, flags=re.DOTALL)
    source = re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)

    text = re.sub(r'<[^>]*>|[\w-]+="[^"]*"', " ", source)

    same_in_both = {"DATA", "LATIHAN", "Lintas", "Apache", "Enter", "Ctrl", "Esc", "ms"}
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= same_in_both


def test_every_style_of_ours_is_used_and_every_template_too() -> None:
    html = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    program = "\n".join(path.read_text("utf-8") for path in sorted(WEB.glob("*.py")))
    script = (WEB / "static/lintas.js").read_text("utf-8")
    css = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", (WEB / "static/lintas.css").read_text("utf-8"), flags=re.DOTALL)
    classes = set(re.findall(r"(?<![\w.])\.([a-z][a-z-]+)(?![\w(])", css))

    used = {name for name in classes if re.search(rf"\b{name}\b", html + program + script)}
    unused = {name for name in classes - used if not name.startswith("ds-")}
    assert unused == set()
    assert [path.name for path in TEMPLATES if path.name not in html + program] == []


def test_every_drawing_is_used() -> None:
    html = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    css = (WEB / "static/lintas.css").read_text("utf-8")
    by_code = {"match", "none", "silent", "declined", "asking"}
    kinds = {"person", "company", "document", "vehicle", "phone", "email", "vessel", "device", "container", "account"}

    drawn = {path.stem for path in (WEB / "static/icons").glob("*.svg")}

    assert {
        name for name in drawn - by_code - kinds if f"icon('{name}')" not in html and name not in html + css
    } == set()
    assert by_code | kinds <= drawn
