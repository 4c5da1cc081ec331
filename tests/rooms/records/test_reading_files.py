"""CSV files and Excel workbooks as they come from other systems."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintas.errors import InvalidFile
from lintas.records.importing.files import check_encoding, open_table, sniff, text_of
from lintas.records.importing.mapping import LintasSection

PLAIN = LintasSection()


def table(path: Path, content: str | bytes, section: LintasSection = PLAIN) -> list[tuple[int, list[str]]]:
    """The header and the rows of a file, with their numbers."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_table(path, section) as sheet:
        return [(0, list(sheet.columns)), *((number, list(row)) for number, row in sheet.rows)]


def workbook(path: Path, *rows: list[object], sheet: str = "Sheet") -> Path:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.create_sheet("kosong")
    book.save(path)
    return path


@given(
    st.sampled_from(",;\t|"),
    st.integers(2, 5),
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1), min_size=6),
)
def test_the_delimiter_is_found_whatever_stands_in_the_fields(delimiter: str, width: int, words: list[str]) -> None:
    rows = [[f"kolom{i}" for i in range(width)], *([word] + ["x"] * (width - 1) for word in words)]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)

    assert sniff(written.getvalue()) == delimiter


def test_a_field_may_hold_line_breaks_and_the_row_is_numbered_by_where_it_ends(tmp_path: Path) -> None:
    assert table(tmp_path / "a.csv", 'nama,alamat\nBudi,"Jalan 1\nJakarta"\nSiti,x\n') == [
        (0, ["nama", "alamat"]),
        (3, ["Budi", "Jalan 1\nJakarta"]),
        (4, ["Siti", "x"]),
    ]


def test_blank_rows_a_byte_order_mark_and_the_end_sign_of_old_exports_are_no_rows(tmp_path: Path) -> None:
    content = "\ufeffnama,lahir\r\n\r\nBudi,1970\r\n , \r\n\x1a".encode()

    assert table(tmp_path / "a.csv", content) == [(0, ["nama", "lahir"]), (3, ["Budi", "1970"])]


def test_a_file_without_header_takes_the_one_of_the_mapping(tmp_path: Path) -> None:
    section = LintasSection(header=("nama", "lahir"), delimiter=";")

    assert table(tmp_path / "a.csv", "Budi;1970\n", section) == [(0, ["nama", "lahir"]), (1, ["Budi", "1970"])]


def test_another_encoding_is_read_when_the_mapping_names_it(tmp_path: Path) -> None:
    section = LintasSection(encoding="windows-1252")

    assert table(tmp_path / "a.csv", "nama,x\nMuñoz,1\n".encode("windows-1252"), section)[1] == (2, ["Muñoz", "1"])


def test_a_file_in_another_encoding_than_it_is_said_to_be_is_refused_with_line_and_guess(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("nama,x\nBudi,1\nMuñoz,1\n".encode("latin-1"))

    with pytest.raises(InvalidFile) as refused:
        check_encoding(path, "utf-8")

    assert refused.value.facts["line"] == 3
    assert refused.value.facts["looks_like"]


def test_utf_16_is_recognised_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("nama,x\n".encode("utf-16"))

    with pytest.raises(InvalidFile, match="utf-16"):
        check_encoding(path, "utf-8")
    assert check_encoding(path, "utf-16") == 0


@pytest.mark.parametrize("content", ["", "\n\n", " , \n"])
def test_an_empty_file_is_no_table(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidFile, match="empty"):
        table(tmp_path / "a.csv", content)


def test_a_field_without_end_swallows_nothing_but_is_told_with_the_line_it_begins_on(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as refused:
        table(tmp_path / "a.csv", 'nama,x\nBudi,1\nSiti,"2\nAni,3\n')

    assert refused.value.facts["line"] == 3


def test_a_row_whose_quotation_marks_do_not_fit_stands_as_it_is_and_the_others_are_read(tmp_path: Path) -> None:
    rows = table(tmp_path / "a.csv", 'nama,x\n"Ketut "Tut" P",1\nSiti,2\n')

    assert rows[1:] == [(2, ['"Ketut "Tut" P",1\n']), (3, ["Siti", "2"])]


def test_a_workbook_is_read_like_a_csv_file(tmp_path: Path) -> None:
    rows = [["nama", "lahir", "nomor"], ["Budi", date(1970, 5, 1), 12.0], [None] * 3, ["Siti", 1971, 1.5]]
    path = workbook(tmp_path / "a.xlsx", *rows)

    with open_table(path, PLAIN) as sheet:
        assert sheet.columns == ("nama", "lahir", "nomor")
        assert list(sheet.rows) == [(2, ("Budi", "1970-05-01", "12")), (4, ("Siti", "1971", "1.5"))]


def test_the_mapping_may_choose_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["nama"], sheet="orang")

    with open_table(path, LintasSection(sheet="orang")) as sheet:
        assert sheet.columns == ("nama",)
    with pytest.raises(InvalidFile, match="orang, kosong"), open_table(path, LintasSection(sheet="kapal")):
        pass


def test_a_workbook_cut_in_half_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", ["nama"]).read_bytes()

    with pytest.raises(InvalidFile):
        table(tmp_path / "a.xlsx", whole[: len(whole) // 2])


def test_a_moment_at_midnight_is_a_day() -> None:
    assert text_of(datetime(2026, 1, 1)) == "2026-01-01"  # noqa: DTZ001 - Excel knows no time zones
    assert text_of(datetime(2026, 1, 1, 8)) == "2026-01-01T08:00:00"  # noqa: DTZ001
