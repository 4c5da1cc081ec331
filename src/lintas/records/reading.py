"""Reads live records by their ids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from lintas.model import Record
from lintas.records.drafts import decode
from lintas.records.tables import LIVE, batches, record
from lintas.storage import Database


def read_many(db: Database, record_ids: Sequence[str]) -> list[Record]:
    """The records with these ids, in this order; what was deleted is left out, whatever the index still says."""
    bodies: dict[str, bytes] = {}
    with db.read() as connection:
        for ids in batches(record_ids):
            # The state is looked at here: in the question, it would lead SQLite to read the index of all live ones.
            found = select(record.c.id, record.c.body, record.c.state).where(record.c.id.in_(ids))
            bodies.update((key, body) for key, body, state in connection.execute(found) if state == LIVE)
    return [decode(bodies[record_id]) for record_id in record_ids if record_id in bodies]
