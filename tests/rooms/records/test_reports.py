"""What an import says about itself: the report file, the tally, the result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.records import Counts, Marks, Refusal
from lintas.records.importing.flaws import EXPLAINED, Flaw, Reason
from lintas.records.importing.report import Report, Tally
from rooms.records.record_makers import SOURCE, Register, entity

flaws = st.builds(
    Flaw,
    row=st.integers(1, 20),
    reason=st.sampled_from(Reason),
    file=st.none() | st.sampled_from(["a.csv", "b.csv"]),
    record=st.none() | st.text(max_size=5),
    prop=st.none() | st.just("name"),
    value=st.none() | st.text(max_size=5),
    why=st.none() | st.just("problem: length"),
    raw=st.none() | st.text(max_size=5),
)
counts = st.builds(Counts, new=st.integers(0, 9), changed=st.integers(0, 9), same=st.integers(0, 9))


@given(flaws)
def test_a_line_of_the_report_says_where_why_and_what_to_do_and_nothing_empty(flaw: Flaw) -> None:
    line = json.loads(json.dumps(flaw.line()))

    assert list(line)[:4] == ["row", "reason", "sentence", "remedy"]
    assert (line["sentence"], line["remedy"]) == EXPLAINED[flaw.reason]
    assert None not in line.values()
    assert {line.get("record"), line.get("value"), line.get("raw")} == {flaw.record, flaw.value, flaw.raw}


@given(st.lists(st.tuples(st.integers(0, 9), counts, st.lists(flaws, max_size=6)), max_size=6))
def test_a_tally_adds_up(blocks: list[tuple[int, Counts, list[Flaw]]]) -> None:
    tally = Tally()
    for rows, counted, told in blocks:
        tally = tally.plus(rows, counted, told)

    assert tally.rows == sum(rows for rows, _, _ in blocks)
    assert tally.new == sum(counted.new for _, counted, _ in blocks)
    assert tally.set_aside == sum(not flaw.rejects for _, _, told in blocks for flaw in told)
    assert tally.rejected <= sum(flaw.rejects for _, _, told in blocks for flaw in told)


def test_a_row_with_two_flaws_is_rejected_once_and_rows_of_two_files_are_two() -> None:
    told = [
        Flaw(3, Reason.NO_KEY, file="a.csv"),
        Flaw(3, Reason.WRONG_MARK, file="a.csv"),
        Flaw(3, Reason.NO_KEY, file="b.csv"),
    ]

    assert Tally().plus(5, Counts(), told).rejected == 2


@given(counts, counts)
def test_counts_of_two_batches_are_the_counts_of_both(a: Counts, b: Counts) -> None:
    refused = Counts(refused=(("p-1", Refusal.TWICE),))

    both = a + b + refused

    assert (both.new, both.changed, both.same) == (a.new + b.new, a.changed + b.changed, a.same + b.same)
    assert both.refused == refused.refused


@given(st.lists(st.lists(flaws, max_size=3), min_size=1, max_size=5), st.data())
def test_a_report_cut_back_to_any_committed_length_is_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[Flaw]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("reports") / "report.jsonl"
    report = Report(path, 0)
    lengths = [0, *(report.add(block) for block in blocks)]
    report.close()
    at = data.draw(st.integers(0, len(blocks)))

    again = Report(path, lengths[at])
    again.add([Flaw(99, Reason.NO_KEY)])
    again.close()

    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [line["row"] for line in lines] == [*(flaw.row for block in blocks[:at] for flaw in block), 99]


def test_the_folder_of_the_report_is_made_and_an_old_report_replaced(desk: Register) -> None:
    report = desk.folder / "a" / "b" / "report.jsonl"
    for content in (["{broken", entity(name="Budi")], [entity(name="Budi")]):
        result = desk.take(desk.lines(*content), report=report)

    assert result.report_path == report
    assert report.read_bytes() == b""


def test_another_mapping_or_other_marks_are_another_import(desk: Register) -> None:
    path = desk.lines(entity("p-1", name="Budi"), entity("p-2", name="Siti"))
    desk.take(path)

    marked = desk.take(path, marks=Marks(invented=True))

    assert (marked.changed, marked.resumed_at) == (2, 0)
    assert desk.records.get("p-1").invented


def test_the_same_data_under_another_name_are_not_taken_over(desk: Register) -> None:
    path = desk.lines(entity("p-1", name="Budi"))
    desk.take(path)

    other = desk.take(path, source="Somebody else")

    assert (other.new, other.rejected) == (0, 1)
    assert desk.records.get("p-1").statements[0].source == SOURCE


@pytest.mark.parametrize("told", [b"", b"\x00\x00", (50).to_bytes(8) + b"half a block"])
def test_a_worker_ends_quietly_when_its_input_does(told: bytes) -> None:
    program = [sys.executable, "-c", "from lintas.records.importing.workers import work; work()"]

    done = subprocess.run(program, input=told, capture_output=True, check=False, timeout=60, cwd=Path(__file__).parent)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
