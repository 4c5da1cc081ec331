"""Whole files, from the file to pairs and clusters."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from lintas.errors import InvalidFile, InvalidMapping
from lintas.linkage import Duck, Order, Summary, run
from lintas.linkage.blocking import Rule
from lintas.linkage.duck import Found
from lintas.linkage.evidence import Seen
from lintas.linkage.table import Table
from rooms.linkage.registers import Register, register

MAPPING = """
queries:
  - entities:
      person:
        schema: Person
        id_column: id
        properties:
          firstName: { column: firstName }
          lastName: { column: lastName }
          birthDate: { column: birthDate }
          nationality: { column: nationality }
"""
ROW_BY_ROW = MAPPING.replace("birthDate: { column: birthDate }", "birthDate: { columns: [birthDate], join: '' }")


@pytest.fixture(scope="module")
def made() -> Register:
    return register()


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def same_people(made: Register, part: slice = slice(None)) -> set[tuple[str, str]]:
    people: dict[int, list[str]] = {}
    for row, person in zip(made.rows[part], made.truth[part], strict=True):
        people.setdefault(person, []).append(row["id"])
    return {(a, b) for ids in people.values() for a, b in combinations(sorted(ids), 2)}


def likely(folder: Path) -> set[tuple[str, str]]:
    pairs = read(folder / "pairs.csv")
    return {(min(p["left"], p["right"]), max(p["left"], p["right"])) for p in pairs if float(p["probability"]) >= 0.5}


@pytest.fixture(scope="module")
def done(made: Register, tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Path]:
    folder = tmp_path_factory.mktemp("done")
    path = made.lines(folder / "a.ftm")
    return run(Order(files=(path,), folder=folder / "out")), folder / "out"


def test_duplicates_are_found_and_what_is_called_likely_is(made: Register, done: tuple[Summary, Path]) -> None:
    truth, found = same_people(made), likely(done[1])

    assert len(truth & found) >= 0.95 * len(found)
    assert len(truth & found) >= 0.93 * len(truth)


def test_the_probability_means_what_it_says(made: Register, done: tuple[Summary, Path]) -> None:
    truth = same_people(made)
    pairs = read(done[1] / "pairs.csv")
    expected = sum(float(pair["probability"]) for pair in pairs)
    really = sum((min(p["left"], p["right"]), max(p["left"], p["right"])) in truth for p in pairs)

    assert abs(expected - really) < 0.05 * really


def test_clusters_hold_the_pairs_together_and_name_every_row_once(made: Register, done: tuple[Summary, Path]) -> None:
    rows = read(done[1] / "clusters.csv")
    sizes = Counter(row["cluster"] for row in rows)

    assert [row["id"] for row in rows] == [row["id"] for row in made.rows]
    assert sum(size > 1 for size in sizes.values()) == done[0].clusters
    assert not (done[1] / ".work").exists()


def test_the_reasons_add_up_to_the_probability(done: tuple[Summary, Path]) -> None:
    for pair in read(done[1] / "pairs.csv")[:50]:
        bits = sum(float(reason.rsplit(" ", 1)[1]) for reason in pair["reasons"].split("; "))

        assert abs(float(pair["probability"]) - 1 / (1 + 2**-bits)) < 0.1


def test_what_the_file_has_taught_can_be_read(done: tuple[Summary, Path]) -> None:
    model = json.loads((done[1] / "model.json").read_text())

    assert set(model["columns"]) == {"birthDate", "family_name", "given_name", "nationality"}
    for column in model["columns"].values():
        assert abs(sum(column["matches"]) - 1) < 0.001
        assert abs(sum(column["strangers"]) - 1) < 0.01


@pytest.mark.parametrize("mapping", [MAPPING, ROW_BY_ROW], ids=["column by column", "row by row"])
def test_a_table_through_a_mapping_gives_the_same_as_lines(
    made: Register, done: tuple[Summary, Path], tmp_path: Path, mapping: str
) -> None:
    (tmp_path / "m.yml").write_text(mapping)
    path = made.table(tmp_path / "a.csv")
    run(Order(files=(path,), mapping=tmp_path / "m.yml", folder=tmp_path / "out"))

    assert (tmp_path / "out/pairs.csv").read_bytes() == (done[1] / "pairs.csv").read_bytes()


def test_two_files_are_linked_with_each_other_and_not_within_themselves(made: Register, tmp_path: Path) -> None:
    parts = [slice(at, None, 2) for at in range(2)]
    files = tuple(made.lines(tmp_path / f"{at}.ftm", part) for at, part in enumerate(parts))
    run(Order(files=files, folder=tmp_path / "out"))

    truth = same_people(made) - same_people(made, parts[0]) - same_people(made, parts[1])
    found = likely(tmp_path / "out")
    assert len(truth & found) >= 0.9 * len(truth)
    assert len(truth & found) >= 0.94 * len(found)


def test_judgements_are_kept_and_their_contradictions_shown(made: Register, tmp_path: Path) -> None:
    a, b = min(same_people(made))
    c = next(row["id"] for row in made.rows if row["id"] not in (a, b))
    (tmp_path / "j.csv").write_text(f"left,right,judgement\n{a},{b},not_same\n{a},{c},same\n{c},{b},same\n")
    path = made.lines(tmp_path / "a.ftm")
    run(Order(files=(path,), folder=tmp_path / "out", judgements=tmp_path / "j.csv"))

    shown = [row for row in read(tmp_path / "out/conflicts.csv") if row["kind"] == "judgements_contradict"]
    assert [({row["left"], row["right"]}, row["through"]) for row in shown] == [({a, b}, c)]


def test_a_judgement_about_an_unknown_row_is_refused_with_its_line(made: Register, tmp_path: Path) -> None:
    (tmp_path / "j.csv").write_text("left,right,judgement\nr0,nobody,same\n")
    path = made.lines(tmp_path / "a.ftm")

    with pytest.raises(InvalidFile) as refused:
        run(Order(files=(path,), folder=tmp_path / "out", judgements=tmp_path / "j.csv"))
    assert refused.value.facts["line"] == 2


@pytest.mark.parametrize("text", ["no json\n", '{"id": "a"}\n', '{"id":"a","schema":"Person","properties":{}}\n'])
def test_a_file_that_holds_nothing_to_compare_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.ftm").write_text(text)

    with pytest.raises(InvalidFile):
        run(Order(files=(tmp_path / "a.ftm",), folder=tmp_path / "out"))


def test_a_column_that_is_not_there_is_named(made: Register, tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text(MAPPING.replace("column: lastName", "column: surname"))
    path = made.table(tmp_path / "a.csv")

    with pytest.raises(InvalidMapping) as refused:
        run(Order(files=(path,), mapping=tmp_path / "m.yml", folder=tmp_path / "out"))
    assert refused.value.facts["missing"] == "surname"


@pytest.mark.parametrize("rows", [1, 2])
def test_a_file_of_one_or_two_rows_has_a_result_too(tmp_path: Path, rows: int) -> None:
    path = register(2).lines(tmp_path / "a.ftm", slice(0, rows))

    assert run(Order(files=(path,), folder=tmp_path / "out")).rows == rows


class Dying(Duck):
    """An engine that dies before it compares anything."""

    def compare(self, table: Table, found: Found, folder: Path) -> Iterator[list[Seen]]:  # noqa: ARG002 - a port
        raise KeyboardInterrupt


class Resuming(Duck):
    """An engine that must not look for candidates again."""

    def candidates(self, table: Table, rules: Sequence[Rule], folder: Path) -> Found:  # noqa: ARG002 - a port
        raise AssertionError


def test_a_killed_run_goes_on_where_it_was_and_ends_the_same(
    made: Register, done: tuple[Summary, Path], tmp_path: Path
) -> None:
    order = Order(files=(made.lines(tmp_path / "a.ftm"),), folder=tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        run(order, engine=Dying())
    assert not (order.folder / "pairs.csv").exists()

    summary = run(order, engine=Resuming())

    assert summary.resumed
    assert (order.folder / "pairs.csv").read_bytes() == (done[1] / "pairs.csv").read_bytes()


def test_another_file_does_not_go_on_with_the_work_of_the_first(made: Register, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Order(files=(made.lines(tmp_path / "a.ftm"),), folder=tmp_path / "out"), engine=Dying())

    other = register(200, seed=9).lines(tmp_path / "b.ftm")
    assert not run(Order(files=(other,), folder=tmp_path / "out")).resumed


def test_names_written_in_one_are_read_in_parts_and_other_scripts_in_ours(tmp_path: Path) -> None:
    people = register(400)
    with (tmp_path / "a.ftm").open("w") as file:
        for row in people.rows:
            properties = {"name": [f"{row['firstName']} {row['lastName']}"], "birthDate": [row["birthDate"]]}
            values = {prop: v for prop, v in properties.items() if v[0]}
            file.write(json.dumps({"id": row["id"], "schema": "Person", "properties": values}) + "\n")
        for number, name in enumerate(["Владимир Кузнецов", "Vladimir Kuznetsov"]):
            properties = {"name": [name, "Somebody Else"], "birthDate": ["1961-02-03"]}
            file.write(json.dumps({"id": f"k{number}", "schema": "Person", "properties": properties}) + "\n")
    run(Order(files=(tmp_path / "a.ftm",), folder=tmp_path / "out"))

    assert ("k0", "k1") in likely(tmp_path / "out")
