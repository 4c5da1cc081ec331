"""Files made elsewhere are the files we looked at, and their licences stand beside them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "src/lintas/web/static/vendor", ROOT / "tests/browser/vendor")
VENDORED = [(folder, entry) for folder in FOLDERS for entry in json.loads((folder / "VENDORED.json").read_text())]


@pytest.mark.parametrize(
    ("folder", "entry"), VENDORED, ids=lambda value: value["file"] if isinstance(value, dict) else ""
)
def test_a_vendored_file_is_byte_for_byte_the_published_one(folder: Path, entry: dict[str, str]) -> None:
    content = (folder / entry["file"]).read_bytes()

    assert sha256(content).hexdigest() == entry["sha256"]
    assert entry["version"] in entry["file"], "the version stands in the file name, so that an update is a new address"


@pytest.mark.parametrize("folder", FOLDERS, ids=["shipped", "for tests"])
def test_nothing_lies_in_the_folder_that_is_not_listed(folder: Path) -> None:
    entries = json.loads((folder / "VENDORED.json").read_text())
    listed = {entry[key] for entry in entries for key in ("file", "licence_file")}

    assert {path.name for path in folder.iterdir()} == {*listed, "VENDORED.json"}


def test_what_is_shipped_is_free_to_be_shipped() -> None:
    shipped = json.loads((FOLDERS[0] / "VENDORED.json").read_text())

    assert {entry["licence"] for entry in shipped} <= {"0BSD", "MIT", "OFL-1.1"}
