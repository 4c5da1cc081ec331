"""Rows out of a table of the agency's existing database, from where the last import ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from lintas.errors import DatabaseUnreachable, InvalidMapping
from lintas.records.importing.files import text_of
from lintas.records.importing.mapping import Query
from lintas.records.tables import import_cursor
from lintas.storage import Database, upsert

_READ_AT_ONCE = 1_000

_FROM_TEXT: Mapping[type, Callable[[str], object]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    int: int,
    float: float,
    Decimal: Decimal,
    str: str,
}


@dataclass(slots=True)
class Table:
    """What one query reads; `reached` moves on while its rows are read."""

    query: Query
    name: str
    columns: Sequence[str]
    since: str | None
    reached: Any = None
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1 << 62)))

    @property
    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """The rows, in the database's own order.

        Raises:
            DatabaseUnreachable: The agency's database fails.
        """
        cursor = self.query.lintas.cursor
        at = self.columns.index(cursor) if cursor else None
        try:
            with self.query.ftm.source.engine.connect() as connection:
                rows = connection.execution_options(yield_per=_READ_AT_ONCE).execute(self._statement())
                for row in rows:
                    if at is not None and row[at] is not None:
                        self.reached = row[at] if self.reached is None else max(self.reached, row[at])
                    yield next(self._numbers), [text_of(value) for value in row]
        except SQLAlchemyError as error:
            raise DatabaseUnreachable(database=self.name, reason=_first_line(error)) from error

    def _statement(self) -> Any:  # noqa: ANN401 - a select of columns known at run time only
        source = self.query.ftm.source
        statement = select(*(source.get_column(name) for name in self.columns))
        statement = source.apply_filters(statement.select_from(*(table.alias for table in source.tables)))
        if self.since is not None:
            column = source.get_column(self.query.lintas.cursor).element
            # At least, not more than: two rows may have been written in the same second.
            statement = statement.where(column >= _FROM_TEXT[column.type.python_type](self.since))
        return statement


def open_tables(db: Database, queries: Iterable[Query], source: str) -> list[Table]:
    """The tables of a mapping, each from where the last import of this source ended.

    Raises:
        InvalidMapping: A query reads no database, or names a column that is not there.
    """
    from followthemoney.exc import FollowTheMoneyException  # noqa: PLC0415 - costs a second

    tables = []
    for number, query in enumerate(queries, start=1):
        name = f"query {number}"
        cursor = query.lintas.cursor
        if not hasattr(query.ftm.source, "engine"):
            raise InvalidMapping(query=number, problem="there is no `database`")
        columns = sorted(query.columns | ({cursor} if cursor else set()))
        try:
            for column in columns:
                query.ftm.source.get_column(column)
        except FollowTheMoneyException as error:
            raise InvalidMapping(query=number, problem=str(error)) from error
        tables.append(Table(query, name, columns, _since(db, source, name) if cursor else None))
    return tables


def remember(tx: Connection, tables: Iterable[Table], source: str) -> None:
    """Note where each table has been read to."""
    for table in tables:
        if table.reached is not None:
            value = table.reached.isoformat() if isinstance(table.reached, date) else str(table.reached)
            row = {"source": source, "query": table.name, "value": value}
            tx.execute(upsert(import_cursor, ["source", "query"]), row)


def _since(db: Database, source: str, name: str) -> str | None:
    with db.read() as connection:
        mine = (import_cursor.c.source == source, import_cursor.c.query == name)
        value: str | None = connection.scalar(select(import_cursor.c.value).where(*mine))
        return value


def _first_line(error: Exception) -> str:
    """What the driver says; SQLAlchemy's own text below it repeats the statement with its values."""
    return str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
