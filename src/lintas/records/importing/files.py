"""Rows out of CSV files and Excel workbooks, as they come, each with its number; the whole file is never in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
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


@contextmanager
def open_table(path: Path, section: LintasSection) -> Iterator[Sheet]:
    """Open a CSV file or an Excel workbook, for as long as its rows are read.

    Raises:
        InvalidFile: It is neither, or it is empty.
    """
    with _workbook(path, section) if is_workbook(path) else _csv(path, section) as rows:
        header = section.header or next((cells for _, cells in rows), None)
        if header is None:
            raise InvalidFile(file=str(path), problem="the file is empty")
        yield Sheet(tuple(name.strip() for name in header), rows)


@contextmanager
def _csv(path: Path, section: LintasSection) -> Iterator[Iterator[tuple[int, Cells]]]:
    encoding = "utf-8-sig" if _is_utf8(section.encoding) else section.encoding
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        yield _lines(path, file, section.delimiter or sniff(sample))


def _lines(path: Path, file: Iterable[str], delimiter: str) -> Iterator[tuple[int, Cells]]:
    """The rows, with the line each ends on. A row whose quotation marks do not fit is one field: its text as it is."""
    read: list[str] = []
    reader = csv.reader(_remembered(file, read), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        read.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):  # what follows the open quotation mark would be swallowed without a word
                raise InvalidFile(file=str(path), line=reader.line_num - len(read) + 1, problem=str(error)) from error
            row = ["".join(read)]
        if any(field.strip(f"{_DOS_END}\0 ") for field in row):
            yield reader.line_num, row


def _remembered(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


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


@contextmanager
def _workbook(path: Path, section: LintasSection) -> Iterator[Iterator[tuple[int, Cells]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - costs 0.2 s
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise InvalidFile(file=str(path), problem=str(error)) from error
    with closing(book):
        names = [section.sheet] if section.sheet else book.sheetnames[:1]
        if not set(names) <= set(book.sheetnames):
            raise InvalidFile(file=str(path), missing=section.sheet, sheets=", ".join(book.sheetnames))
        numbered = enumerate(book[names[0]].iter_rows(values_only=True), start=1)
        cells = ((number, tuple(text_of(value) for value in row)) for number, row in numbered)
        yield ((number, row) for number, row in cells if any(row))


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
