"""From one version of the tables to the next, by numbered steps; never from a newer one back.

A step is a function that changes tables that exist. Tables that do not exist yet need no step: they are created as the
rooms declare them. A step only adds (a column, an index, a filling); what is no longer used is dropped one release
later, so that the release before still runs on the new tables while a node is being upgraded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select

from lintas.errors import DatabaseTooNew
from lintas.storage.schema import UtcDateTime, metadata

Step: TypeAlias = Callable[[Connection], object]

STEPS: Sequence[Step] = ()
"""Step n leads from version n to version n + 1; a step that was released is never changed."""

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", UtcDateTime, nullable=False),
)


def migrate(connection: Connection, tables: MetaData = metadata, steps: Sequence[Step] = STEPS) -> None:
    """Bring the tables to this program's version: steps for what exists, then creation of what is missing.

    Raises:
        DatabaseTooNew: A newer program has been here; nothing is changed.
    """
    wanted = 1 + len(steps)
    schema_version.create(connection, checkfirst=True)
    found = connection.scalar(select(func.max(schema_version.c.version)))
    if found is not None and found > wanted:
        raise DatabaseTooNew(found=found, known=wanted)
    for step in steps[(found or wanted) - 1 :]:
        step(connection)
    tables.create_all(connection)
    if found != wanted:
        now = datetime.now(UTC)  # the machine's own: tells operators when, decides nothing
        connection.execute(insert(schema_version), {"version": wanted, "applied_at": now})
