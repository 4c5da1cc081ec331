"""The tables of the post office."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from lintas.storage import UtcDateTime, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("recipient", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("next_try", UtcDateTime, nullable=False),
    Column("problem", Text),
    Column("delivered_at", UtcDateTime),
    Index("outbox_due", "state", "next_try"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("sender", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("accepted_at", UtcDateTime, nullable=False),
)
