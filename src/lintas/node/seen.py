"""Received envelope ids, kept across a crash: a replay is refused even by a node that was killed in between.

The id is handed to the database's writer before the deed the envelope asks for, and writes are durable in that order:
when an answer leaves, its question's id is on disk already, at no extra wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

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

SWEEP_EVERY = timedelta(minutes=1)


class SeenOnDisk:
    """Remembers which envelopes have been received, in memory and in the database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._memory = SeenInMemory(clock)
        self._clock = clock
        self._swept = clock.now()
        db.write(lambda tx: tx.execute(delete(seen).where(seen.c.until < self._swept)))
        with db.read() as tx:
            for row in tx.execute(select(seen)):
                self._memory.remember(row.sender, row.id, row.until)

    def remember(self, sender: str, id: str, until: datetime) -> bool:
        """Whether the id is new; it is remembered at least until the moment given, and erased soon after."""
        if not self._memory.remember(sender, id, until):
            return False

        def work(tx: Connection) -> None:
            tx.execute(insert(seen).values(sender=sender, id=id, until=until))
            if sweep:
                tx.execute(delete(seen).where(seen.c.until < now))

        now = self._clock.now()
        sweep = now - self._swept > SWEEP_EVERY
        self._swept = now if sweep else self._swept
        self._db.submit(work)
        return True
