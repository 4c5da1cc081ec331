"""The how-to pages about comparing: every command typed as it stands there, on the examples that stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lintas.model import Role
from lintas.node import init
from stories.test_how_to import PAGES, PERSON, Reader, _staff

COMPARING = "how-to/compare-names-and-entities.md"
TWIN = {**PERSON, "id": "latihan-2", "properties": {"name": ["Santoso, Budi"], "birthDate": ["1985-03-12"]}}


def shown(page: str, kind: str) -> str:
    """The first example of a kind on a page."""
    found = re.search(rf"^```{kind}\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    folder = tmp_path / "id.contoh"
    init(folder, {"node": "id.contoh", "country": "id", "exercise": True})
    monkeypatch.chdir(folder)
    return Reader(folder, {"RECORD": "latihan-1", "OTHER": "latihan-2"})


def test_names_and_entities_are_compared_as_the_page_says(reader: Reader) -> None:
    Path("names.tsv").write_text(shown(COMPARING, "text"), "utf-8")
    Path("pairs.jsonl").write_text(shown(COMPARING, "json"), "utf-8")

    even, rare = reader.follows(COMPARING, only="match names")
    (pairs,) = reader.follows(COMPARING, only="match pairs")

    assert [round(row["probability"]) for row in even["rows"]] == [1, 1, 0]
    assert max(row["probability"] for row in rare["rows"]) < 0.5, "a name alone never suffices"
    assert pairs["rows"][0]["probability"] > 0.5
    assert json.loads(Path("judged.jsonl").read_text("utf-8"))["probability"] == pytest.approx(
        pairs["rows"][0]["probability"]
    )


def test_two_files_and_two_records_are_explained(reader: Reader) -> None:
    for name, entity in (("a.json", PERSON), ("b.json", TWIN)):
        Path(name).write_text(json.dumps(entity), "utf-8")
    Path("entities.ftm.json").write_text("".join(json.dumps(one) + "\n" for one in (PERSON, TWIN)), "utf-8")
    _staff(reader.node, sari=Role.INVESTIGATOR)
    reader.types("lintas records import entities.ftm.json")

    files, records = reader.follows(COMPARING, only="match explain")

    assert files["reasons"] == records["reasons"]
    assert files["probability"] > 0.5


def test_a_key_for_openrefine_is_made_as_the_page_says(reader: Reader) -> None:
    _staff(reader.node, sari=Role.INVESTIGATOR)

    (made,) = reader.follows("how-to/connect-other-programs.md")

    assert made["reason"]["case_reference"] == "LP/77/2026"
    assert made["key"].startswith("lintas_errand_")
