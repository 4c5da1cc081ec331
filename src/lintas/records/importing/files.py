"""Rows out of CSV files and Excel workbooks, as they come, each with its number; the whole file is never in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import BadZipFile

from lintas.errors import InvalidFile
from lintas.records.importing.mapping import LintasSection

Cells: TypeAlias = Sequence[str]
_DELIMITERS = ",;\t|"
_SAMPLE = 65_536
_DOS_END = "\x1a"  # what old exports put behind the last row


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open table: its columns, and its rows after the header, each with the number a person finds it by."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Cells]]


def is_workbook(path: Path) -> bool:
    """Whether this is an Excel workbook, judged by its content."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def open_table(path: Path, section: LintasSection) -> Sheet:
    """Open a CSV file or an Excel workbook.

    Raises:
        InvalidFile: It is neither, or it is empty.
    """
    return _open_workbook(path, section) if is_workbook(path) else _open_csv(path, section)


def _open_csv(path: Path, section: LintasSection) -> Sheet:
    encoding = "utf-8-sig" if _is_utf8(section.encoding) else section.encoding
    file = path.open(encoding=encoding, newline="")
    sample = file.read(_SAMPLE)
    file.seek(0)
    reader = csv.reader(file, delimiter=section.delimiter or sniff(sample), skipinitialspace=True)
    return _headed(path, section, _lines(path, reader))


def _lines(path: Path, reader: Any) -> Iterator[tuple[int, Cells]]:  # noqa: ANN401 - the class has no public name
    """The rows with the line each ends on; a field without end, or with a NUL, is told as what it is."""
    try:
        for row in reader:
            if any(field.strip(f"{_DOS_END}\0 ") for field in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise InvalidFile(file=str(path), line=reader.line_num, problem=str(error)) from error


def _headed(path: Path, section: LintasSection, rows: Iterator[tuple[int, Cells]]) -> Sheet:
    header = section.header or next((cells for _, cells in rows), None)
    if header is None:
        raise InvalidFile(file=str(path), problem="the file is empty")
    return Sheet(tuple(name.strip() for name in header), rows)


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") in {"utf8", "utf8sig"}


def check_encoding(path: Path, encoding: str) -> int:
    """Read the file once through, before anything is imported, to see whether its encoding is what it is said to be.

    Returns:
        How many lines it has.

    Raises:
        InvalidFile: It is not; names the line, and what the file looks like instead.
    """
    line = 0
    with path.open("rb") as file:
        if _is_utf8(encoding) and file.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
            raise InvalidFile(file=str(path), line=1, wanted=encoding, looks_like="utf-16")
        file.seek(0)
        if encoding.lower().startswith(("utf-16", "utf-32")):
            return 0  # their bytes have no lines to name; the reader itself will tell
        for line, raw in enumerate(file, start=1):
            try:
                raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise InvalidFile(file=str(path), line=line, wanted=encoding, looks_like=_guess(raw)) from error
    return line


def _guess(raw: bytes) -> str:
    from normality import predict_encoding  # noqa: PLC0415 - comes with FollowTheMoney

    return str(predict_encoding(raw))


def sniff(sample: str) -> str:
    """The delimiter of a CSV file: the one that cuts its first rows into the same number of fields, and into most."""

    def promise(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)][:20]
        return (len(set(widths[:-1] or widths)) == 1 and widths[0] > 1, max(widths, default=0))

    return max(_DELIMITERS, key=promise)


def _open_workbook(path: Path, section: LintasSection) -> Sheet:
    from openpyxl import load_workbook  # noqa: PLC0415 - costs 0.2 s
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book[section.sheet] if section.sheet else book.worksheets[0]
    except (InvalidFileException, BadZipFile, KeyError, IndexError, ValueError) as error:
        raise InvalidFile(file=str(path), problem=str(error)) from error
    numbered = enumerate(sheet.iter_rows(values_only=True), start=1)
    cells = ((number, tuple(text_of(value) for value in row)) for number, row in numbered)
    return _headed(path, section, ((number, row) for number, row in cells if any(row)))


_CELLS: Mapping[type, Callable[[Any], str]] = {
    str: str,
    type(None): lambda _: "",
    datetime: lambda value: value.date().isoformat() if value.time() == time() else value.isoformat(),
    date: lambda value: value.isoformat(),
    float: lambda value: str(int(value)) if value.is_integer() else repr(value),
}


def text_of(value: object) -> str:
    """A field as text: dates as ISO dates, and 1970.0 as 1970, which is what the sheet shows."""
    return _CELLS.get(type(value), str)(value)
