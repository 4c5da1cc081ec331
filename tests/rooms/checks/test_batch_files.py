"""Reading files of questions: whatever stands in a row, it is asked or told, and never lost."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from lintas.checks import read_batch
from lintas.errors import InvalidFile, LintasError
from lintas.model import SubjectKind

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
kinds = st.sampled_from([*SubjectKind, "", "alien", " person "])
columns = ("kind", "name", "birthDate", "number", "notAProperty")


def written(rows: list[tuple[str, ...]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(rows)
    return file.getvalue().encode()


@given(st.lists(st.tuples(kinds, cells, cells, cells, cells), min_size=1, max_size=8))
def test_every_row_is_asked_or_told_with_its_reason(rows: list[tuple[str, ...]]) -> None:
    subjects, bad = read_batch(written(rows))

    assert len(subjects) + len(bad) == len(rows)
    assert {row.row for row in bad} <= set(range(2, len(rows) + 2))
    assert all(isinstance(row.error, LintasError) for row in bad)


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused(content: bytes) -> None:
    try:
        subjects, bad = read_batch(content)
    except InvalidFile:
        return
    assert subjects or bad


def test_a_row_with_too_many_or_too_few_cells_is_a_row_like_any_other() -> None:
    content = b"kind,name,birthDate\nperson,Budi Santoso\nperson,Ani Wijaya,1980-02-03,extra,more\nperson\n"

    subjects, bad = read_batch(content)

    assert [s.values("name") for s in subjects] == [("Ani Wijaya",)] or len(subjects) == 2
    assert len(subjects) + len(bad) == 3
