"""The tables of the audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from lintas.storage import UtcDateTime, metadata

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite's INTEGER has 64 bits and is the row's own address

entries = Table(
    "audit_entries",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    # What follows is erased after three years.
    Column("salt", LargeBinary),
    Column("content", LargeBinary),
    # Repeated from the content, to search by.
    Column("actor", Text),
    Column("check", Text),
    Index("ix_audit_entries_kind", "kind", "position"),
    Index("ix_audit_entries_actor", "actor", "position"),
    Index("ix_audit_entries_check", "check", "position"),
)

tiles = Table(
    "audit_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", _Number, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
)

cosignatures = Table(
    "audit_cosignatures",
    metadata,
    Column("size", _Number, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
)

witnessed = Table(
    "audit_witnessed",
    metadata,
    Column("node", Text, primary_key=True),
    Column("size", _Number, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
)
