"""The table of confirmations, those we asked for and those we owe."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table

from lintas.storage import UtcDateTime, metadata

confirmation = Table(
    "confirmation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "ours", Boolean, primary_key=True
    ),  # whether we asked; a node may ask itself nothing, but ids are the asker's
    Column("partner", String(64), nullable=False),
    Column("check_id", String(64), nullable=False),
    Column("hit", String(64), nullable=False),
    Column("record_id", String(255)),
    Column("officer", String(400), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),  # since when the clock stands, as the owner says
    Column("decided_at", UtcDateTime),
    Column("letter", String(64)),
    Column("request", LargeBinary, nullable=False),
    Column("clock", LargeBinary),  # the last change of the clock
    Column("decision", LargeBinary),
    Index("confirmation_of_hit", "hit", "ours", unique=True),  # a hit is confirmed once
)
