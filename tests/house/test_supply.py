"""What we depend on: pinned, hashed, licensed, explained; and nothing of the machine it was written on."""

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from pathlib import Path

import pytest

from house.source import ROOT, text_files, tracked

# Written in two halves, so that this list does not find itself.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "deb." + "debian.org",
]
PLACES = ["/wo" + "rk/", "/ro" + "ot/", "/home" + "/", ".mirr" + "or/", "bash_" + "jobs"]
COPYLEFT = re.compile(r"\b(A|Affero )?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def _pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE
    ):
        found.setdefault(name, set()).add(version)
    return found


def _direct() -> list[str]:
    lines = (ROOT / "requirements/runtime.in").read_text().splitlines()
    return [re.split(r"[\[<>=~ ]", line)[0] for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("lock", ["runtime.lock", "dev.lock"])
def test_every_pinned_version_carries_its_hash(lock: str) -> None:
    for entry in (ROOT / "requirements" / lock).read_text().replace("\\\n", " ").splitlines():
        assert re.match(r"\S+==\S+( ; .*?)? +--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_the_tests_run_with_exactly_what_is_shipped() -> None:
    shipped, tested = _pins("runtime.lock"), _pins("dev.lock")

    assert {name: versions for name, versions in shipped.items() if tested.get(name) != versions} == {}


def test_no_committed_file_names_a_registry_or_a_place_on_somebody_s_machine() -> None:
    named = [(name, word) for name, text in text_files() for word in (*HOSTS, *PLACES) if word in text]

    assert named == []


def test_the_folder_beside_the_checkout_is_named_only_by_programs_that_handle_its_absence() -> None:
    beside = "../sha" + "red"

    assert [name for name, text in text_files() if beside in text and not name.endswith(".py")] == []


def test_no_runtime_dependency_is_under_a_licence_that_would_bind_ours() -> None:
    bound = {}
    for name in _pins("runtime.lock"):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        said = " ".join(
            [about.get("License-Expression") or about.get("License") or "", *about.get_all("Classifier", [])]
        )[:2000]
        if COPYLEFT.search(said.replace("LGPL", "").replace("Lesser General Public", "")):
            bound[name] = said[:120]

    assert bound == {}


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_runtime_dependency_has_its_reason(language: str) -> None:
    page = (ROOT / f"docs/{language}/explanation/dependencies.md").read_text("utf-8")

    assert [name for name in _direct() if f"| `{name}` |" not in page] == []
    assert [name for name in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE) if name not in _direct()] == []


def _vendored() -> list[tuple[Path, dict[str, str]]]:
    """Every vendored file and what is said about it in the VENDORED.json beside it."""
    listings = [p for p in tracked() if p.name == "VENDORED.json"]
    return [(p.parent / entry["file"], entry) for p in listings for entry in json.loads(p.read_text("utf-8"))]


def test_every_vendored_file_matches_its_hash_and_carries_its_licence() -> None:
    assert _vendored()
    for path, entry in _vendored():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"], path.name
        assert (path.parent / entry["licence_file"]).is_file(), path.name
        assert not COPYLEFT.search(entry["licence"]), path.name


def test_nothing_is_vendored_without_being_listed() -> None:
    listed = {path for path, _ in _vendored()}
    vendored = {p for p in tracked() if "vendor" in p.parts and p.suffix in {".js", ".css", ".woff2", ".mjs"}}

    assert vendored - listed == set()


def test_what_others_made_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")

    assert {
        entry["package"] for _, entry in _vendored() if f"{entry['package']} {entry['version']}" not in notice
    } == set()
