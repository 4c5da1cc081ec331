"""Comparing files on the command line: every row gets its probability, and every bad row its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Terminal

NAMES = "Joko Widodo\tWidodo, Joko\t1\nSiti Aminah\tBambang Yudhoyono\t0\nSoekarno\tSukarno\t1\n"


def person(name: str, **properties: str) -> dict[str, Any]:
    return {
        "id": name.casefold().replace(" ", "-"),
        "schema": "Person",
        "properties": {prop: [value] for prop, value in {"name": name, **properties}.items()},
    }


BUDI = person("Budi Santoso", birthDate="1970-01-31", nationality="id")
PAIRS = [
    {"left": BUDI, "right": person("Santoso, Budi", birthDate="1970-01-31"), "judgement": "positive"},
    {"left": BUDI, "right": person("Dewi Lestari", birthDate="1988-04-02"), "judgement": "negative"},
    {"left": BUDI, "right": BUDI},
]


def lines(*entries: object) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def test_every_pair_of_names_gets_its_probability_and_the_figures_stand_beside(nowhere: Terminal) -> None:
    said = nowhere.run("match", "names", nowhere.file("names.tsv", NAMES), json=False)

    rows = [line.split("\t") for line in said.out.splitlines()]
    assert [row[:3] for row in rows] == [line.split("\t") for line in NAMES.splitlines()]
    assert [round(float(row[3])) for row in rows] == [1, 0, 1]
    assert "3 pairs compared, 0 rows rejected" in said.err
    assert "1.0000  AUC, of 2 same and 1 different" in said.err


def test_names_as_json_carry_rows_figures_and_what_was_rejected(nowhere: Terminal) -> None:
    file = nowhere.file("names.tsv", "left\tright\tlabel\n" + NAMES + "\nonly one\nx\t\xa0\t1\n")

    said = nowhere.run("match", "names", file).json

    assert [row["row"] for row in said["rows"]] == [2, 3, 4]
    assert said["rows"][0]["same"] is True
    assert said["measures"]["auc"] == 1
    assert [(row["row"], row["code"]) for row in said["rejected"]] == [(6, "invalid.value"), (7, "invalid.value")]
    assert said["rejected"][1]["facts"]["column"] == 2


def test_names_nobody_judged_get_probabilities_and_no_figures(nowhere: Terminal) -> None:
    said = nowhere.run("match", "names", nowhere.file("names.tsv", "\ufeffSoekarno\tSukarno\r\n")).json

    assert said["measures"] is None
    assert said["rows"][0]["left"] == "Soekarno"


def test_a_name_of_one_letter_is_compared_and_a_sentence_says_what_it_is_worth(nowhere: Terminal) -> None:
    file = nowhere.file("names.tsv", "Sukarno\tS\t1\n")

    said, told = nowhere.run("match", "names", file).json, nowhere.run("match", "names", file, json=False)

    assert said["rows"][0]["note"] == "S: one letter is hardly a name, it fits everybody whose name begins so"
    assert "row 1: S: one letter" in told.err
    assert len(told.out.split("\t")) == 4


def test_every_pair_of_entities_gets_its_probability_and_stays_what_it_was(nowhere: Terminal) -> None:
    out = nowhere.folder.parent / "judged.jsonl"

    said = nowhere.run("match", "pairs", nowhere.file("pairs.jsonl", lines(*PAIRS)), "--out", str(out), json=False)

    judged = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    probabilities = [entry.pop("probability") for entry in judged]
    assert judged == PAIRS
    assert [round(p) for p in probabilities] == [1, 0, 1]
    assert "recall at 99 % precision" in said.out


def test_the_odds_before_any_evidence_move_every_probability(nowhere: Terminal) -> None:
    file = nowhere.file("pairs.jsonl", lines(*PAIRS))

    even, rare = (nowhere.run("match", "pairs", file, "--prior", bits).json["rows"] for bits in ("0", "-16"))

    assert all(before["probability"] > after["probability"] for before, after in zip(even, rare, strict=True))


def test_a_bad_pair_is_named_with_its_side_and_the_others_are_judged(nowhere: Terminal) -> None:
    bad = [{"left": {**BUDI, "schema": "Persn"}, "right": BUDI}, {"left": BUDI}]

    file = nowhere.file("pairs.jsonl", lines(*PAIRS, *bad) + "{\n")
    said, told = nowhere.run("match", "pairs", file).json, nowhere.run("match", "pairs", file, json=False)

    assert [row["row"] for row in said["rejected"]] == [4, 5, 6]
    assert said["rejected"][0]["facts"] == {"entity": "left", "schema": "Persn", "problem": "no schema of that name"}
    assert len(said["rows"]) == 3
    assert "row 4: " in told.err
    assert len(told.out.splitlines()) == 6


@pytest.mark.parametrize("content", ["", "one column\n"])
def test_a_file_without_a_single_pair_is_refused(nowhere: Terminal, content: str) -> None:
    said = nowhere.run("match", "names", nowhere.file("names.tsv", content), status=2)

    assert said.error["code"] == "invalid.file"
    assert said.error["facts"]["problem"] == "not one row can be compared"


def test_a_file_that_cannot_be_written_to_is_told_before_the_work(nowhere: Terminal) -> None:
    file = nowhere.file("names.tsv", NAMES)

    said = nowhere.run("match", "names", file, "--out", str(Path(file).parent / "nowhere" / "out.tsv"), status=4)

    assert said.error["code"] == "not-found"
