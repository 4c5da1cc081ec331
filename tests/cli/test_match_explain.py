"""Two entities beside each other on the command line, and everything that speaks for and against."""

from __future__ import annotations

import json

import pytest

from cli.conftest import PERSON, Terminal
from cli.test_match import BUDI, person

TWIN = {**PERSON, "id": "latihan-2", "properties": {"name": ["Santoso, Budi"], "birthDate": ["1970-01-31"]}}


def files(at: Terminal, left: object, right: object) -> tuple[str, str]:
    return at.file("a.json", json.dumps(left)), at.file("b.json", json.dumps(right) + "\n")


def test_two_files_are_explained_by_reasons_that_add_up(nowhere: Terminal) -> None:
    named = files(nowhere, BUDI, person("Budi Santosa", birthDate="1970-01-30", nationality="id"))

    said = nowhere.run("match", "explain", *named, "--prior", "-4").json

    total = said["prior"] + sum(reason["weight"] for reason in said["reasons"])
    assert said["probability"] == pytest.approx(1 / (1 + 2**-total))
    assert {reason["feature"] for reason in said["reasons"]} >= {"name", "birth_date"}
    assert all(reason["sentence"] for reason in said["reasons"])


def test_the_reasons_stand_in_words_the_weightiest_first(nowhere: Terminal) -> None:
    named = files(nowhere, BUDI, BUDI)

    english = nowhere.run("match", "explain", *named, json=False).out.splitlines()
    indonesian = nowhere.run("match", "explain", *named, "--language", "id", json=False).out

    weights = [float(line.split()[0]) for line in english[2:-1]]
    assert weights == sorted(weights, key=abs, reverse=True)
    assert "Same birth date" in "\n".join(english) or "Same date of birth" in "\n".join(english)
    assert "anggal lahir" in indonesian


def test_two_records_of_the_node_need_a_reason_and_both_readings_are_in_the_log(terminal: Terminal) -> None:
    terminal.knows(PERSON, TWIN)
    terminal.officer("sari", "investigator")
    words = ("match", "explain", "latihan-1", "latihan-2", "--officer", "sari")

    refused = terminal.lintas(*words, status=2)
    said = terminal.lintas(*words, "--reason", "Apakah keduanya satu orang?").json

    assert refused.error["code"] == "invalid.unjustified"
    assert said["probability"] > 0.9
    read = terminal.lintas("audit", "log", "--kind", "record.read", "--officer", "petugas").json
    assert sorted(entry["event"]["facts"]["record"] for entry in read) == ["latihan-1", "latihan-2"]


def test_a_record_that_is_not_there_is_named(terminal: Terminal) -> None:
    terminal.knows(PERSON)
    terminal.officer("sari", "investigator")

    said = terminal.lintas(
        "match", "explain", "latihan-1", "latihan-9", "--officer", "sari", "--reason", "Uji coba", status=4
    )

    assert said.error["facts"] == {"record": "latihan-9"}


def test_neither_file_nor_node_is_told_in_one_sentence(nowhere: Terminal) -> None:
    said = nowhere.lintas("match", "explain", "a.json", "b.json", status=4)

    assert "no files of these names" in said.error["facts"]["problem"]


@pytest.mark.parametrize(
    ("content", "fact"),
    [("{", "one FollowTheMoney entity in JSON"), ('{"schema": "Persn", "properties": {"name": ["x"]}}', "Persn")],
)
def test_a_file_without_an_entity_is_refused_with_the_reason(nowhere: Terminal, content: str, fact: str) -> None:
    good, bad = nowhere.file("a.json", json.dumps(BUDI)), nowhere.file("b.json", content)

    said = nowhere.run("match", "explain", good, bad, status=2)

    assert fact in str(said.error["facts"].values())


def test_a_file_and_something_else_are_not_compared(nowhere: Terminal) -> None:
    said = nowhere.run("match", "explain", nowhere.file("a.json", json.dumps(BUDI)), "latihan-1", status=2)

    assert said.error["facts"]["problem"] == "one is a file and the other is not"
