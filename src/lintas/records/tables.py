"""What this agency knows, on disk: records, the versions before, and how far each import has come.

A record stands in `body` as it is; the columns beside it are only what the database itself has to look for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    insert,
    literal_column,
    select,
    update,
)

from lintas.storage import UtcDateTime, metadata

T = TypeVar("T")

LIVE, QUARANTINED = 0, 1
"""The states of a record. An erased one has none: its row is gone."""

record = Table(
    "record",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("schema", String, nullable=False),
    Column("category", String, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("state_since", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),  # number of the last change, for the index to follow
    Column("review_due", UtcDateTime, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of what the source said last: an officer's edit does not change it
    Column("body", LargeBinary, nullable=False),
    Index(None, "sequence", unique=True),
    Index(None, "schema", "state"),  # to count; were the state first, SQLite would prefer it to the id
    Index(None, "review_due"),
)
is_quarantined = record.c.state == literal_column(str(QUARANTINED))
"""A condition with the number in it: an index of part of a table is used only where the question shows that part."""

Index("ix_record_quarantined", record.c.state_since, sqlite_where=is_quarantined, postgresql_where=is_quarantined)

record_version = Table(
    "record_version",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

record_change = Table(
    "record_change",
    metadata,
    Column("one", SmallInteger, primary_key=True),  # the table has one row
    Column("epoch", String, nullable=False),  # names this set of records: an index of another set is worthless
    Column("sequence", BigInteger, nullable=False),  # the last number given out
)

import_run = Table(
    "import_run",
    metadata,
    Column(
        "key", String, primary_key=True
    ),  # digest of file, mapping, source and marks: the same import is the same run
    Column("source", String, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("position", BigInteger, nullable=False),  # rows that are done
    Column("counts", LargeBinary, nullable=False),
    Column("report_length", BigInteger, nullable=False),  # bytes of the report that belong to those rows
)

import_stage = Table(
    "import_stage",
    metadata,
    Column("run", String, primary_key=True),
    Column("record_id", String, primary_key=True),
    Column("part", BigInteger, primary_key=True),  # order in the file
    Column("body", LargeBinary, nullable=False),
)

import_cursor = Table(
    "import_cursor",
    metadata,
    Column("source", String, primary_key=True),
    Column("query", String, primary_key=True),
    Column("value", String, nullable=False),
)

_IN_ONE_QUESTION = 5_000  # values in one IN (…); SQLite takes 32,766, PostgreSQL 65,535


def next_numbers(tx: Connection, count: int) -> range:
    """The next change numbers, in the order in which transactions commit: there is one writer at a time."""
    statement = update(record_change).values(sequence=record_change.c.sequence + count)
    last = tx.scalar(statement.returning(record_change.c.sequence))
    if last is None:
        tx.execute(insert(record_change), {"one": 1, "epoch": token_hex(8), "sequence": count})
        last = count
    return range(last - count + 1, last + 1)


def overwrite_freed(tx: Connection) -> None:
    """See that SQLite overwrites what this transaction deletes or replaces, instead of only forgetting where it was.

    https://www.sqlite.org/pragma.html#pragma_secure_delete
    """
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = ON")


def batches(items: Iterable[T], size: int = _IN_ONE_QUESTION) -> Iterator[Sequence[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def current(tx: Connection) -> tuple[str, int]:
    """Which set of records this is, and the number of its last change."""
    row = tx.execute(select(record_change.c.epoch, record_change.c.sequence)).first()
    return (row.epoch, row.sequence) if row else ("", 0)
