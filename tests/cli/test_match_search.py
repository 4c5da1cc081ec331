"""`lintas match search`: the first ten ids and the milliseconds of each query, from files alone."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from lintas.cli.match_search import command, query_of

PEOPLE = [
    {"id": "p-1", "schema": "Person", "properties": {"name": ["Budi Santoso"], "birthDate": ["1980-02-03"]}},
    {"id": "p-2", "schema": "Person", "properties": {"name": ["Budi Santoso"], "passportNumber": ["A1234567"]}},
    {"id": "v-1", "schema": "Vehicle", "properties": {"registrationNumber": ["B 1234 CDE"]}},
    {"id": "c-1", "schema": "Company", "properties": {"name": ["PT Sinar Contoh"]}},
    {"id": "o-1", "schema": "Ownership", "properties": {"owner": ["p-1"]}},
]


@pytest.fixture
def search(tmp_path):
    def run(queries, records=PEOPLE, *options):
        for name, lines in (("records", records), ("queries", queries)):
            text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
            (tmp_path / name).write_text(text, "utf-8")
        files = ["--records", str(tmp_path / "records"), "--queries", str(tmp_path / "queries")]
        return CliRunner().invoke(command, [*files, *options], catch_exceptions=True)

    return run


def told(result):
    return json.loads(result.output)


def test_each_query_is_answered_with_ids_and_milliseconds(search):
    answer = told(search([{"id": "q1", "name": "Budi Santosa", "birthDate": "1980-02-03"}], PEOPLE, "--json"))

    (one,) = answer["queries"]
    assert (one["id"], one["ids"][:2], one["error"]) == ("q1", ["p-1", "p-2"], None)
    assert one["milliseconds"] > 0
    assert set(answer["milliseconds"]) == {"p50", "p95", "p99"}
    assert (answer["records"], answer["rejected"]) == (4, 0)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({"schema": "Person", "properties": {"name": ["Budi Santoso"], "passportNumber": ["a-1234567"]}}, "p-2"),
        ({"name": "Budi", "identifiers": ["A1234568"]}, "p-2"),
        ({"identifiers": [{"type": "plate", "value": "B 1234 CDF"}]}, "v-1"),
        ({"identifiers": {"passportNumber": "A1234567"}}, "p-2"),
        ({"name": ["Sinar Contoh"]}, "c-1"),
        ({"schema": "Company", "properties": {"name": "Sinar Conto"}}, "c-1"),
    ],
)
def test_a_query_may_be_an_entity_or_a_plain_object(search, query, first):
    assert told(search([query], PEOPLE, "--json"))["queries"][0]["ids"][0] == first


def test_a_query_without_an_id_is_called_by_its_line(search):
    assert [one["id"] for one in told(search([{"name": "Budi"}, {"name": "Siti"}], PEOPLE, "--json"))["queries"]] == [
        "1",
        "2",
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "q"}', '{"name": ""}'])
def test_a_query_that_asks_nothing_gets_a_sentence_and_the_others_their_answer(search, line):
    bad, good = told(search([line, {"name": "Budi Santoso"}], PEOPLE, "--json"))["queries"]

    assert "o" in bad["error"]
    assert bad["ids"] == []
    assert good["ids"][0] in {"p-1", "p-2"}


def test_lines_that_are_no_entities_are_counted(search):
    assert told(search([{"name": "Budi"}], ["{", *PEOPLE, "nonsense"], "--json"))["rejected"] == 2


def test_a_file_without_anything_to_look_for_is_refused(search):
    assert search([{"name": "Budi"}], ["{"]).exception.facts["rejected"] == 1


def test_for_people_there_is_a_line_for_each_query(search):
    lines = search([{"id": "q1", "name": "Budi Santoso"}, {"id": "q2"}]).output.splitlines()

    assert lines[0].startswith("q1\t")
    assert lines[0].endswith("p-1 p-2")
    assert "nor an identifier" in lines[1]
    assert lines[2].startswith("4 records")


def test_an_index_that_is_kept_is_used_again(search, tmp_path):
    first = told(search([{"name": "Budi Santoso"}], PEOPLE, "--json", "--index", str(tmp_path / "kept")))
    again = told(search([{"name": "Budi Santoso"}], ["{"], "--json", "--index", str(tmp_path / "kept")))

    assert first["queries"][0]["ids"] == again["queries"][0]["ids"]


def test_as_many_ids_come_as_are_wanted(search):
    people = [{**PEOPLE[0], "id": f"p-{n}"} for n in range(30)]

    assert len(told(search([{"name": "Budi Santoso"}], people, "--json"))["queries"][0]["ids"]) == 10
    assert len(told(search([{"name": "Budi Santoso"}], people, "--json", "--limit", "20"))["queries"][0]["ids"]) == 20


def test_without_a_schema_all_that_is_known_by_a_name_is_looked_for():
    assert query_of({"name": "Budi"}).kinds == ("company", "person", "vessel")
    assert query_of({"schema": "Vessel", "properties": {"name": ["Budi"]}}).kinds == ("vessel",)
