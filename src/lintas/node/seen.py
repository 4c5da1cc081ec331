"""Received envelope ids, kept across a crash: a replay is refused even by a node that was killed in between.

The id is handed to the database's writer before the deed the envelope asks for, and writes are durable in that order:
when an answer leaves, its question's id is on disk already, at no extra wait.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, Index, String, Table, delete, insert, select

from lintas.clock import Clock
from lintas.protocol.seen import SeenInMemory
from lintas.storage import Database, UtcDateTime, metadata

seen = Table(
    "envelope_seen",
    metadata,
    Column("sender", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Index("seen_until", "until"),
)


class SeenOnDisk:
    """Remembers which envelopes have been received, in memory and in the database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._memory = SeenInMemory(clock)
        now = clock.now()
        db.write(lambda tx: tx.execute(delete(seen).where(seen.c.until < now)))
        with db.read() as tx:
            for row in tx.execute(select(seen)):
                self._memory.remember(row.sender, row.id, row.until)

    def remember(self, sender: str, id: str, until: datetime) -> bool:
        """Whether the id is new; it is remembered at least until the moment given."""
        if not self._memory.remember(sender, id, until):
            return False

        def work(tx: Connection) -> None:
            tx.execute(insert(seen).values(sender=sender, id=id, until=until))

        self._db.submit(work)
        return True
