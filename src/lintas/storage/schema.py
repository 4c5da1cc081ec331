"""What every room's tables share: one metadata, one kind of time, one portable insert-or-update."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, Table
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every room declares its tables on this one, in its own `tables.py`."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both engines; one without a time zone is refused, not guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as the engine stores it: SQLite has no time zones, so UTC is stored without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone: " + value.isoformat())
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment as the program speaks of it: always UTC, whatever zone the server answers in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def upsert(table: Table, key_columns: Sequence[str], *, keep: Sequence[str] = ()) -> Insert:
    """An insert that updates the row when its key is there already; one statement on both engines.

    SQLite took `ON CONFLICT` over from PostgreSQL, so that PostgreSQL's construct compiles for both. Give every column
    in every row: a column left out is set to its null, not left as it was.

    Args:
        table: The table.
        key_columns: The names of the columns of its primary or unique key.
        keep: Columns that keep the value they had when the row is there already; all of them: "insert if it is new".
    """
    statement = insert(table)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in {*key_columns, *keep}}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=list(key_columns))
    return statement.on_conflict_do_update(index_elements=list(key_columns), set_=changed)
